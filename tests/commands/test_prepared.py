"""What is prepared once for many entries of one performer is used only for the states that it was prepared from."""

from typing import Any

import pytest

from commands.deciding import Law, States
from commands.time_standing import notices_of_entry
from ledger.rulebook import Rulebook, load_rulebook, shipped_edition
from ledger.streams.base import Event
from ledger.streams.practice import PolicyAdopted
from ledger.streams.staff import RoleEnded
from ledger.terms.identity import practice_tag, staff_tag
from ledger.terms.people import Role
from tests.commands.test_care_month import untimed
from tests.commands.world import BILLER, NURSE, PRACTICE, enrolled, on
from tests.gwt import shipped_rulebook

ENDED = on("2026-03-01")


def entry_and_states() -> tuple[Any, dict[str, Any]]:
    """Untimed work of the nurse, typed by the biller, and every state that its notices rest on."""
    ledger = enrolled().by(BILLER).row("row 1")
    then = ledger.when(untimed())
    return then.event, {tag: ledger.state(tag) for tag in then.read | {staff_tag(BILLER)}}


def codes(event: Any, held: dict[str, Any], rulebook: Rulebook | None = None) -> list[str]:
    law = Law(rulebook or shipped_rulebook()[0], "edition")
    return [notice.code for notice in notices_of_entry(event, States(held), law, enrolled().now)]


@pytest.mark.parametrize(
    ("tag", "fact", "expected"),
    [
        (
            practice_tag(PRACTICE),
            PolicyAdopted(practice=PRACTICE, policy="untimed_counts", value="no", from_on=ENDED),
            ["untimed_not_adopted", "entered_by_biller"],
        ),
        (
            staff_tag(NURSE),
            RoleEnded(staff=NURSE, role=Role.CLINICAL_STAFF, practice=PRACTICE, last_on=ENDED),
            ["performer_role_not_held", "entered_by_biller"],
        ),
        (
            staff_tag(BILLER),
            RoleEnded(staff=BILLER, role=Role.BILLER, practice=PRACTICE, last_on=ENDED),
            ["no_clock_times"],
        ),
    ],
    ids=["the practice", "the performer", "who typed it"],
)
def test_once_something_moved_the_next_entry_is_judged_by_how_it_stands(
    tag: str, fact: Event, expected: list[str]
) -> None:
    event, held = entry_and_states()
    before = codes(event, held)
    after = codes(event, {**held, tag: enrolled().and_(fact).state(tag)})

    assert (before, after) == (["no_clock_times", "entered_by_biller"], expected)


def test_once_another_edition_is_adopted_the_next_entry_is_judged_by_it() -> None:
    event, held = entry_and_states()
    files = dict(shipped_edition().files)
    name = next(each for each in files if each.endswith("medicare/ccm/performers.toml"))
    other = load_rulebook({**files, name: files[name].replace(b'"rn", ', b"")})

    assert codes(event, held) == ["no_clock_times", "entered_by_biller"]
    assert codes(event, held, other) == ["credential_not_clinical", "entered_by_biller"]

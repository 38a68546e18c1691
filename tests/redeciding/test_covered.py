"""What is decided again and what is not: erased words, parked deliveries, looks, refusals, a ledger of its own time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.access import ask_to_read
from commands.answer import Answer
from interfaces.redeciding import Redecided, redecide_ledger
from interfaces.system import PinnedZones
from ledger.store.connection import Ledger
from tests.house import House, house
from tests.redeciding.story import NPI, told


def again(log: Ledger) -> Redecided:
    return redecide_ledger(log, PinnedZones())


@pytest.mark.slow
def test_where_all_words_are_erased_what_is_clear_still_follows(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        told(it)
        facts = it.log.follow(0, it.log.refresh())
        it.log.vault.destroy({each.scope for fact in facts for each in fact.event.sealing()})
        found = again(it.log)

    assert found.differences == ()
    assert dict(found.uncovered)["parked deliveries whose words were erased"] == 3


def test_a_ledger_of_its_own_time_decides_as_recorded(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", simulated=False, with_patient=False) as it:
        gone = {"staff": it.ids["cal"], "last_on": "2026-06-30", "reason": "retired"}
        it.accepted("record_departure", gone, source={"system": "ehr", "id": "7", "version": "2"}, correlation="c-1")
        found = again(it.log)

    assert (found.differences, dict(found.by_command)["record_departure"]) == ((), 1)


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "ledger") as it:
        yield it


def test_looks_and_refusals_are_counted_and_not_decided_again(at_home: House) -> None:
    assert ask_to_read(at_home.handler, question="month", patients=[at_home.ids["patient"]]) is None
    designation = {"programme": "CCM", "side": "practitioner", "from_month": "2026-02"}
    taken = {"patient": at_home.ids["patient"], "practitioner": at_home.ids["dot"], **designation}
    assert at_home.send("designate_practitioner", taken, actor="dot").outcome == "refused"

    assert again(at_home.log).uncovered == (("looks at records", 1), ("refusals", 1))


def parked(it: House) -> Answer:
    data = {"patient": {"system": "mrn", "value": "mrn-9"}, "icd10": "I10"}
    return it.send("record_condition", data, actor="feed", source={"system": "ehr", "id": "7"})


def test_a_parked_delivery_is_decided_from_the_line_that_it_keeps(at_home: House) -> None:
    assert parked(at_home).outcome == "parked"
    found = again(at_home.log)

    assert (found.differences, dict(found.by_command)["record_condition"]) == ((), 3)


def test_a_release_that_was_refused_is_no_difference(at_home: House) -> None:
    waits = {"source": "ehr", "delivery": dict(parked(at_home).ids)["delivery"]}
    assert at_home.send("release_delivery", waits, actor="admin").outcome == "refused"
    found = again(at_home.log)

    assert (found.differences, dict(found.by_command)["release_delivery"]) == ((), 1)


def test_groups_decide_as_their_lines_one_by_one(at_home: House) -> None:
    """What a line had read of its own group stands before it by now."""
    days = [f"2026-01-{day:02}" for day in range(6, 16)]
    entries = [
        {"patient": at_home.ids["patient"], "performer": at_home.ids["bea"], "activity": "phone_call"}
        | {"start": f"{day}T15:00:00Z", "end": f"{day}T15:05:00Z"}
        for day in days
    ]
    at_home.clock = "2026-01-20T12:00:00Z"
    answers = at_home.send_lines(*(at_home.line("log_time", entry, actor="bea") for entry in entries))

    assert {answer.outcome for answer in answers} == {"accepted"}
    assert again(at_home.log).differences == ()


def test_progress_is_told_up_to_the_newest_fact(at_home: House) -> None:
    seen: list[tuple[int, int]] = []
    total = at_home.log.refresh()
    redecide_ledger(at_home.log, PinnedZones(), lambda done, of: seen.append((done, of)))

    assert seen[-1] == (total, total)

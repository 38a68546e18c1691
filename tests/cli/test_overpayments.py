"""`overpayments`: what was perhaps overpaid and what is to be withdrawn, why, and by when; most urgent first."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ledger.store.connection import Ledger
from projections.claims.overpayments import Item, Worklist, worklist
from tests.cli.claiming import NPI
from tests.cli.conftest import Ran, Run, World, _runner
from tests.house import KEY, House, house
from tests.reactions.company import BOOKS, pull, react
from tests.reactions.test_eroded_claims import MARCH, claimed, cut, pay

FIFTH = date(2026, 3, 5)


def asked(log: Ledger, today: date = FIFTH, **changes: Any) -> Worklist:
    """The list on a day at the practice."""
    models = log.read_models()
    try:
        pull(log, models)
        return worklist(log, models, BOOKS, lambda zone: today if zone else date.max, **changes)
    finally:
        models.close()


def one(log: Ledger, today: date = FIFTH, **changes: Any) -> Item:
    (found,) = asked(log, today, **changes).items
    return found


def say(it: House, command: str, **data: Any) -> None:
    """Compliance says something of the one possible overpayment."""
    named = {"patient": it.ids["patient"], "overpayment": one(it.log).overpayment}
    it.accepted(command, named | data, actor="cora")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[House]:
    """January was paid, and lost its unit since; noticed on the fifth of March."""
    with house(tmp_path / "ledger", practice_npi=NPI) as made:
        claimed(made)
        made.ids["cut"] = str(cut(made))
        react(made.log, MARCH)
        made.clock = "2026-03-05T18:00:00Z"
        yield made


# --- what the list says -------------------------------------------------------------------------------------------


def test_it_says_what_and_why_and_since_when_and_by_when(it: House) -> None:
    found = one(it.log)

    assert (found.what, found.status, found.since_on, found.units) == (
        "possible_overpayment",
        "noticed",
        FIFTH,
        (("99490", 1),),
    )
    assert (str(found.amount), str(found.patient_share), str(found.paid_now)) == ("52.90", "13.23", "52.90")
    cause = next(each for each in found.because if each.position == int(it.ids["cut"]))
    assert (cause.topic, cause.actor, cause.command) == ("time_corrected", it.ids["bea"], "correct_time")
    assert found.deadlines is not None
    assert (found.deadlines.triage, found.deadlines.conservative, found.deadlines.formal) == (
        date(2026, 3, 15),
        date(2026, 5, 4),
        None,
    )


@pytest.mark.parametrize(
    ("today", "left", "overdue", "soon"),
    [(date(2026, 3, 5), 10, 0, 1), (date(2026, 3, 15), 0, 0, 1), (date(2026, 3, 16), -1, 1, 0)],
)
def test_the_days_left_are_those_at_the_practice(it: House, today: date, left: int, overdue: int, soon: int) -> None:
    found = asked(it.log, today)

    assert found.items[0].next is not None
    assert (found.items[0].next.days_left, found.overdue, found.due_soon) == (left, overdue, soon)


def test_what_was_identified_and_is_investigated_shows_both_deadlines_and_the_suspension(it: House) -> None:
    say(it, "identify_overpayment", on="2026-03-05", basis="The phone list.")
    say(it, "begin_investigation", on="2026-03-05", words="All calls of the nurse.")
    found = one(it.log)

    assert found.deadlines is not None
    assert found.next is not None
    assert (found.deadlines.conservative, found.deadlines.formal, found.deadlines.suspended_until) == (
        date(2026, 5, 4),
        date(2026, 10, 31),
        date(2026, 9, 1),
    )
    assert (found.next.step, found.next.by) == ("return", date(2026, 10, 31))


def test_open_leaves_out_what_went_back_or_was_dismissed(it: House) -> None:
    say(it, "identify_overpayment", on="2026-03-05", basis="The phone list.")
    back = {"route": "voluntary_refund", "amount": "52.90", "reference": "CHK-7", "patient_share": "13.23"}
    say(it, "return_overpayment", on="2026-03-05", words="By check.", **back)

    assert one(it.log).status == "returned"
    assert asked(it.log, open_only=True).items == ()


def test_it_is_of_the_practice_of_the_claim(it: House) -> None:
    assert one(it.log, practice=it.ids["practice"])
    assert asked(it.log, practice="pr_" + "a" * 26).items == ()


# --- to withdraw --------------------------------------------------------------------------------------------------


def test_an_unpaid_claim_is_to_be_withdrawn_until_it_is(tmp_path: Path) -> None:
    with house(tmp_path / "unpaid", practice_npi=NPI) as made:
        claimed(made, is_paid=False)
        cut(made)
        react(made.log, MARCH)
        found = one(made.log)
        taken = {"patient": made.ids["patient"], "claim": found.claim, "reason": "month_changed", "words": "Cut."}
        assert (found.what, found.status, found.units) == ("claim_to_withdraw", "accepted", (("99490", 1),))
        assert (found.next, found.overpayment) == (None, None)
        made.accepted("withdraw_claim", taken, actor="bill")

        assert asked(made.log).items == ()
        assert [found] == list(asked(made.log, as_of=found.position).items)


def test_one_that_was_paid_meanwhile_is_no_more_to_be_withdrawn(tmp_path: Path) -> None:
    with house(tmp_path / "unpaid", practice_npi=NPI) as made:
        claimed(made, is_paid=False)
        cut(made)
        react(made.log, MARCH)
        pay(made)
        react(made.log, MARCH)

        assert one(made.log).what == "possible_overpayment"


# --- at the command line ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("overpaid")
    key_file = folder / "ledger.key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    with house(folder / "ledger", practice_npi=NPI) as made:
        claimed(made)
        cut(made)
        react(made.log, MARCH)
        return World(folder / "ledger", key_file, dict(made.ids))


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    start = _runner(world, monkeypatch, capsys)

    def ran(*words: str, actor: str = "cora") -> Ran:
        return start(*words, actor=actor)

    return ran


def test_the_list_and_its_json_say_the_same(run: Run, world: World) -> None:
    shown, answer = run("overpayments"), run("overpayments", "--open", "--json").json
    (item,) = answer["items"]

    assert (item["what"], item["amount"], item["units"]) == (
        "possible_overpayment",
        "52.90",
        [{"code": "99490", "units": 1}],
    )
    assert item["deadlines"]["binding"] == "2026-05-04"
    assert {"step", "by", "days_left", "is_overdue", "is_due_soon"} == set(item["next"])
    for each in (item["overpayment"], "99490 x1", "52.90", "2026-03-15", "2026-05-04", "time_corrected", "this ledger"):
        assert each in shown.out
    assert world.ids["patient"] in shown.out


def test_as_of_a_moment_the_list_says_so_in_words_and_in_json(run: Run) -> None:
    position = run("overpayments", "--json").json["items"][0]["position"]
    before = ("overpayments", "--as-of", str(position - 1))
    then = run("overpayments", "--as-of", str(position), "--json").json

    assert f"0 items, 0 overdue, 0 due within two weeks, as of position {position - 1};" in run(*before).out
    assert (run(*before, "--json").json["items"], then["as_of"], len(then["items"])) == ([], position, 1)


def test_who_may_not_read_the_record_does_not_see_it(run: Run) -> None:
    assert run("overpayments", actor="feed").code == 1


def test_the_day_of_a_zone_is_asked_of_the_practice(it: House) -> None:
    zones: list[str | None] = []

    def today_in(zone: str | None) -> date:
        zones.append(zone)
        return FIFTH

    models = it.log.read_models()
    try:
        pull(it.log, models)
        worklist(it.log, models, BOOKS, today_in)
    finally:
        models.close()
    assert [ZoneInfo(each).key for each in zones if each] == ["America/Chicago"]


# --- as of a moment -----------------------------------------------------------------------------------------------


def test_as_of_a_moment_before_it_was_noticed_there_is_nothing(it: House) -> None:
    noticed = one(it.log).position

    assert asked(it.log, as_of=noticed - 1).items == ()
    assert [noticed] == [each.position for each in asked(it.log, as_of=noticed).items]


def test_as_of_a_moment_it_stands_as_it_stood_then(it: House) -> None:
    noticed = one(it.log).position
    say(it, "triage_overpayment", on="2026-03-05", words="Looked at.")
    say(it, "no_overpayment", words="The telephone bill shows the call.")

    assert ("dismissed", "noticed") == (one(it.log).status, one(it.log, as_of=noticed).status)
    assert [noticed] == [each.position for each in asked(it.log, as_of=noticed, open_only=True).items]
    assert noticed == asked(it.log, as_of=noticed).position


def test_a_position_that_is_not_reached_yet_is_now(it: House) -> None:
    assert asked(it.log, as_of=99_999).position == asked(it.log).position

"""`statement`: a month in plain words for the patient: what was done, by whom, at what cost, and how to ask."""

import re
from typing import Any

import pytest

from interfaces.bootstrap import opened, settings
from interfaces.cli.statement_text import ACTIVITIES, lines_of
from ledger.rulebook import rulebook_of, shipped_edition
from ledger.streams.base import ERASED, Event, Fact
from projections.claims.statement import Statement, statement_of
from tests.cli.claiming import APRIL, FEBRUARY, JANUARY, MARCH
from tests.cli.conftest import Run, World


def statement(world: World, month: str = JANUARY, *, erased: tuple[str, ...] = ()) -> Statement:
    """The statement as of now; the names of these people are gone."""
    where = settings(ledger=str(world.place), key_file=str(world.key_file), actor=world.ids["bill"])
    with opened(where) as session:

        def opener(fact: Fact) -> Event:
            event = session.log.open_words(fact)
            whose = getattr(event, "staff", None) or getattr(event, "patient", None)
            return event.model_copy(update={"words": ERASED}) if whose in erased else event

        position = session.log.refresh()
        return statement_of(session.log, session.rulebook_of, world.ids["patient"], month, position, opener)


def test_it_says_what_was_done_by_whom_and_for_how_long(ask: Run, claimed: World) -> None:
    shown = ask("statement", claimed.ids["patient"], JANUARY).out

    assert "Statement of your care in January 2026\nFor Pat Poe. From Lakeside Primary Care.\n" in shown
    assert "  In charge of it: Ada Adams, physician.\n" in shown
    assert "  8 January: Went over your medicines, 25 minutes. Bea Brook, registered nurse.\n" in shown
    assert "  9 January: Talked with you by phone, 16 minutes 30 seconds. Bea Brook, registered nurse.\n" in shown
    assert "  In all: 41 minutes 30 seconds.\n" in shown


def test_it_says_what_was_asked_paid_and_left(ask: Run, claimed: World) -> None:
    shown = ask("statement", claimed.ids["patient"], JANUARY).out

    assert (
        "  We asked your plan for $145.00.\n  Your plan paid $93.25.\n"
        "  It left $23.32 to you: coinsurance, your part of each bill.\n  You may be billed $23.32.\n"
    ) in shown


def test_before_the_remittance_it_estimates_and_says_that_nothing_may_be_billed(ask: Run, claimed: World) -> None:
    shown = ask("statement", claimed.ids["patient"], JANUARY, "--as-of", claimed.ids["accepted"]).out

    assert "  Your plan has not answered yet.\n  We expect that Medicare allows $116.57.\n" in shown
    assert "  Your part may be $23.32, if you have paid your Part B deductible for the year.\n" in shown
    assert "  If you have paid none of it, your part may be as much as $116.57.\n" in shown
    assert "  You owe nothing now. Nothing may be billed to you before your plan answers.\n" in shown


def test_answers_beyond_what_was_asked_are_cleared_up_before_anything_may_be_billed(claimed: World) -> None:
    found = statement(claimed)
    twice = found._replace(share=found.share._replace(why="to_clear_up", owed=None))
    shown = "\n".join(lines_of(twice))

    assert "  What your plan told us comes to more than we asked for.\n  You owe nothing now." in shown
    assert "$23.32" not in shown


def test_a_month_that_was_not_released_says_so(ask: Run, claimed: World) -> None:
    assert "  We have not sent a claim for this month.\n" in ask("statement", claimed.ids["patient"], MARCH).out


@pytest.mark.parametrize(
    ("month", "told"), [("2099-12", "December 2099"), ("2025-12", "December 2025"), (APRIL, "April 2026")]
)
def test_of_a_month_with_nothing_on_record_there_is_nothing_to_state(
    ask: Run, claimed: World, month: str, told: str
) -> None:
    shown = ask("statement", claimed.ids["patient"], month)
    nothing = f"There is nothing to state of {told}: no work, service or claim of the month is on record."

    assert (shown.code, shown.out.splitlines()[1:]) == (0, [nothing])
    assert ask("statement", claimed.ids["patient"], month, "--json").json["is_empty"] is True


@pytest.mark.parametrize(
    ("programme", "service", "done"),
    [
        ("PCM", "Principal care management is help", "No time was counted for you in this month."),
        ("APCM", "Advanced primary care management:", "This care is not counted by the minute."),
    ],
)
def test_a_month_of_another_programme_is_a_statement_of_its_own(
    ask: Run, claimed: World, programme: str, service: str, done: str
) -> None:
    shown = ask("statement", claimed.ids["patient"], JANUARY, "--programme", programme).out

    assert f"  {service}" in shown
    assert f"  {done}\n" in shown
    assert "We have not sent a claim for this month." in shown


def test_it_says_how_to_ask_and_how_to_dispute(ask: Run, claimed: World) -> None:
    shown = ask("statement", claimed.ids["patient"], FEBRUARY).out

    assert "  Ask Lakeside Primary Care about anything on this page.\n" in shown
    assert "  If something was not done, or was not for you, tell them." in shown
    assert "  If paying is too hard for you, tell them." in shown
    assert "1-800-MEDICARE" in shown
    assert "  You may stop this service at any time." in shown


def test_programs_get_the_same_in_json(ask: Run, claimed: World) -> None:
    answer: dict[str, Any] = ask("statement", claimed.ids["patient"], JANUARY, "--json").json

    assert ({"name": "Pat Poe", "name_erased": False}, 41) == (answer["name"], answer["minutes"])
    assert [("2026-01-08", "Bea Brook", 1500), ("2026-01-09", "Bea Brook", 990)] == [
        (each["on"], each["name"], each["seconds"]) for each in answer["done"]
    ]
    cost = answer["cost"]
    assert ("145.00", "93.25", "23.32", "23.32", "as_the_payer_says") == tuple(
        cost[name] for name in ("charge", "paid", "patient_share", "owed", "why")
    )
    assert [{"kind": "coinsurance", "amount": "23.32"}] == cost["left_to_patient"]


def test_opened_names_are_an_access_fact_that_says_so(ask: Run, claimed: World) -> None:
    ask("statement", claimed.ids["patient"], JANUARY)
    facts = ask("history", claimed.ids["patient"], "--accesses", "--json", actor="cora").json["facts"]
    reads = [each["details"] for each in facts if each["topic"] == "record_read" and "statement" in str(each)]

    assert {"question": "statement", "opened words": "yes"}.items() <= reads[-1].items()


def test_erased_names_are_said_to_be_erased(claimed: World) -> None:
    gone = statement(claimed, erased=(claimed.ids["bea"], claimed.ids["patient"]))
    shown = "\n".join(lines_of(gone))

    assert "For a patient whose name was erased." in shown
    assert "25 minutes. Name erased, registered nurse." in shown
    assert (None, True) == gone.name
    assert "Ada Adams" in shown


def test_sentences_are_short(claimed: World) -> None:
    told = " ".join(
        line.strip() for month in (JANUARY, FEBRUARY, MARCH) for line in lines_of(statement(claimed, month))
    )
    words = [len(sentence.split()) for sentence in re.split(r"(?<=[.:])\s", told)]

    assert max(words) <= 20


def test_every_category_that_counts_has_plain_words() -> None:
    book = rulebook_of(shipped_edition())
    counted = {
        word
        for name, quantity in book.quantities.items()
        if name.startswith("medicare.ccm.activities.counted.")
        for reading in quantity.readings
        if isinstance(reading.value, tuple)
        for word in reading.value
    }

    assert counted
    assert set() == counted - set(ACTIVITIES)


@pytest.mark.parametrize(
    ("words", "happened"),
    [
        (("mrn-1", JANUARY), "opaque patient id"),
        (("pt_aaaaaaaaaaaaaaaaaaaaaaaaaa", "January"), "a month is written YYYY-MM"),
        (("pt_aaaaaaaaaaaaaaaaaaaaaaaaaa", JANUARY, "--programme", "RPM"), "takes one of CCM, PCM, APCM"),
    ],
)
def test_what_cannot_be_asked_is_told(ask: Run, words: tuple[str, ...], happened: str) -> None:
    shown = ask("statement", *words)

    assert 2 == shown.code
    assert happened in shown.err


def test_a_patient_whom_this_ledger_lacks_is_refused(ask: Run) -> None:
    shown = ask("statement", "pt_aaaaaaaaaaaaaaaaaaaaaaaaaa", JANUARY)

    assert (1, True) == (shown.code, "no_such_patient" in shown.err)

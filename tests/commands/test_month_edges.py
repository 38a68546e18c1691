"""Seconds at the edge of two care months of one patient: practices in two zones see them in different months.

23:30 of 31 March in Chicago is 00:30 of 1 April in New York. Where a patient changes practices between two recordings
of the same minutes, or turns out to have a chart in each, one entry lies in March and the other in April.
"""

from typing import Any

from commands.intents.care_month import LogTime
from ledger.judging import Ground, facts_of, missing_tags
from ledger.judging.evidence import of_line
from ledger.streams.merging import PatientsUnmerged
from ledger.streams.staff import RoleGranted
from ledger.terms.people import Role
from tests.commands import changes, test_merging
from tests.commands.world import (
    ASSISTANT,
    COMPLIANCE,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    SINCE,
    assigned,
    enrolled,
    on,
    patient,
    utc,
)
from tests.gwt import Given

MARCH, APRIL = "2026-03", "2026-04"
SECOND = "2026-04-02T15:00:00+00:00"
NIGHT = ("2026-04-01T04:30", "2026-04-01T04:50")
"""Twenty minutes that end ten minutes before midnight in Chicago, and fifty after it in New York."""


def office() -> Given:
    """The enrolled patient of Chicago; nurse and assistant work in New York too."""
    roles = [
        RoleGranted(staff=who, role=Role.CLINICAL_STAFF, practice=OTHER_PRACTICE, from_on=SINCE)
        for who in (NURSE, ASSISTANT)
    ]
    return enrolled().and_(*roles)


def moved_in(ledger: Given) -> Given:
    """It becomes known that the patient belongs to the New York practice since 28 March."""
    return ledger.and_(assigned(PATIENT, OTHER_PRACTICE, on("2026-03-28")))


def telling(who: str, *, of: tuple[str, str] = NIGHT, whose: str = PATIENT) -> LogTime:
    """Somebody's phone call."""
    return LogTime(
        patient=whose,
        performer=who,
        start=utc(of[0]),
        end=utc(of[1]),
        activity="phone_call",
        description="Glucose log reviewed by phone.",
    )


def told(ledger: Given, who: str, *, of: tuple[str, str] = NIGHT, whose: str = PATIENT) -> Given:
    """Somebody's phone call, recorded on 2 April."""
    return ledger.by(who).at(SECOND).then(telling(who, of=of, whose=whose))


def both() -> Given:
    """The nurse's minutes in March, by Chicago; the transfer, told late; the assistant's in April, by New York."""
    return told(moved_in(told(office(), NURSE)), ASSISTANT)


def counted(ledger: Given) -> tuple[list[int], list[int]]:
    """The counted seconds of the entries of March, and of April."""
    return changes.counted(ledger, PATIENT, MARCH), changes.counted(ledger, PATIENT, APRIL)


def codes(ledger: Given, month: str) -> list[str]:
    """What is said of the entries of a month."""
    return [notice.code for line in changes.verdict(ledger, PATIENT, month).lines for notice in line.notices]


def test_minutes_that_two_zones_see_in_two_months_count_in_the_one_recorded_first() -> None:
    ledger = both()

    assert ([1200], [0]) == counted(ledger)
    assert ["time_already_covered"] == codes(ledger, APRIL)


def test_the_reason_names_the_entry_of_the_month_beside() -> None:
    ledger = both()
    verdict = changes.verdict(ledger, PATIENT, APRIL)
    held: dict[str, Any] = {}
    while absent := missing_tags(PATIENT, APRIL, held):
        held |= {tag: ledger.state(tag) for tag in absent}
    (line,) = verdict.lines
    evidence = of_line(line.notices[0], line, Ground(facts_of(PATIENT, APRIL, held), verdict, ledger.law[0]))
    logged = [fact.position for fact in ledger.facts if fact.event.TOPIC == "time_logged"]

    assert tuple(logged) == evidence.facts


def test_the_answer_tells_whose_the_minutes_are_as_the_month_does() -> None:
    ledger = moved_in(told(office(), NURSE))
    answer = ledger.by(ASSISTANT).at(SECOND).when(telling(ASSISTANT))

    assert ["time_already_covered"] == answer.codes


def test_of_minutes_that_are_shared_in_part_the_others_count() -> None:
    ledger = told(moved_in(told(office(), NURSE)), ASSISTANT, of=("2026-04-01T04:40", "2026-04-01T05:10"))

    assert ([1200], [1200]) == counted(ledger)


def test_the_performers_own_minutes_do_not_count_in_two_months_either() -> None:
    assert ([1200], [0]) == counted(told(moved_in(told(office(), NURSE)), NURSE))


def test_where_april_was_recorded_first_march_gives_them_up() -> None:
    ledger = told(office().and_(assigned(PATIENT, OTHER_PRACTICE, on("2026-04-01"))), NURSE)
    back = ledger.and_(assigned(PATIENT, PRACTICE, on("2026-04-01")))

    assert ([0], [1200]) == counted(told(back, ASSISTANT))


def test_minutes_of_march_that_are_struck_come_free_in_april() -> None:
    ledger = both()
    strike = changes.strike(changes.entry_of(ledger, 0, PATIENT, MARCH), month=MARCH)

    assert ([], [1200]) == counted(ledger.by(COMPLIANCE).at(SECOND).then(strike))


def test_a_correction_keeps_its_place_across_the_months() -> None:
    short = told(office(), NURSE, of=("2026-04-01T04:30", "2026-04-01T04:35"))
    ledger = told(moved_in(short), ASSISTANT)
    entry = changes.entry_of(ledger, 0, PATIENT, MARCH)
    whole = changes.correct(entry, *NIGHT, month=MARCH)
    answer = ledger.by(NURSE).at(SECOND).when(whole)

    assert ["time_corrected"] == answer.codes
    assert (APRIL,) == answer.event.months()


def test_two_charts_in_two_zones_turn_out_to_be_one_patients() -> None:
    two = office().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT, OTHER_PRACTICE))
    ledger = told(told(two, NURSE), ASSISTANT, whose=OTHER_PATIENT).and_(test_merging.merged())

    assert ([1200], [0]) == counted(ledger)
    assert ["time_already_covered"] == codes(ledger, APRIL)


def test_minutes_recorded_while_two_were_merged_are_not_counted_again_once_they_are_apart() -> None:
    two = office().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT, OTHER_PRACTICE, on("2025-01-01")))
    one = told(two.and_(test_merging.merged()), NURSE)
    apart = told(one.and_(PatientsUnmerged(patient=PATIENT, merged=OTHER_PATIENT)), ASSISTANT)

    assert ([0], [1200]) == counted(apart)


def test_of_a_patient_of_one_practice_no_other_month_is_read() -> None:
    ledger = told(office(), NURSE)
    answer = ledger.by(ASSISTANT).at(SECOND).when(telling(ASSISTANT))

    assert {f"care_month/{PATIENT}/{MARCH}"} == {tag for tag in answer.read if tag.startswith("care_month/")}

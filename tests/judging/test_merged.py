"""Merged patients: a month of either is the month of both, each second once, and an unmerge gives back two."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

import pytest

from ledger.judging.shapes import Verdict
from ledger.streams.care_plan import CarePlan
from ledger.streams.joining import BY_HAND, OF_THE_FIRST, group_of, joined_patient
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.streams.month_state import CareMonth
from ledger.streams.patient import PatientRegistered, PracticeAssigned
from ledger.streams.patient_state import Merge, Patient
from ledger.streams.status_state import Status
from ledger.streams.time_changes import TimeAllocated
from tests.facts import PARTS, Chart, codes, day, opaque

FIRST, OTHER, THIRD = opaque("pt", "patient"), opaque("pt", "other"), opaque("pt", "third")
MORNING = "2026-03-09 10:00"


@contextmanager
def speaking_of(chart: Chart, patient: str) -> Iterator[None]:
    """What is told of the chart's patient is told of another one meanwhile."""
    chart.patient, before = patient, chart.patient
    yield
    chart.patient = before


def two(*, without: tuple[str, ...] = ()) -> Chart:
    """The clean chart, and another patient of whom nothing but the registration is known."""
    chart = Chart(without=without)
    chart.tell(PatientRegistered(patient=OTHER, links=()))
    return chart


def chart_of(patient: str) -> Chart:
    """The clean chart, told of this patient."""
    chart = Chart(without=PARTS)
    chart.patient = patient
    for part in PARTS:
        getattr(chart, f"_{part}")()
    return chart


def merge(chart: Chart, into: str = FIRST, merged: str = OTHER) -> None:
    chart.tell(PatientsMerged(patient=into, merged=merged))


def verdict_of(chart: Chart, patient: str) -> Verdict:
    with speaking_of(chart, patient):
        return chart.verdict()


def test_minutes_of_both_count_together() -> None:
    chart = two()
    chart.time(MORNING, 12)
    chart.time("2026-03-10 10:00", 13, who="other")
    merge(chart)

    assert (1500, "ready", FIRST) == (chart.verdict().staff_seconds, chart.verdict().standing, chart.verdict().patient)


def test_the_month_of_either_is_the_same() -> None:
    chart = two()
    chart.time(MORNING, 12)
    chart.time("2026-03-10 10:00", 13, who="other")
    merge(chart)

    assert verdict_of(chart, OTHER) == chart.verdict()


def test_what_only_the_merged_patient_had_makes_the_month_ready() -> None:
    chart = chart_of(OTHER)
    chart.patient = FIRST
    chart.tell(PatientRegistered(patient=FIRST, links=()))
    chart.time(MORNING, 25)
    merge(chart)

    assert "ready" == chart.verdict().standing


def test_seconds_that_both_hold_count_once_for_who_was_recorded_first() -> None:
    chart = two()
    chart.time(MORNING, 20, who="other", by="S2", name="first")
    chart.time("2026-03-09 10:10", 20, name="second")
    merge(chart)
    first, second = chart.verdict().lines

    assert (1200, 600) == (first.counted, second.counted)
    assert ["time_already_covered"] == codes(second.notices)


def test_one_performer_with_both_at_once_is_no_longer_contested() -> None:
    chart = two()
    chart.time(MORNING, 20, who="other")
    chart.time("2026-03-09 10:10", 20)
    contested = codes(chart.verdict().lines[0].notices)
    merge(chart)
    first, second = chart.verdict().lines

    assert ["performer_with_other_patient", "contested_time"] == contested
    assert ([], ["time_already_covered"]) == (codes(first.notices), codes(second.notices))


def test_seconds_lost_to_somebody_else_stay_lost() -> None:
    chart = two()
    chart.time("2026-03-09 10:30", 20, who="stranger")
    chart.time(MORNING, 20, who="other")
    chart.time("2026-03-09 10:10", 30)
    merge(chart)
    last = chart.verdict().lines[-1]

    assert 600 == last.counted
    assert ["time_already_covered", "performer_with_other_patient", "contested_time"] == codes(last.notices)


def test_entries_come_in_the_order_of_recording_whoever_they_were_recorded_about() -> None:
    chart = two()
    entries = [chart.time(f"2026-03-0{day} 10:00", 5, who=who) for day, who in ((1, None), (2, "other"), (3, None))]
    merge(chart)

    assert entries == [line.entry for line in chart.verdict().lines]


def test_an_unmerge_gives_both_back_as_they_were() -> None:
    chart = two()
    chart.time(MORNING, 12)
    chart.time("2026-03-10 10:00", 13, who="other")
    before = (chart.verdict(), verdict_of(chart, OTHER))
    merge(chart)
    chart.tell(PatientsUnmerged(patient=FIRST, merged=OTHER))

    assert before == (chart.verdict(), verdict_of(chart, OTHER))


def test_a_chain_is_one_person_under_its_end() -> None:
    chart = two()
    chart.tell(PatientRegistered(patient=THIRD, links=()))
    for number, who in ((10, None), (11, "other"), (12, "third")):
        chart.time(f"2026-03-{number} 10:00", 10, who=who)
    merge(chart, OTHER, FIRST)
    merge(chart, THIRD, OTHER)
    verdicts = [verdict_of(chart, who) for who in (FIRST, OTHER, THIRD)]

    assert [(THIRD, 1800)] * 3 == [(verdict.patient, verdict.staff_seconds) for verdict in verdicts]


# --- attestations -----------------------------------------------------------------------------------------------


def attested(chart: Chart, patient: str) -> None:
    with speaking_of(chart, patient):
        chart.attest(chart.verdict().digest, name=f"signed for {patient}")


def test_a_month_attested_for_both_is_for_review_and_stale() -> None:
    chart = two()
    chart.time(MORNING, 25)
    chart.time("2026-03-10 10:00", 25, who="other")
    attested(chart, FIRST)
    attested(chart, OTHER)
    merge(chart)

    assert ["merged_both_attested"] == codes(chart.verdict().notices)
    assert "stale" == chart.verdict().standing


@pytest.mark.parametrize(("signed_for", "other"), [(FIRST, OTHER), (OTHER, FIRST)])
def test_a_merge_alone_makes_no_attestation_stale(signed_for: str, other: str) -> None:
    chart = chart_of(signed_for)
    chart.tell(PatientRegistered(patient=other, links=()))
    chart.time(MORNING, 25)
    attested(chart, signed_for)
    merge(chart)

    assert ("attested", FIRST) == (chart.verdict().standing, chart.verdict().patient)


def test_two_practitioners_designated_for_one_month_are_for_review_and_the_first_bills() -> None:
    chart = two()
    chart.time(MORNING, 25)
    with speaking_of(chart, OTHER):
        chart.designate("MD2")
    merge(chart)

    assert ["designations_collide"] == codes(chart.verdict().notices)
    assert opaque("st", "MD") == chart.verdict().practitioner


# --- joining ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", [Patient(), CareMonth(FIRST, "2026-03"), CarePlan(), Status()], ids=lambda s: type(s).__name__
)
def test_joining_knows_every_field_of_what_it_joins(state: object) -> None:
    alone = {field.name for field in fields(state) if not isinstance(getattr(state, field.name), tuple)}  # type: ignore[arg-type]

    assert set() == alone - OF_THE_FIRST - BY_HAND.keys(), "say in joining.py how it is put together"


@pytest.mark.parametrize(
    ("what", "when"),
    [("revoke", ("2026-02-10",)), ("disenrol", ("2026-03-01",)), ("stay", ("2026-03-08", "2026-03-12"))],
)
def test_what_ended_or_interrupted_the_programme_of_either_holds_for_the_one_patient(
    what: str, when: tuple[str, ...]
) -> None:
    chart = two()
    chart.time(MORNING, 25)
    with speaking_of(chart, OTHER):
        getattr(chart, what)(*when)
    assert 1500 == chart.verdict().staff_seconds
    merge(chart)

    assert 0 == chart.verdict().staff_seconds


def test_joining_knows_everything_that_ends_or_interrupts_a_programme() -> None:
    assert {"revocations", "disenrolments", "invalidations", "stays", "death_retracted"} == {
        field.name for field in fields(Status)
    }


def test_a_patient_joined_with_nobody_is_that_patient() -> None:
    assert Patient(patient=FIRST, position=7) == joined_patient([Patient(patient=FIRST, position=7)])


def test_a_group_is_found_whichever_of_it_is_named() -> None:
    states = {
        f"patient/{FIRST}": Patient(merges=(Merge(OTHER, True, 5), Merge(THIRD, True, 6, ended=7))),
        f"patient/{OTHER}": Patient(merges=(Merge(FIRST, False, 5),)),
        f"patient/{THIRD}": Patient(merges=(Merge(FIRST, False, 6, ended=7),)),
    }

    assert [(FIRST, OTHER), (FIRST, OTHER), (THIRD,)] == [
        group_of(who, states.__getitem__) for who in (FIRST, OTHER, THIRD)
    ]


# --- three on the same seconds, some of them allocated ----------------------------------------------------------


def allocated(chart: Chart, keeps: tuple[str, str], gives_up: tuple[str, str]) -> None:
    """The performer gives the shared seconds to an entry; each is named by patient and entry."""
    chart.tell(
        TimeAllocated(
            patient=keeps[0],
            entry=keeps[1],
            other_patient=gives_up[0],
            other_entry=gives_up[1],
            performer=opaque("st", "S1"),
            months=("2026-03",),
            other_months=("2026-03",),
            days=(day("2026-03-09"),),
        )
    )


def three(order: tuple[str, str, str], keeps: str, gives_up: str) -> Chart:
    """Three patients who may all be billed for, with twenty minutes of S1 on the same seconds, recorded in an order."""
    chart = Chart()
    for other in (OTHER, THIRD):
        chart.tell(PatientRegistered(patient=other, links=()))
        with speaking_of(chart, other):
            for part in PARTS:
                if part != "assignment":
                    getattr(chart, f"_{part}")()
            chart.tell(PracticeAssigned(patient=other, practice=chart.practice, from_on=day("2010-01-01")))
    entries: dict[str, str] = {}
    for who in order:
        with speaking_of(chart, who):
            entries[who] = chart.time(MORNING, 20)
    allocated(chart, (keeps, entries[keeps]), (gives_up, entries[gives_up]))
    return chart


ORDERS = [
    ((FIRST, THIRD, OTHER), OTHER, FIRST, OTHER),
    ((FIRST, OTHER, THIRD), THIRD, FIRST, THIRD),
    ((FIRST, OTHER, THIRD), THIRD, OTHER, FIRST),
    ((FIRST, OTHER, THIRD), OTHER, FIRST, OTHER),
]


@pytest.mark.parametrize(("order", "keeps", "gives_up", "counts"), ORDERS)
def test_of_three_on_the_same_seconds_just_one_counts(
    order: tuple[str, str, str], keeps: str, gives_up: str, counts: str
) -> None:
    chart = three(order, keeps, gives_up)

    assert {counts: 1200} == {who: seconds for who in order if (seconds := verdict_of(chart, who).lines[0].counted)}


@pytest.mark.parametrize(("order", "keeps", "gives_up", "counts"), ORDERS)
def test_of_three_on_the_same_seconds_just_one_counts_when_two_are_merged(
    order: tuple[str, str, str], keeps: str, gives_up: str, counts: str
) -> None:
    chart = three(order, keeps, gives_up)
    merge(chart)
    of_group = sum(line.counted for line in verdict_of(chart, FIRST).lines)
    of_third = sum(line.counted for line in verdict_of(chart, THIRD).lines)

    assert (0, 1200) == (of_group, of_third) if counts == THIRD else (1200, 0) == (of_group, of_third)

"""What changed between two moments: in a patient, in a month, in which months; and the facts that did it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ledger.store.sqlite.read_models import ReadModels
from ledger.streams.care_month import FamilyChosen
from ledger.streams.consent import ConsentSupplemented, ItemsAffirmed
from ledger.streams.merging import PatientsMerged
from ledger.streams.patient import ConditionRecorded, DeathRecorded
from ledger.streams.staff import RoleEnded
from ledger.terms.people import Role
from projections.changed_months import changed_months
from projections.follow import Follower
from projections.judged import AdoptedRulebooks, judged
from projections.month_diff import PARTS, changed_parts, month_diff
from projections.month_walk import walk
from projections.patient_diff import PatientDiff, patient_diff
from projections.states import States
from tests.projections.company import NURSES, PRACTITIONERS, an_id, chart, happenings, set_up, time
from tests.projections.fake_log import FakeLog, envelope

RULEBOOKS = AdoptedRulebooks()
FIRST, SECOND = an_id("pt", 1), an_id("pt", 2)
MONTH = "2026-03"
BEGUN = datetime(2026, 2, 27, 15, 0, tzinfo=UTC)
CALL = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
NURSE = envelope(NURSES[0], "log_time")


@pytest.fixture
def log() -> FakeLog:
    """Two patients with complete charts, and nothing logged yet."""
    made = FakeLog()
    for event in set_up():
        made.add(event, envelope(PRACTITIONERS[0], "init"), BEGUN)
    for number, patient in enumerate((FIRST, SECOND), start=1):
        for event in chart(patient, number, date(2026, 2, 20)):
            made.add(event, envelope(PRACTITIONERS[0], "record_fact"), BEGUN)
    return made


def logged(log: FakeLog, patient: str, number: int, start: datetime, minutes: int = 20) -> int:
    """Time of the first nurse; its position."""
    return log.add(time(patient, number, NURSES[0], start, minutes * 60), NURSE, start + timedelta(hours=1)).position


def diff_of(log: FakeLog, since: int, until: int | None = None) -> PatientDiff:
    verdict = States(log, after=len(log.facts)).at("ledger").state.edition()
    days = (date(2026, 3, 1), date(2026, 3, 31))
    return patient_diff(log, RULEBOOKS(verdict), FIRST, since=since, until=until or len(log.facts), days=days)


# --- a month ------------------------------------------------------------------------------------------------------


def test_a_new_entry_is_new_and_its_fact_did_it(log: FakeLog) -> None:
    before = len(log.facts)
    at = logged(log, FIRST, 1, CALL)

    found = month_diff(log, RULEBOOKS, FIRST, MONTH, since=before, until=at)

    assert [(change.kind, change.after and change.after.counted) for change in found.entries] == [("new", 1200)]
    assert [(each.line.position, each.staff_seconds) for each in found.because] == [(at, 1200)]
    assert {"entries", "seconds", "codes", "dollars", "standing", "digest"} <= set(found.changed)


def test_a_later_fact_that_changes_nothing_in_the_month_is_not_listed(log: FakeLog) -> None:
    before = len(log.facts)
    logged(log, SECOND, 1, CALL + timedelta(hours=3))
    logged(log, FIRST, 2, CALL + timedelta(days=30))
    log.add(RoleEnded(staff=NURSES[1], role=Role.CLINICAL_STAFF, last_on=date(2026, 3, 1)), NURSE)

    found = month_diff(log, RULEBOOKS, FIRST, MONTH, since=before, until=len(log.facts))

    assert (found.changed, found.entries, found.because) == ((), (), ())


def test_an_entry_is_changed_by_what_another_stream_says(log: FakeLog) -> None:
    logged(log, FIRST, 1, CALL)
    before = len(log.facts)
    log.add(RoleEnded(staff=NURSES[0], role=Role.CLINICAL_STAFF, last_on=date(2026, 3, 1)), NURSE)

    found = month_diff(log, RULEBOOKS, FIRST, MONTH, since=before, until=len(log.facts))

    (change,) = found.entries
    assert (change.kind, change.before and change.before.counted, change.after and change.after.counted) == (
        "changed",
        1200,
        0,
    )
    assert change.notices_added == ("performer_role_not_held",)
    assert [each.line.topic for each in found.because] == ["role_ended"]


def test_of_a_fact_about_another_patient_nothing_is_told_but_that_it_was_recorded(log: FakeLog) -> None:
    logged(log, FIRST, 1, CALL)
    before = len(log.facts)
    logged(log, SECOND, 2, CALL + timedelta(minutes=10))

    (because,) = month_diff(log, RULEBOOKS, FIRST, MONTH, since=before, until=len(log.facts)).because

    assert (because.line.what, because.line.stream, because.line.details) == (
        "Time logged for another patient",
        "-",
        (),
    )
    assert SECOND not in repr(because)


def test_what_was_changed_and_changed_back_names_both_facts(log: FakeLog) -> None:
    logged(log, FIRST, 1, CALL)
    before = len(log.facts)
    for family in ("complex", "noncomplex"):
        log.add(FamilyChosen(patient=FIRST, month=MONTH, practitioner=PRACTITIONERS[1], family=family), NURSE)

    found = month_diff(log, RULEBOOKS, FIRST, MONTH, since=before, until=len(log.facts))

    assert found.changed == ("chosen", "digest")
    assert [each.changed for each in found.because] == [("codes", "dollars", "chosen", "missing", "digest")] * 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_steps_of_a_month_lead_from_its_first_verdict_to_its_last(seed: int) -> None:
    log = FakeLog()
    for told in happenings(seed, 260, patients=4):
        log.add(*told)
    since, until = 60, len(log.facts)
    for patient in (an_id("pt", number) for number in range(1, 5)):
        steps = list(walk(log, RULEBOOKS, patient, "2026-02", since=since, until=until))
        for step in steps:
            at = step.fact.position
            earlier, later = (
                judged(States(log, after=p).at, RULEBOOKS, patient, "2026-02").verdict for p in (at - 1, at)
            )
            assert (step.before, step.after) == (earlier, later)
        first, last = (judged(States(log, after=p).at, RULEBOOKS, patient, "2026-02").verdict for p in (since, until))
        assert (steps[0].before, steps[-1].after) == (first, last)
        positions = {step.fact.position for step in steps}
        for position in range(since + 1, until + 1, 7):
            if position not in positions:
                pair = [
                    judged(States(log, after=p).at, RULEBOOKS, patient, "2026-02").verdict
                    for p in (position - 1, position)
                ]
                assert pair[0] == pair[1], position


def test_every_part_of_a_month_is_compared(log: FakeLog) -> None:
    verdict = judged(States(log, after=len(log.facts)).at, RULEBOOKS, FIRST, MONTH).verdict

    assert changed_parts(verdict, verdict) == ()
    assert len(PARTS) == len(set(PARTS))


# --- a patient ----------------------------------------------------------------------------------------------------


def test_facts_of_all_streams_are_listed_once_by_stream(log: FakeLog) -> None:
    before = len(log.facts)
    positions = [logged(log, FIRST, 1, CALL), logged(log, SECOND, 2, CALL + timedelta(hours=4))]
    positions.append(log.add(DeathRecorded(patient=FIRST, on=date(2026, 3, 20)), NURSE).position)

    found = diff_of(log, before)

    assert [(each.stream, [line.position for line in each.lines]) for each in found.streams] == [
        (f"patient/{FIRST}", [positions[2]]),
        (f"care_month/{FIRST}/{MONTH}", [positions[0]]),
    ]
    assert (found.stood_before and found.stood_before.died_on, found.stands_after and found.stands_after.died_on) == (
        None,
        date(2026, 3, 20),
    )


def test_what_came_what_changed_and_what_it_said_before_is_told(log: FakeLog) -> None:
    before = len(log.facts)
    again = ConditionRecorded(
        patient=FIRST,
        condition=an_id("cd", 10),
        icd10="I10",
        onset_on=date(2020, 1, 1),
        abated_on=date(2026, 1, 31),
        expected_12_months=True,
    )
    log.add(again, NURSE)
    log.add(again.model_copy(update={"condition": an_id("cd", 77), "icd10": "J44.9", "abated_on": None}), NURSE)

    found = diff_of(log, before)

    assert [(each.kind, each.id, each.change) for each in found.changes] == [
        ("conditions", an_id("cd", 10), "changed"),
        ("conditions", an_id("cd", 77), "new"),
    ]
    assert ("abated on", None, "2026-01-31") in found.changes[0].details
    assert found.stood_before is not None
    assert found.stands_after is not None
    assert (found.stood_before.conditions, found.stands_after.conditions) == (("E11.9", "I10"), ("E11.9", "J44.9"))


def test_a_supplement_changes_the_consent_that_it_belongs_to(log: FakeLog) -> None:
    before = len(log.facts)
    supplement = ConsentSupplemented(
        patient=FIRST,
        consent=an_id("cs", 1),
        occurred_at=BEGUN,
        obtained_by=NURSES[0],
        items=ItemsAffirmed(availability=True, cost_sharing=True, one_practitioner=True, right_to_stop=True),
        evidence="contemporaneous_note",
    )
    log.add(supplement, NURSE)

    (change,) = diff_of(log, before).changes

    assert (change.kind, change.id, change.details) == ("consents", an_id("cs", 1), (("supplements", None, "1"),))


def test_before_a_patient_is_known_nothing_stands(log: FakeLog) -> None:
    found = diff_of(log, 5)

    assert found.stood_before is None
    assert found.stands_after is not None
    assert {change.change for change in found.changes} == {"new"}


# --- the months ---------------------------------------------------------------------------------------------------


@pytest.fixture
def models(tmp_path: Path) -> ReadModels:
    return ReadModels(tmp_path)


def test_only_months_that_differ_are_listed(log: FakeLog, models: ReadModels) -> None:
    logged(log, FIRST, 1, CALL)
    logged(log, SECOND, 2, CALL + timedelta(hours=2))
    before = len(log.facts)
    at = logged(log, FIRST, 3, CALL + timedelta(days=1))
    Follower(log, models).pull()

    found = changed_months(log, models, RULEBOOKS, since=before, until=at)
    models.close()

    assert [(each.patient, each.month, [fact.line.position for fact in each.because]) for each in found.months] == [
        (FIRST, MONTH, [at])
    ]


def test_a_month_changed_by_somebodys_role_is_found(log: FakeLog, models: ReadModels) -> None:
    logged(log, FIRST, 1, CALL)
    before = len(log.facts)
    log.add(RoleEnded(staff=NURSES[0], role=Role.CLINICAL_STAFF, last_on=date(2026, 3, 1)), NURSE)
    Follower(log, models).pull()

    found = changed_months(log, models, RULEBOOKS, since=before, until=len(log.facts), month=MONTH)
    nowhere = changed_months(log, models, RULEBOOKS, since=before, until=len(log.facts), practice=an_id("pr", 9))
    models.close()

    assert [each.patient for each in found.months] == [FIRST]
    assert nowhere.months == ()


@pytest.mark.parametrize("seed", [4, 5])
def test_the_months_listed_are_just_those_whose_verdicts_differ(seed: int, models: ReadModels) -> None:
    log = FakeLog()
    for told in happenings(seed, 240, patients=4):
        log.add(*told)
    Follower(log, models).pull()
    since, until = 130, 210

    found = {
        (each.patient, each.month) for each in changed_months(log, models, RULEBOOKS, since=since, until=until).months
    }
    models.close()

    expected = set()
    for patient in (an_id("pt", number) for number in range(1, 5)):
        for month in ("2026-01", "2026-02", "2026-03"):
            first, last = (judged(States(log, after=p).at, RULEBOOKS, patient, month).verdict for p in (since, until))
            if first != last and (last.lines or last.attested or first.lines):
                expected.add((patient, month))
    assert expected == found


def test_a_month_that_began_behind_the_later_moment_is_not_listed(log: FakeLog, models: ReadModels) -> None:
    before = len(log.facts)
    until = log.add(DeathRecorded(patient=FIRST, on=date(2026, 2, 25)), NURSE)
    logged(log, FIRST, 1, CALL)
    Follower(log, models).pull()

    found = changed_months(log, models, RULEBOOKS, since=before, until=until.position)
    models.close()

    assert found.months == ()


def test_a_month_that_a_merged_patient_never_had_is_listed_once_with_whoever_goes_on(
    log: FakeLog, models: ReadModels
) -> None:
    logged(log, FIRST, 1, CALL)
    before = len(log.facts)
    merged = log.add(PatientsMerged(patient=SECOND, merged=FIRST), NURSE).position
    logged(log, SECOND, 2, CALL + timedelta(days=40))
    Follower(log, models).pull()

    found = changed_months(log, models, RULEBOOKS, since=before, until=merged)
    models.close()

    assert [(FIRST, MONTH), (SECOND, MONTH)] == [(each.patient, each.month) for each in found.months]

"""A month as asked for: as attested beside now, what came since, what another edition says, what words are gone."""

import base64
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ledger.rulebook import FORMULAS_VERSION, Edition, shipped_edition
from ledger.streams.attesting import AttestationWithdrawn
from ledger.streams.care_month import CodeUnits, MonthAttested
from ledger.streams.care_plan import CarePlanRevised
from ledger.streams.consent import ConsentRecorded
from ledger.streams.governance import RulebookAdopted
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.terms.identity import staff_day_tag
from projections.entered import Tally, by_day, entered_between, entered_entries
from projections.judged import AdoptedRulebooks, judged
from projections.minute import minute_of
from projections.month_answer import attestation_fates, month_answer
from projections.month_basis import Basis, month_basis
from projections.month_states import MonthStates
from projections.questions import month_of
from projections.states import States
from tests.projections.company import NURSES, PRACTITIONERS, an_id, chart, happenings, set_up, time
from tests.projections.fake_log import FakeLog, envelope

RULEBOOKS = AdoptedRulebooks()
FIRST, SECOND = an_id("pt", 1), an_id("pt", 2)
MONTH = "2026-03"
BEGUN = datetime(2026, 2, 27, 15, 0, tzinfo=UTC)
CALL = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
NURSE = envelope(NURSES[0], "log_time")
DOCTOR = envelope(PRACTITIONERS[1], "attest_month")


def other_edition() -> Edition:
    """The shipped law, except that 99490 needs twenty-five minutes."""
    files = dict(shipped_edition().files)
    name = "medicare/ccm/99490.toml"
    changed = files[name].replace(b"2015-01-01, value = 20", b"2015-01-01, value = 25")
    assert changed != files[name]
    return Edition.of(files | {name: changed})


@pytest.fixture
def log() -> FakeLog:
    made = FakeLog()
    for event in set_up():
        made.add(event, envelope(PRACTITIONERS[0], "init"), BEGUN)
    for number, patient in enumerate((FIRST, SECOND), start=1):
        for event in chart(patient, number, date(2026, 2, 20)):
            made.add(event, envelope(PRACTITIONERS[0], "record_fact"), BEGUN)
    return made


def logged(log: FakeLog, number: int, start: datetime, minutes: int, patient: str = FIRST, by: int = 0) -> int:
    late = start + timedelta(hours=1)
    return log.add(time(patient, number, NURSES[by], start, minutes * 60), NURSE, late).position


def attested(log: FakeLog, number: int, patient: str = FIRST) -> int:
    """The month signed as it stands; the position of the attestation."""
    verdict = judged(States(log, after=len(log.facts)).at, RULEBOOKS, patient, MONTH).verdict
    event = MonthAttested(
        patient=patient,
        month=MONTH,
        attestation=an_id("at", number),
        practitioner=PRACTITIONERS[1],
        attested_at=CALL,
        statement="month_reviewed_1",
        digest=verdict.digest,
        as_of=len(log.facts),
        edition=verdict.edition,
        family=verdict.family,
        staff_seconds=verdict.staff_seconds,
        personal_seconds=verdict.personal_seconds,
        lines=tuple(CodeUnits(code=line.code, units=line.units) for line in verdict.charges),
    )
    return log.add(event, DOCTOR).position


def adopt(log: FakeLog, edition: Edition) -> int:
    content = base64.b64encode(edition.to_bytes()).decode()
    event = RulebookAdopted(
        edition=edition.digest, formulas=FORMULAS_VERSION, content=content, reason="Another minimum."
    )
    return log.add(event, DOCTOR).position


def answered(log: FakeLog) -> tuple[object, ...]:
    answer = month_answer(log, RULEBOOKS, FIRST, MONTH, len(log.facts))
    return answer.verdict.standing, answer.as_attested, answer.entered_after, answer.under_adopted


def test_a_month_that_nobody_attested_has_nothing_beside_it(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)

    assert answered(log) == ("blocked", None, (), None)


def test_what_was_signed_stays_beside_what_holds_now(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    signed_at = attested(log, 1)
    late = logged(log, 2, CALL + timedelta(days=1), 20)

    answer = month_answer(log, RULEBOOKS, FIRST, MONTH, len(log.facts))

    assert answer.as_attested is not None
    assert (answer.as_attested.position, answer.as_attested.as_of) == (signed_at, signed_at - 1)
    assert (answer.as_attested.staff_seconds, answer.verdict.staff_seconds) == (1200, 2400)
    assert (answer.attested_amount, answer.verdict.amount) == (Decimal("66.13"), Decimal("116.57"))
    assert [each.position for each in answer.entered_after] == [late]


def test_an_edition_adopted_later_says_what_it_would_and_moves_nothing(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    attested(log, 1)
    before = month_answer(log, RULEBOOKS, FIRST, MONTH, len(log.facts))
    adopt(log, other_edition())
    after = month_answer(log, RULEBOOKS, FIRST, MONTH, len(log.facts))

    assert (before.under_adopted, after.verdict) == (None, before.verdict)
    assert after.verdict.standing == "attested"
    assert after.under_adopted is not None
    assert (after.verdict.amount, after.under_adopted.amount) == (Decimal("66.13"), None)
    assert after.adoption.edition == before.verdict.edition


def test_an_open_month_is_judged_by_the_edition_adopted_last_alone(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    position = adopt(log, other_edition())

    answer = month_answer(log, RULEBOOKS, FIRST, MONTH, len(log.facts))

    assert (answer.verdict.amount, answer.under_adopted) == (None, None)
    assert answer.adoption.position == position


def test_each_attestation_says_which_fact_reopened_the_month(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    attested(log, 1)
    logged(log, 9, CALL + timedelta(hours=5), 20, patient=SECOND, by=1)
    late = logged(log, 2, CALL + timedelta(days=1), 20)
    logged(log, 3, CALL + timedelta(days=2), 20)
    attested(log, 2)

    fates = attestation_fates(log, RULEBOOKS, FIRST, MONTH, len(log.facts))

    assert [(each.fate, each.reopened_by and each.reopened_by.position) for each in fates] == [
        ("stale", late),
        ("stands", None),
    ]


def withdrawn(log: FakeLog, number: int, patient: str = FIRST) -> int:
    event = AttestationWithdrawn(
        patient=patient, month=MONTH, attestation=an_id("at", number), by=PRACTITIONERS[1], reason="wrong_content"
    )
    return log.add(event, DOCTOR).position


def fates_of(log: FakeLog, patient: str = FIRST) -> list[tuple[str, int | None, int | None]]:
    """Of each attestation what became of it, by which fact, and by which it had become stale before."""
    fates = attestation_fates(log, RULEBOOKS, patient, MONTH, len(log.facts))
    facts = ((each.fate, each.reopened_by, each.stale_by) for each in fates)
    return [(fate, by and by.position, stale and stale.position) for fate, by, stale in facts]


def test_an_attestation_that_was_stale_when_it_was_withdrawn_is_withdrawn(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    attested(log, 1)
    late = logged(log, 2, CALL + timedelta(days=1), 20)
    taken_back = withdrawn(log, 1)
    logged(log, 3, CALL + timedelta(days=2), 20)
    attested(log, 2)

    assert [("withdrawn", taken_back, late), ("stands", None, None)] == fates_of(log)


def test_attestations_under_both_ids_each_say_what_became_of_them(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    logged(log, 2, CALL + timedelta(days=1), 20, patient=SECOND)
    attested(log, 1)
    attested(log, 2, SECOND)
    late = logged(log, 3, CALL + timedelta(days=2), 20)
    merged = log.add(PatientsMerged(patient=FIRST, merged=SECOND), DOCTOR).position
    taken_back = withdrawn(log, 2, SECOND)

    assert [("stale", late, None), ("withdrawn", taken_back, merged)] == fates_of(log)
    assert fates_of(log) == fates_of(log, SECOND)


def test_of_two_signatures_of_merged_patients_the_newest_stands_and_takes_the_place_of_the_other(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    logged(log, 2, CALL + timedelta(days=1), 20, patient=SECOND)
    attested(log, 1)
    attested(log, 2, SECOND)
    log.add(PatientsMerged(patient=FIRST, merged=SECOND), DOCTOR)

    fates = [fate for fate, *_ in fates_of(log)]

    assert fates[0] == "superseded"
    log.add(PatientsUnmerged(patient=FIRST, merged=SECOND), DOCTOR)
    assert [("stands", None, None)] == fates_of(log)


def test_an_attestation_that_a_newer_one_replaced_unchanged_was_superseded(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    attested(log, 1)
    attested(log, 2)

    assert [("superseded", None, None), ("stands", None, None)] == fates_of(log)


def test_words_that_are_gone_of_either_merged_patient_are_named(log: FakeLog) -> None:
    position = logged(log, 1, CALL, 20, patient=SECOND)
    log.add(PatientsMerged(patient=FIRST, merged=SECOND), DOCTOR)
    log.destroyed = True

    for patient in (FIRST, SECOND):
        answer = month_answer(log, RULEBOOKS, patient, MONTH, len(log.facts))
        assert position in {each.position for each in answer.erased}
        positions = [each.position for each in answer.erased]
        assert sorted(set(positions)) == positions


def test_words_that_are_gone_are_named_and_the_month_is_judged_all_the_same(log: FakeLog) -> None:
    position = logged(log, 1, CALL, 20)
    log.destroyed = True

    answer = month_answer(log, RULEBOOKS, FIRST, MONTH, len(log.facts))

    assert answer.verdict.staff_seconds == 1200
    (entry,) = [each for each in answer.erased if each.position == position]
    assert (entry.topic, entry.words) == ("time_logged", ("description", "activity"))
    assert ("given", "family") == next(e.words for e in answer.erased if e.topic == "patient_registered")[:2]


@pytest.mark.parametrize("seed", range(41, 47))
def test_days_read_as_far_as_the_month_goes_give_the_verdict_of_whole_days(seed: int) -> None:
    log = FakeLog()
    for told in happenings(seed, 300, patients=5, nurses=2):
        log.add(*told)
    for position in (60, 150, len(log.facts)):
        for patient in (an_id("pt", number) for number in range(1, 6)):
            for month in ("2026-01", "2026-02", "2026-03"):
                whole = month_of(log, RULEBOOKS, patient, month, position)
                assert month_answer(log, RULEBOOKS, patient, month, position).verdict == whole, (seed, patient, month)


def test_a_day_with_time_without_clock_times_is_read_whole(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    untimed = time(SECOND, 2, NURSES[0], CALL, 600).model_copy(
        update={"segments": (), "on": CALL.date(), "seconds": 86_000}
    )
    log.add(untimed, NURSE)
    logged(log, 3, CALL + timedelta(hours=1), 30)

    verdict = month_answer(log, RULEBOOKS, FIRST, MONTH, len(log.facts)).verdict

    assert verdict == month_of(log, RULEBOOKS, FIRST, MONTH)
    assert "day_over_24_hours" in {notice.code for line in verdict.lines for notice in line.notices}


def test_of_a_day_only_what_touches_the_month_is_read(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    touching = logged(log, 2, CALL + timedelta(minutes=10), 20, patient=SECOND)
    logged(log, 3, CALL + timedelta(hours=2), 20, patient=SECOND)
    states = MonthStates(log, FIRST, MONTH, after=len(log.facts))

    day = states.at(staff_day_tag(NURSES[0], CALL.date())).state

    assert [worked.position for worked in day.worked] == [touching - 1, touching]


# --- what it rests on -----------------------------------------------------------------------------------------------


def basis_of(log: FakeLog) -> Basis:
    states = States(log, after=len(log.facts))
    verdict = judged(states.at, RULEBOOKS, FIRST, MONTH).verdict
    return month_basis(log, states, RULEBOOKS(states.at("ledger").state.edition()), verdict)


def test_a_consent_recorded_after_the_first_minute_counts_and_was_not_on_record(log: FakeLog) -> None:
    fresh = FakeLog()
    consent = None
    for fact in log.facts:
        if isinstance(fact.event, ConsentRecorded) and fact.event.patient == FIRST:
            consent = fact.event
        else:
            fresh.add(fact.event, fact.envelope, fact.recorded_at)
    assert consent is not None
    logged(fresh, 1, CALL, 20)
    items = consent.items.model_copy(update={"right_to_stop": True})
    fresh.add(consent.model_copy(update={"items": items}), NURSE, CALL + timedelta(days=2))

    first = basis_of(fresh).first_minute

    assert first is not None
    assert (first.consent_counted, first.consent_known_then) == (True, False)


def test_a_revision_recorded_later_is_not_what_the_nurse_knew(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    log.add(
        CarePlanRevised(
            patient=FIRST,
            revision=2,
            revised_at=CALL - timedelta(days=2),
            elements=("goals",),
            intervention_owners=True,
        ),
        DOCTOR,
        CALL + timedelta(days=3),
    )

    (plan,) = basis_of(log).plans

    assert (plan.said, plan.known_then, plan.in_force) == (None, 1, 2)


def test_a_month_without_entries_has_no_first_minute(log: FakeLog) -> None:
    basis = basis_of(log)

    assert (basis.first_minute, basis.plans) == (None, ())
    assert [each.code for each in basis.conditions if each.in_force] == ["I10", "E11.9"]


# --- a minute, and the days of entry --------------------------------------------------------------------------------


def test_a_minute_held_by_two_entries_counts_once(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    logged(log, 2, CALL + timedelta(minutes=10), 20, by=1)

    minute = minute_of(log, RULEBOOKS, FIRST, MONTH, CALL + timedelta(minutes=12, seconds=9), len(log.facts))

    assert [(each.entry, each.seconds, each.counted) for each in minute.holders] == [
        (an_id("te", 1), 60, 60),
        (an_id("te", 2), 60, 0),
    ]
    assert (minute.counted_seconds, minute.is_counted_twice) == (60, False)


def test_a_minute_that_an_entry_ends_in_is_held_in_part(log: FakeLog) -> None:
    log.add(time(FIRST, 1, NURSES[0], CALL, 90), NURSE, CALL + timedelta(hours=1))

    minute = minute_of(log, RULEBOOKS, FIRST, MONTH, CALL + timedelta(minutes=1), len(log.facts))

    assert [(each.seconds, each.counted) for each in minute.holders] == [(30, 30)]


def test_a_minute_of_two_patients_of_one_nurse_counts_for_the_first_recorded(log: FakeLog) -> None:
    logged(log, 1, CALL, 20, patient=SECOND)
    logged(log, 2, CALL, 20)

    minute = minute_of(log, RULEBOOKS, FIRST, MONTH, CALL, len(log.facts))

    assert [(each.patient, each.counted) for each in minute.holders] == [(SECOND, 60), (FIRST, 0)]
    assert not minute.is_counted_twice


def test_nobody_holds_a_minute_that_nobody_worked(log: FakeLog) -> None:
    assert minute_of(log, RULEBOOKS, FIRST, MONTH, CALL, len(log.facts)).holders == ()


def test_the_day_worked_and_the_day_entered_have_one_total(log: FakeLog) -> None:
    logged(log, 1, CALL, 20)
    late = time(FIRST, 2, NURSES[0], CALL + timedelta(days=1), 600)
    log.add(late, NURSE, CALL + timedelta(days=25))

    entries = tuple(entered_entries(log, RULEBOOKS, (FIRST, SECOND), MONTH, len(log.facts)))
    shown = by_day(entries)

    assert shown.total == Tally(2, 1800, 1800)
    for clock in ("worked", "source", "recorded"):
        tallies = [getattr(day, clock) for day in shown.days]
        assert shown.total == Tally(*(sum(each) for each in zip(*tallies, strict=True)))
    assert [(day.on, day.worked.entries, day.recorded.entries) for day in shown.days if day.on] == [
        (date(2026, 3, 10), 1, 1),
        (date(2026, 3, 11), 1, 0),
        (date(2026, 4, 4), 0, 1),
    ]


def test_what_was_entered_before_within_and_after_a_period_is_the_month(log: FakeLog) -> None:
    for number, days in enumerate((0, 5, 12), start=1):
        logged(log, number, CALL + timedelta(days=days), 10)
    entries = tuple(entered_entries(log, RULEBOOKS, (FIRST,), MONTH, len(log.facts)))

    (row,) = entered_between(entries, date(2026, 3, 12), date(2026, 3, 16))
    none = entered_between(entries, date(2026, 4, 12), None)

    assert [row.before.entries, row.within.entries, row.after.entries] == [1, 1, 1]
    assert none == ()

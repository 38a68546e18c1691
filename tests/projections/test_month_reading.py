"""A month as read says what its decider says: entries across its end, changed entries, withdrawals, merged patients."""

from typing import Any

import pytest

from commands.intents.care_month import AttestMonth
from ledger.streams.endings import ConsentRevoked, PatientDisenrolled
from ledger.streams.governance import LedgerOpened
from ledger.terms.people import Programme
from projections.entered import entered_entries
from projections.judged import AdoptedRulebooks
from projections.minute import Minute, minute_of
from projections.month_answer import MonthAnswer, attestation_fates, month_answer
from projections.month_basis import Basis, month_basis
from projections.month_diff import month_diff
from projections.questions import month_of
from projections.states import States
from tests.commands import test_month_edges, world
from tests.commands.changes import (
    MONTH,
    as_compliance,
    attested,
    correct,
    entry_of,
    logged,
    two_patients,
    withdrawal,
)
from tests.commands.test_merging import merge
from tests.commands.world import ADA, ADMIN, NURSE, OTHER_PATIENT, PATIENT, on, utc
from tests.gwt import Given, given, opaque
from tests.projections.company import ADMINISTRATOR, adoption
from tests.projections.fake_log import FakeLog, envelope

RULEBOOKS = AdoptedRulebooks()
DAY_AFTER = "2026-04-02T15:00:00+00:00"


@pytest.fixture(autouse=True)
def _adopted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The world of the commands, in a ledger that was opened and adopted the shipped law."""
    opened = LedgerOpened(name="Elm Care", simulated=True, administrator=ADMINISTRATOR, login="os:test")
    monkeypatch.setattr(world, "given", lambda *events: given(opened, adoption(), *events))


def log_of(ledger: Given) -> FakeLog:
    log = FakeLog()
    for fact in ledger.facts:
        log.add(fact.event, envelope(ADMIN, "test"), fact.recorded_at)
    return log


def answer_of(ledger: Given, whose: str = PATIENT, month: str = MONTH) -> MonthAnswer:
    return month_answer(log_of(ledger), RULEBOOKS, whose, month, len(ledger.facts))


def basis_of(ledger: Given, whose: str = PATIENT, month: str = MONTH) -> Basis:
    log = log_of(ledger)
    answer = month_answer(log, RULEBOOKS, whose, month, len(ledger.facts))
    return month_basis(log, States(log, after=answer.position), RULEBOOKS(answer.adoption), answer.verdict)


def minute_at(ledger: Given, at: str, whose: str = PATIENT) -> Minute:
    return minute_of(log_of(ledger), RULEBOOKS, whose, MONTH, utc(at), len(ledger.facts))


# --- an entry across the end of the month -----------------------------------------------------------------------------


def across_the_end(start: str, end: str) -> Given:
    """Work from 23:30 to 00:30 in Chicago, and work of the same nurse for another patient on 1 April."""
    ledger = logged("2026-04-01T04:30", "2026-04-01T05:30", ledger=logged())
    return logged(start, end, ledger=ledger, patient=OTHER_PATIENT)


@pytest.mark.parametrize("month", [MONTH, "2026-04"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-04-01T05:10", "2026-04-01T05:40"),  # in the April part
        ("2026-04-01T04:10", "2026-04-01T04:40"),  # in the March part
        ("2026-04-01T05:30", "2026-04-01T05:40"),  # behind it
    ],
)
def test_an_entry_contested_in_its_part_of_another_month_is_read_as_it_is_judged(
    month: str, start: str, end: str
) -> None:
    ledger = across_the_end(start, end)

    assert month_of(log_of(ledger), RULEBOOKS, PATIENT, month) == answer_of(ledger, month=month).verdict


def test_a_month_is_signed_by_the_digest_that_was_shown() -> None:
    ledger = across_the_end("2026-04-01T05:10", "2026-04-01T05:40").by(ADA).at(DAY_AFTER)
    shown = answer_of(ledger).verdict

    signed = ledger.then(AttestMonth(patient=PATIENT, month=MONTH, digest=shown.digest))

    assert "contested_time" in {notice.code for line in shown.lines for notice in line.notices}
    assert "attested" == answer_of(signed).verdict.standing


# --- what was signed, and what came after -----------------------------------------------------------------------------


def withdrawn() -> Given:
    signed = attested(logged()).by(ADA).at(DAY_AFTER)
    return signed.then(withdrawal(signed))


def test_a_withdrawn_attestation_is_not_what_stands_beside_the_month() -> None:
    answer = answer_of(withdrawn())

    assert (None, None, ()) == (answer.as_attested, answer.attested_amount, answer.entered_after)
    assert 1 == answer.attestations


def test_between_signing_and_withdrawing_a_month_loses_what_was_attested() -> None:
    ledger = withdrawn()
    last = len(ledger.facts)
    found = month_diff(log_of(ledger), RULEBOOKS, PATIENT, MONTH, since=last - 1, until=last)

    assert (True, None) == (found.attested_before is not None, found.attested_after)


def corrected() -> Given:
    signed = attested(logged()).by(NURSE).at(DAY_AFTER)
    return signed.then(correct(entry_of(signed)))


def test_a_corrected_entry_was_not_entered_after_the_attestation() -> None:
    assert () == answer_of(corrected()).entered_after


def test_a_plan_learned_before_a_correction_was_not_known_when_the_entry_was_recorded() -> None:
    revised = logged().and_(world.plan(2))
    ledger = revised.by(NURSE).at(DAY_AFTER)

    (plan,) = basis_of(ledger.then(correct(entry_of(ledger)))).plans

    assert (1, 2) == (plan.known_then, plan.in_force)


# --- consent at the first minute --------------------------------------------------------------------------------------


def revoked(told_on: str) -> ConsentRevoked:
    return ConsentRevoked(patient=PATIENT, revocation=opaque("rv", 1), scope=(Programme.CCM,), told_on=on(told_on))


def test_behind_a_revocation_no_consent_counts_at_the_first_minute() -> None:
    ledger = logged("2026-04-10T15:00", "2026-04-10T15:25", ledger=two_patients().and_(revoked("2026-03-12")))

    first = basis_of(ledger, month="2026-04").first_minute

    assert first is not None
    assert (False, False, None) == (first.consent_counted, first.consent_known_then, first.consent)


def test_in_the_month_of_a_revocation_consent_counts_at_the_first_minute() -> None:
    ledger = logged("2026-03-20T15:00", "2026-03-20T15:25", ledger=two_patients().and_(revoked("2026-03-12")))

    first = basis_of(ledger).first_minute

    assert first is not None
    assert (True, True, world.CONSENT) == (first.consent_counted, first.consent_known_then, first.consent)


def test_a_revocation_learned_later_was_not_known_at_the_first_minute() -> None:
    worked = logged("2026-04-10T15:00", "2026-04-10T15:25")

    first = basis_of(worked.and_(revoked("2026-03-12"), at=utc("2026-05-02T15:00")), month="2026-04").first_minute

    assert first is not None
    assert (False, True) == (first.consent_counted, first.consent_known_then)


def test_behind_the_last_day_of_the_programme_no_consent_counts_at_the_first_minute() -> None:
    left = PatientDisenrolled(
        patient=PATIENT,
        disenrolment=opaque("ds", 1),
        programme=Programme.CCM,
        on=on("2026-03-12"),
        reason="moved_away",
    )

    first = basis_of(logged("2026-03-20T15:00", "2026-03-20T15:25", ledger=two_patients().and_(left))).first_minute

    assert first is not None
    assert (False, False, None) == (first.consent_counted, first.consent_known_then, first.consent)


# --- patients who were merged -----------------------------------------------------------------------------------------


def merged(ledger: Given, into: str = OTHER_PATIENT, other: str = PATIENT) -> Given:
    return as_compliance(ledger).then(merge(into, other))


@pytest.mark.parametrize("whose", [PATIENT, OTHER_PATIENT])
def test_a_merged_month_rests_on_what_is_known_of_all_of_them(whose: str) -> None:
    apart = basis_of(logged())

    together = basis_of(merged(logged()), whose)

    assert together.biller is not None
    assert together.biller == apart.biller
    assert together.conditions == apart.conditions
    assert together.consents == apart.consents
    assert together.plans == apart.plans
    assert together.plan_on_date_of_service == apart.plan_on_date_of_service
    assert together.first_minute == apart.first_minute


@pytest.mark.parametrize("whose", [PATIENT, OTHER_PATIENT])
def test_a_merged_month_shows_what_was_attested_of_one_of_them(whose: str) -> None:
    apart, together = answer_of(attested(logged())), answer_of(merged(attested(logged())), whose)

    assert "attested" == together.verdict.standing
    assert together.as_attested is not None
    assert (apart.as_attested, apart.attested_amount, 1) == (
        together.as_attested,
        together.attested_amount,
        together.attestations,
    )


@pytest.mark.parametrize("whose", [PATIENT, OTHER_PATIENT])
def test_the_attestation_of_a_merged_month_stands(whose: str) -> None:
    ledger = merged(attested(logged()))

    fates = attestation_fates(log_of(ledger), RULEBOOKS, whose, MONTH, len(ledger.facts))

    assert ["stands"] == [each.fate for each in fates]


@pytest.mark.parametrize("whose", [PATIENT, OTHER_PATIENT])
def test_a_difference_of_a_merged_month_shows_what_was_attested(whose: str) -> None:
    ledger = merged(attested(logged()))
    last = len(ledger.facts)

    found = month_diff(log_of(ledger), RULEBOOKS, whose, MONTH, since=last, until=last)

    assert found.attested_after is not None


# --- a minute of merged patients, and their days of entry -----------------------------------------------------------


def two_entries() -> Given:
    """One entry of each of two patients."""
    return logged("2026-03-10T16:00", "2026-03-10T16:25", ledger=logged(), patient=OTHER_PATIENT)


@pytest.mark.parametrize("whose", [PATIENT, OTHER_PATIENT])
def test_a_minute_of_merged_patients_lists_an_entry_once(whose: str) -> None:
    minute = minute_at(merged(two_entries(), PATIENT, OTHER_PATIENT), "2026-03-10T16:05", whose)

    assert [(whose, 60)] == [(each.patient, each.counted) for each in minute.holders]
    assert not minute.is_counted_twice


def test_a_minute_shared_with_merged_patients_lists_each_entry_once() -> None:
    third: Any = opaque("pt", 3)
    ledger = two_patients().and_(world.patient(third, "10044"), world.assigned(third))
    for whose in (OTHER_PATIENT, third, PATIENT):
        ledger = logged(ledger=ledger, patient=whose)

    minute = minute_at(merged(ledger, third, OTHER_PATIENT), "2026-03-10T15:05")

    assert [third, third, PATIENT] == [each.patient for each in minute.holders]


@pytest.mark.parametrize("month", ["2026-03", "2026-04"])
def test_a_minute_that_two_zones_see_in_two_months_lists_the_entries_of_both(month: str) -> None:
    log = log_of(test_month_edges.both())

    minute = minute_of(log, RULEBOOKS, PATIENT, month, utc("2026-04-01T04:35"), len(log.facts))

    assert [("2026-03", 60), ("2026-04", 0)] == [(each.month, each.counted) for each in minute.holders]


def test_the_days_of_entry_of_merged_patients_are_those_of_both() -> None:
    ledger = merged(two_entries(), PATIENT, OTHER_PATIENT)

    found = entered_entries(log_of(ledger), RULEBOOKS, (PATIENT,), MONTH, len(ledger.facts))

    assert [1500, 1500] == [each.seconds for each in found]

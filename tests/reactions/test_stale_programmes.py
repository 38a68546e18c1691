"""A month of PCM or APCM that went stale is reported, shown and settled by itself, beside the month of CCM."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands.intents.attesting import WithdrawAttestation
from commands.intents.care_month import ChooseFamily
from commands.intents.reviews import RaiseReview, ReportStaleMonth, SettleReview
from commands.opening import adoption
from ledger.rulebook import shipped_edition
from ledger.streams.reviews import MonthWentStale
from ledger.streams.staff import RoleGranted
from ledger.terms.people import Programme, Role
from projections.questions import month_of
from projections.reviews import ReviewLine, reviews
from tests.commands.test_month_signing import worked
from tests.commands.test_programmes import MONTH, pcm
from tests.commands.test_signed_programmes import APCM, CCM, PCM, ready_apcm, ready_pcm, sign
from tests.commands.world import ADA, BO, COMPLIANCE, PATIENT, SINCE
from tests.gwt import Given
from tests.house import House, consent_of, house
from tests.projections.claims_world import RULEBOOKS, log_of
from tests.reactions.company import BOOKS, react, stale_months
from tests.reactions.given import MACHINE, attestation, found, machine

MORNING = "2026-04-02T06:00:00+00:00"


def signed(programme: Programme = PCM) -> Given:
    """A month of the programme that Dr Bo signed; the machine asks on the morning after."""
    first = Given().and_(adoption(shipped_edition(), reason="In use."))
    begun = ready_pcm() if programme is PCM else ready_apcm()
    ledger = first.and_(*(fact.event for fact in begun.facts), *machine()).by(BO).at("2026-04-01T18:00:00+00:00")
    return ledger.then(sign(ledger, programme)).by(MACHINE).at(MORNING)


def stale(programme: Programme = PCM) -> Given:
    """The same after Dr Bo chose the family, which no signature says."""
    family: Any = "pcm_staff" if programme is PCM else "apcm"
    chosen = ChooseFamily(patient=PATIENT, month=MONTH, family=family, programme=programme)  # type: ignore[arg-type]
    return signed(programme).by(BO).then(chosen).by(MACHINE).at(MORNING)


def report(programme: Any = PCM, **changes: Any) -> ReportStaleMonth:
    return ReportStaleMonth(**{"patient": PATIENT, "month": MONTH, "programme": programme, **changes})


def lines(ledger: Given, **how: Any) -> tuple[ReviewLine, ...]:
    log = log_of(ledger)
    return reviews(log, RULEBOOKS, position=len(ledger.facts), **how).lines


# --- reported -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("programme", [PCM, APCM])
def test_it_is_reported_with_its_programme_and_what_was_signed_and_what_it_says_now(programme: Programme) -> None:
    ledger = stale(programme)
    signature = attestation(ledger)

    event = ledger.when(report(programme)).event

    assert isinstance(event, MonthWentStale)
    assert (event.programme, event.attestation, event.practitioner) == (programme, signature.attestation, BO)
    assert (event.digest_then, event.digest_now) == (signature.digest, pcm(ledger, programme).digest)


def test_the_month_of_ccm_beside_it_is_not_stale() -> None:
    assert "month_not_stale" == stale().when(report(CCM)).refused


def test_a_month_of_pcm_as_it_was_signed_is_not_reported() -> None:
    assert "month_not_stale" == signed().when(report()).refused


def test_a_finding_of_ccm_names_no_programme() -> None:
    begun = worked(20, ledger=stale().by(BO))
    both = begun.by(ADA).then(sign(begun, CCM))
    chosen = both.then(ChooseFamily(patient=PATIENT, month=MONTH, family="noncomplex"))

    event = chosen.by(MACHINE).at(MORNING).when(ReportStaleMonth(patient=PATIENT, month=MONTH)).event

    assert isinstance(event, MonthWentStale)
    assert (event.programme, event.practitioner) == (None, ADA)
    assert "programme" not in event.model_dump_json(exclude_none=True)


def test_the_same_finding_is_reported_once() -> None:
    once = stale().then(report())

    assert (len(once.facts),) == once.by(MACHINE).when(report(because=(7,))).unchanged


# --- shown --------------------------------------------------------------------------------------------------------


def test_the_review_names_the_programme_and_is_still_so() -> None:
    (line,) = lines(stale().then(report()))

    assert (line.what, line.programme, line.month, line.still_so) == ("month_went_stale", PCM, MONTH, True)


def test_it_is_so_no_more_once_the_month_of_its_programme_is_signed_anew() -> None:
    told = stale().then(report()).by(BO)
    (line,) = lines(told.then(sign(told)))

    assert not line.still_so


def test_a_review_of_ccm_says_so() -> None:
    begun = worked(20, ledger=signed().by(BO))
    both = begun.by(ADA).then(sign(begun, CCM))
    chosen = both.then(ChooseFamily(patient=PATIENT, month=MONTH, family="noncomplex")).by(MACHINE).at(MORNING)

    assert [line.programme for line in lines(chosen.then(report(CCM)))] == [CCM]


# --- unanswered ---------------------------------------------------------------------------------------------------


def unanswered(ledger: Given) -> RaiseReview:
    return RaiseReview(what="unanswered_stale_month", review=found(ledger).review, since_on=date(2026, 4, 2))


def test_one_that_nobody_answers_for_two_weeks_is_raised_and_names_its_programme() -> None:
    told = stale().then(report()).by(MACHINE).at("2026-04-16T06:00:00+00:00")

    raised = told.then(unanswered(told))

    assert [(line.what, line.programme, line.still_so) for line in lines(raised)] == [
        ("month_went_stale", PCM, True),
        ("unanswered_stale_month", PCM, True),
    ]


def test_one_that_was_signed_anew_is_not_raised() -> None:
    told = stale().then(report()).by(BO)
    anew = told.then(sign(told)).by(MACHINE).at("2026-04-16T06:00:00+00:00")

    assert "review_not_due" == anew.when(unanswered(anew)).refused


# --- found by the reaction ----------------------------------------------------------------------------------------


def in_pcm(it: House) -> None:
    """The patient of the company has PCM with Dr Dot too: half an hour of January, signed; then a family is chosen."""
    patient, dot = {"patient": it.ids["patient"]}, it.ids["dot"]
    it.clock = "2026-01-06T16:00:00Z"
    failing = patient | {"icd10": "I50.22", "onset_on": "2025-01-01", "expected_months": 6}
    condition = dict(it.accepted("record_condition", failing, actor="dot").ids)["condition"]
    risk = patient | {"on": "2026-01-06", "conditions": [condition]}
    it.accepted("attest_risk", risk, actor="dot")
    it.accepted("record_consent", consent_of(it, programme="PCM", practitioner=dot), actor="bea")
    billed = {"programme": "PCM", "side": "practitioner", "from_month": "2026-01", "practitioner": dot}
    it.accepted("designate_practitioner", patient | billed, actor="dot")
    it.accepted("sign_care_plan", patient | {"revision": 1}, actor="dot")
    it.clock = "2026-01-20T18:00:00Z"
    assert it.log_time("2026-01-19T15:00:00Z", "2026-01-19T15:35:00Z", programme="PCM").outcome == "accepted"
    it.clock = "2026-02-01T18:00:00Z"
    digest = month_of(it.log, BOOKS, it.ids["patient"], "2026-01", programme=PCM).digest
    of_pcm = patient | {"month": "2026-01", "programme": "PCM"}
    it.accepted("attest_month", of_pcm | {"digest": digest}, actor="dot")
    it.clock = "2026-02-02T18:00:00Z"
    it.accepted("choose_family", of_pcm | {"family": "pcm_staff"}, actor="dot")


def test_the_reaction_reports_it_once_with_what_came_after_the_signature(tmp_path: Path) -> None:
    with house(tmp_path / "ledger") as it:
        in_pcm(it)
        chosen = it.log.refresh()
        react(it.log)
        react(it.log)

        (event,) = stale_months(it.log)

        assert (event.programme, event.practitioner, event.because) == (PCM, it.ids["dot"], (chosen,))


def test_a_moved_staff_record_has_it_judged_again(tmp_path: Path) -> None:
    with house(tmp_path / "ledger") as it:
        in_pcm(it)
        react(it.log)
        ended = {"staff": it.ids["bea"], "role": "clinical_staff", "practice": it.ids["practice"]}
        it.accepted("end_role", ended | {"last_on": "2026-01-02"})
        moved = it.log.refresh()
        react(it.log)

        first, second = stale_months(it.log)

        assert (first.programme, second.programme) == (PCM, PCM)
        assert (first.attestation, moved in second.because) == (second.attestation, True)


# --- settled ------------------------------------------------------------------------------------------------------


def settle(review: str) -> SettleReview:
    return SettleReview(review=review, outcome="done", reason="Signed anew.")


def billed_by_ada_since(ledger: Given) -> Given:
    """Dr Ada bills CCM of the month, did no work in it, and is of compliance too."""
    return ledger.and_(RoleGranted(staff=ADA, role=Role.COMPLIANCE, practice=None, from_on=SINCE)).by(ADA)


def test_compliance_settles_it() -> None:
    told = stale().then(report()).by(COMPLIANCE)

    assert "done" == told.when(settle(found(told).review)).event.outcome


def test_whoever_bills_only_ccm_settles_what_was_found_of_pcm() -> None:
    told = billed_by_ada_since(stale().then(report()))

    assert "done" == told.when(settle(found(told).review)).event.outcome


def test_whoever_bills_pcm_settles_neither_that_nor_that_nobody_answered() -> None:
    waited = stale().then(report()).by(MACHINE).at("2026-04-16T06:00:00+00:00")
    raised = waited.then(unanswered(waited))
    bo = raised.and_(RoleGranted(staff=BO, role=Role.COMPLIANCE, practice=None, from_on=SINCE)).by(BO)
    second = raised.facts[-1].event.review  # type: ignore[attr-defined]

    assert {"review_about_self"} == {bo.when(settle(each)).refused for each in (found(raised).review, second)}


def withdrawn(ledger: Given) -> WithdrawAttestation:
    return WithdrawAttestation(
        patient=PATIENT,
        month=MONTH,
        attestation=attestation(ledger).attestation,
        reason="signed_in_error",
        words="Mine.",
    )


def test_a_signature_that_was_withdrawn_is_none_that_went_stale() -> None:
    told = stale().by(BO)

    assert "month_not_stale" == told.then(withdrawn(told)).by(MACHINE).at(MORNING).when(report()).refused

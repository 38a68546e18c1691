"""Every command, accepted once and asked again: the ledger already says so, or only the key can know the repeat.

A command that brings sealed words cannot be compared with what the ledger holds; its key binds the repeat
(tests/handling). Everything else must recognise itself.
"""

import pytest

from commands.catalog import CATALOG
from commands.intents.base import Command
from commands.intents.elevations import EndElevation, ReviewElevation
from commands.intents.erasure import ApproveErasure, BeginErasure, WithdrawErasure
from commands.intents.reviews import NoteReactionRun
from ledger.terms.outcome import Accepted, Unchanged
from tests.commands import (
    changes,
    overpaid,
    test_api_keys,
    test_attesting,
    test_billing,
    test_care_month,
    test_care_plan,
    test_claim_answers,
    test_claim_changes,
    test_claims,
    test_completeness,
    test_consent,
    test_designation,
    test_disclosures,
    test_elevations,
    test_eligibility,
    test_endings,
    test_erasure,
    test_extra_planning,
    test_governance,
    test_importing,
    test_limits,
    test_log_keys,
    test_merging,
    test_month_signing,
    test_other_services,
    test_parked,
    test_patient,
    test_practice,
    test_pricing,
    test_staff,
    test_staff_changes,
    test_stays,
    test_time_disputes,
    test_witnessing,
    test_wrong_patient,
)
from tests.commands.world import ADA, ADMIN, COMPLIANCE, DESK, FEED, NURSE, OTHER_PATIENT, enrolled, known, office, utc
from tests.gwt import Given
from tests.reactions import test_refusals_counted, test_reviews_due, test_settling, test_stale_months
from tests.reactions.given import MACHINE, stale

REVOKED, REVOCATION = test_endings.revoked()
DISENROLLED, DISENROLMENT = test_endings.disenrolled()
STAYED, STAY = test_stays.stayed()
TOLD, SERVICE = test_other_services.told()
MONTH = test_month_signing.worked(20)
INCOMPLETE = known().and_(test_consent.INCOMPLETE, at=utc("2026-01-05T16:00")).by(NURSE)
LOGGED = changes.logged()
ENTRY = changes.entry_of(LOGGED)
SIGNED = changes.attested(LOGGED)
CONTESTED = test_time_disputes.contested()
MINE, THEIRS = changes.entry_of(CONTESTED), changes.entry_of(CONTESTED, whose=OTHER_PATIENT)
REFUSED, REPORTED = test_refusals_counted.refused_once(), test_settling.reported()
LESS, NOTICED = overpaid.struck(overpaid.paid(), 2), overpaid.noticed()
BEGUN, IDENTIFIED = NOTICED.then(overpaid.begin(NOTICED)), NOTICED.then(overpaid.identify(NOTICED))
SIGNED_MONTH, CLAIMED = test_claims.attested(), test_claim_answers.released()
CLAIM = test_claims.claim_of(CLAIMED)
HELD, STOPPED, PAID = (
    test_claim_changes.at_the_payer(),
    test_claim_changes.stopped(),
    test_claim_changes.settled_claim(),
)
DENIED = CLAIMED.then(test_claim_answers.denied(CLAIMED, "50")).by(COMPLIANCE)
HOLDING, REQUESTED = test_erasure.office().then(test_erasure.hold()), test_erasure.requested().by(test_erasure.SECOND)
NOTICE_OVER, ERASING = test_erasure.approved().at("2026-05-01T12:00:00+00:00"), test_erasure.begun().by(MACHINE)
TWO_KEYS = (
    office()
    .by(ADMIN)
    .then(test_log_keys.adopt())
    .then(test_log_keys.adopt(test_log_keys.NEW, replaces=test_log_keys.OLD))
)
DISCLOSED = test_disclosures.disclosed()
OPENED = test_elevations.elevated()
OPEN_NO_MORE = test_elevations.later(OPENED).by(COMPLIANCE)
COMMANDS: tuple[tuple[Given, Command], ...] = (
    (office().by(ADMIN), test_governance.adopt()),
    (office().by(ADMIN), test_governance.source()),
    (office().by(ADMIN), test_governance.bind()),
    (office().by(ADMIN), test_practice.register()),
    (office().by(ADMIN), test_practice.attest()),
    (office().by(ADMIN), test_practice.adopt()),
    (test_practice.attested(), test_practice.end()),
    (office().by(ADMIN), test_staff.register()),
    (office().by(ADMIN), test_staff.grant()),
    (office().by(ADMIN), test_staff.end()),
    (office().by(ADMIN), test_staff.licence()),
    (office().by(ADMIN), test_pricing.status()),
    (office().by(ADMIN), test_pricing.locality()),
    (office().by(ADMIN), test_staff_changes.leave()),
    (office().by(ADMIN), test_staff_changes.check()),
    (office().by(DESK), test_patient.register()),
    (known().by(DESK), test_patient.link()),
    (known().by(DESK), test_patient.assign()),
    (test_merging.two(), test_merging.merge()),
    (test_merging.two().and_(test_merging.merged()), test_merging.unmerge()),
    (test_wrong_patient.world(), test_wrong_patient.move()),
    (test_wrong_patient.world(), test_wrong_patient.strike()),
    (test_wrong_patient.world(), test_wrong_patient.move_plan()),
    (test_wrong_patient.world(), test_wrong_patient.strike_plan()),
    (known().by(FEED), test_eligibility.condition()),
    (known().by(NURSE), test_eligibility.visit()),
    (known().by(DESK), test_eligibility.coverage()),
    (known().by(NURSE), test_eligibility.death()),
    (known().by(FEED), test_stays.stay()),
    (STAYED.by(DESK), test_stays.retract(STAY)),
    (known().by(DESK).then(test_stays.death()), test_stays.alive()),
    (known().by(DESK), test_other_services.service()),
    (TOLD.by(DESK), test_other_services.retract(SERVICE)),
    (enrolled().by(ADA), test_eligibility.risk()),
    (known().by(NURSE), test_consent.record()),
    (INCOMPLETE, test_consent.supplement()),
    (known().by(DESK), test_consent.decline()),
    (enrolled().by(DESK), test_endings.revoke()),
    (enrolled().by(DESK), test_endings.disenrol()),
    (enrolled().by(COMPLIANCE), test_endings.invalidate()),
    (REVOKED, test_endings.retract_revocation(REVOCATION)),
    (DISENROLLED, test_endings.retract_disenrolment(DISENROLMENT)),
    (enrolled().by(NURSE), test_care_plan.revise()),
    (enrolled().by(ADA), test_care_plan.sign(1)),
    (enrolled().by(NURSE), test_care_plan.copy()),
    (enrolled().by(NURSE), test_care_month.work()),
    (enrolled().by(FEED).row("r1"), test_care_month.untimed()),
    (known().by(ADA), test_designation.designate()),
    (test_designation.standing().by(ADA), test_designation.withdraw()),
    (enrolled().by(ADA), test_month_signing.decision()),
    (MONTH, test_month_signing.choose()),
    (test_limits.in_april(), test_limits.raised()),
    (test_extra_planning.seen(), test_extra_planning.planned()),
    (test_extra_planning.seen().then(test_extra_planning.planned()), test_extra_planning.retracted()),
    (MONTH, test_month_signing.attest(MONTH)),
    (test_parked.parked(), test_parked.resolve()),
    (LOGGED.by(NURSE), changes.correct(ENTRY)),
    (LOGGED.by(NURSE), changes.add(ENTRY)),
    (LOGGED.by(NURSE), changes.dispute(ENTRY)),
    (changes.as_compliance(LOGGED), changes.strike(ENTRY)),
    (CONTESTED.by(NURSE), changes.allocate(THEIRS, MINE, patient=OTHER_PATIENT)),
    (SIGNED.by(ADA), changes.withdrawal(SIGNED)),
    (MONTH, test_attesting.excepted()),
    (MONTH, test_attesting.in_batch(MONTH)),
    (test_attesting.unsigned().by(ADA), test_attesting.answering()),
    (stale(), test_stale_months.report()),
    (test_claims.set_up().by(ADMIN), test_claims.adopt()),
    (office().by(ADMIN), test_billing.details()),
    (office().by(ADMIN), test_billing.payer()),
    (office().by(ADMIN), test_billing.sender()),
    (office().by(ADMIN), test_billing.rendering()),
    (SIGNED_MONTH, test_claims.release()),
    (CLAIMED, test_claims.withdraw(CLAIM)),
    (CLAIMED, test_claim_answers.acknowledged(CLAIMED)),
    (CLAIMED, test_claim_answers.paid(CLAIMED)),
    (DENIED, test_claim_answers.reopening(DENIED)),
    (HELD, test_claim_changes.void(HELD)),
    (STOPPED, test_claim_changes.settle(STOPPED)),
    (PAID, test_claim_changes.waive(PAID)),
    (test_erasure.office(), test_erasure.hold()),
    (HOLDING, test_erasure.released(HOLDING)),
    (test_erasure.office(), test_erasure.ask(2015)),
    (REQUESTED, test_erasure.of(REQUESTED, ApproveErasure)),
    (REQUESTED, test_erasure.of(REQUESTED, WithdrawErasure)),
    (NOTICE_OVER, test_erasure.of(NOTICE_OVER, BeginErasure)),
    (ERASING, test_erasure.done(ERASING)),
    (LESS, overpaid.report(LESS)),
    (LESS.by(COMPLIANCE), overpaid.by_person(LESS)),
    (NOTICED, overpaid.triage(NOTICED)),
    (NOTICED, overpaid.identify(NOTICED)),
    (NOTICED, overpaid.dismiss(NOTICED)),
    (NOTICED, overpaid.begin(NOTICED)),
    (BEGUN, overpaid.end(BEGUN)),
    (NOTICED, overpaid.sweep(NOTICED)),
    (IDENTIFIED, overpaid.give_back(IDENTIFIED)),
    (REFUSED, test_refusals_counted.close(REFUSED)),
    (test_reviews_due.on_the_day(enrolled(), "2026-12-11"), test_reviews_due.raised("visit_age", "2025-12-10")),
    (REFUSED, NoteReactionRun(reaction="close_refusal_counts", up_to=1)),
    (REPORTED, test_settling.settle(REPORTED)),
    (office().by(ADMIN), test_api_keys.issue()),
    (test_api_keys.ISSUED, test_api_keys.revoke(test_api_keys.ISSUED)),
    (office().by(ADMIN), test_log_keys.adopt()),
    (TWO_KEYS, test_log_keys.retire()),
    (office().by(ADMIN), test_witnessing.TRUST),
    (test_witnessing.watching(), test_witnessing.seen(40)),
    (test_witnessing.watching(), test_witnessing.contradiction()),
    (office().by(ADMIN), test_completeness.mapped(2)),
    (test_importing.given(), test_importing.imported()),
    (test_disclosures.office(), test_disclosures.disclosure()),
    (DISCLOSED, test_disclosures.prolonged(DISCLOSED)),
    (DISCLOSED.by(COMPLIANCE), test_disclosures.taken_back(DISCLOSED)),
    (test_elevations.office(), test_elevations.glass()),
    (OPENED, test_elevations.of(OPENED, EndElevation)),
    (OPEN_NO_MORE, test_elevations.of(OPENED, ReviewElevation, outcome="justified")),
)
BY_KEY_ONLY = {
    *("revise_care_plan", "attest_mdm", "add_to_time", "dispute_time", "record_rendering_details"),
    *("disclose", "suspend_accounting"),
}
"""Their words are all they say."""
ONCE = {
    *("release_delivery", "discard_delivery"),
    *("settle_dispute", "approve_late_entry", "move_time", "start_timer", "stop_timer", "export_claim"),
}
"""Settled, refused the second time: test_billing, test_parked, test_time_changes, test_time_disputes, test_timer."""


@pytest.mark.parametrize(("ledger", "command"), COMMANDS, ids=lambda part: getattr(part, "NAME", ""))
def test_an_accepted_command_asked_again_is_unchanged_where_no_words_hide_it(ledger: Given, command: Command) -> None:
    first = ledger.when(command).outcome
    again = (ledger.then(command) if isinstance(first, Accepted) else ledger).when(command).outcome

    if command.NAME in BY_KEY_ONLY or _is_timed(command):
        assert isinstance(again, Accepted)
    else:
        assert isinstance(again, Unchanged)
        assert all(0 < position <= len(ledger.facts) + 2 for position in again.positions)
        assert again.positions


def test_every_command_is_asked_again() -> None:
    assert set(CATALOG) == {command.NAME for _, command in COMMANDS} | ONCE


def test_time_told_twice_under_two_keys_counts_once() -> None:
    ledger = enrolled().by(NURSE)

    assert ["time_already_covered"] == ledger.again(test_care_month.work()).codes


def _is_timed(command: Command) -> bool:
    return getattr(command, "start", None) is not None

"""Every command of this program by its wire name: its fields, its decider, who may give it, whom a refusal is about.

Read by handle.py, by `schema commands` and by the documentation. Order: setting up, people, what happened, acts.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from commands import (
    api_keys,
    attesting,
    care_month,
    care_plan,
    completeness,
    consent,
    designation,
    disclosures,
    elevations,
    eligibility,
    endings,
    extra_planning,
    governance,
    importing,
    limits,
    log_keys,
    merging,
    month_signing,
    other_services,
    parked,
    patient,
    practice,
    pricing,
    reviews,
    staff,
    staff_changes,
    stays,
    time_changes,
    time_disputes,
    timer,
    witnessing,
    wrong_patient,
)
from commands.authority import MATRIX
from commands.claims import answers, files, overpaid, releasing, returned
from commands.claims import changes as claim_changes
from commands.deciding import Asked, Law, States
from commands.erasing import holds, requests
from commands.intents import api_keys as entrance
from commands.intents import attesting as attestations
from commands.intents import billing as billing_commands
from commands.intents import care_month as months
from commands.intents import care_plan as plans
from commands.intents import claims as claim_commands
from commands.intents import codes, services, status, timers
from commands.intents import completeness as counting
from commands.intents import consent as consents
from commands.intents import designation as designations
from commands.intents import disclosures as disclosing
from commands.intents import elevations as glass
from commands.intents import erasure as erasures
from commands.intents import governance as ledger
from commands.intents import importing as documents
from commands.intents import log_keys as keys
from commands.intents import overpayments as money
from commands.intents import patient as patients
from commands.intents import reviews as findings
from commands.intents import staff as people
from commands.intents import time_changes as changes
from commands.intents import witnessing as watching
from commands.intents import wrong_patient as wrongs
from commands.intents.base import Command
from ledger.terms.outcome import Outcome
from ledger.terms.people import Role

Decider = Callable[[Asked[Any], States, Law], Outcome]


class Entry(NamedTuple):
    """One command: its fields, its decider, and what handle.py must know of it."""

    command: type[Command]
    decide: Decider
    subject: str | None = None
    """The field that names whom a refusal is about; None: the refusal is about the actor."""
    is_alone: bool = False
    """Whether everything before it must be durable first: it pins a position, or needs words of facts opened."""

    @property
    def name(self) -> str:
        """What the wire calls it."""
        return self.command.NAME

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles in which it is given, the one that is taken first first."""
        return MATRIX[self.command.NAME]


_ENTRIES: Final = (
    Entry(ledger.AdoptRulebook, governance.decide_adopt_rulebook),
    Entry(ledger.RegisterSource, governance.decide_register_source),
    Entry(entrance.IssueApiKey, api_keys.decide_issue_api_key, "staff"),
    Entry(entrance.RevokeApiKey, api_keys.decide_revoke_api_key),
    Entry(keys.AdoptLogKey, log_keys.decide_adopt_log_key),
    Entry(keys.RetireLogKey, log_keys.decide_retire_log_key),
    Entry(people.RegisterPractice, practice.decide_register_practice),
    Entry(people.AttestCapability, practice.decide_attest_capability),
    Entry(people.EndCapability, practice.decide_end_capability),
    Entry(people.AdoptPolicy, practice.decide_adopt_policy),
    Entry(claim_commands.AdoptCharge, releasing.decide_adopt_charge),
    Entry(people.RecordLocality, pricing.decide_record_locality),
    Entry(billing_commands.RecordBillingDetails, files.decide_record_billing_details),
    Entry(billing_commands.RecordPayerIdentity, files.decide_record_payer_identity),
    Entry(billing_commands.RecordInterchange, files.decide_record_interchange),
    Entry(people.RegisterStaff, staff.decide_register_staff),
    Entry(people.GrantRole, staff.decide_grant_role, "staff"),
    Entry(people.EndRole, staff.decide_end_role, "staff"),
    Entry(people.RecordLicence, staff.decide_record_licence, "staff"),
    Entry(people.RecordQualifyingStatus, pricing.decide_record_qualifying_status, "staff"),
    Entry(billing_commands.RecordRenderingDetails, files.decide_record_rendering_details, "staff"),
    Entry(people.RecordDeparture, staff_changes.decide_record_departure, "staff"),
    Entry(people.RecordExclusionCheck, staff_changes.decide_record_exclusion_check, "staff"),
    Entry(ledger.BindLogin, governance.decide_bind_login, "staff"),
    Entry(patients.RegisterPatient, patient.decide_register_patient),
    Entry(patients.LinkIdentifier, patient.decide_link_identifier, "patient"),
    Entry(patients.AssignPractice, patient.decide_assign_practice, "patient"),
    Entry(wrongs.MergePatients, merging.decide_merge_patients, "patient", is_alone=True),
    Entry(wrongs.UnmergePatients, merging.decide_unmerge_patients, "patient"),
    Entry(patients.RecordCondition, eligibility.decide_record_condition, "patient"),
    Entry(patients.RecordVisit, eligibility.decide_record_visit, "patient"),
    Entry(patients.RecordCoverage, eligibility.decide_record_coverage, "patient"),
    Entry(patients.RecordDeath, eligibility.decide_record_death, "patient"),
    Entry(status.RecordStay, stays.decide_record_stay, "patient"),
    Entry(consents.RecordConsent, consent.decide_record_consent, "patient"),
    Entry(consents.SupplementConsent, consent.decide_supplement_consent, "patient"),
    Entry(consents.RecordDecline, consent.decide_record_decline, "patient"),
    Entry(status.RecordRevocation, endings.decide_record_revocation, "patient"),
    Entry(status.RecordDisenrolment, endings.decide_record_disenrolment, "patient"),
    Entry(services.RecordOtherService, other_services.decide_record_other_service, "patient"),
    Entry(plans.ReviseCarePlan, care_plan.decide_revise_care_plan, "patient"),
    Entry(plans.RecordPlanCopy, care_plan.decide_record_plan_copy, "patient"),
    Entry(months.LogTime, care_month.decide_log_time, "patient"),
    Entry(timers.StartTimer, timer.decide_start_timer, "patient"),
    Entry(timers.StopTimer, timer.decide_stop_timer),
    Entry(changes.CorrectTime, time_changes.decide_correct_time, "patient", is_alone=True),
    Entry(changes.AddToTime, time_disputes.decide_add_to_time, "patient"),
    Entry(changes.DisputeTime, time_disputes.decide_dispute_time, "patient"),
    Entry(changes.AllocateTime, time_disputes.decide_allocate_time, "patient"),
    Entry(changes.MoveTime, time_changes.decide_move_time, "patient"),
    Entry(changes.StrikeTime, time_changes.decide_strike_time, "patient"),
    Entry(changes.SettleDispute, time_disputes.decide_settle_dispute, "patient"),
    Entry(changes.ApproveLateEntry, time_disputes.decide_approve_late_entry, "patient"),
    Entry(wrongs.MoveCondition, wrong_patient.decide_move_condition, "patient", is_alone=True),
    Entry(wrongs.StrikeCondition, wrong_patient.decide_strike_condition, "patient"),
    Entry(wrongs.MovePlanRevision, wrong_patient.decide_move_plan_revision, "patient", is_alone=True),
    Entry(wrongs.StrikePlanRevision, wrong_patient.decide_strike_plan_revision, "patient"),
    Entry(designations.DesignatePractitioner, designation.decide_designate_practitioner, "patient"),
    Entry(designations.WithdrawDesignation, designation.decide_withdraw_designation, "patient"),
    Entry(patients.AttestRisk, eligibility.decide_attest_risk, "patient"),
    Entry(plans.SignCarePlan, care_plan.decide_sign_care_plan, "patient"),
    Entry(months.AttestDecisionMaking, month_signing.decide_attest_mdm, "patient"),
    Entry(months.ChooseFamily, month_signing.decide_choose_family, "patient"),
    Entry(claim_commands.ReleaseClaim, releasing.decide_release_claim, "patient", is_alone=True),
    Entry(billing_commands.ExportClaim, files.decide_export_claim, "patient"),
    Entry(claim_commands.RecordAcknowledgment, answers.decide_record_acknowledgment),
    Entry(claim_commands.RecordRemittance, answers.decide_record_remittance),
    Entry(claim_commands.ReopenClaim, answers.decide_reopen_claim, "patient"),
    Entry(claim_commands.WithdrawClaim, claim_changes.decide_withdraw_claim, "patient"),
    Entry(claim_commands.VoidClaim, claim_changes.decide_void_claim, "patient"),
    Entry(claim_commands.SettleCompetition, claim_changes.decide_settle_competition, "patient"),
    Entry(claim_commands.WaiveCostShare, claim_changes.decide_waive_cost_share, "patient"),
    Entry(money.ReportOverpayment, overpaid.decide_report_overpayment, "patient"),
    Entry(money.TriageOverpayment, overpaid.decide_triage_overpayment, "patient"),
    Entry(money.IdentifyOverpayment, overpaid.decide_identify_overpayment, "patient"),
    Entry(money.NoOverpayment, overpaid.decide_no_overpayment, "patient"),
    Entry(money.BeginInvestigation, returned.decide_begin_investigation, "patient"),
    Entry(money.EndInvestigation, returned.decide_end_investigation, "patient"),
    Entry(money.RecordSweep, returned.decide_record_sweep, "patient"),
    Entry(money.ReturnOverpayment, returned.decide_return_overpayment, "patient"),
    Entry(codes.RaiseLimit, limits.decide_raise_limit, "patient", is_alone=True),
    Entry(codes.AttestExtraPlanning, extra_planning.decide_attest_extra_planning, "patient"),
    Entry(codes.RetractExtraPlanning, extra_planning.decide_retract_extra_planning, "patient"),
    Entry(months.AttestMonth, month_signing.decide_attest_month, "patient", is_alone=True),
    Entry(status.InvalidateConsent, endings.decide_invalidate_consent, "patient"),
    Entry(status.RetractRevocation, endings.decide_retract_revocation, "patient"),
    Entry(status.RetractDisenrolment, endings.decide_retract_disenrolment, "patient"),
    Entry(status.RetractStay, stays.decide_retract_stay, "patient"),
    Entry(status.RetractDeath, stays.decide_retract_death, "patient"),
    Entry(services.RetractOtherService, other_services.decide_retract_other_service, "patient"),
    Entry(months.AttestInBatch, month_signing.decide_attest_in_batch, "patient", is_alone=True),
    Entry(attestations.ExceptMonth, attesting.decide_except_month, "patient", is_alone=True),
    Entry(attestations.WithdrawAttestation, attesting.decide_withdraw_attestation, "patient"),
    Entry(attestations.AttestSignature, attesting.decide_attest_signature, "patient"),
    Entry(ledger.ResolveDelivery, parked.decide_resolve_delivery),
    Entry(ledger.ReleaseDelivery, parked.decide_release_delivery, is_alone=True),
    Entry(ledger.DiscardDelivery, parked.decide_discard_delivery),
    Entry(documents.RecordImport, importing.decide_record_import),
    Entry(watching.TrustLog, witnessing.decide_trust_log),
    Entry(watching.WitnessCheckpoint, witnessing.decide_witness_checkpoint),
    Entry(watching.ReportContradiction, witnessing.decide_report_contradiction),
    Entry(findings.ReportStaleMonth, reviews.decide_report_stale_month, "patient"),
    Entry(money.ReportLostGround, overpaid.decide_report_lost_ground, "patient"),
    Entry(findings.RaiseReview, reviews.decide_raise_review, "patient"),
    Entry(findings.CloseRefusalCount, reviews.decide_close_refusal_count),
    Entry(findings.NoteReactionRun, reviews.decide_note_reaction_run),
    Entry(counting.MapCompleteness, completeness.decide_map_completeness, is_alone=True),
    Entry(findings.SettleReview, reviews.decide_settle_review),
    Entry(disclosing.Disclose, disclosures.decide_disclose, "patient"),
    Entry(disclosing.SuspendAccounting, disclosures.decide_suspend_accounting, "patient"),
    Entry(disclosing.RetractDisclosure, disclosures.decide_retract_disclosure, "patient"),
    Entry(glass.Elevate, elevations.decide_elevate),
    Entry(glass.EndElevation, elevations.decide_end_elevation),
    Entry(glass.ReviewElevation, elevations.decide_review_elevation),
    Entry(erasures.PlaceHold, holds.decide_place_hold, "patient"),
    Entry(erasures.ReleaseHold, holds.decide_release_hold, "patient"),
    Entry(erasures.RequestErasure, requests.decide_request_erasure, "patient", is_alone=True),
    Entry(erasures.ApproveErasure, requests.decide_approve_erasure, "patient", is_alone=True),
    Entry(erasures.WithdrawErasure, requests.decide_withdraw_erasure, "patient"),
    Entry(erasures.BeginErasure, requests.decide_begin_erasure, "patient", is_alone=True),
    Entry(erasures.FinishErasure, requests.decide_finish_erasure, "patient"),
)

CATALOG: Final[Mapping[str, Entry]] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
"""Every command by the name that the wire gives it."""

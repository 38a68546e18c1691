"""Who may give which command: the table of readings, section 2, with the role that is taken first first."""

from commands.authority import MATRIX
from ledger.terms.people import Role

P, C, F, B = Role.PRACTITIONER, Role.CLINICAL_STAFF, Role.FRONT_DESK, Role.BILLER
N, A, Q, M = Role.INTEGRATION, Role.ADMINISTRATOR, Role.COMPLIANCE, Role.MACHINE

BY_ROLES = {
    (A,): """
        adopt_log_key adopt_policy adopt_rulebook attest_capability bind_login end_capability end_role grant_role
        issue_api_key revoke_api_key
        record_departure record_licence record_locality record_qualifying_status register_practice register_source
        register_staff retire_log_key trust_log
    """,
    (A, Q): "record_exclusion_check report_contradiction witness_checkpoint",
    (F, A, Q, B): "discard_delivery release_delivery resolve_delivery",
    (F, N): "assign_practice link_identifier register_patient",
    (Q,): """
        approve_late_entry invalidate_consent merge_patients move_condition move_plan_revision
        retract_disenrolment retract_revocation settle_dispute settle_review strike_condition
        strike_plan_revision strike_time unmerge_patients raise_limit report_overpayment triage_overpayment
        identify_overpayment no_overpayment begin_investigation end_investigation record_sweep
        place_hold release_hold request_erasure approve_erasure withdraw_erasure begin_erasure review_elevation
        retract_disclosure
    """,
    (P, C, N): "allocate_time correct_time record_condition revise_care_plan start_timer stop_timer",
    (P,): """
        attest_in_batch attest_mdm attest_month attest_risk attest_signature choose_family designate_practitioner
        except_month sign_care_plan attest_extra_planning
    """,
    (P, Q): "retract_extra_planning withdraw_attestation",
    (P, C, N, F, B, Q): "add_to_time record_other_service record_revocation",
    (Q, F, B, N): "retract_other_service",
    (P, C, N, F, B): "log_time record_coverage record_stay record_visit",
    (P, C, N, F): "record_consent record_death record_decline record_plan_copy supplement_consent",
    (P, C, N, F, Q): "record_disenrolment",
    (Q, F, N): "retract_stay",
    (Q, F): "retract_death",
    (Q, P, A): "withdraw_designation",
    (P, C, N, Q): "move_time",
    (P, C, N, F, B, Q, A): "dispute_time disclose suspend_accounting",
    (M,): "finish_erasure close_refusal_count note_reaction_run raise_review report_stale_month report_lost_ground",
    (Q, B): "return_overpayment",
    (B, A): "release_claim export_claim",
    (B, Q): "withdraw_claim reopen_claim void_claim settle_competition waive_cost_share",
    (M, A, Q, B): "map_completeness",
    (N, F, C, P, B): "record_import",
    (A, P, C, F, B, Q, Role.AUDITOR): "elevate end_elevation",
    (B, N): "record_acknowledgment record_remittance",
    (A, B): """
        adopt_charge record_billing_details record_payer_identity record_interchange record_rendering_details
    """,
}


def test_each_command_is_given_in_just_these_roles() -> None:
    expected = {command: roles for roles, commands in BY_ROLES.items() for command in commands.split()}

    assert expected == dict(MATRIX)

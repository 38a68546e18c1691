"""Who may do what: the matrix of readings.md section 2 as data, and the pure functions that handle.py asks.

Promise: capacity comes from the staff record on the day, never from the wire. An act needs a role of the matrix and a
voucher for acts; testimony needs some voucher and is refused to nobody for a role that is missing. Not promised: that
the actor is the person whom an act belongs to (the designee, the performer); the deciders say that.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, Protocol

from commands.intents.base import Command
from ledger.streams.base import Vouched
from ledger.streams.governance import Governance
from ledger.streams.staff import ROLE_FACTS, Staff
from ledger.terms.outcome import Refused
from ledger.terms.people import Role
from ledger.terms.refusals import CATALOGUE, refused

Reach = Literal["anywhere", "ledger", "named", "patient"]
"""Where the role of an act must be held. anywhere: in some practice (the decider may ask for more). ledger: in all
practices. named: in the practice that the command names, or in all. patient: in one of the patient's,
or in all; anywhere while the patient has none."""


class Authority(Protocol):
    """What the catalogue knows of a command that matters here."""

    @property
    def command(self) -> type[Command]: ...


_ADMINISTRATOR: Final = (Role.ADMINISTRATOR,)
_PRACTITIONER: Final = (Role.PRACTITIONER,)
_COMPLIANCE: Final = (Role.COMPLIANCE,)
_REGISTRATION: Final = (Role.FRONT_DESK, Role.INTEGRATION)
_MACHINE: Final = (Role.MACHINE,)
_PARKED: Final = (Role.FRONT_DESK, Role.ADMINISTRATOR, Role.COMPLIANCE, Role.BILLER)
_TESTIMONY: Final = (Role.PRACTITIONER, Role.CLINICAL_STAFF, Role.INTEGRATION)
_DESK: Final = (*_TESTIMONY, Role.FRONT_DESK)
_IMPORTING: Final = (Role.INTEGRATION, Role.FRONT_DESK, Role.CLINICAL_STAFF, Role.PRACTITIONER, Role.BILLER)

READERS: Final = tuple(role for role in Role if role not in (Role.INTEGRATION, Role.MACHINE))
"""Who reads the records of the own practice; integrations and machines read nothing."""

MATRIX: Final[Mapping[str, tuple[Role, ...]]] = MappingProxyType(
    {
        "register_staff": _ADMINISTRATOR,
        "grant_role": _ADMINISTRATOR,
        "end_role": _ADMINISTRATOR,
        "record_licence": _ADMINISTRATOR,
        "record_qualifying_status": _ADMINISTRATOR,
        "record_departure": _ADMINISTRATOR,
        "record_exclusion_check": (Role.ADMINISTRATOR, Role.COMPLIANCE),
        "register_practice": _ADMINISTRATOR,
        "attest_capability": _ADMINISTRATOR,
        "end_capability": _ADMINISTRATOR,
        "adopt_policy": _ADMINISTRATOR,
        "record_locality": _ADMINISTRATOR,
        "adopt_rulebook": _ADMINISTRATOR,
        "bind_login": _ADMINISTRATOR,
        "register_source": _ADMINISTRATOR,
        "issue_api_key": _ADMINISTRATOR,
        "revoke_api_key": _ADMINISTRATOR,
        "adopt_log_key": _ADMINISTRATOR,
        "retire_log_key": _ADMINISTRATOR,
        "trust_log": _ADMINISTRATOR,
        "witness_checkpoint": (Role.ADMINISTRATOR, Role.COMPLIANCE),
        "report_contradiction": (Role.ADMINISTRATOR, Role.COMPLIANCE),
        "resolve_delivery": _PARKED,
        "release_delivery": _PARKED,
        "discard_delivery": _PARKED,
        "record_import": _IMPORTING,
        "register_patient": _REGISTRATION,
        "link_identifier": _REGISTRATION,
        "assign_practice": _REGISTRATION,
        "merge_patients": _COMPLIANCE,
        "unmerge_patients": _COMPLIANCE,
        "move_condition": _COMPLIANCE,
        "strike_condition": _COMPLIANCE,
        "move_plan_revision": _COMPLIANCE,
        "strike_plan_revision": _COMPLIANCE,
        "record_condition": _TESTIMONY,
        "attest_risk": _PRACTITIONER,
        "record_visit": (*_DESK, Role.BILLER),
        "record_coverage": (*_DESK, Role.BILLER),
        "record_death": _DESK,
        "record_consent": _DESK,
        "supplement_consent": _DESK,
        "record_decline": _DESK,
        "record_revocation": (*_DESK, Role.BILLER, Role.COMPLIANCE),
        "record_disenrolment": (*_DESK, Role.COMPLIANCE),
        "record_stay": (*_DESK, Role.BILLER),
        "record_other_service": (*_DESK, Role.BILLER, Role.COMPLIANCE),
        "invalidate_consent": _COMPLIANCE,
        "retract_revocation": _COMPLIANCE,
        "retract_disenrolment": _COMPLIANCE,
        "retract_stay": (Role.COMPLIANCE, Role.FRONT_DESK, Role.INTEGRATION),
        "retract_death": (Role.COMPLIANCE, Role.FRONT_DESK),
        "retract_other_service": (Role.COMPLIANCE, Role.FRONT_DESK, Role.BILLER, Role.INTEGRATION),
        "designate_practitioner": _PRACTITIONER,
        "withdraw_designation": (Role.COMPLIANCE, Role.PRACTITIONER, Role.ADMINISTRATOR),
        "revise_care_plan": _TESTIMONY,
        "sign_care_plan": _PRACTITIONER,
        "record_plan_copy": _DESK,
        "log_time": (*_TESTIMONY, Role.FRONT_DESK, Role.BILLER),
        "attest_mdm": _PRACTITIONER,
        "choose_family": _PRACTITIONER,
        "attest_month": _PRACTITIONER,
        "attest_in_batch": _PRACTITIONER,
        "correct_time": _TESTIMONY,
        "move_time": (*_TESTIMONY, Role.COMPLIANCE),
        "strike_time": _COMPLIANCE,
        "add_to_time": (*_DESK, Role.BILLER, Role.COMPLIANCE),
        "dispute_time": (*_DESK, Role.BILLER, Role.COMPLIANCE, Role.ADMINISTRATOR),
        "settle_dispute": _COMPLIANCE,
        "approve_late_entry": _COMPLIANCE,
        "allocate_time": _TESTIMONY,
        "start_timer": _TESTIMONY,
        "stop_timer": _TESTIMONY,
        "raise_limit": _COMPLIANCE,
        "release_claim": (Role.BILLER, Role.ADMINISTRATOR),
        "export_claim": (Role.BILLER, Role.ADMINISTRATOR),
        "withdraw_claim": (Role.BILLER, Role.COMPLIANCE),
        "void_claim": (Role.BILLER, Role.COMPLIANCE),
        "settle_competition": (Role.BILLER, Role.COMPLIANCE),
        "waive_cost_share": (Role.BILLER, Role.COMPLIANCE),
        "record_acknowledgment": (Role.BILLER, Role.INTEGRATION),
        "record_remittance": (Role.BILLER, Role.INTEGRATION),
        "reopen_claim": (Role.BILLER, Role.COMPLIANCE),
        "adopt_charge": (Role.ADMINISTRATOR, Role.BILLER),
        "record_billing_details": (Role.ADMINISTRATOR, Role.BILLER),
        "record_payer_identity": (Role.ADMINISTRATOR, Role.BILLER),
        "record_interchange": (Role.ADMINISTRATOR, Role.BILLER),
        "record_rendering_details": (Role.ADMINISTRATOR, Role.BILLER),
        "report_lost_ground": _MACHINE,
        "report_overpayment": _COMPLIANCE,
        "triage_overpayment": _COMPLIANCE,
        "identify_overpayment": _COMPLIANCE,
        "no_overpayment": _COMPLIANCE,
        "begin_investigation": _COMPLIANCE,
        "end_investigation": _COMPLIANCE,
        "record_sweep": _COMPLIANCE,
        "return_overpayment": (Role.COMPLIANCE, Role.BILLER),
        "place_hold": _COMPLIANCE,
        "release_hold": _COMPLIANCE,
        "request_erasure": _COMPLIANCE,
        "approve_erasure": _COMPLIANCE,
        "withdraw_erasure": _COMPLIANCE,
        "begin_erasure": _COMPLIANCE,
        "finish_erasure": _MACHINE,
        "attest_extra_planning": _PRACTITIONER,
        "retract_extra_planning": (Role.PRACTITIONER, Role.COMPLIANCE),
        "withdraw_attestation": (Role.PRACTITIONER, Role.COMPLIANCE),
        "except_month": _PRACTITIONER,
        "attest_signature": _PRACTITIONER,
        "report_stale_month": _MACHINE,
        "raise_review": _MACHINE,
        "close_refusal_count": _MACHINE,
        "note_reaction_run": _MACHINE,
        "map_completeness": (Role.MACHINE, Role.ADMINISTRATOR, Role.COMPLIANCE, Role.BILLER),
        "settle_review": (Role.COMPLIANCE,),
        "disclose": (*_DESK, Role.BILLER, Role.COMPLIANCE, Role.ADMINISTRATOR),
        "suspend_accounting": (*_DESK, Role.BILLER, Role.COMPLIANCE, Role.ADMINISTRATOR),
        "retract_disclosure": _COMPLIANCE,
        "elevate": READERS,
        "end_elevation": READERS,
        "review_elevation": _COMPLIANCE,
    }
)
"""The roles in which a command is given, the one that is taken first first."""

REACH: Final[Mapping[str, Reach]] = MappingProxyType(
    {
        "register_practice": "ledger",
        "adopt_rulebook": "ledger",
        "bind_login": "ledger",
        "register_source": "ledger",
        "issue_api_key": "ledger",
        "revoke_api_key": "ledger",
        "adopt_log_key": "ledger",
        "retire_log_key": "ledger",
        "trust_log": "ledger",
        "witness_checkpoint": "ledger",
        "report_contradiction": "ledger",
        "attest_capability": "named",
        "end_capability": "named",
        "adopt_policy": "named",
        "record_locality": "named",
        "grant_role": "named",
        "end_role": "named",
        "attest_risk": "patient",
        "sign_care_plan": "patient",
        "attest_mdm": "patient",
        "choose_family": "patient",
        "attest_month": "patient",
        "invalidate_consent": "patient",
        "retract_revocation": "patient",
        "retract_disenrolment": "patient",
        "retract_stay": "patient",
        "retract_death": "patient",
        "retract_other_service": "patient",
        "retract_disclosure": "patient",
        "attest_in_batch": "patient",
        "strike_time": "patient",
        "settle_dispute": "patient",
        "approve_late_entry": "patient",
        "raise_limit": "patient",
        "release_claim": "patient",
        "export_claim": "patient",
        "withdraw_claim": "patient",
        "void_claim": "patient",
        "settle_competition": "patient",
        "waive_cost_share": "patient",
        "reopen_claim": "patient",
        "adopt_charge": "named",
        "record_billing_details": "named",
        "record_payer_identity": "named",
        "record_interchange": "named",
        "report_overpayment": "patient",
        "triage_overpayment": "patient",
        "identify_overpayment": "patient",
        "no_overpayment": "patient",
        "begin_investigation": "patient",
        "end_investigation": "patient",
        "record_sweep": "patient",
        "return_overpayment": "patient",
        "place_hold": "patient",
        "release_hold": "patient",
        "request_erasure": "patient",
        "approve_erasure": "patient",
        "withdraw_erasure": "patient",
        "begin_erasure": "patient",
        "attest_extra_planning": "patient",
        "retract_extra_planning": "patient",
        "withdraw_attestation": "patient",
        "except_month": "patient",
        "attest_signature": "patient",
        "link_identifier": "patient",
        "register_patient": "patient",
        "merge_patients": "patient",
        "unmerge_patients": "patient",
        "move_condition": "patient",
        "strike_condition": "patient",
        "move_plan_revision": "patient",
        "strike_plan_revision": "patient",
    }
)
"""Acts whose role must be held in a certain place; every other act: anywhere."""

READS_EVERYWHERE: Final = (Role.COMPLIANCE, Role.AUDITOR)
"""Who reads the records of every practice, where the role is held in all of them: one practice's administrator can
grant these roles in that practice, and must not open another's charts by it."""
AUDITED: Final = frozenset(refusal.code for refusal in CATALOGUE if refusal.audited)
"""Codes whose refusal is a fact in refusals/<subject>."""


def capacity_for(entry: Authority, *, staff: Staff, on: date, practices: frozenset[str]) -> Role | Refused | None:
    """The role in which a staff member may give a command on a day, or why not.

    `practices` are those that it concerns: the patient's, or the one that the command names. Testimony is refused to
    nobody: it answers None where no role of the matrix is held. Refuses, in order: capacity_missing,
    not_in_this_practice.
    """
    command = entry.command
    near = next((role for role in MATRIX[command.NAME] if reaches(staff, role, on, practices)), None)
    if near is not None:
        return near
    anywhere = capacity_of(staff, command.NAME, on)
    if command.KIND == "testimony":
        return anywhere
    if anywhere is None:
        return refused("capacity_missing", roles=roles_in_words(command.NAME), facts=staff.told_at(*ROLE_FACTS))
    reach = REACH.get(command.NAME, "anywhere")
    if reach == "anywhere" or (reach == "patient" and not practices):
        return anywhere
    return refused("not_in_this_practice", facts=staff.told_at(*ROLE_FACTS))


def capacity_of(staff: Staff, command: str, on: date, practice: str | None = None) -> Role | None:
    """The first role of the matrix that permits the command and is held on the day, in that practice or in all.

    Without a practice a role in any practice will do. None where no such role is held.
    """
    return next((role for role in MATRIX[command] if staff.holds(role, on, practice)), None)


def reaches(staff: Staff, role: Role, on: date, practices: frozenset[str]) -> bool:
    """Whether a role is held on a day in one of the practices or in all; without practices, whether in all."""
    return any(
        held.role is role and held.covers(on) and (held.practice is None or held.practice in practices)
        for held in staff.roles
    )


def vouched_for(
    governance: Governance,
    *,
    login: str,
    actor: str | None,
    source: str | None,
    is_act: bool,
    machine: str | None = None,
) -> Vouched | Refused:
    """Who vouches for the actor: a simulation for all, the own bound login for everything, a source for testimony.

    For the `machine` of its own reactions the program vouches, whoever runs it; no line can name one.
    A source that is named must be registered, whoever vouches (keys are scoped by it), and delivers by its own login
    only. `actor` is None where it is not known yet who acts. Refuses, in order: source_unknown, source_of_other_login,
    login_not_bound, source_not_trusted_for_acts.
    """
    if governance.simulated:
        return Vouched.SIMULATION
    if machine is not None and actor == machine and source is None:
        return Vouched.PROGRAM
    registered = governance.source(source) if source is not None else None
    if source is not None and registered is None:
        return refused("source_unknown")
    if source is not None and registered is not None and not governance.delivers(source, login):
        return refused("source_of_other_login")
    own = governance.staff_of(login)
    if own is not None and actor in (own, None):
        return Vouched.LOGIN
    if registered is None:
        return refused("login_not_bound", happened="The login of this session does not speak for the actor named.")
    if is_act and not registered.trusted_for_acts:
        return refused("source_not_trusted_for_acts")
    return Vouched.SOURCE


def reading_role(staff: Staff, *, on: date, practices: frozenset[str]) -> Role | None:
    """The role in which somebody may read records of these practices on a day; without practices, any reading role."""
    for role in READS_EVERYWHERE:
        if reaches(staff, role, on, frozenset()):
            return role
    if not practices:
        return next((role for role in READERS if staff.holds(role, on)), None)
    return next((role for role in READERS if reaches(staff, role, on, practices)), None)


def roles_in_words(command: str) -> str:
    """The roles that permit a command, as a message names them."""
    return " or ".join(role.value.replace("_", " ") for role in MATRIX[command]).capitalize()

"""Deciders about who bills: designate a practitioner, withdraw a designation.

The guard key is (patient, month, programme, side) and lives in the patient's stream: the first designation wins, across
practices and under concurrency. Whoever is refused learns neither the other practitioner nor the practice.
"""

from datetime import date
from typing import Final

from commands.claims.records import claims_of
from commands.deciding import Asked, Law, States
from commands.guards import after_death, by_rule
from commands.intents.designation import DesignatePractitioner, WithdrawDesignation
from commands.standing_entry import is_compliance
from ledger.rulebook import Reading
from ledger.streams.base import Event
from ledger.streams.claims_state import Claims
from ledger.streams.designation import DesignationWithdrawn, PractitionerDesignated, WithdrawalWords
from ledger.streams.patient_state import Designation, Patient
from ledger.streams.staff import ROLE_FACTS, Staff
from ledger.terms.calendar import first_day, month_of
from ledger.terms.identity import patient_tag, staff_tag
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.people import Role
from ledger.terms.refusals import REFUSALS, refused

_BILLING: Final = "medicare.ccm.billing_practitioner"


def decide_designate_practitioner(asked: Asked[DesignatePractitioner], states: States, law: Law) -> Outcome:
    """Make the acting practitioner the billing practitioner from a month on, until its end or its withdrawal.

    Reads the patient and the practitioner; law: medicare.ccm.billing_practitioner.credentials, .per_month_max. Refuses,
    in order: capacity_missing (somebody else's designation), end_before_start, practice_unclear, after_death,
    practitioner_may_not_bill, month_occupied. Unchanged where this practitioner's designation already says so.
    """
    command, patient, practitioner = asked.command, asked.patient, asked.people["practitioner"]
    if need := states.missing(patient_tag(patient), staff_tag(practitioner)):
        return need
    state, staff = states.patient(patient), states.staff(practitioner)
    if practitioner != asked.actor:
        because = "A practitioner designates themself and nobody else (readings, 2)."
        happened = "Only the practitioner who is to bill may make this designation."
        return refused("capacity_missing", happened=happened, because=because, roles="That practitioner")
    if command.until_month is not None and command.until_month < command.from_month:
        return refused("end_before_start", what="The designation")
    practice = _practice(asked, state, staff)
    if practice is None:
        return refused("practice_unclear")
    died_on = state.died_on()
    if died_on is not None and command.from_month > month_of(died_on):
        return after_death(state, "the designation")
    if refusal := may_not_bill(staff, first_day(command.from_month), law):
        return refusal
    event = PractitionerDesignated(
        patient=patient,
        designation=asked.new_id("dg"),
        practitioner=practitioner,
        practice=practice,
        programme=command.programme,
        side=command.side,
        from_month=command.from_month,
        until_month=command.until_month,
    )
    if standing := next((d for d in state.designations if _says_so(d, event)), None):
        return Unchanged((standing.position,), (("designation", standing.event.designation),))
    occupied = next((month for d in state.designations if (month := _first_shared(d, event))), None)
    if occupied is not None:
        return _occupied(occupied, law)
    return Accepted((event,), (), (("designation", event.designation),))


def decide_withdraw_designation(asked: Asked[WithdrawDesignation], states: States, law: Law) -> Outcome:
    """End a designation before its own end: it occupies no month from `from_month` on.

    Free before a claim of those months is released, refused while one is live, and afterwards compliance only
    (readings, 3). Reads the patient, the claims and the actor. Refuses, in order: no_such_designation,
    rival_may_not_withdraw (neither the designee, nor an administrator of its practice, nor compliance),
    already_withdrawn, designation_ended, designation_billed, designation_was_billed. Unchanged where it was withdrawn
    from the same month for the same reason.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), staff_tag(asked.actor)):
        return need
    found = next((d for d in states.patient(patient).designations if d.event.designation == command.designation), None)
    if found is None:
        return refused("no_such_designation")
    if not _may_withdraw(states.staff(asked.actor), found.event, asked):
        return refused("rival_may_not_withdraw")
    if found.withdrawn is not None:
        before = found.withdrawn
        if (before.from_month, before.reason) == (command.from_month, command.reason):
            return Unchanged((found.withdrawn_position or found.position,))
        return refused("already_withdrawn", facts=(found.position, found.withdrawn_position or 0))
    if found.event.until_month is not None and command.from_month > found.event.until_month:
        return refused("designation_ended", month=command.from_month, facts=(found.position,))
    of_all = claims_of(asked, states)
    if isinstance(of_all, Need):
        return of_all
    if refusal := _billed(asked, states, of_all, found.event):
        return refusal
    event: Event = DesignationWithdrawn(
        patient=found.event.patient,
        designation=command.designation,
        reason=command.reason,
        from_month=command.from_month,
        words=WithdrawalWords(evidence=command.evidence),
    )
    return Accepted((event,))


def _billed(
    asked: Asked[WithdrawDesignation], states: States, of_all: list[Claims], designation: PractitionerDesignated
) -> Refused | None:
    """Why a designation is not withdrawn from months for which a claim of its practitioner was released."""
    whose = (designation.programme, designation.side, designation.practitioner)
    sent = [
        (claim.event.month, claim.position, claims.is_live(claim))
        for claims in of_all
        for claim in claims.claims
        if claim.event.month >= asked.command.from_month
        and (claim.event.programme, claim.event.side, claim.event.practitioner) == whose
    ]
    if live := min((each for each in sent if each[2]), default=None):
        return refused("designation_billed", month=live[0], facts=(live[1],))
    if sent and not is_compliance(asked, states):
        return refused("designation_was_billed", month=min(sent)[0], facts=(min(sent)[1],))
    return None


def _practice(asked: Asked[DesignatePractitioner], patient: Patient, staff: Staff) -> str | None:
    """The practice that bills: the patient's where the practitioner works there, else the practitioner's only one."""
    own = patient.practice_on(max(asked.today, first_day(asked.command.from_month)))
    if own is not None and staff.holds(Role.PRACTITIONER, asked.today, own):
        return own
    works_in = {h.practice for h in staff.roles if h.role is Role.PRACTITIONER and h.covers(asked.today)} - {None}
    return works_in.pop() if len(works_in) == 1 else None


def may_not_bill(staff: Staff, on: date, law: Law) -> Refused | None:
    """The refusal where a practitioner's credential bills no care management by the rules of a day."""
    rules = law.on(on)
    by: Reading | None = rules.find(f"{_BILLING}.credentials")
    may_bill = by.value if by and isinstance(by.value, tuple) else ()
    if staff.is_person and staff.credential in may_bill:
        return None
    because = by_rule(by, REFUSALS["practitioner_may_not_bill"].because)
    return refused("practitioner_may_not_bill", because=because, by=(by,), facts=staff.told_at(*ROLE_FACTS))


def _occupied(month: str, law: Law) -> Refused:
    by = law.on(first_day(month)).find(f"{_BILLING}.per_month_max")
    # Where the designation stands that occupies the month is not told: it may be of another practice.
    because = by_rule(by, REFUSALS["month_occupied"].because)
    return refused("month_occupied", because=because, by=(by,), month=month)


def _says_so(standing: Designation, asked: PractitionerDesignated) -> bool:
    """Whether a designation of the same practitioner stands over all the months asked for, to the same end."""
    e = standing.event
    return (
        standing.withdrawn is None
        and (e.practitioner, e.programme, e.side) == (asked.practitioner, asked.programme, asked.side)
        and e.from_month <= asked.from_month
        and e.until_month == asked.until_month
    )


def _first_shared(standing: Designation, asked: PractitionerDesignated) -> str | None:
    """The first month that both would occupy, or None."""
    e = standing.event
    if (e.programme, e.side) != (asked.programme, asked.side):
        return None
    first = max(e.from_month, asked.from_month)
    return first if standing.occupies(first) and (asked.until_month is None or first <= asked.until_month) else None


def _may_withdraw(actor: Staff, designation: PractitionerDesignated, asked: Asked[WithdrawDesignation]) -> bool:
    return (
        asked.actor == designation.practitioner
        or actor.holds(Role.COMPLIANCE, asked.today, designation.practice)
        or actor.holds(Role.ADMINISTRATOR, asked.today, designation.practice)
    )

"""Deciders about what prices depend on and no law says: the locality of a practice, the QP status of a practitioner.

Both are facts from outside, and move estimates only: no month is judged by them, and nothing that was signed changes.
"""

from commands.deciding import Asked, Law, States
from commands.guards import out_of_reach_of_staff, unregistered
from commands.intents.staff import RecordLocality, RecordQualifyingStatus
from ledger.streams.practice import LocalityRecorded
from ledger.streams.staff import QualifyingStatusRecorded
from ledger.terms.identity import staff_tag
from ledger.terms.outcome import Accepted, Outcome, Unchanged


def decide_record_qualifying_status(asked: Asked[RecordQualifyingStatus], states: States, law: Law) -> Outcome:
    """Record whether CMS says that a practitioner is a qualifying participant in a payment year (CCM-RATE-10).

    Reads the staff member and the actor. Refuses, in order: not_in_this_practice (the person works in no practice that
    the actor administers). Unchanged where just this was said last of that year.
    """
    command, staff = asked.command, asked.people["staff"]
    if need := states.missing(staff_tag(staff), staff_tag(asked.actor)):
        return need
    if refusal := out_of_reach_of_staff(asked, states, staff):
        return refusal
    known = states.staff(staff).qualifying(command.payment_year)
    if known is not None and known[0] == command.is_qualifying:
        return Unchanged((known[1],))
    event = QualifyingStatusRecorded(
        staff=staff, payment_year=command.payment_year, is_qualifying=command.is_qualifying
    )
    return Accepted((event,))


def decide_record_locality(asked: Asked[RecordLocality], states: States, law: Law) -> Outcome:
    """Record the payment locality of a practice from a day on, with its three indices; the later fact wins a tie.

    Reads the practice. Refuses, in order: no_such_practice. Unchanged where just this was said last of that day.
    """
    command = asked.command
    if no_practice := unregistered(states, command.practice):
        return no_practice
    state = states.practice(command.practice)
    event = LocalityRecorded(
        practice=command.practice,
        locality=command.locality,
        gpci_work=command.gpci_work,
        gpci_pe=command.gpci_pe,
        gpci_mp=command.gpci_mp,
        from_on=command.from_on,
        cite=command.cite,
    )
    newest = state.locality(command.from_on)
    if newest is not None and newest[0] == event:
        return Unchanged((newest[1],))
    return Accepted((event,))

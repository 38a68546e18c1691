"""Deciders about disclosures: that one happened is recorded, whatever its ground (CCM-HIPAA-05; readings, 8).

So is what an agency says later of the patient's right to hear of it. Taking a disclosure back takes an entry out of the
patient's accounting; it is an act of compliance, with evidence.
"""

from datetime import date
from typing import Any

from commands.deciding import Asked, Law, States
from commands.endings import taken_back
from commands.guards import is_future
from commands.intents.disclosures import Disclose, RetractDisclosure, SuspendAccounting
from ledger.streams.disclosures import (
    AccountingSuspended,
    Disclosure,
    DisclosureRetracted,
    DisclosureWords,
    RecordDisclosed,
    SuspensionWords,
)
from ledger.streams.endings import EvidenceWords
from ledger.terms.disclosures import GROUNDS, AgencyStatement, DisclosureBasis, heard_on, hidden_until
from ledger.terms.identity import disclosed_tag, patient_tag
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Need, Notice, Outcome, Refused
from ledger.terms.refusals import refused


def decide_disclose(asked: Asked[Disclose], states: States, law: Law) -> Outcome:
    """Record a disclosure; also one that nothing permits: the patient's accounting must list it.

    Reads the patient. Refuses, in order: in_the_future, suspension_incomplete. Notices: disclosure_not_permitted,
    suspension_not_possible, suspension_cut_short.
    """
    command = asked.command
    if need := states.missing(patient_tag(asked.patient)):
        return need
    if is_future(asked, command.on):
        return refused("in_the_future", what="The disclosure")
    is_suspended = command.suspended_until is not None
    if is_suspended != (command.suspended_by is not None) or (command.suspended_orally and not is_suspended):
        return refused("suspension_incomplete")
    words = DisclosureWords(
        recipient=command.recipient, address=command.address, what=command.what, suspended_by=command.suspended_by
    )
    event = RecordDisclosed(
        patient=asked.patient,
        disclosure=asked.new_id("dc"),
        on=command.on,
        purpose=command.purpose,
        basis=command.basis,
        suspended_until=command.suspended_until,
        suspended_orally=command.suspended_orally if is_suspended else None,
        words=words,
    )
    return Accepted((event,), _notices(asked), (("disclosure", event.disclosure),))


def decide_suspend_accounting(asked: Asked[SuspendAccounting], states: States, law: Law) -> Outcome:
    """Record what an agency said later: a suspension prolonged, put in writing, ended earlier, or asked for only now.

    Reads the patient's disclosures. Refuses: no_such_disclosure. Notices: suspension_not_possible,
    suspension_cut_short, suspension_shortened, suspension_adds_nothing.
    """
    command = asked.command
    found = _named(asked, states)
    if isinstance(found, Need | Refused):
        return found
    event = AccountingSuspended(
        patient=found.event.patient,
        disclosure=command.disclosure,
        disclosed_on=found.event.on,
        suspended_until=command.suspended_until,
        suspended_orally=command.suspended_orally,
        words=SuspensionWords(suspended_by=command.suspended_by),
    )
    said = AgencyStatement(command.suspended_until, command.suspended_orally, heard_on(asked.now))
    return Accepted((event,), _notices_later(found, said))


def decide_retract_disclosure(asked: Asked[RetractDisclosure], states: States, law: Law) -> Outcome:
    """Take back a disclosure that was recorded by mistake; the accounting lists it no longer, the history shows both.

    Reads the patient's disclosures. Refuses, in order: no_such_disclosure, already_taken_back (for another reason).
    Unchanged where it was taken back for that reason.
    """
    found = _named(asked, states)
    if isinstance(found, Need | Refused):
        return found
    event = DisclosureRetracted(
        patient=found.event.patient,
        disclosure=found.event.disclosure,
        disclosed_on=found.event.on,
        reason=asked.command.reason,
        words=EvidenceWords(evidence=asked.command.evidence),
    )
    return taken_back(found, event, "The disclosure")


def _named(asked: Asked[Any], states: States) -> Disclosure | Need | Refused:
    """The disclosure that a command names, in the record of whoever is one person with the patient."""
    if need := states.missing(patient_tag(asked.patient)):
        return need
    tags = [disclosed_tag(each) for each in states.group(asked.patient)]
    if need := states.missing(*tags):
        return need
    known = (states.get(tag).get(asked.command.disclosure) for tag in tags)
    return next((each for each in known if each is not None), None) or refused("no_such_disclosure")


def _notices(asked: Asked[Disclose]) -> tuple[Notice, ...]:
    """What a person should look at: a disclosure that nothing permits, a suspension that holds less than it says."""
    command = asked.command
    found: list[Notice] = []
    if command.basis == "not_permitted":
        found.append(notice("disclosure_not_permitted", "Nothing permitted the disclosure that was recorded."))
    if command.suspended_until is None:
        return tuple(found)
    said = AgencyStatement(command.suspended_until, command.suspended_orally, heard_on(asked.now))
    hidden = hidden_until(command.basis, (said,))
    if hidden is None:
        found.append(_not_possible(command.basis))
    elif hidden < command.suspended_until:
        found.append(_cut_short(hidden))
    return tuple(found)


def _notices_later(known: Disclosure, said: AgencyStatement) -> tuple[Notice, ...]:
    """What a person should look at where an agency spoke again: no right to, less than it says, or nothing new."""
    before, after = known.hidden_until, hidden_until(known.event.basis, (*known.statements, said))
    if after is None:
        return (_not_possible(known.event.basis),)
    if known.retracted is not None:
        happened = "The disclosure was recorded by mistake and taken back: no accounting lists it."
        return (notice("suspension_adds_nothing", happened),)
    if before is not None and after < before:
        happened = f"What the agency wrote now ends the suspension on {after.isoformat()}; it was {before.isoformat()}."
        return (notice("suspension_shortened", happened),)
    if after < said.until:
        return (_cut_short(after),)
    if after == before:
        happened = f"The disclosure is kept from the patient until {after.isoformat()} without this statement."
        return (notice("suspension_adds_nothing", happened),)
    return ()


def _not_possible(basis: DisclosureBasis) -> Notice:
    ground = GROUNDS[basis]
    happened = f"The ground of the disclosure ({ground.says}, {ground.cite}) knows no suspension; it is listed."
    return notice("suspension_not_possible", happened)


def _cut_short(hidden: date) -> Notice:
    happened = f"What an agency says without writing holds thirty days: until {hidden.isoformat()}."
    return notice("suspension_cut_short", happened)

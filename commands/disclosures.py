"""The decider about disclosures: that one happened is recorded, whatever its ground (CCM-HIPAA-05; readings, 8)."""

from commands.deciding import Asked, Law, States
from commands.guards import is_future
from commands.intents.disclosures import Disclose
from ledger.streams.disclosures import DisclosureWords, RecordDisclosed
from ledger.terms.disclosures import GROUNDS, hidden_until
from ledger.terms.identity import patient_tag
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Notice, Outcome
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


def _notices(asked: Asked[Disclose]) -> tuple[Notice, ...]:
    """What a person should look at: a disclosure that nothing permits, a suspension that holds less than it says."""
    command = asked.command
    found: list[Notice] = []
    if command.basis == "not_permitted":
        found.append(notice("disclosure_not_permitted", "Nothing permitted the disclosure that was recorded."))
    if command.suspended_until is None:
        return tuple(found)
    hidden = hidden_until(
        command.basis, command.suspended_until, is_oral=command.suspended_orally, recorded_on=asked.today
    )
    if hidden is None:
        ground = GROUNDS[command.basis]
        happened = f"The ground of the disclosure ({ground.says}, {ground.cite}) knows no suspension; it is listed."
        found.append(notice("suspension_not_possible", happened))
    elif hidden < command.suspended_until:
        happened = f"What an agency says without writing holds thirty days: until {hidden.isoformat()}."
        found.append(notice("suspension_cut_short", happened))
    return tuple(found)

"""Deciders about attestations besides signing: withdraw one, leave a month out of a batch, answer for a signature."""

from commands.claims.records import claims_of
from commands.deciding import Asked, Law, States
from commands.guards import after_death, by_rule, is_after_death
from commands.intents.attesting import AttestSignature, ExceptMonth, WithdrawAttestation
from commands.month_signing import billing
from commands.standing_entry import is_compliance
from ledger.streams.attesting import AttestationWithdrawn, AttestationWords, MonthExcepted
from ledger.streams.base import Closed
from ledger.streams.care_plan import SignatureAttested, SignatureWords
from ledger.streams.month_state import CareMonth
from ledger.streams.staff import ROLE_FACTS
from ledger.terms.identity import care_month_tag, care_plan_tag, patient_tag, staff_tag
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.people import Programme, Side
from ledger.terms.refusals import REFUSALS, refused


def decide_withdraw_attestation(asked: Asked[WithdrawAttestation], states: States, law: Law) -> Outcome:
    """Take back the attestation that stands: the month is open again, and nothing waits for approval in it.

    Behind a claim what came or grew since the signature waits still: it raises nothing without compliance
    (CCM-AMEND-09).
    Of patients who were merged each has a newest attestation of their own, and each is taken back once; where the two
    were signed before they were one, the other's speaks for both then.
    Reads the patient, the month, the claims and the actor. Refuses, in order: no_such_attestation,
    attestation_superseded, not_the_signer (neither the signer nor compliance). Unchanged where it was withdrawn before.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), care_month_tag(patient, command.month), staff_tag(asked.actor)):
        return need
    attestations = states.month(patient, command.month).attestations
    found = next((a for a in attestations if a.event.attestation == command.attestation), None)
    if found is None:
        return refused("no_such_attestation")
    if found.withdrawn is not None:
        return Unchanged((found.withdrawn_position or found.position,))
    # Of patients who were merged, and of each programme, the signed month has its own newest attestation.
    own = [a for a in attestations if (a.event.patient, a.programme) == (found.event.patient, found.programme)]
    if found != own[-1]:
        return refused("attestation_superseded", facts=(a.position for a in attestations))
    if asked.actor != found.event.practitioner and not is_compliance(asked, states):
        return refused("not_the_signer", facts=(found.position,))
    of_all = claims_of(asked, states)
    if isinstance(of_all, Need):
        return of_all
    billed = command.month, found.programme.value, Side.PRACTITIONER.value
    event = AttestationWithdrawn(
        patient=found.event.patient,
        month=command.month,
        attestation=command.attestation,
        by=asked.actor,
        reason=command.reason,
        is_released=True if any(each.guard == billed for claims in of_all for each in claims.claims) else None,
        words=AttestationWords(reason=command.words),
    )
    return Accepted((event,))


def decide_except_month(asked: Asked[ExceptMonth], states: States, law: Law) -> Outcome:
    """Leave a month out of a batch, with the reason: it was looked at, and not signed.

    Reads the patient, the month, and the sealed reason of the exception that stands. Refuses, in order: in_the_future,
    after_death, not_the_billing_practitioner. Unchanged where the actor left the month out for just this reason, and
    it was not attested since; another reason is another exception.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), care_month_tag(patient, command.month)):
        return need
    if isinstance(stopped := billing(asked, states, "the exception"), Refused):
        return stopped
    words = AttestationWords(reason=command.reason)
    standing = _standing_exception(states.month(patient, command.month))
    if standing is not None and standing[0].practitioner == asked.actor and _opened(asked, *standing) == words:
        return Unchanged((standing[1],))
    return Accepted((MonthExcepted(patient=patient, month=command.month, practitioner=asked.actor, words=words),))


def _standing_exception(month: CareMonth) -> tuple[MonthExcepted, int] | None:
    """The newest exception of a month of CCM that was not attested since, with its position; batches are of CCM."""
    newest = month.excepted[-1] if month.excepted else None
    signed = month.signed(Programme.CCM)
    attested = signed[-1].position if signed else 0
    return newest if newest is not None and newest[1] > attested else None


def _opened(asked: Asked[ExceptMonth], event: MonthExcepted, position: int) -> AttestationWords | Closed:
    """The words of an exception; closed where their key is gone."""
    said = asked.opened(event.tags()[0], position)
    assert isinstance(said, MonthExcepted)
    return said.words


def decide_attest_signature(asked: Asked[AttestSignature], states: States, law: Law) -> Outcome:
    """Answer for a revision that was never signed: late signatures are not added (CCM-AMEND-05, -07).

    Reads the patient, the plan and the actor; law: medicare.ccm.billing_practitioner.credentials. Refuses, in order:
    revision_unknown, already_struck, after_death, signature_not_by_practitioner. Unchanged where the actor signed it,
    or answered for it before.
    """
    patient, number = asked.patient, asked.command.revision
    if need := states.missing(patient_tag(patient), care_plan_tag(patient), staff_tag(asked.actor)):
        return need
    revision = states.plan(patient).revision(number)
    if revision is None:
        return refused("revision_unknown")
    if revision.taken_out is not None:
        return refused("already_struck", facts=(revision.position, revision.taken_out.position))
    if is_after_death(states.patient(patient), asked.now):
        return after_death(states.patient(patient), "the statement")
    by = law.on(asked.today).find("medicare.ccm.billing_practitioner.credentials")
    may_bill = by.value if by and isinstance(by.value, tuple) else ()
    if states.staff(asked.actor).credential not in may_bill:
        because = by_rule(by, REFUSALS["signature_not_by_practitioner"].because)
        facts = states.staff(asked.actor).told_at(*ROLE_FACTS)
        return refused("signature_not_by_practitioner", because=because, by=(by,), facts=facts)
    before = {**dict(revision.signatures), **dict(revision.answered_for)}.get(asked.actor)
    if before is not None:
        return Unchanged((before,))
    event = SignatureAttested(
        patient=patient,
        revision=number,
        practitioner=asked.actor,
        attested_at=asked.now,
        words=SignatureWords(statement=asked.command.statement),
    )
    return Accepted((event,))

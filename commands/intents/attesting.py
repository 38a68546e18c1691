"""Commands about attestations besides signing: withdraw one, leave a month out of a batch, answer for a signature."""

from typing import ClassVar

from commands.intents.base import Command, Ref, RevisionNumber, Stated
from ledger.streams.attesting import AttestationWithdrawal
from ledger.terms.calendar import CareMonth
from ledger.terms.identity import AttestationId


class WithdrawAttestation(Command):
    """Take back the attestation of a month, as its signer or as compliance: the month is open again."""

    NAME: ClassVar = "withdraw_attestation"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    attestation: AttestationId
    reason: AttestationWithdrawal
    words: Stated


class ExceptMonth(Command):
    """Leave a month out of a batch of attestations, as its billing practitioner, with the reason."""

    NAME: ClassVar = "except_month"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    reason: Stated


class AttestSignature(Command):
    """Answer, today, for a care plan revision that was never signed (CCM-AMEND-07): nothing is back-dated."""

    NAME: ClassVar = "attest_signature"
    KIND: ClassVar = "act"
    AS_NAMED: ClassVar = frozenset({"patient"})
    patient: Ref
    revision: RevisionNumber
    statement: Stated

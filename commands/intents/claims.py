"""Commands about claims: what a practice asks for a code, release, withdrawal, what comes back, reopening."""

from typing import ClassVar

from pydantic import Field

from commands.intents.amounts import AboveZero, Dollars
from commands.intents.base import Command, Ref, Stated, Wire
from ledger.streams.claim_reasons import CompetitionOutcome
from ledger.streams.claims import (
    Acknowledged,
    AdjustmentGroup,
    AnswerCode,
    AnsweredCode,
    PayerNumber,
    PaymentStatus,
    PlaceOfService,
    WithdrawalReason,
)
from ledger.terms.calendar import CareMonth, GivenDay
from ledger.terms.identity import ClaimId, Digest, PracticeId
from ledger.terms.people import Programme

NumberGiven = PayerNumber
"""A control number as the payer gives it: ours, a shortened or mistyped one, or one of another system's claims."""


class AdoptCharge(Command):
    """Adopt what a practice asks for one unit of a code, for service from a day on."""

    NAME: ClassVar = "adopt_charge"
    KIND: ClassVar = "act"
    practice: PracticeId
    code: str = Field(pattern=r"^[A-Z0-9]{5}$")
    amount: AboveZero
    from_on: GivenDay


class ReleaseClaim(Command):
    """Release an attested month to billing: lines, day, place, diagnoses, and the ground that they rest on."""

    NAME: ClassVar = "release_claim"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    programme: Programme = Field(default=Programme.CCM, strict=False)
    digest: Digest | None = None
    """What was attested, where the sender wants it checked."""
    replaces: ClaimId | None = None
    """A claim of the month that this one stands for: rejected, withdrawn, one that the payer lets be replaced, or one
    for which another payer than the month's owes nothing."""
    place_of_service: PlaceOfService | None = None
    """Where the practitioner would see the patient, among the practice's sites; without it the first of them."""
    late_because: Stated | None = None
    """Behind the filing deadline: the exception that the payer grants."""


class VoidClaim(Command):
    """Void a claim that the payer has, where the payer takes that (X12 frequency 8)."""

    NAME: ClassVar = "void_claim"
    KIND: ClassVar = "act"
    patient: Ref
    claim: ClaimId
    words: Stated


class SettleCompetition(Command):
    """Say how it was settled that the payer paid somebody else for the month of a claim."""

    NAME: ClassVar = "settle_competition"
    KIND: ClassVar = "act"
    patient: Ref
    claim: ClaimId
    outcome: CompetitionOutcome
    words: Stated


class WaiveCostShare(Command):
    """Waive the patient's share of one claim, for a hardship that is documented."""

    NAME: ClassVar = "waive_cost_share"
    KIND: ClassVar = "act"
    patient: Ref
    claim: ClaimId
    document: Digest | None = None
    words: Stated


class WithdrawClaim(Command):
    """Take a claim back before the payer adjudicated it."""

    NAME: ClassVar = "withdraw_claim"
    KIND: ClassVar = "act"
    patient: Ref
    claim: ClaimId
    reason: WithdrawalReason
    words: Stated


class RecordAcknowledgment(Command):
    """Record what the payer's front door said of a claim: that it has it, or that it cannot process it (277CA)."""

    NAME: ClassVar = "record_acknowledgment"
    KIND: ClassVar = "testimony"
    control_number: NumberGiven
    outcome: Acknowledged
    received_on: GivenDay
    payer_number: PayerNumber | None = None
    codes: tuple[AnswerCode, ...] = Field(default=(), max_length=20)


class AdjustmentGiven(Wire):
    """Why a charge was not paid in full."""

    group: AdjustmentGroup
    reason: AnswerCode
    amount: Dollars


class LineGiven(Wire):
    """What became of one line."""

    code: AnsweredCode
    units: int = Field(ge=0, le=999_999)
    charge: Dollars
    paid: Dollars
    adjustments: tuple[AdjustmentGiven, ...] = Field(default=(), max_length=30)
    remarks: tuple[AnswerCode, ...] = Field(default=(), max_length=20)
    adjudicated_as: AnsweredCode | None = None
    """The code under which the payer looked at it, where that is another."""


class RecordRemittance(Command):
    """Record that the payer adjudicated a claim, or took an adjudication back (835)."""

    NAME: ClassVar = "record_remittance"
    KIND: ClassVar = "testimony"
    control_number: NumberGiven
    status: PaymentStatus
    on: GivenDay
    payer_number: PayerNumber | None = None
    charge: Dollars
    paid: Dollars
    patient_share: Dollars
    adjustments: tuple[AdjustmentGiven, ...] = Field(default=(), max_length=30)
    lines: tuple[LineGiven, ...] = Field(default=(), max_length=60)
    claim_remarks: tuple[AnswerCode, ...] = Field(default=(), max_length=20)
    payer_status: AnswerCode | None = None
    """The payer's own code of what it did with the claim, such as 19: paid and forwarded to another payer."""


class ReopenClaim(Command):
    """Ask the payer to reopen a claim that it adjudicated (42 CFR 405.980)."""

    NAME: ClassVar = "reopen_claim"
    KIND: ClassVar = "act"
    patient: Ref
    claim: ClaimId
    on: GivenDay
    good_cause: bool = False
    words: Stated

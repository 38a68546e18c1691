"""Facts of the claims stream: what was released to billing, what came back, and what was asked of the payer.

A claim is never changed: what replaces or voids it is a claim of its own that names it (CCM-CLAIM-28). Released means
handed to billing; only an acknowledgment says that the payer has it, and only a remittance what it paid (readings,
section 7). Amounts are dollars with two digits behind the point, kept as text. TOPIC and field names are the storage
format.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, StringConstraints

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.streams.care_month import Family
from ledger.terms.calendar import CareMonth
from ledger.terms.identity import (
    AttestationId,
    ClaimId,
    Digest,
    PatientId,
    PracticeId,
    StaffId,
    Token,
    claims_tag,
    identifier_tag,
    type_of_id,
)
from ledger.terms.people import Programme, Side, Word

Cents = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]
"""An amount in dollars, to the cent; what was taken back is below zero."""
Charge = Annotated[Decimal, Field(max_digits=12, decimal_places=2, gt=0)]
"""What a practice asks for one line."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{5}$")]
Icd10 = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")]
PlaceOfService = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
ControlNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z2-7]{20}$")]
PayerNumber = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]([\x20-\x7e]{0,48}[\x21-\x7e])?$")]
"""The number under which the payer keeps a claim."""
AnsweredCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,15}$")]
"""A code as a payer's answer has it: a payment is of all claims of a practice, also of drugs and revenue codes."""
AnswerCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9:.-]{0,19}$")]
"""A code of the payer's answer: category and status of an acknowledgment, reason or remark of a remittance."""

Frequency = Literal["1", "7", "8"]
"""1: a first claim. 7: replaces one that the payer has. 8: voids one (CCM-CLAIM-26)."""
WithdrawalReason = Literal["entered_in_error", "month_changed", "patient_or_payer_wrong", "competing_biller", "other"]
Acknowledged = Literal["accepted", "rejected"]
PaymentStatus = Literal["paid", "denied", "reversed"]
"""paid: adjudicated with or without a payment. denied: adjudicated, nothing owed. reversed: an earlier answer is taken
back, its amounts are below zero."""
AdjustmentGroup = Literal["CO", "PR", "OA", "PI", "CR"]
"""Whose an adjustment is: the contract (CO), the patient (PR), other (OA), the payer (PI), a correction (CR)."""
DIAGNOSES_MAX: Final = 12
LINES_MAX: Final = 12
CONTROL_NUMBER_DIGITS: Final = 20


def control_number(claim: str) -> str:
    """The number under which a payer gives a claim back: a hundred random bits of its id, nothing about a person."""
    assert type_of_id.match(claim), "an id has its shape"
    return claim[3 : 3 + CONTROL_NUMBER_DIGITS].upper()


class _OfClaims(Event):
    """What all facts of the claims stream share."""

    patient: PatientId

    def tags(self) -> tuple[str, ...]:
        return (claims_tag(self.patient),)


class _OfClaim(_OfClaims):
    """A fact about one claim."""

    claim: ClaimId


class ClaimLine(Part):
    """A code with its units and what the practice asks for them; what the schedule pays, where a price is on file."""

    code: Code
    units: int = Field(ge=1, le=999)
    charge: Charge
    expected: Cents | None = None
    """The national estimate for these units as of the release."""
    parent: Code | None = None
    """The code that it is an add-on of; it falls with it (CCM-CODE-09)."""


class ClaimReleased(_OfClaim):
    """A month was released to billing: its lines, and the ground that they stood on.

    The ground is pinned: the attestation with its digest, the position, the edition, and the read set in the envelope.
    """

    TOPIC: ClassVar[str] = "claim_released"
    month: CareMonth
    programme: Programme
    side: Side
    practice: PracticeId
    practitioner: StaffId
    """Who rendered it: the billing practitioner."""
    payer: Word
    family: Family
    date_of_service: date
    service_from: date | None = None
    """The first day of a range, where the payer asks for one; else the date of service stands alone."""
    place_of_service: PlaceOfService
    diagnoses: tuple[Icd10, ...] = Field(max_length=DIAGNOSES_MAX)
    lines: tuple[ClaimLine, ...] = Field(min_length=1, max_length=LINES_MAX)
    control_number: ControlNumber
    frequency: Frequency = "1"
    replaces: ClaimId | None = None
    """The claim that this one stands for: rejected and sent again, replaced, or voided."""
    payer_number: PayerNumber | None = None
    """Of a replacement and a void: the payer's number of the claim that it stands for."""
    attestation: AttestationId
    digest: Digest
    as_of: int = Field(ge=1)
    """The position as of which the month was judged."""
    edition: Digest
    link: Token
    """The token of the control number, by which the payer's answers find the patient."""

    def tags(self) -> tuple[str, ...]:
        return (claims_tag(self.patient), identifier_tag(self.link))

    @property
    def first_served_on(self) -> date:
        """The line's first day: what timely filing counts from (CCM-CLAIM-23)."""
        return self.service_from or self.date_of_service

    @property
    def charge(self) -> Decimal:
        """What all lines ask for."""
        return sum((line.charge for line in self.lines), Decimal(0))

    @property
    def expected(self) -> Decimal | None:
        """What the schedule pays for all lines; None where a line has no price on file."""
        found = [line.expected for line in self.lines]
        return None if None in found else sum((each for each in found if each is not None), Decimal(0))


class ClaimWords(Part):
    """Why, in words. Sealed."""

    reason: str


class ClaimWithdrawn(_OfClaim):
    """A claim was taken back before the payer adjudicated it: it is to be paid no more, and counts as none."""

    TOPIC: ClassVar[str] = "claim_withdrawn"
    reason: WithdrawalReason
    on: date
    words: ClaimWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", claims_tag(self.patient), year_scope(self.patient, self.on.year)),)


class ClaimExported(_OfClaim):
    """A claim was written into a file for its payer. Its position, or that of the first in the file, numbers the file.

    That the file was sent it does not say: only an acknowledgment proves submission (readings, 7).
    """

    TOPIC: ClassVar[str] = "claim_exported"
    on: date


class ClaimAcknowledged(_OfClaim):
    """The payer's front door said that it has a claim, or that it cannot process it (277CA; CCM-CLAIM-25)."""

    TOPIC: ClassVar[str] = "claim_acknowledged"
    outcome: Acknowledged
    received_on: date
    """The day on which the payer received the claim, as it says: what timely filing counts by."""
    payer_number: PayerNumber | None = None
    codes: tuple[AnswerCode, ...] = Field(default=(), max_length=20)
    answer: Token | None = None
    """The token of the file and the place in it: the same answer delivered twice is known by it."""


class Adjustment(Part):
    """Why a charge was not paid in full: group, reason, and the amount that was taken off (CCM-CLAIM-21, -22)."""

    group: AdjustmentGroup
    reason: AnswerCode
    amount: Cents


class RemittedLine(Part):
    """What became of one line."""

    code: AnsweredCode
    units: int = Field(ge=0, le=999_999)
    charge: Cents
    paid: Cents
    adjustments: tuple[Adjustment, ...] = Field(default=(), max_length=30)
    remarks: tuple[AnswerCode, ...] = Field(default=(), max_length=20)
    adjudicated_as: AnsweredCode | None = None
    """The code under which the payer looked at it, where that is another: it bundled or changed the line."""


class ClaimRemitted(_OfClaim):
    """The payer adjudicated a claim, or took an adjudication back (835): what was paid, and why not the rest.

    Amounts of a reversal are below zero, so that the sum of all remittances is what the payer has paid.
    """

    TOPIC: ClassVar[str] = "claim_remitted"
    status: PaymentStatus
    on: date
    """The day of the payment, or of the notice that there is none."""
    payer_number: PayerNumber | None = None
    charge: Cents
    paid: Cents
    patient_share: Cents
    """What the payer leaves to the patient: deductible, coinsurance, copayment."""
    adjustments: tuple[Adjustment, ...] = Field(default=(), max_length=30)
    """Of the claim as a whole, beside those of its lines."""
    lines: tuple[RemittedLine, ...] = Field(default=(), max_length=60)
    claim_remarks: tuple[AnswerCode, ...] = Field(default=(), max_length=20)
    """Of the claim as a whole."""
    payer_status: AnswerCode | None = None
    """The payer's own code of what it did: as first, second or third payer, forwarded to another, denied, reversed."""
    answer: Token | None = None
    """The token of the payment and the place in it: the same answer delivered twice is known by it."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Group and reason of every adjustment, such as CO-97, each once."""
        every = (*self.adjustments, *(each for line in self.lines for each in line.adjustments))
        return tuple(dict.fromkeys(f"{each.group}-{each.reason}" for each in every))

    @property
    def remarks(self) -> tuple[str, ...]:
        """Every remark of the claim and of its lines, each once."""
        of_lines = (remark for line in self.lines for remark in line.remarks)
        return tuple(dict.fromkeys((*self.claim_remarks, *of_lines)))


class ClaimReopened(_OfClaim):
    """A reopening of an adjudicated claim was asked for (42 CFR 405.980; CCM-CLAIM-27)."""

    TOPIC: ClassVar[str] = "claim_reopened"
    on: date
    has_good_cause: bool
    """Whether good cause is stated: needed from one year after the first adjudication on."""
    words: ClaimWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", claims_tag(self.patient), year_scope(self.patient, self.on.year)),)


class CostShareWaived(_OfClaim):
    """The patient's share of one claim was waived for documented hardship (CCM-PAY-02); never a rule for all."""

    TOPIC: ClassVar[str] = "cost_share_waived"
    on: date
    document: Token | None = None
    words: ClaimWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", claims_tag(self.patient), year_scope(self.patient, self.on.year)),)

"""What happens to the attestation of a month besides signing: withdrawn, or left out of a batch.

TOPIC and field names are the storage format (readings, section 6; CCM-CLAIM-07).
"""

from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.terms.calendar import CareMonth
from ledger.terms.identity import AttestationId, PatientId, StaffId, care_month_tag

AttestationWithdrawal = Literal["signed_in_error", "wrong_content", "wrong_signer", "compliance_review"]


class AttestationWords(Part):
    """Why, in words. Sealed."""

    reason: str


class _OfMonth(Event):
    """What these events share: one patient-month."""

    patient: PatientId
    month: CareMonth

    def tags(self) -> tuple[str, ...]:
        return (care_month_tag(self.patient, self.month),)

    def sealing(self) -> tuple[Sealing, ...]:
        scope = year_scope(self.patient, int(self.month[:4]))
        return (Sealing("words", care_month_tag(self.patient, self.month), scope),)


class AttestationWithdrawn(_OfMonth):
    """The signer, or compliance, took an attestation back: the month is open again, under the edition then in use.

    Behind a claim what comes or grows still waits for approval (CCM-AMEND-09).
    """

    TOPIC: ClassVar[str] = "attestation_withdrawn"
    attestation: AttestationId
    by: StaffId
    reason: AttestationWithdrawal
    is_released: Literal[True] | None = None
    """Whether a claim of the month had been released by then; None: none had."""
    words: AttestationWords | Closed = Field(default=SEALED, exclude=True)


class MonthExcepted(_OfMonth):
    """The billing practitioner looked at a month and left it out of a batch of attestations, with the reason."""

    TOPIC: ClassVar[str] = "month_excepted"
    practitioner: StaffId
    words: AttestationWords | Closed = Field(default=SEALED, exclude=True)

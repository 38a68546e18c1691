"""Facts of possible overpayments: noticed, looked into, identified or not, returned (CCM-OVP-01 to -05; readings, 7).

They stand in the claims stream of the patient. The machine notices that a paid claim lost ground; whether there is an
overpayment a compliance officer says, and from that day the sixty days count. TOPIC and field names are the storage
format.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.streams.claims import Cents, ClaimWords, Code
from ledger.streams.reviews import BECAUSE_MAX
from ledger.terms.identity import ClaimId, Digest, OverpaymentId, PatientId, claims_tag

ReturnRoute = Literal["claims_adjustment", "voluntary_refund", "credit_balance", "self_disclosure", "offset", "other"]
"""How money goes back."""
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9./_-]{0,30}[0-9][A-Z0-9./_-]{0,30}$")]
"""A check, transfer or case number: capitals and digits without spaces, one digit at least, so that no name is one."""


class LostUnits(Part):
    """Units of a code that the month no longer supports."""

    code: Code
    units: int = Field(ge=1, le=999)


class ClaimLostGround(Event):
    """A later fact moved what an unpaid claim rests on: it is to be withdrawn, or sent anew."""

    TOPIC: ClassVar[str] = "claim_lost_ground"
    patient: PatientId
    claim: ClaimId
    because: tuple[int, ...] = Field(max_length=BECAUSE_MAX)
    """Positions of the facts that came after the release into what it rested on; the newest ones."""
    lost: tuple[LostUnits, ...]
    digest_now: Digest

    def tags(self) -> tuple[str, ...]:
        return (claims_tag(self.patient),)


class OverpaymentNoticed(Event):
    """A later fact moved what a paid claim rests on, or somebody found so: perhaps more was paid than is owed.

    Each loss beyond what was noticed before is noticed by itself; what a month gained meanwhile is no part of it.
    """

    TOPIC: ClassVar[str] = "overpayment_noticed"
    patient: PatientId
    overpayment: OverpaymentId
    claim: ClaimId
    noticed_on: date
    """The day in the practice's own time zone."""
    because: tuple[int, ...] = Field(max_length=BECAUSE_MAX)
    """As of a claim that lost ground unpaid; none where a person found it without the machine."""
    lost: tuple[LostUnits, ...]
    """None where only money came to units that were noticed before."""
    amount: Cents
    """What the payer paid for units that are no longer supported."""
    patient_share: Cents
    """What of these units was left to the patient."""
    digest_now: Digest | None = None
    """What the month says now; None where a person found it without the machine."""

    def tags(self) -> tuple[str, ...]:
        return (claims_tag(self.patient),)


class _OfOverpayment(Event):
    """What a person says of a possible overpayment."""

    patient: PatientId
    overpayment: OverpaymentId
    on: date
    words: ClaimWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (claims_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", claims_tag(self.patient), year_scope(self.patient, self.on.year)),)


class OverpaymentTriaged(_OfOverpayment):
    """Compliance looked at a possible overpayment for the first time."""

    TOPIC: ClassVar[str] = "overpayment_triaged"


class OverpaymentIdentified(_OfOverpayment):
    """Compliance says that there is an overpayment: from this day the sixty days count (CCM-OVP-01, -02)."""

    TOPIC: ClassVar[str] = "overpayment_identified"


class OverpaymentDismissed(_OfOverpayment):
    """Compliance says that nothing was overpaid, and why."""

    TOPIC: ClassVar[str] = "overpayment_dismissed"


class InvestigationBegun(_OfOverpayment):
    """A timely good-faith investigation of related overpayments began: the deadline stands still (CCM-OVP-03)."""

    TOPIC: ClassVar[str] = "overpayment_investigation_begun"


class InvestigationEnded(_OfOverpayment):
    """The investigation ended: the rest of the sixty days goes on."""

    TOPIC: ClassVar[str] = "overpayment_investigation_ended"


class CauseSwept(_OfOverpayment):
    """The claims of six years were searched for the same cause (CCM-OVP-04): how many, and in how many it was found.

    Each of those is a possible overpayment of its own, in the stream of its own patient.
    """

    TOPIC: ClassVar[str] = "overpayment_cause_swept"
    since_on: date
    searched: int = Field(ge=0)
    found: int = Field(default=0, ge=0)


class OverpaymentReturned(_OfOverpayment):
    """Money went back: when, how, how much, under which reference, and the patient's share with it."""

    TOPIC: ClassVar[str] = "overpayment_returned"
    route: ReturnRoute
    amount: Cents
    reference: Reference
    patient_share: Cents
    """What was refunded to the patient."""

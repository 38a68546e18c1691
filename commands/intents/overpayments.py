"""Commands about possible overpayments: what the machine reports, what compliance says, what went back."""

from typing import ClassVar

from pydantic import Field, model_validator

from commands.intents.amounts import NotBelowZero
from commands.intents.base import Command, Position, Ref, Stated
from ledger.streams.overpayments import Reference, ReturnRoute
from ledger.streams.reviews import BECAUSE_MAX
from ledger.terms.calendar import GivenDay
from ledger.terms.identity import ClaimId, OverpaymentId


class ReportLostGround(Command):
    """Judge the month of a claim again, by the edition that the claim pinned, and report what it lost."""

    NAME: ClassVar = "report_lost_ground"
    KIND: ClassVar = "act"
    patient: Ref
    claim: ClaimId
    because: tuple[Position, ...] = Field(default=(), max_length=BECAUSE_MAX)
    """Positions of the facts behind it."""


class ReportOverpayment(Command):
    """Say that a claim was perhaps overpaid, without the machine: an auditor, a payer or a colleague found it."""

    NAME: ClassVar = "report_overpayment"
    KIND: ClassVar = "act"
    patient: Ref
    claim: ClaimId
    amount: NotBelowZero
    """What the payer perhaps paid too much."""
    patient_share: NotBelowZero
    """What the patient was perhaps left with too much."""
    words: Stated


class _OfOverpayment(Command):
    """What a person says of one possible overpayment."""

    patient: Ref
    overpayment: OverpaymentId


class TriageOverpayment(_OfOverpayment):
    """Look at a possible overpayment for the first time: who looks further, and at what."""

    NAME: ClassVar = "triage_overpayment"
    KIND: ClassVar = "act"
    on: GivenDay
    words: Stated


class IdentifyOverpayment(_OfOverpayment):
    """Say that there is an overpayment: from this day the sixty days count (CCM-OVP-01, -02)."""

    NAME: ClassVar = "identify_overpayment"
    KIND: ClassVar = "act"
    on: GivenDay
    """The day on which it was known."""
    basis: Stated


class NoOverpayment(_OfOverpayment):
    """Say that nothing was overpaid, and why."""

    NAME: ClassVar = "no_overpayment"
    KIND: ClassVar = "act"
    words: Stated


class BeginInvestigation(_OfOverpayment):
    """Begin a good-faith investigation of related overpayments: the formal deadline stands still (CCM-OVP-03)."""

    NAME: ClassVar = "begin_investigation"
    KIND: ClassVar = "act"
    on: GivenDay
    words: Stated


class EndInvestigation(_OfOverpayment):
    """End the investigation: the rest of the sixty days goes on."""

    NAME: ClassVar = "end_investigation"
    KIND: ClassVar = "act"
    on: GivenDay
    words: Stated


class RecordSweep(_OfOverpayment):
    """Record that the claims of six years of receipt were searched for the same cause (CCM-OVP-04)."""

    NAME: ClassVar = "record_sweep"
    KIND: ClassVar = "act"
    on: GivenDay
    since_on: GivenDay
    """The first day of receipt that was looked at."""
    searched: int = Field(ge=0, le=10_000_000)
    found: int = Field(default=0, ge=0, le=10_000_000)
    """In how many of them the cause was found; each is reported by itself."""
    words: Stated

    @model_validator(mode="after")
    def _found_is_searched(self) -> "RecordSweep":
        if self.found > self.searched:
            raise ValueError("the claims found are among those searched")
        return self


class ReturnOverpayment(_OfOverpayment):
    """Record that money went back: when, how, how much, under which reference, and the patient's share with it."""

    NAME: ClassVar = "return_overpayment"
    KIND: ClassVar = "act"
    on: GivenDay
    route: ReturnRoute
    amount: NotBelowZero
    reference: Reference
    patient_share: NotBelowZero
    words: Stated

"""A possible overpayment as folded: noticed, looked into, identified or not, returned."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from ledger.streams.overpayments import (
    CauseSwept,
    InvestigationBegun,
    InvestigationEnded,
    OverpaymentDismissed,
    OverpaymentIdentified,
    OverpaymentNoticed,
    OverpaymentReturned,
    OverpaymentTriaged,
)
from ledger.streams.replacing import replace

OverpaymentStatus = Literal["noticed", "triaged", "identified", "dismissed", "returned"]
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Overpayment:
    """One possible overpayment with what was said of it, each with its position."""

    event: OverpaymentNoticed
    position: int
    triaged: tuple[OverpaymentTriaged, int] | None = None
    identified: tuple[OverpaymentIdentified, int] | None = None
    dismissed: tuple[OverpaymentDismissed, int] | None = None
    begun: tuple[InvestigationBegun, int] | None = None
    ended: tuple[InvestigationEnded, int] | None = None
    swept: tuple[tuple[CauseSwept, int], ...] = ()
    returned: tuple[tuple[OverpaymentReturned, int], ...] = ()

    @property
    def money_back(self) -> Decimal:
        """What went back to the payer so far."""
        return sum((event.amount for event, _ in self.returned), _ZERO)

    @property
    def share_back(self) -> Decimal:
        """What was refunded to the patient so far."""
        return sum((event.patient_share for event, _ in self.returned), _ZERO)

    @property
    def is_settled(self) -> bool:
        """Whether all of it went back, the patient's share too."""
        return self.money_back >= self.event.amount and self.share_back >= self.event.patient_share

    @property
    def status(self) -> OverpaymentStatus:
        """Where it stands: what was identified stays so until all of it went back."""
        if self.identified is not None:
            return "returned" if self.is_settled else "identified"
        if self.dismissed is not None:
            return "dismissed"
        return "noticed" if self.triaged is None else "triaged"

    @property
    def is_open(self) -> bool:
        """Whether something is to be done about it."""
        return self.status not in ("dismissed", "returned")

    @property
    def identified_on(self) -> date | None:
        """The day from which the sixty days count."""
        return self.identified[0].on if self.identified is not None else None


def evolve_overpayment(state: Overpayment, event: Any, at: int) -> Overpayment:
    """The possible overpayment after one more fact about it."""
    match event:
        case OverpaymentTriaged():
            return replace(state, triaged=(event, at))
        case OverpaymentIdentified():
            # What was dismissed may be identified later: new facts come.
            return replace(state, identified=(event, at), dismissed=None)
        case OverpaymentDismissed():
            return replace(state, dismissed=(event, at))
        case InvestigationBegun():
            return replace(state, begun=(event, at))
        case InvestigationEnded():
            return replace(state, ended=(event, at))
        case CauseSwept():
            return replace(state, swept=(*state.swept, (event, at)))
        case OverpaymentReturned():
            return replace(state, returned=(*state.returned, (event, at)))
    return state

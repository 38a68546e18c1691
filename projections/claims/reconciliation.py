"""Ready months against what was paid for them: ready = released = accepted = paid + denied + open.

Counted are claims, units and dollars (charges). Released is every claim that was handed to billing, also one that was
withdrawn, rejected or replaced since; accepted is every one that the payer took or adjudicated. A void asks for nothing
and is none of them. The dollars of what was accepted are paid, the patient's share, reductions, denied and open.

Promise: what stands on the left of each sign, and the differences named for it, come to what stands on the right, to
the cent; every claim that was not released as ready, accepted and paid as billed has a line of its own. Pure: rows in,
rows out. Not promised: that a difference is a fault.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from projections.claims.outcomes import ZERO
from projections.claims.reconciliation_lines import denied_of, differences_of, open_of
from projections.claims.reconciliation_shapes import NONE, VOID, ClaimLife, Difference, ReadyMonth, Size, Step


class Reconciliation(NamedTuple):
    """The stages of one calendar month, and every difference between them."""

    ready: Size
    released: Size
    accepted: Size
    paid: Size
    """Claims and units that were paid, and the payments."""
    patient_share: Decimal
    reductions: tuple[tuple[str, Decimal], ...]
    """(group and reason, amount), the largest first."""
    denied: Size
    open: Size
    given_back: Decimal
    """What went back to payers for overpayments, by whatever route: what they took back in answers is in these too."""
    differences: tuple[Difference, ...]

    @property
    def reduced(self) -> Decimal:
        """All reductions."""
        return sum((amount for _, amount in self.reductions), ZERO)

    @property
    def answered(self) -> Size:
        """What stands on the right: paid, the patient's share, reductions, denied and open."""
        return self.paid + self.denied + self.open + Size(0, 0, self.patient_share + self.reduced)

    def named(self, step: Step) -> Size:
        """What the differences of a step come to."""
        return sum((each.size for each in self.differences if each.step == step), NONE)

    @property
    def unexplained(self) -> tuple[Size, ...]:
        """What no line names, at each sign and of each part: nothing, by construction."""
        gaps = (self.released - self.ready, self.accepted - self.released, self.answered - self.accepted)
        left = (self.named("released"), self.named("accepted"), self.named("answered"))
        parts = (self.open - self.named("open"), self.denied - self.named("denied"))
        return (*(gap - named for gap, named in zip(gaps, left, strict=True)), *parts)

    @property
    def balances(self) -> bool:
        """Whether every difference is named, to the cent."""
        return all(each == NONE for each in self.unexplained)


def reconcile(months: Iterable[ReadyMonth], lives: Iterable[ClaimLife]) -> Reconciliation:
    """Months and claims of one calendar month, added up and compared, slot by slot: patient and programme."""
    slots: dict[tuple[str, str], tuple[list[ReadyMonth], list[ClaimLife]]] = {}
    for month in months:
        slots.setdefault((month.patient, month.programme), ([], []))[0].append(month)
    for life in lives:
        slots.setdefault((life.patient, life.programme), ([], []))[1].append(life)
    claims = [life for _, found in slots.values() for life in found]
    asking = [life for life in claims if life.frequency != VOID]
    return Reconciliation(
        ready=sum((month.size for found, _ in slots.values() for month in found), NONE),
        released=sum((life.size for life in asking), NONE),
        accepted=sum((life.size for life in asking if life.is_accepted), NONE),
        paid=sum((_paid(life) for life in claims), NONE),
        patient_share=sum((life.outcome.patient_share for life in claims), ZERO),
        reductions=_reductions(claims),
        denied=sum((denied_of(life) for life in asking), NONE),
        open=sum((open_of(life) for life in asking), NONE),
        given_back=sum((each.money_back for life in claims for each in life.overpaid), ZERO),
        differences=tuple(line for key in sorted(slots) for line in differences_of(*slots[key])),
    )


def _paid(life: ClaimLife) -> Size:
    """What a claim adds to the payments; of a void only the money that its answer took back."""
    outcome = life.outcome
    is_paid = outcome.standing == "paid" and life.frequency != VOID
    return Size(int(is_paid), outcome.units.paid if is_paid else 0, outcome.paid)


def _reductions(claims: list[ClaimLife]) -> tuple[tuple[str, Decimal], ...]:
    found: dict[str, Decimal] = {}
    for life in claims:
        for name, amount in life.outcome.reductions:
            found[name] = found.get(name, ZERO) + amount
    return tuple(sorted(((n, a) for n, a in found.items() if a), key=lambda pair: (-pair[1], pair[0])))

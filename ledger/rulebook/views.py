"""Overlays: how a programme and a payer's exceptions stand over the quantities that they speak of.

A quantity `medicare.pcm.X` stands for `medicare.ccm.X` in the view of PCM, on the days on which it is in force. An
exception of a payer's profile, `medicare.ccm.X@profile`, stands for `medicare.ccm.X` where it is in force. Each
reading keeps its own name, so that an answer shows whose rule it was; it is found under the name of its base.

Promise: what is merged holds every reading of its base, the overlaying ones behind them, so that `Quantity.on` finds
those first. An exception to a programme's own quantity comes with it. Not promised: that two exceptions agree; the
loader refuses those that could be true at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ledger.rulebook.reading import Quantity

BASE_PROGRAMME: Final = "ccm"
EXCEPTION_MARK: Final = "@"


@dataclass(frozen=True, slots=True, eq=False)
class PayerException:
    """One labelled exception to a named base: the coverages that it applies to, and what it says otherwise."""

    profile: str
    """The folder that it stands in; it ends the names of its readings."""
    label: str
    base: str
    file: str
    payer: str | None
    """The payer's word as coverage is recorded with; None for any."""
    kind: str | None
    """The kind of coverage; None for any."""
    quantities: tuple[Quantity, ...]
    """Named by their base and the profile: medicare.ccm.consent.methods@seed_strict."""

    def applies(self, payer: str | None, kind: str | None) -> bool:
        """Whether a coverage of this payer and kind falls under the exception."""
        return self.payer in {None, payer} and self.kind in {None, kind}

    def may_meet(self, other: "PayerException") -> bool:
        """Whether one coverage can fall under both."""
        return (self.payer is None or other.payer in {None, self.payer}) and (
            self.kind is None or other.kind in {None, self.kind}
        )


@dataclass(frozen=True, slots=True, eq=False)
class Addition:
    """Quantities that a profile adds to a named base, for everybody: see additions.py."""

    profile: str
    """The folder that it stands in."""
    label: str
    base: str
    file: str
    quantities: tuple[Quantity, ...]


def base_name(name: str) -> str:
    """The name of the quantity that an exception's reading stands for; of any other reading its own name."""
    return name.partition(EXCEPTION_MARK)[0]


def programmes_of(quantities: Iterable[str]) -> frozenset[str]:
    """The programmes whose quantities stand over those of CCM: folders beside medicare/ccm that say what it says."""
    named = {name.split(".", 2)[1] for name in quantities if name.startswith("medicare.") and name.count(".") > 1}
    return frozenset(named & PROGRAMMES)


PROGRAMMES: Final = frozenset({"pcm", "apcm"})
"""Programmes that are exceptions to CCM (readings.md, section 3)."""


def overlaid(
    quantities: Mapping[str, Quantity], programme: str, exceptions: Iterable[PayerException]
) -> tuple[Quantity, ...]:
    """All quantities by the names under which they are looked up, with exceptions and the programme laid over them."""
    merged = dict(quantities)
    for exception in exceptions:
        for quantity in exception.quantities:
            name = base_name(quantity.name)
            merged[name] = _over(merged[name], quantity)
    if programme != BASE_PROGRAMME:
        own, base = f"medicare.{programme}.", f"medicare.{BASE_PROGRAMME}."
        for name in [name for name in merged if name.startswith(own)]:
            stands_for = base + name.removeprefix(own)
            below = merged.get(stands_for)
            merged[stands_for] = _over(below, merged[name]) if below else replace(merged[name], name=stands_for)
    return tuple(merged.values())


def _over(base: Quantity, above: Quantity) -> Quantity:
    return replace(base, readings=base.readings + above.readings)

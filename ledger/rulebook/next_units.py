"""How many minutes are missing until a month earns its next unit, and of which code.

Promise: plain values in, plain values out; it agrees with what minutes earn (`formulas.units_of`): so many minutes more
earn that unit, one minute less does not. Not promised: that more work is needed; nobody works towards a code.
"""

from typing import NamedTuple

from ledger.rulebook.rules import Rules


class NextUnit(NamedTuple):
    """What so many whole minutes more would earn."""

    minutes: int
    """Missing until then; at least one."""
    code: str


def next_unit(family: str, minutes: int, rules: Rules) -> NextUnit | None:
    """The next unit of a family that minutes measure; None where more minutes earn nothing more.

    Reads: as formulas.units_of, without limits that were raised.
    Example: noncomplex with 12 minutes -> 8 until 99490, with 25 -> 15 until 99439, with 60 -> nothing more.
    """
    base = rules.get(f"medicare.ccm.families.{family}_base")
    if base is None:
        return None
    least = rules.whole(f"medicare.ccm.{base}.minutes_minimum")
    if minutes < least:
        return NextUnit(least - minutes, str(base))
    addon = rules.get(f"medicare.ccm.families.{family}_addon")
    if addon is None:
        return None
    step = rules.whole(f"medicare.ccm.{addon}.minutes_step")
    earned = (minutes - least) // step
    most = rules.limit(f"medicare.ccm.{addon}.units_max")
    if most is not None and earned >= most:
        return None
    return NextUnit(least + (earned + 1) * step - minutes, str(addon))

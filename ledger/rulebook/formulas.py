"""The arithmetic of the law: minutes to units, units to dollars, a year back.

Promise: plain values in, plain values out; every number of the law is read through `rules`; a version that
a ledger has named is kept for ever, so a change of meaning is a new function under a new FORMULAS_VERSION,
never an edit here. Not promised: that minutes count or that a family may be chosen; the judge says that.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal, NamedTuple

from ledger.rulebook.rules import Rules

FORMULAS_VERSION: Final = 2
KNOWN_FORMULAS: Final = frozenset({1, 2})
"""Every formulas version that this program can judge by.

2 adds families of further programmes, conflicts with other services and limits that were raised; what it has in common
with 1 means the same, so an edition of version 1 is judged as ever: it holds no rules of that kind.
"""

_MEAN_THE_SAME: Final = frozenset({1, 2})
"""Versions that answer alike wherever both have a rule."""
_CENT: Final = Decimal("0.01")
_NOT_RAISED: Final[Mapping[str, int]] = {}

Standing = Literal["counted", "not_counted", "needs_reviewer"]


class UnitsEarned(NamedTuple):
    """What a month's whole minutes earn in one family."""

    lines: tuple[tuple[str, int], ...]
    """(code, units), base code first; empty where the minutes do not reach the base code's minimum."""
    minutes_unpaid: int
    """Minutes that no unit pays for, whether below the minimum, short of a step or above the cap."""
    is_capped: bool
    """Whether more full steps were worked than the cap lets pay."""


def units_noncomplex(minutes: int, rules: Rules) -> UnitsEarned:
    """Units of non-complex CCM that a month's countable staff minutes (seconds floored once) earn.

    The base code needs its full minimum; each further unit a full step, up to the cap; nothing rounds up.
    Reads: medicare.ccm.families.noncomplex_base and .noncomplex_addon (none before 2020, G2058 in 2020),
    medicare.ccm.<base>.minutes_minimum, medicare.ccm.<addon>.minutes_step and .units_max.
    Example: 19 -> nothing, 20 -> 99490, 39 -> 99490, 40 -> 99490 and 99439 x 1, 90 -> 99490 and 99439 x 2.
    """
    return _units("noncomplex", minutes, rules)


def units_complex(minutes: int, rules: Rules) -> UnitsEarned:
    """Units of complex CCM that a month's countable staff minutes earn, if decision making suffices.

    Reads: as units_noncomplex, for the complex family. CCM-CODE-07 also asks for decision_making_suffices.
    Example: 59 -> nothing, 60 -> 99487, 89 -> 99487, 90 -> 99487 and 99489 x 1, 390 -> 99489 capped at 10.
    """
    return _units("complex", minutes, rules)


def units_of(family: str, minutes: int, rules: Rules, raised: Mapping[str, int] = _NOT_RAISED) -> UnitsEarned:
    """Units of any family that minutes measure (noncomplex, complex, personal, rhc, pcm_staff, pcm_personal).

    `raised` gives a code more units than its limit, where the rules let that be overridden (CCM-CODE-04, -05).
    Reads: medicare.ccm.families.<family>_base and _addon and the codes' own quantities, as units_noncomplex does;
    medicare.ccm.<addon>.limit_may_be_overridden where a limit was raised.
    """
    return _units(family, minutes, rules, raised)


def code_of_level(conditions: int, is_qmb: bool, rules: Rules) -> str | None:
    """The APCM code for a month of a patient with so many chronic conditions; None where the programme is not in force.

    Reads: medicare.ccm.families.level_1, _2, _3 and .level_2_conditions_min, as medicare.apcm says them.
    Example: 0 and 1 -> G0556, 2 -> G0557, 2 and QMB -> G0558, 1 and QMB -> G0556.
    """
    if rules.find("medicare.ccm.families.level_1") is None:
        return None
    if conditions < rules.whole("medicare.ccm.families.level_2_conditions_min"):
        return rules.word("medicare.ccm.families.level_1")
    return rules.word(f"medicare.ccm.families.level_{3 if is_qmb else 2}")


def units_personal(minutes: int, rules: Rules) -> UnitsEarned:
    """Units of CCM that the billing practitioner's own minutes of a month earn.

    Reads: as units_noncomplex, for family personal (base code from 2019, add-on from 2022).
    Example: 29 -> nothing, 30 -> 99491, 60 -> 99491 and 99437 x 1, 120 -> 99437 capped at 2.
    """
    return _units("personal", minutes, rules)


def decision_making_suffices(level: str | None, rules: Rules) -> bool:
    """Whether attested medical decision making is of a level that complex CCM asks for.

    Reads: medicare.ccm.99487.decision_making_levels. None means that nothing was attested.
    """
    return level is not None and level in rules.words("medicare.ccm.99487.decision_making_levels")


def activity_standing(activity: str, rules: Rules) -> Standing | None:
    """Whether time of an activity category counts, does not, or needs a reviewer; None for an unknown one.

    Reads: the one list under medicare.ccm.activities that holds the category.
    """
    found = rules.listed("medicare.ccm.activities", activity)
    if found is None:
        return None
    match found.name.split(".")[3]:
        case "counted":
            return "counted"
        case "needs_reviewer":
            return "needs_reviewer"
        case _:
            return "not_counted"


def amount(code: str, units: int, *, on: date, facility: bool, qp: bool, rules: Rules) -> Decimal | None:
    """National dollars for units of a code on a date of service, or None where no price is on file.

    Relative value units times conversion factor, rounded half-up to cents for one unit, times units; before
    locality, sequestration and the patient's share (CCM-RATE-10, -11). `rules` are those of that date.
    Reads: medicare.pfs.rvu_facility or .rvu_nonfacility, medicare.pfs.conversion_factor.qp or .nonqp.
    """
    assert rules.first_day <= on <= rules.last_day, "a service is priced by the rules of its own date"
    relative = rules.find(f"medicare.pfs.rvu_{'facility' if facility else 'nonfacility'}.{code}")
    factor = rules.find(f"medicare.pfs.conversion_factor.{'qp' if qp else 'nonqp'}")
    if relative is None or factor is None:
        return None
    assert isinstance(relative.value, Decimal)
    assert isinstance(factor.value, Decimal)
    return (relative.value * factor.value).quantize(_CENT, ROUND_HALF_UP) * units


def lookback_start(on: date, years: int = 1) -> date:
    """The first day that still lies within `years` calendar years before a date (CCM-INIT-07, inclusive).

    29 February looks back to 28 February, as timely filing does (CCM-CLAIM-24).
    Example: 2026-02-15 -> 2025-02-15, 2024-02-29 -> 2023-02-28.
    """
    if (on.month, on.day) == (2, 29):
        return date(on.year - years, 2, 28)
    return on.replace(year=on.year - years)


def mean_the_same(first: int, second: int) -> bool:
    """Whether formulas of two versions give the same answer by the same rules: what differs are then rules alone."""
    return first == second or {first, second} <= _MEAN_THE_SAME


def _units(family: str, minutes: int, rules: Rules, raised: Mapping[str, int] = _NOT_RAISED) -> UnitsEarned:
    assert minutes >= 0
    base = rules.get(f"medicare.ccm.families.{family}_base")
    if base is None:
        return UnitsEarned((), minutes, False)
    beyond = minutes - rules.whole(f"medicare.ccm.{base}.minutes_minimum")
    if beyond < 0:
        return UnitsEarned((), minutes, False)
    addon = rules.get(f"medicare.ccm.families.{family}_addon")
    if addon is None:
        return UnitsEarned(((str(base), 1),), beyond, False)
    step = rules.whole(f"medicare.ccm.{addon}.minutes_step")
    earned = beyond // step
    most = _units_max(str(addon), rules, raised)
    paid = earned if most is None else min(earned, most)
    lines = ((str(base), 1), (str(addon), paid)) if paid else ((str(base), 1),)
    return UnitsEarned(lines, beyond - paid * step, earned > paid)


def _units_max(addon: str, rules: Rules, raised: Mapping[str, int]) -> int | None:
    """The limit of a code, or what it was raised to; None where nothing limits it."""
    most = rules.limit(f"medicare.ccm.{addon}.units_max")
    if most is None or raised.get(addon, 0) <= most:
        return most
    return raised[addon] if rules.get(f"medicare.ccm.{addon}.limit_may_be_overridden") is True else most

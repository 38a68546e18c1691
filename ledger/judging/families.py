"""Families of codes: what each family of a programme would make of a month's seconds.

Seconds of staff and of the billing practitioner are pooled before they are floored, once (CCM-STAFF-03, CCM-TIME-14;
readings, section 12). Dollars are national, non-facility, non-QP, by date of service.
Promise: equal minutes under equal rules give the same result. Not promised: that a payer pays it.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.judging.digest import family_text
from ledger.judging.law import MonthLaw
from ledger.judging.plans import made_on
from ledger.judging.shapes import ChargeLine, FamilyResult
from ledger.rulebook import (
    RulesInForce,
    TracedRules,
    UnitsEarned,
    amount,
    decision_making_suffices,
    units_of,
)
from ledger.streams.care_month import Family
from ledger.streams.care_plan import PlanRevision
from ledger.streams.month_state import CareMonth
from ledger.terms.calendar import month_of
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Notice

FAMILIES: Final[tuple[Family, ...]] = ("noncomplex", "complex", "personal")
"""The families of CCM in a practice that is neither a rural health clinic nor a federally qualified health center."""
Raised = tuple[tuple[str, int], ...]
"""Codes whose limit compliance raised for the month, each with its units."""
_NOTHING_RAISED: Final[Raised] = ()
_LEVELS: Final = "medicare.ccm.99487.decision_making_levels"
_REVISED: Final = "medicare.ccm.families.complex_plan_revision_required"


class Families(NamedTuple):
    """All families of a month, what is suggested, and what was read."""

    results: tuple[FamilyResult, ...]
    suggested: Family | None
    read: tuple[str, ...]
    text: str
    """The families as they stand in the canonical bytes of the month."""

    @property
    def is_by_price(self) -> bool:
        """Whether a price says which family to suggest: several are available, and complex is none of them."""
        return self.suggested not in (None, "complex") and sum(result.is_available for result in self.results) > 1

    def charges(self, chosen: Family | None) -> tuple[ChargeLine, ...]:
        """The lines of the family that bills: the chosen one, or the suggested one while none is chosen."""
        billing = chosen or self.suggested
        return next((r.lines for r in self.results if r.family == billing and r.is_available), ())


def judge_families(
    staff_seconds: int,
    personal_seconds: int,
    obstacle: str | None,
    month_law: MonthLaw,
    rules: RulesInForce,
    raised: Raised = _NOTHING_RAISED,
) -> Families:
    """Each family's minutes, units and dollars, by the rules of the date of service; and which one to suggest.

    `obstacle` is what keeps complex CCM away, if anything does (see complex_obstacle); `raised` are limits that
    compliance raised. Families of other programmes and of clinics: other_families.py.
    Reads: medicare.ccm.performers.practitioner_counts_as_staff, medicare.ccm.families.*, the codes' own quantities,
    medicare.pfs.* (CCM-CODE-01 to -07, -09, CCM-STAFF-03, -04, CCM-UNIT-02, CCM-RATE-10).
    """
    pooled = staff_seconds + personal_seconds if month_law.pools_practitioner else staff_seconds
    noncomplex = family_result(rules, "noncomplex", pooled // 60, None, raised)
    complex_ = family_result(rules, "complex", pooled // 60, obstacle, raised)
    personal = family_result(rules, "personal", personal_seconds // 60, None, raised)
    return gathered((noncomplex, complex_, personal), by_staff=staff_seconds > 0)


Judged = tuple[FamilyResult, tuple[str, ...]]
"""One family's result, and the names of what was read."""


@lru_cache(maxsize=4096)
def family_result(
    rules: RulesInForce, family: Family, minutes: int, obstacle: str | None, raised: Raised = _NOTHING_RAISED
) -> Judged:
    """One family's result for whole minutes, and the names of what was read."""
    trace = rules.trace()
    earned = units_of(family, minutes, trace, dict(raised))
    if not earned.lines:
        return FamilyResult(
            family, minutes, (), None, minutes, False, (_why_none(family, minutes, trace),)
        ), trace.names()
    if obstacle is not None:
        reason = (_obstacle_notice(obstacle, trace),)
        return FamilyResult(family, minutes, (), None, minutes, False, reason), trace.names()
    if family == "complex":  # both kept nothing away, and were asked
        trace.find(_LEVELS)
        trace.find(_REVISED)
    lines = tuple(charge_line(code, units, trace) for code, units in earned.lines)
    notices = _unit_notices(family, earned, dict(raised), trace)
    return FamilyResult(family, minutes, lines, sum_of(lines), earned.minutes_unpaid, True, notices), trace.names()


def sum_of(lines: tuple[ChargeLine, ...]) -> Decimal | None:
    """What lines come to; None where one of them has no price on file."""
    amounts = [line.amount for line in lines if line.amount is not None]
    return sum(amounts, Decimal(0)) if len(amounts) == len(lines) else None


def charge_line(code: str, units: int, trace: TracedRules) -> ChargeLine:
    """A code with its units and national amount, by the rules of the date of service."""
    dollars = amount(code, units, on=trace.first_day, facility=False, qp=False, rules=trace)
    return ChargeLine(code, units, dollars)


def _why_none(family: Family, minutes: int, trace: TracedRules) -> Notice:
    base = trace.get(f"medicare.ccm.families.{family}_base")
    if base is None:
        return notice("family_not_in_force", f"The {family} family has no base code on the date of service.")
    by = trace.reading(f"medicare.ccm.{base}.minutes_minimum")
    return notice(
        "family_below_minimum", f"{minutes} qualifying minutes are logged, {by.value} are needed ({base}).", by
    )


def _unit_notices(
    family: Family, earned: UnitsEarned, raised: Mapping[str, int], trace: TracedRules
) -> tuple[Notice, ...]:
    found: list[Notice] = []
    addon = trace.get(f"medicare.ccm.families.{family}_addon")
    if _is_raised(str(addon), raised, trace):
        by = trace.reading(f"medicare.ccm.{addon}.limit_may_be_overridden")
        happened = f"Compliance raised the limit of {addon} to {raised[str(addon)]} units for this month."
        found.append(notice("limit_raised", happened, by))
    if earned.is_capped:
        by = trace.reading(f"medicare.ccm.{addon}.units_max")
        most = dict(earned.lines).get(str(addon), by.value)
        happened = f"More full steps were worked than units are given: {addon} is capped at {most}."
        found.append(notice("units_capped", happened, by))
    above = trace.find(f"medicare.ccm.{addon}.units_review_above")
    units = dict(earned.lines).get(str(addon), 0)
    if above is not None and isinstance(above.value, int) and units > above.value:
        found.append(notice("units_many", f"{addon} has {units} units; above {above.value} a person looks.", above))
    return in_order(found)


def _is_raised(addon: str, raised: Mapping[str, int], trace: TracedRules) -> bool:
    """Whether more than the limit was let; said again down to the limit, nothing is raised any more."""
    if addon not in raised or trace.get(f"medicare.ccm.{addon}.limit_may_be_overridden") is not True:
        return False
    most = trace.limit(f"medicare.ccm.{addon}.units_max")
    return most is not None and raised[addon] > most


@lru_cache(maxsize=4096)
def gathered(judged: tuple[Judged, ...], *, by_staff: bool = True) -> Families:
    """All families of a month together; `by_staff`: whether any time of staff counts."""
    results = tuple([result for result, _ in judged])
    read = dict.fromkeys(name for _, names in judged for name in names)
    return Families(results, suggest(results, by_staff=by_staff), tuple(read), family_text(results))


def suggest(results: tuple[FamilyResult, ...], *, by_staff: bool = True) -> Family | None:
    """The family to suggest: complex where it is available, otherwise the one that pays most (CCM-UNIT-02).

    Of two that pay the same the first: staff's before the practitioner's own. Where a price is not on file the one
    that the work says: the practitioner's own where no time of staff counts, otherwise staff's.
    """
    available = [result for result in results if result.is_available]
    if any(result.family == "complex" for result in available):
        return "complex"
    if not by_staff and any(result.amount is None for result in available):
        own = next((result for result in available if result.family == "personal"), None)
        if own is not None:
            return own.family
    best = available[0] if available else None
    for result in available[1:]:
        if best is None or (result.amount is not None and best.amount is not None and result.amount > best.amount):
            best = result
    return best.family if best else None


# --- decision making ------------------------------------------------------------------------------------------


def complex_obstacle(month: CareMonth, designee: str | None, plan: PlanRevision | None, law: MonthLaw) -> str | None:
    """What keeps complex CCM away, as a code: decision making missing, by another, too low; until 2019 an old plan.

    Only the billing practitioner's newest attestation for the month speaks.
    Reads: medicare.ccm.99487.decision_making_levels, medicare.ccm.families.complex_plan_revision_required
    (CCM-CODE-07, -08, CCM-RED-21).
    """
    own = [event for event, _ in month.decision_making if event.practitioner == designee]
    if not own:
        return "decision_making_by_other" if month.decision_making else "decision_making_missing"
    if law.rules.find(_LEVELS) is None or not decision_making_suffices(own[-1].level, law.rules):
        return "decision_making_too_low"
    revised_in_month = plan is not None and month_of(made_on(plan)) == month.month
    if law.rules.get(_REVISED) and not revised_in_month:
        return "plan_not_revised_for_complex"
    return None


_OBSTACLES: Final = {
    "decision_making_missing": "Complex CCM is not available: no decision making is attested for the month.",
    "decision_making_by_other": (
        "Complex CCM is not available: decision making was attested by somebody who does not bill the month."
    ),
    "decision_making_too_low": "Complex CCM is not available: the attested decision making is below moderate.",
    "plan_not_revised_for_complex": "Complex CCM is not available: the care plan was not revised in the month.",
}


def _obstacle_notice(code: str, trace: TracedRules) -> Notice:
    name = _REVISED if code.startswith("plan") else _LEVELS
    return notice(code, _OBSTACLES[code], trace.find(name))

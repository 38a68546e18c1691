"""One patient-month as a bill that might be sent, from the raw facts: date of service, practice, families, dollars.

Part of the independent reading (ccm-rules, sections 1 and 2). Numbers of the law are literals with their rule ids.
"""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from tests.oracle.naive_law import price
from tests.year.month_time import MonthTime


class MonthBill(MonthTime):
    """The month as a bill."""

    @property
    def staff(self) -> int:
        """Counted seconds of clinical staff."""
        return sum(line.counted for line in self.lines if line.pool == "staff")

    @property
    def personal(self) -> int:
        """Counted seconds of the billing practitioner."""
        return sum(line.counted for line in self.lines if line.pool == "personal")

    @cached_property
    def on(self) -> date:
        """The date of service: the month's last day; where an end lies before it, the last counted day (CLAIM-04)."""
        ends = [end for end in (self.died_on, self.coverage[1], self.left_on) if end is not None]
        end = min(ends, default=self.last)
        if end >= self.last or end < self.first:
            return self.last
        return max((line.last_on for line in self.lines if line.last_on and line.counted), default=end)

    @cached_property
    def practice(self) -> str | None:
        """The practice that bills."""
        return self.designations[0]["practice"] if self.designations else self.practice_on(self.on)

    # --- families (CODE-01 to -09, UNIT-01, -02, STAFF-03) ----------------------------------------------------------

    @cached_property
    def level(self) -> str | None:
        """The decision making that the billing practitioner attested last."""
        own = [f for f in self.in_month("decision_making_attested") if f["practitioner"] == self.designee]
        return own[-1]["level"] if own else None

    @cached_property
    def families(self) -> dict[str, dict[str, Any]]:
        """What each family would make of the month."""
        both, own = (self.staff + self.personal) // 60, self.personal // 60
        found = {
            "noncomplex": _family(both, ("99490", 20), ("99439", 20, 2), self.on),
            "complex": _family(both, ("99487", 60), ("99489", 30, 10), self.on),
            "personal": _family(own, ("99491", 30), ("99437", 30, 2), self.on),
        }
        if found["complex"]["lines"] and self.level not in ("moderate", "high"):
            found["complex"] = {"minutes": both, "lines": [], "amount": None, "capped": False, "obstacle": True}
        return found

    @property
    def available(self) -> list[str]:
        """The families that the month supports."""
        return [name for name, family in self.families.items() if family["lines"]]

    @property
    def suggested(self) -> str | None:
        """Complex where it is available; otherwise what pays more, non-complex where they pay alike."""
        if "complex" in self.available:
            return "complex"
        return max(self.available, key=lambda name: self.families[name]["amount"], default=None)

    @cached_property
    def chosen(self) -> str | None:
        """The family that the billing practitioner chose last."""
        own = [f for f in self.in_month("family_chosen") if f["practitioner"] == self.designee]
        return own[-1]["family"] if own else None


def _family(minutes: int, base: tuple[str, int], addon: tuple[str, int, int], on: date) -> dict[str, Any]:
    code, least = base
    more, step, most = addon
    lines: list[tuple[str, int]] = []
    steps = max(0, (minutes - least) // step)
    if minutes >= least:
        lines = [(code, 1), (more, min(steps, most))] if steps else [(code, 1)]
    dollars = [(price(each, on), units) for each, units in lines]
    amount = sum((one * units for one, units in dollars if one is not None), Decimal(0))
    priced = bool(dollars) and all(one is not None for one, _ in dollars)
    return {"minutes": minutes, "lines": lines, "amount": amount if priced else None, "capped": steps > most}

"""The rules that a verdict read, found again by name or by code, as they stood on the day by which they were read.

Promise: a reading that the verdict names is the one that it read; where an exception of a payer or of a programme was
read, it is found under the name of its base too. Not promised: rules that were not read; those are None.
"""

from datetime import date
from typing import Final

from ledger.judging.law import ACTIVITIES
from ledger.judging.shapes import Verdict
from ledger.rulebook import Reading, Rulebook
from ledger.rulebook.views import base_name
from ledger.terms.calendar import last_day
from ledger.terms.outcome import Notice

PRICE_UNITS: Final = frozenset({"rvu", "dollars_per_rvu", "dollars"})
"""Units of the quantities that make a price."""
_IN_FACILITY: Final = "medicare.pfs.rvu_facility."
Readings = tuple[Reading, ...]


class Citing:
    """The readings of one verdict."""

    __slots__ = ("_by_name", "_of_service", "_quantities", "_rules", "on")

    def __init__(self, verdict: Verdict, rulebook: Rulebook) -> None:
        self._by_name: dict[str, list[Reading]] = {}
        self._rules = rulebook.in_force(last_day(verdict.month))
        self._quantities = rulebook.quantities
        self.on: date = verdict.date_of_service
        self._of_service: dict[Reading, None] = {}
        service = rulebook.in_force(self.on)
        for on, names in verdict.reads:
            rules = rulebook.in_force(on)
            for name in names:
                reading = rules.find(name)
                if reading is not None:
                    self._keep(name, reading)
                    self._keep(reading.name, reading)
                    if rules is service:
                        self._of_service[reading] = None

    def _keep(self, name: str, reading: Reading) -> None:
        known = self._by_name.setdefault(name, [])
        if reading not in known:
            known.append(reading)

    def of(self, *names: str) -> Readings:
        """The readings of these names, without those that the edition lacks; below `medicare.ccm.` where so begun."""
        found = (self.named(f"medicare.ccm{name}" if name.startswith(".") else name) for name in names)
        return tuple(reading for reading in found if reading is not None)

    def read(self, *names: str) -> Readings:
        """The same, without those that the verdict did not read."""
        return self.of(*(name for name in names if f"medicare.ccm{name}" in self._by_name))

    def named(self, name: str, said: str = "") -> Reading | None:
        """The reading of a name; of several (consents of several days) the one that `said` quotes, else the last."""
        known = self._by_name.get(name, ())
        if not known:
            return self._rules.find(name) or self._rules.find(base_name(name))
        quoted = (r for r in known if f"effective {r.effective.isoformat()}" in said)
        return next(quoted, None) or max(known, key=lambda reading: reading.effective)

    def of_notice(self, notice: Notice) -> Readings:
        """The readings that a notice names."""
        found = (self.named(name, notice.happened) for name in notice.readings)
        return tuple(reading for reading in found if reading is not None)

    def of_units(self, code: str, *, base: str) -> Readings:
        """What the code's units were earned by: that it is a code of its family, the base's minimum, its own steps.

        By the rules of the date of service: what rides on a visit of the month was read by those of another day.
        """
        family = [r for r in self._of_service if r.value == code and ".families." in r.name]
        minimum = [r for r in self._of_code(base) if r.unit == "minutes"]
        own = [r for r in self._of_code(code) if r.unit not in PRICE_UNITS]
        return tuple(dict.fromkeys([*family, *minimum, *own]))

    def of_price(self, code: str) -> Readings:
        """What one unit of the code is priced by on the date of service: relative values and the conversion factor.

        The amounts that a verdict shows are those outside a facility.
        """
        own = [r for r in self._of_code(code) if r.unit in PRICE_UNITS and not r.name.startswith(_IN_FACILITY)]
        factor = [r for r in self._of_service if r.unit == "dollars_per_rvu"] if own else []
        return tuple(dict.fromkeys([*own, *factor]))

    def of_none(self, name: str) -> Readings:
        """The exception by which something has no value on the date of service; nothing where the base has none."""
        quantity = self._quantities.get(name)
        reading = quantity.on(self.on) if quantity is not None else None
        return (reading,) if reading is not None and reading.is_absent else ()

    def of_activity(self, activity: str | None) -> Readings:
        """The list in which an activity stands."""
        found = self._rules.listed(ACTIVITIES, activity or "")
        return () if found is None else (found,)

    def _of_code(self, code: str) -> list[Reading]:
        return [r for r in self._of_service if code in base_name(r.name).split(".")]

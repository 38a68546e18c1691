"""The law by date: which readings are in force on a day, plain or traced.

Promise: dates between which nothing changes give the same RulesInForce object; a traced view records every
reading that was looked at, once, in order. Not promised: that a quantity exists on every date; `get`,
`find` and `listed` answer None where it does not, everything else raises NoSuchRule.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Protocol, final

from ledger.rulebook.errors import NoSuchRule
from ledger.rulebook.reading import Quantity, Reading, ReadingSet, Value
from ledger.rulebook.register import Register

_DAY: Final = timedelta(days=1)


class Rules(Protocol):
    """The law on a date, as deciders, the judge and the formulas see it: plain (RulesInForce) or traced.

    A quantity that is asked for by another type than its unit's is a programmer's error.
    """

    __slots__ = ()

    @property
    def first_day(self) -> date:
        """First day on which exactly these readings are in force."""
        ...

    @property
    def last_day(self) -> date:
        """Last such day; date.max where nothing is known to change."""
        ...

    def find(self, name: str) -> Reading | None:
        """The reading of a quantity, or None where none is in force."""
        ...

    def reading(self, name: str) -> Reading:
        """The reading of a quantity. Raises NoSuchRule where none is in force, with the near names."""
        ...

    def listed(self, group: str, word: str) -> Reading | None:
        """The reading under `group.` whose words hold `word` (the first by name, of several), or None."""
        ...

    def get(self, name: str) -> Value | None:
        """The value of a quantity, or None where none is in force."""
        found = self.find(name)
        return None if found is None else found.value

    def value(self, name: str) -> Value:
        """The value of a quantity. Raises NoSuchRule where none is in force; so do all below."""
        return self.reading(name).value

    def whole(self, name: str) -> int:
        """The value of a quantity that is counted: minutes, days, units."""
        value = self.reading(name).value
        assert type(value) is int, f"{name} is not a whole number"
        return value

    def decimal(self, name: str) -> Decimal:
        """The value of a quantity that is measured in decimals: relative values, conversion factors."""
        value = self.reading(name).value
        assert isinstance(value, Decimal), f"{name} is not a decimal"
        return value

    def yes(self, name: str) -> bool:
        """The value of a yes-or-no quantity."""
        value = self.reading(name).value
        assert isinstance(value, bool), f"{name} is not a yes or no"
        return value

    def word(self, name: str) -> str:
        """The value of a quantity that is one word or text: a code, an effect, a convention."""
        value = self.reading(name).value
        assert isinstance(value, str), f"{name} is not a word"
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """The value of a quantity that is a list of words or codes."""
        value = self.reading(name).value
        assert isinstance(value, tuple), f"{name} is not a list of words"
        return value


@final
class RulesInForce(Rules):
    """All readings in force from `first_day` to `last_day`, both included. Made by Rulebook.in_force."""

    __slots__ = ("_groups", "_sets", "by_name", "first_day", "last_day")

    def __init__(self, first_day: date, last_day: date, readings: Iterable[Reading]) -> None:
        self.first_day: Final = first_day
        self.last_day: Final = last_day
        self.by_name: Final = {reading.name: reading for reading in readings}
        self._groups: dict[str, dict[str, Reading]] = {}
        self._sets: dict[frozenset[str], ReadingSet] = {}

    def reading(self, name: str) -> Reading:
        """The reading of a quantity. Raises NoSuchRule where none is in force, with the near names."""
        found = self.by_name.get(name)
        if found is None:
            raise NoSuchRule(name, self.by_name, f"from {self.first_day} to {self.last_day}")
        return found

    def find(self, name: str) -> Reading | None:
        """The reading of a quantity, or None where none is in force."""
        return self.by_name.get(name)

    def listed(self, group: str, word: str) -> Reading | None:
        """The reading under `group.` whose words hold `word` (the first by name, of several), or None."""
        index = self._groups.get(group)
        if index is None:
            index = self._groups[group] = self._index(group)
        return index.get(word)

    def trace(self) -> "TracedRules":
        """A view of these rules that records what is read."""
        return TracedRules(self)

    def reading_set(self, names: Iterable[str]) -> ReadingSet:
        """The set of the readings of these quantities; asked again, it costs one look-up."""
        key = frozenset(names)
        found = self._sets.get(key)
        if found is None:
            found = self._sets[key] = ReadingSet.of(self.reading(name) for name in key)
        return found

    def _index(self, group: str) -> dict[str, Reading]:
        prefix = f"{group}."
        index: dict[str, Reading] = {}
        for name in sorted(self.by_name):
            reading = self.by_name[name]
            if name.startswith(prefix) and isinstance(reading.value, tuple):
                for word in reading.value:
                    index.setdefault(word, reading)
        return index


@final
class TracedRules(Rules):
    """Rules in force that remember which readings a decision looked at. One trace serves one decision."""

    __slots__ = ("_rules", "_seen", "first_day", "last_day")

    def __init__(self, rules: RulesInForce) -> None:
        self.first_day: Final = rules.first_day
        self.last_day: Final = rules.last_day
        self._rules = rules
        self._seen: dict[str, Reading] = {}

    def reading(self, name: str) -> Reading:
        """The reading of a quantity, recorded. Raises NoSuchRule where none is in force."""
        found = self._rules.by_name.get(name)
        if found is None:
            return self._rules.reading(name)
        self._seen[name] = found
        return found

    def find(self, name: str) -> Reading | None:
        """The reading of a quantity, recorded; or None where none is in force."""
        found = self._rules.by_name.get(name)
        if found is not None:
            self._seen[name] = found
        return found

    def listed(self, group: str, word: str) -> Reading | None:
        """The reading under `group.` whose words hold `word`, recorded; or None."""
        found = self._rules.listed(group, word)
        if found is not None:
            self._seen[found.name] = found
        return found

    def reads(self) -> tuple[Reading, ...]:
        """What was read so far: each reading once, in the order of first sight."""
        return tuple(self._seen.values())

    def names(self) -> tuple[str, ...]:
        """The names of what was read so far, in the order of first sight."""
        return tuple(self._seen)

    def reading_set(self) -> ReadingSet:
        """The set of what was read so far."""
        return self._rules.reading_set(self._seen)


@final
class Rulebook:
    """All quantities of one edition. Frozen in effect: nothing is added after it was loaded."""

    __slots__ = ("_by_rule", "_cached", "_starts", "quantities", "register", "sources")

    def __init__(
        self, quantities: Iterable[Quantity], sources: Mapping[str, str], register: Register | None = None
    ) -> None:
        self.sources: Final = dict(sources)
        self.register: Final = register
        """What is made of every rule id; None in editions that were adopted before there was a register."""
        self.quantities: Final = {q.name: q for q in sorted(quantities, key=lambda q: q.name)}
        self._starts = sorted({date.min, *_changes(self.quantities.values())})
        self._cached: list[RulesInForce | None] = [None] * len(self._starts)
        self._by_rule: dict[str, tuple[Quantity, ...]] | None = None

    def in_force(self, on: date) -> RulesInForce:
        """The rules in force on a date. Dates between which nothing changes give the same object."""
        at = bisect_right(self._starts, on) - 1
        found = self._cached[at]
        if found is None:
            found = self._cached[at] = self._gather(at)
        return found

    def quantity(self, name: str) -> Quantity:
        """A quantity with all its dated readings. Raises NoSuchRule with the near names."""
        found = self.quantities.get(name)
        if found is None:
            raise NoSuchRule(name, self.quantities, "in this rulebook")
        return found

    @property
    def by_rule(self) -> dict[str, tuple[Quantity, ...]]:
        """Quantities by the rule id that they implement, ids in order."""
        if self._by_rule is None:
            gathered: dict[str, list[Quantity]] = {}
            for quantity in self.quantities.values():
                for rule in quantity.rules:
                    gathered.setdefault(rule, []).append(quantity)
            self._by_rule = {rule: tuple(gathered[rule]) for rule in sorted(gathered)}
        return self._by_rule

    def _gather(self, at: int) -> RulesInForce:
        first = self._starts[at]
        last = self._starts[at + 1] - _DAY if at + 1 < len(self._starts) else date.max
        found = (quantity.on(first) for quantity in self.quantities.values())
        return RulesInForce(first, last, (reading for reading in found if reading is not None))


def _changes(quantities: Iterable[Quantity]) -> Iterable[date]:
    """Every day on which some reading begins to hold or has just ceased to."""
    for quantity in quantities:
        for reading in quantity.readings:
            yield reading.effective
            if reading.until is not None and reading.until < date.max:
                yield reading.until + _DAY

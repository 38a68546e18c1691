"""The law by date: which readings are in force on a day, plain or traced.

Promise: dates between which nothing changes give the same RulesInForce object; a traced view records every
reading that was looked at, once, in order. In the view of a programme or a payer a reading is found under the name of
the quantity that it stands for, and keeps its own. Not promised: that a quantity exists on every date; `get`, `find`
and `listed` answer None where it does not, everything else raises NoSuchRule.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Protocol, final

from ledger.rulebook.errors import NoSuchRule
from ledger.rulebook.reading import Quantity, Reading, ReadingSet, Value
from ledger.rulebook.register import Register
from ledger.rulebook.units import UNLIMITED
from ledger.rulebook.views import BASE_PROGRAMME, Addition, PayerException, overlaid, programmes_of

_DAY: Final = timedelta(days=1)
_PLAIN: Final = (BASE_PROGRAMME, None, None)


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

    def limit(self, name: str) -> int | None:
        """The value of a quantity of unit `units`, which limits; None where it says that nothing does."""
        value = self.reading(name).value
        return None if value == UNLIMITED else self.whole(name)

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

    def __init__(self, first_day: date, last_day: date, readings: Mapping[str, Reading]) -> None:
        self.first_day: Final = first_day
        self.last_day: Final = last_day
        self.by_name: Final = readings
        """Readings by the names under which they are looked up."""
        self._groups: dict[str, dict[str, str]] = {}
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
        name = self.list_name(group, word)
        return None if name is None else self.by_name[name]

    def list_name(self, group: str, word: str) -> str | None:
        """The name under which that reading is looked up; it is not the reading's own where another stands for it."""
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

    def _index(self, group: str) -> dict[str, str]:
        prefix = f"{group}."
        index: dict[str, str] = {}
        for name in sorted(self.by_name):
            value = self.by_name[name].value
            if name.startswith(prefix) and isinstance(value, tuple):
                for word in value:
                    index.setdefault(word, name)
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
        name = self._rules.list_name(group, word)
        if name is None:
            return None
        found = self._seen[name] = self._rules.by_name[name]
        return found

    def reads(self) -> tuple[Reading, ...]:
        """What was read so far: each reading once, in the order of first sight."""
        return tuple(self._seen.values())

    def names(self) -> tuple[str, ...]:
        """The names under which was looked up what was read so far, in the order of first sight."""
        return tuple(self._seen)

    def reading_set(self) -> ReadingSet:
        """The set of what was read so far."""
        return self._rules.reading_set(self._seen)


@final
class Rulebook:
    """All quantities of one edition, or a view of them. Frozen in effect: nothing is added after it was loaded."""

    __slots__ = (
        "_by_rule",
        "_cached",
        "_kinds",
        "_payers",
        "_programmes",
        "_starts",
        "_views",
        "_whole",
        "additions",
        "applied",
        "exceptions",
        "quantities",
        "register",
        "sources",
    )

    def __init__(
        self,
        quantities: Iterable[Quantity],
        sources: Mapping[str, str],
        exceptions: Iterable[PayerException] = (),
        register: Register | None = None,
        additions: Iterable[Addition] = (),
    ) -> None:
        self.sources: Final = dict(sources)
        self.register: Final = register
        """What is made of every rule id; None in editions that were adopted before there was a register."""
        self.quantities: Final = {q.name: q for q in sorted(quantities, key=lambda q: q.name)}
        self.exceptions: Final = tuple(exceptions)
        """The exceptions of all payers' profiles; they act in a view, and nowhere else."""
        self.additions: Final = tuple(additions)
        """What profiles add to the base; it stands among `quantities`."""
        self.applied: tuple[PayerException, ...] = ()
        """Those of them that are laid over this view; none in the book itself."""
        self._starts = sorted({date.min, *days_of_change(self.quantities.values())})
        self._cached: list[RulesInForce | None] = [None] * len(self._starts)
        self._by_rule: dict[str, tuple[Quantity, ...]] | None = None
        self._programmes: Final = programmes_of(self.quantities)
        self._payers: Final = frozenset(e.payer for e in self.exceptions if e.payer is not None)
        self._kinds: Final = frozenset(e.kind for e in self.exceptions if e.kind is not None)
        self._views: dict[tuple[str, str | None, str | None], Rulebook] = {}
        self._whole: Rulebook = self

    def view(self, *, programme: str = BASE_PROGRAMME, payer: str | None = None, kind: str | None = None) -> "Rulebook":
        """The law as one programme and one coverage have it: look-ups by the base's name give what stands for it.

        The book itself where nothing stands over it, as for CCM under Medicare FFS. Programme: ccm, pcm, apcm; payer
        and kind: as coverage is recorded. Asked of a view, it is the view of the whole book.
        """
        if self._whole is not self:
            return self._whole.view(programme=programme, payer=payer, kind=kind)
        programme = programme.lower()
        key = (
            programme if programme in self._programmes else BASE_PROGRAMME,
            payer if payer in self._payers else None,
            kind if kind in self._kinds else None,
        )
        if key == _PLAIN:
            return self
        found = self._views.get(key)
        if found is None:
            found = self._views[key] = self._overlaid(*key)
        return found

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles whose exceptions are laid over this view, each once."""
        return tuple(dict.fromkeys(exception.profile for exception in self.applied))

    def exceptions_to(self, payer: str | None, kind: str | None) -> tuple[PayerException, ...]:
        """The exceptions that a coverage of this payer and kind falls under."""
        return tuple(exception for exception in self.exceptions if exception.applies(payer, kind))

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

    def _overlaid(self, programme: str, payer: str | None, kind: str | None) -> "Rulebook":
        applies = self.exceptions_to(payer, kind)
        if not applies and programme == BASE_PROGRAMME:
            return self
        found = Rulebook(overlaid(self.quantities, programme, applies), self.sources, self.exceptions)
        found.applied, found._whole = applies, self
        return found

    def _gather(self, at: int) -> RulesInForce:
        first = self._starts[at]
        last = self._starts[at + 1] - _DAY if at + 1 < len(self._starts) else date.max
        found = ((name, quantity.on(first)) for name, quantity in self.quantities.items())
        there = {name: reading for name, reading in found if reading is not None and not reading.is_absent}
        return RulesInForce(first, last, there)


def days_of_change(quantities: Iterable[Quantity]) -> Iterator[date]:
    """Every day on which some reading begins to hold or has just ceased to."""
    for quantity in quantities:
        for reading in quantity.readings:
            yield reading.effective
            if reading.until is not None and reading.until < date.max:
                yield reading.until + _DAY

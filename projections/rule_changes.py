"""Which readings of the law make an answer another one under another edition.

Two editions may differ in a hundred readings; a month is moved by one or two of them. Promise: the changes that are
named, put into the first edition alone, turn its answer into that of the second, and none of them can be left out; the
same two editions and the same facts name the same changes. Where two changes would each do by themselves one of them is
named. Not promised: causes where the formulas differ too, or where one edition cannot be read with the other's values;
then all changed readings that the answer looked at are named, and `is_found` says so.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple, TypeVar

from ledger.judging.payers import book_of
from ledger.judging.shapes import Verdict
from ledger.rulebook import NoSuchRule, PayerException, Reading, Rulebook
from ledger.terms.calendar import last_day

T = TypeVar("T")
MIXED_MAX: Final = 128
"""How many mixtures of two editions are kept: most months are moved by the same few changes."""

Judge = Callable[[Rulebook, str], T]
"""What one month says by a rulebook whose edition has this digest."""


class RuleChange(NamedTuple):
    """A quantity of the law that says something else in the second edition; None where an edition has none of it."""

    name: str
    """By which it is looked up: of a payer's exception, and of a programme's own rule, the name of its base."""
    before: Reading | None
    after: Reading | None

    @property
    def takes(self) -> frozenset[str]:
        """The names of the quantities, of the base or of an exception, that make the change."""
        own = {reading.name for reading in (self.before, self.after) if reading is not None}
        return frozenset((self.name, *own))


class Because(NamedTuple):
    """The changes that make an answer another one."""

    changes: tuple[RuleChange, ...]
    is_found: bool = True
    """Whether these and no others do it; otherwise they are all that were looked at."""


class Mixtures:
    """Two editions, and what lies between them: the first with some quantities of the second."""

    def __init__(self, first: Rulebook, second: Rulebook, *, formulas_differ: bool) -> None:
        self._first = first
        self._second = second
        self._formulas_differ = formulas_differ
        self._mixed: dict[frozenset[str], Rulebook] = {}
        self._touched: dict[tuple[object, ...], tuple[RuleChange, ...]] = {}

    def because(self, before: Verdict, after: Verdict, judge: Judge[T], same: Callable[[T], bool]) -> Because:
        """Why the second edition's answer is another one; both verdicts come with the names of what was read for it.

        `same` says of what a month says whether it answers as the second edition does.
        """
        touched = self._changed(before, after)
        if len(touched) < 2 or self._formulas_differ:
            return Because(touched, is_found=bool(touched) and not self._formulas_differ)

        def suffices(changes: Sequence[RuleChange]) -> bool:
            try:
                return same(judge(self._mixture(frozenset[str]().union(*(c.takes for c in changes))), before.edition))
            except NoSuchRule:
                return False

        if not suffices(touched):
            return Because(touched, is_found=False)
        return Because(tuple(smallest(touched, suffices)))

    def _changed(self, before: Verdict, after: Verdict) -> tuple[RuleChange, ...]:
        """The quantities that either verdict looked at and that differ on its days, by name."""
        key = (before.month, after.date_of_service, before.reads, after.reads, before.payer, before.payer_kind)
        found = self._touched.get(key)
        if found is None:
            changes = {change.name: change for change in self._differences(before, after)}
            found = self._touched[key] = tuple(changes[name] for name in sorted(changes))
        return found

    def _differences(self, before: Verdict, after: Verdict) -> Iterator[RuleChange]:
        asked = [
            (_day(book, on, verdict), names)
            for book, verdict in self._both(before, after)
            for on, names in verdict.reads
        ]
        first, second = book_of(before, self._first), book_of(after, self._second)
        for on, names in asked:
            was, now = first.in_force(on), second.in_force(on)
            for name in names:
                old, new = was.find(name), now.find(name)
                if (old.value if old else None) != (new.value if new else None):
                    yield RuleChange(name, old, new)

    def _both(self, before: Verdict, after: Verdict) -> tuple[tuple[Rulebook, Verdict], tuple[Rulebook, Verdict]]:
        return (book_of(before, self._first), before), (book_of(after, self._second), after)

    def _mixture(self, names: frozenset[str]) -> Rulebook:
        found = self._mixed.get(names)
        if found is None:
            if len(self._mixed) >= MIXED_MAX:
                self._mixed.clear()
            first, second = self._first, self._second
            kept = [each for name, each in first.quantities.items() if name not in names]
            taken = [each for name, each in second.quantities.items() if name in names]
            exceptions = (*_without(first.exceptions, names), *_only(second.exceptions, names))
            found = self._mixed[names] = Rulebook((*kept, *taken), first.sources | second.sources, exceptions)
        return found


def _without(exceptions: Iterable[PayerException], names: frozenset[str]) -> Iterator[PayerException]:
    """Exceptions without what they say of these quantities; one of which nothing is left still names its profile."""
    for each in exceptions:
        yield replace(each, quantities=tuple(quantity for quantity in each.quantities if quantity.name not in names))


def _only(exceptions: Iterable[PayerException], names: frozenset[str]) -> Iterator[PayerException]:
    """What exceptions say of these quantities, and nothing else."""
    for each in exceptions:
        if taken := tuple(quantity for quantity in each.quantities if quantity.name in names):
            yield replace(each, quantities=taken)


def _day(rulebook: Rulebook, on: date, verdict: Verdict) -> date:
    """A day that was asked about: what was read is named by the first day on which just these rules hold."""
    rules = rulebook.in_force(on)
    for day in (last_day(verdict.month), verdict.date_of_service):
        if rulebook.in_force(day) is rules:
            return day
    return on


def smallest(names: Sequence[T], suffices: Callable[[Sequence[T]], bool]) -> list[T]:
    """Of changes that suffice together as many as are needed, in order: halves are left out while the rest does.

    None of those that stay can be left out alone.
    """
    kept, size = list(names), len(names) // 2
    while size:
        at, before = 0, len(kept)
        while at < len(kept) and len(kept) > 1:
            rest = kept[:at] + kept[at + size :]
            if rest and suffices(rest):
                kept = rest
            else:
                at += size
        # What could not be left out beside another one perhaps can be now that the other is gone.
        size = 1 if size == 1 and len(kept) < before else size // 2
    return kept

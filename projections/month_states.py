"""Folded states for one question about one patient-month: of a performer's day only what touches the month's entries.

A nurse's day holds the time of twenty-five patients, and a month has twenty such days: reading them whole was nine
tenths of what an answer cost. Promise: the verdict is the one that whole days give (a test compares them). A fact is
left out only where it is plain time that touches none of the month's entries, also not in their part of another month;
a day that holds anything else is folded whole. Not promised: that a staff day of these states answers any other
question.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Final

from ledger.judging.needs import needed_tags
from ledger.streams.base import Fact
from ledger.streams.care_month import TimeLogged
from ledger.streams.folding import FOLDINGS, initial
from ledger.streams.month_state import CareMonth, Entry
from ledger.terms.calendar import DAY_SECONDS, stored_instant
from ledger.terms.identity import care_month_tag, patient_tag
from projections.patient_history import StreamsLog
from projections.states import At, States

_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = "staff_day/"
_MONTH: Final = "care_month/"
_INSTANT_BYTES: Final = len("2026-03-10T15:00:00Z")
_START: Final = b'"start":"'
_END: Final = b'"end":"'

Span = tuple[bytes, bytes]
"""Start and end of a stretch of work as they are stored: instants in UTC, which compare as text."""


class MonthStates(States):
    """The states that a question about one month is answered by."""

    def __init__(self, log: StreamsLog, patient: str, month: str, *, after: int) -> None:
        super().__init__(log, after=after)
        self._streams = log
        self._patient = patient
        self._month = month
        self._days: dict[str, At] | None = None
        self._known: dict[int, Fact] = {}

    def _load(self, tag: str) -> At:
        if tag.startswith(_MONTH):
            facts = list(self._streams.read(tag, until=self.position))
            self._known |= {fact.position: fact for fact in facts}
            return _folded(tag, facts)
        if not tag.startswith(_DAY):
            return super()._load(tag)
        if self._days is None:
            self._days = self._sifted_days()
        return self._days.get(tag) or super()._load(tag)

    def _sifted_days(self) -> dict[str, At]:
        """The days of the month's entries, as far as these go; left out are those that must be folded whole."""
        own = (patient_tag(self._patient), care_month_tag(self._patient, self._month))
        known, month = (self.at(tag).state for tag in own)
        needed = needed_tags(self._patient, self._month, {own[0]: known, own[1]: month})
        days = [tag for tag in needed if tag.startswith(_DAY)]
        sieve = _Sieve(month, days)
        found = self._streams.positions_where(days, sieve.keeps, until=self.position)
        # The month's own entries are decoded already.
        absent = {position for positions in found.values() for position in positions} - self._known.keys()
        self._known |= {fact.position: fact for fact in self._streams.facts_at(absent)} if absent else {}
        return {
            tag: _folded(tag, [self._known[position] for position in positions])
            for tag, positions in found.items()
            if tag not in sieve.out_of_its_depth
        }


def _folded(tag: str, facts: Iterable[Fact]) -> At:
    state, position = initial(tag), 0
    evolve = FOLDINGS[tag.partition("/")[0]].evolve
    for fact in facts:
        state, position = evolve(state, fact, tag), fact.position
    return At(state, position)


class _Sieve:
    """Leaves out plain time that touches no entry of the month on its day, without decoding it."""

    def __init__(self, month: CareMonth, days: Iterable[str]) -> None:
        worked: dict[str, list[Span]] = {}
        for entry in month.entries:
            spans = worked.setdefault(entry.work.performer, [])
            spans += [(_stored(start), _stored(end)) for start, end in _whole(entry)]
        self._spans = {tag: list(_on_the_day(worked, tag)) for tag in days}
        self.out_of_its_depth: set[str] = set()
        """Days that hold something else than time with clock times: all of such a day must be looked at."""

    def keeps(self, tag: str, topic: str, clear: bytes) -> bool:
        """Whether a fact of a day may touch one of the entries."""
        first, last = clear.find(_START), clear.rfind(_END)
        if topic != TimeLogged.TOPIC or first < 0 or last < 0:
            self.out_of_its_depth.add(tag)
            return False
        first, last = first + len(_START), last + len(_END)
        start, end = clear[first : first + _INSTANT_BYTES], clear[last : last + _INSTANT_BYTES]
        if start[-1:] != b"Z" or end[-1:] != b"Z":
            return True  # not of whole seconds in UTC: text cannot compare it
        for since, until in self._spans[tag]:  # noqa: SIM110 - asked for every fact of twenty days
            if start < until and end > since:
                return True
        return False


def _whole(entry: Entry) -> Iterator[tuple[int, int]]:
    """All of an entry, in epoch seconds; of one that goes on in another month, which keeps those pieces, its days."""
    if entry.pieces and entry.seconds != entry.work.seconds:
        for on in entry.work.staff_dates:
            midnight = (on - _EPOCH).days * DAY_SECONDS
            yield midnight, midnight + DAY_SECONDS
        return
    for piece in entry.pieces:
        yield piece.start, piece.end


def _on_the_day(worked: dict[str, list[Span]], tag: str) -> Iterable[Span]:
    _, performer, day = tag.split("/")
    on = day.encode()
    return ((since, until) for since, until in worked.get(performer, ()) if since[:10] <= on <= until[:10])


def _stored(seconds: int) -> bytes:
    return stored_instant(datetime.fromtimestamp(seconds, UTC)).encode()

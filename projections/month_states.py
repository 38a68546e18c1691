"""Folded states for one question about one patient-month: of a performer's day only what touches the month's entries.

A nurse's day holds the time of twenty-five patients, and a month has twenty such days: reading them whole was nine
tenths of what an answer cost. Promise: the verdict is the one that whole days give (a test compares them). A fact is
left out only where it is plain time that touches none of the month's entries, also not in their part of another month;
a day that holds anything else is folded whole. Not promised: that a staff day of these states answers any other
question.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from ledger.judging.needs import needed_tags
from ledger.streams.base import Fact
from ledger.streams.care_month import TimeLogged
from ledger.streams.folding import initial
from ledger.streams.month_state import CareMonth, Entry
from ledger.terms.calendar import DAY_SECONDS, stored_instant
from ledger.terms.identity import care_month_tag, patient_tag
from projections.patient_history import StreamsLog, Told
from projections.states import At, States

_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = "staff_day/"
_MONTH: Final = "care_month/"
_INSTANT_BYTES: Final = len("2026-03-10T15:00:00Z")
_START: Final = b'"start":"'
_END: Final = b'"end":"'

Span = tuple[bytes, bytes]
"""Start and end of a stretch of work as they are stored: instants in UTC, which compare as text."""
_ALWAYS: Final[Span] = (b"", b"~")


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
        worked = _worked(month)
        told = self._streams.told([tag for tag in needed if tag.startswith(_DAY)], span_of, until=self.position)
        found = {
            tag: list(_touching(spans, list(_on_the_day(worked, tag))))
            for tag, spans in told.items()
            if _is_plain(spans)
        }
        # The month's own entries are decoded already.
        absent = {position for positions in found.values() for position in positions} - self._known.keys()
        self._known |= {fact.position: fact for fact in self._streams.facts_at(absent)} if absent else {}
        return {tag: _folded(tag, [self._known[position] for position in at]) for tag, at in found.items()}


def _folded(tag: str, facts: Iterable[Fact]) -> At:
    held = At(initial(tag), 0)
    for fact in facts:
        held = held.after(fact, tag)
    return held


def span_of(topic: str, clear: bytes) -> Span | None:
    """From when to when a fact of a performer's day says that there was work; None where it is not plain timed work."""
    first, last = clear.find(_START), clear.rfind(_END)
    if topic != TimeLogged.TOPIC or first < 0 or last < 0:
        return None
    first, last = first + len(_START), last + len(_END)
    start, end = clear[first : first + _INSTANT_BYTES], clear[last : last + _INSTANT_BYTES]
    # What is not of whole seconds in UTC no text can be compared with: it may touch everything.
    return (start, end) if start[-1:] == b"Z" == end[-1:] else _ALWAYS


def _is_plain(spans: Told[Span | None]) -> bool:
    """Whether a day holds nothing but time with clock times: all of any other must be looked at."""
    return all(span is not None for _, span in spans)


def _touching(spans: Told[Span | None], worked: Sequence[Span]) -> Iterator[int]:
    """The positions of the facts of a day that touch one of the month's entries."""
    for position, span in spans:
        assert span is not None
        start, end = span
        for since, until in worked:
            if start < until and end > since:
                yield position
                break


def _worked(month: CareMonth) -> dict[str, list[Span]]:
    """When each performer worked in the month, by its entries."""
    worked: dict[str, list[Span]] = {}
    for entry in month.entries:
        spans = worked.setdefault(entry.work.performer, [])
        spans += [(_stored(start), _stored(end)) for start, end in _whole(entry)]
    return worked


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

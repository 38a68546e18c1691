"""Facts in words: what happened, and its clear details as label and text.

Promise: every event has words (they come from its topic and its field names, which are the field's own words), so a new
event is never shown as nothing. Details hold only what the fact holds in the clear; sealed words come separately, and
`ERASED` and `SEALED` are told apart. Not promised: order of importance; fields come in the order of the event.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel

from ledger.streams.access import RecordRead
from ledger.streams.base import ERASED, SEALED, Closed, Event
from ledger.streams.care_month import EntryContent
from ledger.streams.elevations import ReadingElevated
from ledger.terms.calendar import stored_instant
from projections.two_patients import ANOTHER, TOLD, patients_text, view

Detail = tuple[str, str]
"""A label and its text."""

ERASED_TEXT: Final = "[erased: the key of these words was destroyed]"
SEALED_TEXT: Final = "[sealed: not opened for this reader]"

_NOT_SHOWN: Final = frozenset({"patient", "content", "tzdata", "links", "link", "answer", "demographics", "count"})
"""Said elsewhere on the line, or of no use to a reader: what tokens stand for is shown from the opened words."""


_ALL_OPEN: Final[Mapping[str, str]] = MappingProxyType({})
_NOBODY: Final = frozenset[str]()


@cache
def title(topic: str) -> str:
    """A topic in words: `time_logged` reads `Time logged`."""
    return topic.replace("_", " ").capitalize()


def details(event: Event, own: Collection[str] = _NOBODY) -> tuple[Detail, ...]:
    """The clear details of a fact, label and text, without what is empty.

    `own` are the ids of the one person in whose record it is shown: of a fact about two patients the other one's part
    is left out, and of a look at several only those are named.
    """
    if event.TOPIC in TOLD:
        return tuple(_details_of_two(event, own))
    if isinstance(event, EntryContent):
        return tuple(_time_details(event))
    if isinstance(event, RecordRead | ReadingElevated):
        named = {"patients": patients_text(event.patients, own)}
        return tuple([(said, named.get(said, text)) for said, text in _own_details(event)])
    return tuple(_own_details(event))


def _own_details(event: Event, hidden: frozenset[str] = _NOBODY) -> list[Detail]:
    own = ((name, said, getattr(event, name)) for name, said in _fields(type(event)).clear if name not in hidden)
    return [
        (said, from_utc(value) if name == "offset" else shown(value))
        for name, said, value in own
        if not _is_empty(value)
    ]


def _details_of_two(event: Event, own: Collection[str]) -> Iterator[Detail]:
    seen, told = view(event, own), TOLD[event.TOPIC]
    for name in (told.first, told.second):
        yield label(name), ANOTHER if name in seen.another else getattr(event, name)
    if isinstance(event, EntryContent) and "entry" not in seen.hidden:
        yield from _time_details(event)
    else:
        yield from _own_details(event, seen.hidden | {told.second})


class _Fields(NamedTuple):
    """The fields of a kind of event, looked up once: a history asks for those of thousands of facts."""

    clear: tuple[Detail, ...]
    """(name, label)."""
    sealed: tuple[Detail, ...]


@cache
def _fields(kind: type[Event]) -> _Fields:
    own = [(name, field.exclude) for name, field in kind.model_fields.items() if name not in _NOT_SHOWN]
    return _Fields(
        tuple((name, label(name)) for name, is_sealed in own if not is_sealed),
        tuple((name, label(name)) for name, is_sealed in own if is_sealed),
    )


def words(event: Event, closed: Mapping[str, str] = _ALL_OPEN) -> tuple[Detail, ...]:
    """The sealed words of a fact, where it has any: opened, or a text that says why they are not here.

    `closed` holds the text that stands in the place of a sealed field; an empty one leaves it out.
    """
    found: list[Detail] = []
    for field, said in _fields(type(event)).sealed:
        value = getattr(event, field)
        if field in closed:
            found += [(said, closed[field])] if closed[field] else []
        elif value is ERASED:
            found.append((said, ERASED_TEXT))
        elif value is SEALED:
            found.append((said, SEALED_TEXT))
        elif isinstance(value, BaseModel):
            found.extend(_inside(value))
    return tuple(found)


def sealed_names(event: Event, fields: Iterable[str]) -> tuple[str, ...]:
    """What sealed fields of an event are made of, in words: what is gone once their key was destroyed."""
    found: list[str] = []
    for field in fields:
        kinds = (kind for kind in get_args(type(event).model_fields[field].annotation) if kind is not Closed)
        found += [label(name) for kind in kinds for name in _parts_of(kind)]
    return tuple(dict.fromkeys(found))


def _parts_of(kind: Any) -> Iterator[str]:
    """The names of a model's innermost fields."""
    for name, field in kind.model_fields.items():
        inner = [each for each in (field.annotation, *get_args(field.annotation)) if _is_model(each)]
        if inner:
            yield from _parts_of(inner[0])
        else:
            yield name


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


@cache
def label(name: str) -> str:
    """A field name in words."""
    return name.replace("_", " ")


def shown(value: Any) -> str:
    """A value as text: instants in UTC, durations and numbers as they are, lists separated by commas."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is bool:
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, BaseModel):
        # Its own dictionary holds its fields in their order; iterating a model costs three times as much.
        return " ".join([shown(part) for part in value.__dict__.values() if not _is_empty(part)])
    if kind is datetime:
        return stored_instant(value)
    if kind is date:
        return str(value.isoformat())
    if isinstance(value, tuple | list):
        return ", ".join([shown(each) for each in value])
    return str(value)


def from_utc(offset: int) -> str:
    """Seconds east of UTC as clocks show it: -21600 reads `UTC-06:00`."""
    hours, rest = divmod(abs(offset), 3600)
    return f"UTC{'-' if offset < 0 else '+'}{hours:02d}:{rest // 60:02d}"


def duration(seconds: int) -> str:
    """Whole seconds as minutes and seconds: 1170 reads `19 min 30 s`."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest:02d} s"


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | tuple) and not value)


def _inside(value: BaseModel) -> Iterator[Detail]:
    for name, part in value:
        if isinstance(part, BaseModel):
            yield from _inside(part)
        elif not _is_empty(part):
            yield label(name), shown(part)


_TIME_FIELDS: Final = (
    *("entry", "practice", "programme", "capture", "supervised_by", "employer", "work_country", "work_state"),
    *("entered_by", "contact", "order", "plan_revision", "form_version", "described"),
)
_TIME_LABELS: Final = tuple((name, label(name)) for name in _TIME_FIELDS)


def _time_details(event: EntryContent) -> Iterator[Detail]:
    """The details of time, most of what a history holds: each field is looked at once."""
    segments, held = event.segments, event.__dict__
    yield "performer", event.performer
    yield "activity", event.activity or "none given"
    yield "duration", duration(event.seconds)
    if segments:
        yield "from", stored_instant(segments[0].start)
        yield "to", stored_instant(segments[-1].end)
    yield "on", ", ".join([on.isoformat() for on in event.dates()])
    yield "zone", event.zone
    for name, said in _TIME_LABELS:
        value = held[name]
        if type(value) is str:
            if value:
                yield said, value
        elif value is not None:
            yield said, shown(value)
    if event.sensitivity != "normal":
        yield "sensitivity", event.sensitivity

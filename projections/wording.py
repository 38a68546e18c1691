"""Facts in words: what happened, and its clear details as label and text.

Promise: every event has words (they come from its topic and its field names, which are the field's own words), so a new
event is never shown as nothing. Details hold only what the fact holds in the clear; sealed words come separately, and
`ERASED` and `SEALED` are told apart. Not promised: order of importance; fields come in the order of the event.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from ledger.streams.base import ERASED, SEALED, Event
from ledger.streams.care_month import EntryContent
from ledger.terms.calendar import stored_instant

Detail = tuple[str, str]
"""A label and its text."""

ERASED_TEXT: Final = "[erased: the key of these words was destroyed]"
SEALED_TEXT: Final = "[sealed: not opened for this reader]"

_NOT_SHOWN: Final = frozenset({"patient", "content", "tzdata", "links"})
"""Said elsewhere on the line, or of no use to a reader: outside identifiers are shown from the opened words."""


_OF_TWO: Final = frozenset({"merged", "from_patient", "other_patient"})
"""Fields by which a fact names a second patient: then both are said."""


def title(topic: str) -> str:
    """A topic in words: `time_logged` reads `Time logged`."""
    return topic.replace("_", " ").capitalize()


def details(event: Event) -> tuple[Detail, ...]:
    """The clear details of a fact, label and text, without what is empty."""
    hidden = _NOT_SHOWN if _OF_TWO.isdisjoint(type(event).model_fields) else _NOT_SHOWN - {"patient"}
    own = (
        (name, getattr(event, name))
        for name, field in type(event).model_fields.items()
        if not field.exclude and name not in hidden
    )
    if isinstance(event, EntryContent):
        return tuple(_time_details(event))
    return tuple((label(name), shown(value)) for name, value in own if not _is_empty(value))


def words(event: Event, closed: Mapping[str, str] = MappingProxyType({})) -> tuple[Detail, ...]:
    """The sealed words of a fact, where it has any: opened, or a text that says why they are not here.

    `closed` gives fields that this reader is not shown, with the text to be shown instead; an empty one for nothing.
    """
    found: list[Detail] = []
    for field in dict.fromkeys(sealing.field for sealing in event.sealing()):
        value = getattr(event, field)
        if field in closed:
            found += [(label(field), closed[field])] if closed[field] else []
        elif value is ERASED:
            found.append((label(field), ERASED_TEXT))
        elif value is SEALED:
            found.append((label(field), SEALED_TEXT))
        elif isinstance(value, BaseModel):
            found.extend(_inside(value))
    return tuple(found)


def label(name: str) -> str:
    """A field name in words."""
    return name.replace("_", " ")


def shown(value: Any) -> str:
    """A value as text: instants in UTC, durations and numbers as they are, lists separated by commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return stored_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple | list):
        return ", ".join(shown(each) for each in value)
    if isinstance(value, BaseModel):
        return " ".join(shown(part) for _, part in value if not _is_empty(part))
    return str(value)


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
    "entry",
    "practice",
    "programme",
    "capture",
    "supervised_by",
    "employer",
    "work_country",
    "work_state",
    "entered_by",
    "contact",
    "order",
    "plan_revision",
    "form_version",
    "described",
)


def _time_details(event: EntryContent) -> Iterator[Detail]:
    yield "performer", event.performer
    yield "activity", event.activity or "none given"
    yield "duration", duration(event.seconds)
    if event.segments:
        yield "from", stored_instant(event.segments[0].start)
        yield "to", stored_instant(event.segments[-1].end)
    yield "on", shown(event.dates())
    yield "zone", event.zone
    for name in _TIME_FIELDS:
        value = getattr(event, name)
        if not _is_empty(value):
            yield label(name), shown(value)
    if event.sensitivity != "normal":
        yield "sensitivity", event.sensitivity

"""What a folded state holds, as elements that two moments can be compared by.

Promise: every element of a state is here, also of kinds that come later: a state's fields are its kinds, an element is
found again by the id that its fact gave it, and its details are the clear ones of its newest fact and of whatever was
said about it since. Not promised: what an element is worth; that is judged.
"""

from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel

from ledger.streams.base import Event
from ledger.streams.wrong_patient import TakenOut
from projections.two_patients import ANOTHER
from projections.wording import Detail, details, label, shown

_NOT_ELEMENTS: Final = frozenset({"position", "registered", "demographics", "patient", "said"})
"""Fields of a state that count or repeat what other fields say."""
_WHERE: Final = frozenset({"event", "position", "recorded_at", "withdrawn_position"})
_A_PATIENT: Final = "pt_"

Key = tuple[str, str]
"""(kind, id)."""


class Element(NamedTuple):
    """One thing that a state holds."""

    kind: str
    id: str
    details: tuple[Detail, ...]


class ElementChange(NamedTuple):
    """An element that came, went, or says something else; a detail is (label, before, after), absent as None."""

    kind: str
    id: str
    change: Literal["new", "gone", "changed"]
    details: tuple[tuple[str, str | None, str | None], ...]


def elements_of(state: Any, own: Collection[str] = ()) -> dict[Key, Element]:
    """The elements of a folded state by kind and id; of several with one id the newest.

    `own` are the ids of the person whose state it is: other patients are not named.
    """
    found: dict[Key, Element] = {}
    for field in fields(state):
        value = getattr(state, field.name)
        if field.name in _NOT_ELEMENTS:
            continue
        if is_dataclass(value):
            found |= elements_of(value, own)
        elif isinstance(value, tuple):
            kind = label(field.name)
            for item in _items(value):
                element = Element(kind, _id_of(field.name, item), tuple(_details(item, own)))
                found[kind, element.id] = element
    return found


def _items(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """The items of a field; one fact with its position is one item."""
    return (value,) if value and isinstance(value[0], Event) else value


def element_changes(before: Any, after: Any, own: Collection[str] = ()) -> tuple[ElementChange, ...]:
    """What differs between two states of one stream: what came or changed in the later one's order, then what went."""
    first, second = elements_of(before, own), elements_of(after, own)
    found = []
    for key in (*second, *(key for key in first if key not in second)):
        was, now = first.get(key), second.get(key)
        if was != now:
            kind, named = key
            change: Literal["new", "gone", "changed"] = "new" if was is None else "gone" if now is None else "changed"
            found.append(ElementChange(kind, named, change, _differing(was, now)))
    return tuple(found)


def _differing(was: Element | None, now: Element | None) -> tuple[tuple[str, str | None, str | None], ...]:
    first, second = (dict(each.details) if each else {} for each in (was, now))
    names = dict.fromkeys((*first, *second))
    return tuple((name, first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name))


def _id_of(kind: str, item: Any) -> str:
    """The id that the element's fact gave it; without one, its number or its position."""
    event = getattr(item, "event", item)
    for holder in (event, item):
        for name in (kind.removesuffix("s"), "revision", "token"):
            if (found := getattr(holder, name, None)) is not None and isinstance(found, str | int):
                # A token is long, and nobody reads it: its beginning tells two of them apart.
                return str(found)[:8] if name == "token" else str(found)
    return str(_position_of(item))


def _position_of(item: Any) -> Any:
    if _is_taken_out(item):
        return item[0]
    if isinstance(item, tuple) and not hasattr(item, "_fields"):
        return item[-1]
    return getattr(item, "position", item)


def _is_taken_out(item: Any) -> bool:
    """Whether it is the id of something with where it stopped holding."""
    return isinstance(item, tuple) and bool(item) and isinstance(item[-1], TakenOut)


def _details(item: Any, own: Collection[str]) -> Iterator[Detail]:
    """The clear details of an element: of its fact, then what else the state keeps of it."""
    if isinstance(item, Event):
        yield from details(item, own)
    elif isinstance(item, BaseModel):
        yield from ((label(name), shown(value)) for name, value in item if name != "token" and value is not None)
    elif _is_taken_out(item):
        yield "taken out", _shown(item[-1], own)
    elif isinstance(item, tuple) and not hasattr(item, "_fields"):
        yield from (detail for part in item if isinstance(part, Event) for detail in details(part, own))
    else:
        event = getattr(item, "event", None)
        if isinstance(event, Event):
            yield from details(event, own)
        yield from _beside(item, own)


def _beside(item: Any, own: Collection[str]) -> Iterator[Detail]:
    names = [field.name for field in fields(item)] if is_dataclass(item) else item._fields
    for name in names:
        value = getattr(item, name)
        if name in _WHERE or value in (None, (), frozenset()):
            continue
        yield label(name), _shown(value, own)


def _shown(value: Any, own: Collection[str]) -> str:
    if isinstance(value, Event):
        return "; ".join(f"{name} {text}" for name, text in details(value, own))
    if isinstance(value, TakenOut):
        became = "struck" if value.to is None else f"moved to {value.to if value.to in own else ANOTHER}"
        return f"{became}, position {value.position}"
    if isinstance(value, str) and value.startswith(_A_PATIENT):
        return value if value in own else ANOTHER
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(part) for part in value))
    if isinstance(value, tuple) and value and isinstance(value[0], Event):
        return _shown(value[0], own)
    if isinstance(value, tuple) and value and not isinstance(value[0], str | int):
        return "; ".join(map(_by, value)) if all(_is_by(each) for each in value) else f"{len(value)}"
    return shown(value)


def _is_by(item: Any) -> bool:
    """Whether it is who did something, with the position of the fact."""
    return isinstance(item, tuple) and [type(part) for part in item] == [str, int]


def _by(item: tuple[str, int]) -> str:
    who, position = item
    return f"{who}, position {position}"

"""What was recorded beside what is decided now: the differences by the names of fields, never by their values."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from ledger.streams.base import ERASED, Closed, Envelope, Event

OF_ENVELOPE: Final = ("actor", "capacity", "on_behalf_of", "vouched", "edition", "readings")
"""What a decision settles of its envelope; the rest is what came with the line."""


def differing(recorded: Sequence[Event], decided: Sequence[Event]) -> tuple[str, ...]:
    """The fields, as `topic.field`, in which facts are not the ones decided; other facts altogether by their topics.

    Erased words are not compared: nothing is left of them but their commitment.
    """
    if [type(event) for event in recorded] != [type(event) for event in decided]:
        return tuple(f"{event.TOPIC} is not what follows" for event in recorded)
    return tuple(
        f"{event.TOPIC}.{name}"
        for event, again in zip(recorded, decided, strict=True)
        for name in _differing(event, again)
    )


def differing_envelope(recorded: Envelope, decided: Envelope) -> tuple[str, ...]:
    """The fields of an envelope that the decision settles otherwise."""
    return tuple(f"envelope.{name}" for name in OF_ENVELOPE if getattr(recorded, name) != getattr(decided, name))


def _differing(event: Event, again: Event) -> list[str]:
    sealed = _sealed(type(event))
    return [
        name
        for name in type(event).model_fields
        if not (_same_words if name in sealed else _same)(getattr(event, name), getattr(again, name))
    ]


def _same(recorded: Any, decided: Any) -> bool:
    return bool(recorded == decided)


def _same_words(recorded: Any, decided: Any) -> bool:
    """Whether words are the same, as far as they are there; nothing sealed is as good as none."""
    if recorded is ERASED:
        return True
    said = None if isinstance(recorded, Closed) else recorded
    return bool(said == (None if isinstance(decided, Closed) else decided))


@cache
def _sealed(event: type[Event]) -> frozenset[str]:
    """The fields that are kept from the clear bytes."""
    return frozenset(name for name, field in event.model_fields.items() if field.exclude)

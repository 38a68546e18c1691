"""A recorded command built anew from its facts: most facts mirror their command field by field.

What a command had and no fact says (an identifier under which somebody was named, a default that was written out) is
left as the facts have it: the decision is the same. Where words were erased, or only a token was kept, a stand-in takes
their place, and its token is the recorded one. What is told otherwise than the fact tells it, exceptions.py knows.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from commands.intents.base import Command
from commands.redeciding.prefix import AsRead
from commands.redeciding.recorded import Recorded
from commands.resolving import reference_fields
from ledger.streams.base import ERASED, Closed, Event
from ledger.terms.identity import patient_tag, staff_tag

ERASED_WORDS: Final = "(erased)"
"""What stands for words whose key is gone."""
ROW: Final = "(row)"
"""What stands for the source's own id of a row, of which a token is kept."""
DOCUMENT: Final = "0" * 64
"""What stands for the digest of a document, of which a token is kept."""
ANY: Final = ""
"""In the tokens of a draft: every value of a system."""

Tokens = Mapping[tuple[str, str], str]
"""(system, stand-in) -> the recorded token."""


class NotRebuilt(Exception):
    """The facts make no command of that name."""


class Rebuilt(NamedTuple):
    """A command that the facts may come from, and the tokens of its stand-ins."""

    command: Command
    tokens: Tokens


@dataclass
class Draft:
    """A command being built: its fields as JSON, the words of its first fact, the tokens of stand-ins."""

    recorded: Recorded
    read: AsRead
    token: Callable[[str, str], str]
    words: dict[str, Any]
    data: dict[str, Any] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def first(self) -> Any:
        """The first fact, its words opened."""
        return self.recorded.events[0]

    def state(self, tag: str) -> Any:
        """A stream as the command had read it."""
        return self.read.get(tag).state

    def of(self, kind: type[Event]) -> Any:
        """The first fact of a kind; None where there is none."""
        return next((event for event in self.recorded.events if isinstance(event, kind)), None)


Variants = Iterator[Mapping[str, Any]]
"""Fields as they may have been sent; None takes one away. The first that decides as recorded is the one."""
Mend = Callable[[Draft], Variants]


def rebuilt(
    model: type[Command], mend: Mend | None, recorded: Recorded, read: AsRead, token: Callable[[str, str], str]
) -> Iterator[Rebuilt]:
    """The commands that the facts may come from, the likeliest first; NotRebuilt where a field does not fit."""
    draft = Draft(recorded, read, token, words_of(recorded.events[0]))
    draft.data = _mirrored(model, draft)
    for variant in mend(draft) if mend is not None else ({},):
        data = {name: value for name, value in {**draft.data, **variant}.items() if value is not None}
        try:
            yield Rebuilt(model.model_validate_json(json.dumps(data)), draft.tokens)
        except ValidationError as error:
            fields = ", ".join(sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]}))
            raise NotRebuilt(fields) from None


def words_of(event: Event) -> dict[str, Any]:
    """The words of a fact as JSON, by field; a stand-in for each where they were erased."""
    erased: dict[str, Any] = {}
    said: dict[str, Any] = {}
    for name, _, _ in event.sealing():
        words = getattr(event, name)
        if isinstance(words, BaseModel):
            said |= words.model_dump(mode="json", exclude_none=True)
        elif words is ERASED:
            erased |= dict.fromkeys(_fields_of_words(type(event), name), ERASED_WORDS)
    return erased | said


def are_erased(event: Event, name: str = "words") -> bool:
    """Whether the words of a fact were erased."""
    return getattr(event, name, None) is ERASED


@cache
def _fields_of_words(event: type[Event], name: str) -> tuple[str, ...]:
    kinds = [kind for kind in get_args(event.model_fields[name].annotation) if kind is not Closed]
    return tuple(kinds[0].model_fields)


def _mirrored(model: type[Command], draft: Draft) -> dict[str, Any]:
    """The fields of the command that the first fact, or its words, have under the same name."""
    clear = draft.first.model_dump(mode="json", exclude_none=True)
    told = {**draft.words, **clear}
    data = {name: told[name] for name in model.model_fields if name in told}
    if "document" in data:
        draft.tokens["#document", DOCUMENT] = data["document"]
        data["document"] = DOCUMENT
    for name, _ in reference_fields(model):
        who = data.get(name)
        # Whom the command did not name the ledger wrote down by itself: a default is not asked for again.
        if who is not None and not model.model_fields[name].is_required() and not draft.read.has(_person_tag(who)):
            del data[name]
    return data


def _person_tag(who: str) -> str:
    return patient_tag(who) if who.startswith("pt_") else staff_tag(who)

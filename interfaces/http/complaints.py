"""What is wrong with settings, said: where it stands, what it is, and what to do; never a value that stands there.

Promise: places are named in one way, as the file has them, with lists counted from 1 (`issuers[1].jwks_url`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

_SECRETS: Final = re.compile(r"(secret|password|passphrase|token|private_key|client_secret|master_key|api_key)\Z")
"""Names under which a file would hold a secret itself; `secret_file` and the like name the file that does."""
Steps = tuple[str | int, ...]
"""The way to a setting: names of tables and settings, and numbers in lists, from 0."""


class Complaint(NamedTuple):
    """One thing that is wrong: where it stands, what is wrong with it, and what to do."""

    where: str
    happened: str
    remedy: str


class Wrong(ValueError):
    """A value that cannot be meant: in words that do not repeat it, and the remedy."""

    def __init__(self, happened: str, remedy: str) -> None:
        super().__init__(happened)
        self.happened = happened
        self.remedy = remedy


_SHOWN: Final = "docs/deploy.md shows how it is written."
_RANGES: Final = "docs/deploy.md says from where to where it goes."
_WORDS: Final = {
    "missing": ("is missing", "Add it."),
    "extra_forbidden": ("is no setting", "Remove it, or mend its name: docs/deploy.md lists all."),
    "greater_than": ("is too small", _RANGES),
    "greater_than_equal": ("is too small", _RANGES),
    "less_than_equal": ("is too large", _RANGES),
    "string_type": ("is no text", "Put it in quotes."),
    "string_too_short": ("is too short", _SHOWN),
    "string_too_long": ("is too long", _SHOWN),
    "too_short": ("holds too little", _SHOWN),
    "string_pattern_mismatch": ("is not written as it must be", _SHOWN),
    "literal_error": ("is none of the words that it takes", "docs/deploy.md lists them."),
    "bool_type": ("is neither true nor false", "Write true or false."),
    "bool_parsing": ("is neither true nor false", "Write true or false."),
}
_ELSE: Final = ("is of the wrong kind", _SHOWN)


def complaints_of(error: ValidationError, at: Steps = ()) -> Iterator[Complaint]:
    """What pydantic found; secrets are left out, for `secrets_in` finds them wherever they stand."""
    for each in error.errors(include_url=False, include_input=False):
        if not any(isinstance(step, str) and _SECRETS.search(step) for step in each["loc"]):
            wrong = each.get("ctx", {}).get("error")
            words = (wrong.happened, wrong.remedy) if isinstance(wrong, Wrong) else _WORDS.get(each["type"], _ELSE)
            yield Complaint(where((*at, *each["loc"])), *words)


def where(steps: Iterable[str | int]) -> str:
    """Where something stands: names of settings as they are, and what might be a slip of the hand by its number."""
    told: list[str] = []
    for step in steps:
        if isinstance(step, int):
            told.append(f"[{step + 1}]")
        else:
            shown = step if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", step) else "(a name)"
            told.append(f".{shown}" if told else shown)
    return "".join(told) or "the file"


def secrets_in(given: Any, at: Steps = ()) -> Iterator[Complaint]:
    """Secrets that stand in the file itself."""
    if isinstance(given, Mapping):
        for name, value in given.items():
            if isinstance(value, str) and _SECRETS.search(name):
                yield Complaint(
                    where((*at, name)),
                    "is a secret, and this file is no place for one",
                    f"Put it into a file that only the server's account can read, and name that: {name}_file.",
                )
            else:
                yield from secrets_in(value, (*at, name))
    elif isinstance(given, list):
        for number, each in enumerate(given):
            yield from secrets_in(each, (*at, number))

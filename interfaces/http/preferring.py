"""What a client would rather have: the header `Prefer`, read as RFC 7240 writes it.

Promise: names in any case, values as tokens or in quotes, parameters, several preferences in one header and in several
headers; of a preference that is given twice the first one counts. What is not understood is passed over and never an
error: a preference is no demand. Not promised: a preference that nobody here reads.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

Wait = Literal["durable", "sealed"]
"""What an answer to a command waits for: that its facts are durable (always), or that they are sealed as well."""
_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_WORD: Final = rf'(?:{_NAME}|"(?:[^"\\]|\\.)*")'
_ASSIGNED: Final = rf"{_NAME}(?:[ \t]*=[ \t]*{_WORD})?"
_PREFERENCE: Final = re.compile(
    rf"[ \t]*(?P<name>{_NAME})(?:[ \t]*=[ \t]*(?P<value>{_WORD}))?"
    rf"(?:[ \t]*;(?:[ \t]*{_ASSIGNED})?)*[ \t]*(?=,|\Z)"
)
_ESCAPED: Final = re.compile(r"\\(.)")


def preferences(given: Iterable[str]) -> Mapping[str, str]:
    """The preferences of a request by their names in small letters; one without a value has the empty one."""
    found: dict[str, str] = {}
    for header in given:
        at = 0
        while at < len(header):
            if (preference := _PREFERENCE.match(header, at)) is not None:
                found.setdefault(preference["name"].lower(), _plain(preference["value"] or ""))
                at = preference.end()
            # The next one stands behind the next comma, also where this one could not be read.
            at = end + 1 if (end := header.find(",", at)) >= 0 else len(header)
    return found


def wait_of(given: Iterable[str]) -> Wait | None:
    """What the headers `Prefer` of a request would have the answer wait for; None where they say nothing of it."""
    wanted = preferences(given).get("wait", "").lower()
    return next((wait for wait in get_args(Wait) if wait == wanted), None)


def _plain(word: str) -> str:
    return _ESCAPED.sub(r"\1", word[1:-1]) if word.startswith('"') else word

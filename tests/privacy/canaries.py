"""Canaries: a word that stands nowhere else, in every field of every command and event that takes words.

Fields are found by walking the models, so a new one cannot be forgotten: whatever takes a text with a capital and a
space takes a person's name.
"""

import re
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from itertools import count
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from hypothesis import find, settings
from hypothesis.strategies import from_regex
from pydantic import BaseModel, TypeAdapter, ValidationError

from commands.intents.base import Command, OutsideName

STEM: Final = "Xolotl Qz7"
"""How every canary begins. A field that takes it takes anything that people write."""
_SETS: Final = count(1)
_HEX: Final = re.compile(rb"[0-9a-f]{40,}")
_ID: Final = re.compile(r"\^\(?([a-z]{2})(?:\|[a-z]{2}\))?_\[a-z2-7\]\{26\}\$")
BORN_ON: Final = "1937-04-19"
POSTAL_CODE: Final = "739051842"
_SAMPLES: Final[Mapping[str, str]] = {
    r"^[a-z][a-z0-9_.-]{0,63}$": "ehr",
    r"^[a-z][a-z0-9_]{0,63}$": "other",
    r"^(19|20)\d{2}-(0[1-9]|1[0-2])$": "2026-01",
    r"^[0-9a-f]{64}$": "ab" * 32,
    r"^[A-Z]{2}$": "US",
    r"^[A-Z0-9][A-Z0-9:.-]{0,19}$": "45",
    r"^[0-9]{9}$": "907148263",
    r"^[A-Z0-9]{5}$": "99490",
    r"^[0-9]\.[0-9]{1,4}$": "1.01",
    r"^[0-9]{2}$": "11",
    r"^[0-9A-Z]{9}X$": "208D00000X",
    r"^[A-Z0-9][A-Z0-9 .-]{0,13}[A-Z0-9]$": "SENDER 01",
    r"^[A-Z0-9]{2,15}$": "PAYER01",
    r"^payers/[a-z][a-z0-9_]{0,63}/[A-Za-z0-9_]+\.toml$": "payers/mine/a.toml",
    r"^[A-Z0-9][A-Z0-9.-]{1,29}$": "AB.1",
    r"^[2-9][0-9]{9}$": "3125550142",
    r"^[0-9]{5}([0-9]{4})?$": POSTAL_CODE,
    r"^[A-Za-z0-9.\-]+$": "RN-1",
    r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$": "E11.9",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "es",
    r"^[A-Z0-9][0-9]{3}[A-Z0-9]$": "99213",
    r"^[A-Z0-9./_-]{0,30}[0-9][A-Z0-9./_-]{0,30}$": "CASE-1",
    r"^[a-z]+:[^\x00-\x1f\x7f]+$": "os:somebody",
    # Keys and notes of checkpoints: looking for the smallest of them took ten seconds in every process.
    r"^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$": "0+00000000+0",
    r"^[^\s+]+\n[0-9]+\n[A-Za-z0-9+/]{43}=\n\n(\u2014 [^\s+]{1,200} [A-Za-z0-9+/]{91}=\n)+$": (
        f"0\n0\n{'0' * 43}=\n\n\u2014 0 {'0' * 91}=\n"
    ),
}
_STAFF: Final = re.compile(r"staff|performer|practitioner|author$|_by$|told_to")

Plant = Callable[[str], str]
"""A new canary for the field at a path."""


class Planted:
    """The canaries of one test, and the fields in which they were planted. No other test has the same."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self._stem = f"{STEM} {next(_SETS):03}"
        self._found = re.compile(self._stem.lower().encode() + rb" ([0-9]{4})")

    def plant(self, path: str) -> str:
        """A canary that no other field has."""
        self.paths.append(path)
        return f"{self._stem} {len(self.paths) - 1:04}"

    def found_in(self, content: bytes) -> set[str]:
        """The fields whose canaries stand in some bytes, in whatever case, in text or in hexadecimal digits."""
        small = content.lower()
        texts = [small]
        if STEM.lower().encode().hex().encode() in small or STEM.encode().hex().encode() in small:
            texts += [bytes.fromhex(run.decode()[: len(run) // 2 * 2]).lower() for run in _HEX.findall(small)]
        return {self.paths[int(number)] for text in texts for number in self._found.findall(text)}


@cache
def takes_words(annotation: Any, metadata: tuple[Any, ...]) -> bool:
    """Whether a field of this kind takes whatever people write."""
    kind: Any = Annotated[(annotation, *metadata)] if metadata else annotation
    try:
        TypeAdapter(kind).validate_python(f"{STEM} 0000")
    except ValidationError:
        return False
    return True


class _Filling(NamedTuple):
    """How the fields of one command are filled."""

    plant: Plant
    ids: Mapping[str, str]
    known: bool


def filled(command: type[Command], plant: Plant, ids: Mapping[str, str], *, known: bool) -> dict[str, Any]:
    """The content of a command with every field given: a canary wherever one may stand.

    People are those of `ids` (`patient`, `staff`), or where they are not to be known ones whom outside systems name.
    """
    return _fields(command, command.NAME, _Filling(plant, ids, known))


def leaves(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values in a content."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from leaves(value, (*path, name))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from leaves(value, (*path, number))
    else:
        yield path


def with_leaf(content: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A content with one value replaced."""
    if not path:
        return value
    changed = dict(content) if isinstance(content, dict) else list(content)
    changed[path[0]] = with_leaf(content[path[0]], path[1:], value)
    return changed


def _fields(model: type[BaseModel], path: str, how: _Filling) -> dict[str, Any]:
    fields = model.model_fields.items()
    return {name: _value(each.annotation, tuple(each.metadata), f"{path}.{name}", how) for name, each in fields}


def _value(annotation: Any, metadata: tuple[Any, ...], path: str, how: _Filling) -> Any:
    kinds = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is Annotated:
            return _value(kinds[0], (*metadata, *kinds[1:]), path, how)
        case origin if origin in (Union, types.UnionType) and OutsideName in kinds:
            who = how.ids["staff" if _STAFF.search(path) else "patient"]
            return who if how.known else {"system": "mrn", "value": how.plant(f"{path}.value")}
        case origin if origin in (Union, types.UnionType):
            return _value(kinds[0], metadata, path, how)
        case origin if origin is Literal:
            return kinds[0]
        case origin if origin in (tuple, list, frozenset):
            return [_value(kinds[0], (), path, how)]
        case origin if origin is dict:
            return {_value(kinds[0], (), path, how): _value(kinds[1], (), path, how)}
    return (
        _fields(annotation, path, how) if issubclass(annotation, BaseModel) else _plain(annotation, metadata, path, how)
    )


def _plain(annotation: Any, metadata: tuple[Any, ...], path: str, how: _Filling) -> Any:
    if issubclass(annotation, Enum):
        return next(iter(annotation)).value
    if annotation is str:
        return how.plant(path) if takes_words(annotation, metadata) else _of_pattern(metadata, how.ids)
    if annotation is bool:
        return True
    if annotation is int:
        return max((getattr(each, "ge", None) or 1 for each in _flat(metadata)), default=1)
    if annotation is Decimal:
        return "1.00"
    if issubclass(annotation, datetime) or "Aware" in annotation.__name__:
        return "2026-01-05T15:00:00Z"
    assert issubclass(annotation, date), f"{path}: teach tests/privacy/canaries.py what a {annotation} is"
    return BORN_ON if path.endswith("born_on") else "2026-01-05"


def _of_pattern(metadata: tuple[Any, ...], ids: Mapping[str, str]) -> str:
    patterns = [each.pattern for each in _flat(metadata) if getattr(each, "pattern", None)]
    if not patterns:
        return "1234567893"  # an NPI: checked by its digit, not by a pattern
    if found := _ID.match(patterns[0]):
        return ids["practice"] if found[1] == "pr" else f"{found[1]}_{'a' * 26}"
    if patterns[0].startswith("^(AL|AK"):
        return "IL"
    return _SAMPLES.get(patterns[0]) or _smallest(patterns[0])


@cache
def _smallest(pattern: str) -> str:
    """The simplest text of a pattern that this module does not know."""
    once = settings(database=None, derandomize=True)
    return find(from_regex(pattern, fullmatch=True), lambda text: len(text) > 1, settings=once)


def _flat(metadata: tuple[Any, ...]) -> Iterator[Any]:
    for each in metadata:
        yield each
        yield from getattr(each, "metadata", ())

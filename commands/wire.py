"""One line of `submit`, from bytes to a command: strict, bounded, and each fault under its own code.

Promise: a line is either understood whole or refused with a stable code; nothing is coerced, a field given twice
or not listed is refused, and no message repeats what the line said. The canonical bytes of the content (command,
data, the source's version and clock) are what an idempotency key is bound to: a storage format (docs/formats.md).
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import orjson
from pydantic import ValidationError, create_model

from commands.intents.base import Command, CommandLine
from commands.wire_words import refusal_of
from ledger.terms.outcome import Refused
from ledger.terms.refusals import refused

LINE_BYTES_MAX: Final = 10_000_000
DEPTH_MAX: Final = 32
DIGITS_MAX: Final = 18
"""Digits of a number that any reader of 64 bits can hold; all numbers of commands have bounds within."""


class Delivery(NamedTuple):
    """A line that was understood: its head, its command, the bytes it came as, the bytes its key is bound to."""

    head: CommandLine
    command: Command
    raw: bytes
    content: bytes
    login: str | None = None
    """Who handed the line in, where one program hears many; None: whoever runs the program."""

    @property
    def key(self) -> str:
        """The idempotency key, as the sender wrote it."""
        return self.head.key


class Unreadable(NamedTuple):
    """A line that was not understood, with its key where that much could be read."""

    key: str | None
    refusal: Refused


class _Fault(Exception):
    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def read_line(raw: bytes, commands: Mapping[str, type[Command]]) -> Delivery | Unreadable:
    """A line as a Delivery, or why it cannot be read. `commands` is what the catalogue knows, by name."""
    key: str | None = None
    try:
        parsed = _parsed(raw)
        found = parsed.get("key")
        key = found if isinstance(found, str) and len(found) <= 200 else None
        head = _whole(parsed, raw, commands) or _head(parsed, raw)
        model = commands.get(head.command)
        if model is None:
            raise _Fault(refused("command_unknown", happened="The line names a command that does not exist."))
        command = head.data if isinstance(head.data, model) else _command(model, raw)
        return Delivery(head, command, raw, _content(head, parsed))
    except _Fault as fault:
        return Unreadable(key, fault.refusal)


def _parsed(raw: bytes) -> dict[str, Any]:
    if len(raw) > LINE_BYTES_MAX:
        raise _Fault(too_long())
    if b"\x00" in raw:
        raise _Fault(refused("nul_byte", happened="The line holds a NUL byte."))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        happened = f"The line is not UTF-8 from its byte {error.start + 1} on."
        raise _Fault(refused("encoding_not_utf8", happened=happened)) from None
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_no_field_twice,
            parse_constant=_no_constant,
            parse_float=_no_fraction,
            parse_int=_whole_number,
        )
    except RecursionError:
        raise _Fault(too_deep()) from None
    except json.JSONDecodeError as error:
        happened = f"The line is not JSON: it stops making sense at character {error.pos + 1}."
        raise _Fault(refused("line_unreadable", happened=happened)) from None
    except ValueError:
        raise _Fault(refused("line_unreadable", happened="The line holds a number that JSON does not have.")) from None
    if not isinstance(parsed, dict):
        raise _Fault(refused("line_unreadable", happened="The line is JSON, but not an object."))
    # Few lines have so many brackets in all that they could nest too deeply.
    if raw.count(b"{") + raw.count(b"[") > DEPTH_MAX and _depth(parsed) > DEPTH_MAX:
        raise _Fault(too_deep())
    if b"\\u0000" in raw and "\x00" in _texts(parsed):
        raise _Fault(refused("nul_byte", happened="A text of the line holds a NUL character."))
    return parsed


def too_long() -> Refused:
    """The refusal of a line over the limit."""
    return refused("line_too_long", happened=f"The line is longer than {LINE_BYTES_MAX:,} bytes.")


def too_deep() -> Refused:
    """The refusal of a line nested beyond the limit."""
    return refused("nested_too_deeply", happened=f"The line nests objects more than {DEPTH_MAX} levels deep.")


def _no_field_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Fault(refused("field_repeated", happened="An object of the line gives one field twice."))
    return fields


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _whole_number(digits: str) -> int | None:
    """The number; None where it is longer than any that a command takes, for then no field is bound to it."""
    return int(digits) if len(digits) <= DIGITS_MAX else None


def _no_fraction(_digits: str) -> None:
    """What no command takes is never made a number: not every exponent can be held."""


def _depth(value: Any) -> int:
    """How deep objects and lists are nested, found level by level: a deep line must not exhaust the stack."""
    depth, level = 0, [value]
    while level := [inner for outer in level for inner in _inside(outer)]:
        depth += 1
        if depth > DEPTH_MAX:
            break
    return depth


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _texts(value: Any) -> str:
    """All texts of a value in one, field names included."""
    if isinstance(value, dict):
        return "".join(map(_texts, (*value.keys(), *value.values())))
    if isinstance(value, list):
        return "".join(map(_texts, value))
    return value if isinstance(value, str) else ""


def _whole(parsed: dict[str, Any], raw: bytes, commands: Mapping[str, type[Command]]) -> CommandLine | None:
    """The line with its command, read at one go; None where something is wrong, which is then found step by step."""
    name = parsed.get("command")
    model = commands.get(name) if isinstance(name, str) else None
    if model is None or parsed.get("v") is True:
        return None
    try:
        return _line_of(model).model_validate_json(raw)
    except ValidationError:
        return None


@cache
def _line_of(model: type[Command]) -> type[CommandLine]:
    return create_model(f"{model.__name__}Line", __base__=CommandLine, data=(model, ...))


def _head(parsed: dict[str, Any], raw: bytes) -> CommandLine:
    if parsed.get("v", 1) != 1 or isinstance(parsed.get("v"), bool):
        raise _Fault(refused("version_unknown", happened="The line's `v` is not 1."))
    try:
        return CommandLine.model_validate_json(raw)
    except ValidationError as error:
        raise _Fault(refusal_of(error, CommandLine)) from None


def _command(model: type[Command], raw: bytes) -> Command:
    try:
        command: Command = _line_of(model).model_validate_json(raw).data
    except ValidationError as error:
        raise _Fault(refusal_of(error, model, inside="data")) from None
    return command


def _content(head: CommandLine, parsed: dict[str, Any]) -> bytes:
    source = parsed.get("source") or {}
    whole = [head.command, parsed["data"], source.get("version"), source.get("recorded_at")]
    return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)

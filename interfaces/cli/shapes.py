"""The JSON Schema of what an option or argument of the command line takes, made from its own declaration.

Promise: what the schema allows the option takes, and the other way round, up to what no schema can say (that a day
stands in the calendar). An option whose type is not told here is a fault that a test finds.
"""

import argparse
from collections.abc import Callable, Mapping
from typing import Any, Final

from interfaces.cli import usage

TEXT_MAX: Final = 200
"""Characters of a word of no particular form: a name, an activity, a payer."""
_INSTANT: Final = {"type": "string", "format": "date-time"}
_DAY: Final = {"type": "string", "format": "date"}
_POSITION: Final = {"type": "string", "pattern": "^0*[1-9][0-9]*$", "maxLength": usage.POSITION_DIGITS}
_MOMENT: Final = {"anyOf": [_POSITION, _INSTANT]}
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": TEXT_MAX, "pattern": "^[ -~]+$"}


def _written(pattern: str) -> dict[str, Any]:
    """A pattern of Python's as JSON Schema has it."""
    return {"type": "string", "pattern": pattern.replace(r"\Z", "$").replace(r"\d", "[0-9]")}


def _id(kind: str) -> dict[str, Any]:
    return _written(f"^{kind}_[a-z2-7]{{26}}$")


def _word_or(word: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"const": word}, shape]}


_OF_TYPE: Final[Mapping[Callable[[str], Any] | None, Mapping[str, Any]]] = {
    usage.month: _written(usage.MONTH.pattern),
    usage.day: _DAY,
    usage.instant: _INSTANT,
    usage.day_or_instant: {"anyOf": [_DAY, _INSTANT]},
    usage.moment: _MOMENT,
    usage.moment_or_now: _word_or("now", _MOMENT),
    usage.moment_or_word: _word_or("attested", _word_or("now", _MOMENT)),
    usage.position: {"type": "integer", "minimum": 0, "maximum": 10**usage.POSITION_DIGITS - 1},
    usage.count: {"type": "integer", "minimum": 1, "maximum": usage.COUNT_MAX},
    usage.code: _written(usage.CODE.pattern),
    usage.index: _written(f"^{usage.INDEX.pattern}"),
    usage.source_name: _written(usage.SOURCE.pattern),
    usage.patient_id: _id("pt"),
    usage.staff_id: _id("st"),
    usage.staff_or_program: _word_or("program", _id("st")),
    usage.practice_id: _id("pr"),
    usage.claim_id: _id("cl"),
    None: _TEXT,
}


def shape_of(action: argparse.Action) -> Mapping[str, Any]:
    """What the value of an option or argument may be; a flag is true or false."""
    if action.nargs == 0:
        return {"type": "boolean"}
    if action.choices is not None:
        return {"type": "string", "enum": list(action.choices)}
    one = _OF_TYPE[action.type]  # type: ignore[index]
    if isinstance(action.nargs, int):
        return {"type": "array", "items": one, "minItems": action.nargs, "maxItems": action.nargs}
    return one


def is_required(action: argparse.Action) -> bool:
    """Whether the command cannot be asked without it."""
    return action.required

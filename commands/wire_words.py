"""Why a line's fields cannot be read, in words: which field, and what it takes.

Promise: the words come from the command's own schema, so they say what `schema commands` says, and nothing of what the
line gave is repeated: neither a value nor a name that the sender made up. Not promised: more than the first fault, in
the order of the catalogue.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from commands.intents.amounts import ABOVE_ZERO_SHAPE, DOLLARS_SHAPE, NOT_BELOW_ZERO_SHAPE
from commands.intents.witnessing import NOTE_SHAPE
from ledger.streams.erasure import MATTER_SHAPE
from ledger.terms.calendar import YEAR_MAX, YEAR_MIN
from ledger.terms.outcome import Refused
from ledger.terms.postal import (
    PAYER_CODE_SHAPE,
    PHONE_SHAPE,
    SENT_NUMBER_SHAPE,
    STATE_SHAPE,
    TAXONOMY_SHAPE,
    ZIP_SHAPE,
)
from ledger.terms.refusals import refused

Place = tuple[str | int, ...]
Schema = dict[str, Any]

_BY_ERROR: Final = {"extra_forbidden": "field_unknown", "missing": "field_missing"}
_RANK: Final = ("field_unknown", "field_missing", "npi_check_digit", "field_unreadable")
_BRANCHES: Final = ("str", "OutsideName")
"""Parts of a place that say which kind of reference was tried, and name no field."""
_MADE_UP: Final = frozenset({"expect"})
"""Fields whose inner names are the sender's own."""
_YEARS: Final = f"of the years {YEAR_MIN} to {YEAR_MAX}"
_FORMATS: Final = {
    "date": f"a day written YYYY-MM-DD, {_YEARS}",
    "date-time": f"an instant written YYYY-MM-DDTHH:MM:SS with its zone (Z or -06:00), {_YEARS}",
}
_REFERENCE: Final = "an id of this ledger, or an identifier as an object with `system` and `value`"
_LETTERS: Final = "of at most 64 lower-case letters, digits"
_PATTERNS: Final = {
    r"^(19|20)\d{2}-(0[1-9]|1[0-2])$": "a month written YYYY-MM, of the years 1900 to 2099",
    r"^[0-9a-f]{64}$": "a SHA-256 as 64 hexadecimal digits in lower case",
    r"^[a-z][a-z0-9_]{0,63}$": f"a word {_LETTERS} and `_`, beginning with a letter",
    r"^[a-z][a-z0-9_.-]{0,63}$": f"a name {_LETTERS}, `_`, `.` and `-`, beginning with a letter",
    r"^[A-Z]{2}$": "two capital letters",
    r"^[0-9]{2}$": "two digits",
    r"^[0-9]\.[0-9]{1,4}$": 'an index as text in its own digits, such as "1.012"',
    r"^[A-Za-z0-9][A-Za-z0-9 .-]{0,39}$": "a name of at most 40 letters, digits, spaces, `.` and `-`",
    r"^[0-9]{9}$": "nine digits",
    MATTER_SHAPE: "the number of a case, never a name: capitals, digits and . / _ - without spaces, one digit at least",
    NOTE_SHAPE: "a signed checkpoint of three lines, with the signatures of its log alone",
    DOLLARS_SHAPE: "an amount as text, in dollars and cents, such as 85.00 or -85.00",
    NOT_BELOW_ZERO_SHAPE: "an amount as text, not below zero, in dollars and cents, such as 85.00",
    ABOVE_ZERO_SHAPE: "an amount above zero as text, in dollars and cents, such as 85.00",
    STATE_SHAPE: "a state or territory by its two letters",
    ZIP_SHAPE: "a ZIP code of five or nine digits, without a dash",
    TAXONOMY_SHAPE: "a taxonomy code of ten characters that ends with X, such as 207Q00000X",
    PHONE_SHAPE: "a telephone number of ten digits",
    PAYER_CODE_SHAPE: "a number of 2 to 30 capital letters, digits, `.` and `-`",
    SENT_NUMBER_SHAPE: "a number of 2 to 15 capital letters, digits, spaces, `.` and `-`",
    r"^[A-Z0-9]{5}$": "five digits or capital letters",
    r"^[A-Z0-9][0-9]{3}[A-Z0-9]$": "a code of five digits, the first or the last perhaps a capital letter",
    r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$": "an ICD-10-CM code with its dot, such as E11.9",
    r"^[A-Za-z0-9.\-]+$": "a code of at most 32 letters, digits, `.` and `-`",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "a language tag, such as en or es-MX",
    r"^[a-z]+:[^\x00-\x1f\x7f]+$": "a login with its kind, such as os:ada",
}
_ID: Final = re.compile(r"\^\(?([a-z|]+)\)?_\[a-z2-7\]\{26\}\$")


def refusal_of(error: ValidationError, model: type[BaseModel], *, inside: str | None = None) -> Refused:
    """The first fault in the order of the catalogue; `inside` is the field of the line in which the model stands."""
    found = error.errors(include_url=False, include_input=False)
    if broken := next((fault for fault in found if fault["type"] == "json_invalid"), None):
        is_number = "number" in broken["msg"]
        what = "a number with more digits than any reader takes" if is_number else "half a character (a lone surrogate)"
        return refused("line_unreadable", happened=f"The line holds {what}.")
    faults = _deepest(_fault_of(dict(fault), inside) for fault in found)
    code, place, words = min(faults, key=lambda fault: (_RANK.index(fault[0]), [str(part) for part in fault[1]]))
    field = ".".join(str(part) for part in place)
    at = f"The field `{field}` of {_name(model)}" if field else f"What {_name(model)} takes"
    match code:
        case "field_unknown" if field:
            happened = f"{at} has an inner field that it does not take; see `ccm-ledger schema commands`."
        case "field_unknown":
            known = ", ".join(f"`{name}`" for name in model.model_fields)
            happened = f"The line has a field that {_name(model)} does not take; it takes {known}."
        case "field_missing":
            happened = f"{at} is missing."
        case "npi_check_digit":
            happened = f"{at} holds a number that fails the check digit of an NPI."
        case _:
            happened = f"{at} cannot be read: {words or f'it takes {_expected(model, place)}'}."
    return refused(code, happened=happened)


def in_words(schema: Schema) -> str | None:
    """What a part of a schema takes, as a message says it; None where no words are known."""
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    match schema.get("type"):
        case "string":
            return _text_in_words(schema)
        case "integer":
            ends = (
                f"{word} {_number(schema[end])}"
                for word, end in (("from", "minimum"), ("to", "maximum"))
                if end in schema
            )
            return " ".join(("a whole number", *ends))
        case "boolean":
            return "true or false"
        case "array":
            least, most = schema.get("minItems"), schema.get("maxItems")
            size = f" of {least} to {most}" if least and most else f" of at most {most}" if most else ""
            return f"a list{size}"
        case "object":
            inner = schema.get("additionalProperties")
            return f"an object, in each of its fields {in_words(inner)}" if inner else "an object with its own fields"
        case _:
            return None


def _number(number: int) -> str:
    """A number as people read it: a year has no comma."""
    return f"{number:,}" if number >= 10_000 else str(number)


def _text_in_words(schema: Schema) -> str | None:
    pattern, most = schema.get("pattern"), schema.get("maxLength")
    if "format" in schema:
        return _FORMATS.get(schema["format"])
    if pattern in _PATTERNS:
        return _PATTERNS[pattern]
    if pattern and (kind := _ID.fullmatch(pattern)):
        return "an id of this ledger that begins with " + " or ".join(f"`{name}_`" for name in kind[1].split("|"))
    size = f"a text of at most {most:,} characters" if most else "a text"
    if not pattern:
        return size
    blank, control = re.search(pattern, " ") is not None, re.search(pattern, "a\na") is not None
    return size + ("" if blank else ", not blank") + ("" if control else ", without control characters")


def _expected(model: type[BaseModel], place: Place) -> str:
    """What stands at a place of a model, by its schema."""
    schema = _schema(model)
    options = _options([schema], schema)
    for part in place:
        options = _options([inner for option in options for inner in _inner(option, part)], schema)
    words = [in_words(option) for option in options]
    if any(option.get("title") == "OutsideName" for option in options) and len(words) > 1:
        return _REFERENCE
    return " or ".join(word for word in words if word) or "something else"


def _inner(option: Schema, part: str | int) -> list[Schema]:
    """What stands at one step further in: an element of a list, or a field."""
    if isinstance(part, int):
        return [option["items"]] if "items" in option else []
    fields = option.get("properties", {})
    return [fields[part]] if part in fields else []


@cache
def _schema(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


def _options(options: Iterable[Schema], whole: Schema) -> list[Schema]:
    """The shapes that may stand there, references followed, null left out."""
    found: list[Schema] = []
    for option in options:
        if "$ref" in option:
            found += _options([whole["$defs"][option["$ref"].rpartition("/")[2]]], whole)
        elif "anyOf" in option:
            found += _options(option["anyOf"], whole)
        elif option.get("type") != "null":
            found.append(option)
    return found


def _fault_of(fault: dict[str, Any], inside: str | None) -> tuple[str, Place, str | None]:
    """The code, the place, and the words of a check of our own over several fields."""
    code = _BY_ERROR.get(fault["type"], "field_unreadable")
    if code == "field_unreadable" and "npi_check_digit" in fault["msg"]:
        code = "npi_check_digit"
    place = [part for part in fault["loc"] if part not in _BRANCHES]
    if code == "field_unknown":
        place = place[:-1]  # the unknown name itself may be anything, a patient's name too
    if inside is not None:
        place = place[1:]
    if place and place[0] in _MADE_UP:
        place = place[:1]
    said = fault.get("ctx", {}).get("error") if fault["type"] == "value_error" and not place else None
    return code, tuple(place), str(said) if said is not None else None


def _deepest(faults: Iterable[tuple[str, Place, str | None]]) -> list[tuple[str, Place, str | None]]:
    """The faults without those of a field of which an inner field is at fault: there the wrong kind was tried."""
    found = list(faults)
    inner = {place[:size] for _, place, _ in found for size in range(len(place))}
    return [fault for fault in found if fault[0] != "field_unreadable" or fault[1] not in inner or not fault[1]]


def _name(model: type[BaseModel]) -> str:
    name = getattr(model, "NAME", None)
    return f"`{name}`" if name else "the line"

"""The units that a quantity may have, what its values look like, and the other words that rule files use.

Promise: a value that fits its unit is of one Python type: int, Decimal, bool, str or list of str. Units and
words may be added, never taken away: adopted editions use them.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeGuard

CONFIDENCES: Final = ("CONFIRMED", "CONFIRMED*", "SEED", "RECALL", "DESIGN")
"""Source read; read second-hand; trade article only; known, no source seen; a default of this program."""
EFFECTS: Final = ("not_counted", "blocks_release", "review", "refused", "none")
SCOPES: Final = ("same_npi", "same_tin", "any")
"""Whose services a row of the table of other services means."""
WITHIN: Final = ("month", "date", "period30")
"""What a service is compared with."""

BOUNDS: Final = {
    "minutes": (1, 44_640),
    "hours": (0, 8_784),
    "days": (0, 3_660),
    "months": (0, 1_200),
    "years": (0, 100),
    "count": (0, 10_000),
    "units": (0, 10_000),
}
"""The least and the most that a whole number of a unit may be: no month has more minutes, no calendar more years.

By a step of no minutes units cannot be counted, and so many years back there is no day: within the bounds every month
can be judged. They may be widened, never narrowed: adopted editions use them.
"""
DECIMAL_MOST: Final = Decimal(10_000)
"""The most that a relative value, a conversion factor or a percent may be: dollars stay exact to the cent."""

UNLIMITED: Final = "unlimited"
"""What stands for the number of units where nothing limits them: said and cited, not left out."""

is_name: Final = re.compile(r"[A-Za-z0-9_]+").fullmatch
is_word: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*").fullmatch
is_payer: Final = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch
is_code: Final = re.compile(r"[A-Z0-9][0-9]{4}").fullmatch
is_rule_id: Final = re.compile(r"CCM-[A-Z0-9]+-[A-Z0-9]+(-[A-Z0-9]+)*").fullmatch
source_keys: Final = re.compile(r"\[([A-Z][A-Za-z0-9-]*)\]").findall
"""The source keys that a citation names in brackets."""


class Form(NamedTuple):
    """What a value of some unit looks like, in words and as a test."""

    words: str
    fits: Callable[[Any], bool]


def is_list_of(value: Any, form: Callable[[str], object]) -> TypeGuard[list[str]]:
    """Whether this is a list, not empty, of different strings that all have a form."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, str) and form(item) for item in value) and len(set(value)) == len(value)


def is_text(value: Any) -> bool:
    """Whether this is text that is not blank."""
    return isinstance(value, str) and bool(value.strip())


def _whole(unit: str) -> Form:
    least, most = BOUNDS[unit]
    return Form(f"a whole number from {least} to {most}", lambda value: type(value) is int and least <= value <= most)


def _limit(unit: str) -> Form:
    whole = _whole(unit)
    return Form(f'{whole.words}, or "{UNLIMITED}"', lambda value: value == UNLIMITED or whole.fits(value))


def _is_decimal(value: Any) -> bool:
    return isinstance(value, Decimal) and value.is_finite() and 0 <= value <= DECIMAL_MOST


_DECIMAL: Final = Form(f"a number with a decimal point, from 0.0 to {DECIMAL_MOST}.0", _is_decimal)

UNITS: Final = {
    **{unit: _whole(unit) for unit in BOUNDS},
    "units": _limit("units"),
    **dict.fromkeys(("rvu", "dollars_per_rvu", "percent"), _DECIMAL),
    "yes_no": Form("true or false", lambda value: isinstance(value, bool)),
    "effect": Form(f"one of {', '.join(EFFECTS)}", lambda value: value in EFFECTS),
    "scope": Form(f"one of {', '.join(SCOPES)}", lambda value: value in SCOPES),
    "within": Form(f"one of {', '.join(WITHIN)}", lambda value: value in WITHIN),
    "text": Form("a sentence in quotes", is_text),
    "word": Form("one word in quotes", lambda value: isinstance(value, str) and bool(is_word(value))),
    "code": Form("a code of five characters", lambda value: isinstance(value, str) and bool(is_code(value))),
    "words": Form("a list of different words in quotes", lambda value: is_list_of(value, is_word)),
    "codes": Form("a list of different codes in quotes", lambda value: is_list_of(value, is_code)),
}
"""The units that a quantity may have, and what its values look like."""

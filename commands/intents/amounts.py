"""Amounts in commands: dollars and cents as text, in one form, so that a slip is no other amount.

Promise: `1e2`, `+85`, a sign of a currency, digits of other scripts and fractions of cents are refused, and the schema
of a command says the form. Stored is the amount, not how it was written: 85 and 85.00 are the same.
"""

import re
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

DOLLARS_SHAPE: Final = r"^-?[0-9]{1,8}(\.[0-9]{1,2})?$"
NOT_BELOW_ZERO_SHAPE: Final = r"^[0-9]{1,8}(\.[0-9]{1,2})?$"
ABOVE_ZERO_SHAPE: Final = r"^(?=.*[1-9])[0-9]{1,8}(\.[0-9]{1,2})?$"

_FORM: Final = re.compile(r"-?[0-9]{1,8}(?:\.[0-9]{1,2})?", re.ASCII)
_ZERO: Final = Decimal("0.00")


def _read(given: Any) -> Any:
    """An amount comes as text: a JSON number would have been through binary fractions."""
    if isinstance(given, Decimal):
        return given
    if not isinstance(given, str) or _FORM.fullmatch(given) is None:
        raise ValueError("an amount is written as text, such as 85.00")
    # What is below zero by its sign alone is zero.
    return Decimal(given) or _ZERO


_EXACT: Final = Field(max_digits=10, decimal_places=2)


def _schema(shape: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": shape})


Dollars = Annotated[Decimal, BeforeValidator(_read), _EXACT, _schema(DOLLARS_SHAPE)]
"""Dollars and cents, such as 85.00; of a reversal below zero."""
NotBelowZero = Annotated[Decimal, BeforeValidator(_read), _EXACT, Field(ge=0), _schema(NOT_BELOW_ZERO_SHAPE)]
AboveZero = Annotated[Decimal, BeforeValidator(_read), _EXACT, Field(gt=0), _schema(ABOVE_ZERO_SHAPE)]

"""Values of the rooms below as plain JSON values: money and decimals as text, instants in UTC with a Z.

Promise: nothing is rounded and nothing is left out; closed words say why they are not here. Not promised: an order
other than that of the shape itself.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel


def plain(value: Any) -> Any:
    """The value as JSON knows it."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case Decimal():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case BaseModel():
            return {name: plain(part) for name, part in value}
        case Mapping():
            return {str(key): plain(part) for key, part in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return {name: plain(part) for name, part in value._asdict().items()}
        case tuple() | list():
            return [plain(part) for part in value]
        case set() | frozenset():
            return sorted(plain(part) for part in value)
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no plain form")

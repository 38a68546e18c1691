"""CSV on the way out: cells that a spreadsheet does not run.

Promise: text that a spreadsheet would read as a formula starts with an apostrophe; numbers stay numbers. On the way in
such cells are data like any other.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

Cell = str | int | Decimal | date | datetime | None

# What spreadsheets take for the start of a formula; the last four are the full-width forms of = + - @.
_FORMULA_STARTS: Final = frozenset("=+-@\t\r\n\x00|%\uff1d\uff0b\uff0d\uff20")


def safe_cell(value: Cell) -> str:
    """The cell as text; an apostrophe in front of what would run as a formula."""
    if value is None:
        return ""
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if value[:1] in _FORMULA_STARTS or value.lstrip()[:1] in _FORMULA_STARTS:
        return f"'{value}" if value else value
    return value


def csv_line(values: Iterable[Cell]) -> str:
    """One row of CSV with its line end, every cell safe."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([safe_cell(value) for value in values])
    return out.getvalue()

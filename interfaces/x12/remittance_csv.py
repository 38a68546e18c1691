"""Remittances in as CSV, for payers and clearing houses that give no 835: one row a service line, with a header.

Promise: the file is read whole or refused with the first line that cannot be read; a payment has the same keys as in an
835, so that the same payment is not recorded twice in two forms. Rows of one claim follow each other and repeat what is
of the claim; a further answer about the same claim in one payment has another number in `claim`.

Needed: payer, payment, paid_on (YYYY-MM-DD), payment_amount, control_number, status (paid, denied, reversed), charge,
paid, patient_share. Optional: claim, payer_number, payer_status, claim_adjustments, claim_remarks, code, units,
line_charge, line_paid, line_adjustments, line_remarks, adjudicated_as, provider_adjustments. Adjustments are written
like `CO-45:18.87 PR-2:13.23`, remarks like `N111 MA18`; a claim without lines has no code. What has the payer status 25
was only priced: it is no remittance, and its place is told.
"""

import io
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from interfaces.importing.csv_records import Row, rows
from interfaces.importing.reading import Unread
from interfaces.x12.answers import Answer, AnswerFile, CommandData, Numbering, Payment, ProviderAdjustment
from interfaces.x12.reading import FILE_BYTES_MAX, Malformed, malformed
from interfaces.x12.values import ZERO, day, dollars

NEEDED: Final = (
    *("payer", "payment", "paid_on", "payment_amount", "control_number", "status", "charge", "paid", "patient_share"),
)
OPTIONAL: Final = (
    *("claim", "payer_number", "payer_status", "claim_adjustments", "claim_remarks", "code", "units", "line_charge"),
    *("line_paid", "line_adjustments", "line_remarks", "adjudicated_as", "provider_adjustments"),
)
_OF_PAYMENT: Final = ("payer", "payment", "paid_on", "payment_amount", "provider_adjustments")
_OF_CLAIM: Final = (
    *("control_number", "claim", "status", "charge", "paid", "patient_share", "payer_number", "payer_status"),
    *("claim_adjustments", "claim_remarks"),
)
_ADJUSTMENT: Final = re.compile(r"(CO|PR|OA|PI|CR)-([A-Z0-9]{1,5}):(-?[0-9.]{1,12})", re.ASCII)
_PROVIDER: Final = re.compile(r"([A-Z0-9]{2}):(-?[0-9.]{1,12})", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TEXT_MAX: Final = 80

_Cells = dict[str, str]


def is_csv(content: bytes) -> bool:
    """Whether a file begins with a header of columns, be they the right ones or not, rather than as X12."""
    first = content[:4_096].removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    return not first.startswith(b"ISA") and (b"control_number" in first or first.count(b",") >= len(_OF_PAYMENT))


def read_remittance_csv(content: bytes) -> AnswerFile:
    """What a CSV file of remittances says; raises Malformed."""
    if len(content) > FILE_BYTES_MAX:
        raise malformed(f"The file is longer than {FILE_BYTES_MAX:,} bytes.", code="x12_too_large")
    found = rows(io.BytesIO(content), encoding="utf-8", delimiter=",")
    header = next(found, None)
    if header is None:
        raise malformed("The file holds no row.", code="file_empty")
    names = [cell.strip() for cell in _row(header).cells]
    _checked_header(names)
    payments, is_empty = _Payments(), True
    for each in found:
        is_empty = False
        row = _row(each)
        if len(row.cells) != len(names):
            raise _unreadable(row.line, "it has another number of cells than the header")
        payments.add(row.line, {name: cell.strip() for name, cell in zip(names, row.cells, strict=True)})
    if is_empty:
        raise malformed("The file holds no row.", code="file_empty")
    return payments.file()


def _row(answer: Row | Unread) -> Row:
    if isinstance(answer, Unread):
        refusal = answer.refusal
        raise Malformed(refusal._replace(happened=f"Line {answer.line}: {refusal.happened}"))
    return answer


def _checked_header(names: Sequence[str]) -> None:
    if len(set(names)) != len(names):
        raise malformed("Two columns have the same name.", code="columns_repeated")
    missing = [name for name in NEEDED if name not in names]
    if len(missing) == len(NEEDED):
        happened = "The header names none of the columns; they are parted by commas and written in small letters."
        raise malformed(happened, code="remittance_columns_missing")
    if missing:
        raise malformed(f"The file has no column {', '.join(missing)}.", code="remittance_columns_missing")
    if not set(names) <= {*NEEDED, *OPTIONAL}:
        raise malformed("The file has a column of another name.", code="remittance_columns_missing")


class _Payments:
    """The payments of a file as their rows come."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], _Payment] = {}

    def add(self, line: int, cells: _Cells) -> None:
        """One row."""
        payer, number = _text(line, cells, "payer"), _text(line, cells, "payment")
        payment = self._found.get((payer, number))
        if payment is None:
            payment = self._found[payer, number] = _Payment(line, cells)
        elif any(cells.get(name) != payment.cells.get(name) for name in _OF_PAYMENT):
            raise _unreadable(line, "it says of its payment what an earlier row of the payment does not")
        payment.add(line, cells)

    def file(self) -> AnswerFile:
        """All of it."""
        payments = tuple(each.payment() for each in self._found.values())
        answers = sorted((answer for each in payments for answer in each.answers), key=lambda each: each.place)
        return AnswerFile(tuple(answers), payments)


class _Payment:
    def __init__(self, line: int, cells: _Cells) -> None:
        self.cells = cells
        self._line = line
        self._on = _day(line, cells, "paid_on")
        self._amount = _dollars(line, cells, "payment_amount")
        self._adjusted = tuple(
            ProviderAdjustment(line, reason, _amount(line, taken, "provider_adjustments"))
            for reason, taken in _pieces(line, cells, "provider_adjustments", _PROVIDER)
        )
        self._numbering = Numbering(cells["payer"], cells["payment"])
        self._answers: list[Answer] = []
        self._met: set[tuple[str, str]] = set()
        self._claim: tuple[str, str] | None = None
        self._of_claim: _Cells = {}

    def add(self, line: int, cells: _Cells) -> None:
        claim = _text(line, cells, "control_number"), cells.get("claim") or "1"
        if claim == self._claim:
            if any(cells.get(name) != self._of_claim.get(name) for name in _OF_CLAIM):
                raise _unreadable(line, "it says of its claim what the row before it does not")
        else:
            if claim in self._met:
                raise _unreadable(line, "the rows of its claim do not follow each other")
            self._met.add(claim)
            self._claim, self._of_claim = claim, cells
            key, row = self._numbering.next_of(claim[0], "835")
            data = _claim_data(line, cells, self._on)
            paid = _dollars(line, cells, "paid")
            self._answers.append(Answer(line, key, row, "record_remittance", data, paid))
        if cells.get("code"):
            self._answers[-1].data["lines"].append(_line_data(line, cells))

    def payment(self) -> Payment:
        return Payment(
            place=self._line,
            payer=self.cells["payer"],
            number=self.cells["payment"],
            on=self._on,
            amount=self._amount,
            said=tuple(self._answers),
            provider_adjustments=self._adjusted,
        )


def _claim_data(line: int, cells: _Cells, on: date) -> CommandData:
    status = cells["status"]
    if status not in ("paid", "denied", "reversed"):
        raise _unreadable(line, "its status is none of paid, denied and reversed")
    data: CommandData = {
        "control_number": cells["control_number"],
        "status": status,
        "on": on.isoformat(),
        **{name: str(_dollars(line, cells, name)) for name in ("charge", "paid", "patient_share")},
        "adjustments": _adjustments(line, cells, "claim_adjustments"),
        "lines": [],
    }
    for name in ("payer_number", "payer_status"):
        if cells.get(name):
            data[name] = _text(line, cells, name)
    if remarks := cells.get("claim_remarks", "").split():
        data["claim_remarks"] = remarks
    return data


def _line_data(line: int, cells: _Cells) -> dict[str, Any]:
    units = cells.get("units") or "1"
    if not (units.isascii() and units.isdigit() and len(units) <= 3):
        raise _unreadable(line, "its units are no whole number")
    data: dict[str, Any] = {
        "code": _text(line, cells, "code"),
        "units": int(units),
        "charge": str(_dollars(line, cells, "line_charge")),
        "paid": str(_dollars(line, cells, "line_paid")),
        "adjustments": _adjustments(line, cells, "line_adjustments"),
        "remarks": cells.get("line_remarks", "").split(),
    }
    if cells.get("adjudicated_as"):
        data["adjudicated_as"] = _text(line, cells, "adjudicated_as")
    return data


def _adjustments(line: int, cells: _Cells, name: str) -> list[dict[str, str]]:
    return [
        {"group": group, "reason": reason, "amount": str(_amount(line, taken, name))}
        for group, reason, taken in _pieces(line, cells, name, _ADJUSTMENT)
    ]


def _pieces(line: int, cells: _Cells, name: str, form: re.Pattern[str]) -> list[tuple[str, ...]]:
    found = [form.fullmatch(piece) for piece in cells.get(name, "").split()]
    if not all(found):
        raise _unreadable(line, f"its {name} do not have their form")
    return [each.groups() for each in found if each]


def _dollars(line: int, cells: _Cells, name: str) -> Decimal:
    return _amount(line, cells.get(name, ""), name)


def _amount(line: int, text: str, name: str) -> Decimal:
    found = dollars(text)
    if found is None:
        raise _unreadable(line, f"its {name} holds no amount in dollars and cents")
    return found or ZERO


def _day(line: int, cells: _Cells, name: str) -> date:
    found = day(cells[name].replace("-", "")) if _DAY.fullmatch(cells[name]) else None
    if found is None:
        raise _unreadable(line, f"its {name} is no day like 2026-01-31")
    return found


def _text(line: int, cells: _Cells, name: str) -> str:
    text = cells.get(name, "")
    if not text or len(text) > _TEXT_MAX or not text.isascii() or not text.isprintable():
        raise _unreadable(line, f"its {name} holds nothing that can be read")
    return text


def _unreadable(line: int, why: str) -> Malformed:
    return malformed(f"Line {line}: {why}.", code="remittance_row_unreadable")

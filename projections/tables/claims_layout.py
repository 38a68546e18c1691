"""The tables of claims and of possible overpayments, and the row types that are read back from them.

Promise: amounts are whole cents, in both directions; below zero is what was taken back. Rows hold ids, dates, codes and
money, never words.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, Self

from projections.base import Cell, Table, text, whole
from projections.tables.layout import from_micros

CLAIMS: Final = Table(
    "claims",
    (
        *text("claim", "patient", "month", "programme", "side", "practice", "practitioner", "payer", "family"),
        *text("status"),
        *whole("is_live"),
        *text("frequency", "replaces", "date_of_service"),
        *whole("released_at"),
        *text("received_on", "adjudicated_on", "withdrawn_on", "units"),
        *whole("charge_cents", "expected_cents", "paid_cents", "share_cents", "reduced_cents"),
        *text("answers", "settled_as", "attestation", "digest", "edition"),
        *whole("as_of", "position", "newest"),
    ),
    key=1,
    indexes=(("month", "practice"), ("patient", "month"), ("status",)),
)
"""One row per claim, under the patient for whom it was released."""

OVERPAYMENTS: Final = Table(
    "overpayments",
    (
        *text("overpayment", "patient", "claim", "month", "practice", "status"),
        *text("noticed_on", "triaged_on", "identified_on", "begun_on", "ended_on", "swept_on", "units"),
        *whole("amount_cents", "share_cents", "back_cents", "share_back_cents", "position", "newest"),
    ),
    key=1,
    indexes=(("claim",), ("status",)),
)
"""One row per possible overpayment."""


class ClaimRow(NamedTuple):
    """One claim as the table holds it."""

    claim: str
    patient: str
    month: str
    programme: str
    side: str
    practice: str
    practitioner: str
    payer: str
    family: str
    status: str
    is_live: bool
    frequency: str
    replaces: str | None
    date_of_service: date
    released_at: datetime
    received_on: date | None
    """When the payer received it in a form that counts as filed."""
    adjudicated_on: date | None
    withdrawn_on: date | None
    units: tuple[tuple[str, int], ...]
    """(code, units)."""
    charge_cents: int
    expected_cents: int | None
    """None where a line has no price on file."""
    paid_cents: int
    share_cents: int
    """Left to the patient."""
    reduced_cents: int
    """Taken off for other reasons, by contract above all."""
    answers: tuple[str, ...]
    """Reasons and remarks of the newest remittance, or the codes of the newest acknowledgment."""
    settled_as: str | None
    """How it was settled that the payer paid somebody else, where the payer has not answered since."""
    attestation: str
    digest: str
    edition: str
    as_of: int
    position: int
    newest: int
    """The newest fact about it, or about what stands for it."""

    @property
    def open_cents(self) -> int:
        """What of the charge is neither paid, nor the patient's, nor taken off; nothing where it is not live."""
        if not self.is_live:
            return 0
        return self.charge_cents - self.paid_cents - self.share_cents - self.reduced_cents

    @classmethod
    def of(cls, row: tuple[Cell, ...]) -> Self:
        """The row as the table gave it."""
        return cls._make(parse(cell) for parse, cell in zip(_CLAIM_CELLS, row, strict=True))


class OverpaymentRow(NamedTuple):
    """One possible overpayment as the table holds it."""

    overpayment: str
    patient: str
    claim: str
    month: str
    practice: str
    status: str
    noticed_on: date
    triaged_on: date | None
    identified_on: date | None
    begun_on: date | None
    ended_on: date | None
    swept_on: date | None
    """The newest search of six years for the same cause."""
    units: tuple[tuple[str, int], ...]
    """(code, units) that are no longer supported."""
    amount_cents: int
    share_cents: int
    back_cents: int
    share_back_cents: int
    position: int
    newest: int

    @classmethod
    def of(cls, row: tuple[Cell, ...]) -> Self:
        """The row as the table gave it."""
        return cls._make(parse(cell) for parse, cell in zip(_OVERPAYMENT_CELLS, row, strict=True))


def cents(amount: Decimal) -> int:
    """An amount of two digits behind the point as whole cents."""
    return int(amount.scaleb(2))


def dollars(whole_cents: int) -> Decimal:
    """Whole cents as dollars."""
    return Decimal(whole_cents).scaleb(-2)


def _as_is(cell: Any) -> Any:
    return cell


def _units(cell: str) -> tuple[tuple[str, int], ...]:
    parted = (each.partition(":") for each in cell.split())
    return tuple((code, int(units)) for code, _, units in parted)


def _day(cell: str | None) -> date | None:
    return None if cell is None else date.fromisoformat(cell)


_PARSED: Final[dict[str, Callable[[Any], Any]]] = {
    "is_live": bool,
    "released_at": from_micros,
    "date_of_service": _day,
    "units": _units,
    "answers": lambda cell: tuple(cell.split()),
}


def _parses(table: Table) -> tuple[Callable[[Any], Any], ...]:
    return tuple(_PARSED.get(name, _day if name.endswith("_on") else _as_is) for name in table.names)


_CLAIM_CELLS: Final = _parses(CLAIMS)
_OVERPAYMENT_CELLS: Final = _parses(OVERPAYMENTS)

"""Every table of the read models, and the row types that are read back from them.

Promise: a row type has the columns of its table in their order; a change of a table raises the version of its
projection, which makes a new set of tables and leaves the old one to be rebuilt. Rows are disposable.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple, Self

from projections.base import Cell, Table, text, whole

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00:00Z."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """The instant of whole microseconds."""
    return _EPOCH + timedelta(microseconds=value)


def joined(words: tuple[str, ...]) -> str:
    """Codes as one cell: without repeats, in their order."""
    return " ".join(dict.fromkeys(words))


MONTH_BILLING: Final = Table(
    "month_billing",
    (
        *text("patient", "month", "practice", "practitioner", "payer", "standing", "family", "date_of_service"),
        *whole("staff_seconds", "personal_seconds", "untimed_seconds", "minutes"),
        *text("charges", "amount", "missing", "notices", "with_visits", "attested", "digest", "edition"),
        *whole("position"),
    ),
    key=2,
    indexes=(("month", "practice"), ("standing",)),
)
"""One row per patient and month."""

MONTH_READS: Final = Table("month_reads", text("tag", "patient", "month"), key=3, answers=False)
"""Which months rest, or once rested, on a stream of somebody else: staff, their days, practices."""

SIGNED_MONTHS: Final = Table(
    "signed_months",
    (*text("patient", "month", "programme", "standing", "attested", "digest"), *whole("position")),
    key=3,
    indexes=(("standing",),),
)
"""One row per patient, month and programme other than CCM that was ever signed: how it stands against the signature."""

AUDIT_TRAIL: Final = Table(
    "audit_trail",
    (
        *whole("position", "ordinal", "recorded_at"),
        *text("happened_on", "actor", "capacity", "on_behalf_of", "vouched", "source"),
        *text("command", "topic", "fact_class", "outcome", "code", "patient", "staff", "practice", "month"),
        *whole("source_recorded_at"),
    ),
    key=2,
    indexes=(
        ("actor", "position"),
        ("patient", "position"),
        ("happened_on", "position"),
        ("topic", "position"),
        ("command", "position"),
    ),
)
"""One row per fact, or one per patient where a fact names several."""

PATIENT_PRACTICES: Final = Table(
    "patient_practices", (*text("patient", "practice"), *whole("position")), key=2, indexes=(("practice",),)
)
"""Every practice that a patient ever belonged to, with the position at which the ledger learned it."""

PATIENT_PROGRAMMES: Final = Table(
    "patient_programmes", text("patient", "programme", "from_month"), key=3, indexes=(("from_month",),)
)
"""From which months on somebody was ever designated for a patient and a programme other than CCM, or has time of it."""

PATIENT_DATES: Final = Table(
    "patient_dates",
    text(
        *("patient", "cared_from", "cared_until"),
        *("care_plan_review", "care_plan_age", "consent_age", "visit_age"),
    ),
    key=1,
)
"""From which day each kind of review counts for a patient, and in which months somebody bills for them."""

WAITING_SINCE: Final = Table("waiting_since", text("what", "target", "since_on"), key=2)
"""What waits since which day: deliveries, findings; no day once it waits no more."""

REVIEWS_RAISED: Final = Table("reviews_raised", (*text("what", "target", "state"), *whole("position")), key=3)
"""Every finding that was raised: of what kind, about what, and the day or digest that it was raised for."""


class MonthRow(NamedTuple):
    """One patient-month as the table holds it."""

    patient: str
    month: str
    practice: str | None
    practitioner: str | None
    payer: str | None
    standing: str
    family: str | None
    date_of_service: date
    staff_seconds: int
    personal_seconds: int
    untimed_seconds: int
    minutes: int
    """Whole minutes of the family that bills; of staff time where none does."""
    charges: tuple[tuple[str, int], ...]
    """(code, units)."""
    amount: Decimal | None
    missing: tuple[str, ...]
    notices: tuple[str, ...]
    with_visits: tuple[str, ...]
    """Codes that ride on the claims of the month's visits, one for each line; no part of charges and amount."""
    attested: str | None
    digest: str
    edition: str
    position: int
    """The newest fact that the row rests on."""

    @classmethod
    def of(cls, row: tuple[Cell, ...]) -> Self:
        """The row as the table gave it."""
        return cls._make(parse(cell) for parse, cell in zip(_MONTH_CELLS, row, strict=True))


def _as_is(cell: Any) -> Any:
    return cell


def _charges(cell: str) -> tuple[tuple[str, int], ...]:
    parted = (charge.partition(":") for charge in cell.split())
    return tuple((code, int(units)) for code, _, units in parted)


def _words(cell: str) -> tuple[str, ...]:
    return tuple(cell.split())


_PARSED: Final[dict[str, Callable[[Any], Any]]] = {
    "date_of_service": date.fromisoformat,
    "charges": _charges,
    "amount": lambda cell: None if cell is None else Decimal(cell),
    "missing": _words,
    "notices": _words,
    "with_visits": _words,
    "recorded_at": from_micros,
    "source_recorded_at": lambda cell: None if cell is None else from_micros(cell),
    "happened_on": date.fromisoformat,
}
_MONTH_CELLS: Final = tuple(_PARSED.get(name, _as_is) for name in MONTH_BILLING.names)
_AUDIT_CELLS: Final = tuple(_PARSED.get(name, _as_is) for name in AUDIT_TRAIL.names)


class AuditRow(NamedTuple):
    """One line of the audit trail as the table holds it."""

    position: int
    ordinal: int
    recorded_at: datetime
    happened_on: date
    actor: str
    capacity: str | None
    on_behalf_of: str | None
    vouched: str
    source: str | None
    command: str
    topic: str
    fact_class: str
    outcome: str
    code: str | None
    patient: str | None
    staff: str | None
    practice: str | None
    month: str | None
    source_recorded_at: datetime | None

    @classmethod
    def of(cls, row: tuple[Cell, ...]) -> Self:
        """The row as the table gave it."""
        return cls._make(parse(cell) for parse, cell in zip(_AUDIT_CELLS, row, strict=True))


def optional(value: object) -> Cell:
    """A cell of something that may be absent."""
    return None if value is None else str(value)

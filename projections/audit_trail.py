"""Who did what, when, to whom, and what was refused: one row per fact (one per patient where a fact names several).

Promise: every fact of the ledger is here, reads and refusals included, in ledger order, searchable along each clock.
Rows name nobody but by id; words are opened at read by whoever may (`questions.audit`). How often a refusal was
repeated is kept beside the facts and shown at read.
"""

from collections.abc import Iterator
from typing import ClassVar, Final, Literal, NamedTuple

from ledger.streams.access import CommandRefused
from ledger.streams.base import Event, Fact
from ledger.streams.governance import DeliveryReleased
from projections.base import Cell, Changes, Row, Table
from projections.clocks import ClockName
from projections.happened import happened_on, month_of_fact, patients_of, practice_of, staff_of
from projections.tables.layout import AUDIT_TRAIL, micros

ROWS_AT_ONCE = 5_000

Outcome = Literal["recorded", "refused", "parked"]


class AuditTrail:
    """The projection of one pass."""

    name: ClassVar[str] = "audit_trail"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (AUDIT_TRAIL,)

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def apply(self, fact: Fact, tags: tuple[str, ...]) -> None:  # noqa: ARG002 - every fact is a row
        """Make the rows of one fact."""
        self._rows.extend(rows_of(fact))

    def settle(self, *, due: bool) -> Iterator[Changes]:
        """The rows made since."""
        if due or len(self._rows) >= ROWS_AT_ONCE:
            rows, self._rows = self._rows, []
            yield Changes(AUDIT_TRAIL, rows)


def rows_of(fact: Fact) -> list[Row]:
    """The rows of one fact, in the order of the table's columns."""
    event, said = fact.event, fact.said
    outcome, code = outcome_of(event)
    patients = patients_of(event) or (None,)
    start = (micros(fact.recorded_at), happened_on(fact).isoformat(), said.actor)
    middle: Row = (
        said.capacity,
        said.on_behalf_of,
        said.vouched,
        said.source,
        said.command,
        event.TOPIC,
        event.FACT.value,
        outcome,
        code,
    )
    written = said.source_recorded_at
    end: Row = (staff_of(event), practice_of(event), month_of_fact(event), micros(written) if written else None)
    return [(fact.position, ordinal, *start, *middle, patient, *end) for ordinal, patient in enumerate(patients)]


_TELLS_AN_OUTCOME: Final = frozenset((CommandRefused.TOPIC, DeliveryReleased.TOPIC, "delivery_parked"))


def outcome_of(event: Event) -> tuple[Outcome, str | None]:
    """What became of the command that the fact tells of, and the refusal code where it was refused."""
    if event.TOPIC not in _TELLS_AN_OUTCOME:
        return "recorded", None
    match event:
        case CommandRefused():
            return "refused", event.code
        case DeliveryReleased() if event.outcome == "refused":
            return "refused", event.code
    return ("parked", None) if event.TOPIC == "delivery_parked" else ("recorded", None)


class Search(NamedTuple):
    """What the trail is searched by; None: by that not."""

    actor: str | None = None
    patient: str | None = None
    action: str | None = None
    """A topic or a command."""
    outcome: Outcome | None = None
    source: str | None = None
    """Facts that this system delivered."""
    practice: str | None = None
    """Facts that name the practice, or are about one of its patients."""
    since: Cell = None
    """Clocks `recorded` and `source`: microseconds. Clock `happened`: a date."""
    until: Cell = None
    clock: ClockName = "recorded"
    after: int = 0
    """Keyset: only positions behind this one."""
    as_of: int | None = None
    """Only positions up to this one."""
    limit: int = 100


_COLUMNS: Final[dict[ClockName, str]] = {
    "happened": "happened_on",
    "source": "source_recorded_at",
    "recorded": "recorded_at",
}
_BY_PRACTICE = (
    "(practice = ? OR patient IN (SELECT patient FROM patient_practices WHERE practice = ? AND position <= ?))"
)
_FOR_EVER: Final = 2**62


def search_query(search: Search) -> tuple[str, list[Cell]]:
    """The query and its values: at most `limit` facts and one more, which tells that there are further ones."""
    column = _COLUMNS[search.clock]
    # Whose patient somebody was is known as of the same position: an assignment learned later finds nothing.
    belongs: tuple[Cell, ...] = ()
    if search.practice is not None:
        belongs = (search.practice, search.practice, _FOR_EVER if search.as_of is None else search.as_of)
    conditions: list[tuple[str, tuple[Cell, ...]]] = [("position > ?", (search.after,))]
    if search.as_of is not None:
        conditions.append(("position <= ?", (search.as_of,)))
    if search.patient is None:
        conditions.append((_FIRST_OF_FACT, belongs * 2) if belongs else ("ordinal = 0", ()))
    for condition, value in (
        ("actor = ?", search.actor),
        ("patient = ?", search.patient),
        ("outcome = ?", search.outcome),
        ("source = ?", search.source),
        (f"{column} >= ?", search.since),
        (f"{column} <= ?", search.until),
    ):
        if value is not None:
            conditions.append((condition, (value,)))
    if search.action is not None:
        conditions.append(("(topic = ? OR command = ?)", (search.action, search.action)))
    if belongs and search.patient is not None:
        conditions.append((_BY_PRACTICE, belongs))
    query = AUDIT_TRAIL.select("WHERE " + " AND ".join(condition for condition, _ in conditions))
    values = [value for _, each in conditions for value in each]
    return f"{query} LIMIT ?", [*values, search.limit + 1]


# Of a read of several patients, the first row that belongs to the practice stands for the fact.
_FIRST_OF_FACT = (
    f"{_BY_PRACTICE} AND NOT EXISTS (SELECT 1 FROM audit_trail AS earlier"
    " WHERE earlier.position = audit_trail.position AND earlier.ordinal < audit_trail.ordinal"
    " AND (earlier.practice = ? OR earlier.patient IN"
    " (SELECT patient FROM patient_practices WHERE practice = ? AND position <= ?)))"
)

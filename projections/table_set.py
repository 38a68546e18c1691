"""The set of all projections, as one: one pass over the facts, one set of tables, one position.

Promise: all tables stand for the same position, so a join of two of them is an answer about one moment. A set carries
the versions of its projections in its name: another version is another set, which is made anew from position 0.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Final

from ledger.streams.base import EventLog, Fact
from ledger.streams.folding import FOLDINGS
from projections.audit_trail import AuditTrail
from projections.base import REBUILT, Changes, Projection, ReadModels, Rows, Statement, Table, state_root, text, whole
from projections.claims.states import ClaimStates
from projections.due_dates import DueDates
from projections.judged import RulebookOf
from projections.month_billing import MonthBilling
from projections.practice_patients import PracticePatients
from projections.programme_patients import ProgrammePatients
from projections.states import FACTS_MAX, States

PROJECTIONS: Final[tuple[type[Projection], ...]] = (
    *(MonthBilling, AuditTrail, PracticePatients),
    *(ProgrammePatients, DueDates, ClaimStates),
)
TABLES: Final[tuple[Table, ...]] = tuple(table for projection in PROJECTIONS for table in projection.tables)
SET_NAME: Final = "+".join(f"{projection.name}@{projection.version}" for projection in PROJECTIONS)
"""Under which the position is tracked."""

STOPPED: Final = Table("stopped", (*text("name"), *whole("position"), *text("because")), key=1)
"""Where a follower stopped and why; empty while all is well."""

_FOLDED: Final = frozenset({"patient", "care_plan", "care_month", "staff", "staff_day", "practice", "ledger", "claims"})
assert FOLDINGS.keys() >= _FOLDED


class Pass:
    """One pass over the facts from a position on: the folded states and every projection under construction."""

    def __init__(
        self,
        log: EventLog,
        models: ReadModels,
        rulebook_of: RulebookOf,
        *,
        after: int,
        is_rebuild: bool = False,
        facts_max: int = FACTS_MAX,
    ) -> None:
        self.suffix = REBUILT if is_rebuild else ""
        self.states = States(log, after=after, facts_max=facts_max)
        self.projections: tuple[Projection, ...] = (
            MonthBilling(self.states, rulebook_of, models, suffix=self.suffix, is_empty=after == 0),
            AuditTrail(),
            PracticePatients(),
            ProgrammePatients(),
            DueDates(self.states),
            ClaimStates(self.states),
        )

    @property
    def position(self) -> int:
        """The position of the last fact applied."""
        return self.states.position

    def apply(self, facts: Iterable[Fact]) -> None:
        """Apply facts in ledger order. A gap is a programmer's error: it would be a fact never seen."""
        states, steps = self.states, [projection.apply for projection in self.projections]
        for fact in facts:
            assert fact.position == states.position + 1, "facts are followed without a gap"
            tags = fact.event.tags()
            for tag in tags:
                if tag.partition("/")[0] in _FOLDED:
                    states.apply(tag, fact)
            states.position = fact.position
            for step in steps:
                step(fact, tags)

    def settle(self, *, due: bool) -> Iterator[Changes]:
        """Every change since the last time; months are judged when `due`, or when memory asks for it."""
        due = due or self.states.is_full
        for projection in self.projections:
            yield from projection.settle(due=due)
        if self.states.is_full:
            self.states.forget()


def creation(suffix: str = "") -> list[Statement]:
    """The statements that make every table of the set, empty."""
    return [statement for table in TABLES for statement in table.create(suffix)]


def removal(suffix: str) -> list[Statement]:
    """The statements that remove every table of the set."""
    return [(f"DROP TABLE IF EXISTS {table.name}{suffix}", ()) for table in TABLES]


def forgetting_others() -> Statement:
    """The statement that forgets the positions of other versions of the set: their tables are gone."""
    return "DELETE FROM tracking WHERE application_name LIKE '%@%' AND application_name <> ?", [(SET_NAME,)]


def indexing() -> list[Statement]:
    """The statements that make every index of the set."""
    return [statement for table in TABLES for statement in table.indexing()]


def stopped_creation() -> list[Statement]:
    """The statement that makes the note of where a follower stopped, where it is not there yet."""
    columns = ", ".join(f"{column.name} {column.kind}" for column in STOPPED.columns)
    return [(f"CREATE TABLE IF NOT EXISTS {STOPPED.name} ({columns}, PRIMARY KEY (name)) WITHOUT ROWID", ())]


def state_roots(models: Rows, suffix: str = "") -> dict[str, str]:
    """The root of each table's rows by table name; equal roots mean equal rows."""
    return {table.name: state_root(models.rows(table.select(suffix=suffix))) for table in TABLES if table.answers}


def set_root(position: int, roots: Mapping[str, str]) -> str:
    """The state root of the whole set: SHA-256 over version, position and each table's name and root, a line each."""
    lines = (SET_NAME, str(position), *(f"{table} {root}" for table, root in sorted(roots.items())))
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def tracked_position(models: Rows) -> int:
    """The position that the rows stand for, read in the same state as they are."""
    found = models.rows("SELECT notification_id FROM tracking WHERE application_name = ?", (SET_NAME,))
    return int(found[0][0]) if found else 0

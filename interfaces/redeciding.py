"""`verify --redecide`: the facts of an open ledger, opened and put to the deciders once more.

Promise: nothing is written; memory does not grow with the ledger. Facts that are damaged are not decided again:
LedgerDamaged, as for any reader.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from commands.redeciding.recorded import Told
from commands.redeciding.replaying import Ground
from commands.redeciding.run import Difference, Redeciding

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.store.connection import Ledger
    from ledger.terms.ports import Zones

PAGE: Final = 512
FINDINGS_MAX: Final = 1_000
Progress = Callable[[int, int], None]


class Redecided(NamedTuple):
    """What came of it."""

    differences: tuple[Difference, ...]
    further: int
    """Differences past the first thousand, counted only."""
    commands: int
    """How many commands were decided again."""
    facts: int
    """How many facts they had left."""
    uncovered: tuple[tuple[str, int], ...]
    """Facts of which no command can be rebuilt, by what they are."""
    by_command: tuple[tuple[str, int], ...] = ()
    """How many commands of each name were decided again."""

    @property
    def is_same(self) -> bool:
        """Whether every command that was decided again decided as recorded."""
        return not self.differences


def redecide(session: "Session", progress: Progress | None = None) -> Redecided:
    """Put every recorded command to the deciders. `progress` is told (facts done, facts in all) now and then."""
    return redecide_ledger(session.log, session.zones, progress)


def redecide_ledger(log: "Ledger", zones: "Zones", progress: Progress | None = None) -> Redecided:
    """The same of a ledger by itself."""
    total = log.refresh()
    run = Redeciding(Ground(log, zones, simulated=log.simulated))
    names: Counter[str] = Counter()
    uncovered: Counter[str] = Counter()
    found: list[Difference] = []
    further = facts = 0
    for step in run.steps(told(log, total, progress)):
        recorded = step.recorded
        if step.uncovered is not None:
            uncovered[step.uncovered] += len(recorded.facts)
            continue
        names[recorded.name] += 1
        facts += len(recorded.facts)
        if step.differs and len(found) < FINDINGS_MAX:
            found.append(Difference(recorded.position, recorded.name, step.differs))
        elif step.differs:
            further += 1
    return Redecided(
        tuple(found), further, names.total(), facts, tuple(sorted(uncovered.items())), tuple(sorted(names.items()))
    )


def told(log: "Ledger", until: int, progress: Progress | None) -> Iterator[Told]:
    """The facts up to a position in order, each with its words opened; a page at a time."""
    after, mapper = 0, log.mapper
    while after < until:
        for row in log.follow_rows(after, min(PAGE, until - after)):
            fact = mapper.fact(row)
            opened = mapper.open_words(fact.event, row.state) if fact.event.sealing() else fact.event
            yield Told(fact, opened)
            after = row.position
        if progress is not None:
            progress(after, until)

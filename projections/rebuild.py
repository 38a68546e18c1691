"""Rebuilding the read models from position 0, beside the ones in use, and putting them in place in one step.

Promise: readers see the old rows until all new ones are there; a rebuild that is interrupted, or overtaken by another
one, leaves the old ones as they are. The rows are equal, byte for byte, to those of a follower that saw the same facts
(`state_roots` compares). Not promised: that a follower waits; what is appended meanwhile is projected by the next pull.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from ledger.terms.errors import LedgerDamaged, StoreUnavailable
from projections.base import REBUILT, FollowedLog, ReadModels, Statement
from projections.judged import AdoptedRulebooks, RulebookOf
from projections.states import FACTS_MAX, uncollected
from projections.table_set import (
    SET_NAME,
    STOPPED,
    TABLES,
    Pass,
    creation,
    forgetting_others,
    removal,
    set_root,
    state_roots,
    stopped_creation,
    tracked_position,
)

BATCH: Final = 4_000
CLAIM: Final = "rebuild"
"""Under which the number of the newest rebuild is tracked, so that of two at once the older one gives up."""

Progress = Callable[[int, int], None]


class Rebuilt(NamedTuple):
    """The position that the rebuilt rows stand for, and how many of them there are by table."""

    position: int
    rows: tuple[tuple[str, int], ...]


def rebuild(
    log: FollowedLog,
    models: ReadModels,
    *,
    rulebook_of: RulebookOf | None = None,
    progress: Progress | None = None,
    facts_max: int = FACTS_MAX,
) -> Rebuilt:
    """Make every table anew and swap them in. Raises what the projections raise; the tables in use then stay.

    `progress` is told (position, head) after each batch. Of two rebuilds at once the older raises StoreUnavailable.
    """
    number = _claim(models)
    # The folded states are gone before collection begins again: it would walk all of them for nothing.
    with uncollected():
        position = _fill(log, models, number, rulebook_of or AdoptedRulebooks(), None, progress, facts_max)
    _swap(models, position, number)
    counted = ((table.name, models.rows(f"SELECT COUNT(*) FROM {table.name}")[0][0]) for table in TABLES)
    return Rebuilt(position, tuple(counted))


class Agreement(NamedTuple):
    """The roots of the rows in use and of the same rows recomputed, by table, at one position."""

    version: str
    """The projections and their versions: another version makes other rows of the same facts."""
    position: int
    kept: tuple[tuple[str, str], ...]
    recomputed: tuple[tuple[str, str], ...]

    @property
    def root(self) -> str:
        """The state root of what the facts give: of one position and version, every rebuild anywhere gives the same."""
        return set_root(self.position, dict(self.recomputed))

    @property
    def differing(self) -> tuple[str, ...]:
        """The tables whose rows are not what the facts make of them; empty where all is well."""
        return tuple(name for (name, kept), (_, again) in zip(self.kept, self.recomputed, strict=True) if kept != again)


def agreement(
    log: FollowedLog,
    models: ReadModels,
    *,
    rulebook_of: RulebookOf | None = None,
    progress: Progress | None = None,
    facts_max: int = FACTS_MAX,
) -> Agreement:
    """Recompute every row as of the position of those in use, and compare; nothing in use is changed."""
    with models.at_one_moment() as now:
        position = tracked_position(now)
        kept = state_roots(now) if position else {}
    log.refresh()
    number = _claim(models)
    with uncollected():
        _fill(log, models, number, rulebook_of or AdoptedRulebooks(), position, progress, facts_max)
    again = state_roots(models, REBUILT) if position else {}
    _ours(models.write(CLAIM, expected=number, position=number, statements=removal(REBUILT)))
    return Agreement(SET_NAME, position, tuple(kept.items()), tuple(again.items()))


def _fill(
    log: FollowedLog,
    models: ReadModels,
    number: int,
    rulebook_of: RulebookOf,
    until: int | None,
    progress: Progress | None,
    facts_max: int,
) -> int:
    """Project every fact, or those up to `until`, into the tables under construction; answers their position."""
    head = log.refresh() if until is None else until
    made = Pass(log, models, rulebook_of, after=0, is_rebuild=True, facts_max=facts_max)
    while made.position < head:
        facts = log.follow(made.position, min(BATCH, head - made.position))
        if not facts:
            gone = f"Position {made.position + 1} is gone from the ledger."
            raise LedgerDamaged(gone, "Stop writing, keep this disk, and run `ccm-ledger verify`.")
        made.apply(facts)
        _put(models, made, number, is_last=made.position >= head)
        if progress is not None:
            progress(made.position, head)
    return made.position


def _claim(models: ReadModels) -> int:
    """The number of this rebuild, with empty tables to fill."""
    while True:
        last = models.position(CLAIM)
        number = (last or 0) + 1
        if models.write(CLAIM, expected=last, position=number, statements=[*creation(REBUILT), *stopped_creation()]):
            return number


def _put(models: ReadModels, made: Pass, number: int, *, is_last: bool) -> None:
    """Write what the batch changed. Judging each month once, at the end, is what makes a rebuild fast."""
    for change in made.settle(due=is_last):
        _ours(models.write(CLAIM, expected=number, position=number, statements=change.statements(REBUILT)))


def _swap(models: ReadModels, position: int, number: int) -> None:
    swapping = [statement for table in TABLES for statement in table.swap()]
    forgotten: Statement = (f"DELETE FROM {STOPPED.name} WHERE name = ?", [(SET_NAME,)])
    statements = [*swapping, forgotten, forgetting_others()]
    _ours(models.replace(SET_NAME, position=position, under=(CLAIM, number), statements=statements))


def _ours(is_ours: bool) -> None:
    if not is_ours:
        raise StoreUnavailable(
            "Another rebuild began while this one ran; the read models in use were not changed by this one.",
            "Wait for the other rebuild, or run this one again.",
        )

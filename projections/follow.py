"""Following the ledger by position: read models kept up with the facts, a batch at a time.

Promise: rows and position move together; two followers at once never mix their work (the one that comes second sees it
and goes on from there); a follower that is killed resumes from the tracked position. An error stops the follower at the
position before the fact that it cannot project and is shown as stale: nothing is skipped, nothing is logged and passed
over. Not promised: that rows are current; `pull` says which position they stand for, and which one the ledger has.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from ledger.terms.errors import LedgerDamaged, LedgerError, OutcomeUnknown, StoreUnavailable
from projections.base import FollowedLog, ReadModels
from projections.judged import AdoptedRulebooks, RulebookOf
from projections.states import FACTS_MAX, uncollected
from projections.table_set import SET_NAME, STOPPED, Pass, creation, forgetting_others, indexing, stopped_creation

BATCH: Final = 10_000
"""A month that moved several times in a batch is judged once."""


class Stopped(NamedTuple):
    """Where following stopped and why: the position that could not be projected, and the kind of error."""

    position: int
    because: str


class Pulled(NamedTuple):
    """What a pull came to: the position of the rows, the position of the ledger, and whether it stopped on the way."""

    position: int
    head: int
    stopped: Stopped | None

    @property
    def is_stale(self) -> bool:
        """Whether the rows stand for an earlier position than the ledger's."""
        return self.position < self.head


class Follower:
    """Keeps the read models of one ledger up with it. One object per process and ledger; no thread shares it."""

    def __init__(
        self,
        log: FollowedLog,
        models: ReadModels,
        *,
        rulebook_of: RulebookOf | None = None,
        batch: int = BATCH,
        facts_max: int = FACTS_MAX,
    ) -> None:
        self._log = log
        self._models = models
        self._rulebook_of = rulebook_of or AdoptedRulebooks()
        self._batch = batch
        self._facts_max = facts_max
        self._pass: Pass | None = None
        models.run(stopped_creation())

    def pull(self, progress: Callable[[int, int], None] | None = None) -> Pulled:
        """Project everything that the ledger holds now. `progress` is told (position, head) after each batch."""
        head = self._log.refresh()
        position = self._made()
        while position < head:
            try:
                position = self._step(position, min(self._batch, head - position))
            except (StoreUnavailable, OutcomeUnknown):
                raise
            except Exception:  # noqa: BLE001 - whatever it is, it is pinned to its position and shown, not passed over
                position, stopped = self._step_by_step(position, min(self._batch, head - position))
                if stopped:
                    self._note(stopped)
                    return Pulled(position, head, stopped)
            if progress is not None:
                progress(position, head)
        self._note(None)
        return Pulled(position, head, None)

    def follow(self, wait: Callable[[], bool]) -> Pulled:
        """Pull until `wait`, called between pulls, answers False. Answers what the last pull came to."""
        pulled = self.pull()
        while wait():
            pulled = self.pull()
        return pulled

    def standing(self) -> Pulled:
        """The standing of the rows as they are, without pulling."""
        rows = self._models.rows(f"SELECT position, because FROM {STOPPED.name} WHERE name = ?", (SET_NAME,))
        stopped = Stopped(*rows[0]) if rows else None
        return Pulled(self._models.position(SET_NAME) or 0, self._log.refresh(), stopped)

    def _made(self) -> int:
        """The tracked position; a set of tables that was never made, or is of another version, is begun at 0."""
        position = self._models.position(SET_NAME)
        if position is None:
            statements = [*creation(), *indexing(), forgetting_others()]
            self._models.write(SET_NAME, expected=None, position=0, statements=statements)
            position = self._models.position(SET_NAME) or 0
        return position

    def _step(self, position: int, limit: int) -> int:
        """Project one batch from `position`; answers the position then reached, by whomever."""
        made = self._pass
        if made is None or made.position != position:
            made = self._new_pass(position)
        # Whatever goes wrong below, half-applied states are not used again.
        self._pass = None
        facts = self._log.follow(position, limit)
        if not facts:
            raise LedgerDamaged(f"Position {position + 1} is gone from the ledger.", "Run `ccm-ledger verify`.")
        with uncollected():
            made.apply(facts)
            changes = made.settle(due=True)
            statements = [statement for change in changes for statement in change.statements("")]
        if not self._models.write(SET_NAME, expected=position, position=made.position, statements=statements):
            return self._made()
        self._pass = made
        return made.position

    def _step_by_step(self, position: int, limit: int) -> tuple[int, Stopped | None]:
        """Project a batch that failed fact by fact, so that everything before the fault is projected."""
        until = position + limit
        while position < until:
            try:
                position = self._step(position, 1)
            except (StoreUnavailable, OutcomeUnknown):
                raise
            except Exception as error:  # noqa: BLE001 - shown at its position
                return position, Stopped(position + 1, because(error))
        return position, None

    def _new_pass(self, position: int) -> Pass:
        return Pass(self._log, self._models, self._rulebook_of, after=position, facts_max=self._facts_max)

    def _note(self, stopped: Stopped | None) -> None:
        known = self._models.rows(f"SELECT position, because FROM {STOPPED.name} WHERE name = ?", (SET_NAME,))
        if stopped and known != [tuple(stopped)]:
            self._models.run((STOPPED.put([(SET_NAME, *stopped)]),))
        elif known and not stopped:
            self._models.run(((f"DELETE FROM {STOPPED.name} WHERE name = ?", [(SET_NAME,)]),))


def because(error: Exception) -> str:
    """An error in words that name nobody: the ledger's own errors say what happened, others only their kind."""
    return error.happened if isinstance(error, LedgerError) else f"programming error: {type(error).__name__}"

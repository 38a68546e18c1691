"""The ledger's own checkpoints in their order, with what was put under them: cosignatures and timestamps.

Promise: each checkpoint is opened by the judge, each line and timestamp under it is held against it, and numbers that
are missing are named. What the ledger's clock saw says before when no later fact can be dated, and what it signed says
when the checkpoint was made, whatever its row says. Not promised: that the facts lead to them; they are compared once
the facts were read.
"""

from collections.abc import Iterator
from typing import Final

from ledger.store.checkpoints.sealing import FACTS_AT_ONCE
from ledger.store.checkpoints.timestamping import TrustedRoots
from ledger.store.engine import Snapshot
from ledger.store.fsck_fact import Verdict
from ledger.store.verifying.naming import Finding, Named, usual_name
from ledger.store.verifying.opening import Anchor, Judge
from ledger.store.verifying.own_notes import Below
from ledger.store.verifying.own_stamps import Stamps
from ledger.store.verifying.quick import Seen
from ledger.terms.calendar import CLOCK_DIFFERENCE

_MICROSECONDS: Final = 1_000_000
_DIFFERENCE: Final = int(CLOCK_DIFFERENCE.total_seconds()) * _MICROSECONDS


class OwnCheckpoints:
    """Opens them one behind the other."""

    def __init__(self, judge: Judge, roots: TrustedRoots, *, is_simulated: bool) -> None:
        """`roots` are those of the trusted authorities; where the ledger is simulated, no clock says anything."""
        self._judge = judge
        self._roots = roots
        self._is_simulated = is_simulated
        self.size = 0
        """How many facts they say are sealed."""
        self.seen: list[Seen] = []
        """Those behind which no fact can be dated before."""

    def opened(self, stored: Snapshot) -> Iterator[Anchor | Finding]:
        """What each is evidence of, or why it is none; and what is wrong with what lies under it."""
        below, stamps = Below(stored), Stamps(stored, self._roots)
        number = 0
        is_whole = True
        for row in stored.log_checkpoints():
            if row[0] != number + 1:
                words = f"Checkpoints are missing: {number + 1} to {row[0] - 1}."
                yield Finding(Verdict.CHECKPOINT_DIFFERS, None, None, words, Named.DELETED)
            number, stated, note, made_at = row
            source = f"the ledger's checkpoint {number}"
            if not isinstance(note, bytes) or not isinstance(stated, int) or stated < self.size:
                words = f"The ledger's checkpoint {number} does not follow the one before it."
                yield Finding(Verdict.NOTE_DAMAGED, None, None, words, usual_name(Verdict.NOTE_DAMAGED))
                continue
            # Of a sealing in several steps each but the last leaves facts that were there already to the next.
            is_last, is_whole = is_whole, stated - self.size != FACTS_AT_ONCE
            self.size = stated
            found = self._judge.open(note, source, is_own=True, size=stated)
            yield found
            if isinstance(found, Anchor) and not self._is_simulated:
                yield from _dated(made_at, self._judge.clock_said(note), source)
            yield from self._judge.cosigned(note, below.lines(number), source)
            yield from stamps.trouble(number, note, source)
            if isinstance(found, Anchor) and is_last and is_whole and not self._is_simulated:
                self.seen.append(Seen(stated, self._judge.heard * _MICROSECONDS - _DIFFERENCE))


def _dated(made_at: object, said: int | None, source: str) -> Iterator[Finding]:
    """What is wrong with the time in a checkpoint's row, given the second that the clock signed with it.

    The sealer stores just that second. Before it did, it stored its clock as it read: never later than the second, and
    earlier by no more than clocks may differ.
    """
    if said is None:
        return
    second = said * _MICROSECONDS
    if not isinstance(made_at, int) or not second - _DIFFERENCE <= made_at < second + _MICROSECONDS:
        words = f"The row of {source} says that it was made at another time than the ledger's clock signed."
        yield Finding(Verdict.NOTE_DAMAGED, None, None, words, Named.EDITED)

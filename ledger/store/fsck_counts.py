"""The counts of refusals against the facts that closed them: a count only goes up, and what was closed stays covered.

Promise: a count that is lower than a fact says, or that belongs to another refusal, is a finding; one that rose after
its day was closed is told. Memory grows with those that rose alone.
"""

from collections.abc import Callable

from ledger.store.body import decode_body
from ledger.store.fsck_fact import Issue, StoredFact, Verdict
from ledger.streams.reviews import RefusalsCounted
from ledger.terms.errors import LedgerError

Kept = Callable[[str], tuple[int, int] | None]
"""Position and count that stand under a token."""


class CountChecker:
    """Compares closings with the counts beside the facts, in the order of the facts."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._risen: set[str] = set()

    @property
    def risen(self) -> int:
        """How many counts rose after the newest fact that closed them."""
        return len(self._risen)

    def issue(self, row: StoredFact) -> Issue | None:
        """What does not agree with a count that the fact closed; None where all is well, or it closed none."""
        if row.topic != RefusalsCounted.TOPIC:
            return None
        try:
            closed = RefusalsCounted.model_validate_json(decode_body(row.state).clear)
        except (LedgerError, ValueError):
            return None  # the fact itself is damaged, and that is a finding already
        position, count = self._kept(closed.count) or (0, 0)
        self._risen.discard(closed.count)
        if position != closed.refusal or count < closed.times:
            return Issue(
                Verdict.COUNT_DIFFERS,
                f"The fact counts a refusal {closed.times} times, and what is counted beside the facts is {count}.",
            )
        if count > closed.times:
            self._risen.add(closed.count)
        return None

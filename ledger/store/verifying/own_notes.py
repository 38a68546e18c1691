"""What the ledger itself holds of its log's signers: the keys that its facts adopt, and lines under its checkpoints.

Promise: what cannot be read is passed over here; the facts and the notes themselves are checked elsewhere. Not
promised: that a key or a line may be trusted; opening.py judges.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ledger.proof.note import Signature, VerifierKey
from ledger.store.checkpoints.keyring import verifier_of
from ledger.store.checkpoints.notes import signature_of
from ledger.store.checkpoints.rows import StoredCosignature
from ledger.store.checkpoints.tiles import WIDTH
from ledger.store.connection import Ledger
from ledger.store.engine import Snapshot
from ledger.streams.governance import LedgerOpened
from ledger.streams.log_keys import LogKeys, evolve_log_keys
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram
from ledger.terms.identity import LEDGER_TAG

SECONDS_BYTES = 8
MICROSECONDS = 1_000_000


class OwnWord(NamedTuple):
    """What the ledger's facts say of the ledger itself."""

    keys: Mapping[VerifierKey, int | None]
    """Every key that they adopt, and the position of the fact that retired it, if one did."""
    is_simulated: bool
    """Whether its facts are dated by their input, so that no clock says anything of them."""


def own_word(ledger: Ledger) -> OwnWord:
    """The keys of the log, and whether the ledger is simulated; facts that cannot be read are found elsewhere."""
    state, after = LogKeys(), 0
    opening: LedgerOpened | None = None
    tag_id = ledger.engine.heads_of((LEDGER_TAG,)).get(LEDGER_TAG, (0, 0))[0]
    while tag_id and (rows := ledger.engine.stream(tag_id, after=after, until=None, limit=WIDTH)):
        for row in rows:
            try:
                fact = ledger.mapper.fact(row)
            except (LedgerDamaged, NeedsNewerProgram, ValueError):
                continue
            state = evolve_log_keys(state, fact)
            if opening is None and isinstance(fact.event, LedgerOpened):  # another one opens nothing
                opening = fact.event
        after = rows[-1].seq
    return OwnWord({verifier_of(key): key.retired_at for key in state.keys}, opening is not None and opening.simulated)


class Below:
    """The lines under the checkpoints, in step with them."""

    def __init__(self, stored: Snapshot) -> None:
        self._rows = map(StoredCosignature._make, stored.log_cosignatures())
        self._next = next(self._rows, None)

    def lines(self, number: int) -> Iterator[Signature]:
        """The lines under a checkpoint; those that are none, or not what their row says, say nothing."""
        while self._next is not None and self._next.checkpoint < number:
            self._next = next(self._rows, None)
        while self._next is not None and self._next.checkpoint == number:
            row, self._next = self._next, next(self._rows, None)
            try:
                line = signature_of(row)
                seconds = int.from_bytes(line.data[:SECONDS_BYTES], "big")
                agrees = (row.key_id, row.at) == (line.key_id, seconds * MICROSECONDS)
                yield line if agrees else line._replace(data=b"")
            except (ValueError, AttributeError):
                yield Signature(row.name, bytes(4), b"")

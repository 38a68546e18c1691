"""What the ledger itself holds of its log's signers: the keys that its facts adopt, and lines under its checkpoints.

Promise: what cannot be read is passed over here; the facts and the notes themselves are checked elsewhere. Not
promised: that a key or a line may be trusted; opening.py judges.
"""

from collections.abc import Iterator, Mapping

from ledger.proof.note import Signature, VerifierKey
from ledger.store.checkpoints.keyring import verifier_of
from ledger.store.checkpoints.notes import signature_of
from ledger.store.checkpoints.rows import StoredCosignature
from ledger.store.checkpoints.tiles import WIDTH
from ledger.store.connection import Ledger
from ledger.store.engine import Snapshot
from ledger.streams.log_keys import LogKeys, evolve_log_keys
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram
from ledger.terms.identity import LEDGER_TAG

SECONDS_BYTES = 8
MICROSECONDS = 1_000_000


def adopted_keys(ledger: Ledger) -> Mapping[VerifierKey, int | None]:
    """Every key that the ledger's facts adopt, and the position of the fact that retired it, if one did.

    Facts that cannot be read are passed over, and found elsewhere.
    """
    state, after = LogKeys(), 0
    tag_id = ledger.engine.heads_of((LEDGER_TAG,)).get(LEDGER_TAG, (0, 0))[0]
    while tag_id and (rows := ledger.engine.stream(tag_id, after=after, until=None, limit=WIDTH)):
        for row in rows:
            try:
                state = evolve_log_keys(state, ledger.mapper.fact(row))
            except (LedgerDamaged, NeedsNewerProgram, ValueError):
                continue
        after = rows[-1].seq
    return {verifier_of(key): key.retired_at for key in state.keys}


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

"""Timestamps in the ledger's own database: whether each is what its row says, and about its checkpoint.

Promise: a token whose bytes, time or place were changed is named `edited`; where the roots of authorities are named,
one that none of these signed is `unknown_key`. Not promised: without roots, that an authority signed a token at all:
whoever has the database can put one of his own there, and a timestamp that is gone is missed by nobody.
"""

from collections.abc import Iterator
from hashlib import sha256

from ledger.proof.note import BadNote, parse_note
from ledger.store.checkpoints.rows import StoredTimestamp
from ledger.store.checkpoints.timestamping import (
    TimestampRefused,
    TrustedRoots,
    checked,
    in_response,
    is_about,
    said_at,
)
from ledger.store.engine import Snapshot
from ledger.store.fsck_fact import Verdict
from ledger.store.instants import to_micros
from ledger.store.verifying.naming import Finding, Named


class Stamps:
    """The timestamps of checkpoints, in step with them."""

    def __init__(self, stored: Snapshot, roots: TrustedRoots) -> None:
        self._roots = roots
        self._rows = map(StoredTimestamp._make, stored.log_timestamps())
        self._next = next(self._rows, None)

    def trouble(self, number: int, note: bytes, source: str) -> Iterator[Finding]:
        """What is wrong with the timestamps of one checkpoint; `note` as it is stored."""
        while self._next is not None and self._next.checkpoint <= number:
            row, self._next = self._next, next(self._rows, None)
            if row.checkpoint == number and (found := self._judged(row, note, source)) is not None:
                yield found

    def _judged(self, row: StoredTimestamp, note: bytes, source: str) -> Finding | None:
        try:
            text = parse_note(note).text
        except BadNote:
            return None  # said of the note itself
        if not _is_as_kept(row, text):
            words = f"A timestamp of {source} is not what was kept: it, its row, or the checkpoint was changed."
            return Finding(Verdict.TIMESTAMP_DIFFERS, None, None, words, Named.EDITED)
        if self._roots and not _is_signed(row, text, self._roots):
            words = f"A timestamp of {source} is signed by no authority whose root was named."
            return Finding(Verdict.SIGNER_UNKNOWN, None, None, words, Named.UNKNOWN_KEY)
        return None


def _is_as_kept(row: StoredTimestamp, text: str) -> bool:
    """Whether the token has the digest and the time of its row, and names this checkpoint."""
    try:
        response = in_response(row.token)
        says_so = is_about(response, text) and to_micros(said_at(response)) == row.at
        return says_so and sha256(row.token).digest() == row.digest
    except (TimestampRefused, TypeError):  # SQLite holds anything in a column
        return False


def _is_signed(row: StoredTimestamp, text: str, roots: TrustedRoots) -> bool:
    try:
        checked(in_response(row.token), text, roots)
    except TimestampRefused:
        return False
    return True

"""A forger with the database and its keys in his hands: facts rewritten so that every digest and leaf agrees again."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from interfaces.redeciding import Redecided, redecide_ledger
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.proof.leaf import blinded, decode_prefix, encode_prefix, encode_tail, leaf_hash
from ledger.store.body import decode_body, encode_body
from ledger.store.connection import open_ledger
from ledger.store.fsck import verify
from tests.house import KEY
from tests.store.tampering import Run, Tamper, tamper

Change = Callable[[dict[str, Any]], object]
"""Changes the JSON of an envelope, or of the clear part of a fact."""


def rewritten(place: Path, position: int, clear: Change | None = None, *, envelope: Change | None = None) -> None:
    """Rewrite a fact of a closed ledger so that nothing in its bytes shows it."""
    tamper(place, _rewriting(position, clear, envelope))


def found_in(place: Path, *, is_whole: bool = True) -> Redecided:
    """What deciding again finds in a closed ledger; its bytes are whole, if not said otherwise."""
    with open_ledger(place, master_key=KEY, clock=SimulatedClock(), ids=SystemIds()) as log:
        assert verify(log).is_sound is is_whole
        return redecide_ledger(log, PinnedZones())


def position_of(place: Path, topic: str) -> int:
    """Where the first fact of a kind stands."""
    with open_ledger(place, master_key=KEY, clock=SimulatedClock(), ids=SystemIds()) as log:
        return next(fact.position for fact in log.follow(0, 1_000) if fact.event.TOPIC == topic)


def _rewriting(position: int, clear: Change | None, envelope: Change | None) -> Tamper:
    def tamper_with(run: Run) -> None:
        ((state, prefix, at),) = run(
            "SELECT state, prefix, recorded_at FROM stored_events WHERE rowid = ?", (position,)
        )
        body = decode_body(bytes(state))
        said = _changed(body.envelope, envelope), _changed(body.clear, clear)
        assert said != (body.envelope, body.clear)
        envelope_digest, clear_digest = sha256(said[0]).digest(), sha256(said[1]).digest()
        header = encode_prefix(decode_prefix(bytes(prefix))._replace(envelope=envelope_digest, clear=clear_digest))
        tags = run(
            "SELECT tag, seq, salt FROM event_tags NATURAL JOIN tags WHERE position = ? ORDER BY ordinal", (position,)
        )
        tail = encode_tail(position - 1, at, [(blinded(tag, bytes(salt)), seq) for tag, seq, salt in tags])
        whole = (encode_body(*said, body.parts), header, leaf_hash(header, tail), position)
        run("UPDATE stored_events SET state = ?, prefix = ?, leaf = ? WHERE rowid = ?", whole)

    return tamper_with


def _changed(content: bytes, change: Change | None) -> bytes:
    if change is None:
        return content
    said = json.loads(content)
    change(said)
    return json.dumps(said, separators=(",", ":")).encode()

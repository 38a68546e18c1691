"""Maps of completeness at the edge: the map of now put on record by the ledger's machine, and packets that prove one.

Promise: the fact of a map is appended before its tables are written; of two makers at once one finds that the other was
faster. A packet holds headers and the tags that say whose they are, the map's root and no other content. Not promised:
that the facts are all that happened: they are all that this ledger was told.
"""

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger.proof.bill import FORMAT
from ledger.proof.completeness import subjects_of
from ledger.store.body import decode_body
from ledger.store.checkpoints.completing import Completeness, CompletenessProof, FactClassName
from ledger.store.checkpoints.keyring import log_keys_of, verifier_of
from ledger.store.checkpoints.leaves import headers
from ledger.store.checkpoints.proving import Prover
from ledger.store.checkpoints.rows import LogStore
from ledger.store.completeness_map import class_of
from ledger.store.connection import Ledger
from ledger.terms.calendar import stored_instant
from ledger.terms.outcome import Refused

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.proof.completeness import Map

HEADERS_MAX: Final = 4_096
"""How many facts may lie between a map and the checkpoint: a header of each goes into the packet."""
_OF_PATIENT: Final = ("patient", "care_plan", "claims", "refusals", "accessed", "reviewed", "erasure")


class Recorded(NamedTuple):
    """A map on record."""

    position: int
    said: "Map"
    is_new: bool
    """Whether it was put on record now."""


class Packet(NamedTuple):
    """A packet ready to be written, and what it proves."""

    text: str
    facts: int
    behind: int
    """How many facts stand between the map and the checkpoint."""


def commit_map(session: "Session") -> Recorded | Refused:
    """Put the map of everything that is there on record; the newest one where nothing came behind it.

    LedgerDamaged where a fact is gone; a refusal where the machine does not hold its role.
    """
    machine = session.machine()  # its own facts, where it is new, are counted too
    completeness = Completeness(session.log)
    grown = completeness.next_map()
    newest = completeness.newest()
    if newest.map is not None and newest.position >= grown.said.up_to:
        return _on_record(completeness, is_new=False)
    depth, up_to, entries, root = grown.said
    data = {"depth": depth, "up_to": up_to, "entries": entries, "root": root.hex()}
    line: dict[str, Any] = {"v": 1, "key": f"completeness/{up_to}", "command": "map_completeness", "data": data}
    if session.simulated:
        line["clock"] = stored_instant(session.clock.now())
    (answer,) = machine.handle([machine.read(json.dumps(line).encode())])
    if answer.refusal is not None and answer.refusal.code != "exists_with_different_content":
        return answer.refusal
    session.log.refresh()
    recorded = _on_record(completeness, is_new=answer.outcome == "accepted")
    if recorded.said == grown.said:
        completeness.write(grown)
    return recorded


def packet_of(log: Ledger, patient: str, month: str | None, classes: tuple[FactClassName, ...]) -> Packet | None:
    """The packet that proves completeness of a patient, or patient-month, under the last checkpoint.

    None where no checkpoint covers a map, or too many facts came behind it.
    """
    store = log.engine.log_store()
    prover = Prover(store)
    state = prover.state()
    size = 0 if state is None else state.checkpoint.size
    subject = f"patient/{patient}" if month is None else f"care_month/{patient}/{month}"
    completeness = Completeness(log)
    proofs = [proof for name in classes if (proof := completeness.proof(subject, name, size))]
    if state is None or not proofs or size - proofs[0].up_to > HEADERS_MAX:
        return None
    up_to, at = proofs[0].up_to, proofs[0].map
    own = [row.position for row in rows_about(log, patient, month, size)]
    shown = [*(position for position in own if position <= up_to), *range(up_to + 1, size + 1)]
    made = (_shown(store, prover, position, subject, size, is_map=position == at) for position in shown)
    facts = [fact for fact_class, fact in made if fact["position"] > up_to or fact_class in classes]
    whole: dict[str, Any] = {
        "format": FORMAT,
        "ledger": log.ledger_id,
        "claim": None,
        "checkpoint": state.note.decode(),
        "timestamps": [_base64(each.token) for each in store.timestamps(state.number)],
        "keys": [verifier_of(key).render() for key in log_keys_of(log).keys],
        "facts": facts,
        "completeness": [_proof_json(proof) for proof in proofs],
        "readings": [],
        "derivation": {},
    }
    mine = sum(bool(fact["tags"]) for fact in facts)
    return Packet(json.dumps(whole, separators=(",", ":")) + "\n", mine, size - up_to)


def rows_about(log: Ledger, patient: str, month: str | None, size: int) -> list[Any]:
    """The rows of every stream that makes a fact one of the patient, or of the month; none twice."""
    if month is None:
        names = [f"{kind}/{patient}" for kind in _OF_PATIENT]
        names += log.tags_starting(f"care_month/{patient}/")
    else:
        names = [f"care_month/{patient}/{month}"]
    heads = log.engine.heads_of(names)
    return log.engine.together([tag_id for tag_id, _ in heads.values()], until=size)


def _on_record(completeness: Completeness, *, is_new: bool) -> Recorded:
    from ledger.store.checkpoints.completing import said_by  # noqa: PLC0415 - loaded by now

    newest = completeness.newest()
    assert newest.map is not None, "a map was just found or recorded"
    return Recorded(newest.position, said_by(newest.map), is_new)


def _shown(
    store: LogStore, prover: Prover, position: int, subject: str, size: int, *, is_map: bool
) -> tuple[str, dict[str, Any]]:
    """The class of a fact, and the fact as its header, with one tag that says that it is the subject's, where one does.

    Only the fact of the map shows what is written in it.
    """
    batch = store.headers(position - 1, position)
    (header,) = headers(batch)
    _, _, _, _, state, _, prefix, _ = batch.facts[0]
    body = decode_body(state)
    tags = [
        {"tag": tag, "salt": salt.hex(), "seq": seq}
        for _, _, tag, seq, salt in batch.members
        if subject in subjects_of((tag,))
    ]
    return class_of(prefix), {
        "position": position,
        "header": _base64(header),
        "path": [_base64(node) for node in prover.inclusion(position, size)],
        "tags": tags[:1],
        "envelope": None,
        "clear": body.clear.decode() if is_map else None,
        "parts": [None for _ in body.parts],
    }


def _proof_json(proof: CompletenessProof) -> dict[str, Any]:
    return {
        "subject": proof.subject,
        "class": proof.fact_class,
        "map": proof.map,
        "depth": proof.depth,
        "entries": _base64(proof.entries),
        "path": [_base64(node) for node in proof.path],
    }


def _base64(content: bytes) -> str:
    return b64encode(content).decode()

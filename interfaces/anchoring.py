"""What files with proofs stand on: the ledger's last checkpoint, with all that was put under it, and paths to its root.

Promise: paths lead to the root of the very checkpoint that is handed out, and a map of completeness is one that it
covers. Not promised: that anybody outside has seen that checkpoint; the cosignatures and timestamps beside it say who
has.
"""

from interfaces.completing import rows_about
from ledger.store.checkpoints.completing import Completeness
from ledger.store.checkpoints.keyring import log_keys_of, verifier_of
from ledger.store.checkpoints.proving import Prover
from ledger.store.completeness_map import class_of
from ledger.store.connection import Ledger
from projections.exports.bill import Anchor, MapProof


def anchor_of(log: Ledger) -> Anchor | None:
    """The last checkpoint; None where nothing is sealed yet. LedgerDamaged where its tiles are not whole."""
    store = log.engine.log_store()
    prover = Prover(store)
    state = prover.state()
    if state is None or not state.checkpoint.size:
        return None
    size, completeness = state.checkpoint.size, Completeness(log)

    def counted(subject: str) -> MapProof | None:
        proof = completeness.proof(subject, "record", size)
        return None if proof is None else MapProof(*proof)

    def records(patient: str) -> list[int]:
        rows = rows_about(log, patient, None, size)
        return [row.position for row in rows if class_of(row.prefix) == "record"]

    return Anchor(
        ledger=log.ledger_id,
        note=state.note.decode(),
        size=size,
        path=lambda position: prover.inclusion(position, size),
        keys=tuple(verifier_of(key).render() for key in log_keys_of(log).keys),
        timestamps=tuple(each.token for each in store.timestamps(state.number)),
        counted=counted,
        records=records,
    )

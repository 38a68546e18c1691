"""Receipts and paths out of the stored tiles, judged by the offline verifier; what is not sealed yet is counted."""

import pytest

from ledger.proof.checkpoint import parse_proof, verify_proof
from ledger.proof.leaf import leaf_hash
from ledger.proof.merkle import root_of, verify_consistency
from ledger.proof.note import BadProof
from ledger.store.checkpoints.proving import Prover, Unsealed
from ledger.store.connection import Ledger
from ledger.terms.errors import LedgerDamaged
from tests.checkpoints.keys import grow, sealer, verifiers
from tests.store.sample import StandingClock, place_of, reopened
from tests.store.tampering import tamper


def leaves_of(ledger: Ledger) -> list[bytes]:
    with ledger.engine.snapshot() as stored:
        return [row[7] for row in stored.facts()]


def prover(ledger: Ledger) -> Prover:
    return Prover(ledger.engine.log_store())


def test_every_fact_has_a_receipt_that_the_offline_verifier_takes(ledger: Ledger) -> None:
    grow(ledger, 298)
    sealer(ledger).seal()

    receipts = list(prover(ledger).receipts(range(1, 301)))

    assert len(receipts) == 300
    for leaf, receipt in zip(leaves_of(ledger), receipts, strict=True):
        assert receipt is not None
        checkpoint, checked = verify_proof(parse_proof(receipt.render()), leaf, verifiers(ledger))
        assert receipt.extra is not None
        assert leaf_hash(receipt.extra, b"") == leaf
        assert (checkpoint.size, checked.signed_by) == (300, (f"ccm-ledger/{ledger.ledger_id}",))


def test_a_receipt_of_one_fact_is_none_of_another(ledger: Ledger) -> None:
    grow(ledger, 5)
    sealer(ledger).seal()
    receipt = prover(ledger).receipt(3)

    assert receipt is not None
    with pytest.raises(BadProof):
        verify_proof(receipt, leaves_of(ledger)[3], verifiers(ledger))


def test_a_fact_that_is_not_sealed_yet_has_no_receipt(ledger: Ledger) -> None:
    assert prover(ledger).receipt(1) is None

    sealer(ledger).seal()
    grow(ledger, 1)

    assert prover(ledger).receipt(2) is not None
    assert prover(ledger).receipt(3) is None
    assert prover(ledger).receipt(4) is None


def test_the_heartbeat_is_in_the_receipt(ledger: Ledger) -> None:
    clock = StandingClock()
    sealer(ledger, clock).seal()
    clock.advance(90)
    sealer(ledger, clock).heartbeat()

    receipt = prover(ledger).receipt(1)

    assert receipt is not None
    _, checked = verify_proof(receipt, leaves_of(ledger)[0], verifiers(ledger))
    assert checked.cosigned == ((f"ccm-ledger/{ledger.ledger_id}/clock", int(clock.now().timestamp())),)


def test_the_log_is_shown_to_begin_with_each_of_its_checkpoints(ledger: Ledger) -> None:
    for facts in (1, 2, 255, 256, 300):
        grow(ledger, facts)
        sealer(ledger).seal()
    leaves = leaves_of(ledger)
    last = len(leaves)

    for stored in ledger.engine.log_store().checkpoints():
        old = root_of(leaves[: stored.size])
        path = prover(ledger).consistency(stored.size, last)
        assert verify_consistency(stored.size, old, last, root_of(leaves), path)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stored_events SET recorded_at = recorded_at + 1 WHERE rowid = 4",
        "UPDATE event_tags SET seq = 77 WHERE position = 4 AND ordinal = 1",
        "UPDATE stored_events SET prefix = zeroblob(90) WHERE rowid = 4",
        "DELETE FROM event_tags WHERE position = 4",
        "DELETE FROM stored_events WHERE rowid = 4",
    ],
)
def test_a_fact_that_changed_gets_no_receipt(ledger: Ledger, change: str) -> None:
    grow(ledger, 5)
    sealer(ledger).seal()
    place = place_of(ledger)
    ledger.close()
    tamper(place, change)

    with reopened(place) as again, pytest.raises(LedgerDamaged, match="position 4 is not the one"):
        prover(again).receipt(4)


def test_a_tile_that_is_gone_is_told(ledger: Ledger) -> None:
    sealer(ledger).seal()
    place = place_of(ledger)
    ledger.close()
    tamper(place, "DELETE FROM log_tiles")

    with reopened(place) as again, pytest.raises(LedgerDamaged, match="tile 0/0 is missing"):
        prover(again).receipt(1)


def test_what_is_not_sealed_is_counted_and_how_long_it_waits(ledger: Ledger) -> None:
    clock = StandingClock()
    clock.advance(45)

    assert prover(ledger).unsealed(clock) == Unsealed(facts=2, seconds=45)

    sealer(ledger).seal()
    assert prover(ledger).unsealed(clock) == Unsealed(facts=0, seconds=0)

    grow(ledger, 3)
    assert prover(ledger).unsealed(clock) == Unsealed(facts=3, seconds=45)


def test_a_prover_that_is_kept_follows_the_log_as_it_grows(ledger: Ledger) -> None:
    kept = prover(ledger)
    for facts in (1, 200, 300):
        grow(ledger, facts)
        sealer(ledger).seal()
        last = ledger.refresh()
        for position in (1, last // 2, last):
            receipt = kept.receipt(position)
            assert receipt is not None
            assert receipt.path == prover(ledger).inclusion(position, last)

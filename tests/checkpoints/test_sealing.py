"""Sealing on both engines: what is signed is the root of the facts; sealers take turns; keys take over; clocks err."""

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.proof.checkpoint import open_checkpoint
from ledger.proof.merkle import root_of
from ledger.proof.note import check, parse_note
from ledger.store.checkpoints import sealing
from ledger.store.checkpoints.keyring import log_keys_of, verifier_of
from ledger.store.checkpoints.notes import whole_note
from ledger.store.connection import Ledger
from ledger.terms.errors import WrongKey
from tests.checkpoints.keys import adopt, adoption, grow, log_key, retirement, sealer, signers, verifiers
from tests.postgres.servers import unused_address
from tests.store.sample import NOON, StandingClock, new_ledger, proposal

SECONDS = int(NOON.timestamp())


def leaves_of(ledger: Ledger) -> list[bytes]:
    with ledger.engine.snapshot() as stored:
        return [row[7] for row in stored.facts()]


def test_a_checkpoint_signs_the_root_of_every_fact(ledger: Ledger) -> None:
    grow(ledger, 5)

    sealed = sealer(ledger).seal()
    checkpoint, checked = open_checkpoint(sealed.note, verifiers(ledger))

    assert (checkpoint.origin, checkpoint.size) == (f"ccm-ledger/{ledger.ledger_id}", 7)
    assert checkpoint.root == root_of(leaves_of(ledger)) == sealed.root
    assert checked.signed_by == (f"ccm-ledger/{ledger.ledger_id}",)
    assert checked.cosigned == ((f"ccm-ledger/{ledger.ledger_id}/clock", SECONDS),)


def test_many_facts_are_sealed_in_several_checkpoints(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "FACTS_AT_ONCE", 300)
    monkeypatch.setattr(sealing, "READ_AT_ONCE", 70)
    grow(ledger, 698)

    sealed = sealer(ledger).seal()

    assert (sealed.number, sealed.size, sealed.facts) == (3, 700, 700)
    assert [row.size for row in ledger.engine.log_store().checkpoints()] == [300, 600, 700]
    assert sealed.root == root_of(leaves_of(ledger))


def test_sealing_again_without_a_new_fact_signs_nothing(ledger: Ledger) -> None:
    first = sealer(ledger).seal()

    again = sealer(ledger).seal()

    assert (again.number, again.size, again.facts, again.note) == (1, first.size, 0, first.note)
    assert len(list(ledger.engine.log_store().checkpoints())) == 1


def test_a_sealer_goes_on_where_another_one_was(ledger: Ledger) -> None:
    one, other = sealer(ledger), sealer(ledger)
    for number, each in enumerate((one, other, one, other, other), 1):
        grow(ledger, 97 * number)
        sealed = each.seal()

        assert (sealed.number, sealed.size) == (number, ledger.refresh())
        assert sealed.root == root_of(leaves_of(ledger))


def test_the_heartbeat_says_that_nothing_was_appended(ledger: Ledger) -> None:
    clock = StandingClock()
    watching = sealer(ledger, clock)
    watching.seal()
    clock.advance(60)

    beat = watching.heartbeat()
    store = ledger.engine.log_store()
    stored = store.latest()

    assert stored is not None
    assert [beat] == store.cosignatures(stored.number)
    note = whole_note(stored, store.cosignatures(1))
    assert parse_note(note).text == parse_note(stored.note).text
    assert check(parse_note(note), verifiers(ledger)).cosigned == (
        (f"ccm-ledger/{ledger.ledger_id}/clock", SECONDS + 60),
    )


def test_a_second_heartbeat_in_the_same_second_says_nothing_new(ledger: Ledger) -> None:
    watching = sealer(ledger)
    watching.seal()

    assert watching.heartbeat() is None


def test_a_clock_that_was_set_back_dates_nothing_before_what_was_said(ledger: Ledger, clock: StandingClock) -> None:
    clock.advance(3_600)
    grow(ledger, 1)
    late = StandingClock()
    sealed = sealer(ledger, late).seal()
    late.advance(-86_400)

    assert sealer(ledger, late).heartbeat() is None
    (said,) = check(parse_note(sealed.note), verifiers(ledger)).cosigned
    assert said[1] == SECONDS + 3_600


def test_a_checkpoint_is_stored_under_the_time_that_the_ledgers_clock_signed(
    ledger: Ledger, clock: StandingClock
) -> None:
    clock.advance(3_600)
    grow(ledger, 1)
    late = StandingClock()
    late.advance(-86_400)
    sealer(ledger, late).seal()
    stored = ledger.engine.log_store().latest()

    assert stored is not None
    assert stored.created_at == (SECONDS + 3_600) * 1_000_000


def test_while_one_key_takes_over_both_sign_and_then_the_new_one_alone(ledger: Ledger) -> None:
    old, clock = signers(ledger)
    new = log_key(ledger, 2)
    sealer(ledger).seal()

    ledger.append([proposal(adoption(new, replaces=old))])
    both = sealer(ledger, keys=(old, new, clock)).seal()
    ledger.append([proposal(retirement(old))])
    alone = sealer(ledger, keys=(new, clock)).seal()

    def ids(note: bytes) -> set[bytes]:
        return {line.key_id for line in parse_note(note).signatures} - {clock.verifier.key_id}

    assert ids(both.note) == {old.verifier.key_id, new.verifier.key_id}
    assert ids(alone.note) == {new.verifier.key_id}
    known = [verifier_of(key) for key in log_keys_of(ledger).keys]
    for stored in ledger.engine.log_store().checkpoints():
        assert open_checkpoint(stored.note, known)[0].size == stored.size


def test_a_key_in_use_that_is_not_at_hand_stops_the_sealing(ledger: Ledger) -> None:
    _, clock = signers(ledger)

    with pytest.raises(WrongKey, match="private half is not at hand"):
        sealer(ledger, keys=(log_key(ledger, 2), clock)).seal()

    assert ledger.engine.log_store().latest() is None


def test_a_key_that_was_never_adopted_signs_nothing(ledger: Ledger) -> None:
    stranger = log_key(ledger, 9)

    sealed = sealer(ledger, keys=(*signers(ledger), stranger)).seal()

    assert stranger.verifier.key_id not in {line.key_id for line in parse_note(sealed.note).signatures}


def test_the_seed_of_a_key_is_in_no_text(ledger: Ledger) -> None:
    key = log_key(ledger)

    assert key.seed.hex() not in repr(key)
    assert sha256(key.seed).hexdigest() not in repr(key)
    assert repr(key).startswith("SigningKey(ccm-ledger/")


# --- any batches, any interleaving ------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(st.sampled_from(["grow", "seal", "seal elsewhere", "beat"]), st.integers(1, 300)), min_size=1, max_size=8
)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@settings(max_examples=12)
@given(steps=STEPS, at_once=st.integers(1, 400), read=st.integers(1, 90))
def test_any_batches_and_any_interleaving_give_the_reference_root(
    engine: str, steps: list[tuple[str, int]], at_once: int, read: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "FACTS_AT_ONCE", at_once)
        patch.setattr(sealing, "READ_AT_ONCE", read)
        with new_ledger(Path(folder) / "ledger" if engine == "sqlite" else unused_address()) as ledger:
            adopt(ledger)
            clock = StandingClock()
            here, elsewhere = sealer(ledger, clock), sealer(ledger, clock)
            for step, number in steps:
                match step:
                    case "grow":
                        grow(ledger, number)
                    case "seal":
                        here.seal()
                    case "seal elsewhere":
                        elsewhere.seal()
                    case _:
                        clock.advance(number)
                        here.heartbeat()
            sealed = here.seal()

            leaves = leaves_of(ledger)
            assert (sealed.size, sealed.root) == (len(leaves), root_of(leaves))
            for stored in ledger.engine.log_store().checkpoints():
                assert open_checkpoint(stored.note, verifiers(ledger))[0].root == root_of(leaves[: stored.size])


def test_a_key_that_facts_adopt_twice_signs_once(ledger: Ledger) -> None:
    ledger.append([proposal(adoption(log_key(ledger)))])

    note = parse_note(sealer(ledger).seal().note)

    assert [line.name for line in note.signatures] == [each.name for each in signers(ledger)]

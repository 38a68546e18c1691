"""A witness vouches for a checkpoint that goes on from the one it saw before, and for no other."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.checkpoint import Checkpoint, Consistency
from ledger.proof.merkle import root_of
from ledger.proof.note import COSIGNER_KEY
from ledger.store.checkpoints.witnessing import (
    Contradicted,
    WitnessRefused,
    accepted,
    examined,
    origin_of,
    parse_request,
)
from ledger.streams.witnessing import WatchedLog
from tests.proof.reference import consistency_path
from tests.proof.signing import LOG, ORIGIN, WITNESS, Signer, note

OTHER = Signer(ORIGIN, 9)
STRANGER = Signer("witness.example/w2", 8)
LEAVES = tuple(sha256(b"\x00" + bytes([n])).digest() for n in range(60))
REWRITTEN = (LEAVES[1], LEAVES[0], *LEAVES[2:])


def text_of(size: int, leaves: tuple[bytes, ...] = LEAVES) -> str:
    return Checkpoint(ORIGIN, size, root_of(leaves[:size])).text()


def note_of(size: int, leaves: tuple[bytes, ...] = LEAVES, key: Signer = LOG) -> bytes:
    text = text_of(size, leaves)
    return note(text, key.signs(text))


def seen(size: int, leaves: tuple[bytes, ...] = LEAVES) -> WatchedLog:
    return WatchedLog(ORIGIN, (LOG.key().render(),), 1, size, root_of(leaves[:size]).hex() if size else "", "", 2)


def request(old: int, size: int, leaves: tuple[bytes, ...] = LEAVES) -> Consistency:
    return Consistency(old, tuple(consistency_path(old, list(leaves[:size]))) if old else (), note_of(size, leaves))


@given(st.integers(0, 59), st.integers(0, 59))
def test_a_checkpoint_that_goes_on_from_the_one_seen_is_vouched_for(one: int, other: int) -> None:
    old, size = sorted((one, other))

    assert examined(request(old, size), seen(old)).size == size


def test_a_request_is_read_back_as_it_was_written() -> None:
    asked = request(7, 50)

    assert parse_request(asked.render()) == asked
    assert origin_of(asked) == ORIGIN


def test_another_root_at_the_size_seen_is_a_contradiction() -> None:
    with pytest.raises(Contradicted, match="two roots of 40 facts"):
        examined(request(40, 40, REWRITTEN), seen(40))


@pytest.mark.parametrize(
    ("asked", "known", "why"),
    [
        pytest.param(request(40, 50, REWRITTEN), seen(40), "goes on from", id="rewritten"),
        pytest.param(request(40, 50)._replace(path=()), seen(40), "goes on from", id="without_its_proof"),
        pytest.param(request(30, 50), seen(40), "begins at 30", id="from_elsewhere"),
        pytest.param(request(20, 30), seen(40), "30 facts", id="smaller"),
        pytest.param(request(0, 30), seen(40), "30 facts", id="begun_anew"),
        pytest.param(request(0, 30), WatchedLog(), "watches no log", id="unknown_log"),
        pytest.param(Consistency(0, (), note_of(30, key=OTHER)), seen(0), "no key", id="unknown_key"),
    ],
)
def test_a_checkpoint_is_not_vouched_for(asked: Consistency, known: WatchedLog, why: str) -> None:
    with pytest.raises(WitnessRefused, match=why) as refused:
        examined(asked, known)
    assert not isinstance(refused.value, Contradicted)


def test_a_signature_that_is_false_is_not_vouched_for() -> None:
    asked = request(0, 30)
    broken = asked._replace(checkpoint=asked.checkpoint.replace(b"\n30\n", b"\n31\n"))

    with pytest.raises(WitnessRefused, match="false"):
        examined(broken, seen(0))


@pytest.mark.parametrize(
    "data", [b"", b"old 1\n", b"old 01\n\nx", b"new 1\n\nx", b"old 1\nAA==\n\nx", b"old \xff\n\nx"]
)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(WitnessRefused, match="no request"):
        parse_request(data)


def line(size: int, by: Signer = WITNESS) -> bytes:
    return by.cosigns(text_of(size), 1_800_000_000).line().encode()


def test_a_cosignature_is_taken_in_with_its_second() -> None:
    found = accepted(note_of(30), line(30), WITNESS.key(COSIGNER_KEY))

    assert (found.name, found.seconds, found.line) == (WITNESS.name, 1_800_000_000, line(30))


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(line(31), id="of_another_checkpoint"),
        pytest.param(line(30, STRANGER), id="by_another_key"),
        pytest.param(b"409\n", id="no_line"),
        pytest.param(b"", id="nothing"),
        pytest.param(line(30) * 2, id="twice"),
    ],
)
def test_what_is_no_cosignature_of_that_witness_is_refused(lines: bytes) -> None:
    with pytest.raises(WitnessRefused, match="no cosignature"):
        accepted(note_of(30), lines, WITNESS.key(COSIGNER_KEY))

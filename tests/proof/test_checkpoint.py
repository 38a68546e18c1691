"""Checkpoints and proof files: their bytes, what verifies, and every element spoilt in turn."""

from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.checkpoint import (
    BadProof,
    Checkpoint,
    TlogProof,
    open_checkpoint,
    parse_checkpoint,
    parse_proof,
    verify_proof,
)
from ledger.proof.merkle import EMPTY_ROOT
from ledger.proof.note import BadNote, parse_note
from tests.proof.reference import inclusion_path, leaves_of, published, root
from tests.proof.signing import CLOCK, KEYS, LOG, ORIGIN, WITNESS, Signer, note

C2SP = published("c2sp")
LEAVES = leaves_of(7)
CHECKPOINT = Checkpoint(ORIGIN, 7, root(LEAVES))
TEXT = CHECKPOINT.text()
NOTE = note(TEXT, LOG.signs(TEXT), CLOCK.cosigns(TEXT, 1000), WITNESS.cosigns(TEXT, 1001))
PROOF = TlogProof(4, tuple(inclusion_path(4, LEAVES)), NOTE)
ROOT_LINE = b64encode(root(LEAVES)).decode()


def test_the_checkpoint_of_the_specification_is_read_and_comes_back() -> None:
    text = parse_note(C2SP["cosigned"].encode()).text
    checkpoint = parse_checkpoint(text)

    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == text


def test_extension_lines_are_kept() -> None:
    checkpoint = parse_checkpoint(TEXT + "something of another log\n")

    assert checkpoint.extensions == ("something of another log",)
    assert checkpoint.text() == TEXT + "something of another log\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"{ORIGIN}\n7\n",
        f"{ORIGIN}\n7\n{ROOT_LINE}",
        f"\n7\n{ROOT_LINE}\n",
        f"{ORIGIN}\n\n{ROOT_LINE}\n",
        f"{ORIGIN}\n07\n{ROOT_LINE}\n",
        f"{ORIGIN}\n-7\n{ROOT_LINE}\n",
        f"{ORIGIN}\n+7\n{ROOT_LINE}\n",
        f"{ORIGIN}\n7 \n{ROOT_LINE}\n",
        f"{ORIGIN}\n7\r\n{ROOT_LINE}\n",
        f"{ORIGIN}\n\u0667\n{ROOT_LINE}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT_LINE}\n",
        f"{ORIGIN}\n7\n{ROOT_LINE[:-1]}\n",
        f"{ORIGIN}\n7\n{b64encode(b'short').decode()}\n",
        f"{ORIGIN}\n7\n{'A' * 42}B=\n",
        f"{ORIGIN}\n7\n{ROOT_LINE}\n\n",
        f"{ORIGIN}\n0\n{ROOT_LINE}\n",
    ],
)
def test_what_is_not_written_as_a_checkpoint_is_none(text: str) -> None:
    with pytest.raises(BadProof):
        parse_checkpoint(text)


def test_a_log_without_leaves_has_a_checkpoint_too() -> None:
    assert parse_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text()).size == 0


def test_a_checkpoint_is_opened_with_who_signed_it() -> None:
    checkpoint, checked = open_checkpoint(NOTE, KEYS)

    assert checkpoint == CHECKPOINT
    assert checked.signed_by == (ORIGIN,)
    assert checked.cosigned == ((f"{ORIGIN}/clock", 1000), ("witness.example/w1", 1001))


def test_a_witness_alone_makes_no_checkpoint() -> None:
    with pytest.raises(BadProof, match="the log itself did not sign"):
        open_checkpoint(note(TEXT, WITNESS.cosigns(TEXT, 1001)), KEYS)


def test_a_key_of_another_log_makes_no_checkpoint_of_this_one() -> None:
    other = Signer("ccm-ledger/lg_bbbbbbbbbbbbbbbbbbbbbbbbbb", 8)

    with pytest.raises(BadProof, match="the log itself did not sign"):
        open_checkpoint(note(TEXT, other.signs(TEXT)), [*KEYS, other.key()])


def test_a_proof_has_the_bytes_of_the_specification() -> None:
    path = C2SP["proof_path"]
    proof = parse_proof(
        (
            "c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 73894\n" + "".join(f"{node}\n" for node in path) + "\n"
        ).encode()
        + NOTE
    )

    assert (proof.index, proof.extra, len(proof.path)) == (73894, b"extra", 5)
    assert [b64encode(node).decode() for node in proof.path] == path
    assert proof.checkpoint == NOTE


def test_a_proof_without_path_and_extra_has_two_lines_above_its_checkpoint() -> None:
    assert TlogProof(0, (), NOTE).render() == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + NOTE
    assert parse_proof(b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + NOTE) == TlogProof(0, (), NOTE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"wrong-header\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\n\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex notanumber\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex -5\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 00\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b64encode(bytes(64)) + b"\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n\xff\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v1\r\nindex 0\n\n" + NOTE,
    ],
)
def test_what_is_not_written_as_a_proof_is_none(data: bytes) -> None:
    with pytest.raises(BadProof):
        parse_proof(data)


def test_a_proof_verifies_for_its_leaf_and_no_other() -> None:
    checkpoint, checked = verify_proof(PROOF, LEAVES[4], KEYS)

    assert (checkpoint.size, checked.signed_by) == (7, (ORIGIN,))
    with pytest.raises(BadProof, match="does not lead from this fact"):
        verify_proof(PROOF, LEAVES[3], KEYS)


def test_a_proof_whose_checkpoint_ends_before_its_leaf_is_refused() -> None:
    smaller = Checkpoint(ORIGIN, 4, root(LEAVES[:4])).text()

    with pytest.raises(BadProof):
        verify_proof(TlogProof(4, PROOF.path, note(smaller, LOG.signs(smaller))), LEAVES[4], KEYS)


@pytest.mark.slow
def test_no_byte_of_a_proof_can_be_changed() -> None:
    data = PROOF.render()
    honest = verify_proof(PROOF, LEAVES[4], KEYS)

    for place in range(len(data)):
        spoilt = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
        try:
            checkpoint, checked = verify_proof(parse_proof(spoilt), LEAVES[4], KEYS)
        except (BadProof, BadNote):
            continue
        # Only a cosigner's line can become one of an unknown key, and then he counts no longer.
        assert checkpoint == honest[0]
        assert checked.signed_by == honest[1].signed_by
        assert len(checked.cosigned) == 1
        assert len(checked.unknown) == 1


digests = st.binary(min_size=32, max_size=32)
numbers = st.integers(min_value=0, max_value=2**63 - 1)


@given(numbers, st.lists(digests, max_size=64).map(tuple), st.none() | st.binary(max_size=50))
def test_any_proof_comes_back_as_it_was(index: int, path: tuple[bytes, ...], extra: bytes | None) -> None:
    proof = TlogProof(index, path, NOTE, extra)

    assert parse_proof(proof.render()) == proof


@given(st.binary(max_size=300))
def test_any_bytes_are_a_proof_that_comes_back_or_none(tail: bytes) -> None:
    data = b"c2sp.org/tlog-proof@v1\nindex " + tail
    try:
        proof = parse_proof(data)
    except BadProof:
        return
    assert proof.render() == data


@given(st.integers(1, 2**63 - 1), digests)
def test_any_checkpoint_comes_back_as_it_was(size: int, top: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, top)

    assert parse_checkpoint(checkpoint.text()) == checkpoint


@given(st.integers(1, 40), st.data())
def test_the_proof_of_any_leaf_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = [sha256(bytes([number])).digest() for number in range(size)]
    text = Checkpoint(ORIGIN, size, root(leaves)).text()
    proof = TlogProof(index, tuple(inclusion_path(index, leaves)), note(text, LOG.signs(text)))

    assert verify_proof(parse_proof(proof.render()), leaves[index], KEYS)[0].size == size

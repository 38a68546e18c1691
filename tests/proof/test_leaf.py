"""The header and the leaf: golden bytes, round trips, and refusal of everything that is no header."""

import struct
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.leaf import (
    MalformedHeader,
    Prefix,
    SealedDigests,
    TagSeq,
    Tail,
    blinded,
    commitment,
    decode_header,
    decode_prefix,
    decode_tail,
    encode_prefix,
    encode_tail,
    leaf_hash,
)

PREFIX = Prefix(
    ledger="lg_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    topic="patient_registered",
    version=1,
    fact_class="record",
    envelope=b"\xe0" * 32,
    clear=b"\xc0" * 32,
    parts=(SealedDigests(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32),),
)
PREFIX_HEX = (
    "01"
    "0000001d" + b"lg_aaaaaaaaaaaaaaaaaaaaaaaaaa".hex() + "00000012"
    "70617469656e745f72656769737465726564"
    "00000001"
    "000000067265636f7264" + "e0" * 32 + "c0" * 32 + "00000001" + "01" * 32 + "02" * 32 + "03" * 32
)
HOME, LOW, HIGH = b"\x77" * 32, b"\x11" * 32, b"\x99" * 32
TAIL_HEX = (
    "0000000000000007"
    "00064c0b2bc41000"
    "00000003" + "77" * 32 + "0000000000000005" + "11" * 32 + "0000000000000001" + "99" * 32 + "0000000000000002"
)
RECORDED_AT = 0x00064C0B2BC41000
LEAF_HEX = "40bf731868ee53bc2799fa41594ebf776765be88f7b285d7acd3550614998048"

digests = st.binary(min_size=32, max_size=32)
numbers = st.integers(min_value=0, max_value=2**63 - 1)
texts = st.text(max_size=40)
prefixes = st.builds(
    Prefix,
    texts,
    texts,
    st.integers(min_value=0, max_value=2**32 - 1),
    texts,
    digests,
    digests,
    st.lists(st.builds(SealedDigests, digests, digests, digests), max_size=4).map(tuple),
)
tag_lists = st.lists(st.tuples(digests, numbers), min_size=1, max_size=16)


def test_the_prefix_has_its_golden_bytes() -> None:
    assert encode_prefix(PREFIX).hex() == PREFIX_HEX


def test_the_tail_has_its_golden_bytes_with_the_home_tag_first_and_the_others_sorted() -> None:
    assert encode_tail(7, RECORDED_AT, [(HOME, 5), (HIGH, 2), (LOW, 1)]).hex() == TAIL_HEX


def test_the_leaf_has_its_golden_hash() -> None:
    assert leaf_hash(bytes.fromhex(PREFIX_HEX), bytes.fromhex(TAIL_HEX)).hex() == LEAF_HEX


def test_a_leaf_is_the_hash_of_a_zero_byte_and_the_header() -> None:
    assert leaf_hash(b"prefix", b"tail") == sha256(b"\x00prefixtail").digest()


def test_a_tag_is_blinded_by_a_hash_of_a_two_byte_its_salt_and_its_name() -> None:
    assert blinded("patient/x", b"s" * 16) == sha256(b"\x02" + b"s" * 16 + b"patient/x").digest()


def test_content_is_committed_to_by_a_hash_of_its_salt_and_its_text() -> None:
    assert commitment(b"s" * 32, b"text") == sha256(b"s" * 32 + b"text").digest()


@given(prefixes, numbers, numbers, tag_lists)
def test_a_header_comes_back_as_it_was(
    prefix: Prefix, index: int, recorded_at: int, tags: list[tuple[bytes, int]]
) -> None:
    home, *rest = [TagSeq(*tag) for tag in tags]
    header = encode_prefix(prefix) + encode_tail(index, recorded_at, tags)

    expected = Tail(index, recorded_at, (home, *sorted(rest, key=lambda tag: struct.pack(">32sq", *tag))))

    assert decode_header(header) == (prefix, expected)


@given(st.integers(min_value=0, max_value=len(PREFIX_HEX) // 2 - 1))
def test_a_prefix_that_is_cut_short_is_malformed(length: int) -> None:
    with pytest.raises(MalformedHeader):
        decode_prefix(bytes.fromhex(PREFIX_HEX)[:length])


@given(st.integers(min_value=0, max_value=len(TAIL_HEX) // 2 - 1))
def test_a_tail_that_is_cut_short_is_malformed(length: int) -> None:
    with pytest.raises(MalformedHeader):
        decode_tail(bytes.fromhex(TAIL_HEX)[:length])


def test_a_prefix_with_bytes_behind_it_is_malformed() -> None:
    with pytest.raises(MalformedHeader):
        decode_prefix(bytes.fromhex(PREFIX_HEX) + b"\x00")


def test_a_prefix_of_another_format_is_malformed() -> None:
    with pytest.raises(MalformedHeader):
        decode_prefix(b"\x02" + bytes.fromhex(PREFIX_HEX)[1:])


def test_a_name_that_is_not_utf_8_is_malformed() -> None:
    with pytest.raises(MalformedHeader):
        decode_prefix(b"\x01" + b"\x00\x00\x00\x01\xff")


def test_a_tail_whose_tags_are_not_sorted_is_malformed() -> None:
    unsorted = TAIL_HEX[:40] + "77" * 32 + "0" * 16 + "99" * 32 + "0" * 16 + "11" * 32 + "0" * 16

    with pytest.raises(MalformedHeader):
        decode_tail(bytes.fromhex(unsorted))


def test_a_digest_of_another_length_is_a_programming_error() -> None:
    with pytest.raises(AssertionError):
        encode_prefix(PREFIX._replace(clear=b"short"))

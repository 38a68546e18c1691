"""The stored body: round trip, and refusal of everything that is no body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.store.body import SealedPart, decode_body, encode_body, split_body
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram

parts = st.lists(
    st.builds(
        SealedPart,
        st.binary(min_size=16, max_size=16),
        st.text(max_size=20),
        st.text(max_size=20),
        st.binary(min_size=12, max_size=12),
        st.binary(max_size=60),
    ),
    max_size=3,
).map(tuple)
PART = SealedPart(b"s" * 16, "patient/x", "x/2026", b"n" * 12, b"ciphertext")
BODY = encode_body(b'{"actor":"a"}', b'{"x":1}', (PART,))


@given(st.binary(max_size=60), st.binary(max_size=60), parts)
def test_a_body_comes_back_as_it_was(envelope: bytes, clear: bytes, sealed: tuple[SealedPart, ...]) -> None:
    body = encode_body(envelope, clear, sealed)

    assert decode_body(body) == (envelope, clear, sealed)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_the_clear_part_is_found_without_reading_the_rest(envelope: bytes, clear: bytes) -> None:
    body = encode_body(envelope, clear)

    start, end = split_body(body)

    assert (body[5 : start - 4], body[start:end]) == (envelope, clear)


@given(st.integers(min_value=0, max_value=len(BODY) - 1))
def test_a_body_that_is_cut_short_is_damage(length: int) -> None:
    with pytest.raises(LedgerDamaged):
        decode_body(BODY[:length])


def test_a_body_with_bytes_behind_it_is_damage() -> None:
    with pytest.raises(LedgerDamaged):
        decode_body(BODY + b"\x00")


def test_a_subject_that_is_not_utf_8_is_damage() -> None:
    with pytest.raises(LedgerDamaged):
        decode_body(BODY.replace(b"patient/x", b"patient/\xff"))


def test_a_body_of_a_later_format_needs_a_newer_program() -> None:
    with pytest.raises(NeedsNewerProgram):
        decode_body(b"\x02" + BODY[1:])


def test_a_body_of_format_zero_is_damage() -> None:
    with pytest.raises(LedgerDamaged):
        decode_body(b"\x00" + BODY[1:])

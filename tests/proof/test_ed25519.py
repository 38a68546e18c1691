"""Ed25519 in plain Python: the published vectors, two other implementations, and every forgery that laxness allows."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.proof.ed25519 import _point, verify
from tests.proof.reference import published

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
WYCHEPROOF = published("wycheproof_ed25519")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
# The encodings of the eight points of small order, by their y: 0 and 1, p - 1, and those of order eight; with and
# without the bit of sign.
SMALL_ORDER_Y = (
    0,
    1,
    P - 1,
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
)


def of(number: int) -> bytes:
    return number.to_bytes(32, "little")


@pytest.mark.parametrize("vector", published("rfc8032")["vectors"], ids=lambda vector: vector["name"])
def test_a_vector_of_the_rfc_verifies(vector: dict[str, str]) -> None:
    public, message, signature = (bytes.fromhex(vector[name]) for name in ("public", "message", "signature"))

    assert verify(public, message, signature)
    assert not verify(public, message + b"\x00", signature)


@pytest.mark.parametrize("vector", WYCHEPROOF["valid"])
def test_a_valid_vector_of_wycheproof_verifies(vector: dict[str, str]) -> None:
    assert verify(
        bytes.fromhex(WYCHEPROOF["public"]), bytes.fromhex(vector["message"]), bytes.fromhex(vector["signature"])
    )


@pytest.mark.parametrize("vector", WYCHEPROOF["invalid"])
def test_special_values_in_a_signature_do_not_verify(vector: dict[str, str]) -> None:
    assert not verify(
        bytes.fromhex(WYCHEPROOF["public"]), bytes.fromhex(vector["message"]), bytes.fromhex(vector["signature"])
    )


@settings(max_examples=60)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_whatever_another_program_signs_verifies(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)

    assert verify(key.public_key().public_bytes_raw(), message, key.sign(message))


def test_a_bit_flipped_in_any_byte_of_a_signature_is_found() -> None:
    signature = KEY.sign(b"a checkpoint")

    for place in range(64):
        spoilt = (int.from_bytes(signature, "little") ^ 1 << place * 8 + place % 8).to_bytes(64, "little")
        assert not verify(PUBLIC, b"a checkpoint", spoilt)


def test_a_key_with_a_bit_flipped_verifies_nothing() -> None:
    signature = KEY.sign(b"a checkpoint")

    for bit in range(256):
        assert not verify(of(int.from_bytes(PUBLIC, "little") ^ 1 << bit), b"a checkpoint", signature)


def test_the_same_signature_with_the_order_added_to_its_scalar_is_refused() -> None:
    signature = KEY.sign(b"a checkpoint")
    malleable = signature[:32] + of(int.from_bytes(signature[32:], "little") + ORDER)

    assert not verify(PUBLIC, b"a checkpoint", malleable)


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", SMALL_ORDER_Y)
def test_a_key_of_small_order_verifies_nothing(y: int, sign: int) -> None:
    key = of(y | sign << 255)

    # Under such a key R = 1, S = 0 is a signature of every eighth message or more, for verifiers that do not look.
    assert not any(verify(key, f"{number}".encode(), of(1) + of(0)) for number in range(32))


@pytest.mark.parametrize("y", range(P, 2**255))
def test_a_point_has_no_second_encoding(y: int) -> None:
    assert _point(of(y)) is None


@pytest.mark.parametrize("y", [1, P - 1])
def test_a_point_whose_x_is_zero_has_no_sign(y: int) -> None:
    assert _point(of(y)) is not None
    assert _point(of(y | 1 << 255)) is None


def test_a_key_that_is_no_point_of_the_curve_verifies_nothing() -> None:
    assert not verify(of(2), b"a checkpoint", KEY.sign(b"a checkpoint"))


@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    assert not verify(PUBLIC, b"a checkpoint", (KEY.sign(b"a checkpoint") * 2)[:length])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    assert not verify((PUBLIC * 2)[:length], b"a checkpoint", KEY.sign(b"a checkpoint"))


def openssl(*arguments: Any) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)


@pytest.mark.slow
def test_what_openssl_signs_with_a_key_of_its_own_verifies(tmp_path: Path) -> None:
    openssl("genpkey", "-algorithm", "ed25519", "-out", tmp_path / "key.pem")
    openssl("pkey", "-in", tmp_path / "key.pem", "-pubout", "-outform", "DER", "-out", tmp_path / "key.der")
    (tmp_path / "message").write_bytes(b"a checkpoint")
    openssl("pkeyutl", "-sign", "-inkey", tmp_path / "key.pem", "-rawin", "-in", tmp_path / "message",
            "-out", tmp_path / "signature")  # fmt: skip
    public = (tmp_path / "key.der").read_bytes()[-32:]

    assert verify(public, b"a checkpoint", (tmp_path / "signature").read_bytes())
    assert not verify(public, b"another checkpoint", (tmp_path / "signature").read_bytes())

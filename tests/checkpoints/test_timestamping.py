"""RFC 3161 timestamps of checkpoints, granted by an authority that the tests run with `openssl ts`."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.store.checkpoints.timestamping import (
    TimestampRefused,
    checked,
    in_response,
    is_about,
    request_for,
    roots_in,
    said_at,
)
from tests.checkpoints.authority import Authority

TEXT = "ccm-ledger/lg_aaaaaaaaaaaaaaaaaaaaaaaaaa\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ts") / "authority")


@pytest.fixture(scope="module")
def response(authority: Authority) -> bytes:
    return authority.answer(request_for(TEXT))


def test_a_granted_timestamp_says_when_the_checkpoint_existed(authority: Authority, response: bytes) -> None:
    found = checked(response, TEXT, roots_in(authority.root.read_bytes()))

    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=2)


def test_openssl_accepts_the_token_as_it_is_kept(authority: Authority, response: bytes) -> None:
    token = checked(response, TEXT, roots_in(authority.root.read_bytes())).token

    assert authority.holds(token, TEXT.encode())
    assert not authority.holds(token, TEXT.encode() + b"x")


def test_the_request_is_the_same_each_time_it_is_made() -> None:
    assert request_for(TEXT) == request_for(TEXT)


def test_a_timestamp_of_another_text_is_refused(authority: Authority, response: bytes) -> None:
    with pytest.raises(TimestampRefused, match="Mismatch between messages"):
        checked(response, TEXT.replace("3", "4"), roots_in(authority.root.read_bytes()))


def test_a_timestamp_of_an_authority_that_nobody_trusts_is_refused(tmp_path: Path, response: bytes) -> None:
    other = Authority(tmp_path / "other")

    with pytest.raises(TimestampRefused, match="does not hold"):
        checked(response, TEXT, roots_in(other.root.read_bytes()))


def test_what_is_no_response_is_refused(authority: Authority) -> None:
    with pytest.raises(TimestampRefused, match="no RFC 3161 response"):
        checked(b"<html>", TEXT, roots_in(authority.root.read_bytes()))


def test_a_token_with_any_bit_changed_is_read_or_refused_and_never_an_accident(
    authority: Authority, response: bytes
) -> None:
    """Some of its parts are decoded only when they are asked for (found by tampering, seed 1534255943)."""
    roots = roots_in(authority.root.read_bytes())
    token = checked(response, TEXT, roots).token
    for at in range(len(token)):
        for bit in range(8):
            changed = in_response(token[:at] + bytes([token[at] ^ 1 << bit]) + token[at + 1 :])
            # Bits that no signature covers make no difference to what it says; its digest is kept beside it.
            for ask in (lambda it: is_about(it, TEXT), said_at, lambda it: checked(it, TEXT, roots)):
                with suppress(TimestampRefused):
                    ask(changed)


def test_a_request_that_the_authority_does_not_grant_is_refused(authority: Authority) -> None:
    refused = authority.answer(
        request_for(TEXT).replace(b"\x60\x86\x48\x01\x65\x03\x04\x02\x01", b"\x60\x86\x48\x01\x65\x03\x04\x02\x08")
    )

    with pytest.raises(TimestampRefused, match="granted no timestamp"):
        checked(refused, TEXT, roots_in(authority.root.read_bytes()))


@pytest.mark.parametrize("part", range(8))
def test_a_flipped_byte_of_a_response_is_refused(part: int, authority: Authority, response: bytes) -> None:
    at = len(response) * (2 * part + 1) // 16
    broken = response[:at] + bytes([response[at] ^ 1]) + response[at + 1 :]
    roots = roots_in(authority.root.read_bytes())

    try:
        found = checked(broken, TEXT, roots)
    except TimestampRefused:
        return
    # Unsigned bytes, such as those of a certificate that is not needed, may change: what is said stays the same.
    assert found[:2] == checked(response, TEXT, roots)[:2]


def test_a_file_without_certificates_is_refused() -> None:
    with pytest.raises(TimestampRefused, match="holds none"):
        roots_in(b"nothing")

"""RFC 3161 timestamps of checkpoints: somebody else's clock says that a root existed by then.

What is stamped is the SHA-256 of a checkpoint's text, so nothing of the ledger leaves with it. The token
of the response is kept, with the certificates that a verifier needs: `openssl ts -verify -token_in` reads it as it is.

Promise: an accepted response was granted, is about just this text, and is signed by a certificate that may sign
timestamps and leads to one of the roots given. Not promised: that the authority's clock was right, or that a
certificate was not revoked since.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.tsp import TimeStampTokenInfo

from ledger.store.checkpoints.rows import StoredTimestamp
from ledger.store.instants import to_micros
from ledger.terms.errors import LedgerError

REQUEST_TYPE: Final = "application/timestamp-query"
"""The media type of RFC 3161, section 3.4."""
RESPONSE_MAX: Final = 65_536
_GRANTED: Final = bytes((0x30, 3, 2, 1, 0))
"""DER of a PKIStatusInfo that says `granted`."""


TrustedRoots = tuple[Certificate, ...]
"""Certificates of authorities that a verifier trusts."""


class TimestampRefused(LedgerError):
    """What an authority answered is no timestamp of this checkpoint, or of nobody whom we trust."""


class Timestamp(NamedTuple):
    """A checked timestamp: when, and by which serial number the authority knows it."""

    at: datetime
    serial: int
    token: bytes


def request_for(text: str) -> bytes:
    """The request for a timestamp of a checkpoint's text, with the authority's certificate asked for.

    There is no nonce: the root of a log never comes twice, so an old answer cannot be taken for a new one.
    """
    builder = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes()


def roots_in(pem: bytes) -> TrustedRoots:
    """The certificates of a PEM file; TimestampRefused where it holds none."""
    try:
        return tuple(load_pem_x509_certificates(pem))
    except ValueError as error:
        raise TimestampRefused(
            "The file of root certificates holds none.", "Name a PEM file with the certificate of the authority's root."
        ) from error


def is_about(response: bytes, text: str) -> bool:
    """Whether a response names this text; nothing of it is checked yet. TimestampRefused where it is no response."""
    return bytes(_said(_decoded(response)).message_imprint.message) == sha256(text.encode()).digest()


def said_at(response: bytes) -> datetime:
    """When a response says that it was made; as `is_about`."""
    return _said(_decoded(response)).gen_time


def in_response(token: bytes) -> bytes:
    """The response in which a token came (RFC 3161, section 2.4.2): what is kept is the token alone."""
    content = _GRANTED + token
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return b"\x30" + (length if len(content) < 0x80 else bytes([0x80 | len(length)]) + length) + content


def stored(found: Timestamp, checkpoint: int) -> StoredTimestamp:
    """The timestamp as it is kept with a checkpoint."""
    return StoredTimestamp(checkpoint, sha256(found.token).digest(), to_micros(found.at), found.token)


def checked(response: bytes, text: str, roots: TrustedRoots) -> Timestamp:
    """The timestamp that an authority answered about a checkpoint's text; TimestampRefused where it is none of it."""
    answer = _decoded(response)
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(answer, text.encode())
    except (VerificationError, ValueError) as error:
        raise TimestampRefused(
            f"The timestamp does not hold: {error}.",
            "Check that it was asked for this checkpoint, and that --roots holds the root of this authority.",
        ) from error
    said = _said(answer)
    return Timestamp(said.gen_time, said.serial_number, answer.time_stamp_token())


def _said(answer: TimeStampResponse) -> TimeStampTokenInfo:
    """What the token of a response says; it is decoded only now."""
    try:
        return answer.tst_info
    except ValueError as error:
        raise TimestampRefused("The timestamp in the answer cannot be read.", "Ask the authority again.") from error


def _decoded(response: bytes) -> TimeStampResponse:
    try:
        answer = decode_timestamp_response(response)
        status = PKIStatus(answer.status)
    except ValueError as error:
        raise TimestampRefused(
            "The answer is no RFC 3161 response.", "Check that --url names a timestamp authority."
        ) from error
    if status is not PKIStatus.GRANTED:
        raise TimestampRefused(
            f"The authority granted no timestamp: {status.name.lower().replace('_', ' ')}.",
            "Ask the authority why, or name another one.",
        )
    return answer

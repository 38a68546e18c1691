"""The signature of a webhook, in the form of Standard Webhooks: HMAC-SHA-256 over `id.timestamp.body`.

Promise: whoever has the secret can tell that a message is ours, unchanged, and when it was sent.
"""

import base64
import binascii
import hmac
from typing import Final

from ledger.terms.errors import WrongKey

_PREFIX: Final = "whsec_"
SECRET_BYTES_MIN: Final = 24
SECRET_BYTES_MAX: Final = 64


def secret_of(text: str) -> bytes:
    """The secret that `whsec_` and base64 spell; WrongKey where it is none, or too short to be one."""
    try:
        secret = base64.b64decode(text.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not text.startswith(_PREFIX) or not SECRET_BYTES_MIN <= len(secret) <= SECRET_BYTES_MAX:
        raise WrongKey(
            "The file of a webhook's secret holds none.",
            f"Write `whsec_` and the base64 of {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} random bytes into it.",
        )
    return secret


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"

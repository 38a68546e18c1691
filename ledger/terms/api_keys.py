"""The keys that programs enter by: their form, their names, what they are for, and how one is compared.

A key is `ccm_`, the letters of its id, `_`, and a secret of 32 random bytes in base32. Promise: the ledger learns the
SHA-256 of the secret and never the secret; two digests are compared in a time that says nothing of them. A fast hash is
enough: 256 random bits cannot be guessed, however many are tried in a second. Scanners find a lost key by its form.
"""

import base64
import hashlib
import hmac
import re
from typing import Annotated, Final, Literal, NamedTuple, get_args

from pydantic import StringConstraints

Scope = Literal["append", "import", "read", "feed", "words", "operate"]
"""What a key is for. append: commands. import: documents. read: questions. feed: facts as they come. words: sealed
words in the feed as well. operate: how the server does."""
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
KeyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
"""What operators call a key: the name of a program or a device, never of a patient."""
Login = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[a-z]+:[^\x00-\x1f\x7f]+$")]
"""A login of the outside world with its kind, such as os:ada."""
RevocationReason = Literal["replaced", "lost", "exposed", "not_needed"]

SECRET_BYTES: Final = 32
_FORM: Final = re.compile(r"ccm_([a-z2-7]{26})_([a-z2-7]{52})", re.ASCII)
_LOGIN_KIND: Final = "key:"
NOBODYS: Final = "0" * 64
"""A digest that no secret has: what a key is compared with whose id nobody knows."""


class Presented(NamedTuple):
    """A key as it came: the id that it names, and the digest of its secret."""

    key: str
    digest: str


def key_text(key: str, secret: bytes) -> str:
    """The key as its holder keeps it."""
    assert len(secret) == SECRET_BYTES
    return f"ccm_{key.removeprefix('ak_')}_{_spelled(secret)}"


def digest_of(secret: bytes) -> str:
    """What the ledger learns of a secret."""
    return hashlib.sha256(_spelled(secret).encode()).hexdigest()


def presented(text: str) -> Presented | None:
    """A key taken apart; None where the text has not the form of one."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    return Presented(f"ak_{found[1]}", hashlib.sha256(found[2].encode()).hexdigest())


def is_digest(known: str | None, digest: str) -> bool:
    """Whether a digest is the known one; where none is known, the same work is done and the answer is no."""
    is_same = hmac.compare_digest((known or NOBODYS).encode(), digest.encode())
    return is_same and known is not None


def login_of_key(key: str) -> str:
    """The login that a key is."""
    return f"{_LOGIN_KIND}{key}"


def key_of_login(login: str) -> str | None:
    """The key that a login is; None where it is no key."""
    return login.removeprefix(_LOGIN_KIND) if login.startswith(_LOGIN_KIND) else None


def fingerprint(text: str) -> bytes:
    """What stands for a text that is not to be kept: its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _spelled(secret: bytes) -> str:
    return base64.b32encode(secret).decode().rstrip("=").lower()

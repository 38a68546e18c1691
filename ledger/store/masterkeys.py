"""The master key as the vault sees it: something that wraps keys and unwraps them, and need not show itself.

Promise: what `wrap` gave opens under the same key and the same `aad`, and under nothing else. A key that is held in
this process does it with AES-256-GCM; a key management service can stand in its place and keep its key to itself.
Not promised: that a copy of the key exists; without it the words of a ledger are gone.
"""

import hmac
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.store.body import NONCE_BYTES
from ledger.terms.errors import WrongKey
from ledger.terms.ports import IdSource

KEY_BYTES: Final = 32
_NAME: Final = b"ccm-ledger master key"
_NAME_BYTES: Final = 8


class DoesNotOpen(ValueError):
    """A wrapped key was wrapped by another master key, for another place, or its bytes changed."""


class MasterKey(Protocol):
    """What wraps the keys of a vault. Threads may share it; `aad` binds a wrapped key to its place."""

    @property
    def key_id(self) -> str:
        """A name of the key that tells nothing of it; another key has another one."""
        ...

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """The key, wrapped; StoreUnavailable where it cannot be done now."""
        ...

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        """The key again. DoesNotOpen where it is not one of this master key's, StoreUnavailable as `wrap`."""
        ...


Master = bytes | MasterKey
"""A master key, or the 32 bytes of one that this process holds."""


class LocalMasterKey:
    """A master key in the memory of this process. wrapped = nonce (12) || AES-256-GCM(key, nonce, ..., aad)."""

    def __init__(self, key: bytes, ids: IdSource) -> None:
        assert len(key) == KEY_BYTES, "a master key has 32 bytes"
        self._cipher = AESGCM(key)
        self._ids = ids
        self.key_id = f"local-{hmac.digest(key, _NAME, 'sha256')[:_NAME_BYTES].hex()}"

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        nonce = self._ids.entropy(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], aad)
        except (InvalidTag, ValueError) as error:
            raise DoesNotOpen from error


def as_master(master: Master, ids: IdSource) -> MasterKey:
    """The master key itself, also where its bytes were given."""
    return LocalMasterKey(master, ids) if isinstance(master, bytes) else master


def parse_key(text: str, where: str) -> bytes:
    """The key in 64 hexadecimal digits; WrongKey, which names where they stood and never what, where it is not one."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise WrongKey(f"{where} does not hold one key of 64 hexadecimal digits.", "Restore it from its safe place.")
    return key

"""A stand-in for a key management service: it keeps its keys to itself, wraps and unwraps, and can be out of reach."""

from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.store.masterkeys import DoesNotOpen
from ledger.terms.errors import StoreUnavailable


class StandInKms:
    """One key of a service. What it gives out begins with the name of the key, as such services do."""

    def __init__(self, name: str) -> None:
        self.key_id = f"kms-{name}"
        self.calls = 0
        self.is_reachable = True
        self._cipher = AESGCM(sha256(name.encode()).digest())

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        self._call()
        nonce = sha256(b"nonce" + self.calls.to_bytes(4, "big") + self.key_id.encode()).digest()[:12]
        return self.key_id.encode() + b"\0" + nonce + self._cipher.encrypt(nonce, key, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        self._call()
        name, _, rest = wrapped.partition(b"\0")
        if name != self.key_id.encode():
            raise DoesNotOpen
        try:
            return self._cipher.decrypt(rest[:12], rest[12:], aad)
        except InvalidTag as error:
            raise DoesNotOpen from error

    def _call(self) -> None:
        self.calls += 1
        if not self.is_reachable:
            raise StoreUnavailable("The key service does not answer.", "Try again.")

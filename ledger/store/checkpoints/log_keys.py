"""The keys that sign the log: a file outside the ledger, and what a machine that keeps keys may put in its place.

A line is `PRIVATE+KEY+<name>+<key id>+<base64 of kind and seed>`, as the note tools of Go write it; kind 0x01 signs
checkpoints, 0x04 is the ledger's own cosigner, whose name ends in `/clock` (C2SP signed-note, tlog-cosignature).

Promise: a file that others can read, or a line that is not a whole key, is refused with its number; no message repeats
one. What is written is durable, and whoever reads sees the file before or after. Not promised: that a key is in use;
the ledger's facts say so (streams/log_keys.py).
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.proof.note import (
    COSIGNER_KEY,
    NOTE_KEY,
    Signature,
    VerifierKey,
    cosignature_data,
    cosigned_message,
)
from ledger.store import owner_only
from ledger.store.owner_only import Called
from ledger.terms.errors import WrongKey
from ledger.terms.ports import IdSource

SEED_BYTES: Final = 32
_HEAD: Final = "PRIVATE+KEY"
_CALLED: Final = Called("file of log keys", "Name it with --log-key-file FILE, or make one: `ccm-ledger log-key new`.")


class Signer(Protocol):
    """Who signs with one key, wherever that is kept."""

    @property
    def verifier(self) -> VerifierKey:
        """The public key under its name."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature (RFC 8032) of the message; what it raises stops the sealing before anything is kept."""
        ...


class SigningKey(NamedTuple):
    """A key of the file; its text never shows the seed."""

    name: str
    kind: int
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.kind, public)

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def line(self) -> str:
        """The line of the file, without its end."""
        encoded = b64encode(bytes([self.kind]) + self.seed).decode()
        return f"{_HEAD}+{self.name}+{self.verifier.key_id.hex()}+{encoded}"

    def __repr__(self) -> str:
        return f"SigningKey({self.verifier.render()})"


def log_name(ledger_id: str) -> str:
    """The name of a ledger's log: its origin, and the name of the keys that sign its checkpoints."""
    return f"ccm-ledger/{ledger_id}"


def clock_name(ledger_id: str) -> str:
    """The name of the ledger's own cosigner, whose signatures say when."""
    return f"{log_name(ledger_id)}/clock"


def new_key(name: str, kind: int, ids: IdSource) -> SigningKey:
    """A key drawn anew."""
    return SigningKey(name, kind, ids.entropy(SEED_BYTES))


def signed(signer: Signer, text: str) -> Signature:
    """The signature of a checkpoint's text by a key of the log; WrongKey where the signer made none."""
    key = signer.verifier
    assert key.kind == NOTE_KEY, "a cosigner says when it signed"
    return Signature(key.name, key.key_id, _checked(signer, text.encode()))


def cosigned(signer: Signer, text: str, seconds: int) -> Signature:
    """The signature of a cosigner, who saw the checkpoint at this second; raises as `signed`."""
    key = signer.verifier
    assert key.kind == COSIGNER_KEY, "a key of the log does not say when it signed"
    signature = _checked(signer, cosigned_message(text, seconds))
    return Signature(key.name, key.key_id, cosignature_data(seconds, signature))


def _checked(signer: Signer, message: bytes) -> bytes:
    """The signature; WrongKey where it is not one of the signer's own key."""
    key, signature = signer.verifier, signer.sign(message)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature as error:
        raise WrongKey(
            f"Nothing was signed: the signature that came back is not one by key {key.key_id.hex()} of {key.name}.",
            "Check the device or the file that keeps the key.",
        ) from error
    return signature


# --- the file ---------------------------------------------------------------------------------------------------------


def create_log_keys(path: Path, keys: Iterable[SigningKey]) -> None:
    """Write keys to a new file; WrongKey where a file is there already."""
    owner_only.create(path, _lines(keys))


def replace_log_keys(path: Path, keys: Iterable[SigningKey]) -> None:
    """Put these keys in place of those in the file; the old file is there until the new one is whole."""
    owner_only.replace(path, _lines(keys))


def _lines(keys: Iterable[SigningKey]) -> str:
    return "".join(f"{key.line()}\n" for key in keys)


def read_log_keys(path: Path) -> tuple[SigningKey, ...]:
    """The keys in the file, in its order; WrongKey where it is missing, open to others, or a line is not a key."""
    keys = []
    for number, line in enumerate(owner_only.read(path, _CALLED).splitlines(), 1):
        key = _key_of(line)
        if key is None:
            raise WrongKey(
                f"Line {number} of the file of log keys {path} is not a whole key.", "Restore it from its safe place."
            )
        keys.append(key)
    return tuple(keys)


def _key_of(line: str) -> SigningKey | None:
    """The key that a line holds; None where it is none, or its id is not its own."""
    head, plus, rest = line.partition(f"{_HEAD}+")
    fields = rest.split("+", 2)
    if head or not plus or len(fields) != 3:
        return None
    name, _, encoded = fields
    try:
        data = b64decode(encoded, validate=True)
    except (NotBase64, ValueError):
        return None
    if len(data) != 1 + SEED_BYTES or data[0] not in {NOTE_KEY, COSIGNER_KEY}:
        return None
    key = SigningKey(name, data[0], data[1:])
    return key if name and key.line() == line else None


def of_ledger(keys: Sequence[SigningKey], ledger_id: str) -> tuple[SigningKey, ...]:
    """The keys of one ledger; WrongKey where the file has none for it."""
    names = {log_name(ledger_id): NOTE_KEY, clock_name(ledger_id): COSIGNER_KEY}
    own = tuple(key for key in keys if names.get(key.name) == key.kind)
    if not own:
        raise WrongKey(
            "The file of log keys has none of this ledger.",
            "Name the file that was made for it: --log-key-file FILE.",
        )
    return own

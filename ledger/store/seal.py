"""Sealed parts: the words about one subject, encrypted under the data key of their scope.

plaintext  = {"words": ..., "origin": ...}; a key that has nothing is left out; the Origin is in the first part only
ciphertext = AES-256-GCM over 32-byte salt || plaintext, AAD = u8 format version, ledger id, topic, subject (each with
             its u32 length), so a ciphertext that is moved to another fact, kind or ledger does not open

Promise: what was sealed comes back as it was, or as ERASED where its key is gone; a ciphertext that does not open
under its key is LedgerDamaged. One sealed part holds words about one subject.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple, get_args

from cryptography.exceptions import InvalidTag
from pydantic import BaseModel, ValidationError, create_model

from ledger.proof.leaf import CONTENT_SALT_BYTES, SealedDigests, blinded, commitment
from ledger.store.body import FORMAT, NONCE_BYTES, SUBJECT_SALT_BYTES, SealedPart, damaged, variable
from ledger.store.vault import Vault
from ledger.streams.base import ERASED, FROZEN, SEALED, Closed, Event, Origin, Sealing
from ledger.terms.errors import LedgerDamaged

ENTROPY_BYTES: Final = SUBJECT_SALT_BYTES + CONTENT_SALT_BYTES + NONCE_BYTES
"""What one sealed part needs: subject salt, content salt, nonce."""


class Sealable(NamedTuple):
    """Words (and perhaps the origin) about one subject, ready to be sealed."""

    sealing: Sealing
    plaintext: bytes


class Opened(NamedTuple):
    """What a sealed part held."""

    words: Any
    origin: Origin | None


def sealables(event: Event, origin: Origin | None) -> tuple[Sealable, ...]:
    """What of an event must be sealed: its words, and the origin beside those of its first subject."""
    found = []
    for ordinal, sealing in enumerate(event.sealing()):
        words = getattr(event, sealing.field)
        assert words is not ERASED, "erased words cannot be recorded again"
        beside = origin if ordinal == 0 else None
        if isinstance(words, BaseModel) or beside is not None:
            found.append(Sealable(sealing, _plaintext(None if words is SEALED else words, beside)))
    assert len({each.sealing.subject for each in found}) == len(found), "one sealed part per subject"
    return tuple(found)


def seal(
    each: Sealable, *, vault: Vault, ledger_aad: bytes, topic: str, entropy: bytes
) -> tuple[SealedPart, SealedDigests]:
    """The sealed part, and what the header says of it. `entropy` is ENTROPY_BYTES long and used once."""
    _, subject, scope = each.sealing
    subject_salt, content_salt = entropy[:SUBJECT_SALT_BYTES], entropy[SUBJECT_SALT_BYTES:-NONCE_BYTES]
    nonce = entropy[-NONCE_BYTES:]
    salted = content_salt + each.plaintext
    ciphertext = vault.sealing(scope).encrypt(nonce, salted, part_aad(ledger_aad, topic, subject))
    digests = SealedDigests(
        blinded(subject, subject_salt), sha256(ciphertext).digest(), commitment(content_salt, each.plaintext)
    )
    return SealedPart(subject_salt, subject, scope, nonce, ciphertext), digests


def unseal(part: SealedPart, *, vault: Vault, ledger_aad: bytes, topic: str) -> tuple[bytes, bytes] | None:
    """(content salt, plaintext) of a sealed part; None where its key is gone; LedgerDamaged where it does not open."""
    cipher = vault.opening(part.scope)
    if cipher is None:
        return None
    try:
        salted = cipher.decrypt(part.nonce, part.ciphertext, part_aad(ledger_aad, topic, part.subject))
    except InvalidTag as error:
        raise LedgerDamaged(
            "Sealed words do not open under their own key: their bytes changed after they were written.",
            "Stop writing, keep this disk, and run `ccm-ledger verify` on the last good copy.",
        ) from error
    return salted[:CONTENT_SALT_BYTES], salted[CONTENT_SALT_BYTES:]


def read_plaintext(event: type[Event], field: str, plaintext: bytes) -> Opened:
    """The words and the origin in a plaintext, validated; LedgerDamaged where they are not what the event holds."""
    try:
        content = _content_model(event, field).model_validate_json(plaintext)
    except ValidationError as error:
        raise damaged() from error
    return Opened(getattr(content, "words", None), getattr(content, "origin", None))


def ledger_aad(ledger_id: str) -> bytes:
    """The part of the AAD that is the same for everything sealed in one ledger."""
    return bytes([FORMAT]) + variable(ledger_id.encode())


def part_aad(start: bytes, topic: str, subject: str) -> bytes:
    """The AAD of one sealed part."""
    return start + variable(topic.encode()) + variable(subject.encode())


def _plaintext(words: BaseModel | None, origin: Origin | None) -> bytes:
    pieces = []
    if words is not None:
        pieces.append(f'"words":{words.model_dump_json(exclude_none=True)}')
    if origin is not None:
        pieces.append(f'"origin":{origin.model_dump_json(exclude_none=True)}')
    return f"{{{','.join(pieces)}}}".encode()


@lru_cache(maxsize=256)
def _content_model(event: type[Event], field: str) -> type[BaseModel]:
    """What the plaintext of this field holds: the field's own type without Closed, and an Origin."""
    kinds = [kind for kind in get_args(event.model_fields[field].annotation) if kind is not Closed]
    words: Any = kinds[0]
    for kind in kinds[1:]:
        words = words | kind
    return create_model(
        f"{event.__name__}Content",
        __config__=FROZEN,
        words=(words | None, None),
        origin=(Origin | None, None),
    )

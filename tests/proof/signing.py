"""Keys and signatures for tests, by `cryptography`: what a log, its clock and a witness would sign."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.proof.note import (
    COSIGNER_KEY,
    NOTE_KEY,
    Note,
    Signature,
    VerifierKey,
    cosignature_data,
    cosigned_message,
    render_note,
)

ORIGIN = "ccm-ledger/lg_aaaaaaaaaaaaaaaaaaaaaaaaaa"


class Signer:
    """A key pair under a name; the seed is one byte, repeated."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public = self.private.public_key().public_bytes_raw()

    def key(self, kind: int = NOTE_KEY) -> VerifierKey:
        return VerifierKey(self.name, kind, self.public)

    def signs(self, text: str) -> Signature:
        return Signature(self.name, self.key().key_id, self.private.sign(text.encode()))

    def cosigns(self, text: str, at: int) -> Signature:
        signed = self.private.sign(cosigned_message(text, at))
        return Signature(self.name, self.key(COSIGNER_KEY).key_id, cosignature_data(at, signed))


LOG = Signer(ORIGIN, 1)
CLOCK = Signer(f"{ORIGIN}/clock", 2)
WITNESS = Signer("witness.example/w1", 3)
KEYS = (LOG.key(), CLOCK.key(COSIGNER_KEY), WITNESS.key(COSIGNER_KEY))


def note(text: str, *signatures: Signature) -> bytes:
    return render_note(Note(text, signatures))

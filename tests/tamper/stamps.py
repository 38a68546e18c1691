"""Timestamps of the checkpoints of a ledger that is tampered with: of the authority that was asked, and of another."""

from collections.abc import Mapping, Sequence

from cryptography.x509 import Certificate

from ledger.proof.note import parse_note
from ledger.store.checkpoints.timestamping import Timestamp, checked, request_for, roots_in
from tests.checkpoints.authority import Authority


def roots_of(authority: Authority) -> tuple[Certificate, ...]:
    """What its timestamps lead to."""
    return roots_in(authority.root.read_bytes())


def stamped(notes: Sequence[bytes], authority: Authority) -> Mapping[int, Timestamp]:
    """What an authority says of checkpoints, by their numbers."""
    texts = enumerate((parse_note(note).text for note in notes), 1)
    return {number: checked(authority.answer(request_for(text)), text, roots_of(authority)) for number, text in texts}

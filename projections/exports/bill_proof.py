"""The bytes of a bill, proven by the offline verifier that ships with it: its answer as the judge's reader needs it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from ledger.proof.bill import verify_bill
from ledger.proof.note import VerifierKey


class ProvenBytes(NamedTuple):
    """Whether every disclosed byte is one that a leaf of the signed log commits to."""

    is_proven: bool
    by: Literal["given", "file"]
    """By whose keys: those that the reader named, or those in the file, which its maker wrote."""
    because: str | None
    """Why not, in words."""
    proven: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    """What a reader must know besides."""


def proven(data: bytes, keys: Sequence[VerifierKey]) -> ProvenBytes:
    """What the file proves by the keys that are named, or else by its own."""
    by: Literal["given", "file"] = "given" if keys else "file"
    try:
        report = verify_bill(data, keys)
    except ValueError as bad:  # whatever of the file is not as it says is one
        return ProvenBytes(False, by, str(bad))
    return ProvenBytes(True, by, None, report.proven, report.noted)

"""Digests of documents and rows that arrive from outside.

Promise: the same bytes give the same digest, everywhere and for ever (SHA-256). Not promised: secrecy; what must not be
guessed from its digest gets an HMAC in the store.
"""

import hashlib


def document_digest(content: bytes) -> str:
    """SHA-256 of a document's bytes, in hex: what an auditor compares with the document at hand."""
    return hashlib.sha256(content).hexdigest()


def row_digest(*parts: str) -> bytes:
    """SHA-256 over length-prefixed UTF-8 parts, so that ("ab", "c") and ("a", "bc") differ."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4, "big"))
        digest.update(encoded)
    return digest.digest()


class DigestOfStream:
    """`document_digest` of bytes that come piece by piece."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, piece: bytes) -> None:
        """The next bytes of the document."""
        self._digest.update(piece)

    @property
    def hex(self) -> str:
        """The digest of all bytes so far."""
        return self._digest.hexdigest()

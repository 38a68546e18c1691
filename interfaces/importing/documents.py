"""A document as it is read: bytes of a file or of a request, digested on the way, whole or bundle by bundle.

Promise: whatever a reader leaves unread is read to the end before the digest is told, in pieces; of a bundle nothing
beyond the limit is held.
"""

from collections.abc import Iterator
from typing import Final, Protocol

from interfaces.importing.fhir_bundle import SIZE_MAX
from ledger.terms.digests import DigestOfStream

_PIECE: Final = 1 << 16


class Stream(Protocol):
    """A binary file, standard input, or the body of a request."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` further bytes; nothing at the end."""
        ...

    def readline(self, size: int = -1, /) -> bytes:
        """The next line with its end, cut at `size` bytes; nothing at the end."""
        ...


class Document:
    """A stream that is read once, and the digest of its bytes."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._digest = DigestOfStream()

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` further bytes."""
        return self._noted(self._stream.read(size))

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, cut at `size` bytes."""
        return self._noted(self._stream.readline(size))

    def digest(self) -> str:
        """SHA-256 of the whole document, in hex; what was not read yet is read and dropped."""
        while self.read(_PIECE):
            pass
        return self._digest.hex

    def _noted(self, piece: bytes) -> bytes:
        self._digest.add(piece)
        return piece


def one_bundle(document: Document) -> Iterator[bytes]:
    """The document as one bundle. One byte past the limit is enough for the reader to refuse it."""
    pieces: list[bytes] = []
    size = 0
    while size <= SIZE_MAX and (piece := document.read(min(_PIECE, SIZE_MAX + 1 - size))):
        pieces.append(piece)
        size += len(piece)
    whole = [b"".join(pieces)]
    pieces.clear()
    yield whole.pop()  # kept here, it would be held twice while it is read


def bundle_a_line(document: Document) -> Iterator[bytes]:
    """The bundles of newline-delimited JSON, one a line; blank lines are passed over. Where none is: an empty one."""
    is_empty = True
    while raw := document.readline(SIZE_MAX + 1):
        if len(raw) > SIZE_MAX and not raw.endswith(b"\n"):
            # The rest of an endless line is read and dropped in pieces; one byte too many is what marks it.
            while (rest := document.readline(_PIECE)) and not rest.endswith(b"\n"):
                pass
        if not raw.isspace():
            is_empty = False
            raw = raw.removesuffix(b"\n")
            yield raw
    if is_empty:
        yield b""

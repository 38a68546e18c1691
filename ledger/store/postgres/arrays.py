"""Arrays as PostgreSQL takes them on the wire, written straight into bytes.

psycopg writes arrays an element at a time; a group of five hundred facts has some twenty thousand, which cost more than
the append itself. Binary format of arrays: number of dimensions, flag for NULLs, OID of the elements; a dimension's
length and lower bound; then each element behind its length, -1 for NULL (PostgreSQL's source, array_recv in
src/backend/utils/adt/arrayfuncs.c).
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD: Final = struct.Struct(">iiIii")
_LENGTH: Final = struct.Struct(">i")
_NULL: Final = _LENGTH.pack(-1)
_BIG: Final = struct.Struct(">iq")


class _Array:
    """An array parameter, ready for the wire."""

    __slots__ = ("data",)
    OID = 0
    ELEMENT = 0

    def __init__(self, count: int, has_null: bool, elements: Iterable[bytes]) -> None:
        dimensions = 1 if count else 0
        head = _HEAD.pack(dimensions, int(has_null), self.ELEMENT, count, 1)
        self.data = b"".join((head, *elements)) if count else head[:12]


class Texts(_Array):
    """A `text[]`."""

    OID, ELEMENT = 1009, 25


class Blobs(_Array):
    """A `bytea[]`."""

    OID, ELEMENT = 1001, 17


class Ints(_Array):
    """An `integer[]`."""

    OID, ELEMENT = 1007, 23


class Bigs(_Array):
    """A `bigint[]`."""

    OID, ELEMENT = 1016, 20


def texts(values: Sequence[str | None]) -> Texts:
    """A `text[]`."""
    return Texts(len(values), None in values, _pieces([None if v is None else v.encode() for v in values]))


def blobs(values: Sequence[bytes | None]) -> Blobs:
    """A `bytea[]`."""
    return Blobs(len(values), None in values, _pieces(values))


def ints(values: Sequence[int]) -> Ints:
    """An `integer[]` without NULLs."""
    return Ints(len(values), False, (struct.pack(f">{2 * len(values)}i", *_behind(4, values)),))


def bigs(values: Sequence[int | None]) -> Bigs:
    """A `bigint[]`."""
    pack = _BIG.pack
    return Bigs(len(values), None in values, [_NULL if v is None else pack(8, v) for v in values])


def _behind(length: int, values: Sequence[int]) -> list[int]:
    flat = [length] * (2 * len(values))
    flat[1::2] = values
    return flat


def _pieces(values: Sequence[bytes | None]) -> list[bytes]:
    pack = _LENGTH.pack
    pieces = []
    for value in values:
        if value is None:
            pieces.append(_NULL)
        else:
            pieces.append(pack(len(value)))
            pieces.append(value)
    return pieces


def register(connection: Connection[Any]) -> None:
    """Let a connection take these arrays as parameters."""
    for kind in (Texts, Blobs, Ints, Bigs):
        connection.adapters.register_dumper(kind, _dumper(kind))


def _dumper(kind: type[_Array]) -> type[Dumper]:
    known = _DUMPERS.get(kind)
    if known is None:

        class ArrayDumper(Dumper):
            format = Format.BINARY
            oid = kind.OID

            def dump(self, obj: _Array) -> bytes:
                return obj.data

        known = _DUMPERS[kind] = ArrayDumper
    return known


_DUMPERS: Final[dict[type[_Array], type[Dumper]]] = {}

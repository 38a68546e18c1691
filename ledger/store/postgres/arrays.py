"""Arrays as they lie on the wire, written and read without going through one Python object an element more than needed.

psycopg writes arrays an element at a time, through an adapter each; a group of five hundred facts has some twenty
thousand, which cost more than the append itself. Binary format: number of dimensions, flag for NULLs, OID of the
elements; a dimension's length and lower bound; then each element behind its length, -1 for NULL (PostgreSQL's source,
array_recv in src/backend/utils/adt/arrayfuncs.c).
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD: Final = struct.Struct(">iiIii")
_LENGTH: Final = struct.Struct(">i")
_NULL: Final = _LENGTH.pack(-1)
_BIG: Final = struct.Struct(">iq")
_TEXT, _BLOB, _INT, _BIGINT = 25, 17, 23, 20


def text_array(values: Sequence[str | None]) -> bytes:
    """The bytes of a `text[]`."""
    return _variable(_TEXT, [None if value is None else value.encode() for value in values])


def blob_array(values: Sequence[bytes | None]) -> bytes:
    """The bytes of a `bytea[]`."""
    return _variable(_BLOB, values)


def int_array(values: Sequence[int]) -> bytes:
    """The bytes of an `integer[]` without NULLs."""
    count = len(values)
    flat = [4] * (2 * count)
    flat[1::2] = values
    return _head(_INT, count) + struct.pack(f">{2 * count}i", *flat)


def big_array(values: Sequence[int | None]) -> bytes:
    """The bytes of a `bigint[]`."""
    pack = _BIG.pack
    elements = [_NULL if value is None else pack(8, value) for value in values]
    return _head(_BIGINT, len(values), has_null=None in values) + b"".join(elements)


def big_values(data: bytes | None) -> list[int | None] | None:
    """The elements of a `bigint[]`."""
    return _values(data, "q")


def int_values(data: bytes | None) -> list[int | None] | None:
    """The elements of an `integer[]`."""
    return _values(data, "i")


def _values(data: bytes | None, kind: str) -> list[int | None] | None:
    if data is None:
        return None
    dimensions, has_null, _ = struct.unpack_from(">iiI", data)
    if not dimensions:
        return []
    (count,) = _LENGTH.unpack_from(data, 12)
    if not has_null:
        return list(_elements(count, kind).unpack_from(data, _HEAD.size)[1::2])
    found: list[int | None] = []
    at, element = _HEAD.size, struct.Struct(f">{kind}")
    for _ in range(count):
        (length,) = _LENGTH.unpack_from(data, at)
        found.append(None if length < 0 else element.unpack_from(data, at + 4)[0])
        at += 4 + max(length, 0)
    return found


@lru_cache(maxsize=1_024)
def _elements(count: int, kind: str) -> struct.Struct:
    return struct.Struct(">" + f"i{kind}" * count)


@lru_cache(maxsize=4_096)
def _head(element: int, count: int, *, has_null: bool = False) -> bytes:
    head = _HEAD.pack(1 if count else 0, int(has_null), element, count, 1)
    return head if count else head[:12]


def _variable(element: int, values: Sequence[bytes | None]) -> bytes:
    pack = _LENGTH.pack
    pieces = [_head(element, len(values), has_null=None in values)]
    for value in values:
        if value is None:
            pieces.append(_NULL)
        else:
            pieces += (pack(len(value)), value)
    return b"".join(pieces)


# --- as parameters of psycopg ---------------------------------------------------------------------------------------


class _Array:
    """An array parameter, ready for the wire."""

    __slots__ = ("data",)
    OID = 0

    def __init__(self, data: bytes) -> None:
        self.data = data


class Texts(_Array):
    """A `text[]`."""

    OID = 1009


class Blobs(_Array):
    """A `bytea[]`."""

    OID = 1001


class Ints(_Array):
    """An `integer[]`."""

    OID = 1007


class Bigs(_Array):
    """A `bigint[]`."""

    OID = 1016


def texts(values: Sequence[str | None]) -> Texts:
    """A `text[]`."""
    return Texts(text_array(values))


def blobs(values: Sequence[bytes | None]) -> Blobs:
    """A `bytea[]`."""
    return Blobs(blob_array(values))


def ints(values: Sequence[int]) -> Ints:
    """An `integer[]` without NULLs."""
    return Ints(int_array(values))


def bigs(values: Sequence[int | None]) -> Bigs:
    """A `bigint[]`."""
    return Bigs(big_array(values))


def register(connection: Connection[Any]) -> None:
    """Let a connection take these arrays as parameters."""
    for kind, dumper in _DUMPERS.items():
        connection.adapters.register_dumper(kind, dumper)


def _dumper(kind: type[_Array]) -> type[Dumper]:
    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = kind.OID

        def dump(self, obj: _Array) -> bytes:
            return obj.data

    return ArrayDumper


_DUMPERS: Final = {kind: _dumper(kind) for kind in (Texts, Blobs, Ints, Bigs)}

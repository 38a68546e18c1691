"""The append on PostgreSQL: a group written flat for the function that locks, checks and inserts (0002_append.sql).

Promise: one statement, one commit; the answers say of each proposal what the function decided. The heads of streams
that came back are learned only as far as they are committed. What is repeated after a failure is only what the server
said it undid, or what its keys keep from being recorded twice.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import orjson
from psycopg import Connection, OperationalError
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGresult

from ledger.store.append import KEY, Prepared, reading_set_digest
from ledger.store.heads import Head, HeadCache
from ledger.store.instants import from_micros, to_micros
from ledger.store.mapper import Packed
from ledger.store.postgres import arrays
from ledger.streams.base import Appended, Moved, Proposal

KEY_MOVED: Final = -1
BEFORE: Final = 0
"""In place of a stream: what the function takes for the proposal before."""
_COLUMNS: Final = "keys_moved, base, recorded, recorded_each, moved, stands_for, tag_ids, heads"
_COUNT: Final = 32
_BINARY: Final = [1] * _COUNT
_BIGINT: Final = struct.Struct(">q")


class Function:
    """The append function of one ledger, called below psycopg's cursors: their way costs more than the function.

    The plan is made once a connection. The call blocks the thread, not the others of the process.
    """

    def __init__(self, schema: str) -> None:
        self._name = f"{schema}.append".encode()
        marks = ", ".join(f"${number}" for number in range(1, _COUNT + 1))
        self._statement = f'SELECT {_COLUMNS} FROM "{schema}".append({marks})'.encode()

    def __call__(self, connection: Connection[Any], prepared: set[bytes], values: Sequence[bytes | None]) -> "Answer":
        """What the function answers; `prepared` is what the connection knows. Raises psycopg's errors."""
        if self._name not in prepared:
            self._prepare(connection)
            prepared.add(self._name)
        try:
            result = self._execute(connection, values)
        except InvalidSqlStatementName:
            # psycopg forgets all statements of a connection after DROP, ALTER and ROLLBACK, this one with them.
            self._prepare(connection)
            result = self._execute(connection, values)
        return Answer.read([result.get_value(0, column) for column in range(8)])

    def _prepare(self, connection: Connection[Any]) -> None:
        _checked(connection, connection.pgconn.prepare(self._name, self._statement))

    def _execute(self, connection: Connection[Any], values: Sequence[bytes | None]) -> PGresult:
        done = connection.pgconn.exec_prepared(self._name, values, _BINARY, Format.BINARY)  # type: ignore[arg-type]
        return _checked(connection, done)


def _checked(connection: Connection[Any], result: PGresult) -> PGresult:
    if result.status in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        return result
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        # Not the server's words but libpq's: the connection broke, and psycopg's cursors would say so in this class.
        raise OperationalError("the connection broke under way")
    raise error_from_result(result, encoding=connection.info.encoding)


class Answer(NamedTuple):
    """What the function answers, arrays in the order of what was asked."""

    keys_moved: bool
    base: int
    recorded: int
    recorded_each: list[int | None] | None
    moved: list[int | None] | None
    stands_for: list[int | None] | None
    tag_ids: list[int | None] | None
    heads: list[int | None] | None

    @classmethod
    def read(cls, cells: Sequence[bytes | None]) -> "Answer":
        """The answer in the eight cells of a row."""
        keys_moved, base, recorded, recorded_each, moved, stands_for, tag_ids, heads = cells
        return cls(
            keys_moved == b"\x01",
            _big(base),
            _big(recorded),
            arrays.big_values(recorded_each),
            arrays.int_values(moved),
            arrays.big_values(stands_for),
            arrays.big_values(tag_ids),
            arrays.big_values(heads),
        )


def _big(cell: bytes | None) -> int:
    return 0 if cell is None else int(_BIGINT.unpack(cell)[0])


class Flat(NamedTuple):
    """A group as the function takes it, and what is needed to read its answer."""

    values: list[bytes | None]
    tags: list[str]
    digests: list[bytes]


class _Streams:
    """The streams of a group: each has a place, and a count of the facts that the group adds to it."""

    def __init__(self) -> None:
        self.place: dict[str, int] = {}
        self.added: list[int] = []
        self.expect: list[int | None] = []
        self.is_contradicted = False
        """Whether two proposals expect a stream in different places, so that one of them is wrong."""

    def of(self, tag: str) -> int:
        """The place of a stream, counted from 1."""
        place = self.place.get(tag)
        if place is None:
            place = self.place[tag] = len(self.place) + 1
            self.added.append(0)
            self.expect.append(None)
        return place

    def check(self, tag: str, count: int) -> tuple[int, int]:
        """A stream that a decision rests on: its place, and where it stands without the group."""
        place = self.of(tag)
        head = count - self.added[place - 1]
        expected = self.expect[place - 1]
        self.is_contradicted |= expected is not None and expected != head
        self.expect[place - 1] = head
        return place, head

    def add(self, tag: str) -> tuple[int, int]:
        """A stream that a fact joins: its place, and the number of the fact among those of the group."""
        place = self.of(tag)
        self.added[place - 1] += 1
        return place, self.added[place - 1]


def flatten(group: Sequence[Prepared], *, destroyed: int, now: int, stored: frozenset[bytes]) -> Flat:
    """The group as arrays; reading sets that are known to be `stored` are not sent again."""
    streams = _Streams()
    checks: list[tuple[int, int, int]] = []
    first: list[int] = []
    facts: list[tuple[int, int, int, int]] = []
    members: list[tuple[int, int, int, int]] = []
    salts: list[bytes] = []
    for at, (proposal, packed_facts) in enumerate(group, 1):
        if proposal.follows:
            checks.append((at, BEFORE, 0))
        checks += [(at, *streams.check(tag, count)) for tag, count in proposal.read_set]
        first.append(len(facts) + 1)
        for packed in packed_facts:
            places = [streams.add(tag) for tag in packed.tags]
            facts.append((at, places[0][0], len(members) + 1, len(places)))
            for ordinal in _tail_order(packed):
                members.append((len(facts), ordinal, *places[ordinal]))
                salts.append(packed.salts[ordinal])
    proposals = [proposal for proposal, _ in group]
    once = [proposal.once for proposal in proposals]
    clocks = [None if p.clock is None else to_micros(p.clock) for p in proposals]
    tokens = [proposal.key.token for proposal in proposals if proposal.key]
    is_plain = not any(once) and not streams.is_contradicted and len(set(tokens)) == len(tokens)
    readings = {reading_set_digest(p.readings): p.readings for p in proposals if p.readings is not None}
    new = {digest: content for digest, content in readings.items() if digest not in stored}
    packed_all = [packed for _, packed_facts in group for packed in packed_facts]
    values = [
        _BIGINT.pack(destroyed),
        _BIGINT.pack(now),
        b"\x01" if is_plain else b"\x00",
        arrays.text_array(list(streams.place)),
        arrays.big_array(streams.expect),
        arrays.int_array(streams.added),
        *_columns(checks, (arrays.int_array, arrays.int_array, arrays.big_array)),
        *_key_columns(proposals, has_keys=bool(tokens)),
        arrays.text_array(once) if any(once) else None,
        arrays.big_array(clocks) if any(clock is not None for clock in clocks) else None,
        arrays.int_array(first),
        arrays.int_array([len(packed_facts) for _, packed_facts in group]),
        *_columns(facts, (arrays.int_array,) * 2, upto=2),
        arrays.text_array([packed.topic for packed in packed_all]),
        arrays.blob_array([packed.state for packed in packed_all]),
        arrays.blob_array([packed.prefix for packed in packed_all]),
        *_columns([fact[2:] for fact in facts], (arrays.int_array,) * 2),
        *_columns(members, (arrays.int_array,) * 4),
        arrays.blob_array(salts),
        arrays.blob_array(list(new)) if new else None,
        arrays.blob_array(list(new.values())) if new else None,
    ]
    return Flat(values, list(streams.place), list(readings))


def _tail_order(packed: Packed) -> list[int]:
    """The ordinals of a fact's tags as the header's tail has them: home first, the others by their blinded names."""
    blinds = packed.blinds
    return [0, *sorted(range(1, len(blinds)), key=blinds.__getitem__)]


def _columns(
    rows: Sequence[tuple[int, ...]], makes: Sequence[Callable[[Sequence[int]], bytes]], upto: int | None = None
) -> list[bytes]:
    """Rows as one array a column."""
    columns = list(zip(*rows, strict=True))[:upto] if rows else [()] * len(makes)
    return [make(column) for make, column in zip(makes, columns, strict=True)]


def _key_columns(proposals: Sequence[Proposal], *, has_keys: bool) -> list[bytes | None]:
    """Keys with what they are bound to: token, content, outcome, positions where no fact comes, ids."""
    if not has_keys:
        return [None] * 5
    keys = [proposal.key for proposal in proposals]
    given = [f"{{{','.join(map(str, p.positions))}}}" if p.positions else "{}" for p in proposals]
    return [
        arrays.text_array([key.token if key else None for key in keys]),
        arrays.blob_array([key.content if key else None for key in keys]),
        arrays.text_array([p.outcome for p in proposals]),
        arrays.text_array(given),
        arrays.text_array([_ids(p.ids) for p in proposals]),
    ]


def _ids(ids: tuple[tuple[str, str], ...]) -> str:
    return orjson.dumps(ids).decode() if ids else "[]"


def answers(group: Sequence[Prepared], flat: Flat, answer: Answer, heads: HeadCache) -> list[Appended | Moved]:
    """What the function answered, per proposal; the heads are learned."""
    _, base, recorded, recorded_each, moved, stands_for, tag_ids, before = answer
    said: list[Appended | Moved] = []
    grown: dict[str, int] = {}
    position = base
    for at, (proposal, facts) in enumerate(group):
        what = moved[at] if moved is not None else 0
        if what:
            said.append(Moved(KEY if what == KEY_MOVED else flat.tags[what - 1]))
            continue
        stands = stands_for[at] if stands_for is not None else None
        if stands is not None:
            positions: tuple[int, ...] = (stands,)
        elif facts:
            positions = tuple(range(position + 1, position + len(facts) + 1))
            position += len(facts)
            for packed in facts:
                for tag in packed.tags:
                    grown[tag] = grown.get(tag, 0) + 1
        else:
            positions = proposal.positions
        instant = recorded if recorded_each is None else recorded_each[at] or 0
        said.append(Appended(positions, from_micros(instant)))
    known: list[tuple[str, Head]] = [
        (tag, (tag_id or 0, (head or 0) + grown.get(tag, 0)) if head or tag in grown else (0, 0))
        for tag, tag_id, head in zip(flat.tags, tag_ids or (), before or (), strict=True)
    ]
    heads.learn(known)
    heads.reached(position, base=base)
    return said

"""The append on PostgreSQL: a group written flat for the function that locks, checks and inserts (0002_append.sql).

Promise: one statement, one commit; the answers say of each proposal what the function decided. The heads of streams
that came back are learned only as far as they are committed. What is repeated after a failure is only what the server
said it undid, or what its keys keep from being recorded twice.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson
from psycopg.types.numeric import Int4, Int8

from ledger.store.append import KEY, Prepared, reading_set_digest
from ledger.store.heads import Head, HeadCache
from ledger.store.instants import from_micros, to_micros
from ledger.store.postgres import arrays
from ledger.streams.base import Appended, Moved

KEY_MOVED: Final = -1
_COLUMNS: Final = "keys_moved, base, recorded, recorded_each, moved, stands_for, tag_ids, heads"


def call(schema: str) -> str:
    """The statement that appends to the ledger in a schema."""
    return f'SELECT {_COLUMNS} FROM "{schema}".append({", ".join(["%s"] * 27)})'


class Flat(NamedTuple):
    """A group as the function takes it, and what is needed to read its answer."""

    values: tuple[Any, ...]
    tags: list[str]
    first: list[int]
    digests: list[bytes]


def flatten(group: Sequence[Prepared], *, destroyed: int, now: int, stored: frozenset[bytes]) -> Flat:
    """The group as arrays; reading sets that are known to be `stored` are not sent again."""
    tag_at: dict[str, int] = {}
    fact_home: list[int] = []
    members: list[tuple[int, int, int]] = []
    salts: list[bytes] = []
    first, facts_of = [], []
    for _, facts in group:
        first.append(len(fact_home) + 1)
        facts_of.append(len(facts))
        for packed in facts:
            places = [tag_at.setdefault(tag, len(tag_at) + 1) for tag in packed.tags]
            fact_home.append(places[0])
            members += [(len(fact_home), ordinal, place) for ordinal, place in enumerate(places)]
            salts += packed.salts
    carried = len(tag_at)
    checks = _checks(group, tag_at)
    packed_all = [packed for _, facts in group for packed in facts]
    proposals = [proposal for proposal, _ in group]
    keys = [proposal.key for proposal in proposals]
    tokens = [key.token if key else None for key in keys]
    given = [f"{{{','.join(map(str, p.positions))}}}" if p.positions else "{}" for p in proposals]
    once = [p.once for p in proposals]
    clocks = [None if p.clock is None else to_micros(p.clock) for p in proposals]
    reading = {reading_set_digest(p.readings): p.readings for p in proposals if p.readings is not None}
    new = {digest: content for digest, content in reading.items() if digest not in stored}
    named = [token for token in tokens if token is not None]
    values = (
        Int8(destroyed),
        Int8(now),
        Int4(carried),
        arrays.texts(list(tag_at)),
        arrays.ints([at for at, _, _ in checks]),
        arrays.ints([tag for _, tag, _ in checks]),
        arrays.bigs([head for _, _, head in checks]),
        arrays.texts(tokens),
        len(set(named)) != len(named),
        arrays.blobs([key.content if key else None for key in keys]),
        arrays.texts([p.outcome for p in proposals]),
        arrays.texts(given),
        arrays.texts([_ids(p.ids) for p in proposals]),
        arrays.texts(once) if any(once) else None,
        arrays.bigs(clocks) if any(clock is not None for clock in clocks) else None,
        arrays.ints(first),
        arrays.ints(facts_of),
        arrays.ints(fact_home),
        arrays.texts([packed.topic for packed in packed_all]),
        arrays.blobs([packed.state for packed in packed_all]),
        arrays.blobs([packed.prefix for packed in packed_all]),
        arrays.ints([fact for fact, _, _ in members]),
        arrays.ints([ordinal for _, ordinal, _ in members]),
        arrays.ints([tag for _, _, tag in members]),
        arrays.blobs(salts),
        arrays.blobs(list(new)),
        arrays.blobs(list(new.values())),
    )
    return Flat(values, list(tag_at), first, list(reading))


def _checks(group: Sequence[Prepared], tag_at: dict[str, int]) -> list[tuple[int, int, int]]:
    """(proposal, tag, expected head less what earlier ones add), in order; streams that are only read join `tag_at`."""
    added: dict[str, int] = {}
    checks = []
    for at, (proposal, facts) in enumerate(group, 1):
        for tag, count in proposal.read_set:
            place = tag_at.setdefault(tag, len(tag_at) + 1)
            checks.append((at, place, count - added.get(tag, 0)))
        for packed in facts:
            for tag in packed.tags:
                added[tag] = added.get(tag, 0) + 1
    return checks


def _ids(ids: tuple[tuple[str, str], ...]) -> str:
    return orjson.dumps(ids).decode() if ids else "[]"


def answers(group: Sequence[Prepared], flat: Flat, row: Sequence[Any], heads: HeadCache) -> list[Appended | Moved]:
    """What the function answered, per proposal; the heads are learned."""
    _, base, recorded, recorded_each, moved, stands_for, tag_ids, before = row
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
        instant = recorded if recorded_each is None else recorded_each[at]
        said.append(Appended(positions, from_micros(instant)))
    known: list[tuple[str, Head]] = [
        (tag, (tag_id, head + grown.get(tag, 0)) if head or tag in grown else (0, 0))
        for tag, tag_id, head in zip(flat.tags, tag_ids or (), before or (), strict=True)
    ]
    heads.learn(known)
    heads.reached(position, base=base)
    return said

"""The append on SQLite, under the lock: a group of proposals placed one after the other, written as one commit.

Promise: as ledger/store/append.py says, for what happens between BEGIN IMMEDIATE and COMMIT. Rows are written in
bulk, a statement a table.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

import orjson

from ledger.proof.leaf import encode_tail, leaf_hash
from ledger.store.append import KEY, Prepared, reading_set_digest
from ledger.store.heads import NO_HEAD, Head, HeadCache
from ledger.store.instants import from_micros, to_micros
from ledger.store.mapper import Packed
from ledger.store.sqlite import reading
from ledger.store.sqlite.recorder import INSERT_EVENT, last_row
from ledger.streams.base import Appended, Moved, Proposal


class GroupWriter:
    """One group under the lock: places proposals one after the other, then writes all rows at once."""

    def __init__(self, cursor: sqlite3.Cursor, heads: HeadCache, now: datetime) -> None:
        self.position, self.recorded_at = last_row(cursor)
        self._cursor = cursor
        self._cache = heads
        self._now = to_micros(now)
        self._started_at = self.position
        reading.catch_up(cursor, heads, self.position)
        self._heads: dict[str, Head] = {}
        self._bound: set[str] = set()
        self._once: dict[str, tuple[int, int]] = {}
        self._poisoned: set[str] = set()
        self._next_tag_id = 1 + (cursor.execute("SELECT MAX(tag_id) FROM tags").fetchone()[0] or 0)
        self._touched: set[str] = set()
        self._new: dict[str, int] = {}
        self._counted: set[str] = set()
        self._events: list[tuple[object, ...]] = []
        self._tags: list[tuple[object, ...]] = []
        self._keys: list[tuple[object, ...]] = []
        self._readings: dict[bytes, bytes] = {}

    def place_all(self, group: Sequence[Prepared]) -> list[Appended | Moved]:
        """The answer to each proposal, in order; nothing is written yet."""
        self._look_up(group)
        answers: list[Appended | Moved] = []
        for prepared in group:
            before = answers[-1] if answers and prepared.proposal.follows else None
            answers.append(self._place(prepared, before.tag if isinstance(before, Moved) else None))
        return answers

    def flush(self) -> None:
        """Write the rows of everything that was placed."""
        run = self._cursor.executemany
        if self._events:
            run(INSERT_EVENT, self._events)
            heads = self._heads
            new = [(tag_id, tag, heads[tag][1]) for tag, tag_id in self._new.items()]
            run("INSERT INTO tags (tag_id, tag, head) VALUES (?, ?, ?)", new)
            old = sorted(heads[tag] for tag in self._touched - self._new.keys())
            run("UPDATE tags SET head = ?2 WHERE tag_id = ?1", old)
            run(
                "INSERT INTO event_tags (position, ordinal, tag_id, seq, salt) VALUES (?, ?, ?, ?, ?)",
                self._tags,
            )
        if self._keys:
            run(
                "INSERT INTO command_keys (token, content, outcome, positions, ids) VALUES (?, ?, ?, ?, ?)",
                self._keys,
            )
        if self._readings:
            run(
                "INSERT OR IGNORE INTO reading_sets (digest, content) VALUES (?, ?)",
                list(self._readings.items()),
            )
        if self._counted:
            run(
                "INSERT INTO refusal_count (token, position, count) VALUES (?, ?, ?)"
                " ON CONFLICT (token) DO UPDATE SET count = excluded.count",
                [(token, *self._once[token]) for token in sorted(self._counted)],
            )

    def settle(self) -> None:
        """After the commit: tell the cache what the streams hold now."""
        self._cache.learn(self._heads.items())
        self._cache.reached(self.position, base=self._started_at)

    def _look_up(self, group: Sequence[Prepared]) -> None:
        # One query for all streams and one for all keys: a query each would cost more than the whole append.
        tags: set[str] = set()
        keys, once = [], []
        for proposal, facts in group:
            tags.update(tag for tag, _ in proposal.read_set)
            for fact in facts:
                tags.update(fact.tags)
            if proposal.key:
                keys.append(proposal.key.token)
            if proposal.once:
                once.append(proposal.once)
        self._heads, missing = self._cache.part(tags)
        if missing:
            self._heads.update(dict.fromkeys(missing, NO_HEAD))
            self._heads.update(reading.heads_of(self._cursor, missing))
        if keys:
            query = "SELECT token FROM command_keys WHERE token IN (SELECT value FROM json_each(?))"
            self._bound = {row[0] for row in self._cursor.execute(query, (orjson.dumps(keys).decode(),))}
        if once:
            query = "SELECT token, position, count FROM refusal_count WHERE token IN (SELECT value FROM json_each(?))"
            rows = self._cursor.execute(query, (orjson.dumps(once).decode(),))
            self._once = {token: (position, count) for token, position, count in rows}

    def _place(self, prepared: Prepared, before: str | None) -> Appended | Moved:
        """Record a proposal, unless its condition does not hold; `before` is what moved the one it rests on."""
        proposal = prepared.proposal
        if (moved := before or self._moved(proposal)) is not None:
            # What was decided after it rested on facts that are not there, even where the numbers agree.
            self._poisoned.update(tag for fact in prepared.facts for tag in fact.tags)
            return Moved(moved)
        recorded_at = max(self.recorded_at, self._now if proposal.clock is None else to_micros(proposal.clock))
        if proposal.once and (first := self._once.get(proposal.once)):
            positions: tuple[int, ...] = (first[0],)
            self._once[proposal.once] = (first[0], first[1] + 1)
        else:
            positions = self._record(prepared.facts, recorded_at) or proposal.positions
            if proposal.once:
                self._once[proposal.once] = (positions[0], 1)
        self._bind(proposal, positions)
        return Appended(positions, from_micros(recorded_at))

    def _moved(self, proposal: Proposal) -> str | None:
        if proposal.key is not None and proposal.key.token in self._bound:
            return KEY
        for tag, count in proposal.read_set:
            if self._heads[tag][1] != count or tag in self._poisoned:
                return tag
        return None

    def _record(self, facts: Sequence[Packed], recorded_at: int) -> tuple[int, ...]:
        if not facts:
            return ()
        heads, rows = self._heads, self._tags
        for topic, state, prefix, tags, salts, blinds in facts:
            position = self.position = self.position + 1
            seqs = []
            for ordinal, tag in enumerate(tags):
                tag_id, seq = heads[tag]
                if not tag_id:
                    tag_id = self._new[tag] = self._next_tag_id
                    self._next_tag_id += 1
                seq += 1
                heads[tag] = (tag_id, seq)
                seqs.append(seq)
                rows.append((position, ordinal, tag_id, seq, salts[ordinal]))
            self._touched.update(tags)
            leaf = leaf_hash(prefix, encode_tail(position - 1, recorded_at, zip(blinds, seqs, strict=True)))
            self._events.append((position, tags[0], seqs[0], topic, state, recorded_at, prefix, leaf))
        self.recorded_at = recorded_at
        return tuple(range(self.position - len(facts) + 1, self.position + 1))

    def _bind(self, proposal: Proposal, positions: tuple[int, ...]) -> None:
        if proposal.once:
            self._counted.add(proposal.once)
        if proposal.readings is not None:
            self._readings[reading_set_digest(proposal.readings)] = proposal.readings
        if (key := proposal.key) is not None:
            self._bound.add(key.token)
            self._keys.append((key.token, key.content, proposal.outcome, _json(positions), _json(proposal.ids)))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()

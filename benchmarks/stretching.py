"""A ledger of any size out of a small one: its archive with its time entries again and again, about other patients.

Promise: the file is an archive like any other, with true leaves, numbers and root, and is imported like any other. The
copies are about patients whom nobody registered, so nothing can be judged there: it is for measuring how a store of
that size appends and reads. With `whole` everything about patients and staff is copied, bodies included, and each copy
is judged as the first is. Not promised: that `verify` finds it sound; envelopes and sealed words speak of the first.
"""

import re
from base64 import b32encode
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Final

from ledger.proof.leaf import blinded, encode_tail, leaf_hash
from ledger.store.archive import records
from ledger.store.archive.checking import Checker
from ledger.store.archive.format import BlockWriter, Section
from ledger.store.archive.rows import AnyRow, FactRow, KeyRow, StreamRow, TagRow
from ledger.store.archive.tables import Tables, source
from ledger.store.body import split_body
from ledger.store.connection import Place
from ledger.terms.ports import Clock

TOPIC: Final = "time_logged"
_PATIENT: Final = b"pt_"
_STAFF: Final = b"st_"
_ID: Final = 29
"""The length of an id."""
_NAMED: Final = re.compile(rb"(?:pt|st)_[a-z2-7]{26}")
_OF_PEOPLE: Final = (b"patient/", b"care_plan/", b"care_month/", b"staff/", b"staff_day/")


def stretch(
    place: Place, file: Path, clock: Clock, facts: int, *, with_staff: bool = False, whole: bool = False
) -> None:
    """Write an archive of the ledger at a place that holds at least so many facts.

    `with_staff`: the copies are by other people too, so that nobody's day grows longer than a day. `whole`: the copies
    are of all that is known of patients and staff.
    """
    with source(place, clock) as tables, file.open("wb") as out:
        renamed = (_PATIENT, _STAFF) if with_staff or whole else (_PATIENT,)
        stretched = _Stretched(tables, facts, renamed, whole=whole)
        ledger = tables.ledger()
        checker, writer = Checker(ledger), BlockWriter(out)
        writer.put(Section.LEDGER, records.encode_ledger(ledger))
        for section, rows in stretched.sections():
            encode = getattr(records, f"encode_{_NAMES[section]}")
            for row in rows:
                checker.check(section, (row,))
                writer.put(section, encode(row))
        writer.flush()
        writer.put(Section.TRAILER, records.encode_trailer(checker.trailer(writer.digest())))
        writer.flush()


_NAMES: Final = {
    Section.STREAMS: "stream",
    Section.FACTS: "fact",
    Section.KEYS: "key",
    Section.READING_SETS: "reading_set",
    Section.REFUSALS: "refusal",
    Section.DATA_KEYS: "data_key",
}


class _Stretched:
    """The rows of the stretched ledger. Streams come first in an archive, so all tags are counted before."""

    def __init__(self, tables: Tables, wanted: int, renamed: tuple[bytes, ...], *, whole: bool) -> None:
        self._tables = tables
        self._renamed = renamed
        self._is_whole = whole
        self._facts = [row for row in tables.rows(Section.FACTS) if isinstance(row, FactRow)]
        self._entries = [row for row in self._facts if (_is_of_people(row) if whole else row.topic == TOPIC)]
        self._copied = frozenset(row.position for row in self._entries)
        self._copies = max(-(-(wanted - len(self._facts)) // len(self._entries)), 0)
        self._streams: dict[bytes, list[int]] = {}
        for row in tables.rows(Section.STREAMS):
            assert isinstance(row, StreamRow)
            self._streams[row.tag.encode()] = [row.tag_id, row.head]
        self._heads = {tag: head for tag, (_, head) in self._streams.items()}

    def sections(self) -> Iterator[tuple[Section, Iterator[AnyRow]]]:
        """Every section in its order."""
        self._count()
        yield Section.STREAMS, (StreamRow(tag_id, head, tag.decode()) for tag, (tag_id, head) in self._streams.items())
        yield Section.FACTS, self._all_facts()
        yield Section.KEYS, self._all_keys()
        for section in (Section.READING_SETS, Section.REFUSALS, Section.DATA_KEYS):
            yield section, self._tables.rows(section)

    def _count(self) -> None:
        last = max(tag_id for tag_id, _ in self._streams.values())
        for copy in range(1, self._copies + 1):
            for fact in self._entries:
                for tag in fact.tags:
                    name = _renamed(tag.tag, copy, self._renamed)
                    stream = self._streams.get(name)
                    if stream is None:
                        last += 1
                        stream = self._streams[name] = [last, 0]
                    stream[1] += 1

    def _all_facts(self) -> Iterator[FactRow]:
        heads = dict.fromkeys(self._heads, 0)
        for position, (fact, copy) in enumerate(self._in_order(), start=1):
            tags = []
            for tag in fact.tags:
                name = _renamed(tag.tag, copy, self._renamed) if copy else tag.tag
                seq = heads[name] = heads.get(name, 0) + 1
                tags.append(TagRow(self._streams[name][0], seq, tag.salt, name))
            blinds = [(blinded(tag.tag.decode(), tag.salt), tag.seq) for tag in tags]
            prefix, state = _told_of(fact, copy) if copy and self._is_whole else (fact.prefix, fact.state)
            recorded_at = fact.recorded_at if self._is_whole or not copy else self._facts[-1].recorded_at
            leaf = leaf_hash(prefix, encode_tail(position - 1, recorded_at, blinds))
            yield FactRow(position, recorded_at, leaf, fact.topic, prefix, state, tuple(tags))

    def _in_order(self) -> Iterator[tuple[FactRow, int]]:
        """Each fact with the number of its copy, 0 for itself, in the order of the file.

        The copies come behind everything; where they are whole, behind the evening that told the first ones, so that
        nothing is recorded later than it was.
        """
        evenings = [list(facts) for _, facts in groupby(self._facts, lambda fact: fact.recorded_at)]
        for told in evenings if self._is_whole else [self._facts]:
            yield from ((fact, 0) for fact in told)
            copied = [fact for fact in told if fact.position in self._copied]
            yield from ((fact, copy) for copy in range(1, self._copies + 1) for fact in copied)

    def _all_keys(self) -> Iterator[KeyRow]:
        """A key for every copy, and the first ones where their facts have gone."""
        now: dict[int, int] = {}
        copies: list[KeyRow] = []
        for position, (fact, copy) in enumerate(self._in_order(), start=1):
            if copy:
                token = sha256(f"copy {len(copies)}".encode()).hexdigest()[:32]
                copies.append(KeyRow(token, bytes(32), "accepted", (position,), "[]"))
            else:
                now[fact.position] = position
        own = (row for row in self._tables.rows(Section.KEYS) if isinstance(row, KeyRow))
        moved = (row._replace(positions=tuple(now[at] for at in row.positions)) for row in own)
        yield from sorted((*moved, *copies), key=lambda row: row.token)


def _is_of_people(row: FactRow) -> bool:
    return any(tag.tag.startswith(_OF_PEOPLE) for tag in row.tags)


def _told_of(fact: FactRow, copy: int) -> tuple[bytes, bytes]:
    """The prefix and the body of the same fact told of other people: what stands in the clear names them."""
    start, end = split_body(fact.state)
    clear = fact.state[start:end]
    other = _NAMED.sub(lambda found: _another(found[0], copy), clear)
    told = fact.state[:start] + other + fact.state[end:]
    return fact.prefix.replace(sha256(clear).digest(), sha256(other).digest()), told


def _renamed(tag: bytes, copy: int, kinds: tuple[bytes, ...]) -> bytes:
    """The tag of the same thing about another patient (or by other staff); all other streams stay as they are."""
    for kind in kinds:
        at = tag.find(kind)
        if at >= 0:
            return tag[:at] + _another(tag[at : at + _ID], copy) + tag[at + _ID :]
    return tag


@lru_cache(maxsize=8_192)
def _another(named: bytes, copy: int) -> bytes:
    """The id of whoever stands for somebody in a copy."""
    other = sha256(named + copy.to_bytes(4, "big")).digest()
    return named[:3] + b32encode(other)[:26].lower()

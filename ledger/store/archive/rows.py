"""The rows that an archive is made of, in one shape for both databases. records.py has them as bytes."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import orjson

from ledger.store.archive.format import ArchiveRefused, Reason, Section
from ledger.store.engine import Snapshot
from ledger.terms.errors import LedgerDamaged


class LedgerRow(NamedTuple):
    """What a ledger and its vault say about themselves."""

    ledger_id: str
    format: int
    clock: str
    """`lines` of a simulated ledger, otherwise whose clock dates its facts: the `server`'s, or the `program`'s."""
    created_at: int
    vault_format: int
    check_value: bytes
    named: tuple[tuple[str, bytes], ...]
    """The wrapped index key and digest key."""

    @property
    def simulated(self) -> bool:
        """Whether its clock comes from its input."""
        return self.clock == "lines"


class StreamRow(NamedTuple):
    """A row of `tags`."""

    tag_id: int
    head: int
    tag: str


class TagRow(NamedTuple):
    """A row of `event_tags`, with the name of its stream in UTF-8: names are hashed more often than read."""

    tag_id: int
    seq: int
    salt: bytes
    tag: bytes


class FactRow(NamedTuple):
    """A row of `stored_events` with those of its tags, the home stream first."""

    position: int
    recorded_at: int
    leaf: bytes
    topic: str
    prefix: bytes
    state: bytes
    tags: tuple[TagRow, ...]


class KeyRow(NamedTuple):
    """A row of `command_keys`; `ids` is the JSON that both databases hold."""

    token: str
    content: bytes | None
    outcome: str
    positions: tuple[int, ...]
    ids: str


class ReadingSetRow(NamedTuple):
    """A row of `reading_sets`."""

    digest: bytes
    content: bytes


class RefusalRow(NamedTuple):
    """A row of `refusal_count`."""

    token: str
    position: int
    times: int


class DataKeyRow(NamedTuple):
    """A row of `data_keys`: a wrapped key, or the mark of one that was destroyed."""

    scope: str
    wrapped: bytes | None
    created_at: int


class Trailer(NamedTuple):
    """What an archive says it holds."""

    facts: int
    streams: int
    keys: int
    reading_sets: int
    refusals: int
    data_keys: int
    root: bytes
    """The Merkle root of the leaves."""
    digest: bytes
    """The SHA-256 of everything before the trailer's block."""


AnyRow = StreamRow | FactRow | KeyRow | ReadingSetRow | RefusalRow | DataKeyRow


def rows_of(
    stored: Snapshot,
    section: Section,
    *,
    members: Iterable[tuple[Any, ...]],
    data_keys: Iterable[tuple[Any, ...]],
) -> Iterator[AnyRow]:
    """The rows of a section, whichever database they are stored in; LedgerDamaged where a key cannot be read.

    `members` are as `joined` takes them, `data_keys` (scope, wrapped, created_at) by scope; each is read when its
    section is.
    """
    match section:
        case Section.STREAMS:
            return (StreamRow(tag_id, head, tag) for tag_id, tag, head in stored.streams())
        case Section.FACTS:
            return joined(stored.facts(), members)
        case Section.KEYS:
            return (_key_row(*row) for row in stored.bound_keys())
        case Section.READING_SETS:
            return map(ReadingSetRow._make, stored.reading_sets())
        case Section.REFUSALS:
            return map(RefusalRow._make, stored.refusals())
        case _:
            assert section is Section.DATA_KEYS, "an archive has no such rows"
            return map(DataKeyRow._make, data_keys)


def _key_row(token: str, content: bytes | None, outcome: str, positions: Any, ids: Any) -> KeyRow:
    if not isinstance(positions, list) or not isinstance(ids, list):
        raise LedgerDamaged("What a command key is bound to cannot be read.", "Run `ccm-ledger verify`.")
    return KeyRow(token, content, outcome, tuple(positions), orjson.dumps(ids).decode())


def joined(facts: Iterable[tuple[Any, ...]], members: Iterable[tuple[Any, ...]]) -> Iterator[FactRow]:
    """Facts with their tags.

    `facts` are (position, home, version, topic, state, recorded_at, prefix, leaf) by position, `members` are
    (position, ordinal, tag_id, seq, salt, tag) by position and ordinal. ArchiveRefused where they do not fit together.
    """
    rows = iter(members)
    member = next(rows, None)
    for position, home, version, topic, state, recorded_at, prefix, leaf in facts:
        tags: list[TagRow] = []
        while member is not None and member[0] == position and member[1] == len(tags):
            _, _, tag_id, seq, salt, tag = member
            tags.append(TagRow(tag_id, seq, salt, tag.encode()))
            member = next(rows, None)
        if not tags or (tags[0].tag, tags[0].seq) != (home.encode(), version):
            raise ArchiveRefused(
                Reason.STREAM_GAP,
                "The fact's home stream is not that of its first tag.",
                position=position,
                remedy="Run `ccm-ledger verify` on the ledger.",
            )
        yield FactRow(position, recorded_at, leaf, topic, prefix, state, tuple(tags))
    if member is not None:
        raise ArchiveRefused(
            Reason.STREAM_GAP,
            "Tags name a fact that is not there.",
            position=member[0],
            remedy="Run `ccm-ledger verify` on the ledger.",
        )

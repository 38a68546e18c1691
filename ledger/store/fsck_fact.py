"""The verification of one fact: its bytes against its header, its leaf, its tags and its sealed parts.

Promise: whatever of a stored fact was changed after it was written is an Issue; the words are opened only to compare
them with their commitment, and no Issue repeats any. Not promised: what the facts beside it say (fsck.py).
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from ledger.proof.leaf import (
    TAG_SALT_BYTES,
    MalformedHeader,
    Prefix,
    SealedDigests,
    blinded,
    commitment,
    decode_prefix,
    encode_tail,
    leaf_hash,
)
from ledger.store import seal
from ledger.store.body import Body, SealedPart, decode_body
from ledger.store.mapper import EnvelopeBytes, Mapper
from ledger.streams.base import Event, FactClass
from ledger.streams.upcast import upcast
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram
from ledger.terms.identity import RECORD_ONLY_PREFIXES, by_tag


class Verdict(StrEnum):
    """What is wrong. A verdict never changes its meaning."""

    ANOTHER_LEDGER = "another_ledger"
    BODY_DAMAGED = "body_damaged"
    CHECKPOINT_DIFFERS = "checkpoint_differs"
    CLASS_RULE = "class_rule"
    COMMITMENT_DIFFERS = "commitment_differs"
    COUNT_DIFFERS = "count_differs"
    FILE_DAMAGED = "file_damaged"
    HEAD_DIFFERS = "head_differs"
    HEADER_DIFFERS = "header_differs"
    HOME_DIFFERS = "home_differs"
    KEY_ALIVE = "key_alive"
    KEY_DANGLES = "key_dangles"
    KEY_DESTROYED = "key_destroyed"
    KEY_DIFFERS = "key_differs"
    KEY_MISSING = "key_missing"
    KEY_UNBOUND = "key_unbound"
    KEY_UNREADABLE = "key_unreadable"
    LEAF_DIFFERS = "leaf_differs"
    LOG_DIFFERS = "log_differs"
    MAP_DIFFERS = "map_differs"
    NEWER_PROGRAM = "newer_program"
    NOTE_DAMAGED = "note_damaged"
    POSITION_GAP = "position_gap"
    READING_SET_DIFFERS = "reading_set_differs"
    READING_SET_MISSING = "reading_set_missing"
    SCHEMA_DIFFERS = "schema_differs"
    SIGNER_UNKNOWN = "signer_unknown"
    SIMULATED_DIFFERS = "simulated_differs"
    STREAM_GAP = "stream_gap"
    TAGS_DIFFER = "tags_differ"
    TILE_DIFFERS = "tile_differs"
    TIMESTAMP_DIFFERS = "timestamp_differs"
    TIME_RUNS_BACK = "time_runs_back"
    WORDS_DO_NOT_OPEN = "words_do_not_open"


class Issue(NamedTuple):
    """Something about one fact that does not agree."""

    verdict: Verdict
    words: str


class StoredFact(NamedTuple):
    """A row of `stored_events`."""

    position: int
    home: str
    version: int
    topic: str
    state: bytes
    recorded_at: int
    prefix: bytes
    leaf: bytes

    @property
    def is_well_formed(self) -> bool:
        """Whether every column holds the kind of value that it is for: SQLite would hold any."""
        return tuple(map(type, self)) == (int, str, int, str, bytes, int, bytes, bytes)


class StoredTag(NamedTuple):
    """A row of `event_tags`, with the tag's name (None where `tags` does not have it)."""

    position: int
    ordinal: int
    tag: str | None
    seq: int
    salt: bytes

    def is_in_place(self, ordinal: int) -> bool:
        """Whether it is the fact's tag of this ordinal, whole."""
        kinds = (int, int, str, int, bytes)
        return self.ordinal == ordinal and tuple(map(type, self)) == kinds and len(self.salt) == TAG_SALT_BYTES


class FactChecker:
    """Checks the facts of one ledger, one at a time."""

    def __init__(self, mapper: Mapper) -> None:
        self._mapper = mapper
        self.erased = 0
        self.key: tuple[bool, str | None] = (False, None)
        """Whether the envelope of the last fact could be read, and the token of the key that it names."""
        self.event: Event | None = None
        """What the last fact tells, where it could be read."""
        self.gone: list[str] = []
        """The scopes of the last fact's words whose key was destroyed."""

    def issues(
        self, row: StoredFact, tags: Sequence[StoredTag], has_reading_set: Callable[[bytes], bool]
    ) -> Iterator[Issue]:
        """Everything about the fact that does not agree."""
        self.key, self.event, self.gone = (False, None), None, []
        yield from leaf_issues(row, tags)
        try:
            body, prefix = decode_body(row.state), decode_prefix(row.prefix)
            yield from header_issues(self._mapper.ledger_id, row, prefix, body)
            event = self.event = upcast(row.topic, prefix.version, body.clear)
            envelope = EnvelopeBytes(body.envelope).whole()
            self.key = (True, envelope.key)
        except NeedsNewerProgram as error:
            yield Issue(Verdict.NEWER_PROGRAM, error.happened)
            return
        except LedgerDamaged as error:
            yield Issue(Verdict.BODY_DAMAGED, error.happened)
            return
        except MalformedHeader as error:
            yield Issue(Verdict.HEADER_DIFFERS, f"The stored header is none: {error}.")
            return
        names = [tag.tag or "" for tag in tags]
        yield from _class_rule(event, prefix, names)
        if prefix.version == event.VERSION:
            yield from _own_tags(event, by_tag(envelope.actor), names)
        yield from self._sealed(row.topic, event, prefix, body)
        if envelope.readings is not None and not has_reading_set(bytes.fromhex(envelope.readings)):
            yield Issue(Verdict.READING_SET_MISSING, "The readings that the decision rested on are not stored.")

    def _sealed(self, topic: str, event: Event, prefix: Prefix, body: Body) -> Iterator[Issue]:
        fields = {subject: (field, scope) for field, subject, scope in event.sealing()}
        for part, digests in zip(body.parts, prefix.parts, strict=False):
            field, scope = fields.get(part.subject, (None, None))
            if field is None or scope != part.scope:
                yield Issue(Verdict.HEADER_DIFFERS, "Words are sealed about another subject or under another scope.")
            else:
                yield from self._opened(topic, event, field, part, digests)

    def _opened(
        self, topic: str, event: Event, field: str, part: SealedPart, digests: SealedDigests
    ) -> Iterator[Issue]:
        try:
            has_key = self._mapper.vault.opening(part.scope) is not None
        except LedgerDamaged as error:
            yield Issue(Verdict.KEY_UNREADABLE, error.happened)
            return
        if not has_key:
            if self._mapper.vault.is_destroyed(part.scope):
                self.erased += 1
                self.gone.append(part.scope)
            else:
                yield Issue(Verdict.KEY_MISSING, "The key of sealed words is not in the vault, and no erasure took it.")
            return
        try:
            salted = self._mapper.unseal(part, topic)
            assert salted is not None
            if commitment(*salted) != digests.commitment:
                yield Issue(Verdict.COMMITMENT_DIFFERS, "Sealed words open to a text that was not committed to.")
            seal.read_plaintext(type(event), field, salted[1])
        except LedgerDamaged as error:
            yield Issue(Verdict.WORDS_DO_NOT_OPEN, error.happened)
        except MalformedHeader:
            yield Issue(Verdict.WORDS_DO_NOT_OPEN, "Sealed words open to something that is too short to be any.")


def leaf_issues(row: StoredFact, tags: Sequence[StoredTag]) -> Iterator[Issue]:
    """Whether place, time, tags and header give the leaf, and the home stream is the first tag."""
    if not tags or not all(tag.is_in_place(ordinal) for ordinal, tag in enumerate(tags)):
        yield Issue(Verdict.TAGS_DIFFER, "The fact's tags are not all there.")
        return
    if (row.home, row.version) != (tags[0].tag, tags[0].seq):
        yield Issue(Verdict.HOME_DIFFERS, "The home stream and number in the fact's row are not those of its tag.")
    if leaf_at(row, row.position, tags) != row.leaf:
        yield Issue(
            Verdict.LEAF_DIFFERS, "The leaf is not the hash of the header: place, time, tags or header changed."
        )


def leaf_at(row: StoredFact, position: int, tags: Sequence[StoredTag]) -> bytes:
    """The leaf that the fact would have at a position, under these tags."""
    tail = encode_tail(position - 1, row.recorded_at, [(blinded(tag.tag or "", tag.salt), tag.seq) for tag in tags])
    return leaf_hash(row.prefix, tail)


def header_issues(ledger_id: str, row: StoredFact, prefix: Prefix, body: Body) -> Iterator[Issue]:
    """Whether the header is of this ledger and this kind, and commits to the stored body."""
    if prefix.ledger != ledger_id:
        yield Issue(Verdict.ANOTHER_LEDGER, "The header is of another ledger: the fact was recorded there.")
    if prefix.topic != row.topic:
        yield Issue(Verdict.HEADER_DIFFERS, "The header is of another kind of fact.")
    if prefix.envelope != sha256(body.envelope).digest():
        yield Issue(Verdict.HEADER_DIFFERS, "The envelope changed after the fact was written.")
    if prefix.clear != sha256(body.clear).digest():
        yield Issue(Verdict.HEADER_DIFFERS, "The clear part changed after the fact was written.")
    found = [(blinded(part.subject, part.salt), sha256(part.ciphertext).digest()) for part in body.parts]
    if found != [part[:2] for part in prefix.parts]:
        yield Issue(Verdict.HEADER_DIFFERS, "The sealed parts changed after the fact was written.")


def _class_rule(event: Event, prefix: Prefix, tags: Sequence[str]) -> Iterator[Issue]:
    if prefix.fact_class != event.FACT:
        yield Issue(Verdict.CLASS_RULE, "The header gives the fact another class than its kind has.")
    elif event.FACT is not FactClass.RECORD and any(tag.startswith(RECORD_ONLY_PREFIXES) for tag in tags):
        yield Issue(Verdict.CLASS_RULE, "A fact that is no record carries a tag that decisions rest on.")


def _own_tags(event: Event, by: str, names: Sequence[str]) -> Iterator[Issue]:
    tags = event.tags()
    if list(tags if by in tags else (*tags, by)) != list(names):
        yield Issue(Verdict.TAGS_DIFFER, "The fact's tags are not those that its content and its actor give.")

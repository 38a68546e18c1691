"""The verification of one fact: its bytes against its header, its leaf, its tags and its sealed parts.

Promise: whatever of a stored fact was changed after it was written is an Issue; the words are opened only to compare
them with their commitment, and no Issue repeats any. Not promised: what the facts beside it say (fsck.py).
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from ledger.proof.leaf import (
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

    BODY_DAMAGED = "body_damaged"
    CLASS_RULE = "class_rule"
    COMMITMENT_DIFFERS = "commitment_differs"
    COUNT_DIFFERS = "count_differs"
    FILE_DAMAGED = "file_damaged"
    HEAD_DIFFERS = "head_differs"
    HEADER_DIFFERS = "header_differs"
    HOME_DIFFERS = "home_differs"
    KEY_DANGLES = "key_dangles"
    KEY_MISSING = "key_missing"
    KEY_UNREADABLE = "key_unreadable"
    LEAF_DIFFERS = "leaf_differs"
    NEWER_PROGRAM = "newer_program"
    POSITION_GAP = "position_gap"
    READING_SET_DIFFERS = "reading_set_differs"
    READING_SET_MISSING = "reading_set_missing"
    SCHEMA_DIFFERS = "schema_differs"
    STREAM_GAP = "stream_gap"
    TAGS_DIFFER = "tags_differ"
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
        return self.ordinal == ordinal and tuple(map(type, self)) == (int, int, str, int, bytes)


class FactChecker:
    """Checks the facts of one ledger, one at a time."""

    def __init__(self, mapper: Mapper) -> None:
        self._mapper = mapper
        self.erased = 0

    def issues(
        self, row: StoredFact, tags: Sequence[StoredTag], has_reading_set: Callable[[bytes], bool]
    ) -> Iterator[Issue]:
        """Everything about the fact that does not agree."""
        yield from self._leaf(row, tags)
        try:
            body, prefix = decode_body(row.state), decode_prefix(row.prefix)
            yield from self._header(row, prefix, body)
            event = upcast(row.topic, prefix.version, body.clear)
            envelope = EnvelopeBytes(body.envelope).whole()
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

    def _leaf(self, row: StoredFact, tags: Sequence[StoredTag]) -> Iterator[Issue]:
        if not tags or not all(tag.is_in_place(ordinal) for ordinal, tag in enumerate(tags)):
            yield Issue(Verdict.TAGS_DIFFER, "The fact's tags are not all there.")
            return
        if (row.home, row.version) != (tags[0].tag, tags[0].seq):
            yield Issue(Verdict.HOME_DIFFERS, "The home stream and number in the fact's row are not those of its tag.")
        tail = encode_tail(
            row.position - 1, row.recorded_at, [(blinded(tag.tag or "", tag.salt), tag.seq) for tag in tags]
        )
        if leaf_hash(row.prefix, tail) != row.leaf:
            yield Issue(
                Verdict.LEAF_DIFFERS, "The leaf is not the hash of the header: place, time, tags or header changed."
            )

    def _header(self, row: StoredFact, prefix: Prefix, body: Body) -> Iterator[Issue]:
        if (prefix.ledger, prefix.topic) != (self._mapper.ledger_id, row.topic):
            yield Issue(Verdict.HEADER_DIFFERS, "The header is of another ledger or of another kind of fact.")
        if prefix.envelope != sha256(body.envelope).digest():
            yield Issue(Verdict.HEADER_DIFFERS, "The envelope changed after the fact was written.")
        if prefix.clear != sha256(body.clear).digest():
            yield Issue(Verdict.HEADER_DIFFERS, "The clear part changed after the fact was written.")
        found = [(blinded(part.subject, part.salt), sha256(part.ciphertext).digest()) for part in body.parts]
        if found != [part[:2] for part in prefix.parts]:
            yield Issue(Verdict.HEADER_DIFFERS, "The sealed parts changed after the fact was written.")

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


def _class_rule(event: Event, prefix: Prefix, tags: Sequence[str]) -> Iterator[Issue]:
    if prefix.fact_class != event.FACT:
        yield Issue(Verdict.CLASS_RULE, "The header gives the fact another class than its kind has.")
    elif event.FACT is not FactClass.RECORD and any(tag.startswith(RECORD_ONLY_PREFIXES) for tag in tags):
        yield Issue(Verdict.CLASS_RULE, "A fact that is no record carries a tag that decisions rest on.")


def _own_tags(event: Event, by: str, names: Sequence[str]) -> Iterator[Issue]:
    tags = event.tags()
    if list(tags if by in tags else (*tags, by)) != list(names):
        yield Issue(Verdict.TAGS_DIFFER, "The fact's tags are not those that its content and its actor give.")

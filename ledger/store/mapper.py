"""Event and envelope to stored bytes, and stored bytes to facts.

It has the role of eventsourcing's Mapper and is no subclass of it: that one turns one object, which knows its
originator id and version, into one state, and builds objects without validating them. Here a fact is made of an event
and an envelope, its ids are assigned later, under the lock, and nothing is read that pydantic has not validated.

Promise: every stored byte is covered by the header's prefix; reading validates strictly and lifts older versions
(streams/upcast.py); the envelope is parsed when somebody asks for it, and folding never decrypts.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

import orjson
from pydantic import ValidationError

from ledger.proof.leaf import TAG_SALT_BYTES, SealedDigests, blinded, prefix_start
from ledger.store import seal
from ledger.store.body import SealedPart, damaged, decode_body, encode_body, split_body
from ledger.store.instants import from_micros
from ledger.store.vault import Vault
from ledger.streams.base import ERASED, Envelope, Event, Fact, FactClass, Origin, Said
from ledger.streams.upcast import CURRENT, unreadable, upcast
from ledger.terms.identity import RECORD_ONLY_PREFIXES, by_tag
from ledger.terms.ports import IdSource

TAGS_MAX: Final = 16


class Row(NamedTuple):
    """A fact as it lies in the database, nothing of it read yet."""

    position: int
    home: str
    version: int
    topic: str
    state: bytes
    recorded_at: int
    prefix: bytes
    seq: int


class Draft(NamedTuple):
    """An event on its way in: checked, its tags and everything that must be sealed known, nothing random yet."""

    event: Event
    tags: tuple[str, ...]
    sealables: tuple[seal.Sealable, ...]


class Packed(NamedTuple):
    """A fact's bytes, ready for the lock: only position, sequences and time are missing."""

    topic: str
    state: bytes
    prefix: bytes
    tags: tuple[str, ...]
    salts: tuple[bytes, ...]
    blinds: tuple[bytes, ...]


class Mapper:
    """Maps the facts of one ledger."""

    def __init__(self, ledger_id: str, vault: Vault, ids: IdSource) -> None:
        self.ledger_id = ledger_id
        self.vault = vault
        self._ids = ids
        self._aad = seal.ledger_aad(ledger_id)
        self._starts: dict[type[Event], bytes] = {}
        self._versions_at: dict[str, int] = {}
        self._version_at = len(prefix_start(ledger_id, "", 0, "")) - 8

    def draft(self, event: Event, envelope: Envelope, origin: Origin | None) -> Draft:
        """Check what the program must get right (AssertionError) and find what must be sealed."""
        tags, by = event.tags(), by_tag(envelope.actor)
        if by not in tags:
            tags = (*tags, by)
        assert len(tags) <= TAGS_MAX, "a fact has at most sixteen tags"
        assert len(set(tags)) == len(tags), "a fact carries a tag once"
        assert event.FACT is FactClass.RECORD or not any(tag.startswith(RECORD_ONLY_PREFIXES) for tag in tags), (
            "only record facts may carry tags that decisions rest on"
        )
        return Draft(event, tags, seal.sealables(event, origin))

    def pack(self, draft: Draft, envelope: bytes, envelope_digest: bytes) -> Packed:
        """The fact's bytes; the keys of its scopes were ensured before. Draws one block of entropy."""
        event, tags, sealables = draft
        tag_bytes = len(tags) * TAG_SALT_BYTES
        entropy = self._ids.entropy(tag_bytes + len(sealables) * seal.ENTROPY_BYTES)
        parts: list[SealedPart] = []
        digests: list[SealedDigests] = []
        for ordinal, each in enumerate(sealables):
            at = tag_bytes + ordinal * seal.ENTROPY_BYTES
            part, digest = seal.seal(
                each,
                vault=self.vault,
                ledger_aad=self._aad,
                topic=event.TOPIC,
                entropy=entropy[at : at + seal.ENTROPY_BYTES],
            )
            parts.append(part)
            digests.append(digest)
        clear = event.model_dump_json(exclude_none=True).encode()
        salts = tuple([entropy[at : at + TAG_SALT_BYTES] for at in range(0, tag_bytes, TAG_SALT_BYTES)])
        return Packed(
            topic=event.TOPIC,
            state=encode_body(envelope, clear, tuple(parts)),
            prefix=self._prefix(event, envelope_digest, clear, digests),
            tags=tags,
            salts=salts,
            blinds=tuple([blinded(tag, salt) for tag, salt in zip(tags, salts, strict=True)]),
        )

    def fact(self, row: Row) -> Fact:
        """The fact in a row; LedgerDamaged or NeedsNewerProgram where the bytes do not make one."""
        position, home, version, topic, state, recorded_at, prefix, seq = row
        start, end = split_body(state)
        event = self._event(topic, prefix, state[start:end])
        envelope = EnvelopeBytes(state[5 : start - 4])
        return Fact(position, from_micros(recorded_at), home, version, event, envelope, seq)

    def facts(self, rows: Iterable[Row]) -> list[Fact]:
        """The facts in rows, in their order."""
        return list(map(self.fact, rows))

    def event_version(self, topic: str, prefix: bytes) -> int:
        """The version of the event, as the prefix says: the one place where it is stored."""
        at = self._version_place(topic)
        if len(prefix) < at + 4:
            raise damaged()
        return int.from_bytes(prefix[at : at + 4], "big")

    def _event(self, topic: str, prefix: bytes, clear: bytes) -> Event:
        at = self._versions_at.get(topic) or self._version_place(topic)
        if (validated := CURRENT.get((topic, prefix[at : at + 4]))) is None:
            return upcast(topic, self.event_version(topic, prefix), clear)
        try:
            return validated(clear)
        except ValueError as broken:
            raise unreadable(topic) from broken

    def _version_place(self, topic: str) -> int:
        """Where in the prefixes of a topic the version of the event stands."""
        at = self._versions_at[topic] = self._version_at + len(topic.encode())
        return at

    def open_words(self, event: Event, state: bytes) -> Event:
        """The event with its sealed fields opened: words, ERASED where the key is gone, None where there are none."""
        parts = {part.subject: part for part in decode_body(state).parts}
        opened = {}
        for field, subject, _ in event.sealing():
            content = self._content(event, field, parts.get(subject))
            opened[field] = content.words if isinstance(content, seal.Opened) else content
        return event.model_copy(update=opened)

    def subjects(self, state: bytes) -> frozenset[str]:
        """The subjects about whom a stored fact holds sealed words (or an origin)."""
        return frozenset(part.subject for part in decode_body(state).parts)

    def origin(self, event: Event, state: bytes) -> Origin | None:
        """The outside names of the delivery, sealed with the words of the first subject; None where none are left."""
        parts = {part.subject: part for part in decode_body(state).parts}
        for field, subject, _ in event.sealing()[:1]:
            content = self._content(event, field, parts.get(subject))
            return content.origin if isinstance(content, seal.Opened) else None
        return None

    def unseal(self, part: SealedPart, topic: str) -> tuple[bytes, bytes] | None:
        """(content salt, plaintext) of a sealed part; None where its key is gone."""
        return seal.unseal(part, vault=self.vault, ledger_aad=self._aad, topic=topic)

    def _content(self, event: Event, field: str, part: SealedPart | None) -> object:
        if part is None:
            return None
        salted = self.unseal(part, event.TOPIC)
        return ERASED if salted is None else seal.read_plaintext(type(event), field, salted[1])

    def _prefix(self, event: Event, envelope_digest: bytes, clear: bytes, digests: list[SealedDigests]) -> bytes:
        kind = type(event)
        if (start := self._starts.get(kind)) is None:
            for field, _, _ in event.sealing():
                assert kind.model_fields[field].exclude, f"{kind.__name__}.{field} would be stored in the clear"
            start = self._starts[kind] = prefix_start(self.ledger_id, kind.TOPIC, kind.VERSION, kind.FACT)
        pieces = [start, envelope_digest, sha256(clear).digest(), len(digests).to_bytes(4, "big")]
        for digest in digests:
            pieces += digest
        return b"".join(pieces)


class EnvelopeBytes:
    """An envelope as stored; LedgerDamaged where the bytes are none."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def whole(self) -> Envelope:
        """All of it, validated."""
        try:
            return Envelope.model_validate_json(self._data)
        except ValidationError as error:
            raise damaged() from error

    def said(self) -> Said:
        """Who said it, in which capacity, by which command."""
        try:
            given = orjson.loads(self._data)
            get, source = given.get, given.get("source")
            recorded_at = source and source.get("recorded_at")
            return Said(
                given["actor"],
                get("capacity"),
                get("on_behalf_of"),
                given["vouched"],
                source and source["system"],
                given["command"],
                datetime.fromisoformat(recorded_at) if recorded_at else None,
                given["authenticated_as"],
                get("purpose"),
                get("edition"),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged() from error

"""A forger who knows the formats: he writes the history that he wants, and makes everything in the rows agree with it.

Promise: what `Book.written` leaves is whole in itself. Positions, numbers in streams, heads, home columns, headers and
leaves are those that a ledger with these facts would have; keys and counts that point to a fact point to it still.
He has no key: words stay sealed as they were, and commitments are taken over.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, NamedTuple

from ledger.proof.leaf import SealedDigests, blinded, decode_prefix, encode_prefix, encode_tail, leaf_hash
from ledger.store.body import Body, decode_body, encode_body
from ledger.streams.base import Event
from ledger.streams.upcast import upcast
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram
from ledger.terms.identity import by_tag
from tests.store.tampering import Run
from tests.tamper.hands import insert


class Tag(NamedTuple):
    """A tag of a fact, and the salt that blinds it."""

    name: str
    salt: bytes


@dataclass(frozen=True)
class Page:
    """One fact, without what follows from its place."""

    was: int
    """The position that it had; 0 where it is an invention."""
    topic: str
    recorded_at: int
    state: bytes
    prefix: bytes
    tags: tuple[Tag, ...]

    @property
    def body(self) -> Body:
        """Its stored parts."""
        return decode_body(self.state)

    @property
    def envelope(self) -> dict[str, Any]:
        """Its envelope as the JSON object that it is."""
        opened: dict[str, Any] = json.loads(self.body.envelope)
        return opened

    @property
    def is_plausible(self) -> bool:
        """Whether it reads as a fact, with the tags that its content and its actor give."""
        try:
            event = self.event()
        except (LedgerDamaged, NeedsNewerProgram):
            return False
        by = by_tag(self.envelope["actor"])
        given = event.tags()
        sealed = {(subject, scope) for _, subject, scope in event.sealing()}
        return list(given if by in given else (*given, by)) == [tag.name for tag in self.tags] and all(
            (part.subject, part.scope) in sealed for part in self.body.parts
        )

    def event(self) -> Event:
        """What it says, its words sealed; LedgerDamaged where it says nothing that makes sense."""
        return upcast(self.topic, decode_prefix(self.prefix).version, self.body.clear)

    def saying(self, body: Body, commitments: Sequence[bytes] = ()) -> "Page":
        """The same fact with another body, and the header that is of it; commitments are taken over if not given."""
        header = decode_prefix(self.prefix)
        parts = []
        for part, commitment in zip(body.parts, commitments or [was.commitment for was in header.parts], strict=True):
            digest = sha256(part.ciphertext).digest()
            parts.append(SealedDigests(blinded(part.subject, part.salt), digest, commitment))
        envelope, clear = sha256(body.envelope).digest(), sha256(body.clear).digest()
        prefix = encode_prefix(header._replace(envelope=envelope, clear=clear, parts=tuple(parts), topic=self.topic))
        return replace(self, state=encode_body(*body), prefix=prefix)

    def tagged(self, old: str, new: str) -> "Page":
        """The same fact with a tag renamed."""
        return replace(self, tags=tuple(tag._replace(name=new) if tag.name == old else tag for tag in self.tags))


@dataclass
class Book:
    """All facts of a ledger, in order, to be changed at will."""

    pages: list[Page]
    dropping_keys: bool = True
    """Whether keys and counts of facts that are gone go with them."""
    _ids: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run) -> "Book":
        """The facts that are stored."""
        names: dict[int, str] = dict(run("SELECT tag_id, tag FROM tags"))
        tags: dict[int, list[Tag]] = {}
        for position, tag_id, salt in run("SELECT position, tag_id, salt FROM event_tags ORDER BY position, ordinal"):
            tags.setdefault(position, []).append(Tag(names[tag_id], bytes(salt)))
        rows = run("SELECT rowid, topic, recorded_at, state, prefix FROM stored_events ORDER BY rowid")
        pages = [
            Page(position, topic, at, bytes(state), bytes(prefix), tuple(tags[position]))
            for position, topic, at, state, prefix in rows
        ]
        return cls(pages, _ids={name: tag_id for tag_id, name in names.items()})

    def write(self, run: Run) -> None:
        """Put the changed history in the place of the stored one."""
        facts, tags = self._rows()
        heads = Counter(row[2] for row in tags)
        by_id = {tag_id: name for name, tag_id in self._ids.items()}
        for table in ("stored_events", "event_tags", "tags"):
            run(f"DELETE FROM {table}")
        insert(run, "tags", ("tag_id", "tag", "head"), [(each, by_id[each], heads[each]) for each in sorted(heads)])
        columns = ("rowid", "originator_id", "originator_version", "topic", "state", "recorded_at", "prefix", "leaf")
        insert(run, "stored_events", columns, facts)
        insert(run, "event_tags", ("position", "ordinal", "tag_id", "seq", "salt"), tags)
        self._move_pointers(run)

    def _rows(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        seen: Counter[str] = Counter()
        facts, tags = [], []
        for position, page in enumerate(self.pages, 1):
            seen.update(tag.name for tag in page.tags)
            seqs = [seen[tag.name] for tag in page.tags]
            blind = [(blinded(*tag), seq) for tag, seq in zip(page.tags, seqs, strict=True)]
            leaf = leaf_hash(page.prefix, encode_tail(position - 1, page.recorded_at, blind))
            home = (page.tags[0].name, seqs[0])
            facts.append((position, *home, page.topic, page.state, page.recorded_at, page.prefix, leaf))
            for ordinal, (tag, seq) in enumerate(zip(page.tags, seqs, strict=True)):
                tag_id = self._ids.setdefault(tag.name, max(self._ids.values()) + 1)
                tags.append((position, ordinal, tag_id, seq, tag.salt))
        return facts, tags

    def _move_pointers(self, run: Run) -> None:
        now = {page.was: position for position, page in enumerate(self.pages, 1) if page.was}
        for token, positions in run("SELECT token, positions FROM command_keys"):
            is_text = isinstance(positions, str)
            old: Sequence[int] = json.loads(positions) if is_text else positions
            if all(each in now for each in old):
                new = [now[each] for each in old]
                if new != list(old):
                    stored = json.dumps(new, separators=(",", ":")) if is_text else new
                    run("UPDATE command_keys SET positions = ? WHERE token = ?", (stored, token))
            elif self.dropping_keys:
                run("DELETE FROM command_keys WHERE token = ?", (token,))
        for token, position in run("SELECT token, position FROM refusal_count"):
            if position in now:
                run("UPDATE refusal_count SET position = ? WHERE token = ?", (now[position], token))
            elif self.dropping_keys:
                run("DELETE FROM refusal_count WHERE token = ?", (token,))

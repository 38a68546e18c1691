"""Releasing a parked delivery: it is decided under its first key, as the person who sent it, and the release is a fact.

The facts that the delivery becomes and the fact of its release are appended as one group, the release on condition
that they came to be, and the key of the release bound by the first of the two, so that neither is recorded without the
other. The login (or source) that delivered must vouch for the actor, not the one that releases: to wait and to be
resolved gives nobody a voice. What is refused stays parked with the refusal shown.
"""

from typing import Literal, Protocol

from commands.answer import Answer
from commands.intents.governance import ReleaseDelivery
from commands.one_line import Deciding
from commands.session import Session
from commands.states import Overlay, StateCache
from commands.wire import Delivery, Unreadable
from ledger.streams.base import Appended, Closed, CommandKey, Envelope, Event, Proposal
from ledger.streams.governance import DeliveryParked, DeliveryReleased, DeliveryWords, ParkedDelivery
from ledger.terms.identity import parked_tag
from ledger.terms.outcome import Accepted, Refused, Unchanged
from ledger.terms.refusals import refused


class ReleasingSession(Session, Protocol):
    """A session that also holds states and reads lines (handle.Handler)."""

    state_cache: StateCache

    def read(self, raw: bytes) -> Delivery | Unreadable:
        """A line as a delivery."""
        ...


class Release:
    """One release command, decided over the log as it is now."""

    def __init__(self, session: ReleasingSession, line: Delivery, key: CommandKey) -> None:
        assert isinstance(line.command, ReleaseDelivery)
        self._session = session
        self._line = line
        self._command = line.command
        self._key = key
        self._tag = parked_tag(line.command.source)

    def answer(self) -> Answer | None:
        """The answer, durable; None where a stream moved and the release must be decided again."""
        position = self._session.log.refresh()
        self._epoch = self._session.log.epoch
        overlay = Overlay(self._session.state_cache)
        outer = Deciding(self._session, self._line, self._key, overlay, position)
        allowed = outer.outcome()
        if not isinstance(allowed, Accepted):
            return self._plain(allowed)
        seq, state = overlay.get(self._tag)
        parked: ParkedDelivery = state.get(self._command.delivery)
        first = self._parked_fact(parked)
        if isinstance(first, Refused):
            return self._plain(first)
        inner_line, envelope = first
        inner = Deciding(self._session, inner_line, self._key, overlay, position)
        inner.parked_as = envelope
        inner.known = {parked.awaited: parked.subject} if parked.subject else {}
        outcome = inner.outcome()
        facts = None
        if isinstance(outcome, Accepted):
            became = self._became(inner, outcome, envelope)
            # Whatever would stop the release stops the facts too: they must not be there without it.
            needed = {**dict(outer.proposal(()).read_set), **dict(became.read_set), self._tag: seq}
            facts = became._replace(read_set=tuple(needed.items()))
        code = outcome.code if isinstance(outcome, Refused) else None
        kind: Literal["accepted", "unchanged", "refused"]
        kind = "refused" if code else ("accepted" if facts else "unchanged")
        released = DeliveryReleased(
            delivery=parked.delivery,
            source=parked.source,
            outcome=kind,
            code=code,
            facts=len(facts.events) if facts else 0,
        )
        return self._append(outer, released, facts, outcome, seq)

    def _plain(self, outcome: Refused | Unchanged) -> Answer:
        if isinstance(outcome, Refused):
            return Answer(self._line.key, "refused", refusal=outcome)
        return Answer(self._line.key, "unchanged", outcome.positions, outcome.ids)

    def _parked_fact(self, parked: ParkedDelivery) -> tuple[Delivery, Envelope] | Refused:
        """The line as it was parked, and the envelope that it was parked under."""
        for fact in self._session.log.read(self._tag):
            if fact.position != parked.position:
                continue
            event = self._session.log.open_words(fact)
            assert isinstance(event, DeliveryParked)
            words: DeliveryWords | Closed = event.words
            if isinstance(words, Closed):
                return refused("key_of_erased_content", happened="The content of this delivery was erased.")
            line = self._session.read(words.line.encode())
            if isinstance(line, Unreadable):
                return line.refusal
            return line._replace(login=self._line.login), fact.envelope
        raise AssertionError("a parked delivery has the fact that parked it")

    def _became(self, inner: Deciding, outcome: Accepted, parked: Envelope) -> Proposal:
        """The facts that the delivery becomes, as whoever delivered it."""
        proposal = inner.proposal(outcome.events, ids=outcome.ids)
        sent = {"authenticated_as": parked.authenticated_as, "key": parked.key}
        return proposal._replace(envelope=proposal.envelope.model_copy(update=sent))

    def _append(
        self,
        outer: Deciding,
        released: DeliveryReleased,
        facts: Proposal | None,
        outcome: Accepted | Unchanged | Refused,
        seq: int,
    ) -> Answer | None:
        release = outer.proposal((released,))
        if isinstance(outcome, Refused) or facts is not None:
            # What is still parked can be released again; otherwise the first of the two has bound the key.
            release = release._replace(key=None)
        group = [release]
        if facts is not None:
            # These streams stand one further only if the facts before came to be: the release rests on them.
            after = tuple((tag, count) for tag, count in _after(facts).items())
            read = {**dict(release.read_set), **dict(after), self._tag: seq}
            group = [facts, release._replace(read_set=tuple(read.items()))]
        results = self._session.log.append(group, epoch=self._epoch)
        if not all(isinstance(result, Appended) for result in results):
            return None
        positions = tuple(p for result in results if isinstance(result, Appended) for p in result.positions)
        if isinstance(outcome, Refused):
            return Answer(self._line.key, "refused", positions, refusal=outcome)
        return Answer(self._line.key, "accepted", positions, outcome.ids, outcome.notices)


def _after(facts: Proposal) -> dict[str, int]:
    """How far the streams that the facts read and write stand once they are in."""
    counts = dict(facts.read_set)
    for event in facts.events:
        for tag in _tags(event):
            if tag in counts:
                counts[tag] += 1
    return counts


def _tags(event: Event) -> tuple[str, ...]:
    return event.tags()

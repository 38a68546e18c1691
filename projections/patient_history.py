"""The history of one patient: every fact of the patient's streams, in ledger order, as of any position.

Promise: nothing is left out: registration, conditions, consents, visits, designations, plan, time and attestations of
every month, refusals, and on request who looked. Each line says when it happened, when the source wrote it down, when
the ledger learned it, who did it in which capacity for whom, and who vouches for that. Words are opened only by the
opener that is passed in; erased and sealed ones are shown as what they are, and words that were recorded about the
wrong patient are not shown (restricted.py). Nothing of it is stored.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from ledger.streams.base import Envelope, Event, EventLog, Fact, Vouched
from ledger.terms.identity import accessed_tag, care_plan_tag, patient_tag, refusals_tag
from projections.happened import happened, happened_on
from projections.restricted import RESTRICTED_TEXT, closed_fields, is_said_twice, restricted_positions
from projections.wording import Detail, details, title, words

OpenWords = Callable[[Fact], Event]
"""Opens the sealed words of a fact for a reader who may see them."""


class StreamsLog(EventLog, Protocol):
    """A log that also knows its streams by the beginning of their names."""

    def tags_starting(self, prefix: str) -> list[str]:
        """The streams whose name begins with `prefix`."""
        ...


class Who(NamedTuple):
    """Who did it, as the ledger knows it."""

    actor: str
    capacity: str | None
    on_behalf_of: str | None
    authenticated_as: str
    asserted_by: str | None
    """The source system that alone vouches for the actor; None where the actor's own login does."""
    purpose: str | None


class HistoryLine(NamedTuple):
    """One fact of a patient's history."""

    position: int
    recorded_at: datetime
    happened: datetime | date | None
    """As the fact says; None where it happened by being recorded."""
    happened_on: date
    source_recorded_at: datetime | None
    who: Who
    stream: str
    topic: str
    what: str
    details: tuple[Detail, ...]
    words: tuple[Detail, ...]
    """The sealed words, or texts that say why they are not here; empty where the fact has none."""
    edition: str | None
    """The edition of the rulebook that the command was decided by, where one was read."""

    @property
    def is_late(self) -> bool:
        """Whether the ledger learned it on a later day than it happened."""
        return self.recorded_at.date() > self.happened_on


def history(
    log: StreamsLog,
    patient: str,
    *,
    as_of: int | None = None,
    after: int = 0,
    open_words: OpenWords | None = None,
    with_accesses: bool = False,
) -> tuple[HistoryLine, ...]:
    """The patient's history behind position `after` and up to `as_of`, oldest first."""
    facts = facts_of(log, patient, as_of=as_of, with_accesses=with_accesses)
    restricted: frozenset[int] = frozenset()
    if open_words is not None:
        # What was found to be another patient's is restricted now, whatever moment is asked about.
        restricted = restricted_positions(facts, facts if as_of is None else facts_of(log, patient))
    return tuple(
        line_of(fact, open_words, about=patient, is_restricted=fact.position in restricted)
        for fact in facts
        if fact.position > after
    )


def facts_of(log: StreamsLog, patient: str, *, as_of: int | None = None, with_accesses: bool = False) -> list[Fact]:
    """Every fact about the patient up to a position, in ledger order, none twice."""
    found: dict[int, Fact] = {}
    for tag in streams_of(log, patient, with_accesses=with_accesses):
        for fact in log.read(tag, until=as_of):
            found.setdefault(fact.position, fact)
    return [found[position] for position in sorted(found)]


def streams_of(log: StreamsLog, patient: str, *, with_accesses: bool = False) -> Iterator[str]:
    """The patient's streams: own, plan, months, refusals; and, on request, who looked."""
    yield patient_tag(patient)
    yield care_plan_tag(patient)
    yield from log.tags_starting(f"care_month/{patient}/")
    yield refusals_tag(patient)
    if with_accesses:
        yield accessed_tag(patient)


def line_of(
    fact: Fact, open_words: OpenWords | None = None, *, about: str | None = None, is_restricted: bool = False
) -> HistoryLine:
    """One fact as a line of history; `about` is the patient of whom it is shown, `is_restricted` closes its words."""
    event, envelope = fact.event, fact.envelope
    shown, closed = event, _NOTHING
    if open_words and event.sealing():
        shown, closed = open_words(fact), _closed(event, about, is_restricted=is_restricted)
    return HistoryLine(
        position=fact.position,
        recorded_at=fact.recorded_at,
        happened=happened(event),
        happened_on=happened_on(fact),
        source_recorded_at=envelope.source.recorded_at if envelope.source else None,
        who=who_of(envelope),
        stream=fact.home,
        topic=event.TOPIC,
        what=title(event.TOPIC),
        details=details(event),
        words=words(shown, closed),
        edition=envelope.edition,
    )


_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def _closed(event: Event, about: str | None, *, is_restricted: bool) -> Mapping[str, str]:
    """The sealed fields that are not shown, with the text that stands in their place."""
    if is_restricted:
        return dict.fromkeys((sealing.field for sealing in event.sealing()), RESTRICTED_TEXT)
    return dict.fromkeys(closed_fields(event, about), "" if is_said_twice(event) else RESTRICTED_TEXT)


def who_of(envelope: Envelope) -> Who:
    """Who did it: only a source's word for it shows as `asserted by` that source."""
    return Who(
        actor=envelope.actor,
        capacity=envelope.capacity.value if envelope.capacity else None,
        on_behalf_of=envelope.on_behalf_of,
        authenticated_as=envelope.authenticated_as,
        asserted_by=_asserted_by(envelope),
        purpose=envelope.purpose.value if envelope.purpose else None,
    )


def _asserted_by(envelope: Envelope) -> str | None:
    match envelope.vouched:
        case Vouched.LOGIN:
            return None
        case Vouched.SOURCE if envelope.source:
            return envelope.source.system
    return envelope.vouched.value

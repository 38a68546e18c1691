"""The history of one patient: every fact of the patient's streams, in ledger order, as of any position.

Promise: nothing is left out: registration, conditions, consents, visits, designations, plan, time and attestations of
every month, refusals, and on request who looked. Each line says when it happened, when the source wrote it down, when
the ledger learned it, what lies between, who did it in which capacity for whom, and who vouches for that. Words are
opened only by the opener that is passed in; erased and sealed ones are shown as what they are, words that were recorded
about the wrong patient are not shown (restricted.py), and a line says which of its words are gone, opened or not.
Nothing of it is stored.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from ledger.streams.base import Event, EventLog, Fact, Said, Vouched
from ledger.terms.identity import accessed_tag, care_month_tag, care_plan_tag, patient_tag, refusals_tag
from ledger.terms.people import Role
from projections.clocks import Bound, ClockName, Lateness, ended, is_within, lateness
from projections.happened import happened, happened_on, has_a_moment
from projections.restricted import RESTRICTED_TEXT, closed_fields, is_said_twice, restricted_positions
from projections.two_patients import OF_TWO, is_taken_away, one_person, stream_of
from projections.wording import Detail, details, sealed_names, title, words

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
OpenWords = Callable[[Fact], Event]
"""Opens the sealed words of a fact for a reader who may see them."""


class StreamsLog(EventLog, Protocol):
    """A log that also knows its streams by the beginning of their names."""

    def tags_starting(self, prefix: str) -> list[str]:
        """The streams whose name begins with `prefix`."""
        ...

    def read_all(self, tags: Sequence[str], *, until: int | None = None) -> list[Fact]:
        """The facts of several streams up to a position in ledger order, none twice."""
        ...

    def positions_where(
        self, tags: Sequence[str], keep: Callable[[str, str, bytes], bool], *, until: int | None = None
    ) -> Mapping[str, Sequence[int]]:
        """Where the facts of short streams stand that matter by stream, topic and stored JSON; decodes nothing."""
        ...

    def facts_at(self, positions: Iterable[int]) -> Sequence[Fact]:
        """The facts at these positions, in order of position."""
        ...

    def erased(self, subject: str, facts: Iterable[Fact]) -> Mapping[int, tuple[str, ...]]:
        """The sealed fields whose words about a subject are gone, by position; facts that lost none are left out."""
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
    is_person: bool
    """Whether a person acted: not a machine, an integration or this program itself."""


class HistoryLine(NamedTuple):
    """One fact of a patient's history."""

    position: int
    recorded_at: datetime
    """When this ledger learned it."""
    happened: datetime | date | None
    """As the fact says; None where it happened by being recorded."""
    happened_on: date
    has_date: bool
    """Whether the fact gives the moment that its kind tells of; where a source gave none, nothing invents one."""
    source_recorded_at: datetime | None
    """When the source says that it wrote it down."""
    who: Who
    stream: str
    topic: str
    over: datetime | date | None
    """When it was over: work that has clock times ends later than it happened."""
    event: Event | None
    """What the fact says, its words opened where they may be; None where it is about another patient."""
    edition: str | None
    """The edition of the rulebook that the command was decided by, where one was read."""
    command: str
    erased: tuple[str, ...] = ()
    """What the words were of that are gone, because their key was destroyed."""
    closed: Mapping[str, str] = _NOTHING
    """Sealed fields that are not shown to this reader, with the text that stands in their place."""
    own: frozenset[str] = frozenset()
    """The ids of the one person in whose record it is shown; of others it names none."""

    # What follows is put into words when somebody looks: a history of thousands of facts is asked for a few of them.

    @property
    def lateness(self) -> Lateness:
        """What lies between the clocks."""
        return lateness(self.topic, self.over, self.source_recorded_at, self.recorded_at)

    @property
    def what(self) -> str:
        """The kind of fact in words."""
        return title(self.topic) if self.event is not None else f"{title(self.topic)} for another patient"

    @property
    def details(self) -> tuple[Detail, ...]:
        """The clear details, label and text."""
        return details(self.event, self.own) if self.event is not None else ()

    @property
    def words(self) -> tuple[Detail, ...]:
        """The sealed words, or texts that say why they are not here; empty where the fact has none."""
        return words(self.event, self.closed) if self.event is not None else ()

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
    month: str | None = None,
) -> tuple[HistoryLine, ...]:
    """The patient's history behind position `after` and up to `as_of`, oldest first; of one care month if named."""
    if month is None:
        found = facts_of(log, patient, as_of=as_of, with_accesses=with_accesses)
    else:
        found = list(log.read(care_month_tag(patient, month), until=as_of))
    return lines_of(log, patient, [fact for fact in found if fact.position > after] if after else found, open_words)


def lines_of(
    log: StreamsLog, patient: str, facts: list[Fact], open_words: OpenWords | None = None
) -> tuple[HistoryLine, ...]:
    """Facts about a patient as lines, each with what it lost to a destroyed key."""
    gone = log.erased(patient, facts)
    # What was found to be another patient's is restricted now, whatever moment is asked about.
    restricted = restricted_positions(facts, facts_of(log, patient)) if open_words is not None else frozenset[int]()
    own = own_of(log, patient, facts)
    return tuple(
        line_of(
            fact,
            open_words,
            gone.get(fact.position, ()),
            about=patient,
            own=own,
            is_restricted=fact.position in restricted,
        )
        for fact in facts
    )


def own_of(log: EventLog, patient: str, facts: Iterable[Fact]) -> frozenset[str]:
    """The ids that facts may name in a patient's record: of whom the patient is one person with now, whenever asked."""
    of_two = not OF_TWO.isdisjoint([fact.event.TOPIC for fact in facts])
    return frozenset(one_person(log, patient)) if of_two else frozenset((patient,))


def lines_beside(
    log: StreamsLog,
    patient: str,
    facts: list[Fact],
    open_words: OpenWords | None = None,
    *,
    group: tuple[str, ...] = (),
) -> tuple[HistoryLine, ...]:
    """Facts that moved a patient's month, as lines for somebody who may read about that patient.

    `group` are those who were one person with the patient at the moments that are asked about, of whom the reader is
    shown as much. Of a fact about another patient (who shares seconds) only who recorded it and when is told.
    """
    told: dict[int, HistoryLine] = {}
    for each in dict.fromkeys((patient, *group)):
        about = [fact for fact in facts if fact.position not in told and _is_about(fact, each)]
        told |= {line.position: line for line in lines_of(log, each, about, open_words)} if about else {}
    return tuple(told.get(fact.position) or _of_another(fact) for fact in facts)


def _is_about(fact: Fact, patient: str) -> bool:
    """Whether a fact is about this patient, or about no patient: staff, practices, the ledger."""
    tags = fact.event.tags()
    return any(patient in tag for tag in tags) or not any(tag.startswith(_PATIENTS) for tag in tags)


_PATIENTS: Final = ("patient/", "care_plan/", "care_month/")


def _of_another(fact: Fact) -> HistoryLine:
    return line_of(fact)._replace(stream="-", event=None)


def facts_of(log: StreamsLog, patient: str, *, as_of: int | None = None, with_accesses: bool = False) -> list[Fact]:
    """Every fact about the patient up to a position, in ledger order, none twice."""
    return log.read_all(tuple(streams_of(log, patient, with_accesses=with_accesses)), until=as_of)


def streams_of(log: StreamsLog, patient: str, *, with_accesses: bool = False) -> Iterator[str]:
    """The patient's streams: own, plan, months, refusals; and, on request, who looked."""
    yield patient_tag(patient)
    yield care_plan_tag(patient)
    yield from log.tags_starting(f"care_month/{patient}/")
    yield refusals_tag(patient)
    if with_accesses:
        yield accessed_tag(patient)


def line_of(
    fact: Fact,
    open_words: OpenWords | None = None,
    erased: tuple[str, ...] = (),
    *,
    about: str | None = None,
    own: frozenset[str] = frozenset(),
    is_restricted: bool = False,
) -> HistoryLine:
    """One fact as a line of history; `erased` are its sealed fields whose key is gone.

    `about` is the patient of whom it is shown, `own` all ids of that person; `is_restricted` closes its words.
    """
    event, said = fact.event, fact.said
    topic, moment = event.TOPIC, happened(event)
    opens = open_words is not None and bool(event.sealing())
    line = HistoryLine(
        fact.position,
        fact.recorded_at,
        moment,
        happened_on(fact),
        moment is not None or not has_a_moment(topic),
        said.source_recorded_at,
        who_of(said),
        fact.home,
        topic,
        ended(event),
        open_words(fact) if open_words and opens else event,
        said.edition,
        said.command,
        sealed_names(event, erased) if erased else (),
        _closed(event, about, is_restricted=is_restricted) if opens else _NOTHING,
        own,
    )
    return line if topic not in OF_TWO else _of_two(line, event, own)


def _of_two(line: HistoryLine, event: Event, own: frozenset[str]) -> HistoryLine:
    """A fact about two patients as the record of one tells it: what only left that record, happened by being told."""
    line = line._replace(stream=stream_of(event, line.stream, own))
    if not is_taken_away(event, own):
        return line
    return line._replace(happened=None, happened_on=line.recorded_at.date(), has_date=True, over=None)


def _closed(event: Event, about: str | None, *, is_restricted: bool) -> Mapping[str, str]:
    """The sealed fields that are not shown, with the text that stands in their place."""
    if is_restricted:
        return dict.fromkeys((sealing.field for sealing in event.sealing()), RESTRICTED_TEXT)
    return dict.fromkeys(closed_fields(event, about), "" if is_said_twice(event) else RESTRICTED_TEXT)


def who_of(said: Said) -> Who:
    """Who did it: only a source's word for it shows as `asserted by` that source."""
    return Who(
        said.actor,
        said.capacity,
        said.on_behalf_of,
        said.authenticated_as,
        _asserted_by(said),
        said.purpose,
        said.vouched != _BY_PROGRAM and said.capacity not in _PROGRAMS,
    )


_PROGRAMS: Final = (Role.MACHINE.value, Role.INTEGRATION.value)
_BY_LOGIN: Final = Vouched.LOGIN.value
_BY_SOURCE: Final = Vouched.SOURCE.value
_BY_PROGRAM: Final = Vouched.PROGRAM.value


def _asserted_by(said: Said) -> str | None:
    if said.vouched == _BY_LOGIN:
        return None
    return said.source if said.vouched == _BY_SOURCE and said.source else said.vouched


_DECIDES: Final = frozenset(
    (
        *("attested", "withdrawn", "approved", "rejected", "chosen", "designated", "signed", "struck", "invalidated"),
        *("refused", "dismissed", "adopted", "released", "discarded", "overridden"),
    )
)
"""How the topic of a decision ends: what somebody decided, and not what somebody saw or was told."""


def is_decision(line: HistoryLine) -> bool:
    """Whether a fact decides something: an attestation, a signature, a withdrawal, a refusal."""
    return line.topic.rpartition("_")[2] in _DECIDES


def along(
    lines: Iterable[HistoryLine], clock: ClockName, since: Bound = None, until: Bound = None
) -> tuple[HistoryLine, ...]:
    """The lines in order of one of the three clocks, between two bounds; without bounds, also those that lack it.

    Along `happened` a fact stands under its own local date, without one under the day on which it was recorded.
    """
    moments = ((_moment(line, clock), line) for line in lines)
    bounded = since is not None or until is not None
    kept = [(at, line) for at, line in moments if not bounded or is_within(at, since, until)]
    return tuple(line for _, line in sorted(kept, key=lambda pair: (*_order(pair[0]), pair[1].position)))


def _moment(line: HistoryLine, clock: ClockName) -> date | datetime | None:
    match clock:
        case "happened":
            return line.happened_on
        case "source":
            return line.source_recorded_at
    return line.recorded_at


def _order(moment: date | datetime | None) -> tuple[bool, str]:
    """What lies on no clock comes last; days and instants of one clock are never mixed."""
    return moment is None, moment.isoformat() if moment else ""

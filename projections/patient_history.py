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
from typing import Final, Protocol, TypeVar

from ledger.streams.base import EventLog, Fact
from ledger.terms.identity import (
    accessed_tag,
    care_month_tag,
    care_plan_tag,
    claims_tag,
    erasure_tag,
    patient_tag,
    refusals_tag,
)
from projections.clocks import Bound, ClockName, is_within
from projections.history_line import HistoryLine, OpenWords, line_of
from projections.restricted import restricted_positions
from projections.two_patients import OF_TWO, one_person

T = TypeVar("T")
Told = Sequence[tuple[int, T]]
"""What was read of each fact of a stream, with its position."""


class StreamsLog(EventLog, Protocol):
    """A log that also knows its streams by the beginning of their names."""

    def tags_starting(self, prefix: str) -> list[str]:
        """The streams whose name begins with `prefix`."""
        ...

    def read_all(self, tags: Sequence[str], *, until: int | None = None) -> list[Fact]:
        """The facts of several streams up to a position in ledger order, none twice."""
        ...

    def told(self, tags: Sequence[str], read: Callable[[str, bytes], T], *, until: int) -> Mapping[str, Told[T]]:
        """What `read` makes of topic and stored JSON of each fact of short streams up to a position, in order."""
        ...

    def facts_at(self, positions: Iterable[int]) -> Sequence[Fact]:
        """The facts at these positions, in order of position."""
        ...

    def erased(self, subject: str, facts: Iterable[Fact]) -> Mapping[int, tuple[str, ...]]:
        """The sealed fields whose words about a subject are gone, by position; facts that lost none are left out."""
        ...


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
    shown = [fact for fact in found if fact.position > after] if after else found
    return lines_of(log, patient, shown, open_words, as_of=as_of)


def lines_of(
    log: StreamsLog,
    patient: str,
    facts: list[Fact],
    open_words: OpenWords | None = None,
    *,
    as_of: int | None = None,
) -> tuple[HistoryLine, ...]:
    """Facts about a patient as lines, each with what it lost to a destroyed key; merges as they stood then."""
    gone = log.erased(patient, facts)
    # What was found to be another patient's is restricted now, whatever moment is asked about.
    restricted = restricted_positions(facts, facts_of(log, patient)) if open_words is not None else frozenset[int]()
    own = own_of(log, patient, facts, as_of)
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


def own_of(log: EventLog, patient: str, facts: Iterable[Fact], as_of: int | None = None) -> frozenset[str]:
    """The ids that facts may name in a patient's record: of whom the patient is one person with, now or as of then."""
    of_several = any(fact.event.TOPIC in OF_TWO or len(getattr(fact.event, "patients", ())) > 1 for fact in facts)
    moments = () if as_of is None else (as_of,)
    return frozenset(one_person(log, patient, *moments)) if of_several else frozenset((patient,))


def lines_beside(
    log: StreamsLog,
    patient: str,
    facts: list[Fact],
    open_words: OpenWords | None = None,
    *,
    group: tuple[str, ...] = (),
    as_of: int | None = None,
) -> tuple[HistoryLine, ...]:
    """Facts that moved a patient's month, as lines for somebody who may read about that patient; merges as they stood.

    `group` are those who were one person with the patient at the moments that are asked about, of whom the reader is
    shown as much. Of a fact about another patient (who shares seconds) only who recorded it and when is told.
    """
    told: dict[int, HistoryLine] = {}
    for each in dict.fromkeys((patient, *group)):
        about = [fact for fact in facts if fact.position not in told and is_about(fact, each)]
        told |= {line.position: line for line in lines_of(log, each, about, open_words, as_of=as_of)} if about else {}
    return tuple(told.get(fact.position) or _of_another(fact) for fact in facts)


def is_about(fact: Fact, patient: str) -> bool:
    """Whether a fact is about this patient, or about no patient: staff, practices, the ledger."""
    tags = fact.event.tags()
    return any(patient in tag for tag in tags) or not any(tag.startswith(_PATIENTS) for tag in tags)


_PATIENTS: Final = ("patient/", "care_plan/", "care_month/", "claims/", "erasure/")


def _of_another(fact: Fact) -> HistoryLine:
    return line_of(fact)._replace(event=None)


def facts_of(log: StreamsLog, patient: str, *, as_of: int | None = None, with_accesses: bool = False) -> list[Fact]:
    """Every fact about the patient up to a position, in ledger order, none twice."""
    return log.read_all(tuple(streams_of(log, patient, with_accesses=with_accesses)), until=as_of)


def streams_of(log: StreamsLog, patient: str, *, with_accesses: bool = False) -> Iterator[str]:
    """The patient's streams: own, plan, months, claims, refusals, holds and erasures; and, on request, who looked."""
    yield patient_tag(patient)
    yield care_plan_tag(patient)
    yield from log.tags_starting(f"care_month/{patient}/")
    yield claims_tag(patient)
    yield refusals_tag(patient)
    yield erasure_tag(patient)
    if with_accesses:
        yield accessed_tag(patient)


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

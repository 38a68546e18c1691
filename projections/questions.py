"""The questions that the interfaces ask, each one function: a month, the months, a history, the trail, what waits.

Promise: answers are frozen values without words about a patient, except where an opener is passed in. An answer as of a
position is folded from the log up to it and shows nothing learned later; an answer as of now comes from the read models
and says which position they stand for. Not promised: that the reader may ask; that is decided and recorded before.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from ledger.judging.shapes import Verdict
from ledger.streams.base import Fact
from ledger.streams.governance import ParkedDelivery
from ledger.terms.identity import parked_tag, patient_tag
from ledger.terms.people import Programme, Side
from projections.audit_trail import Outcome, Search, search_query
from projections.base import ReadModels
from projections.clocks import ClockName
from projections.history_line import HistoryLine, OpenWords, line_of
from projections.judged import RulebookOf, judged
from projections.moments import AsOf, DatedLog, position_of
from projections.month_billing import ELSEWHERE, is_begun, row_of
from projections.patient_history import StreamsLog, own_of
from projections.restricted import restricted_in
from projections.states import States
from projections.table_set import tracked_position
from projections.tables.layout import AUDIT_TRAIL, MONTH_BILLING, PATIENT_PRACTICES, AuditRow, MonthRow, micros
from projections.two_patients import is_taken_away


class Repeated(Protocol):
    """How often a refusal happened that is recorded once."""

    @property
    def position(self) -> int:
        """The position of its fact."""
        ...

    @property
    def times(self) -> int:
        """How many times it happened."""
        ...


class AskedLog(StreamsLog, DatedLog, Protocol):
    """A ledger's log as questions see it."""

    def refusal_counts(self, after: int = 0) -> Sequence[Repeated]:
        """How often the refusals recorded behind a position happened."""
        ...


def month_of(
    log: AskedLog,
    rulebook_of: RulebookOf,
    patient: str,
    month: str,
    as_of: AsOf = None,
    *,
    record: bool = True,
    programme: Programme = Programme.CCM,
) -> Verdict:
    """The verdict on one patient-month as of a position or instant, with every line and what it rests on."""
    states = States(log, after=position_of(log, as_of))
    return judged(states.at, rulebook_of, patient, month, record=record, programme=programme).verdict


class Months(NamedTuple):
    """The patient-months of one calendar month, and the position that they stand for."""

    month: str
    rows: tuple[MonthRow, ...]
    position: int


def months(
    log: AskedLog,
    models: ReadModels,
    rulebook_of: RulebookOf,
    month: str,
    *,
    practice: str | None = None,
    as_of: AsOf = None,
    with_silent: bool = False,
) -> Months:
    """Every patient-month of a calendar month, by patient; of one practice where one is named.

    Pull before asking: the read models know which patients to ask about, also as of an earlier position. `with_silent`
    adds patients who consented or were designated to somebody and for whom nobody logged anything.
    """
    with models.at_one_moment() as now:
        tracked = tracked_position(now)
        found = now.rows(MONTH_BILLING.select("WHERE month = ?"), (month,))
        known = now.rows(PATIENT_PRACTICES.select()) if with_silent else []
    rows = tuple(MonthRow.of(row) for row in found)
    asked = rows
    rows = tuple(row for row in rows if row.standing != ELSEWHERE)
    position = tracked if as_of is None else position_of(log, as_of)
    states = States(log, after=position)
    if as_of is not None:
        begun = (row.patient for row in asked if is_begun(states.at, row.patient, month))
        rows = tuple(_row(states, rulebook_of, patient, month) for patient in begun)
    if with_silent:
        logged = {row.patient for row in rows}
        silent = sorted(each for each in {str(patient) for patient, *_ in known} - logged if is_alone(states, each))
        quiet = (_row(states, rulebook_of, each, month) for each in silent if is_enrolled(states, each, month))
        rows = tuple(sorted((*rows, *quiet)))
    if practice is not None:
        rows = tuple(row for row in rows if row.practice == practice)
    return Months(month, rows, position)


def is_enrolled(states: States, patient: str, month: str) -> bool:
    """Whether somebody is designated for the patient's month, or any consent to CCM is on record."""
    state = states.at(patient_tag(patient)).state
    designated = any(state.designation(month, Programme.CCM, side) for side in Side)
    return designated or any(consent.event.programme is Programme.CCM for consent in state.consents)


def is_alone(states: States, patient: str) -> bool:
    """Whether the patient goes on under this id: was merged into nobody."""
    return states.at(patient_tag(patient)).state.merged_into is None


def _row(states: States, rulebook_of: RulebookOf, patient: str, month: str) -> MonthRow:
    return MonthRow.of(row_of(judged(states.at, rulebook_of, patient, month)))


class AuditEntry(NamedTuple):
    """One fact of the trail: its row, how often it happened where it is a refusal, and its line in words."""

    row: AuditRow
    times: int | None
    """How often it happened by now; None as of an earlier position: repeats are counted and have no date."""
    line: HistoryLine


class AuditPage(NamedTuple):
    """A page of the trail; `next_after` is the position to go on from, None at the end."""

    entries: tuple[AuditEntry, ...]
    next_after: int | None
    position: int
    """The position up to which the trail was searched."""


def audit(
    log: AskedLog,
    models: ReadModels,
    *,
    actor: str | None = None,
    patient: str | None = None,
    action: str | None = None,
    outcome: Outcome | None = None,
    source: str | None = None,
    practice: str | None = None,
    since: date | datetime | None = None,
    until: date | datetime | None = None,
    clock: ClockName = "recorded",
    after: int = 0,
    as_of: AsOf = None,
    limit: int = 100,
    open_words: OpenWords | None = None,
) -> AuditPage:
    """The facts that match, oldest first: at most `limit` of them.

    Along `recorded` and `source`, `since` and `until` are instants; along `happened`, dates. Both are included. What
    has no moment on a clock is not found along it.
    """
    position = tracked_position(models)
    until_position = position if as_of is None else min(position_of(log, as_of), position)
    search = Search(
        actor=actor,
        patient=patient,
        action=action,
        outcome=outcome,
        source=source,
        practice=practice,
        since=_bound(since, clock),
        until=_bound(until, clock),
        clock=clock,
        after=after,
        as_of=until_position,
        limit=limit,
    )
    rows = [AuditRow.of(row) for row in models.rows(*search_query(search))]
    entries = _entries(log, rows[:limit], open_words, until_position, is_now=until_position == position)
    return AuditPage(entries, rows[limit - 1].position if len(rows) > limit else None, until_position)


def _bound(moment: date | datetime | None, clock: ClockName) -> str | int | None:
    if moment is None:
        return None
    if clock == "happened":
        return (moment.date() if isinstance(moment, datetime) else moment).isoformat()
    assert isinstance(moment, datetime), "the clocks of source and ledger are searched by instants"
    return micros(moment)


def _entries(
    log: AskedLog, rows: Sequence[AuditRow], open_words: OpenWords | None, as_of: int, *, is_now: bool
) -> tuple[AuditEntry, ...]:
    if not rows:
        return ()
    facts = {fact.position: fact for fact in log.facts_at(row.position for row in rows)}
    counted = log.refusal_counts(rows[0].position - 1) if is_now else ()
    counts = {each.position: each.times for each in counted}
    restricted = restricted_in(log, facts.values()) if open_words is not None else frozenset()

    def entry(row: AuditRow) -> AuditEntry:
        times = counts.get(row.position, 1) if is_now else None
        is_restricted = row.position in restricted
        return _entry(log, facts[row.position], row, times, open_words, as_of, is_restricted=is_restricted)

    return tuple(entry(row) for row in rows)


def _entry(
    log: AskedLog,
    fact: Fact,
    row: AuditRow,
    times: int | None,
    open_words: OpenWords | None,
    as_of: int,
    *,
    is_restricted: bool,
) -> AuditEntry:
    own = own_of(log, row.patient, [fact], as_of) if row.patient else frozenset[str]()
    line = line_of(fact, open_words, about=row.patient, own=own, is_restricted=is_restricted)
    if is_taken_away(fact.event, own):
        row = row._replace(practice=None, month=None, happened_on=line.happened_on)
    return AuditEntry(row, times, line)


def in_record_of(log: AskedLog, entry: AuditEntry, patient: str, as_of: int) -> AuditEntry:
    """The same fact as the record of another of its patients tells it, its words closed."""
    (fact,) = log.facts_at([entry.row.position])
    return _entry(log, fact, entry.row._replace(patient=patient), entry.times, None, as_of, is_restricted=False)


def parked_list(
    log: AskedLog, *, as_of: AsOf = None, with_closed: bool = False, source: str | None = None
) -> tuple[ParkedDelivery, ...]:
    """The deliveries that wait for an unknown patient, staff member or claim, of one source or of all, oldest first."""
    states = States(log, after=position_of(log, as_of))
    waiting = (
        delivery
        for tag in ([parked_tag(source)] if source is not None else log.tags_starting("parked/"))
        for delivery in states.at(tag).state.deliveries
        if with_closed or delivery.is_open
    )
    return tuple(sorted(waiting, key=lambda delivery: delivery.position))


def counted_actions(models: ReadModels) -> tuple[tuple[str, int], ...]:
    """How many facts of each kind the trail holds, by topic: what a search can ask for."""
    query = f"SELECT topic, COUNT(*) FROM {AUDIT_TRAIL.name} WHERE ordinal = 0 GROUP BY topic ORDER BY topic"
    return tuple((str(topic), int(count)) for topic, count in models.rows(query))

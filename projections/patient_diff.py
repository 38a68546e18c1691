"""Everything that a ledger learned about one patient between two moments, and how what stands differs.

Promise: every fact behind the first moment and up to the second that is in any stream of the patient, by stream, with
who and why; and every element of the patient's state and plan that came, went or changed, and what stood on the day of
each moment. Not promised: which of it moved a month; `month_diff` says that.
"""

from datetime import date
from typing import NamedTuple

from ledger.judging.consent import consents_of
from ledger.judging.law import law_on
from ledger.judging.payers import book_on
from ledger.judging.plans import plan_in_force
from ledger.judging.readiness import active_conditions
from ledger.judging.window import window_of
from ledger.rulebook import Rulebook
from ledger.streams.base import Fact
from ledger.streams.care_plan import CarePlan
from ledger.streams.patient_state import Patient
from ledger.terms.calendar import first_day, last_day, month_of, stored_instant
from ledger.terms.identity import care_plan_tag, patient_tag
from ledger.terms.people import Programme, Side
from projections.elements import ElementChange, element_changes
from projections.history_line import HistoryLine, OpenWords
from projections.patient_history import StreamsLog, lines_of, streams_of
from projections.states import States
from projections.two_patients import one_person


class StreamLines(NamedTuple):
    """The facts of one stream of the patient in between; a fact of several streams stands in the first of them."""

    stream: str
    lines: tuple[HistoryLine, ...]


class StoodThen(NamedTuple):
    """What stood about the patient on the day of a moment, by what was known at it."""

    on: date
    practice: str | None
    practitioner: str | None
    """The billing practitioner of that month's CCM."""
    consent_from: str | None
    """From which moment the first complete consent counts."""
    conditions: tuple[str, ...]
    """Codes of the conditions in force in that month."""
    payer: str | None
    plan_revision: int | None
    died_on: date | None


class PatientDiff(NamedTuple):
    """What lies between two positions."""

    patient: str
    since: int
    until: int
    streams: tuple[StreamLines, ...]
    changes: tuple[ElementChange, ...]
    stood_before: StoodThen | None
    """None while the ledger knew no such patient."""
    stands_after: StoodThen | None


def patient_diff(
    log: StreamsLog,
    rulebook: Rulebook,
    patient: str,
    *,
    since: int,
    until: int,
    days: tuple[date, date],
    with_accesses: bool = False,
    open_words: OpenWords | None = None,
) -> PatientDiff:
    """What the ledger learned behind `since` and up to `until`; `days` are the days of the two moments."""
    first, last = States(log, after=since), States(log, after=until)
    own = one_person(log, patient, until)
    changes = [
        change
        for tag in (patient_tag(patient), care_plan_tag(patient))
        for change in element_changes(first.at(tag).state, last.at(tag).state, own)
    ]
    return PatientDiff(
        patient=patient,
        since=since,
        until=until,
        streams=_streams(log, patient, since, until, with_accesses=with_accesses, open_words=open_words),
        changes=tuple(changes),
        stood_before=_stood(first, rulebook, patient, days[0]),
        stands_after=_stood(last, rulebook, patient, days[1]),
    )


def _streams(
    log: StreamsLog, patient: str, since: int, until: int, *, with_accesses: bool, open_words: OpenWords | None
) -> tuple[StreamLines, ...]:
    seen: set[int] = set()
    found = []
    for tag in streams_of(log, patient, with_accesses=with_accesses):
        facts: list[Fact] = []
        for fact in log.read(tag, until=until):
            if fact.position > since and fact.position not in seen:
                seen.add(fact.position)
                facts.append(fact)
        if facts:
            found.append(StreamLines(tag, lines_of(log, patient, facts, open_words, as_of=until)))
    return tuple(found)


def _stood(states: States, rulebook: Rulebook, patient: str, on: date) -> StoodThen | None:
    known: Patient = states.at(patient_tag(patient)).state
    plan: CarePlan = states.at(care_plan_tag(patient)).state
    if not known.is_registered:
        return None
    month = month_of(on)
    first, last = first_day(month), last_day(month)
    rulebook = book_on(known, on, rulebook)
    designation = known.designation(month, Programme.CCM, Side.PRACTITIONER)
    counting = [s.complete_from for s in consents_of(known, Programme.CCM, rulebook) if s.complete_from is not None]
    coverage, revision = window_of(known, first, last).coverage, plan_in_force(plan, on)
    active = active_conditions(known, first, last, law_on(rulebook, last))
    codes = {c.icd10 or (c.source_code.code if c.source_code else "-") for c in active}
    return StoodThen(
        on=on,
        practice=known.practice_on(on),
        practitioner=designation.event.practitioner if designation else None,
        consent_from=stored_instant(min(counting)) if counting else None,
        conditions=tuple(sorted(codes)),
        payer=coverage.payer if coverage else None,
        plan_revision=revision.revision if revision else None,
        died_on=known.died_on(),
    )

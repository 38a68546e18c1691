"""What a patient-month rests on, in force in that month: clinic, practitioner, conditions, consents, plan, coverage.

Promise: everything is what held in the month by the facts known then, each with the position at which the ledger
learned it; a gap is shown as a gap, and a date that a source did not give is not made up. What counts is the judge's:
the same functions say which conditions are in force and which consent is complete. Not promised: that evidence lies
where it is said to lie.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple, Protocol

from ledger.judging.consent import consents_of
from ledger.judging.consent_month import consent_in_month
from ledger.judging.law import law_on
from ledger.judging.needs import gather
from ledger.judging.payers import book_of
from ledger.judging.plans import made_on, plan_in_force
from ledger.judging.readiness import active_conditions
from ledger.judging.shapes import Verdict
from ledger.rulebook import Rulebook
from ledger.streams.care_plan import CarePlan
from ledger.streams.joining import group_of, joined_patient
from ledger.streams.month_state import CareMonth, Entry
from ledger.streams.patient_state import ConsentOnRecord, Designation, Patient
from ledger.terms.calendar import first_day, last_day
from ledger.terms.identity import patient_tag
from ledger.terms.people import Programme, Side
from projections.moments import DatedLog
from projections.patient_history import StreamsLog
from projections.states import States


class FactsLog(StreamsLog, DatedLog, Protocol):
    """A log that is read by stream, and knows where it stood at an instant."""


class Clinic(NamedTuple):
    """The practice that the patient belonged to, from a day on."""

    practice: str
    from_on: date
    position: int


class Biller(NamedTuple):
    """The billing practitioner of the month, and since when the ledger says so."""

    practitioner: str
    practice: str
    from_month: str
    until_month: str | None
    position: int


class ConditionInMonth(NamedTuple):
    """A condition as last recorded, and whether it is in force in the month."""

    condition: str
    code: str
    """ICD-10-CM where somebody mapped it, otherwise the source's code."""
    onset_on: date | None
    abated_on: date | None
    expected_12_months: bool | None
    in_force: bool
    position: int


class ConsentEvidence(NamedTuple):
    """A consent conversation with its evidence, and from when it counts."""

    consent: str
    position: int
    recorded_at: datetime
    occurred_at: datetime | None
    """None: its source gave no moment, and nothing stands in for it."""
    source: str | None
    """The system that delivered it; None where somebody said so directly."""
    source_recorded_at: datetime | None
    method: str | None
    obtained_by: str | None
    practitioner: str | None
    evidence: str | None
    supplements: int
    counts_from: datetime | None
    lacks: tuple[str, ...]


class FirstMinute(NamedTuple):
    """The first minute of the month, and whether consent was on record by then."""

    on: date
    start: datetime | None
    """None for work without clock times."""
    entry: str
    consent_counted: bool
    """Whether a complete consent stood at that moment that nothing had ended, by what is known as of the answer."""
    consent_known_then: bool
    """Whether one stood by what the ledger knew when the day of that minute ended, in UTC."""
    consent: str | None


class PlanAtWork(NamedTuple):
    """The care-plan revision that an entry was worked from."""

    entry: str
    on: date
    said: int | None
    """As the source of the entry says."""
    in_force: int | None
    """The newest revision made by that day, as known as of the answer."""
    known_then: int | None
    """The newest of those that the ledger knew when the entry was recorded."""


class Basis(NamedTuple):
    """What a month rests on."""

    clinics: tuple[Clinic, ...]
    biller: Biller | None
    conditions: tuple[ConditionInMonth, ...]
    consents: tuple[ConsentEvidence, ...]
    first_minute: FirstMinute | None
    plans: tuple[PlanAtWork, ...]
    plan_on_date_of_service: int | None


def month_basis(log: FactsLog, states: States, rulebook: Rulebook, verdict: Verdict) -> Basis:
    """What a verdict rests on, by the same states; of patients who were merged, what is known of all of them."""
    rulebook = book_of(verdict, rulebook)
    facts = gather(verdict.patient, verdict.month, lambda tag: states.at(tag).state)
    patient, plan, month = facts.patient, facts.plan, facts.month
    group = group_of(verdict.patient, lambda tag: states.at(tag).state)
    consents = tuple(_consents(log, patient, rulebook, verdict.programme))
    in_force = plan_in_force(plan, verdict.date_of_service)
    return Basis(
        clinics=tuple(_clinics(patient, verdict.month)),
        biller=_biller(patient, verdict.month, verdict.programme),
        conditions=tuple(_conditions(patient, verdict.month, rulebook)),
        consents=consents,
        first_minute=_first_minute(log, rulebook, group, patient, month, consents, verdict),
        plans=tuple(_plans(log, month, plan)),
        plan_on_date_of_service=in_force.revision if in_force else None,
    )


def _clinics(patient: Patient, month: str) -> Iterator[Clinic]:
    """The clinic on the first day of the month, and those that followed in it."""
    first, last = first_day(month), last_day(month)
    begun = sorted((a.event.from_on, a.position, a.event.practice) for a in patient.assignments)
    before = [each for each in begun if each[0] <= first]
    for from_on, position, practice in (*before[-1:], *(each for each in begun if first < each[0] <= last)):
        yield Clinic(practice, from_on, position)


def _biller(patient: Patient, month: str, programme: Programme) -> Biller | None:
    designation = patient.designation(month, programme, Side.PRACTITIONER)
    if designation is None:
        return None
    e = designation.event
    return Biller(e.practitioner, e.practice, e.from_month, e.until_month, designation.position)


def _conditions(patient: Patient, month: str, rulebook: Rulebook) -> Iterator[ConditionInMonth]:
    law = law_on(rulebook, last_day(month))
    active = {c.condition for c in active_conditions(patient, first_day(month), last_day(month), law)}
    for learned in {c.event.condition: c for c in patient.conditions}.values():
        e = learned.event
        code = e.icd10 or (f"{e.source_code.system} {e.source_code.code}" if e.source_code else "-")
        in_force = e.condition in active
        yield ConditionInMonth(
            e.condition, code, e.onset_on, e.abated_on, e.expected_12_months, in_force, learned.position
        )


def _consents(log: FactsLog, patient: Patient, rulebook: Rulebook, programme: Programme) -> Iterator[ConsentEvidence]:
    said = {c.event.consent: c for c in patient.consents}
    standings = consents_of(patient, programme, rulebook)
    facts = {fact.position: fact for fact in log.facts_at(s.position for s in standings)}
    for standing in standings:
        consent: ConsentOnRecord = said[standing.consent]
        e, source = consent.event, facts[standing.position].envelope.source
        yield ConsentEvidence(
            consent=standing.consent,
            position=standing.position,
            recorded_at=consent.recorded_at,
            occurred_at=e.occurred_at,
            source=source.system if source else None,
            source_recorded_at=source.recorded_at if source else None,
            method=e.method,
            obtained_by=e.obtained_by,
            practitioner=standing.practitioner,
            evidence=e.evidence,
            supplements=len(consent.supplements),
            counts_from=standing.complete_from,
            lacks=standing.lacks,
        )


def _first_minute(
    log: FactsLog,
    rulebook: Rulebook,
    group: tuple[str, ...],
    patient: Patient,
    month: CareMonth,
    consents: tuple[ConsentEvidence, ...],
    verdict: Verdict,
) -> FirstMinute | None:
    entries = [entry for entry in month.entries if entry.work.programme is verdict.programme]
    if not entries:
        return None
    first = min(entries, key=_begins)
    on = first.pieces[0].on if first.pieces else first.work.on
    start = datetime.fromtimestamp(first.pieces[0].start, UTC) if first.pieces else None
    by = start or datetime.combine(on, time.max, tzinfo=UTC)
    designation = patient.designation(verdict.month, verdict.programme, Side.PRACTITIONER)

    def since(known: Patient) -> datetime | None:
        return _counting_since(known, designation, rulebook, verdict, on, by)

    begun = since(patient)
    counting = [c for c in consents if c.counts_from is not None and c.counts_from == begun]
    named = next((c.consent for c in counting if verdict.practitioner in (None, c.practitioner)), None)
    known = since(_patient_then(log, group, by)) is not None
    return FirstMinute(on, start, first.work.entry, begun is not None, known, named)


def _counting_since(
    patient: Patient, designation: Designation | None, rulebook: Rulebook, verdict: Verdict, on: date, by: datetime
) -> datetime | None:
    """From when the consent counts that stands at a moment of a month, as the judge sees the month; None: none does."""
    last = last_day(verdict.month)
    law = law_on(rulebook, last)
    if not law.exists:
        return None
    found = consent_in_month(patient, designation, last, law, rulebook, verdict.programme)
    if found.counts_from is None or found.counts_from > by:
        return None
    begun = found.counts_from
    for pause in found.stopped.pauses if found.stopped is not None else ():
        if on <= pause.after:
            break
        if pause.until is None or pause.until > by:
            return None
        begun = pause.until
    return begun


def _begins(entry: Entry) -> tuple[date, int]:
    return (entry.pieces[0].on, entry.pieces[0].start) if entry.pieces else (entry.work.on, 0)


def _patient_then(log: FactsLog, group: tuple[str, ...], by: datetime) -> Patient:
    """The patient as known when the UTC day of a moment ended: by all ids that are one person as of the answer."""
    ended = datetime.combine(by.date(), time.max, tzinfo=UTC)
    then = States(log, after=log.position_at(ended))
    return joined_patient([then.at(patient_tag(each)).state for each in group])


def _plans(log: FactsLog, month: CareMonth, plan: CarePlan) -> Iterator[PlanAtWork]:
    facts = {fact.position: fact for fact in log.facts_at(entry.position for entry in month.entries)}
    for entry in month.entries:
        on = entry.pieces[0].on if entry.pieces else entry.work.on
        known = [r for r in plan.revisions if r.position < entry.place and made_on(r) <= on]
        newest = max(known, key=lambda r: (r.revised_at, r.revision), default=None)
        in_force = plan_in_force(plan, on)
        event: Any = facts[entry.position].event
        said = getattr(event, "plan_revision", None)
        yield PlanAtWork(
            entry.work.entry, on, said, in_force.revision if in_force else None, newest.revision if newest else None
        )

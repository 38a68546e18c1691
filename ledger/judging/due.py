"""When something is due to be looked at: by its own date, or because it is as old as a rule allows.

Promise: pure; the decider, the read model that finds what is due, and the list of reviews ask the same functions. What
a ledger's edition has no rule for is never due. Not promised: that anything is wrong; a review is a question.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from ledger.judging.days import local_dates, months_before
from ledger.judging.plans import made_on
from ledger.rulebook import Rules
from ledger.streams.care_plan import CarePlan
from ledger.streams.joining import group_of, joined_patient, joined_plan
from ledger.streams.patient_state import ConsentOnRecord, Designation, Patient
from ledger.streams.reviews import DueKind
from ledger.terms.calendar import first_day, month_of
from ledger.terms.identity import care_plan_tag, patient_tag
from ledger.terms.people import Programme, Side

_CCM: Final = "medicare.ccm"
_DAY: Final = timedelta(days=1)
FOR_EVER: Final = "9999-12"
"""Stands for: no last month."""
NEVER: Final = ""
"""Stands for: no month at all."""
_NOBODY: Final = Patient()
_NO_PLAN: Final = CarePlan()


class Since(NamedTuple):
    """From which day a rule counts, and the fact that set it."""

    on: date
    position: int


class StaleMonth(NamedTuple):
    """An attested month that says something else than was signed, as a read model found it."""

    patient: str
    month: str
    programme: str
    attestation: str
    digest: str
    """What the month says now."""
    position: int
    """The newest fact that it rests on."""


class Dated(NamedTuple):
    """Something that may be due: what it is, about what, and from which day it counts."""

    what: DueKind
    target: str
    since_on: date


PATIENT_KINDS: Final[tuple[DueKind, ...]] = ("care_plan_review", "care_plan_age", "consent_age", "visit_age")
"""What a patient's own streams say; the others come from streams of their own."""


def asked_of(patient: str, state_of: Callable[[str], Any]) -> tuple[Patient, CarePlan]:
    """The states that say what is due of a patient: of one who was merged, those of all, asked of whoever goes on.

    Of a patient who goes on as another one nothing is due: the states say nothing then.
    """
    alone: Patient = state_of(patient_tag(patient))
    if not alone.merges:
        return alone, state_of(care_plan_tag(patient))
    group = group_of(patient, state_of)
    if group[0] != patient:
        return _NOBODY, _NO_PLAN
    together = joined_patient([state_of(patient_tag(each)) for each in group])
    return together, joined_plan([state_of(care_plan_tag(each)) for each in group])


def dates_of(patient: Patient, plan: CarePlan) -> dict[DueKind, Since]:
    """From which day each kind counts for a patient; a kind of which nothing is on record is left out.

    The newest revision, conversation and visit count, by their own days and not by the order of recording. A revision
    that was struck or moved to another patient is none, and neither is a consent that was found void.
    """
    found: dict[DueKind, Since] = {}
    standing = [r for r in plan.revisions if r.taken_out is None]
    revision = max(standing, key=lambda r: (r.revised_at, r.revision), default=None)
    if revision is not None:
        found["care_plan_age"] = Since(made_on(revision), revision.position)
        if revision.review_on is not None:
            found["care_plan_review"] = Since(revision.review_on, revision.position)
    talks = [Since(_talked_on(c), c.position) for c in _talks(patient)]
    if talks:
        found["consent_age"] = max(talks)
    if patient.visits:
        found["visit_age"] = max(Since(visit.event.on, visit.position) for visit in patient.visits)
    return found


def cared_for(patient: Patient) -> tuple[str, str]:
    """The first and the last month in which somebody is designated for CCM; (NEVER, NEVER) without any.

    Gaps between are passed over: what comes due in one is shown all the same. Death ends it, and so does a revocation
    or a disenrolment that no consent followed.
    """
    spans = [_span(d) for d in patient.designations if d.event.programme is Programme.CCM]
    standing = [(first, last) for first, last in spans if first <= last]
    if not standing:
        return NEVER, NEVER
    first, last = min(first for first, _ in standing), max(last for _, last in standing)
    ends = [month_of(on) for on in (patient.died_on(), stopped_on(patient)) if on is not None]
    return first, min((last, *ends))


def is_cared_for(patient: Patient, on: date) -> bool:
    """Whether the patient is in CCM on a day, as far as designations, death and what stopped it say."""
    month = month_of(on)
    if any(ended is not None and ended < on for ended in (patient.died_on(), stopped_on(patient))):
        return False
    return any(patient.designation(month, Programme.CCM, side) is not None for side in Side)


def stopped_on(patient: Patient) -> date | None:
    """The day on which the patient revoked CCM, or was disenrolled, last; None where a talk about consent followed."""
    status = patient.status
    told = [r.event.told_on for r in status.revocations if r.retracted is None and Programme.CCM in r.event.scope]
    told += [d.event.on for d in status.disenrolments if d.retracted is None and d.event.programme is Programme.CCM]
    if not told:
        return None
    talks = [_talked_on(c) for c in _talks(patient)]
    return max(told) if max(talks, default=max(told)) <= max(told) else None


def due_on(what: DueKind, since_on: date, rules: Rules) -> date | None:
    """The first day on which something counted from a day is due; None where no rule says so.

    Reads: medicare.ccm.care_plan.overdue_effect and .review_months, medicare.ccm.consent.reminder_days,
    medicare.ccm.initiating_visit.review_months, medicare.ccm.reviews.parked_days_max and .stale_answer_days
    (CCM-PLAN-04, CCM-CONSENT-06, CCM-INIT-07, CCM-HIPAA-04, CCM-RED-13).
    """
    count, name = _RULES[what]
    value = rules.get(f"{_CCM}.{name}")
    if value is None:
        return None
    if isinstance(value, str):
        return since_on + _DAY if value == "review" else None
    assert isinstance(value, int), f"{name} is counted"
    return count(since_on, value)


def newest_due(what: DueKind, today: date, rules: Rules) -> date | None:
    """The newest day from which something may count to be due today; None where no rule says so.

    A search asks by this day; what it finds is asked `due_on`, which has the last word.
    """
    name = _RULES[what][1]
    value = rules.get(f"{_CCM}.{name}")
    if value is None or (isinstance(value, str) and value != "review"):
        return None
    if isinstance(value, str):
        return today - _DAY
    assert isinstance(value, int), f"{name} is counted"
    return months_before(today, value) if name.endswith("review_months") else today - timedelta(days=value)


def _span(designation: Designation) -> tuple[str, str]:
    """The first month of a designation and the last one that it occupies; the last lies before the first: none."""
    event, last = designation.event, designation.event.until_month or FOR_EVER
    if designation.withdrawn is not None:
        last = min(last, month_of(first_day(designation.withdrawn.from_month) - _DAY))
    return event.from_month, last


def _talks(patient: Patient) -> list[ConsentOnRecord]:
    """The talks about consent to CCM, without those of a consent that was found void."""
    void = patient.status.void
    return [c for c in patient.consents if c.event.programme is Programme.CCM and c.event.consent not in void]


def _talked_on(consent: ConsentOnRecord) -> date:
    happened = consent.event.occurred_at
    return consent.recorded_at.date() if happened is None else local_dates(happened, consent.event.offset)[0]


def _after_months(since_on: date, months: int) -> date:
    """The first day whose day `months` earlier lies behind `since_on`: as the judge asks of a plan's age."""
    years, month = divmod(since_on.year * 12 + since_on.month - 1 + months, 12)
    on = first_day(f"{years:04d}-{month + 1:02d}") + timedelta(days=since_on.day - 1)
    while months_before(on, months) > since_on:
        on -= _DAY
    while months_before(on, months) <= since_on:
        on += _DAY
    return on


def _after_days(since_on: date, days: int) -> date:
    return since_on + timedelta(days=days)


_RULES: Final[dict[DueKind, tuple[Callable[[date, int], date], str]]] = {
    "care_plan_review": (_after_days, "care_plan.overdue_effect"),
    "care_plan_age": (_after_months, "care_plan.review_months"),
    "consent_age": (_after_days, "consent.reminder_days"),
    "visit_age": (_after_months, "initiating_visit.review_months"),
    "parked_delivery": (_after_days, "reviews.parked_days_max"),
    "unanswered_stale_month": (_after_days, "reviews.stale_answer_days"),
}

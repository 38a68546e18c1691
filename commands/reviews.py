"""Deciders about reviews: what a reaction may report, each finding once, and how compliance settles one.

A report is decided like every act: what the reaction saw is looked at again, and what is not so (any more) is refused.
A review's id follows from what it found, so that two reactors, or a run after a crash, find the same one.
"""

from datetime import date, datetime
from typing import NamedTuple

from commands.authority import reaches
from commands.deciding import Asked, Law, States
from commands.intents.reviews import CloseRefusalCount, NoteReactionRun, RaiseReview, ReportStaleMonth, SettleReview
from commands.judged_months import verdict_of
from ledger.judging.due import PATIENT_KINDS, Since, asked_of, dates_of, due_on, is_cared_for
from ledger.streams.reviews import (
    MonthWentStale,
    Reached,
    ReactionRan,
    Refusals,
    RefusalsCounted,
    Review,
    ReviewCameDue,
    ReviewSettled,
    ReviewWords,
)
from ledger.terms.calendar import CLOCK_DIFFERENCE, month_of
from ledger.terms.identity import (
    care_month_tag,
    care_plan_tag,
    id_from,
    parked_tag,
    patient_tag,
    reaction_tag,
    refusals_tag,
    review_tag,
    staff_tag,
)
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.people import Programme, Role, Side
from ledger.terms.refusals import refused


def decide_report_stale_month(asked: Asked[ReportStaleMonth], states: States, law: Law) -> Outcome:
    """Report an attested month of a programme that says something else than was signed, by the edition signed.

    Reads everything that the verdict rests on, and the review's own stream. Refuses: month_not_stale. Unchanged where
    just this was reported: once for each attestation and what the month says now.
    """
    command, patient = asked.command, asked.patient
    programme = Programme(command.programme)
    if need := states.missing(patient_tag(patient), care_month_tag(patient, command.month)):
        return need
    standing = states.month(patient, command.month).standing_attestation(programme)
    if standing is None:
        return refused("month_not_stale", month=command.month)
    verdict = verdict_of(patient, command.month, states, law, programme)
    if isinstance(verdict, Need):
        return verdict
    signed = standing.event
    if verdict.standing != "stale":
        return refused("month_not_stale", month=command.month)
    event = MonthWentStale(
        review=review_id(asked, MonthWentStale.TOPIC, signed.attestation, verdict.digest),
        patient=patient,
        month=command.month,
        attestation=signed.attestation,
        practitioner=signed.practitioner,
        digest_then=signed.digest,
        digest_now=verdict.digest,
        edition=verdict.edition,
        because=command.because,
        programme=None if programme is Programme.CCM else programme,
    )
    return _raised(event, states)


def decide_raise_review(asked: Asked[RaiseReview], states: States, law: Law) -> Outcome:
    """Report something that is due by a rule in force today, or by its own date.

    Reads what it is about (patient and plan, the parked stream, or the review and its month), and the review's own
    stream. Refuses, in order: no_such_review, delivery_unknown, review_target_unclear, review_not_due. Unchanged where
    it was raised: once for each day from which its rule counts.
    """
    about = _about(asked, states, law)
    if isinstance(about, Need | Refused):
        return about
    what, since_on = asked.command.what, asked.command.since_on
    due = due_on(what, since_on, law.on(asked.today))
    if about.since is None or about.since.on != since_on or due is None or asked.today < due:
        return refused("review_not_due")
    event = ReviewCameDue(
        review=review_id(asked, what, about.target, since_on.isoformat()),
        patient=about.patient,
        month=about.month or month_of(due),
        what=what,
        target=about.target,
        since_on=since_on,
        due_on=due,
    )
    return _raised(event, states)


def decide_settle_review(asked: Asked[SettleReview], states: States, law: Law) -> Outcome:
    """Settle a review, for good. Nobody settles what is about their own work (readings, 2).

    Reads the review, the actor, the patient and the month that it is about, or the review that it is about. Refuses, in
    order: not_in_this_practice, no_such_review, review_about_self, review_settled. Unchanged where it was settled in
    the same way.
    """
    command = asked.command
    if need := states.missing(review_tag(command.review), staff_tag(asked.actor)):
        return need
    review: Review = states.get(review_tag(command.review))
    if review.raised is None:
        return refused("no_such_review")
    raised = review.raised
    if raised.patient is not None:
        if need := states.missing(patient_tag(raised.patient), care_month_tag(raised.patient, raised.month)):
            return need
        programme = _programme_of(raised, states)
        if isinstance(programme, Need):
            return programme
        practices = states.patient(raised.patient).practices
        actor = states.staff(asked.actor)
        if practices and not reaches(actor, Role.COMPLIANCE, asked.today, practices):
            return refused("not_in_this_practice")
        if asked.actor in behind(states, raised.patient, raised.month, programme):
            return refused("review_about_self")
    if review.settled is not None:
        if review.settled.outcome == command.outcome and review.settled_position:
            return Unchanged((review.settled_position,))
        return refused("review_settled")
    event = ReviewSettled(
        review=raised.review,
        patient=raised.patient,
        month=raised.month,
        outcome=command.outcome,
        words=ReviewWords(reason=command.reason),
    )
    return Accepted((event,))


def decide_close_refusal_count(asked: Asked[CloseRefusalCount], states: States, law: Law) -> Outcome:
    """Put on record how often a refusal was given on a day that is over.

    Five minutes of clock difference are waited for. A count that rose after that is put on record again: the newest
    closing is the number of the day. Reads the refusals about the subject. Refuses, in order: no_such_refusal,
    day_not_over. Unchanged where as many or more are on record.
    """
    command = asked.command
    if need := states.missing(refusals_tag(command.subject)):
        return need
    refusals: Refusals = states.get(refusals_tag(command.subject))
    found = refusals.at(command.refusal)
    if found is None:
        return refused("no_such_refusal")
    if not is_over(found.on, asked.now):
        return refused("day_not_over")
    if found.times is not None and found.counted_at and found.times >= command.times:
        return Unchanged((found.counted_at,))
    event = RefusalsCounted(
        subject=command.subject,
        refusal=found.position,
        by=found.by,
        code=found.code,
        on=found.on,
        times=command.times,
        count=asked.token("#refusal", f"{found.by}|{found.code}|{command.subject}|{found.on.isoformat()}"),
    )
    return Accepted((event,))


def decide_note_reaction_run(asked: Asked[NoteReactionRun], states: States, law: Law) -> Outcome:
    """Put on record up to which position a reaction has done everything.

    Reads the reaction's stream. Unchanged where it has come as far or further.
    """
    command = asked.command
    if need := states.missing(reaction_tag(command.reaction)):
        return need
    reached: Reached = states.get(reaction_tag(command.reaction))
    if reached.up_to >= command.up_to:
        return Unchanged((reached.position,))
    return Accepted((ReactionRan(reaction=command.reaction, up_to=command.up_to),))


def review_id(asked: Asked[RaiseReview] | Asked[ReportStaleMonth], what: str, target: str, state: str) -> str:
    """The id of the review of a finding: the same finding has the same id, and nobody else can compute it."""
    return id_from("rw", bytes.fromhex(asked.token("#review", f"{what}|{target}|{state}")))


def is_over(on: date, now: datetime) -> bool:
    """Whether a UTC day is over by every clock that decides: one may be five minutes behind."""
    return (now - CLOCK_DIFFERENCE).date() > on


def _raised(event: MonthWentStale | ReviewCameDue, states: States) -> Outcome:
    """The review, raised unless it was before."""
    if need := states.missing(review_tag(event.review)):
        return need
    known: Review = states.get(review_tag(event.review))
    ids = (("review", event.review),)
    return Unchanged((known.position,), ids) if known.raised is not None else Accepted((event,), (), ids)


class _About(NamedTuple):
    """What something that came due is about, and the day from which its rule counts; None: it is not due any more."""

    target: str
    patient: str | None
    month: str | None
    since: Since | None


def _about(asked: Asked[RaiseReview], states: States, law: Law) -> _About | Need | Refused:
    command = asked.command
    match command.what:
        case "parked_delivery" if command.source and command.delivery:
            return _of_delivery(asked, states, command.source, command.delivery)
        case "unanswered_stale_month" if command.review:
            return _of_review(command.review, states, law)
        case what if what in PATIENT_KINDS and "patient" in asked.people:
            patient = asked.patient
            if need := states.missing(patient_tag(patient), care_plan_tag(patient)):
                return need
            if need := states.missing(*(care_plan_tag(each) for each in states.group(patient))):
                return need
            state, plan = asked_of(patient, states.get)
            since = dates_of(state, plan).get(what) if is_cared_for(state, asked.today) else None
            return _About(patient, patient, None, since)
    return refused("review_target_unclear")


def _of_delivery(asked: Asked[RaiseReview], states: States, source: str, delivery: str) -> _About | Need | Refused:
    if need := states.missing(parked_tag(source)):
        return need
    parked = states.parked(source).get(delivery)
    if parked is None:
        return refused("delivery_unknown")
    subject = parked.subject if parked.subject and parked.subject.startswith("pt_") else None
    since = Since(parked.parked_on, parked.position) if parked.is_open else None
    return _About(f"{source}/{delivery}", subject, None, since)


def _of_review(review: str, states: States, law: Law) -> _About | Need | Refused:
    """A stale month that nobody answered: not settled, the same attestation stands, and the month is stale still."""
    if need := states.missing(review_tag(review)):
        return need
    found: Review = states.get(review_tag(review))
    raised = found.raised
    if not isinstance(raised, MonthWentStale) or found.raised_at is None or raised.patient is None:
        return refused("no_such_review")
    verdict = verdict_of(raised.patient, raised.month, states, law, raised.of)
    if isinstance(verdict, Need):
        return verdict
    is_unanswered = found.is_open and verdict.standing == "stale" and verdict.attested == raised.attestation
    since = Since(found.raised_at.date(), found.position) if is_unanswered else None
    return _About(review, raised.patient, raised.month, since)


def _programme_of(raised: MonthWentStale | ReviewCameDue, states: States) -> Programme | Need:
    """The programme whose month a review is about, by that review where it is about one; else CCM."""
    if isinstance(raised, ReviewCameDue) and raised.what == "unanswered_stale_month":
        if need := states.missing(review_tag(raised.target)):
            return need
        about: Review = states.get(review_tag(raised.target))
        return about.raised.of if isinstance(about.raised, MonthWentStale) else Programme.CCM
    return raised.of if isinstance(raised, MonthWentStale) else Programme.CCM


def behind(states: States, patient: str, month: str, programme: Programme = Programme.CCM) -> frozenset[str]:
    """Whose work a review of a patient's month is about: who bills it, who signed it, who worked in it or typed it."""
    state = states.month(patient, month)
    designated = (states.patient(patient).designation(month, programme, side) for side in Side)
    return frozenset(
        (
            *(d.event.practitioner for d in designated if d is not None),
            *(attested.event.practitioner for attested in state.attestations),
            *(entry.work.performer for entry in state.entries),
            *(entry.work.entered_by for entry in state.entries if entry.work.entered_by),
            *(gone.entry.work.performer for gone in state.gone),
        )
    )

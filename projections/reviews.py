"""The reviews, by month: what was found or came due, whether it is still so, and how it was settled.

Promise: folded from the streams of the months as of a position, so an answer about the past shows nothing learned
later; `still_so` is asked of the same judge and the same dates as when it was raised. No words: why something was
settled is sealed, and opened with the patient's history. Not promised: that the reader may ask; that is decided before.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from ledger.judging.due import PATIENT_KINDS, asked_of, dates_of, is_cared_for
from ledger.streams.base import Fact
from ledger.streams.elevations import Elevation
from ledger.streams.reviews import BECAUSE_MAX, MonthWentStale, Review, ReviewCameDue, evolve
from ledger.terms.calendar import month_of
from ledger.terms.identity import parked_tag, patient_tag, review_tag, reviews_tag
from ledger.terms.people import Programme
from projections.elevations import folded
from projections.judged import RulebookOf, judged
from projections.patient_history import StreamsLog
from projections.states import States


class ReviewLine(NamedTuple):
    """One review."""

    review: str
    what: str
    """`month_went_stale`, what came due, or `reading_elevated`."""
    patient: str | None
    month: str
    programme: Programme | None
    """Of a month that went stale, or that nobody answered for."""
    target: str
    """What it is about: an attestation, a patient, `source/delivery`, another review, or who is elevated."""
    raised_at: datetime
    position: int
    due_on: date | None
    because: tuple[int, ...]
    """Facts that came after the signature into what the month rests on."""
    still_so: bool
    """Whether it would be found today: the record has not answered it yet."""
    outcome: str | None
    settled_position: int | None


class Reviews(NamedTuple):
    """The reviews as of a position, in the order in which they were raised."""

    lines: tuple[ReviewLine, ...]
    position: int


def reviews(
    log: StreamsLog,
    rulebook_of: RulebookOf,
    *,
    month: str | None = None,
    practice: str | None = None,
    position: int,
    with_settled: bool = False,
) -> Reviews:
    """The open reviews of a month or of all, of all practices or one; `with_settled` adds those that are settled."""
    states = States(log, after=position)
    tags = [reviews_tag(month)] if month else log.tags_starting("reviews/")
    found = [
        _line(review, states, rulebook_of)
        for tag in tags
        for review in _folded(log, tag, position)
        if (with_settled or review.is_open) and (practice is None or practice in _practices(review, states))
    ]
    found += [
        _line_of_elevation(each)
        for each in folded(log, position)
        if (with_settled or each.reviewed is None)
        and month in (None, month_of(each.last_instant.date()))
        and (practice is None or practice in _practices_opened(each, states))
    ]
    return Reviews(tuple(sorted(found, key=lambda line: line.position)), position)


def _practices_opened(elevation: Elevation, states: States) -> frozenset[str]:
    """The practices whose records an elevation opened."""
    event = elevation.event
    found = (states.at(patient_tag(patient)).state.practices for patient in event.patients)
    return frozenset().union(*found, *([{event.practice}] if event.practice else []))


def _line_of_elevation(elevation: Elevation) -> ReviewLine:
    """An elevation waits for its review from its first moment; it names who is elevated, and no patient."""
    event, reviewed = elevation.event, elevation.reviewed
    return ReviewLine(
        review=event.elevation,
        what=event.TOPIC,
        patient=None,
        month=month_of(elevation.last_instant.date()),
        programme=None,
        target=event.staff,
        raised_at=elevation.since,
        position=elevation.position,
        due_on=elevation.last_instant.date(),
        because=elevation.reads[-BECAUSE_MAX:],
        still_so=reviewed is None,
        outcome=reviewed.outcome if reviewed is not None else None,
        settled_position=elevation.reviewed_position,
    )


def _folded(log: StreamsLog, tag: str, position: int) -> Iterator[Review]:
    """The reviews of a month as of a position."""
    held: dict[str, Review] = {}
    for fact in log.read(tag, until=position):
        review = _review_of(fact)
        held[review] = evolve(held.get(review, Review()), fact)
    yield from held.values()


def _review_of(fact: Fact) -> str:
    review: str = fact.event.review  # type: ignore[attr-defined]  # every event of these streams names its review
    return review


def _practices(review: Review, states: States) -> frozenset[str]:
    assert review.raised is not None
    if review.raised.patient is None:
        return frozenset()
    practices: frozenset[str] = states.at(patient_tag(review.raised.patient)).state.practices
    return practices


def _line(review: Review, states: States, rulebook_of: RulebookOf) -> ReviewLine:
    raised, raised_at = review.raised, review.raised_at
    assert raised is not None
    assert raised_at is not None
    if states.is_full:
        states.forget()
    return ReviewLine(
        review=raised.review,
        what=raised.what if isinstance(raised, ReviewCameDue) else raised.TOPIC,
        patient=raised.patient,
        month=raised.month,
        programme=_programme_of(raised, states),
        target=raised.target if isinstance(raised, ReviewCameDue) else raised.attestation,
        raised_at=raised_at,
        position=review.position,
        due_on=raised.due_on if isinstance(raised, ReviewCameDue) else None,
        because=raised.because if isinstance(raised, MonthWentStale) else (),
        still_so=_is_still_so(raised, states, rulebook_of),
        outcome=review.settled.outcome if review.settled else None,
        settled_position=review.settled_position,
    )


def _is_still_so(raised: MonthWentStale | ReviewCameDue, states: States, rulebook_of: RulebookOf) -> bool:
    return (
        _is_stale(raised, states, rulebook_of)
        if isinstance(raised, MonthWentStale)
        else _is_due(raised, states, rulebook_of)
    )


def _is_stale(raised: MonthWentStale, states: States, rulebook_of: RulebookOf) -> bool:
    """Whether the same signature stands, and the month still does not say what was signed."""
    assert raised.patient is not None
    verdict = judged(states.at, rulebook_of, raised.patient, raised.month, programme=raised.of).verdict
    return verdict.attested == raised.attestation and verdict.standing == "stale"


def _is_due(raised: ReviewCameDue, states: States, rulebook_of: RulebookOf) -> bool:
    """Whether nothing newer came, the delivery waits, or the stale month has no answer."""
    if raised.what in PATIENT_KINDS and raised.patient is not None:
        patient, plan = asked_of(raised.patient, lambda tag: states.at(tag).state)
        found = dates_of(patient, plan).get(raised.what)
        return found is not None and found.on == raised.since_on and is_cared_for(patient, raised.due_on)
    if raised.what == "parked_delivery":
        source, _, delivery = raised.target.rpartition("/")
        parked = states.at(parked_tag(source)).state.get(delivery)
        return parked is not None and parked.is_open
    assert raised.patient is not None
    programme = _programme_of(raised, states) or Programme.CCM
    verdict = judged(states.at, rulebook_of, raised.patient, raised.month, programme=programme).verdict
    return verdict.standing == "stale"


def _programme_of(raised: MonthWentStale | ReviewCameDue, states: States) -> Programme | None:
    """The programme whose month a review is about; None where it is about no month of one."""
    if isinstance(raised, MonthWentStale):
        return raised.of
    if raised.what != "unanswered_stale_month":
        return None
    about: Review = states.at(review_tag(raised.target)).state
    return about.raised.of if isinstance(about.raised, MonthWentStale) else None

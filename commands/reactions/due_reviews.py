"""Raises what came due: plans, consents and visits by their age, deliveries and findings that wait too long.

The read models say from which day something counts, the ledger's edition how long it may take. What is found is looked
at in its streams before it is reported, so that a report is refused only where something came between.
"""

from collections.abc import Iterator

from commands.reactions.reports import PAGE, Report, Seen
from ledger.judging.due import PATIENT_KINDS, Dated, Since, asked_of, dates_of, due_on, is_cared_for, newest_due
from ledger.streams.governance import ParkedDeliveries
from ledger.streams.reviews import DUE_KINDS, Review
from ledger.terms.identity import parked_tag, review_tag


class RaiseDueReviews:
    """The reaction."""

    name = "raise_due_reviews"

    def reports(self, seen: Seen) -> Iterator[Report]:
        """A report for each thing that is due, kind by kind."""
        for what in DUE_KINDS:
            newest = newest_due(what, seen.today, seen.rules)
            after = ""
            while newest is not None and (found := seen.findings.dated(what, newest, seen.today, after, PAGE)):
                for dated in found:
                    if report := _report(dated, seen):
                        yield report
                after = found[-1].target


def _report(dated: Dated, seen: Seen) -> Report | None:
    """The report of something that is due; None where it is not (any more)."""
    due = due_on(dated.what, dated.since_on, seen.rules)
    since = _since(dated, seen)
    if due is None or seen.today < due or since is None or since.on != dated.since_on:
        return None
    target = f"{dated.what}/{dated.target}"
    return Report("raise_review", since.position, target, {**_about(dated), "since_on": since.on.isoformat()})


def _since(dated: Dated, seen: Seen) -> Since | None:
    """The day from which it counts as the streams have it now, and the fact that set it."""
    if dated.what in PATIENT_KINDS:
        patient, plan = asked_of(dated.target, seen.state)
        if not is_cared_for(patient, seen.today):
            return None
        return dates_of(patient, plan).get(dated.what)
    if dated.what == "parked_delivery":
        source, _, delivery = dated.target.rpartition("/")
        waiting: ParkedDeliveries = seen.state(parked_tag(source))
        parked = waiting.get(delivery)
        return Since(parked.parked_on, parked.position) if parked and parked.is_open else None
    review: Review = seen.state(review_tag(dated.target))
    return Since(review.raised_at.date(), review.position) if review.raised_at and review.is_open else None


def _about(dated: Dated) -> dict[str, str]:
    if dated.what in PATIENT_KINDS:
        return {"what": dated.what, "patient": dated.target}
    if dated.what == "parked_delivery":
        source, _, delivery = dated.target.rpartition("/")
        return {"what": dated.what, "source": source, "delivery": delivery}
    return {"what": dated.what, "review": dated.target}

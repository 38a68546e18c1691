"""What a person should look at in one entry, whether it counts or not: lateness, who entered it, what happened since.

Of an entry that crosses midnight every day is asked for itself. Promise: nothing here changes what counts, but
`is_timely`, which also tells later work from a late entry.
"""

from datetime import date

from ledger.judging.context import MonthContext
from ledger.judging.days import end_of
from ledger.judging.law import IN_PERSON_REVIEW_NAME
from ledger.judging.performers import Performing
from ledger.streams.month_state import Entry, Marks
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice


def entry_reviews(entry: Entry, performing: Performing, on: date, counted: int, context: MonthContext) -> list[Notice]:
    """What a person should look at: no clock times, contested seconds, country unknown, lateness, who entered it."""
    work, law = entry.work, context.law
    found: list[Notice] = []
    if not entry.pieces and counted:
        happened = "The entry counts without clock times; its share of the month is shown."
        found.append(notice("no_clock_times", happened, law.reading("policy.untimed_counts")))
    if work.entry in context.contested:
        happened = (
            "The same person has an entry for another patient in the same seconds; the first recorded keeps them."
        )
        found.append(notice("contested_time", happened, law.reading("time.patients_at_once_max")))
    if performing.country_unknown and counted:
        happened = "Nobody said in which country the work was done."
        found.append(notice("work_country_unknown", happened, law.reading("performers.work_countries")))
    found += _of_teaching(entry, counted, context)
    found += _of_status(entry, context)
    found += _of_visits(entry, counted, context)
    found += _lateness(entry, on, context)
    if entry.marks is not None:
        found += _marked(entry.marks)
    if work.entered_by not in (None, work.performer) and any(
        context.performers.is_biller(str(work.entered_by), each) for each in days_of(entry)
    ):
        found.append(notice("entered_by_biller", "A biller entered this time for the performer."))
    return found


def is_timely(entry: Entry, on: date, context: MonthContext) -> bool:
    """Whether the entry was recorded in time: work after the signature is then later work, not a late entry."""
    return entry.recorded_at - (entry.work.ended or end_of(on)) <= context.law.late


def days_of(entry: Entry) -> tuple[date, ...]:
    """The local days of an entry within the month."""
    return tuple([piece.on for piece in entry.pieces]) or (entry.work.on,)


def _of_status(entry: Entry, context: MonthContext) -> list[Notice]:
    """Contact that a patient who had revoked did not want, and work on the edge of a stay."""
    found: list[Notice] = []
    told = [context.contact_is_unwanted(entry.work, each) for each in days_of(entry)]
    told_on = max((each for each in told if each is not None), default=None)
    if told_on is not None:
        happened = f"The patient had revoked consent on {told_on.isoformat()} and had not consented again."
        by = context.law.rules.find("medicare.ccm.consent.contact_after_revocation_effect")
        found.append(notice("contact_after_revocation", happened, by))
    edge = context.stays.edge(list(days_of(entry))) if context.stays is not None else None
    if edge is not None:
        happened = f"On {edge.isoformat()} the patient was admitted or discharged, at an hour that is not on record."
        found.append(notice("stay_edge_day", happened, context.law.rules.find("medicare.ccm.time.stay_edge_effect")))
    return found


def _of_teaching(entry: Entry, counted: int, context: MonthContext) -> list[Notice]:
    """Counted work of an activity that needs a reviewer; an edition without the rule asks for nothing (CCM-TIME-06)."""
    law, activity = context.law, entry.work.activity
    known = law.activities.get(activity) if activity is not None and counted else None
    if known is None or known.standing != "needs_reviewer":
        return []
    by = law.rules.find(IN_PERSON_REVIEW_NAME)
    if by is None or by.value is False:
        return []
    return [notice("in_person_counted", f"{activity} counts by the practice's policy; a person has to look at it.", by)]


def _of_visits(entry: Entry, counted: int, context: MonthContext) -> list[Notice]:
    """Counted work on a day on which the billing practitioner held a visit (CCM-TIME-07)."""
    by = context.law.find("time.visit_day_effect")
    on = next((each for each in days_of(entry) if each in context.visit_days), None)
    if on is None or not counted or by is None:
        return []
    happened = f"On {on.isoformat()} the billing practitioner held a visit; only the visit's own work is not counted."
    return [notice("visit_same_day", happened, by)]


def _lateness(entry: Entry, on: date, context: MonthContext) -> list[Notice]:
    """Lateness by the ledger's clock, from the end of the work or, untimed, of its day (CCM-RED-12, CCM-AMEND-06)."""
    law = context.law
    ended = entry.work.ended or end_of(on)
    behind = entry.recorded_at - ended
    if is_timely(entry, on, context):
        return []
    recorded = entry.recorded_at.date().isoformat()
    if behind > law.late_reason and not (entry.marks is not None and entry.marks.has_late_reason):
        happened = f"Work of {on.isoformat()} was recorded on {recorded}; so late an entry needs a reason."
        return [notice("recorded_very_late", happened, law.reading("time.late_reason_days"))]
    happened = f"Work of {on.isoformat()} was recorded late, on {recorded}."
    return [notice("recorded_late", happened, law.reading("time.late_hours"))]


def _marked(marks: Marks) -> list[Notice]:
    """What happened to the entry since it was logged (CCM-AMEND-01, -04)."""
    found: list[Notice] = []
    if marks.corrected:
        times = "once" if marks.corrected == 1 else f"{marks.corrected} times"
        found.append(notice("time_corrected", f"The entry was corrected {times}; the history shows what it said."))
    if marks.is_moved_here:
        found.append(notice("time_moved_here", "The work was recorded about another patient first, and moved here."))
    if marks.disputed_at is not None:
        happened = f"Somebody disputes the entry (position {marks.disputed_at}); it counts until that is settled."
        found.append(notice("time_disputed", happened))
    return found

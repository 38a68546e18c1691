"""Why an entry without clock times does not count by its day: before consent, after an end, in a stay, on a border.

On a border (consent, consent again, disenrolment, death, coverage end, admission, discharge) such an entry counts only
where its order is stated, and states the right one (readings, section 5).
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ledger.judging.context import MonthContext
from ledger.rulebook import Reading
from ledger.streams.care_month import ClockOrder
from ledger.streams.month_state import Entry
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice


class _Reason(NamedTuple):
    code: str
    happened: str
    by: Reading | None


def untimed_reason(entry: Entry, on: date, context: MonthContext) -> Notice | None:
    """Why an untimed entry of a day does not count, by the first reason in the order of the catalogue."""
    order = entry.work.order
    found = next(_reasons(on, order, context), None)
    if found is None and _on_border(on, order, context):
        happened = f"The time does not count: {on.isoformat()} is a boundary day and the entry's order is not stated."
        found = _Reason("untimed_on_boundary_day", happened, context.law.reading("policy.untimed_counts"))
    return notice(found.code, found.happened, found.by, seconds=entry.seconds) if found is not None else None


def _reasons(on: date, order: ClockOrder | None, context: MonthContext) -> Iterator[_Reason]:
    """The reasons for which all of the day, or the part of it that the entry states, does not count."""
    window, law = context.window, context.law
    since = context.consent_from
    assert since is not None
    assert context.consent_on is not None
    begins, begins_latest = context.consent_on
    if on < begins or (on <= begins_latest and order == "before"):
        yield _Reason(*context.before_consent("The time does not count"))
    for pause in context.pauses:
        if pause.holds(on, order):
            yield _Reason(pause.stop.code, f"The time does not count: {pause.stop.happened}.", pause.stop.by(law))
    for limit, code, rule, what in (
        (window.died_on, "after_death", "time.after_death_counts", "the patient died"),
        (window.covered_until, "after_coverage_end", "time.after_coverage_counts", "coverage ended"),
    ):
        if limit is not None and (on > limit or (on == limit and order == "after")):
            yield _Reason(code, f"The time does not count: {what} on {limit.isoformat()}.", law.reading(rule))
    if context.stays is not None and context.stays.hold(on, order):
        by = law.reading("time.stay_counts")
        yield _Reason("during_stay", "The time does not count: the patient was in a facility.", by)
    if on in context.visit_days and not law.visit_day_counts:
        happened = f"The time does not count: the billing practitioner held a visit on {on.isoformat()}."
        yield _Reason("visit_day", happened, law.reading("time.visit_day_counts"))


def _on_border(on: date, order: ClockOrder | None, context: MonthContext) -> bool:
    """Whether the day is one on which the entry would have to state another order, or any."""
    window = context.window
    assert context.consent_on is not None
    needed = {pause.needed_order(on) for pause in context.pauses} - {None}
    if on <= context.consent_on[1]:
        needed.add("after")
    if on in (window.died_on, window.covered_until):
        needed.add("before")
    return bool(needed - {order}) or (context.stays is not None and context.stays.need_order(on, order))

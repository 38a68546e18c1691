"""The entry that is not clean: every reason for which its seconds do not count, in the order of the catalogue.

Reasons about the whole entry come first, and the first of them takes all its seconds. Otherwise seconds are cut
away one reason after the other: of days on which the performer or the activity may not count, before consent, after an
end of it, after death, after coverage, in a stay, on the day of a visit, held by an earlier entry of the patient, held
by an earlier entry of the performer, beyond twenty-four hours.
"""

from datetime import date

from ledger.judging.context import MonthContext
from ledger.judging.days import earliest_date
from ledger.judging.entry_reviews import days_of, entry_reviews, is_timely
from ledger.judging.performers import Performing, why_not_counted
from ledger.judging.shapes import EntryLine
from ledger.judging.untimed import untimed_reason
from ledger.rulebook import Reading
from ledger.streams.care_month import Piece
from ledger.streams.month_state import Awaiting, Entry
from ledger.terms.intervals import Intervals, overlap, total, union_all, without
from ledger.terms.notices import RANK, in_order, notice
from ledger.terms.outcome import Notice

_Unable = list[tuple[Performing, Piece]]
"""Pieces of days on which the performer may not count, and why."""


def judge_entry(entry: Entry, context: MonthContext) -> EntryLine:
    """What becomes of one entry in the month; see the module for the order of reasons."""
    line = _judged(entry, context)
    awaiting = entry.marks.awaiting if entry.marks is not None else None
    if awaiting is None or not line.counted or awaiting.programme is not context.programme:
        return line
    if _is_later(entry, awaiting) and is_timely(entry, line.on, context):
        return line
    return _held_back(line, entry, awaiting.before, context)


def _judged(entry: Entry, context: MonthContext) -> EntryLine:
    work = entry.work
    on = entry.pieces[0].on if entry.pieces else work.on
    unable: _Unable = []
    if entry.pieces:
        performing, unable = context.performers.over(work, entry.pieces)
    else:
        performing = context.performers.on(work.performer, work.practice, work.work_country, on)
    whole = _whole_reasons(entry, performing, on, context)
    if whole:
        found = [whole[0]._replace(seconds=entry.seconds), *whole[1:]]
        counted, last_on = 0, None
    elif entry.pieces:
        found, counted, last_on = _cut(entry, unable, context)
    else:
        found, counted, last_on = _untimed(entry, on, context)
    found += entry_reviews(entry, performing, on, counted, context)
    return EntryLine(
        work.entry,
        entry.position,
        on,
        work.performer,
        work.activity,
        entry.seconds,
        counted,
        performing.pool if counted else None,
        in_order(found),
        last_on,
        bool(entry.pieces),
    )


def _is_later(entry: Entry, awaiting: Awaiting) -> bool:
    """Whether the work began after the signature; of a date alone, on a later day than the signature's earliest one.

    The judge opens no zone: a signature of the evening may be of the day before that of UTC.
    """
    if awaiting.signed_at is None:
        return awaiting.is_later
    return entry.work.on > earliest_date(awaiting.signed_at)


def _held_back(line: EntryLine, entry: Entry, before: Entry | None, context: MonthContext) -> EntryLine:
    """The line without what would raise an attested month: what lowers acts at once (CCM-AMEND-09; readings, 5).

    Of a changed entry no more counts than counted as it stood, and none but the seconds that it had; what it waited for
    then, because of an earlier signature, binds it still.
    """
    by = context.law.late_raise
    if by is None:
        return line
    most, last_on = 0, None
    if before is not None and (pieces := _had(entry, before)) is not None:
        seconds = _seconds(pieces) if pieces else entry.seconds
        within = judge_entry(entry._replace(pieces=tuple(pieces), seconds=seconds, marks=before.marks), context)
        most, last_on = min(judge_entry(before, context).counted, within.counted), within.last_counted_on
    over = line.counted - most
    if over <= 0:
        return line
    happened = f"{over} seconds do not count yet: they would raise a month that is attested."
    found = notice("raise_awaits_approval", happened, by, seconds=over)
    return line._replace(
        counted=most,
        pool=line.pool if most else None,
        notices=in_order([*line.notices, found]),
        last_counted_on=last_on if most else None,
    )


def _had(entry: Entry, before: Entry) -> list[Piece] | None:
    """The pieces of an entry that it had before; None where it had none of them, nothing where clock times are new."""
    if not entry.pieces or not before.pieces:
        return []
    held = union_all(tuple((piece.start, piece.end) for piece in before.pieces))
    pieces = [
        Piece(start, end, piece.on) for piece in entry.pieces for start, end in overlap(held, piece.start, piece.end)
    ]
    return pieces or None


def _whole_reasons(entry: Entry, performing: Performing, on: date, context: MonthContext) -> list[Notice]:
    """Reasons for which nothing of the entry counts (CCM-TIME-03, -06, -09, -10, -16; CCM-STAFF-01 to -07)."""
    work, law = entry.work, context.law
    found: list[Notice] = []
    if work.programme is not context.programme:
        other, this = work.programme.value, context.programme.value
        happened = f"The time does not count for {this}: it was logged for {other}; its seconds stay taken."
        found.append(notice("other_programme", happened, law.reading("time.one_code_per_minute")))
    if performing.code is not None:
        found.append(notice(performing.code, *why_not_counted(performing.code, on, law)))
    found += _activity_reasons(entry, context)
    if not entry.pieces and not _untimed_adopted(entry, on, context):
        happened = "The time does not count: it has no clock times, and the practice's policy asks for them."
        found.append(notice("untimed_not_adopted", happened, law.reading("policy.untimed_counts")))
    if context.consent_from is None:
        found.append(notice(*context.without_consent()))
    return sorted(found, key=lambda n: RANK[n.code])


def _activity_reasons(entry: Entry, context: MonthContext) -> list[Notice]:
    work, law = entry.work, context.law
    found: list[Notice] = []
    required = law.reading("time.fields_required")
    known = law.activities.get(work.activity) if work.activity is not None else None
    if work.activity is None:
        found.append(notice("activity_missing", "The time does not count: the entry names no activity.", required))
    elif known is None or work.activity == "unlisted":
        happened = "The time does not count: the source's word for the activity is in no list of the rulebook."
        found.append(notice("activity_not_listed", happened, law.reading("activities.not_counted.unlisted")))
    elif known.standing == "not_counted":
        happened = f"The time does not count: {work.activity} is an activity whose time is kept only."
        found.append(notice("activity_not_counted", happened, known.reading))
    elif known.standing == "needs_reviewer" and not any(
        _in_person_adopted(entry, each, context) for each in days_of(entry)
    ):
        happened = f"The time does not count: {work.activity} counts where the practice's policy says so."
        found.append(notice("activity_needs_reviewer", happened, known.reading))
    if not work.described:
        found.append(notice("description_missing", "The time does not count: nothing says what was done.", required))
    return found


def _policy(entry: Entry, policy: str, on: date, context: MonthContext) -> str | None:
    practice = context.facts.practices.get(entry.work.practice)
    return practice.policy(policy, on) if practice is not None else None


def _not_adopted(entry: Entry, context: MonthContext) -> tuple[str, Reading | None, list[date]]:
    """Days on which a practice's policy does not let the activity count, where it does on others; and the rule."""
    known = context.law.activities.get(entry.work.activity or "")
    if known is None or known.standing != "needs_reviewer":
        return "", None, []
    days = [on for on in days_of(entry) if not _in_person_adopted(entry, on, context)]
    return (
        f"{{gone}} seconds do not count: {entry.work.activity} counts where the policy of the day says so.",
        known.reading,
        days,
    )


def _in_person_adopted(entry: Entry, on: date, context: MonthContext) -> bool:
    adopted = _policy(entry, "staff_in_person_counts", on, context)
    return context.law.in_person_counts if adopted is None else adopted == "yes"


def _untimed_adopted(entry: Entry, on: date, context: MonthContext) -> bool:
    adopted = _policy(entry, "untimed_counts", on, context)
    return context.law.untimed_counts if adopted is None else adopted == "yes"


# --- seconds of a timed entry -------------------------------------------------------------------------------


def _cut(entry: Entry, unable: _Unable, context: MonthContext) -> tuple[list[Notice], int, date | None]:
    """Takes away, reason by reason, the seconds that do not count."""
    law, window = context.law, context.window
    found: list[Notice] = []
    left = list(entry.pieces)

    def take(code: str, happened: str, by: Reading | None, kept: list[Piece]) -> None:
        nonlocal left
        gone = _seconds(left) - _seconds(kept)
        if gone:
            found.append(notice(code, happened.format(gone=gone), by, seconds=gone))
            left = kept

    for performing, piece in unable:
        assert performing.code is not None
        why = why_not_counted(performing.code, piece.on, law, "{gone} seconds do not count")
        take(performing.code, *why, [kept for kept in left if kept != piece])
    happened, by, closed = _not_adopted(entry, context)
    if closed:
        take("activity_needs_reviewer", happened, by, [kept for kept in left if kept.on not in closed])
    if left and left[0].start < context.opens and context.consent_from is not None:
        take(*context.before_consent("{gone} seconds do not count"), _from(left, context.opens))
    for pause in context.pauses:
        happened = f"{{gone}} seconds do not count: {pause.stop.happened}."
        take(pause.stop.code, happened, pause.stop.by(law), pause.without(left))
    if window.died_on is not None:
        kept = [piece for piece in left if piece.on <= window.died_on]
        happened = f"{{gone}} seconds do not count: the patient died on {window.died_on.isoformat()}."
        take("after_death", happened, law.reading("time.after_death_counts"), kept)
    if window.covered_until is not None:
        kept = [piece for piece in left if piece.on <= window.covered_until]
        happened = f"{{gone}} seconds do not count: coverage ended on {window.covered_until.isoformat()}."
        take("after_coverage_end", happened, law.reading("time.after_coverage_counts"), kept)
    if context.stays is not None:
        happened = "{gone} seconds do not count: the patient was in a facility."
        take("during_stay", happened, law.reading("time.stay_counts"), context.stays.outside(left))
    if context.visit_days and not law.visit_day_counts:
        kept = [piece for piece in left if piece.on not in context.visit_days]
        happened = "{gone} seconds do not count: the billing practitioner held a visit on that day."
        take("visit_day", happened, law.reading("time.visit_day_counts"), kept)
    if entry.held_by_others:
        happened = "{gone} seconds do not count: an entry recorded earlier for this patient holds them."
        by = law.reading("time.persons_at_once_max")
        take("time_already_covered", happened, by, _outside(left, entry.held_by_others))
    lost = context.lost.get(entry.work.entry)
    if lost:
        happened = "{gone} seconds do not count: an entry recorded earlier puts the performer with another patient."
        by = law.reading("time.patients_at_once_max")
        take("performer_with_other_patient", happened, by, _outside(left, lost))
    counted = _seconds(left)
    over = 0
    if beyond := context.beyond.get(entry.work.entry):
        # An entry may lie in two months: each bears what lies in it.
        over = min(sum(total(overlap(beyond, piece.start, piece.end)) for piece in entry.pieces), counted)
    if over:
        found.append(_overfull(over, context))
    return found, counted - over, left[-1].on if counted > over else None


def _seconds(pieces: list[Piece]) -> int:
    return sum(piece.end - piece.start for piece in pieces)


def _from(pieces: list[Piece], opens: int) -> list[Piece]:
    return [Piece(max(piece.start, opens), piece.end, piece.on) for piece in pieces if piece.end > opens]


def _outside(pieces: list[Piece], taken: Intervals) -> list[Piece]:
    ordered = union_all(taken)
    return [Piece(start, end, piece.on) for piece in pieces for start, end in without(piece.start, piece.end, ordered)]


def _overfull(over: int, context: MonthContext) -> Notice:
    happened = f"{over} seconds do not count: the performer's day holds more than twenty-four hours."
    return notice("day_over_24_hours", happened, context.law.reading("time.staff_day_hours_max"), seconds=over)


# --- an entry without clock times ----------------------------------------------------------------------------


def _untimed(entry: Entry, on: date, context: MonthContext) -> tuple[list[Notice], int, date | None]:
    """An entry of a date and minutes: all of it counts or none, except what overfills the day."""
    reason = untimed_reason(entry, on, context)
    if reason is not None:
        return [reason], 0, None
    over = min(context.overfull.get(entry.work.entry, 0), entry.seconds)
    counted = entry.seconds - over
    return [_overfull(over, context)] if over else [], counted, on if counted else None

"""The entry that is not clean: every reason for which its seconds do not count, in the order of the catalogue.

Reasons about the whole entry come first, and the first of them takes all its seconds. Otherwise seconds are cut
away one reason after the other: of days on which the performer may not count, before consent, after an end of it,
after death, after coverage, in a stay, held by an earlier entry of the patient, held by an earlier entry of the
performer, beyond twenty-four hours.
"""

from datetime import date
from typing import Final

from ledger.judging.context import MonthContext
from ledger.judging.days import end_of
from ledger.judging.performers import Performing, why_not_counted
from ledger.judging.shapes import EntryLine
from ledger.judging.untimed import untimed_reason
from ledger.rulebook import Reading
from ledger.streams.care_month import Piece
from ledger.streams.month_state import Entry, Marks
from ledger.terms.intervals import Intervals, overlap, total, union_all, without
from ledger.terms.notices import RANK, in_order, notice
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme

_CCM: Final = Programme.CCM
_Unable = list[tuple[Performing, Piece]]
"""Pieces of days on which the performer may not count, and why."""


def judge_entry(entry: Entry, context: MonthContext) -> EntryLine:
    """What becomes of one entry in the month; see the module for the order of reasons."""
    line = _judged(entry, context)
    awaiting = entry.marks.awaiting if entry.marks is not None else None
    if awaiting is None or not line.counted or (awaiting.is_later and _is_timely(entry, line.on, context)):
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
    found += _reviews(entry, performing, on, counted, context)
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


def _is_timely(entry: Entry, on: date, context: MonthContext) -> bool:
    """Whether the entry was recorded in time: work after the signature is then later work, not a late entry."""
    return entry.recorded_at - (entry.work.ended or end_of(on)) <= context.law.late


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
    if work.programme is not _CCM:
        happened = f"The time does not count for CCM: it was logged for {work.programme.value}; its seconds stay taken."
        found.append(notice("other_programme", happened, law.reading("time.one_code_per_minute")))
    if performing.code is not None:
        found.append(notice(performing.code, *why_not_counted(performing.code, on, law)))
    found += _activity_reasons(entry, on, context)
    if not entry.pieces and not _untimed_adopted(entry, on, context):
        happened = "The time does not count: it has no clock times, and the practice's policy asks for them."
        found.append(notice("untimed_not_adopted", happened, law.reading("policy.untimed_counts")))
    if context.consent_from is None:
        found.append(notice(*context.without_consent()))
    return sorted(found, key=lambda n: RANK[n.code])


def _activity_reasons(entry: Entry, on: date, context: MonthContext) -> list[Notice]:
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
    elif known.standing == "needs_reviewer" and not _in_person_adopted(entry, on, context):
        happened = f"The time does not count: {work.activity} counts where the practice's policy says so."
        found.append(notice("activity_needs_reviewer", happened, known.reading))
    if not work.described:
        found.append(notice("description_missing", "The time does not count: nothing says what was done.", required))
    return found


def _policy(entry: Entry, policy: str, on: date, context: MonthContext) -> str | None:
    practice = context.facts.practices.get(entry.work.practice)
    return practice.policy(policy, on) if practice is not None else None


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
    if left[0].start < context.opens and context.consent_from is not None:
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


# --- what to look at ------------------------------------------------------------------------------------------


def _reviews(entry: Entry, performing: Performing, on: date, counted: int, context: MonthContext) -> list[Notice]:
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
    found += _of_status(entry, on, context)
    found += _lateness(entry, on, context)
    if entry.marks is not None:
        found += _marked(entry.marks)
    if work.entered_by not in (None, work.performer) and context.performers.is_biller(str(work.entered_by), on):
        found.append(notice("entered_by_biller", "A biller entered this time for the performer."))
    return found


def _of_status(entry: Entry, on: date, context: MonthContext) -> list[Notice]:
    """Contact that a patient who had revoked did not want, and work on the edge of a stay."""
    found: list[Notice] = []
    told_on = context.contact_is_unwanted(entry.work, on)
    if told_on is not None:
        happened = f"The patient had revoked consent on {told_on.isoformat()} and had not consented again."
        by = context.law.rules.find("medicare.ccm.consent.contact_after_revocation_effect")
        found.append(notice("contact_after_revocation", happened, by))
    days = [piece.on for piece in entry.pieces] or [on]
    edge = context.stays.edge(days) if context.stays is not None else None
    if edge is not None:
        happened = f"On {edge.isoformat()} the patient was admitted or discharged, at an hour that is not on record."
        found.append(notice("stay_edge_day", happened, context.law.rules.find("medicare.ccm.time.stay_edge_effect")))
    return found


def _lateness(entry: Entry, on: date, context: MonthContext) -> list[Notice]:
    """Lateness by the ledger's clock, from the end of the work or, untimed, of its day (CCM-RED-12, CCM-AMEND-06)."""
    law = context.law
    ended = entry.work.ended or end_of(on)
    behind = entry.recorded_at - ended
    if _is_timely(entry, on, context):
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

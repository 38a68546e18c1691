"""The facts that time rests on: the entry and what was said of it since, and the entries that hold its seconds.

Of an entry about another patient only its position is told. Promise: who holds a contested second is found as the folds
find it: by the order of recording, and by what the performer allocated. Not promised: whose the other patient is.
"""

from collections.abc import Iterable

from ledger.judging import evidence_of_patients as patients
from ledger.judging.evidence_of_consents import counting, disenrolments, revocations
from ledger.judging.evidence_of_people import said_of
from ledger.judging.ground import NOTHING, Evidence, Ground, found
from ledger.judging.shapes import EntryLine
from ledger.streams.care_month import DecisionMakingAttested, FamilyChosen, MonthAttested, TimeLogged
from ledger.streams.month_state import Entry
from ledger.streams.staff_day import StaffDay, Worked
from ledger.terms.intervals import Intervals, overlap


def of_entry(ground: Ground, line: EntryLine) -> Evidence:
    """The entry itself: where it was recorded, corrected, moved, and what was said of it since."""
    entry = ground.entry(line)
    return found((line.position,)) if entry is None else found(_said_of(entry))


def _said_of(entry: Entry) -> tuple[int, ...]:
    marks = entry.marks
    if marks is None:
        return (entry.position, entry.place)
    return (entry.position, entry.place, *(each.position for each in marks.earlier), *marks.told)


def disputed(ground: Ground, line: EntryLine) -> Evidence:
    """The entry, and the newest dispute about it."""
    entry = ground.entry(line)
    at = entry.marks.disputed_at if entry is not None and entry.marks is not None else None
    return of_entry(ground, line).and_(found((at,)) if at is not None else NOTHING)


def awaiting(ground: Ground, line: EntryLine) -> Evidence:
    """The entry, and the attestation that it came behind."""
    entry = ground.entry(line)
    waits = entry.marks.awaiting if entry is not None and entry.marks is not None else None
    signed = (a for a in ground.facts.month.attestations if waits and a.event.attestation == waits.attestation)
    return of_entry(ground, line).and_(found(a.position for a in signed))


def entered_by(ground: Ground, line: EntryLine) -> Evidence:
    """Who entered the time, and in which role."""
    entry = ground.entry(line)
    by = entry.work.entered_by if entry is not None else None
    return of_entry(ground, line).and_(said_of(ground, by) if by is not None else NOTHING)


def boundary(ground: Ground, line: EntryLine) -> Evidence:
    """What makes the day of an entry without clock times a border: consent, an end, death, coverage, a stay."""
    borders = (counting, revocations, disenrolments, patients.death, patients.no_coverage, patients.stays)
    own = of_entry(ground, line)
    return found((*own.facts, *(at for border in borders for at in border(ground).facts)))


# --- seconds that others hold ------------------------------------------------------------------------------------


def covered(ground: Ground, line: EntryLine) -> Evidence:
    """The entries of the patient, also in a month beside, that were recorded earlier and hold seconds of this one."""
    entry = ground.entry(line)
    if entry is None:
        return NOTHING
    months = (ground.facts.month, *ground.facts.beside)
    earlier = (other for month in months for other in month.entries if other.place < entry.place)
    return found(other.position for other in earlier if _shares(entry, other))


def _shares(entry: Entry, other: Entry) -> bool:
    held: Intervals = tuple((piece.start, piece.end) for piece in other.pieces)
    return other.work.entry != entry.work.entry and any(overlap(held, p.start, p.end) for p in entry.pieces)


def with_another(ground: Ground, line: EntryLine) -> Evidence:
    """The performer's entries for other patients in the same seconds, and what the performer allocated."""
    positions: list[int] = []
    for day in ground.facts.staff_days.values():
        mine = next((work for work in day.worked if work.entry == line.entry), None)
        if mine is None:
            continue
        rivals = [w for w in day.worked if w.patient != mine.patient and w.start < mine.end and w.end > mine.start]
        positions += [w.position for w in rivals]
        positions += [a.position for a in day.allocated if line.entry in (a.keeps, a.gives_up)]
    return found(positions)


def overfull(ground: Ground, line: EntryLine) -> Evidence:
    """The work of the performer that the day held before this entry."""
    days = (day for day in ground.facts.staff_days.values() if any(e == line.entry for e, _ in day.overfull))
    return found(work.position for day in days for work in _before(day, line.entry))


def _before(day: StaffDay, entry: str) -> Iterable[Worked]:
    place = next(work.place for work in day.worked if work.entry == entry)
    return (work for work in day.worked if work.place <= place)


# --- the month as a whole ----------------------------------------------------------------------------------------


def counted(ground: Ground) -> Evidence:
    """The entries of which seconds count; all of them, or that there is none, where none does."""
    positions = [line.position for line in ground.verdict.lines if line.counted]
    return found(positions) if positions else logged(ground)


def logged(ground: Ground) -> Evidence:
    """Every entry of the month; that there is none, where there is none."""
    positions = [line.position for line in ground.verdict.lines]
    return found(positions, absent=() if positions else (TimeLogged.TOPIC,))


def elsewhere(ground: Ground) -> Evidence:
    """The entries that were worked for another practice than the one that bills."""
    own = (e for e in ground.facts.month.entries if e.work.practice != ground.verdict.practice)
    return found(entry.position for entry in own)


def decision_making(ground: Ground) -> Evidence:
    """What was attested of decision making for the month."""
    own = [at for _, at in ground.facts.month.decision_making]
    return found(own, absent=() if own else (DecisionMakingAttested.TOPIC,))


def limits(ground: Ground) -> Evidence:
    """The limits that compliance raised for the month."""
    return found(at for _, at in ground.facts.month.limits)


def limits_of(ground: Ground, code: str) -> Evidence:
    """The limits of one code that compliance raised for the month."""
    return found(at for event, at in ground.facts.month.limits if event.code == code)


def services(ground: Ground) -> Evidence:
    """The other services that were told of the month, and who bills it."""
    told = (each.position for each in ground.facts.month.services if each.retracted is None)
    billing = ground.designation
    return found((*told, *((billing.position,) if billing is not None else ())))


def choices(ground: Ground) -> Evidence:
    """The choices of a family; that the billing practitioner made none, where that is so."""
    own = [at for _, at in ground.facts.month.choices]
    return found(own, absent=() if ground.verdict.chosen else (FamilyChosen.TOPIC,))


def attestations(ground: Ground) -> Evidence:
    """The attestation that stands; the withdrawn ones with what took them back, and that none stands, otherwise."""
    standing = ground.facts.month.standing_attestation(ground.programme)
    if standing is not None:
        return found((standing.position,))
    every = ground.facts.month.signed(ground.programme)
    positions = [at for a in every for at in (a.position, a.withdrawn_position) if at is not None]
    return found(positions, absent=(MonthAttested.TOPIC,))


def since_attested(ground: Ground) -> Evidence:
    """The attestation that stands, and what came to the month's own stream behind it."""
    month = ground.facts.month
    standing = month.standing_attestation(ground.programme)
    signed = standing.position if standing is not None else 0
    own = [at for entry in month.entries for at in _said_of(entry)]
    own += [gone.position for gone in month.gone]
    own += [at for _, at in (*month.choices, *month.decision_making)]
    return attestations(ground).and_(found(at for at in own if at > signed))


def all_attestations(ground: Ground) -> Evidence:
    """Every attestation that was not withdrawn, and the merges that made two months one."""
    every = (a.position for a in ground.facts.month.signed(ground.programme) if a.withdrawn is None)
    return found((*every, *(m.position for m in ground.facts.patient.merges)))

"""The care month as folded: entries in order of place, with the seconds that an earlier one already holds.

That seconds were recorded before is arithmetic on facts; that the first recorded keeps them is law and is applied by
the judge (CCM-TIME-04; readings, sections 5 and 12). Promise: an entry costs one step; a change of an earlier one lays
the month out anew. What came to an attested month from before its attestation is marked: whether it raises the month is
judged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from ledger.streams.attesting import AttestationWithdrawn, MonthExcepted
from ledger.streams.base import Event, Fact
from ledger.streams.care_month import (
    DecisionMakingAttested,
    EntryContent,
    FamilyChosen,
    MonthAttested,
    Piece,
    TimeLogged,
)
from ledger.streams.limits import LimitRaised
from ledger.streams.month_parts import UNMARKED, Attested, Awaiting, Entry, Gone, Marks, Together
from ledger.streams.services import OtherService, OtherServiceReported, OtherServiceRetracted
from ledger.streams.services import after as services_after
from ledger.streams.tally import NOTHING, Tally, tally_of, with_entry
from ledger.streams.time_changes import (
    Brought,
    DisputeSettled,
    LateEntryApproved,
    TimeAddended,
    TimeCorrected,
    TimeDisputed,
    TimeMoved,
    TimeStruck,
)
from ledger.terms.calendar import epoch_seconds, month_of
from ledger.terms.intervals import Intervals, overlap, union
from ledger.terms.people import Programme

__all__ = [
    "UNMARKED",
    "Attested",
    "Awaiting",
    "CareMonth",
    "Entry",
    "Gone",
    "Marks",
    "Together",
    "bound_by",
    "changed",
    "entered",
    "evolve",
    "laid_out",
]


@dataclass(frozen=True, slots=True)
class CareMonth:
    """One patient's month."""

    patient: str
    month: str
    entries: tuple[Entry, ...] = ()
    """In order of place."""
    covered: Intervals = ()
    """The union of all timed seconds, whether they count or not."""
    decision_making: tuple[tuple[DecisionMakingAttested, int], ...] = ()
    choices: tuple[tuple[FamilyChosen, int], ...] = ()
    attestations: tuple[Attested, ...] = ()
    position: int = 0
    gone: tuple[Gone, ...] = ()
    excepted: tuple[tuple[MonthExcepted, int], ...] = ()
    """Left out of a batch of attestations, each with its position."""
    tally: Tally | None = NOTHING
    """What the entries add up to while all are plain; None once one is not."""
    limits: tuple[tuple[LimitRaised, int], ...] = ()
    """Limits that compliance raised for this month, each with its position."""
    services: tuple[OtherService, ...] = ()
    """Other services told of the month, in the order of their reports; those taken back among them."""
    together: tuple[Together, ...] = ()
    """Of patients who were merged, each two of them: before they were one, each was signed for itself."""

    @property
    def raised(self) -> tuple[tuple[str, int], ...]:
        """Codes whose limit was raised, each with its units as last said."""
        return tuple({event.code: event.units for event, _ in self.limits}.items()) if self.limits else ()

    def signed(self, programme: Programme) -> tuple[Attested, ...]:
        """The attestations of one programme's month, oldest first."""
        return tuple(each for each in self.attestations if each.programme is programme)

    def standing_attestation(self, programme: Programme = Programme.CCM) -> Attested | None:
        """The newest attestation of a programme's month, unless it was withdrawn: it superseded those before it.

        What was signed for two patients before they were one superseded nothing of the other's.
        """
        superseding: list[Attested] = []
        for each in reversed(self.attestations):
            if each.programme is not programme:
                continue
            if each.withdrawn is None and not any(self._supersedes(later, each) for later in superseding):
                return each
            superseding.append(each)
        return None

    def binding_attestation(self, programme: Programme = Programme.CCM) -> Attested | None:
        """The one that what comes or grows is held against: the standing one; behind a claim also a withdrawn one."""
        standing = self.standing_attestation(programme)
        if standing is not None or not self.attestations:
            return standing
        newest = next((each for each in reversed(self.attestations) if each.programme is programme), None)
        taken_back = newest.withdrawn if newest is not None else None
        return newest if taken_back is not None and taken_back.is_released else None

    def _supersedes(self, later: Attested, earlier: Attested) -> bool:
        return self.one_since(later.event.patient, earlier.event.patient) < later.position

    def one_since(self, one: str, other: str) -> int:
        """Since which position two who are one person are that; 0 for one id."""
        return next((each.since for each in self.together if each.ids == {one, other}), 0)

    def entry(self, entry: str) -> Entry | None:
        """One entry by its id."""
        return next((each for each in self.entries if each.work.entry == entry), None)

    def gone_entry(self, entry: str) -> Gone | None:
        """One entry that stands here no more."""
        return next((each for each in self.gone if each.entry.work.entry == entry), None)


def evolve(state: CareMonth, fact: Fact) -> CareMonth:
    """The month after one more fact."""
    event, at = fact.event, fact.position
    match event:
        case TimeLogged():
            entry, covered = entered(state, event, at, fact.recorded_at)
            return CareMonth(
                state.patient,
                state.month,
                (*state.entries, entry),
                covered,
                state.decision_making,
                state.choices,
                state.attestations,
                at,
                state.gone,
                state.excepted,
                with_entry(state.tally, entry),
                state.limits,
                state.services,
            )
        case DecisionMakingAttested():
            return replace(state, decision_making=(*state.decision_making, (event, at)), position=at)
        case FamilyChosen():
            return replace(state, choices=(*state.choices, (event, at)), position=at)
        case MonthAttested():
            return replace(state, attestations=(*state.attestations, Attested(event, at)), position=at)
    return replace(changed(state, event, at, fact.recorded_at), position=at)


def entered(state: CareMonth, event: EntryContent, position: int, recorded_at: datetime) -> tuple[Entry, Intervals]:
    """A new entry as it would stand in this month, and the month's cover with it."""
    marks = None
    if state.attestations and (awaiting := _awaiting(state, event, None)) is not None:
        marks = Marks(awaiting=awaiting)
    if not event.segments:
        return Entry(event.work, position, recorded_at, (), event.seconds, (), position, marks), state.covered
    covered = state.covered
    pieces: list[Piece] = []
    held: Intervals = ()
    seconds = 0
    for start, end, on in event.spans:
        if month_of(on) != state.month:
            continue
        pieces.append(Piece(start, end, on))
        seconds += end - start
        held = (*held, *overlap(state.covered, start, end))
        covered = union(covered, start, end)
    return Entry(event.work, position, recorded_at, tuple(pieces), seconds, held, position, marks), covered


def laid_out(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], Intervals]:
    """Entries in order of place, each with what an earlier one holds of it; and all seconds that they cover."""
    covered: Intervals = ()
    ordered: list[Entry] = []
    for entry in sorted(entries, key=lambda each: each.place):
        held: Intervals = ()
        for start, end, _ in entry.pieces:
            held = (*held, *overlap(covered, start, end))
        for start, end, _ in entry.pieces:
            covered = union(covered, start, end)
        ordered.append(entry._replace(held_by_others=held))
    return tuple(ordered), covered


# --- what few months have ----------------------------------------------------------------------------------------


def changed(state: CareMonth, event: Event, position: int, recorded_at: datetime) -> CareMonth:
    """The month after a fact that changes what is in it; the month itself after any other."""
    match event:
        case TimeCorrected():
            return _corrected(state, event, position)
        case TimeMoved():
            return _moved(state, event, position, recorded_at)
        case TimeStruck():
            return _without(state, event.entry, position, "struck")
        case TimeAddended() if event.kind == "late_reason":
            return _marked(state, event.entry, position, has_late_reason=True)
        case TimeDisputed():
            return _marked(state, event.entry, position, disputed_at=position)
        case DisputeSettled():
            return _marked(state, event.entry, position, disputed_at=None)
        case LateEntryApproved():
            return _marked(state, event.entry, position, awaiting=None, is_approved=True)
        case AttestationWithdrawn():
            return _reopened(state, event, position)
        case MonthExcepted():
            return replace(state, excepted=(*state.excepted, (event, position)))
        case LimitRaised():
            return replace(state, limits=(*state.limits, (event, position)))
        case OtherServiceReported() | OtherServiceRetracted():
            return replace(state, services=services_after(state.services, event, position, recorded_at))
    return state


def _corrected(state: CareMonth, event: TimeCorrected, position: int) -> CareMonth:
    """The entry with its new content in its old place; out of this month where it no longer touches it."""
    if state.month not in event.months():
        return _without(state, event.entry, position, "corrected")
    old, gone = state.entry(event.entry), state.gone_entry(event.entry)
    known = old or (gone.entry if gone else None)
    marks = (known.marks if known else None) or UNMARKED
    if old is None:
        marks = _brought(marks, event.brings)
    awaiting = _awaiting_once_more(state, event, old, marks.awaiting)
    earlier = (*marks.earlier, known._replace(marks=None)) if known is not None else marks.earlier
    marks = marks._replace(corrected=marks.corrected + 1, awaiting=awaiting, earlier=earlier)
    new, _ = entered(_bare(state), event, position, event.first_recorded_at)
    return _with_entry(state, new._replace(place=event.place, marks=marks))


def _brought(marks: Marks, brings: Brought | None) -> Marks:
    """The marks of an entry that comes from another month, with what happened to it there."""
    said = brings or Brought()
    return marks._replace(
        disputed_at=said.disputed_at, has_late_reason=said.has_late_reason, is_moved_here=said.is_moved_here
    )


def _moved(state: CareMonth, event: TimeMoved, position: int, recorded_at: datetime) -> CareMonth:
    """Out of the wrong patient's month, into the right one's."""
    if state.patient == event.from_patient:
        return _without(state, event.from_entry, position, "moved")
    if state.month not in event.months():
        return state
    new, _ = entered(_bare(state), event, position, recorded_at)
    return _with_entry(state, new._replace(marks=Marks(is_moved_here=True, awaiting=_awaiting(state, event, None))))


def _bare(state: CareMonth) -> CareMonth:
    """The month with nothing in it: what an entry is by itself."""
    return CareMonth(state.patient, state.month)


def _with_entry(state: CareMonth, new: Entry) -> CareMonth:
    entry = new.work.entry
    entries, covered = laid_out((*(e for e in state.entries if e.work.entry != entry), new))
    gone = tuple(g for g in state.gone if g.entry.work.entry != entry)
    return replace(state, entries=entries, covered=covered, gone=gone, tally=tally_of(entries))


def _without(state: CareMonth, entry: str, position: int, why: Literal["struck", "moved", "corrected"]) -> CareMonth:
    old = state.entry(entry)
    if old is None:
        return state
    entries, covered = laid_out(e for e in state.entries if e.work.entry != entry)
    gone = (*state.gone, Gone(old, position, why))
    return replace(state, entries=entries, covered=covered, gone=gone, tally=tally_of(entries))


def _marked(state: CareMonth, entry: str, position: int, **marks: object) -> CareMonth:
    def told(known: Marks) -> Marks:
        return known._replace(told=(*known.told, position), **marks)  # type: ignore[arg-type]

    changed = tuple(e._replace(marks=told(e.marks or UNMARKED)) if e.work.entry == entry else e for e in state.entries)
    return replace(state, entries=changed, tally=tally_of(changed))


def _awaiting(state: CareMonth, event: EntryContent, old: Entry | None) -> Awaiting | None:
    """Why new content may raise nothing yet: its programme's month stands attested, with or without the entry in it."""
    standing = state.binding_attestation(event.programme)
    if standing is None:
        return None
    attested_at, programme = standing.event.attested_at, event.programme
    was_there = old is not None and (old.place < standing.position or (old.marks or UNMARKED).is_approved)
    if was_there:
        return Awaiting(standing.event.attestation, old, programme=programme)
    if not event.segments:
        return Awaiting(standing.event.attestation, None, signed_at=attested_at, programme=programme)
    is_later = event.segments[0].start >= attested_at
    return Awaiting(standing.event.attestation, None, is_later, programme=programme)


def bound_by(entry: Entry, standing: Attested, since: int) -> Entry:
    """An entry of one chart under the signature of another: the two are one patient since a position.

    Their own streams do not show each other: what came to one of them after both, waits as if they had been one.
    """
    marks = entry.marks or UNMARKED
    if entry.position <= max(standing.position, since) or marks.awaiting is not None or marks.is_approved:
        return entry
    there = [old for old in marks.earlier if old.position < standing.position]
    attestation, attested_at = standing.event.attestation, standing.event.attested_at
    if there:
        awaiting = Awaiting(attestation, there[-1])
    elif not entry.pieces:
        awaiting = Awaiting(attestation, None, signed_at=attested_at)
    else:
        awaiting = Awaiting(attestation, None, entry.pieces[0].start >= epoch_seconds(attested_at))
    return entry._replace(marks=marks._replace(awaiting=awaiting._replace(programme=standing.programme)))


def _awaiting_once_more(
    state: CareMonth, event: EntryContent, old: Entry | None, known: Awaiting | None
) -> Awaiting | None:
    """Why the content of an entry that waits already may raise nothing: signed again since, it is bound by that too.

    The old content goes along with what it waited for itself, so that no signature's bound is lost. Where no signature
    stands nothing waits, also not what had left the month when the signature was withdrawn.
    """
    programmes = (event.programme,) if known is None else (event.programme, known.programme)
    if not any(state.binding_attestation(each) for each in programmes):
        return None
    new = _awaiting(state, event, old)
    return new if known is None or (new is not None and new.attestation != known.attestation) else known


def _reopened(state: CareMonth, event: AttestationWithdrawn, position: int) -> CareMonth:
    """The month without that attestation: nothing of its programme waits any more, but behind a claim."""
    withdrawn = next((a.programme for a in state.attestations if a.event.attestation == event.attestation), None)
    attestations = tuple(
        a._replace(withdrawn=event, withdrawn_position=position) if a.event.attestation == event.attestation else a
        for a in state.attestations
    )
    entries = state.entries
    if not event.is_released:
        entries = tuple(_waiting_no_more(entry, withdrawn) for entry in entries)
    return replace(state, attestations=attestations, entries=entries, tally=tally_of(entries))


def _waiting_no_more(entry: Entry, programme: Programme | None) -> Entry:
    """The entry without what it waited for in the month of a programme."""
    marks = entry.marks
    if marks is None or marks.awaiting is None or marks.awaiting.programme is not programme:
        return entry
    return entry._replace(marks=marks._replace(awaiting=None))

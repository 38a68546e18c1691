"""The care month as folded: entries in order of place, with the seconds that an earlier one already holds.

That seconds were recorded before is arithmetic on facts; that the first recorded keeps them is law and is applied by
the judge (CCM-TIME-04; readings, sections 5 and 12). Promise: an entry costs one step; a change of an earlier one lays
the month out anew. What came to an attested month from before its attestation is marked: whether it raises the month is
judged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, NamedTuple

from ledger.streams.attesting import AttestationWithdrawn, MonthExcepted
from ledger.streams.base import Event, Fact
from ledger.streams.care_month import (
    DecisionMakingAttested,
    EntryContent,
    FamilyChosen,
    MonthAttested,
    Piece,
    TimeLogged,
    Work,
)
from ledger.streams.limits import LimitRaised
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


class Awaiting(NamedTuple):
    """Why an entry may raise nothing yet: the month was attested without it, or with other content."""

    attestation: str
    before: "Entry | None"
    """As it stood when the month was attested, with what it waited for itself; None: it was not there."""
    is_later: bool = False
    """Whether the work began after the signature: recorded in time, it waits for nothing (readings, section 5)."""
    signed_at: datetime | None = None
    """Of work without clock times that was not there: the signature, whose local day the judge looks for."""


class Marks(NamedTuple):
    """What few entries have: what happened to them since they were logged."""

    corrected: int = 0
    """How often."""
    is_moved_here: bool = False
    has_late_reason: bool = False
    disputed_at: int | None = None
    """The position of the newest dispute, while it is open."""
    awaiting: Awaiting | None = None
    is_approved: bool = False
    """Whether compliance let it raise the month: what is said of it later is measured against what was approved."""
    earlier: "tuple[Entry, ...]" = ()
    """What it said before it was corrected, oldest first."""


UNMARKED: Final = Marks()


class Entry(NamedTuple):
    """A time entry as it stands in one care month."""

    work: Work
    position: int
    """The newest fact that says what it is."""
    recorded_at: datetime
    """When it was logged first: a correction makes nothing later, or earlier."""
    pieces: tuple[Piece, ...]
    """Timed entries: the segments of this month."""
    seconds: int
    """Seconds of the entry within this month."""
    held_by_others: Intervals
    """Seconds of this entry that an entry recorded earlier for the same patient already holds."""
    place: int
    """The position that orders it among the others: where it was logged, or moved here."""
    marks: Marks | None = None


class Gone(NamedTuple):
    """An entry that stands here no more: what it said last, and the fact that took it out."""

    entry: Entry
    position: int
    why: Literal["struck", "moved", "corrected"]


class Attested(NamedTuple):
    """An attestation of a month, with where it stands, and its withdrawal."""

    event: MonthAttested
    position: int
    withdrawn: AttestationWithdrawn | None = None
    withdrawn_position: int | None = None


class Together(NamedTuple):
    """Since which position two ids are one person."""

    ids: frozenset[str]
    since: int


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
    together: tuple[Together, ...] = ()
    """Of patients who were merged, each two of them: before they were one, each was signed for itself."""

    @property
    def raised(self) -> tuple[tuple[str, int], ...]:
        """Codes whose limit was raised, each with its units as last said."""
        return tuple({event.code: event.units for event, _ in self.limits}.items()) if self.limits else ()

    def standing_attestation(self) -> Attested | None:
        """The newest attestation, unless it was withdrawn: those before it were superseded by it.

        What was signed for two patients before they were one superseded nothing of the other's.
        """
        superseding: list[Attested] = []
        for each in reversed(self.attestations):
            if each.withdrawn is None and not any(self._supersedes(later, each) for later in superseding):
                return each
            superseding.append(each)
        return None

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
            return _marked(state, event.entry, has_late_reason=True)
        case TimeDisputed():
            return _marked(state, event.entry, disputed_at=position)
        case DisputeSettled():
            return _marked(state, event.entry, disputed_at=None)
        case LateEntryApproved():
            return _marked(state, event.entry, awaiting=None, is_approved=True)
        case AttestationWithdrawn():
            return _reopened(state, event, position)
        case MonthExcepted():
            return replace(state, excepted=(*state.excepted, (event, position)))
        case LimitRaised():
            return replace(state, limits=(*state.limits, (event, position)))
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


def _marked(state: CareMonth, entry: str, **marks: object) -> CareMonth:
    changed = tuple(
        e._replace(marks=(e.marks or UNMARKED)._replace(**marks)) if e.work.entry == entry else e  # type: ignore[arg-type]
        for e in state.entries
    )
    return replace(state, entries=changed, tally=tally_of(changed))


def _awaiting(state: CareMonth, event: EntryContent, old: Entry | None) -> Awaiting | None:
    """Why new content may raise nothing yet: the month stands attested, with or without the entry in it.

    Months are signed for CCM only, so work of another programme waits for nothing.
    """
    standing = state.standing_attestation()
    if standing is None or event.programme is not Programme.CCM:
        return None
    attested_at = standing.event.attested_at
    was_there = old is not None and (old.place < standing.position or (old.marks or UNMARKED).is_approved)
    if was_there:
        return Awaiting(standing.event.attestation, old)
    if not event.segments:
        return Awaiting(standing.event.attestation, None, signed_at=attested_at)
    return Awaiting(standing.event.attestation, None, event.segments[0].start >= attested_at)


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
    return entry._replace(marks=marks._replace(awaiting=awaiting))


def _awaiting_once_more(
    state: CareMonth, event: EntryContent, old: Entry | None, known: Awaiting | None
) -> Awaiting | None:
    """Why the content of an entry that waits already may raise nothing: signed again since, it is bound by that too.

    The old content goes along with what it waited for itself, so that no signature's bound is lost. Where no signature
    stands nothing waits, also not what had left the month when the signature was withdrawn.
    """
    if state.standing_attestation() is None:
        return None
    new = _awaiting(state, event, old)
    return new if known is None or (new is not None and new.attestation != known.attestation) else known


def _reopened(state: CareMonth, event: AttestationWithdrawn, position: int) -> CareMonth:
    """The month without that attestation: nothing waits for approval any more."""
    attestations = tuple(
        a._replace(withdrawn=event, withdrawn_position=position) if a.event.attestation == event.attestation else a
        for a in state.attestations
    )
    entries = tuple(e._replace(marks=e.marks._replace(awaiting=None)) if e.marks else e for e in state.entries)
    return replace(state, attestations=attestations, entries=entries, tally=tally_of(entries))

"""The patient as folded from the patient stream: one value that deciders and the judge read.

States keep the facts that the law asks about, with the position and the instant at which each was learned, and
no opinion on them: whether a consent is complete or a visit qualifies is judged.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, NamedTuple, TypeVar

from ledger.streams.base import Fact
from ledger.streams.consent import ConsentDeclined, ConsentRecorded, ConsentSupplemented
from ledger.streams.designation import DesignationWithdrawn, PractitionerDesignated
from ledger.streams.extra_planning import (
    ExtraPlanning,
    ExtraPlanningAttested,
    ExtraPlanningRetracted,
    planned_after,
)
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.streams.patient import (
    ConditionContent,
    ConditionRecorded,
    CoverageRecorded,
    DeathRecorded,
    DemographicsReported,
    IdentifierLink,
    IdentifierLinked,
    PatientRegistered,
    PracticeAssigned,
    RiskAttested,
    VisitRecorded,
)
from ledger.streams.replacing import replace
from ledger.streams.status_state import CLEAN, STATUS_EVENTS, Status, evolve_status
from ledger.streams.stays import DeathRetracted
from ledger.streams.wrong_patient import ConditionMoved, ConditionStruck, TakenOut
from ledger.terms.people import Programme, Side

E = TypeVar("E")


class Learned(NamedTuple, Generic[E]):
    """An event with where and when the ledger learned it."""

    event: E
    position: int
    recorded_at: datetime


class ConsentOnRecord(NamedTuple):
    """A consent conversation with whatever supplemented it later, in order of recording."""

    event: ConsentRecorded
    position: int
    recorded_at: datetime
    supplements: tuple[Learned[ConsentSupplemented], ...] = ()


class Designation(NamedTuple):
    """A designation of a billing practitioner and its withdrawal, where it was withdrawn."""

    event: PractitionerDesignated
    position: int
    withdrawn: DesignationWithdrawn | None = None
    withdrawn_position: int | None = None

    def occupies(self, month: str) -> bool:
        """Whether the designation stands in a month."""
        e = self.event
        if month < e.from_month or (e.until_month is not None and month > e.until_month):
            return False
        return self.withdrawn is None or month < self.withdrawn.from_month


class Merge(NamedTuple):
    """That this patient was merged with another one, from which side, and since when."""

    other: str
    goes_on: bool
    """Whether this patient is the one who goes on for both."""
    position: int
    ended: int | None = None
    """The position of the unmerge; None while it stands."""


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient: everything of the patient stream that somebody decides or judges by.

    Of a patient who was merged this is one part; joining.py puts the parts together.
    """

    patient: str = ""
    links: tuple[IdentifierLink, ...] = ()
    assignments: tuple[Learned[PracticeAssigned], ...] = ()
    conditions: tuple[Learned[ConditionContent], ...] = ()
    """Those that hold: what was struck, or moved to another patient, is not among them."""
    risks: tuple[Learned[RiskAttested], ...] = ()
    visits: tuple[Learned[VisitRecorded], ...] = ()
    coverages: tuple[Learned[CoverageRecorded], ...] = ()
    consents: tuple[ConsentOnRecord, ...] = ()
    declines: tuple[Learned[ConsentDeclined], ...] = ()
    designations: tuple[Designation, ...] = ()
    deaths: tuple[Learned[DeathRecorded], ...] = ()
    position: int = 0
    """The position of the newest fact of this stream."""
    registered: int = 0
    """The position at which the patient became known."""
    demographics: tuple[tuple[str, int], ...] = ()
    """Tokens of the demographics that were reported, each with its position."""
    status: Status = CLEAN
    """What ended, voided or interrupted the patient's programmes; `CLEAN` where nothing did."""
    taken_out: tuple[tuple[str, TakenOut], ...] = ()
    """Conditions that were struck or moved to another patient."""
    merges: tuple[Merge, ...] = ()
    """With whom this patient was ever merged, in order."""
    extra_planning: tuple[ExtraPlanning, ...] = ()
    """What practitioners attested beyond a visit (G0506); what was taken back is kept with what took it back."""

    @property
    def merged_into(self) -> str | None:
        """Who goes on for this patient; None while the patient stands alone, or goes on."""
        return next((m.other for m in self.merges if not m.goes_on and m.ended is None), None)

    @property
    def absorbed(self) -> tuple[str, ...]:
        """Those who are merged into this patient, directly."""
        return tuple(m.other for m in self.merges if m.goes_on and m.ended is None)

    def condition(self, condition: str) -> Learned[ConditionContent] | None:
        """One condition that holds, as last recorded."""
        return next((c for c in reversed(self.conditions) if c.event.condition == condition), None)

    @property
    def is_registered(self) -> bool:
        """Whether this patient is known to the ledger."""
        return bool(self.patient)

    def practice_on(self, on: date) -> str | None:
        """The practice that the patient belonged to on a day: of the assignments begun by then the newest."""
        begun = [a for a in self.assignments if a.event.from_on <= on]
        return max(begun, key=lambda a: (a.event.from_on, a.position)).event.practice if begun else None

    @property
    def practices(self) -> frozenset[str]:
        """Every practice that the patient ever belonged to, and those that were designated to bill."""
        return self.practices_by(date.max)

    def practices_by(self, on: date) -> frozenset[str]:
        """Every practice that the patient belonged to by a day, and those that were designated to bill."""
        assigned = (a.event.practice for a in self.assignments if a.event.from_on <= on)
        return frozenset((*assigned, *(d.event.practice for d in self.designations)))

    def died_on(self) -> date | None:
        """The day of death as last recorded; None also where the record of it was taken back."""
        return self.deaths[-1].event.on if self.deaths else None

    def designation(self, month: str, programme: Programme, side: Side) -> Designation | None:
        """The designation that occupies a month."""
        return next(
            (
                d
                for d in self.designations
                if d.event.programme is programme and d.event.side is side and d.occupies(month)
            ),
            None,
        )

    def consent(self, consent: str) -> ConsentOnRecord | None:
        """One consent by its id."""
        return next((c for c in self.consents if c.event.consent == consent), None)


def evolve(state: Patient, fact: Fact) -> Patient:
    """The patient after one more fact of the patient stream."""
    event, at = fact.event, fact.position
    learned = (at, fact.recorded_at)
    match event:
        case PatientRegistered():
            told = ((event.demographics, at),) if event.demographics else ()
            return replace(
                state, patient=event.patient, links=event.links, position=at, registered=at, demographics=told
            )
        case DemographicsReported():
            told = ((event.demographics, at),) if event.demographics else ()
            return replace(state, demographics=(*state.demographics, *told), position=at)
        case IdentifierLinked():
            return replace(state, links=(*state.links, *event.links), position=at)
        case PracticeAssigned():
            return replace(state, assignments=(*state.assignments, Learned(event, *learned)), position=at)
        case ConditionRecorded():
            recorded: Learned[ConditionContent] = Learned(event, *learned)
            return replace(state, conditions=(*state.conditions, recorded), position=at)
        case RiskAttested():
            return replace(state, risks=(*state.risks, Learned(event, *learned)), position=at)
        case VisitRecorded():
            return replace(state, visits=(*state.visits, Learned(event, *learned)), position=at)
        case CoverageRecorded():
            return replace(state, coverages=(*state.coverages, Learned(event, *learned)), position=at)
        case ConsentRecorded():
            return replace(state, consents=(*state.consents, ConsentOnRecord(event, *learned)), position=at)
        case ConsentSupplemented():
            return replace(state, consents=_supplemented(state, event, fact), position=at)
        case ConsentDeclined():
            return replace(state, declines=(*state.declines, Learned(event, *learned)), position=at)
        case PractitionerDesignated():
            return replace(state, designations=(*state.designations, Designation(event, at)), position=at)
        case DesignationWithdrawn():
            return replace(state, designations=_withdrawn(state, event, at), position=at)
        case DeathRecorded():
            return replace(state, deaths=(*state.deaths, Learned(event, *learned)), position=at)
        case ConditionMoved() if event.from_patient != state.patient:
            taken_out = tuple(pair for pair in state.taken_out if pair[0] != event.condition)
            moved: Learned[ConditionContent] = Learned(event, *learned)
            return replace(state, conditions=(*state.conditions, moved), taken_out=taken_out, position=at)
        case ConditionMoved():
            return _without(state, event.condition, TakenOut(at, event.patient))
        case ConditionStruck():
            return _without(state, event.condition, TakenOut(at, None))
        case PatientsMerged():
            goes_on = event.patient == state.patient
            merge = Merge(event.merged if goes_on else event.patient, goes_on, at)
            return replace(state, merges=(*state.merges, merge), position=at)
        case PatientsUnmerged():
            return replace(state, merges=_unmerged(state, event, at), position=at)
        case ExtraPlanningAttested() | ExtraPlanningRetracted():
            return replace(state, extra_planning=planned_after(state.extra_planning, event, at), position=at)
    if isinstance(event, STATUS_EVENTS):
        # What was said of the death before its retraction is not used any more; what is said later is.
        deaths = () if isinstance(event, DeathRetracted) else state.deaths
        return replace(state, status=evolve_status(state.status, fact), deaths=deaths, position=at)
    return replace(state, position=at)


def _without(state: Patient, condition: str, taken_out: TakenOut) -> Patient:
    """The patient without a condition; which one it was stays known."""
    return replace(
        state,
        conditions=tuple(c for c in state.conditions if c.event.condition != condition),
        taken_out=(*state.taken_out, (condition, taken_out)),
        position=taken_out.position,
    )


def _unmerged(state: Patient, event: PatientsUnmerged, at: int) -> tuple[Merge, ...]:
    pair = {event.patient, event.merged}
    return tuple(
        m._replace(ended=at) if m.ended is None and {state.patient, m.other} == pair else m for m in state.merges
    )


def _supplemented(state: Patient, event: ConsentSupplemented, fact: Fact) -> tuple[ConsentOnRecord, ...]:
    addition = Learned(event, fact.position, fact.recorded_at)
    return tuple(
        c._replace(supplements=(*c.supplements, addition)) if c.event.consent == event.consent else c
        for c in state.consents
    )


def _withdrawn(state: Patient, event: DesignationWithdrawn, at: int) -> tuple[Designation, ...]:
    return tuple(
        d._replace(withdrawn=event, withdrawn_position=at) if d.event.designation == event.designation else d
        for d in state.designations
    )

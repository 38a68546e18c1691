"""Facts of holds and erasures: what may not be erased, what is to be, who approved it, which keys were destroyed.

They stand in `erasure/<patient>`, for every patient who was one person with that one. An erasure is asked for by one
person, approved by another, begun when its notice period is over, and done when the keys are gone (readings, 8). What
was begun is irrevocable: the keys that it names are destroyed, whatever interrupts the program. The words of these
facts are sealed under a key of their own, which no erasure destroys: why a record was erased is kept as long as the
ledger. TOPIC and field names are the storage format.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

from pydantic import Field, StringConstraints

from ledger.streams.base import SEALED, Closed, Event, Fact, Part, Sealing, identity_scope, year_scope
from ledger.streams.replacing import replace
from ledger.streams.wrong_patient import NO_YEAR
from ledger.terms.identity import DeliveryId, Digest, ErasureId, HoldId, PatientId, erasure_tag

ErasureGround = Literal["retention_over", "patient_request", "court_order"]
"""Why somebody asks for it; none of them goes before a hold or a rule of retention."""
MATTER_SHAPE: Final = r"^[A-Z0-9./_-]{0,30}[0-9][A-Z0-9./_-]{0,30}$"
Matter = Annotated[str, StringConstraints(pattern=MATTER_SHAPE)]
"""The number of a case: capitals and digits without spaces, one digit at least, so that no name is one."""
Year = Annotated[int, Field(ge=1900, le=2199)]
ErasureStatus = Literal["requested", "approved", "withdrawn", "begun", "done"]
YEARS_MAX: Final = 200
SCOPES_MAX: Final = 4_096


class ErasureWords(Part):
    """Why a record is held, to be erased, or not to be. Sealed under a key that no erasure destroys."""

    reason: str


def erasure_scope(patient: str) -> str:
    """The key scope of why a patient's record is held or erased."""
    return f"{patient}/erasure"


class _Stated(Event):
    """What a person states about holding or erasing one patient's record."""

    patient: PatientId
    words: ErasureWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (erasure_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", erasure_tag(self.patient), erasure_scope(self.patient)),)


class HoldPlaced(_Stated):
    """Nothing of the years named may be erased; of the whole record, where none is named."""

    TOPIC: ClassVar[str] = "hold_placed"
    hold: HoldId
    matter: Matter | None = None
    years: tuple[Year, ...] = Field(default=(), max_length=YEARS_MAX)


class HoldReleased(_Stated):
    """A hold stands no longer; others may."""

    TOPIC: ClassVar[str] = "hold_released"
    hold: HoldId


class ErasureRequested(_Stated):
    """Somebody asks that words of a patient's record be erased: of some years, or of who the patient is as well."""

    TOPIC: ClassVar[str] = "erasure_requested"
    erasure: ErasureId
    ground: ErasureGround
    years: tuple[Year, ...] = Field(max_length=YEARS_MAX)
    """In order, none twice."""
    identity: bool
    """Whether names, identifiers, contact data and words that belong to no year go too."""
    of_age_in: Year | None = None
    """The year in which a patient who was a minor comes of age, as stated; None: of age when last cared for."""
    retain_until: date
    """The last day on which the words had to be kept, as judged when it was asked for."""


class ErasureApproved(_Stated):
    """A second person approves; from this day the notice period runs."""

    TOPIC: ClassVar[str] = "erasure_approved"
    erasure: ErasureId
    not_before: date
    """The first day on which it may begin."""


class ErasureWithdrawn(_Stated):
    """An erasure that had not begun is not to be."""

    TOPIC: ClassVar[str] = "erasure_withdrawn"
    erasure: ErasureId


class _OfKeys(Event):
    """What the program says of the keys that an erasure destroys."""

    patient: PatientId
    others: tuple[PatientId, ...] = Field(default=(), max_length=15)
    """Who was one person with the patient when it began: their words go with it."""
    erasure: ErasureId

    def tags(self) -> tuple[str, ...]:
        return tuple(erasure_tag(each) for each in (self.patient, *self.others))


class ErasureBegun(_OfKeys):
    """The erasure cannot be stopped any more: the keys of these scopes are destroyed, now or when next possible."""

    TOPIC: ClassVar[str] = "erasure_begun"
    scopes: tuple[str, ...] = Field(min_length=1, max_length=SCOPES_MAX)


class ErasureDone(_OfKeys):
    """The keys are destroyed, and the digests of what was delivered are blank; a certificate says so."""

    TOPIC: ClassVar[str] = "erasure_done"
    scopes: tuple[str, ...] = Field(min_length=1, max_length=SCOPES_MAX)
    facts: int = Field(ge=0)
    """How many facts lost words."""
    parts: int = Field(ge=0)
    """How many sealed parts they were."""
    command_keys: int = Field(ge=0)
    """How many idempotency keys remember no content any more."""
    certificate: Digest
    """The SHA-256 of what the certificate certifies."""


# --- which keys -----------------------------------------------------------------------------------------------------


def destroyed_scopes(facts: Iterable[Fact]) -> frozenset[str]:
    """The key scopes that must not open any more by these facts: those of every erasure that began.

    A vault that comes back from a backup holds them again; whoever opens it destroys them once more.
    """
    return frozenset(scope for fact in facts if isinstance(fact.event, ErasureBegun) for scope in fact.event.scopes)


def scopes_of(
    patients: Iterable[str], years: Iterable[int], *, identity: bool, deliveries: Iterable[DeliveryId] = ()
) -> tuple[str, ...]:
    """The key scopes that an erasure of these years, and of who the patients are, takes away; in order.

    `deliveries` were parked until the patient was known: each is sealed whole under a key of its own.
    """
    found = set[str]()
    for patient in patients:
        found.update(year_scope(patient, year) for year in years)
        if identity:
            found.update((identity_scope(patient), year_scope(patient, NO_YEAR)))
    if identity:
        found.update(deliveries)
    return tuple(sorted(found))


# --- state ----------------------------------------------------------------------------------------------------------


class Hold(NamedTuple):
    """One hold, and what released it."""

    event: HoldPlaced
    position: int
    released: int | None = None
    """The position of the release; None while it stands."""

    def covers(self, years: Iterable[int], *, identity: bool) -> bool:
        """Whether it keeps an erasure of these years, or of who the patient is, from happening."""
        if self.released is not None:
            return False
        return identity or not self.event.years or not set(self.event.years).isdisjoint(years)


class Said(NamedTuple):
    """Where a step of an erasure stands, who took it, and when."""

    position: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure with its steps."""

    event: ErasureRequested
    requested: Said
    approved: Said | None = None
    not_before: date | None = None
    withdrawn: Said | None = None
    begun: Said | None = None
    scopes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    done: Said | None = None
    result: ErasureDone | None = None

    @property
    def status(self) -> ErasureStatus:
        """How far it has come."""
        if self.done is not None:
            return "done"
        if self.begun is not None:
            return "begun"
        if self.withdrawn is not None:
            return "withdrawn"
        return "requested" if self.approved is None else "approved"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.status in ("requested", "approved", "begun")


@dataclass(frozen=True, slots=True)
class Erasures:
    """The holds on one patient's record and its erasures, in order."""

    holds: tuple[Hold, ...] = ()
    erasures: tuple[Erasure, ...] = ()
    scopes: frozenset[str] = frozenset()
    """The key scopes of everything that was begun, also of what was asked for in the record of another one's id."""

    def hold(self, hold: str) -> Hold | None:
        """One hold by its id."""
        return next((each for each in self.holds if each.event.hold == hold), None)

    def erasure(self, erasure: str) -> Erasure | None:
        """One erasure by its id."""
        return next((each for each in self.erasures if each.event.erasure == erasure), None)


def evolve(state: Erasures, fact: Fact) -> Erasures:
    """The holds and erasures after one more fact of the stream."""
    event = fact.event
    match event:
        case HoldPlaced():
            return replace(state, holds=(*state.holds, Hold(event, fact.position)))
        case HoldReleased():
            holds = (h._replace(released=fact.position) if h.event.hold == event.hold else h for h in state.holds)
            return replace(state, holds=tuple(holds))
        case ErasureRequested():
            return replace(state, erasures=(*state.erasures, Erasure(event, _said(fact))))
    changes = _step(fact)
    if changes is None:
        return state
    named: str = getattr(event, "erasure", "")
    taken = state.scopes.union(event.scopes) if isinstance(event, ErasureBegun) else state.scopes
    steps = (replace(each, **changes) if each.event.erasure == named else each for each in state.erasures)
    return replace(state, erasures=tuple(steps), scopes=taken)


def _step(fact: Fact) -> Mapping[str, object] | None:
    """What a fact changes of the erasure that it names."""
    match fact.event:
        case ErasureApproved() as e:
            return {"approved": _said(fact), "not_before": e.not_before}
        case ErasureWithdrawn():
            return {"withdrawn": _said(fact)}
        case ErasureBegun() as e:
            return {"begun": _said(fact), "scopes": e.scopes, "others": e.others}
        case ErasureDone() as e:
            return {"done": _said(fact), "result": e}
    return None


def _said(fact: Fact) -> Said:
    return Said(fact.position, fact.said.actor, fact.recorded_at)

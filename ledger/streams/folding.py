"""Which state a stream folds into, and how: one table from a tag's first word to initial state and evolve.

Access and `by/` streams fold into no state of their own; an identifier leads to the patient or staff member that the
first fact in it names.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.streams import (
    care_plan,
    claims,
    claims_state,
    completeness,
    disclosures,
    elevations,
    erasure,
    governance,
    imports,
    month_state,
    patient_state,
    practice,
    reviews,
    staff,
    staff_day,
    timers,
    witnessing,
)
from ledger.streams.base import Fact
from ledger.streams.care_month import TimeLogged, Work
from ledger.streams.patient import IdentifierLinked, PatientRegistered
from ledger.streams.staff import StaffRegistered


class Named(NamedTuple):
    """Whom an outside identifier leads to: kind (patient, staff, practice, claim) and id; None while it leads nowhere.

    The number of a claim leads to the patient whose claim it is.
    """

    kind: str | None = None
    subject: str | None = None
    position: int = 0
    """Where the identifier first led to them."""


def _evolve_named(state: Named, fact: Fact) -> Named:
    match fact.event:
        case PatientRegistered() | IdentifierLinked() as e:
            return state if state.subject else Named("patient", e.patient, fact.position)
        case StaffRegistered() as e:
            return state if state.subject else Named("staff", e.staff, fact.position)
        case practice.PracticeRegistered() as e:
            return state if state.subject else Named("practice", e.practice, fact.position)
        case claims.ClaimReleased() as e:
            return state if state.subject else Named("claim", e.patient, fact.position)
    return state


class FirstRow(NamedTuple):
    """What a row of a source without clock times said when it first came, and where that stands."""

    work: Work
    position: int


def _first_row(fact: Fact) -> FirstRow | None:
    return FirstRow(fact.event.work, fact.position) if isinstance(fact.event, TimeLogged) else None


class Folding(NamedTuple):
    """How a kind of stream folds."""

    initial: Callable[[str], Any]
    evolve: Callable[[Any, Fact, str], Any]


def _care_month(tag: str) -> month_state.CareMonth:
    _, patient, month = tag.split("/")
    return month_state.CareMonth(patient, month)


FOLDINGS: Final[dict[str, Folding]] = {
    "patient": Folding(lambda _: patient_state.Patient(), lambda s, f, _: patient_state.evolve(s, f)),
    "care_plan": Folding(lambda _: care_plan.CarePlan(), care_plan.evolve),
    "care_month": Folding(_care_month, lambda s, f, _: month_state.evolve(s, f)),
    "claims": Folding(lambda _: claims_state.Claims(), lambda s, f, _: claims_state.evolve(s, f)),
    "staff_day": Folding(
        lambda _: staff_day.StaffDay(),
        lambda s, f, tag: staff_day.evolve_staff_day(s, f, date.fromisoformat(tag[-10:])),
    ),
    "timer": Folding(lambda _: timers.Timers(), lambda s, f, _: timers.evolve(s, f)),
    "staff": Folding(lambda _: staff.Staff(), lambda s, f, _: staff.evolve(s, f)),
    "row": Folding(lambda _: None, lambda s, f, _: s or _first_row(f)),
    "practice": Folding(lambda _: practice.Practice(), lambda s, f, _: practice.evolve(s, f)),
    "ledger": Folding(lambda _: governance.Governance(), lambda s, f, _: governance.evolve(s, f)),
    "parked": Folding(lambda _: governance.ParkedDeliveries(), lambda s, f, _: governance.evolve_parked(s, f)),
    "imports": Folding(lambda _: imports.Imports(), lambda s, f, _: imports.evolve(s, f)),
    "identifier": Folding(lambda _: Named(), lambda s, f, _: _evolve_named(s, f)),
    "review": Folding(lambda _: reviews.Review(), lambda s, f, _: reviews.evolve(s, f)),
    "refusals": Folding(lambda _: reviews.Refusals(), lambda s, f, _: reviews.evolve_refusals(s, f)),
    "disclosed": Folding(lambda _: disclosures.Disclosures(), lambda s, f, _: disclosures.evolve(s, f)),
    "elevation": Folding(lambda _: elevations.Elevations(), lambda s, f, _: elevations.evolve(s, f)),
    "elevated": Folding(lambda _: elevations.Elevations(), lambda s, f, _: elevations.evolve(s, f)),
    "erasure": Folding(lambda _: erasure.Erasures(), lambda s, f, _: erasure.evolve(s, f)),
    "reaction": Folding(lambda _: reviews.Reached(), lambda s, f, _: reviews.evolve_reached(s, f)),
    "completeness": Folding(lambda _: completeness.Mapped(), lambda s, f, _: completeness.evolve(s, f)),
    "witnessed": Folding(lambda _: witnessing.WatchedLog(), lambda s, f, _: witnessing.evolve(s, f)),
}


def initial(tag: str) -> Any:
    """The state of an empty stream."""
    return FOLDINGS[tag.partition("/")[0]].initial(tag)


def step(tag: str, state: Any, fact: Fact) -> Any:
    """The state of a stream after one more of its facts."""
    return FOLDINGS[tag.partition("/")[0]].evolve(state, fact, tag)


def fold(tag: str, facts: Iterable[Fact], state: Any = None) -> Any:
    """The state of a stream after its facts, from empty or from `state`."""
    folding = FOLDINGS[tag.partition("/")[0]]
    state = folding.initial(tag) if state is None else state
    for fact in facts:
        state = folding.evolve(state, fact, tag)
    return state

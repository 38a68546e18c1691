"""The record that a hold or an erasure is about: of everybody who is one person with the patient, with their claims.

Promise: what a decision rests on is in its read set: the patient, plan, claims and holds of each, and every month of
the years that are to go (of all years since there is chronic care management, where who the patient is goes too), so
that nothing can be recorded between the decision and its fact. Not promised: reviews, which no decider may rest on;
they are looked at as they stand (`Beside`).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from commands.deciding import Asked, States
from ledger.judging.retention import Cared
from ledger.streams.billing import BillingDetailsRecorded
from ledger.streams.claims_state import Claims
from ledger.streams.erasure import Erasure, Erasures, Hold
from ledger.streams.month_state import CareMonth
from ledger.terms.identity import care_month_tag, care_plan_tag, claims_tag, erasure_tag, patient_tag, practice_tag
from ledger.terms.outcome import Need

FIRST_YEAR: Final = 2015
"""The first year of chronic care management (CCM-CODE-01): no month before it has a stream that is looked for."""
MONTHS: Final = range(1, 13)


class Record(NamedTuple):
    """A patient's record as an erasure of some years, or of who the patient is, sees it."""

    group: tuple[str, ...]
    """Everybody who is one person with the patient, whoever goes on first."""
    erasures: tuple[Erasures, ...]
    """The holds and erasures of each, in the same order."""
    years: tuple[int, ...]
    identity: bool
    claims: tuple[Claims, ...]
    months: tuple[CareMonth, ...]
    """Those in which something stands, in order."""
    cared: Cared


def streams_of(asked: Asked[Any], states: States) -> tuple[tuple[str, ...], tuple[Erasures, ...]] | Need:
    """Who is one person with the patient, and the holds and erasures of each."""
    if need := states.missing(patient_tag(asked.patient)):
        return need
    group = states.group(asked.patient)
    if need := states.missing(*(erasure_tag(each) for each in group)):
        return need
    return group, tuple(states.get(erasure_tag(each)) for each in group)


def hold_named(erasures: Iterable[Erasures], hold: str) -> Hold | None:
    """A hold by its id, under whichever id of its patient."""
    return next((found for each in erasures if (found := each.hold(hold)) is not None), None)


def erasure_named(erasures: Iterable[Erasures], erasure: str) -> Erasure | None:
    """An erasure by its id, under whichever id of its patient."""
    return next((found for each in erasures if (found := each.erasure(erasure)) is not None), None)


def record_of(
    asked: Asked[Any], states: States, years: tuple[int, ...], *, identity: bool, of_age_in: int | None
) -> Record | Need:
    """The record, as far as an erasure of these years, or of who the patient is, touches it."""
    found = streams_of(asked, states)
    if isinstance(found, Need):
        return found
    group, erasures = found
    looked_at = range(FIRST_YEAR, asked.today.year + 1) if identity else years
    names = tuple(f"{year:04d}-{month:02d}" for year in looked_at for month in MONTHS)
    practices = sorted(states.patient(group[0]).practices)
    tags = (
        *(practice_tag(each) for each in practices),
        *(tag for each in group for tag in (care_plan_tag(each), claims_tag(each))),
        *(care_month_tag(each, name) for name in names for each in group),
    )
    if need := states.missing(*tags):
        return need
    claims = tuple(states.get(claims_tag(each)) for each in group)
    months = tuple(month for name in names if (month := states.month(group[0], name)).position)
    cared = Cared(
        last_year=max((*years, *(_years_of_care(states, group, claims, months) if identity else ())), default=None),
        medicare_advantage=any(c.event.kind == "medicare_advantage" for c in states.patient(group[0]).coverages),
        states=_states_of(states, practices),
        refunded_on=_refunded_on(claims),
        of_age_in=of_age_in,
    )
    return Record(group, erasures, years, identity, claims, months, cared)


def _years_of_care(
    states: States, group: tuple[str, ...], claims: tuple[Claims, ...], months: tuple[CareMonth, ...]
) -> Iterator[int]:
    """The years in which something happened to the patient, as far as the record tells."""
    patient = states.patient(group[0])
    yield from (int(each.month[:4]) for each in months)
    yield from (learned.event.on.year for learned in patient.visits)
    yield from (consent.event.occurred_at.year for consent in patient.consents if consent.event.occurred_at)
    yield from (learned.event.from_on.year for learned in patient.assignments)
    yield from (revision.revised_at.year for each in group for revision in states.plan(each).revisions)
    for each in claims:
        yield from (int(claim.event.month[:4]) for claim in each.claims)
        yield from (heard.event.on.year for claim in each.claims for heard in claim.remitted)


def _states_of(states: States, practices: Iterable[str]) -> tuple[str, ...]:
    """The states of the practices, by their newest billing address; "other" where one has none."""
    found = set[str]()
    for each in practices:
        said = (e for e, _ in reversed(states.practice(each).said) if isinstance(e, BillingDetailsRecorded))
        newest = next(said, None)
        found.add(newest.address.state if newest is not None else "other")
    return tuple(sorted(found))


def _refunded_on(claims: Iterable[Claims]) -> date | None:
    back = (event.on for each in claims for overpayment in each.overpayments for event, _ in overpayment.returned)
    return max(back, default=None)

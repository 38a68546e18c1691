"""The parked deliveries that go with an erasure: each is sealed whole, words and all, under a key of its own.

A delivery goes with the words of the facts that it became. Where who the patient is goes, those go too that waited for
one of the patient's identifiers or claims, whatever came of them: a discarded one, or one that is waiting still.
"""

from typing import Any

from commands.claims.numbers import NUMBERS
from commands.deciding import Asked, States
from commands.erasing.records import FIRST_YEAR, MONTHS, Record
from ledger.streams.governance import ParkedDelivery
from ledger.terms.identity import (
    DIRECT,
    LEDGER_TAG,
    care_month_tag,
    care_plan_tag,
    claims_tag,
    parked_tag,
    patient_tag,
)
from ledger.terms.outcome import Need


def deliveries_of(asked: Asked[Any], states: States, record: Record, scopes: tuple[str, ...]) -> tuple[str, ...] | Need:
    """The ids of the deliveries that go with these key scopes. Reads what is parked from every source."""
    if need := states.missing(LEDGER_TAG):
        return need
    systems = sorted({DIRECT, *(source.system for source in states.governance().sources)})
    if need := states.missing(*(parked_tag(system) for system in systems)):
        return need
    names = _names(asked, states, record) if record.identity else frozenset[str]()
    held = asked.beside.positions(_streams(asked, record), scopes)
    parked = (each for system in systems for each in states.parked(system).deliveries)
    return tuple(sorted(each.delivery for each in parked if _goes_with(each, held, names)))


def _goes_with(parked: ParkedDelivery, held: frozenset[int], names: frozenset[str]) -> bool:
    return not held.isdisjoint(parked.became) or bool(names & {parked.awaited, parked.subject})


def _names(asked: Asked[Any], states: States, record: Record) -> frozenset[str]:
    """Everything by which a delivery may have named the patient: ids, tokens of identifiers, numbers of claims."""
    links = (link.token for each in record.group for link in states.alone(each).links)
    claims = [claim.event for each in record.claims for claim in each.claims]
    numbers = (asked.token(NUMBERS, event.control_number) for event in claims)
    return frozenset((*record.group, *links, *(event.claim for event in claims), *numbers))


def _streams(asked: Asked[Any], record: Record) -> tuple[str, ...]:
    years = {*record.years, *(range(FIRST_YEAR, asked.today.year + 1) if record.identity else ())}
    months = [f"{year:04d}-{month:02d}" for year in sorted(years) for month in MONTHS]
    return tuple(
        tag
        for each in record.group
        for tag in (
            patient_tag(each),
            care_plan_tag(each),
            claims_tag(each),
            *(care_month_tag(each, month) for month in months),
        )
    )

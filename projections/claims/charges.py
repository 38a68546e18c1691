"""The charges of a calendar month, line by line: what a billing program takes of the claims that stand.

Promise: only lines of live claims are told, those of other claims are left out and counted by where they stand; numbers
and dates are those of the claim as it was released, as known at the position. Not promised: that the payer has a claim;
released means handed to billing.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.streams.base import EventLog
from ledger.streams.claims_state import Claim, Claims
from ledger.terms.identity import claims_tag, staff_tag
from projections.base import ReadModels
from projections.states import States
from projections.table_set import tracked_position
from projections.tables.claims_layout import CLAIMS

_VOID: Final = "8"


class Charge(NamedTuple):
    """One line of a live claim."""

    claim: str
    patient: str
    month: str
    programme: str
    on: date
    """The date of service."""
    place_of_service: str
    code: str
    units: int
    charge: Decimal
    diagnoses: tuple[str, ...]
    practice: str
    practitioner_npi: str | None
    payer: str
    control_number: str
    frequency: str
    status: str


class Charges(NamedTuple):
    """The charges of a month, by claim in the order of their release, and what was left out."""

    month: str
    lines: tuple[Charge, ...]
    left_out: tuple[tuple[str, int], ...]
    """(status, claims): withdrawn, rejected, replaced, voided; `void` is a claim that voids another."""
    patients: tuple[str, ...]
    position: int


def charges(
    log: EventLog, models: ReadModels, month: str, *, practice: str | None = None, as_of: int | None = None
) -> Charges:
    """The charges of a calendar month as known at a position, else as the read models have it. Pull before asking."""
    with models.at_one_moment() as now:
        tracked = tracked_position(now)
        rows = now.rows(f"SELECT DISTINCT patient FROM {CLAIMS.name} WHERE month = ?", (month,))
    states = States(log, after=tracked if as_of is None else as_of)
    found: list[tuple[Claims, Claim]] = []
    for patient in sorted(str(patient) for (patient,) in rows):
        of_patient: Claims = states.at(claims_tag(patient)).state
        of_month = (claim for claim in of_patient.claims if claim.event.month == month)
        found += [(of_patient, claim) for claim in of_month if practice in (None, claim.event.practice)]
    found.sort(key=lambda each: each[1].position)
    lines = [line for of, claim in found if of.is_live(claim) for line in _lines(states, of, claim)]
    others = Counter(_over(of, claim) for of, claim in found if not of.is_live(claim))
    told = tuple(dict.fromkeys(claim.event.patient for _, claim in found))
    return Charges(month, tuple(lines), tuple(sorted(others.items())), told, states.position)


def _over(claims: Claims, claim: Claim) -> str:
    """Why a claim asks for nothing: what was rejected is so too where it was sent again."""
    if claim.own_status in ("withdrawn", "rejected"):
        return claim.own_status
    return "void" if claim.event.frequency == _VOID else claims.status(claim)


def _lines(states: States, claims: Claims, claim: Claim) -> list[Charge]:
    event = claim.event
    npi: str | None = states.at(staff_tag(event.practitioner)).state.npi
    return [
        Charge(
            claim=event.claim,
            patient=event.patient,
            month=event.month,
            programme=event.programme.value,
            on=event.date_of_service,
            place_of_service=event.place_of_service,
            code=line.code,
            units=line.units,
            charge=line.charge,
            diagnoses=event.diagnoses,
            practice=event.practice,
            practitioner_npi=npi,
            payer=event.payer,
            control_number=event.control_number,
            frequency=event.frequency,
            status=claims.status(claim),
        )
        for line in event.lines
    ]

"""The claims of a calendar month by the patient who goes on: what is live, what was sent before.

Promise: claims of patients who were merged stand together, as long as they are one; what stands for a claim is released
under the id of that claim, so that its row knows. Not promised: facilities' claims, which this ledger does not make.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.streams.claims_state import Claims
from ledger.streams.joining import survivor_of
from ledger.terms.identity import claims_tag
from ledger.terms.people import Programme, Side
from projections.base import Rows
from projections.claims.states import claim_row
from projections.programme_patients import ever_joined_with
from projections.states import States
from projections.tables.claims_layout import CLAIMS, ClaimRow


class Sent(NamedTuple):
    """The claims of one patient's month and programme, in the order of their release."""

    claims: tuple[ClaimRow, ...]

    @property
    def live(self) -> ClaimRow | None:
        """The one that occupies the month."""
        return next((each for each in reversed(self.claims) if each.is_live), None)

    @property
    def newest(self) -> ClaimRow:
        """The one that was released last."""
        return self.claims[-1]

    @property
    def moved(self) -> int:
        """The newest fact about any of them."""
        return max(each.newest for each in self.claims)


Claimed = dict[tuple[str, Programme], Sent]
"""By (patient who goes on, programme)."""


def claims_in(models: Rows, month: str, states: States, *, is_past: bool) -> tuple[ClaimRow, ...]:
    """Every claim of a calendar month; of an earlier position, at which the states then stand, as it stood there."""
    rows = tuple(map(ClaimRow.of, models.rows(CLAIMS.select("WHERE month = ?"), (month,))))
    if not is_past:
        return rows
    return tuple(each for each in claims_at(states, (row.patient for row in rows)) if each.month == month)


def claims_at(states: States, patients: Iterable[str]) -> Iterator[ClaimRow]:
    """The claims of patients, folded."""
    for patient in dict.fromkeys(patients):
        claims: Claims = states.at(claims_tag(patient)).state
        yield from (ClaimRow.of(claim_row(claims, claim)) for claim in claims.claims)


def by_patient(claims: Iterable[ClaimRow], models: Rows, states: States) -> Claimed:
    """The claims of practitioners by whoever goes on for their patients."""
    merged = ever_joined_with(models)
    found: dict[tuple[str, Programme], list[ClaimRow]] = {}
    for claim in sorted(claims, key=lambda each: each.position):
        if claim.side == Side.PRACTITIONER.value:
            patient = claim.patient
            if patient in merged:
                patient = survivor_of(patient, lambda tag: states.at(tag).state)
            found.setdefault((patient, Programme(claim.programme)), []).append(claim)
    return {key: Sent(tuple(each)) for key, each in found.items()}

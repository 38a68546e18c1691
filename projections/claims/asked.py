"""Questions about claims: which there are, and which patient one is about.

Promise: an answer as of now comes from the read models; as of an earlier position the claims are folded up to it, and
nothing learned later shows. Searched is this ledger. Not promised: that the reader may ask; that is decided before.
"""

from typing import NamedTuple

from projections.base import ReadModels
from projections.claims.ready_claims import claims_at
from projections.patient_history import StreamsLog
from projections.states import States
from projections.table_set import tracked_position
from projections.tables.claims_layout import CLAIMS, ClaimRow


class ClaimsAsked(NamedTuple):
    """What is asked for; None: by that not."""

    month: str | None = None
    status: str | None = None
    practice: str | None = None
    as_of: int | None = None


class ClaimsFound(NamedTuple):
    """The claims that were asked for, in the order of their release, and the position that they stand for."""

    rows: tuple[ClaimRow, ...]
    position: int


def claims_found(log: StreamsLog, models: ReadModels, asked: ClaimsAsked) -> ClaimsFound:
    """The claims that match. Pull before asking."""
    # A claim's month and practice never change; its status does.
    named = [("month = ?", asked.month), ("practice = ?", asked.practice)]
    conditions = [(condition, value) for condition, value in named if value is not None]
    where = f"WHERE {' AND '.join(condition for condition, _ in conditions)}" if conditions else ""
    with models.at_one_moment() as now:
        position = tracked_position(now)
        rows = tuple(map(ClaimRow.of, now.rows(CLAIMS.select(where), [value for _, value in conditions])))
    if asked.as_of is not None and asked.as_of < position:
        position, known = asked.as_of, {row.claim for row in rows}
        states = States(log, after=position)
        rows = tuple(row for row in claims_at(states, (row.patient for row in rows)) if row.claim in known)
    found = (row for row in rows if asked.status in {None, row.status})
    return ClaimsFound(tuple(sorted(found, key=lambda row: row.position)), position)


def patient_of_claim(models: ReadModels, claim: str) -> str | None:
    """The patient for whom a claim was released; None where there is no such claim."""
    found = models.rows(CLAIMS.select("WHERE claim = ?"), (claim,))
    return ClaimRow.of(found[0]).patient if found else None

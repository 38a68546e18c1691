"""Which claims of a month are to go to their payers: released, and nothing heard of them; or those that are named.

Promise: rows of the read models as of one position, by practice and claim. Not promised: that a claim can be sent; what
it lacks is found where its file is made.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from projections.base import ReadModels
from projections.table_set import tracked_position
from projections.tables.claims_layout import CLAIMS, ClaimRow

_TO_SEND: Final = "released"


class ToSend(NamedTuple):
    """The claims, and the position that they stand for."""

    rows: tuple[ClaimRow, ...]
    position: int


def claims_to_send(
    models: ReadModels, month: str, *, practice: str | None = None, named: Collection[str] = ()
) -> ToSend:
    """The claims of a month that are released and unanswered, or just those that are named, whatever they are."""
    with models.at_one_moment() as now:
        tracked = tracked_position(now)
        found = now.rows(CLAIMS.select("WHERE month = ?"), (month,))
    rows = (ClaimRow.of(row) for row in found)
    of_practice = [row for row in rows if practice in (None, row.practice)]
    wanted = [row for row in of_practice if (row.claim in named if named else row.status == _TO_SEND)]
    return ToSend(tuple(sorted(wanted, key=lambda row: (row.practice, row.claim))), tracked)

"""What reactions search by: stale months and days that have come, out of the read models.

Promise: whatever stands in the facts up to the position of the rows and was not raised yet is found, a page at a time.
Not promised: that it is still so; the decider of a report looks at the streams. No rule stands here.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from ledger.claims.erosion import MovedClaim
from ledger.judging.due import PATIENT_KINDS, Dated, StaleMonth
from ledger.streams.overpayments import ClaimLostGround, OverpaymentNoticed
from ledger.streams.reviews import DueKind, MonthWentStale
from ledger.terms.calendar import month_of
from ledger.terms.people import Programme
from projections.base import Rows
from projections.month_billing import ELSEWHERE
from projections.table_set import tracked_position
from projections.tables.claims_layout import CLAIMS
from projections.tables.layout import MONTH_BILLING, PATIENT_DATES, REVIEWS_RAISED, SIGNED_MONTHS, WAITING_SINCE

_MONEY: Final = "(found.paid_cents > 0 OR found.share_cents > 0)"
_AT_STAKE: Final = (
    f"(found.is_live = 1 AND (found.status IN ('released', 'accepted') OR {_MONEY}))"
    f" OR (found.status IN ('withdrawn', 'replaced', 'voided') AND found.frequency <> '8' AND {_MONEY})"
)
"""What ledger/claims/erosion.py calls at stake."""
_OF_CCM: Final = f"found.programme = '{Programme.CCM.value}'"
_AS_RELEASED: Final = (
    # Rows of months are of CCM: of other programmes they say only whether something moved at all.
    f"({_OF_CCM} AND COALESCE(month.standing, '{ELSEWHERE}') <> '{ELSEWHERE}' AND month.attested IS NOT NULL"
    " AND month.edition = found.edition AND month.charges = found.units AND month.missing = ''"
    " AND COALESCE(month.payer, '') = found.payer AND COALESCE(month.practitioner, '') = found.practitioner)"
    f" OR (NOT {_OF_CCM} AND COALESCE(month.standing, '{ELSEWHERE}') <> '{ELSEWHERE}'"
    " AND month.position <= found.position)"
)
_LOST_BEFORE: Final = (
    f"({_MONEY} AND EXISTS (SELECT 1 FROM {REVIEWS_RAISED.name} AS lost WHERE lost.what = '{ClaimLostGround.TOPIC}'"
    " AND lost.target = found.claim))"
)
"""What was to be withdrawn and was paid: also where its month stands, for it may be another claim's."""
_NOTICED: Final = (
    f"SELECT 1 FROM {REVIEWS_RAISED.name} AS raised WHERE raised.target = found.claim"
    f" AND raised.what = CASE WHEN {_MONEY} THEN '{OverpaymentNoticed.TOPIC}' ELSE '{ClaimLostGround.TOPIC}' END"
    f" AND raised.position >= found.newest AND month.standing <> '{ELSEWHERE}'"
    " AND (raised.state = month.digest OR raised.position >= month.position)"
)
"""What was noticed stays so while nothing was said of the claim since, and the month says the same or did not move."""


_STALE: Final = (
    f"SELECT patient, month, '{Programme.CCM.value}' AS programme, attested, digest, position"
    f" FROM {MONTH_BILLING.name} WHERE standing = 'stale'"
    f" UNION ALL SELECT patient, month, programme, attested, digest, position"
    f" FROM {SIGNED_MONTHS.name} WHERE standing = 'stale'"
)


class Findings:
    """What reactions ask the read models: each answer is a page, in the order of its key."""

    def __init__(self, models: Rows, bring_up: Callable[[], object]) -> None:
        self._models = models
        self._bring_up = bring_up

    def bring_up(self) -> int:
        """Have the rows brought up to the newest fact; the position that they stand for."""
        self._bring_up()
        return tracked_position(self._models)

    def stale_months(self, after: tuple[str, str, str], limit: int) -> Sequence[StaleMonth]:
        """Attested months of programmes that say something else than was signed, and that was not reported.

        By patient, month and programme; `after` is the last of the page before.
        """
        query = f"""
            SELECT patient, month, programme, attested, digest, position FROM ({_STALE}) AS found
            WHERE (patient > ? OR (patient = ? AND (month > ? OR (month = ? AND programme > ?))))
            AND {_not_raised("?", "found.attested", "found.digest")} ORDER BY patient, month, programme LIMIT ?
        """
        patient, month, programme = after
        values = (patient, patient, month, month, programme, MonthWentStale.TOPIC, limit)
        return [StaleMonth._make(row) for row in self._models.rows(query, values)]

    def eroded_claims(self, after: tuple[str, str], limit: int) -> Sequence[MovedClaim]:
        """Claims at stake whose month perhaps supports less than was released, as far as that was not noticed."""
        query = f"""
            SELECT found.claim, found.patient, found.month, COALESCE(month.digest, ''), month.position, found.newest
            FROM {CLAIMS.name} AS found
            LEFT JOIN {MONTH_BILLING.name} AS month ON month.patient = found.patient AND month.month = found.month
            WHERE (found.patient > ? OR (found.patient = ? AND found.claim > ?)) AND ({_AT_STAKE})
            AND (found.is_live = 0 OR {_LOST_BEFORE} OR NOT ({_AS_RELEASED}))
            AND NOT EXISTS ({_NOTICED}) ORDER BY found.patient, found.claim LIMIT ?
        """
        rows = self._models.rows(query, (after[0], *after, limit))
        return [MovedClaim(c, patient, month, says, max(at or 0, said)) for c, patient, month, says, at, said in rows]

    def dated(self, what: DueKind, newest: date, today: date, after: str, limit: int) -> Sequence[Dated]:
        """What counts from `newest` or earlier and was not raised; of patients only those cared for today."""
        by, named, values = newest.isoformat(), what, (after, what, limit)
        if what in PATIENT_KINDS:
            query = (
                f"SELECT patient, {named} FROM {PATIENT_DATES.name} AS found"
                f" WHERE {named} <= ? AND cared_from <= ? AND cared_until >= ? AND patient > ?"
                f" AND {_not_raised('?', 'found.patient', f'found.{named}')} ORDER BY patient LIMIT ?"
            )
            rows = self._models.rows(query, (by, month_of(today), month_of(today), *values))
        else:
            query = (
                f"SELECT target, since_on FROM {WAITING_SINCE.name} AS found"
                " WHERE what = ? AND since_on <= ? AND target > ?"
                f" AND {_not_raised('?', 'found.target', 'found.since_on')} ORDER BY target LIMIT ?"
            )
            rows = self._models.rows(query, (what, by, *values))
        return [Dated(what, str(target), date.fromisoformat(since_on)) for target, since_on in rows]


def _not_raised(what: str, target: str, state: str) -> str:
    raised = f"raised.what = {what} AND raised.target = {target} AND raised.state = {state}"
    return f"NOT EXISTS (SELECT 1 FROM {REVIEWS_RAISED.name} AS raised WHERE {raised})"

"""Reports attested months whose read set moved and which say something else since than was signed.

The read models judge a month again whenever something moves that it rests on, by the edition that was signed; this
reaction reports what they found, and the decider judges once more. So nothing is missed that they see, whenever it
runs, and a month that came back to what was signed before anybody looked is no finding.
"""

from collections.abc import Iterator
from typing import Final

from commands.reactions.reports import PAGE, Report, Seen
from ledger.judging.due import StaleMonth
from ledger.judging.unread import may_move
from ledger.streams.base import Fact
from ledger.streams.care_month import MonthAttested
from ledger.streams.reviews import BECAUSE_MAX
from ledger.terms.identity import care_month_tag

RESTED_ON: Final = ("patient/", "care_plan/", "care_month/", "staff/", "staff_day/", "practice/")
DIGEST_SHOWN: Final = 16
"""Digits of the digest in a key: enough to tell two findings of one cause apart."""


class RejudgeAttestedMonths:
    """The reaction."""

    name = "rejudge_attested_months"

    def reports(self, seen: Seen) -> Iterator[Report]:
        """A report for each month and what it says now, by patient and month."""
        after = ("", "")
        while found := seen.findings.stale_months(after, PAGE):
            for stale in found:
                target = f"{stale.patient}/{stale.month}/{stale.digest[:DIGEST_SHOWN]}"
                because = list(came_after(stale, seen))
                data = {"patient": stale.patient, "month": stale.month, "because": because}
                yield Report("report_stale_month", stale.position, target, data)
            after = (found[-1].patient, found[-1].month)


def came_after(stale: StaleMonth, seen: Seen) -> tuple[int, ...]:
    """The facts that came after the signature into what it rested on, and that it may read; at most so many.

    A staff day counts only where two patients share seconds: else work for others says nothing of this month.
    """
    signed = _signature(stale, seen)
    found = {
        fact.position
        for tag, seq in (signed.envelope.read_set if signed else ())
        if tag.startswith(RESTED_ON) and not (tag.startswith("staff_day/") and not seen.state(tag).contested)
        for fact in seen.log.read(tag, after=seq, until=stale.position)
        if signed and fact.position != signed.position and may_move(fact.event)
    }
    return tuple(sorted(found)[-BECAUSE_MAX:])


def _signature(stale: StaleMonth, seen: Seen) -> Fact | None:
    facts = seen.log.read(care_month_tag(stale.patient, stale.month), until=stale.position)
    signatures = (f for f in facts if isinstance(f.event, MonthAttested) and f.event.attestation == stale.attestation)
    return next(signatures, None)

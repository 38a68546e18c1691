"""Reports claims whose month supports less than was released: to withdraw, or perhaps overpaid.

The read models judge a month again whenever something moves that it rests on; this reaction looks for the claims of
months that say less, and the decider judges each once more, by the edition that the claim pinned. So nothing is missed
that they see, whenever it runs; a claim whose month came back, or only gained, is no finding.
"""

from collections.abc import Iterator

from commands.reactions.reports import PAGE, Report, Seen
from commands.reactions.stale_months import DIGEST_SHOWN, RESTED_ON
from ledger.judging.unread import may_move
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.joining import ever_joined
from ledger.streams.reviews import BECAUSE_MAX
from ledger.terms.identity import care_month_tag, care_plan_tag, claims_tag, patient_tag


class ReportErodedClaims:
    """The reaction."""

    name = "report_eroded_claims"

    def reports(self, seen: Seen) -> Iterator[Report]:
        """A report for each claim and what its month says now, by patient: the claims of one share what they rest on.

        The cause moves with everything that may have moved the claim, so that no new finding has an old one's key.
        """
        after = ("", "")
        while found := seen.findings.eroded_claims(after, PAGE):
            for moved in found:
                claims: Claims = seen.state(claims_tag(moved.patient))
                claim = claims.claim(moved.claim)
                if claim is None:
                    continue
                because = came_after(claim, seen)
                target = f"{moved.patient}/{moved.claim}/{moved.digest[:DIGEST_SHOWN]}"
                data = {"patient": moved.patient, "claim": moved.claim, "because": list(because)}
                yield Report("report_lost_ground", max(moved.position, *because, claim.position), target, data)
            after = (found[-1].patient, found[-1].claim)


def came_after(claim: Claim, seen: Seen) -> tuple[int, ...]:
    """The facts that came after the release into what the claim rests on; the newest ones, at most so many.

    Of a patient who was merged since also those of all who are one person with them. A staff day counts only where two
    patients share seconds: else work for others says nothing of this month.
    """
    rested = {tag: seq for tag, seq in claim.read_set if tag.startswith(RESTED_ON)}
    if seen.state(patient_tag(claim.event.patient)).merges:
        for each in ever_joined(claim.event.patient, seen.state):
            for tag in (patient_tag(each), care_plan_tag(each), care_month_tag(each, claim.event.month)):
                rested.setdefault(tag, 0)
    found = {
        fact.position
        for tag, seq in rested.items()
        if seen.log.head(tag) > seq and not (tag.startswith("staff_day/") and not seen.state(tag).contested)
        for fact in seen.log.read(tag, after=seq)
        if fact.position > claim.position and may_move(fact.event)
    }
    return tuple(sorted(found)[-BECAUSE_MAX:])

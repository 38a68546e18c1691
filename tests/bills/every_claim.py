"""The bill of every claim of a ledger, beside what the ledger itself says of it."""

from collections import Counter
from pathlib import Path

from interfaces.system import SystemClock, SystemIds
from ledger.store.connection import open_ledger
from ledger.store.disclosing import Disclosing
from ledger.streams.claims import ClaimReleased
from projections.exports.bill import Anchor, BillMaker, claim_in
from projections.exports.bill_judged import VOID
from projections.judged import AdoptedRulebooks
from tests.house import KEY


def bills_of(folder: Path) -> Counter[tuple[bool, ...] | str]:
    """How many bills there are by (as the ledger says, as was signed), and how many of them have which doubts."""
    found: Counter[tuple[bool, ...] | str] = Counter()
    with open_ledger(folder, master_key=KEY, clock=SystemClock(), ids=SystemIds()) as log:
        anchor = Anchor(log.ledger_id, "", log.refresh(), lambda _: ())
        maker = BillMaker(log, AdoptedRulebooks(), Disclosing(log), anchor)
        for tag in log.tags_starting("claims/"):
            released = [fact.event for fact in log.read(tag) if isinstance(fact.event, ClaimReleased)]
            for event in released:
                claim = claim_in(log, event.patient, event.claim, until=log.position)
                assert claim is not None
                if event.frequency == VOID:
                    continue
                made = maker.made(claim)
                found[made.judged.digest == made.verdict.digest, made.judged.digest == event.digest] += 1
                found.update({str(doubt.where) for doubt in made.judged.doubts} or {"none"})
    return found

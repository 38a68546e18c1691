"""What of the time behind a claim's release a bill leaves to its maker's word: he could have kept something back.

Promise: pure, and no proof is taken for wider than it is: a map of completeness stands for the month where it covers
every record of it, and every header behind it says what it is about. Not promised: that the map's own proof is right,
which the offline verifier says.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from projections.exports.bill_file import BadBill, Bill, BillFact, Completeness

Unshown = Literal["month_since", "claim_since"]
"""month_since: nothing proves that of what came into the month behind the release all is there. claim_since: the same
of what was said of the claim (it was withdrawn, replaced, paid), for which there is no map."""
_MAP: Final = "completeness_mapped"


def unshown(bill: Bill, months: Iterable[str]) -> Iterator[Unshown]:
    """What is unproven; `months` are the streams of the month, of each who is one person with the patient."""
    if not all(any(_stands_for(bill, each, month) for each in bill.completeness) for month in months):
        yield "month_since"
    yield "claim_since"


def _stands_for(bill: Bill, proof: Completeness, month: str) -> bool:
    """Whether a map's proof is about this month, and nothing behind the map could be of it and is not shown as such."""
    if (proof.subject, proof.fact_class) != (month, "record"):
        return False
    up_to = next((_covered(each) for each in bill.of_topic(_MAP) if each.position == proof.map), None)
    return up_to is not None and not any(_may_be_of(each, month) for each in bill.facts if each.position > up_to)


def _covered(fact: BillFact) -> int | None:
    try:
        up_to = json.loads(fact.clear or "{}").get("up_to")
    except (ValueError, AttributeError, RecursionError):
        return None
    return up_to if isinstance(up_to, int) else None


def _may_be_of(fact: BillFact, month: str) -> bool:
    """Whether a record could be one of the month, and is not named as one."""
    prefix, tail = fact.header_parts()
    named = {each.tag for each in fact.tags}
    if prefix.fact_class != "record" or prefix.topic == _MAP or month in named or len(named) == len(tail.tags):
        return False
    if fact.clear is None:
        return True
    try:
        return month in fact.event().tags()
    except BadBill:
        return True

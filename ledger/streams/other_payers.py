"""Whose answer to a claim is whose: the payer that it went to, or one that pays behind it.

A first payer hands many claims on, and the second one answers under the same control number. Promise: what the second
one paid is no money of the first, and what it says moves nothing of where the claim stands. An answer is of a payer
behind where it says so (CLP02 is 2, 3, 20 or 21, or an adjustment OA-23 for what the payer before did) while an answer
of the first one stands; without one it is that of the claim's own payer. Not promised: a second payer that says
neither.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

_BEHIND: Final = frozenset({"2", "3", "20", "21"})
"""X12's codes of a claim that was processed as the second or third payer, or forwarded by one."""
_BEFORE: Final = ("OA", "23")
"""The adjustment for what the payer before paid and took off."""
_REVERSED: Final = "reversed"
_ZERO: Final = Decimal(0)


def of_payers_behind(remitted: Iterable[tuple[Any, int]]) -> frozenset[int]:
    """The positions of the answers that payers behind the claim's own gave, of all of a claim's (event, position)."""
    heard = sorted(remitted, key=lambda each: (each[0].on, each[1]))
    if not any(_is_behind(event) for event, _ in heard):
        return frozenset()
    found: set[int] = set()
    own, own_numbers, their_numbers = _ZERO, set[str | None](), set[str | None]()
    for event, position in heard:
        if event.status == _REVERSED:
            is_theirs = event.payer_number in their_numbers - own_numbers or (bool(found) and not own)
        else:
            is_theirs = _is_behind(event) and own > 0
        (their_numbers if is_theirs else own_numbers).add(event.payer_number)
        if is_theirs:
            found.add(position)
        else:
            own += event.charge
    return frozenset(found)


def _is_behind(event: Any) -> bool:
    """Whether an answer says that another payer came before it."""
    if event.status == _REVERSED:
        return False
    every = (event.adjustments, *(line.adjustments for line in event.lines))
    return event.payer_status in _BEHIND or any(
        (a.group, a.reason) == _BEFORE and a.amount > 0 for part in every for a in part
    )

"""The simulated payer's arithmetic: what is allowed, left to the patient, taken off, and taken back.

Promise: of every line, charge less everything that was taken off is what was paid, to the cent; a reversal is the
answer with every sign turned. Prices, deductible and percents are terms that somebody gives: no law stands here.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from interfaces.simulator.payer_words import Adjudicated, LineAnswer, LineSent, Off

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
_HUNDRED: Final = Decimal(100)


class Terms(NamedTuple):
    """What a payer pays by."""

    price: Callable[[str, date], Decimal]
    """The schedule's price of one unit of a code on a day."""
    coinsurance_percent: Decimal
    deductible: Decimal = ZERO
    """What each member pays first in a year."""
    sequestration_percent: Decimal = ZERO
    """What is taken off the payment by law."""
    filing: timedelta = timedelta(days=370)
    """How long after the service a claim may come in."""
    takes_replacements: bool = False


def paid_line(line: LineSent, served_on: date, terms: Terms, deductible_left: Decimal) -> LineAnswer:
    """A line paid by the schedule: the contract's reduction, deductible and coinsurance, sequestration."""
    allowed = min(line.charge, (terms.price(line.code, served_on) * line.units).quantize(CENT, ROUND_HALF_UP))
    deductible = min(allowed, deductible_left)
    coinsurance = _percent(allowed - deductible, terms.coinsurance_percent)
    owed = allowed - deductible - coinsurance
    sequestered = _percent(owed, terms.sequestration_percent)
    every = (
        Off("CO", "45", line.charge - allowed),
        Off("PR", "1", deductible),
        Off("PR", "2", coinsurance),
        Off("CO", "253", sequestered),
    )
    off = tuple(each for each in every if each.amount)
    return LineAnswer(line.code, line.units, line.charge, owed - sequestered, off)


def denied_line(line: LineSent, reason: str, remarks: tuple[str, ...]) -> LineAnswer:
    """A line of which nothing is owed."""
    return LineAnswer(line.code, line.units, line.charge, ZERO, (Off("CO", reason, line.charge),), remarks)


def taken_back(answer: Adjudicated, on: date) -> Adjudicated:
    """The reversal of an answer."""
    lines = tuple(
        line._replace(
            charge=-line.charge, paid=-line.paid, off=tuple(off._replace(amount=-off.amount) for off in line.off)
        )
        for line in answer.lines
    )
    return answer._replace(status="reversed", on=on, lines=lines)


def deductible_of(answer: Adjudicated) -> Decimal:
    """What of an answer went to the member's deductible."""
    return sum((off.amount for line in answer.lines for off in line.off if off[:2] == ("PR", "1")), ZERO)


def _percent(of: Decimal, percent: Decimal) -> Decimal:
    return (of * percent / _HUNDRED).quantize(CENT, ROUND_HALF_UP)

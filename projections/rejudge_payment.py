"""What a month is expected to pay by either edition: compared where it may differ, as `month` itself shows it.

Promise: the amounts are those of `ledger.judging.prices` for the family that bills, by the law under which the verdict
was made. Of months that say the same by two editions it is worked out only where these differ, on a day of the month,
in a quantity that a price reads; that is looked up once for each pair of editions. Not promised: a payment; these are
estimates before the deductible.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, NamedTuple

from ledger.judging.payers import book_of
from ledger.judging.price_inputs import price_billing
from ledger.judging.prices import Price
from ledger.judging.shapes import MonthFacts, Verdict
from ledger.rulebook import Rulebook
from ledger.rulebook.differences import differences
from ledger.rulebook.views import base_name
from ledger.terms.calendar import first_day, last_day
from ledger.terms.identity import practice_tag, staff_tag

_PRICES: Final = "medicare.pfs."
_CLINICS: Final = ".rhc.capabilities"
"""By which words a practice is a health center, and paid as one."""


class Payment(NamedTuple):
    """What the codes of a month are expected to pay, after the fee schedule; None where a step cannot be taken."""

    allowed: Decimal | None
    patient_share: Decimal | None
    patient_billed: Decimal | None
    sequestration: Decimal | None
    medicare_pays: Decimal | None
    expected: Decimal | None
    """What Medicare pays and the patient is billed, together."""


NO_PAYMENT: Final = Payment(None, None, None, None, None, None)


class Paid(NamedTuple):
    """A payment, and the names under which its rules were looked up."""

    payment: Payment
    reads: tuple[str, ...]


def paid(facts: MonthFacts, verdict: Verdict, rulebook: Rulebook, state: Callable[[str], Any]) -> Paid:
    """What a judged month is expected to pay, by the rulebook of its edition; nothing where it bills nothing."""
    if not verdict.charges:
        return Paid(NO_PAYMENT, ())
    price = price_billing(
        verdict,
        book_of(verdict, rulebook),
        patient=facts.patient,
        practice=state(practice_tag(verdict.practice)) if verdict.practice else None,
        biller=state(staff_tag(verdict.practitioner)) if verdict.practitioner else None,
    )
    if price is None:
        return Paid(NO_PAYMENT, ())
    return Paid(_payment(price), tuple(base_name(reading.name) for reading in price.reads))


def _payment(price: Price) -> Payment:
    return Payment(
        allowed=price.allowed,
        patient_share=price.patient_share,
        patient_billed=price.patient_billed,
        sequestration=price.sequestration,
        medicare_pays=price.medicare_pays,
        expected=price.expected,
    )


def prices_differ(first: Rulebook, second: Rulebook, month: str) -> bool:
    """Whether two editions differ, on a day of a month and for whatever payer, in a quantity that a price reads."""
    begins, ends = first_day(month), last_day(month)
    return any(
        span.first <= ends and begins <= span.last
        for change in differences(first, second)
        if change.name.startswith(_PRICES) or _CLINICS in change.name
        for span in change.spans
    )


def with_price_read(verdict: Verdict, found: Paid) -> Verdict:
    """The verdict as one that looked at the rules of its price too: they may be why it differs."""
    return verdict._replace(reads=(*verdict.reads, (verdict.date_of_service, found.reads)))

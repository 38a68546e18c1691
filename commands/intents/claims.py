"""Commands about claims: what a practice asks for a code, release to billing, withdrawal."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from commands.intents.base import Command, Ref, Stated
from ledger.streams.claims import WithdrawalReason
from ledger.terms.calendar import CareMonth, GivenDay
from ledger.terms.identity import ClaimId, Digest, PracticeId
from ledger.terms.people import Programme


def _dollars(given: Any) -> Any:
    """An amount comes as text: a JSON number would have been through binary fractions."""
    if isinstance(given, Decimal):
        return given
    if not isinstance(given, str):
        raise ValueError("an amount is written as text, such as 85.00")
    try:
        return Decimal(given)
    except ArithmeticError as error:
        raise ValueError("an amount is written as text, such as 85.00") from error


Dollars = Annotated[Decimal, BeforeValidator(_dollars), Field(max_digits=10, decimal_places=2)]
"""Dollars and cents as text, such as 85.00."""


class AdoptCharge(Command):
    """Adopt what a practice asks for one unit of a code, for service from a day on."""

    NAME: ClassVar = "adopt_charge"
    KIND: ClassVar = "act"
    practice: PracticeId
    code: str = Field(pattern=r"^[A-Z0-9]{5}$")
    amount: Annotated[Dollars, Field(gt=0)]
    from_on: GivenDay


class ReleaseClaim(Command):
    """Release an attested month to billing: lines, day, place, diagnoses, and the ground that they rest on."""

    NAME: ClassVar = "release_claim"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    programme: Programme = Field(default=Programme.CCM, strict=False)
    digest: Digest | None = None
    """What was attested, where the sender wants it checked."""
    replaces: ClaimId | None = None
    """A claim of the month that this one stands for: rejected, withdrawn, or one that the payer lets be replaced."""
    late_because: Stated | None = None
    """Behind the filing deadline: the exception that the payer grants."""


class WithdrawClaim(Command):
    """Take a claim back before the payer adjudicated it."""

    NAME: ClassVar = "withdraw_claim"
    KIND: ClassVar = "act"
    patient: Ref
    claim: ClaimId
    reason: WithdrawalReason
    words: Stated

"""Commands about holds and erasures: compliance places and releases, asks, approves, withdraws, begins."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from commands.intents.base import POSITION_MAX, Command, Ref, Stated
from ledger.streams.erasure import YEARS_MAX, ErasureGround, Matter, Year
from ledger.terms.identity import Digest, ErasureId, HoldId


def _in_order(years: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(years)))


Years = Annotated[tuple[Year, ...], Field(max_length=YEARS_MAX), AfterValidator(_in_order)]
"""Calendar years in which something happened; said in any order."""

Counted = Annotated[int, Field(ge=0, le=POSITION_MAX)]


class PlaceHold(Command):
    """Keep a patient's record, or years of it, from being erased, for a case or whatever the reason."""

    NAME: ClassVar = "place_hold"
    KIND: ClassVar = "act"
    patient: Ref
    matter: Matter | None = None
    years: Years = ()
    """None: the whole record."""
    reason: Stated


class ReleaseHold(Command):
    """Say that a hold stands no longer."""

    NAME: ClassVar = "release_hold"
    KIND: ClassVar = "act"
    patient: Ref
    hold: HoldId
    reason: Stated


class RequestErasure(Command):
    """Ask that words of years be erased, or who the patient is as well; another person approves it."""

    NAME: ClassVar = "request_erasure"
    KIND: ClassVar = "act"
    patient: Ref
    ground: ErasureGround
    years: Years = ()
    identity: bool = False
    """Whether names, identifiers, contact data and words that belong to no year go too."""
    of_age_in: Year | None = None
    """Of a patient who was a minor when last cared for: the year of coming of age. The birth date is sealed."""
    reason: Stated


class _OfErasure(Command):
    """What a person says of one erasure."""

    patient: Ref
    erasure: ErasureId


class ApproveErasure(_OfErasure):
    """Approve an erasure that another person asked for; the notice period runs from then."""

    NAME: ClassVar = "approve_erasure"
    KIND: ClassVar = "act"
    reason: Stated


class WithdrawErasure(_OfErasure):
    """Say that an erasure is not to be, as long as it has not begun."""

    NAME: ClassVar = "withdraw_erasure"
    KIND: ClassVar = "act"
    reason: Stated


class BeginErasure(_OfErasure):
    """Begin an approved erasure: from here on it cannot be stopped. `ccm-ledger erase run` gives it and goes on."""

    NAME: ClassVar = "begin_erasure"
    KIND: ClassVar = "act"


class FinishErasure(_OfErasure):
    """Say that the keys are destroyed: what the program itself found gone, and the digest of its certificate."""

    NAME: ClassVar = "finish_erasure"
    KIND: ClassVar = "act"
    facts: Counted
    parts: Counted
    command_keys: Counted
    certificate: Digest

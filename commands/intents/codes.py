"""Commands about codes of a month: a limit that compliance raises, planning beyond a visit that is attested."""

from typing import ClassVar

from pydantic import Field

from commands.intents.base import Command, Ref, Stated
from ledger.streams.endings import RetractionReason
from ledger.terms.calendar import CareMonth, GivenDay
from ledger.terms.identity import VisitId


class RaiseLimit(Command):
    """Let one month hold more units of a code than its limit, as compliance, with the reason and the records."""

    NAME: ClassVar = "raise_limit"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    code: str = Field(pattern=r"^[A-Z0-9]{5}$")
    units: int = Field(ge=1, le=999)
    reason: Stated
    records: Stated
    """Where the records lie that an appeal would show."""


class AttestExtraPlanning(Command):
    """Attest, as the practitioner who held a visit, assessment and planning beyond what it pays for (G0506)."""

    NAME: ClassVar = "attest_extra_planning"
    KIND: ClassVar = "act"
    patient: Ref
    visit: VisitId
    on: GivenDay | None = None
    """The day of the visit, where the sender wants it checked."""


class RetractExtraPlanning(Command):
    """Take back an attestation of planning beyond a visit that was made in error."""

    NAME: ClassVar = "retract_extra_planning"
    KIND: ClassVar = "act"
    patient: Ref
    visit: VisitId
    reason: RetractionReason
    evidence: Stated

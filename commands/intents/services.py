"""Commands about services of other programmes, and of other billers, in the months of a patient."""

from typing import ClassVar

from commands.intents.base import Command, Ref, Stated
from ledger.streams.endings import RetractionReason
from ledger.streams.services import ServiceCode, ServiceSource, Tin
from ledger.terms.calendar import CareMonth, GivenDay
from ledger.terms.identity import Digest, OtherServiceId, PracticeId
from ledger.terms.people import Npi


class RecordOtherService(Command):
    """Record that another service was furnished to the patient, or billed for them: code, days, and by whom."""

    NAME: ClassVar = "record_other_service"
    KIND: ClassVar = "testimony"
    patient: Ref
    code: ServiceCode
    on: GivenDay
    """Its date of service, or the first of its days: of transitional care the day of discharge, where it is known."""
    until_on: GivenDay | None = None
    by_practitioner: Ref | None = None
    by_practice: PracticeId | None = None
    npi: Npi | None = None
    tin: Tin | None = None
    source: ServiceSource
    document: Digest | None = None


class RetractOtherService(Command):
    """Take back another service that was recorded in error."""

    NAME: ClassVar = "retract_other_service"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    """A care month that it touches."""
    service: OtherServiceId
    reason: RetractionReason
    evidence: Stated

"""Commands about who bills: designate a practitioner, withdraw a designation."""

from typing import ClassVar

from commands.intents.base import Command, Ref, Stated
from ledger.streams.designation import WithdrawalReason
from ledger.terms.calendar import CareMonth
from ledger.terms.identity import DesignationId
from ledger.terms.people import Programme, Side


class DesignatePractitioner(Command):
    """Make a practitioner the billing practitioner of a patient's programme from a month on."""

    NAME: ClassVar = "designate_practitioner"
    KIND: ClassVar = "act"
    patient: Ref
    practitioner: Ref
    programme: Programme
    side: Side
    from_month: CareMonth
    until_month: CareMonth | None = None


class WithdrawDesignation(Command):
    """End a designation before its own end, with the reason and the evidence."""

    NAME: ClassVar = "withdraw_designation"
    KIND: ClassVar = "act"
    patient: Ref
    designation: DesignationId
    reason: WithdrawalReason
    from_month: CareMonth
    evidence: Stated

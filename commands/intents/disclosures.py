"""Commands about disclosures: one happened, an agency keeps it from the patient for longer, it never was."""

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from commands.intents.base import Command, Ref, Stated
from ledger.streams.endings import RetractionReason
from ledger.terms.calendar import GivenDay
from ledger.terms.disclosures import DisclosureBasis, DisclosurePurpose
from ledger.terms.identity import DisclosureId

NameAndPlace = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]
"""A name, an office or an address, as it is to stand in an accounting."""


class Disclose(Command):
    """Say that something of a patient's record was disclosed to somebody outside, what, and on which ground."""

    NAME: ClassVar = "disclose"
    KIND: ClassVar = "testimony"
    patient: Ref
    recipient: NameAndPlace
    address: NameAndPlace | None = None
    """Where the recipient is, if it is known."""
    what: Stated
    purpose: DisclosurePurpose
    basis: DisclosureBasis
    on: GivenDay
    suspended_until: GivenDay | None = None
    """The last day on which an agency keeps the patient from hearing of it."""
    suspended_by: NameAndPlace | None = None
    """The agency, or its officer, that said so."""
    suspended_orally: bool = False
    """Whether it was said and not written: it holds thirty days then."""


class SuspendAccounting(Command):
    """Say what an agency said later of a disclosure on record: until when the patient is not to hear of it."""

    NAME: ClassVar = "suspend_accounting"
    KIND: ClassVar = "testimony"
    patient: Ref
    disclosure: DisclosureId
    suspended_until: GivenDay
    """The last day that the agency names; in writing also an earlier one than before."""
    suspended_by: NameAndPlace
    """The agency, or its officer, that said so."""
    suspended_orally: bool = False
    """Whether it was said and not written: it holds thirty days from the first time then."""


class RetractDisclosure(Command):
    """Take back a disclosure that was recorded by mistake; the patient's accounting lists it no longer."""

    NAME: ClassVar = "retract_disclosure"
    KIND: ClassVar = "act"
    patient: Ref
    disclosure: DisclosureId
    reason: RetractionReason
    evidence: Stated

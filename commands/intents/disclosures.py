"""The command that says that something of a record was disclosed outside."""

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from commands.intents.base import Command, Ref, Stated
from ledger.terms.calendar import GivenDay
from ledger.terms.disclosures import DisclosureBasis, DisclosurePurpose

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

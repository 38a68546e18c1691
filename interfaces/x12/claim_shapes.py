"""What an 837P says, as values: who sends, who bills, whom the claim is about, who pays, and each claim with its lines.

Promise: nothing here is optional that a claim cannot do without, so a claim that can be made can be sent; words are in
the plain form that the file holds. Not promised: that the ledger knows them; claim_of.py finds out.
"""

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple


class Place(NamedTuple):
    """A postal address in parts."""

    line: str
    second: str | None
    city: str
    state: str
    zip_code: str


class Submitter(NamedTuple):
    """Who sends the file, and whom the receiver calls about it."""

    name: str
    number: str
    contact: str
    phone: str


class Receiver(NamedTuple):
    """To whom the file goes."""

    name: str
    number: str


class BillingProvider(NamedTuple):
    """The practice that bills."""

    name: str
    npi: str
    tin: str
    taxonomy: str
    place: Place


class Person(NamedTuple):
    """A person's name as a claim has it."""

    family: str
    given: str


class Subscriber(NamedTuple):
    """The patient, who is the subscriber: of Medicare and of every plan of one's own."""

    name: Person
    place: Place
    born_on: date
    sex: Literal["F", "M", "U"]


class Plan(NamedTuple):
    """A coverage of the subscriber: the payer with its number and kind, and the subscriber's own number there."""

    payer: str
    number: str
    filing: str
    member: str


class Rendering(NamedTuple):
    """Who rendered the service."""

    name: Person
    npi: str
    taxonomy: str


class Facility(NamedTuple):
    """Where the service was rendered, where that is not the billing address."""

    name: str
    npi: str | None
    place: Place


class Line(NamedTuple):
    """A code with its units, the charge for all of them, and the number by which an answer finds the line."""

    number: str
    code: str
    units: int
    charge: Decimal
    first: date
    last: date


class ClaimToSend(NamedTuple):
    """One claim with all that the file says of it."""

    control_number: str
    biller: BillingProvider
    subscriber: Subscriber
    plan: Plan
    other_plan: Plan | None
    """A second coverage, which pays after this one."""
    rendering: Rendering
    facility: Facility | None
    place_of_service: str
    frequency: Literal["1", "7", "8"]
    payer_number: str | None
    """Of a replacement and a void: the payer's number of the claim that it stands for."""
    diagnoses: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def charge(self) -> Decimal:
        """What all lines ask for."""
        return sum((line.charge for line in self.lines), Decimal(0))

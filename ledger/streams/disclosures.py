"""The fact that a patient's record, or some of it, was disclosed to somebody outside: 45 CFR 164.528; readings, 8.

It stands in `disclosed/<patient>` beside who looked (`accessed/<patient>`): who learned what of a record is told
together, and moves no decision about care. TOPIC and field names are the storage format.
"""

from datetime import date
from typing import ClassVar

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, FactClass, Part, Sealing, year_scope
from ledger.terms.disclosures import DisclosureBasis, DisclosurePurpose
from ledger.terms.identity import DisclosureId, PatientId, accessed_tag, disclosed_tag


class DisclosureWords(Part):
    """Who received it, where, and what it was; and which agency suspended the right to hear of it. Sealed."""

    recipient: str
    address: str | None = None
    what: str
    suspended_by: str | None = None


class RecordDisclosed(Event):
    """Something of a patient's record was disclosed outside: on which day, for what, on which ground."""

    TOPIC: ClassVar[str] = "record_disclosed"
    FACT: ClassVar[FactClass] = FactClass.ACCESS
    patient: PatientId
    disclosure: DisclosureId
    on: date
    purpose: DisclosurePurpose
    basis: DisclosureBasis
    suspended_until: date | None = None
    """The last day of an agency's suspension, as the agency said; None: nothing is suspended."""
    suspended_orally: bool | None = None
    """Whether the agency said so without writing; None where nothing is suspended."""
    words: DisclosureWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (disclosed_tag(self.patient), accessed_tag(self.patient))

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", disclosed_tag(self.patient), year_scope(self.patient, self.on.year)),)

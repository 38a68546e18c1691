"""Facts of disclosures: a patient's record, or some of it, went to somebody outside (45 CFR 164.528; readings, 8).

What an agency says later of the patient's right to hear of one, and that one was recorded by mistake, are facts of
their own. They stand in `disclosed/<patient>` beside who looked (`accessed/<patient>`): who learned what of a record is
told together, and moves no decision about care. TOPIC and field names are the storage format.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, NamedTuple

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Fact, FactClass, Part, Sealing, year_scope
from ledger.streams.endings import EvidenceWords, RetractionReason
from ledger.streams.replacing import replace
from ledger.terms.disclosures import AgencyStatement, DisclosureBasis, DisclosurePurpose, heard_on, hidden_until
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


class SuspensionWords(Part):
    """Which agency, or which officer of it, said so. Sealed."""

    suspended_by: str


class _OfDisclosure(Event):
    """What facts about a disclosure on record share."""

    patient: PatientId
    disclosure: DisclosureId
    disclosed_on: date
    """The day of the disclosure: its words, and what is said of it, are erased together."""

    def tags(self) -> tuple[str, ...]:
        return (disclosed_tag(self.patient), accessed_tag(self.patient))

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", disclosed_tag(self.patient), year_scope(self.patient, self.disclosed_on.year)),)


class AccountingSuspended(_OfDisclosure):
    """An agency said, later than the disclosure was recorded, until when the patient is not to hear of it."""

    TOPIC: ClassVar[str] = "accounting_suspended"
    FACT: ClassVar[FactClass] = FactClass.ACCESS
    suspended_until: date
    """The last day that it names; what it writes replaces what it named before."""
    suspended_orally: bool
    words: SuspensionWords | Closed = Field(default=SEALED, exclude=True)


class DisclosureRetracted(_OfDisclosure):
    """A disclosure was recorded by mistake: it never was."""

    TOPIC: ClassVar[str] = "disclosure_retracted"
    FACT: ClassVar[FactClass] = FactClass.ACCESS
    reason: RetractionReason
    words: EvidenceWords | Closed = Field(default=SEALED, exclude=True)


# --- state ----------------------------------------------------------------------------------------------------------


class RetractedDisclosure(NamedTuple):
    """What took a disclosure back, and where that stands."""

    event: DisclosureRetracted
    position: int


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A disclosure on record, with what agencies said of it, in order."""

    event: RecordDisclosed
    position: int
    statements: tuple[AgencyStatement, ...] = ()
    retracted: RetractedDisclosure | None = None

    @property
    def hidden_until(self) -> date | None:
        """The last day on which an accounting says nothing of it; None where nothing suspends the right."""
        return hidden_until(self.event.basis, self.statements)


@dataclass(frozen=True, slots=True)
class Disclosures:
    """The disclosures of one patient's record, or of all who are one person, in order."""

    disclosures: tuple[Disclosure, ...] = ()

    def get(self, disclosure: str) -> Disclosure | None:
        """One disclosure by its id."""
        return next((each for each in self.disclosures if each.event.disclosure == disclosure), None)


def evolve(state: Disclosures, fact: Fact) -> Disclosures:
    """The disclosures after one more fact."""
    match fact.event:
        case RecordDisclosed() as e:
            said = () if e.suspended_until is None else (_said(fact, e.suspended_until, bool(e.suspended_orally)),)
            return replace(state, disclosures=(*state.disclosures, Disclosure(e, fact.position, said)))
        case AccountingSuspended() as e:
            known = state.get(e.disclosure)
            before = () if known is None else known.statements
            more = (*before, _said(fact, e.suspended_until, e.suspended_orally))
            return _changed(state, e.disclosure, statements=more)
        case DisclosureRetracted() as e:
            return _changed(state, e.disclosure, retracted=RetractedDisclosure(e, fact.position))
    return state


def _said(fact: Fact, until: date, is_oral: bool) -> AgencyStatement:
    return AgencyStatement(until, is_oral, heard_on(fact.recorded_at))


def _changed(state: Disclosures, disclosure: str, **changes: object) -> Disclosures:
    changed = (replace(d, **changes) if d.event.disclosure == disclosure else d for d in state.disclosures)
    return replace(state, disclosures=tuple(changed))

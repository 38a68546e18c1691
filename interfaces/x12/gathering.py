"""What the ledger knows for a claim's file, with the sealed words that it needs, opened.

Promise: only the words that a file holds are opened, and only of the claims that are asked for. The caller has recorded
before that somebody reads them. Not promised: completeness; claim_of.py says what is missing.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from interfaces.bootstrap import Session
from interfaces.x12.claim_of import Identity, Insured, Known
from ledger.judging.site import CLINICS
from ledger.streams.billing import (
    RenderingWords,
    billing_details,
    interchange,
    payer_identity,
    rendering_details,
)
from ledger.streams.claims import ClaimReleased
from ledger.streams.claims_state import Claim
from ledger.streams.governance import Governance
from ledger.streams.joining import group_of
from ledger.streams.patient import (
    CoverageRecorded,
    CoverageWords,
    Demographics,
    DemographicsReported,
    IdentifierLinked,
    IdentityWords,
    PatientRegistered,
)
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice
from ledger.streams.staff import Staff
from ledger.terms.identity import LEDGER_TAG, patient_tag, practice_tag, staff_tag

_OF_IDENTITY: Final = (PatientRegistered, DemographicsReported, IdentifierLinked)
_MBI: Final = "mbi"


def known_of(session: Session, claim: Claim, today: date) -> Known:
    """Everything that the ledger knows now for one claim; what is sent is as of `today`."""
    event, state = claim.event, session.handler.state
    practice: Practice = state(practice_tag(event.practice))
    staff: Staff = state(staff_tag(event.practitioner))
    exchange, billing = interchange(practice, today), billing_details(practice, today)
    rendering = rendering_details(staff)
    name = _words_at(session, rendering[1]) if rendering is not None else None
    group = tuple(group_of(event.patient, state))
    return Known(
        event=event,
        payer_number=event.payer_number,
        interchange=exchange[0] if exchange is not None else None,
        billing=billing[0] if billing is not None else None,
        tin=practice.tin,
        practice_npi=practice.npi,
        rendering=name if isinstance(name, RenderingWords) else None,
        taxonomy=rendering[0].taxonomy if rendering is not None else None,
        rendering_npi=staff.npi,
        identity=_identity(session, group),
        insured=tuple(_insured(session, group, practice, event.date_of_service, today)),
        is_clinic=_is_clinic(session, practice, event),
    )


def _is_clinic(session: Session, practice: Practice, event: ClaimReleased) -> bool:
    """Whether the practice attests that it was a health center on the date of service (CCM-CLAIM-09).

    Reads: medicare.ccm.rhc.capabilities, of the edition that the claim pins.
    """
    if not practice.capabilities:
        return False
    governance: Governance = session.handler.state(LEDGER_TAG)
    adopted = next(each for each in governance.adoptions if each.edition == event.edition)
    words = session.rulebook_of(adopted).in_force(event.date_of_service).get(CLINICS)
    return isinstance(words, tuple) and any(practice.has(word, event.date_of_service) for word in words)


def _words_at(session: Session, position: int) -> object:
    """The opened words of a fact; whatever stands in their place where there are none, or their key is gone."""
    (fact,) = session.log.facts_at([position])
    return getattr(session.log.open_words(fact), "words", None)


def _identity(session: Session, group: tuple[str, ...]) -> Identity:
    """Who the patient is: what was said last of each part wins, among all who are one person."""
    facts = [fact for each in group for fact in session.log.read(patient_tag(each))]
    told: dict[str, object] = {}
    mbi: str | None = None
    for fact in sorted((each for each in facts if isinstance(each.event, _OF_IDENTITY)), key=lambda f: f.position):
        words = getattr(session.log.open_words(fact), "words", None)
        if not isinstance(words, IdentityWords):
            continue
        said = words.demographics
        told |= {name: value for name in Demographics.model_fields if (value := getattr(said, name)) is not None}
        if said.address is not None and said.postal is None:
            # A newer address on one line ends what an older one said in parts.
            told.pop("postal", None)
        mbi = next((each.value for each in words.identifiers if each.system == _MBI), mbi)
    return Identity(Demographics().model_copy(update=told), mbi)


def _insured(session: Session, group: tuple[str, ...], practice: Practice, on: date, today: date) -> Iterator[Insured]:
    """The coverages in force on a day, each as it was recorded last, those of a lower rank first."""
    newest: dict[str, tuple[CoverageRecorded, int]] = {}
    for each in group:
        patient: Patient = session.handler.state(patient_tag(each))
        for learned in sorted(patient.coverages, key=lambda c: c.position):
            newest[learned.event.coverage] = (learned.event, learned.position)
    held = [(e, at) for e, at in newest.values() if e.from_on <= on and (e.until_on is None or on <= e.until_on)]
    for event, at in sorted(held, key=lambda each: (each[0].rank, each[1])):
        words = _words_at(session, at)
        member = words.member if isinstance(words, CoverageWords) else None
        identity = payer_identity(practice, event.payer, today)
        yield Insured(event, member, identity[0] if identity is not None else None)

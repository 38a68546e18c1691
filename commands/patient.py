"""Deciders about who a patient is: register, link identifiers, assign to a practice.

Every identifier's stream is part of the read set, so two racing registrations of one MBI give one patient: the later
is decided again, finds the patient and answers Unchanged.
"""

import json
from typing import Final

from commands.authority import MATRIX, reaches
from commands.deciding import Asked, Law, States
from commands.guards import after_death, document_of, is_after_death, mbi_fault, named_by, tokens_of
from commands.intents.base import OutsideName
from commands.intents.patient import AssignPractice, DemographicsGiven, LinkIdentifier, RegisterPatient
from ledger.streams.base import Event
from ledger.streams.patient import (
    Demographics,
    DemographicsReported,
    IdentifierLink,
    IdentifierLinked,
    IdentityWords,
    OutsideIdentifier,
    PatientRegistered,
    PracticeAssigned,
)
from ledger.streams.patient_state import Patient
from ledger.terms.identity import identifier_tag, patient_tag, practice_tag, staff_tag
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Unchanged
from ledger.terms.refusals import refused

_NO_DEMOGRAPHICS: Final = Demographics()


def decide_register_patient(asked: Asked[RegisterPatient], states: States, law: Law) -> Outcome:
    """Make a patient known by outside identifiers, or find the one whom they lead to.

    Reads every identifier's stream, the practice named, and the patient found, with all who are merged with them:
    identifiers of two who were merged lead to one. Refuses, in order: mbi_unreadable,
    no_such_practice, identifiers_of_two_patients, identifier_taken. Unchanged where a known patient is reported as
    known. Notices: demographics_differ, assigned_elsewhere.
    """
    command = asked.command
    if fault := mbi_fault(command.identifiers):
        return fault
    tokens = tokens_of(asked, command.identifiers)
    practices = (practice_tag(command.practice),) if command.practice else ()
    if need := states.missing(*map(identifier_tag, tokens), *practices):
        return need
    if command.practice and not states.practice(command.practice).is_registered:
        return refused("no_such_practice")
    named = {token: named_by(states, token) for token in tokens}
    led_to = dict.fromkeys(found.subject for found in named.values() if found.kind == "patient" and found.subject)
    if need := states.missing(*map(patient_tag, led_to)):
        return need
    patients = {states.group(each)[0] for each in led_to}
    if len(patients) > 1:
        return refused("identifiers_of_two_patients")
    if any(found.subject and found.kind != "patient" for found in named.values()):
        return refused("identifier_taken")
    if not patients:
        return _registered(asked, tokens)
    (known,) = patients
    new = {token: identifier for token, identifier in tokens.items() if named[token].subject is None}
    return _reported(asked, states.patient(known), new)


def decide_link_identifier(asked: Asked[LinkIdentifier], states: States, law: Law) -> Outcome:
    """Let further identifiers lead to a known patient.

    Reads every identifier's stream, and the patient with all who are merged with them. Refuses, in order:
    mbi_unreadable, identifier_taken. Unchanged where all of them lead to this patient already.
    """
    command, patient = asked.command, asked.patient
    if fault := mbi_fault(command.identifiers):
        return fault
    tokens = tokens_of(asked, command.identifiers)
    if need := states.missing(patient_tag(patient), *map(identifier_tag, tokens)):
        return need
    named = {token: named_by(states, token) for token in tokens}
    if any(found.subject not in (None, *states.group(patient)) for found in named.values()):
        return refused("identifier_taken")
    new = {token: identifier for token, identifier in tokens.items() if named[token].subject is None}
    if not new:
        return Unchanged(tuple(sorted({found.position for found in named.values()})))
    return Accepted((_linked(patient, new),))


def decide_assign_practice(asked: Asked[AssignPractice], states: States, law: Law) -> Outcome:
    """Assign a patient to a practice from a day on; earlier days keep the practice that they had.

    Reads the patient, the practice and the actor. Refuses, in order: not_in_this_practice (neither the patient's nor
    the new one), no_such_practice, after_death. Unchanged where that assignment stands. Notices: practice_changed.
    """
    command = asked.command
    if need := states.missing(patient_tag(asked.patient), practice_tag(command.practice), staff_tag(asked.actor)):
        return need
    patient, actor = states.patient(asked.patient), states.staff(asked.actor)
    concerned = patient.practices | {command.practice}
    if not any(reaches(actor, role, asked.today, concerned) for role in MATRIX["assign_practice"]):
        return refused("not_in_this_practice")
    if not states.practice(command.practice).is_registered:
        return refused("no_such_practice")
    from_on = command.from_on or asked.today
    if is_after_death(patient, from_on):
        return after_death(patient, "the assignment")
    begun = [known for known in patient.assignments if known.event.from_on <= from_on]
    newest = max(begun, key=lambda known: (known.event.from_on, known.position), default=None)
    if newest and (newest.event.practice, newest.event.from_on) == (command.practice, from_on):
        return Unchanged((newest.position,))
    event = PracticeAssigned(patient=asked.patient, practice=command.practice, from_on=from_on)
    if newest is None or newest.event.practice == command.practice:
        return Accepted((event,))
    happened = f"The patient belonged to another practice until {from_on.isoformat()}; the new one may read the record."
    return Accepted((event,), (notice("practice_changed", happened),))


def demographics_token(asked: Asked[RegisterPatient], given: DemographicsGiven) -> str | None:
    """The token of demographics as reported, or None where nothing was: equal demographics have equal tokens."""
    said = given.model_dump(mode="json", exclude_none=True)
    return asked.token("#demographics", json.dumps(said, sort_keys=True, separators=(",", ":"))) if said else None


def _registered(asked: Asked[RegisterPatient], tokens: dict[str, OutsideName]) -> Accepted:
    command, patient = asked.command, asked.new_id("pt")
    events: tuple[Event, ...] = (
        PatientRegistered(
            patient=patient,
            links=_links(tokens),
            practice=command.practice,
            demographics=demographics_token(asked, command.demographics),
            document=document_of(asked, command.document),
            words=_words(tokens, command.demographics),
        ),
    )
    if command.practice:
        events += (PracticeAssigned(patient=patient, practice=command.practice, from_on=asked.today),)
    return Accepted(events, (), (("patient", patient),))


def _reported(asked: Asked[RegisterPatient], known: Patient, new: dict[str, OutsideName]) -> Outcome:
    """What a registration adds to a patient who is known: other demographics, further identifiers, a first practice."""
    command, events, notices = asked.command, list[Event](), list[Notice]()
    ids = (("patient", known.patient),)
    token = demographics_token(asked, command.demographics)
    told = dict(known.demographics)
    if token is not None and token not in told:
        words = _words({}, command.demographics)
        reported = DemographicsReported(
            patient=known.patient, demographics=token, document=document_of(asked, command.document), words=words
        )
        events.append(reported)
        if told:
            notices.append(notice("demographics_differ", "The patient is known with other demographics."))
    if new:
        events.append(_linked(known.patient, new))
    if command.practice and not known.assignments:
        events.append(PracticeAssigned(patient=known.patient, practice=command.practice, from_on=asked.today))
    elif command.practice and known.practice_on(asked.today) != command.practice:
        notices.append(notice("assigned_elsewhere", "The patient is assigned otherwise; that was left as it is."))
    if not events:
        return Unchanged((told.get(token or "", known.registered),), ids, tuple(notices))
    return Accepted(tuple(events), tuple(notices), ids)


def _linked(patient: str, new: dict[str, OutsideName]) -> IdentifierLinked:
    return IdentifierLinked(patient=patient, links=_links(new), words=_words(new, None))


def _links(tokens: dict[str, OutsideName]) -> tuple[IdentifierLink, ...]:
    return tuple(IdentifierLink(system=identifier.system, token=token) for token, identifier in tokens.items())


def _words(tokens: dict[str, OutsideName], given: DemographicsGiven | None) -> IdentityWords:
    identifiers = tuple(OutsideIdentifier(system=name.system, value=name.value) for name in tokens.values())
    demographics = Demographics(**given.model_dump()) if given else _NO_DEMOGRAPHICS
    return IdentityWords(demographics=demographics, identifiers=identifiers)

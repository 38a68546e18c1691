"""Registering, linking and assigning patients: one MBI is one patient, whoever registers first."""

from datetime import date
from typing import Any

from commands.intents.base import OutsideName
from commands.intents.patient import AssignPractice, DemographicsGiven, LinkIdentifier, RegisterPatient
from ledger.streams.patient import DemographicsReported, IdentifierLinked, PatientRegistered, PracticeAssigned
from ledger.terms.identity import identifier_tag
from ledger.terms.people import Role
from tests.commands.world import (
    ADA,
    ADMIN,
    BO,
    DESK,
    FEED,
    MBI,
    MRN,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    assigned,
    died,
    known,
    office,
    on,
    patient,
    person,
)
from tests.gwt import opaque, token

DESK_ROLE = Role.FRONT_DESK
MBI_NAME = OutsideName(system="mbi", value=MBI)
MRN_NAME = OutsideName(system="mrn", value=MRN)
NOWHERE = opaque("pr", 99)


def register(*identifiers: OutsideName, family: str | None = "Ivey", **changes: Any) -> RegisterPatient:
    return RegisterPatient(
        identifiers=identifiers or (MBI_NAME,), demographics=DemographicsGiven(family=family), **changes
    )


# --- register_patient -------------------------------------------------------------------------------------------


def test_a_patient_is_registered_under_an_opaque_id_and_assigned_from_today() -> None:
    then = office().by(DESK).when(register(MBI_NAME, MRN_NAME, practice=PRACTICE))
    registered, assignment = then.events

    assert isinstance(registered, PatientRegistered)
    assert ["mbi", "mrn"] == [link.system for link in registered.links]
    assert PracticeAssigned(patient=then.ids["patient"], practice=PRACTICE, from_on=date(2026, 3, 31)) == assignment


def test_a_registration_reads_the_stream_of_every_identifier() -> None:
    then = office().by(FEED).when(register(MBI_NAME, MRN_NAME))

    assert {identifier_tag(token("mbi", MBI)), identifier_tag(token("mrn", MRN))} <= then.read


def test_the_same_registration_again_is_unchanged_with_the_id_of_the_first() -> None:
    first = office().by(DESK)
    patient_id = first.when(register()).ids["patient"]
    again = first.again(register())

    assert patient_id == again.ids["patient"]
    assert (len(first.facts) + 1,) == again.unchanged


def test_other_demographics_of_a_known_patient_are_reported_and_to_be_reviewed() -> None:
    then = office().by(DESK).then(register()).when(register(family="Ivory"))

    assert isinstance(then.event, DemographicsReported)
    assert ["demographics_differ"] == then.codes


def test_what_was_reported_later_is_unchanged_where_it_was_reported() -> None:
    told = office().by(DESK).then(register()).then(register(family="Ivory"))

    assert (len(told.facts),) == told.when(register(family="Ivory")).unchanged


def test_demographics_of_a_patient_without_any_are_no_contradiction() -> None:
    then = office().by(DESK).then(register(family=None)).when(register())

    assert isinstance(then.event, DemographicsReported)
    assert [] == then.codes


def test_a_registration_without_demographics_adds_nothing_to_a_known_patient() -> None:
    then = office().by(DESK).then(register()).when(register(family=None))

    assert 1 == len(then.unchanged)


def test_a_new_identifier_beside_a_known_one_is_linked() -> None:
    then = known().by(DESK).when(register(MRN_NAME, MBI_NAME, family=None))

    assert isinstance(then.event, IdentifierLinked)
    assert ["mbi"] == [link.system for link in then.event.links]
    assert PATIENT == then.ids["patient"]


def test_a_known_patient_without_practice_is_assigned_the_one_that_registers() -> None:
    then = office().and_(patient()).by(DESK).when(register(MRN_NAME, family=None, practice=PRACTICE))

    assert isinstance(then.event, PracticeAssigned)


def test_a_known_patient_of_another_practice_stays_there_with_a_notice() -> None:
    bo_desk = person(opaque("st", 40), DESK_ROLE, OTHER_PRACTICE)
    then = known().and_(*bo_desk).by(opaque("st", 40)).when(register(MRN_NAME, family=None, practice=OTHER_PRACTICE))

    assert ["assigned_elsewhere"] == then.codes
    assert 1 == len(then.unchanged)


def test_an_mbi_of_another_shape_is_refused() -> None:
    then = office().by(DESK).when(register(OutsideName(system="mbi", value="1EG4-TE5-MK73")))

    assert "mbi_unreadable" == then.refused


def test_a_practice_that_is_not_registered_is_refused() -> None:
    assert "no_such_practice" == office().by(FEED).when(register(practice=NOWHERE)).refused


def test_identifiers_of_two_patients_are_refused() -> None:
    two = known().and_(patient(OTHER_PATIENT, "10043"))
    then = two.by(DESK).when(register(MRN_NAME, OutsideName(system="mrn", value="10043")))

    assert "identifiers_of_two_patients" == then.refused


def test_an_identifier_of_a_staff_member_is_refused() -> None:
    then = office().by(DESK).when(register(OutsideName(system="npi", value="1234567893")))

    assert "identifier_taken" == then.refused


def test_a_bad_mbi_goes_before_a_practice_that_is_not_there() -> None:
    bad = OutsideName(system="mbi", value="123")

    assert "mbi_unreadable" == office().by(FEED).when(register(bad, practice=NOWHERE)).refused


def test_a_nurse_does_not_register_patients() -> None:
    assert "capacity_missing" == office().by(NURSE).when(register()).refused


def test_a_front_desk_registers_for_its_own_practice_only() -> None:
    assert "not_in_this_practice" == office().by(DESK).when(register(practice=OTHER_PRACTICE)).refused


# --- link_identifier --------------------------------------------------------------------------------------------


def link(*identifiers: OutsideName) -> LinkIdentifier:
    return LinkIdentifier(patient=PATIENT, identifiers=identifiers or (MBI_NAME,))


def test_a_further_identifier_is_linked() -> None:
    then = known().by(DESK).when(link(MBI_NAME, MRN_NAME))

    assert [token("mbi", MBI)] == [found.token for found in then.event.links]


def test_an_identifier_linked_before_is_unchanged_at_its_own_position() -> None:
    ledger = known().by(DESK)

    assert (len(ledger.facts) + 1,) == ledger.again(link()).unchanged


def test_an_identifier_of_another_patient_is_not_linked() -> None:
    two = known().and_(patient(OTHER_PATIENT, "10043"))

    assert "identifier_taken" == two.by(DESK).when(link(OutsideName(system="mrn", value="10043"))).refused


def test_an_mbi_of_another_shape_is_not_linked() -> None:
    assert "mbi_unreadable" == known().by(DESK).when(link(OutsideName(system="mbi", value="S"))).refused


# --- assign_practice --------------------------------------------------------------------------------------------


def assign(practice: str = PRACTICE, since: str = "2026-03-01") -> AssignPractice:
    return AssignPractice(patient=PATIENT, practice=practice, from_on=on(since))


def test_a_patient_is_assigned_from_a_day_on() -> None:
    then = known().by(DESK).when(assign(OTHER_PRACTICE))

    assert PracticeAssigned(patient=PATIENT, practice=OTHER_PRACTICE, from_on=on("2026-03-01")) == then.event


def test_a_patient_who_leaves_another_practice_is_assigned_with_a_notice() -> None:
    first = known().by(DESK).then(assign())

    assert ["practice_changed"] == first.when(assign(OTHER_PRACTICE, "2026-03-05")).codes


def test_without_a_day_a_patient_is_assigned_from_the_day_of_recording() -> None:
    asked = AssignPractice(patient=PATIENT, practice=OTHER_PRACTICE)

    assert date(2026, 3, 31) == known().by(DESK).when(asked).event.from_on


def test_the_same_assignment_again_is_unchanged() -> None:
    ledger = known().by(DESK)

    assert (len(ledger.facts) + 1,) == ledger.again(assign()).unchanged


def test_an_assignment_back_to_the_first_practice_is_a_new_fact() -> None:
    moved = known().and_(assigned(where=OTHER_PRACTICE, since=on("2026-02-01"))).by(DESK)

    assert PRACTICE == moved.when(assign()).event.practice


def test_neither_the_old_nor_the_new_practice_is_the_actors() -> None:
    third = opaque("pr", 3)
    outsider = person(opaque("st", 40), DESK_ROLE, third)

    assert "not_in_this_practice" == known().and_(*outsider).by(opaque("st", 40)).when(assign()).refused


def test_a_patient_is_not_assigned_to_a_practice_that_is_not_there() -> None:
    assert "no_such_practice" == known().by(DESK).when(assign(NOWHERE)).refused


def test_a_patient_is_not_assigned_after_death() -> None:
    assert "after_death" == known().and_(died("2026-02-20")).by(DESK).when(assign()).refused


def test_a_practitioner_and_an_administrator_assign_nobody() -> None:
    refused = [known().by(actor).when(assign()).refused for actor in (ADA, BO, ADMIN)]

    assert ["capacity_missing"] * 3 == refused

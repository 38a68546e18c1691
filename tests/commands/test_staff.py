"""Staff: one NPI is one person, roles have dates and places, an administrator of one practice stays there."""

from datetime import date
from typing import Any

import pytest

from commands.intents.base import OutsideName
from commands.intents.staff import EndRole, GrantRole, RecordLicence, RegisterStaff, RoleGiven
from ledger.streams.staff import RoleEnded, RoleGranted, StaffDeparted, StaffRegistered
from ledger.terms.identity import identifier_tag
from ledger.terms.people import Role
from tests.commands.world import (
    ADA,
    ADMIN,
    COMPLIANCE,
    DESK,
    FEED,
    MRN,
    NURSE,
    OTHER_PRACTICE,
    PRACTICE,
    SINCE,
    SITE_ADMIN,
    known,
    office,
    on,
)
from tests.gwt import opaque, token

NOWHERE = opaque("pr", 99)
NPI = "1999999992"
CLINICAL = RoleGiven(role=Role.CLINICAL_STAFF, practice=PRACTICE, from_on=on("2026-03-01"))


def register(*roles: RoleGiven, npi: str | None = NPI, **changes: Any) -> RegisterStaff:
    whole: dict[str, Any] = {"name": "Eve Stone", "credential": "rn", "npi": npi, "roles": roles or (CLINICAL,)}
    return RegisterStaff(**{**whole, **changes})


# --- register_staff ---------------------------------------------------------------------------------------------


def test_a_staff_member_is_registered_with_roles_and_found_by_npi() -> None:
    then = office().by(ADMIN).when(register())
    registered, granted = then.events

    assert isinstance(registered, StaffRegistered)
    assert identifier_tag(token("npi", NPI)) in registered.tags()
    assert isinstance(granted, RoleGranted)
    assert then.ids["staff"] == granted.staff


def test_the_same_staff_member_again_is_unchanged() -> None:
    again = office().by(ADMIN).again(register())

    assert 1 == len(again.unchanged)
    assert {"staff"} == set(again.ids)


def test_a_known_staff_member_is_only_given_the_roles_that_are_new() -> None:
    more = RoleGiven(role=Role.CLINICAL_STAFF, practice=OTHER_PRACTICE, from_on=on("2026-03-01"))
    then = office().by(ADMIN).then(register()).when(register(CLINICAL, more))

    assert OTHER_PRACTICE == then.event.practice


def test_an_npi_of_somebody_with_another_credential_is_taken() -> None:
    then = office().by(ADMIN).then(register()).when(register(credential="lpn"))

    assert "npi_taken" == then.refused


def test_an_identifier_of_somebody_else_is_taken() -> None:
    badge = OutsideName(system="badge", value="7")
    first = office().by(ADMIN).then(register(npi=None, identifiers=(badge,)))

    assert "identifier_taken" == first.when(register(npi=None, identifiers=(badge,), credential="lpn")).refused


def test_identifiers_of_two_staff_members_are_refused() -> None:
    badge = OutsideName(system="badge", value="7")
    first = office().by(ADMIN).then(register(npi=None, identifiers=(badge,)))

    assert "identifier_taken" == first.when(register(npi="1234567893", identifiers=(badge,))).refused


def test_an_identifier_of_a_patient_is_refused() -> None:
    mrn = OutsideName(system="mrn", value=MRN)

    assert "identifier_taken" == known().by(ADMIN).when(register(npi=None, identifiers=(mrn,))).refused


def test_an_administrator_of_one_practice_gives_no_role_in_another() -> None:
    there = RoleGiven(role=Role.CLINICAL_STAFF, practice=OTHER_PRACTICE, from_on=on("2026-03-01"))

    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(register(there)).refused


def test_a_role_in_a_practice_that_is_not_there_is_refused() -> None:
    there = RoleGiven(role=Role.CLINICAL_STAFF, practice=NOWHERE, from_on=on("2026-03-01"))

    assert "no_such_practice" == office().by(ADMIN).when(register(there)).refused


def test_a_role_that_ends_before_it_begins_is_refused() -> None:
    backwards = CLINICAL.model_copy(update={"until_on": on("2026-02-01")})

    assert "end_before_start" == office().by(ADMIN).when(register(backwards)).refused


def test_a_program_holds_no_clinical_role() -> None:
    assert "role_needs_a_person" == office().by(ADMIN).when(register(is_person=False)).refused


def test_a_program_may_be_an_integration() -> None:
    feed = RoleGiven(role=Role.INTEGRATION, from_on=on("2026-03-01"))
    then = office().by(ADMIN).when(register(feed, npi=None, is_person=False))

    assert 2 == len(then.events)


def test_a_front_desk_registers_no_staff() -> None:
    assert "capacity_missing" == office().by(DESK).when(register()).refused


def test_two_faults_of_a_role_are_answered_in_order() -> None:
    worst = RoleGiven(role=Role.BILLER, practice=NOWHERE, from_on=on("2026-03-01"), until_on=on("2026-02-01"))

    assert "no_such_practice" == office().by(ADMIN).when(register(worst, is_person=False)).refused


# --- grant_role, end_role ---------------------------------------------------------------------------------------


def grant(role: Role = Role.BILLER, practice: str | None = PRACTICE, **changes: Any) -> GrantRole:
    whole: dict[str, Any] = {"staff": NURSE, "role": role, "practice": practice, "from_on": on("2026-03-01")}
    return GrantRole(**{**whole, **changes})


def test_a_role_is_granted() -> None:
    then = office().by(SITE_ADMIN).when(grant())

    assert RoleGranted(staff=NURSE, role=Role.BILLER, practice=PRACTICE, from_on=on("2026-03-01")) == then.event


def test_the_same_role_again_is_unchanged_where_it_was_granted() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(grant()).unchanged


def test_an_administrator_of_one_practice_grants_nothing_in_all_of_them() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(grant(practice=None)).refused


def test_a_role_is_not_granted_where_there_is_no_practice() -> None:
    assert "no_such_practice" == office().by(ADMIN).when(grant(practice=NOWHERE)).refused


def test_a_granted_role_does_not_end_before_it_begins() -> None:
    assert "end_before_start" == office().by(ADMIN).when(grant(until_on=on("2026-02-28"))).refused


def test_a_program_is_granted_no_role_of_a_person() -> None:
    assert "role_needs_a_person" == office().by(ADMIN).when(grant(staff=FEED)).refused


def end(last: str = "2026-03-31", role: Role = Role.CLINICAL_STAFF, practice: str | None = PRACTICE) -> EndRole:
    return EndRole(staff=NURSE, role=role, practice=practice, last_on=on(last))


def test_a_role_ends_after_its_last_day() -> None:
    then = office().by(ADMIN).when(end())

    assert RoleEnded(staff=NURSE, role=Role.CLINICAL_STAFF, practice=PRACTICE, last_on=on("2026-03-31")) == then.event


def test_the_same_end_again_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(end()).unchanged


def test_a_role_that_was_granted_to_its_end_needs_no_end() -> None:
    ledger = office().by(ADMIN).then(grant(until_on=on("2026-06-30")))

    assert (len(ledger.facts),) == ledger.when(end("2026-06-30", Role.BILLER)).unchanged


def test_a_role_that_ended_with_a_departure_ends_where_that_was_told() -> None:
    left = StaffDeparted(staff=NURSE, last_on=on("2026-03-31"), reason="resigned")
    ledger = office().and_(left).and_(RoleGranted(staff=DESK, role=Role.BILLER, practice=PRACTICE, from_on=SINCE))

    assert (len(ledger.facts) - 1,) == ledger.by(ADMIN).when(end()).unchanged


def test_an_administrator_of_one_practice_ends_no_role_in_all_of_them() -> None:
    command = end(role=Role.COMPLIANCE, practice=None).model_copy(update={"staff": COMPLIANCE})

    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(command).refused


def test_a_role_that_is_not_held_does_not_end() -> None:
    assert "role_not_held" == office().by(ADMIN).when(end(role=Role.BILLER)).refused


def test_a_role_does_not_end_before_it_is_held() -> None:
    assert "role_not_held" == office().by(ADMIN).when(end("2023-12-31")).refused


def test_an_administrator_of_one_practice_ends_no_role_in_another() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(end(practice=OTHER_PRACTICE)).refused


# --- record_licence ---------------------------------------------------------------------------------------------


def licence(**changes: Any) -> RecordLicence:
    return RecordLicence(**{"staff": ADA, "kind": "medical", "state": "IL", "from_on": SINCE, **changes})


def test_a_licence_is_recorded() -> None:
    assert "IL" == office().by(ADMIN).when(licence()).event.state


def test_the_same_licence_again_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(licence()).unchanged


@pytest.mark.parametrize("last", [SINCE, on("2028-07-31")])
def test_a_licence_may_have_a_last_day(last: date) -> None:
    assert last == office().by(ADMIN).when(licence(until_on=last)).event.until_on


def test_a_licence_does_not_end_before_it_begins() -> None:
    assert "end_before_start" == office().by(ADMIN).when(licence(until_on=on("2020-01-01"))).refused

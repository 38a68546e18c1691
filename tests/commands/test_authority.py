"""Who may do what: the matrix of readings section 2, where a role must be held, and who vouches."""

from datetime import date

import pytest

from commands import authority
from commands.catalog import CATALOG
from ledger.streams.base import Vouched
from ledger.streams.governance import Governance, SourceRegistered
from ledger.streams.staff import RoleHeld, Staff
from ledger.terms.outcome import Refused
from ledger.terms.people import Role
from tests.gwt import opaque

HERE, THERE = opaque("pr", 1), opaque("pr", 2)
DAY = date(2026, 3, 31)
ADA = opaque("st", 1)


def staff(*roles: tuple[Role, str | None], since: date = date(2026, 1, 1), until: date | None = None) -> Staff:
    return Staff(staff=ADA, roles=tuple(RoleHeld(role, practice, since, until) for role, practice in roles))


def capacity(command: str, who: Staff, *practices: str, on: date = DAY) -> object:
    found = authority.capacity_for(CATALOG[command], staff=who, on=on, practices=frozenset(practices))
    return found.code if isinstance(found, Refused) else found


def test_every_command_has_its_roles() -> None:
    assert set(CATALOG) == set(authority.MATRIX)


def test_only_acts_are_bound_to_a_place() -> None:
    testimony = {name for name, entry in CATALOG.items() if entry.command.KIND == "testimony"}

    assert not testimony & set(authority.REACH)


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("register_staff", Role.ADMINISTRATOR),
        ("register_practice", Role.ADMINISTRATOR),
        ("bind_login", Role.ADMINISTRATOR),
        ("register_source", Role.ADMINISTRATOR),
        ("designate_practitioner", Role.PRACTITIONER),
        ("attest_risk", Role.PRACTITIONER),
        ("attest_mdm", Role.PRACTITIONER),
        ("attest_month", Role.PRACTITIONER),
        ("choose_family", Role.PRACTITIONER),
        ("sign_care_plan", Role.PRACTITIONER),
        ("withdraw_designation", Role.COMPLIANCE),
        ("register_patient", Role.FRONT_DESK),
        ("register_patient", Role.INTEGRATION),
        ("record_coverage", Role.BILLER),
        ("record_consent", Role.FRONT_DESK),
        ("revise_care_plan", Role.CLINICAL_STAFF),
        ("log_time", Role.INTEGRATION),
        ("record_revocation", Role.BILLER),
        ("record_stay", Role.INTEGRATION),
        ("record_other_service", Role.BILLER),
        ("retract_other_service", Role.BILLER),
        ("invalidate_consent", Role.COMPLIANCE),
        ("retract_death", Role.FRONT_DESK),
        ("end_capability", Role.ADMINISTRATOR),
    ],
)
def test_a_role_of_the_matrix_gives_its_command(command: str, role: Role) -> None:
    assert role == capacity(command, staff((role, None)), HERE)


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("attest_month", Role.BILLER),
        ("attest_month", Role.COMPLIANCE),
        ("designate_practitioner", Role.ADMINISTRATOR),
        ("register_patient", Role.ADMINISTRATOR),
        ("sign_care_plan", Role.CLINICAL_STAFF),
        ("register_staff", Role.PRACTITIONER),
        ("adopt_rulebook", Role.MACHINE),
        ("withdraw_designation", Role.AUDITOR),
        ("invalidate_consent", Role.PRACTITIONER),
        ("retract_revocation", Role.FRONT_DESK),
        ("retract_stay", Role.CLINICAL_STAFF),
        ("retract_other_service", Role.PRACTITIONER),
        ("end_capability", Role.COMPLIANCE),
    ],
)
def test_an_act_without_its_role_is_refused(command: str, role: Role) -> None:
    assert "capacity_missing" == capacity(command, staff((role, None)), HERE)


def test_a_refusal_says_who_may() -> None:
    found = authority.capacity_for(CATALOG["withdraw_designation"], staff=staff(), on=DAY, practices=frozenset({HERE}))

    assert isinstance(found, Refused)
    assert found.remedy.startswith("Compliance or practitioner or administrator may do this.")


def test_testimony_is_refused_to_nobody_and_may_have_no_capacity() -> None:
    assert capacity("log_time", staff((Role.AUDITOR, None)), HERE) is None
    assert Role.CLINICAL_STAFF == capacity("log_time", staff((Role.CLINICAL_STAFF, THERE)), HERE)


def test_the_role_near_the_patient_goes_before_one_elsewhere() -> None:
    both = staff((Role.PRACTITIONER, THERE), (Role.CLINICAL_STAFF, HERE))

    assert Role.CLINICAL_STAFF == capacity("record_consent", both, HERE)


@pytest.mark.parametrize("command", ["attest_month", "sign_care_plan", "choose_family", "attest_risk", "attest_mdm"])
def test_acts_on_a_patient_need_the_role_in_a_practice_of_the_patient(command: str) -> None:
    elsewhere = staff((Role.PRACTITIONER, THERE))

    assert "not_in_this_practice" == capacity(command, elsewhere, HERE)
    assert Role.PRACTITIONER == capacity(command, elsewhere, HERE, THERE)
    assert Role.PRACTITIONER == capacity(command, elsewhere)


@pytest.mark.parametrize("command", ["register_practice", "adopt_rulebook", "bind_login", "register_source"])
def test_acts_on_the_ledger_need_the_role_in_all_practices(command: str) -> None:
    assert "not_in_this_practice" == capacity(command, staff((Role.ADMINISTRATOR, HERE)))
    assert Role.ADMINISTRATOR == capacity(command, staff((Role.ADMINISTRATOR, None)))


def test_a_practitioner_of_any_practice_may_designate() -> None:
    assert Role.PRACTITIONER == capacity("designate_practitioner", staff((Role.PRACTITIONER, THERE)), HERE)


def test_a_role_counts_on_its_own_days_only() -> None:
    who = staff((Role.PRACTITIONER, None), since=date(2026, 2, 1), until=date(2026, 2, 28))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)]

    assert ["capacity_missing", Role.PRACTITIONER, Role.PRACTITIONER, "capacity_missing"] == [
        capacity("attest_month", who, HERE, on=day) for day in days
    ]


# --- who vouches ------------------------------------------------------------------------------------------------

FEED = "os:feed"
LEDGER = Governance(
    logins=(("os:ada", ADA), ("os:bo", opaque("st", 2))),
    sources=(
        SourceRegistered(system="timer", login=FEED),
        SourceRegistered(system="ehr", login=FEED, trusted_for_acts=True),
    ),
)


def vouched(
    *,
    login: str = FEED,
    actor: str | None = ADA,
    source: str | None = None,
    is_act: bool = True,
    ledger: Governance = LEDGER,
) -> object:
    found = authority.vouched_for(ledger, login=login, actor=actor, source=source, is_act=is_act)
    return found.code if isinstance(found, Refused) else found


def test_the_own_login_vouches_for_everything() -> None:
    assert Vouched.LOGIN == vouched(login="os:ada")


def test_a_registered_source_vouches_for_testimony() -> None:
    assert Vouched.SOURCE == vouched(source="timer", is_act=False)


def test_a_source_vouches_for_acts_where_it_is_trusted_for_them() -> None:
    assert "source_not_trusted_for_acts" == vouched(source="timer")
    assert Vouched.SOURCE == vouched(source="ehr")


def test_somebody_elses_login_vouches_for_nobody() -> None:
    assert "login_not_bound" == vouched(login="os:bo", is_act=False)
    assert "login_not_bound" == vouched(is_act=False)


def test_a_source_that_is_not_registered_is_refused_whoever_vouches() -> None:
    assert "source_unknown" == vouched(login="os:ada", source="fax")


def test_a_source_delivers_by_its_own_login_only() -> None:
    assert "source_of_other_login" == vouched(login="os:bo", source="ehr")
    assert "source_of_other_login" == vouched(login="os:ada", source="ehr")


def test_nobody_unknown_is_vouched_for_by_a_login_that_is_bound_to_nobody() -> None:
    assert "login_not_bound" == vouched(login="os:stranger", actor=None, is_act=False)
    assert Vouched.LOGIN == vouched(login="os:ada", actor=None, is_act=False)


def test_the_program_vouches_for_its_own_machine_and_for_nobody_who_names_it() -> None:
    machine = opaque("st", 9)

    def by(actor: str, source: str | None) -> object:
        found = authority.vouched_for(LEDGER, login=FEED, actor=actor, source=source, is_act=True, machine=machine)
        return found.code if isinstance(found, Refused) else found

    assert Vouched.PROGRAM == by(machine, None)
    assert "source_not_trusted_for_acts" == by(machine, "timer")
    assert "login_not_bound" == by(ADA, None)


def test_a_simulated_ledger_vouches_for_all() -> None:
    assert Vouched.SIMULATION == vouched(source="fax", ledger=Governance(simulated=True))


# --- who reads --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "practices", "expected"),
    [
        (((Role.CLINICAL_STAFF, HERE),), {HERE}, Role.CLINICAL_STAFF),
        (((Role.CLINICAL_STAFF, THERE),), {HERE}, None),
        (((Role.BILLER, None),), {HERE}, Role.BILLER),
        (((Role.AUDITOR, None),), {HERE}, Role.AUDITOR),
        (((Role.COMPLIANCE, None),), {HERE}, Role.COMPLIANCE),
        (((Role.COMPLIANCE, HERE),), {HERE}, Role.COMPLIANCE),
        (((Role.AUDITOR, THERE),), {HERE}, None),
        (((Role.COMPLIANCE, THERE),), {HERE}, None),
        (((Role.INTEGRATION, None),), {HERE}, None),
        (((Role.FRONT_DESK, THERE),), set(), Role.FRONT_DESK),
        ((), set(), None),
    ],
)
def test_records_are_read_by_the_own_practice_compliance_and_auditors(
    roles: tuple[tuple[Role, str | None], ...], practices: set[str], expected: Role | None
) -> None:
    assert expected == authority.reading_role(staff(*roles), on=DAY, practices=frozenset(practices))

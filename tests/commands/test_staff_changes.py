"""Staff who leave, and lists of excluded persons: both act on the days that they speak of, however late they come."""

from typing import Any

import pytest
from pydantic import ValidationError

from commands.intents.staff import GrantRole, RecordDeparture, RecordExclusionCheck, RecordLicence
from ledger.streams.staff import ExclusionChecked, RoleEnded, RoleGranted, Staff, StaffDeparted
from ledger.terms.people import Role
from tests.commands.world import (
    ADA,
    ADMIN,
    BO,
    COMPLIANCE,
    DESK,
    NURSE,
    OTHER_PRACTICE,
    PRACTICE,
    SITE_ADMIN,
    STRANGER,
    office,
    on,
    person,
)
from tests.gwt import Given, opaque


def leave(last: str = "2026-03-31", who: str = NURSE, **changes: Any) -> RecordDeparture:
    return RecordDeparture(**{"staff": who, "last_on": on(last), "reason": "resigned", **changes})


def folded(ledger: Given, who: str = NURSE) -> Staff:
    state: Staff = ledger.state(f"staff/{who}")
    return state


# --- record_departure -------------------------------------------------------------------------------------------


def test_a_departure_ends_every_role_on_its_day_and_nothing_before() -> None:
    left = office().and_(RoleGranted(staff=NURSE, role=Role.BILLER, practice=OTHER_PRACTICE, from_on=on("2025-06-01")))
    state = folded(left.by(ADMIN).then(leave()))

    assert all(state.holds(role, on("2026-03-31")) for role in (Role.CLINICAL_STAFF, Role.BILLER))
    assert not any(state.holds(role, on("2026-04-01")) for role in Role)


def test_designations_stay_open_also_where_a_practitioner_had_another_role_besides() -> None:
    both = office().and_(RoleGranted(staff=ADA, role=Role.BILLER, practice=PRACTICE, from_on=on("2025-06-01")))

    assert ["designations_stay_open"] == both.by(ADMIN).when(leave(who=ADA)).codes


def test_a_role_that_ended_before_keeps_its_end() -> None:
    ended = office().and_(RoleEnded(staff=NURSE, role=Role.CLINICAL_STAFF, practice=PRACTICE, last_on=on("2026-01-31")))

    assert on("2026-01-31") == folded(ended.by(ADMIN).then(leave())).roles[0].until_on


def test_a_role_that_would_begin_later_never_does() -> None:
    promised = RoleGranted(staff=NURSE, role=Role.BILLER, practice=PRACTICE, from_on=on("2026-07-01"))
    state = folded(office().and_(promised).by(ADMIN).then(leave()))

    assert not state.holds(Role.BILLER, on("2026-07-01"))


def test_the_same_departure_again_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(leave()).unchanged


def test_an_earlier_last_day_is_recorded_over_a_later_one() -> None:
    state = folded(office().by(ADMIN).then(leave()).then(leave("2026-03-15")))

    assert (on("2026-03-15"), False) == (state.departed_on, state.holds(Role.CLINICAL_STAFF, on("2026-03-16")))


def test_a_later_last_day_gives_no_role_back() -> None:
    assert "departed_before" == office().by(ADMIN).then(leave()).when(leave("2026-04-30")).refused


def test_somebody_who_came_back_may_leave_again() -> None:
    back = GrantRole(staff=NURSE, role=Role.CLINICAL_STAFF, practice=PRACTICE, from_on=on("2026-06-01"))
    state = folded(office().by(ADMIN).then(leave()).then(back).then(leave("2026-08-31")))

    assert [True, False] == [state.holds(Role.CLINICAL_STAFF, on(day)) for day in ("2026-08-31", "2026-09-01")]


def test_a_departure_corrected_later_leaves_a_new_employment_alone() -> None:
    back = GrantRole(staff=NURSE, role=Role.CLINICAL_STAFF, practice=PRACTICE, from_on=on("2026-06-01"))
    state = folded(office().by(ADMIN).then(leave()).then(back).then(leave("2026-03-15")))

    assert state.holds(Role.CLINICAL_STAFF, on("2026-06-01"))


def test_somebody_without_a_role_may_leave_too() -> None:
    bare = office().and_(*person(STRANGER, None, None)).by(ADMIN)

    assert isinstance(bare.when(leave(who=STRANGER)).event, StaffDeparted)


def test_an_administrator_of_one_practice_ends_no_role_in_another() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(leave(who=BO)).refused
    assert isinstance(office().by(SITE_ADMIN).when(leave()).event, StaffDeparted)


def test_a_practitioners_designations_stay_open_and_the_administrator_is_told() -> None:
    assert ["designations_stay_open"] == office().by(ADMIN).when(leave(who=ADA)).codes
    assert [] == office().by(ADMIN).when(leave()).codes


@pytest.mark.parametrize("actor", [DESK, COMPLIANCE])
def test_only_an_administrator_records_a_departure(actor: str) -> None:
    assert "capacity_missing" == office().by(actor).when(leave()).refused


# --- record_exclusion_check -------------------------------------------------------------------------------------


def check(result: str = "clear", day: str = "2026-03-02", **changes: Any) -> RecordExclusionCheck:
    whole = {"staff": NURSE, "checked_on": on(day), "source": "leie", "result": result}
    return RecordExclusionCheck(**{**whole, **changes})


def excluded_days(*checks: RecordExclusionCheck) -> list[str]:
    ledger = office().by(ADMIN)
    for each in checks:
        ledger = ledger.then(each)
    return [f"{days.first} {days.last}" for days in folded(ledger).excluded]


@pytest.mark.parametrize("actor", [ADMIN, COMPLIANCE])
def test_a_check_is_recorded_by_an_administrator_or_compliance(actor: str) -> None:
    then = office().by(actor).when(check())

    assert isinstance(then.event, ExclusionChecked)
    assert [] == then.codes


def test_the_front_desk_records_no_check() -> None:
    assert "capacity_missing" == office().by(DESK).when(check()).refused


LOCAL_OFFICER, LOCAL_ADMIN = opaque("st", 40), opaque("st", 41)


def two_offices() -> Given:
    """Beside everybody, a compliance officer and an administrator of the other practice alone."""
    officer = person(LOCAL_OFFICER, Role.COMPLIANCE, OTHER_PRACTICE)
    return office().and_(*officer, *person(LOCAL_ADMIN, Role.ADMINISTRATOR, OTHER_PRACTICE))


@pytest.mark.parametrize("actor", [LOCAL_OFFICER, LOCAL_ADMIN])
def test_nobody_records_a_check_of_somebody_who_works_in_no_practice_of_theirs(actor: str) -> None:
    ledger = two_offices().by(actor)

    assert "not_in_this_practice" == ledger.when(check("excluded")).refused
    assert isinstance(ledger.when(check("excluded", staff=BO)).event, ExclusionChecked)


def test_who_works_in_all_practices_or_in_none_is_checked_by_any_of_them() -> None:
    ledger = two_offices().and_(*person(STRANGER, None, None)).by(LOCAL_OFFICER)

    assert isinstance(ledger.when(check(staff=COMPLIANCE)).event, ExclusionChecked)
    assert isinstance(ledger.when(check(staff=STRANGER)).event, ExclusionChecked)


def test_who_left_the_practice_is_still_checked_by_it() -> None:
    left = two_offices().and_(
        RoleGranted(staff=NURSE, role=Role.BILLER, practice=OTHER_PRACTICE, from_on=on("2024-06-01")),
        RoleEnded(staff=NURSE, role=Role.BILLER, practice=OTHER_PRACTICE, last_on=on("2025-06-01")),
    )

    assert isinstance(left.by(LOCAL_OFFICER).when(check()).event, ExclusionChecked)


def test_an_administrator_records_licences_of_the_own_practice_only() -> None:
    licence = RecordLicence(staff=NURSE, kind="rn", state="IL", from_on=on("2024-01-01"))

    assert "not_in_this_practice" == two_offices().by(LOCAL_ADMIN).when(licence).refused
    assert 1 == len(two_offices().by(SITE_ADMIN).when(licence).events)


def test_the_same_check_again_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(check("excluded")).unchanged


def test_an_exclusion_and_an_unclear_answer_are_told_at_once() -> None:
    assert ["staff_excluded"] == office().by(ADMIN).when(check("excluded")).codes
    assert ["exclusion_unclear"] == office().by(ADMIN).when(check("unknown")).codes


def test_a_check_of_the_future_is_refused() -> None:
    assert "in_the_future" == office().by(ADMIN).when(check(day="2026-04-05")).refused


def test_only_an_exclusion_has_a_first_day() -> None:
    with pytest.raises(ValidationError):
        check("clear", excluded_from=on("2026-01-01"))


def test_an_exclusion_holds_from_the_day_that_the_list_names_until_it_is_cleared() -> None:
    found = check("excluded", excluded_from=on("2026-02-10"))

    assert ["2026-02-10 None"] == excluded_days(found)
    assert ["2026-02-10 2026-03-30"] == excluded_days(found, check("clear", "2026-03-31"))


def test_another_list_does_not_clear_and_neither_does_an_earlier_check() -> None:
    others = (check("clear", "2026-03-31", source="sam"), check("clear", "2026-03-01"))

    assert ["2026-03-02 None"] == excluded_days(check("excluded"), *others)


def test_the_same_list_and_day_said_again_takes_the_place_of_the_first() -> None:
    assert [] == excluded_days(check("excluded"), check("clear"))


def test_checks_count_by_their_days_in_whatever_order_they_arrive() -> None:
    found, clear = check("excluded"), check("clear", "2026-03-31")

    assert excluded_days(found, clear) == excluded_days(clear, found)

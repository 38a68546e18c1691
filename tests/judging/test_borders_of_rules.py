"""Cases one fact away from a rule: where two rules meet, which comes first, what one leaves to the other."""

from decimal import Decimal
from typing import Any

import pytest

from ledger.judging import prices
from ledger.judging.due import newest_due
from ledger.judging.edges import months_beside
from ledger.judging.stops import Pause, Stop, Stopped, latest
from ledger.streams.care_month import ClockOrder
from ledger.streams.patient import CodedConcept, ConditionRecorded, PracticeAssigned
from ledger.streams.patient_state import Patient
from ledger.streams.practice import PracticeRegistered
from ledger.streams.staff import ExclusionChecked, RoleEnded, RoleGranted, StaffDeparted, StaffRegistered
from ledger.terms.people import Programme, Role, Side
from tests.decoys import designated
from tests.facts import Chart, codes, day, instant, opaque
from tests.months import clean

MORNING = "2026-03-10 10:00"


def worked(*, without: tuple[str, ...] = ()) -> Chart:
    chart = Chart(without=without)
    chart.time(MORNING, 25)
    return chart


def left(chart: Chart, on: str) -> None:
    chart.tell(StaffDeparted(staff=opaque("st", "MD"), last_on=day(on), reason="retired"))


# --- who bills --------------------------------------------------------------------------------------------------


def test_of_who_left_before_the_month_nothing_else_is_asked() -> None:
    chart = worked(without=("designation",))
    chart.person("old", Role.PRACTITIONER, "physical_therapist")
    chart.designate("old")
    chart.tell(StaffDeparted(staff=opaque("st", "old"), last_on=day("2026-02-10"), reason="retired"))

    assert ["practitioner_departed"] == [c for c in codes(chart.verdict().missing) if c.startswith("practitioner")]


def test_who_left_within_the_month_must_have_been_able_to_bill_it() -> None:
    chart = worked(without=("designation",))
    chart.person("old", Role.PRACTITIONER, "md")
    chart.designate("old")
    chart.tell(StaffDeparted(staff=opaque("st", "old"), last_on=day("2026-03-12"), reason="retired"))
    verdict = chart.verdict()

    assert "practitioner_may_not_bill" in codes(verdict.missing)
    assert "practitioner_left_in_month" in codes(verdict.notices)


def test_who_left_on_the_date_of_service_and_held_no_role_any_more_did_not_leave_within_the_month() -> None:
    chart = worked()
    ended = RoleEnded(
        staff=opaque("st", "MD"), role=Role.PRACTITIONER, practice=chart.practice, last_on=day("2026-03-10")
    )
    chart.tell(ended)
    left(chart, "2026-03-31")
    verdict = chart.verdict()

    assert ["practitioner_may_not_bill"] == codes(verdict.missing)
    assert "practitioner_left_in_month" not in codes(verdict.notices)


def test_a_designee_whom_nobody_registered_is_said_to_be_unknown_and_not_to_lack_a_credential() -> None:
    chart = worked(without=("designation",))
    chart.designate("nobody")
    (said,) = [each for each in chart.verdict().missing if each.code == "practitioner_may_not_bill"]

    assert "is not registered as staff" in said.happened


def test_work_for_two_practices_is_not_for_review_where_none_bills() -> None:
    chart = Chart(without=("designation", "assignment"))
    chart.time(MORNING, 25)
    other = opaque("pr", "other")
    chart.tell(PracticeRegistered(practice=other, name="Other", tin="987654321", zone="America/Chicago"))
    chart.person("S9", Role.CLINICAL_STAFF, "rn", practice=other)
    chart.practice = other
    chart.time("2026-03-11 10:00", 25, by="S9")
    verdict = chart.verdict()

    assert (None, 3000) == (verdict.practice, verdict.staff_seconds)
    assert "worked_for_other_practice" not in codes(verdict.notices)


def test_other_programmes_exclude_nothing_of_a_month_that_nobody_bills() -> None:
    chart = worked(without=("designation",))
    chart.designate("MD", programme=Programme.PCM)
    chart.designate("MD2", programme=Programme.APCM)

    assert "programme_excludes_other" not in codes(chart.verdict().missing)


@pytest.mark.parametrize(
    ("said", "excluded"),
    [
        ({}, True),
        ({"side": Side.FACILITY}, False),
        ({"until_month": "2026-02"}, False),
        ({"from_month": "2026-04"}, False),
    ],
)
def test_another_programme_of_the_biller_excludes_the_month_on_its_side_and_in_its_months(
    said: dict[str, Any], excluded: bool
) -> None:
    chart = worked()
    designated(chart, "MD", name="pcm", programme=Programme.PCM, **said)

    assert ("programme_excludes_other" in codes(chart.verdict().missing)) is excluded


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2026-02-28", True), ("2026-03-01", False), ("2026-03-31", False), ("2026-04-01", True)],
)
def test_a_check_on_any_day_of_the_month_is_one_in_it(on: str, expected: bool) -> None:
    chart = worked()
    for each in ("2026-02-02", on):
        checked = ExclusionChecked(staff=opaque("st", "S1"), checked_on=day(each), source="leie", result="clear")
        chart.tell(checked)

    assert ("exclusion_check_missing" in codes(chart.verdict().notices)) is expected


# --- conditions -------------------------------------------------------------------------------------------------


def uncoded(chart: Chart, name: str, code: str | None) -> None:
    event = ConditionRecorded(
        patient=chart.patient,
        condition=opaque("cd", name),
        source_code=CodedConcept(system="snomed", code=code) if code else None,
        icd10=None,
        onset_on=day("2015-05-01"),
        expected_12_months=True,
    )
    chart.tell(event)


@pytest.mark.parametrize(
    ("first", "second", "enough"),
    [("1", "2", True), ("1", "1", False), (None, None, True), ("1", None, True)],
)
def test_conditions_without_a_diagnosis_are_told_apart_by_what_their_source_calls_them(
    first: str | None, second: str | None, enough: bool
) -> None:
    chart = worked(without=("conditions",))
    uncoded(chart, "one", first)
    uncoded(chart, "two", second)

    assert ("conditions_below_minimum" not in codes(chart.verdict().missing)) is enough


def test_one_diagnosis_alone_is_not_said_to_share_its_category() -> None:
    chart = worked(without=("conditions",))
    chart.condition("E11.9")

    assert "conditions_of_one_family" not in codes(chart.verdict().notices)


@pytest.mark.parametrize(("conditions", "expected"), [(1, []), (2, ["conditions_above_maximum"])])
def test_a_plan_of_pcm_manages_one_condition(conditions: int, expected: list[str]) -> None:
    chart = Chart(without=("plan",))
    chart.revise_plan("2026-01-05 10:00", conditions=conditions, goals=2)
    chart.consent("2026-01-05 09:00", name="pcm", programme=Programme.PCM)
    chart.designate("MD", programme=Programme.PCM)
    verdict = chart.verdict(programme=Programme.PCM)

    assert expected == [c for c in codes((*verdict.missing, *verdict.notices)) if c == "conditions_above_maximum"]


# --- visits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_doubtful_visits_the_one_with_fewer_doubts_is_told_whichever_came_first(turned: bool) -> None:
    chart = worked(without=("visit",))
    visits = [("2025-12-10", "MD2", True), ("2025-12-20", "MD2", False)]
    for on, by, discussed in reversed(visits) if turned else visits:
        chart.visit(on, by=by, discussed=discussed)

    assert ["initiating_visit_by_colleague"] == codes(chart.verdict().notices)
    assert "2025-12-10" in chart.verdict().notices[0].happened


def test_whoever_works_everywhere_is_no_colleague_of_a_designee_who_worked_nowhere() -> None:
    chart = worked(without=("visit", "designation"))
    chart.person("new", Role.PRACTITIONER, "md", npi="1558598797", from_on="2026-01-01")
    chart.designate("new")
    anywhere = opaque("st", "anywhere")
    chart.tell(StaffRegistered(staff=anywhere, credential="md", work_country="US"))
    chart.tell(RoleGranted(staff=anywhere, role=Role.PRACTITIONER, practice=None, from_on=day("2010-01-01")))
    chart.visit("2025-12-10", by="anywhere")

    assert "initiating_visit_missing" in codes(chart.verdict().missing)


# --- what stops a programme -------------------------------------------------------------------------------------


def test_of_a_revocation_and_a_disenrolment_that_take_effect_on_one_day_the_practices_is_told() -> None:
    chart = Chart()
    chart.revoke("2026-02-28")
    chart.disenrol("2026-02-28")
    chart.time(MORNING, 25)
    verdict = chart.verdict()

    assert ["after_disenrolment"] == codes(verdict.lines[0].notices)
    assert "patient_disenrolled" in codes(verdict.missing)
    assert "consent_revoked" not in codes(verdict.missing)


STOP = Stop("revoked", day("2026-03-02"), day("2026-03-02"), None)


@pytest.mark.parametrize(
    ("on", "order", "within"),
    [
        ("2026-03-01", None, False),
        ("2026-03-02", None, True),
        ("2026-03-02", "before", True),
        ("2026-03-02", "after", True),
        ("2026-03-09", "after", True),
        ("2026-03-10", "before", True),
        ("2026-03-10", "after", False),
        ("2026-03-10", None, False),
        ("2026-03-11", "before", True),
        ("2026-03-11", "after", False),
        ("2026-03-12", "before", False),
    ],
)
def test_untimed_work_lies_in_a_pause_up_to_the_latest_day_of_the_consent_again(
    on: str, order: ClockOrder | None, within: bool
) -> None:
    again = (day("2026-03-10"), day("2026-03-11"))
    pause = Pause(day("2026-03-01"), instant("2026-03-10 20:00"), again, STOP)

    assert pause.holds(day(on), order) is within


@pytest.mark.parametrize(("order", "within"), [("before", False), (None, False), ("after", True)])
def test_untimed_work_of_the_last_day_before_a_pause_lies_in_it_when_it_came_after(
    order: ClockOrder | None, within: bool
) -> None:
    pause = Pause(day("2026-03-01"), None, None, STOP)

    assert pause.holds(day("2026-03-01"), order) is within
    assert pause.holds(day("2026-03-02"), order)


def test_a_consent_whose_date_nobody_said_is_ended_by_any_revocation() -> None:
    chart = Chart(without=("consent",))
    chart.consent(None)
    chart.revoke("2026-03-05")
    chart.time(MORNING, 25)

    assert ["without_consent"] == [code for code in codes(chart.verdict().lines[0].notices) if "consent" in code]


@pytest.mark.parametrize(
    ("on", "order"),
    [
        ("2026-02-28", None),
        ("2026-03-01", "before"),
        ("2026-03-02", None),
        ("2026-03-09", None),
        ("2026-03-10", "after"),
        ("2026-03-11", "after"),
        ("2026-03-12", None),
    ],
)
def test_untimed_work_on_the_borders_of_a_pause_must_say_its_order(on: str, order: ClockOrder | None) -> None:
    again = (day("2026-03-10"), day("2026-03-11"))
    pause = Pause(day("2026-03-01"), instant("2026-03-10 20:00"), again, STOP)

    assert order == pause.needed_order(day(on))


@pytest.mark.parametrize(
    ("on", "unwanted"),
    [
        ("2026-03-05", None),
        ("2026-03-06", "2026-03-05"),
        ("2026-03-09", "2026-03-05"),
        ("2026-03-10", None),
        ("2026-03-20", None),
        ("2026-03-21", "2026-03-20"),
    ],
)
def test_contact_is_unwanted_between_a_revocation_and_the_consent_again(on: str, unwanted: str | None) -> None:
    told = ((day("2026-03-05"), day("2026-03-10")), (day("2026-03-20"), None))

    assert (day(unwanted) if unwanted else None) == Stopped(None, (), told).contact_is_unwanted(day(on))


def test_of_several_stops_the_one_that_was_said_last_is_the_latest() -> None:
    later = STOP._replace(said_on=day("2026-03-04"), last_on=day("2026-03-01"))

    assert (later, later, None) == (latest((STOP, later)), latest((later, STOP)), latest(()))


def test_any_practices_disenrolment_ends_the_programme_of_a_patient_whom_no_practice_bills() -> None:
    chart = Chart(without=("designation", "assignment"))
    chart.disenrol("2026-02-05")
    chart.time(MORNING, 25)

    assert ["after_disenrolment"] == codes(chart.verdict().lines[0].notices)


# --- figures ----------------------------------------------------------------------------------------------------


def test_a_price_is_expected_where_both_shares_are_known() -> None:
    nothing = prices.Price(**dict.fromkeys(prices.Price._fields))  # type: ignore[arg-type]
    found = [
        nothing._replace(medicare_pays=pays, patient_billed=billed).expected
        for pays in (None, Decimal(8))
        for billed in (None, Decimal(2))
    ]

    assert [None, None, None, Decimal(10)] == found


def test_verdicts_that_sign_the_same_have_one_hash() -> None:
    one, same, other = clean().verdict(), clean().verdict(), Chart().verdict()

    assert hash(one.signable) == hash(same.signable) != hash(other.signable)


@pytest.mark.parametrize(("effect", "newest"), [("review", "2026-05-31"), ("ignored", None), (None, None)])
def test_an_overdue_plan_is_looked_for_where_the_rule_has_it_looked_at(effect: str | None, newest: str | None) -> None:
    class Ruled:
        def get(self, name: str) -> str | None:
            assert name == "medicare.ccm.care_plan.overdue_effect"
            return effect

    found = newest_due("care_plan_review", day("2026-06-01"), Ruled())  # type: ignore[arg-type]

    assert (day(newest) if newest else None) == found


# --- months beside ----------------------------------------------------------------------------------------------


def of_practices(*practices: str) -> Patient:
    """A patient assigned to practices long ago."""
    chart = Chart(without=("assignment",))
    for each in practices:
        chart.tell(PracticeAssigned(patient=chart.patient, practice=opaque("pr", each), from_on=day("2010-01-01")))
    return chart.facts().patient


def test_the_month_beside_is_read_where_work_is_of_another_practice_than_the_patients() -> None:
    own, other = opaque("pr", "office"), opaque("pr", "other")
    days = [day("2026-03-01")]

    assert () == months_beside(of_practices("office"), (own,), "2026-03", days)
    assert ("2026-02",) == months_beside(of_practices("office"), (own, other), "2026-03", days)
    assert ("2026-02",) == months_beside(of_practices("office"), (other,), "2026-03", days)
    assert () == months_beside(of_practices("office"), (), "2026-03", days)

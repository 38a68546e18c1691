"""Conditions and plans of the wrong patient: struck or moved, they hold for no month that is judged from now on."""

from ledger.streams.care_plan import PlanRevisionMoved, PlanRevisionStruck
from ledger.streams.wrong_patient import ConditionMoved, ConditionStruck
from tests.facts import ELEMENTS, Chart, codes, day, instant, opaque

MORNING = "2026-03-10 10:00"
OTHER = opaque("pt", "other")


def worked() -> Chart:
    chart = Chart()
    chart.time(MORNING, 25)
    return chart


def struck(chart: Chart, name: str = "I10") -> None:
    chart.tell(ConditionStruck(patient=chart.patient, condition=opaque("cd", name), reason="entered_in_error"))


def test_a_struck_condition_holds_for_no_month() -> None:
    chart = worked()
    struck(chart)

    assert ["conditions_below_minimum", "diagnoses_below_minimum"] == codes(chart.verdict().missing)


def test_a_month_attested_before_the_strike_is_stale_and_keeps_its_attestation() -> None:
    chart = worked()
    chart.attest(chart.verdict().digest)
    struck(chart)

    assert ("stale", opaque("at", "attestation")) == (chart.verdict().standing, chart.verdict().attested)


def test_a_condition_moved_here_holds_here() -> None:
    chart = worked()
    struck(chart)
    chart.tell(
        ConditionMoved(
            patient=chart.patient,
            condition=opaque("cd", "N18.3"),
            icd10="N18.3",
            onset_on=day("2015-05-01"),
            expected_12_months=True,
            from_patient=OTHER,
        )
    )

    assert "ready" == chart.verdict().standing


def test_a_condition_moved_away_holds_no_longer() -> None:
    chart = worked()
    chart.tell(ConditionMoved(patient=OTHER, condition=opaque("cd", "I10"), icd10="I10", from_patient=chart.patient))

    assert "conditions_below_minimum" in codes(chart.verdict().missing)


def test_a_struck_revision_is_no_plan_and_neither_is_what_was_given_or_signed_of_it() -> None:
    chart = worked()
    chart.tell(PlanRevisionStruck(patient=chart.patient, revision=1, reason="wrong_patient"))
    gone = codes(chart.verdict().missing)
    chart.revise_plan("2026-02-01 10:00", revision=2)

    assert ["care_plan_missing"] == gone
    assert ["care_plan_not_signed", "care_plan_copy_not_given"] == codes(chart.verdict().missing)


def test_a_revision_that_stands_behind_a_struck_one_is_in_force() -> None:
    chart = worked()
    chart.revise_plan("2026-02-01 10:00", revision=2, elements=("goals",))
    chart.tell(PlanRevisionStruck(patient=chart.patient, revision=2, reason="wrong_patient"))

    assert "ready" == chart.verdict().standing


def test_a_revision_moved_here_is_a_plan_from_its_own_day_and_waits_for_a_signature() -> None:
    chart = Chart(without=("plan",))
    chart.time(MORNING, 25)
    moved = PlanRevisionMoved(
        patient=chart.patient,
        revision=1,
        revised_at=instant("2026-01-05 10:00"),
        elements=ELEMENTS,
        intervention_owners=True,
        goals=2,
        review_on=day("2027-01-05"),
        from_patient=OTHER,
        from_revision=3,
    )
    chart.tell(moved)

    assert ["care_plan_not_signed", "care_plan_copy_not_given"] == codes(chart.verdict().missing)

"""The care plan of one patient-month, from the raw facts: what in it blocks, and what to look at (PLAN-01 to -07).

Part of the independent reading.
"""

from datetime import date

from tests.oracle.naive_law import years_before
from tests.year.consents import local_days
from tests.year.month_bill import MonthBill
from tests.year.raw import Raw, day, instant

REQUIRED = {"problem_list", "goals", "interventions", "medications"}
EXPECTED = {
    "expected_outcome", "functional_assessment", "symptom_management", "environmental_evaluation",
    "caregiver_assessment", "community_services", "outside_coordination",
}  # fmt: skip


def plan_findings(month: MonthBill) -> tuple[set[str], set[str]]:
    """What blocks, and what to look at, on the side of the care plan."""
    told = [*month.told("care_plan_revised"), *month.told("plan_revision_moved")]
    revisions = [_Revision(month, fact) for fact in told if fact["patient"] in month.who]
    standing = [r for r in revisions if not r.is_gone]
    made = [r for r in standing if r.made_on <= month.on]
    if not made:
        return {"care_plan_missing"}, set()
    plan = max(made, key=lambda r: (r.at, r.number))
    by_then = any(r.is_signed for r in standing if r.at <= plan.at)
    blocks, reviews = set(), set()
    if not by_then:
        blocks.add("care_plan_not_signed")
    elif not plan.is_signed:
        reviews.add("care_plan_revision_unsigned")
    if plan.is_answered_for_only:
        reviews.add("care_plan_signature_attested")
    elements = set(plan.fact["elements"])
    for wanted, codes, code in (
        (REQUIRED, blocks, "care_plan_element_missing"),
        (EXPECTED, reviews, "care_plan_element_expected"),
    ):
        if not wanted <= elements:
            codes.add(code)
    if not plan.fact["intervention_owners"]:
        blocks.add("care_plan_owners_missing")
    review_on = day(plan.fact["review_on"])
    if review_on is None:
        blocks.add("care_plan_review_date_missing")
    if not any(r.was_given for r in standing):
        blocks.add("care_plan_copy_not_given")
    if (plan.fact["goals"] or 0) < len(plan.fact["conditions"] or ()):
        reviews.add("care_plan_goals_few")
    oldest = half_a_year_before(month.on) if (month.chosen or month.suggested) == "complex" else None
    if (review_on is not None and review_on < month.on) or plan.made_on < (oldest or years_before(month.on, 1)):
        reviews.add("care_plan_review_due")
    return blocks, reviews


def half_a_year_before(on: date) -> date:
    """The same day six months earlier; the 28th where that month lacks the day (CCM-PLAN-04)."""
    months = on.year * 12 + on.month - 1 - 6
    try:
        return date(months // 12, months % 12 + 1, on.day)
    except ValueError:
        return date(months // 12, months % 12 + 1, 28)


class _Revision:
    """A revision of the plan, with what was signed under it and whether it is gone."""

    def __init__(self, month: MonthBill, fact: Raw) -> None:
        self.fact, self.number, self.at = fact, fact["revision"], instant(fact["revised_at"])
        self.made_on = local_days(self.at, fact["offset"])[1]
        who, number = fact["patient"], fact["revision"]

        def own(topic: str) -> list[Raw]:
            return [f for f in month.told(topic) if (f["patient"], f["revision"]) == (who, number)]

        def of_biller(facts: list[Raw]) -> bool:
            return any(month.designee in (None, f["practitioner"]) for f in facts)

        answered = own("signature_attested")
        signed = of_biller(own("care_plan_signed"))
        self.is_signed = signed or of_biller(answered)
        self.is_answered_for_only = bool(answered) and not signed
        self.was_given = bool(own("care_plan_copy_given"))
        moved = [(f["from_patient"], f["from_revision"]) for f in month.told("plan_revision_moved")]
        self.is_gone = bool(own("plan_revision_struck")) or (who, number) in moved

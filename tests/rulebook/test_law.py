"""The shipped law: its rule ids, its words, its dates, its health as a tree of files."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from ledger.rulebook import (
    Rulebook,
    RulesInForce,
    activity_standing,
    lookback_start,
)
from ledger.rulebook.units import EFFECTS

Law = Callable[[str], RulesInForce]

LATER_SERVICES = (
    "medicare.conflicts.apcm.",
    "medicare.conflicts.access.",
    "medicare.conflicts.ccm.effect_apcm",
    "medicare.ccm.billing_practitioner.anybodys_programmes",
    "medicare.overpayments.suspension_days_max",
)
"""Services that there were not yet in 2024, and the suspension of a deadline, which began in 2025."""
CODES = ("99490", "99439", "99491", "99437", "99487", "99489")


def test_every_rule_id_that_a_file_implements_is_in_the_register(book: Rulebook) -> None:
    assert book.register is not None
    assert set(book.by_rule) <= {entry.id for entry in book.register.entries}


def test_everything_that_a_month_is_judged_by_has_a_value_from_2024_to_2026(law_on: Law) -> None:
    for day in ("2024-01-01", "2024-03-08", "2024-03-09", "2025-12-31", "2026-01-01", "2026-12-31"):
        law = law_on(day)
        absent = [
            name
            for name in law_on("2026-03-31").by_name
            if law.find(name) is None and not name.startswith(("medicare.pfs.rvu_", "medicare.apcm.", *LATER_SERVICES))
        ]

        assert absent == []


def test_rules_other_than_prices_go_on_in_2027(law_on: Law) -> None:
    before, after = law_on("2026-12-31"), law_on("2027-01-01")
    ended = {name for name in before.by_name if after.find(name) is None}

    assert all(name.startswith(("medicare.pfs.rvu_", "medicare.pfs.conversion_factor.")) for name in ended)
    assert after.find("medicare.ccm.99490.minutes_minimum") is not None


def test_no_price_is_known_from_2027(law_on: Law) -> None:
    prices = [
        name
        for name in law_on("2027-01-01").by_name
        if name.startswith(("medicare.pfs.rvu_", "medicare.pfs.conversion_factor."))
    ]

    assert prices == []


@pytest.mark.parametrize(
    ("last", "factor", "next_factor"),
    [("2024-03-08", "32.7442", "33.2875"), ("2024-12-31", "33.2875", "32.3465"), ("2025-12-31", "32.3465", "33.4009")],
)
def test_conversion_factors_change_on_their_day(law_on: Law, last: str, factor: str, next_factor: str) -> None:
    name = "medicare.pfs.conversion_factor.nonqp"
    next_day = (date.fromisoformat(last) + timedelta(days=1)).isoformat()

    assert factor == str(law_on(last).value(name))
    assert next_factor == str(law_on(next_day).value(name))


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("99490", "2015-01-01"),
        ("99487", "2017-01-01"),
        ("99489", "2017-01-01"),
        ("99491", "2019-01-01"),
        ("99439", "2021-01-01"),
        ("99437", "2022-01-01"),
        ("G2058", "2020-01-01"),
    ],
)
def test_a_code_has_rules_from_its_first_day(law_on: Law, code: str, first: str) -> None:
    name = f"medicare.ccm.{code}.units_max"
    before = (date.fromisoformat(first) - timedelta(days=1)).isoformat()

    assert law_on(before).find(name) is None
    assert law_on(first).find(name) is not None


def test_g2058_ends_with_2020(law_on: Law) -> None:
    assert law_on("2020-12-31").find("medicare.ccm.G2058.minutes_step") is not None
    assert law_on("2021-01-01").find("medicare.ccm.G2058.minutes_step") is None


def test_complex_needed_a_revised_plan_until_2019(law_on: Law) -> None:
    name = "medicare.ccm.families.complex_plan_revision_required"

    assert law_on("2019-12-31").yes(name) is True
    assert law_on("2020-01-01").yes(name) is False


def test_an_initiating_visit_was_for_everyone_until_2016(law_on: Law) -> None:
    name = "medicare.ccm.initiating_visit.required_for"

    assert law_on("2016-12-31").word(name) == "everyone"
    assert law_on("2017-01-01").word(name) == "new_or_not_seen"


def test_every_add_on_has_its_parent_and_step(law_on: Law) -> None:
    law = law_on("2026-03-31")

    assert [
        (code, law.word(f"medicare.ccm.{code}.parent_code"), law.whole(f"medicare.ccm.{code}.minutes_step"))
        for code in ("99439", "99437", "99489")
    ] == [("99439", "99490", 20), ("99437", "99491", 30), ("99489", "99487", 30)]


@pytest.mark.parametrize(
    "activity",
    [
        "phone_call",
        "chart_review",
        "care_plan_update",
        "medication_reconciliation",
        "specialist_coordination",
        "transportation_arrangements",
        "community_resources",
        "results_review",
        "follow_up_coordination",
        "transition_management",
        "contact_attempt",
    ],
)
def test_work_on_the_managed_conditions_counts(law_on: Law, activity: str) -> None:
    assert activity_standing(activity, law_on("2026-03-31")) == "counted"


@pytest.mark.parametrize(
    "activity",
    [
        "visit",
        "face_to_face",
        "acute_illness",
        "preventive_only",
        "administrative",
        "training",
        "supervision",
        "appointment_booking",
        "prior_authorization",
        "undocumented",
        "unlisted",
    ],
)
def test_work_of_other_kinds_does_not_count(law_on: Law, activity: str) -> None:
    assert activity_standing(activity, law_on("2026-03-31")) == "not_counted"


def test_staff_teaching_in_person_needs_a_reviewer(law_on: Law) -> None:
    assert activity_standing("staff_in_person_education", law_on("2026-03-31")) == "needs_reviewer"


def test_work_in_no_list_has_no_standing(law_on: Law) -> None:
    assert activity_standing("gardening", law_on("2026-03-31")) is None


def test_the_standing_of_work_cites_the_list_it_is_in(law_on: Law) -> None:
    law = law_on("2026-03-31").trace()

    activity_standing("prior_authorization", law)

    assert law.names() == ("medicare.ccm.activities.not_counted.debatable",)


@pytest.mark.parametrize(
    "group", ["medicare.ccm.activities", "medicare.ccm.initiating_visit", "medicare.ccm.care_plan"]
)
def test_no_word_stands_in_two_lists_of_a_group(law_on: Law, group: str) -> None:
    lists = [
        reading.value
        for name, reading in law_on("2026-03-31").by_name.items()
        if name.startswith(f"{group}.") and isinstance(reading.value, tuple)
    ]
    words = [word for held in lists for word in held]

    assert sorted(set(words)) == sorted(words)


def test_nobody_may_both_bill_and_not_bill(law_on: Law) -> None:
    law = law_on("2026-03-31")
    billing = set(law.words("medicare.ccm.billing_practitioner.credentials"))
    limited = set(law.words("medicare.ccm.billing_practitioner.limited_credentials"))
    furnishing = set(law.words("medicare.ccm.billing_practitioner.furnishing_credentials"))

    assert not billing & limited
    assert not billing & furnishing
    assert not limited & furnishing


@pytest.mark.parametrize(
    ("start", "first_day"),
    [
        ("2026-02-15", date(2025, 2, 15)),
        ("2026-03-31", date(2025, 3, 31)),
        ("2024-02-29", date(2023, 2, 28)),
        ("2025-02-28", date(2024, 2, 28)),
        ("2025-03-01", date(2024, 3, 1)),
        ("2026-01-01", date(2025, 1, 1)),
    ],
)
def test_a_year_is_looked_back_to_the_same_day(start: str, first_day: date) -> None:
    assert first_day == lookback_start(date.fromisoformat(start))


def test_the_look_back_takes_its_years_from_the_law(law_on: Law) -> None:
    years = law_on("2026-03-31").whole("medicare.ccm.initiating_visit.lookback_years")

    assert date(2025, 2, 15) == lookback_start(date(2026, 2, 15), years)


def test_every_effect_is_one_that_the_judge_knows(book: Rulebook) -> None:
    effects = {
        reading.value
        for quantity in book.quantities.values()
        if quantity.unit == "effect"
        for reading in quantity.readings
    }

    assert effects <= set(EFFECTS)
    assert all(q.unit == "effect" for name, q in book.quantities.items() if name.endswith("_effect"))


def test_every_quantity_says_what_it_means_in_a_sentence(book: Rulebook) -> None:
    for quantity in book.quantities.values():
        assert quantity.says[0].isupper(), quantity.name
        assert quantity.says.endswith("."), quantity.name

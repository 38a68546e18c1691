"""What code carries out by itself: another value is refused when an edition is opened, not adopted and ignored."""

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from ledger.rulebook import Edition, Rulebook, UnknownFormulas, rulebook_of, shipped_edition
from ledger.rulebook.carried_out import CARRIED_OUT, not_carried_out
from ledger.rulebook.views import base_name
from ledger.terms.notices import KINDS
from tests.rulebook.case_months import chart_of, judged, under
from tests.rulebook.cases import FOLDER
from tests.rulebook.tiny import FILES

TIME = "medicare/ccm/time.toml"
MONTHS = [
    case
    for path in sorted(FOLDER.rglob("*.toml"))
    for case in tomllib.loads(path.read_text())["case"]
    if case.get("kind", "month") == "month"
]

GOVERNED = {
    "attestation.decision_making_missing_effect": "chosen_family_not_available",
    "care_plan.copy_missing_effect": "care_plan_copy_not_given",
    "care_plan.expected_missing_effect": "care_plan_element_expected",
    "care_plan.missing_effect": "care_plan_missing care_plan_element_missing care_plan_not_signed",
    "consent.contact_after_revocation_effect": "contact_after_revocation",
    "consent.incomplete_effect": "consent_date_missing consent_method_not_accepted consent_evidence_missing",
    "billing_practitioner.other_programmes_effect": "programme_excludes_other",
    "consent.late_effect": "consent_recorded_late",
    "eligibility.conditions_missing_effect": "conditions_below_minimum",
    "eligibility.coverage_missing_effect": "coverage_not_on_file",
    "eligibility.risk_missing_effect": "risk_not_attested",
    "eligibility.same_category_effect": "conditions_of_one_family",
    "families.choice_missing_effect": "family_not_chosen",
    "rhc.choice_missing_effect": "clinic_choice_missing",
    "medicare.pcm.eligibility.conditions_managed_effect": "conditions_above_maximum",
    "initiating_visit.missing_effect": "initiating_visit_missing",
    "initiating_visit.not_discussed_effect": "initiating_visit_not_discussed",
    "initiating_visit.other_practitioner_effect": "initiating_visit_missing",
    "initiating_visit.same_group_effect": "initiating_visit_by_colleague",
    "performers.exclusion_check_effect": "exclusion_check_missing",
    "performers.other_practice_effect": "worked_for_other_practice",
    "practice.capability_missing_effect": "cehrt_not_attested access_24x7_not_attested",
    "time.late_effect": "recorded_late recorded_very_late",
    "time.no_contact_effect": "no_two_way_contact",
    "time.stay_edge_effect": "stay_edge_day",
    "time.visit_day_effect": "visit_same_day",
}
"""Effects that code carries out, with codes of notices that have just that effect."""


def edition_with(file: str, said: bytes, says: bytes) -> Edition:
    files = dict(shipped_edition().files)
    assert files[file].count(said) == 1
    return Edition.of(files | {file: files[file].replace(said, says)})


def test_the_shipped_law_is_carried_out(book: Rulebook) -> None:
    assert list(not_carried_out(book)) == []
    assert CARRIED_OUT.keys() <= book.quantities.keys()


def test_an_edition_with_minutes_that_round_up_is_refused_with_both_values() -> None:
    edition = edition_with(TIME, b'"floor_monthly_total"', b'"ceiling_monthly_total"')

    with pytest.raises(UnknownFormulas, match=r"time\.rounding is ceiling_monthly_total") as refused:
        rulebook_of(edition)

    assert "judges only by floor_monthly_total" in str(refused.value)


def test_an_edition_that_says_nothing_of_it_is_opened() -> None:
    assert "medicare.ccm.time.rounding" not in rulebook_of(Edition.of(FILES)).quantities


def test_a_value_that_is_read_where_it_is_applied_may_be_another() -> None:
    edition = edition_with(TIME, b"value = 48, ", b"value = 72, ")

    assert 72 == rulebook_of(edition).quantity("medicare.ccm.time.late_hours").readings[0].value


@pytest.mark.parametrize("case", MONTHS, ids=[case["says"] for case in MONTHS])
def test_a_notice_has_the_effect_of_the_rule_that_it_quotes(case: Mapping[str, Any], book: Rulebook) -> None:
    facts = chart_of(case).facts()
    verdict = judged(facts, under(book, case.get("if_the_law_said", {})))
    said = [*verdict.missing, *verdict.notices, *(each for line in verdict.lines for each in line.notices)]
    other = {
        (each.code, name)
        for each in said
        for name in map(base_name, each.readings)
        if book.quantities[name].unit == "effect" and book.quantities[name].readings[-1].value != each.effect.value
    }

    assert other == set()


@pytest.mark.parametrize("name", GOVERNED)
def test_an_effect_of_the_law_is_that_of_the_notices_which_it_governs(name: str, book: Rulebook) -> None:
    full = name if name.startswith("medicare.") else f"medicare.ccm.{name}"
    said = {reading.value for reading in book.quantity(full).readings}

    assert said == {KINDS[code].effect.value for code in GOVERNED[name].split()}


def test_every_effect_that_code_carries_out_governs_a_notice(book: Rulebook) -> None:
    effects = {name.removeprefix("medicare.ccm.") for name in CARRIED_OUT if book.quantities[name].unit == "effect"}

    # No notice is governed by an effect of "none": APCM asks for no attestation of risk.
    assert effects == GOVERNED.keys() | {"medicare.apcm.eligibility.risk_missing_effect"}

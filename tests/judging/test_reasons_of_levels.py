"""Why a month of APCM has the code of its level, and why it has not another: conditions and QMB, never minutes."""

from typing import Any

import pytest

from ledger.judging import Ground, reasons_of, why_not, why_not_reasons
from ledger.judging.reason import Reason
from ledger.terms.people import Programme
from tests.facts import Chart, law
from tests.judging.test_other_programmes import chart_of_apcm
from tests.judging.test_reasons import opened

APCM = Programme.APCM
BOTH = ("I10", "E11.9")
_LEVEL_2 = ("medicare.apcm.families.level_2", "medicare.apcm.families.level_2_conditions_min")


def ground_of(chart: Chart) -> Ground:
    return Ground.of(chart.facts(), chart.verdict(programme=APCM), law()[0], adopted=1)


def nodes(chart: Chart) -> dict[str, Reason]:
    return opened(reasons_of(ground_of(chart)).all)


def rules(node: Reason) -> tuple[str, ...]:
    return tuple(reading.name for reading in node.because)


def topics(chart: Chart, node: Reason) -> list[str]:
    return [chart.told[at - 1][0].TOPIC for at in node.evidence.facts]


def answer(chart: Chart, code: str) -> dict[str, Any]:
    ground = ground_of(chart)
    return why_not(ground.verdict, code, ground.rulebook, ground.facts)


# --- the month opened ---------------------------------------------------------------------------------------------


def test_the_unit_of_a_level_opens_into_its_rules_conditions_and_qmb_and_into_no_minutes() -> None:
    units = nodes(chart_of_apcm("2026-03", *BOTH))["units.apcm.G0557"]

    assert _LEVEL_2 == rules(units)
    assert [("conditions.apcm", 2), ("qmb.apcm", "no")] == [(part.what, part.value) for part in units.parts]


def test_the_conditions_are_those_in_force_by_position_and_say_by_which_rule_they_last() -> None:
    chart = chart_of_apcm("2026-03", *BOTH)
    chart.condition("J44.9", abated_on="2026-02-27")
    node = nodes(chart)["conditions.apcm"]

    assert (2, ["condition_recorded", "condition_recorded"]) == (node.value, topics(chart, node))
    assert ("medicare.ccm.eligibility.condition_months_min",) == rules(node)


def test_two_records_of_one_diagnosis_are_shown_and_count_once() -> None:
    chart = chart_of_apcm("2026-03", "I10")
    chart.condition("I10", name="again")
    node = nodes(chart)["conditions.apcm"]

    assert (1, 2) == (node.value, len(node.evidence.facts))
    assert ("condition_recorded",) == node.evidence.absent


def test_a_month_without_any_condition_says_that_none_is_on_record() -> None:
    node = nodes(chart_of_apcm())["conditions.apcm"]

    assert (0, (), ("condition_recorded",)) == (node.value, *node.evidence)


def test_a_qmb_is_one_by_the_coverage_of_the_day_that_says_so() -> None:
    chart = chart_of_apcm("2026-03", *BOTH)
    chart.coverage(name="medicaid", payer="medicaid", kind="medicaid", rank=2, qmb=True)
    node = nodes(chart)["qmb.apcm"]

    assert ("yes", ("medicare.apcm.families.level_3",)) == (node.value, rules(node))
    assert ((len(chart.told),), ()) == node.evidence


def test_who_is_no_qmb_is_none_by_the_coverages_of_the_month_and_by_no_further_one() -> None:
    chart = chart_of_apcm("2026-03", *BOTH)
    node = nodes(chart)["qmb.apcm"]

    assert (["coverage_recorded"], ("coverage_recorded",)) == (topics(chart, node), node.evidence.absent)


def test_the_first_level_asks_for_no_qmb() -> None:
    units = nodes(chart_of_apcm("2026-03", "I10", qmb=True))["units.apcm.G0556"]

    assert [("conditions.apcm", 1)] == [(part.what, part.value) for part in units.parts]
    assert ("medicare.apcm.families.level_1", "medicare.apcm.families.level_2_conditions_min") == rules(units)


@pytest.mark.parametrize("what", ["amount", "charge.apcm.G0558", "family.apcm"])
def test_dollars_of_a_level_lead_to_the_facts_that_it_follows_from(what: str) -> None:
    chart = chart_of_apcm("2026-03", *BOTH, qmb=True)
    every = nodes(chart)

    def facts(node: Reason) -> set[int]:
        node = every[node.what]
        return {*node.evidence.facts, *(at for part in node.parts for at in facts(part))}

    found = {chart.told[at - 1][0].TOPIC for at in facts(every[what])}

    assert {"condition_recorded", "coverage_recorded"} <= found


# --- why not ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "qmb", "code", "remedies"),
    [
        (
            BOTH,
            False,
            "G0558",
            ["The patient is a Qualified Medicare Beneficiary, and a coverage says so (record_coverage)."],
        ),
        (("I10",), True, "G0558", ["1 more active chronic condition, with its expected course (record_condition)."]),
        (
            ("I10",),
            False,
            "G0558",
            [
                "1 more active chronic condition, with its expected course (record_condition).",
                "The patient is a Qualified Medicare Beneficiary, and a coverage says so (record_coverage).",
            ],
        ),
        ((), False, "G0557", ["2 more active chronic conditions, with their expected course (record_condition)."]),
        (BOTH, True, "G0557", ["The patient is no Qualified Medicare Beneficiary; a coverage on record says so."]),
        (BOTH, False, "G0556", ["The patient has fewer than 2 active chronic conditions; 2 are on record."]),
        (BOTH, True, "G0556", ["The patient has fewer than 2 active chronic conditions; 2 are on record."]),
        (("I10",), False, "G0556", []),
        (BOTH, False, "G0557", []),
        (BOTH, True, "G0558", []),
    ],
)
def test_what_would_have_to_be_so_is_the_level_first(
    conditions: tuple[str, ...], qmb: bool, code: str, remedies: list[str]
) -> None:
    asked = answer(chart_of_apcm("2026-03", *conditions, qmb=qmb), code)
    missing = ["Record the conditions with their diagnoses."] if not conditions else []

    assert remedies == asked["remedies"][: len(remedies)]
    assert len(asked["remedies"]) == len(remedies) + len(missing)


def test_a_level_says_whom_it_is_for_and_what_the_month_has() -> None:
    chart = chart_of_apcm("2026-03", *BOTH)

    assert {
        "conditions_min": 2,
        "conditions_max": None,
        "asks_qmb": True,
        "conditions": 2,
        "is_qmb": False,
        "bills": "G0557",
    } == answer(chart, "G0558")["level"]
    assert (None, 1, None) == tuple(
        answer(chart, "G0556")["level"][name] for name in ("conditions_min", "conditions_max", "asks_qmb")
    )
    assert False is answer(chart, "G0557")["level"]["asks_qmb"]


def test_a_code_by_minutes_has_no_level() -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 25)

    assert None is why_not(chart.verdict(), "99439", law()[0], chart.facts())["level"]


def test_a_level_that_the_month_has_not_cites_its_rules_and_shows_what_bills_instead() -> None:
    level, instead, *_ = why_not_reasons(ground_of(chart_of_apcm("2026-03", *BOTH)), "G0558")

    assert ("level.G0558", "level_3") == (level.what, level.value)
    assert ("medicare.apcm.families.level_3", "medicare.apcm.families.level_2_conditions_min") == rules(level)
    assert ["conditions.apcm", "qmb.apcm"] == [part.what for part in level.parts]
    assert ("charge.apcm.G0557", "53.78", _LEVEL_2[:1]) == (instead.what, instead.value, rules(instead))


def test_the_level_that_the_month_has_is_opened_without_another() -> None:
    reasons = why_not_reasons(ground_of(chart_of_apcm("2026-03", *BOTH)), "G0557")

    assert ["level.G0557"] == [each.what for each in reasons]


def test_what_blocks_the_release_of_a_level_stands_against_it_too() -> None:
    reasons = why_not_reasons(ground_of(chart_of_apcm()), "G0557")

    assert "against.diagnoses_below_minimum" in {each.what for each in reasons}


def test_a_level_before_the_programme_is_none_in_force() -> None:
    asked = answer(chart_of_apcm("2024-12", *BOTH), "G0557")

    assert (False, []) == (asked["is_known"], asked["known"])

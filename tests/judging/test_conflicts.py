"""Other services of the month: every row of the table as data, and what they do to the bytes and the answer."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.judging import explain, judge_month
from ledger.judging.conflict_rows import PREFIX, row_of
from ledger.judging.conflicts import searched
from ledger.rulebook import Rulebook, RulesInForce
from ledger.streams.staff import RoleGranted
from ledger.terms.people import Role
from tests.facts import Chart, codes, day, instant, law, opaque
from tests.rulebook.case_services import found
from tests.rulebook.cases import RULE_IDS

# --- whose service it is ---------------------------------------------------------------------------------------


def biller(chart: Chart, **said: Any) -> str:
    chart.other_service("G0181", "2026-03-12", **said)
    (line,) = chart.verdict().services
    return line.biller


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ({"npi": "1234567893"}, "same_npi"),
        ({"npi": "1234567893", "tin": "987654321"}, "same_npi"),
        ({"npi": "1558598797", "tin": "123456789"}, "same_tin"),
        ({"npi": "1558598797", "source": "own"}, "other_npi"),
        ({"tin": "987654321", "source": "own"}, "other"),
        ({"source": "own"}, "same_tin"),
        ({"source": "patient"}, "unknown"),
    ],
)
def test_a_biller_is_told_by_npi_and_tin(said: dict[str, Any], whose: str) -> None:
    assert whose == biller(Chart(), **said)


def test_a_practice_that_is_named_is_compared_with_the_months() -> None:
    assert "same_tin" == biller(Chart(), by_practice=opaque("pr", "office"))
    assert "other" == biller(Chart(), by_practice=opaque("pr", "elsewhere"))


def test_a_practice_of_the_same_tin_is_no_other_biller() -> None:
    chart, sister = Chart(), opaque("pr", "sister")
    chart.tell(chart.told[0][0].model_copy(update={"practice": sister}))

    assert "same_tin" == biller(chart, by_practice=sister)


def excluded(*services: tuple[str, dict[str, Any]]) -> bool:
    """Whether a therapeutic and a physiologic device, both told of, exclude each other."""
    chart = Chart()
    for nth, (code, said) in enumerate(services):
        chart.other_service(code, "2026-03-12", name=f"{nth}", **said)
    return "services_exclude_each_other" in codes(chart.verdict().notices)


STRANGER = {"npi": "1000000004", "tin": "987654321"}


@pytest.mark.parametrize(
    ("one", "other", "exclude"),
    [
        ({"by": "MD"}, {"by": "office"}, True),
        (STRANGER, {"npi": "1000000004"}, True),
        (STRANGER, {"tin": "987654321"}, True),
        ({}, {}, True),
        (STRANGER, {"npi": "2000000002", "tin": "912345678"}, False),
        (STRANGER, {"by": "MD"}, False),
        (STRANGER, {}, False),
    ],
)
def test_only_services_of_one_biller_exclude_each_other(
    one: dict[str, Any], other: dict[str, Any], exclude: bool
) -> None:
    assert exclude is excluded(("98976", one), ("99454", other))


def test_a_report_that_names_the_biller_speaks_for_one_that_does_not_here_too() -> None:
    assert not excluded(("98976", {"by": "MD"}), ("99454", {}), ("99454", STRANGER))


def test_the_number_of_the_practice_is_the_practices() -> None:
    chart = Chart()
    again = chart.told[0][0].model_copy(update={"npi": "2000000002"})
    chart.tell(again)

    assert "same_tin" == biller(chart, npi="2000000002")


def test_a_colleague_who_works_elsewhere_only_is_another_biller() -> None:
    chart = Chart()
    chart.person("PT", Role.PRACTITIONER, "md", npi="1472583693", practice=opaque("pr", "elsewhere"))

    assert "other" == biller(chart, by="PT")


def test_a_colleague_of_two_practices_may_have_billed_for_either() -> None:
    chart = Chart()
    who = chart.person("PT", Role.PRACTITIONER, "md", npi="1472583693")
    elsewhere = opaque("pr", "elsewhere")
    chart.tell(RoleGranted(staff=who, role=Role.PRACTITIONER, practice=elsewhere, from_on=day("2010-01-01")))

    assert "other_npi" == biller(chart, by="PT")


def test_without_a_billing_practitioner_only_the_practice_is_compared() -> None:
    assert "same_tin" == biller(Chart(without=["designation"]), by="MD")
    assert "unknown" == biller(Chart(without=["designation"]), npi="1234567893")


def test_without_a_practice_nothing_is_known_of_the_tin() -> None:
    assert "unknown" == biller(Chart(without=["designation", "assignment"]), tin="987654321")


# --- what it does to the month ---------------------------------------------------------------------------------


def worked() -> Chart:
    chart = Chart()
    chart.time("2026-03-09 10:00", 30)
    return chart


def test_a_month_that_was_told_of_no_service_reads_nothing_of_the_table() -> None:
    verdict = worked().verdict()

    assert () == verdict.services
    assert not any(name.startswith(PREFIX) for name in verdict.readings)


def test_what_is_read_of_a_row_is_named() -> None:
    chart = worked()
    chart.other_service("99457", "2026-03-12", by="MD")

    verdict = chart.verdict()

    assert ["rpm.codes", "rpm.effect"] == [n.removeprefix(PREFIX) for n in verdict.readings if n.startswith(PREFIX)]
    assert verdict.reading_set != worked().verdict().reading_set


def test_a_service_that_stands_in_no_way_leaves_the_signed_bytes_as_they_are() -> None:
    chart = worked()
    chart.other_service("99457", "2026-03-12", by="MD")
    chart.other_service("99213", "2026-03-12", by="MD")

    assert worked().verdict().digest == chart.verdict().digest


def test_a_service_with_a_finding_changes_them_once_however_often_it_is_told() -> None:
    once, twice = worked(), worked()
    once.other_service("G0181", "2026-03-12", by="MD", source="own")
    twice.other_service("G0181", "2026-03-12", by="MD", source="own")
    twice.other_service("G0181", "2026-03-12", by="MD", source="remittance")

    assert worked().verdict().digest != once.verdict().digest == twice.verdict().digest


def test_a_service_told_after_the_signature_makes_the_month_stale_until_it_is_taken_back() -> None:
    chart = worked()
    chart.attest(chart.verdict().digest)
    chart.other_service("G0181", "2026-03-12", by="MD", name="visits")
    stale = chart.verdict().standing
    chart.retract_other_service("visits")

    assert ("stale", "attested") == (stale, chart.verdict().standing)


def test_a_service_that_was_taken_back_never_was() -> None:
    chart = worked()
    chart.other_service("G0181", "2026-03-12", by="MD", name="visits")
    chart.other_service("99495", "2026-03-12", by="MD", name="transition")
    chart.retract_other_service("visits")
    verdict = chart.verdict()

    assert ["tcm same_npi service_to_look_at"] == found(verdict)
    assert ["service_to_look_at"] == codes(verdict.notices)


def test_a_service_of_two_months_stands_in_both() -> None:
    chart = worked()
    chart.other_service("99495", "2026-03-20", by="MD", period_until=day("2026-04-18"))

    both = found(chart.verdict("2026-03")), found(chart.verdict("2026-04"))

    assert (["tcm same_npi service_to_look_at"],) * 2 == both
    assert [] == found(chart.verdict("2026-05"))


def test_the_service_and_its_row_are_told_with_the_rule() -> None:
    chart = worked()
    chart.other_service("G0181", "2026-03-12", by="MD")
    (blocks,) = chart.verdict().missing

    assert blocks.happened.startswith("G0181 on 2026-03-12: ")
    assert ("medicare.conflicts.home_health.effect",) == blocks.readings


def test_an_edition_without_the_table_finds_nothing() -> None:
    chart = worked()
    chart.other_service("G0181", "2026-03-12", by="MD")
    older = Rulebook([q for n, q in law()[0].quantities.items() if not n.startswith(PREFIX)], law()[0].sources)
    verdict = judge_month(chart.facts(), older, edition="0" * 64)

    assert (["- same_npi"], []) == (found(verdict), codes(verdict.missing))


def test_an_exception_to_the_effect_of_a_row_is_read_in_its_place() -> None:
    """Scenario 24 by payers that still follow the rule of 2019."""
    chart = worked()
    chart.other_service("99495", "2026-03-10", by="MD")
    name = f"{PREFIX}tcm.effect"
    held = law()[0].quantities
    denies = replace(held[name].readings[-1], value="blocks_release")
    strict = [replace(q, readings=(denies,)) if q.name == name else q for q in held.values()]
    verdict = judge_month(chart.facts(), Rulebook(strict, law()[0].sources), edition="0" * 64)

    assert ["conflicting_service"] == codes(verdict.missing)


# --- what was searched -----------------------------------------------------------------------------------------


def test_the_explanation_says_what_was_searched() -> None:
    chart = worked()
    chart.other_service("99457", "2026-03-12", by="MD", source="own", recorded="2026-03-12 10:00")
    chart.other_service("90961", "2026-03-31", source="eligibility_271", recorded="2026-04-02 10:00")
    chart.other_service("G0181", "2026-03-31", source="eligibility_271", recorded="2026-04-01 10:00")
    verdict = chart.verdict()
    tree = explain(verdict, law()[0])["other_services"]

    assert [("eligibility_271", 2, instant("2026-04-02 10:00")), ("own", 1, instant("2026-03-12 10:00"))] == [
        tuple(each) for each in searched(verdict.services)
    ]
    assert ("this_ledger", 3) == (tree["searched"]["where"], tree["searched"]["services"])
    assert ["rpm", "esrd", "home_health"] == [each["row"] for each in tree["services"]]
    assert [None, "service_biller_unknown", "service_biller_unknown"] == [each["finding"] for each in tree["services"]]


def test_where_nothing_was_told_the_explanation_says_so() -> None:
    tree = explain(worked().verdict(), law()[0])["other_services"]

    assert {"searched": {"where": "this_ledger", "services": 0, "sources": []}, "services": []} == tree


# --- the table itself ------------------------------------------------------------------------------------------


def test_every_rule_about_other_services_has_a_row() -> None:
    rules = {rule for rule in RULE_IDS if rule.startswith("CCM-CONF-")}
    held = {rule for name, q in law()[0].quantities.items() if name.startswith(PREFIX) for rule in q.rules}

    assert rules <= held
    assert {"CCM-CODE-12", "CCM-ONE-02"} <= held


def test_no_code_stands_in_two_rows_on_one_day() -> None:
    for on in sorted({r.effective for q in law()[0].quantities.values() for r in q.readings}):
        listed = [
            code
            for name, reading in law()[0].in_force(on).by_name.items()
            if name.startswith(PREFIX) and name.endswith(".codes")
            for code in reading.value  # type: ignore[union-attr]
        ]

        assert sorted(set(listed)) == sorted(listed), on


def test_rows_say_words_that_the_judge_knows() -> None:
    units = {"codes": "codes", "not_with": "codes", "payable": "yes_no", "scope": "scope", "within": "within"}
    for name, quantity in law()[0].quantities.items():
        if not name.startswith(PREFIX):
            continue
        effects = {reading.value for reading in quantity.readings if quantity.unit == "effect"}

        assert quantity.unit == units.get(name.rpartition(".")[2], "effect"), name
        assert effects <= {"none", "review", "blocks_release"}, name


def effect(row: str, kind: str, keys: tuple[str, ...], on: str = "2026-03-31") -> str | None:
    rules: RulesInForce = law()[0].in_force(day(on))
    code = rules.words(f"{PREFIX}{row}.codes")[0]
    held = row_of(rules, code)
    assert held is not None
    reading = held.effect(kind, keys)
    return str(reading.value) if reading is not None else None


@pytest.mark.parametrize(
    ("row", "kind", "keys", "on", "means"),
    [
        ("tcm", "effect", ("rhc",), "2021-12-31", "blocks_release"),
        ("tcm", "effect", ("rhc",), "2022-01-01", "review"),
        ("tcm", "same_date_effect", ("99424", "pcm_personal"), "2022-01-01", "blocks_release"),
        ("tcm", "same_date_effect", ("99424", "pcm_personal"), "2021-12-31", None),
        ("tcm", "same_date_effect", ("99426", "99427", "pcm_staff"), "2022-01-01", "blocks_release"),
        ("tcm", "same_date_effect", ("99426", "99427", "pcm_staff"), "2021-12-31", None),
        ("tcm", "same_date_effect", ("99426", "pcm_staff"), "2026-03-31", None),
        ("ccm", "effect", ("99426", "pcm_staff"), "2020-01-01", "blocks_release"),
        ("ccm", "effect", ("99426", "pcm_staff"), "2019-12-31", "review"),
        ("ccm", "effect", ("99424", "pcm_personal"), "2020-01-01", "blocks_release"),
        ("ccm", "effect", ("99424", "pcm_personal"), "2019-12-31", "review"),
        ("ccm", "effect", ("G0557", "apcm"), "2025-01-01", "blocks_release"),
        ("ccm", "effect", ("G0557", "apcm"), "2024-12-31", "review"),
        ("ccm", "other_biller_effect", ("99426", "pcm_staff"), "2020-01-01", "review"),
        ("ccm", "other_biller_effect", ("99426", "pcm_staff"), "2019-12-31", "blocks_release"),
        ("ccm", "other_biller_effect", ("99424", "pcm_personal"), "2020-01-01", "review"),
        ("ccm", "other_biller_effect", ("99424", "pcm_personal"), "2019-12-31", "blocks_release"),
        ("pcm", "effect", ("99426", "pcm_staff"), "2020-01-01", "review"),
        ("pcm", "effect", ("99424", "pcm_personal"), "2020-01-01", "review"),
        ("g0506", "effect", ("99426", "pcm_staff"), "2022-01-01", "blocks_release"),
        ("g0506", "effect", ("99426", "pcm_staff"), "2021-12-31", "none"),
    ],
)
def test_a_row_makes_exceptions_for_families_and_codes_of_other_programmes(
    row: str, kind: str, keys: tuple[str, ...], on: str, means: str | None
) -> None:
    assert means == effect(row, kind, keys, on)


def test_beside_a_choice_that_the_month_cannot_have_the_suggested_family_is_meant() -> None:
    chart = Chart("2026-03")
    chart.time("2026-03-09 10:00", 35, by="MD")
    chart.choose("rhc")
    chart.other_service("99091", "2026-03-16", by="MD")
    verdict = chart.verdict()

    assert verdict.suggested == "personal"
    assert [line.finding for line in verdict.services] == ["conflicting_service"]

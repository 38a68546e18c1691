"""Two rules that cannot both be obeyed are refused, in the base and in what a payer's exceptions make of it."""

import pytest

from ledger.rulebook import Diagnostic, RulebookError, load_rulebook, rulebook_of, shipped_edition
from ledger.rulebook.editions import Edition

SHIPPED = dict(shipped_edition().files)
NONCOMPLEX, ADDON = "medicare/ccm/99490.toml", "medicare/ccm/99439.toml"
FAMILIES = "medicare/ccm/families.toml"
TCM = "medicare/conflicts/tcm.toml"
COUNTED, NOT_COUNTED = "medicare/ccm/activities/counted.toml", "medicare/ccm/activities/not_counted.toml"
HOME_HEALTH = rulebook_of(shipped_edition()).quantity("medicare.conflicts.home_health.codes").rules[0]
ACME = "payers/acme/rules.toml"


def changed(file: str, *changes: tuple[str, str]) -> dict[str, bytes]:
    """A shipped file in which some text stands otherwise."""
    text = SHIPPED[file].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return {file: text.encode()}


def acme(values: dict[str, str], rule: str, applies: str = 'payer = "acme"', since: str = "2026-01-01") -> bytes:
    """A profile that says each of these otherwise from a day on."""
    head = f'exception = "Acme"\nbase = "medicare"\napplies_to = {{{applies}}}\nimplements = ["{rule}"]\n'
    tables = (
        f'\n["{name}"]\nsays = "Otherwise."\nvalues = [\n'
        f'  {{effective = {since}, value = {value}, cite = "Acme, manual", confidence = "SEED"}},\n]\n'
        for name, value in values.items()
    )
    return (head + "checked = 2026-11-22\n" + "".join(tables)).encode()


def faults(*changes: dict[str, bytes]) -> tuple[Diagnostic, ...]:
    with pytest.raises(RulebookError) as caught:
        load_rulebook({**SHIPPED, **{name: content for each in changes for name, content in each.items()}})
    return caught.value.diagnostics


def fault(*changes: dict[str, bytes]) -> Diagnostic:
    found = faults(*changes)
    assert len(found) == 1, found
    return found[0]


def loads(*changes: dict[str, bytes]) -> bool:
    return bool(load_rulebook({**SHIPPED, **{name: content for each in changes for name, content in each.items()}}))


# --- a code in one row of other services ----------------------------------------------------------------------


def test_a_code_in_two_rows_of_the_table_is_refused_and_both_are_named() -> None:
    assert fault(changed(TCM, ('["99495", "99496"]', '["99495", "99496", "G0181"]'))) == (
        TCM,
        10,
        "codes",
        (
            "G0181 stands twice in the table of other services from 2015-01-01: in medicare.conflicts.tcm.codes here, "
            "and in medicare.conflicts.home_health.codes at medicare/conflicts/home_health.toml:10."
        ),
        (
            "Keep it in one: take it out here, or out of medicare.conflicts.home_health.codes for the same days (a "
            "payer by an exception to that list too)."
        ),
    )


def test_a_code_that_leaves_one_row_before_another_takes_it_up_loads() -> None:
    codes = '["99495", "99496"], cite = "CY 2013 PFS final rule; NCCI files [S05]", confidence = "CONFIRMED"},'
    until = codes.replace(", cite", ", cite", 1) + '\n  {effective = 2014-01-01, value = ["99495", "99496", "99999"], '
    grown = until + 'cite = "Invented", confidence = "DESIGN"},'
    assert loads(changed(TCM, ("effective = 2015-01-01", "effective = 2013-01-01"), (codes, grown)))


def test_a_payer_who_puts_a_code_into_a_second_row_is_refused_at_the_payers_line() -> None:
    found = fault({ACME: acme({"medicare.conflicts.tcm.codes": '["99495", "99496", "G0181"]'}, "CCM-CONF-TCM")})

    assert found[:3] == (ACME, 10, "medicare.conflicts.tcm.codes")
    assert "G0181 stands twice in the table of other services from 2026-01-01" in found.problem
    assert "medicare.conflicts.home_health.codes at medicare/conflicts/home_health.toml:10." in found.problem


def test_a_payer_who_moves_a_code_out_of_one_row_into_another_is_obeyed() -> None:
    into = acme({"medicare.conflicts.tcm.codes": '["99495", "99496", "G0181"]'}, "CCM-CONF-TCM")
    out = acme({"medicare.conflicts.home_health.codes": '["G0179"]'}, HOME_HEALTH)

    assert loads({"payers/acme/tcm.toml": into, "payers/acme/home.toml": out})


def test_exceptions_of_a_payer_and_of_a_kind_are_held_against_each_other() -> None:
    by_payer = acme({"medicare.conflicts.tcm.codes": '["99495", "99496", "99998"]'}, "CCM-CONF-TCM")
    by_kind = acme({"medicare.conflicts.home_health.codes": '["G0181", "99998"]'}, HOME_HEALTH, 'kind = "commercial"')
    found = fault({ACME: by_payer, "payers/plans/rules.toml": by_kind})

    assert "99998 stands twice in the table of other services from 2026-01-01" in found.problem


def test_exceptions_that_no_coverage_falls_under_together_are_not() -> None:
    by_payer = acme({"medicare.conflicts.tcm.codes": '["99495", "99496", "99998"]'}, "CCM-CONF-TCM")
    other = acme({"medicare.conflicts.home_health.codes": '["G0181", "99998"]'}, HOME_HEALTH, 'payer = "bolt"')

    assert loads({ACME: by_payer, "payers/bolt/rules.toml": other})


# --- an activity in one list ----------------------------------------------------------------------------------


def test_an_activity_that_counts_and_does_not_is_refused() -> None:
    found = fault(changed(COUNTED, ('"phone_call"', '"phone_call", "prior_authorization"')))

    assert found[:3] == (NOT_COUNTED, 45, "debatable")
    assert "prior_authorization stands twice in the lists of activities from 2015-01-01" in found.problem
    assert f"in medicare.ccm.activities.counted.contact at {COUNTED}:10." in found.problem


def test_a_payer_who_moves_an_activity_takes_it_out_of_the_other_list_too() -> None:
    debatable = '["prior_authorization", "appointment_booking", "refill_request", "transition_management"]'
    moved = {"medicare.ccm.activities.not_counted.debatable": debatable}
    found = fault({ACME: acme(moved, "CCM-TIME-10")})

    assert found[:3] == (ACME, 10, "medicare.ccm.activities.not_counted.debatable")
    assert "in medicare.ccm.activities.counted.transitions at" in found.problem
    assert "(a payer by an exception to that list too)" in found.remedy

    out = acme({"medicare.ccm.activities.counted.transitions": '["transition_work"]'}, "CCM-CARE-01")
    assert loads({ACME: acme(moved, "CCM-TIME-10"), "payers/acme/out.toml": out})


def test_a_place_that_is_both_office_and_facility_is_refused() -> None:
    found = fault(changed("medicare/pfs/pricing.toml", ('value = ["11"]', 'value = ["11", "22"]')))

    assert "22 stands twice in the places of service" in found.problem


# --- what a family's codes need -------------------------------------------------------------------------------


def test_a_code_whose_minutes_end_while_its_family_goes_on_is_refused() -> None:
    ended = ("{effective = 2015-01-01, value = 20", "{effective = 2015-01-01, until = 2026-01-31, value = 20")

    assert fault(changed(NONCOMPLEX, ended)) == (
        FAMILIES,
        10,
        "noncomplex_base",
        (
            "99490 is in force on 2026-02-01, and medicare.ccm.99490.minutes_minimum has no value then (it stands at "
            "medicare/ccm/99490.toml:10)."
        ),
        "Give medicare.ccm.99490.minutes_minimum a value for these days, or end this one before 2026-02-01.",
    )


def test_a_code_whose_minutes_begin_after_its_family_is_refused() -> None:
    late = ("{effective = 2021-01-01, value = 20", "{effective = 2021-03-01, value = 20")
    found = fault(changed(ADDON, late))

    assert found.file == FAMILIES
    assert "99439 is in force on 2021-01-01, and medicare.ccm.99439.minutes_step has no value then" in found.problem


@pytest.mark.parametrize("part", ["minutes_step", "units_max", "parent_code"])
def test_an_add_on_without_step_limit_or_parent_is_refused(part: str) -> None:
    text = SHIPPED[ADDON].decode().replace(f"[{part}]", f"[{part}_of_old]")
    found = fault({ADDON: text.encode()})

    assert f"medicare.ccm.99439.{part} has no value then" in found.problem
    assert (found.file, found.table) == (FAMILIES, "noncomplex_addon")


def test_a_base_code_without_rules_is_refused() -> None:
    found = faults(changed(FAMILIES, ('value = "99491"', 'value = "99999"')))

    assert {each.file for each in found} == {FAMILIES}
    assert "99999 is in force on 2019-01-01, and medicare.ccm.99999.minutes_minimum has no value then." in {
        each.problem for each in found
    }


def test_a_level_of_a_bundle_without_the_others_is_refused() -> None:
    file = "medicare/apcm/families.toml"
    ended = ('{effective = 2025-01-01, value = "G0558"', '{effective = 2025-01-01, until = 2026-06-30, value = "G0558"')

    assert "medicare.ccm.families.level_3 has no value then" in fault(changed(file, ended)).problem


def test_a_price_may_end() -> None:
    file = "medicare/pfs/rvu_nonfacility.toml"

    assert loads(changed(file, ("until = 2026-12-31, value = 1.98", "until = 2026-06-30, value = 1.98")))


def test_an_add_on_of_another_code_than_its_familys_base_is_refused() -> None:
    found = fault({ACME: acme({"medicare.ccm.99439.parent_code": '"99487"'}, "CCM-CODE-06")})

    assert found[:3] == (ACME, 10, "medicare.ccm.99439.parent_code")
    assert "The parent of 99439 is 99487 and its family's base code is 99490" in found.problem
    assert f"The other stands at {FAMILIES}:10." in found.problem


def test_a_payer_with_another_base_code_and_its_add_on_to_match_loads() -> None:
    base = acme({"medicare.ccm.families.noncomplex_base": '"99487"'}, "CCM-CODE-09")
    parent = acme({"medicare.ccm.99439.parent_code": '"99487"'}, "CCM-CODE-06")

    assert loads({ACME: base, "payers/acme/parent.toml": parent})


def test_a_base_code_of_no_units_is_refused() -> None:
    found = fault({ACME: acme({"medicare.ccm.99490.units_max": "0"}, "CCM-CODE-01")})

    assert found[:3] == (ACME, 10, "medicare.ccm.99490.units_max")
    assert found.remedy == ("Write 1 or more; a payer without the code says `absent = true` of the family's base code.")


def test_an_add_on_of_no_units_is_obeyed() -> None:
    assert loads({ACME: acme({"medicare.ccm.99439.units_max": "0"}, "CCM-CODE-03")})


# --- what this program carries out ----------------------------------------------------------------------------


def test_another_order_of_the_steps_to_a_payment_is_refused() -> None:
    file = "medicare/pfs/payment.toml"
    steps = ('"practitioner_percent", "patient_share"', '"patient_share", "practitioner_percent"')

    assert fault(changed(file, steps)) == (
        file,
        44,
        "order",
        "This program judges by one answer here, and it is another.",
        "It is practitioner_percent, patient_share, sequestration.",
    )


def test_a_payer_with_another_order_is_refused() -> None:
    order = {"medicare.pfs.payment.order": '["sequestration", "practitioner_percent", "patient_share"]'}
    rules = sorted(rulebook_of(shipped_edition()).quantity("medicare.pfs.payment.order").rules)
    text = acme(order, '", "'.join(rules))

    assert fault({ACME: text})[:3] == (ACME, 10, "medicare.pfs.payment.order")


def test_what_the_base_says_and_code_does_otherwise_is_refused_at_its_line() -> None:
    file = "medicare/ccm/time.toml"
    found = fault(changed(file, ('"floor_monthly_total"', '"round_up"')))

    assert (found.file, found.table) == (file, "rounding")
    assert found.line > 0
    assert found.remedy == "It is floor_monthly_total."


def test_rules_below_another_root_are_refused_because_nothing_reads_them() -> None:
    assert fault({"medicaid/ccm/99490.toml": SHIPPED[NONCOMPLEX]}) == (
        "medicaid/ccm/99490.toml",
        1,
        "",
        "Months are judged by the rules below medicare/, and nothing reads medicaid/.",
        "Put it below medicare/, or write it as an exception at payers/medicaid/FILE.toml.",
    )


def test_an_edition_that_was_adopted_opens_though_it_would_not_be_admitted_now() -> None:
    files = {**SHIPPED, ACME: acme({"medicare.ccm.99490.units_max": "0"}, "CCM-CODE-01")}

    assert rulebook_of(Edition.of(files)).exceptions


# --- what every month needs -----------------------------------------------------------------------------------


def test_a_rule_that_every_month_needs_and_that_ends_is_refused() -> None:
    file = "medicare/ccm/eligibility.toml"
    found = fault(
        changed(file, ("{effective = 2015-01-01, value = 2", "{effective = 2015-01-01, until = 2026-01-31, value = 2"))
    )

    assert (found.file, found.table) == (file, "conditions_min")
    assert found.problem == (
        "No month from 2026-02-01 on could be judged: medicare.ccm.eligibility.conditions_min has no value then."
    )


def test_a_rule_that_every_month_needs_and_that_is_not_there_is_refused() -> None:
    file = "medicare/ccm/performers.toml"
    found = fault(changed(file, ("[work_countries]", "[work_countries_of_old]")))

    assert (found.file, found.table) == ("medicare/ccm/consent.toml", "required")
    assert "medicare.ccm.performers.work_countries has no value then." in found.problem

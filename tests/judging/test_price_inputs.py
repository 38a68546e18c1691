"""What a month's price rests on: facts with their positions, and assumptions that say so where there are none."""

from decimal import Decimal
from typing import Any

import pytest

from ledger.judging import book_of, judge_month
from ledger.judging.price_inputs import MonthPrices, price_month
from ledger.judging.prices import Price, PriceInput
from ledger.rulebook import Rulebook, load_rulebook, shipped_edition
from ledger.streams.patient import CoverageRecorded
from ledger.streams.practice import LocalityRecorded, PracticeRegistered, Site
from ledger.streams.staff import QualifyingStatusRecorded, StaffRegistered
from tests.facts import Chart, codes, day, law, opaque

BOOK = law()[0]


def chart(month: str = "2026-03", minutes: int = 25, **parts: Any) -> Chart:
    made = Chart(month, **parts)
    made.time(f"{month}-09 10:00", minutes)
    return made


def prices(of: Chart, book: Rulebook = BOOK) -> MonthPrices:
    facts, verdict = of.facts(), of.verdict()
    practice = facts.practices.get(verdict.practice or "")
    biller = facts.staff.get(verdict.practitioner or "")
    return price_month(verdict, book, patient=facts.patient, practice=practice, biller=biller)


def price(of: Chart) -> Price:
    found = prices(of).billing
    assert found is not None
    return found


def told(of: Chart, name: str) -> PriceInput:
    return next(each for each in price(of).inputs if each.name == name)


def sites(of: Chart, *places: str) -> None:
    of.tell(
        PracticeRegistered(
            practice=of.practice,
            name="Office",
            tin="123456789",
            zone="America/Chicago",
            sites=tuple(Site(name=f"Site {place}", place_of_service=place) for place in places),
        )
    )


def status(of: Chart, year: int, *, is_qualifying: bool = True, who: str = "MD") -> None:
    of.tell(QualifyingStatusRecorded(staff=opaque("st", who), payment_year=year, is_qualifying=is_qualifying))


def credential(of: Chart, word: str | None) -> None:
    of.tell(StaffRegistered(staff=opaque("st", "MD"), credential=word, npi="1234567893"))


def qmb(of: Chart, **more: Any) -> None:
    said: dict[str, Any] = {
        "payer": "medicaid",
        "kind": "medicaid",
        "from_on": day("2020-01-01"),
        "rank": 2,
        "qmb": True,
    } | more
    of.tell(CoverageRecorded(patient=of.patient, coverage=opaque("cv", "second"), **said))


# --- what is assumed where nobody said anything -----------------------------------------------------------------


def test_of_a_plain_month_site_status_and_locality_are_assumed() -> None:
    assert ("site", "qualifying_participant", "locality") == price(chart()).assumed


def test_a_plain_month_is_priced_as_the_verdict_says() -> None:
    of = chart()

    assert of.verdict().amount == price(of).national == Decimal("66.13")
    assert Decimal("65.07") == price(of).expected


def test_assumptions_name_the_rule_by_which_they_are_made() -> None:
    assert ("medicare.pfs.pricing.facility_unless_told",) == told(chart(), "site").readings
    assert ("medicare.pfs.pricing.qp_unless_told",) == told(chart(), "qualifying_participant").readings


def test_a_month_without_coverage_is_assumed_to_be_medicares() -> None:
    payer = told(chart(without=["coverage"]), "payer")

    assert ("medicare_ffs", None) == (payer.value, payer.position)


def test_a_month_that_bills_nothing_has_no_price() -> None:
    assert MonthPrices(None, ()) == prices(chart(minutes=19))


# --- site -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "national"), [("facility", "43.76"), ("office", "66.13")])
def test_the_site_is_the_practices_policy(value: str, national: str) -> None:
    of = chart()
    of.policy("price_site", value, from_on="2026-03-31")

    assert (Decimal(national), len(of.told)) == (price(of).national, told(of, "site").position)


def test_a_policy_of_a_later_day_than_the_date_of_service_does_not_hold() -> None:
    of = chart()
    of.policy("price_site", "facility", from_on="2026-04-01")

    assert (Decimal("66.13"), None) == (price(of).national, told(of, "site").position)


@pytest.mark.parametrize(
    ("places", "value", "is_recorded"),
    [
        (("22",), "facility", True),
        (("19", "22"), "facility", True),
        (("11",), "office", True),
        (("11", "22"), "office", False),
        (("31",), "office", False),
    ],
)
def test_without_a_policy_the_sites_decide_where_all_agree(
    places: tuple[str, ...], value: str, is_recorded: bool
) -> None:
    of = chart()
    sites(of, *places)
    site = told(of, "site")

    assert (value, is_recorded) == (site.value, site.is_recorded)


def test_a_policy_goes_before_the_sites() -> None:
    of = chart()
    sites(of, "22")
    of.policy("price_site", "office")

    assert Decimal("66.13") == price(of).national


def test_a_health_center_is_paid_the_national_amount_whoever_bills_and_wherever() -> None:
    of = chart()
    credential(of, "np")
    status(of, 2026)
    of.policy("price_site", "facility")
    office = price(of)
    of.capability("rural_health_clinic", from_on="2026-03-31")
    clinic = prices(of).billing

    assert clinic is not None
    assert dollars("66.13", "66.13") == (clinic.national, clinic.allowed)
    assert ("health_center", len(of.told)) == (clinic.inputs[0].value, clinic.inputs[0].position)
    assert dollars("43.97", "37.37") == (office.national, office.allowed)


# --- who bills --------------------------------------------------------------------------------------------------


def test_a_biller_who_is_a_qualifying_participant_has_the_factor_of_those() -> None:
    of = chart()
    status(of, 2026)

    assert (Decimal("66.46"), len(of.told)) == (price(of).national, told(of, "qualifying_participant").position)


def test_the_status_of_another_year_or_of_another_practitioner_moves_nothing() -> None:
    of = chart()
    status(of, 2025)
    status(of, 2026, who="MD2")

    assert Decimal("66.13") == price(of).national
    assert not told(of, "qualifying_participant").is_recorded


def test_who_is_recorded_not_to_be_one_is_no_assumption() -> None:
    of = chart()
    status(of, 2026, is_qualifying=False)

    assert ("no", True) == (told(of, "qualifying_participant").value, told(of, "qualifying_participant").is_recorded)


def test_a_nurse_practitioners_month_is_allowed_at_85_percent() -> None:
    of = chart()
    credential(of, "np")

    assert dollars("66.13", "56.21") == (price(of).national, price(of).allowed)
    assert ("np", len(of.told)) == (told(of, "credential").value, told(of, "credential").position)
    assert Decimal("66.13") == of.verdict().amount


@pytest.mark.parametrize("word", ["rn", None])
def test_a_credential_without_a_percent_is_an_assumption(word: str | None) -> None:
    of = chart()
    credential(of, word)

    assert "credential" in price(of).assumed
    assert Decimal("66.13") == price(of).allowed


def test_a_month_that_nobody_is_designated_for_assumes_a_physician() -> None:
    priced = price(chart(without=["designation"]))

    assert "credential" in priced.assumed


# --- coverage ---------------------------------------------------------------------------------------------------


def test_another_payer_gets_no_expected_payment() -> None:
    of = chart(without=["coverage"])
    of.coverage(payer="humana", kind="medicare_advantage")

    assert (Decimal("66.13"), None) == (price(of).national, price(of).expected)
    assert ["payer_sets_own_rates"] == codes(price(of).notices)


def test_a_qualified_beneficiary_by_a_second_coverage_is_not_billed() -> None:
    of = chart()
    qmb(of)

    assert (Decimal("0.00"), Decimal("51.84")) == (price(of).patient_billed, price(of).expected)
    assert len(of.told) == told(of, "qmb").position


@pytest.mark.parametrize(("until", "billed"), [("2026-03-30", "13.23"), ("2026-03-31", "0.00")])
def test_whether_a_patient_is_one_is_asked_on_the_date_of_service(until: str, billed: str) -> None:
    of = chart()
    qmb(of, until_on=day(until))

    assert Decimal(billed) == price(of).patient_billed


# --- locality ---------------------------------------------------------------------------------------------------


def locality(of: Chart) -> None:
    indices = {"gpci_work": "1.049", "gpci_pe": "1.181", "gpci_mp": "1.624"}
    of.tell(
        LocalityRecorded(
            practice=of.practice, locality="1320201", from_on=day("2026-01-01"), cite="Addendum E", **indices
        )
    )


def test_a_locality_on_record_that_moves_no_amount_is_named_as_not_used() -> None:
    of = chart()
    locality(of)

    assert "locality" not in price(of).assumed
    assert ("locality",) == price(of).not_used
    assert "not all parts of the relative values on file" == told(of, "locality").not_used


def test_a_health_centers_locality_is_not_used_either() -> None:
    of = chart()
    of.capability("rural_health_clinic")
    locality(of)

    assert "a health center is paid the national amount" == told(of, "locality").not_used


def test_nothing_is_said_to_be_not_used_where_nothing_was_recorded() -> None:
    assert () == price(chart()).not_used


def test_a_locality_on_record_is_named_and_what_is_missing_is_said() -> None:
    of = chart()
    locality(of)

    assert ("1320201", len(of.told)) == (told(of, "locality").value, told(of, "locality").position)
    assert ["locality_not_priced"] == codes(price(of).notices)
    assert Decimal("66.13") == price(of).schedule


# --- months and dates of service --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "national"),
    [
        ("2023-12", None),
        ("2024-01", "61.56"),
        ("2024-12", "62.58"),
        ("2025-01", "60.49"),
        ("2025-12", "60.49"),
        ("2026-01", "66.13"),
        ("2026-12", "66.13"),
        ("2027-01", None),
    ],
)
def test_a_month_is_priced_by_its_date_of_service(month: str, national: str | None) -> None:
    of = chart(month)
    expected = None if national is None else Decimal(national)

    assert (expected, expected) == (of.verdict().amount, price(of).national)
    assert ("no_price_on_file" in codes(price(of).notices)) == (national is None)
    assert ("no_price_on_file" in codes(of.verdict().notices)) == (national is None)


@pytest.mark.parametrize(("died_on", "national"), [("2024-03-08", "61.56"), ("2024-03-09", "62.58")])
def test_within_march_2024_the_day_decides_which_factor_prices(died_on: str, national: str) -> None:
    of = Chart("2024-03")
    of.time(f"{died_on} 10:00", 25)
    of.death(died_on)

    assert Decimal(national) == of.verdict().amount == price(of).national


def test_every_family_that_is_available_has_its_price() -> None:
    of = chart(minutes=60)
    of.time("2026-03-10 10:00", 30, by="MD")
    found = dict(prices(of).families)

    assert {"noncomplex", "personal"} == set(found)
    assert Decimal("89.18") == found["personal"].national


def test_prices_move_nothing_that_is_signed() -> None:
    plain, known = chart(), chart()
    known.policy("price_site", "facility")
    status(known, 2026)

    assert plain.verdict().digest == known.verdict().digest


def dollars(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(each) for each in amounts)


# --- a payer's exceptions ---------------------------------------------------------------------------------------

NP_AT_NINETY = """exception = "Acme pays nurse practitioners more, and another factor"
base = "medicare"
applies_to = {payer = "acme"}
implements = ["CCM-RATE-13"]
checked = 2026-11-22

["medicare.pfs.practitioner_percent.np"]
says = "Ninety."
values = [{effective = 2026-01-01, value = 90.0, cite = "Acme manual", confidence = "CONFIRMED"}]

["medicare.pfs.conversion_factor.nonqp"]
says = "Forty dollars."
values = [{effective = 2026-01-01, value = 40.0, cite = "Acme manual", confidence = "CONFIRMED"}]
"""


def of_acme() -> tuple[Chart, Rulebook]:
    """A month of a nurse practitioner whose payer has exceptions to a factor and to the percent."""
    of = Chart("2026-03", without=("coverage",))
    of.coverage(payer="acme")
    credential(of, "np")
    of.time("2026-03-09 10:00", 25)
    shipped = dict(shipped_edition().files)
    return of, load_rulebook({**shipped, "payers/acme/rates.toml": NP_AT_NINETY.encode()})


def priced_by_acme() -> Price:
    of, book = of_acme()
    facts, verdict = of.facts(), judge_month(of.facts(), book, edition="acme")
    practice, biller = facts.practices.get(verdict.practice or ""), facts.staff.get(verdict.practitioner or "")
    found = price_month(verdict, book_of(verdict, book), patient=facts.patient, practice=practice, biller=biller)
    assert found.billing is not None
    return found.billing


def test_steps_name_the_rules_that_they_took_as_the_exceptions_name_themselves() -> None:
    (line,) = priced_by_acme().lines

    assert [(step.name, step.readings) for step in line.steps][:2] == [
        ("national", ("medicare.pfs.rvu_nonfacility.99490", "medicare.pfs.conversion_factor.nonqp@acme")),
        ("allowed", ("medicare.pfs.practitioner_percent.np@acme",)),
    ]


def test_every_rule_that_a_step_or_an_input_names_is_among_those_that_were_read() -> None:
    found = priced_by_acme()
    named = {name for line in found.lines for step in line.steps for name in step.readings}
    named |= {name for each in found.inputs for name in each.readings}

    assert set() == named - {reading.name for reading in found.reads}


def test_a_credential_that_a_payer_pays_otherwise_is_a_known_one() -> None:
    known = next(each for each in priced_by_acme().inputs if each.name == "credential")

    assert ("np", True, ("medicare.pfs.practitioner_percent.np@acme",)) == (
        known.value,
        known.is_recorded,
        known.readings,
    )

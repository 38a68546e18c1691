"""What a month is expected to pay: dollars to the cent, step by step, and which inputs are recorded or assumed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.judging.prices import Gpci, Price, PricedAs, PriceInput, StepName, price_charges
from ledger.judging.shapes import ChargeLine
from ledger.rulebook import Rulebook, load_rulebook, shipped_edition
from tests.facts import codes, law

BOOK = law()[0]
FILES = dict(shipped_edition().files)
PAYMENT = "medicare/pfs/payment.toml"


def priced(
    code: str = "99490", units: int = 1, on: str = "2026-03-31", *, book: Rulebook = BOOK, **known: Any
) -> Price:
    day = date.fromisoformat(on)
    return price_charges([ChargeLine(code, units, None)], PricedAs(**known), on=day, rules=book.in_force(day))


def dollars(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(each) for each in amounts)


def steps(price: Price) -> dict[StepName, Decimal]:
    return {step.name: step.amount for step in price.lines[0].steps}


# --- step by step -----------------------------------------------------------------------------------------------


def test_a_physicians_99490_of_2026_from_the_schedule_to_the_payment() -> None:
    assert {
        "national": Decimal("66.13"),
        "allowed": Decimal("66.13"),
        "patient_share": Decimal("13.23"),
        "sequestration": Decimal("1.06"),
    } == steps(priced(credential="md"))


def test_medicare_pays_what_is_left_and_the_patient_the_share() -> None:
    price = priced(credential="md")

    assert dollars("51.84", "13.23", "65.07") == (price.medicare_pays, price.patient_billed, price.expected)


def test_a_nurse_practitioners_99490_is_allowed_at_85_percent() -> None:
    price = priced(credential="np")

    assert dollars("66.13", "56.21", "11.24", "0.90", "44.07") == (
        price.national,
        price.allowed,
        price.patient_share,
        price.sequestration,
        price.medicare_pays,
    )


@pytest.mark.parametrize(
    ("credential", "allowed"),
    [("md", "66.13"), ("do", "66.13"), ("cnm", "66.13"), ("np", "56.21"), ("pa", "56.21"), ("cns", "56.21")],
)
def test_the_percent_is_that_of_the_credential(credential: str, allowed: str) -> None:
    assert Decimal(allowed) == priced(credential=credential).allowed


@pytest.mark.parametrize("credential", [None, "rn", "percent_unless_known"])
def test_a_credential_that_no_rule_knows_is_taken_for_a_physicians(credential: str | None) -> None:
    assert Decimal("66.13") == priced(credential=credential).allowed


def test_sequestration_is_of_what_medicare_pays_and_never_of_the_patients_share() -> None:
    price = priced(credential="md")
    allowed, share, withheld = price.allowed, price.patient_share, price.sequestration

    assert allowed is not None
    assert share is not None
    assert withheld == ((allowed - share) * Decimal("0.02")).quantize(Decimal("0.01"))
    assert withheld != (allowed * Decimal("0.02")).quantize(Decimal("0.01"))


def test_halves_of_a_cent_are_rounded_up() -> None:
    # 60.90 x 85% = 51.765
    assert Decimal("51.77") == priced("99426", on="2024-03-08", credential="np").allowed


def test_steps_behind_the_schedule_are_rounded_on_the_line() -> None:
    # 2 x 50.44 = 100.88; 20% = 20.176; 2% of 80.70 = 1.614. Unit by unit it would be 1.62.
    price = priced("99439", 2, credential="md")

    assert dollars("100.88", "20.18", "1.61", "79.09") == (
        price.national,
        price.patient_share,
        price.sequestration,
        price.medicare_pays,
    )


def test_lines_are_rounded_before_they_are_added() -> None:
    charges = [ChargeLine("99490", 1, None), ChargeLine("99439", 1, None)]
    on = date(2026, 3, 31)
    price = price_charges(charges, PricedAs(credential="md"), on=on, rules=BOOK.in_force(on))

    assert dollars("116.57", "23.32", "1.87", "91.38") == (
        price.national,
        price.patient_share,
        price.sequestration,
        price.medicare_pays,
    )


# --- site and qualifying participants ---------------------------------------------------------------------------


def test_a_qualifying_participant_and_a_facility_have_their_own_columns() -> None:
    assert dollars("66.13", "66.46", "43.76") == (
        priced().national,
        priced(is_qualifying=True).national,
        priced(is_facility=True).national,
    )


def test_both_at_once_are_the_facility_total_times_the_factor_of_participants() -> None:
    # 1.31 x 33.5675
    assert Decimal("43.97") == priced(is_qualifying=True, is_facility=True).national


def test_until_2025_a_qualifying_participant_is_priced_as_everybody() -> None:
    assert priced(on="2025-12-31", is_qualifying=True).national == priced(on="2025-12-31").national


def test_the_steps_behind_a_facility_amount_start_from_it() -> None:
    price = priced(is_facility=True, credential="md")

    assert dollars("43.76", "8.75", "0.70", "34.31") == (
        price.allowed,
        price.patient_share,
        price.sequestration,
        price.medicare_pays,
    )


@pytest.mark.parametrize(
    "known",
    [{"is_facility": True}, {"is_qualifying": True}, {"credential": "np"}, {"gpci": Gpci("x", *[Decimal("1.5")] * 3)}],
)
def test_the_code_of_health_centers_pays_the_national_amount_whoever_bills(known: dict[str, Any]) -> None:
    price = priced("G0511", on="2025-09-30", **known)

    assert (Decimal("54.67"), Decimal("54.67"), ()) == (price.national, price.allowed, price.notices)
    assert ("medicare.pfs.pricing.national_rate_codes",) == price.lines[0].steps[1].readings


# --- what cannot be priced --------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["2023-12-31", "2027-01-01"])
def test_service_outside_the_years_on_file_has_no_price(on: str) -> None:
    price = priced(on=on)

    assert (None, None, None) == (price.national, price.allowed, price.expected)
    assert ["no_price_on_file"] == codes(price.notices)


@pytest.mark.parametrize("on", ["2024-01-01", "2026-12-31"])
def test_service_on_the_edges_of_the_years_on_file_has_a_price(on: str) -> None:
    price = priced(on=on)

    assert price.expected is not None
    assert () == price.notices


def test_a_facility_in_2024_has_no_price_on_file() -> None:
    price = priced(on="2024-06-30", is_facility=True)

    assert price.expected is None
    assert "No price is on file for 99490 in a facility on 2024-06-30." == price.notices[0].happened


def test_one_line_without_a_price_leaves_the_sum_without_one() -> None:
    charges, on = [ChargeLine("99490", 1, None), ChargeLine("G2058", 1, None)], date(2026, 3, 31)
    price = price_charges(charges, PricedAs(), on=on, rules=BOOK.in_force(on))

    assert price.lines[0].medicare_pays is not None
    assert (None, None) == (price.national, price.expected)


def test_another_payer_shows_the_national_amount_and_no_payment() -> None:
    price = priced(is_medicare=False)

    assert (Decimal("66.13"), None, None) == (price.national, price.allowed, price.expected)
    assert ["payer_sets_own_rates"] == codes(price.notices)


def test_a_qualified_beneficiary_is_never_billed_the_share() -> None:
    price = priced(credential="md", is_qmb=True)

    assert dollars("13.23", "0.00", "51.84") == (price.patient_share, price.patient_billed, price.expected)
    assert "medicare.pfs.payment.qmb_is_billed" in [reading.name for reading in price.reads]


def test_an_edition_from_before_these_rules_gives_the_national_amount_alone() -> None:
    older = load_rulebook({name: content for name, content in FILES.items() if name != PAYMENT})
    price = priced(book=older)

    assert (Decimal("66.13"), None) == (price.national, price.expected)
    assert ["no_payment_rules"] == codes(price.notices)


@pytest.mark.parametrize(
    ("known", "other"),
    [
        (b'"practitioner_percent", "patient_share", "sequestration"', b'"sequestration", "patient_share"'),
        (b'value = "half_up_to_cents_per_line"', b'value = "down_to_cents_per_line"'),
        (b'value = false, cite = "Default of this program, not a regulation"', b'value = true, cite = "Other"'),
    ],
)
def test_an_edition_adopted_before_that_asks_for_other_steps_gets_no_payment_by_ours(
    known: bytes, other: bytes
) -> None:
    assert known in FILES[PAYMENT]
    price = priced(book=load_rulebook({**FILES, PAYMENT: FILES[PAYMENT].replace(known, other)}, first_time=False))

    assert (Decimal("66.13"), None) == (price.national, price.expected)
    assert ["no_payment_rules"] == codes(price.notices)


# --- localities -------------------------------------------------------------------------------------------------

MANHATTAN = Gpci("1320201", Decimal("1.049"), Decimal("1.181"), Decimal("1.624"))
NATIONAL = Gpci("even", Decimal("1.000"), Decimal("1.000"), Decimal("1.000"))


def with_parts(expense: str = "0.91", malpractice: str = "0.07") -> Rulebook:
    """The shipped rules and, from a folder of one's own, parts of the relative values of 99490: invented ones."""

    def table(name: str, value: str) -> dict[str, bytes]:
        text = f"""implements = ["CCM-RATE-11"]
checked = 2026-11-22

[99490]
unit = "rvu"
says = "Invented for a test."
rules = ["CCM-RATE-11"]
values = [{{effective = 2026-01-01, until = 2026-12-31, value = {value}, cite = "none", confidence = "DESIGN"}}]
"""
        return {f"medicare/pfs/{name}.toml": text.encode()}

    # As an edition that was adopted is opened: a new one with parts that do not add up is refused.
    files = FILES | table("rvu_pe_nonfacility", expense) | table("rvu_mp", malpractice)
    return load_rulebook(files, first_time=False)


def test_a_locality_is_priced_from_the_parts_times_their_indices() -> None:
    # (1.00 x 1.049 + 0.91 x 1.181 + 0.07 x 1.624) x 33.4009 = 74.7308...
    price = priced(book=with_parts(), gpci=MANHATTAN, credential="md")

    assert dollars("66.13", "74.73", "74.73") == (price.national, price.schedule, price.allowed)
    assert () == price.notices


def test_indices_of_one_give_the_national_amount() -> None:
    price = priced(book=with_parts(), gpci=NATIONAL)

    assert (Decimal("66.13"), Decimal("66.13")) == (price.national, price.schedule)


def test_without_the_parts_the_national_amount_stands_and_the_notice_names_them() -> None:
    price = priced(gpci=MANHATTAN, credential="md")

    assert (Decimal("66.13"), Decimal("65.07")) == (price.schedule, price.expected)
    assert ["locality_not_priced"] == codes(price.notices)
    assert "rvu_pe_nonfacility.99490, medicare.pfs.rvu_mp.99490 not on file" in price.notices[0].happened


def test_parts_of_another_release_than_the_total_are_not_used() -> None:
    price = priced(book=with_parts(expense="0.90"), gpci=MANHATTAN)

    assert Decimal("66.13") == price.schedule
    assert "do not add up to its total" in price.notices[0].happened


RECORDED = (PriceInput("locality", "1320201", 5, "Addendum E"),)


def test_a_locality_that_every_line_took_is_used() -> None:
    assert () == priced(book=with_parts(), gpci=MANHATTAN, inputs=RECORDED).not_used


def test_parts_that_do_not_add_up_are_why_a_locality_is_not_used() -> None:
    (given,) = priced(book=with_parts(expense="0.90"), gpci=MANHATTAN, inputs=RECORDED).inputs

    assert "the parts of the relative values do not add up" == given.not_used


def test_of_several_codes_those_are_named_that_are_priced_without_the_locality() -> None:
    lines = [ChargeLine("99490", 1, None), ChargeLine("99439", 1, None)]
    rules = with_parts().in_force(date(2026, 3, 31))
    found = price_charges(lines, PricedAs(gpci=MANHATTAN, inputs=RECORDED), on=date(2026, 3, 31), rules=rules)

    assert "for 99439: not all parts of the relative values on file" == found.inputs[0].not_used


def test_a_code_without_any_price_says_nothing_of_the_locality() -> None:
    rules = BOOK.in_force(date(2023, 3, 31))
    priced_as = PricedAs(gpci=MANHATTAN, inputs=RECORDED)
    found = price_charges([ChargeLine("99490", 1, None)], priced_as, on=date(2023, 3, 31), rules=rules)

    assert () == found.not_used


def test_a_facility_takes_its_own_practice_expense() -> None:
    price = priced(book=with_parts(), gpci=MANHATTAN, is_facility=True)

    assert "medicare.pfs.rvu_pe_facility.99490 not on file" in price.notices[0].happened


# --- promises ---------------------------------------------------------------------------------------------------

ALL_CODES = sorted(name.split(".")[3] for name in BOOK.quantities if name.startswith("medicare.pfs.rvu_nonfacility."))
DAYS = ("2024-03-08", "2024-03-09", "2025-09-30", "2026-01-01")


@pytest.mark.parametrize("code", ALL_CODES)
@pytest.mark.parametrize("credential", ["md", "np"])
def test_every_amount_is_a_decimal_in_cents_and_the_parts_add_up(code: str, credential: str) -> None:
    for on in DAYS:
        for units in (1, 2, 10):
            for line in priced(code, units, on, credential=credential).lines:
                amounts = [line.national, line.allowed, line.patient_share, line.sequestration, line.medicare_pays]
                known = [each for each in amounts if each is not None]

                assert len(known) in {0, 5}
                assert all(type(each) is Decimal and each.as_tuple().exponent == -2 for each in known)
                if known:
                    assert known[1] == sum(known[2:], Decimal(0))


def test_every_step_names_its_readings_and_they_are_read() -> None:
    price = priced(credential="np", is_qualifying=True)
    named = {name for step in price.lines[0].steps for name in step.readings}

    assert named == {
        "medicare.pfs.rvu_nonfacility.99490",
        "medicare.pfs.conversion_factor.qp",
        "medicare.pfs.practitioner_percent.np",
        "medicare.pfs.payment.coinsurance_percent",
        "medicare.pfs.payment.sequestration_percent",
    }
    assert named <= {reading.name for reading in price.reads}
    assert all(reading.cite for reading in price.reads)


def test_inputs_without_a_position_are_the_assumed_ones() -> None:
    told = (PriceInput("site", "office", None, "no policy"), PriceInput("credential", "md", 7, "registered"))

    assert ("site",) == priced(inputs=told).assumed

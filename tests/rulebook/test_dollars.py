"""National dollars to the cent, for every code and period on file: the published table, as literal data."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from ledger.rulebook import Rulebook, RulesInForce, amount

Law = Callable[[str], RulesInForce]

# code: to 2024-03-08, from 2024-03-09, 2025, 2026 non-facility, 2026 non-facility QP, 2026 facility
TABLE = """
99490  61.56  62.58  60.49  66.13  66.46  43.76
99439  47.15  47.93  45.93  50.44  50.69  30.73
99491  83.17  84.55  82.16  89.18  89.63  65.47
99437  58.61  59.58  57.58  63.13  63.44  43.76
99487 131.96 134.15 131.65 144.29 145.01  79.16
99489  71.05  72.23  70.52  78.16  78.55  43.76
G0506  61.56  62.58  60.81  66.47  66.80  38.41
99424  81.21  82.55  80.87  87.51  87.95  64.80
99425  58.94  59.92  58.87  61.46  61.76  44.09
99426  60.90  61.91  61.78  67.80  68.14  44.09
99427  46.50  47.27  50.46  54.11  54.38  31.40
G0556   -      -     15.20  16.37  16.45  11.02
G0557   -      -     48.84  53.78  54.04  33.73
G0558   -      -    107.07 117.24 117.82  72.81
G0568   -      -      -    161.66 162.47  81.83
G0569   -      -      -    145.96 146.69  89.85
G0570   -      -      -     57.78  58.07  38.75
99484  54.03  54.92  53.05  57.45  57.74  38.75
99495 203.34 206.72 201.20 220.11 221.21 122.25
99496 275.05 279.62 272.68 298.60 300.09 166.34
G0511  71.71  72.90  54.67   -      -      -
"""

# first and last day of the period, facility, qualifying participant
PERIODS = (
    ("2024-01-01", "2024-03-08", False, False),
    ("2024-03-09", "2024-12-31", False, False),
    ("2025-01-01", "2025-12-31", False, False),
    ("2026-01-01", "2026-12-31", False, False),
    ("2026-01-01", "2026-12-31", False, True),
    ("2026-01-01", "2026-12-31", True, False),
)
G0511_LAST_DAY = "2025-09-30"

# 2025 facility totals: 1.48, 1.02, 2.24, 1.48, 2.69, 1.46 and 1.29, each times 32.3465
FACILITY_2025 = """
99490 47.87
99439 32.99
99491 72.46
99437 47.87
99487 87.01
99489 47.23
G0506 41.73
"""


# Section 2.2: work; then totals of 2024, of 2025, of 2026 outside a facility and in one
RELATIVE_VALUES = """
99490 1.00 1.88 1.87 1.98 1.31
99439 0.70 1.44 1.42 1.51 0.92
99491 1.50 2.54 2.54 2.67 1.96
99437 1.00 1.79 1.78 1.89 1.31
99487 1.81 4.03 4.07 4.32 2.37
99489 1.00 2.17 2.18 2.34 1.31
G0506 0.87 1.88 1.88 1.99 1.15
99424 1.45 2.48 2.50 2.62 1.94
99425 1.00 1.80 1.82 1.84 1.32
99426 1.00 1.86 1.91 2.03 1.32
99427 0.71 1.42 1.56 1.62 0.94
G0556 0.25  -   0.47 0.49 0.33
G0557 0.77  -   1.51 1.61 1.01
G0558 1.67  -   3.31 3.51 2.18
G0568 1.88  -    -   4.84 2.45
G0569 2.05  -    -   4.37 2.69
G0570 0.93  -    -   1.73 1.16
99484 0.93 1.65 1.64 1.72 1.16
99495 2.78 6.21 6.22 6.59 3.66
99496 3.79 8.40 8.43 8.94 4.98
G0511  -   2.19 1.69  -    -
"""
FACILITY_TOTALS_2025 = """
99490 1.48
99439 1.02
99491 2.24
99437 1.48
99487 2.69
99489 1.46
G0506 1.29
"""

# Section 2.1: first day, last day, the factor of others, the factor of qualifying participants
FACTORS = """
2024-01-01 2024-03-08 32.7442 32.7442
2024-03-09 2024-12-31 33.2875 33.2875
2025-01-01 2025-12-31 32.3465 32.3465
2026-01-01 2026-12-31 33.4009 33.5675
"""
PROPOSED_2027 = ("32.8409", "33.1693")

# The days on either side of every change of prices
EDGES = """
2023-12-31    -
2024-01-01  61.56
2024-03-08  61.56
2024-03-09  62.58
2024-12-31  62.58
2025-01-01  60.49
2025-12-31  60.49
2026-01-01  66.13
2026-12-31  66.13
2027-01-01    -
"""


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


def cases() -> list[tuple[str, str, bool, bool, Decimal | None]]:
    found = []
    for code, *amounts in rows(TABLE):
        for (first, last, facility, qp), dollars in zip(PERIODS, amounts, strict=True):
            end = G0511_LAST_DAY if code == "G0511" and first == "2025-01-01" else last
            expected = None if dollars == "-" else Decimal(dollars)
            found += [(code, day, facility, qp, expected) for day in (first, end)]
    return found


def priced(
    law_on: Law, code: str, day: str, *, units: int = 1, facility: bool = False, qp: bool = False
) -> Decimal | None:
    return amount(code, units, on=date.fromisoformat(day), facility=facility, qp=qp, rules=law_on(day))


@pytest.mark.parametrize(("code", "day", "facility", "qp", "dollars"), cases())
def test_dollars_equal_the_published_table(
    law_on: Law, code: str, day: str, facility: bool, qp: bool, dollars: Decimal | None
) -> None:
    assert dollars == priced(law_on, code, day, facility=facility, qp=qp)


@pytest.mark.parametrize(("code", "dollars"), rows(FACILITY_2025))
def test_facility_dollars_of_2025(law_on: Law, code: str, dollars: str) -> None:
    assert Decimal(dollars) == priced(law_on, code, "2025-06-30", facility=True)


def relative_values() -> list[tuple[str, str, Decimal | None]]:
    found = []
    for code, *values in rows(RELATIVE_VALUES):
        work, *totals = [None if value == "-" else Decimal(value) for value in values]
        first = "2024-01-01" if totals[0] else "2025-01-01" if totals[1] else "2026-01-01"
        names = [(f"rvu_work.{code}", day, work) for day in (first, "2025-12-31", "2026-12-31") if day >= first]
        days = (("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-09-30"), ("2026-01-01", "2026-12-31"))
        for both, total in zip(days, totals, strict=False):
            names += [(f"rvu_nonfacility.{code}", day, total) for day in both]
        names += [(f"rvu_facility.{code}", day, totals[3]) for day in days[2]]
        found += names
    for code, dollars in rows(FACILITY_TOTALS_2025):
        found += [(f"rvu_facility.{code}", day, Decimal(dollars)) for day in ("2025-01-01", "2025-12-31")]
    return found


@pytest.mark.parametrize(("name", "day", "value"), relative_values())
def test_relative_values_equal_the_published_table(law_on: Law, name: str, day: str, value: Decimal | None) -> None:
    assert value == law_on(day).get(f"medicare.pfs.{name}")


@pytest.mark.parametrize(("first", "last", "nonqp", "qp"), rows(FACTORS))
def test_conversion_factors_equal_the_published_ones(law_on: Law, first: str, last: str, nonqp: str, qp: str) -> None:
    for day in (first, last):
        assert Decimal(nonqp) == law_on(day).decimal("medicare.pfs.conversion_factor.nonqp")
        assert Decimal(qp) == law_on(day).decimal("medicare.pfs.conversion_factor.qp")


@pytest.mark.parametrize(("day", "dollars"), rows(EDGES))
def test_dollars_change_on_the_day_and_not_before(law_on: Law, day: str, dollars: str) -> None:
    assert (None if dollars == "-" else Decimal(dollars)) == priced(law_on, "99490", day)


def test_no_other_code_and_no_other_year_has_a_price(book: Rulebook) -> None:
    tables = {"rvu_work", "rvu_nonfacility", "rvu_facility", "conversion_factor"}
    held = {name: q for name, q in book.quantities.items() if name.startswith("medicare.pfs.")}
    prices = {name: q for name, q in held.items() if name.split(".")[2] in tables}
    codes = {name.split(".")[3] for name in prices} - {"qp", "nonqp"}

    assert {row[0] for row in rows(TABLE)} == codes
    for quantity in prices.values():
        assert date(2024, 1, 1) <= quantity.readings[0].effective
        assert quantity.readings[-1].until is not None
        assert date(2026, 12, 31) >= quantity.readings[-1].until


def test_the_factors_proposed_for_2027_price_nothing(book: Rulebook) -> None:
    values = {reading.value for quantity in book.quantities.values() for reading in quantity.readings}

    assert not {Decimal(factor) for factor in PROPOSED_2027} & values


def test_parts_of_relative_values_but_work_are_not_shipped(book: Rulebook) -> None:
    assert [] == [name for name in book.quantities if name.startswith(("medicare.pfs.rvu_pe", "medicare.pfs.rvu_mp"))]


PERCENTS = """
practitioner_percent.np       85.0
practitioner_percent.pa       85.0
practitioner_percent.cns      85.0
practitioner_percent.cnm     100.0
practitioner_percent.md      100.0
practitioner_percent.do      100.0
payment.coinsurance_percent   20.0
payment.sequestration_percent  2.0
pricing.percent_unless_known 100.0
"""


@pytest.mark.parametrize(("name", "percent"), rows(PERCENTS))
def test_percents_are_those_of_the_rules(law_on: Law, name: str, percent: str) -> None:
    for day in ("2024-01-01", "2026-12-31"):
        assert Decimal(percent) == law_on(day).decimal(f"medicare.pfs.{name}")


def test_whoever_may_bill_has_a_percent(law_on: Law) -> None:
    law = law_on("2026-03-31")
    credentials = law.words("medicare.ccm.billing_practitioner.credentials")

    assert [] == [each for each in credentials if law.find(f"medicare.pfs.practitioner_percent.{each}") is None]


def test_sequestration_before_2024_is_not_on_file(law_on: Law) -> None:
    assert law_on("2023-12-31").get("medicare.pfs.payment.sequestration_percent") is None


def test_units_are_rounded_one_by_one_and_then_added(law_on: Law) -> None:
    # 2 x 50.44 = 100.88, though 2 x 1.51 x 33.4009 would round to 100.87.
    assert Decimal("100.88") == priced(law_on, "99439", "2026-03-31", units=2)


@pytest.mark.parametrize(("add_on_units", "dollars"), [(0, "144.29"), (1, "222.45"), (2, "300.61")])
def test_complex_months_of_60_90_and_120_minutes(law_on: Law, add_on_units: int, dollars: str) -> None:
    base = priced(law_on, "99487", "2026-03-31")
    added = priced(law_on, "99489", "2026-03-31", units=add_on_units)

    assert base is not None
    assert added is not None
    assert Decimal(dollars) == base + added


@pytest.mark.parametrize("code", [row[0] for row in rows(TABLE)])
def test_service_from_2027_has_no_price(law_on: Law, code: str) -> None:
    assert priced(law_on, code, "2027-01-01") is None
    assert priced(law_on, code, "2027-01-01", qp=True) is None
    assert priced(law_on, code, "2027-01-01", facility=True) is None


def test_service_before_2024_has_no_price_on_file(law_on: Law) -> None:
    assert priced(law_on, "99490", "2023-12-31") is None


def test_until_2025_one_factor_holds_for_qualifying_participants_too(law_on: Law) -> None:
    assert Decimal("61.56") == priced(law_on, "99490", "2024-03-08", qp=True)
    assert Decimal("62.58") == priced(law_on, "99490", "2024-03-09", qp=True)
    assert Decimal("60.49") == priced(law_on, "99490", "2025-12-31", qp=True)


def test_facility_service_in_2024_has_no_price_on_file(law_on: Law) -> None:
    assert priced(law_on, "99490", "2024-06-30", facility=True) is None


def test_g0511_has_no_price_from_october_2025(law_on: Law) -> None:
    assert Decimal("54.67") == priced(law_on, "G0511", "2025-09-30")
    assert priced(law_on, "G0511", "2025-10-01") is None


def test_an_unknown_code_has_no_price(law_on: Law) -> None:
    assert priced(law_on, "99999", "2026-03-31") is None


def test_dollars_are_decimals_with_two_places(law_on: Law) -> None:
    dollars = priced(law_on, "99490", "2026-03-31")

    assert isinstance(dollars, Decimal)
    assert dollars.as_tuple().exponent == -2


def test_a_service_is_not_priced_by_the_rules_of_another_date(law_on: Law) -> None:
    with pytest.raises(AssertionError, match="its own date"):
        amount("99490", 1, on=date(2024, 3, 9), facility=False, qp=False, rules=law_on("2024-03-08"))


def test_a_price_cites_what_it_was_computed_from(law_on: Law) -> None:
    law = law_on("2026-03-31").trace()

    amount("99490", 1, on=date(2026, 3, 31), facility=True, qp=True, rules=law)

    assert law.names() == ("medicare.pfs.rvu_facility.99490", "medicare.pfs.conversion_factor.qp")

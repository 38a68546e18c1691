"""The national provider identifier: ten digits, the first 1 or 2, the last the check digit of 80840 and the others."""

import pytest

from ledger.terms.people import is_npi


@pytest.mark.parametrize("npi", ["1234567893", "1558598797", "1000000004", "2000000002", "1999999992", "1472583693"])
def test_a_number_of_the_right_shape_and_check_digit_is_one(npi: str) -> None:
    """CCM-NPI-01, CCM-NPI-02: the published vectors."""
    assert is_npi(npi)


@pytest.mark.parametrize(
    "npi",
    ["0123456789", "3000000001", "123456789", "12345678934", "12345678 3", "\N{FULLWIDTH DIGIT ONE}234567893", ""],
)
def test_a_number_of_another_shape_is_none(npi: str) -> None:
    """CCM-NPI-01: first digit, nine and eleven digits, a blank, a digit of another script."""
    assert not is_npi(npi)


@pytest.mark.parametrize("last", "0124567890")
def test_every_other_check_digit_is_wrong(last: str) -> None:
    """CCM-NPI-02: of 123456789x only 3 is right."""
    assert not is_npi(f"123456789{last}")

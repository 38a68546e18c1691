"""Remittances as CSV: read whole or refused with the line, and the same answers as an 835 gives."""

import pytest

from interfaces.x12.answer_shapes import HeldBack
from interfaces.x12.answers import AnswerFile
from interfaces.x12.reading import Malformed
from interfaces.x12.remittance_835 import read_remittances
from interfaces.x12.remittance_csv import NEEDED, OPTIONAL, is_csv, read_remittance_csv
from tests.x12.answers import NUMBER, OTHER, claim, line, payment, remittance, usd

HEADER = ",".join((*NEEDED, *OPTIONAL))


def row(**changes: str) -> str:
    whole = {
        "payer": "1366401234",
        "payment": "EFT0001",
        "paid_on": "2026-04-20",
        "payment_amount": "52.90",
        "control_number": NUMBER,
        "status": "paid",
        "charge": "85.00",
        "paid": "52.90",
        "patient_share": "13.23",
        "payer_number": "2226100000001",
        "payer_status": "1",
        "code": "99490",
        "units": "1",
        "line_charge": "85.00",
        "line_paid": "52.90",
        "line_adjustments": "CO-45:18.87 PR-2:13.23",
    }
    return ",".join({**whole, **changes}.get(name, "") for name in (*NEEDED, *OPTIONAL))


def read(*rows: str, header: str = HEADER) -> AnswerFile:
    return read_remittance_csv("\n".join((header, *rows)).encode())


def test_a_row_says_what_the_835_of_the_same_payment_says() -> None:
    as_csv, as_x12 = read(row()).answers[0], read_remittances(remittance().encode()).answers[0]

    assert (as_csv.key, as_csv.row, as_csv.data) == (as_x12.key, as_x12.row, as_x12.data)


def test_rows_of_one_claim_are_its_lines() -> None:
    text = remittance(payment(claim(lines=(line(), line(code="99439", remarks=("N111",))))))
    (answer,) = read(row(), row(code="99439", line_remarks="N111")).answers

    assert answer.data == read_remittances(text.encode()).answers[0].data


def test_a_further_answer_about_a_claim_has_another_number() -> None:
    first, second = read(row(), row(claim="2", paid="0.00", status="denied", line_paid="0.00")).answers

    assert (first.key[-1], second.key[-1]) == ("0", "1")


def test_a_row_that_only_puts_a_price_on_a_claim_is_no_remittance() -> None:
    found = read(row(payer_status="25", payment_amount="0.00", paid="0.00"))

    assert (found.answers, found.payments[0].predetermined) == ((), (2,))


def test_a_payment_balances_by_its_claims_and_what_is_held_back() -> None:
    made = read(row(payment_amount="51.65", provider_adjustments="WO:1.25")).payments[0]
    same = read_remittances(remittance(payment(held_back=(HeldBack("WO", "R", usd("1.25")),))).encode()).payments[0]

    assert (made.amount, made.held_back, made.difference) == (same.amount, same.held_back, usd("0.00"))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((row(paid_on="04/20/2026"),), "Line 2: its paid_on is no day"),
        ((row(paid="52,90"),), "Line 2: it has another number of cells"),
        ((row(paid="$52.90"),), "Line 2: its paid holds no amount"),
        ((row(), row(control_number="")), "Line 3: its control_number holds nothing"),
        ((row(), row(status="4")), "Line 3: it says of its claim what the row before it does not"),
        ((row(status="settled"),), "Line 2: its status is none of"),
        ((row(line_adjustments="CO45 18.87"),), "Line 2: its line_adjustments do not have their form"),
        ((row(), row(payment_amount="60.00")), "Line 3: it says of its payment what an earlier row"),
        ((row(), row(control_number=OTHER), row()), "Line 4: the rows of its claim do not follow each other"),
        ((row(units="1.5"),), "Line 2: its units are no whole number"),
        ((row(), f'"{row()}'), "Line 3: A quotation mark is opened"),
        ((row(payer_number="\x00"),), "Line 2: The line holds a NUL."),
    ],
)
def test_a_row_that_cannot_be_read_refuses_the_whole_file_with_its_line(rows: tuple[str, ...], told: str) -> None:
    with pytest.raises(Malformed) as fault:
        read(*rows)

    assert fault.value.refusal.happened.startswith(told)
    assert NUMBER not in fault.value.refusal.happened


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (HEADER.replace("payment_amount", "amount"), "remittance_columns_missing"),
        (f"{HEADER},mystery", "remittance_columns_missing"),
        (f"{HEADER},code", "columns_repeated"),
    ],
)
def test_a_header_that_is_not_known_is_refused(header: str, code: str) -> None:
    with pytest.raises(Malformed) as fault:
        read(row(), header=header)

    assert fault.value.refusal.code == code


@pytest.mark.parametrize("header", [HEADER.replace(",", ";"), HEADER.replace(",", "\t"), HEADER.upper()])
def test_a_header_with_other_marks_or_capitals_is_told_how_it_is_written(header: str) -> None:
    with pytest.raises(Malformed) as fault:
        read(row(), header=header)

    assert "parted by commas and written in small letters" in fault.value.refusal.happened


def test_a_file_is_csv_by_its_header() -> None:
    assert is_csv(HEADER.encode())
    assert is_csv(HEADER.replace("control_number", "claim no").encode())
    assert not is_csv(remittance().encode())
    assert not is_csv(remittance().replace("*", ",").encode())


@pytest.mark.parametrize("content", [HEADER, HEADER + "\r\n", HEADER + "\n\n"])
def test_a_file_with_no_row_below_its_header_is_refused_as_empty(content: str) -> None:
    with pytest.raises(Malformed) as fault:
        read_remittance_csv(content.encode())

    assert fault.value.refusal.code == "file_empty"
    assert fault.value.refusal.happened == "The file holds no row."


@pytest.mark.parametrize("day", ["2026-W17-1", "20260420", "2026-4-20", "2026-04-31", "1899-12-31", "\u0662026-04-20"])
def test_a_day_in_another_form_is_refused(day: str) -> None:
    with pytest.raises(Malformed) as fault:
        read(row(paid_on=day))

    assert fault.value.refusal.happened == "Line 2: its paid_on is no day like 2026-01-31."

"""Amounts on the wire: dollars and cents as text, in one form, and words that say so where they are not."""

import json

import pytest

from commands.handle import COMMANDS
from commands.intents.claims import AdoptCharge
from commands.wire import Delivery, Unreadable, read_line

PRACTICE = "pr_" + "a" * 26


def charge(amount: object) -> Delivery | Unreadable:
    """A line that adopts a charge."""
    data = {"practice": PRACTICE, "code": "99490", "amount": amount, "from_on": "2026-01-01"}
    return read_line(json.dumps({"v": 1, "key": "k", "command": "adopt_charge", "data": data}).encode(), COMMANDS)


def remittance(paid: object) -> Delivery | Unreadable:
    """A line that says what was paid."""
    data = {"control_number": "A", "status": "paid", "on": "2026-04-20", "charge": "85.00", "patient_share": "0.00"}
    whole = {"v": 1, "key": "k", "command": "record_remittance", "data": data | {"paid": paid}}
    return read_line(json.dumps(whole).encode(), COMMANDS)


@pytest.mark.parametrize(
    "amount",
    [
        85,
        85.5,
        True,
        None,
        "",
        " 85.00",
        "85.00\n",
        "+85.00",
        "1e2",
        "8_5.00",
        "NaN",
        "\u0668\u0665.\u0660\u0660",
        "85.001",
        ".5",
        "85.",
        "$85",
    ],
)
def test_an_amount_that_is_not_dollars_and_cents_as_text_is_not_read(amount: object) -> None:
    read = charge(amount)

    assert isinstance(read, Unreadable)
    assert read.refusal.code == "field_unreadable"
    assert "it takes an amount above zero as text, in dollars and cents, such as 85.00." in read.refusal.happened


@pytest.mark.parametrize("amount", ["85", "85.5", "85.00", "0085.00", "99999999.99"])
def test_an_amount_in_dollars_and_cents_is_read(amount: str) -> None:
    assert isinstance(charge(amount), Delivery)


@pytest.mark.parametrize("amount", ["0.00", "-85.00", "100000000.00"])
def test_a_charge_is_above_zero_and_has_at_most_eight_digits_before_the_point(amount: str) -> None:
    assert isinstance(charge(amount), Unreadable)


def test_what_was_paid_may_be_below_zero_in_a_reversal() -> None:
    assert isinstance(remittance("-52.90"), Delivery)


def test_the_words_for_an_amount_that_may_be_below_zero_say_so() -> None:
    read = remittance("1e5")

    assert isinstance(read, Unreadable)
    assert "it takes an amount as text, in dollars and cents, such as 85.00 or -85.00." in read.refusal.happened


def test_the_schema_of_an_amount_takes_no_number() -> None:
    amount = AdoptCharge.model_json_schema()["properties"]["amount"]

    assert amount["type"] == "string"
    assert "anyOf" not in amount

"""Every case of cases/payments.toml is answered by the shipped law as the case says."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ledger.rulebook import Rulebook
from tests.rulebook.case_payments import KEYS, payments

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases" / "payments.toml").read_text())["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_a_payment_is_answered_as_the_case_says(case: dict[str, Any], book: Rulebook) -> None:
    expected, ask, _ = payments(case)
    answered = ask(book)

    assert case.keys() <= KEYS | {"kind", "says", "rules"}
    assert expected == {key: answered[key] for key in expected}

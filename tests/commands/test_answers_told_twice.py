"""One answer of a payer that comes twice, by a file and by hand: both are kept, and somebody is to compare them."""

from typing import Any

import pytest

from ledger.streams.claims import ClaimRemitted
from tests.commands.test_claim_answers import dollars, paid, released, reversed_
from tests.commands.world import on


def test_what_may_be_one_answer_told_twice_is_kept_and_noticed() -> None:
    told = released()
    told = told.then(paid(told))
    again = told.when(paid(told, lines=()))

    assert isinstance(again.event, ClaimRemitted)
    assert again.codes == ["remittance_does_not_add_up", "remittance_told_before"]
    assert again.notices[1].happened.startswith("A remittance of 2026-04-20 that paid 52.90 stands at position ")


@pytest.mark.parametrize(
    ("changes", "is_noticed"),
    [
        ({"payer_number": "2226100000002"}, True),
        ({"payer_number": "2226100000002", "on": on("2026-04-21")}, False),
        ({"payer_number": "2226100000002", "charge": dollars("85.01")}, False),
        ({"payer_number": "2226100000002", "paid": dollars("52.89")}, False),
        ({"payer_number": "2226100000002", "status": "denied"}, False),
        ({"payer_status": "1"}, True),
    ],
)
def test_an_answer_is_one_that_was_told_by_its_status_day_and_amounts(
    changes: dict[str, Any], is_noticed: bool
) -> None:
    told = released()
    told = told.then(paid(told))

    assert ("remittance_told_before" in told.when(paid(told, **changes)).codes) == is_noticed


def test_an_answer_of_a_payer_behind_is_not_the_one_of_the_first() -> None:
    told = released()
    told = told.then(paid(told, payer_status="1"))

    assert told.when(paid(told, payer_status="2")).codes == []


def test_what_was_taken_back_in_between_is_told_again_without_a_word_and_a_taking_back_only_once() -> None:
    told = released()
    told = told.then(paid(told)).then(reversed_(told, "2026-04-20"))
    again = told.then(paid(told, payer_number="2226100000002"))

    assert told.when(paid(told, payer_number="2226100000002")).codes == []
    assert told.when(reversed_(told, "2026-04-20", payer_number="7")).codes == ["remittance_told_before"]
    assert again.when(reversed_(told, "2026-04-20", payer_number="7")).codes == []

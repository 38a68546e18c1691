"""The naive reading says what a biller would say who adds the facts up by hand."""

from collections import Counter
from decimal import Decimal
from typing import Any

from tests.claims_year.reading import ClaimsRead


def told(*facts: dict[str, Any]) -> ClaimsRead:
    """Facts in their order."""
    return ClaimsRead({"position": number, **fact} for number, fact in enumerate(facts, 1))


def released(claim: str, **changes: Any) -> dict[str, Any]:
    lines = [{"code": "99490", "units": 1, "charge": "85.00"}, {"code": "99439", "units": 2, "charge": "140.00"}]
    whole = {"topic": "claim_released", "claim": claim, "month": "2026-03", "frequency": "1", "replaces": None}
    return whole | {"lines": lines} | changes


def acknowledged(claim: str, outcome: str) -> dict[str, Any]:
    return {"topic": "claim_acknowledged", "claim": claim, "outcome": outcome}


def remitted(claim: str, status: str, on: str, paid: str, share: str = "0.00", off: str = "0.00") -> dict[str, Any]:
    adjustments = [{"group": "CO", "reason": "45", "amount": off}, {"group": "PR", "reason": "2", "amount": share}]
    line = {"code": "99490", "paid": paid, "adjustments": adjustments}
    charge = str(sum(map(Decimal, (paid, share, off))))
    money = {"charge": charge, "paid": paid, "patient_share": share, "lines": [line]}
    return {"topic": "claim_remitted", "claim": claim, "status": status, "on": on, **money}


def noticed(amount: str = "52.90", share: str = "13.23") -> dict[str, Any]:
    named = {"topic": "overpayment_noticed", "overpayment": "o", "claim": "a"}
    return named | {"amount": amount, "patient_share": share}


def about(topic: str, **said: str) -> dict[str, Any]:
    return {"topic": topic, "overpayment": "o", **said}


def test_a_claim_stands_as_the_payer_said_last() -> None:
    read = told(released("a"), acknowledged("a", "accepted"), remitted("a", "paid", "2026-04-20", "52.90"))

    assert (read.status("a"), read.is_live("a")) == ("paid", True)


def test_of_answers_out_of_order_the_newest_day_counts() -> None:
    back, paid = remitted("a", "reversed", "2026-06-01", "-52.90"), remitted("a", "paid", "2026-04-20", "52.90")

    assert told(released("a"), back, paid).status("a") == "reversed"
    assert told(released("a"), back, paid).paid("a") == Decimal("0.00")


def test_what_stands_for_a_claim_stands_for_it_over_others_that_came_to_nothing() -> None:
    read = told(
        *(released("a"), acknowledged("a", "rejected")),
        *(released("b", replaces="a"), acknowledged("b", "rejected")),
        *(released("c", replaces="b"), acknowledged("a", "accepted")),
    )

    assert [read.status(claim) for claim in "abc"] == ["replaced", "replaced", "released"]
    assert read.live("abc") == ["c"]


def test_a_void_asks_for_nothing_and_leaves_nothing_live() -> None:
    read = told(released("a"), released("b", frequency="8", replaces="a"))

    assert (read.status("a"), read.live("ab")) == ("voided", [])


def test_amounts_are_added_up_over_every_remittance() -> None:
    first = remitted("a", "paid", "2026-04-20", "52.90", share="13.23", off="18.87")
    second = remitted("a", "paid", "2026-05-02", "40.00", share="10.00", off="90.00")
    read = told(released("a"), first, second)

    assert (read.paid("a"), read.share("a"), read.reduced("a")) == (
        Decimal("92.90"),
        Decimal("23.23"),
        Decimal("108.87"),
    )
    assert read.units("a") == Counter({"99490": 1, "99439": 2})
    assert read.charge("a") == Decimal("225.00")


def test_what_is_open_was_taken_by_the_payer_and_not_decided() -> None:
    read = told(
        *(released("a"), acknowledged("a", "accepted")),
        *(released("b", month="2026-03"), acknowledged("b", "rejected")),
        *(released("c"), remitted("c", "denied", "2026-04-20", "0.00", off="225.00")),
    )
    totals = read.totals("2026-03")

    assert totals["number"] == {"paid": 0, "denied": 1, "open": 1}
    assert totals["released"] == (3, 9, Decimal("675.00"))
    assert totals["accepted"] == (2, 6, Decimal("450.00"))


def test_what_was_taken_back_is_not_paid_be_it_more_than_was_heard_of() -> None:
    parts = [remitted("a", "paid", "2026-04-20", "52.90"), remitted("a", "paid", "2026-05-04", "80.00")]
    back = [remitted("a", "reversed", "2026-06-01", "-52.90"), remitted("a", "reversed", "2026-06-01", "-80.00")]

    def number(*answers: dict[str, Any]) -> dict[str, int]:
        return dict(told(released("a"), acknowledged("a", "accepted"), *answers).totals("2026-03")["number"])

    assert number(parts[0], *back) == {"paid": 0, "denied": 0, "open": 1}
    assert number(*back, *parts) == {"paid": 0, "denied": 0, "open": 1}
    assert number(*parts, back[0]) == {"paid": 1, "denied": 0, "open": 0}
    assert number(parts[0], remitted("a", "denied", "2026-05-04", "0.00", off="9.00"), back[0])["denied"] == 1


def test_an_overpayment_is_open_until_all_of_it_went_back_with_the_patients_share() -> None:
    identified = (released("a"), noticed(), about("overpayment_identified"))
    half = about("overpayment_returned", amount="52.90", patient_share="0.00")
    rest = about("overpayment_returned", amount="0.00", patient_share="13.23")

    assert told(*identified, half).overpayment_status("o") == "identified"
    assert told(*identified, half).open_overpayments() == {"o": (Decimal("52.90"), Decimal("13.23"))}
    assert told(*identified, half, rest).overpayment_status("o") == "returned"
    assert told(*identified, half, rest).open_overpayments() == {}


def test_what_was_dismissed_and_identified_later_is_identified() -> None:
    read = told(released("a"), noticed(), about("overpayment_dismissed"), about("overpayment_identified"))

    assert read.overpayment_status("o") == "identified"

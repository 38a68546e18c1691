"""`reconcile`: a month's claims from ready to paid, as of now and as of before the remittance came."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest

from interfaces.cli.reconcile_text import WORDS, beside
from projections.claims.reconciled import Reconciled
from projections.claims.reconciliation import reconcile
from projections.claims.reconciliation_shapes import Reason
from tests.cli.claiming import APRIL, FEBRUARY, JANUARY, JULY, MARCH, MAY
from tests.cli.conftest import Run, World


def size(claims: int, units: int, amount: str) -> dict[str, Any]:
    return {"claims": claims, "units": units, "amount": amount}


def reasons(answer: dict[str, Any]) -> list[tuple[str, str, int, int, str]]:
    return [(d["step"], d["reason"], d["claims"], d["units"], d["amount"]) for d in answer["differences"]]


def test_a_month_that_was_paid_balances_to_the_cent(ask: Run) -> None:
    answer = ask("reconcile", JANUARY, "--json").json

    asked = size(1, 2, "145.00")
    assert (asked, asked, asked) == (answer["ready"], answer["released"], answer["accepted"])
    assert (size(1, 2, "93.25"), "23.32", "28.43") == (answer["paid"], answer["patient_share"], answer["reduced"])
    assert [{"reason": "CO-45", "amount": "28.43"}] == answer["reductions"]
    assert (answer["balances"], answer["searched"]) == (True, "this ledger")


def test_what_came_as_expected_but_for_sequestration_is_no_difference_and_less_is_one(ask: Run) -> None:
    answer = ask("reconcile", JANUARY, "--json").json

    # 116.57 is the schedule; 1.87 of it is sequestered, so that 114.70 is expected, and 116.57 came.
    assert [] == reasons(answer)


def test_before_the_remittance_the_same_month_is_open(ask: Run, claimed: World) -> None:
    answer = ask("reconcile", JANUARY, "--as-of", claimed.ids["accepted"], "--json").json

    assert (size(0, 0, "0.00"), size(1, 2, "145.00")) == (answer["paid"], answer["open"])
    assert [("open", "no_remittance", 1, 2, "145.00")] == reasons(answer)
    assert int(claimed.ids["accepted"]) == answer["as_of"]


def test_a_month_that_was_rejected_and_resent_names_both_claims(ask: Run, claimed: World) -> None:
    answer = ask("reconcile", FEBRUARY, "--json").json

    assert [
        ("released", "resent", 1, 1, "85.00"),
        ("accepted", "resent", -1, -1, "-85.00"),
        ("open", "no_remittance", 1, 1, "85.00"),
    ] == reasons(answer)
    assert [claimed.ids[name] for name in ("rejected", "rejected", "february")] == [
        each["claim"] for each in answer["differences"]
    ]


def test_a_ready_month_that_nobody_released_is_named_without_a_claim(ask: Run, claimed: World) -> None:
    answer = ask("reconcile", MARCH, "--json").json

    assert (size(1, 1, "85.00"), size(0, 0, "0.00")) == (answer["ready"], answer["released"])
    assert [("released", "ready_not_released", -1, -1, "-85.00")] == reasons(answer)
    assert (claimed.ids["patient"], None) == tuple(answer["differences"][0][name] for name in ("patient", "claim"))


def test_a_payment_below_what_is_expected_is_named_with_both(ask: Run, claimed: World) -> None:
    answer = ask("reconcile", MAY, "--as-of", claimed.ids["paid less"], "--json").json

    # 66.13 is the schedule, 13.23 the patient's, and 1.06 of the rest is sequestered: 65.07 is expected.
    assert [("paid", "paid_less_than_expected", 0, 0, "0.00")] == reasons(answer)
    assert ["64.80", "65.07"] == answer["differences"][0]["says"]


def test_a_paid_claim_whose_month_eroded_is_released_and_no_longer_ready(ask: Run) -> None:
    answer = ask("reconcile", MAY, "--json").json

    assert (size(0, 0, "0.00"), size(1, 1, "85.00")) == (answer["ready"], answer["released"])
    assert ("released", "no_longer_ready", 1, 1, "85.00") == reasons(answer)[0]
    assert "stale" in answer["differences"][0]["says"]


def test_a_practice_without_claims_has_nothing(ask: Run, claimed: World) -> None:
    answer = ask("reconcile", JANUARY, "--practice", claimed.ids["other practice"], "--json", actor="admin").json

    assert (0, []) == (answer["released"]["claims"], answer["differences"])


def test_a_month_of_pcm_is_reconciled_beside_those_of_ccm(ask: Run, claimed: World) -> None:
    answer = ask("reconcile", JULY, "--json").json

    assert (size(1, 1, "80.00"), size(1, 1, "80.00")) == (answer["ready"], answer["released"])
    assert [("accepted", "no_acknowledgment", -1, -1, "-80.00")] == reasons(answer)
    assert ("PCM", claimed.ids["july"]) == (answer["differences"][0]["programme"], answer["differences"][0]["claim"])


def test_an_empty_month_says_so(ask: Run) -> None:
    shown = ask("reconcile", APRIL)

    assert (0, True) == (shown.code, "\nNothing is ready, and nothing was released.\n" in shown.out)
    assert [] == ask("reconcile", APRIL, "--json").json["differences"]


def test_people_see_a_table_of_stages_and_every_difference_in_words(ask: Run, claimed: World) -> None:
    shown = ask("reconcile", FEBRUARY).out

    assert "ready                   1      1   $85.00\nreleased                2      2  $170.00\n" in shown
    assert "  open                  1      1   $85.00\n" in shown
    assert (
        f"Of what is open:\n  {claimed.ids['patient']} CCM {claimed.ids['february']}  accepted, no remittance yet: "
        "+1 claim, +1 unit, +$85.00\n"
    ) in shown
    assert "Balanced to the cent: 3 differences, each named above.\n" in shown


def test_answers_that_wait_for_a_claim_are_counted_because_no_sum_holds_them(ask: Run, claimed: World) -> None:
    then = ask("reconcile", JANUARY, "--as-of", claimed.ids["accepted"], "--json").json

    assert (1, 0) == (ask("reconcile", JANUARY, "--json").json["answers_without_claim"], then["answers_without_claim"])
    assert "1 answer of a payer waits for a claim of whatever month: in no sum." in ask("reconcile", JANUARY).out


def test_reductions_are_shown_by_reason(ask: Run) -> None:
    assert "Reductions by reason: CO-45 $28.43.\n" in ask("reconcile", JANUARY).out


def test_a_practice_may_be_named(ask: Run, claimed: World) -> None:
    answer = ask("reconcile", JANUARY, "--practice", claimed.ids["practice"], "--json").json

    assert (claimed.ids["practice"], 1) == (answer["practice"], answer["released"]["claims"])


def test_the_read_is_recorded_with_its_month(ask: Run, claimed: World) -> None:
    ask("reconcile", JANUARY)
    facts = ask("audit", "--action", "read_reconcile", "--json", "--limit", "9999", actor="cora").json["facts"]

    assert claimed.ids["patient"] in str(facts[-1])


@pytest.mark.parametrize(
    ("words", "happened"),
    [
        (("reconcile", "2026-13"), "a month is written YYYY-MM"),
        (("reconcile",), "are required: YYYY-MM"),
        (("reconcile", JANUARY, "--practice", "pt_x"), "opaque practice id"),
        (("reconcile", JANUARY, "--as-of", "0"), "positions count from 1"),
        (("reconcile", JANUARY, "--as-of", "1"), "had no rules"),
    ],
)
def test_what_cannot_be_asked_is_told(ask: Run, words: tuple[str, ...], happened: str) -> None:
    shown = ask(*words)

    assert 2 == shown.code
    assert happened in shown.err


def test_a_practice_that_is_not_known_is_refused(ask: Run) -> None:
    shown = ask("reconcile", JANUARY, "--practice", "pr_aaaaaaaaaaaaaaaaaaaaaaaaaa", actor="cora")

    assert (1, True) == (shown.code, "no_such_practice" in shown.err)


def test_what_is_in_no_sum_is_said_beside_it() -> None:
    found = reconcile([], [])._replace(given_back=Decimal("52.90"))
    told = list(beside(Reconciled(JANUARY, found, (), 9, (("pt_a", "G0506"),), 2)))

    assert [
        "Given back to payers as overpaid: $52.90, in no sum.",
        "What payers took back in their answers is in what they paid already.",
        "Left out: G0506 of pt_a, which rides on the claim of a visit.",
        "2 answers of payers wait for a claim of whatever month: in no sum. `ccm-ledger parked list` shows them.",
    ] == told


def test_every_reason_has_words_and_a_row_in_the_document() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reconciling.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))

    assert set(get_args(Reason)) == set(WORDS) == listed

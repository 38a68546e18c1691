"""What payers say of claims is kept and matched by the control number; reopenings are asked for in time."""

from decimal import Decimal
from typing import Any

import pytest

from commands.intents.claims import AdjustmentGiven, LineGiven, RecordAcknowledgment, RecordRemittance, ReopenClaim
from ledger.streams.claims import ClaimAcknowledged, ClaimRemitted
from ledger.streams.claims_state import Claims, ClaimStatus
from ledger.terms.identity import claims_tag
from ledger.terms.outcome import Refused
from tests.commands.test_claims import attested, claim_of, release, withdraw
from tests.commands.world import BILLER, COMPLIANCE, PATIENT, on
from tests.gwt import Given, opaque


def released() -> Given:
    """A month released on the second of April, and the biller in May."""
    return attested().then(release()).by(BILLER).at("2026-05-04T15:00:00+00:00")


def number_of(ledger: Given) -> str:
    number: str = ledger.state(claims_tag(PATIENT)).claims[-1].event.control_number
    return number


def dollars(amount: str) -> Decimal:
    return Decimal(amount)


def acknowledged(ledger: Given, outcome: str = "accepted", **changes: Any) -> RecordAcknowledgment:
    whole = {"control_number": number_of(ledger), "outcome": outcome, "received_on": on("2026-04-03"), **changes}
    return RecordAcknowledgment(**whole)


def off(reason: str, amount: str, group: Any = "CO") -> AdjustmentGiven:
    return AdjustmentGiven(group=group, reason=reason, amount=dollars(amount))


def paid(ledger: Given, **changes: Any) -> RecordRemittance:
    """85 asked, 66.13 allowed: 52.90 paid, 13.23 left to the patient."""
    line = LineGiven(
        code="99490",
        units=1,
        charge=dollars("85.00"),
        paid=dollars("52.90"),
        adjustments=(off("45", "18.87"), off("2", "13.23", "PR")),
    )
    whole: dict[str, Any] = {
        "control_number": number_of(ledger),
        "status": "paid",
        "on": on("2026-04-20"),
        "payer_number": "2226100000001",
        "charge": dollars("85.00"),
        "paid": dollars("52.90"),
        "patient_share": dollars("13.23"),
        "lines": (line,),
    }
    return RecordRemittance(**{**whole, **changes})


def denied(ledger: Given, *reasons: str, remarks: tuple[str, ...] = ()) -> RecordRemittance:
    taken = tuple(off(reason, "85.00") for reason in reasons)
    line = LineGiven(
        code="99490", units=1, charge=dollars("85.00"), paid=dollars("0.00"), adjustments=taken, remarks=remarks
    )
    return paid(ledger, status="denied", paid=dollars("0.00"), patient_share=dollars("0.00"), lines=(line,))


def status(ledger: Given) -> ClaimStatus:
    claims: Claims = ledger.state(claims_tag(PATIENT))
    return claims.status(claims.claims[-1])


def test_released_is_not_submitted_until_somebody_says_so() -> None:
    ledger = released()

    assert status(ledger) == "released"
    assert status(ledger.then(acknowledged(ledger))) == "accepted"
    assert status(ledger.then(acknowledged(ledger, "rejected"))) == "rejected"


def test_only_an_accepted_claim_counts_as_filed() -> None:
    ledger = released()
    rejected = ledger.then(acknowledged(ledger, "rejected"))
    filed = rejected.then(acknowledged(rejected, received_on=on("2026-04-05")))

    assert rejected.state(claims_tag(PATIENT)).claims[0].received_on is None
    assert filed.state(claims_tag(PATIENT)).claims[0].received_on == on("2026-04-05")


def test_a_payment_is_kept_line_by_line_with_what_was_taken_off() -> None:
    ledger = released()
    outcome = ledger.when(paid(ledger))
    event = outcome.event

    assert isinstance(event, ClaimRemitted)
    assert (event.claim, event.paid, event.patient_share) == (claim_of(ledger), dollars("52.90"), dollars("13.23"))
    assert event.reasons == ("CO-45", "PR-2")
    assert outcome.notices == ()


def test_what_is_taken_back_is_below_zero_and_leaves_nothing_paid() -> None:
    ledger = released()
    line = LineGiven(
        code="99490",
        units=1,
        charge=dollars("-85.00"),
        paid=dollars("-52.90"),
        adjustments=(off("45", "-18.87"), off("2", "-13.23", "PR")),
    )
    back = paid(
        ledger,
        status="reversed",
        on=on("2026-05-01"),
        charge=dollars("-85.00"),
        paid=dollars("-52.90"),
        patient_share=dollars("-13.23"),
        lines=(line,),
    )
    after = ledger.then(paid(ledger)).then(back)
    claim = after.state(claims_tag(PATIENT)).claims[0]

    assert (status(after), claim.paid, claim.patient_share) == ("reversed", dollars("0.00"), dollars("0.00"))


@pytest.mark.parametrize(("reason", "remarks", "told"), [("B20", (), True), ("97", ("N111",), True), ("50", (), False)])
def test_a_denial_for_another_biller_says_so(reason: str, remarks: tuple[str, ...], told: bool) -> None:
    ledger = released()
    codes = [each.code for each in ledger.when(denied(ledger, reason, remarks=remarks)).notices]

    assert (codes == ["competing_biller_paid"]) == told


def test_amounts_that_do_not_add_up_are_kept_and_noticed() -> None:
    ledger = released()
    outcome = ledger.when(paid(ledger, paid=dollars("52.91")))

    assert [each.code for each in outcome.notices] == ["remittance_does_not_add_up"]


def test_the_same_answer_again_is_known() -> None:
    ledger = released().then(acknowledged(released()))

    assert ledger.when(acknowledged(ledger)).unchanged == (ledger.facts[-1].position,)
    assert isinstance(ledger.when(acknowledged(ledger, codes=("A2:20",))).event, ClaimAcknowledged)


def test_an_answer_whose_number_is_nobodys_waits_for_its_claim() -> None:
    ledger = released()
    waiting = [
        ledger.when(answer).refusal
        for answer in (acknowledged(ledger, control_number="Z" * 20), paid(ledger, control_number="7-4411"))
    ]

    assert [each.code for each in waiting] == ["answer_without_claim"] * 2
    assert [each.waiting_for and each.waiting_for.kind for each in waiting] == ["claim"] * 2


def test_what_the_payer_bundled_into_another_code_is_kept_with_both() -> None:
    ledger = released()
    line = paid(ledger).lines[0].model_copy(update={"adjudicated_as": "99487"})
    event = ledger.when(paid(ledger, lines=(line,), payer_status="19", claim_remarks=("MA18",))).event

    assert (event.lines[0].code, event.lines[0].adjudicated_as) == ("99490", "99487")
    assert (event.payer_status, event.remarks) == ("19", ("MA18",))


def test_an_acknowledgment_behind_the_adjudication_is_kept_and_noticed() -> None:
    ledger = released().then(paid(released()))

    assert ledger.when(acknowledged(ledger)).codes == ["answer_out_of_order"]


def reversed_(ledger: Given, day: str, **changes: Any) -> RecordRemittance:
    line = LineGiven(
        code="99490",
        units=1,
        charge=dollars("-85.00"),
        paid=dollars("-52.90"),
        adjustments=(off("45", "-18.87"), off("2", "-13.23", "PR")),
    )
    amounts = {name: dollars(f"-{amount}") for name, amount in (("charge", "85.00"), ("paid", "52.90"))}
    return paid(
        ledger,
        status="reversed",
        on=on(day),
        lines=(line,),
        patient_share=dollars("-13.23"),
        payer_status="22",
        **amounts,
        **changes,
    )


def test_a_reversal_before_the_payment_is_kept_and_the_payers_days_decide_where_the_claim_stands() -> None:
    ledger = released()
    back = ledger.when(reversed_(ledger, "2026-05-01"))
    ahead = ledger.then(reversed_(ledger, "2026-05-01"))
    both = ahead.then(paid(ledger))

    assert back.codes == ["answer_out_of_order"]
    assert ahead.when(paid(ledger)).codes == ["answer_out_of_order"]
    assert (status(both), both.state(claims_tag(PATIENT)).claims[0].paid) == ("reversed", dollars("0.00"))
    assert both.state(claims_tag(PATIENT)).claims[0].adjudicated_on == on("2026-04-20")


def test_a_reversal_and_its_correction_of_one_day_leave_the_correction() -> None:
    ledger = released()
    told = ledger.then(paid(ledger)).then(reversed_(ledger, "2026-05-01"))
    corrected = told.when(paid(ledger, on=on("2026-05-01")))

    assert corrected.codes == []
    assert status(told.then(paid(ledger, on=on("2026-05-01")))) == "paid"


def test_an_answer_to_a_claim_that_was_withdrawn_is_noticed() -> None:
    ledger = released()
    outcome = ledger.then(withdraw(claim_of(ledger))).when(paid(ledger))

    assert [each.code for each in outcome.notices] == ["answer_after_withdrawal"]


def test_a_claim_that_the_payer_has_is_replaced_by_no_other_where_the_payer_does_not_take_that() -> None:
    ledger = released()
    there = ledger.then(denied(ledger, "50"))

    assert there.when(release(replaces=claim_of(there))).refusal.code == "claim_not_replaceable"


# --- reopening ----------------------------------------------------------------------------------------------------


def reopening(ledger: Given, day: str = "2026-05-04", *, good_cause: bool = False) -> ReopenClaim:
    return ReopenClaim(
        patient=PATIENT, claim=claim_of(ledger), on=on(day), good_cause=good_cause, words="A plan was filed."
    )


@pytest.mark.parametrize(
    ("day", "good_cause", "code"),
    [
        ("2027-04-20", False, None),
        ("2026-04-19", False, "claim_not_adjudicated"),
        ("2026-04-20", False, None),
        ("2027-04-21", False, "reopening_too_late"),
        ("2027-04-21", True, None),
        ("2030-04-20", True, None),
        ("2030-04-21", True, "reopening_too_late"),
    ],
)
def test_a_reopening_is_asked_for_within_a_year_or_for_good_cause_within_four(
    day: str, good_cause: bool, code: str | None
) -> None:
    ledger = released()
    told = ledger.then(denied(ledger, "50")).by(COMPLIANCE).at(f"{day}T20:00:00+00:00")
    outcome = told.when(reopening(told, day, good_cause=good_cause)).outcome

    assert (outcome.code if isinstance(outcome, Refused) else None) == code


def test_a_reopening_is_not_asked_for_before_the_day_of_the_first_adjudication() -> None:
    ledger = released()
    told = ledger.then(denied(ledger, "50")).by(COMPLIANCE).at("2026-05-20T20:00:00+00:00")

    assert "claim_not_adjudicated" == told.when(reopening(told, "2026-04-19")).refused
    assert 1 == len(told.when(reopening(told, "2026-04-20")).events)


def test_a_claim_that_was_not_adjudicated_is_not_reopened() -> None:
    ledger = released().by(COMPLIANCE)

    assert ledger.when(reopening(ledger)).refusal.code == "claim_not_adjudicated"


def test_a_claim_that_is_nobodys_is_not_reopened_whatever_the_day() -> None:
    ledger = released().by(COMPLIANCE)
    tomorrow = reopening(ledger, "2026-05-06").model_copy(update={"claim": opaque("cl", 7)})

    assert ledger.when(tomorrow).refusal.code == "no_such_claim"

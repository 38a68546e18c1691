"""835 files: what each part of a payment becomes, and that what we write is taken by somebody else and read back."""

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.intents.claims import RecordRemittance
from interfaces.x12.answer_shapes import HeldBack, PaidClaim, PaymentMade, Taken
from interfaces.x12.answers import Answer, AnswerFile
from interfaces.x12.reading import Malformed
from interfaces.x12.remittance_835 import read_remittances
from tests.x12.answers import NUMBER, OTHER, claim, denied, line, payment, remittance, reversal, usd
from tests.x12.checking import faults


def read(text: str) -> AnswerFile:
    return read_remittances(text.encode())


def only(text: str) -> Answer:
    (answer,) = read(text).answers
    return answer


def refused(text: str) -> str:
    with pytest.raises(Malformed) as fault:
        read(text)
    refusal = fault.value.refusal
    return f"{refusal.code}: {refusal.happened}"


# --- what is written --------------------------------------------------------------------------------------------------


def test_what_we_write_is_a_remittance_to_somebody_else() -> None:
    every = payment(
        claim(remarks=("MA18", "N30"), status="19"),
        denied(control_number=OTHER),
        reversal(),
        claim(
            lines=(line(units=0, remarks=("N111", "M15"), adjudicated_as="99487"),),
            taken=(Taken("OA", "23", usd("0")),),
        ),
        held_back=(HeldBack("WO", "2226100000001", usd("52.90")), HeldBack("L6", "INTEREST", usd("-0.11"))),
    )

    assert faults(remittance(every, payment(number="EFT2")), is_answered=False) == []


def test_somebody_else_finds_a_fault_where_there_is_one() -> None:
    text = remittance().replace("*1*85*52.9*", "*9*85*52.9*")

    assert faults(text, is_answered=False) != []


def test_seven_adjustments_of_one_group_take_two_segments() -> None:
    taken = tuple(Taken("CO", str(reason), usd("1.00")) for reason in range(1, 8))
    text = remittance(payment(claim(lines=(line(taken=taken),))))

    assert text.count("~CAS*CO*") == 2
    assert len(only(text).data["lines"][0]["adjustments"]) == 7
    assert faults(text, is_answered=False) == []


# --- what each part becomes -------------------------------------------------------------------------------------------


def test_a_paid_claim_becomes_a_remittance_with_its_lines() -> None:
    assert only(remittance()).data == {
        "control_number": NUMBER,
        "status": "paid",
        "on": "2026-04-20",
        "charge": "85.00",
        "paid": "52.90",
        "patient_share": "13.23",
        "payer_status": "1",
        "payer_number": "2226100000001",
        "adjustments": [],
        "lines": [
            {
                "code": "99490",
                "units": 1,
                "charge": "85.00",
                "paid": "52.90",
                "adjustments": [
                    {"group": "CO", "reason": "45", "amount": "18.87"},
                    {"group": "PR", "reason": "2", "amount": "13.23"},
                ],
                "remarks": [],
            }
        ],
    }


@pytest.mark.parametrize(
    ("said", "is_paid", "status"),
    [
        ("1", True, "paid"),
        ("2", True, "paid"),
        ("3", True, "paid"),
        ("19", True, "paid"),
        ("20", True, "paid"),
        ("1", False, "denied"),
        ("19", False, "denied"),
        ("2", False, "paid"),
        ("4", False, "denied"),
        ("23", False, "denied"),
    ],
)
def test_a_first_payer_that_pays_nothing_and_leaves_nothing_to_the_patient_has_denied(
    said: str, is_paid: bool, status: str
) -> None:
    answer = only(remittance(payment((claim if is_paid else denied)(status=said))))

    assert (answer.data["status"], answer.data["payer_status"]) == (status, said)


def test_what_the_payer_only_put_a_price_on_is_no_remittance_and_has_its_place_told() -> None:
    found = read(remittance(payment(claim(status="25", paid=usd("0.00")), denied(control_number=OTHER))))

    assert [each.data["control_number"] for each in found.answers] == [OTHER]
    assert [(made.predetermined, made.difference) for made in found.payments] == [((13,), usd("0.00"))]


def test_a_claim_whose_deductible_took_all_is_paid_with_nothing() -> None:
    whole = claim(paid=usd("0.00"), share=usd("66.13"))

    assert only(remittance(payment(whole))).data["status"] == "paid"


def test_a_reversal_takes_the_share_of_the_patient_back_too() -> None:
    answer = only(remittance(payment(reversal())))

    assert {name: answer.data[name] for name in ("status", "charge", "paid", "patient_share")} == {
        "status": "reversed",
        "charge": "-85.00",
        "paid": "-52.90",
        "patient_share": "-13.23",
    }


def test_adjustments_of_the_claim_and_of_its_lines_are_kept_apart() -> None:
    data = only(remittance(payment(claim(taken=(Taken("OA", "23", usd("5.00")),))))).data

    assert data["adjustments"] == [{"group": "OA", "reason": "23", "amount": "5.00"}]
    assert [each["reason"] for each in data["lines"][0]["adjustments"]] == ["45", "2"]


def test_a_bundled_line_stands_under_the_code_that_was_billed_and_may_have_no_units() -> None:
    bundled = line(code="99439", units=0, adjudicated_as="99487")
    (found,) = only(remittance(payment(claim(lines=(bundled,))))).data["lines"]

    assert (found["code"], found["units"], found["adjudicated_as"]) == ("99439", 0, "99487")


def test_remarks_of_the_claim_and_of_its_lines_are_read() -> None:
    data = only(remittance(payment(claim(remarks=("MA18",), lines=(line(remarks=("N111", "M15")),))))).data

    assert (data["claim_remarks"], data["lines"][0]["remarks"]) == (["MA18"], ["N111", "M15"])


def test_a_claim_without_lines_is_read() -> None:
    assert only(remittance(payment(claim(lines=())))).data["lines"] == []


def test_a_claim_paid_in_parts_has_an_answer_of_its_own_for_each() -> None:
    parts = (claim(paid=usd("40.00")), claim(paid=usd("12.90")))
    first, second = read(remittance(payment(*parts))).answers

    assert (first.key[:-1], second.key[-1]) == (second.key[:-1], "1")
    assert [first.data["paid"], second.data["paid"]] == ["40.00", "12.90"]


def test_the_key_is_of_the_payment_and_not_of_the_file() -> None:
    alone = only(remittance(payment(claim())))
    (_, behind) = read(remittance(payment(denied(control_number=OTHER), number="EFT0"), payment(claim()))).answers
    other = only(remittance(payment(claim(), number="EFT2")))

    assert (alone.key, alone.row) == (behind.key, behind.row)
    assert alone.key != other.key
    assert NUMBER not in alone.key


# --- whether it balances ----------------------------------------------------------------------------------------------


def test_a_payment_is_its_claims_less_what_is_held_back() -> None:
    held = (HeldBack("WO", "REF", usd("10.00")), HeldBack("L6", "REF", usd("-0.11")))
    (made,) = read(remittance(payment(claim(), reversal(), claim(), held_back=held))).payments

    assert (made.amount, made.of_claims, made.held_back, made.difference) == (
        usd("43.01"),
        usd("52.90"),
        usd("9.89"),
        usd("0.00"),
    )


def test_a_payment_that_the_payer_takes_from_the_practice_is_below_zero() -> None:
    (made,) = read(remittance(payment(reversal()))).payments

    assert (made.amount, made.difference) == (usd("-52.90"), usd("0.00"))


def test_what_does_not_balance_is_read_and_shows_its_difference() -> None:
    (made,) = read(remittance().replace("BPR*I*52.9*", "BPR*I*60*")).payments

    assert made.difference == usd("7.10")


# --- several of everything --------------------------------------------------------------------------------------------


def test_several_transactions_groups_and_interchanges_are_read_each_by_its_own_delimiters() -> None:
    first = remittance(payment(claim()), payment(denied(control_number=OTHER), number="EFT2"))
    group = first[first.index("GS*") : first.index("IEA*")]
    two_groups = first.replace("IEA*1*", "IEA*2*").replace("IEA*", f"{group}IEA*")
    other = remittance(payment(reversal(), number="EFT3"))
    other = other.replace("*", "\x1d").replace(":", "\x1f").replace("~", "\n")
    both = read(two_groups.replace("~", "~\r\n") + other)

    assert [each.number for each in both.payments] == ["EFT0001", "EFT2", "EFT0001", "EFT2", "EFT3"]
    assert [each.data["status"] for each in both.answers] == ["paid", "denied", "paid", "denied", "reversed"]


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("*00501*", "*00401*", "x12_not_expected: Segment 1 (ISA): the interchange is not of version 00501."),
        ("*0*P*:", "*0*T*:", "x12_not_expected: Segment 1 (ISA): the interchange says that it is a test."),
        ("ST*835*", "ST*837*", "x12_not_expected: Segment 3 (ST)"),
        ("005010X221A1", "005010X222A1", "x12_not_expected: Segment 2 (GS)"),
        ("IEA*1*", "IEA*2*", "x12_malformed: Segment 21 (IEA): the interchange holds 1 groups"),
        ("IEA*1*000000077", "IEA*1*000000078", "x12_malformed: Segment 21 (IEA): the interchange has one control"),
        ("GE*1*", "GE*2*", "x12_malformed: Segment 20 (GE): the group holds 1 transactions"),
        ("GE*1*77", "GE*1*78", "x12_malformed: Segment 20 (GE): the group has one control number"),
        ("SE*17*", "SE*16*", "x12_malformed: Segment 19 (SE): the transaction holds 17 segments"),
        ("SE*17*0001", "SE*17*0002", "x12_malformed: Segment 19 (SE): the transaction has one control number"),
        ("*20260420~TRN", "*20260431~TRN", "x12_value_unreadable: Segment 4 (BPR): its element 16 holds no day."),
        ("BPR*I*52.9*", "BPR*I*52.905*", "x12_value_unreadable: Segment 4 (BPR): its element 02 holds no amount"),
        ("*1*85*52.9*", "*1*8.5E1*52.9*", "x12_value_unreadable: Segment 13 (CLP): its element 03"),
        ("*1*85*52.9*", "*5*85*52.9*", "x12_value_unreadable: Segment 13 (CLP): its element 02 is no status"),
        ("CAS*CO*45*18.87", "CAS*XX*45*18.87", "x12_value_unreadable: Segment 17 (CAS): its element 01 is no group"),
        ("SVC*HC:99490", "SVC*HC", "x12_value_unreadable: Segment 15 (SVC): its element 01 names no code."),
        ("DTM*472*20260331", "XYZ*472*20260331", "x12_malformed: Segment 16 (XYZ): a remittance has no such segment."),
        ("TRN*1*EFT0001*1366401234", "REF*EV*1", "x12_malformed: Segment 13 (CLP): no TRN stands before the claims."),
        ("LX*1", "CAS*CO*45*1", "x12_malformed: Segment 12 (CAS): it stands under no claim."),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_with_the_segment(before: str, after: str, told: str) -> None:
    text = remittance()
    assert before in text

    assert refused(text.replace(before, after)).startswith(told)


# --- round trip -------------------------------------------------------------------------------------------------------

amounts = st.integers(min_value=0, max_value=9_999_999).map(lambda cents: Decimal(cents).scaleb(-2))
numbers = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=20, max_size=20)
takes = st.lists(
    st.builds(Taken, st.sampled_from(["CO", "PR", "OA", "PI"]), st.sampled_from(["45", "2", "97", "B20"]), amounts),
    max_size=14,
)
paid_lines = st.builds(
    lambda code, units, charge, paid, taken, remarks: line(
        code=code, units=units, charge=charge, paid=paid, taken=tuple(taken), remarks=tuple(remarks)
    ),
    st.sampled_from(["99490", "99439", "99487", "G0506"]),
    st.integers(min_value=0, max_value=99),
    amounts,
    amounts,
    takes,
    st.lists(st.sampled_from(["N111", "M15"]), max_size=2),
)
claims = st.builds(
    lambda number, status, charge, paid, share, lines, taken: claim(
        control_number=number,
        status=status,
        charge=charge,
        paid=paid,
        share=share,
        lines=tuple(lines),
        taken=tuple(taken),
    ),
    numbers,
    st.sampled_from(["1", "2", "3", "4", "19", "20", "21"]),
    amounts,
    amounts,
    amounts,
    st.lists(paid_lines, max_size=4),
    takes,
)


@pytest.mark.slow
@given(st.lists(st.builds(lambda of: payment(*of), st.lists(claims, min_size=1, max_size=4)), min_size=1, max_size=3))
def test_whatever_is_written_is_read_back_equal(payments: list[PaymentMade]) -> None:
    found = read(remittance(*payments))

    assert [made.amount for made in found.payments] == [made.amount for made in payments]
    assert all(made.difference == 0 for made in found.payments)
    assert [_said(each.data) for each in found.answers] == [_meant(each) for made in payments for each in made.claims]


def _said(data: dict[str, Any]) -> tuple[Any, ...]:
    return (
        data["control_number"],
        data["payer_status"],
        *(Decimal(data[name]) for name in ("charge", "paid", "patient_share")),
        [_taken(each) for each in data["adjustments"]],
        [
            (one["code"], one["units"], Decimal(one["charge"]), Decimal(one["paid"]), one["remarks"])
            for one in data["lines"]
        ],
        [[_taken(each) for each in one["adjustments"]] for one in data["lines"]],
    )


def _taken(given_: dict[str, str]) -> Taken:
    return Taken(given_["group"], given_["reason"], Decimal(given_["amount"]))


def _meant(made: PaidClaim) -> tuple[Any, ...]:
    return (
        made.control_number,
        made.status,
        made.charge,
        made.paid,
        made.share,
        list(made.taken),
        [(one.code, one.units, one.charge, one.paid, list(one.remarks)) for one in made.lines],
        [list(one.taken) for one in made.lines],
    )


# --- claims of other systems, and payers' habits ----------------------------------------------------------------------


@pytest.mark.parametrize("units", ["-1", "1", "1.0"])
def test_a_reversal_may_state_its_units_below_zero(units: str) -> None:
    text = remittance(payment(reversal())).replace("*-85*-52.9**1~", f"*-85*-52.9**{units}~")
    text = text.replace("*-85.00*-52.90**1~", f"*-85.00*-52.90**{units}~")

    assert only(text).data["lines"][0]["units"] == 1


def test_a_part_of_a_unit_and_a_revenue_code_of_another_system_s_claim_keep_no_claim_of_ours_from_being_read() -> None:
    drug = line(code="J1100", units=777)
    theirs = claim(control_number="X-1", lines=(drug,))
    text = remittance(payment(claim(), theirs)).replace("777~", "0.5~")
    first, second = read_remittances(text.encode()).answers

    assert (first.data["lines"][0]["units"], second.data["lines"][0]["units"]) == (1, "0.5")
    RecordRemittance.model_validate_json(orjson.dumps(first.data))
    of_many = {**second.data, "lines": [{**second.data["lines"][0], "units": 150_000, "code": "0510"}]}
    RecordRemittance.model_validate_json(orjson.dumps(of_many))
    with pytest.raises(ValueError, match="units"):
        RecordRemittance.model_validate_json(orjson.dumps(second.data))

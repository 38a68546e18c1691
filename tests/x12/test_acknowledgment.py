"""277CA files: which claims the payer has, which it turned away, and batches that it turned away whole."""

import re

import pytest

from interfaces.x12.acknowledgment_277 import read_acknowledgments
from interfaces.x12.answers import Answer, AnswerFile
from interfaces.x12.reading import Malformed
from tests.x12.answers import NUMBER, OTHER, acknowledged, acknowledgment, turned_away
from tests.x12.checking import accepted


def read(text: str) -> AnswerFile:
    return read_acknowledgments(text.encode())


def only(text: str) -> Answer:
    (answer,) = read(text).answers
    return answer


def recounted(text: str) -> str:
    """The same transaction with the count that its trailer should have."""
    count = text[text.index("~ST*") : text.index("~SE*")].count("~") + 1
    return re.sub(r"~SE\*\d+\*", f"~SE*{count}*", text)


def test_what_we_write_is_an_acknowledgment_to_somebody_else() -> None:
    accepted(acknowledgment(acknowledged(), turned_away(control_number=OTHER)))


def test_a_claim_that_the_payer_has_is_accepted_with_its_number_and_the_day_of_receipt() -> None:
    assert only(acknowledgment()).data == {
        "control_number": NUMBER,
        "outcome": "accepted",
        "received_on": "2026-04-03",
        "codes": ["A2:20:PR"],
        "payer_number": "2226100000001",
    }


def test_a_claim_that_cannot_be_processed_is_rejected_with_all_codes() -> None:
    said = turned_away(codes=(("A7", "562", "85"), ("A3", "21")))

    assert only(acknowledgment(said)).data == {
        "control_number": NUMBER,
        "outcome": "rejected",
        "received_on": "2026-04-03",
        "codes": ["A7:562:85", "A3:21"],
    }


def test_one_status_that_turns_a_claim_away_is_enough() -> None:
    text = acknowledgment(acknowledged(codes=(("A1", "19"), ("A2", "20"))))
    mixed = text.replace("STC*A2:20*20260403*WQ", "STC*A6:20*20260403*U")

    assert only(text).data["outcome"] == "accepted"
    assert only(mixed).data["outcome"] == "rejected"


def test_a_status_of_a_service_line_is_one_of_its_claim() -> None:
    text = acknowledgment()
    of_line = text.replace("DTP*472*D8*20260331~", "DTP*472*D8*20260331~SVC*HC:99490*85~STC*A7:21*20260403*U~")
    answer = only(recounted(of_line))

    assert (answer.data["outcome"], answer.data["codes"]) == ("rejected", ["A2:20:PR", "A7:21"])


def test_a_batch_that_was_turned_away_whole_is_told_apart() -> None:
    text = acknowledgment()
    start, end = text.index("HL*3*"), text.index("SE*")
    whole = recounted(text[:start] + text[end:])
    found = read(whole.replace("STC*A1:19:PR*20260403*WQ", "STC*A3:24:PR*20260403*U"))

    assert found.answers == ()
    assert [(each.place, each.codes) for each in found.rejected] == [(12, ("A3:24:PR",))]


def test_the_same_claim_twice_in_one_acknowledgment_has_two_keys() -> None:
    first, second = read(acknowledgment(acknowledged(), turned_away())).answers

    assert first.key != second.key


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("BHT*", "BGN*", "Segment 3 (ST): the transaction does not begin with BHT."),
        (
            "TRN*1*ACK0001~DTP*050*",
            "TRN*1*ACK0001~DTP*051*",
            "nothing before it says when the payer received the claim.",
        ),
        ("DTP*050*D8*20260403", "DTP*050*D8*20260230", "its element 03 holds no day."),
        ("HL*4*3*PT", "HL*4*3*22", "it opens a level that an acknowledgment does not have."),
        ("STC*A2:20:PR*", "STC*A2*", "it gives no category and status."),
        ("*20260403*WQ*85", "*20260403*X*85", "its action is neither accepted nor turned away."),
        ("STC*A2:20:PR*20260403*WQ*85~", "DTP*472*D8*20260331~", "no status follows it."),
        ("NM1*PR*2*", "ZZZ*PR*2*", "an acknowledgment has no such segment."),
    ],
)
def test_an_acknowledgment_that_says_too_little_is_refused_with_the_segment(before: str, after: str, told: str) -> None:
    text = acknowledgment()
    assert before in text
    with pytest.raises(Malformed) as fault:
        read(text.replace(before, after, 1))

    assert fault.value.refusal.happened.endswith(told)

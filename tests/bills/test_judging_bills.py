"""Bills judged from their own bytes: what supports a claim does, and what does not is told with where.

The claims are those of tests/cli/claiming.py. A forger here owns the whole log and signs it: the bytes prove, and only
the judge can tell.
"""

from base64 import b64decode, b64encode
from typing import Any

import pytest

from interfaces.cli.bill_text import judged_lines
from ledger.proof.leaf import decode_header, encode_prefix, encode_tail
from projections.exports.bill_file import FORMAT, BadBill, Bill, BillFact, Completeness, RevealedTag, parse_bill
from projections.exports.bill_judged import JudgedBill, judge_bill
from tests.bills.conftest import Office
from tests.bills.forging import forged, without


def units(judged: JudgedBill) -> list[tuple[str, int, int]]:
    return [(line.code, line.units, line.supported) for line in judged.lines]


def places(judged: JudgedBill) -> list[str]:
    return [doubt.where for doubt in judged.doubts]


# --- what supports ----------------------------------------------------------------------------------------------------


def test_the_bill_of_a_claim_supports_each_of_its_lines(office: Office) -> None:
    judged = judge_bill(office.made("january").bill)

    assert units(judged) == [("99490", 1, 1), ("99439", 1, 1)]
    assert judged.doubts == ()
    assert (judged.staff_seconds, judged.month, judged.programme) == (41 * 60 + 30, "2026-01", "CCM")


@pytest.mark.parametrize("name", ["january", "february", "july"])
def test_what_a_bill_says_alone_is_what_the_ledger_says_and_what_was_signed(office: Office, name: str) -> None:
    made = office.made(name)
    claim = next(made.bill.of_topic("claim_released"))

    assert made.judged.digest == made.verdict.digest
    assert (made.judged.digest, made.judged.doubts) == (getattr(claim.event(), "digest", None), ())


def test_a_month_of_another_programme_has_a_bill_too(office: Office) -> None:
    judged = judge_bill(office.made("july").bill)

    assert (judged.programme, units(judged)) == ("PCM", [("99426", 1, 1)])


def test_a_bill_is_read_back_as_it_was_written(office: Office) -> None:
    bill = office.made("january").bill

    again = parse_bill(bill.text().encode())

    assert again == bill
    assert judge_bill(again) == judge_bill(bill)


def test_the_derivation_in_the_bill_is_the_verdict_opened_up(office: Office) -> None:
    bill = office.made("january").bill

    assert [line["code"] for line in bill.derivation["charges"]] == ["99490", "99439"]
    assert [entry["counted"] for entry in bill.derivation["entries"]] == [1500, 990]


# --- what does not ----------------------------------------------------------------------------------------------------


def minutes_less(clear: dict[str, Any]) -> dict[str, Any]:
    """The work of 16:30 minutes, a minute and a half shorter."""
    (segment,) = clear["segments"]
    return clear | {"segments": [segment | {"end": "2026-01-09T15:14:59Z"}], "seconds": 14 * 60 + 59}


def test_a_minute_less_in_an_entry_takes_the_unit_away_that_it_carried(office: Office) -> None:
    bill = forged(office.made("january").bill, office.sealed, "time_logged", minutes_less, number=1)

    judged = judge_bill(bill)

    assert units(judged) == [("99490", 1, 1), ("99439", 1, 0)]
    assert places(judged) == ["month", "units", "money", "derivation"]
    assert "99439 is claimed x1, and the facts support x0." in [doubt.happened for doubt in judged.doubts]


def test_an_entry_that_is_left_out_is_told_as_missing_from_the_month(office: Office) -> None:
    judged = judge_bill(without(office.made("january").bill, "time_logged", number=1))

    assert [doubt.happened for doubt in judged.doubts if doubt.where == "facts"] == [
        "Of a stream of the kind care_month, of 3 facts that the release rested on 1 are not in the file: 2."
    ]
    assert units(judged)[1] == ("99439", 1, 0)


@pytest.mark.parametrize("topic", ["consent_recorded", "role_granted", "visit_recorded", "care_plan_signed"])
def test_no_fact_of_any_stream_can_be_left_out_unnoticed(office: Office, topic: str) -> None:
    bill = office.made("january").bill

    judged = judge_bill(without(bill, topic))

    assert "facts" in places(judged)


def test_another_edition_in_the_file_is_none_to_judge_by(office: Office) -> None:
    bill = office.made("january").bill
    other = forged(bill, office.sealed, "claim_released", lambda clear: clear | {"edition": "1" * 64})

    judged = judge_bill(other)

    assert places(judged) == ["edition"]
    assert judged.doubts[0].happened == "The claim pins the edition 111111111111…, and the file does not hold it."
    assert units(judged) == [("99490", 1, 0), ("99439", 1, 0)]


def test_a_bill_without_its_edition_supports_nothing(office: Office) -> None:
    judged = judge_bill(without(office.made("january").bill, "rulebook_adopted"))

    assert (places(judged), judged.is_supported) == (["edition"], False)


def test_more_money_than_the_practice_asks_for_is_told_with_both_amounts(office: Office) -> None:
    def dearer(clear: dict[str, Any]) -> dict[str, Any]:
        first, second = clear["lines"]
        return clear | {"lines": [first | {"charge": "95.00"}, second]}

    judged = judge_bill(forged(office.made("january").bill, office.sealed, "claim_released", dearer))

    assert [(doubt.where, doubt.happened) for doubt in judged.doubts] == [
        ("money", "99490 is charged $95.00, and the facts give $85.00.")
    ]


def test_more_units_than_the_minutes_give_are_told(office: Office) -> None:
    def more(clear: dict[str, Any]) -> dict[str, Any]:
        first, second = clear["lines"]
        return clear | {"lines": [first, second | {"units": 2}]}

    judged = judge_bill(forged(office.made("january").bill, office.sealed, "claim_released", more))

    assert units(judged) == [("99490", 1, 1), ("99439", 2, 1)]
    assert places(judged) == ["units", "money"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("date_of_service", "2026-01-30"), ("payer", "aetna"), ("diagnoses", ["E11.9"]), ("family", "complex")],
)
def test_a_field_of_the_claim_that_the_facts_do_not_give_is_named(office: Office, name: str, value: Any) -> None:
    bill = forged(office.made("january").bill, office.sealed, "claim_released", lambda clear: clear | {name: value})

    judged = judge_bill(bill)

    assert f"The claim's {name} is not what the facts give." in [doubt.happened for doubt in judged.doubts]


def test_what_the_maker_derived_otherwise_is_told(office: Office) -> None:
    bill = office.made("january").bill
    proud = bill.model_copy(update={"derivation": bill.derivation | {"amount": "1000.00"}})

    (doubt,) = judge_bill(proud).doubts

    assert doubt == ("derivation", "The maker's program said something else of: amount.")


def test_readings_that_were_noted_and_are_not_there_are_told(office: Office) -> None:
    bill = office.made("january").bill.model_copy(update={"readings": ()})

    assert places(judge_bill(bill)) == ["readings"]


def test_a_claim_that_was_rejected_stands_on_nothing(office: Office) -> None:
    judged = judge_bill(office.made("rejected").bill)

    assert [doubt.happened for doubt in judged.doubts] == ["The claim was replaced since."]


def test_without_the_claim_that_stands_for_it_it_was_rejected_all_the_same(office: Office) -> None:
    bill = without(office.made("rejected").bill, "claim_released", number=1)

    assert [doubt.happened for doubt in judge_bill(bill).doubts] == ["The claim was rejected since."]


def test_what_came_into_the_month_behind_the_release_is_judged_too(office: Office) -> None:
    made = office.made("may")

    assert made.judged.digest == made.verdict.digest
    assert units(made.judged) == [("99490", 1, 1)]
    (doubt,) = made.judged.doubts
    (struck,) = made.bill.of_topic("time_struck")
    assert doubt.where == "since"
    assert doubt.happened == f"What came into the month behind the release (#{struck.position}) takes away 99490 x1."


def test_without_a_map_a_bill_says_that_what_came_since_may_be_kept_back(office: Office) -> None:
    bill = office.made("may").bill
    released = bill.fact_of_claim()
    assert released is not None
    cut = bill.model_copy(
        update={"facts": tuple(fact for fact in bill.facts if fact.position <= released.position), "derivation": {}}
    )

    judged = judge_bill(cut)

    assert (judged.doubts, judged.unshown) == ((), ("month_since", "claim_since"))
    assert judged.verdict == "as_far_as_shown"
    assert judged_lines(judged)[0].endswith(": supports 99490 x1, as far as shown.")
    assert judged_lines(judged)[-3:-1] == [
        "Left to its maker's word: of what came into the month behind the release nothing is left out.",
        "Left to its maker's word: of what was said of the claim since, such as a withdrawal, nothing is left out.",
    ]


def with_map(bill: Bill, subject: str, fact_class: str = "record", up_to: int = 0) -> Bill:
    """The bill with a fact that holds a map, and what is said by it of one subject."""
    last = max(bill.facts, key=lambda fact: fact.position)
    prefix, tail = decode_header(b64decode(last.header))
    header = encode_prefix(prefix._replace(topic="completeness_mapped")) + encode_tail(*tail[:2], tail.tags)
    clear = f'{{"depth":0,"entries":0,"root":"00","up_to":{up_to or last.position}}}'
    held = BillFact(
        position=last.position + 1,
        header=b64encode(header).decode(),
        path=(),
        tags=(),
        envelope=None,
        clear=clear,
        parts=(),
    )
    said = Completeness.model_validate(
        {"subject": subject, "class": fact_class, "map": held.position, "depth": 0, "entries": "", "path": ()}
    )
    return bill.model_copy(update={"facts": (*bill.facts, held), "completeness": (said,)})


def test_a_map_of_the_months_records_stands_for_the_month_and_not_for_the_claim(office: Office) -> None:
    bill, patient = office.made("january").bill, office.ids["patient"]
    month = judge_bill(bill).month

    assert judge_bill(with_map(bill, f"care_month/{patient}/{month}")).unshown == ("claim_since",)
    for other in ((f"care_month/{patient}/{month}", "review"), (f"care_month/{patient}/2031-01", "record")):
        assert judge_bill(with_map(bill, *other)).unshown == ("month_since", "claim_since")


@pytest.mark.parametrize("is_closed", [True, False])
def test_an_older_map_stands_for_no_fact_behind_it_that_does_not_say_what_it_is_about(
    office: Office, *, is_closed: bool
) -> None:
    bill, patient = office.made("may").bill, office.ids["patient"]
    released, (struck,) = bill.fact_of_claim(), bill.of_topic("time_struck")
    assert released is not None
    month = f"care_month/{patient}/{judge_bill(bill).month}"
    day: tuple[RevealedTag, ...] = tuple(tag for tag in struck.tags if tag.tag != month)
    hidden = struck.model_copy(update={"tags": () if is_closed else day, **({"clear": None} if is_closed else {})})
    facts = tuple(hidden if fact is struck else fact for fact in bill.facts)

    shown = judge_bill(with_map(bill, month, up_to=released.position))
    kept_back = judge_bill(with_map(bill.model_copy(update={"facts": facts}), month, up_to=released.position))

    assert ([doubt.where for doubt in shown.doubts], shown.unshown) == (["since"], ("claim_since",))
    assert kept_back.unshown == ("month_since", "claim_since")


# --- what is no bill --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff", "The file is no JSON."),
        (b"[" * 200_000, "The file is no JSON."),
        (b"[]", f'The file is no bill of the format "{FORMAT}".'),
        (b'{"format":"ccm-ledger bill 2"}', f'The file is no bill of the format "{FORMAT}".'),
        (b'{"format":"ccm-ledger bill 1"}', "The bill lacks what a bill holds, or holds what it does not: at ledger."),
    ],
)
def test_what_is_no_bill_is_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(BadBill) as refused:
        parse_bill(data)

    assert str(refused.value) == told


def test_a_bill_without_its_claim_is_none(office: Office) -> None:
    bill = without(office.made("january").bill, "claim_released")

    with pytest.raises(BadBill, match="The fact by which the claim was released is not in the file"):
        judge_bill(bill)


def test_a_fact_that_is_no_event_of_its_kind_is_refused_without_repeating_it(office: Office) -> None:
    bill = forged(office.made("january").bill, office.sealed, "time_logged", lambda clear: {"note": "Quetzalcoatlus"})

    with pytest.raises(BadBill) as refused:
        judge_bill(bill)

    assert "is no time_logged" in str(refused.value)
    assert "Quetzalcoatlus" not in str(refused.value)


# --- simulated ledgers ------------------------------------------------------------------------------------------------


def test_a_bill_says_that_its_ledger_is_simulated(office: Office) -> None:
    assert judge_bill(office.made("january").bill).is_simulated


def test_a_bill_that_does_not_say_what_its_ledger_is_supports_nothing(office: Office) -> None:
    judged = judge_bill(without(office.made("january").bill, "ledger_opened"))

    assert [doubt.happened for doubt in judged.doubts] == [
        "The fact that opened the ledger is not in the file: it may be a simulated one."
    ]


def test_two_facts_under_one_number_are_told(office: Office) -> None:
    bill = office.made("january").bill
    first, second = bill.of_topic("time_logged")
    twice = second.model_copy(update={"tags": first.tags})
    facts = tuple(twice if fact is second else fact for fact in bill.facts)

    judged = judge_bill(bill.model_copy(update={"facts": facts}))

    assert "Of a stream of the kind care_month, two facts have the same number." in [
        doubt.happened for doubt in judged.doubts
    ]

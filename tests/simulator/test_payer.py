"""The simulated payer answers as payers do, and its book agrees with what it said."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from interfaces.simulator.dice import Dice
from interfaces.simulator.payer import Manners, Payer
from interfaces.simulator.payer_commands import lines_of
from interfaces.simulator.payer_money import Terms
from interfaces.simulator.payer_post import Habits, Post
from interfaces.simulator.payer_words import Adjudicated, AnswerFile, AtTheDoor, ClaimSent, LineSent

SENT_ON = date(2026, 4, 2)
FAR = date(2027, 12, 31)
NEVER = Manners(*(0 for _ in Manners._fields))
PRICES = {"99490": Decimal("66.13"), "99439": Decimal("50.44")}


def terms(*, deductible: str = "0.00", takes_replacements: bool = False) -> Terms:
    return Terms(
        price=lambda code, on: PRICES[code],
        coinsurance_percent=Decimal(20),
        deductible=Decimal(deductible),
        takes_replacements=takes_replacements,
    )


def claim(number: int = 1, member: str = "m1", **changes: Any) -> ClaimSent:
    lines = (LineSent("99490", 1, Decimal("85.00")), LineSent("99439", 2, Decimal("120.00")))
    return ClaimSent(f"{number:A>20}".replace("1", "B"), member, date(2026, 3, 31), lines)._replace(**changes)


def said(payer: Payer, until: date = FAR) -> list[AtTheDoor | Adjudicated]:
    return list(payer.answers(until))


def sent(manners: Manners = NEVER, **changes: Any) -> Payer:
    payer = Payer(Dice(7), terms(), manners)
    payer.receive(claim(**changes), SENT_ON)
    return payer


def test_a_claim_is_acknowledged_and_paid_by_the_schedule_with_the_patients_share() -> None:
    door, paid = said(sent())

    assert isinstance(door, AtTheDoor)
    assert (door.outcome, door.received_on) == ("accepted", SENT_ON)
    assert isinstance(paid, Adjudicated)
    assert (paid.status, paid.charge) == ("paid", Decimal("205.00"))
    assert (paid.paid, paid.share, paid.reduced) == (Decimal("133.60"), Decimal("33.41"), Decimal("37.99"))
    assert paid.on - SENT_ON >= timedelta(days=14)


def test_the_deductible_comes_first_and_once_a_year() -> None:
    payer = Payer(Dice(7), terms(deductible="70.00"), NEVER)
    payer.receive(claim(1), SENT_ON)
    first = said(payer)[-1]
    payer.receive(claim(2, served_on=date(2026, 4, 30), control_number="C" * 20), date(2026, 5, 2))
    second = said(payer)[-1]

    assert isinstance(first, Adjudicated)
    assert isinstance(second, Adjudicated)
    assert [(off.reason, off.amount) for line in first.lines for off in line.off if off.group == "PR"] == [
        ("1", Decimal("66.13")),
        ("1", Decimal("3.87")),
        ("2", Decimal("19.40")),
    ]
    assert second.share == Decimal("33.41")


def test_what_is_taken_back_months_later_leaves_nothing_paid() -> None:
    payer = sent(NEVER._replace(takes_back=100))
    *_, paid, back = said(payer)

    assert isinstance(back, Adjudicated)
    assert isinstance(paid, Adjudicated)
    assert (back.status, back.paid, back.share) == ("reversed", -paid.paid, -paid.share)
    assert back.on - paid.on >= timedelta(days=40)
    assert payer.accounts[back.control_number].paid == Decimal("0.00")


def test_several_lines_may_be_paid_in_several_remittances() -> None:
    _, first, second = said(sent(NEVER._replace(pays_in_parts=100)))

    assert isinstance(first, Adjudicated)
    assert isinstance(second, Adjudicated)
    assert [line.code for line in (*first.lines, *second.lines)] == ["99490", "99439"]
    assert first.paid + second.paid == Decimal("133.60")


def test_a_second_claim_of_a_members_month_is_denied_as_a_duplicate() -> None:
    payer = sent()
    said(payer)
    payer.receive(claim(2, control_number="C" * 20), date(2026, 6, 1))
    denied = said(payer)[-1]

    assert isinstance(denied, Adjudicated)
    assert {off.reason for line in denied.lines for off in line.off} == {"18"}


def test_a_claim_behind_the_filing_limit_is_denied_for_that() -> None:
    payer = Payer(Dice(7), terms(), NEVER)
    payer.receive(claim(), date(2027, 4, 10))
    denied = said(payer)[-1]

    assert isinstance(denied, Adjudicated)
    assert {(off.group, off.reason) for line in denied.lines for off in line.off} == {("CO", "29")}


def test_one_that_was_turned_away_may_be_taken_after_all() -> None:
    rejected, accepted, paid = said(sent(NEVER._replace(rejects=100, takes_after_all=100)))

    assert isinstance(rejected, AtTheDoor)
    assert isinstance(accepted, AtTheDoor)
    assert (rejected.outcome, accepted.outcome) == ("rejected", "accepted")
    assert isinstance(paid, Adjudicated)


@pytest.mark.parametrize(("overlooks", "answers"), [(0, 1), (100, 2)])
def test_a_withdrawn_claim_is_dropped_unless_somebody_overlooks_that(overlooks: int, answers: int) -> None:
    payer = sent(NEVER._replace(overlooks_withdrawal=overlooks))
    door = said(payer, SENT_ON + timedelta(days=5))
    payer.withdraw(claim().control_number)

    assert len(door) + len(said(payer)) == answers


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_replacement_or_a_void_takes_back_what_was_paid(frequency: str) -> None:
    payer = Payer(Dice(7), terms(takes_replacements=True), NEVER)
    payer.receive(claim(), SENT_ON)
    said(payer)
    first = payer.accounts[claim().control_number]
    again = claim(2, control_number="C" * 20, frequency=frequency, stands_for=first.number)
    payer.receive(again, date(2026, 6, 1))
    said(payer)

    assert first.paid == Decimal("0.00")
    assert payer.accounts["C" * 20].paid == (Decimal("133.60") if frequency == "7" else Decimal("0.00"))


def test_a_payer_that_takes_no_replacements_turns_them_away_for_good() -> None:
    payer = sent()
    said(payer)
    first = payer.accounts[claim().control_number]
    payer.receive(claim(2, control_number="C" * 20, frequency="7", stands_for=first.number), date(2026, 6, 1))
    answers = said(payer)

    assert [(a.outcome, a.codes) for a in answers if isinstance(a, AtTheDoor)] == [("rejected", ("A3:535",))]
    assert len(answers) == 1
    assert first.paid == Decimal("133.60")


def test_a_denied_claim_is_paid_when_it_is_reopened() -> None:
    payer = sent(NEVER._replace(denies=100, pays_when_reopened=100))
    denied = said(payer)[-1]
    payer.reopen(claim().control_number, date(2026, 6, 1))
    back, paid = said(payer)

    assert isinstance(denied, Adjudicated)
    assert isinstance(back, Adjudicated)
    assert isinstance(paid, Adjudicated)
    assert [denied.status, back.status, paid.status] == ["denied", "reversed", "paid"]
    assert payer.accounts[claim().control_number].paid == Decimal("133.60")


# --- many claims ---------------------------------------------------------------------------------------------------


def months(seed: int) -> tuple[Payer, Post, list[AnswerFile]]:
    """Three hundred claims of a year, and every file that came of them."""
    payer = Payer(Dice(seed), terms(deductible="100.00"))
    post = Post(payer, Dice(seed).fork("post"), since=date(2026, 1, 1), habits=Habits())
    files: list[AnswerFile] = []
    for number in range(300):
        on = date(2026, 1, 1) + number * timedelta(days=1)
        files += post.files(on)
        sent_now = claim(control_number=f"{number:020d}".translate(str.maketrans("0189", "ABCD")))
        payer.receive(sent_now._replace(served_on=on, member=f"m{number % 40}"), on)
    return payer, post, files + list(post.files(FAR))


def test_charge_less_what_was_taken_off_is_what_was_paid_on_every_line_ever_answered() -> None:
    payer, _, _ = months(5)
    lines = [line for account in payer.accounts.values() for each in account.said for line in each.lines]

    assert len(lines) > 300
    assert all(line.charge - sum(off.amount for off in line.off) == line.paid for line in lines)


def test_the_book_and_what_arrived_agree_to_the_cent_when_the_year_is_over() -> None:
    payer, post, _ = months(5)

    arrived = {number: sorted(heard, key=lambda answer: answer.on) for number, heard in post.arrived.items()}

    assert {number: account.said for number, account in payer.accounts.items() if account.said} == arrived


def test_the_same_seed_gives_the_same_files_and_another_one_gives_others() -> None:
    assert months(5)[2] == months(5)[2]
    assert months(5)[2] != months(6)[2]


def test_files_come_twice_and_out_of_order_and_with_answers_about_strangers() -> None:
    _, post, files = months(5)
    traces = [file.trace for file in files]
    rows = [file.row(place) for file in files for place, _ in enumerate(file.answers, 1)]

    assert len(set(traces)) < len(traces)
    assert len({file.number for file in files}) == len(files)
    assert post.strangers
    heard: set[str] = set()
    paid_first = 0
    for file in files:
        numbers = {answer.control_number for answer in file.answers}
        paid_first += len(numbers - heard) if file.kind == "remittance" else 0
        heard |= numbers
    assert paid_first > len(post.strangers)
    assert len(set(rows)) < len(rows)


def test_an_answer_that_comes_again_has_another_key_and_the_same_row_of_its_source() -> None:
    _, _, files = months(5)
    lines = [line for file in files for line in lines_of(file, "payer")]
    keys, ids = [line["key"] for line in lines], [line["source"]["id"] for line in lines]

    assert len(set(keys)) == len(keys)
    assert len(set(ids)) < len(ids)

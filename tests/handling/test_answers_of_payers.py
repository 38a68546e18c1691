"""Answers of payers that come in a group: the claims are fetched together, and decided as if each came alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from commands.answer import Answer
from ledger.store.connection import Ledger
from ledger.streams.base import Fact
from ledger.streams.claims import ClaimReleased
from ledger.terms.identity import claims_tag
from tests.house import House
from tests.released import release_directly

MANY = 12


@pytest.fixture
def claims(at_home: House) -> list[ClaimReleased]:
    at_home.clock = "2026-05-04T15:00:00Z"
    return release_directly(at_home.log, range(1, MANY + 1), clock=at_home.clock)


def answer(at_home: House, number: str, key: str, paid: str = "52.90") -> bytes:
    data = {
        "control_number": number,
        "status": "paid",
        "on": "2026-04-20",
        "charge": "145.00",
        "paid": paid,
        "patient_share": "13.23",
    }
    return at_home.line("record_remittance", data, key=key, actor="bill")


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The streams that are read one by one from now on."""
    read: list[str] = []
    whole = Ledger.read

    def reading(self: Ledger, tag: str, **bounds: Any) -> Iterator[Fact]:
        read.append(tag)
        return whole(self, tag, **bounds)

    monkeypatch.setattr(Ledger, "read", reading)
    return read


def outcomes(answers: list[Answer]) -> list[str]:
    return [each.outcome for each in answers]


def test_claims_of_a_group_are_read_together(
    at_home: House, claims: list[ClaimReleased], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = counted(monkeypatch)
    answers = at_home.send_lines(*(answer(at_home, each.control_number, each.claim) for each in claims))

    assert outcomes(answers) == ["accepted"] * MANY
    assert [tag for tag in read if tag.startswith(("claims/", "identifier/"))] == []


def test_an_answer_in_a_group_sees_those_before_it_and_those_of_earlier_groups(
    at_home: House, claims: list[ClaimReleased]
) -> None:
    first = at_home.send_lines(*(answer(at_home, each.control_number, f"a{each.claim}") for each in claims))
    again = at_home.send_lines(*(answer(at_home, each.control_number, f"b{each.claim}") for each in claims))
    twice = [answer(at_home, each.control_number, f"{key}{each.claim}", "1.00") for each in claims for key in "cd"]

    assert outcomes(first) == ["accepted"] * MANY
    assert outcomes(again) == ["unchanged"] * MANY
    assert outcomes(at_home.send_lines(*twice)) == ["accepted", "unchanged"] * MANY


def test_a_group_in_which_some_numbers_are_nobodys_parks_just_these(
    at_home: House, claims: list[ClaimReleased]
) -> None:
    numbers = [number for each in claims for number in (each.control_number, f"X{each.control_number[1:]}")]
    answers = at_home.send_lines(*(answer(at_home, number, number) for number in numbers))

    assert outcomes(answers) == ["accepted", "parked"] * MANY


def test_what_another_writer_told_of_a_claim_in_between_is_seen(at_home: House, claims: list[ClaimReleased]) -> None:
    at_home.send_lines(*(answer(at_home, each.control_number, f"a{each.claim}") for each in claims))
    more = release_directly(at_home.log, range(MANY + 1, MANY + 3), clock=at_home.clock)
    answers = at_home.send_lines(*(answer(at_home, each.control_number, f"b{each.claim}") for each in (*claims, *more)))
    state = at_home.handler.state(claims_tag(more[0].patient))

    assert outcomes(answers) == ["unchanged"] * MANY + ["accepted"] * 2
    assert len(state.claims[0].remitted) == 1

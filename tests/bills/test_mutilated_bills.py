"""Bills that were changed anywhere: both verifiers answer in words, and nothing but the claim is ever supported."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from projections.exports.bill_file import BadBill, parse_bill
from projections.exports.bill_judged import judge_bill
from projections.exports.bill_proof import proven
from tests.bills.conftest import Office
from tests.campaign import Campaign

OTHER_VALUES: tuple[Any, ...] = (None, 0, -1, "", "x", [], {}, True, 1.5, "2026-13-45", 10**30)
SMALL = 10_000
"""Bytes of a clear part that is worth changing: the edition is larger, and any change of it is found by its digest."""


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) below a node."""
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places(node[key])


def changed(random: Random, node: Any) -> None:
    """Change one place below a node: taken away, another value, a character, a number, or what stands elsewhere."""
    every = list(places(node))
    container, key = random.choice(every)
    value, how = container[key], random.randrange(5)
    if how == 0:
        del container[key]
    elif how == 1 and isinstance(value, str) and value:
        at = random.randrange(len(value))
        container[key] = value[:at] + random.choice('09aZ-:{"') + value[at + 1 :]
    elif how == 2 and isinstance(value, int):
        container[key] = value + random.choice((-1, 1, 60))
    elif how == 3:
        other, there = random.choice(every)
        container[key] = json.loads(json.dumps(other[there]))
    else:
        container[key] = random.choice(OTHER_VALUES)


def mutilated(random: Random, text: str) -> bytes:
    """A bill with one change, in the file itself or in the clear part or envelope of one of its facts."""
    bill = json.loads(text)
    if random.random() < 0.6:
        fact = random.choice([each for each in bill["facts"] if each["envelope"] and len(each["clear"]) < SMALL])
        name = random.choice(("clear", "clear", "envelope"))
        said = json.loads(fact[name])
        changed(random, said)
        fact[name] = json.dumps(said, separators=(",", ":"))
    else:
        changed(random, bill)
    return json.dumps(bill).encode()


def violations(office: Office, random: Random, times: int) -> list[str]:
    """What one of the two said of a changed bill that it must not say."""
    made = office.made("january")
    text, lines, found = made.bill.text(), made.judged.lines, []
    for number in range(times):
        data = mutilated(random, text)
        proof = proven(data, ())
        try:
            judged = judge_bill(parse_bill(data))
        except BadBill:
            continue
        if proof.is_proven and not judged.doubts and judged.lines != lines:
            found.append(f"change {number}: {judged.lines}")
    return found


@pytest.mark.slow
def test_a_bill_that_was_changed_is_never_proven_to_support_anything_else(office: Office) -> None:
    assert violations(office, Random(2026), 120) == []


@pytest.mark.soak
def test_thousands_of_changed_bills(office: Office, campaign: Campaign) -> None:
    assert violations(office, campaign.random, 5_000) == []

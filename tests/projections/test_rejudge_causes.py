"""The readings that are named as the cause are the cause: for each quantity of the rulebook, and for many at once."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Final

import pytest

from ledger.judging.needs import gather
from ledger.judging.shapes import Verdict
from ledger.judging.verdict import judge_month
from ledger.rulebook import FORMULAS_VERSION, Quantity, Reading, Rulebook, Value, rulebook_of, shipped_edition
from projections.judged import AdoptedRulebooks
from projections.rejudge import Asked, Law, Rejudge, RejudgedMonth
from projections.rejudge_parts import changed_parts
from projections.states import States
from tests.projections.company import happenings
from tests.projections.fake_log import FakeLog
from tests.projections.test_rejudge import expected

MONTHS: Final = ("2026-01", "2026-02", "2026-03")
OTHER: Final = "f" * 64


@cache
def log_of(seed: int) -> FakeLog:
    log = FakeLog()
    for told in happenings(seed, 260, patients=7, nurses=3):
        log.add(*told)
    return log


def book() -> Rulebook:
    return rulebook_of(shipped_edition())


def stepped(value: Value) -> Value:
    """Another value of the same kind; words stay as they are."""
    match value:
        case bool():
            return not value
        case int() | Decimal():
            return value + 1
        case (*first, _) if first:
            return tuple(first)
    return value


def changed(quantity: Quantity) -> Quantity:
    def reading(was: Reading) -> Reading:
        return replace(was, value=stepped(was.value))

    return replace(quantity, readings=tuple(map(reading, quantity.readings)))


CHANGEABLE: Final = tuple(name for name, each in book().quantities.items() if changed(each) != each)


def with_changed(names: Iterable[str]) -> Rulebook:
    """The shipped rulebook with these quantities stepped."""
    return Rulebook([changed(q) if q.name in set(names) else q for q in book().quantities.values()], book().sources)


def differing(log: FakeLog, other: Rulebook) -> Iterator[RejudgedMonth]:
    for month in MONTHS:
        patients = sorted({tag.split("/")[1] for tag in log.tags_starting("care_month/") if tag.endswith(month)})
        law = Law(OTHER, other, FORMULAS_VERSION)
        yield from Rejudge(log, AdoptedRulebooks(), Asked(month, log.refresh()), law).of(patients).differing


@pytest.mark.slow
def test_a_quantity_that_alone_is_another_one_is_the_cause_that_is_named() -> None:
    moved = set()
    for name in CHANGEABLE:
        for month in differing(log_of(40), with_changed([name])):
            moved.add(name)

            assert ([c.name for c in month.because.changes], month.because.is_found) == ([name], True)
    assert len(moved) >= 8


def judged_by(log: FakeLog, month: RejudgedMonth, rulebook: Rulebook) -> Verdict:
    states = States(log, after=log.refresh())
    facts = gather(month.patient, month.month, lambda tag: states.at(tag).state)
    return judge_month(facts, rulebook, edition=OTHER)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_of_many_changes_those_named_suffice_and_none_can_be_left_out(seed: int) -> None:
    log, names = log_of(41 + seed % 2), random.Random(seed).sample(CHANGEABLE, 120)
    other = with_changed(names)
    seen = 0
    for month in differing(log, other):
        after = judged_by(log, month, other)
        causes = [change.name for change in month.because.changes]

        def misses(some: list[str], which: RejudgedMonth = month, whole: Verdict = after) -> bool:
            mixed = with_changed(some)
            found = judged_by(log, which, mixed)
            return bool(changed_parts(found, whole)) or expected(log, found, mixed) != expected(log, whole, other)

        assert month.because.is_found, f"seed {seed}"
        assert not misses(causes), f"seed {seed}: {causes}"
        assert all(misses([each for each in causes if each != name]) for name in causes), f"seed {seed}: {causes}"
        seen += 1
    assert seen

"""Of many changes those that are needed, and no others."""

from collections.abc import Callable, Sequence

import pytest

from projections.rule_changes import smallest

NAMES = [f"r{number}" for number in range(13)]


def needs(*wanted: str) -> Callable[[Sequence[str]], bool]:
    return lambda names: set(wanted) <= set(names)


@pytest.mark.parametrize("wanted", [["r0"], ["r12"], ["r5", "r6"], ["r0", "r6", "r12"], NAMES])
def test_what_is_needed_stays(wanted: list[str]) -> None:
    assert smallest(NAMES, needs(*wanted)) == wanted


def test_of_two_that_do_it_each_one_stays() -> None:
    assert smallest(["a", "b", "c"], lambda names: "a" in names or "c" in names) == ["c"]


def test_where_nothing_is_needed_one_stays() -> None:
    assert smallest(["a", "b"], lambda names: True) == ["b"]


def test_a_change_is_asked_about_a_few_times_and_not_in_every_mixture() -> None:
    asked = []

    def suffices(names: Sequence[str]) -> bool:
        asked.append(names)
        return "n77" in names

    assert smallest([f"n{number}" for number in range(100)], suffices) == ["n77"]
    assert len(asked) < 20

"""Lines for measuring are lines like any other, only many."""

from itertools import pairwise

from interfaces.simulator.dice import Dice
from interfaces.simulator.scale import population_lines, time_lines
from tests.importing.reading import is_wire

PRACTICE = "pr_" + "a" * 26


def test_lines_for_measuring_can_be_read_by_submit_and_keep_the_order_of_their_clocks() -> None:
    made = [*population_lines(25, PRACTICE), *time_lines(1, 25, ("2026-01", "2026-02"), 3)]
    clocks = [line["clock"] for line in made]

    assert all(is_wire(line) for line in made)
    assert clocks == sorted(clocks)
    assert len({line["key"] for line in made}) == len(made) == 2 + 1 + 25 * 2 + 25 * 2 * 3


def test_nobody_is_on_two_patients_at_once() -> None:
    worked: dict[str, list[tuple[str, str]]] = {}
    for line in time_lines(1, 40, ("2026-01",), 44):
        data = line["data"]
        worked.setdefault(data["performer"]["value"], []).append((data["start"], data["end"]))
    for spans in worked.values():
        spans.sort()

        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_a_thousand_patients_with_forty_entries_each_are_forty_thousand_lines() -> None:
    assert sum(1 for _ in time_lines(1, 1_000, ("2026-01",), 40)) == 40_000


def test_dice_fall_the_same_for_ever() -> None:
    # The first two numbers of SplitMix64 from seed 0, as its authors publish them.
    dice = Dice(0)

    assert [dice.below(2**64) for _ in range(2)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]
    assert Dice(7).fork("a").below(1000) == Dice(7).fork("a").below(1000)


def test_dice_stay_within_their_bounds() -> None:
    dice = Dice(3)
    thrown = [dice.between(2, 4) for _ in range(200)]

    assert set(thrown) == {2, 3, 4}
    assert {dice.pick("ab") for _ in range(50)} == {"a", "b"}
    assert not any(dice.chance(0) for _ in range(50))

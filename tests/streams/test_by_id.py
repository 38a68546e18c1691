"""Items by id in a frozen value: found, put in another's place, and shared with the value before."""

import random
from time import perf_counter

from ledger.streams.by_id import ById
from tests.gwt import opaque


def of(*numbers: int) -> ById[int]:
    """Numbers under ids that are made of them."""
    whole: ById[int] = ById()
    for number in numbers:
        whole = whole.put(opaque("rd", number), number)
    return whole


def test_what_was_put_in_is_found_and_nothing_else() -> None:
    whole = of(1, 2, 40_000)

    assert [whole.get(opaque("rd", number)) for number in (1, 2, 40_000, 3)] == [1, 2, 40_000, None]
    assert sorted(whole) == [1, 2, 40_000]


def test_another_item_takes_the_place_of_the_one_with_its_id() -> None:
    assert sorted(of(1, 2).put(opaque("rd", 1), 7)) == [2, 7]


def test_the_value_before_stays_as_it_was() -> None:
    before = of(1)
    before.put(opaque("rd", 2), 2)

    assert sorted(before) == [1]


def test_equal_items_give_an_equal_value_in_whatever_order_they_came() -> None:
    numbers = random.Random(7).sample(range(1, 100_000), 500)

    assert of(*numbers) == of(*sorted(numbers))


def test_the_last_of_fifty_thousand_costs_what_the_first_did() -> None:
    ids = [opaque("rd", number * 7919) for number in range(1, 50_001)]
    whole: ById[int] = ById()
    took: list[float] = []
    for part in range(0, len(ids), 10_000):
        begun = perf_counter()
        for at in range(part, part + 10_000):
            whole = whole.put(ids[at], at)
        took.append(perf_counter() - begun)

    assert min(took[1:]) < 5 * took[0]

"""Readings by date, traced readings, and sets of readings as bytes.

The golden bytes are a storage format: when that test fails, the change is wrong, not the test.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from ledger.rulebook import (
    EditionDamaged,
    NoSuchRule,
    Reading,
    ReadingSet,
    RulesInForce,
    UnknownFormulas,
    load_rulebook,
)
from tests.rulebook.tiny import FILES

Law = Callable[[str], RulesInForce]

TINY = load_rulebook(FILES)
MARCH_8 = TINY.in_force(date(2024, 3, 8))
MARCH_9 = TINY.in_force(date(2024, 3, 9))

GOLDEN = (
    b"CCMR\x01\x00\x00\x00\x03"
    b"\x00\x00\x00\x12toy.minutes.levels"
    b"\x00\x00\x00\x05words"
    b"\x00\x00\x00\x19w\x00\x00\x00\x02\x00\x00\x00\x08moderate\x00\x00\x00\x04high"
    b"\x00\x00\x00\x0a2017-01-01"
    b"\x00\x00\x00\x00"
    b"\x00\x00\x00\x00"
    b"\x00\x00\x00\x16CY 2017 PFS final rule"
    b"\x00\x00\x00\x09CONFIRMED"
    b"\x00\x00\x00\x01\x00\x00\x00\x0bCCM-CODE-01"
    b"\x00\x00\x00\x11toy.prices.factor"
    b"\x00\x00\x00\x0fdollars_per_rvu"
    b"\x00\x00\x00\x08d33.2875"
    b"\x00\x00\x00\x0a2024-03-09"
    b"\x00\x00\x00\x0a2024-12-31"
    b"\x00\x00\x00\x00"
    b"\x00\x00\x00\x08CAA 2024"
    b"\x00\x00\x00\x09CONFIRMED"
    b"\x00\x00\x00\x01\x00\x00\x00\x0bCCM-RATE-10"
    b"\x00\x00\x00\x15toy.prices.first_code"
    b"\x00\x00\x00\x04code"
    b"\x00\x00\x00\x06s99490"
    b"\x00\x00\x00\x0a2024-01-01"
    b"\x00\x00\x00\x00"
    b"\x00\x00\x00\x0a2023-11-16"
    b"\x00\x00\x00\x07CY 2024"
    b"\x00\x00\x00\x06DESIGN"
    b"\x00\x00\x00\x01\x00\x00\x00\x0bCCM-RATE-10"
)
GOLDEN_DIGEST = "7a6579f161c1ab793bc9a9aecfe2a61705ba3fb032dddeca0ca9a14bb4eecdc9"
ALL_KINDS_DIGEST = "a06d3510b813d0eccf646df259a9e78b1b62bed8d7fa4e8b9ec8d578ede19237"


def test_a_reading_is_a_value_with_its_dates_source_and_rule_ids() -> None:
    assert MARCH_8.reading("toy.prices.factor") == Reading(
        name="toy.prices.factor",
        value=Decimal("32.7442"),
        unit="dollars_per_rvu",
        effective=date(2024, 1, 1),
        until=date(2024, 3, 8),
        published=None,
        cite="CY 2024",
        confidence="CONFIRMED",
        rules=("CCM-RATE-10",),
    )


def test_a_date_reads_what_was_in_force_on_it() -> None:
    assert Decimal("32.7442") == MARCH_8.decimal("toy.prices.factor")
    assert Decimal("33.2875") == MARCH_9.decimal("toy.prices.factor")


def test_after_the_last_value_nothing_is_in_force() -> None:
    rules = TINY.in_force(date(2025, 1, 1))

    assert rules.get("toy.prices.factor") is None
    assert rules.find("toy.prices.factor") is None
    with pytest.raises(NoSuchRule, match="from 2025-01-01 to 9999-12-31"):
        rules.value("toy.prices.factor")


def test_dates_without_a_change_between_them_share_one_object() -> None:
    assert TINY.in_force(date(2024, 1, 1)) is MARCH_8
    assert MARCH_8 is not MARCH_9
    assert TINY.in_force(date(2024, 12, 31)) is MARCH_9


def test_rules_know_the_days_they_hold() -> None:
    assert (date(2024, 1, 1), date(2024, 3, 8)) == (MARCH_8.first_day, MARCH_8.last_day)
    assert (date(2024, 3, 9), date(2024, 12, 31)) == (MARCH_9.first_day, MARCH_9.last_day)
    assert date.min == TINY.in_force(date(1900, 1, 1)).first_day
    assert date.max == TINY.in_force(date(2999, 1, 1)).last_day


def test_before_the_first_rule_nothing_is_in_force() -> None:
    assert TINY.in_force(date(2014, 12, 31)).by_name == {}


def test_values_are_asked_for_by_type() -> None:
    assert MARCH_8.whole("toy.minutes.minutes_minimum") == 20
    assert MARCH_8.decimal("toy.prices.factor") == Decimal("32.7442")
    assert MARCH_8.yes("toy.prices.estimate") is True
    assert MARCH_8.word("toy.prices.first_code") == "99490"
    assert MARCH_8.words("toy.minutes.levels") == ("moderate", "high")


def test_a_value_asked_for_by_the_wrong_type_is_a_programmers_error() -> None:
    for ask in (MARCH_8.whole, MARCH_8.decimal, MARCH_8.word, MARCH_8.words):
        with pytest.raises(AssertionError, match=r"toy\.prices\.estimate is not"):
            ask("toy.prices.estimate")
    with pytest.raises(AssertionError, match=r"toy\.minutes\.minutes_minimum is not a yes or no"):
        MARCH_8.yes("toy.minutes.minutes_minimum")


def test_an_unknown_name_is_answered_with_the_near_ones() -> None:
    with pytest.raises(NoSuchRule) as caught:
        MARCH_8.value("toy.minutes.minute_minimum")

    assert caught.value.near[0] == "toy.minutes.minutes_minimum"
    assert "No rule is called toy.minutes.minute_minimum from 2024-01-01 to 2024-03-08." in str(caught.value)
    assert "Near names: toy.minutes.minutes_minimum" in str(caught.value)


def test_a_name_that_nothing_is_near_to_is_answered_with_where_to_look() -> None:
    with pytest.raises(NoSuchRule, match="`rules list` shows all names"):
        TINY.quantity("zzzz")


def test_a_trace_records_each_reading_once_in_order() -> None:
    rules = MARCH_8.trace()
    rules.value("toy.prices.factor")
    rules.whole("toy.minutes.minutes_minimum")
    rules.decimal("toy.prices.factor")
    rules.get("toy.prices.estimate")
    rules.get("toy.prices.not_there")

    assert rules.names() == ("toy.prices.factor", "toy.minutes.minutes_minimum", "toy.prices.estimate")
    assert rules.reads() == tuple(MARCH_8.reading(name) for name in rules.names())


def test_a_trace_starts_empty_and_leaves_the_rules_alone() -> None:
    first, second = MARCH_8.trace(), MARCH_8.trace()
    first.value("toy.prices.factor")

    assert second.reads() == ()
    assert (MARCH_8.first_day, MARCH_8.last_day) == (second.first_day, second.last_day)


def test_a_trace_refuses_a_name_that_is_not_in_force() -> None:
    rules = MARCH_8.trace()

    with pytest.raises(NoSuchRule):
        rules.value("toy.prices.not_there")
    assert rules.reads() == ()


def test_a_list_is_found_by_one_of_its_words() -> None:
    rules = MARCH_8.trace()

    assert rules.listed("toy.minutes", "high") is MARCH_8.reading("toy.minutes.levels")
    assert rules.listed("toy.minutes", "low") is None
    assert rules.listed("toy.prices", "high") is None
    assert rules.listed("toy.min", "high") is None
    assert rules.names() == ("toy.minutes.levels",)


def test_golden_bytes_of_a_set_of_readings() -> None:
    readings = MARCH_9.reading_set(["toy.prices.first_code", "toy.prices.factor", "toy.minutes.levels"])

    assert readings.content == GOLDEN
    assert readings.digest == GOLDEN_DIGEST


def test_golden_digest_of_every_kind_of_value() -> None:
    assert MARCH_8.reading_set(MARCH_8.by_name).digest == ALL_KINDS_DIGEST


def test_a_set_of_readings_and_its_bytes_round_trip() -> None:
    for names in ([], ["toy.prices.factor"], list(MARCH_8.by_name)):
        readings = MARCH_8.reading_set(names)

        assert ReadingSet.from_bytes(readings.content) == readings


def test_the_order_of_reading_does_not_change_the_set() -> None:
    one, two = MARCH_8.reading("toy.prices.factor"), MARCH_8.reading("toy.minutes.levels")

    assert ReadingSet.of([one, two]) == ReadingSet.of([two, one, two])


def test_the_same_set_is_built_once() -> None:
    rules = MARCH_8.trace()
    rules.value("toy.prices.factor")
    rules.value("toy.minutes.levels")
    again = MARCH_8.trace()
    again.value("toy.minutes.levels")
    again.value("toy.prices.factor")

    assert rules.reading_set() is again.reading_set()


def test_readings_of_another_date_are_another_set() -> None:
    names = ["toy.prices.factor"]

    assert MARCH_8.reading_set(names).digest != MARCH_9.reading_set(names).digest


def test_a_set_of_readings_is_the_same_under_every_edition_that_has_them() -> None:
    more = FILES["toy/minutes.toml"].replace(b"value = 20", b"value = 25")
    other = load_rulebook({**FILES, "toy/minutes.toml": more}).in_force(date(2024, 3, 8))

    assert other.reading_set(["toy.prices.factor"]) == MARCH_8.reading_set(["toy.prices.factor"])
    assert other.reading_set(["toy.minutes.minutes_minimum"]) != MARCH_8.reading_set(["toy.minutes.minutes_minimum"])


def test_every_truncation_of_a_set_is_damage() -> None:
    stored = MARCH_8.reading_set(MARCH_8.by_name).content

    for length in range(len(stored)):
        with pytest.raises((EditionDamaged, UnknownFormulas)):
            ReadingSet.from_bytes(stored[:length])


def test_an_altered_set_is_damage_or_another_set() -> None:
    readings = MARCH_8.reading_set(MARCH_8.by_name)

    for at in range(5, len(readings.content)):
        altered = bytearray(readings.content)
        altered[at] ^= 0x21
        try:
            other = ReadingSet.from_bytes(bytes(altered))
        except EditionDamaged:
            continue

        assert other.digest != readings.digest


@pytest.mark.parametrize("kind", [b"b2", b"ix", b"dx", b"w\x00\x00\x00\x01", b"q", b""])
def test_a_value_of_no_known_kind_is_damage(kind: bytes) -> None:
    stored = MARCH_8.reading_set(["toy.minutes.minutes_minimum"]).content
    altered = stored.replace(b"\x00\x00\x00\x03i20", len(kind).to_bytes(4, "big") + kind)

    with pytest.raises(EditionDamaged, match="cut short or altered"):
        ReadingSet.from_bytes(altered)


def test_bytes_after_the_last_reading_are_damage() -> None:
    with pytest.raises(EditionDamaged):
        ReadingSet.from_bytes(MARCH_8.reading_set([]).content + b"\x00")


def test_readings_out_of_order_are_damage() -> None:
    pair = MARCH_8.reading_set(["toy.prices.factor", "toy.minutes.levels"])
    backwards = pair.content[:9] + b"".join(reading.to_bytes() for reading in reversed(pair.readings))

    with pytest.raises(EditionDamaged, match="canonical"):
        ReadingSet.from_bytes(backwards)


def test_other_bytes_are_no_set_of_readings() -> None:
    with pytest.raises(EditionDamaged, match="do not begin"):
        ReadingSet.from_bytes(b"CCME\x01\x00\x00\x00\x00")


def test_a_later_format_of_a_set_needs_a_newer_program() -> None:
    with pytest.raises(UnknownFormulas, match="Use a newer program"):
        ReadingSet.from_bytes(b"CCMR\x02\x00\x00\x00\x00")

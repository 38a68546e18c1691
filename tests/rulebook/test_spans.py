"""A quantity as its days: what stands over it is laid in, and a day on which nothing holds is found."""

from datetime import date

from ledger.rulebook import Quantity, Reading
from ledger.rulebook.reading import ABSENT
from ledger.rulebook.spans import Span, gap_in, spans_of


def reading(value: int, effective: str, until: str = "", *, unit: str = "minutes") -> Reading:
    ends = date.fromisoformat(until) if until else None
    return Reading("toy.minutes", value, unit, date.fromisoformat(effective), ends, None, "CY", "SEED", ())


def quantity(*readings: Reading) -> Quantity:
    return Quantity("toy.minutes", "toy.toml", "minutes", "Minutes.", "", (), readings)


def told(spans: tuple[Span, ...]) -> list[tuple[str, str, object]]:
    return [(str(span.first), str(span.last), span.reading.value) for span in spans]


def test_values_that_follow_each_other_are_spans_as_they_stand() -> None:
    spans = spans_of(quantity(reading(20, "2015-01-01", "2019-12-31"), reading(25, "2020-01-01")))

    assert told(spans) == [("2015-01-01", "2019-12-31", 20), ("2020-01-01", "9999-12-31", 25)]


def test_what_stands_over_a_value_holds_on_its_days_and_the_value_before_and_after() -> None:
    spans = spans_of(quantity(reading(20, "2015-01-01"), reading(30, "2026-01-01", "2026-06-30")))

    assert told(spans) == [
        ("2015-01-01", "2025-12-31", 20),
        ("2026-01-01", "2026-06-30", 30),
        ("2026-07-01", "9999-12-31", 20),
    ]


def test_where_a_payer_has_no_value_nothing_holds() -> None:
    spans = spans_of(quantity(reading(20, "2015-01-01"), reading(0, "2026-01-01", "2026-06-30", unit=ABSENT)))

    assert told(spans) == [("2015-01-01", "2025-12-31", 20), ("2026-07-01", "9999-12-31", 20)]


def test_a_quantity_that_is_not_there_has_no_spans() -> None:
    assert () == spans_of(None)


def test_two_spans_meet_where_they_share_a_day() -> None:
    one, two, three = spans_of(
        quantity(
            reading(1, "2020-01-01", "2020-01-31"), reading(2, "2020-02-01", "2020-02-29"), reading(3, "2020-03-01")
        )
    )
    shared = Span(date(2020, 1, 31), date(2020, 2, 1), one.reading)

    assert [True, True, False] == [each.meets(shared) for each in (one, two, three)]
    assert [True, True, False] == [shared.meets(each) for each in (one, two, three)]


SPANS = spans_of(quantity(reading(20, "2015-01-01", "2019-12-31"), reading(25, "2020-01-01", "2025-12-31")))


def test_days_that_are_all_covered_have_no_gap() -> None:
    assert gap_in(SPANS, date(2015, 1, 1), date(2025, 12, 31)) is None
    assert gap_in(SPANS, date(2019, 12, 31), date(2020, 1, 1)) is None


def test_the_first_day_that_nothing_covers_is_the_gap() -> None:
    assert gap_in(SPANS, date(2014, 12, 31), date(2015, 1, 31)) == date(2014, 12, 31)
    assert gap_in(SPANS, date(2015, 1, 1), date.max) == date(2026, 1, 1)
    assert gap_in(SPANS, date(2027, 1, 1), date.max) == date(2027, 1, 1)
    assert gap_in((), date(2015, 1, 1), date.max) == date(2015, 1, 1)


def test_a_gap_between_two_spans_is_found() -> None:
    apart = (SPANS[0], Span(date(2021, 1, 1), date.max, SPANS[1].reading))

    assert gap_in(apart, date(2015, 1, 1), date.max) == date(2020, 1, 1)

"""A programme stands over CCM, a payer's exception over its base: found by the base's name, each under its own."""

from datetime import date

import pytest

from ledger.rulebook import NoSuchRule, PayerException, Quantity, Reading, ReadingSet, Rulebook, activity_standing

METHODS = "medicare.ccm.consent.methods"
CONDITIONS = "medicare.ccm.eligibility.conditions_min"
ONE_CONDITION = "medicare.pcm.eligibility.conditions_min"
STRICT = "medicare.ccm.consent.methods@strict"
MARCH = date(2026, 3, 31)


def quantity(name: str, value: int | tuple[str, ...], effective: str, until: str | None = None) -> Quantity:
    end = date.fromisoformat(until) if until else None
    unit = "words" if isinstance(value, tuple) else "count"
    reading = Reading(
        name, value, unit, date.fromisoformat(effective), end, None, "CY 2015", "CONFIRMED", ("CCM-ELIG-01",)
    )
    return Quantity(name, "toy.toml", unit, "Says.", "", ("CCM-ELIG-01",), (reading,))


def exception(*quantities: Quantity, payer: str | None = "strict", kind: str | None = None) -> PayerException:
    return PayerException("strict", "Stricter", "medicare", "payers/strict/rules.toml", payer, kind, quantities)


BASE = (
    quantity(METHODS, ("verbal", "written"), "2015-01-01"),
    quantity(CONDITIONS, 2, "2015-01-01"),
    quantity(ONE_CONDITION, 1, "2020-01-01"),
    quantity("medicare.pcm.families.personal_minutes", 30, "2020-01-01"),
    quantity("medicare.ccm.activities.counted.contact", ("phone_call",), "2015-01-01"),
    quantity("medicare.pcm.activities.not_counted.contact", ("phone_call",), "2020-01-01"),
)
WRITTEN = quantity(STRICT, ("written",), "2025-01-01", "2026-06-30")


def book(*exceptions: PayerException) -> Rulebook:
    return Rulebook(BASE, {}, exceptions)


def test_the_book_itself_answers_where_nothing_stands_over_it() -> None:
    it = book(exception(WRITTEN))

    assert it.view() is it
    assert it.view(payer="medicare", kind="medicare_ffs") is it
    assert it.view(programme="bhi") is it


def test_a_view_is_made_once() -> None:
    it = book(exception(WRITTEN))

    assert it.view(payer="strict") is it.view(payer="strict", kind="commercial")


def test_a_programme_stands_over_ccm_under_the_name_of_ccm() -> None:
    found = book().view(programme="pcm").in_force(MARCH).reading(CONDITIONS)

    assert (found.name, found.value) == (ONE_CONDITION, 1)


def test_a_programme_is_found_by_its_word_in_the_record() -> None:
    it = book()

    assert it.view(programme="PCM") is it.view(programme="pcm")


def test_what_a_programme_says_nothing_of_is_as_for_ccm() -> None:
    assert book().view(programme="pcm").in_force(MARCH).words(METHODS) == ("verbal", "written")


def test_before_a_programme_speaks_the_base_holds() -> None:
    assert book().view(programme="pcm").in_force(date(2019, 12, 31)).whole(CONDITIONS) == 2


def test_what_only_the_programme_says_is_found_under_the_name_of_ccm_too() -> None:
    it = book()
    name = "medicare.ccm.families.personal_minutes"

    assert it.view(programme="pcm").in_force(MARCH).whole(name) == 30
    with pytest.raises(NoSuchRule):
        it.in_force(MARCH).reading(name)


def test_an_exception_holds_between_its_dates_and_the_base_outside_them() -> None:
    strict = book(exception(WRITTEN)).view(payer="strict")

    assert strict.in_force(date(2024, 12, 31)).reading(METHODS).name == METHODS
    assert strict.in_force(date(2025, 1, 1)).reading(METHODS).name == STRICT
    assert strict.in_force(date(2026, 6, 30)).words(METHODS) == ("written",)
    assert strict.in_force(date(2026, 7, 1)).words(METHODS) == ("verbal", "written")


def test_the_base_knows_nothing_of_exceptions() -> None:
    rules = book(exception(WRITTEN)).in_force(MARCH)

    assert (rules.words(METHODS), rules.find(STRICT)) == (("verbal", "written"), None)
    assert rules.first_day == date(2020, 1, 1)


def test_an_exception_of_a_kind_holds_for_every_payer_of_it() -> None:
    it = book(exception(WRITTEN, payer=None, kind="medicare_advantage"))

    assert it.view(payer="acme", kind="medicare_advantage").in_force(MARCH).words(METHODS) == ("written",)
    assert it.view(payer="acme", kind="commercial") is it


def test_an_exception_of_a_payer_and_a_kind_asks_for_both() -> None:
    it = book(exception(WRITTEN, payer="acme", kind="medicare_advantage"))

    assert it.view(payer="acme", kind="commercial") is it
    assert it.view(payer="other", kind="medicare_advantage") is it
    assert it.view(payer="acme", kind="medicare_advantage").in_force(MARCH).words(METHODS) == ("written",)


def test_a_programme_keeps_its_own_rule_under_a_payer_with_an_exception_to_ccm() -> None:
    it = book(exception(quantity(f"{CONDITIONS}@strict", 3, "2015-01-01")))

    assert it.view(payer="strict").in_force(MARCH).whole(CONDITIONS) == 3
    assert it.view(programme="pcm", payer="strict").in_force(MARCH).whole(CONDITIONS) == 1


def test_an_exception_to_a_programme_comes_with_the_programme() -> None:
    it = book(exception(quantity(f"{ONE_CONDITION}@strict", 2, "2015-01-01")))
    found = it.view(programme="pcm", payer="strict").in_force(MARCH).reading(CONDITIONS)

    assert (found.name, found.value) == (f"{ONE_CONDITION}@strict", 2)


def test_a_view_of_a_view_is_a_view_of_the_whole_book() -> None:
    it = book(exception(WRITTEN))

    assert it.view(programme="pcm").view(payer="strict") is it.view(payer="strict")
    assert it.view(payer="strict").view() is it


def test_what_a_trace_names_can_be_looked_up_again() -> None:
    view = book(exception(WRITTEN)).view(programme="pcm", payer="strict")
    trace = view.in_force(MARCH).trace()
    trace.listed("medicare.ccm.activities", "phone_call")
    trace.reading(METHODS)
    trace.find(CONDITIONS)

    assert trace.names() == ("medicare.ccm.activities.counted.contact", METHODS, CONDITIONS)
    assert trace.reading_set() == ReadingSet.of(map(view.in_force(MARCH).reading, trace.names()))


def test_the_readings_of_a_set_have_the_names_of_their_own_rules() -> None:
    rules = book(exception(WRITTEN)).view(programme="pcm", payer="strict").in_force(MARCH)

    assert [reading.name for reading in rules.reading_set((METHODS, CONDITIONS)).readings] == [STRICT, ONE_CONDITION]


def test_a_list_of_activities_is_told_by_the_name_it_stands_under() -> None:
    view = book(exception(quantity("medicare.ccm.activities.counted.contact@strict", ("fax",), "2015-01-01")))

    assert activity_standing("fax", view.view(payer="strict").in_force(MARCH)) == "counted"
    assert activity_standing("phone_call", view.view(payer="strict").in_force(MARCH)) is None

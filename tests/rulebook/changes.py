"""The smallest changes to a rulebook: one value or one date of one quantity, and everything else as it was.

Numbers move by one (decimals by one in the last digit, a conversion factor by as much as moves one cent of one code,
for less cannot be seen by anybody), dates by one day, yes turns to no, a word to another one, a
list loses each element in turn and gains one. The border between two dated values moves as a whole: a file in which it
did not would not load. Promise: a change is a new Rulebook, built from the same readings, without reading a file again.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from ledger.rulebook import Quantity, Reading, Rulebook, RulesInForce, Value
from ledger.rulebook.carried_out import known_words
from ledger.rulebook.units import EFFECTS

_DAY: Final = timedelta(days=1)
_OTHER_OF_UNIT: Final = {"text": "Something else is said.", "code": "00000"}
_OTHER: Final = {
    "medicare.ccm.policy.noncomplex_attestation": "each",
    "medicare.ccm.policy.complex_attestation": "batch",
    "medicare.ccm.policy.personal_attestation": "batch",
}
"""Words that have one other that somebody would write."""
_ADDED: Final = {
    "medicare.ccm.99487.decision_making_levels": "low",
    "medicare.ccm.billing_practitioner.credentials": "chiropractor",
    "medicare.ccm.billing_practitioner.limited_credentials": "chiropractor",
    "medicare.ccm.billing_practitioner.furnishing_credentials": "chiropractor",
    "medicare.ccm.consent.methods": "verbal",
    "medicare.ccm.initiating_visit.qualifying_codes": "99211",
    "medicare.ccm.initiating_visit.not_qualifying_codes": "99213",
    "medicare.ccm.performers.clinical_credentials": "health_coach",
    "medicare.ccm.performers.work_countries": "CA",
    "medicare.ccm.time.stay_kinds": "observation",
    "medicare.ccm.time.visit_day_codes": "G0439",
    "medicare.claims.competing_biller_reasons": "co_50",
    "medicare.npi.first_digits": "3",
    **dict.fromkeys(
        (
            f"medicare.ccm.activities.{each}"
            for each in (
                "not_counted.visit",
                "not_counted.out_of_scope",
                "not_counted.debatable",
                "not_counted.unlisted",
            )
        ),
        "knitting",
    ),
    **dict.fromkeys(
        (
            f"medicare.ccm.activities.counted.{each}"
            for each in (
                "care_plan",
                "chart",
                "contact",
                "contact_attempt",
                "coordination",
                "medication",
                "transitions",
            )
        ),
        "appointment_booking",
    ),
    **dict.fromkeys(
        (
            f"medicare.ccm.activities.{each}"
            for each in (
                "needs_reviewer.staff_in_person",
                "not_counted.consent_conversation",
                "not_counted.initiating_assessment",
            )
        ),
        "knitting",
    ),
}
"""Lists that could grow, with a word that somebody would add; all others hold every word that a fact can have."""


def with_changed(book: Rulebook, *changed: Quantity) -> Rulebook:
    """A rulebook in which some quantities say something else, and nothing else is different.

    What it has in force is copied from the other book but for these quantities: thousands of rulebooks are asked that
    differ in one of five hundred, and gathering each anew took most of the time. test_changes.py holds it to that.
    """
    other = Rulebook(
        (book.quantities | {quantity.name: quantity for quantity in changed}).values(), book.sources, book.exceptions
    )
    other._cached[:] = [_in_force(book, other, at, changed) for at in range(len(other._starts))]
    return other


def _in_force(book: Rulebook, other: Rulebook, at: int, changed: tuple[Quantity, ...]) -> RulesInForce:
    """The rules of a span of the other book; those of the first book itself where they are the same."""
    first = other._starts[at]
    last = other._starts[at + 1] - _DAY if at + 1 < len(other._starts) else date.max
    before = book.in_force(first)
    readings = dict(before.by_name)
    for quantity in changed:
        found = quantity.on(first)
        if found is None or found.is_absent:
            readings.pop(quantity.name, None)
        else:
            readings[quantity.name] = found
    if (first, last) == (before.first_day, before.last_day) and all(
        readings.get(each.name) is before.by_name.get(each.name) for each in changed
    ):
        return before
    return RulesInForce(first, last, readings)


class Change(NamedTuple):
    """One change: of which quantity, to what, and the quantity as it would then be."""

    name: str
    what: str
    is_of_date: bool
    quantity: Quantity

    def applied(self, book: Rulebook) -> Rulebook:
        """The rulebook with this one change."""
        return with_changed(book, self.quantity)


def changes_of(quantity: Quantity, book: Rulebook) -> Iterator[Change]:
    """Every smallest change of a quantity of a rulebook."""
    for nth, reading in enumerate(quantity.readings):
        near = _factors(reading, book) if reading.unit == "dollars_per_rvu" else other_values(reading)
        for value in near:
            what = f"{_shown(reading.value)} from {reading.effective} becomes {_shown(value)}"
            yield _change(quantity, what, {nth: replace(reading, value=value)})
        yield from _dates(quantity, nth, reading)


def other_values(reading: Reading) -> Iterator[Value]:
    """The values that are nearest to that of a reading."""
    value, unit, name = reading.value, reading.unit, reading.name
    match value:
        case bool():
            yield not value
        case int():
            yield from (near for near in (value - 1, value + 1) if near >= 0)
        case Decimal():
            step = Decimal(1).scaleb(int(value.as_tuple().exponent))
            yield from (value - step, value + step)
        case str() if unit == "effect":
            # Words that no code knows are refused before anybody is judged by them.
            yield from (effect for effect in known_words(name) or EFFECTS if effect != value)
        case str():
            yield _OTHER.get(name, _OTHER_OF_UNIT.get(unit, "something_else"))
        case (_,):
            yield ("something_else",)
            yield from _longer(value, name)
        case _:
            yield from (tuple(word for word in value if word != left_out) for left_out in value)
            yield from _longer(value, name)


def _factors(reading: Reading, book: Rulebook) -> Iterator[Decimal]:
    """The nearest lower and higher conversion factor by which any unit of any code is paid another cent."""
    assert isinstance(reading.value, Decimal)
    in_force = book.in_force(reading.effective).by_name.values()
    relative = [each.value for each in in_force if isinstance(each.value, Decimal) and each.unit == "rvu"]
    paid = _cents(relative, reading.value)
    for step in (Decimal("-0.0001"), Decimal("0.0001")):
        value = reading.value + step
        while _cents(relative, value) == paid:
            value += step
        yield value


def _cents(relative: list[Decimal], factor: Decimal) -> list[Decimal]:
    return [(each * factor).quantize(Decimal("0.01"), ROUND_HALF_UP) for each in relative]


def _longer(value: tuple[str, ...], name: str) -> Iterator[tuple[str, ...]]:
    added = _ADDED.get(name)
    if added is not None and added not in value:
        yield (*value, added)


def _dates(quantity: Quantity, nth: int, reading: Reading) -> Iterator[Change]:
    before = quantity.readings[nth - 1] if nth else None
    for step in (-_DAY, _DAY):
        begins = reading.effective + step
        moved = {nth: replace(reading, effective=begins)}
        if before is not None:
            moved[nth - 1] = replace(before, until=begins - _DAY)
        yield _change(quantity, f"{_shown(reading.value)} begins on {begins}", moved, is_of_date=True)
    if nth + 1 == len(quantity.readings) and reading.until is not None:
        for step in (-_DAY, _DAY):
            ends = reading.until + step
            moved = {nth: replace(reading, until=ends)}
            yield _change(quantity, f"{_shown(reading.value)} ends on {ends}", moved, is_of_date=True)


def _change(quantity: Quantity, what: str, moved: dict[int, Reading], *, is_of_date: bool = False) -> Change:
    readings = tuple(moved.get(nth, reading) for nth, reading in enumerate(quantity.readings))
    return Change(quantity.name, what, is_of_date, replace(quantity, readings=readings))


def _shown(value: Value) -> str:
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)

"""The expected payment of a month: one line under its codes, step by step on request, whole in JSON.

Promise: every amount was worked out by `ledger.judging.prices`; nothing is added or rounded here. What nobody recorded
is called assumed, and what is recorded but moves no amount is called not priced. Not promised: a payment.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.reasons_text import rule_text, wrapped
from interfaces.cli.wording import money
from interfaces.plain import plain

if TYPE_CHECKING:
    from ledger.judging.price_inputs import MonthPrices
    from ledger.judging.prices import LinePrice, Price, PriceInput
    from ledger.rulebook import Reading

AMOUNTS_ARE: Final = "estimates of Medicare fee-for-service, before the deductible"
_NAMES: Final[Mapping[str, str]] = {
    "site": "site",
    "qualifying_participant": "QP status",
    "credential": "credential",
    "payer": "payer",
    "qmb": "QMB",
    "locality": "locality",
}
_STEPS: Final[Mapping[str, str]] = {
    "national": "national amount",
    "locality": "in the locality",
    "allowed": "allowed to the biller",
    "patient_share": "patient's share",
    "sequestration": "sequestration",
}


def expected_line(price: "Price") -> str:
    """The expected payment in one line; or why there is none."""
    if price.expected is None:
        why = "".join(f" {found.happened}" for found in price.notices[:1])
        return f"  Expected: not worked out.{why}"
    patient = f"{money(price.patient_billed)} from the patient"
    if price.patient_share != price.patient_billed:
        patient = "nothing from the patient, who is a QMB"
    known = f"; assumed: {', '.join(_NAMES[name] for name in price.assumed)}" if price.assumed else ""
    idle = "".join(
        f"; {_NAMES[each.name]} recorded, not priced: {each.not_used}" for each in price.inputs if each.not_used
    )
    how = f"estimate before the deductible{known}{idle}"
    return (
        f"  Expected of {money(price.allowed)} allowed: {money(price.medicare_pays)} from Medicare, {patient} ({how})."
    )


def price_lines(prices: "MonthPrices") -> Iterator[str]:
    """The codes that bill, step by step; the inputs; what other families would pay; the rules."""
    from ledger.judging.reason import plain_reading  # noqa: PLC0415 - loaded by now

    billing = prices.billing
    if billing is None:
        return
    yield ""
    yield f"Expected payment, by service on {billing.on} ({AMOUNTS_ARE}):"
    yield from steps_lines(billing)
    for family, price in prices.families:
        if price is not billing:
            paid = money(price.expected)
            yield f"  Family {family}, did it bill: {money(price.schedule)} of the fee schedule, {paid} expected."
            yield from (f"  {step}" for step in _steps(price))
    yield "  By these rules:"
    for reading in dict.fromkeys(r for price in (billing, *dict(prices.families).values()) for r in price.reads):
        yield from wrapped(rule_text(plain_reading(reading)), "    ")


def steps_lines(price: "Price") -> Iterator[str]:
    """Every line step by step, and every input."""
    yield from _steps(price)
    if price.inputs:
        yield "  It depends on:"
    for each in price.inputs:
        yield f"    {_NAMES[each.name]}: {each.value}; {_standing(each)}: {each.says}"
    for found in price.notices:
        yield f"  {found.code}: {found.happened}"
        if found.remedy:
            yield f"    {found.remedy}"


def _steps(price: "Price") -> Iterator[str]:
    readings = {reading.name: reading for reading in price.reads}
    for line in price.lines:
        yield from _line(line, readings)


def _line(line: "LinePrice", readings: Mapping[str, "Reading"]) -> Iterator[str]:
    from ledger.rulebook.describe import shown_value  # noqa: PLC0415 - loaded by now

    yield f"  {line.code} x{line.units}: {money(line.medicare_pays)} from Medicare"
    for step in line.steps:
        yield f"    {_STEPS[step.name]} {money(step.amount)}"
        yield from (f"      by {name} = {shown_value(readings[name].value)}" for name in step.readings)


def _standing(given: "PriceInput") -> str:
    if not given.is_recorded:
        return "assumed"
    idle = f", not priced ({given.not_used})" if given.not_used else ""
    return f"recorded at position {given.position}{idle}"


def prices_json(prices: "MonthPrices", *, is_explained: bool) -> dict[str, Any]:
    """The price of what bills; explained, those of all families."""
    shown: dict[str, Any] = {"price": None if prices.billing is None else price_json(prices.billing)}
    if is_explained:
        shown["prices"] = {family: price_json(price) for family, price in prices.families}
    return shown


def price_json(price: "Price") -> dict[str, Any]:
    """A price for programs: every amount as text, every input with its position, every rule that was read."""
    shown: dict[str, Any] = plain(price)
    shown["inputs"] = [plain(each) | {"is_recorded": each.is_recorded} for each in price.inputs]
    known = {"assumed": list(price.assumed), "not_used": list(price.not_used)}
    return shown | {"expected": plain(price.expected), **known, "amounts_are": AMOUNTS_ARE}

"""One claim in words and in JSON: what it says, what the payer answered, and its month then and now.

Promise: everything shown is an answer of the projections. A patient's words stand here only where they were opened for
this reader.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from interfaces.cli.diff_text import side_json
from interfaces.cli.history import line_json, told
from interfaces.cli.wording import clock, codes, codes_of, counted, moment, money, some
from projections.tables.claims_layout import dollars

if TYPE_CHECKING:
    from interfaces.cli.screen import Screen
    from ledger.judging.shapes import Verdict
    from projections.claims.pin import ClaimPin, Later
    from projections.tables.claims_layout import ClaimRow, OverpaymentRow

SHORT = 12
"""Characters of a digest that a person compares."""


def cents(amount: int | None) -> str:
    """Whole cents as dollars."""
    return money(None if amount is None else dollars(amount))


# --- for programs -------------------------------------------------------------------------------------------------


def row_json(row: "ClaimRow") -> dict[str, Any]:
    """A claim's row for programs, its amounts as dollars."""
    return _in_dollars(row) | {"open": _text(row.open_cents)}


def _in_dollars(row: "ClaimRow | OverpaymentRow") -> dict[str, Any]:
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    shown: dict[str, Any] = plain(row)
    amounts = {name: value for name, value in shown.items() if name.endswith("_cents")}
    dollars = {name.removesuffix("_cents"): _text(value) for name, value in amounts.items()}
    units = {"units": [{"code": code, "units": count} for code, count in row.units]}
    return {name: value for name, value in shown.items() if name not in amounts} | dollars | units


def _text(amount: int | None) -> str | None:
    return None if amount is None else str(dollars(amount))


def pin_json(pin: "ClaimPin") -> dict[str, Any]:
    """A claim with its ground for programs."""
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    event = pin.claim.event
    says = {"place_of_service": event.place_of_service, "diagnoses": list(event.diagnoses), "lines": plain(event.lines)}
    lost = pin.loss
    return {
        "claim": row_json(pin.row) | says | {"control_number": event.control_number},
        "as_of": pin.position,
        "searched": "this ledger",
        "read_set": [{"stream": tag, "facts": count} for tag, count in pin.claim.read_set],
        "as_pinned": pin.is_as_pinned,
        "at_release": side_json(pin.then),
        "now": side_json(pin.now),
        "changed": list(pin.changed),
        "no_longer_supported": None
        if lost is None
        else {
            "units": [{"code": code, "units": count} for code, count in lost.units],
            "paid": str(lost.amount),
            "patient_share": str(lost.patient_share),
        },
        "answers": [line_json(line) for line in pin.answers],
        "later": [_later_json(each) for each in pin.later],
        "later_about_others": pin.elsewhere,
        "possible_overpayments": [_in_dollars(each) for each in pin.overpayments],
    }


def _later_json(each: "Later") -> dict[str, Any]:
    added = {"staff_seconds": each.staff_seconds, "personal_seconds": each.personal_seconds}
    return {**line_json(each.line), "changed": list(each.changed), "added": added}


# --- for people ---------------------------------------------------------------------------------------------------


def show_pin(screen: "Screen", pin: "ClaimPin", *, with_words: bool) -> None:
    """A claim with its ground for people."""
    row, event = pin.row, pin.claim.event
    screen.say(f"Claim {row.claim}, {row.month} of {row.patient} for {row.programme}: {row.status}.")
    screen.say(f"As of position {pin.position}. Searched: this ledger.", *_said_lines(pin))
    rows = [
        (line.code, str(line.units), money(line.charge), money(line.expected), line.parent or "-")
        for line in event.lines
    ]
    screen.table(("code", "units", "asked", "expected", "add-on of"), rows, right=(1, 2, 3))
    screen.say(
        f"Asked {cents(row.charge_cents)}: paid {cents(row.paid_cents)}, left to the patient {cents(row.share_cents)}, "
        f"taken off {cents(row.reduced_cents)}, open {cents(row.open_cents)}."
    )
    screen.say("", "The month at the release, and as known now, by the edition that the claim pins:")
    screen.table(("", "at the release", "now"), _sides(pin.then, pin.now))
    screen.say(*_changed_lines(pin))
    screen.say("", f"What was said of the claim since: {counted(len(pin.answers), 'fact')}.")
    for line in pin.answers:
        screen.say(*(f"  {text}" for text in told(line, with_words=with_words)))
    screen.say("", f"Later facts in what the release rested on: {counted(len(pin.later), 'fact')}.")
    for each in pin.later:
        screen.say(*_later_lines(each, with_words=with_words))
    if pin.elsewhere:
        screen.say(
            f"{counted(pin.elsewhere, 'fact')} about other patients, on the same days: they changed nothing here."
        )
    screen.say(*_overpayment_lines(pin.overpayments))


def _said_lines(pin: "ClaimPin") -> Iterator[str]:
    row, event = pin.row, pin.claim.event
    yield f"Released {moment(row.released_at)} at position {row.position} by what was known at {row.as_of}."
    yield f"Practice {row.practice}, rendered by {row.practitioner}, to {row.payer}; attestation {row.attestation}."
    place = f"place of service {event.place_of_service}"
    yield f"Date of service {row.date_of_service}, {place}, diagnoses {some(event.diagnoses, shown_max=12)}."
    if row.replaces is not None:
        yield f"Frequency {row.frequency}; it stands for {row.replaces}."


def _sides(then: "Verdict", now: "Verdict") -> list[tuple[str, str, str]]:
    sides = (then, now)
    found = [
        ("standing", *(side.standing for side in sides)),
        ("staff", *(clock(side.staff_seconds) for side in sides)),
        ("practitioner", *(clock(side.personal_seconds) for side in sides)),
        ("codes", *(codes(side.charges) or "none" for side in sides)),
        ("dollars", *(money(side.amount) for side in sides)),
        ("blocked by", *(some(tuple(dict.fromkeys(n.code for n in side.missing))) for side in sides)),
        ("date of service", *(str(side.date_of_service) for side in sides)),
        ("digest", *(side.digest[:SHORT] for side in sides)),
        ("edition", *(side.edition[:SHORT] for side in sides)),
    ]
    return [(name, was, is_now) for name, was, is_now in found]


def _changed_lines(pin: "ClaimPin") -> Iterator[str]:
    if not pin.is_as_pinned:
        yield f"The month at the release is not the one that the claim names ({pin.claim.event.digest[:SHORT]})."
    yield f"Changed since: {', '.join(pin.changed) or 'nothing'}."
    if pin.loss is not None:
        paid, left = money(pin.loss.amount), money(pin.loss.patient_share)
        yield f"No longer supported: {codes_of(pin.loss.units)}; {paid} was paid for it, {left} left to the patient."


def _later_lines(each: "Later", *, with_words: bool) -> Iterator[str]:
    yield from (f"  {text}" for text in told(each.line, with_words=with_words))
    seconds = each.staff_seconds + each.personal_seconds
    added = f" ({'+' if seconds > 0 else '-'}{clock(abs(seconds))})" if seconds else ""
    yield f"      changed: {', '.join(each.changed)}{added}" if each.changed else "      changed nothing in this month"


def _overpayment_lines(overpayments: "Iterable[OverpaymentRow]") -> Iterator[str]:
    for number, each in enumerate(overpayments):
        if not number:
            yield from ("", "Possible overpayments:")
        back = f"{cents(each.back_cents)} of {cents(each.amount_cents)} went back"
        share = f"{cents(each.share_back_cents)} of {cents(each.share_cents)} to the patient"
        yield f"  {each.overpayment}: {each.status}, noticed {each.noticed_on}, {codes_of(each.units)}; {back}, {share}"

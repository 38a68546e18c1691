"""A rejudge in words and as JSON lines: the sums first, then why, then a row for each patient-month."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from interfaces.cli.editions import Named
from interfaces.cli.screen import Screen
from interfaces.cli.wording import ESTIMATE, counted, money, some
from interfaces.rejudged import Reason, Sums, reason_json
from ledger.rulebook import Reading
from ledger.rulebook.describe import shown_value
from projections.rejudge import Asked

_COLUMNS = (
    "patient",
    "programme",
    "standing (as signed)",
    "now",
    "estimate",
    "expected",
    "by that edition",
    "estimate",
    "expected",
    "differs in",
    "because of",
)
BEFORE_DEDUCTIBLE = "estimate before the deductible"
_SHOWN = 90
"""How many characters of a value a person is shown: a list of categories may be long."""


def show(screen: Screen, named: Named, asked: Asked, sums: Sums, closed: Collection[str]) -> None:
    """Sums, reasons and months; `closed` are patients of whom the reader may not read."""
    if screen.as_json:
        screen.line(_sums_json(named, asked, sums, closed))
        for month in sums.lines():
            if month["patient"] not in closed:
                screen.line(month)
        return
    screen.say(*_sums_lines(named, asked, sums))
    for reason in sums.reasons:
        screen.say(*_reason_lines(reason))
    rows = [month for month in sums.lines() if month["patient"] not in closed]
    if rows:
        screen.table(_COLUMNS, [_cells(month) for month in rows], right=(4, 5, 7, 8))
    if rows and len(rows) < sums.differing:
        screen.say(f"{len(rows):,} of {sums.differing:,} are listed; --limit N lists more, --json all.")
    screen.say("Nothing was changed.")


def _sums_json(named: Named, asked: Asked, sums: Sums, closed: Collection[str]) -> dict[str, Any]:
    adopted, (expected_before, expected_after) = named.adoption, sums.expected
    return {
        "month": asked.month,
        "as_of": asked.position,
        "practice": asked.practice,
        "edition": named.edition.digest,
        "adopted": {"position": adopted.position, "on": adopted.on.isoformat()} if adopted else None,
        "is_shipped": named.is_shipped,
        "amounts_are": "national estimates",
        "looked_at": sums.looked_at,
        "attested": sums.attested,
        "differing": sums.differing,
        "listed": sum(1 for month in sums.lines() if month["patient"] not in closed),
        "amount_before": str(sums.amount_before),
        "amount_after": str(sums.amount_after),
        "expected_before": str(expected_before),
        "expected_after": str(expected_after),
        "because": [reason_json(reason) for reason in sums.reasons],
    }


def _sums_lines(named: Named, asked: Asked, sums: Sums) -> Iterator[str]:
    yield f"{asked.month} by {named.told}, as of position {asked.position}."
    signed = f" ({sums.attested:,} of them attested)" if sums.attested else ""
    yield f"{counted(sums.looked_at, 'patient-month')} looked at{signed}; {sums.differing:,} would differ."
    moved = _moved(sums.amount_before, sums.amount_after)
    yield f"Together {money(sums.amount_before)} now, {money(sums.amount_after)} by that edition ({moved}; {ESTIMATE})."
    if sums.differing:
        before, after = sums.expected
        told = f"{_moved(before, after)}; {BEFORE_DEDUCTIBLE}"
        yield f"Expected payment of those that would differ: {money(before)} now, {money(after)} then ({told})."


def _moved(before: Decimal, after: Decimal) -> str:
    if before == after:
        return "no difference"
    return f"{money(abs(after - before))} {'more' if after > before else 'less'}"


def _reason_lines(reason: Reason) -> Iterator[str]:
    moved = _moved(reason.amount_before, reason.amount_after)
    if reason.expected_before != reason.expected_after:
        moved = f"{moved}; expected {_moved(reason.expected_before, reason.expected_after)}"
    said = "because of" if reason.because.is_found else "one or more of these, and perhaps the formulas,"
    yield f"{counted(reason.months, 'patient-month')} ({moved}) {said}"
    for change in reason.because.changes:
        yield f"  {change.name}: {_value(change.before)} -> {_value(change.after)}"
        yield f"    {_cite(change.after) or _cite(change.before)}"


def _value(reading: Reading | None) -> str:
    if reading is None:
        return "none"
    value = shown_value(reading.value)
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..."


def _cite(reading: Reading | None) -> str:
    return f"effective {reading.effective}: {reading.cite} ({reading.confidence})" if reading else ""


def _cells(month: dict[str, Any]) -> tuple[str, ...]:
    before, after = month["before"], month["after"]
    signed = month["as_attested"]
    standing = before["standing"] if signed is None else f"{before['standing']} ({_codes(signed) or 'no code'})"
    because = some([change["name"].removeprefix("medicare.") for change in month["because"]], shown_max=1)
    return (
        month["patient"],
        month["programme"],
        standing,
        *_charges(before),
        *_charges(after),
        some(month["changed"]),
        because,
    )


def _charges(answer: dict[str, Any]) -> tuple[str, str, str]:
    return _codes(answer) or "-", _dollars(answer["amount"]), _dollars(answer["payment"]["expected"])


def _dollars(amount: str | None) -> str:
    return money(Decimal(amount) if amount is not None else None)


def _codes(answer: dict[str, Any]) -> str:
    return ", ".join(f"{line['code']} x{line['units']}" for line in answer["charges"])

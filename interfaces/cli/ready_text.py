"""The biller's list in words, as JSON and as a CSV file.

Promise: everything shown is an answer of the projections; a month that nobody may release says whose turn it is.
Dollars asked are the practice's charges, those expected national estimates.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.wording import ESTIMATE, codes_of, counted, money, some
from ledger.terms.notices import KINDS
from ledger.terms.refusals import REFUSALS

if TYPE_CHECKING:
    from interfaces.cli.screen import Screen
    from projections.claims.ready import Ready
    from projections.claims.ready_months import ReadyMonth

_TITLES: Final = (
    ("ready", "Ready to release"),
    ("month_open", "Signed, and the month goes on"),
    ("sent_before", "Signed, and sent before: look at the earlier claim, then release it by itself"),
    ("to_sign", "Waiting for a signature"),
    ("stale", "Stale: not what was signed, to be signed anew"),
    ("blocked", "Blocked"),
    ("below_minimum", "Below the minimum, and near it"),
    ("competing_biller", "Somebody else was paid, says the payer: not billed again"),
    ("released", "Released before"),
)
_CSV_COLUMNS: Final = (
    *("patient", "month", "programme", "state", "practice", "practitioner", "payer", "minutes", "codes", "units"),
    *("asked", "national_estimate", "blocked_by", "near_code", "near_minutes", "near_estimate", "days_left"),
    *("filing_until", "filing_near", "claim", "claim_status", "changed", "as_of", "simulated"),
)


# --- for programs -------------------------------------------------------------------------------------------------


def ready_json(found: "Ready") -> dict[str, Any]:
    """The list for programs."""
    changed = {(each.patient, each.programme) for each in found.changed()}
    return {
        "month": found.month,
        "as_of": found.position,
        "since": found.since,
        "searched": "this ledger",
        "asked_is": "the practice's charges",
        "expected_is": "national estimates",
        "sums": {state: _sums_json(found, state) for state, _ in _TITLES},
        "blocked_by": [
            {"code": code, "months": count, "remedy": remedy_of(code)} for code, count in found.blocked_by()
        ],
        "below_minimum_not_near": found.below_minimum,
        "months": [month_json(each) | {"changed": (each.patient, each.programme) in changed} for each in found.months],
    }


def month_json(month: "ReadyMonth") -> dict[str, Any]:
    """One month for programs."""
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    shown: dict[str, Any] = plain(month)
    return {**shown, "charges": [{"code": code, "units": units} for code, units in month.charges]}


def _sums_json(found: "Ready", state: Any) -> dict[str, Any]:
    sums = found.sums(state)
    money_text = {"asked": str(sums.asked), "expected": str(sums.expected)}
    return {"months": sums.months, "units": sums.units, **money_text, "without_charge_or_price": sums.unpriced}


def ready_csv(found: "Ready", *, simulated: bool) -> str:
    """The list as a CSV file, one line a month."""
    from interfaces.importing.csv_out import csv_line  # noqa: PLC0415 - only asked for here

    changed = set(found.changed())
    lines = [csv_line(_CSV_COLUMNS)]
    for each in found.months:
        near, filing = each.near, each.filing
        lines.append(
            csv_line(
                (
                    *(each.patient, found.month, each.programme.value, each.state, each.practice, each.practitioner),
                    *(each.payer, each.minutes, " ".join(f"{code}x{units}" for code, units in each.charges)),
                    *(each.units, each.asked, each.expected, " ".join(each.blocks)),
                    *((near.code, near.minutes, near.amount) if near is not None else (None, None, None)),
                    *(each.days_left, filing.until if filing is not None else None, _yes(each.is_filing_near)),
                    *(each.claim, each.claim_status, _yes(each in changed), found.position, _yes(simulated)),
                )
            )
        )
    return "".join(lines)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


# --- for people ---------------------------------------------------------------------------------------------------


def show_ready(screen: "Screen", found: "Ready") -> None:
    """The list for people, state by state, then what cuts across the states."""
    screen.say(f"{found.month}: {counted(len(found.months), 'month')}, as of position {found.position}.")
    screen.say("Searched: this ledger.")
    for state, title in _TITLES:
        months = [each for each in found.months if each.state == state]
        if months:
            sums = found.sums(months[0].state)
            asked = f"{money(sums.asked)} asked, {money(sums.expected)} expected ({ESTIMATE})"
            missing = f"; {sums.unpriced:,} of them without a charge or a price" if sums.unpriced else ""
            screen.say(
                "", f"{title}: {counted(sums.months, 'month')}, {counted(sums.units, 'unit')}, {asked}{missing}."
            )
            _show_state(screen, state, months)
    screen.say(*_blocked_lines(found))
    _show_near(screen, found)
    _show_filing(screen, found)
    screen.say(*_changed_lines(found))
    if found.below_minimum:
        screen.say(f"Below the minimum and not near it: {counted(found.below_minimum, 'month')}, not listed.")


def _show_state(screen: "Screen", state: str, months: "Sequence[ReadyMonth]") -> None:
    last, cells = _LAST.get(state, ("for", lambda each: each.programme.value))
    columns = ("patient", "for", "codes", "asked", "expected", last)
    rows = [
        (
            each.patient,
            each.programme.value,
            codes_of(each.charges),
            money(each.asked),
            money(each.expected),
            cells(each),
        )
        for each in months
    ]
    screen.table(columns, rows, right=(3, 4))


def _claim(each: "ReadyMonth") -> str:
    return f"{each.claim} ({each.claim_status})"


_LAST: Final[dict[str, tuple[str, Any]]] = {
    "ready": ("lacks", lambda each: some(each.blocks)),
    "month_open": ("days left", lambda each: str(each.days_left)),
    "sent_before": ("earlier claim", _claim),
    "to_sign": ("by", lambda each: each.practitioner or "nobody is designated"),
    "stale": ("by", lambda each: each.practitioner or "nobody is designated"),
    "blocked": ("by", lambda each: some(each.blocks)),
    "below_minimum": ("minutes", lambda each: str(each.minutes)),
    "competing_biller": ("claim", _claim),
    "released": ("claim", _claim),
}
"""What the last column of a state says, and its heading."""


def remedy_of(code: str) -> str:
    """What to do about a code that blocks: a notice of the month, or a refusal of its release."""
    if code in KINDS:
        return KINDS[code].remedy
    return REFUSALS[code].remedy if code in REFUSALS else ""


def _blocked_lines(found: "Ready") -> Iterator[str]:
    if blocked := found.blocked_by():
        yield from ("", "What blocks, and what to do:")
    for code, count in blocked:
        yield f"  {code} ({counted(count, 'month')}): {remedy_of(code)}"


def _show_near(screen: "Screen", found: "Ready") -> None:
    near = sorted((each.near.minutes, each.patient, each) for each in found.months if each.near is not None)
    if not near:
        return
    stake = sum(each.near.amount for _, _, each in near if each.near is not None and each.near.amount is not None)
    screen.say("", f"Near a threshold: {counted(len(near), 'month')}, {money(stake or None)} at stake ({ESTIMATE}).")
    columns = ("patient", "for", "minutes missing", "until", "estimate", "days left")
    rows = [
        (each.patient, each.programme.value, str(unit.minutes), unit.code, money(unit.amount), str(each.days_left))
        for _, _, each in near
        if (unit := each.near) is not None
    ]
    screen.table(columns, rows, right=(2, 4, 5))


def _show_filing(screen: "Screen", found: "Ready") -> None:
    late = [each for each in found.months if each.is_filing_near]
    if not late:
        return
    screen.say("", f"No payer has it, and the filing deadline is near (CCM-CLAIM-22): {counted(len(late), 'month')}.")
    rows = [(each.patient, each.programme.value, each.state, str(each.filing and each.filing.until)) for each in late]
    screen.table(("patient", "for", "state", "last day"), rows)


def _changed_lines(found: "Ready") -> Iterator[str]:
    if found.since is None:
        return
    changed = found.changed()
    yield from ("", f"Changed behind position {found.since}: {counted(len(changed), 'month')}.")
    for each in changed:
        yield f"  {each.patient} {each.programme.value}: {each.state.replace('_', ' ')}, by position {each.position}"
    if changed:
        yield f"`ccm-ledger diff-month PATIENT {found.month} {found.since} now` says what changed and by which facts."

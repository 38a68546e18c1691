"""One patient-month in words: minutes, codes and units, dollars, what is missing.

Promise: everything shown stands in the judge's verdict; nothing is counted, judged or rounded here. Amounts are
labelled as what they are: national estimates.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from interfaces.cli.month_price import expected_line
from interfaces.cli.wording import ESTIMATE, clock, counted, family_name, moment, money, notice_lines

if TYPE_CHECKING:
    from ledger.judging.prices import Price
    from ledger.judging.shapes import Verdict

STANDINGS: Final[Mapping[str, str]] = {
    "nothing_logged": "nothing is logged",
    "below_minimum": "no family of codes reaches its minimum",
    "blocked": "a code could be billed, and something is missing before release",
    "ready": "nothing blocks release; nobody has attested yet",
    "attested": "attested, and unchanged since",
    "stale": "attested, and changed since: it must be attested again",
}


def month_lines(verdict: "Verdict", price: "Price | None" = None, *, with_notices: bool = True) -> Iterator[str]:
    """The month as a whole; without what is missing and what is to be looked at, where that is opened further down.

    `price` is what its codes are expected to pay.
    """
    payer = verdict.payer or "no coverage on file, so the estimate is for Medicare FFS"
    yield f"Standing: {verdict.standing.replace('_', ' ')}: {STANDINGS[verdict.standing]}."
    yield f"Counted: {clock(verdict.staff_seconds)} of staff, {clock(verdict.personal_seconds)} of the practitioner."
    if verdict.untimed_seconds:
        yield f"  Of it {clock(verdict.untimed_seconds)} without clock times."
    since = f"from {moment(verdict.consent_from)} on" if verdict.consent_from else "nothing, for want of consent"
    yield f"Consent lets count: {since}."
    biller = verdict.practitioner or "nobody is designated"
    yield f"Billing practitioner: {biller}. Practice: {verdict.practice or 'none'}."
    yield f"Payer: {payer}."
    if verdict.profiles:
        named = ", ".join(verdict.profiles)
        yield f"Judged with the exceptions of the profile {named}; `ccm-ledger rules payers` says what they change."
    yield from _charges(verdict, price)
    for line in verdict.with_visits:
        yield f"With the visit of {line.on} ({line.parent}) by {line.practitioner}, on that visit's claim:"
        yield f"  {line.code} x{line.units}  {money(line.amount)} ({ESTIMATE}; no part of the month's codes)"
    yield from _said(verdict) if with_notices else ()
    yield f"Digest that `attest_month` signs: {verdict.digest}"
    yield f"Judged by edition {verdict.edition[:12]} of the rulebook."


def _said(verdict: "Verdict") -> Iterator[str]:
    if verdict.missing:
        yield f"Missing before release: {counted(len(verdict.missing), 'point')}."
        yield from notice_lines(verdict.missing)
    if verdict.notices:
        yield f"To be looked at: {counted(len(verdict.notices), 'point')}."
        yield from notice_lines(verdict.notices)


def _charges(verdict: "Verdict", price: "Price | None") -> Iterator[str]:
    family = verdict.family
    if family is None or not verdict.charges:
        yield "Codes: none yet."
        return
    how = "chosen by the practitioner" if verdict.chosen else "suggested"
    yield f"Codes ({family_name(family)}, {how}), date of service {verdict.date_of_service}:"
    for line in verdict.charges:
        yield f"  {line.code} x{line.units}  {money(line.amount)}"
    if verdict.amount is None:
        yield f"  Together: no price is on file for {verdict.date_of_service}."
    else:
        yield f"  Together {money(verdict.amount)} ({ESTIMATE})."
    if price is not None:
        yield expected_line(price)

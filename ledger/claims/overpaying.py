"""The days of a possible overpayment: triage, both deadlines, suspension, how far back the same cause is looked for.

Promise: the conservative deadline counts from the notice, the formal one from the day of identification; while a timely
investigation goes on the formal one stands still, for at most so many days from identification, and the rest of the
sixty resumes (CCM-OVP-01 to -04; readings, 7). Rules are read of the day from which each count begins: what was
identified before there was a suspension has none. They are those of the edition in use when it is asked, whatever the
claim pinned: the pinned one says what is owed, the one in use by when. An edition that was adopted before there were
these rules gives no deadline. Not promised: that a contract says no other; profiles say so.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

from ledger.rulebook import Rules
from ledger.rulebook.formulas import lookback_start
from ledger.streams.claims_state import Claim
from ledger.streams.overpayments_state import Overpayment

_NAMES: Final = "medicare.overpayments"
LOOKBACK: Final = f"{_NAMES}.lookback_years"
_SOON: Final = timedelta(days=14)
"""How many days before a deadline it is shown as due soon."""

RulesOn = Callable[[date], Rules]
"""The rules of the payer in force on a day."""


class Deadlines(NamedTuple):
    """The days by which something is to be done."""

    triage: date
    conservative: date
    formal: date | None
    """None until it was identified. While an investigation goes on: the last day that it can come to."""
    suspended_until: date | None
    """While an investigation goes on: the last day on which the formal deadline stands still."""

    @property
    def binding(self) -> date:
        """The day by which the money goes back: the formal one, where it was identified."""
        return self.formal or self.conservative


def deadlines(overpayment: Overpayment, today: date, rules_on: RulesOn) -> Deadlines | None:
    """The deadlines as of a day; None where the edition has no rules of them.

    Reads: medicare.overpayments.triage_days, .return_days, .suspension_days_max.
    """
    noticed = overpayment.event.noticed_on
    rules = rules_on(noticed)
    looked_at, returned = _days("triage_days", rules), _days("return_days", rules)
    if looked_at is None or returned is None:
        return None
    triage, conservative = noticed + looked_at, noticed + returned
    identified = overpayment.identified_on
    if identified is None:
        return Deadlines(triage, conservative, None, None)
    # An identification dated before there was any rule counts by the first one that holds.
    formal = identified + (_days("return_days", rules_on(identified)) or returned)
    still = _suspension(overpayment, identified, formal, rules_on(identified))
    if still is None:
        return Deadlines(triage, conservative, formal, None)
    begun, until = still
    goes_on = overpayment.ended is None and today <= until
    return Deadlines(triage, conservative, formal + (until - begun), until if goes_on else None)


def _suspension(overpayment: Overpayment, identified: date, formal: date, rules: Rules) -> tuple[date, date] | None:
    """From when until when the deadline stood still; None where it never did, or the investigation came too late."""
    longest = rules.get(f"{_NAMES}.suspension_days_max")
    if overpayment.begun is None or not isinstance(longest, int):
        return None
    latest = identified + timedelta(days=longest)
    begun = max(overpayment.begun[0].on, identified)
    ended = overpayment.ended[0].on if overpayment.ended is not None else latest
    until = min(ended, latest)
    return (begun, until) if until > begun and begun <= formal else None


class Urgency(NamedTuple):
    """What is to be done next about a possible overpayment, by when, and how that stands."""

    step: str
    """triage, answer (identify it or not), return."""
    by: date
    days_left: int
    """Below zero once it is over."""

    @property
    def is_overdue(self) -> bool:
        """Whether the last day is over."""
        return self.days_left < 0

    @property
    def is_soon(self) -> bool:
        """Whether the last day is near."""
        return 0 <= self.days_left <= _SOON.days


def urgency(overpayment: Overpayment, found: Deadlines | None, today: date) -> Urgency | None:
    """What is to be done next; None where nothing is, or where there are no rules of when."""
    if found is None:
        return None
    match overpayment.status:
        case "noticed":
            step, by = "triage", found.triage
        case "triaged":
            step, by = "answer", found.conservative
        case "identified":
            step, by = "return", found.binding
        case _:
            return None
    return Urgency(step, by, (by - today).days)


def swept_since(on: date, rules: Rules) -> date | None:
    """The first day of receipt that is looked at for the same cause, from a day; None where the edition has no rule.

    Reads: medicare.overpayments.lookback_years (CCM-OVP-04).
    Example: 2026-11-22 -> 2020-11-22, 2024-02-29 -> 2018-02-28.
    """
    years = rules.get(LOOKBACK)
    return lookback_start(on, years) if isinstance(years, int) else None


def received_on(claim: Claim) -> date | None:
    """The day on which money for a claim last came; None where none did."""
    return max((heard.event.on for heard in claim.from_payer if heard.event.paid > 0), default=None)


def _days(name: str, rules: Rules) -> timedelta | None:
    found = rules.get(f"{_NAMES}.{name}")
    return timedelta(days=found) if isinstance(found, int) else None

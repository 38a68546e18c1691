"""The days of a possible overpayment: triage, both deadlines, suspension, how far back the same cause is looked for.

Promise: the conservative deadline counts from the notice, the formal one from the day of identification; while an
investigation goes on the formal one stands still, for at most so many days from identification, and the rest of the
sixty resumes (CCM-OVP-01 to -04; readings, 7). Not promised: that a contract says no other; profiles say so.
"""

from datetime import date, timedelta
from typing import Final, NamedTuple

from ledger.rulebook import Rules
from ledger.streams.overpayments_state import Overpayment

_NAMES: Final = "medicare.overpayments"


class Deadlines(NamedTuple):
    """The days by which something is to be done."""

    triage: date
    conservative: date
    formal: date | None
    """None until it was identified."""
    suspended_until: date | None
    """While an investigation goes on: the last day on which the formal deadline stands still."""


def deadlines(overpayment: Overpayment, today: date, rules: Rules) -> Deadlines:
    """The deadlines as of a day. Reads: medicare.overpayments.triage_days, .return_days, .suspension_days_max."""
    noticed = overpayment.event.noticed_on
    triage = noticed + _days("triage_days", rules)
    conservative = noticed + _days("return_days", rules)
    identified = overpayment.identified_on
    if identified is None:
        return Deadlines(triage, conservative, None, None)
    still = _suspension(overpayment, identified, rules)
    formal = identified + _days("return_days", rules)
    if still is None:
        return Deadlines(triage, conservative, formal, None)
    begun, until = still
    goes_on = overpayment.ended is None and today <= until
    return Deadlines(triage, conservative, formal + (until - begun), until if goes_on else None)


def _suspension(overpayment: Overpayment, identified: date, rules: Rules) -> tuple[date, date] | None:
    """From when until when the deadline stood still; None where it never did."""
    if overpayment.begun is None:
        return None
    latest = identified + _days("suspension_days_max", rules)
    begun = max(overpayment.begun[0].on, identified)
    ended = overpayment.ended[0].on if overpayment.ended is not None else latest
    until = min(ended, latest)
    return (begun, until) if until > begun else None


def swept_since(received_on: date, rules: Rules) -> date:
    """The first day of receipt that is looked at for the same cause. Reads: medicare.overpayments.lookback_years."""
    year = received_on.year - rules.whole(f"{_NAMES}.lookback_years")
    is_leap_day = (received_on.month, received_on.day) == (2, 29)
    return received_on.replace(year=year, day=28 if is_leap_day else received_on.day)


def _days(name: str, rules: Rules) -> timedelta:
    return timedelta(days=rules.whole(f"{_NAMES}.{name}"))

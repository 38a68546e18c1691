"""The day that all lines of a month carry, by the convention of payer and practice (CCM-CLAIM-01 to -04).

By default the month's last day, or, where death, disenrolment or the end of coverage lies before it, the last counted
day. A payer's exception says otherwise first; where there is none, the practice adopts what its contractor asks for.
Promise: no convention dates a service behind the default, or before the minutes that it bills were reached. Not
promised: that the payer takes it; which convention it keeps, its profile or the practice says.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from ledger.judging.countable import Counted
from ledger.judging.law import MonthLaw
from ledger.judging.shapes import EntryLine, FamilyResult
from ledger.rulebook import Rules
from ledger.rulebook.views import EXCEPTION_MARK
from ledger.rulebook.workdays import HOLIDAYS, last_workday
from ledger.streams.practice import Practice

CONVENTION: Final = "medicare.claims.date_of_service"
SPAN: Final = "medicare.claims.date_span_allowed"
LAST_DAY: Final = "last_day_of_month"
_BUSINESS_DAY: Final = "last_business_day"
_THRESHOLD: Final = "threshold"
_RANGE: Final = "date_range"
POLICY: Final = "date_of_service"


def convention_of(practice: Practice | None, law: MonthLaw, last: date) -> str:
    """The convention of a month: the payer's own, else that which the practice adopted by its last day, else the base.

    Reads: medicare.claims.date_of_service.
    """
    by = law.service_date
    if EXCEPTION_MARK in by.name or practice is None or not practice.policies:
        return str(by.value)
    return practice.policy(POLICY, last) or str(by.value)


def dated_by(
    convention: str, default: date, counted: Counted, billing: FamilyResult | None, law: MonthLaw, last: date
) -> date:
    """The date of service by a convention; `default` is that of CCM-CLAIM-04, `billing` the family that bills.

    Reads: medicare.claims.federal_holidays, where the convention asks for working days.
    """
    if convention not in (_THRESHOLD, _BUSINESS_DAY):
        return default
    reached = _reached_on(counted.lines, billing, pools_all=law.pools_practitioner)
    if convention == _THRESHOLD:
        return default if reached is None else min(reached, default)
    open_on = last_workday(last, law.rules)
    return min(default, open_on if reached is None else max(open_on, reached))


def names_read(convention: str, rules: Rules) -> frozenset[str]:
    """What a convention reads beside its own name."""
    return frozenset((HOLIDAYS,)) if convention == _BUSINESS_DAY and rules.find(HOLIDAYS) is not None else frozenset()


def span_from(convention: str, started_on: date | None, served_on: date, law: MonthLaw) -> date | None:
    """The first day of the range that a line carries, where the payer's profile asks for one and allows it; else None.

    The range begins with the month, never before the consent. Reads: medicare.claims.date_span_allowed (CCM-CLAIM-03).
    """
    if convention != _RANGE or law.rules.get(SPAN) is not True:
        return None
    first = max(served_on.replace(day=1), started_on or served_on)
    return first if first < served_on else None


def _reached_on(lines: Sequence[EntryLine], billing: FamilyResult | None, *, pools_all: bool) -> date | None:
    """The day on which the minutes of all billed units were reached; None where no minutes are billed."""
    if billing is None or not billing.is_available or billing.family == "apcm":
        return None
    needed = (billing.minutes - billing.unpaid_minutes) * 60
    seconds = 0
    for line in sorted(lines, key=_counted_on):
        if not line.counted or not _is_pooled(line, billing, pools_all):
            continue
        seconds += line.counted
        if seconds >= needed:
            return _counted_on(line)
    return None


def _counted_on(line: EntryLine) -> date:
    """The last day on which seconds of an entry count: what crosses midnight is done on the later day."""
    return line.last_counted_on or line.on


def _is_pooled(line: EntryLine, billing: FamilyResult, pools_all: bool) -> bool:
    if "personal" in billing.family:
        return line.pool == "personal"
    return pools_all or billing.family == "rhc" or line.pool == "staff"

"""The three clocks of a fact: when it happened, when its source wrote it down, when this ledger learned it.

Promise: each clock is shown as the fact has it, and none stands in for another; lateness is arithmetic between them,
in whole seconds, measured from the end of work. A fact that gives a day only is measured in whole days, by the UTC
dates of the other clocks. Not promised: that lateness counts for anything; the judge says that.
"""

from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple

from ledger.streams.base import Event
from ledger.terms.calendar import DAY_SECONDS
from projections.happened import Moment, happened

ClockName = Literal["happened", "source", "recorded"]

PERIODS: Final = frozenset(
    {
        "practice_assigned",
        "condition_recorded",
        "coverage_recorded",
        "practitioner_designated",
        "designation_withdrawn",
        "role_granted",
        "role_ended",
        "licence_recorded",
        "capability_attested",
        "policy_adopted",
        "charge_adopted",
        "billing_details_recorded",
        "payer_identity_recorded",
        "interchange_recorded",
        "locality_recorded",
        "qualifying_status_recorded",
    }
)
"""Facts whose date begins or ends a period: nothing is late about telling of a disease that began years ago."""


class Lateness(NamedTuple):
    """What lies between the clocks, in whole seconds; None where one of the two clocks is missing."""

    happened_to_source_seconds: int | None
    happened_to_ledger_seconds: int | None
    source_to_ledger_seconds: int | None
    by_days: bool
    """Whether the fact gives a day alone: then whole days."""


def lateness(topic: str, over: Moment, source_recorded_at: datetime | None, recorded_at: datetime) -> Lateness:
    """How late a fact of a kind, over at a moment, was written down by its source, and learned by this ledger."""
    moment = None if topic in PERIODS else over
    by_days = moment is not None and not isinstance(moment, datetime)
    return Lateness(
        _between(moment, source_recorded_at),
        _between(moment, recorded_at),
        _between(source_recorded_at, recorded_at),
        by_days,
    )


def ended(event: Event) -> Moment:
    """When it was over: the end of work that has clock times, otherwise when it happened."""
    segments: tuple[Any, ...] = getattr(event, "segments", ())
    return segments[-1].end if segments else happened(event)


def _between(first: Moment, second: datetime | None) -> int | None:
    if first is None or second is None:
        return None
    if isinstance(first, datetime):
        apart = second - first
        return apart.days * DAY_SECONDS + apart.seconds
    return (second.date() - first).days * DAY_SECONDS


Bound = date | datetime | None
"""A day or an instant, included; None: no bound."""


def is_within(moment: Moment, since: Bound, until: Bound) -> bool:
    """Whether a moment lies between two bounds, both included. A day bounds by UTC dates; nothing lies on no clock."""
    if moment is None:
        return False
    return (since is None or _order(moment, since) >= 0) and (until is None or _order(moment, until) <= 0)


def _order(moment: date, bound: date) -> int:
    if isinstance(moment, datetime) and isinstance(bound, datetime):
        return (moment > bound) - (moment < bound)
    day, other = _day(moment), _day(bound)
    return (day > other) - (day < other)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment

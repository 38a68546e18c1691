"""Until when the words of a record are kept: the latest day that any rule of retention gives (CCM-RET-01 to -04).

Promise: every rule that applies is named with its own last day, so that whoever is told "not yet" is told by what.
Years count from the end of the year of the last care that the words are about; a refund counts from its day. Not
promised: the law of a state that the table does not have; a default that is as long as the longest stands for it.
"""

from datetime import date
from typing import Final, NamedTuple

from ledger.rulebook import Rules

_NAMES: Final = "medicare.retention"
NOTICE: Final = f"{_NAMES}.notice_days"
ALWAYS: Final = (f"{_NAMES}.enrolment_years", f"{_NAMES}.hipaa_years", f"{_NAMES}.false_claims_years")
"""What holds for every record."""
NEEDED: Final = (
    *ALWAYS,
    *(f"{_NAMES}.{name}" for name in ("medicare_advantage_years", "refund_years", "other_years", "other_minor_years")),
    NOTICE,
)
"""What an edition must say before anything may be erased by it."""
_YEAR_MAX: Final = date.max.year


class Cared(NamedTuple):
    """What the rules of retention ask of a record."""

    last_year: int | None
    """The year of the last care that the words are about; None where nobody was ever cared for."""
    medicare_advantage: bool = False
    """Whether a Medicare Advantage plan ever covered the patient."""
    states: tuple[str, ...] = ()
    """Postal codes of the states of the practices; none where a practice's state is not on record."""
    refunded_on: date | None = None
    """The day of the last refund of an overpayment."""
    of_age_in: int | None = None
    """The year in which a patient who was a minor comes of age, as stated."""


class Kept(NamedTuple):
    """A rule, and the last day on which the words must be kept by it."""

    rule: str
    until: date


def kept_until(cared: Cared, rules: Rules) -> tuple[Kept, ...]:
    """Every rule of retention that applies with its last day, the latest first; none where nothing asks for it.

    Reads: medicare.retention.enrolment_years, .hipaa_years, .false_claims_years, .medicare_advantage_years,
    .refund_years, and of each state .XX_years, .XX_minor_years (.other_years, .other_minor_years).
    """
    found: list[Kept] = []
    if cared.last_year is not None:
        named = [*ALWAYS, *(_of_state(state, "years", rules) for state in _states(cared))]
        if cared.medicare_advantage:
            named.append(f"{_NAMES}.medicare_advantage_years")
        found += [Kept(name, _year_end(cared.last_year + _years(name, rules))) for name in named]
    if cared.of_age_in is not None:
        minors = (_of_state(state, "minor_years", rules) for state in _states(cared))
        found += [Kept(name, _year_end(cared.of_age_in + _years(name, rules))) for name in minors]
    if cared.refunded_on is not None:
        name = f"{_NAMES}.refund_years"
        found.append(Kept(name, _years_after(cared.refunded_on, _years(name, rules))))
    return tuple(sorted(dict.fromkeys(found), key=lambda kept: (-kept.until.toordinal(), kept.rule)))


def _states(cared: Cared) -> tuple[str, ...]:
    return cared.states or ("other",)


def _of_state(state: str, what: str, rules: Rules) -> str:
    """The rule of a state, or the one that stands for states that the table does not have."""
    own = f"{_NAMES}.{state.lower()}_{what}"
    return own if rules.get(own) is not None else f"{_NAMES}.other_{what}"


def _years(name: str, rules: Rules) -> int:
    years = rules.get(name)
    assert isinstance(years, int), "an edition without this rule erases nothing"
    return years


def _year_end(year: int) -> date:
    return date(min(year, _YEAR_MAX), 12, 31)


def _years_after(on: date, years: int) -> date:
    """The same day so many years on; after 29 February the first of March, so that nothing goes a day early."""
    year = min(on.year + years, _YEAR_MAX)
    try:
        return on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)

"""The arithmetic of the law about claims: lines that do not go together, deadlines, the check digit of an NPI.

Promise: plain values in, plain values out; every number is read through `rules`. Not promised: that a claim was
received, or that somebody with a valid number is enrolled (CCM-NPI-04).
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final, Literal

from ledger.rulebook.rules import Rules
from ledger.rulebook.workdays import next_workday

_CCM: Final = "medicare.ccm"
_APCM: Final = "medicare.apcm"
_PROGRAMMES: Final = (_CCM, "medicare.pcm", _APCM)
_CLAIMS: Final = "medicare.claims"
_NPI: Final = "medicare.npi"

LineFault = Literal["code_not_known", "parent_missing", "units_above_max", "base_codes_above_max", "families_above_max"]
"""What is wrong with a line of a claim."""


def filing_deadline(served_on: date, rules_on: Callable[[date], Rules]) -> date:
    """The last day on which a claim for a day's service may be received (CCM-CLAIM-22 to -24).

    29 February ends on 28 February; a Saturday, Sunday or federal holiday moves to the next working day. Of a
    professional claim the day is the line's first. The years are those of the day of service, the holidays those in
    force when the deadline comes; `rules_on` gives the rules in force on a day.
    Reads: medicare.claims.filing_years, .federal_holidays.
    Example: 2024-02-29 -> 2025-02-28, 2025-03-15 -> 2026-03-16, 2025-05-25 -> 2026-05-26, 2020-06-18 -> 2021-06-21.
    """
    last = _years_later(served_on, rules_on(served_on).whole(f"{_CLAIMS}.filing_years"))
    return next_workday(last, rules_on(last))


def filing_review_on(served_on: date, rules: Rules) -> date:
    """The first day on which an unfiled claim for a day's service is to be shown (CCM-CLAIM-22).

    Reads: medicare.claims.filing_review_days.
    """
    return served_on + timedelta(days=rules.whole(f"{_CLAIMS}.filing_review_days"))


def reopening_until(adjudicated_on: date, rules: Rules, *, has_good_cause: bool) -> date | None:
    """The last day on which a reopening may be asked for; None where the edition says nothing of it (CCM-CLAIM-27).

    Within a year of the adjudication for any reason, within four for good cause. No weekend moves it: the day shown is
    then early, never late.
    Reads: medicare.claims.reopening_years, .reopening_good_cause_years.
    Example: 2026-04-20 -> 2027-04-20, for good cause 2030-04-20.
    """
    years = rules.get(f"{_CLAIMS}.reopening_good_cause_years" if has_good_cause else f"{_CLAIMS}.reopening_years")
    return _years_later(adjudicated_on, years) if isinstance(years, int) else None


def forms_npi(number: str, rules: Rules) -> bool:
    """Whether characters have the shape and the check digit of an NPI (CCM-NPI-01, -02).

    Reads: medicare.npi.digits, .first_digits, .check_prefix.
    """
    if not (number.isascii() and number.isdigit()) or len(number) != rules.whole(f"{_NPI}.digits"):
        return False
    if number[0] not in rules.words(f"{_NPI}.first_digits"):
        return False
    digits = [int(digit) for digit in reversed(rules.word(f"{_NPI}.check_prefix") + number)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[0::2]) + doubled) % 10 == 0


def faults_of_lines(
    lines: Iterable[tuple[str, int]], rules: Rules, raised: Iterable[tuple[str, int]] = ()
) -> tuple[tuple[str, LineFault], ...]:
    """What is wrong with the (code, units) of one patient's month, whatever its minutes: each code with its fault.

    An add-on needs its parent, no code has more units than a month is given, and a month has one base code (whoever
    claims it) in one family (CCM-CODE-03 to -06, -09, CCM-CLAIM-20). `rules` are those of the date of service,
    `raised` the codes whose limit compliance raised for the month.
    Reads: medicare.ccm.<code>.parent_code and .units_max (or those of medicare.pcm or medicare.apcm),
    medicare.ccm.families.per_month_max, .level_1 to .level_3, medicare.claims.base_codes_per_month_max.
    """
    claimed, limits = dict(lines), dict(raised)
    found: list[tuple[str, LineFault]] = []
    bases: list[str] = []
    for code, units in claimed.items():
        limit, parent = _name_of(code, "units_max", rules), _name_of(code, "parent_code", rules)
        if limit is None and code in _levels(rules):
            bases.append(code)
            found += [(code, "units_above_max")] if units > 1 else []
            continue
        if limit is None:
            found.append((code, "code_not_known"))
            continue
        if parent is None:
            bases.append(code)
        elif rules.word(parent) not in claimed:
            found.append((code, "parent_missing"))
        most = rules.limit(limit)
        if most is not None and units > max(most, limits.get(code, 0)):
            found.append((code, "units_above_max"))
    found += [(code, "base_codes_above_max") for code in bases[rules.whole(f"{_CLAIMS}.base_codes_per_month_max") :]]
    found += [(code, "families_above_max") for code in bases[rules.whole(f"{_CCM}.families.per_month_max") :]]
    return tuple(found)


def _years_later(on: date, years: int) -> date:
    """The same day so many years later; 29 February ends on 28 February, where there is no other (CCM-CLAIM-24)."""
    try:
        return on.replace(year=on.year + years)
    except ValueError:
        return on.replace(year=on.year + years, day=28)


def _levels(rules: Rules) -> tuple[object, ...]:
    """The codes of a programme that no minutes measure: one unit of one of them a month."""
    names = (f"{programme}.families.level_{level}" for programme in (_CCM, _APCM) for level in (1, 2, 3))
    return tuple(value for name in names if (value := rules.get(name)) is not None)


def _name_of(code: str, what: str, rules: Rules) -> str | None:
    """The name of a quantity of a code that has a value, in whatever programme it stands; None where it has none."""
    names = (f"{programme}.{code}.{what}" for programme in _PROGRAMMES)
    return next((name for name in names if rules.get(name) is not None), None)

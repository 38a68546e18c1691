"""Other services of the month: which row of the table each meets, whose it is, and what that means for the month.

Promise: every service that the ledger was told of for the month, and that nobody took back, is in the answer with its
row, its biller as far as that is known, and what follows; findings are notices, and nothing is refused or left out
(CCM-CONF-TCM to CCM-CONF-ACCESS, CCM-CODE-12; readings, section 12). A month that was told of none costs nothing. Not
promised: that nothing else was furnished. What is searched is this ledger: what payers, other practices or the patient
did not tell it, it does not know.

Where the rules leave a choice: several reports of one code and date are one service, and those that name its biller
speak for those that do not; another practice's TIN is another biller, also where no NPI is told.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from ledger.judging.case import Case
from ledger.judging.conflict_rows import PERIOD_DAYS, ConflictRow, row_of
from ledger.rulebook import Reading
from ledger.streams.services import OtherService, OtherServiceReported
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice

_STRENGTH: Final = {"none": 0, "review": 1, "blocks_release": 2}
_PERIOD: Final = timedelta(days=PERIOD_DAYS - 1)
_SAYS: Final = {
    "conflicting_service": "{services}: such a service and care management are not both paid for one month",
    "service_of_other_biller": "{services}: another biller's; the payer may still see a conflict",
    "service_to_look_at": "{services}: both may be paid where their work and their minutes are distinct",
    "service_biller_unknown": "{services}: who billed decides what it means, and that is not on record",
    "services_exclude_each_other": "{services}: one biller is not paid for both",
    "service_not_payable": "{services}: the payer pays this code to nobody, so it stands in no month's way",
}


class Biller(NamedTuple):
    """Whether the biller of a service is the month's: by NPI, by TIN; None where that is not known."""

    npi: bool | None
    tin: bool | None

    def within(self, scope: str) -> bool | None:
        """Whether it is the month's biller as far as a row asks; None where nobody can tell."""
        if scope == "any" or self.npi:
            return True
        if scope == "same_tin" and self.tin:
            return True
        if self.tin is False and self.npi is None:
            return False
        if scope == "same_npi" or self.npi is None:
            return self.npi
        return self.tin

    @property
    def word(self) -> str:
        """The same in a word, as it is shown."""
        if self.npi:
            return "same_npi"
        if self.tin:
            return "same_tin"
        if self.tin is False:
            return "other"
        return "unknown" if self.npi is None else "other_npi"


class ServiceLine(NamedTuple):
    """What became of one service in the month."""

    told: OtherService
    row: str | None
    """The row of the table in which its code stands; None where it stands in none."""
    biller: str
    """same_npi, same_tin, other_npi (its TIN is not known), other, or unknown."""
    finding: str | None
    """The code of the notice that it leads to; None: both may be paid, and there is nothing to look at."""
    by: Reading | None
    """The reading that says so."""


class OtherServices(NamedTuple):
    """The services of a month, what follows from them, and the names of what was read."""

    lines: tuple[ServiceLine, ...]
    findings: tuple[Notice, ...]
    names: tuple[str, ...]


NO_SERVICES: Final = OtherServices((), (), ())


def conflicts_in_month(case: Case) -> OtherServices:
    """The services of a month with what follows from each, by the rules of the date of service.

    Reads, of each row in which a code stands: medicare.conflicts.<row>.* (CCM-CONF-TCM and its siblings, CCM-CODE-12).
    """
    told = [each for each in case.facts.month.services if each.retracted is None]
    if not told:
        return NO_SERVICES
    billers = [_biller(each.event, case) for each in told]
    known = {_key(each.event) for each, biller in zip(told, billers, strict=True) if biller.word != "unknown"}
    keys = _keys(case)
    worked = case.counted.days
    lines: list[ServiceLine] = []
    for each, biller in zip(told, billers, strict=True):
        row = row_of(case.dated.rules, each.event.code)
        settled = biller.word == "unknown" and _key(each.event) in known
        finding, by = (None, None) if row is None or settled else _judged(each.event, row, biller, keys, worked, case)
        lines.append(ServiceLine(each, row.short if row else None, biller.word, finding, by))
    rows = {row.name: row for line in lines if (row := row_of(case.dated.rules, line.told.event.code)) is not None}
    said = [line for line in lines if line.biller != "unknown" or _key(line.told.event) not in known]
    findings = (*_findings(lines), *_pairs(said, case))
    return OtherServices(tuple(lines), findings, tuple(name for each in sorted(rows) for name in rows[each].names))


def _key(event: OtherServiceReported) -> tuple[str, date]:
    return event.code, event.on


def _keys(case: Case) -> tuple[str, ...]:
    """What an exception may be made for: the codes that the month would bill, then their family.

    A chosen family that the month does not reach is meant all the same; one that it cannot have is not.
    """
    by_family = {each.family: each for each in case.families.results}
    named = (case.chosen, case.families.suggested)
    result = next((by_family[each] for each in named if each is not None and each in by_family), None)
    return (*(line.code for line in result.lines), result.family) if result is not None else ()


# --- whose service it is -------------------------------------------------------------------------------------


def _biller(event: OtherServiceReported, case: Case) -> Biller:
    """Whether a service's biller is the month's, as far as reports and the record of the people say."""
    return Biller(_same_npi(event, case), _same_tin(event, case))


def _same_npi(event: OtherServiceReported, case: Case) -> bool | None:
    designee = case.designee
    if designee is None:
        return None
    if event.by_practitioner == designee:
        return True
    own = case.facts.staff[designee].npi
    if event.npi is not None and own is not None:
        return event.npi == own
    return None if event.by_practitioner is None else False


def _same_tin(event: OtherServiceReported, case: Case) -> bool | None:
    here = case.facts.practices.get(case.practice) if case.practice is not None else None
    if here is None:
        return None
    if event.by_practice == case.practice or event.tin == here.tin or (event.npi is not None and event.npi == here.npi):
        return True
    if event.by_practice is not None:
        return _is_of(event.by_practice, here.tin, case)
    if event.tin is not None:
        return False
    colleague = case.facts.staff.get(event.by_practitioner) if event.by_practitioner is not None else None
    if colleague is not None:
        practices = colleague.practices_on(event.on)
        if not practices or None in practices:
            return None
        shared = {each == case.practice or _is_of(each, here.tin, case) for each in practices}
        return shared.pop() if len(shared) == 1 else None
    return True if event.source == "own" and event.npi is None else None


def _is_of(practice: str | None, tin: str, case: Case) -> bool:
    """Whether a practice bills under a TIN: two practices of one TIN are one biller."""
    other = case.facts.practices.get(practice) if practice is not None else None
    return other is not None and bool(tin) and other.tin == tin


# --- what it means -------------------------------------------------------------------------------------------


def _judged(
    event: OtherServiceReported,
    row: ConflictRow,
    biller: Biller,
    keys: Sequence[str],
    worked: frozenset[date],
    case: Case,
) -> tuple[str | None, Reading | None]:
    """The notice that a service leads to, and the reading that says so; neither where there is nothing to look at."""
    if row.unpaid is not None:
        return "service_not_payable", row.unpaid
    is_own = biller.within(row.word("scope", "any"))
    own = _strongest(_effects(event, row, keys, worked, case))
    other = row.effect("other_biller_effect", keys) if own is not None else None
    other = other or own
    if is_own is None and _strength(own) != _strength(other):
        return "service_biller_unknown", own if _strength(own) > _strength(other) else other
    by = other if is_own is False else own
    if _strength(by) == _STRENGTH["blocks_release"]:
        return "conflicting_service", by
    if _strength(by) == _STRENGTH["review"]:
        return ("service_of_other_biller" if is_own is False and by is not own else "service_to_look_at"), by
    return None, by


def _effects(
    event: OtherServiceReported, row: ConflictRow, keys: Sequence[str], worked: frozenset[date], case: Case
) -> Iterable[Reading | None]:
    """What the row says of a service by the days on which it lies."""
    if _lies_within(event, row.word("within", "month"), case):
        yield row.effect("effect", keys)
    if event.on <= case.on <= event.last_on:
        yield row.effect("same_date_effect", keys)
    if any(event.on <= on <= event.last_on for on in worked):
        yield row.effect("counted_day_effect", keys)


def _lies_within(event: OtherServiceReported, within: str, case: Case) -> bool:
    if within == "date":
        return event.on <= case.on <= event.last_on
    last = event.last_on
    if within == "period30" and event.until_on is None:
        last = event.period_until or event.on + _PERIOD
    return event.on <= case.window.last and last >= case.window.first


def _strength(effect: Reading | None) -> int:
    return _STRENGTH.get(str(effect.value), _STRENGTH["review"]) if effect is not None else 0


def _strongest(effects: Iterable[Reading | None]) -> Reading | None:
    return max((each for each in effects if each is not None), key=_strength, default=None)


# --- what is said of it --------------------------------------------------------------------------------------


def _findings(lines: Sequence[ServiceLine]) -> list[Notice]:
    """One notice for each row and each thing that it leads to, so that a report told twice says nothing new."""
    groups: dict[tuple[str, str], list[ServiceLine]] = {}
    for line in lines:
        if line.finding is not None and line.row is not None:
            groups.setdefault((line.finding, line.row), []).append(line)
    return [_notice(code, group, group[0].by) for (code, _), group in sorted(groups.items())]


def _pairs(lines: Sequence[ServiceLine], case: Case) -> list[Notice]:
    """Services of the month that exclude each other, whatever they mean for care management (CCM-CODE-12)."""
    found: list[Notice] = []
    for first in lines:
        row = row_of(case.dated.rules, first.told.event.code)
        others = row.words("not_with") if row is not None else ()
        on_one_date = row is not None and row.word("within", "month") == "date"
        for second in lines:
            is_near = not on_one_date or first.told.event.on == second.told.event.on
            if second.told.event.code in others and is_near and _may_be_of_one(first, second):
                by = row.says.get("not_with") if row is not None else None
                found.append(_notice("services_exclude_each_other", (first, second), by))
    return list(dict.fromkeys(found))


def _may_be_of_one(first: ServiceLine, second: ServiceLine) -> bool:
    """Whether two services may be one biller's: both the month's, of one NPI or TIN, or both of nobody knows whom."""
    billers = {first.biller, second.biller}
    if billers <= {"same_npi", "same_tin"} or billers == {"unknown"}:
        return True
    one, other = first.told.event, second.told.event
    told = ("npi", "tin", "by_practitioner", "by_practice")
    return any(getattr(one, name) is not None and getattr(one, name) == getattr(other, name) for name in told)


def _notice(code: str, lines: Iterable[ServiceLine], by: Reading | None) -> Notice:
    said = dict.fromkeys(f"{line.told.event.code} on {line.told.event.on.isoformat()}" for line in lines)
    return notice(code, f"{_SAYS[code].format(services=', '.join(sorted(said)))}.", by)


# --- what was searched ---------------------------------------------------------------------------------------


class Searched(NamedTuple):
    """What one kind of source told of the month's other services: how many, and when the last of them."""

    source: str
    services: int
    last_told_at: datetime


def searched(lines: Iterable[ServiceLine]) -> tuple[Searched, ...]:
    """The sources that told of the services of a month, by name."""
    told: dict[str, list[datetime]] = {}
    for line in lines:
        told.setdefault(line.told.event.source, []).append(line.told.recorded_at)
    return tuple(Searched(source, len(moments), max(moments)) for source, moments in sorted(told.items()))


def services_tree(lines: Sequence[ServiceLine]) -> dict[str, Any]:
    """The other services of a month and what was searched for them, as plain values for the explanation."""
    sources = [
        {"source": each.source, "services": each.services, "last_told_at": each.last_told_at.isoformat()}
        for each in searched(lines)
    ]
    return {
        "searched": {"where": "this_ledger", "services": len(lines), "sources": sources},
        "services": [_line(line) for line in lines],
    }


def _line(line: ServiceLine) -> dict[str, Any]:
    event = line.told.event
    return {
        "service": event.service,
        "position": line.told.position,
        "code": event.code,
        "on": event.on.isoformat(),
        "until_on": event.until_on.isoformat() if event.until_on else None,
        "source": event.source,
        "row": line.row,
        "biller": line.biller,
        "finding": line.finding,
        "reading": line.by.name if line.by is not None else None,
    }

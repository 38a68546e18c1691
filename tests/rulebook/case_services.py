"""Cases about other services of a month: which row of the table each stands in, whose it is, and what follows.

`missing` and `notices` are what the services add to those of the same month without them. Not given, `time` is thirty
minutes of S1 on the 9th. Of a `payer` with exceptions consent is in writing; a `clinic` chose to bill G0511. A
`programme` other than CCM has its own consent and biller, and nobody is designated for CCM.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ledger.judging import Verdict
from ledger.rulebook import Rulebook
from ledger.terms.people import Programme
from tests.facts import Chart, codes, day
from tests.rulebook.case_months import judged, reads_of

KEYS: Final = frozenset(
    {
        "month", "time", "decision_making", "choice", "services", "missing", "notices", "rows", "codes", "why",
        "counted_seconds", "died", "payer", "clinic", "programme",
    }
)  # fmt: skip
_ALSO: Final = ("codes", "why", "counted_seconds")

_Read = tuple[dict[str, Any], Callable[[Rulebook], dict[str, Any]], Callable[[Rulebook], frozenset[str]]]


def services(case: Mapping[str, Any]) -> _Read:
    """One month with other services, and the same without."""
    facts, bare = chart_of(case).facts(), chart_of({**case, "services": []}).facts()
    expected = {"rows": case["rows"], "missing": case.get("missing", []), "notices": case.get("notices", [])}
    expected |= {"charges_moved": False} | {key: case[key] for key in _ALSO if key in case}

    programme = Programme(case.get("programme", "CCM"))

    def ask(book: Rulebook) -> dict[str, Any]:
        return _said(judged(facts, book, programme), judged(bare, book, programme))

    return expected, ask, lambda book: reads_of(facts, book, programme)


def _said(verdict: Verdict, own: Verdict) -> dict[str, Any]:
    return {
        "rows": found(verdict),
        "missing": [code for code in codes(verdict.missing) if code not in codes(own.missing)],
        "notices": [code for code in codes(verdict.notices) if code not in codes(own.notices)],
        "charges_moved": verdict.charges != own.charges,
        "codes": {line.code: line.units for line in verdict.charges},
        "why": [codes(line.notices) for line in verdict.lines],
        "counted_seconds": verdict.staff_seconds,
    }


def found(verdict: Verdict) -> list[str]:
    """Each service's row, whose it is, and the notice that it leads to, if any."""
    return [" ".join(filter(None, (line.row or "-", line.biller, line.finding))) for line in verdict.services]


def chart_of(case: Mapping[str, Any]) -> Chart:
    """The fixture with the case's time and services."""
    month = case.get("month", "2026-03")
    programme = Programme(case.get("programme", "CCM"))
    without = ["consent"] if case.keys() & {"died", "payer"} else []
    chart = Chart(month, without=without if programme is Programme.CCM else [*without, "designation"])
    if programme is not Programme.CCM:
        chart.consent(f"{int(month[:4]) - 1}-12-15 09:00", name=programme.value.lower(), programme=programme)
        chart.designate("MD", programme=programme)
    if "payer" in case:
        chart.consent(f"{month[:4]}-01-05 09:00", method="written")
        chart.coverage(payer=case["payer"])
    if case.get("clinic"):
        chart.capability("rural_health_clinic")
        chart.policy("g0511_billing", "g0511")
    if "died" in case:
        chart.consent(f"{int(month[:4]) - 1}-12-15 09:00")
        chart.death(case["died"])
    on = case.get("died", f"{month}-09")
    for entry in case.get("time", [["S1", f"{on} 10:00", 30]]):
        log(chart, entry)
    if "decision_making" in case:
        chart.decision_making(case["decision_making"])
    if "choice" in case:
        chart.choose(case["choice"])
    for told in case["services"]:
        said = dict(told)
        if "period_until" in said:
            said["period_until"] = day(said["period_until"])
        chart.other_service(said.pop("code"), said.pop("on"), **said)
    return chart


def log(chart: Chart, entry: Any) -> None:
    """An entry: who, when, how long; or a table that names a programme too."""
    if isinstance(entry, dict):
        said = dict(entry)
        programme = Programme(said.pop("programme"))
        chart.time(said.pop("start"), said.pop("length"), by=said.pop("who"), programme=programme)
    else:
        who, start, length = entry
        chart.time(start, length, by=who)

"""Cases about a patient's month: the chart of tests/facts.py with what the case changes, and the judge's answer.

Everybody starts from the fixture of ccm-rules, section 14 (see tests/facts.py); `without` takes parts away, the other
keys add to it. docs/development.md lists them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any, Final

from ledger.judging import MonthFacts, Verdict, judge_month, reading_list
from ledger.judging.consent import consent_notices, consents_of
from ledger.judging.payers import book_of
from ledger.rulebook import Rulebook
from ledger.streams.staff import ExclusionChecked, LicenceRecorded, StaffDeparted
from ledger.terms.people import Programme, Role
from tests.facts import ELEMENTS, Chart, codes, day, opaque
from tests.rulebook.changes import with_changed

_GIVEN: Final = frozenset(
    {
        "if_the_law_said", "month", "programme", "without", "people", "licences", "exclusions", "departures",
        "policies", "capability", "conditions", "risk", "visit", "coverage", "death", "consent", "supplement",
        "declined", "revoked", "disenrolled", "void", "stay", "designated", "plan", "elsewhere_before", "time",
        "elsewhere_after", "signed", "time_after_signature", "decision_making", "choice", "limits", "extra_planning",
    }
)  # fmt: skip
_EXPECTED: Final = frozenset(
    {
        "codes", "amount", "unpaid_minutes", "counted_seconds", "staff_seconds", "personal_seconds", "why", "missing",
        "notices", "unavailable", "available", "consent_lacks", "date_of_service", "suggested", "standing",
        "with_visits",
    }
)  # fmt: skip
KEYS: Final = _GIVEN | _EXPECTED
VISITS_KEYS: Final = frozenset({"month", "open", "do_not_open"})
UNITS_KEYS: Final = frozenset({"month", "by", "decision_making", "family", "earned", "programme", "capability"})

_Read = tuple[dict[str, Any], Callable[[Rulebook], dict[str, Any]], Callable[[Rulebook], frozenset[str]]]


# --- a month ------------------------------------------------------------------------------------------------------


def month(case: Mapping[str, Any]) -> _Read:
    """One patient-month: what it bills, what blocks it, what is to be looked at, and why time does not count."""
    facts, programme = chart_of(case).facts(), Programme(case.get("programme", "CCM"))
    expected = {key: case[key] for key in sorted(_EXPECTED & case.keys())}
    expected |= {"missing": case.get("missing", []), "notices": case.get("notices", [])}
    expected["why"] = case.get("why", [[] for _ in facts.month.entries])
    said = case.get("if_the_law_said", {})

    def ask(book: Rulebook) -> dict[str, Any]:
        law = under(book, said)
        return _said(judged(facts, law, programme), facts, law)

    return expected, ask, lambda book: reads_of(facts, under(book, said), programme) - said.keys()


def under(book: Rulebook, said: Mapping[str, Any]) -> Rulebook:
    """The rulebook, if some quantities had said something else on every day; none of them is added."""
    if not said:
        return book
    changed = (
        replace(quantity, readings=tuple(replace(reading, value=said[quantity.name]) for reading in quantity.readings))
        for quantity in map(book.quantity, said)
    )
    return with_changed(book, *changed)


def judged(facts: MonthFacts, book: Rulebook, programme: Programme = Programme.CCM) -> Verdict:
    """The judge's answer by any rulebook; the edition's digest does not matter here."""
    return judge_month(facts, book, edition="a case", record=False, programme=programme)


def reads_of(facts: MonthFacts, book: Rulebook, programme: Programme = Programme.CCM) -> frozenset[str]:
    """The names of the readings of a verdict: what stands over a quantity has a name of its own."""
    verdict = judge_month(facts, book, edition="a case", programme=programme)
    return frozenset(reading.name for reading in reading_list(book_of(verdict, book), verdict.reads))


def _said(verdict: Verdict, facts: MonthFacts, book: Rulebook) -> dict[str, Any]:
    billing = verdict.result(verdict.family) if verdict.family else None
    return {
        "codes": {line.code: line.units for line in verdict.charges},
        "amount": str(verdict.amount),
        "unpaid_minutes": billing.unpaid_minutes if billing else None,
        "counted_seconds": verdict.staff_seconds + verdict.personal_seconds,
        "staff_seconds": verdict.staff_seconds,
        "personal_seconds": verdict.personal_seconds,
        "why": [codes(line.notices) for line in verdict.lines],
        "missing": codes(verdict.missing),
        "notices": codes(verdict.notices),
        "unavailable": [r.family for r in verdict.families if not r.is_available],
        "available": [r.family for r in verdict.families if r.is_available],
        "consent_lacks": _Lazy(lambda: _lacks(facts, book)),
        "date_of_service": verdict.date_of_service,
        "suggested": verdict.suggested,
        "with_visits": {str(line.on): f"{line.code} x{line.units}, {line.amount}" for line in verdict.with_visits},
        "standing": verdict.standing,
    }


class _Lazy:
    """An answer that is worked out only where a case asks for it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __eq__(self, other: object) -> bool:
        return bool(self._make() == other)

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return repr(self._make())


def _lacks(facts: MonthFacts, book: Rulebook) -> list[str]:
    return [
        code
        for standing in consents_of(facts.patient, Programme.CCM, book)
        for code in codes(consent_notices(standing))
    ]


# --- the chart ----------------------------------------------------------------------------------------------------


def chart_of(case: Mapping[str, Any]) -> Chart:
    """The fixture with everything that the case says, in the order in which it would have been told."""
    plan = case.get("plan")
    without = {*case.get("without", ()), *(("plan",) if plan is not None else ())}
    if case.get("programme", "CCM") != "CCM":  # whoever bills CCM besides is named
        without.add("designation")
    chart = Chart(case.get("month", "2026-03"), without=without)
    _people(chart, case)
    _patient(chart, case)
    _consents(chart, case)
    if plan is not None:
        _plan(chart, plan)
    for entry in case.get("elsewhere_before", ()):
        _log(chart, entry, who="another patient")
    for entry in case.get("time", ()):
        _log(chart, entry)
    for entry in case.get("elsewhere_after", ()):
        _log(chart, entry, who="another patient")
    if "decision_making" in case:
        said = case["decision_making"]
        chart.decision_making(said if isinstance(said, str) else said["level"], **_but(said, "level"))
    if "choice" in case:
        chart.choose(case["choice"], programme=Programme(case.get("programme", "CCM")))
    for code, units in case.get("limits", {}).items():
        chart.raise_limit(code, units)
    for number, planned in enumerate(_each(case.get("extra_planning", []))):
        said = {"on": planned} if isinstance(planned, str) else dict(planned)
        chart.extra_planning(said.pop("on"), name=f"visit {number}", **said)
    if case.get("signed"):
        chart.attest("0" * 64)
    for entry in case.get("time_after_signature", ()):
        _log(chart, entry)
    return chart


def _but(said: Any, *names: str) -> dict[str, Any]:
    return {} if isinstance(said, str) else {key: value for key, value in said.items() if key not in names}


def _each(said: Any) -> Iterable[Any]:
    """What may be said once or several times."""
    return said if isinstance(said, list) else [said]


def _people(chart: Chart, case: Mapping[str, Any]) -> None:
    for who in case.get("people", ()):
        said = dict(who)
        role = said.pop("role", None)
        said["country"] = said.get("country", "US") or None
        chart.person(said.pop("name"), Role(role) if role else None, said.pop("credential", None), **said)
    for licence in case.get("licences", ()):
        until = licence.get("until_on")
        chart.tell(
            LicenceRecorded(
                staff=opaque("st", licence["who"]), kind="rn", state="IL", from_on=day(licence["from_on"]),
                until_on=day(until) if until else None,
            )
        )  # fmt: skip
    for check in case.get("exclusions", ()):
        since = check.get("excluded_from")
        chart.tell(
            ExclusionChecked(
                staff=opaque("st", check["who"]), checked_on=day(check["checked_on"]), source="leie",
                result=check["result"], excluded_from=day(since) if since else None,
            )
        )  # fmt: skip
    for who, last_on in case.get("departures", {}).items():
        chart.tell(StaffDeparted(staff=opaque("st", who), last_on=day(last_on), reason="retired"))
    for policy, value in case.get("policies", {}).items():
        chart.policy(policy, value)
    for capability in _each(case.get("capability", [])):
        chart.capability(**capability)
    for who in case.get("designated", ()):
        said = {"who": who} if isinstance(who, str) else dict(who)
        if "programme" in said:
            said["programme"] = Programme(said["programme"])
        chart.designate(**said)


def _patient(chart: Chart, case: Mapping[str, Any]) -> None:
    for condition in case.get("conditions", ()):
        said = {"icd10": condition} if isinstance(condition, str) else dict(condition)
        if said.get("expected") == "unsaid":
            said["expected"] = None
        chart.condition(said.pop("icd10", None), **said)
    if "risk" in case:
        chart.risk(case["risk"])
    for visit in _each(case.get("visit", [])):
        chart.visit(**visit)
    for coverage in _each(case.get("coverage", [])):
        chart.coverage(**coverage)
    if "death" in case:
        chart.death(case["death"])


def _consents(chart: Chart, case: Mapping[str, Any]) -> None:
    for number, consent in enumerate(_each(case.get("consent", []))):
        said = {"name": f"consent {number}" if number else "consent", **consent}
        if "programme" in said:
            said["programme"] = Programme(said["programme"])
        for left_out in said.pop("left_out", ()):
            said[left_out] = None
        chart.consent(said.pop("at", None), **said)
    for supplement in _each(case.get("supplement", [])):
        chart.supplement(**supplement)
    if "declined" in case:
        chart.decline(case["declined"])
    for number, revoked in enumerate(_each(case.get("revoked", []))):
        chart.revoke(revoked, name=f"revocation {number}")
    if "disenrolled" in case:
        chart.disenrol(case["disenrolled"])
    if case.get("void"):
        chart.invalidate()
    for number, stay in enumerate(_stays(case.get("stay", []))):
        chart.stay(
            stay["admitted"], stay.get("discharged"), kind=stay.get("kind", "hospital_inpatient"), name=f"{number}"
        )


def _stays(said: Any) -> Iterable[Mapping[str, Any]]:
    if said and isinstance(said, list) and isinstance(said[0], str):
        return [dict(zip(("admitted", "discharged"), said, strict=False))]
    return _each(said)


def _plan(chart: Chart, plan: Mapping[str, Any]) -> None:
    said = dict(plan)
    is_signed, is_given = said.pop("signed", True), said.pop("copy", True)
    lacks = set(said.pop("lacks", ()))
    at = said.pop("at", f"{chart.year}-01-05 10:00")
    if said.get("review_on") == "none":
        said["review_on"] = None
    chart.revise_plan(at, elements=[e for e in ELEMENTS if e not in lacks], **said)
    if is_signed:
        chart.sign_plan(at=at, by=is_signed if isinstance(is_signed, str) else "MD")
    if is_given:
        chart.give_copy(at=at)


def _log(chart: Chart, entry: Any, **besides: Any) -> None:
    if not isinstance(entry, dict):
        who, start, length, *activity = entry
        chart.time(start, length, by=who, activity=activity[0] if activity else "phone_call", **besides)
        return
    rest = dict(entry)
    who, said = rest.pop("who"), {**rest, **besides}
    if said.get("activity") == "":
        said["activity"] = None
    for name in {"entered_by", "supervised_by"} & said.keys():
        said[name] = opaque("st", said[name])
    if "programme" in said:
        said["programme"] = Programme(said["programme"])
    if "recorded_hours_later" in said:
        said["late"] = timedelta(hours=said.pop("recorded_hours_later"))
    if "recorded_minutes_later" in said:
        said["late"] = timedelta(minutes=said.pop("recorded_minutes_later"))
    length = said.pop("length")
    if "on" in said:
        chart.untimed(said.pop("on"), length, by=who, **said)
    else:
        chart.time(said.pop("start"), length, by=who, **said)


# --- units --------------------------------------------------------------------------------------------------------


def units(case: Mapping[str, Any]) -> _Read:
    """What one family earns for each of several totals of one performer: `earned` is {minutes or "mm:ss" = codes}."""
    expected = {"earned": case["earned"]}
    family, which, programme = case["family"], case.get("month", "2026-03"), case.get("programme", "CCM")
    by, level, of = case.get("by", "S1"), case.get("decision_making"), Programme(programme)
    clinic = case.get("capability", "")
    facts = {total: _total(which, total, by, level, programme, clinic) for total in case["earned"]}

    def ask(book: Rulebook) -> dict[str, Any]:
        return {"earned": {total: _earned(judged(one, book, of), family) for total, one in facts.items()}}

    def reads(book: Rulebook) -> frozenset[str]:
        return frozenset[str]().union(*(reads_of(one, book, of) for one in facts.values()))

    return expected, ask, reads


@cache
def _total(which: str, total: str, by: str, level: str | None, programme: str, clinic: str) -> MonthFacts:
    chart, of = Chart(which), Programme(programme)
    if clinic:
        chart.capability(clinic)
    if of is not Programme.CCM:
        chart.consent(f"{chart.year}-01-05 09:00", name="other", programme=of)
        chart.designate("MD", programme=of)
    if total != "0":
        chart.time(f"{which}-09 09:00", total if ":" in total else int(total), by=by, programme=of)
    if level is not None:
        chart.decision_making(level)
    return chart.facts()


def _earned(verdict: Verdict, family: str) -> dict[str, int]:
    result = next(r for r in verdict.families if r.family == family)
    return {line.code: line.units for line in result.lines}


# --- visits -------------------------------------------------------------------------------------------------------


def visits(case: Mapping[str, Any]) -> _Read:
    """Which codes of the only visit on record open CCM, and which do not."""
    asked = [*case["open"], *case["do_not_open"]]
    facts = {code: _only_visit(case.get("month", "2026-03"), code) for code in asked}

    def ask(book: Rulebook) -> dict[str, Any]:
        lacks = {code: codes(judged(one, book).missing) for code, one in facts.items()}
        barred = [code for code in asked if "initiating_visit_missing" in lacks[code]]
        return {"open": [code for code in asked if code not in barred], "do_not_open": barred}

    def reads(book: Rulebook) -> frozenset[str]:
        return frozenset[str]().union(*(reads_of(one, book) for one in facts.values()))

    return {"open": case["open"], "do_not_open": case["do_not_open"]}, ask, reads


@cache
def _only_visit(which: str, code: str) -> MonthFacts:
    chart = Chart(which, without=("visit",))
    chart.visit(f"{chart.year - 1}-12-10", code)
    chart.time(f"{which}-09 09:00", 25)
    return chart.facts()

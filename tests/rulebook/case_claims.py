"""Cases about released claims: the worlds that they stand in, reopening, and the days of an overpayment."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ledger.claims.building import place_of, review_of_place
from ledger.claims.overpaying import deadlines as days_of
from ledger.claims.overpaying import swept_since
from ledger.judging.law import law_on
from ledger.judging.service_date import convention_of, span_from
from ledger.rulebook import Rulebook
from ledger.rulebook.claims import reopening_until
from ledger.rulebook.workdays import holidays as holidays_of
from ledger.streams.overpayments import (
    InvestigationBegun,
    InvestigationEnded,
    OverpaymentIdentified,
    OverpaymentNoticed,
)
from ledger.streams.overpayments_state import Overpayment, evolve_overpayment
from ledger.streams.practice import Site
from ledger.terms.identity import claims_tag
from tests.commands.test_claim_answers import denied as denial
from tests.commands.test_claim_answers import released
from tests.commands.world import PATIENT
from tests.gwt import Given, opaque

_Read = tuple[dict[str, Any], Callable[[Rulebook], dict[str, Any]], Callable[[Rulebook], frozenset[str]]]
REOPENINGS_KEYS: Final = frozenset({"adjudicated", "until", "until_for_good_cause"})
_MOMENTS: Final = frozenset({"noticed", "identified", "begun", "ended", "asked"})
_DAYS: Final = ("triage", "conservative", "formal", "suspended_until", "swept_since")
HOLIDAYS_KEYS: Final = frozenset({"year", "closed"})
PLACES_KEYS: Final = frozenset({"on", "places", "reviewed"})
SERVICE_DAYS_KEYS: Final = frozenset({"on", "convention", "range_from"})
OVERPAYMENTS_KEYS: Final = _MOMENTS | frozenset(_DAYS)
_OVERPAYMENT: Final = opaque("ov", 1)
_NONE: Final[frozenset[str]] = frozenset()


def _not_said(book: Rulebook) -> frozenset[str]:
    return _NONE


def reopenings(case: Mapping[str, Any]) -> _Read:
    """Until when a claim may be reopened that was adjudicated on a day, for any reason and for good cause."""
    first = case["adjudicated"]
    expected = {key: case[key] for key in ("until", "until_for_good_cause") if key in case}

    def ask(book: Rulebook) -> dict[str, Any]:
        rules = book.in_force(first)
        return {
            "until": reopening_until(first, rules, has_good_cause=False),
            "until_for_good_cause": reopening_until(first, rules, has_good_cause=True),
        }

    return expected, ask, _not_said


def overpayments(case: Mapping[str, Any]) -> _Read:
    """The days of a possible overpayment, as of the day `asked`; "none" where there is no such day."""
    overpayment = _overpayment(case)
    asked = case.get("asked", case["noticed"])

    def ask(book: Rulebook) -> dict[str, Any]:
        found = days_of(overpayment, asked, book.in_force)
        return {
            **{
                name: getattr(found, name) or "none" for name in ("triage", "conservative", "formal", "suspended_until")
            },
            "swept_since": swept_since(asked, book.in_force(asked)),
        }

    return {key: case[key] for key in _DAYS if key in case}, ask, _not_said


def _overpayment(case: Mapping[str, Any]) -> Overpayment:
    noticed = OverpaymentNoticed(
        patient=PATIENT,
        overpayment=_OVERPAYMENT,
        claim=opaque("cl", 1),
        noticed_on=case["noticed"],
        because=(1,),
        lost=(),
        amount=Decimal("52.90"),
        patient_share=Decimal("13.23"),
        digest_now="0" * 64,
    )
    state = Overpayment(noticed, 1)
    said: tuple[tuple[str, Any], ...] = (
        ("identified", OverpaymentIdentified),
        ("begun", InvestigationBegun),
        ("ended", InvestigationEnded),
    )
    for at, (key, fact) in enumerate(said, start=2):
        on: date | None = case.get(key)
        if on is not None:
            state = evolve_overpayment(state, fact(patient=PATIENT, overpayment=_OVERPAYMENT, on=on), at)
    return state


def holidays(case: Mapping[str, Any]) -> _Read:
    """The days of a year on which federal offices are closed for a holiday."""
    expected = {"closed": case["closed"]}

    def ask(book: Rulebook) -> dict[str, Any]:
        words = book.in_force(date(case["year"], 12, 31)).words("medicare.claims.federal_holidays")
        return {"closed": sorted(each for each in holidays_of(case["year"], words) if each.year == case["year"])}

    return expected, ask, _not_said


def places(case: Mapping[str, Any]) -> _Read:
    """The place of service of a claim of a practice with each of these sites, and which are looked at."""

    def ask(book: Rulebook) -> dict[str, Any]:
        rules = book.in_force(case["on"])
        found = {code: place_of((Site(name="Site", place_of_service=code),), rules) for code in case["places"]}
        return {
            "places": {code: place or "none" for code, place in found.items()},
            "reviewed": [code for code in found if review_of_place(code, rules) is not None],
        }

    return {key: case[key] for key in ("places", "reviewed")}, ask, _not_said


def service_days(case: Mapping[str, Any]) -> _Read:
    """The convention of a claim's date of service, and where a range would begin that a payer asks for."""

    def ask(book: Rulebook) -> dict[str, Any]:
        law = law_on(book, case["on"])
        return {
            "convention": convention_of(None, law, case["on"]),
            "range_from": span_from("date_range", case["on"].replace(day=1), case["on"], law) or "none",
        }

    return {key: case[key] for key in ("convention", "range_from")}, ask, _not_said


# --- worlds of commands -------------------------------------------------------------------------------------------


def claimed() -> Given:
    """A month released to billing on 2 April 2026, of which nothing was heard."""
    return released()


def denied() -> Given:
    """The same month, denied for a reason that says nothing of another biller."""
    return released().then(denial(released(), "50"))


def named(said: Mapping[str, Any], ledger: Given) -> dict[str, Any]:
    """What a command says, with the newest claim of the patient in the place of its name."""
    claims = ledger.state(claims_tag(PATIENT)).claims
    if not claims:
        return dict(said)
    newest = claims[-1].event
    names = {"the claim": newest.claim, "its number": newest.control_number}
    return {key: names.get(value, value) if isinstance(value, str) else value for key, value in said.items()}

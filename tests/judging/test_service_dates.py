"""The date that all lines of a month carry, by the convention of payer and practice (CCM-CLAIM-01 to -04)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from commands.intents.care_month import LogTime
from commands.intents.staff import AdoptPolicy
from ledger.judging import Verdict, facts_of, judge_month, missing_tags
from ledger.streams.endings import PatientDisenrolled
from ledger.streams.practice import PolicyAdopted
from ledger.terms.people import Programme
from tests.commands.test_payers import covered
from tests.commands.world import ADA, ADMIN, NURSE, PATIENT, PRACTICE, died, enrolled, on, utc
from tests.gwt import Given, opaque
from tests.profiles import law_of_acme

MONTH = "2026-05"
CONVENTION = "medicare.claims.date_of_service"


def worked(*days: tuple[int, int], performer: str = NURSE, ledger: Given | None = None) -> Given:
    """The enrolled patient with so many minutes on days of May 2026, which ends on a Sunday."""
    told = (ledger or enrolled()).by(performer).at("2026-06-01T18:00:00+00:00")
    for day, minutes in days:
        begun = utc(f"2026-05-{day:02d}T15:00")
        entry = LogTime(
            patient=PATIENT,
            performer=performer,
            start=begun,
            end=begun + timedelta(minutes=minutes),
            activity="phone_call",
            description="Call.",
        )
        told = told.then(entry, at=begun + timedelta(hours=2))
    return told


def adopted(convention: Any, from_on: str = "2026-01-01") -> PolicyAdopted:
    return PolicyAdopted(practice=PRACTICE, policy="date_of_service", value=convention, from_on=on(from_on))


def verdict(ledger: Given, month: str = MONTH) -> Verdict:
    held: dict[str, Any] = {}
    while absent := missing_tags(PATIENT, month, held):
        held |= {tag: ledger.state(tag) for tag in absent}
    rulebook, edition = ledger.law
    return judge_month(facts_of(PATIENT, month, held), rulebook, edition=edition, programme=Programme.CCM)


def served(ledger: Given) -> date:
    return verdict(ledger).date_of_service


def test_without_a_convention_it_is_the_last_day_of_the_month() -> None:
    assert served(worked((5, 10), (12, 12))) == on("2026-05-31")


@pytest.mark.parametrize(
    ("convention", "day"),
    [("last_day_of_month", "2026-05-31"), ("last_business_day", "2026-05-29"), ("threshold", "2026-05-12")],
)
def test_the_practice_adopts_what_its_contractor_asks_for(convention: str, day: str) -> None:
    assert served(worked((5, 10), (12, 12)).and_(adopted(convention))) == on(day)


def test_a_policy_of_later_months_changes_no_earlier_one() -> None:
    assert served(worked((12, 20)).and_(adopted("threshold", "2026-06-01"))) == on("2026-05-31")
    assert served(worked((12, 20)).and_(adopted("threshold", "2026-05-31"))) == on("2026-05-12")


def test_the_threshold_is_that_of_all_billed_units_for_they_share_the_day() -> None:
    ledger = worked((5, 20), (12, 19), (19, 1), (26, 5)).and_(adopted("threshold"))

    assert [(line.code, line.units) for line in verdict(ledger).charges] == [("99490", 1), ("99439", 1)]
    assert served(ledger) == on("2026-05-19")


def test_below_every_threshold_the_day_is_the_default() -> None:
    assert served(worked((5, 19)).and_(adopted("threshold"))) == on("2026-05-31")


def test_of_personal_time_only_the_practitioners_minutes_reach_it() -> None:
    ledger = worked((5, 5), ledger=worked((6, 10), (13, 20), performer=ADA)).and_(adopted("threshold"))
    month = verdict(ledger)

    assert (month.family, month.date_of_service) == ("personal", on("2026-05-13"))


def test_work_behind_the_last_business_day_dates_the_month_where_it_was_needed() -> None:
    assert served(worked((5, 10), (30, 10)).and_(adopted("last_business_day"))) == on("2026-05-30")
    assert served(worked((5, 20), (30, 10)).and_(adopted("last_business_day"))) == on("2026-05-29")


@pytest.mark.parametrize("convention", ["last_day_of_month", "last_business_day", "threshold"])
def test_no_convention_dates_a_service_behind_death(convention: str) -> None:
    ledger = worked((5, 10), (12, 12)).and_(died("2026-05-20"), adopted(convention))

    assert served(ledger) == on("2026-05-12")


@pytest.mark.parametrize("convention", ["last_day_of_month", "last_business_day", "threshold"])
def test_nor_behind_disenrolment(convention: str) -> None:
    ended = PatientDisenrolled(
        patient=PATIENT,
        disenrolment=opaque("ds", 1),
        programme=Programme.CCM,
        practice=PRACTICE,
        on=on("2026-05-20"),
        reason="other",
    )

    assert served(worked((5, 10), (12, 12)).and_(ended, adopted(convention))) == on("2026-05-12")


def test_the_payers_profile_goes_before_the_practices_policy() -> None:
    ledger = covered(worked((5, 10), (12, 12)).and_(adopted("last_business_day")), "acme")
    by_payer = replace(ledger, law=law_of_acme((CONVENTION, '"threshold"')))

    assert served(ledger) == on("2026-05-29")
    assert served(by_payer) == on("2026-05-12")


def test_the_day_is_part_of_what_is_signed() -> None:
    ledger = worked((5, 10), (12, 12))

    assert verdict(ledger).digest != verdict(ledger.and_(adopted("threshold"))).digest
    assert verdict(ledger).digest == verdict(ledger.and_(adopted("last_day_of_month"))).digest


def test_a_range_is_no_policy_of_a_practice_for_only_a_payer_allows_one() -> None:
    asked: dict[str, Any] = {"practice": PRACTICE, "policy": "date_of_service", "from_on": on("2026-01-01")}
    may = AdoptPolicy(**{**asked, "value": "threshold"})

    assert enrolled().by(ADMIN).when(may).event.value == "threshold"
    assert enrolled().by(ADMIN).when(AdoptPolicy(**{**asked, "value": "yes"})).refused == "policy_value_unknown"

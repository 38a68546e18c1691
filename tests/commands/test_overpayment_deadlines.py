"""The days of a possible overpayment, on both sides of each: triage, both deadlines, suspension, lookback, profiles."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.claims.overpaying import Deadlines, deadlines, swept_since, urgency
from ledger.rulebook import Edition, Rulebook, rulebook_of, shipped_edition
from ledger.streams.overpayments import (
    InvestigationBegun,
    InvestigationEnded,
    OverpaymentDismissed,
    OverpaymentIdentified,
    OverpaymentNoticed,
    OverpaymentTriaged,
)
from ledger.streams.overpayments_state import Overpayment
from tests.commands.overpaid import begin, give_back, identify, noticed, paid, report, struck
from tests.commands.overpaid import overpayment as newest
from tests.commands.world import PATIENT, on
from tests.gwt import opaque, shipped_rulebook

OVERPAYMENT = opaque("ov", 1)
BOOK, _ = shipped_rulebook()
_DAYS = st.dates(date(2025, 1, 1), date(2040, 12, 31))


def overpayment(
    noticed_on: str = "2026-05-04",
    identified: str | None = None,
    begun: str | None = None,
    ended: str | None = None,
    *,
    is_triaged: bool = False,
    is_dismissed: bool = False,
) -> Overpayment:
    """One possible overpayment with these days."""
    said: dict[str, Any] = {"patient": PATIENT, "overpayment": OVERPAYMENT}
    event = OverpaymentNoticed(
        **said,
        claim=opaque("cl", 1),
        noticed_on=on(noticed_on),
        because=(),
        lost=(),
        amount=Decimal("40.01"),
        patient_share=Decimal("10.00"),
    )
    return Overpayment(
        event,
        1,
        triaged=(OverpaymentTriaged(**said, on=on(noticed_on)), 2) if is_triaged else None,
        identified=(OverpaymentIdentified(**said, on=on(identified)), 3) if identified else None,
        dismissed=(OverpaymentDismissed(**said, on=on(noticed_on)), 4) if is_dismissed else None,
        begun=(InvestigationBegun(**said, on=on(begun)), 5) if begun else None,
        ended=(InvestigationEnded(**said, on=on(ended)), 6) if ended else None,
    )


def of(*days: str | None, today: str = "2026-06-01", book: Rulebook = BOOK) -> Deadlines:
    noticed_on, *said = days
    assert noticed_on is not None
    found = deadlines(overpayment(noticed_on, *said), on(today), book.in_force)
    assert found is not None
    return found


# --- triage and the conservative deadline -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("noticed_on", "triage", "conservative"),
    [
        ("2026-05-04", "2026-05-14", "2026-07-03"),
        ("2028-02-19", "2028-02-29", "2028-04-19"),
        ("2027-02-19", "2027-03-01", "2027-04-20"),
        ("2027-12-31", "2028-01-10", "2028-02-29"),
    ],
)
def test_triage_is_due_in_ten_days_and_the_money_at_the_safest_in_sixty(
    noticed_on: str, triage: str, conservative: str
) -> None:
    assert of(noticed_on) == Deadlines(on(triage), on(conservative), None, None)


def test_what_was_not_identified_has_no_formal_deadline_also_while_it_is_investigated() -> None:
    found = of("2026-05-04", None, "2026-05-10")

    assert (found.formal, found.suspended_until, found.binding) == (None, None, on("2026-07-03"))


# --- the formal deadline ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identified", "formal"),
    [
        ("2026-05-20", "2026-07-19"),
        ("2027-12-31", "2028-02-29"),
        ("2026-12-31", "2027-03-01"),
        ("2024-12-31", "2025-03-01"),
    ],
)
def test_the_formal_deadline_counts_from_the_day_of_identification(identified: str, formal: str) -> None:
    found = of("2026-05-04", identified)

    assert (found.formal, found.binding, found.suspended_until) == (on(formal), on(formal), None)


# --- the suspension -----------------------------------------------------------------------------------------------


def test_an_investigation_adds_its_own_days_and_the_rest_of_the_sixty_goes_on() -> None:
    found = of("2026-05-04", "2026-05-10", "2026-05-20", "2026-06-19", today="2026-06-20")

    assert found.formal == on("2026-06-19") + timedelta(days=50)
    assert found.suspended_until is None


@pytest.mark.parametrize(("today", "is_still"), [("2026-11-06", True), ("2026-11-07", False)])
def test_it_stands_still_until_a_hundred_and_eighty_days_from_identification_and_no_longer(
    today: str, is_still: bool
) -> None:
    found = of("2026-05-04", "2026-05-10", "2026-05-20", today=today)

    assert found.suspended_until == (on("2026-11-06") if is_still else None)
    assert found.formal == on("2026-11-06") + timedelta(days=50)


def test_an_investigation_that_ends_after_that_adds_no_more() -> None:
    within = of("2026-05-04", "2026-05-10", "2026-05-20", "2026-11-06", today="2027-01-01")
    after = of("2026-05-04", "2026-05-10", "2026-05-20", "2026-12-31", today="2027-01-01")

    assert within.formal == after.formal == on("2026-12-26")


def test_an_investigation_before_the_identification_counts_from_it_on() -> None:
    assert of("2026-05-04", "2026-05-10", "2026-05-05", "2026-05-12").formal == on("2026-07-09") + timedelta(days=2)
    assert of("2026-05-04", "2026-05-10", "2026-05-05", "2026-05-10").formal == on("2026-07-09")
    assert of("2026-05-04", "2026-05-10", "2026-05-05", "2026-05-08").formal == on("2026-07-09")


@pytest.mark.parametrize(("begun", "formal"), [("2026-07-09", "2026-11-06"), ("2026-07-10", "2026-07-09")])
def test_only_an_investigation_that_begins_by_the_deadline_suspends_it(begun: str, formal: str) -> None:
    assert of("2026-05-04", "2026-05-10", begun, today="2026-08-01").formal == on(formal)


@pytest.mark.parametrize(("identified", "days"), [("2024-12-31", 60), ("2025-01-01", 60 + 175)])
def test_what_was_identified_before_there_was_a_suspension_has_none(identified: str, days: int) -> None:
    begun = (on(identified) + timedelta(days=5)).isoformat()

    assert of("2026-05-04", identified, begun).formal == on(identified) + timedelta(days=days)


def test_a_day_before_there_was_any_rule_counts_by_the_rules_of_the_notice() -> None:
    assert of("2026-05-04", "2014-12-31").formal == on("2015-03-01")


# --- what is next -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "left", "is_soon", "is_overdue"),
    [
        ("2026-06-18", 15, False, False),
        ("2026-06-19", 14, True, False),
        ("2026-07-03", 0, True, False),
        ("2026-07-04", -1, False, True),
    ],
)
def test_it_is_soon_within_fourteen_days_and_over_on_the_day_after(
    today: str, left: int, is_soon: bool, is_overdue: bool
) -> None:
    one = overpayment(is_triaged=True)
    found = urgency(one, deadlines(one, on(today), BOOK.in_force), on(today))

    assert found is not None
    assert (found.step, found.days_left, found.is_soon, found.is_overdue) == ("answer", left, is_soon, is_overdue)


def test_what_is_next_follows_from_where_it_stands() -> None:
    every = (
        overpayment(),
        overpayment(is_triaged=True),
        overpayment(identified="2026-05-10"),
        overpayment(is_dismissed=True),
    )
    found = [urgency(each, deadlines(each, on("2026-05-11"), BOOK.in_force), on("2026-05-11")) for each in every]

    assert [(each.step, each.by) if each else None for each in found] == [
        ("triage", on("2026-05-14")),
        ("answer", on("2026-07-03")),
        ("return", on("2026-07-09")),
        None,
    ]


# --- six years ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "since"),
    [
        ("2026-05-04", "2020-05-04"),
        ("2024-02-29", "2018-02-28"),
        ("2026-02-28", "2020-02-28"),
        ("2026-03-01", "2020-03-01"),
    ],
)
def test_the_same_cause_is_looked_for_in_money_of_six_years(day: str, since: str) -> None:
    assert swept_since(on(day), BOOK.in_force(on(day))) == on(since)


# --- for every day ------------------------------------------------------------------------------------------------


@given(identified=_DAYS, begun=st.integers(-30, 90), length=st.integers(0, 400), later=st.integers(0, 500))
def test_a_suspension_adds_no_more_than_its_days_nor_goes_on_behind_the_hundred_and_eighty(
    identified: date, begun: int, length: int, later: int
) -> None:
    begins = identified + timedelta(days=begun)
    ends = begins + timedelta(days=length)
    one = overpayment(
        identified.isoformat(), identified.isoformat(), begins.isoformat(), ends.isoformat(), is_triaged=True
    )
    found = deadlines(one, identified + timedelta(days=later), BOOK.in_force)

    assert found is not None
    assert found.formal is not None
    added = (found.formal - identified).days - 60
    assert 0 <= added <= min(length, 180)
    assert found.formal <= identified + timedelta(days=240)
    # An end that was said earlier never gives more time.
    sooner = overpayment(
        identified.isoformat(), identified.isoformat(), begins.isoformat(), (begins + (ends - begins) / 2).isoformat()
    )
    earlier = deadlines(sooner, identified, BOOK.in_force)
    assert earlier is not None
    assert earlier.formal is not None
    assert earlier.formal <= found.formal


# --- the payer's own days -----------------------------------------------------------------------------------------

_PROFILE = b"""
exception = "Acme counts thirty days"
base = "medicare"
applies_to = {payer = "acme"}
implements = ["CCM-OVP-01"]
checked = 2026-11-22

["medicare.overpayments.return_days"]
says = "Days by the contract with Acme."
values = [
  {effective = 2015-01-01, value = 30, cite = "Contract, section 7", confidence = "DESIGN"},
]
"""


def acme() -> Rulebook:
    return rulebook_of(Edition.of({**dict(shipped_edition().files), "payers/acme/overpayments.toml": _PROFILE}))


def test_a_payer_s_profile_counts_by_its_contract() -> None:
    view = acme().view(payer="acme", kind="commercial")

    assert of("2026-05-04", "2026-05-10", book=view).formal == on("2026-06-09")
    assert of("2026-05-04", book=view).conservative == on("2026-06-03")
    assert of("2026-05-04", book=acme().view(payer="medicare", kind="medicare_ffs")).conservative == on("2026-07-03")


# --- by the day of the practice -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "conservative"), [("2026-05-05T04:59:59", "2026-07-03"), ("2026-05-05T05:00:00", "2026-07-04")]
)
def test_the_sixty_days_count_from_the_local_day_of_the_notice(now: str, conservative: str) -> None:
    told = struck(paid(), 2).at(f"{now}+00:00")
    found = told.then(report(told))

    counted = deadlines(newest(found), on("2026-06-01"), BOOK.in_force)
    assert counted is not None
    assert counted.conservative == on(conservative)


def test_a_return_within_a_suspension_is_in_time() -> None:
    told = noticed()
    known = told.then(identify(told, "2026-05-04"))
    begun = known.then(begin(known, "2026-05-04")).at("2026-12-30T20:00:00+00:00")

    assert begun.when(give_back(begun, on=on("2026-12-30"))).codes == []
    assert begun.at("2026-12-31T20:00:00+00:00").when(give_back(begun, on=on("2026-12-31"))).codes == ["returned_late"]

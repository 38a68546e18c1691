"""A disclosure is recorded whatever it says; what an agency may suspend, and for how long, is told beside it."""

from datetime import date
from typing import Any

import pytest

from commands.intents.disclosures import Disclose
from ledger.streams.disclosures import DisclosureWords, RecordDisclosed
from ledger.terms.disclosures import GROUNDS, hidden_until, six_years_before
from tests.commands.world import DESK, FEED, PATIENT, known, on
from tests.gwt import Given

FROM_AGENCY = {"suspended_until": on("2026-06-30"), "suspended_by": "Agent Smith"}


def disclosure(**changes: Any) -> Disclose:
    """The contractor of an agency was sent a chart on 2 March 2026."""
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "recipient": "State Attorney General",
        "address": "500 Second Street, Springfield",
        "what": "The time entries of January.",
        "purpose": "investigation",
        "basis": "law_enforcement",
        "on": on("2026-03-02"),
    }
    return Disclose(**{**whole, **changes})


def office() -> Given:
    return known().by(DESK)


def test_what_was_disclosed_to_whom_is_sealed_and_its_ground_and_day_are_clear() -> None:
    event = office().when(disclosure()).event

    assert isinstance(event, RecordDisclosed)
    assert (event.on, event.purpose, event.basis) == (on("2026-03-02"), "investigation", "law_enforcement")
    assert event.words == DisclosureWords(
        recipient="State Attorney General",
        address="500 Second Street, Springfield",
        what="The time entries of January.",
    )
    assert [f"{PATIENT}/2026"] == [each.scope for each in event.sealing()]


def test_who_delivers_it_need_not_know_the_address() -> None:
    assert office().by(FEED).when(disclosure(address=None)).event.words.address is None


def test_a_disclosure_moves_no_decision_about_care() -> None:
    assert not any(tag.startswith(("patient/", "care_month/")) for tag in office().when(disclosure()).event.tags())


def test_a_disclosure_of_tomorrow_is_refused() -> None:
    assert office().when(disclosure(on=on("2026-04-03"))).refused == "in_the_future"


@pytest.mark.parametrize(
    "half",
    [
        {"suspended_until": on("2026-06-30")},
        {"suspended_by": "Agent Smith"},
        {"suspended_orally": True},
    ],
    ids=["no agency", "no end", "neither"],
)
def test_half_a_suspension_is_unreadable(half: dict[str, Any]) -> None:
    assert office().when(disclosure(**half)).refused == "suspension_incomplete"


def test_a_suspension_is_recorded_as_the_agency_wrote_it() -> None:
    told = office().when(disclosure(**FROM_AGENCY))

    assert (told.event.suspended_until, told.event.suspended_orally, told.codes) == (on("2026-06-30"), False, [])
    assert told.event.words.suspended_by == "Agent Smith"


def test_what_an_agency_only_says_is_recorded_and_holds_thirty_days() -> None:
    told = office().when(disclosure(**FROM_AGENCY, suspended_orally=True))

    assert told.event.suspended_until == on("2026-06-30")
    assert told.codes == ["suspension_cut_short"]
    assert "until 2026-04-30" in told.notices[0].happened


def test_only_oversight_and_law_enforcement_suspend_anything() -> None:
    told = office().when(disclosure(basis="court_order", **FROM_AGENCY))

    assert told.codes == ["suspension_not_possible"]
    assert {"oversight", "law_enforcement"} == {name for name, each in GROUNDS.items() if each.can_be_suspended}


def test_what_nothing_permitted_is_recorded_too_and_looked_at() -> None:
    assert office().when(disclosure(basis="not_permitted", purpose="in_error")).codes == ["disclosure_not_permitted"]


# --- the privacy rule ---------------------------------------------------------------------------------------------


def test_what_the_law_leaves_out_of_an_accounting_is_just_this() -> None:
    left_out = {name for name, each in GROUNDS.items() if not each.is_accountable}

    assert left_out == {
        *("treatment", "payment", "operations", "to_individual", "incidental", "authorization"),
        *("directory_or_family", "national_security", "custody", "limited_data_set"),
    }


def test_every_ground_names_its_place_in_the_law() -> None:
    assert all(each.cite.startswith("45 CFR 164.") for each in GROUNDS.values())


def test_six_years_go_back_to_the_same_day_and_of_a_leap_day_to_the_day_before() -> None:
    assert six_years_before(date(2026, 3, 2)) == date(2020, 3, 2)
    assert six_years_before(date(2024, 2, 29)) == date(2018, 2, 28)


def test_an_end_within_thirty_days_stands_also_when_it_was_only_said() -> None:
    said: dict[str, Any] = {"is_oral": True, "recorded_on": date(2026, 3, 2)}

    assert hidden_until("oversight", date(2026, 3, 20), **said) == date(2026, 3, 20)
    assert hidden_until("oversight", date(2026, 9, 1), **said) == date(2026, 4, 1)
    assert hidden_until("research", date(2026, 9, 1), **said) is None
    assert hidden_until("oversight", None, **said) is None

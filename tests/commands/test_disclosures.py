"""A disclosure is recorded whatever it says; what an agency may suspend, and for how long, is told beside it."""

from datetime import date
from typing import Any

import pytest

from commands.intents.disclosures import Disclose, RetractDisclosure, SuspendAccounting
from ledger.streams.disclosures import (
    AccountingSuspended,
    DisclosureRetracted,
    DisclosureWords,
    RecordDisclosed,
    SuspensionWords,
)
from ledger.streams.endings import EvidenceWords
from ledger.terms.disclosures import GROUNDS, AgencyStatement, hidden_until, six_years_before
from tests.commands import test_merging
from tests.commands.world import COMPLIANCE, DESK, FEED, NURSE, OTHER_PATIENT, PATIENT, known, on
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


# --- what an agency says later ------------------------------------------------------------------------------------


def disclosed(**changes: Any) -> Given:
    """The chart was sent, and the agency suspended the right until the end of June."""
    return office().then(disclosure(**{**FROM_AGENCY, **changes}))


def sent(it: Given) -> RecordDisclosed:
    return next(fact.event for fact in it.facts if isinstance(fact.event, RecordDisclosed))


def prolonged(it: Given, **changes: Any) -> SuspendAccounting:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "disclosure": sent(it).disclosure,
        "suspended_until": on("2026-12-31"),
        "suspended_by": "Agent Jones",
    }
    return SuspendAccounting(**{**whole, **changes})


def test_an_agency_prolongs_its_suspension_and_who_said_so_is_sealed() -> None:
    it = disclosed()
    told = it.when(prolonged(it))

    assert isinstance(told.event, AccountingSuspended)
    assert (told.event.disclosure, told.event.disclosed_on) == (sent(it).disclosure, on("2026-03-02"))
    assert (told.event.suspended_until, told.event.suspended_orally, told.codes) == (on("2026-12-31"), False, [])
    assert told.event.words == SuspensionWords(suspended_by="Agent Jones")
    assert [f"{PATIENT}/2026"] == [each.scope for each in told.event.sealing()]


def test_a_suspension_may_be_told_later_than_the_disclosure() -> None:
    it = disclosed(suspended_until=None, suspended_by=None)

    assert it.when(prolonged(it)).codes == []


def test_a_suspension_of_a_disclosure_that_nobody_recorded_is_refused() -> None:
    it = disclosed()

    assert it.when(prolonged(it, disclosure="dc_zzzzzzzzzzzzzzzzzzzzzzzzzz")).refused == "no_such_disclosure"


def test_what_is_only_said_again_prolongs_nothing_and_a_person_is_told() -> None:
    it = disclosed(suspended_orally=True, suspended_until=on("2026-04-20")).at("2026-04-15T12:00:00+00:00")
    told = it.when(prolonged(it, suspended_orally=True))

    assert told.codes == ["suspension_cut_short"]
    assert "until 2026-04-30" in told.notices[0].happened


def test_a_statement_that_moves_no_end_is_recorded_and_a_person_is_told() -> None:
    it = disclosed()

    assert it.when(prolonged(it, suspended_until=on("2026-06-30"))).codes == ["suspension_adds_nothing"]
    assert it.when(prolonged(it, suspended_until=on("2026-04-20"), suspended_orally=True)).codes == [
        "suspension_adds_nothing"
    ]


def test_a_written_statement_with_an_earlier_day_ends_the_suspension_earlier_and_a_person_is_told() -> None:
    it = disclosed()
    told = it.when(prolonged(it, suspended_until=on("2026-04-30")))

    assert told.codes == ["suspension_shortened"]
    assert "2026-04-30" in told.notices[0].happened


def test_no_agency_suspends_later_what_none_may_suspend_at_once() -> None:
    it = disclosed(basis="court_order", suspended_until=None, suspended_by=None)

    assert it.when(prolonged(it)).codes == ["suspension_not_possible"]


# --- a disclosure that never was ----------------------------------------------------------------------------------


def taken_back(it: Given, **changes: Any) -> RetractDisclosure:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "disclosure": sent(it).disclosure,
        "reason": "entered_in_error",
        "evidence": "The letter never left the house.",
    }
    return RetractDisclosure(**{**whole, **changes})


def test_a_disclosure_recorded_by_mistake_is_taken_back_with_evidence() -> None:
    it = disclosed().by(COMPLIANCE)
    event = it.when(taken_back(it)).event

    assert isinstance(event, DisclosureRetracted)
    assert (event.disclosure, event.reason) == (sent(it).disclosure, "entered_in_error")
    assert event.words == EvidenceWords(evidence="The letter never left the house.")
    assert [f"{PATIENT}/2026"] == [each.scope for each in event.sealing()]
    assert not any(tag.startswith(("patient/", "care_month/")) for tag in event.tags())


def test_only_compliance_takes_an_entry_out_of_a_patients_accounting() -> None:
    it = disclosed()

    assert it.by(NURSE).when(taken_back(it)).refused == "capacity_missing"


def test_a_disclosure_that_nobody_recorded_cannot_be_taken_back() -> None:
    it = disclosed().by(COMPLIANCE)

    assert it.when(taken_back(it, disclosure="dc_zzzzzzzzzzzzzzzzzzzzzzzzzz")).refused == "no_such_disclosure"


def test_a_disclosure_is_taken_back_once_and_for_one_reason() -> None:
    it = disclosed().by(COMPLIANCE)
    back = it.then(taken_back(it))

    assert back.when(taken_back(it)).unchanged == (back.facts[-1].position,)
    assert back.when(taken_back(it, reason="wrong_patient")).refused == "already_taken_back"


def test_what_an_agency_says_of_a_disclosure_that_never_was_is_recorded() -> None:
    it = disclosed().by(COMPLIANCE)

    assert it.then(taken_back(it)).when(prolonged(it)).codes == ["suspension_adds_nothing"]


def test_of_merged_patients_the_disclosure_is_found_in_whose_record_it_stands() -> None:
    two = test_merging.two().by(COMPLIANCE)
    it = two.then(disclosure(patient=OTHER_PATIENT)).then(test_merging.merge()).by(COMPLIANCE)

    assert it.when(taken_back(it)).event.patient == OTHER_PATIENT
    assert it.when(prolonged(it)).event.patient == OTHER_PATIENT


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


def said(until: date, *, is_oral: bool = False, recorded_on: date = date(2026, 3, 2)) -> AgencyStatement:
    return AgencyStatement(until, is_oral, recorded_on)


def test_an_end_within_thirty_days_stands_also_when_it_was_only_said() -> None:
    assert hidden_until("oversight", [said(date(2026, 3, 20), is_oral=True)]) == date(2026, 3, 20)
    assert hidden_until("oversight", [said(date(2026, 9, 1), is_oral=True)]) == date(2026, 4, 1)
    assert hidden_until("research", [said(date(2026, 9, 1), is_oral=True)]) is None
    assert hidden_until("oversight", []) is None


def test_thirty_days_of_what_is_only_said_count_from_the_first_time() -> None:
    again = said(date(2026, 9, 1), is_oral=True, recorded_on=date(2026, 3, 28))

    assert hidden_until("oversight", [said(date(2026, 9, 1), is_oral=True), again]) == date(2026, 4, 1)


def test_the_last_written_statement_names_the_end() -> None:
    first, earlier, later = (said(date(2026, month, 1)) for month in (6, 5, 9))

    assert hidden_until("oversight", [first, later]) == date(2026, 9, 1)
    assert hidden_until("oversight", [first, earlier]) == date(2026, 5, 1)


def test_what_is_only_said_takes_nothing_from_what_is_written() -> None:
    assert hidden_until("oversight", [said(date(2026, 6, 1)), said(date(2026, 3, 5), is_oral=True)]) == date(2026, 6, 1)

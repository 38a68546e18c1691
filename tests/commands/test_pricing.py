"""What prices depend on: the site of a practice, its locality, and who is a qualifying participant in which year."""

from typing import Any

import pytest
from pydantic import ValidationError

from commands.intents.staff import AdoptPolicy, RecordLocality, RecordQualifyingStatus
from ledger.streams.practice import LocalityRecorded, PolicyAdopted, Practice
from ledger.streams.staff import QualifyingStatusRecorded, Staff
from tests.commands.world import (
    ADA,
    ADMIN,
    BO,
    NURSE,
    OTHER_PRACTICE,
    PRACTICE,
    SITE_ADMIN,
    STRANGER,
    office,
    on,
    person,
)
from tests.gwt import Given, opaque

NOWHERE = opaque("pr", 9)


# --- record_qualifying_status -----------------------------------------------------------------------------------


def status(is_qualifying: bool = True, year: int = 2026, who: str = ADA) -> RecordQualifyingStatus:
    return RecordQualifyingStatus(staff=who, payment_year=year, is_qualifying=is_qualifying)


def of_ada(ledger: Given) -> Staff:
    state: Staff = ledger.state(f"staff/{ADA}")
    return state


def test_a_practitioner_is_a_qualifying_participant_in_a_payment_year() -> None:
    ledger = office().by(ADMIN).then(status())

    assert (True, len(ledger.facts)) == of_ada(ledger).qualifying(2026)


def test_of_another_year_nothing_is_said() -> None:
    state = of_ada(office().by(ADMIN).then(status()))

    assert (None, None) == (state.qualifying(2025), state.qualifying(2027))


def test_the_status_last_recorded_of_a_year_holds() -> None:
    ledger = office().by(ADMIN).then(status()).then(status(year=2025)).then(status(False))

    assert [False, True] == [(of_ada(ledger).qualifying(year) or (None,))[0] for year in (2026, 2025)]


def test_the_same_status_again_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(status()).unchanged


def test_a_status_may_go_back_to_what_it_was() -> None:
    then = office().by(ADMIN).then(status()).then(status(False)).when(status())

    assert QualifyingStatusRecorded(staff=ADA, payment_year=2026, is_qualifying=True) == then.event


def test_an_administrator_records_the_status_of_practitioners_within_reach_only() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(status(who=BO)).refused
    assert "capacity_missing" == office().by(NURSE).when(status()).refused


def test_the_status_of_somebody_without_a_role_is_recorded() -> None:
    bare = office().and_(*person(STRANGER, None, None)).by(ADMIN)

    assert isinstance(bare.when(status(who=STRANGER)).event, QualifyingStatusRecorded)


@pytest.mark.parametrize("year", [2016, 2100])
def test_a_year_without_such_participants_is_unreadable(year: int) -> None:
    with pytest.raises(ValidationError):
        status(year=year)


# --- record_locality --------------------------------------------------------------------------------------------


def locality(practice: str = PRACTICE, from_on: str = "2026-01-01", **changes: Any) -> RecordLocality:
    indices = {"gpci_work": "1.049", "gpci_pe": "1.181", "gpci_mp": "1.624"} | changes
    return RecordLocality(practice=practice, locality="1310201", from_on=on(from_on), cite="Addendum E", **indices)


def of_practice(ledger: Given) -> Practice:
    state: Practice = ledger.state(f"practice/{PRACTICE}")
    return state


def test_a_locality_holds_from_its_day_on() -> None:
    ledger = office().by(ADMIN).then(locality())
    found = of_practice(ledger).locality(on("2026-01-01"))

    assert found is not None
    assert ("1.049", "1.181", "1.624", len(ledger.facts)) == (*indices(found[0]), found[1])
    assert of_practice(ledger).locality(on("2025-12-31")) is None


def test_indices_of_a_later_day_hold_from_then_on() -> None:
    ledger = office().by(ADMIN).then(locality(from_on="2026-07-01", gpci_pe="1.200")).then(locality())
    known = [of_practice(ledger).locality(on(day)) for day in ("2026-06-30", "2026-07-01")]

    assert ["1.181", "1.200"] == [found[0].gpci_pe for found in known if found]


def test_of_two_localities_from_one_day_the_one_recorded_later_holds() -> None:
    found = of_practice(office().by(ADMIN).then(locality()).then(locality(gpci_work="1.050"))).locality(
        on("2026-02-01")
    )

    assert found is not None
    assert "1.050" == found[0].gpci_work


def test_the_same_locality_again_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(locality()).unchanged


def test_the_locality_of_no_known_practice_is_refused() -> None:
    assert "no_such_practice" == office().by(ADMIN).when(locality(practice=NOWHERE)).refused


def test_an_administrator_records_the_locality_of_the_own_practice_only() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(locality(practice=OTHER_PRACTICE)).refused
    assert "capacity_missing" == office().by(NURSE).when(locality()).refused


@pytest.mark.parametrize("index", ["1", "1.01234", "-1.0", "1,049", "11.0", "1.0e3"])
def test_an_index_is_text_in_plain_digits(index: str) -> None:
    with pytest.raises(ValidationError):
        locality(gpci_work=index)


def indices(event: LocalityRecorded) -> tuple[str, str, str]:
    return event.gpci_work, event.gpci_pe, event.gpci_mp


# --- the policy of the site -------------------------------------------------------------------------------------


def site(value: Any, from_on: str = "2026-01-01", policy: Any = "price_site") -> AdoptPolicy:
    return AdoptPolicy(practice=PRACTICE, policy=policy, value=value, from_on=on(from_on))


def test_a_practice_says_where_its_services_are_priced() -> None:
    ledger = office().by(ADMIN).then(site("facility"))

    assert ("facility", len(ledger.facts)) == of_practice(ledger).policy_at("price_site", on("2026-01-01"))
    assert of_practice(ledger).policy_at("price_site", on("2025-12-31")) is None


def test_the_newest_site_by_day_holds_and_a_later_fact_wins_a_tie() -> None:
    ledger = office().by(ADMIN).then(site("facility", "2026-03-01")).then(site("office")).then(site("facility"))
    state = of_practice(ledger.then(site("office", "2026-03-01")))
    held = [state.policy_at("price_site", on(day)) for day in ("2026-02-28", "2026-03-01")]

    assert ["facility", "office"] == [found[0] for found in held if found]


def test_a_site_is_office_or_facility() -> None:
    refused = office().by(ADMIN).when(site("yes")).refusal

    assert "policy_value_unknown" == refused.code
    assert "The policy price_site takes office or facility." == refused.remedy


def test_policies_adopted_before_the_site_could_be_still_read() -> None:
    stored = f'{{"practice":"{PRACTICE}","policy":"untimed_counts","value":"no","from_on":"2026-03-31"}}'

    assert stored == PolicyAdopted.model_validate_json(stored).model_dump_json()

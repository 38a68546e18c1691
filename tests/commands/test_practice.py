"""Practices: known by TIN and name, in a zone that exists, with capabilities and policies from a day on."""

from typing import Any

import pytest

from commands.intents.staff import AdoptPolicy, AttestCapability, EndCapability, RegisterPractice, SiteGiven
from ledger.streams.practice import PracticeRegistered
from tests.commands.world import ADMIN, NURSE, OTHER_PRACTICE, PRACTICE, SINCE, SITE_ADMIN, office, on
from tests.gwt import Given, opaque

NOWHERE = opaque("pr", 99)


def register(**changes: Any) -> RegisterPractice:
    site = SiteGiven(name="Main Street", place_of_service="11")
    whole: dict[str, Any] = {"name": "Lakeside", "tin": "369876543", "zone": "America/Chicago", "sites": (site,)}
    return RegisterPractice(**{**whole, **changes})


# --- register_practice ------------------------------------------------------------------------------------------


def test_a_practice_is_registered_with_zone_and_sites() -> None:
    then = office().by(ADMIN).when(register())

    assert isinstance(then.event, PracticeRegistered)
    assert ("America/Chicago", "11") == (then.event.zone, then.event.sites[0].place_of_service)
    assert then.ids["practice"] == then.event.practice


def test_the_same_practice_again_is_unchanged_with_the_first_id() -> None:
    ledger = office().by(ADMIN)
    first, again = ledger.when(register()), ledger.again(register(name="LAKESIDE"))

    assert first.ids == again.ids
    assert (len(ledger.facts) + 1,) == again.unchanged


def test_one_legal_entity_may_have_practices_of_several_names() -> None:
    then = office().by(ADMIN).then(register()).when(register(name="Hillside", zone="America/Denver"))

    assert "America/Denver" == then.event.zone


def test_a_known_practice_in_another_zone_is_refused() -> None:
    then = office().by(ADMIN).then(register()).when(register(zone="America/Denver"))

    assert "exists_with_different_content" == then.refused


def test_a_zone_that_does_not_exist_is_refused() -> None:
    assert "zone_unknown" == office().by(ADMIN).when(register(zone="America/Lakeside")).refused


def test_an_administrator_of_one_practice_registers_no_other() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(register()).refused


# --- attest_capability ------------------------------------------------------------------------------------------


def attest(**changes: Any) -> AttestCapability:
    whole: dict[str, Any] = {
        "practice": PRACTICE,
        "capability": "cehrt_year",
        "edition_year": 2025,
        "from_on": on("2026-01-01"),
    }
    return AttestCapability(**{**whole, **changes})


def test_a_capability_is_attested_by_whoever_asks() -> None:
    assert SITE_ADMIN == office().by(SITE_ADMIN).when(attest()).event.attested_by


def test_the_same_capability_attested_by_somebody_else_is_unchanged() -> None:
    ledger = office().by(SITE_ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.then(attest()).by(ADMIN).when(attest()).unchanged


def test_a_capability_of_no_known_practice_is_refused() -> None:
    assert "no_such_practice" == office().by(ADMIN).when(attest(practice=NOWHERE)).refused


def test_a_capability_does_not_end_before_it_begins() -> None:
    assert "end_before_start" == office().by(ADMIN).when(attest(until_on=on("2025-01-01"))).refused


def test_certified_technology_needs_the_year_of_its_edition() -> None:
    assert "edition_year_missing" == office().by(ADMIN).when(attest(edition_year=None)).refused


def test_access_at_all_hours_needs_no_year() -> None:
    then = office().by(ADMIN).when(attest(capability="access_24x7", edition_year=None))

    assert then.event.edition_year is None


def test_a_nurse_answers_for_no_capability() -> None:
    assert "capacity_missing" == office().by(NURSE).when(attest()).refused


def test_an_administrator_answers_for_the_own_practice_only() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(attest(practice=OTHER_PRACTICE)).refused


# --- end_capability -----------------------------------------------------------------------------------------------


def end(last_on: str = "2026-03-20", **changes: Any) -> EndCapability:
    return EndCapability(**{"practice": PRACTICE, "capability": "cehrt_year", "last_on": on(last_on), **changes})


def attested() -> Given:
    return office().by(SITE_ADMIN).then(attest())


def test_a_capability_ends_after_its_last_day() -> None:
    ended = attested().then(end()).state(f"practice/{PRACTICE}")

    assert [True, False] == [ended.has("cehrt_year", on(day)) for day in ("2026-03-20", "2026-03-21")]


def test_an_end_takes_what_was_attested_of_later_days() -> None:
    later = attested().then(attest(from_on=on("2026-06-01"))).then(end()).state(f"practice/{PRACTICE}")

    assert not later.has("cehrt_year", on("2026-06-02"))


def test_a_capability_attested_again_after_its_end_is_a_new_fact() -> None:
    ended = attested().then(end())

    assert on("2026-01-01") == ended.when(attest()).event.from_on


def test_a_capability_may_lapse_before_what_was_known() -> None:
    earlier = attested().then(end()).then(end("2026-02-10")).state(f"practice/{PRACTICE}")

    assert not earlier.has("cehrt_year", on("2026-02-11"))


def test_a_capability_does_not_end_before_any_of_it_began() -> None:
    assert "end_before_start" == attested().when(end("2025-12-30")).refused
    assert "end_before_start" == attested().when(end("1901-01-01")).refused


def test_a_capability_attested_in_error_ends_on_the_day_before_it_began() -> None:
    taken_back = attested().then(end("2025-12-31")).state(f"practice/{PRACTICE}")

    assert not any(taken_back.has("cehrt_year", on(day)) for day in ("2025-12-31", "2026-01-01", "2026-03-20"))


def test_the_same_end_again_is_unchanged() -> None:
    ledger = attested()

    assert (len(ledger.facts) + 1,) == ledger.again(end()).unchanged


def test_a_capability_that_was_never_attested_does_not_end() -> None:
    assert "capability_not_held" == attested().when(end(capability="access_24x7")).refused


def test_a_capability_that_ended_before_does_not_end_later() -> None:
    assert "capability_not_held" == attested().then(end()).when(end("2026-03-25")).refused


def test_a_capability_of_no_known_practice_does_not_end() -> None:
    assert "no_such_practice" == office().by(ADMIN).when(end(practice=NOWHERE)).refused


def test_an_administrator_ends_capabilities_of_the_own_practice_only() -> None:
    assert "not_in_this_practice" == attested().when(end(practice=OTHER_PRACTICE)).refused
    assert "capacity_missing" == attested().by(NURSE).when(end()).refused


# --- adopt_policy -----------------------------------------------------------------------------------------------


def adopt(value: Any = "no", policy: Any = "untimed_counts", practice: str = PRACTICE) -> AdoptPolicy:
    return AdoptPolicy(practice=practice, policy=policy, value=value, from_on=SINCE)


def test_a_policy_is_adopted() -> None:
    assert "no" == office().by(ADMIN).when(adopt()).event.value


def test_the_same_policy_again_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(adopt()).unchanged


def test_a_policy_may_go_back_to_its_first_value() -> None:
    then = office().by(ADMIN).then(adopt("no")).then(adopt("yes")).when(adopt("no"))

    assert "no" == then.event.value


@pytest.mark.parametrize("value", ["g0511", "individual"])
def test_a_clinic_says_what_it_bills_in_the_transition(value: str) -> None:
    assert value == office().by(ADMIN).when(adopt(value, "g0511_billing")).event.value


@pytest.mark.parametrize(("value", "policy"), [("yes", "g0511_billing"), ("g0511", "untimed_counts")])
def test_a_value_of_the_clinics_choice_is_none_of_another_policy(value: str, policy: str) -> None:
    assert "policy_value_unknown" == office().by(ADMIN).when(adopt(value, policy)).refused


@pytest.mark.parametrize("kind", ["rural_health_clinic", "federally_qualified_health_center"])
def test_a_practice_answers_for_being_a_clinic(kind: str) -> None:
    then = office().by(ADMIN).when(attest(capability=kind, edition_year=None))

    assert (kind, None) == (then.event.capability, then.event.edition_year)


def test_a_policy_of_no_known_practice_is_refused() -> None:
    assert "no_such_practice" == office().by(ADMIN).when(adopt(practice=NOWHERE)).refused


def test_a_value_of_another_policy_is_refused() -> None:
    refused = office().by(ADMIN).when(adopt("batch")).refusal

    assert "policy_value_unknown" == refused.code
    assert "The policy untimed_counts takes yes or no." == refused.remedy

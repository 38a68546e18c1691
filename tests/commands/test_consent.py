"""Consent: stored complete or not; the notices are the judge's, and a decline stops nothing."""

from typing import Any

import pytest

from commands.intents.consent import (
    Evidence,
    ItemsGiven,
    RecordConsent,
    RecordDecline,
    Representative,
    SupplementConsent,
)
from ledger.streams.base import SEALED
from ledger.streams.consent import ItemsAffirmed
from ledger.terms.people import Programme
from tests.commands.world import ADA, ALL, AUDITOR, CONSENT, DESK, NURSE, PATIENT, consent, died, enrolled, known, utc
from tests.gwt import opaque

ITEMS = ItemsGiven(**ALL)
NOTE = Evidence(kind="contemporaneous_note")
ELSEWHERE = opaque("cs", 77)


def record(**changes: Any) -> RecordConsent:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "programme": Programme.CCM,
        "occurred_at": utc("2026-03-31T15:00"),
        "method": "verbal",
        "obtained_by": NURSE,
        "practitioner": ADA,
        "given_by": "self",
        "items": ITEMS,
        "evidence": NOTE,
    }
    return RecordConsent(**{**whole, **changes})


# --- record_consent ---------------------------------------------------------------------------------------------


def test_a_complete_consent_is_stored_without_a_notice() -> None:
    then = known().by(NURSE).when(record())

    assert (ADA, []) == (then.event.practitioner, then.codes)
    assert then.event.words is SEALED


def test_the_same_consent_again_is_unchanged_with_its_id() -> None:
    ledger = known().by(NURSE)
    again = ledger.again(record())

    assert (len(ledger.facts) + 1,) == again.unchanged
    assert ledger.when(record()).ids == again.ids


def test_a_consent_with_words_is_a_new_fact_because_words_cannot_be_compared() -> None:
    assert 1 == len(known().by(NURSE).again(record(note="On the porch.")).events)


def test_a_representative_is_named_in_sealed_words_only() -> None:
    daughter = Representative(name="Dee Ivey", relation="daughter", authority="power of attorney")
    then = known().by(NURSE).when(record(given_by="representative", representative=daughter))

    assert then.event.representative_identified
    assert "Dee Ivey" == then.event.words.representative_name
    assert "Dee" not in then.event.model_dump_json()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"occurred_at": None}, "consent_date_missing"),
        ({"obtained_by": None}, "consent_obtained_by_missing"),
        ({"method": None}, "consent_method_missing"),
        ({"practitioner": None}, "consent_practitioner_missing"),
        ({"given_by": None}, "consent_given_by_missing"),
        ({"evidence": None}, "consent_evidence_missing"),
        ({"given_by": "representative"}, "consent_representative_not_identified"),
        ({"items": ItemsGiven(**{**ALL, "availability": False})}, "consent_availability_not_affirmed"),
        ({"items": ItemsGiven(**{**ALL, "cost_sharing": False})}, "consent_cost_sharing_not_affirmed"),
        ({"items": ItemsGiven(**{**ALL, "one_practitioner": False})}, "consent_one_practitioner_not_affirmed"),
        ({"items": ItemsGiven(**{**ALL, "right_to_stop": False})}, "consent_right_to_stop_not_affirmed"),
        ({"evidence": Evidence(kind="recollection")}, "consent_from_recollection"),
        ({"occurred_at": utc("2026-03-01T15:00")}, "consent_recorded_late"),
    ],
)
def test_an_incomplete_consent_is_stored_and_told_what_it_lacks(changes: dict[str, Any], code: str) -> None:
    assert [code] == known().by(NURSE).when(record(**changes)).codes


def test_a_verbal_consent_of_2016_was_not_accepted_then() -> None:
    then = known().by(NURSE).when(record(occurred_at=utc("2016-05-02T15:00")))

    assert "consent_method_not_accepted" in then.codes


def test_an_auditor_may_testify_too_without_a_capacity() -> None:
    assert [] == known().by(AUDITOR).when(record()).codes


def test_a_consent_of_this_evening_is_refused_at_noon() -> None:
    assert "in_the_future" == known().by(NURSE).when(record(occurred_at=utc("2026-03-31T18:06"))).refused


def test_a_consent_after_death_is_refused() -> None:
    assert "after_death" == known().and_(died("2026-03-20")).by(NURSE).when(record()).refused


def test_a_consent_on_the_day_of_death_is_stored() -> None:
    then = known().and_(died("2026-03-31")).by(NURSE).when(record())

    assert [] == then.codes


def test_the_future_goes_before_death() -> None:
    dead = known().and_(died("2026-03-20")).by(NURSE)

    assert "in_the_future" == dead.when(record(occurred_at=utc("2026-05-01T15:00"))).refused


# --- supplement_consent -----------------------------------------------------------------------------------------


def supplement(**changes: Any) -> SupplementConsent:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "consent": CONSENT,
        "occurred_at": utc("2026-03-31T15:00"),
        "obtained_by": NURSE,
        "items": ITEMS,
        "evidence": NOTE,
    }
    return SupplementConsent(**{**whole, **changes})


INCOMPLETE = consent(items=ItemsAffirmed(**{**ALL, "one_practitioner": False}), method=None)


def test_a_supplement_completes_a_consent() -> None:
    then = known().and_(INCOMPLETE, at=utc("2026-01-05T16:00")).by(NURSE).when(supplement(method="verbal"))

    assert (CONSENT, []) == (then.event.consent, then.codes)


def test_a_supplement_says_what_still_lacks() -> None:
    then = known().and_(INCOMPLETE, at=utc("2026-01-05T16:00")).by(NURSE).when(supplement())

    assert ["consent_method_missing"] == then.codes


def test_the_same_supplement_again_is_unchanged() -> None:
    ledger = known().and_(INCOMPLETE, at=utc("2026-01-05T16:00")).by(NURSE)

    assert (len(ledger.facts) + 1,) == ledger.again(supplement()).unchanged


def test_a_supplement_to_no_consent_is_refused() -> None:
    assert "no_such_consent" == known().by(NURSE).when(supplement(consent=ELSEWHERE)).refused


def test_a_supplement_of_tomorrow_is_refused() -> None:
    assert "in_the_future" == enrolled().by(NURSE).when(supplement(occurred_at=utc("2026-04-01T18:00"))).refused


def test_a_supplement_after_death_is_refused() -> None:
    assert "after_death" == enrolled().and_(died("2026-03-20")).by(NURSE).when(supplement()).refused


# --- record_decline ---------------------------------------------------------------------------------------------


def decline(**changes: Any) -> RecordDecline:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "programme": Programme.CCM,
        "occurred_at": utc("2026-03-31T15:00"),
        "told_to": DESK,
    }
    return RecordDecline(**{**whole, **changes})


def test_a_decline_is_recorded() -> None:
    assert (DESK, []) == ((then := known().by(DESK).when(decline())).event.told_to, then.codes)


def test_a_decline_after_a_standing_consent_is_to_be_reviewed() -> None:
    assert ["declined_after_consent"] == enrolled().by(DESK).when(decline()).codes


def test_a_decline_of_another_programme_is_no_contradiction() -> None:
    assert [] == enrolled().by(DESK).when(decline(programme=Programme.RPM)).codes


def test_the_same_decline_again_is_unchanged() -> None:
    ledger = known().by(DESK)

    assert (len(ledger.facts) + 1,) == ledger.again(decline()).unchanged


def test_a_decline_in_the_future_is_refused() -> None:
    assert "in_the_future" == known().by(DESK).when(decline(occurred_at=utc("2026-04-02T15:00"))).refused

"""What a month may rest on: conditions, risk, visits, coverage, death: stored, and told what is lacking."""

from typing import Any

import pytest

from commands.intents.patient import AttestRisk, CodeGiven, RecordCondition, RecordCoverage, RecordDeath, RecordVisit
from ledger.streams.base import SEALED
from ledger.streams.stays import DeathRetracted
from ledger.terms.people import Role
from tests.commands.world import (
    ADA,
    BILLER,
    CONDITIONS,
    DESK,
    FEED,
    NURSE,
    OTHER_PRACTICE,
    PATIENT,
    died,
    enrolled,
    known,
    on,
    person,
    utc,
)
from tests.gwt import Given, opaque, token

# --- record_condition -------------------------------------------------------------------------------------------


def condition(**changes: Any) -> RecordCondition:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "source_code": CodeGiven(system="snomed", code="44054006"),
        "icd10": "E11.9",
        "onset_on": on("2019-05-01"),
        "expected_12_months": True,
    }
    return RecordCondition(**{**whole, **changes})


def test_a_condition_is_recorded_with_its_evidence() -> None:
    then = known().by(FEED).when(condition(description="Type 2 diabetes", pointer="chart"))

    assert "E11.9" == then.event.icd10
    assert "Type 2 diabetes" == then.event.words.description
    assert [] == then.codes
    assert then.ids["condition"] == then.event.condition


def test_the_same_condition_without_words_is_unchanged() -> None:
    ledger = known().by(FEED)
    again = ledger.again(condition())

    assert (len(ledger.facts) + 1,) == again.unchanged
    assert ledger.when(condition()).ids == again.ids


def test_the_same_condition_by_one_code_alone_is_unchanged() -> None:
    ledger = known().by(FEED)

    assert (len(ledger.facts) + 1,) == ledger.again(condition(icd10=None)).unchanged
    assert (len(ledger.facts) + 1,) == ledger.again(condition(source_code=None)).unchanged


def test_a_condition_without_any_code_is_a_new_fact_because_nothing_tells_it_from_another() -> None:
    assert 1 == len(known().by(FEED).again(condition(icd10=None, source_code=None)).events)


def test_a_condition_with_words_is_a_new_fact_because_words_cannot_be_compared() -> None:
    words = condition(description="Type 2 diabetes")

    assert 1 == len(known().by(FEED).again(words).events)


def test_a_condition_said_again_with_words_is_one_of_its_own() -> None:
    told = known().by(FEED).then(condition(description="Type 2 diabetes"))
    then = told.when(condition(description="Type 2 diabetes"))

    assert told.facts[-1].event.condition != then.event.condition  # type: ignore[attr-defined]


def test_the_end_of_a_condition_without_any_code_ends_none_that_is_known() -> None:
    told = known().by(FEED).then(condition(icd10=None, source_code=None))
    then = told.when(condition(icd10=None, source_code=None, abated_on=on("2025-06-30")))

    assert told.facts[-1].event.condition != then.event.condition  # type: ignore[attr-defined]


def test_a_condition_without_expected_course_and_diagnosis_says_so() -> None:
    then = known().by(FEED).when(condition(icd10=None, expected_12_months=None))

    assert ["condition_not_chronic", "condition_without_diagnosis"] == then.codes


@pytest.mark.parametrize(
    ("said", "months", "expected"),
    [
        (None, 11, ["condition_not_chronic"]),
        (None, 12, []),
        (True, 3, ["condition_not_chronic"]),
        (False, 12, ["condition_not_chronic"]),
        (False, 3, ["condition_not_chronic"]),
    ],
)
def test_a_course_in_months_is_kept_and_says_so_where_it_is_too_short_for_ccm(
    said: bool | None, months: int, expected: list[str]
) -> None:
    then = known().by(FEED).when(condition(expected_12_months=said, expected_months=months))

    assert (months, expected) == (then.event.expected_months, then.codes)


def test_a_condition_said_with_other_months_is_a_newer_word() -> None:
    ledger = known().by(FEED).then(condition(expected_months=3))

    assert 6 == ledger.when(condition(expected_months=6)).event.expected_months
    assert (len(ledger.facts),) == ledger.when(condition(expected_months=3)).unchanged


def test_the_end_of_a_condition_keeps_the_course_in_months_that_was_said_of_it() -> None:
    begun = known().by(FEED).then(condition(expected_12_months=None, expected_months=6))
    ended = begun.when(condition(abated_on=on("2026-03-10"), expected_12_months=None)).event

    assert (None, 6) == (ended.expected_12_months, ended.expected_months)


def test_no_condition_is_refused_for_its_diagnosis() -> None:
    """CCM-ELIG-03: the list of diagnoses is open; bronchitis that will last a year is a condition like any other."""
    then = known().by(FEED).when(condition(icd10="J20.9", source_code=None))

    assert ("J20.9", []) == (then.event.icd10, then.codes)


def test_a_condition_that_abates_before_its_onset_is_refused() -> None:
    then = known().by(FEED).when(condition(abated_on=on("2018-01-01")))

    assert "end_before_start" == then.refused


def test_a_condition_may_be_expected_to_abate_in_the_future() -> None:
    assert on("2027-01-01") == known().by(FEED).when(condition(abated_on=on("2027-01-01"))).event.abated_on


def test_a_condition_said_again_with_its_end_is_the_one_that_is_known() -> None:
    first = known().by(FEED).when(condition()).event
    begun = known().by(FEED).then(condition())
    ended = begun.when(condition(abated_on=on("2026-03-10"), expected_12_months=None)).event

    assert (first.condition, on("2026-03-10"), True) == (ended.condition, ended.abated_on, ended.expected_12_months)


def test_the_end_of_another_condition_ends_none_that_is_known() -> None:
    first = known().by(FEED).when(condition()).event
    begun = known().by(FEED).then(condition())
    of_another_day = begun.when(condition(onset_on=on("2021-01-01"), abated_on=on("2026-03-10"))).event
    of_another_code = begun.when(condition(icd10="J44.9", abated_on=on("2026-03-10"))).event

    assert first.condition not in (of_another_day.condition, of_another_code.condition)


def test_of_two_words_on_the_end_of_a_condition_the_newest_holds() -> None:
    first = known().by(FEED).when(condition()).event
    ended = known().by(FEED).then(condition()).then(condition(abated_on=on("2026-03-10")))
    again = ended.when(condition(abated_on=on("2026-03-20"))).event

    assert (first.condition, on("2026-03-20")) == (again.condition, again.abated_on)


def test_a_condition_of_tomorrow_is_refused() -> None:
    assert "in_the_future" == known().by(FEED).when(condition(onset_on=on("2026-04-02"))).refused


def test_a_date_that_has_begun_somewhere_on_earth_is_no_future() -> None:
    assert on("2026-04-01") == known().by(FEED).when(condition(onset_on=on("2026-04-01"))).event.onset_on


def test_end_before_start_goes_before_the_future() -> None:
    then = known().by(FEED).when(condition(onset_on=on("2027-01-02"), abated_on=on("2027-01-01")))

    assert "end_before_start" == then.refused


# --- attest_risk ------------------------------------------------------------------------------------------------


def risk(**changes: Any) -> AttestRisk:
    return AttestRisk(**{"patient": PATIENT, "on": on("2026-03-31"), "conditions": CONDITIONS, **changes})


def test_a_practitioner_attests_the_risk() -> None:
    then = enrolled().by(ADA).when(risk(statement="Falls, two admissions."))

    assert (ADA, on("2026-03-31"), []) == (then.event.practitioner, then.event.on, then.codes)


def test_the_same_attestation_of_risk_again_is_unchanged() -> None:
    ledger = enrolled().by(ADA)

    assert (len(ledger.facts) + 1,) == ledger.again(risk()).unchanged


def test_a_risk_attested_days_later_is_to_be_reviewed() -> None:
    assert ["risk_attested_late"] == enrolled().by(ADA).when(risk(on=on("2026-03-01"))).codes


def test_a_risk_of_conditions_that_are_not_on_record_is_refused() -> None:
    assert "no_such_condition" == known().by(ADA).when(risk()).refused


def test_a_risk_is_not_attested_ahead() -> None:
    assert "in_the_future" == enrolled().by(ADA).when(risk(on=on("2026-04-15"))).refused


def test_a_risk_is_not_attested_after_death() -> None:
    dead = enrolled().and_(died("2026-03-20")).by(ADA)

    assert "after_death" == dead.when(risk()).refused


def test_a_nurse_attests_no_risk() -> None:
    assert "capacity_missing" == enrolled().by(NURSE).when(risk()).refused


def test_a_practitioner_of_another_practice_attests_no_risk() -> None:
    other = person(opaque("st", 40), Role.PRACTITIONER, OTHER_PRACTICE, "md")

    assert "not_in_this_practice" == enrolled().and_(*other).by(opaque("st", 40)).when(risk()).refused


# --- record_visit -----------------------------------------------------------------------------------------------


def visit(**changes: Any) -> RecordVisit:
    whole: dict[str, Any] = {"patient": PATIENT, "on": on("2026-03-02"), "code": "99214", "ccm_discussed": True}
    return RecordVisit(**{**whole, **changes})


def test_a_visit_is_recorded() -> None:
    then = known().by(NURSE).when(visit(practitioner=ADA))

    assert ("99214", ADA, []) == (then.event.code, then.event.practitioner, then.codes)


def test_the_same_visit_again_is_unchanged() -> None:
    ledger = known().by(NURSE)

    assert (len(ledger.facts) + 1,) == ledger.again(visit()).unchanged


def test_a_nurse_visit_99211_is_kept_and_does_not_qualify() -> None:
    then = known().by(NURSE).when(visit(code="99211"))

    assert "99211" == then.event.code
    assert ["visit_not_qualifying"] == then.codes
    assert ("medicare.ccm.initiating_visit.qualifying_codes",) == then.notices[0].readings


def test_a_visit_without_code_says_so() -> None:
    assert ["visit_code_missing"] == known().by(NURSE).when(visit(code=None)).codes


def test_a_visit_at_which_ccm_was_not_discussed_says_so() -> None:
    assert ["visit_without_discussion"] == known().by(NURSE).when(visit(ccm_discussed=False)).codes


def test_a_visit_of_next_week_is_refused() -> None:
    assert "in_the_future" == known().by(NURSE).when(visit(on=on("2026-04-07"))).refused


# --- record_coverage --------------------------------------------------------------------------------------------


def coverage(**changes: Any) -> RecordCoverage:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "payer": "medicare",
        "kind": "medicare_ffs",
        "from_on": on("2020-01-01"),
    }
    return RecordCoverage(**{**whole, **changes})


def test_coverage_is_recorded_with_its_words_sealed() -> None:
    plain, worded = (known().by(BILLER).when(coverage(member=member)) for member in (None, "ABC"))

    assert plain.event.words is SEALED
    assert "ABC" == worded.event.words.member


@pytest.mark.parametrize("member", ["1SG4TE5MK73", "123456789A", "1EG4TE5MK7"])
def test_a_medicare_number_of_another_shape_is_stored_and_told(member: str) -> None:
    assert ["member_not_an_mbi"] == known().by(DESK).when(coverage(member=member)).codes


@pytest.mark.parametrize("changes", [{"member": "1eg4-te5-mk73"}, {"member": "X1", "kind": "commercial"}, {}])
def test_a_number_of_the_shape_that_its_payer_gives_is_told_nothing(changes: dict[str, Any]) -> None:
    assert [] == known().by(DESK).when(coverage(**changes)).codes


def test_the_same_coverage_again_is_unchanged() -> None:
    ledger = known().by(DESK)

    assert (len(ledger.facts) + 1,) == ledger.again(coverage()).unchanged


def test_coverage_may_begin_next_year() -> None:
    assert on("2027-01-01") == known().by(DESK).when(coverage(from_on=on("2027-01-01"))).event.from_on


def test_coverage_does_not_end_before_it_begins() -> None:
    assert "end_before_start" == known().by(DESK).when(coverage(until_on=on("2019-12-31"))).refused


def test_coverage_is_not_verified_in_the_future() -> None:
    assert "in_the_future" == known().by(DESK).when(coverage(verified_at=utc("2026-03-31T18:06"))).refused


def test_five_minutes_of_clock_difference_are_no_future() -> None:
    then = known().by(DESK).when(coverage(verified_at=utc("2026-03-31T18:05")))

    assert utc("2026-03-31T18:05") == then.event.verified_at


def on_record() -> tuple[Given, str]:
    ledger = known().by(BILLER).then(coverage())
    return ledger, ledger.state(f"patient/{PATIENT}").coverages[0].event.coverage


def test_a_coverage_that_is_named_is_restated() -> None:
    ledger, which = on_record()
    then = ledger.when(coverage(coverage=which, until_on=on("2026-02-15")))

    assert (which, on("2026-02-15")) == (then.event.coverage, then.event.until_on)
    assert (["coverage_restated"], which) == (then.codes, then.ids["coverage"])


def test_a_coverage_restated_as_it_stands_is_unchanged() -> None:
    ledger, which = on_record()

    assert (len(ledger.facts),) == ledger.when(coverage(coverage=which)).unchanged


def test_a_coverage_may_be_restated_as_it_was() -> None:
    ledger, which = on_record()
    ended = ledger.then(coverage(coverage=which, until_on=on("2026-02-15")))

    assert ended.when(coverage(coverage=which)).event.until_on is None


def test_a_source_that_repeats_what_was_restated_since_brings_no_news() -> None:
    ledger, which = on_record()
    ended = ledger.then(coverage(coverage=which, until_on=on("2026-02-15")))

    assert (len(ledger.facts),) == ended.when(coverage()).unchanged


def test_a_coverage_that_is_not_on_record_is_not_restated() -> None:
    assert "no_such_coverage" == known().by(BILLER).when(coverage(coverage=opaque("cv", 77))).refused


# --- record_death -----------------------------------------------------------------------------------------------


def death(day: str = "2026-03-20", **changes: Any) -> RecordDeath:
    return RecordDeath(**{"patient": PATIENT, "on": on(day), **changes})


def test_a_death_is_recorded() -> None:
    then = known().by(NURSE).when(death())

    assert (on("2026-03-20"), []) == (then.event.on, then.codes)


def test_the_same_day_of_death_again_is_unchanged() -> None:
    ledger = known().by(NURSE)

    assert (len(ledger.facts) + 1,) == ledger.again(death()).unchanged


def test_a_document_for_a_known_death_is_a_new_fact_without_contradiction() -> None:
    then = known().by(NURSE).then(death()).when(death(document="a" * 64))

    assert (token("#document", "a" * 64), []) == (then.event.document, then.codes)


def test_a_death_said_again_without_its_document_is_unchanged() -> None:
    ledger = known().by(DESK)
    told = ledger.then(RecordDeath(patient=PATIENT, on=on("2026-03-20"), document="d" * 64))

    assert (len(told.facts),) == told.when(RecordDeath(patient=PATIENT, on=on("2026-03-20"))).unchanged


def test_a_day_of_death_is_compared_with_the_one_that_was_recorded_last() -> None:
    ledger = known().and_(died("2026-03-20"), died("2026-03-19")).by(NURSE)

    assert ["death_date_differs"] == ledger.when(death()).codes


def test_a_death_that_is_on_record_again_is_compared_as_any_other() -> None:
    taken_back = DeathRetracted(patient=PATIENT, reason="entered_in_error")
    ledger = known().and_(died("2026-03-18"), taken_back, died("2026-03-19")).by(NURSE)

    assert ["death_date_differs"] == ledger.when(death()).codes


def test_another_day_of_death_is_stored_and_to_be_reviewed() -> None:
    assert ["death_date_differs"] == known().and_(died("2026-03-19")).by(NURSE).when(death()).codes


def test_a_death_in_the_future_is_refused() -> None:
    assert "in_the_future" == known().by(NURSE).when(death("2026-04-05")).refused

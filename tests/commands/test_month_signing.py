"""What only the month's billing practitioner does: attest decision making, choose a family, attest the month."""

from typing import Any

import pytest

from commands.intents.care_month import AttestDecisionMaking, AttestMonth, ChooseFamily, LogTime
from commands.opening import adoption
from ledger.judging import facts_of, judge_month, missing_tags
from ledger.rulebook import Edition, shipped_edition
from ledger.streams.care_month import CodeUnits
from ledger.streams.staff import RoleGranted
from ledger.terms.people import Role
from tests.commands.world import (
    ADA,
    ADMIN,
    BILLER,
    BO,
    NURSE,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    PSYCHOLOGIST,
    SINCE,
    designated,
    died,
    enrolled,
    known,
    utc,
)
from tests.gwt import Given

MONTH = "2026-03"


def worked(minutes: int, performer: str = NURSE, ledger: Given | None = None) -> Given:
    """The enrolled patient with that many minutes on 2026-03-31, asked on the first of April by Dr Ada."""
    entry = LogTime(
        patient=PATIENT,
        performer=performer,
        start=utc("2026-03-31T15:00"),
        end=utc(f"2026-03-31T{15 + minutes // 60}:{minutes % 60:02d}"),
        activity="phone_call",
        description="Call about glucose.",
    )
    told = (ledger or enrolled()).by(performer).then(entry) if minutes else (ledger or enrolled())
    return told.by(ADA).at("2026-04-01T18:00:00+00:00")


def digest_of(ledger: Given, month: str = MONTH, law: tuple[Any, str] | None = None) -> str:
    """What `month` shows: the digest that is signed."""
    held: dict[str, Any] = {}
    while absent := missing_tags(PATIENT, month, held):
        held |= {tag: ledger.state(tag) for tag in absent}
    rulebook, edition = law or ledger.law
    return judge_month(facts_of(PATIENT, month, held), rulebook, edition=edition).digest


def attest(ledger: Given, **changes: Any) -> AttestMonth:
    return AttestMonth(**{"patient": PATIENT, "month": MONTH, "digest": digest_of(ledger), **changes})


# --- attest_mdm -------------------------------------------------------------------------------------------------


def decision(**changes: Any) -> AttestDecisionMaking:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "month": MONTH,
        "level": "moderate",
        "problems": "two",
        "data": "labs",
        "risk": "drugs",
    }
    return AttestDecisionMaking(**{**whole, **changes})


def test_decision_making_is_attested_now_with_its_words_sealed() -> None:
    event = enrolled().by(ADA).when(decision()).event

    assert ("moderate", utc("2026-03-31T18:00"), "labs") == (event.level, event.attested_at, event.words.data)


def test_decision_making_of_a_month_to_come_is_refused() -> None:
    assert "in_the_future" == enrolled().by(ADA).when(decision(month="2026-05")).refused


def test_decision_making_of_a_month_after_death_is_refused() -> None:
    assert "after_death" == enrolled().and_(died("2026-02-20")).by(ADA).when(decision()).refused


def test_decision_making_without_a_designation_says_that_nobody_is_designated() -> None:
    refusal = known().by(ADA).when(decision()).refusal

    assert "not_the_billing_practitioner" == refusal.code
    assert "Nobody is designated as billing practitioner of 2026-03." == refusal.happened


def test_decision_making_by_somebody_else_is_refused() -> None:
    refused = [enrolled().by(actor).when(decision()).refused for actor in (PSYCHOLOGIST, NURSE, BO)]

    assert ["not_the_billing_practitioner", "capacity_missing", "not_in_this_practice"] == refused


def test_a_billing_practitioner_of_another_practice_does_what_the_designation_asks_for() -> None:
    ledger = known().and_(designated(BO, OTHER_PRACTICE)).by(BO)

    assert BO == ledger.when(decision()).event.practitioner


# --- choose_family ----------------------------------------------------------------------------------------------


def choose(family: Any = "noncomplex", month: str = MONTH) -> ChooseFamily:
    return ChooseFamily(patient=PATIENT, month=month, family=family)


def test_a_family_that_the_month_supports_is_chosen() -> None:
    assert "noncomplex" == worked(20).when(choose()).event.family


def test_the_same_choice_again_is_unchanged() -> None:
    ledger = worked(20)

    assert (len(ledger.facts) + 1,) == ledger.again(choose()).unchanged


def test_an_earlier_choice_may_come_back() -> None:
    ledger = worked(30, ADA)
    then = ledger.then(choose()).then(choose("personal")).when(choose())

    assert "noncomplex" == then.event.family


@pytest.mark.parametrize("family", ["personal", "complex", "apcm"])
def test_a_family_that_the_month_does_not_support_is_refused(family: str) -> None:
    assert "family_not_supported" == worked(20).when(choose(family)).refused


def test_nobody_chooses_for_the_billing_practitioner() -> None:
    assert "not_the_billing_practitioner" == worked(20).by(PSYCHOLOGIST).when(choose()).refused


def test_no_family_is_chosen_for_a_month_to_come_nor_after_death() -> None:
    dead = worked(20).and_(died("2026-02-20"))

    assert ["in_the_future", "after_death"] == [
        worked(20).when(choose(month="2026-06")).refused,
        dead.when(choose()).refused,
    ]


# --- attest_month -----------------------------------------------------------------------------------------------


def test_an_attestation_pins_digest_position_edition_and_totals() -> None:
    ledger = worked(48)
    then = ledger.when(attest(ledger))
    event = then.event

    assert (digest_of(ledger), len(ledger.facts), ledger.law[1]) == (event.digest, event.as_of, event.edition)
    assert (CodeUnits(code="99490", units=1), CodeUnits(code="99439", units=1)) == event.lines
    assert (2880, 0, "noncomplex", "month_reviewed_1") == (
        event.staff_seconds,
        event.personal_seconds,
        event.family,
        event.statement,
    )
    assert [] == then.codes


def test_the_same_attestation_again_is_unchanged_with_its_id() -> None:
    ledger = worked(20)
    again = ledger.again(attest(ledger))

    assert (len(ledger.facts) + 1,) == again.unchanged
    assert ledger.when(attest(ledger)).ids == again.ids


def test_a_month_that_has_not_ended_may_be_attested_with_a_notice() -> None:
    ledger = worked(20).at("2026-03-31T18:00:00+00:00")

    assert ["month_not_ended"] == ledger.when(attest(ledger)).codes


def test_what_blocks_release_does_not_stop_the_signature() -> None:
    bare = known().and_(designated(), *(fact.event for fact in enrolled().facts if "consent" in fact.event.TOPIC))
    ledger = worked(20, ledger=bare)

    assert ["month_blocked"] == ledger.when(attest(ledger)).codes


def test_a_month_below_its_minimum_is_not_attested() -> None:
    ledger = worked(19)
    refusal = ledger.when(attest(ledger)).refusal

    assert "below_minimum" == refusal.code
    assert "Month 2026-03 was not attested: 19 qualifying minutes are logged, 20 are needed." == refusal.happened
    assert "medicare.ccm.99490.minutes_minimum, effective 2015-01-01" in refusal.because


def test_a_month_that_says_something_else_by_now_is_not_attested() -> None:
    seen = attest(worked(20))

    assert "month_changed" == worked(40).when(seen).refused


def test_the_minimum_goes_before_the_change() -> None:
    assert "below_minimum" == worked(19).when(attest(worked(20))).refused


def test_nobody_attests_for_the_billing_practitioner() -> None:
    ledger = worked(20)
    refused = [ledger.by(actor).when(attest(ledger)).refused for actor in (PSYCHOLOGIST, BILLER, BO, ADMIN)]

    assert ["not_the_billing_practitioner", "capacity_missing", "not_in_this_practice", "capacity_missing"] == refused


def test_a_practitioner_who_is_biller_too_does_not_attest_own_time() -> None:
    both = RoleGranted(staff=ADA, role=Role.BILLER, practice=PRACTICE, from_on=SINCE)
    own, others = worked(30, ADA).and_(both), worked(30).and_(both)

    assert "self_dealing" == own.when(attest(own)).refused
    assert ADA == others.when(attest(others)).event.practitioner


def test_a_practitioner_attests_own_time_where_somebody_else_bills() -> None:
    ledger = worked(30, ADA)

    assert 1800 == ledger.when(attest(ledger)).event.personal_seconds


def test_a_month_to_come_is_not_attested() -> None:
    ledger = worked(20)

    assert "in_the_future" == ledger.when(attest(ledger, month="2026-06")).refused


def test_months_up_to_that_of_death_are_attested_and_later_ones_are_not() -> None:
    ledger = worked(20).and_(died("2026-03-31"))
    dead_before = worked(20).and_(died("2026-02-20"))

    assert MONTH == ledger.when(attest(ledger)).event.month
    assert "after_death" == dead_before.when(attest(dead_before)).refused


def test_an_attested_month_stays_with_the_edition_that_it_pins() -> None:
    shipped = shipped_edition()
    newer = Edition.of({**dict(shipped.files), "zz.toml": b""})
    ledger = worked(20).and_(adoption(shipped, reason="first"))
    attested = ledger.then(attest(ledger)).and_(adoption(newer, reason="second"))
    later = Given(attested.facts, attested.now, ADA, law=(ledger.law[0], newer.digest))

    assert 1 == len(later.when(attest(ledger)).unchanged)


def test_the_faults_of_an_attestation_are_answered_in_the_order_of_the_catalogue() -> None:
    ledger = worked(10, ADA).and_(RoleGranted(staff=ADA, role=Role.BILLER, practice=PRACTICE, from_on=SINCE))
    ledger = ledger.and_(died("2026-03-31"))
    asked = [
        ledger.when(attest(ledger, month="2026-06")).refused,
        ledger.and_(died("2026-02-20")).by(PSYCHOLOGIST).when(attest(ledger)).refused,
        ledger.by(PSYCHOLOGIST).when(attest(ledger)).refused,
        ledger.when(attest(ledger)).refused,
        worked(10, ADA).when(attest(worked(20))).refused,
    ]
    expected = ["in_the_future", "after_death", "not_the_billing_practitioner", "self_dealing", "below_minimum"]

    assert expected == asked

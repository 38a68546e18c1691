"""A month by another edition: just the months that move are named, with the readings that move them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledger.judging import book_of
from ledger.judging.needs import gather
from ledger.judging.shapes import Verdict
from ledger.judging.verdict import judge_month
from ledger.rulebook import Rulebook
from ledger.store.engine import StoredReadModels
from ledger.streams.care_month import MonthAttested
from ledger.streams.consent import ConsentRecorded
from ledger.streams.designation import PractitionerDesignated
from ledger.streams.merging import PatientsMerged
from ledger.streams.patient import CoverageRecorded
from ledger.terms.identity import care_month_tag
from ledger.terms.people import Programme, Role
from projections.follow import Follower
from projections.judged import AdoptedRulebooks, judged
from projections.month_billing import is_begun
from projections.month_price import month_prices
from projections.rejudge import Asked, Law, Rejudge, Rejudged, RejudgedMonth, patients_to_ask
from projections.rejudge_parts import changed_parts, with_expected
from projections.states import States
from tests.projections.company import (
    ADMINISTRATOR,
    NURSES,
    PRACTICES,
    PRACTITIONERS,
    adoption,
    an_id,
    chart,
    happenings,
    set_up,
    time,
)
from tests.projections.editions import CAP, CONDITIONS, adopted, altered, law, minimum_of, shipped
from tests.projections.fake_log import FakeLog, envelope

MONTH = "2026-03"
SHIPPED = shipped().rulebook
BY = envelope(ADMINISTRATOR, "set_up", capacity=Role.ADMINISTRATOR)


def patient(number: int) -> str:
    return an_id("pt", number)


def log_with(minutes: dict[int, int], payer: str = "medicare") -> FakeLog:
    """Patients with so many minutes on 10 March 2026, one after the other by one nurse."""
    made = FakeLog()
    for event in set_up():
        made.add(event, BY)
    at = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
    for number, worked in minutes.items():
        for event in chart(patient(number), number, date(2026, 2, 2)):
            is_coverage = isinstance(event, CoverageRecorded)
            made.add(event.model_copy(update={"payer": payer}) if is_coverage else event, BY)
        entry = time(patient(number), number, NURSES[0], at, worked * 60)
        at += timedelta(minutes=worked)
        made.add(entry, envelope(NURSES[0], "log_time"), at + timedelta(minutes=1))
    return made


def sign(log: FakeLog, number: int) -> None:
    edition, signed = adoption().edition, PRACTITIONERS[number % 2]
    verdict = judged(States(log, after=log.refresh()).at, AdoptedRulebooks(), patient(number), MONTH).verdict
    event = MonthAttested(
        patient=patient(number),
        month=MONTH,
        attestation=an_id("at", number),
        practitioner=signed,
        attested_at=datetime(2026, 4, 1, 15, 0, tzinfo=UTC),
        statement="billing_practitioner_statement",
        digest=verdict.digest,
        as_of=log.refresh(),
        edition=edition,
        family=verdict.family,
        staff_seconds=verdict.staff_seconds,
        personal_seconds=0,
        lines=(),
    )
    log.add(event, envelope(signed, "attest_month", capacity=Role.PRACTITIONER), event.attested_at)


def rejudged(log: FakeLog, against: Law, month: str = MONTH, *, at_once: int = 100, **asked: Any) -> Rejudged:
    """Of all who have anything in the month, so many at once."""
    patients = sorted({tag.split("/")[1] for tag in log.tags_starting("care_month/") if tag.endswith(month)})
    rejudge = Rejudge(log, AdoptedRulebooks(), Asked(month, log.refresh(), **asked), against)
    parts = [rejudge.of(patients[at : at + at_once]) for at in range(0, len(patients), at_once)]
    return Rejudged(
        len(patients),
        sum(part.looked_at for part in parts),
        sum(part.attested for part in parts),
        sum((part.amount_before for part in parts), Decimal(0)),
        sum((part.amount_after for part in parts), Decimal(0)),
        tuple(month for part in parts for month in part.differing),
    )


def named(found: RejudgedMonth) -> list[str]:
    return [change.name for change in found.because.changes]


# --- which months -------------------------------------------------------------------------------------------------


def test_the_edition_in_use_moves_nothing() -> None:
    found = rejudged(log_with({1: 20, 2: 45}), shipped())

    assert (found.looked_at, found.differing) == (2, ())
    assert found.amount_before == found.amount_after == Decimal("66.13") + Decimal("66.13") + Decimal("50.44")


def test_with_21_minutes_for_99490_just_the_month_of_20_minutes_moves() -> None:
    found = rejudged(log_with({1: 19, 2: 20, 4: 21, 5: 39, 7: 41}), law(minimum_of(21)))

    assert [each.patient for each in found.differing] == [patient(2)]
    assert found.looked_at == 5
    assert found.amount_before - found.amount_after == Decimal("66.13")


def test_a_month_that_moves_says_how_it_stood_how_it_would_stand_and_why() -> None:
    (found,) = rejudged(log_with({2: 20}), law(minimum_of(21))).differing

    assert (found.before.standing, found.after.standing) == ("blocked", "below_minimum")
    assert [(line.code, line.units) for line in found.before.charges] == [("99490", 1)]
    assert (found.after.charges, found.after.amount) == ((), None)
    assert found.changed == ("standing", "families", "codes", "dollars", "expected", "suggested", "findings")
    (change,) = found.because.changes
    assert change.before is not None
    assert change.after is not None
    assert (change.name, change.before.value, change.after.value) == ("medicare.ccm.99490.minutes_minimum", 20, 21)
    assert change.after.cite.startswith("CY 2015 PFS final rule")


def test_findings_that_come_are_told_with_the_reading_that_brings_them() -> None:
    three = (CONDITIONS, "2015-01-01, value = 2, cite", "2015-01-01, value = 3, cite")
    (found,) = rejudged(log_with({1: 25}), law(three)).differing

    assert [each.code for each in found.findings_added] == ["conditions_below_minimum"]
    assert found.findings_removed == ()
    assert found.before.amount == found.after.amount
    assert named(found) == ["medicare.ccm.eligibility.conditions_min"]


def test_an_entry_whose_category_counts_no_more_is_told() -> None:
    moved = ("medicare/ccm/activities/counted.toml", '"medication_reconciliation"', '"medication_renewal_by_owl"')
    (found,) = rejudged(log_with({1: 25}), law(moved)).differing

    ((entry),) = found.entries
    assert (entry.counted_before, entry.counted_after, entry.notices_before) == (1500, 0, ())
    assert entry.notices_after


# --- because of what ----------------------------------------------------------------------------------------------


def test_of_several_changes_just_those_that_move_a_month_are_named() -> None:
    cap = (CAP, '2021-01-01, value = 2, cite = "NCCI MUE 2', '2021-01-01, value = 3, cite = "NCCI MUE 3')
    found = rejudged(log_with({1: 20, 2: 85}), law(minimum_of(21), cap))

    assert {each.patient: named(each) for each in found.differing} == {
        patient(1): ["medicare.ccm.99490.minutes_minimum"],
        patient(2): ["medicare.ccm.99439.units_max"],
    }


def test_changes_that_move_a_month_only_together_are_both_named() -> None:
    cap = (CAP, '2021-01-01, value = 2, cite = "NCCI MUE 2', '2021-01-01, value = 3, cite = "NCCI MUE 3')
    (found,) = rejudged(log_with({1: 20}), law(minimum_of(10), cap, _step(3))).differing

    assert named(found) == [
        "medicare.ccm.99439.minutes_step",
        "medicare.ccm.99439.units_max",
        "medicare.ccm.99490.minutes_minimum",
    ]
    assert [(line.code, line.units) for line in found.after.charges] == [("99490", 1), ("99439", 3)]


def _step(minutes: int) -> tuple[str, str, str]:
    return CAP, "2021-01-01, value = 20,", f"2021-01-01, value = {minutes},"


def test_a_price_names_itself_and_the_cents_between() -> None:
    price = ("medicare/pfs/rvu_nonfacility.toml", "value = 1.98", "value = 2.00")
    found = rejudged(log_with({1: 20, 2: 13}), law(price))

    (month,) = found.differing
    assert named(month) == ["medicare.pfs.rvu_nonfacility.99490"]
    assert (month.before.amount, month.after.amount) == (Decimal("66.13"), Decimal("66.80"))


STRICT = "medicare.ccm.consent.methods@seed_strict"
SPOKEN = ("payers/seed_strict/consent.toml", '["written", "electronic"]', '["written", "electronic", "verbal"]')


def test_an_exception_of_the_months_payer_is_named_with_the_rule_that_it_stands_for() -> None:
    (found,) = rejudged(log_with({1: 20}, payer="seed_strict"), law(SPOKEN)).differing

    (change,) = found.because.changes
    assert change.before is not None
    assert change.after is not None
    assert (change.name, change.before.name, change.after.name) == ("medicare.ccm.consent.methods", STRICT, STRICT)
    assert found.because.is_found
    assert (found.before.staff_seconds, found.after.staff_seconds) == (0, 1200)


def test_an_exception_of_another_payer_moves_nothing() -> None:
    assert rejudged(log_with({1: 20}), law(SPOKEN)).differing == ()


def test_of_rules_and_exceptions_that_changed_those_that_move_the_month_are_named() -> None:
    (found,) = rejudged(log_with({1: 20}, payer="seed_strict"), law(SPOKEN, minimum_of(15), _step(5))).differing

    assert named(found) == [
        "medicare.ccm.99439.minutes_step",
        "medicare.ccm.99490.minutes_minimum",
        STRICT.split("@", maxsplit=1)[0],
    ]


# --- under which edition ------------------------------------------------------------------------------------------


def test_signed_months_stand_under_the_edition_that_was_signed_and_open_ones_under_the_newest() -> None:
    log = log_with({1: 20, 2: 20})
    sign(log, 1)
    log.add(adopted(altered(minimum_of(21))), BY)
    found = rejudged(log, law(minimum_of(21)))

    (month,) = found.differing
    assert (month.patient, found.attested, found.looked_at) == (patient(1), 1, 2)
    assert month.as_attested is not None
    assert month.as_attested.edition == month.before.edition == adoption().edition
    assert (month.before.standing, month.after.standing) == ("attested", None)
    back = rejudged(log, shipped())
    assert [each.patient for each in back.differing] == [patient(2)]


def test_that_a_signature_would_not_fit_another_edition_is_no_difference() -> None:
    log = log_with({1: 25})
    sign(log, 1)

    assert rejudged(log, law(minimum_of(21))).differing == ()


# --- whose months -------------------------------------------------------------------------------------------------


def test_of_one_practice_are_the_months_that_it_bills() -> None:
    log = log_with({1: 20, 2: 20})

    found = rejudged(log, law(minimum_of(21)), practice=PRACTICES[1])

    assert [each.patient for each in found.differing] == [patient(1)]
    assert found.looked_at == 1


def test_merged_patients_have_one_month() -> None:
    log = log_with({1: 10, 4: 10})
    log.add(PatientsMerged(patient=patient(1), merged=patient(4)), BY)
    found = rejudged(log, law(minimum_of(21)))

    assert found.looked_at == 1
    assert [each.patient for each in found.differing] == [patient(1)]


def test_those_of_one_performer_are_asked_about_together(models: StoredReadModels) -> None:
    log = log_with({1: 20, 2: 20})
    second = time(patient(1), 90, NURSES[1], datetime(2026, 3, 11, 13, 0, tzinfo=UTC), 600)
    for event in (*chart(patient(7), 7, date(2026, 2, 2)), second):
        log.add(event, BY)
    log.add(time(patient(7), 91, NURSES[1], datetime(2026, 3, 11, 15, 0, tzinfo=UTC), 600), BY)
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    asked = Asked(MONTH, log.refresh())

    assert patients_to_ask(models, asked, is_now=True) == (patient(1), patient(2), patient(7))
    assert patients_to_ask(models, asked._replace(practice=PRACTICES[0]), is_now=True) == (patient(2),)
    assert patients_to_ask(models, asked._replace(month="2026-04"), is_now=True) == ()


# --- months of other programmes -----------------------------------------------------------------------------------

PCM_MINIMUM = ("medicare/pcm/99426.toml", "value = 30,", "value = 26,")


def with_programme(log: FakeLog, programme: Programme, number: int = 1) -> FakeLog:
    """Consent to a programme and its billing practitioner, for a patient who is in CCM with somebody else."""
    for event in chart(patient(number), number, date(2026, 2, 2)):
        if isinstance(event, ConsentRecorded | PractitionerDesignated):
            own = (
                {"consent": an_id("cs", 70)} if isinstance(event, ConsentRecorded) else {"designation": an_id("dg", 70)}
            )
            log.add(event.model_copy(update={"programme": programme, **own}), BY)
    return log


def test_a_month_of_pcm_is_judged_beside_that_of_ccm() -> None:
    log = with_programme(log_with({1: 20}), Programme.PCM)
    at = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)
    entry = time(patient(1), 90, NURSES[0], at, 1_680)
    work = entry.model_copy(update={"programme": Programme.PCM})
    log.add(work, envelope(NURSES[0], "log_time"), at + timedelta(hours=1))

    found = rejudged(log, law(PCM_MINIMUM))

    (month,) = found.differing
    assert (found.patients, found.looked_at) == (1, 2)
    assert (month.programme, month.before.charges, month.as_attested) == (Programme.PCM, (), None)
    assert [(line.code, line.units) for line in month.after.charges] == [("99426", 1)]
    assert named(month) == ["medicare.ccm.99426.minutes_minimum"]


def test_a_month_of_apcm_is_one_without_anything_recorded_in_it(models: StoredReadModels) -> None:
    log = with_programme(log_with({1: 20}), Programme.APCM)
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    later = Asked("2026-05", log.refresh())
    price = ("medicare/pfs/rvu_nonfacility.toml", "value = 1.61", "value = 1.71")

    assert patients_to_ask(models, later, is_now=True) == (patient(1),)
    assert patients_to_ask(models, later._replace(month="2026-01"), is_now=True) == ()
    (month,) = Rejudge(log, AdoptedRulebooks(), later, law(price)).of([patient(1)]).differing
    assert (month.programme, month.month) == (Programme.APCM, "2026-05")
    assert "dollars" in month.changed


def test_a_programme_whose_designation_had_no_month_yet_is_not_asked_about() -> None:
    log = with_programme(log_with({1: 20}), Programme.APCM)

    assert rejudged(log, shipped()).looked_at == 2
    assert Rejudge(log, AdoptedRulebooks(), Asked("2026-01", log.refresh()), shipped()).of([patient(1)]).looked_at == 0


# --- against judging one by one -----------------------------------------------------------------------------------

AGAINST = (
    minimum_of(31),
    ("medicare/pfs/rvu_nonfacility.toml", "value = 1.98", "value = 2.00"),
    (CONDITIONS, "2015-01-01, value = 2, cite", "2015-01-01, value = 3, cite"),
    ("medicare/pfs/payment.toml", "2024-01-01, value = 2.0,", "2024-01-01, value = 3.0,"),
)


def expected(log: FakeLog, verdict: Verdict, rulebook: Rulebook) -> tuple[Decimal | None, ...]:
    """What `month` says that a judged month is expected to pay."""
    price = month_prices(log, book_of(verdict, rulebook), verdict, log.refresh()).billing
    return () if price is None else (price.allowed, price.patient_billed, price.medicare_pays, price.expected)


def parts(log: FakeLog, before: Verdict, after: Verdict, against: Law) -> tuple[str, ...]:
    """In what a month differs by both editions, its expected payment included."""
    changed = changed_parts(before, after)
    pays = expected(log, before, SHIPPED), expected(log, after, against.rulebook)
    return changed if pays[0] == pays[1] else with_expected(changed)


def one_by_one(log: FakeLog, against: Law, month: str) -> Iterator[tuple[str, Verdict, Verdict]]:
    """Each month by streams that are folded for it alone, by both editions."""
    for tag in log.tags_starting("care_month/"):
        _, who, of = tag.split("/")
        states = States(log, after=log.refresh())
        if of == month and is_begun(states.at, who, month):
            before = judged(states.at, AdoptedRulebooks(), who, month).verdict
            facts = gather(who, month, lambda tag, held=states: held.at(tag).state)  # type: ignore[misc]
            yield who, before, judge_month(facts, against.rulebook, edition=against.edition)


@pytest.mark.parametrize("seed", range(40, 52))
@pytest.mark.parametrize("at_once", [1, 3, 50])
def test_random_months_differ_just_as_judged_one_by_one(seed: int, at_once: int) -> None:
    log = FakeLog()
    for told in happenings(seed, 260, patients=7, nurses=3):
        log.add(*told)
    against = law(*(AGAINST[:1], AGAINST[1:], AGAINST, AGAINST[3:])[seed % 4])
    for month in ("2026-01", "2026-02", "2026-03"):
        found = rejudged(log, against, month, at_once=at_once)
        hand = list(one_by_one(log, against, month))

        assert found.looked_at == len(hand), f"seed {seed}"
        assert [
            (each.patient, each.before.amount, each.after.amount, each.changed, each.before.staff_seconds)
            for each in found.differing
        ] == [
            (who, before.amount, after.amount, changed, before.staff_seconds)
            for who, before, after in sorted(hand, key=lambda each: each[0])
            if (changed := parts(log, before, after, against))
        ], f"seed {seed}"
        assert found.amount_before == sum((b.amount or Decimal(0) for _, b, _ in hand), Decimal(0))
        assert found.amount_after == sum((a.amount or Decimal(0) for _, _, a in hand), Decimal(0))


def test_months_with_seconds_for_two_patients_are_among_them() -> None:
    log = FakeLog()
    for told in happenings(40, 260, patients=7, nurses=3):
        log.add(*told)
    states = States(log, after=log.refresh())
    days = [states.at(tag).state for tag in log.tags_starting("staff_day/")]

    assert any(day.lost for day in days)
    assert any(not day.lost for day in days)
    assert any(states.at(tag).state.standing_attestation() for tag in log.tags_starting(care_month_tag("", "")[:10]))

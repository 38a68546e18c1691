"""The biller's list of a month: what is ready, whose turn the rest is, what was sent; it agrees with the release."""

from decimal import Decimal
from typing import Any

import pytest

from commands.intents.care_month import ChooseFamily, LogTime
from commands.intents.claims import WithdrawClaim
from ledger.store.engine import StoredReadModels
from ledger.streams.claim_reasons import CompetitionSettled
from ledger.streams.claims import ClaimAcknowledged, ClaimRemitted
from ledger.streams.limits import LimitRaised
from ledger.streams.merging import PatientsMerged
from ledger.streams.practice import ChargeAdopted, PolicyAdopted, Site
from ledger.terms.people import Programme
from tests.commands.test_claims import NPI, charge, claim_of, release
from tests.commands.test_limits import hours, raised
from tests.commands.test_month_signing import worked
from tests.commands.world import (
    ADA,
    BILLER,
    COMPLIANCE,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    designated,
    on,
    patient,
    practice,
    utc,
)
from tests.gwt import Given
from tests.projections.claim_facts import denied as denial
from tests.projections.claims_world import APRIL, MONTH, list_of, month_of, set_up, signed, unsigned


def test_a_signed_month_is_ready_with_what_is_asked_and_what_is_expected(models: StoredReadModels) -> None:
    found = month_of(signed(set_up(60)), models)

    assert (found.patient, found.programme, found.state, found.blocks) == (PATIENT, Programme.CCM, "ready", ())
    assert (found.charges, found.units) == ((("99490", 1), ("99439", 2)), 3)
    assert (found.asked, found.expected) == (Decimal("205.00"), Decimal("167.01"))
    assert (found.near, found.days_left, found.claim) == (None, 0, None)


def test_the_sums_of_a_state_are_months_units_and_dollars(models: StoredReadModels) -> None:
    found = list_of(signed(set_up(60)), models)

    assert found.sums("ready") == (1, 3, Decimal("205.00"), Decimal("167.01"), 0)
    assert found.sums("blocked") == (0, 0, Decimal(0), Decimal(0), 0)


@pytest.mark.parametrize("zone", ["America/Chicago", "Pacific/Honolulu"])
def test_what_is_listed_as_ready_is_released_and_nothing_else(models: StoredReadModels, zone: str) -> None:
    told = set_up(25, zone)
    instants = (APRIL, "2026-03-31T23:00:00+00:00", "2026-04-01T06:00:00+00:00", "2027-04-01T06:00:00+00:00")
    for ledger in (told.by(BILLER), *(signed(told).at(instant) for instant in instants)):
        is_ready = month_of(ledger, models).state == "ready"
        outcome = ledger.by(BILLER).when(release()).outcome

        assert is_ready == (type(outcome).__name__ == "Accepted")


def test_a_month_that_nobody_signed_waits_for_its_billing_practitioner(models: StoredReadModels) -> None:
    found = month_of(set_up(), models)

    assert (found.state, found.practitioner, found.expected) == ("to_sign", ADA, Decimal("66.13"))


def test_so_does_one_whose_signature_was_withdrawn(models: StoredReadModels) -> None:
    ledger = signed()

    assert month_of(ledger.by(ADA).then(unsigned(ledger)), models).state == "to_sign"


def test_one_that_says_something_else_than_was_signed_is_stale(models: StoredReadModels) -> None:
    more = LogTime(
        patient=PATIENT,
        performer=NURSE,
        start=utc("2026-03-30T15:00"),
        end=utc("2026-03-30T15:20"),
        activity="phone_call",
        description="Call.",
    )

    assert month_of(signed().by(NURSE).then(more), models).state == "stale"


def test_one_that_lacks_a_plan_is_blocked_by_it_with_the_count(models: StoredReadModels) -> None:
    facts = [fact.event for fact in set_up().facts if not fact.event.TOPIC.startswith("care_plan")]
    found = list_of(Given().and_(*facts), models)

    assert found.months[0].state == "blocked"
    assert {"care_plan_missing"} <= set(found.months[0].blocks)
    assert dict(found.blocked_by())["care_plan_missing"] == 1


@pytest.mark.parametrize(("taken", "code"), [("charge_adopted", "charge_not_adopted"), ("npi", "npi_not_on_record")])
def test_a_signed_month_is_blocked_by_what_a_claim_must_say(models: StoredReadModels, taken: str, code: str) -> None:
    ledger = signed()
    kept = [fact.event for fact in ledger.facts if fact.event.TOPIC != taken]
    changed = Given().and_(*kept, *([practice()] if taken == "npi" else [])).by(BILLER).at("2026-04-02T15:00:00+00:00")
    found = month_of(changed, models)

    assert (found.state, found.blocks) == ("blocked", (code,))
    assert changed.when(release()).refused == code


def test_a_signed_month_of_a_practice_whose_only_place_is_never_billed_is_blocked(models: StoredReadModels) -> None:
    elsewhere = practice().model_copy(update={"npi": NPI, "sites": (Site(name="Video", place_of_service="02"),)})
    ledger = signed(set_up().and_(elsewhere))
    found = month_of(ledger, models)

    assert (found.state, found.blocks) == ("blocked", ("place_not_billed",))
    assert ledger.when(release()).refused == "place_not_billed"


def test_a_signed_month_with_more_units_than_the_limit_that_compliance_raised_is_ready(
    models: StoredReadModels,
) -> None:
    told = hours(3, ADA, set_up(0).and_(charge("99491", "120.00"), charge("99437", "80.00")))
    chosen = (
        told.by(ADA)
        .at("2026-04-01T18:00:00+00:00")
        .then(ChooseFamily(patient=PATIENT, month="2026-03", family="personal"))
    )
    ledger = signed(chosen.by(COMPLIANCE).then(raised()).by(ADA))
    found = month_of(ledger, models)

    assert (found.state, found.charges) == ("ready", (("99491", 1), ("99437", 4)))
    assert [line.units for line in ledger.when(release()).event.lines] == [1, 4]


@pytest.mark.parametrize("whose", [PATIENT, OTHER_PATIENT])
def test_units_above_a_limit_that_compliance_raised_are_released(models: StoredReadModels, whose: str) -> None:
    limit = LimitRaised(patient=whose, month=MONTH, code="99437", units=4, by=COMPLIANCE)
    theirs = (patient(OTHER_PATIENT, "10043"), PatientsMerged(patient=PATIENT, merged=OTHER_PATIENT))
    told = set_up(0).and_(charge("99491", "95.00"), charge("99437", "65.00"), limit, *theirs)
    chosen = ChooseFamily(patient=PATIENT, month=MONTH, family="personal")
    ledger = signed(worked(150, ADA, told).then(chosen))
    found = month_of(ledger, models)

    assert found.charges == (("99491", 1), ("99437", 4))
    assert (found.state, found.blocks) == ("ready", ())
    assert [(each.code, each.units) for each in ledger.when(release()).event.lines] == list(found.charges)


def test_a_signed_month_that_goes_on_waits_for_its_end_where_no_policy_lets_it(models: StoredReadModels) -> None:
    ledger = signed().at("2026-03-31T20:00:00+00:00")
    allowed = PolicyAdopted(practice=PRACTICE, policy="release_timing", value="threshold", from_on=on("2026-01-01"))

    assert month_of(ledger, models).state == "month_open"
    assert month_of(ledger.and_(allowed), models).state == "ready"


# --- near a threshold ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "missing", "code", "amount"),
    [(12, 8, "99490", "66.13"), (19, 1, "99490", "66.13"), (35, 5, "99439", "50.56")],
)
def test_a_month_that_goes_on_is_near_its_next_unit(
    models: StoredReadModels, minutes: int, missing: int, code: str, amount: str
) -> None:
    near = month_of(set_up(minutes).at("2026-03-31T21:00:00+00:00"), models).near

    assert near is not None
    assert (near.minutes, near.code) == (missing, code)
    assert near.amount is not None


def test_one_with_fewer_minutes_is_counted_and_not_listed(models: StoredReadModels) -> None:
    far = set_up(9).at("2026-03-31T21:00:00+00:00")

    assert list_of(far, models)[3:] == ((), 1)
    assert month_of(far, models, near_minutes=11).state == "below_minimum"


@pytest.mark.parametrize(
    ("instant", "zone", "days"),
    [
        ("2026-03-30T23:00:00+00:00", "America/Chicago", 2),
        ("2026-04-01T03:00:00+00:00", "America/Chicago", 1),
        ("2026-04-01T05:00:00+00:00", "America/Chicago", 0),
        ("2026-04-01T09:59:00+00:00", "Pacific/Honolulu", 1),
        ("2026-04-01T10:00:00+00:00", "Pacific/Honolulu", 0),
    ],
)
def test_days_left_are_those_where_the_practice_is(
    models: StoredReadModels, instant: str, zone: str, days: int
) -> None:
    found = list_of(set_up(35, zone).at(instant), models).months[0]

    assert found.days_left == days
    assert (found.near is not None) == (days > 0)


# --- what was sent ------------------------------------------------------------------------------------------------


def test_a_month_with_a_live_claim_is_released_and_no_more_ready(models: StoredReadModels) -> None:
    ledger = signed().then(release())
    found = month_of(ledger, models)

    assert (found.state, found.claim, found.claim_status) == ("released", claim_of(ledger), "released")
    assert (found.charges, found.asked, found.blocks) == ((("99490", 1),), Decimal("85.00"), ())


def test_one_whose_claim_was_rejected_or_withdrawn_is_looked_at_before_it_is_sent_again(
    models: StoredReadModels,
) -> None:
    ledger = signed().then(release())
    claim = claim_of(ledger)
    rejected = ClaimAcknowledged(patient=PATIENT, claim=claim, outcome="rejected", received_on=on("2026-04-03"))
    withdraw = WithdrawClaim(patient=PATIENT, claim=claim, reason="month_changed", words="A call was struck.")

    for after in (ledger.and_(rejected), ledger.then(withdraw)):
        found = month_of(after, models)
        assert (found.state, found.claim) == ("sent_before", claim)


def denied(ledger: Given, reason: str) -> ClaimRemitted:
    return denial(claim_of(ledger), PATIENT, reason)


@pytest.mark.parametrize(
    ("reason", "state"), [("97", "competing_biller"), ("B20", "competing_biller"), ("16", "released")]
)
def test_a_denial_that_says_that_another_was_paid_is_a_competing_biller(
    models: StoredReadModels, reason: str, state: str
) -> None:
    ledger = signed().then(release())
    found = month_of(ledger.and_(denied(ledger, reason)), models)

    assert (found.state, found.claim_status) == (state, "denied")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("other_withdrew", "released"), ("payer_erred", "released"), ("other_keeps_month", "competing_biller")],
)
def test_until_a_person_settles_it_for_this_practice(models: StoredReadModels, outcome: Any, state: str) -> None:
    ledger = signed().then(release())
    settled = CompetitionSettled(patient=PATIENT, claim=claim_of(ledger), on=on("2026-05-04"), outcome=outcome)

    assert month_of(ledger.and_(denied(ledger, "B20"), settled), models).state == state


def test_a_denial_of_the_same_kind_behind_the_settlement_is_a_competing_biller_again(
    models: StoredReadModels,
) -> None:
    ledger = signed().then(release())
    settled = CompetitionSettled(patient=PATIENT, claim=claim_of(ledger), on=on("2026-05-04"), outcome="payer_erred")
    again = denied(ledger, "97").model_copy(update={"on": on("2026-05-20")})

    assert month_of(ledger.and_(denied(ledger, "B20"), settled, again), models).state == "competing_biller"


def test_a_month_of_a_practice_that_is_a_screen_alone_is_blocked(models: StoredReadModels) -> None:
    screen = practice().model_copy(update={"npi": NPI, "sites": (Site(name="Screen", place_of_service="10"),)})
    ledger = signed(set_up().and_(screen))

    assert month_of(ledger, models).blocks == ("place_not_billed",)
    assert ledger.when(release()).refused == "place_not_billed"


@pytest.mark.parametrize(("day", "is_near"), [("2027-01-24", False), ("2027-01-25", True)])
def test_an_unfiled_month_is_shown_after_three_hundred_days(models: StoredReadModels, day: str, is_near: bool) -> None:
    found = month_of(signed().at(f"{day}T15:00:00+00:00"), models)

    assert (found.state, found.is_filing_near) == ("ready", is_near)
    assert found.filing is not None
    assert found.filing.until == on("2027-03-31")


def test_so_is_a_released_one_that_no_payer_has(models: StoredReadModels) -> None:
    ledger = signed().then(release()).at("2027-02-01T15:00:00+00:00")
    accepted = ClaimAcknowledged(
        patient=PATIENT, claim=claim_of(ledger), outcome="accepted", received_on=on("2026-04-03")
    )

    assert month_of(ledger, models).is_filing_near
    assert not month_of(ledger.and_(accepted), models).is_filing_near


def test_behind_the_deadline_a_month_is_blocked(models: StoredReadModels) -> None:
    found = month_of(signed().at("2027-04-01T15:00:00+00:00"), models)

    assert (found.state, found.blocks) == ("blocked", ("filing_deadline_over",))


def test_what_changed_since_a_position_is_named(models: StoredReadModels) -> None:
    ledger = signed()
    before = len(ledger.facts)
    after = ledger.then(release())

    assert list_of(after, models, since=len(after.facts)).changed() == ()
    assert [each.state for each in list_of(after, models, since=before).changed()] == ["released"]
    assert list_of(after, models).changed() == ()


def test_a_charge_that_lets_a_month_be_released_has_changed_it(models: StoredReadModels) -> None:
    ledger = signed(set_up(60))
    after = ledger.and_(
        ChargeAdopted(practice=PRACTICE, code="99439", amount=Decimal("61.00"), from_on=on("2026-01-01"))
    )
    found = list_of(after, models, since=len(ledger.facts)).changed()

    assert [(each.state, each.asked) for each in found] == [("ready", Decimal("207.00"))]


# --- merges, practices, programmes --------------------------------------------------------------------------------


def merged(ledger: Given) -> Given:
    return ledger.and_(patient(OTHER_PATIENT, "20042"), PatientsMerged(patient=OTHER_PATIENT, merged=PATIENT))


def test_a_claim_of_a_patient_who_was_merged_later_is_the_months_of_who_goes_on(models: StoredReadModels) -> None:
    found = month_of(merged(signed().then(release())), models)

    assert (found.patient, found.state) == (OTHER_PATIENT, "released")


def test_the_month_of_a_merged_patient_is_listed_once(models: StoredReadModels) -> None:
    found = list_of(merged(signed()), models)

    assert [each.patient for each in found.months] == [OTHER_PATIENT]


def test_of_one_practice_the_others_months_are_left_out(models: StoredReadModels) -> None:
    assert list_of(signed(), models, practice=OTHER_PRACTICE).months == ()
    assert len(list_of(signed(), models, practice=PRACTICE).months) == 1


def test_a_month_of_another_programme_is_listed_for_itself(models: StoredReadModels) -> None:
    pcm: Any = designated(designation="dg_" + "b" * 26, programme=Programme.APCM)
    found = list_of(set_up().and_(pcm), models)

    assert [each.programme for each in found.months] == [Programme.APCM, Programme.CCM]


def test_nothing_is_listed_of_a_month_without_work(models: StoredReadModels) -> None:
    assert list_of(set_up(0), models).months == ()


# --- as of then ---------------------------------------------------------------------------------------------------


def test_as_of_an_earlier_position_the_list_shows_nothing_learned_later(models: StoredReadModels) -> None:
    before = signed()
    after = before.then(release())
    now = list_of(after, models)

    assert [each.state for each in list_of(after, models, as_of=len(before.facts)).months] == ["ready"]
    assert [each.state for each in now.months] == ["released"]
    assert list_of(after, models, as_of=len(after.facts)).months == now.months


def test_a_merge_of_later_is_not_known_as_of_an_earlier_position(models: StoredReadModels) -> None:
    before = signed().then(release())
    found = list_of(merged(before), models, as_of=len(before.facts))

    assert [(each.patient, each.state) for each in found.months] == [(PATIENT, "released")]

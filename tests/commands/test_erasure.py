"""An erasure on its way: asked for by one person, approved by another, noticed, begun; and what stands against it.

The care of 2015 lies eleven years back; the record says nothing of a state, so ten years from the end of 2015 bind.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commands.intents.base import Command
from commands.intents.erasure import (
    ApproveErasure,
    BeginErasure,
    FinishErasure,
    PlaceHold,
    ReleaseHold,
    RequestErasure,
    WithdrawErasure,
)
from ledger.rulebook import Edition, Rulebook, rulebook_of, shipped_edition
from ledger.streams.erasure import ErasureBegun, Erasures
from ledger.streams.patient import CoverageRecorded
from ledger.streams.reviews import ReviewCameDue, ReviewSettled
from ledger.streams.staff import RoleGranted
from ledger.terms.identity import care_month_tag, care_plan_tag, claims_tag, erasure_tag, patient_tag
from ledger.terms.people import Role
from tests.commands.changes import dispute, entry_of, logged
from tests.commands.overpaid import paid, report, struck
from tests.commands.test_merging import merge
from tests.commands.world import (
    ADA,
    ADMIN,
    COMPLIANCE,
    OTHER_PATIENT,
    PATIENT,
    assigned,
    enrolled,
    known,
    on,
    patient,
    person,
)
from tests.commands.world import office as at_work
from tests.gwt import Given, opaque
from tests.reactions.given import MACHINE, machine

SECOND = opaque("st", 41)
"""Another compliance officer."""
YEARS_AGO = (2015,)
"""A year of which nothing has to be kept any more in March 2026."""


def office(ledger: Given | None = None) -> Given:
    """The patient, two compliance officers and the machine; the first officer asks."""
    told = (ledger or known()).and_(*person(SECOND, Role.COMPLIANCE, None), *machine())
    return told.by(COMPLIANCE)


def ask(*years: int, identity: bool = False, **changes: Any) -> RequestErasure:
    whole: dict[str, Any] = {"patient": PATIENT, "ground": "retention_over", "reason": "Kept long enough."}
    return RequestErasure(years=years, identity=identity, **{**whole, **changes})


def erasures(ledger: Given) -> Erasures:
    found: Erasures = ledger.state(erasure_tag(PATIENT))
    return found


def of(ledger: Given, step: type[Command], **more: Any) -> Command:
    """A step of the newest erasure."""
    given = {"patient": PATIENT, "erasure": erasures(ledger).erasures[-1].event.erasure, **more}
    return step(**({"reason": "Looked at."} | given if "reason" in step.model_fields else given))


def requested(*years: int, ledger: Given | None = None, **changes: Any) -> Given:
    return office(ledger).then(ask(*(years or YEARS_AGO), **changes))


def approved(*years: int, ledger: Given | None = None, **changes: Any) -> Given:
    told = requested(*years, ledger=ledger, **changes).by(SECOND)
    return told.then(of(told, ApproveErasure))


def begun(*years: int, ledger: Given | None = None, **changes: Any) -> Given:
    told = approved(*years, ledger=ledger, **changes).at("2026-05-01T12:00:00+00:00")
    return told.then(of(told, BeginErasure))


def done(ledger: Given) -> FinishErasure:
    named = {"patient": PATIENT, "erasure": erasures(ledger).erasures[-1].event.erasure}
    return FinishErasure(**named, facts=3, parts=3, command_keys=2, certificate="ab" * 32)


# --- step by step -------------------------------------------------------------------------------------------------


def test_the_request_says_until_when_the_words_had_to_be_kept() -> None:
    event = office().when(ask(2015, 2014)).event

    assert (event.years, event.identity, event.retain_until) == ((2014, 2015), False, date(2025, 12, 31))


def test_the_same_request_is_unchanged_while_it_is_open() -> None:
    told = requested()
    position = erasures(told).erasures[0].requested.position

    assert told.when(ask(2015)).unchanged == (position,)


def test_another_person_approves_and_the_notice_of_thirty_days_begins() -> None:
    event = requested().by(SECOND).when(of(requested(), ApproveErasure)).event

    assert event.not_before == on("2026-04-30")


def test_an_approval_is_given_once() -> None:
    told = approved()

    assert len(told.when(of(told, ApproveErasure)).unchanged) == 1


def test_on_the_first_day_after_the_notice_it_begins_and_names_the_keys_of_the_year() -> None:
    told = approved()
    early, now = told.at("2026-04-29T23:59:59+00:00"), told.at("2026-04-30T00:00:00+00:00")

    assert early.when(of(told, BeginErasure)).refused == "notice_not_over"
    assert now.when(of(told, BeginErasure)).event.scopes == (f"{PATIENT}/2015",)


def test_it_rests_on_every_hold_and_month_so_that_nothing_comes_in_between() -> None:
    told = approved().at("2026-05-01T12:00:00+00:00")
    read = told.when(of(told, BeginErasure)).read

    assert {erasure_tag(PATIENT), claims_tag(PATIENT), care_plan_tag(PATIENT), patient_tag(PATIENT)} <= read
    assert {care_month_tag(PATIENT, f"2015-{month:02d}") for month in range(1, 13)} <= read
    assert not any(tag.startswith("reviewed/") for tag in read)


def test_what_began_is_unchanged_by_beginning_again() -> None:
    told = begun()

    assert len(told.when(of(told, BeginErasure)).unchanged) == 1


def test_the_machine_says_what_was_destroyed() -> None:
    told = begun().by(MACHINE)
    event = told.when(done(told)).event

    assert (event.scopes, event.facts, event.certificate) == ((f"{PATIENT}/2015",), 3, "ab" * 32)
    assert len(told.again(done(told)).unchanged) == 1


def test_nobody_but_the_machine_says_that_keys_are_destroyed() -> None:
    told = begun()

    assert told.by(SECOND).when(done(told)).refused == "capacity_missing"


def test_what_did_not_begin_is_not_done() -> None:
    told = approved()

    assert told.by(MACHINE).when(done(told)).refused == "erasure_not_begun"


def test_a_withdrawn_erasure_is_closed_and_may_be_asked_for_anew() -> None:
    told = approved()
    gone = told.then(of(told, WithdrawErasure)).at("2026-05-01T12:00:00+00:00")

    assert gone.when(of(told, BeginErasure)).refused == "erasure_closed"
    assert gone.when(of(told, ApproveErasure)).refused == "erasure_closed"
    assert len(gone.when(of(told, WithdrawErasure)).unchanged) == 1
    assert gone.by(COMPLIANCE).when(ask(2015)).event.years == (2015,)


def test_what_has_begun_cannot_be_withdrawn() -> None:
    told = begun()

    assert told.when(of(told, WithdrawErasure)).refused == "erasure_closed"


def test_what_nobody_approved_does_not_begin() -> None:
    told = requested().at("2026-05-01T12:00:00+00:00")

    assert told.when(of(told, BeginErasure)).refused == "erasure_not_approved"


def test_an_erasure_that_nobody_asked_for_is_not_approved() -> None:
    command = ApproveErasure(patient=PATIENT, erasure=opaque("er", 9), reason="Looked at.")

    assert office().when(command).refused == "no_such_erasure"


# --- what is erased -----------------------------------------------------------------------------------------------


def test_an_erasure_names_something() -> None:
    assert office().when(ask()).refused == "nothing_to_erase"


def test_what_is_gone_is_not_asked_for_again() -> None:
    told = begun().by(COMPLIANCE)

    assert told.when(ask(2015)).refused == "erased_before"
    assert told.when(ask(2014, 2015)).event.years == (2014, 2015)


def test_who_the_patient_is_goes_with_words_that_belong_to_no_year() -> None:
    told = begun(identity=True, ledger=known_long_ago())

    assert scopes(told) == (f"{PATIENT}/0000", f"{PATIENT}/2015", f"{PATIENT}/identity")


def test_of_a_patient_who_was_merged_the_words_of_all_ids_go() -> None:
    told = known().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT)).by(COMPLIANCE)
    one = told.then(merge())
    event = begun(2015, ledger=one).facts[-1].event

    assert isinstance(event, ErasureBegun)
    assert event.scopes == (f"{PATIENT}/2015", f"{OTHER_PATIENT}/2015")
    assert event.tags() == (erasure_tag(PATIENT), erasure_tag(OTHER_PATIENT))


# --- two persons, none of them about own work ---------------------------------------------------------------------


def test_who_asks_cannot_approve() -> None:
    told = requested()

    assert told.when(of(told, ApproveErasure)).refused == "erasure_by_one"


def test_only_compliance_asks() -> None:
    assert office().by(ADMIN).when(ask(2015)).refused == "capacity_missing"
    assert office().by(ADA).when(ask(2015)).refused == "capacity_missing"


def test_nobody_asks_for_or_approves_the_erasure_of_own_work() -> None:
    also = RoleGranted(staff=ADA, role=Role.COMPLIANCE, practice=None, from_on=date(2024, 1, 1))
    told = office(enrolled().and_(also))
    asked_for = told.then(ask(2014)).by(ADA)

    assert told.by(ADA).when(ask(2014)).refused == "erasure_of_own_work"
    assert asked_for.when(of(asked_for, ApproveErasure)).refused == "erasure_of_own_work"


# --- what stands against it ---------------------------------------------------------------------------------------


def hold(*years: int, matter: str | None = "UPIC-2026-7") -> PlaceHold:
    return PlaceHold(patient=PATIENT, matter=matter, years=years, reason="The contractor asked for the charts.")


def released(ledger: Given) -> ReleaseHold:
    return ReleaseHold(patient=PATIENT, hold=erasures(ledger).holds[-1].event.hold, reason="The case is closed.")


@pytest.mark.parametrize("years", [(), (2015,), (2015, 2016)])
def test_nothing_is_erased_while_it_is_held(years: tuple[int, ...]) -> None:
    held = office().then(hold(*years))

    assert held.when(ask(2015)).refused == "hold_stands"


def test_a_hold_on_other_years_holds_other_years_and_who_the_patient_is() -> None:
    held = office(known_long_ago()).then(hold(2016))

    assert held.when(ask(2015)).event.years == (2015,)
    assert held.when(ask(2015, identity=True)).refused == "hold_stands"


def test_a_hold_that_is_placed_in_the_notice_period_stops_it_until_it_is_released() -> None:
    told = approved().by(COMPLIANCE)
    held = told.then(hold()).at("2026-05-01T12:00:00+00:00")
    placed = erasures(held).holds[0].event.hold
    free = held.then(ReleaseHold(patient=PATIENT, hold=placed, reason="The case is closed."))

    assert held.when(of(held, BeginErasure)).refused == "hold_stands"
    assert free.when(of(free, BeginErasure)).event.scopes == (f"{PATIENT}/2015",)


def test_an_open_review_stops_it_and_a_settled_one_does_not() -> None:
    due = ReviewCameDue(
        review=opaque("rw", 1),
        patient=PATIENT,
        month="2026-01",
        what="care_plan_age",
        target=PATIENT,
        since_on=on("2025-01-01"),
        due_on=on("2026-01-01"),
    )
    settled = ReviewSettled(review=opaque("rw", 1), patient=PATIENT, month="2026-01", outcome="done")
    told = office().and_(due)

    assert told.when(ask(2015)).refused == "review_open"
    assert told.and_(settled).when(ask(2015)).event.years == (2015,)


def test_a_possible_overpayment_stops_it() -> None:
    told = struck(paid(), 2)
    noticed = office_of_claims(told.then(report(told)))

    assert noticed.when(ask(2015)).refused == "overpayment_open"


def test_a_dispute_stops_it_and_names_the_month() -> None:
    told = logged("2026-03-10T15:00", "2026-03-10T15:20", ledger=enrolled())
    disputed = office(told.by(COMPLIANCE).then(dispute(entry_of(told))))
    refusal = disputed.at("2037-01-02T12:00:00+00:00").when(ask(2026)).refusal

    assert (refusal.code, "2026-03" in refusal.happened) == ("dispute_open", True)


def test_a_year_that_must_be_kept_is_kept_until_its_last_day_is_over_everywhere() -> None:
    told = office()
    refusal = told.at("2026-12-31T12:00:00+00:00").when(ask(2016)).refusal

    assert (refusal.code, "2026-12-31" in refusal.happened) == ("retention_not_over", True)
    assert told.at("2027-01-01T11:59:59+00:00").when(ask(2016)).refused == "retention_not_over"
    assert told.at("2027-01-01T12:00:00+00:00").when(ask(2016)).event.years == (2016,)


def test_the_refusal_cites_the_rules_that_bind() -> None:
    names = [reading.name for reading in office().when(ask(2016)).refusal.readings]

    assert "medicare.retention.false_claims_years" in names


def test_who_the_patient_is_is_kept_as_long_as_the_newest_care() -> None:
    assert office(enrolled()).when(ask(2014, identity=True)).refusal.happened.endswith("2036-12-31.")


def test_a_medicare_advantage_plan_binds_by_its_own_rule() -> None:
    plan = CoverageRecorded(
        patient=PATIENT, coverage=opaque("cv", 9), payer="acme", kind="medicare_advantage", from_on=on("2015-01-01")
    )
    names = [reading.name for reading in office().and_(plan).when(ask(2016)).refusal.readings]

    assert "medicare.retention.medicare_advantage_years" in names


def test_a_minor_s_record_is_kept_beyond_coming_of_age() -> None:
    assert office().when(ask(2015, of_age_in=2020)).refusal.happened.endswith("2030-12-31.")


def test_an_edition_without_rules_of_retention_erases_nothing() -> None:
    told = replace(office(), law=without_retention())

    assert told.when(ask(2015)).refused == "retention_not_adopted"


# --- holds --------------------------------------------------------------------------------------------------------


def test_the_same_hold_for_the_same_matter_is_unchanged() -> None:
    held = office().then(hold())

    assert held.when(hold()).ids == {"hold": erasures(held).holds[0].event.hold}
    assert held.when(hold(2015)).event.years == (2015,)


def test_a_hold_is_released_once() -> None:
    held = office().then(hold())
    release = ReleaseHold(patient=PATIENT, hold=erasures(held).holds[0].event.hold, reason="The case is closed.")

    assert len(held.again(release).unchanged) == 1
    assert office().when(release).refused == "no_such_hold"


def test_a_hold_on_what_is_gone_says_so() -> None:
    told = begun()

    assert told.when(hold()).codes == ["erased_before_hold"]
    assert told.when(hold(2015)).codes == ["erased_before_hold"]
    assert told.when(hold(2016)).codes == []


# --- worlds -------------------------------------------------------------------------------------------------------


def known_long_ago() -> Given:
    """A patient who came to the practice in 2014, and of whom nothing was recorded since."""
    return at_work().and_(patient(), assigned(since=date(2014, 1, 1)))


def office_of_claims(ledger: Given) -> Given:
    """The same ledger with a second compliance officer; the first one asks."""
    return ledger.and_(*person(SECOND, Role.COMPLIANCE, None)).by(COMPLIANCE)


def without_retention() -> tuple[Rulebook, str]:
    """The shipped edition as it was before there were rules of retention."""
    files = {name: data for name, data in shipped_edition().files if name != "medicare/retention.toml"}
    edition = Edition.of(files)
    return rulebook_of(edition), edition.digest


def scopes(ledger: Given) -> tuple[str, ...]:
    event = ledger.facts[-1].event
    assert isinstance(event, ErasureBegun)
    return event.scopes

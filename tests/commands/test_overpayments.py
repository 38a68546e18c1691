"""Compliance looks at a possible overpayment, identifies it or not, searches for the cause; and the money goes back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from commands.intents.base import Command
from ledger.streams.overpayments import OverpaymentNoticed, OverpaymentTriaged
from ledger.streams.overpayments_state import OverpaymentStatus
from ledger.streams.staff import RoleGranted
from ledger.terms.people import Role
from tests.commands.overpaid import (
    begin,
    by_person,
    dismiss,
    end,
    give_back,
    identify,
    noticed,
    overpayment,
    paid,
    released,
    struck,
    sweep,
    triage,
)
from tests.commands.overpaid import report as lost_ground
from tests.commands.world import ADA, AUDITOR, BILLER, COMPLIANCE, DESK, NURSE, PRACTICE, SINCE, on
from tests.gwt import Given, opaque
from tests.reactions.given import MACHINE

Said = Callable[..., Command]
EVERY: tuple[Said, ...] = (triage, identify, dismiss, begin, end, sweep, give_back)


def identified(day: str = "2026-05-04", ledger: Given | None = None) -> Given:
    told = ledger or noticed()
    return told.then(identify(told, day))


def status(ledger: Given) -> OverpaymentStatus:
    return overpayment(ledger).status


# --- looked at ----------------------------------------------------------------------------------------------------


def test_what_was_noticed_is_looked_at_and_identified_and_closed_when_all_of_it_went_back() -> None:
    told = noticed()
    seen = told.then(triage(told))
    known = seen.then(identify(seen))
    part = known.then(give_back(known, "40.01", "0.00"))
    whole = part.then(give_back(part, "0.00", "10.00", reference="REFUND-7"))

    assert [status(each) for each in (told, seen, known, part, whole)] == [
        "noticed",
        "triaged",
        "identified",
        "identified",
        "returned",
    ]


def test_the_first_look_counts() -> None:
    told = noticed()
    seen = told.then(triage(told))

    assert seen.when(triage(seen, "2026-05-03")).unchanged == (len(seen.facts),)


def test_what_was_dismissed_or_returned_is_not_looked_at_for_the_first_time() -> None:
    told = noticed()
    dismissed = told.then(dismiss(told))
    known = identified()
    back = known.then(give_back(known))

    assert dismissed.when(triage(told)).refused == "overpayment_closed"
    assert back.when(triage(back)).refused == "overpayment_closed"


@pytest.mark.parametrize("say", EVERY)
def test_what_is_not_in_the_patient_s_record_is_not_spoken_of(say: Said) -> None:
    told = identified()

    assert told.when(say(told, overpayment=opaque("ov", 9))).refused == "no_such_overpayment"


@pytest.mark.parametrize("say", [triage, identify, begin, end, sweep, give_back])
def test_a_day_that_has_begun_nowhere_is_refused(say: Said) -> None:
    told = identified()

    assert told.when(
        say(told, on=on("2026-05-06")) if say in (sweep, give_back) else say(told, "2026-05-06")
    ).refused == ("in_the_future")


# --- identified or not --------------------------------------------------------------------------------------------


def test_it_is_identified_on_the_day_on_which_it_was_known_with_the_basis_sealed() -> None:
    told = noticed()
    event = told.when(identify(told, "2026-05-02")).event

    assert (event.on, event.words.reason) == (on("2026-05-02"), "The rota shows a day off.")


def test_the_earliest_day_counts_and_a_later_one_is_refused() -> None:
    told = identified("2026-05-02")
    earlier = told.then(identify(told, "2026-05-01"))

    assert told.when(identify(told, "2026-05-02")).unchanged == (len(told.facts),)
    assert told.when(identify(told, "2026-05-03")).refused == "identified_before"
    assert overpayment(earlier).identified_on == on("2026-05-01")


def test_what_was_dismissed_may_be_identified_later() -> None:
    told = noticed()
    dismissed = told.then(dismiss(told))

    assert (status(dismissed), status(identified(ledger=dismissed))) == ("dismissed", "identified")


def test_what_was_returned_is_not_identified_again() -> None:
    known = identified()
    back = known.then(give_back(known))

    assert back.when(identify(back, "2026-05-01")).refused == "overpayment_closed"


@pytest.mark.parametrize(
    ("now", "day", "told"),
    [("2032-04-20", "2032-04-20", []), ("2032-04-21", "2032-04-21", ["received_before_lookback"])],
)
def test_money_that_came_more_than_six_years_before_is_beyond_the_lookback(now: str, day: str, told: list[str]) -> None:
    ledger = noticed().at(f"{now}T20:00:00+00:00")

    assert ledger.when(identify(ledger, day)).codes == told


def test_what_was_identified_is_not_dismissed() -> None:
    told = identified()

    assert told.when(dismiss(told)).refused == "overpayment_identified"


def test_it_is_dismissed_once_and_on_the_day_of_the_practice() -> None:
    told = noticed().at("2026-05-05T04:00:00+00:00")
    dismissed = told.then(dismiss(told))

    assert told.when(dismiss(told)).event.on == on("2026-05-04")
    assert dismissed.when(dismiss(told)).unchanged == (len(dismissed.facts),)


def test_nobody_dismisses_what_is_about_their_own_work() -> None:
    officer = RoleGranted(staff=NURSE, role=Role.COMPLIANCE, from_on=SINCE)
    told = noticed().and_(officer).by(NURSE)

    assert told.when(dismiss(told)).refused == "review_about_self"


# --- the investigation --------------------------------------------------------------------------------------------


def test_an_investigation_begins_once_and_ends_once() -> None:
    told = identified()
    begun = told.then(begin(told, "2026-05-04"))
    ended = begun.then(end(begun, "2026-05-04"))

    assert begun.when(begin(begun, "2026-05-04")).unchanged == (len(begun.facts),)
    assert begun.when(begin(begun, "2026-05-03")).refused == "investigation_begun"
    assert ended.when(begin(ended, "2026-05-03")).refused == "investigation_begun"
    assert ended.when(end(ended, "2026-05-03")).unchanged == (len(ended.facts),)


def test_what_did_not_begin_does_not_end_and_nothing_ends_before_it_began() -> None:
    told = identified()
    begun = told.then(begin(told, "2026-05-04"))

    assert told.when(end(told)).refused == "no_investigation"
    assert begun.when(end(begun, "2026-05-03")).refused == "investigation_ends_early"


def test_what_was_closed_is_not_investigated() -> None:
    known = identified()
    back = known.then(give_back(known))

    assert back.when(begin(back)).refused == "overpayment_closed"


@pytest.mark.parametrize(("day", "told"), [("2026-07-03", []), ("2026-07-04", ["investigation_not_timely"])])
def test_an_investigation_that_begins_after_the_deadline_suspends_nothing(day: str, told: list[str]) -> None:
    ledger = identified().at(f"{day}T20:00:00+00:00")

    assert ledger.when(begin(ledger, day)).codes == told


# --- the same cause -----------------------------------------------------------------------------------------------


def test_the_search_goes_back_six_years_from_the_identification() -> None:
    told = identified("2026-05-01")
    event = told.when(sweep(told, "2020-05-01", found=3)).event

    assert (event.since_on, event.searched, event.found) == (on("2020-05-01"), 40, 3)
    assert told.when(sweep(told, "2020-05-02")).refused == "sweep_too_short"


def test_a_search_before_anything_was_identified_goes_back_from_its_own_day() -> None:
    told = noticed()

    assert told.when(sweep(told, "2020-05-04")).event
    assert told.when(sweep(told, "2020-05-05")).refused == "sweep_too_short"


def test_the_same_search_is_recorded_once_and_another_one_beside_it() -> None:
    told = identified()
    once = told.then(sweep(told))

    assert once.when(sweep(once)).unchanged == (len(once.facts),)
    assert once.when(sweep(once, searched=41)).event.searched == 41


def test_no_more_claims_are_found_than_were_searched() -> None:
    told = identified()

    with pytest.raises(ValidationError, match="among those searched"):
        sweep(told, found=41)


def test_the_number_of_a_return_is_no_name() -> None:
    told = identified()

    for name in ("JANE DOE", "JANE", "jane7", ""):
        with pytest.raises(ValidationError, match="reference"):
            give_back(told, reference=name)


# --- back ---------------------------------------------------------------------------------------------------------


def test_money_goes_back_with_date_route_amount_reference_and_the_patient_s_share() -> None:
    told = identified()
    event = told.when(give_back(told)).event

    assert (event.on, event.route, event.reference) == (on("2026-05-04"), "voluntary_refund", "CHK-1001")
    assert (event.amount, event.patient_share) == (Decimal("40.01"), Decimal("10.00"))


@pytest.mark.parametrize(("amount", "share"), [("40.00", "10.00"), ("40.01", "9.99"), ("50.01", "0.00")])
def test_it_is_open_while_a_cent_is_missing_of_the_payer_s_or_of_the_patient_s(amount: str, share: str) -> None:
    told = identified()

    assert status(told.then(give_back(told, amount, share))) == "identified"


def test_what_nobody_identified_is_not_closed_by_a_return() -> None:
    told = noticed()

    assert told.when(give_back(told)).refused == "overpayment_not_identified"


def test_a_return_of_nothing_is_none() -> None:
    told = identified()

    assert told.when(give_back(told, "0.00", "0.00")).refused == "no_amount"


@pytest.mark.parametrize(
    ("amount", "share", "told"),
    [
        ("40.01", "10.00", []),
        ("40.02", "10.00", ["returned_more_than_noticed"]),
        ("40.01", "10.01", ["returned_more_than_noticed"]),
    ],
)
def test_more_than_was_noticed_is_kept_and_shown(amount: str, share: str, told: list[str]) -> None:
    ledger = identified()

    assert ledger.when(give_back(ledger, amount, share)).codes == told


@pytest.mark.parametrize(("day", "told"), [("2026-07-03", []), ("2026-07-04", ["returned_late"])])
def test_what_goes_back_behind_the_deadline_is_kept_and_shown(day: str, told: list[str]) -> None:
    ledger = identified().at(f"{day}T20:00:00+00:00")

    assert ledger.when(give_back(ledger, on=on(day))).codes == told


def test_the_same_return_is_recorded_once_and_another_check_beside_it() -> None:
    told = identified()
    once = told.then(give_back(told, "20.00", "5.00"))

    assert once.when(give_back(once, "20.00", "5.00")).unchanged == (len(once.facts),)
    assert once.when(give_back(once, "20.00", "5.00", reference="CHK-1002")).event.reference == "CHK-1002"


def test_nothing_below_zero_goes_back() -> None:
    told = identified()

    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        give_back(told, "-1.00")


# --- found without the machine ------------------------------------------------------------------------------------


def test_a_finding_of_an_auditor_is_a_possible_overpayment_that_was_looked_at() -> None:
    told = paid().by(COMPLIANCE)
    found, seen = told.when(by_person(told)).events

    assert isinstance(found, OverpaymentNoticed)
    assert isinstance(seen, OverpaymentTriaged)
    assert (found.amount, found.patient_share, found.lost, found.because, found.digest_now) == (
        Decimal("52.90"),
        Decimal("13.23"),
        (),
        (),
        None,
    )
    assert (found.noticed_on, seen.words.reason) == (on("2026-05-04"), "An auditor found no note.")  # type: ignore[union-attr]
    assert status(told.then(by_person(told))) == "triaged"


@pytest.mark.parametrize(
    ("amount", "share", "code"),
    [("132.92", "0.00", "more_than_was_paid"), ("0.00", "33.24", "more_than_was_paid"), ("0.00", "0.00", "no_amount")],
)
def test_no_more_can_be_overpaid_than_was_paid_and_nothing_is_none(amount: str, share: str, code: str) -> None:
    told = paid().by(COMPLIANCE)

    assert told.when(by_person(told, amount, share)).refused == code
    assert told.when(by_person(told, "132.91", "33.23")).events


def test_a_claim_that_is_nobody_s_was_not_overpaid() -> None:
    told = paid().by(COMPLIANCE)

    assert told.when(by_person(told, claim=opaque("cl", 9))).refused == "no_such_claim"


def test_the_same_finding_is_reported_once_while_it_is_open() -> None:
    told = paid().by(COMPLIANCE)
    once = told.then(by_person(told))
    closed = once.then(dismiss(once))

    assert once.when(by_person(once)).unchanged
    assert len(closed.when(by_person(closed)).events) == 2


# --- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("say", [triage, identify, dismiss, begin, end, sweep])
def test_only_compliance_says_what_becomes_of_it(say: Said) -> None:
    told = identified()

    refusals = {told.by(who).when(say(told)).refused for who in (BILLER, ADA, DESK, AUDITOR, MACHINE)}
    assert refusals == {"capacity_missing"}


def test_the_biller_returns_money_too_and_nobody_else() -> None:
    told = identified()

    assert told.by(BILLER).when(give_back(told)).event
    assert {told.by(who).when(give_back(told)).refused for who in (ADA, DESK, MACHINE)} == {"capacity_missing"}


def test_compliance_of_another_practice_does_not_reach_it() -> None:
    there = RoleGranted(staff=DESK, role=Role.COMPLIANCE, practice=opaque("pr", 2), from_on=SINCE)
    told = noticed().and_(there).by(DESK)
    near = told.and_(RoleGranted(staff=DESK, role=Role.COMPLIANCE, practice=PRACTICE, from_on=SINCE)).by(DESK)

    assert told.when(identify(told)).refused == "not_in_this_practice"
    assert near.when(identify(told)).event


def test_two_notices_of_a_claim_are_answered_each_by_itself() -> None:
    first = noticed()
    one = overpayment(first).event.overpayment
    less = struck(first, 1)
    two = less.then(lost_ground(less)).by(COMPLIANCE)
    known = two.then(identify(two))
    other: Any = two.state(f"claims/{two.facts[-1].event.patient}").overpayment(one)  # type: ignore[attr-defined]

    assert (status(known), other.status) == ("identified", "noticed")


def test_a_claim_that_was_not_paid_has_no_overpayment_to_report() -> None:
    told = released(22).by(COMPLIANCE)

    assert told.when(by_person(told)).refused == "more_than_was_paid"

"""Deliveries that wait: resolved, released or discarded once, each by its own source and id."""

from typing import Any

from commands.intents.governance import DiscardDelivery, ReleaseDelivery, ResolveDelivery
from ledger.streams.governance import DeliveryDiscarded, DeliveryParked, DeliveryReleased, DeliveryResolved
from ledger.terms.people import Role
from tests.commands.test_claim_answers import released
from tests.commands.test_claims import claim_of
from tests.commands.world import ADA, BILLER, DESK, NURSE, OTHER_PRACTICE, PATIENT, known, person
from tests.gwt import Given, opaque, token

OTHER_BILLER = opaque("st", 77)
DELIVERY, OTHER = opaque("dv", 1), opaque("dv", 2)


def parked(waits_for: Any = "patient") -> Given:
    event = DeliveryParked(
        delivery=DELIVERY, source="timer", command="log_time", waits_for=waits_for, awaited=token("mrn", "77")
    )
    return known().and_(event).by(DESK)


def settled() -> Given:
    return parked().and_(DeliveryReleased(delivery=DELIVERY, source="timer", outcome="accepted", facts=1))


def resolve(delivery: str = DELIVERY, subject: str = PATIENT) -> ResolveDelivery:
    return ResolveDelivery(source="timer", delivery=delivery, subject=subject)


def release(delivery: str = DELIVERY) -> ReleaseDelivery:
    return ReleaseDelivery(source="timer", delivery=delivery)


def discard(delivery: str = DELIVERY) -> DiscardDelivery:
    return DiscardDelivery(source="timer", delivery=delivery, reason="test_data")


def test_a_delivery_is_resolved_to_the_patient_whom_it_is_about() -> None:
    then = parked().when(resolve())

    assert DeliveryResolved(delivery=DELIVERY, source="timer", subject=PATIENT) == then.event


def test_a_delivery_is_resolved_to_a_patient_of_another_practice_by_nobody_from_here() -> None:
    elsewhere = parked().and_(*person(OTHER_BILLER, Role.BILLER, OTHER_PRACTICE)).by(OTHER_BILLER)
    to_staff = parked("staff").and_(*person(OTHER_BILLER, Role.BILLER, OTHER_PRACTICE)).by(OTHER_BILLER)

    assert "not_in_this_practice" == elsewhere.when(resolve()).refused
    assert NURSE == to_staff.when(resolve(subject=NURSE)).event.subject


def test_the_same_resolution_again_is_unchanged() -> None:
    assert 1 == len(parked().again(resolve()).unchanged)


def test_a_delivery_that_is_not_there_is_neither_resolved_nor_released_nor_discarded() -> None:
    refused = [parked().when(command).refused for command in (resolve(OTHER), release(OTHER), discard(OTHER))]

    assert ["delivery_unknown"] * 3 == refused


def test_a_delivery_that_is_settled_stays_so() -> None:
    refused = [settled().when(command).refused for command in (resolve(), release(), discard())]

    assert ["delivery_not_open"] * 3 == refused


def test_a_delivery_that_waits_for_a_patient_is_not_resolved_to_a_nurse() -> None:
    assert "delivery_waits_for_other_kind" == parked().when(resolve(subject=NURSE)).refused
    assert "delivery_waits_for_other_kind" == parked("staff").when(resolve()).refused


def test_an_answer_of_a_payer_is_resolved_to_a_claim_of_ours_and_to_nothing_else() -> None:
    told = released()
    event = DeliveryParked(
        delivery=DELIVERY, source="timer", command="record_remittance", waits_for="claim", awaited=token("#claim", "7")
    )
    waiting, claim = told.and_(event).by(BILLER), claim_of(told)
    then = waiting.when(ResolveDelivery(source="timer", delivery=DELIVERY, claim=claim))
    nobodys = waiting.when(ResolveDelivery(source="timer", delivery=DELIVERY, claim=opaque("cl", 99)))

    assert DeliveryResolved(delivery=DELIVERY, source="timer", subject=claim) == then.event
    assert "no_such_claim" == nobodys.refused
    assert "delivery_waits_for_other_kind" == waiting.when(resolve()).refused
    assert (
        "delivery_waits_for_other_kind"
        == waiting.when(ResolveDelivery(source="timer", delivery=DELIVERY, claim=claim, subject=PATIENT)).refused
    )
    assert "delivery_waits_for_other_kind" == waiting.when(ResolveDelivery(source="timer", delivery=DELIVERY)).refused


def test_a_biller_of_another_practice_says_of_no_answer_that_it_means_a_claim_of_this_one() -> None:
    told = released()
    event = DeliveryParked(
        delivery=DELIVERY, source="timer", command="record_remittance", waits_for="claim", awaited=token("#claim", "7")
    )
    elsewhere = told.and_(event, *person(OTHER_BILLER, Role.BILLER, OTHER_PRACTICE)).by(OTHER_BILLER)
    meant = ResolveDelivery(source="timer", delivery=DELIVERY, claim=claim_of(told))

    assert "not_in_this_practice" == elsewhere.when(meant).refused


def test_a_delivery_that_waits_for_a_patient_is_not_resolved_to_a_claim() -> None:
    asked = ResolveDelivery(source="timer", delivery=DELIVERY, claim=opaque("cl", 1))

    assert "delivery_waits_for_other_kind" == parked().when(asked).refused


def test_an_open_delivery_may_be_released() -> None:
    assert () == parked().when(release()).events


def test_an_open_delivery_is_discarded_with_the_reason() -> None:
    then = parked().when(discard())

    assert DeliveryDiscarded(delivery=DELIVERY, source="timer", reason="test_data") == then.event


def test_a_practitioner_settles_no_deliveries() -> None:
    assert "capacity_missing" == parked().by(ADA).when(resolve()).refused

"""Deliveries about somebody unknown wait: kept, counted, resolvable, released under their first key."""

from commands.answer import Answer
from tests.house import House

TIME = {
    "start": "2026-01-06T15:00:00Z",
    "end": "2026-01-06T15:10:00Z",
    "activity": "chart_review",
    "description": "Read the letter.",
}


def parked(it: House, **changes: object) -> str:
    data = {"patient": {"system": "mrn", "value": "mrn-9"}, "performer": it.ids["bea"], **TIME, **changes}
    answer = it.send("log_time", data, key="waits-1", actor="bea", source={"system": "ehr"})
    assert answer.outcome == "parked"
    return dict(answer.ids)["delivery"]


def settle(it: House, command: str, delivery: str, **more: object) -> Answer:
    return it.send(command, {"source": "ehr", "delivery": delivery, **more}, actor="cora")


def test_a_delivery_for_an_unknown_patient_is_parked(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home)
    (waiting,) = at_home.handler.state("parked/ehr").deliveries

    assert (delivery, "patient", True) == (waiting.delivery, waiting.waits_for, waiting.is_open)


def test_the_same_delivery_again_is_parked_again_and_another_content_is_refused(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home)
    same = parked(at_home)
    data = {"patient": {"system": "mrn", "value": "mrn-9"}, "performer": at_home.ids["bea"], **TIME}
    other = at_home.send(
        "log_time", data | {"activity": "phone_call"}, key="waits-1", actor="bea", source={"system": "ehr"}
    )

    assert delivery == same
    assert other.refusal is not None
    assert "exists_with_different_content" == other.refusal.code


def test_a_delivery_is_released_once_its_patient_is_known(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home)
    at_home.accepted(
        "register_patient",
        {
            "identifiers": [{"system": "mrn", "value": "mrn-9"}],
            "demographics": {"given": "Nell"},
            "practice": at_home.ids["practice"],
        },
        actor="fay",
    )
    released = settle(at_home, "release_delivery", delivery)
    data = {"patient": {"system": "mrn", "value": "mrn-9"}, "performer": at_home.ids["bea"], **TIME}
    again = at_home.send("log_time", data, key="waits-1", actor="bea", source={"system": "ehr"})

    assert "accepted" == released.outcome
    assert "unchanged" == again.outcome
    assert released.positions[:-1] == again.positions


def test_a_delivery_that_is_released_too_early_stays_parked_with_the_refusal_shown(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home)
    released = settle(at_home, "release_delivery", delivery)
    (waiting,) = at_home.handler.state("parked/ehr").deliveries

    assert released.refusal is not None
    assert "waiting_for_patient" == released.refusal.code
    assert (True, "waiting_for_patient") == (waiting.is_open, waiting.last_refusal)


def test_a_person_may_say_whom_a_delivery_is_about(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home)
    resolved = settle(at_home, "resolve_delivery", delivery, subject=at_home.ids["patient"])
    released = settle(at_home, "release_delivery", delivery)
    month = at_home.handler.state(f"care_month/{at_home.ids['patient']}/2026-01")

    assert ("accepted", "accepted") == (resolved.outcome, released.outcome)
    assert 1 == len(month.entries)


def test_a_delivery_that_is_set_aside_is_not_released(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home)
    settle(at_home, "discard_delivery", delivery, reason="test_data")
    released = settle(at_home, "release_delivery", delivery)

    assert released.refusal is not None
    assert "delivery_not_open" == released.refusal.code


def test_a_delivery_is_resolved_to_the_kind_that_it_waits_for(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home)
    resolved = settle(at_home, "resolve_delivery", delivery, subject=at_home.ids["cal"])

    assert resolved.refusal is not None
    assert "delivery_waits_for_other_kind" == resolved.refusal.code


def test_an_unknown_nurse_parks_the_delivery_too(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    data = {"patient": at_home.ids["patient"], "performer": {"system": "hr", "value": "hr-new"}, **TIME}
    answer = at_home.send("log_time", data, actor="feed", source={"system": "ehr"})

    assert "parked" == answer.outcome
    assert answer.refusal is not None
    assert "waiting_for_staff" == answer.refusal.code


def test_an_opaque_id_that_was_never_issued_parks_nothing(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    answer = at_home.log_time("2026-01-06T15:00:00Z", "2026-01-06T15:10:00Z", patient="pt_" + "a" * 26)

    assert answer.refusal is not None
    assert "no_such_patient" == answer.refusal.code

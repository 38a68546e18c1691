"""Deliveries about somebody unknown wait: kept, counted, resolvable, released under their first key."""

from contextlib import suppress
from typing import Any

import orjson

from commands.answer import Answer
from commands.handle import Handler
from interfaces.system import PinnedZones, SystemClock, SystemIds
from ledger.streams.base import CommandKey, Envelope, Proposal, Vouched
from ledger.terms.errors import StoreUnavailable
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


def test_one_identifier_for_patient_and_nurse_is_resolved_for_the_one_whom_it_waits_for(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home, performer={"system": "mrn", "value": "mrn-9"})
    settle(at_home, "resolve_delivery", delivery, subject=at_home.ids["patient"])
    released = settle(at_home, "release_delivery", delivery)

    assert released.refusal is not None
    assert "waiting_for_staff" == released.refusal.code


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


# --- who spoke, and what is recorded together --------------------------------------------------------------------


def from_login(it: House, login: str, command: str, data: dict[str, Any], key: str, **head: Any) -> Answer:
    """A line of somebody else's session in the same ledger."""
    handler = Handler(log=it.log, ids=SystemIds(), clock=SystemClock(), zones=PinnedZones(), login=login)
    return handler.handle([handler.read(orjson.dumps({"v": 1, "key": key, "command": command, "data": data} | head))])[
        0
    ]


def patient_in_earnest(it: House) -> str:
    data = {"identifiers": [{"system": "mrn", "value": "mrn-7"}], "demographics": {}, "practice": it.ids["practice"]}
    registered = it.send("register_patient", data, actor="feed", source={"system": "ehr"})
    it.accepted("bind_login", {"login": "os:fay", "staff": it.ids["fay"]})
    return dict(registered.ids)["patient"]


def test_to_park_and_resolve_an_act_of_somebody_unknown_lends_nobody_their_voice(in_earnest: House) -> None:
    patient = patient_in_earnest(in_earnest)
    data = {"patient": patient, "practitioner": in_earnest.ids["ada"], "programme": "CCM", "side": "practitioner"}
    data |= {"from_month": "2026-01"}
    sent = {"id": {"system": "made", "value": "up"}}
    parked_as = from_login(in_earnest, "os:fay", "designate_practitioner", data, "fay-1", actor=sent)
    waiting = {"source": "direct", "delivery": dict(parked_as.ids)["delivery"]}
    resolution = waiting | {"subject": in_earnest.ids["ada"]}
    from_login(in_earnest, "os:fay", "resolve_delivery", resolution, "fay-2")
    released = from_login(in_earnest, "os:fay", "release_delivery", waiting, "fay-3")

    assert released.refusal is not None
    assert "login_not_bound" == released.refusal.code
    assert () == in_earnest.handler.state(f"patient/{patient}").designations


def test_what_a_delivery_became_speaks_for_whoever_sent_it_under_its_first_key(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home)
    (first,) = at_home.log.read("parked/ehr")
    settle(at_home, "resolve_delivery", delivery, subject=at_home.ids["patient"])
    at_home.handler.login = "os:somebody-else"
    settle(at_home, "release_delivery", delivery)
    (fact,) = at_home.log.read(f"care_month/{at_home.ids['patient']}/2026-01")

    assert (first.envelope.authenticated_as, first.envelope.key) == (fact.envelope.authenticated_as, fact.envelope.key)
    assert at_home.ids["bea"] == fact.envelope.actor


def test_a_release_whose_key_another_process_bound_meanwhile_records_nothing_twice(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    delivery = parked(at_home)
    settle(at_home, "resolve_delivery", delivery, subject=at_home.ids["patient"])
    line = {"v": 1, "key": "taken", "command": "release_delivery", "clock": at_home.clock}
    line |= {"actor": {"id": at_home.ids["cora"]}, "data": {"source": "ehr", "delivery": delivery}}
    read = at_home.handler.read(orjson.dumps(line))
    release = at_home.log.append

    def after_a_rival(group: Any, *, epoch: int | None = None) -> Any:
        at_home.log.append = release  # type: ignore[method-assign]
        envelope = Envelope(authenticated_as="os:rival", actor=at_home.ids["cora"], vouched=Vouched.LOGIN, command="x")
        key = CommandKey(at_home.log.token("#key", "\ntaken"), b"other content")
        release([Proposal((), envelope, (), key=key, outcome="unchanged", positions=(1,))])
        return release(group, epoch=epoch)

    at_home.log.append = after_a_rival  # type: ignore[method-assign]
    with suppress(StoreUnavailable):
        at_home.handler.handle([read])

    assert () == at_home.handler.state(f"care_month/{at_home.ids['patient']}/2026-01").entries

"""Which key scopes an erasure takes away, and how holds and erasures fold."""

from datetime import UTC, datetime

from ledger.streams.base import Envelope, Event, Fact, Vouched
from ledger.streams.erasure import Erasures, Hold, destroyed_scopes, evolve, scopes_of
from tests.store.golden_erasure import ERASURE, HOLD, OF_ERASURES, SCOPES
from tests.store.sample import OTHER_PATIENT, PATIENT

PLACED, RELEASED, REQUESTED, APPROVED, WITHDRAWN, BEGUN, DONE = OF_ERASURES
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fact(position: int, event: Event, by: str = "st_one") -> Fact:
    envelope = Envelope(authenticated_as="os:x", actor=by, vouched=Vouched.LOGIN, command="begin_erasure")
    return Fact(position, NOON, event.tags()[0], position, event, envelope)


def folded(*events: Event) -> Erasures:
    state = Erasures()
    for position, event in enumerate(events, start=1):
        state = evolve(state, fact(position, event))
    return state


def test_the_scopes_of_years_leave_who_the_patient_is() -> None:
    assert scopes_of((PATIENT,), (2015, 2014), identity=False) == (f"{PATIENT}/2014", f"{PATIENT}/2015")


def test_who_a_patient_is_goes_with_words_of_no_year_and_with_what_was_parked() -> None:
    found = scopes_of((PATIENT,), (), identity=True, deliveries=("dv_aaaaaaaaaaaaaaaaaaaaaaaaaa",))

    assert found == ("dv_aaaaaaaaaaaaaaaaaaaaaaaaaa", f"{PATIENT}/0000", f"{PATIENT}/identity")


def test_only_what_was_begun_destroys_keys() -> None:
    before = [fact(1, REQUESTED), fact(2, APPROVED)]

    assert destroyed_scopes(before) == frozenset()
    assert destroyed_scopes([*before, fact(3, BEGUN)]) == frozenset(SCOPES)


def test_why_a_record_was_erased_is_sealed_under_no_key_that_an_erasure_destroys() -> None:
    sealed = {sealing.scope for event in OF_ERASURES for sealing in event.sealing()}

    assert sealed == {f"{PATIENT}/erasure"}
    assert sealed.isdisjoint(SCOPES)


def test_an_erasure_goes_step_by_step() -> None:
    steps = (REQUESTED, APPROVED, BEGUN, DONE)
    seen = [folded(*steps[:upto]).erasure(ERASURE) for upto in range(1, 5)]

    assert [each.status for each in seen if each] == ["requested", "approved", "begun", "done"]


def test_what_was_withdrawn_is_closed() -> None:
    found = folded(REQUESTED, WITHDRAWN).erasure(ERASURE)

    assert found is not None
    assert (found.status, found.is_open) == ("withdrawn", False)


def test_the_other_id_of_a_patient_knows_what_was_begun_though_nobody_asked_there() -> None:
    assert f"{OTHER_PATIENT}/identity" in folded(BEGUN).scopes


def test_a_hold_on_years_keeps_those_years_and_who_the_patient_is() -> None:
    hold = folded(PLACED).hold(HOLD)

    assert isinstance(hold, Hold)
    assert hold.covers((2014,), identity=False)
    assert hold.covers((), identity=True)
    assert not hold.covers((2013,), identity=False)


def test_a_released_hold_keeps_nothing() -> None:
    hold = folded(PLACED, RELEASED).hold(HOLD)

    assert isinstance(hold, Hold)
    assert not hold.covers((2014,), identity=True)

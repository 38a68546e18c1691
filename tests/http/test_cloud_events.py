"""Facts as CloudEvents: attributes of the specification, clear fields alone, and why words are not there."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces.bootstrap import Session, Settings
from interfaces.erasing import again, carry_out
from interfaces.http.cloud_events import TYPES, type_of
from interfaces.http.feed_pages import Page, Wanted, page_of, topic_of
from interfaces.system import PinnedZones
from ledger.store.connection import Place
from ledger.streams.upcast import EVENTS
from ledger.terms.outcome import Refused
from tests.erasing.conftest import CANARIES, OVER, Old, _asked, _told
from tests.house import LOGIN, House, house
from tests.postgres.servers import unused_address

WORDS = ("Pat", "Poe", "1950-02-03", "mrn-1", "pill box", "note of 5 January", "Ada Adams", "In words.")
Reads = Callable[..., Page]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the ledger is."""
    return tmp_path / "ledger" if request.param == "sqlite" else unused_address()


@pytest.fixture
def company(place: Place) -> Iterator[House]:
    """The house with a patient and an hour of work."""
    with house(place) as it:
        it.clock = "2026-01-20T18:00:00Z"
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
        yield it


def page(it: House, short: str, after: int = 0, **wanted: Any) -> Page:
    """A page as somebody of the house sees it."""
    session = session_of(it, short)
    found = page_of(session, "clinic", Wanted(after, **wanted))
    assert not isinstance(found, Refused), found
    return found


def session_of(it: House, short: str) -> Session:
    """The ledger as somebody opens it who delivered nothing of it."""
    it.handler.login, it.handler.default_actor = f"key:{short}", it.ids[short]
    zones = PinnedZones()
    where = Settings(Path("unused"), None, LOGIN)
    return Session(log=it.log, handler=it.handler, clock=it.handler._clock, zones=zones, where=where)


def told(found: Page) -> list[dict[str, Any]]:
    return [json.loads(event.body) for event in found.events]


def about(found: Page, topic: str) -> dict[str, Any]:
    return next(event for event in told(found) if event["type"] == type_of(EVENTS[topic]))


def test_an_event_has_the_attributes_that_the_specification_asks_for(company: House) -> None:
    event = about(page(company, "bea"), "time_logged")

    position = event["position"]
    assert event["specversion"] == "1.0"
    assert event["id"] == f"{company.log.ledger_id}/{position}"
    assert event["source"] == "/v1/ledgers/clinic"
    assert event["type"] == "ccm-ledger.time_logged.v1"
    assert event["time"] == "2026-01-20T18:00:00Z"
    assert event["subject"] == f"care_month/{company.ids['patient']}/2026-01"
    assert event["actor"] == company.ids["bea"]
    assert (event["factclass"], event["capacity"]) == ("record", "clinical_staff")
    assert event["data"]["seconds"] == 1500


def test_names_of_attributes_are_small_letters_and_digits(company: House) -> None:
    names = {name for event in told(page(company, "cora", words=True)) for name in event}

    assert {name for name in names if not re.fullmatch("[a-z0-9]{1,20}", name)} == set()


def test_every_kind_of_fact_has_one_type() -> None:
    assert sorted(TYPES.values()) == sorted(EVENTS)
    assert topic_of("ccm-ledger.time_logged.v1") == topic_of("time_logged") == "time_logged"
    assert topic_of("ccm-ledger.time_logged.v2") is None


@pytest.mark.parametrize("short", ["bea", "cora", "audi", "bill", "feed", "admin"])
def test_without_asking_for_words_nothing_says_who_anybody_is(company: House, short: str) -> None:
    shown = b"".join(event.body for event in page(company, short).events).decode()

    assert [word for word in WORDS if word in shown] == []


def test_words_that_are_not_asked_for_are_named_as_sealed(company: House) -> None:
    event = about(page(company, "bea"), "consent_recorded")

    assert event["sealed"] == "words"
    assert "words" not in event["data"]


def test_words_that_are_asked_for_are_opened_and_the_read_is_recorded_before(company: House) -> None:
    before = company.log.refresh()
    found = page(company, "bea", words=True)

    assert about(found, "time_logged")["data"]["words"]["description"] == "Went through the pill box by phone."
    assert about(found, "patient_registered")["data"]["words"]["demographics"]["family"] == "Poe"
    assert "sealed" not in about(found, "time_logged")
    (access,) = company.log.facts_at(range(before + 1, company.log.refresh() + 1))
    assert access.event.model_dump(include={"reader", "question", "patients", "opened_words"}) == {
        "reader": company.ids["bea"],
        "question": "feed",
        "patients": (company.ids["patient"],),
        "opened_words": True,
    }


def test_names_of_staff_are_never_in_the_feed(company: House) -> None:
    event = about(page(company, "cora", words=True), "staff_registered")

    assert event["sealed"] == "words"


def test_reading_the_clear_fields_of_a_patient_is_a_read_too(company: House) -> None:
    before = company.log.refresh()
    page(company, "bill")

    (access,) = company.log.facts_at(range(before + 1, company.log.refresh() + 1))
    assert (access.event.TOPIC, access.event.opened_words) == ("record_read", False)  # type: ignore[attr-defined]


def test_what_is_withheld_keeps_its_position_kind_and_time_and_nothing_else(company: House) -> None:
    found = page(company, "feed")

    events = told(found)
    assert [event["position"] for event in events] == list(range(1, found.head + 1))
    withheld = next(event for event in events if "patient_registered" in event["type"])
    assert set(withheld) == {"specversion", "id", "source", "type", "time", "position", "simulated", "withheld"}


def test_a_fact_whose_condition_was_another_patients_opens_no_words(company: House) -> None:
    it = company
    recorded = {"patient": it.ids["patient"], "icd10": "I48.91", "onset_on": "2021-01-01", "expected_12_months": True}
    condition = dict(it.accepted("record_condition", recorded | {"description": "Told by a cousin."}, actor="ada").ids)
    struck = {"patient": it.ids["patient"], "condition": condition["condition"], "reason": "wrong_patient"}
    it.accepted("strike_condition", struck | {"evidence": "Said so at the desk."}, actor="cora")

    events = told(page(it, "bea", words=True))
    wrong = next(event for event in events if event.get("data", {}).get("icd10") == "I48.91")
    assert wrong["restricted"] == "words"
    assert "words" not in wrong["data"]


@pytest.mark.slow
def test_words_whose_key_was_destroyed_say_so(place: Place) -> None:
    with house(place) as it:
        old = Old(place, it)
        _told(it, old)
        _asked(it, old)
        session = old.session()
        assert not isinstance(carry_out(session, again(session, old.state()), OVER), Refused)

        for wanted in (False, True):
            found = page(it, "cora", words=wanted)
            registered = about(found, "patient_registered")
            assert registered["erased"] == "words"
            assert "words" not in registered["data"]
            shown = b"".join(event.body for event in found.events).decode()
            assert [canary for canary in CANARIES if canary in shown] == []

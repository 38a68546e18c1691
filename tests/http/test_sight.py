"""What keys of the ledger itself see of the feed: by the roles behind them, in their practices, until they end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces.bootstrap import Session, Settings
from interfaces.http.feed_pages import Page, Wanted, page_of
from interfaces.system import PinnedZones
from ledger.terms.outcome import Refused
from tests.house import LOGIN, House, house

SITE = {"name": "Main", "place_of_service": "11"}


class Clinic:
    """A company in earnest with two practices, a patient in each and one in none, and a source with two keys."""

    def __init__(self, it: House) -> None:
        self.it = it
        hillside = {"name": "Hillside", "tin": "987654321", "zone": "America/Denver", "sites": [SITE]}
        self.here, self.there = it.ids["practice"], dict(it.accepted("register_practice", hillside).ids)["practice"]
        for short in ("fay", "audi"):
            role = "front_desk" if short == "fay" else "auditor"
            it.accepted("grant_role", {"staff": it.ids[short], "role": role, "from_on": "2025-01-01"})
        self.desk = self.key("desk", staff=it.ids["fay"])
        self.of_source = self.key("ehr-1", source="timer")
        self.patients = [self.patient(practice) for practice in (self.here, self.there, None)]

    def key(self, name: str, *practices: str, **whose: str) -> str:
        """The login of a new key."""
        digest = (name.encode().hex() * 64)[:64]
        whole = {"name": name, "digest": digest, "scopes": ["feed"], "expires_at": "2026-12-01T00:00:00Z"}
        issued = self.it.accepted("issue_api_key", {**whole, **whose, "practices": list(practices)})
        return f"key:{dict(issued.ids)['api_key']}"

    def patient(self, practice: str | None) -> str:
        """Somebody new, registered at the desk."""
        self.it.count += 1
        named = {"identifiers": [{"system": "mrn", "value": f"m{self.it.count}"}], "demographics": {}}
        return dict(self.by(self.desk, "register_patient", named | ({"practice": practice} if practice else {})))[
            "patient"
        ]

    def by(self, login: str, command: str, data: dict[str, Any], **head: Any) -> tuple[tuple[str, str], ...]:
        """The ids of what a login handed in."""
        line: Any = self.it.handler.read(self.it.line(command, data, **head))
        (answer,) = self.it.handler.handle([line._replace(login=login)])
        assert answer.outcome == "accepted", answer
        return answer.ids

    def page(self, login: str, **wanted: Any) -> Page | Refused:
        """The whole feed as a login sees it."""
        handler = self.it.handler
        handler.login = login
        where, zones = Settings(Path("unused"), None, LOGIN), PinnedZones()
        try:
            session = Session(log=self.it.log, handler=handler, clock=handler._clock, zones=zones, where=where)
            return page_of(session, "clinic", Wanted(0, **wanted))
        finally:
            handler.login = LOGIN

    def sees(self, login: str, **wanted: Any) -> list[dict[str, Any]]:
        """What is shown of it."""
        found = self.page(login, **wanted)
        assert not isinstance(found, Refused), found
        return [event for event in (json.loads(each.body) for each in found.events) if "withheld" not in event]

    def patients_seen(self, login: str, **wanted: Any) -> list[bool]:
        """Of each patient, whether anything is shown."""
        shown = json.dumps(self.sees(login, **wanted))
        return [patient in shown for patient in self.patients]


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    with house(tmp_path / "ledger", simulated=False, with_patient=False) as it:
        yield Clinic(it)


def test_a_role_in_all_practices_shows_the_patients_of_all(clinic: Clinic) -> None:
    assert clinic.patients_seen(clinic.desk) == [True, True, True]


def test_a_role_in_one_practice_shows_nobody_of_another(clinic: Clinic) -> None:
    key = clinic.key("nurse", staff=clinic.it.ids["bea"])

    assert clinic.patients_seen(key)[:2] == [True, False]
    assert clinic.there not in json.dumps(clinic.sees(key))


def test_a_key_for_one_practice_shows_what_is_about_it_and_no_more(clinic: Clinic) -> None:
    key = clinic.key("nearby", clinic.there, staff=clinic.it.ids["fay"])

    assert clinic.patients_seen(key) == [False, True, False]
    homes = {event["subject"] for event in clinic.sees(key)}
    assert f"practice/{clinic.there}" in homes
    assert {f"practice/{clinic.here}", f"staff/{clinic.it.ids['bea']}"} & homes == set()


def test_practices_of_the_caller_and_of_the_key_both_count(clinic: Clinic) -> None:
    key = clinic.key("nearby", clinic.there, staff=clinic.it.ids["fay"])

    assert clinic.patients_seen(key, practices=frozenset({clinic.here})) == [False, False, False]


def test_a_source_sees_what_any_of_its_keys_delivered(clinic: Clinic) -> None:
    (patient, *_), source = clinic.patients, {"system": "timer"}
    visit = {"patient": patient, "on": "2025-12-10", "code": "99213", "practitioner": clinic.it.ids["ada"]}
    head = {"source": source, "actor": {"id": clinic.it.ids["ada"]}}
    clinic.by(clinic.of_source, "record_visit", visit, **head)
    next_key = clinic.key("ehr-2", source="timer")
    confined = clinic.key("ehr-3", clinic.there, source="timer")

    assert [event["type"] for event in clinic.sees(next_key)] == ["ccm-ledger.visit_recorded.v1"]
    assert clinic.sees(next_key, words=True)[0].get("data", {}).get("words") is None
    assert clinic.sees(confined) == []


def test_a_confined_key_of_a_source_sees_what_waits_where_a_key_of_its_practices_brought_it(clinic: Clinic) -> None:
    head = {"source": {"system": "timer"}, "actor": {"id": clinic.it.ids["ada"]}}
    keys = {name: clinic.key(name, *where, source="timer") for name, where in (("any", ()), ("t", (clinic.there,)))}
    for name, login in keys.items():
        visit = {"patient": {"system": "mrn", "value": f"nobody-{name}"}, "on": "2025-12-10"}
        line: Any = clinic.it.handler.read(clinic.it.line("record_visit", visit, **head))
        (answer,) = clinic.it.handler.handle([line._replace(login=login)])
        assert answer.outcome == "parked", answer
    nearby = clinic.key("nearby", clinic.there, source="timer")

    assert [1, 2] == [len(clinic.sees(login)) for login in (nearby, keys["any"])]


def test_what_a_source_sees_of_its_own_is_no_read(clinic: Clinic) -> None:
    before = clinic.it.log.refresh()
    clinic.sees(clinic.of_source)

    assert clinic.it.log.refresh() == before


def test_a_key_that_was_revoked_sees_nothing_not_even_its_own(clinic: Clinic) -> None:
    clinic.it.accepted("revoke_api_key", {"key": clinic.desk.removeprefix("key:"), "reason": "lost"})
    found = clinic.page(clinic.desk)

    assert isinstance(found, Refused)
    assert found.code == "api_key_revoked"


def test_digests_of_keys_and_logins_are_shown_to_auditors_alone(clinic: Clinic) -> None:
    auditor = clinic.key("audit", staff=clinic.it.ids["audi"])

    secret = {"api_key_issued", "login_bound", "source_registered", "login_used", "attempt_denied", "attempts_counted"}
    of_desk = {event["type"].split(".")[1] for event in clinic.sees(clinic.desk)}
    of_auditor = {event["type"].split(".")[1] for event in clinic.sees(auditor)}
    assert of_desk & secret == set()
    assert "api_key_issued" in of_auditor

"""A login that is a key, through the whole door: over when it is over, and confined to the practices it is for."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from commands.access import ask_to_read, may_read, may_read_practice, practice_to_list, reader_of
from commands.answer import Answer
from commands.entering import attempt_denied, login_used
from commands.wire import Delivery
from ledger.streams.access import AttemptDenied, CommandRefused, LoginUsed, RecordRead
from ledger.terms.identity import UNDECIDABLE_PREFIXES
from ledger.terms.outcome import Refused
from tests.house import BEGIN, House, house

SITE = {"name": "Main", "place_of_service": "11"}


class Desk:
    """A company in earnest with two practices and a patient in each, and a front desk that enters by keys."""

    def __init__(self, it: House) -> None:
        self.it = it
        self.here = it.ids["practice"]
        hillside = {"name": "Hillside", "tin": "987654321", "zone": "America/Denver", "sites": [SITE]}
        self.there = self._id("register_practice", hillside, "practice")
        for role in ("front_desk", "biller"):
            it.accepted("grant_role", {"staff": it.ids["fay"], "role": role, "from_on": "2025-01-01"})
        self.anywhere = self.key("any")
        self.patient = self._id("register_patient", self.registering(self.here), "patient", self.anywhere)
        self.elsewhere = self._id("register_patient", self.registering(self.there), "patient", self.anywhere)
        self.nowhere = self._id("register_patient", self.registering(None), "patient", self.anywhere)

    def key(self, name: str, *practices: str, staff: str = "fay", expires_at: str = "2026-02-01T00:00:00Z") -> str:
        """The login of a new key."""
        digest = (name.encode().hex() * 64)[:64]
        whole = {"name": name, "digest": digest, "scopes": ["append", "read"], "expires_at": expires_at}
        issued = self.it.accepted("issue_api_key", {**whole, "staff": self.it.ids[staff], "practices": list(practices)})
        return f"key:{dict(issued.ids)['api_key']}"

    def registering(self, practice: str | None) -> dict[str, Any]:
        """What registers somebody new."""
        self.it.count += 1
        named = [{"system": "mrn", "value": f"m{self.it.count}"}]
        return {"identifiers": named, "demographics": {}} | ({"practice": practice} if practice else {})

    def by(self, login: str, command: str, data: dict[str, Any], **head: Any) -> Answer:
        """What a line handed in by a login is answered."""
        line = self.it.handler.read(self.it.line(command, data, **head))
        assert isinstance(line, Delivery), line
        (answer,) = self.it.handler.handle([line._replace(login=login)])
        return answer

    def revoke(self, login: str) -> None:
        """Let a key let nobody in any more."""
        self.it.accepted("revoke_api_key", {"key": login.removeprefix("key:"), "reason": "lost"})

    def _id(self, command: str, data: dict[str, Any], kind: str, login: str | None = None) -> str:
        answer = self.by(login, command, data) if login else self.it.accepted(command, data)
        assert answer.outcome == "accepted", answer
        return dict(answer.ids)[kind]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with house(tmp_path / "ledger", simulated=False, with_patient=False) as it:
        yield Desk(it)


def coverage(patient: str) -> dict[str, Any]:
    return {"patient": patient, "payer": "medicare", "kind": "medicare_ffs", "from_on": "2015-01-01"}


def code(answer: Answer) -> str:
    return answer.refusal.code if answer.refusal else answer.outcome


def clock_at(desk: Desk, instant: datetime) -> None:
    desk.it.handler._clock.stand_at(instant)  # type: ignore[attr-defined]


# --- what a key appends -----------------------------------------------------------------------------------------


def test_a_key_acts_for_whom_it_was_issued_until_it_is_revoked(desk: Desk) -> None:
    before = desk.by(desk.anywhere, "record_coverage", coverage(desk.patient))
    desk.revoke(desk.anywhere)
    after = desk.by(desk.anywhere, "record_coverage", coverage(desk.patient) | {"payer": "aetna"})

    assert ("accepted", "api_key_revoked") == (code(before), code(after))
    (fact,) = desk.it.log.facts_at(before.positions)
    assert (desk.anywhere, desk.it.ids["fay"]) == (fact.envelope.authenticated_as, fact.envelope.actor)


def test_a_key_whose_time_is_over_appends_nothing(desk: Desk) -> None:
    clock_at(desk, datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC))
    before = desk.by(desk.anywhere, "record_coverage", coverage(desk.patient))
    clock_at(desk, datetime(2026, 2, 1, tzinfo=UTC))
    after = desk.by(desk.anywhere, "record_coverage", coverage(desk.patient) | {"payer": "aetna"})

    assert ("accepted", "api_key_expired") == (code(before), code(after))


def test_in_a_simulated_ledger_the_time_of_a_key_is_not_that_of_the_input(tmp_path: Path) -> None:
    with house(tmp_path / "simulated") as it:
        data = {"name": "any", "digest": "ab" * 32, "staff": it.ids["fay"], "scopes": ["append"]}
        issued = it.accepted("issue_api_key", data | {"expires_at": "2026-02-01T00:00:00Z"})
        it.clock = "2027-06-01T12:00:00Z"
        line = it.handler.read(it.line("record_coverage", coverage(it.ids["patient"]) | {"payer": "aetna"}))
        assert isinstance(line, Delivery)
        (answer,) = it.handler.handle([line._replace(login=f"key:{dict(issued.ids)['api_key']}")])

    assert "accepted" == answer.outcome


def test_no_key_makes_another_one(desk: Desk) -> None:
    administrator = desk.key("admin", staff="admin")
    data = {"name": "more", "digest": "ef" * 32, "staff": desk.it.ids["fay"], "scopes": ["operate"]}
    answer = desk.by(administrator, "issue_api_key", data | {"expires_at": "2026-02-01T00:00:00Z"})

    assert "api_key_by_api_key" == code(answer)


def test_a_key_is_confined_to_its_practices(desk: Desk) -> None:
    here = desk.key("here", desk.here)
    about = {who: code(desk.by(here, "record_coverage", coverage(who))) for who in (desk.patient, desk.elsewhere)}
    placed = [
        code(desk.by(here, "register_patient", desk.registering(practice))) for practice in (desk.here, desk.there)
    ]
    moved = desk.by(here, "assign_practice", {"patient": desk.patient, "practice": desk.there, "from_on": "2025-01-01"})

    assert {desk.patient: "accepted", desk.elsewhere: "not_in_this_practice"} == about
    assert ["accepted", "not_in_this_practice"] == placed
    assert "not_in_this_practice" == code(moved)


def test_a_patient_of_no_practice_is_written_about_and_assigned_by_a_confined_key(desk: Desk) -> None:
    here = desk.key("here", desk.here)
    assigned = {"patient": desk.nowhere, "practice": desk.here, "from_on": "2025-01-01"}

    assert "accepted" == code(desk.by(here, "record_coverage", coverage(desk.nowhere)))
    assert "accepted" == code(desk.by(here, "assign_practice", assigned))


def test_a_confined_key_says_nothing_about_the_whole_ledger(desk: Desk) -> None:
    administrator = desk.key("site", desk.here, staff="admin")
    person = {"name": "New", "is_person": True, "identifiers": [{"system": "hr", "value": "n"}]}
    answers = [
        desk.by(administrator, "register_staff", person),
        desk.by(administrator, "bind_login", {"login": "os:new", "staff": desk.it.ids["fay"]}),
        desk.by(
            administrator,
            "record_licence",
            {"staff": desk.it.ids["bea"], "kind": "rn", "state": "IL", "from_on": "2020-01-01"},
        ),
        desk.by(administrator, "grant_role", {"staff": desk.it.ids["bea"], "role": "biller", "from_on": "2026-01-01"}),
        desk.by(
            administrator,
            "grant_role",
            {"staff": desk.it.ids["bea"], "role": "biller", "practice": desk.there, "from_on": "2026-01-01"},
        ),
        desk.by(
            administrator,
            "grant_role",
            {"staff": desk.it.ids["bea"], "role": "biller", "practice": desk.here, "from_on": "2026-01-01"},
        ),
    ]

    assert [*["not_in_this_practice"] * 5, "accepted"] == [code(answer) for answer in answers]


def test_what_is_about_a_patient_only_by_its_facts_is_confined_too(desk: Desk) -> None:
    """A timer names its patient when it starts; another key of the same person stops it."""
    it = desk.it
    anywhere = desk.key("bea", staff="bea")
    here = desk.key("beahere", desk.here, staff="bea")
    desk.by(anywhere, "start_timer", {"patient": desk.elsewhere})
    clock_at(desk, datetime(2026, 1, 1, 12, 10, tzinfo=UTC))
    stopped = {"activity": "chart_review", "description": "Read the letter."}
    outside = desk.by(here, "stop_timer", stopped)
    inside = desk.by(anywhere, "stop_timer", stopped)

    assert ("not_in_this_practice", "accepted") == (code(outside), code(inside))
    assert it.ids["bea"] == it.log.facts_at(inside.positions)[0].envelope.actor


def test_two_keys_of_a_source_deliver_beside_each_other_and_a_revoked_one_no_more(desk: Desk) -> None:
    it = desk.it
    lasts = {"source": "clinic-timer", "scopes": ["append"], "expires_at": "2026-02-01T00:00:00Z"}
    logins = []
    for name in ("old", "new"):
        issued = it.accepted("issue_api_key", {"name": name, "digest": (name.encode().hex() * 64)[:64], **lasts})
        logins.append(f"key:{dict(issued.ids)['api_key']}")
    head = {"actor": {"id": it.ids["feed"]}, "source": {"system": "clinic-timer", "id": "row-1"}}

    def deliver(login: str, payer: str) -> str:
        return code(desk.by(login, "record_coverage", coverage(desk.patient) | {"payer": payer}, **head))

    both = [deliver(login, f"before_{number}") for number, login in enumerate(logins)]
    desk.revoke(logins[0])
    after = [deliver(login, f"after_{number}") for number, login in enumerate(logins)]
    stranger = deliver(desk.anywhere, "stranger")

    assert ["accepted", "accepted"] == both
    assert ["api_key_revoked", "accepted"] == after
    assert "source_of_other_login" == stranger


# --- what a key reads -------------------------------------------------------------------------------------------


def test_a_key_reads_as_its_staff_member_and_the_fact_says_by_which_login(desk: Desk) -> None:
    desk.it.handler.default_actor = desk.it.ids["cora"]
    refusal = ask_to_read(desk.it.handler, "month", [desk.patient], login=desk.anywhere)
    (fact,) = [fact for fact in desk.it.log.follow(0, 10_000) if isinstance(fact.event, RecordRead)]

    assert refusal is None
    assert (desk.anywhere, desk.it.ids["fay"]) == (fact.envelope.authenticated_as, fact.envelope.actor)


def test_a_confined_key_reads_about_those_of_its_practices_alone(desk: Desk) -> None:
    here = desk.key("here", desk.here)
    patients = (desk.patient, desk.elsewhere, desk.nowhere)

    assert [True, False, False] == [may_read(desk.it.handler, [each], here) for each in patients]
    assert [True, True, True] == [may_read(desk.it.handler, [each], desk.anywhere) for each in patients]


def test_a_read_outside_the_practices_of_a_key_is_refused_on_record_under_its_login(desk: Desk) -> None:
    here = desk.key("here", desk.here)
    refusal = ask_to_read(desk.it.handler, "month", [desk.elsewhere], login=here)
    (fact,) = desk.it.log.read(f"refusals/{desk.elsewhere}")

    assert isinstance(refusal, Refused)
    assert isinstance(fact.event, CommandRefused)
    assert ("read_month", here) == (fact.event.command, fact.envelope.authenticated_as)


def test_a_confined_key_lists_its_own_practice_and_no_other(desk: Desk) -> None:
    here = desk.key("here", desk.here)

    def listed(practice: str | None, login: str) -> object:
        of = practice_to_list(desk.it.handler, "months", practice, there_are=[desk.here, desk.there], login=login)
        return of.code if isinstance(of, Refused) else of

    assert [desk.here, "not_in_this_practice", desk.here] == [
        listed(practice, here) for practice in (desk.here, desk.there, None)
    ]
    assert listed(None, desk.anywhere) is None


def test_a_confined_key_of_somebody_without_a_role_there_reads_nothing(desk: Desk) -> None:
    there = desk.key("there", desk.there, staff="bill")
    refusal = ask_to_read(desk.it.handler, "parked", [], login=there)

    assert isinstance(refusal, Refused)
    assert "not_in_this_practice" == refusal.code


def test_a_key_that_is_over_reads_nothing(desk: Desk) -> None:
    clock_at(desk, datetime(2026, 2, 1, tzinfo=UTC))
    expired = reader_of(desk.it.handler, desk.anywhere)
    clock_at(desk, BEGIN)
    desk.revoke(desk.anywhere)
    revoked = reader_of(desk.it.handler, desk.anywhere)

    assert isinstance(expired, Refused)
    assert isinstance(revoked, Refused)
    assert ("api_key_expired", "api_key_revoked") == (expired.code, revoked.code)
    assert not may_read(desk.it.handler, [desk.patient], desk.anywhere)


# --- reading outside the own practice -----------------------------------------------------------------------------


def elevating(desk: Desk) -> dict[str, Any]:
    until = "2026-01-01T14:00:00Z"
    return {"reason": "emergency", "case": "ER-7", "until": until, "words": "Found.", "patients": [desk.elsewhere]}


def test_no_key_elevates(desk: Desk) -> None:
    desk.it.accepted("bind_login", {"login": "os:bea", "staff": desk.it.ids["bea"]})
    of_practice = elevating(desk) | {"patients": [], "practice": desk.there}
    keys = [desk.key("bea", staff="bea"), desk.key("beathere", desk.there, staff="bea")]
    by_keys = [code(desk.by(login, "elevate", of_practice)) for login in keys]

    assert ["elevation_by_api_key"] * 2 == by_keys
    assert "accepted" == code(desk.by("os:bea", "elevate", elevating(desk)))


def test_what_no_key_does_none_does_by_having_it_released(desk: Desk) -> None:
    """A delivery that waits for who acts is decided as its sender, who is a key."""
    it, bea, admin = desk.it, desk.key("bea", staff="bea"), desk.key("admin", staff="admin")
    issued = {"name": "more", "digest": "ef" * 32, "staff": it.ids["fay"], "scopes": ["read"]}
    issued |= {"expires_at": "2026-02-01T00:00:00Z"}
    released = []
    for login, command, data, staff in (
        (bea, "elevate", elevating(desk), "bea"),
        (admin, "issue_api_key", issued, "admin"),
    ):
        unknown = {"id": {"system": "hr", "value": f"new-{staff}"}}
        delivery = dict(desk.by(login, command, data, actor=unknown).ids)["delivery"]
        named = {"source": "direct", "delivery": delivery}
        it.accepted("resolve_delivery", named | {"subject": it.ids[staff]})
        released.append(code(it.send("release_delivery", named)))

    assert ["elevation_by_api_key", "api_key_by_api_key"] == released


def test_an_elevation_of_a_person_opens_nothing_to_the_keys_of_that_person(desk: Desk) -> None:
    it, key = desk.it, desk.key("bea", staff="bea")
    it.accepted("bind_login", {"login": "os:bea", "staff": it.ids["bea"]})
    desk.by("os:bea", "elevate", elevating(desk))
    of_practice = elevating(desk) | {"patients": [], "practice": desk.there}
    assert "accepted" == code(desk.by("os:bea", "elevate", of_practice))

    def opened(login: str) -> list[bool]:
        listed = practice_to_list(it.handler, "months", desk.there, there_are=[desk.here, desk.there], login=login)
        refusal = ask_to_read(it.handler, "month", [desk.elsewhere], login=login)
        one, all_of_it = may_read(it.handler, [desk.elsewhere], login), may_read_practice(it.handler, desk.there, login)
        return [one, all_of_it, refusal is None, not isinstance(listed, Refused)]

    assert [[True] * 4, [False] * 4] == [opened("os:bea"), opened(key)]


# --- who came in ------------------------------------------------------------------------------------------------


def of_the_door(desk: Desk) -> list[Any]:
    return [fact.event for fact in desk.it.log.follow(0, 10_000) if isinstance(fact.event, LoginUsed | AttemptDenied)]


def test_a_login_is_on_record_once_a_day_for_each_method(desk: Desk) -> None:
    for _ in range(3):
        login_used(desk.it.handler, desk.anywhere, "api_key")
    login_used(desk.it.handler, desk.anywhere, "token")
    clock_at(desk, datetime(2026, 1, 2, tzinfo=UTC))
    login_used(desk.it.handler, desk.anywhere, "api_key")

    first, second = date(2026, 1, 1), date(2026, 1, 2)
    assert [("api_key", first), ("token", first), ("api_key", second)] == [
        (event.method, event.on) for event in of_the_door(desk)
    ]


def test_a_login_is_on_record_once_whichever_process_heard_it(desk: Desk) -> None:
    login_used(desk.it.handler, desk.anywhere, "api_key")
    desk.it.handler.entered.clear()
    login_used(desk.it.handler, desk.anywhere, "api_key")

    assert 1 == len(of_the_door(desk))


def test_denied_attempts_of_a_day_are_one_fact_and_a_count(desk: Desk) -> None:
    before = desk.it.log.refresh()
    for _ in range(3):
        attempt_denied(desk.it.handler, None, "month", "not_authenticated")
    attempt_denied(desk.it.handler, desk.anywhere, "month", "scope_missing")
    counts = [count.times for count in desk.it.log.refusal_counts(before)]

    assert [(None, "not_authenticated"), (desk.anywhere, "scope_missing")] == [
        (event.login, event.code) for event in of_the_door(desk)
    ]
    assert [3] == [times for times in counts if times > 1]


def test_facts_of_the_door_move_no_decision(desk: Desk) -> None:
    login_used(desk.it.handler, desk.anywhere, "api_key")
    attempt_denied(desk.it.handler, desk.anywhere, "month", "scope_missing")
    facts = [fact for fact in desk.it.log.follow(0, 10_000) if isinstance(fact.event, LoginUsed | AttemptDenied)]

    assert [f"{home}/2026-01-01" for home in ("logins", "attempts")] == [fact.home for fact in facts]
    assert all(home.startswith(UNDECIDABLE_PREFIXES) for home in (fact.home for fact in facts))

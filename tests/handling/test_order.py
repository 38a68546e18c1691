"""Lines of a group are decided in their order, each over those before it, whichever database holds the ledger.

Each of these was wrong on a server, where small groups are decided without asking what moved meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commands.handle import Handler
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.store.connection import Place, open_ledger
from ledger.streams.care_month import TimeLogged
from ledger.terms.identity import patient_tag
from tests.house import BEGIN, KEY, LOGIN, House, consent_of, house
from tests.postgres.servers import unused_address

Another = Callable[[], House]


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return tmp_path / "ledger" if request.param == "sqlite" else unused_address()


@pytest.fixture
def it(place: Place) -> Iterator[House]:
    with house(place) as opened:
        opened.clock = "2026-02-10T12:00:00Z"
        yield opened


@pytest.fixture
def another(place: Place, it: House) -> Iterator[Another]:
    """Another program on the same ledger."""
    with ExitStack() as stack:

        def opened() -> House:
            clock = SimulatedClock(BEGIN)
            log = stack.enter_context(open_ledger(place, master_key=KEY, clock=clock, ids=SystemIds()))
            handler = Handler(log=log, ids=SystemIds(), clock=clock, zones=PinnedZones(), login=LOGIN)
            return House(log, handler, it.clock, it.ids, 100_000)

        yield opened


def hawaii(it: House) -> str:
    """A second practice, ten hours behind UTC."""
    answer = it.accepted(
        "register_practice",
        {
            "name": "Hawaii Care",
            "tin": "999999999",
            "zone": "Pacific/Honolulu",
            "sites": [{"name": "Main", "place_of_service": "11"}],
        },
    )
    it.accepted("grant_role", {"staff": it.ids["fay"], "role": "front_desk", "from_on": "2025-01-01"})
    return dict(answer.ids)["practice"]


def work(it: House, day: str = "2026-02-05", **changes: Any) -> bytes:
    head = {name: changes.pop(name) for name in ("key", "clock") if name in changes}
    data = {
        "patient": it.ids["patient"],
        "performer": it.ids["bea"],
        "start": f"{day}T15:00:00Z",
        "end": f"{day}T15:10:00Z",
        "activity": "chart_review",
        "description": "Read the letter.",
    }
    return it.line("log_time", data | changes, actor="bea", **head)


def assignment(it: House, practice: str, from_on: str) -> bytes:
    return it.line(
        "assign_practice", {"patient": it.ids["patient"], "practice": practice, "from_on": from_on}, actor="fay"
    )


def entry_at(it: House, position: int) -> TimeLogged:
    (fact,) = it.log.facts_at([position])
    assert isinstance(fact.event, TimeLogged)
    return fact.event


def test_a_line_that_is_decided_again_does_not_see_what_later_lines_of_its_group_wrote(
    it: House, another: Another
) -> None:
    second, mine = hawaii(it), another()
    mine.log_time("2026-02-02T15:00:00Z", "2026-02-02T15:05:00Z")
    it.log_time("2026-02-03T15:00:00Z", "2026-02-03T15:05:00Z", performer=it.ids["cal"], actor="cal")
    logged, moved = mine.send_lines(work(mine), assignment(mine, second, "2026-02-04"))

    assert ("accepted", "accepted") == (logged.outcome, moved.outcome)
    assert "America/Chicago" == entry_at(mine, logged.positions[0]).zone


def test_a_key_that_comes_again_does_not_turn_the_order_of_its_group_round(it: House) -> None:
    second = hawaii(it)
    again = work(it, "2026-02-06", key="again", performer=it.ids["cal"])
    it.send_lines(again)
    answers = it.send_lines(again, work(it, "2026-02-06"), assignment(it, second, "2026-02-05"))

    assert ["unchanged", "accepted", "accepted"] == [answer.outcome for answer in answers]
    assert "America/Chicago" == entry_at(it, answers[1].positions[0]).zone


def test_a_refusal_that_is_decided_again_rests_on_what_came_before_it(it: House, another: Another) -> None:
    mine = another()
    pcm = {"patient": it.ids["patient"], "practitioner": it.ids["ada"], "programme": "PCM", "side": "practitioner"}
    mine.log_time("2026-02-02T15:00:00Z", "2026-02-02T15:05:00Z")
    it.accepted("record_visit", {"patient": it.ids["patient"], "on": "2026-02-01", "code": "99213"}, actor="bea")
    designated, ended = mine.send_lines(
        mine.line("designate_practitioner", pcm | {"from_month": "2026-02", "until_month": "2026-02"}, actor="ada"),
        mine.line(
            "end_role",
            {
                "staff": it.ids["ada"],
                "role": "practitioner",
                "practice": it.ids["practice"],
                "last_on": "2026-02-09",
            },
            actor="admin",
        ),
    )

    assert ("accepted", "accepted") == (designated.outcome, ended.outcome)


def test_each_line_of_a_group_is_decided_at_its_own_clock_also_when_it_is_decided_twice(it: House) -> None:
    early, late = {"clock": "2026-02-10T12:00:00Z"}, {"clock": "2026-03-10T12:00:00Z"}
    answers = it.send_lines(work(it, "2026-02-20", **early), work(it, "2026-03-09", **late))

    assert ["in_the_future", None] == [a.refusal.code if a.refusal else None for a in answers]


def test_a_recollection_counts_from_the_clock_of_its_own_line(it: House) -> None:
    recollected = consent_of(it, occurred_at="2026-02-08T15:00:00Z", evidence={"kind": "recollection"})
    it.send_lines(
        it.line("record_consent", recollected, actor="bea", clock="2026-02-11T12:00:00Z"),
        work(it, "2026-04-09", clock="2026-03-10T12:00:00Z"),
    )
    consent = it.handler.state(patient_tag(it.ids["patient"])).consents[-1]

    assert datetime(2026, 2, 11, 12, tzinfo=UTC) == consent.recorded_at


def test_what_a_group_adds_comes_behind_what_others_recorded_meanwhile(it: House, another: Another) -> None:
    second, mine = hawaii(it), another()
    mine.log_time("2026-02-01T15:00:00Z", "2026-02-01T15:05:00Z")
    for n in range(3):
        names = [{"system": "mrn", "value": f"other-{n}"}]
        it.accepted("register_patient", {"identifiers": names, "demographics": {"given": "X"}}, actor="fay")
    names = [{"system": "mrn", "value": "new"}]
    new = dict(it.accepted("register_patient", {"identifiers": names, "demographics": {}}, actor="fay").ids)["patient"]
    since = {"patient": new, "from_on": "2026-01-01"}
    it.accepted("assign_practice", since | {"practice": it.ids["practice"]}, actor="fay")
    answers = mine.send_lines(
        mine.line("assign_practice", since | {"practice": second}, actor="fay"),
        work(mine, patient=new, start="2026-02-01T07:00:00Z", end="2026-02-01T07:20:00Z"),
    )

    assert ("Pacific/Honolulu", ("2026-01",)) == (
        entry_at(mine, answers[1].positions[0]).zone,
        entry_at(mine, answers[1].positions[0]).months(),
    )


def test_work_that_each_of_two_practices_sees_on_the_others_day_is_recorded(it: House) -> None:
    second = hawaii(it)
    it.send_lines(assignment(it, second, "2026-02-01"))
    answer = it.log_time("2026-02-01T07:00:00Z", "2026-02-01T07:10:00Z")

    assert "accepted" == answer.outcome


def test_a_key_is_bound_also_where_an_earlier_line_of_its_group_said_the_same(it: House) -> None:
    visit = {"patient": it.ids["patient"], "on": "2026-01-20", "code": "99213"}
    first, same = it.send_lines(
        it.line("record_visit", visit, actor="bea", key="one"), it.line("record_visit", visit, actor="bea", key="two")
    )
    other = it.send("record_visit", visit | {"on": "2026-01-21"}, actor="bea", key="two")

    assert ("accepted", "unchanged", first.positions) == (first.outcome, same.outcome, same.positions)
    assert other.refusal is not None
    assert "exists_with_different_content" == other.refusal.code


def test_a_refusal_by_an_earlier_line_of_its_group_names_where_that_came_to_stand(it: House) -> None:
    patient = {"patient": it.ids["patient"]}
    first, refused = it.send_lines(
        it.line("record_death", patient | {"on": "2026-01-20"}, actor="fay"),
        it.line("attest_risk", patient | {"on": "2026-01-25"}, actor="ada", clock="2026-02-01T12:00:00Z"),
    )

    assert refused.refusal is not None
    assert ("after_death", first.positions) == (refused.refusal.code, refused.refusal.facts)

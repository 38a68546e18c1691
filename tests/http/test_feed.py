"""The feed over a real socket: in order, without gap or repeat, for whoever may see it and as long as they may."""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces.http.feed import Pace
from interfaces.http.followers import Followers
from ledger.store.connection import Place
from tests.http.feed_server import FEED, WITH_WORDS, Served, frames, plain, serving, wait_until
from tests.postgres.servers import unused_address

pytestmark = pytest.mark.slow
CANARIES = ("Pat", "Poe", "1950-02-03", "mrn-1", "pill box", "note of 5 January", "In words.")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which database the ledger is in."""
    kind: str = request.param
    return kind


def new_place(engine: str, folder: Path) -> Place:
    return folder / "ledger" if engine == "sqlite" else unused_address()


@pytest.fixture(scope="module")
def served(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One company, served for all tests of this module; they add to it."""
    folder = tmp_path_factory.mktemp("feed")
    with serving(new_place(engine, folder), folder) as it:
        it.house.clock = "2026-01-20T18:00:00Z"
        it.house.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
        yield it


MINUTES = iter(range(10_000))


def work(served: Served) -> int:
    """One more minute of work; its position."""
    at = next(MINUTES)
    start = f"2026-01-{9 + at // 600:02d}T{10 + at // 60 % 10:02d}:{at % 60:02d}:00Z"
    (position,) = served.house.log_time(start, start.replace(":00Z", ":30Z")).positions
    return position


def positions(events: list[dict[str, Any]]) -> list[int]:
    return [event["position"] for event in events]


# --- pages --------------------------------------------------------------------------------------------------------


def test_pages_hand_out_every_position_once_and_in_order(served: Served) -> None:
    events = served.events(served.key("feed"), limit=7)

    assert positions(events) == list(range(1, len(events) + 1))
    assert len(events) >= served.house.log.refresh() - 1


def test_a_page_says_how_far_it_looked_and_where_the_next_one_is(served: Served) -> None:
    answer = served.get("/feed", served.key("feed"), after=3, limit=4)

    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    assert answer.headers["ccm-position"] == "7"
    assert answer.links["next"]["url"] == "/v1/ledgers/clinic/feed?after=7&limit=4"
    assert positions(answer.json()) == [4, 5, 6, 7]


def test_the_last_page_names_no_next_one(served: Served) -> None:
    answer = served.get("/feed", served.key("feed"), limit=1000)

    assert "link" not in answer.headers
    assert answer.headers["ccm-position"] == answer.headers["ccm-head"]


def test_only_kinds_that_are_asked_for_are_handed_out(served: Served) -> None:
    events = served.events(served.key("cora"), type=["consent_recorded", "ccm-ledger.time_logged.v1"], limit=1)

    assert {event["type"] for event in events} == {"ccm-ledger.consent_recorded.v1", "ccm-ledger.time_logged.v1"}


def test_a_page_that_waits_comes_with_the_next_fact(served: Served) -> None:
    key, head = served.key("feed"), served.house.log.refresh()
    threading.Timer(0.5, lambda: work(served)).start()
    begun = time.monotonic()
    answer = served.get("/feed", key, after=head, wait=20)

    assert positions(answer.json())[0] == head + 1
    assert 0.4 < time.monotonic() - begun < 5


def test_a_page_that_waited_in_vain_is_empty(served: Served) -> None:
    key, head = served.key("feed"), served.house.log.refresh()
    answer = served.get("/feed", key, after=head, wait=1)

    assert (answer.status_code, answer.json(), answer.headers["ccm-position"]) == (200, [], str(head))


@pytest.mark.parametrize(
    "query",
    [
        {"after": "-1"},
        {"after": "1e3"},
        {"after": "٣"},
        {"after": ["1", "2"]},
        {"after": "9" * 30},
        {"limit": "0"},
        {"limit": "1001"},
        {"wait": "31"},
        {"type": "no_such_kind"},
        {"words": "yes"},
        {"purpose": "curiosity"},
        {"afterr": "1"},
    ],
)
def test_a_parameter_that_is_not_understood_is_refused(served: Served, query: dict[str, Any]) -> None:
    answer = served.get("/feed", served.key("feed"), **query)

    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_unreadable")


@pytest.mark.parametrize("path", ["/feed", "/feed/stream"])
def test_whoever_has_seen_more_than_there_is_is_told(served: Served, path: str) -> None:
    answer = served.get(path, served.key("feed"), after=999_999)

    assert (answer.status_code, answer.json()["code"]) == (409, "position_not_there")


# --- who sees what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/feed", "/feed/stream"])
def test_the_feed_needs_its_scope_and_words_need_theirs(served: Served, path: str) -> None:
    without = served.key("bea", frozenset({"append", "read"}))

    assert served.get(path, without).json()["code"] == "scope_missing"
    assert served.get(path, served.key("bea"), words="true").json()["scope"] == "words"
    assert served.get(path, "nobody's").status_code == 401


@pytest.mark.parametrize(
    ("short", "scopes", "words"),
    [("bea", FEED, "false"), ("bea", WITH_WORDS, "false"), ("feed", WITH_WORDS, "true")],
)
def test_no_words_without_scope_asking_and_role(served: Served, short: str, scopes: frozenset[str], words: str) -> None:
    answer = served.get("/feed", served.key(short, scopes), limit=1000, words=words)

    assert [canary for canary in CANARIES if canary in answer.text] == []


def test_words_for_whoever_has_scope_and_role_are_recorded(served: Served) -> None:
    key, before = served.key("bea", WITH_WORDS), served.house.log.refresh()
    answer = served.get("/feed", key, limit=1000, words="true", purpose="treatment")

    assert all(canary in answer.text for canary in ("Poe", "pill box"))
    facts = served.house.log.facts_at(range(before + 1, served.house.log.refresh() + 1))
    (access,) = [fact for fact in facts if fact.event.TOPIC == "record_read"]
    assert access.event.opened_words is True  # type: ignore[attr-defined]
    assert (access.said.authenticated_as, access.said.purpose) == ("key:bea", "treatment")


def test_an_integration_sees_what_it_delivered_and_of_the_rest_that_there_is_something(served: Served) -> None:
    login, key = "key:timer", served.keys.add("key:timer")
    house = served.house
    own = house.handler.login
    house.handler.login = login
    try:
        house.accepted("register_source", {"system": "timer2", "login": login}, actor="admin")
        position = work(served)
    finally:
        house.handler.login = own
    events = served.events(key)

    assert position in positions(plain(events))  # type: ignore[arg-type]
    assert {event["position"] for event in events if "withheld" in event} > {1, 29}
    assert positions(events) == list(range(1, len(events) + 1))


def test_a_key_for_another_practice_shows_nothing_of_this_one(served: Served) -> None:
    other: dict[str, Any] = {"name": "Elsewhere", "tin": "987654321", "zone": "America/Chicago"}
    other |= {"sites": [{"name": "Main", "place_of_service": "11"}]}
    if "elsewhere" not in served.house.ids:
        registered = served.house.accepted("register_practice", other, actor="admin")
        served.house.ids["elsewhere"] = dict(registered.ids)["practice"]
    key = served.key("cora", FEED, frozenset({served.house.ids["elsewhere"]}))

    shown = {event["type"] for event in plain(served.events(key))}
    assert not [kind for kind in shown if "patient" in kind or "time" in kind or "consent" in kind]


def test_accesses_are_shown_to_auditors_and_to_no_nurse(served: Served) -> None:
    read = "record_read"
    served.get("/feed", served.key("bea"), limit=1000)
    auditor, nurse = served.key("audi"), served.key("bea")

    assert plain(served.events(auditor, type=read))
    assert plain(served.events(nurse, type=read)) == []


def test_following_does_not_write_for_ever(served: Served) -> None:
    """Each read of the feed is a fact, which the feed shows: two auditors must not answer each other without end."""
    first, second = served.key("audi"), served.key("cora")
    for key in (first, second, first, second):
        served.events(key)
    head = served.house.log.refresh()
    for key in (first, second, first, second):
        served.events(key, after=head)

    assert served.house.log.refresh() == head


# --- streams ------------------------------------------------------------------------------------------------------


def test_a_stream_goes_on_with_what_is_appended(served: Served) -> None:
    key, head = served.key("feed"), served.house.log.refresh()
    with served.client(key) as client, client.stream("GET", "/feed/stream", params={"after": head - 1}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = frames(answer)
        assert next(events).position == head
        position = work(served)
        event = next(events)

    assert (event.position, event.kind) == (position, "ccm-ledger.time_logged.v1")
    assert event.data["id"] == f"{served.house.log.ledger_id}/{position}"


def test_a_client_that_comes_back_goes_on_behind_its_last_id(served: Served) -> None:
    key = served.key("feed")
    with served.client(key) as client:
        headers = {"Last-Event-ID": "5"}
        with client.stream("GET", "/feed/stream", params={"after": 0}, headers=headers) as answer:
            assert next(frames(answer)).position == 6


def test_what_another_process_appends_is_streamed_too(served: Served, tmp_path: Path) -> None:
    key, head = served.key("feed"), served.house.log.refresh()
    line = served.house.line(
        "record_visit",
        {"patient": served.house.ids["patient"], "on": "2026-01-12", "code": "99213", "practitioner": ADA},
        actor="ada",
        key=f"other-{head}",
    ).replace(ADA.encode(), served.house.ids["ada"].encode())
    environment = {**os.environ, "CCM_LEDGER": str(served.place), "CCM_LEDGER_KEY_FILE": str(served.key_file)}
    words = [sys.executable, "-m", "interfaces.cli.main", "submit", "-"]
    with served.client(key) as client, client.stream("GET", "/feed/stream", params={"after": head}) as answer:
        done = subprocess.run(words, input=line, env=environment, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        event = next(frames(answer))

    assert (event.position, event.kind) == (head + 1, "ccm-ledger.visit_recorded.v1")


ADA = "st_aaaaaaaaaaaaaaaaaaaaaaaaaa"


def test_a_key_that_is_revoked_gets_no_further_fact(served: Served) -> None:
    key, head = served.keys.add(served.login("feed"), key="to be revoked"), served.house.log.refresh()
    with served.client(key) as client, client.stream("GET", "/feed/stream", params={"after": head}) as answer:
        wait_until(lambda: served.feed.followers.count == 1)
        del served.keys.callers[key]
        work(served)

        assert list(frames(answer)) == []


def test_a_key_follows_a_bounded_number_of_times(served: Served) -> None:
    key, head = served.key("feed"), served.house.log.refresh()
    clients = [served.client(key) for _ in range(9)]
    answers = [client.send(client.build_request("GET", "/feed/stream?after=1"), stream=True) for client in clients]
    statuses = [answer.status_code for answer in answers]
    waiting = served.get("/feed", key, after=head, wait=5)
    for answer, client in zip(answers, clients, strict=True):
        answer.close()
        client.close()

    assert statuses == [200] * 8 + [429]
    assert (waiting.status_code, waiting.json()["code"]) == (429, "too_many_followers")
    wait_until(lambda: served.feed.followers.count == 0)
    assert served.get("/feed", key, after=head, wait=1).status_code == 200


def test_the_head_of_a_stream_is_its_headers_and_ends(served: Served) -> None:
    key = served.key("feed")
    with served.client(key) as client, client.stream("GET", "/feed/stream") as going_on:
        answer = client.head("/feed/stream")
        again = client.head("/feed/stream")

    told = {name for name in answer.headers if name != "transfer-encoding"}
    assert (answer.status_code, again.status_code) == (200, 200)
    assert told == {name for name in going_on.headers if name != "transfer-encoding"}, "no length that GET has not"
    assert served.feed.followers.count <= 1


def test_the_head_of_a_stream_behind_the_end_is_refused_like_the_stream(served: Served) -> None:
    with served.client(served.key("feed")) as client:
        answer = client.head("/feed/stream", params={"after": 2_000_000})

    assert answer.status_code == 409


def test_whoever_asks_for_the_head_of_a_stream_is_no_follower(served: Served) -> None:
    with served.client(served.key("feed")) as client:
        client.head("/feed/stream")

    numbers = served.get(f"{served.url}/metrics", served.key("admin", frozenset({"operate"}))).text
    assert 'ccm_ledger_request_seconds_count{ledger="clinic",operation="feed_stream"} ' in numbers


def test_followers_that_come_and_go_miss_nothing_and_see_nothing_twice(served: Served) -> None:
    """Forty facts appended meanwhile by two writers; each follower breaks off where chance has it, and comes back."""
    key, head = served.key("feed"), served.house.log.refresh()
    writers = [threading.Thread(target=_write, args=(served, number)) for number in range(2)]
    seen: list[list[int]] = [[] for _ in range(4)]
    followers = [
        threading.Thread(target=_follow, args=(served, key, head, head + 40, random.Random(number), seen[number]))
        for number in range(4)
    ]
    for thread in (*followers, *writers):
        thread.start()
    for thread in (*writers, *followers):
        thread.join(60)

    assert seen == [list(range(head + 1, head + 41))] * 4


def _write(served: Served, number: int) -> None:
    with served.client(served.key("bea")) as client:
        for count in range(20):
            data = {"patient": served.house.ids["patient"], "performer": served.house.ids["bea"]}
            data |= {"start": f"2026-02-{number + 1:02d}T10:{count:02d}:00Z", "activity": "phone_call"}
            data |= {"end": f"2026-02-{number + 1:02d}T10:{count:02d}:20Z", "description": "Called."}
            body = {"data": data, "actor": {"id": served.house.ids["bea"]}, "clock": "2026-03-01T12:00:00Z"}
            headers = {"Idempotency-Key": f"{served.place}-{number}-{count}"}
            answer = client.post("/commands/log_time", json=body, headers=headers)
            assert answer.status_code == 201, answer.text


def _follow(served: Served, key: str, after: int, until: int, chance: random.Random, seen: list[int]) -> None:
    with served.client(key) as client:
        while after < until:
            stop = chance.randint(1, 9)
            if chance.random() < 0.4:
                answer = client.get("/feed", params={"after": after, "limit": stop, "wait": 5})
                seen += positions(answer.json())
                after = int(answer.headers["ccm-position"])
                continue
            headers = {"Last-Event-ID": str(after)}
            with client.stream("GET", "/feed/stream", headers=headers) as answer:
                for event in frames(answer):
                    seen.append(event.position)
                    after = event.position
                    stop -= 1
                    if not stop or after >= until:
                        break


# --- a server of its own: its pace and its end --------------------------------------------------------------------


def hurried(app: Any, **pace: Any) -> None:
    app.state.feed.pace = Pace(**pace)


def test_a_stream_in_which_nothing_happens_says_that_it_is_there(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "ledger", tmp_path, lambda app: hurried(app, heartbeat=0.2)) as served,
        served.client(served.key("feed")) as client,
        client.stream("GET", "/feed/stream", params={"after": served.house.log.refresh()}) as answer,
    ):
        lines = answer.iter_lines()

        assert ": still here" in [next(lines) for _ in range(6)]


def test_a_stream_that_lasted_long_enough_ends_politely(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "ledger", tmp_path, lambda app: hurried(app, heartbeat=0.1, lasting=0.3)) as served,
        served.client(served.key("feed")) as client,
        client.stream("GET", "/feed/stream", params={"after": served.house.log.refresh()}) as answer,
    ):
        assert ": ends here" in list(answer.iter_lines())


def test_streams_end_politely_when_the_server_does(tmp_path: Path) -> None:
    with serving(tmp_path / "ledger", tmp_path) as served:
        client = served.client(served.key("feed"))
        answer = client.send(client.build_request("GET", "/feed/stream?after=1"), stream=True)
        lines: list[str] = []
        reading = threading.Thread(target=lambda: lines.extend(answer.iter_lines()))
        reading.start()
        wait_until(lambda: served.feed.followers.count == 1)
        begun = time.monotonic()

    reading.join(10)
    client.close()
    assert time.monotonic() - begun < 8
    assert lines[-2:] == [": ends here", ""]


def test_a_client_that_takes_nothing_is_dropped(tmp_path: Path) -> None:
    """The rulebook alone is larger than what the sockets hold, so whoever does not read holds the server up."""

    def prepare(app: Any) -> None:
        hurried(app, patience=0.5)

    with serving(tmp_path / "ledger", tmp_path, prepare, held_by_sockets=4_096) as served:
        key = served.key("cora")
        host, port = served.url.removeprefix("http://").split(":")
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            stuck.connect((host, int(port)))
            request = f"GET /v1/ledgers/clinic/feed/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
            stuck.sendall(request.encode())
            wait_until(lambda: served.feed.followers.count == 1)
            wait_until(lambda: served.feed.followers.count == 0)


def test_no_more_follow_than_the_server_holds() -> None:
    followers = Followers(all_max=0)

    assert followers.count == 0
    with pytest.raises(Exception, match="too_many_followers"), followers.place(Hosted(), "key:x"):  # type: ignore[arg-type]
        pass


class Hosted:
    """As much of a ledger as a place among its followers needs."""

    name = "clinic"

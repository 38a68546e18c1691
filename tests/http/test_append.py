"""Commands over a real socket: what is answered is what `submit` answers, and every error is a problem document."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from commands.catalog import CATALOG
from commands.wire import Delivery
from ledger.streams.base import FactClass
from ledger.terms.notices import NOTICES
from ledger.terms.refusals import REFUSALS
from tests.http.clients import NO_TLS
from tests.http.feed_server import FEED, Served, serving
from tests.http.places import ENGINES, new_place

CLOCK = "2026-02-01T12:00:00Z"


@pytest.fixture(scope="module", params=ENGINES)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One company, served for all tests of this module; they add to it."""
    folder = tmp_path_factory.mktemp("append")
    with serving(new_place(request.param, folder), folder) as it:
        yield it


MINUTES = iter(range(20_000))


def entry(served: Served, **changes: Any) -> dict[str, Any]:
    """What logs a minute that nobody logged before."""
    minute = next(MINUTES)
    at = f"2026-01-{6 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}"
    whole = {"patient": served.house.ids["patient"], "performer": served.house.ids["bea"], "activity": "phone_call"}
    return {**whole, "start": f"{at}:00Z", "end": f"{at}:59Z", "description": "Called about the inhaler.", **changes}


def body(served: Served, data: dict[str, Any], **head: Any) -> dict[str, Any]:
    """The body of a typed operation."""
    return {"actor": {"id": served.house.ids["bea"]}, "clock": CLOCK, **head, "data": data}


def post(served: Served, command: str, given: Any, key: str | None, **headers: str) -> httpx.Response:
    """One typed operation, as nurse Bea's program."""
    told = {} if key is None else {"Idempotency-Key": key}
    with served.client(served.key("bea")) as client:
        return client.post(f"/commands/{command}", json=given, headers={**told, **headers})


def added(served: Served, before: int) -> list[str]:
    """The facts behind a position that are no accesses, by topic."""
    facts = served.house.log.follow(before, 1_000)
    return [fact.event.TOPIC for fact in facts if fact.event.FACT is not FactClass.ACCESS]


def test_an_accepted_command_is_201_and_answered_as_submit_answers(served: Served) -> None:
    data = entry(served)

    answer = post(served, "log_time", body(served, data), "accepted-1")

    assert answer.status_code == 201
    told = answer.json()
    fact = served.house.log.facts_at(told["positions"])[0]
    assert fact.envelope.authenticated_as == served.login("bea")
    actor = {"id": served.house.ids["bea"]}
    line = served.house.handler.read(served.house.line("log_time", data, key="accepted-1", clock=CLOCK, actor=actor))
    assert isinstance(line, Delivery)
    (again,) = served.house.handler.handle([line._replace(login=served.login("bea"))])
    as_submit = {**again.as_json(1), "outcome": "accepted", "notices": told["notices"], "simulated": True}
    assert told == as_submit


def test_the_same_key_and_content_is_200_with_the_same_ids_and_nothing_new(served: Served) -> None:
    given = body(served, entry(served))
    first = post(served, "log_time", given, "again-1")
    before = served.house.log.refresh()

    again = post(served, "log_time", given, "again-1")

    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert again.json()["positions"] == first.json()["positions"]
    assert again.json()["ids"] == first.json()["ids"]
    assert added(served, before) == []


def test_other_content_under_the_same_key_is_422(served: Served) -> None:
    first = post(served, "log_time", body(served, entry(served)), "other-1")

    other = post(served, "log_time", body(served, entry(served)), "other-1")

    assert first.status_code == 201
    assert (other.status_code, other.json()["code"]) == (422, "exists_with_different_content")


def test_a_refused_key_is_decided_afresh(served: Served) -> None:
    wrong = entry(served)
    wrong["end"], wrong["start"] = wrong["start"], wrong["end"]

    refused = post(served, "log_time", body(served, wrong), "afresh-1")
    right = post(served, "log_time", body(served, entry(served)), "afresh-1")

    assert refused.status_code in {400, 422}
    assert refused.headers["content-type"] == "application/problem+json"
    assert right.status_code == 201


def test_of_many_requests_with_one_key_at_once_one_is_accepted_and_none_is_lost(served: Served) -> None:
    given = body(served, entry(served))
    heard: list[httpx.Response] = []
    threads = [
        threading.Thread(target=lambda: heard.append(post(served, "log_time", given, "race-1"))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    statuses = Counter(answer.status_code for answer in heard)
    assert statuses[201] == 1
    assert set(statuses) <= {200, 201, 409}
    assert all(answer.json()["code"] == "key_in_flight" for answer in heard if answer.status_code == 409)


def test_a_write_without_a_key_is_a_problem(served: Served) -> None:
    answer = post(served, "log_time", body(served, entry(served)), None)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "line_unreadable"),
        (b"[1]", "line_unreadable"),
        (b"{", "line_unreadable"),
        (b'{"data":{}} x', "line_unreadable"),
        (b'{"data":{},"data":{}}', "field_repeated"),
        (b'{"key":"other","data":{}}', "field_repeated"),
        (b'{"command":"adopt_rulebook","data":{}}', "field_repeated"),
        (b'{"data":{"given":"\xff"}}', "encoding_not_utf8"),
        (b'{"data":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested_too_deeply"),
        (b'{"data":{},"hello":1}', "field_unknown"),
        (b'{"data":{}}', "field_missing"),
        (b'{"data":{"patient":"\\u0000"}}', "nul_byte"),
    ],
)
def test_what_cannot_be_read_is_told_under_its_own_code(served: Served, content: bytes, code: str) -> None:
    headers = {"Idempotency-Key": "unreadable", "Content-Type": "application/json"}
    with served.client(served.key("bea")) as client:
        answer = client.post("/commands/log_time", content=content, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b'{"data": {} x', "at character 13."),
        (b'  {"data": [}', "at character 13."),
        (b'{"data":{}} x', "at character 13."),
        (b'{"data": "' + "\u00e9".encode() + b'" x}', "at character 14."),
        (b'{"data": "abc', "at character 10."),
        (b'\n{"data": "\xff"}', "from its byte 12 on."),
    ],
)
def test_a_place_in_a_body_is_counted_from_its_own_beginning(served: Served, content: bytes, place: str) -> None:
    headers = {"Idempotency-Key": "a-rather-long-key-of-a-client", "Content-Type": "application/json"}
    with served.client(served.key("bea")) as client:
        answer = client.post("/commands/log_time", content=content, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["detail"].endswith(place), answer.json()["detail"]


def test_a_command_that_does_not_exist_is_404(served: Served) -> None:
    answer = post(served, "make_coffee", {"data": {}}, "coffee")

    assert (answer.status_code, answer.json()["code"]) == (404, "command_unknown")


def test_a_delivery_about_somebody_unknown_is_parked_with_202(served: Served) -> None:
    data = entry(served, patient={"system": "mrn", "value": "mrn-nobody"})

    answer = post(served, "log_time", body(served, data, source={"system": "timer"}), "parked-1")

    assert (answer.status_code, answer.json()["outcome"]) == (202, "parked")
    assert answer.json()["refusal"]["waiting_for"] == "patient"


def test_an_expectation_that_does_not_hold_is_412(served: Served) -> None:
    expected = {f"patient/{served.house.ids['patient']}": 1}

    answer = post(served, "log_time", body(served, entry(served), expect=expected), "expect-1")

    assert (answer.status_code, answer.json()["code"]) == (412, "expectation_not_met")


def test_a_whole_line_and_a_typed_operation_are_one_command(served: Served) -> None:
    data = entry(served)
    line = {"v": 1, "key": "whole-1", "command": "log_time", **body(served, data)}
    with served.client(served.key("bea")) as client:
        whole = client.post("/commands", json=line)
        differing = client.post("/commands", json=line, headers={"Idempotency-Key": "another"})

    typed = post(served, "log_time", body(served, data), "whole-1")

    assert (whole.status_code, typed.status_code) == (201, 200)
    assert typed.json()["positions"] == whole.json()["positions"]
    assert (differing.status_code, differing.json()["code"]) == (400, "key_given_twice")


def test_a_stream_answers_every_line_in_order_and_refused_ones_stop_nothing(served: Served) -> None:
    good = [
        json.dumps({"v": 1, "key": f"stream-{n}", "command": "log_time", **body(served, entry(served))})
        for n in range(700)
    ]
    given = [*good[:350], "not json", "", *good[350:]]
    with served.client(served.key("bea")) as client:
        answer = client.post("/lines", content="\n".join(given))

    answers = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.status_code == 200
    assert [told["line"] for told in answers] == [*range(1, 352), *range(353, 703)]
    assert Counter(told["outcome"] for told in answers) == {"accepted": 700, "refused": 1}


def test_answers_come_while_lines_are_still_being_sent(served: Served) -> None:
    first_is_answered = threading.Event()

    def given() -> Iterator[bytes]:
        line = {"v": 1, "key": "talking-1", "command": "log_time", **body(served, entry(served))}
        yield json.dumps(line).encode() + b"\n"
        assert first_is_answered.wait(10), "the first line was not answered while the stream was open"

    heard = _talking(served, given(), first_is_answered)

    assert heard[0]["outcome"] == "accepted"


def _talking(served: Served, given: Iterator[bytes], heard_first: threading.Event) -> list[dict[str, Any]]:
    """Send pieces on a bare connection and read beside it: httpx reads only when everything is sent."""
    import http.client  # noqa: PLC0415 - only here

    host, _, port = served.url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    connection.putrequest("POST", "/v1/ledgers/clinic/lines")
    connection.putheader("Authorization", f"Bearer {served.key('bea')}")
    connection.putheader("Content-Type", "application/x-ndjson")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    first = next(given)
    connection.send(f"{len(first):x}\r\n".encode() + first + b"\r\n")
    answer = connection.getresponse()
    heard = [json.loads(answer.readline())]
    heard_first.set()
    assert list(given) == []
    connection.send(b"0\r\n\r\n")
    assert answer.read() == b""
    connection.close()
    return heard


def test_every_code_has_a_fixed_answer_and_a_page(served: Served) -> None:
    key = served.key("bea")
    before = served.house.log.refresh()
    with served.client(key) as client:
        for code in sorted({*REFUSALS, *NOTICES}):
            headers = {"Idempotency-Key": "fixture", "Ccm-Fixture": code}
            answer = client.post("/commands/log_time", json={"data": {}}, headers=headers)
            page = client.get(f"{served.url}/problems/{code}")

            told = answer.json()
            if answer.status_code == 202:
                assert told["refusal"]["code"] == code
            elif answer.status_code == 201:
                assert [notice["code"] for notice in told["notices"]] == [code]
            else:
                assert (told["code"], told["status"]) == (code, answer.status_code)
                assert told["type"] == f"/problems/{code}"
            assert (page.status_code, code in page.text) == (200, True)
    assert added(served, before) == []


@pytest.mark.parametrize("key", ["k" * 201, "k\ttab"])
def test_a_key_that_a_decided_line_cannot_have_gets_no_fixed_answer_either(served: Served, key: str) -> None:
    fixed, decided = (
        post(served, "log_time", {"data": {}}, key, **more) for more in ({"Ccm-Fixture": "time_already_covered"}, {})
    )

    assert (fixed.status_code, fixed.json()) == (400, decided.json())


def test_a_key_without_the_scope_appends_nothing(served: Served) -> None:
    key = served.key("bea", frozenset({"feed"}))
    before = served.house.log.refresh()
    with served.client(key) as client:
        answers = [
            client.post(path, json={"data": {}}, headers={"Idempotency-Key": "none"})
            for path in ("/commands", *(f"/commands/{name}" for name in CATALOG))
        ]
        answers.append(client.post("/lines", content=b"{}\n", headers={"Content-Type": "application/x-ndjson"}))

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "scope_missing")}
    assert added(served, before) == []


@pytest.mark.parametrize("ledger", ["clinic", "elsewhere", "..", "clinic%00", "CLINIC"])
def test_nobody_unknown_learns_which_ledgers_there_are(served: Served, ledger: str) -> None:
    with httpx.Client(base_url=served.url, trust_env=False, verify=NO_TLS) as client:
        answer = client.post(f"/v1/ledgers/{ledger}/commands", json={}, headers={"Authorization": "Bearer nonsense"})

    assert answer.status_code in {401, 404}
    if answer.status_code == 401:
        assert answer.json()["code"] == "not_authenticated"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_the_default_scope_of_these_tests_appends() -> None:
    assert "append" in FEED

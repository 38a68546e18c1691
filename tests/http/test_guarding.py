"""What the server lets in, how long it waits, and what it says beside every answer: tried over a real socket.

Promise: each attack has its own test, and is answered by a problem document, or by the end of its connection, while
others are served.
"""

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from interfaces.http import document_routes, questions
from interfaces.http.described import Operation
from tests.http.clients import NO_TLS
from tests.http.conftest import Served
from tests.http.server_process import ServerProcess, serving

pytestmark = pytest.mark.slow

CANARY = "Wilhelmina-Quistgaard-1EG4TE5MK73"
"""A name and an MBI that no output may hold."""
COMMAND = "/v1/ledgers/main/commands/log_time"
LINES = "/v1/ledgers/main/lines"
FIND = "/v1/ledgers/main/patients/find"
IMPORTS = "/v1/ledgers/main/import/"


@pytest.fixture(scope="module")
def server(shared: Served) -> Iterator[ServerProcess]:
    """A server with narrow limits."""
    limits = {
        "body_bytes": 20_000,
        "header_seconds": 0.6,
        "body_seconds": 0.8,
        "idle_seconds": 0.8,
        "stream_bytes": 2_000_000,
        "line_bytes": 20_000,
        "answer_seconds": 1.5,
        "requests_at_once": 3,
        "shutdown_seconds": 8,
    }
    with serving(shared.place, shared.key_file, shared.folder, limits=limits, metrics_address="127.0.0.1:0") as running:
        yield running


def raw(server: ServerProcess, *pieces: bytes, pause: float = 0.0, patience: float = 10.0) -> bytes:
    """Everything that the server says to these bytes until it ends the connection, or nothing comes any more."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except OSError:
                break
            time.sleep(pause)
        heard = b""
        try:
            while more := connection.recv(65_536):
                heard += more
        except OSError:
            pass
        return heard


def problem_in(heard: bytes) -> dict[str, Any]:
    """The problem document of an answer."""
    head, _, body = heard.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, heard
    told: dict[str, Any] = json.loads(body)
    return told


def test_a_body_that_says_it_is_too_long_is_not_read(server: ServerProcess) -> None:
    with server.client() as client:
        answer = client.post(COMMAND, content=b"{" * 30_000, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_body_in_chunks_is_read_to_the_limit_and_no_further(server: ServerProcess) -> None:
    with server.client() as client:
        pieces = (b'{"data": "' + b"x" * 4_000 for _ in range(20))
        answer = client.post(COMMAND, content=pieces, headers={"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_line_that_is_too_long_is_refused_and_the_next_one_is_taken(server: ServerProcess, shared: Served) -> None:
    with server.client() as client:
        answer = client.post(LINES, content=b'{"x":"' + b"y" * 30_000 + b'"}\n' + shared.line("after", 1))

    first, second = map(json.loads, answer.text.splitlines())
    assert (first["refusal"]["code"], second["outcome"]) == ("line_too_long", "accepted")


def test_a_stream_ends_with_a_word_where_it_is_longer_than_allowed(server: ServerProcess, shared: Served) -> None:
    with server.client() as client:
        answer = client.post(LINES, content=(b" " * 60_000 + b"\n" for _ in range(60)))

    assert json.loads(answer.text.splitlines()[-1])["error"]["kind"] == "body_too_large"


def test_what_nests_too_deeply_is_refused(server: ServerProcess) -> None:
    body = b'{"data":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    with server.client() as client:
        answer = client.post(COMMAND, content=body, headers={"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["code"]) == (400, "nested_too_deeply")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip"])
def test_a_compressed_body_is_refused(server: ServerProcess, encoding: str) -> None:
    with server.client() as client:
        answer = client.post(COMMAND, content=gzip.compress(b" " * 10_000_000), headers={"Content-Encoding": encoding})

    assert (answer.status_code, answer.json()["code"]) == (415, "encoding_not_taken")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (COMMAND, "text/plain"),
        (COMMAND, "application/x-www-form-urlencoded"),
        (LINES, "multipart/form-data"),
        (IMPORTS + "fhir", "text/csv"),
        (IMPORTS + "time-log", "application/json"),
        (FIND, "text/csv"),
    ],
)
def test_a_body_of_another_kind_is_refused(server: ServerProcess, path: str, kind: str) -> None:
    with server.client() as client:
        answer = client.post(path, content=b"{}", headers={"Content-Type": kind})

    assert (answer.status_code, answer.json()["code"]) == (415, "content_type_not_taken")
    assert "/" in answer.headers["accept"]


@pytest.mark.parametrize(
    "operation",
    [each for each in (*document_routes.OPERATIONS, *questions.OPERATIONS) if each.body],
    ids=lambda each: each.name,
)
def test_the_kind_of_body_that_the_document_names_is_taken(server: ServerProcess, operation: Operation) -> None:
    """A client that is made from the document sends what is described there."""
    assert operation.body is not None
    path = operation.path.format(ledger="main")
    with server.client() as client:
        answer = client.post(path, content=b"{}", headers={"Content-Type": operation.body[0]})

    assert answer.status_code != 415, answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/v1/ledgers/main/../../etc/passwd",
        "/v1/ledgers/main/%2e%2e/x",
        "/v1/ledgers/main/..%2fx",
        "//v1/ledgers/main/lag",
        "/v1/ledgers//lag",
        "/v1/ledgers/main/lag%00",
        "/v1/ledgers/main\\lag",
        "/v1/ledgers/./main/lag",
        "/" + "a" * 1_500,
    ],
)
def test_a_path_with_tricks_leads_nowhere(server: ServerProcess, path: str) -> None:
    heard = raw(server, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    told = problem_in(heard)
    assert heard.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
    assert told["code"] in {"no_such_path", "not_http"}


def test_a_long_address_is_refused(server: ServerProcess) -> None:
    heard = raw(server, b"GET /live?" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")

    assert problem_in(heard)["code"] == "url_too_long"


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"X-%d: y\r\n" % number for number in range(80)),
        b"X-Long: " + b"y" * 40_000 + b"\r\n",
        b"X-Endless: " + b"y" * 900_000,
    ],
)
def test_many_or_long_headers_are_refused(server: ServerProcess, headers: bytes) -> None:
    heard = raw(server, b"GET /live HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n")

    assert heard == b"" or problem_in(heard)["code"] == "headers_too_large"
    assert httpx.get(f"{server.url}/live", trust_env=False, verify=NO_TLS).status_code == 200


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /live HTTP/1.1\r\nHost: x\r\nX-A: b\rc\r\n\r\n",
        b"GET /live HTTP/1.1\r\nHost: x\r\nX-A: b\x00c\r\n\r\n",
        b"POST /live HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /live HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /live HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\n",
        b"POST /live HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a hello of TLS\r\n\r\n",
        b"GET /live HTTP/1.1\r\nHost : x\r\n\r\n",
    ],
)
def test_what_is_no_honest_request_is_answered_by_a_problem(server: ServerProcess, request_bytes: bytes) -> None:
    assert problem_in(raw(server, request_bytes))["code"] == "not_http"


@pytest.mark.parametrize("key", ["k\r\nX-Injected: yes", "k\nSet-Cookie: a=b"])
def test_a_line_end_in_a_value_makes_no_header(server: ServerProcess, shared: Served, key: str) -> None:
    with server.client() as client:
        answer = client.post(
            "/v1/ledgers/main/commands", content=json.dumps({**json.loads(shared.line("k", 1)), "key": key})
        )

    assert "x-injected" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_headers_that_come_drop_by_drop_lose_their_connection(server: ServerProcess) -> None:
    begun = time.monotonic()

    heard = raw(server, *(b"GET /live HT"[i : i + 1] for i in range(12)), pause=0.1)

    assert problem_in(heard)["code"] == "headers_too_slow"
    assert time.monotonic() - begun < 5


def test_a_connection_that_says_nothing_ends(server: ServerProcess) -> None:
    assert problem_in(raw(server))["code"] == "headers_too_slow"


def test_line_ends_between_requests_keep_no_connection(server: ServerProcess) -> None:
    begun = time.monotonic()

    raw(server, b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n", *[b"\r\n"] * 30, pause=0.1)

    assert time.monotonic() - begun < 8


def test_a_body_that_comes_drop_by_drop_is_given_up(server: ServerProcess) -> None:
    head = f"POST {COMMAND} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a-token-of-the-tests\r\nIdempotency-Key: k\r\n"

    heard = raw(server, head.encode() + b"Content-Length: 1000\r\n\r\n", *[b" "] * 15, pause=0.1)

    assert problem_in(heard)["code"] == "body_too_slow"


def test_a_stream_that_pauses_too_long_ends_with_a_word(server: ServerProcess, shared: Served) -> None:
    def lines() -> Any:
        yield shared.line("first", 3)
        time.sleep(2)
        yield shared.line("second", 4)

    with server.client() as client:
        answer = client.post(LINES, content=lines())

    first, last = map(json.loads, answer.text.splitlines())
    assert (first["outcome"], last["error"]["kind"]) == ("accepted", "body_too_slow")


def test_a_client_that_does_not_read_is_given_up(server: ServerProcess) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(b"GET /trial/flood HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2.5)

        assert "ccm_ledger_requests_running 1" in metrics_inside(server)


def metrics_inside(server: ServerProcess) -> str:
    """The numbers for the server's operator; the request for them is one that runs."""
    return httpx.get(f"{server.metrics_url}/metrics", trust_env=False, verify=NO_TLS).text


def test_more_requests_than_are_taken_at_once_are_told_so(
    server: ServerProcess, in_threads: Callable[..., Any]
) -> None:
    slow = in_threads(
        5, lambda _: httpx.get(f"{server.url}/trial/slow", headers={"X-Seconds": "1"}, trust_env=False, verify=NO_TLS)
    )

    assert sorted(answer.status_code for answer in slow) == [200, 200, 200, 503, 503]
    busy = next(answer for answer in slow if answer.status_code == 503)
    assert (busy.json()["code"], busy.headers["retry-after"]) == ("too_busy", "1")


def test_an_answer_that_takes_too_long_is_not_waited_for(server: ServerProcess) -> None:
    answer = httpx.get(f"{server.url}/trial/slow", headers={"X-Seconds": "20"}, trust_env=False, verify=NO_TLS)

    assert (answer.status_code, answer.json()["code"]) == (503, "answer_too_late")


def test_a_defect_is_told_by_its_kind_and_place_alone(server: ServerProcess) -> None:
    answer = httpx.post(f"{server.url}/trial/defect", content=json.dumps(CANARY), trust_env=False, verify=NO_TLS)

    assert (answer.status_code, answer.json()["code"]) == (500, "program_defect")
    assert "KeyError in server_process" in answer.json()["detail"]
    assert CANARY not in answer.text + server.errors


def test_every_answer_says_that_it_is_kept_nowhere_and_is_no_page(server: ServerProcess) -> None:
    with server.client() as client:
        answers = [client.get("/live"), client.get("/nothing"), client.get("/v1/ledgers/main/lag"), client.put(COMMAND)]

    assert [answer.status_code for answer in answers] == [200, 404, 200, 405]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


def test_a_request_id_is_taken_in_a_form_that_holds_nothing_else(server: ServerProcess) -> None:
    given = "0af7651916cd43dd8448eb211c80319c"
    with server.client() as client:
        taken = client.get("/live", headers={"traceparent": f"00-{given}-b7ad6b7169203331-01"})
        uuid = client.get("/live", headers={"X-Request-Id": "0af76519-16cd-43dd-8448-eb211c80319c"})
        refused = client.get("/live", headers={"X-Request-Id": "MRN-4711"})

    assert taken.headers["x-request-id"] == given
    assert uuid.headers["x-request-id"] == "0af76519-16cd-43dd-8448-eb211c80319c"
    assert len(refused.headers["x-request-id"]) == 32


def test_who_asks_too_often_is_told_when_to_come_again(served: Served) -> None:
    rates = {"per_login": "5/hour", "per_stranger": "3/hour"}
    with serving(served.place, served.key_file, served.folder, rates=rates) as server:
        with server.client() as client:
            answers = [client.get("/v1/ledgers/main/lag") for _ in range(6)]
        strangers = [httpx.get(f"{server.url}/v1/ledgers/main/lag", trust_env=False, verify=NO_TLS) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0].headers["ratelimit-policy"] == '"login";q=5;w=3600'
    assert answers[0].headers["ratelimit"].startswith('"login";r=4;t=')
    assert answers[5].json()["code"] == "too_many_requests"
    assert 1 <= int(answers[5].headers["retry-after"]) <= 7_200
    assert [answer.status_code for answer in strangers] == [401, 401, 401, 429]

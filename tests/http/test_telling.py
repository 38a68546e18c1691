"""What operators are told: one line and some numbers a request, and nothing that a client wrote."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from interfaces.http.metrics import SERIES_MAX, Counter, Histogram, shown, text
from ledger.store.log import ALLOWED
from tests.http.clients import NO_TLS
from tests.http.conftest import Served
from tests.http.server_process import ALL_SCOPES, TOKEN, ServerProcess, serving

CANARIES = ("Wilhelmina-Quistgaard", "1EG4-TE5-MK73", "1987-06-05", "wilhelmina@example.org")
COMMANDS = "/v1/ledgers/main/commands"


@pytest.fixture(scope="module")
def server(shared: Served) -> Iterator[ServerProcess]:
    """A server with a port for metrics, that knows a key without the scope for them."""
    with serving(
        shared.place,
        shared.key_file,
        shared.folder,
        known={TOKEN: ALL_SCOPES, "ak_reader": ["read"]},
        metrics_address="127.0.0.1:0",
    ) as running:
        yield running


def numbers(server: ServerProcess) -> str:
    """Everything that the port for metrics tells."""
    return httpx.get(f"{server.metrics_url}/metrics", trust_env=False, verify=NO_TLS).text


def lines_after(server: ServerProcess, before: int, count: int) -> list[dict[str, Any]]:
    """The lines of the log behind the first ones; a line is written just after its answer was sent."""
    end = time.monotonic() + 10
    while len(server.errors.splitlines()) < before + count and time.monotonic() < end:
        time.sleep(0.02)
    return [json.loads(line) for line in server.errors.splitlines()[before:]]


@pytest.mark.slow
def test_nothing_that_a_client_wrote_is_in_logs_metrics_or_problems(server: ServerProcess, shared: Served) -> None:
    """Names, identifiers and dates of a patient are sent in every place that a request has."""
    problems = []
    with server.client() as client:
        for number, canary in enumerate(CANARIES):
            headers = {
                "Idempotency-Key": f"{canary}-{number}",
                "X-Request-Id": canary,
                "User-Agent": canary,
                "Referer": f"https://x/{canary}",
                "Cookie": f"a={canary}",
                "traceparent": canary,
                "Prefer": canary,
            }
            named = shared.body(number, description=canary, patient=canary, **{canary: canary})
            paths = (f"{COMMANDS}/log_time", COMMANDS, f"/v1/ledgers/{canary}/commands", f"/trial/{canary}")
            problems += [client.post(f"{path}?q={canary}", json=named, headers=headers) for path in paths]
            problems.append(client.post(f"{COMMANDS}/{canary}?a={canary}", json=named, headers=headers))
            problems.append(client.post("/trial/defect", content=canary, headers=headers))
            problems.append(client.request("PROPFIND", f"/v1/{canary}", headers=headers))
            stranger = {"Authorization": f"Bearer {canary}"}
            problems.append(client.get("/v1/ledgers/main/lag", params={"p": canary}, headers=stranger))
            accepted = client.post(
                f"{COMMANDS}/log_time",
                json=shared.body(100 + number, description=canary),
                headers={"Idempotency-Key": f"{number}-{canary}"},
            )
            assert accepted.status_code == 201, accepted.text

    assert all(problem.status_code >= 400 for problem in problems)
    said = numbers(server) + server.errors
    for canary in CANARIES:
        assert canary.lower() not in said.lower()
        for problem in problems:
            told = problem.json()
            told.pop("key", None)  # the caller's own key stands in the answer to it, as in that of `submit`
            assert canary not in json.dumps(told)


@pytest.mark.slow
def test_one_line_a_request_with_fields_of_the_list(server: ServerProcess, shared: Served) -> None:
    before = len(server.errors.splitlines())
    with server.client() as client:
        answer = client.post(
            f"{COMMANDS}/log_time", json=shared.body(300), headers={"Idempotency-Key": "one-line"}, params={"a": "b"}
        )

    (line,) = lines_after(server, before, 1)
    assert set(line) <= ALLOWED
    assert (
        line.items()
        >= {
            "method": "POST",
            "route": "/v1/ledgers/{ledger}/commands/{command}",
            "status": 201,
            "ledger": "main",
            "outcome": "accepted",
            "bytes": len(answer.content),
            "caller": "os",
            "request": answer.headers["x-request-id"],
        }.items()
    )
    assert isinstance(line["duration_ms"], int)


@pytest.mark.slow
def test_what_is_refused_before_it_is_looked_at_is_told_with_its_route(server: ServerProcess) -> None:
    before = len(server.errors.splitlines())
    kinds = {"Content-Type": "text/html"}
    with server.client() as client:
        client.post(f"{COMMANDS}/log_time", content=b"x", headers=kinds)
        client.post("/v1/ledgers/main/import/fhir", content=b"x", headers=kinds)
        client.post("/v1/ledgers/main/lines", content=b"x", headers={"Content-Encoding": "gzip"})
        client.post("/v1/nowhere", content=b"x", headers=kinds)

    lines = lines_after(server, before, 4)
    assert [(line["status"], line["route"]) for line in lines] == [
        (415, "/v1/ledgers/{ledger}/commands/{command}"),
        (415, "/v1/ledgers/{ledger}/import/fhir"),
        (415, "/v1/ledgers/{ledger}/lines"),
        (415, "none"),
    ]


@pytest.mark.slow
def test_a_line_end_that_was_sent_makes_no_second_line(server: ServerProcess) -> None:
    before = len(server.errors.splitlines())
    with server.client() as client:
        client.post(COMMANDS, content=b'{"key":"a\\n{\\"event\\":\\"request\\"}"}', headers={"X-A": "\\n{}"})
        client.get("/v1/%0a%7b%22event%22%7d")

    lines = lines_after(server, before, 2)
    assert [line["event"] for line in lines] == ["request", "request"]


@pytest.mark.slow
def test_a_refusal_is_counted_by_its_code(server: ServerProcess) -> None:
    with server.client() as client:
        client.post(f"{COMMANDS}/log_time", json={"data": {}}, headers={"Idempotency-Key": "refused"})

    said = numbers(server)
    assert 'ccm_ledger_problems_total{ledger="main",code="field_missing"}' in said
    assert 'ccm_ledger_lines_total{ledger="main",outcome="refused",code="field_missing"}' in said
    assert 'ccm_ledger_request_seconds_count{ledger="main",operation="log_time"}' in said
    for name in ("position", "read_models_behind", "unsealed_facts", "parked_deliveries", "lines_waiting", "followers"):
        assert f'ccm_ledger_{name}{{ledger="main"}}' in said


@pytest.mark.slow
def test_metrics_of_a_ledger_are_for_keys_with_the_scope(server: ServerProcess) -> None:
    with server.client() as client:
        operator = client.get("/metrics")
        reader = client.get("/metrics", headers={"Authorization": "Bearer ak_reader"})
    stranger = httpx.get(f"{server.url}/metrics", trust_env=False, verify=NO_TLS)

    assert operator.status_code == 200
    assert 'ledger=""' not in operator.text
    assert reader.status_code == stranger.status_code == 401


@pytest.mark.slow
def test_the_port_for_metrics_serves_nothing_else(server: ServerProcess) -> None:
    with httpx.Client(base_url=server.metrics_url or "", trust_env=False, verify=NO_TLS) as inside:
        found = [inside.get(path).status_code for path in ("/metrics", "/live", "/ready", "/v1/ledgers/main/lag")]

    assert found == [200, 200, 200, 404]


@pytest.mark.slow
def test_the_lag_of_a_ledger_is_told_to_its_operator(on_both: Served) -> None:
    with serving(on_both.place, on_both.key_file, on_both.folder) as server, server.client() as client:
        before = client.get("/v1/ledgers/main/lag").json()
        client.post("/v1/ledgers/main/lines", content=on_both.line("a", 1))
        after = client.get("/v1/ledgers/main/lag").json()

    assert before["position"] > 0
    assert after["position"] > before["position"]
    assert (after["unsealed"], after["checkpoint"]) == (after["position"], 0)
    assert after["simulated"] is True


@pytest.mark.slow
def test_a_ledger_that_went_away_is_not_ready(served: Served) -> None:
    with serving(served.place, served.key_file, served.folder) as server:
        assert httpx.get(f"{server.url}/ready", trust_env=False, verify=NO_TLS).status_code == 200
        (served.folder / "ledger" / "ledger.db").write_bytes(b"something else" * 1_000)
        answer = httpx.get(f"{server.url}/ready", trust_env=False, verify=NO_TLS)

    assert (answer.status_code, answer.json()["unavailable"]) == (503, 1)


def test_labels_are_escaped_and_bounded() -> None:
    counter = Counter("c", "Told.", ("ledger",))
    for number in range(SERIES_MAX + 10):
        counter.add((str(number),))

    assert counter.values[("other",)] == 10
    assert shown(("a",), ('x"\n\\',)) == '{a="x\\"\\n\\\\"}'


def test_a_histogram_adds_up() -> None:
    histogram = Histogram("h", "Told.", (), bounds=(0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7.0):
        histogram.observe((), seconds)

    lines: list[Any] = text(histogram.lines(None)).decode().splitlines()
    assert lines[2:] == [
        'h_bucket{le="0.1"} 2',
        'h_bucket{le="1"} 3',
        'h_bucket{le="+Inf"} 4',
        "h_sum 7.650000",
        "h_count 4",
    ]

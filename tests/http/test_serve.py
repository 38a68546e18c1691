"""`ccm-ledger serve` as a process: it begins when it says so, and ends without losing what it accepted."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.campaign import unmeasured
from tests.http.clients import NO_TLS
from tests.http.conftest import Served
from tests.http.server_process import TOKEN, ServerProcess, serving, started

pytestmark = pytest.mark.slow

LINES = "/v1/ledgers/main/lines"


def program(served: Served, *words: str) -> ServerProcess:
    """The program itself, as a user starts it."""
    environment = {"CCM_LEDGER": str(served.place), "CCM_LEDGER_KEY_FILE": str(served.key_file)}
    return started(
        [sys.executable, "-m", "interfaces.cli.main", "serve", "--address", "127.0.0.1:0", "--json", *words],
        served.folder,
        environment,
    )


def failed(served: Served, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The program where it cannot start."""
    return subprocess.run(
        [sys.executable, "-m", "interfaces.cli.main", "serve", *words],
        capture_output=True,
        text=True,
        env={**unmeasured(), "CCM_LEDGER_KEY_FILE": str(served.key_file), **environment},
        timeout=60,
        check=False,
    )


def test_one_ledger_needs_no_file_and_nobody_unknown_gets_in(on_both: Served) -> None:
    server = program(on_both)
    try:
        ready = httpx.get(f"{server.url}/ready", trust_env=False, verify=NO_TLS)
        unknown = httpx.get(f"{server.url}/v1/ledgers/main/lag", trust_env=False, verify=NO_TLS)
        elsewhere = httpx.get(f"{server.url}/v1/ledgers/other/lag", trust_env=False, verify=NO_TLS)
    finally:
        code = server.stop()

    assert ready.json() == {"ready": True, "ledgers": 1, "open": 1, "unavailable": 0}
    assert unknown.status_code == elsewhere.status_code == 401
    assert unknown.json() == elsewhere.json()
    assert code == 0


def test_the_ledger_may_have_another_name(served: Served) -> None:
    server = program(served, "--name", "north")
    server.end(signal.SIGINT)

    assert server.ended() == 0
    assert '"ledgers": ["north"]' in server.errors


def test_an_address_that_is_taken_is_told(served: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = failed(served, "--ledger", str(served.place), "--address", f"127.0.0.1:{taken.getsockname()[1]}")

    assert done.returncode == 3
    assert "cannot listen" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--ledger", "/nowhere/at/all"], 3, "There is no ledger"),
        ([], 2, "No ledger is named"),
        (["--ledger", "x", "--address", "everywhere"], 2, "no address to listen at"),
        (["--config", "/nowhere.toml"], 2, "cannot be read"),
    ],
)
def test_what_cannot_be_served_is_told(served: Served, words: list[str], code: int, told: str) -> None:
    done = failed(served, *words)

    assert (done.returncode, told in done.stderr) == (code, True), done.stderr


def test_a_second_server_over_the_same_ledger_serves_as_well(served: Served) -> None:
    with (
        serving(served.place, served.key_file, served.folder) as one,
        serving(served.place, served.key_file, served.folder) as two,
        one.client() as first,
        two.client() as second,
    ):
        a = first.post(LINES, content=served.line("k", 1)).json()
        b = second.post(LINES, content=served.line("k", 1)).json()

    assert (a["outcome"], b["outcome"]) == ("accepted", "unchanged")


def test_ending_finishes_what_was_accepted(on_both: Served) -> None:
    """Requests run while the server is told to end: each is answered, and the answers are true afterwards."""
    answers: list[httpx.Response] = []
    with serving(on_both.place, on_both.key_file, on_both.folder) as server:
        asked = threading.Barrier(9)

        def ask(number: int) -> None:
            with server.client() as client:
                client.get("/live")
                asked.wait()
                answers.append(client.get("/trial/slow", headers={"X-Seconds": "1"}))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        asked.wait()
        time.sleep(0.5)
        server.end()
        for thread in threads:
            thread.join()
        code = server.ended()

    assert [answer.text for answer in answers] == ["done"] * 8
    assert code == 0


def test_a_stream_is_answered_to_its_last_line_that_was_taken_in(on_both: Served) -> None:
    heard: list[dict[str, Any]] = []
    sent = 0

    def lines() -> Iterator[bytes]:
        nonlocal sent
        for number in range(100_000):
            sent += 1
            yield on_both.line(f"s{number}", number % 1_400)
            time.sleep(0.002)

    with serving(on_both.place, on_both.key_file, on_both.folder) as server:
        ending = threading.Timer(1.5, server.end)
        ending.start()
        try:
            # Not httpx: it hears nothing until everything is sent.
            heard = _streamed(server, lines())
        finally:
            ending.join()
        code = server.ended()

    assert code == 0
    assert heard[-1]["error"]["kind"] == "shutting_down"
    answered = [line for line in heard[:-1] if line["outcome"] == "accepted"]
    assert 0 < len(answered) <= sent
    with serving(on_both.place, on_both.key_file, on_both.folder) as server, server.client() as client:
        again = client.post(LINES, content=b"".join(on_both.line(f"s{n}", n % 1_400) for n in range(len(answered))))
    assert {json.loads(line)["outcome"] for line in again.text.splitlines()} == {"unchanged"}


def _streamed(server: ServerProcess, pieces: Iterator[bytes]) -> list[dict[str, Any]]:
    """The answers to a stream that is heard while it is sent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = f"POST {LINES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a-token-of-the-tests\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())

        def send() -> None:
            try:
                for piece in pieces:
                    connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            except OSError:
                return

        sending = threading.Thread(target=send)
        sending.start()
        heard = b""
        try:
            while not heard.endswith(b"0\r\n\r\n") and (more := connection.recv(65_536)):
                heard += more
        except ConnectionError:
            pass
        connection.close()
        sending.join()
    _, _, body = heard.partition(b"\r\n\r\n")
    text = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        text += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return [json.loads(line) for line in text.splitlines()]


def test_a_follower_does_not_keep_the_server(served: Served) -> None:
    with (
        serving(served.place, served.key_file, served.folder) as server,
        server.client() as client,
        client.stream("GET", "/trial/events") as events,
    ):
        pieces = events.iter_raw()
        next(pieces)
        begun = time.monotonic()
        server.end()
        rest = b"".join(pieces)
        code = server.ended()

    assert set(rest.splitlines()) <= {b": still here", b""}
    assert (code, time.monotonic() - begun < 5) == (0, True)


def test_a_server_that_ends_takes_nothing_more_in(served: Served) -> None:
    with serving(served.place, served.key_file, served.folder) as server:
        threading.Thread(
            target=lambda: httpx.get(
                f"{server.url}/trial/slow", headers={"X-Seconds": "2"}, trust_env=False, verify=NO_TLS
            )
        ).start()
        time.sleep(0.5)
        server.end()
        time.sleep(0.5)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}/live", trust_env=False, verify=NO_TLS)

        assert server.ended() == 0


def test_half_a_body_does_not_keep_a_server_that_ends(served: Served) -> None:
    with serving(served.place, served.key_file, served.folder) as server:
        head = f"POST /v1/ledgers/main/commands HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
            time.sleep(0.3)

            server.end()
            answer = connection.makefile("rb").read()

        assert b" 503 " in answer.splitlines()[0]
        assert b'"code":"shutting_down"' in answer
        assert server.ended(10) == 0


def test_what_does_not_end_in_time_is_ended(served: Served) -> None:
    limits = {"shutdown_seconds": 2}
    with serving(served.place, served.key_file, served.folder, limits=limits) as server:
        slow = threading.Thread(target=_left_alone, args=(server,))
        slow.start()
        time.sleep(0.5)
        begun = time.monotonic()
        server.end()
        code = server.ended()
        slow.join()

    assert time.monotonic() - begun < 6
    assert code in {0, 3}


def test_a_second_signal_ends_it_at_once(served: Served) -> None:
    with serving(served.place, served.key_file, served.folder) as server:
        slow = threading.Thread(target=_left_alone, args=(server,))
        slow.start()
        time.sleep(0.5)
        begun = time.monotonic()
        server.end()
        time.sleep(0.3)
        server.end()
        code = server.ended()
        slow.join()

    assert (code, time.monotonic() - begun < 2) == (128 + signal.SIGTERM, True)


def _left_alone(server: ServerProcess) -> None:
    try:
        httpx.get(f"{server.url}/trial/slow", headers={"X-Seconds": "60"}, timeout=90, trust_env=False, verify=NO_TLS)
    except httpx.HTTPError:
        return


def test_a_client_that_leaves_costs_nothing(served: Served) -> None:
    with serving(served.place, served.key_file, served.folder) as server:
        for number in range(20):
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                line = served.line(f"left-{number}", number)
                head = f"POST {LINES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a-token-of-the-tests\r\n"
                connection.sendall(f"{head}Content-Length: {len(line) * 2}\r\n\r\n".encode() + line)
        time.sleep(0.5)
        with server.client() as client:
            lag = client.get("/v1/ledgers/main/lag").json()
        code = server.stop()

    assert (lag["waiting"], code) == (0, 0)
    assert "Traceback" not in server.errors


def test_it_speaks_tls_itself(served: Served) -> None:
    certificate, key = served.folder / "tls.pem", served.folder / "tls.key"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-nodes"]
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", *subject, *made], check=True, capture_output=True)
    tls = {"certificate_file": str(certificate), "key_file": str(key)}
    with serving(served.place, served.key_file, served.folder, tls=tls) as server:
        answer = httpx.get(f"{server.url}/live", verify=ssl.create_default_context(cafile=certificate), trust_env=False)

    assert server.url.startswith("https://")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_the_address_of_a_client_is_believed_from_a_trusted_proxy_alone(served: Served) -> None:
    rates = {"per_stranger": "2/hour"}

    def statuses(server: ServerProcess) -> list[int]:
        return [
            httpx.get(
                f"{server.url}/v1/ledgers/main/lag",
                headers={"X-Forwarded-For": f"192.0.2.{number}"},
                trust_env=False,
                verify=NO_TLS,
            ).status_code
            for number in range(4)
        ]

    with serving(served.place, served.key_file, served.folder, rates=rates) as server:
        believed_nobody = statuses(server)
    with serving(served.place, served.key_file, served.folder, rates=rates, trusted_proxies=["127.0.0.0/8"]) as server:
        believed_it = statuses(server)

    assert (believed_nobody, believed_it) == ([401, 401, 429, 429], [401] * 4)


def test_kill_and_start_again_keeps_every_answer(served: Served) -> None:
    with serving(served.place, served.key_file, served.folder) as server, server.client() as client:
        told = client.post(LINES, content=served.line("kept", 5)).json()
        server.kill()
    with serving(served.place, served.key_file, served.folder) as server, server.client() as client:
        again = client.post(LINES, content=served.line("kept", 5)).json()

    assert (told["outcome"], again["outcome"], again["positions"]) == ("accepted", "unchanged", told["positions"])


def test_key_and_place_are_in_no_output(served: Served) -> None:
    server = program(served)
    server.stop()

    assert Path(served.key_file).read_text().strip() not in server.errors
    assert str(served.key_file) not in server.errors
    assert os.fspath(served.folder / "ledger") not in server.errors


def test_who_waits_for_the_seal_is_answered_with_a_receipt(on_both: Served) -> None:
    keys = on_both.folder / "log-keys"
    environment = {"CCM_LEDGER": str(on_both.place), "CCM_LEDGER_KEY_FILE": str(on_both.key_file)}
    subprocess.run(
        [
            sys.executable,
            "-m",
            "interfaces.cli.main",
            "log-key",
            "new",
            "--log-key-file",
            str(keys),
            "--as",
            on_both.ids["admin"],
        ],
        env={**unmeasured(), **environment},
        check=True,
        capture_output=True,
    )
    ledgers = {"main": {"place": str(on_both.place), "key_file": str(on_both.key_file), "log_key_file": str(keys)}}
    with serving(on_both.place, on_both.key_file, on_both.folder, ledgers=ledgers) as server, server.client() as client:
        answer = client.post(
            "/v1/ledgers/main/commands/log_time",
            json=on_both.body(9),
            headers={"Idempotency-Key": "sealed", "Prefer": 'respond-async, wait="sealed"'},
        )

    assert answer.status_code == 201, answer.text
    assert answer.json()["receipts"][0].startswith("c2sp.org/tlog-proof@v1")
    assert answer.headers["preference-applied"] == "wait=sealed"


def test_who_waits_for_a_seal_in_vain_is_told_that_it_is_durable(on_both: Served) -> None:
    limits = {"answer_seconds": 2}
    with serving(on_both.place, on_both.key_file, on_both.folder, limits=limits) as server, server.client() as client:
        path = "/v1/ledgers/main/commands/log_time"
        first, again, plain = (
            client.post(path, json=on_both.body(30), headers={"Idempotency-Key": "in-vain", **more})
            for more in ({"Prefer": "wait=sealed"}, {"Prefer": "wait=sealed"}, {"Prefer": "wait=durable"})
        )

    assert (first.status_code, first.json()["outcome"], first.json()["receipts"]) == (201, "accepted", None)
    assert (again.status_code, again.json()["positions"]) == (200, first.json()["positions"])
    assert "preference-applied" not in first.headers
    assert "receipts" not in plain.json()
    assert plain.headers["preference-applied"] == "wait=durable"


def test_who_waits_for_a_seal_keeps_nobody_waiting_and_the_server_ends_in_time(on_both: Served) -> None:
    """Nobody seals: several wait all the same, questions are answered meanwhile, and ending waits for nobody."""
    waiting: list[httpx.Response] = []

    with serving(on_both.place, on_both.key_file, on_both.folder) as server, server.client() as client:

        def wait(number: int) -> None:
            headers = {"Idempotency-Key": f"unsealed-{number}", "Prefer": "wait=sealed"}
            with server.client() as mine:
                path = "/v1/ledgers/main/commands/log_time"
                waiting.append(mine.post(path, json=on_both.body(20 + number), headers=headers))

        threads = [threading.Thread(target=wait, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        meanwhile = client.get("/v1/ledgers/main/rules/payers", timeout=10)
        server.end()
        for thread in threads:
            thread.join()
        code = server.ended()

    assert meanwhile.status_code == 200
    assert [answer.status_code for answer in waiting] == [201] * 4, "what is durable is told as durable"
    assert [answer.json()["receipts"] for answer in waiting] == [None] * 4
    assert not any("preference-applied" in answer.headers for answer in waiting)
    assert code == 0

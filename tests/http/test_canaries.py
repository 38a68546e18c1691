"""A word that stands nowhere else, in every place that a client can put one: it is in nothing that others read.

The real program on both engines, with keys of the ledger and a token of an issuer. Every command goes over the wire
with every field filled, documents and streams too, and every question with words in its parameters. Promise: none of
it, and no key or token, is in the server's log, its metrics, its problems, or a URL that it gives out. The caller's own
idempotency key alone stands in the answer to it.
"""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from commands.catalog import CATALOG
from interfaces.http.question_table import QUESTIONS
from ledger.terms.api_keys import SCOPES
from tests.house import KEY, House, house
from tests.http.clients import NO_TLS
from tests.http.entering import AUDIENCE, ISSUER, RSA, jwks, token
from tests.http.places import ENGINES, new_place
from tests.http.program import Kept, key_of, running
from tests.http.server_process import ServerProcess
from tests.privacy.canaries import Planted, filled
from tests.privacy.sending import AS, COMMANDS

pytestmark = pytest.mark.slow

BASE: Final = "/v1/ledgers/main"
SUBJECT: Final = "xolotl.qz7@example.org"
"""Whom the issuer's token names: a login that is a person's address."""
ISSUERS: Final = """
[[issuers]]
name = "clinic"
issuer = "{issuer}"
audience = "{audience}"
algorithms = ["RS256"]
jwks_file = "{file}"
scopes = {{ "ccm.read" = ["read"] }}
"""
TIME_LOG: Final = "patient_id,staff_id,start,end,activity,description,source_row_id\n"


class Said:
    """Everything that was sent in one run, and what the server said that others may read."""

    def __init__(self, it: House, keys: dict[str, str], kept: Kept, folder: Path) -> None:
        self.planted = Planted()
        self.statuses: set[int] = set()
        self.problems: list[bytes] = []
        self.urls: list[str] = []
        self._ids = {**it.ids, "staff": it.ids["bea"]}
        self._keys = keys
        now = int(datetime.now(UTC).timestamp())
        times: dict[str, Any] = {"iat": now - 60, "nbf": now - 60, "exp": now + 3_600}
        self._token = token(RSA, sub=SUBJECT, **times)
        self.secrets = [*self._keys.values(), *(key.rpartition("_")[2] for key in self._keys.values()), self._token]
        file = folder / "jwks.json"
        file.write_bytes(jwks(RSA))
        more = ISSUERS.format(issuer=ISSUER, audience=AUDIENCE, file=file)
        environment = {"CCM_LEDGER_LOG": "debug"}
        told: dict[str, Any] = {"metrics_address": "127.0.0.1:0", "environment": environment, "more": more}
        with running({"main": kept}, folder, **told) as server:
            with httpx.Client(base_url=server.url, timeout=60, trust_env=False, verify=NO_TLS) as client:
                self._client = client
                self._commands()
                self._documents()
                self._questions()
                self._strangers()
            self.metrics = self._metrics(server)
            assert server.stop() == 0
            self.log = server.errors

    def ask(self, method: str, path: str, who: str | None = "admin", **more: Any) -> httpx.Response:
        """One request with words in all of its headers; what it says is taken down."""
        plant = self.planted.plant
        told = {
            "User-Agent": plant("user agent"),
            "Referer": plant("referer"),
            "Cookie": f"session={plant('cookie')}",
            "X-Request-Id": plant("request id"),
            "traceparent": plant("traceparent"),
            "Prefer": plant("prefer"),
            "X-Forwarded-For": plant("forwarded"),
            "If-None-Match": plant("tag"),
            "Idempotency-Key": plant("idempotency key"),
        }
        if who is not None:
            told["Authorization"] = f"Bearer {self._keys.get(who, who)}"
        answer = self._client.request(method, path, headers={**told, **more.pop("headers", {})}, **more)
        self.statuses.add(answer.status_code)
        self.urls += [answer.headers.get(name, "") for name in ("Link", "Location", "Content-Location")]
        if answer.status_code >= 400:
            document = answer.json()
            document.pop("key", None)  # the caller's own, as in the answer of `submit`
            self.problems.append(json.dumps(document).encode() + str(answer.headers).encode())
        return answer

    def _commands(self) -> None:
        plant = self.planted.plant
        for known in (True, False):
            for command in COMMANDS:
                data = filled(command, plant, self._ids, known=known)
                who = next((AS[role] for role in CATALOG[command.NAME].roles if role in AS), "admin")
                head = {"clock": "2026-03-02T12:00:00Z", "correlation": plant("correlation")}
                source = {"system": "ehr", "id": plant("row"), "version": plant("version")}
                body = {**head, "actor": {"id": self._ids[who]}, "source": source, "data": data}
                self.ask("POST", f"{BASE}/commands/{command.NAME}", who, json=body)
                whole = {"v": 1, "key": plant("key of a line"), "command": command.NAME, **body, plant("field"): 1}
                self.ask("POST", f"{BASE}/commands", who, json=whole, headers={"Idempotency-Key": whole["key"]})
        self.ask("POST", f"{BASE}/commands/log_time?q={plant('query')}", json={"data": {plant("name"): plant("value")}})
        self.ask("POST", f"{BASE}/commands/log_time", content=plant("no JSON").encode())
        self.ask("POST", f"{BASE}/commands/{plant('command')}", json={"data": {}})

    def _documents(self) -> None:
        plant = self.planted.plant
        lines = [json.dumps({"v": 1, "key": plant("key"), "command": "log_time", "data": {plant("a"): plant("b")}})]
        lines += [plant("no line"), json.dumps({"key": plant("key"), "command": plant("command")})]
        kind = {"Content-Type": "application/x-ndjson"}
        self.ask("POST", f"{BASE}/lines", "feed", content="\n".join(lines), headers=kind)
        row = [plant(name) for name in ("patient_id", "staff_id", "start", "end", "activity", "description", "row")]
        log = (TIME_LOG + ",".join(row) + "\n" + plant("a short row") + "\n").encode()
        for query in ("source=timer", f"mapping={plant('mapping')}", f"timezone={plant('zone')}", plant("option")):
            path = f"{BASE}/import/time-log?{query}"
            self.ask("POST", path, "feed", content=log, headers={"Content-Type": "text/csv"})
        name = [{"family": plant("family"), "given": [plant("given")], "text": plant("text")}]
        patient = {"resourceType": "Patient", "id": plant("id"), "name": name, plant("element"): plant("value")}
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
        for content in (json.dumps(bundle), json.dumps({"resourceType": plant("kind")}), plant("no bundle")):
            self.ask(
                "POST", f"{BASE}/import/fhir", "feed", content=content, headers={"Content-Type": "application/json"}
            )

    def _questions(self) -> None:
        plant = self.planted.plant
        for question in QUESTIONS:
            values = {"patient": self._ids["patient"], "month": "2026-01"}
            path = question.path
            for name in ("patient", "month", "code", "id", "position", "what"):
                path = path.replace(f"{{{name}}}", values.get(name, "99490"))
            given: dict[str, Any] = {"content": f"mrn {plant('identifier')}\n"} if question.method == "POST" else {}
            for query in ({}, {name.replace("-", "_"): plant(name) for name in question.options}, {plant("q"): "x"}):
                self.ask(question.method, f"{BASE}{path}", "cora", params=query, **given)
            purpose = {"Purpose-Of-Use": plant("purpose")}
            self.ask(question.method, f"{BASE}{path}", "cora", headers=purpose, **given)
        pages = self.ask("GET", f"{BASE}/audit", "cora", params={"limit": 1})
        assert "next" in pages.links
        asked: list[dict[str, Any]] = [
            {"limit": 1},
            {"type": plant("type")},
            {"purpose": plant("purpose")},
            {plant("name"): "1"},
        ]
        for query in asked:
            self.ask("GET", f"{BASE}/feed", "cora", params=query)
        self.ask("GET", f"{BASE}/feed/stream", "cora", headers={"Last-Event-ID": plant("last event")})
        assert self.ask("GET", f"{BASE}/months/2026-01", self._token).status_code == 200

    def _strangers(self) -> None:
        plant = self.planted.plant
        paths = (f"/v1/ledgers/{plant('ledger')}/lag", f"/{plant('path')}", f"/problems/{plant('code')}")
        for path in (*paths, f"{BASE}/log/{plant('file')}", f"{BASE}/patients/{plant('patient')}/history"):
            self.ask("GET", path, "cora")
            self.ask("GET", path.replace(" ", "-"), "cora")
        for bearer in (plant("key").replace(" ", "-"), f"{self._keys['cora']}x", f"{self._token}x"):
            self.secrets.append(bearer)
            self.ask("GET", f"{BASE}/lag", None, headers={"Authorization": f"Bearer {bearer}"})
            self.ask("GET", f"{BASE}/lag?access_token={bearer}&api_key={bearer}", None)
        self.ask("PROPFIND", f"/v1/{plant('path').replace(' ', '-')}", None)

    @staticmethod
    def _metrics(server: ServerProcess) -> str:
        time.sleep(1)  # a request is counted when it is over, just after its answer
        return httpx.get(f"{server.metrics_url}/metrics", trust_env=False, verify=NO_TLS).text


@pytest.fixture(scope="module", params=ENGINES)
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """Everything was sent once, on an engine."""
    folder = tmp_path_factory.mktemp("canaries")
    kept = Kept(new_place(request.param, folder), folder / "ledger.key")
    kept.key_file.write_text(KEY.hex() + "\n")
    kept.key_file.chmod(0o600)
    with house(kept.place) as it:
        it.accepted("bind_login", {"login": f"oidc:clinic|{SUBJECT}", "staff": it.ids["cora"]}, actor="admin")
        keys = {who: key_of(it, who, scopes=SCOPES) for who in AS.values()}
    return Said(it, keys, kept, folder)


def found(said: Said, text: str | bytes) -> set[str]:
    """The places whose canaries stand in a text, as they were sent or as they stand in a URL."""
    raw = text.encode() if isinstance(text, str) else text
    spaced = raw.replace(b"%20", b" ").replace(b"+", b" ").replace(b"-", b" ")
    return said.planted.found_in(raw) | said.planted.found_in(spaced)


def test_all_kinds_of_answers_came(said: Said) -> None:
    assert said.statuses >= {200, 201, 202, 400, 401, 403, 404, 422}
    assert max(said.statuses) < 500, said.problems
    assert said.log.count('"event":"request"') > 500
    assert said.log.count("command_handled") > 100, "the log of the handler was listened to"


def test_nothing_that_a_client_wrote_is_in_the_log(said: Said) -> None:
    assert found(said, said.log) == set()


def test_nothing_that_a_client_wrote_is_in_the_metrics(said: Said) -> None:
    assert "ccm_ledger_requests_total" in said.metrics
    assert found(said, said.metrics) == set()


def test_nothing_that_a_client_wrote_is_in_a_problem(said: Said) -> None:
    assert len(said.problems) > 200
    assert found(said, b"\n".join(said.problems)) == set()


def test_nothing_that_a_client_wrote_is_in_a_url_that_is_given_out(said: Said) -> None:
    assert [url for url in said.urls if 'rel="next"' in url]
    assert found(said, "\n".join(said.urls)) == set()


def test_no_key_no_token_and_no_subject_of_a_token_is_in_anything(said: Said) -> None:
    everything = "\n".join([said.log, said.metrics, *said.urls, *(each.decode() for each in said.problems)])

    assert SUBJECT not in everything
    assert [secret for secret in said.secrets if secret in everything] == []

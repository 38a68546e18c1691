"""Attacks on the real program with real keys, two ledgers in one server, on both engines.

Another ledger's and another practice's ids, keys that come again, words that are code elsewhere, what bursts when it is
unpacked, and paths that lead elsewhere. Promise: each attack is answered as if what it is after were not there, and
changes nothing. What needs no key is tried in test_guarding.py, keys and tokens themselves in test_callers.py and
test_tokens.py, every cell of the table of access in test_access_matrix.py.
"""

import gzip
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from interfaces import bootstrap
from ledger.store.fsck import verify
from ledger.streams.base import FactClass
from ledger.terms.api_keys import SCOPES
from tests.house import KEY, LOGIN, House, house
from tests.http.clients import NO_TLS
from tests.http.places import ENGINES, new_place
from tests.http.program import Kept, key_of, running
from tests.http.server_process import ServerProcess

pytestmark = pytest.mark.slow

RATES: Final = '[rates]\nper_stranger = "9999/minute"\n'
"""These tests knock often."""
CLOCK: Final = "2026-02-01T12:00:00Z"
WHO: Final = ("ada", "bea", "cal", "fay", "cora", "admin")
INJECTIONS: Final = (
    "'; DROP TABLE events; --",
    "' OR '1'='1",
    '" UNION SELECT * FROM vault; --',
    "%",
    "_",
    "\\'; SELECT pg_sleep(9); --",
    "$$; DELETE FROM heads; $$",
    "mrn-1' || '",
    "*/ 1=1 /*",
)
_MINUTES = count()


@dataclass
class Clinic:
    """One of the ledgers: who is who in it, their keys, and a practice with a patient beside those of the house."""

    kept: Kept
    ids: dict[str, str]
    keys: dict[str, str] = field(default_factory=dict)

    def body(self, **data: Any) -> dict[str, Any]:
        """What logs a minute of nurse Bea's that nobody logged before."""
        minute = next(_MINUTES)
        at = f"2026-01-{7 + minute // 600:02d}T{10 + minute // 60 % 10:02d}:{minute % 60:02d}"
        whole = {"patient": self.ids["patient"], "performer": self.ids["bea"], "activity": "phone_call"}
        whole |= {"start": f"{at}:00Z", "end": f"{at}:30Z", "description": "Called about the inhaler.", **data}
        return {"actor": {"id": self.ids["bea"]}, "clock": CLOCK, "data": whole}

    def recorded(self, after: int = 0) -> list[str]:
        """The kinds of facts behind a position, accesses left out; the ledger verifies."""
        with bootstrap.opened(bootstrap.Settings(self.kept.place, self.kept.key_file, LOGIN)) as session:
            assert verify(session.log).findings == ()
            head = session.log.refresh()
            facts = session.log.follow(after, head - after) if head > after else []
            return [fact.event.TOPIC for fact in facts if fact.event.FACT is not FactClass.ACCESS]


@dataclass
class Two:
    """A server with two ledgers."""

    server: ServerProcess
    north: Clinic
    south: Clinic

    def ask(self, method: str, path: str, key: str, **more: Any) -> httpx.Response:
        """One request with a key; `path` is below /v1/ledgers."""
        headers = {
            "Authorization": f"Bearer {key}",
            "Idempotency-Key": f"wire-{next(_MINUTES)}",
            **more.pop("headers", {}),
        }
        with httpx.Client(timeout=60, trust_env=False, verify=NO_TLS) as client:
            return client.request(method, f"{self.server.url}/v1/ledgers{path}", headers=headers, **more)

    def raw(self, text: str) -> bytes:
        """Everything that is said to a request that no honest client sends."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as connection:
            connection.sendall(text.encode("latin-1"))
            heard = b""
            while more := connection.recv(65_536):
                heard += more
            return heard


def clinic(engine: str, folder: Path) -> Clinic:
    """A ledger with a second practice, Hillside, and a patient of it."""
    folder.mkdir()
    kept = Kept(new_place(engine, folder), folder / "key")
    kept.key_file.write_text(KEY.hex() + "\n")
    kept.key_file.chmod(0o600)
    with house(kept.place) as it:
        _hillside(it)
        made = Clinic(kept, dict(it.ids))
        made.keys = {who: key_of(it, who, scopes=SCOPES) for who in WHO}
        made.keys["confined"] = key_of(it, "bea", scopes=SCOPES, practices=[it.ids["practice"]])
        made.keys["reader"] = key_of(it, "cora", scopes=("read", "feed"), practices=[it.ids["practice"]])
        made.keys["hillside"] = key_of(it, "hugo", scopes=SCOPES)
    return made


def _hillside(it: House) -> None:
    site = {"name": "Main", "place_of_service": "11"}
    practice = {"name": "Hillside", "tin": "987654321", "zone": "America/Denver", "sites": [site]}
    it.ids["hillside"] = dict(it.accepted("register_practice", practice).ids)["practice"]
    for name, role in (("hugo", "clinical_staff"), ("hanna", "front_desk")):
        roles = [{"role": role, "practice": it.ids["hillside"], "from_on": "2025-01-01"}]
        data: dict[str, Any] = {
            "name": name,
            "credential": "rn",
            "identifiers": [{"system": "hr", "value": name}],
            "roles": roles,
        }
        it.ids[name] = dict(it.accepted("register_staff", data).ids)["staff"]
    data = {"identifiers": [{"system": "mrn", "value": "mrn-2"}], "demographics": {}, "practice": it.ids["hillside"]}
    it.ids["theirs"] = dict(it.accepted("register_patient", data, actor="hanna").ids)["patient"]


@pytest.fixture(scope="module", params=ENGINES)
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """The program over two ledgers of one engine."""
    folder = tmp_path_factory.mktemp("attacked")
    north, south = clinic(request.param, folder / "north"), clinic(request.param, folder / "south")
    with running({"north": north.kept, "south": south.kept}, folder, more=RATES) as it:
        yield Two(it, north, south)


def plain(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """What an answer says, but for the caller's own key."""
    told = answer.json()
    return answer.status_code, {name: value for name, value in told.items() if name != "key"}


# --- another ledger ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", WHO)
def test_a_key_of_one_ledger_is_nothing_in_another(two: Two, who: str) -> None:
    before = len(two.south.recorded())
    key, nonsense = two.north.keys[who], two.north.keys[who][:-1] + "2"
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/lag", {}),
        ("GET", "/feed", {}),
        ("GET", f"/patients/{two.south.ids['patient']}/history", {}),
        ("POST", "/commands/log_time", {"json": two.south.body()}),
        ("POST", "/lines", {"content": b"{}\n", "headers": {"Content-Type": "application/x-ndjson"}}),
        ("POST", "/import/time-log", {"content": b"a,b\n", "headers": {"Content-Type": "text/csv"}}),
    ]

    answers = [two.ask(method, f"/south{path}", key, **more) for method, path, more in asked]
    of_nobody = [two.ask(method, f"/south{path}", nonsense, **more) for method, path, more in asked]
    nowhere = [two.ask(method, f"/nowhere{path}", key, **more) for method, path, more in asked]

    assert {answer.status_code for answer in answers} == {401}
    assert [plain(answer) for answer in answers] == [plain(answer) for answer in of_nobody]
    assert [plain(answer) for answer in answers] == [plain(answer) for answer in nowhere]
    assert len(two.south.recorded()) == before


def test_ids_of_another_ledger_are_those_of_nobody(two: Two) -> None:
    key, nobody = two.north.keys["cora"], "pt_" + "a" * 26
    theirs = two.south.ids["patient"]
    paths = ("/patients/{}/history", "/patients/{}/months/2026-01", "/patients/{}/months/2026-01/statement")

    for path in paths:
        known, unknown = (two.ask("GET", "/north" + path.format(who), key) for who in (theirs, nobody))
        assert plain(known) == plain(unknown)
        assert known.status_code in (403, 404)


@pytest.mark.parametrize("named", ["patient", "performer", "actor"])
def test_nothing_is_recorded_about_or_by_ids_of_another_ledger(two: Two, named: str) -> None:
    before = len(two.north.recorded())
    bodies = []
    for who in (two.south.ids["patient" if named == "patient" else "bea"], "a" * 26):
        prefix = "pt_" if named == "patient" else "st_"
        value = who if who.startswith(prefix) else prefix + who
        body = two.north.body(**({named: value} if named != "actor" else {}))
        bodies.append(body | ({"actor": {"id": value}} if named == "actor" else {}))
    known, unknown = (two.ask("POST", "/north/commands/log_time", two.north.keys["bea"], json=body) for body in bodies)

    assert (known.status_code, known.json()["code"]) == (unknown.status_code, unknown.json()["code"])
    assert known.status_code >= 400
    assert len(two.north.recorded()) == before


def test_an_idempotency_key_of_one_ledger_says_nothing_in_another(two: Two) -> None:
    headers = {"Idempotency-Key": "the-same-in-both"}
    first = two.ask("POST", "/north/commands/log_time", two.north.keys["bea"], json=two.north.body(), headers=headers)
    other = two.ask("POST", "/south/commands/log_time", two.south.keys["bea"], json=two.south.body(), headers=headers)

    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json()["ids"] != other.json()["ids"]


# --- another practice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/history", "/months/2026-01", "/months/2026-01/statement"])
def test_another_practices_patient_is_not_read(two: Two, path: str) -> None:
    answers = [
        two.ask("GET", f"/north/patients/{two.north.ids['theirs']}{path}", two.north.keys["reader"]),
        two.ask("GET", f"/north/patients/{two.north.ids['patient']}{path}", two.north.keys["hillside"]),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} <= {
        (403, "not_in_this_practice"),
        (403, "capacity_missing"),
    }
    for answer in answers:
        assert "Hillside" not in answer.text
        assert "Lakeside" not in answer.text


def test_another_practices_patient_is_not_written_about(two: Two) -> None:
    # By staff of another practice time may be logged; a key that is confined gives nothing outside of its practices.
    before = len(two.north.recorded())
    theirs = {"patient": two.north.ids["theirs"]}
    consent = {"patient": two.north.ids["patient"], "from_month": "2026-03", "programme": "CCM", "side": "practitioner"}
    tried = [
        ("confined", "log_time", two.north.body(**theirs)),
        ("hillside", "designate_practitioner", {"data": consent | {"practitioner": two.north.ids["hugo"]}}),
        ("hillside", "register_staff", {"data": {"name": "Mallory", "roles": []}}),
    ]
    answers = [two.ask("POST", f"/north/commands/{name}", two.north.keys[who], json=body) for who, name, body in tried]

    told = [(answer.status_code, answer.json().get("code")) for answer in answers]
    assert [status for status, _ in told] == [403, 403, 403], told
    assert {code for _, code in told} <= {"not_in_this_practice", "capacity_missing"}
    assert set(two.north.recorded()[before:]) <= {"command_refused"}


def test_another_practices_facts_are_withheld_in_the_feed(two: Two) -> None:
    answer = two.ask("GET", "/north/feed", two.north.keys["reader"], params={"limit": 1_000})

    shown = [event for event in answer.json() if "withheld" not in event]
    assert shown
    assert two.north.ids["theirs"] not in json.dumps(shown)
    assert two.north.ids["hillside"] not in json.dumps(shown)


# --- keys that come again ---------------------------------------------------------------------------------------------


def test_a_key_that_another_login_replays_records_nothing(two: Two) -> None:
    headers, body = {"Idempotency-Key": "replayed"}, two.north.body()
    first = two.ask("POST", "/north/commands/log_time", two.north.keys["bea"], json=body, headers=headers)
    before = len(two.north.recorded())
    by_others = [
        two.ask("POST", "/north/commands/log_time", two.north.keys[who], json=given, headers=headers)
        for who in ("cal", "hillside", "fay")
        for given in (body, two.north.body())
    ]
    again = two.ask("POST", "/north/commands/log_time", two.north.keys["bea"], json=body, headers=headers)

    assert first.status_code == 201
    assert 201 not in {answer.status_code for answer in by_others}
    told = [answer.json() for answer in by_others]
    assert {each.get("code") for each in told} <= {"key_of_other_caller", "login_not_bound", "not_in_this_practice"}
    assert [] == [each["positions"] for each in told if each.get("positions")]
    assert first.json()["ids"] == {} or not any(str(id_) in str(told) for id_ in first.json()["ids"].values())
    assert (again.status_code, again.json()["positions"]) == (200, first.json()["positions"])
    assert set(two.north.recorded()[before:]) <= {"command_refused"}


# --- words that are code elsewhere ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", INJECTIONS)
def test_words_that_are_sql_are_words(two: Two, words: str) -> None:
    north, before = two.north, len(two.north.recorded())
    key, headers = north.keys["bea"], {"Idempotency-Key": f"sql {words}"}
    body = north.body(description=words)
    accepted = two.ask("POST", "/north/commands/log_time", key, json=body, headers=headers)
    again = two.ask("POST", "/north/commands/log_time", key, json=body, headers=headers)
    found = two.ask("POST", "/north/patients/find", north.keys["cora"], content=f"mrn {words}\n")
    outside = {"patient": {"system": "mrn", "value": words}}
    parked = two.ask("POST", "/north/commands/log_time", key, json=north.body(**outside))
    asked = [
        two.ask("GET", f"/north{path}", north.keys["cora"], params={name: words})
        for path, name in (("/audit", "action"), ("/audit", "source"), ("/feed", "type"), ("/claims", "practice"))
    ]

    assert (accepted.status_code, again.status_code) == (201, 200)
    assert again.json()["positions"] == accepted.json()["positions"]
    assert found.status_code in (200, 400)
    assert north.ids["patient"] not in found.text
    assert parked.status_code in (202, 404, 422)
    assert {answer.status_code for answer in asked} <= {200, 400}
    assert north.recorded()[before] == "time_logged"
    assert two.ask("GET", "/north/lag", north.keys["admin"]).status_code == 200


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x85", "\u2028", "\x1b[2J", "\x00"])
def test_what_would_end_a_line_of_the_log_makes_none(two: Two, end: str) -> None:
    forged = f'x{end}{{"event":"forged"}}'
    two.ask("POST", "/north/commands/log_time", two.north.keys["bea"], json=two.north.body(description=forged))
    whole = {"v": 1, "key": forged, "command": forged, **two.north.body()}
    two.ask("POST", "/north/commands", two.north.keys["bea"], content=json.dumps(whole))
    two.ask("GET", "/north/feed", two.north.keys["cora"], params={"type": forged, forged: "1"})

    lines = two.server.errors.splitlines()
    assert "forged" not in two.server.errors
    assert "\x1b" not in two.server.errors
    assert [line for line in lines if not line.startswith("{")] == []


# --- what bursts, and where paths lead --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Some hundred bytes that would be fifty million."""
    return gzip.compress(gzip.compress(b" " * 50_000_000))


@pytest.mark.parametrize("path", ["commands", "commands/log_time", "lines", "import/fhir", "import/time-log"])
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_what_is_packed_is_not_unpacked(two: Two, bomb: bytes, path: str, encoding: str) -> None:
    kind = {"import/time-log": "text/csv", "lines": "application/x-ndjson"}.get(path, "application/json")
    headers = {"Content-Encoding": encoding, "Content-Type": kind}
    answer = two.ask("POST", f"/north/{path}", two.north.keys["bea"], content=bomb, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "encoding_not_taken")


def test_a_transfer_that_is_packed_is_no_request(two: Two) -> None:
    head = f"POST /v1/ledgers/north/lines HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {two.north.keys['bea']}\r\n"
    heard = two.raw(f"{head}Connection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n\x1f\x8b\r\n0\r\n\r\n")

    assert b'"outcome":"accepted"' not in heard
    assert b"HTTP/1.1 5" not in heard


@pytest.mark.parametrize(
    "path",
    [
        "/v1/ledgers/north/../south/lag",
        "/v1/ledgers/north/..%2fsouth/lag",
        "/v1/ledgers/north%2f..%2fsouth/lag",
        "/v1/ledgers/north%252f..%252fsouth/lag",
        "/v1/ledgers/..;/south/lag",
        "/v1/ledgers/north/log/../../south/lag",
        "/v1/ledgers/north/log/tile/..%5c..%5cserver.toml",
        "/v1/ledgers/north/log/%2e%2e/%2e%2e/key",
        "/v1/ledgers/north/schema/..%2f..%2fserver.toml",
        "/v1/ledgers/NORTH/lag",
        "/v1/ledgers/north/lag/",
        "/V1/ledgers/north/lag",
    ],
)
def test_a_path_with_tricks_leads_nowhere_with_a_good_key_either(two: Two, path: str) -> None:
    key = two.north.keys["admin"]
    heard = two.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n")

    assert heard.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 404")), heard[:200]
    assert b"position" not in heard.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "header",
    [
        "X-Original-URL: /v1/ledgers/south/lag",
        "X-Rewrite-URL: /v1/ledgers/south/lag",
        "X-HTTP-Method-Override: DELETE",
        "X-Forwarded-Prefix: /v1/ledgers/south",
        "X-Forwarded-Host: evil.example.org",
    ],
)
def test_a_header_does_not_lead_elsewhere(two: Two, header: str) -> None:
    name, _, value = header.partition(": ")
    usual = two.ask("GET", "/north/audit?limit=1", two.north.keys["cora"])
    led = two.ask("GET", "/north/audit?limit=1", two.north.keys["cora"], headers={name: value})

    assert (usual.status_code, led.status_code) == (200, 200)
    assert usual.headers["link"] == led.headers["link"]
    assert "evil" not in led.headers["link"]


@pytest.mark.parametrize("mapping", ["../server", "/etc/passwd", "..%2fserver", "timer.toml", "a\x00b"])
def test_a_mapping_is_a_name_and_no_file(two: Two, mapping: str) -> None:
    asked = {"content": b"a,b\n", "params": {"mapping": mapping}, "headers": {"Content-Type": "text/csv"}}
    answer = two.ask("POST", "/north/import/time-log", two.north.keys["bea"], **asked)

    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_unreadable")

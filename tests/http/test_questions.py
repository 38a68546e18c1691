"""Questions over HTTP: the command line's own answers byte for byte, tags, pages, and what is not to be had."""

import json
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from interfaces.cli.main import parser
from interfaces.cli.screen import Screen
from interfaces.http import questions
from interfaces.http.asked import in_path, offered, parser_of
from interfaces.http.operations import OPERATIONS
from interfaces.http.question_table import QUESTIONS, Question
from interfaces.http.questions import told
from ledger.store.read_set import ReadSet
from ledger.streams.access import RecordRead
from tests.http.asking import READ, Asked, asked_at, base
from tests.postgres.servers import unused_address

MONTH = "2026-01"
BY_NAME = {question.name: question for question in QUESTIONS}
FIND = b'mrn mrn-1\nmrn nobody\n{"system":"mrn","value":"mrn-1"}\n'
MONTH_PATH = "/patients/{patient}/months/2026-01"

ASKED: dict[str, list[dict[str, str]]] = {
    "read_month": [
        {},
        {"explain": "true", "why_not": "99487", "basis": "true", "attestations": "true"},
        {"minute": "2026-01-08T15:05:00Z", "programme": "CCM"},
    ],
    "read_month_diff": [{"a": "30", "b": "attested", "words": "true"}],
    "read_history": [{}, {"words": "true", "month": MONTH, "limit": "2", "after": "30"}, {"decisions": "true"}],
    "read_diff": [{"a": "30", "b": "60"}],
    "list_months": [{}, {"by_day": "true"}, {"all": "true", "entered_since": "2026-01-01", "clock": "source"}],
    "list_changed_months": [{"a": "30", "b": "60", "month": MONTH}],
    "list_ready": [{"since": "30", "within": "15"}],
    "list_claims": [{}, {"status": "paid", "month": MONTH}],
    "read_claim": [{"words": "true"}],
    "list_overpayments": [{"open": "true"}],
    "list_reviews": [{}, {"month": MONTH, "settled": "true"}],
    "list_parked": [{"closed": "true"}],
    "list_elevations": [{}, {"open": "true"}],
    "search_audit_trail": [{"limit": "3", "after": "20"}, {"outcome": "parked"}, {"action": "log_time"}],
    "list_deliveries": [{"source": "ehr", "day": "2026-01-08"}],
    "list_rules": [{"on": "2026-01-01", "kind": "medicare_ffs"}],
    "read_rule_coverage": [{"state": "due"}],
    "price_code": [{"on": "2026-01-31", "units": "2", "facility": "true"}],
    "diff_rules": [{"before": "shipped", "after": "shipped", "rules_only": "true"}],
    "prove_completeness": [{}, {"month": MONTH, "class": "record"}],
}
"""What is asked of a question; nothing where it is not named here."""

CASES = [(name, query) for name in BY_NAME for query in ASKED.get(name, [{}])]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def it(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A served ledger in a folder, and one on a server."""
    folder = tmp_path_factory.mktemp("asked")
    place = folder / "ledger" if request.param == "sqlite" else unused_address()
    with asked_at(place, folder) as asked:
        yield asked


def values(it: Asked, question: Question) -> dict[str, str]:
    """What stands in the path."""
    known = {
        "patient": it.ids["patient"],
        "month": MONTH,
        "claim": it.ids["january"],
        "code": "99490",
        "id": "medicare.ccm.99490.minutes_minimum",
        "what": "events",
        "position": "12",
    }
    return {name: known[name] for name in in_path(question)}


def words_of(question: Question, path: dict[str, str], query: dict[str, str]) -> list[str]:
    """The same question as a person types it."""
    words, arguments = [*question.command, *question.fixed], dict(path)
    for name, value in query.items():
        action = offered(question)[name]
        if not action.option_strings:
            arguments[action.dest] = value
        elif action.nargs == 0:
            words.append(action.option_strings[-1])
        else:
            words += [action.option_strings[-1], value]
    return [*words, *(arguments[dest] for dest in parser_of(question).declared() if dest in arguments)]


@pytest.mark.parametrize(("name", "query"), CASES, ids=lambda each: each if isinstance(each, str) else None)
def test_http_and_command_line_give_the_same_bytes(it: Asked, name: str, query: dict[str, str]) -> None:
    question = BY_NAME[name]
    if "as_of" in offered(question):
        query = {**query, "as_of": str(it.position() - 1)}
    path = values(it, question)
    given = FIND if question.method == "POST" else None

    answer = it.request(question.path.format(**path), method=question.method, params=query, content=given)
    _, said = it.said(*words_of(question, path, query), given=given)

    assert answer.status_code == 200, answer.text
    if "as_of" not in offered(question):
        # Asked as of now, the second one to ask is told one position more: the first one's read.
        now = it.position()
        said = said.replace(f'"as_of": {now},'.encode(), f'"as_of": {now - 1},'.encode())
    assert answer.content == said
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_what_is_not_offered_is_left_out_on_purpose(question: Question) -> None:
    on_purpose = {
        "help",
        "ledger",
        "key_file",
        "speaker",
        "json",
        "purpose",
        "csv",
        "output",
        "keys",
        "log_key_file",
        "profiles",
    }
    of_sealing = {"status", "watch", "heartbeat", "publish"}
    declared = set(parser_of(question).declared())
    left = declared - set(question.options) - set(in_path(question)) - on_purpose

    assert left <= (of_sealing if question.command == ("seal",) else set())


def test_every_command_of_the_table_is_one_of_the_command_line() -> None:
    whole = parser()

    assert all(whole.below(*question.command).get_default("run") for question in QUESTIONS)
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS)
    assert len({(question.method, question.path) for question in QUESTIONS}) == len(QUESTIONS)


def test_a_disclosure_is_accounted_for_over_http_as_at_the_desk_and_changes_the_tag(it: Asked) -> None:
    path, patient = f"/patients/{it.ids['patient']}/accounting", it.ids["patient"]
    before = it.request(path)
    assert it.request(path).headers["etag"] == before.headers["etag"], "reading changes no tag"
    said = {"recipient": "State registry", "what": "One case.", "purpose": "registry_report", "basis": "public_health"}
    it.served.house.accepted("disclose", {"patient": patient, "on": "2026-01-09", **said}, actor="bea")

    as_of = str(it.position())
    answer = it.request(path, params={"as_of": as_of})

    assert [each["recipient"] for each in answer.json()["disclosures"]][-1:] == ["State registry"]
    assert answer.content == it.said("accounting", patient, "--as-of", as_of)[1]
    assert it.request(path).headers["etag"] != before.headers["etag"]
    last = it.served.house.log.facts_at([it.position()])[0].event
    assert (last.question, last.opened_words) == ("accounting", True)  # type: ignore[attr-defined]


def with_an_outsider(it: Asked, short: str = "outsider") -> None:
    """Somebody who works in the other practice alone."""
    if short not in it.ids:
        data = {
            "name": "Olga Out",
            "credential": "rn",
            "is_person": True,
            "identifiers": [{"system": "hr", "value": short}],
            "roles": [{"role": "clinical_staff", "practice": it.ids["other practice"], "from_on": "2025-01-01"}],
        }
        it.ids[short] = dict(it.served.house.accepted("register_staff", data, actor="admin").ids)["staff"]


def test_an_elevation_is_listed_over_http_as_at_the_desk(it: Asked) -> None:
    with_an_outsider(it, "elevated")
    until = (datetime.fromisoformat(it.served.house.clock) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = {"reason": "emergency", "case": "ER-2026-7", "patients": [it.ids["patient"]], "until": until}
    it.served.house.accepted("elevate", {**data, "words": "Found at the bus stop."}, actor="elevated")

    answer = it.request("/elevations")

    assert [each["case"] for each in answer.json()["elevations"]] == ["ER-2026-7"]
    assert answer.content == it.said("elevate", "list")[1]


# --- tags -----------------------------------------------------------------------------------------------------------


def tag(it: Asked, path: str, **query: str) -> str:
    answer = it.request(path.format(**it.ids), params=query)
    assert answer.status_code == 200, answer.text
    return answer.headers["etag"]


def log_time(it: Asked, day: str, **more: Any) -> int:
    answer = it.served.house.log_time(f"{day}T19:00:00Z", f"{day}T19:04:00Z", **more)
    assert answer.outcome == "accepted", answer
    return answer.positions[-1]


@pytest.mark.parametrize("path", [MONTH_PATH, "/months/2026-01", "/patients/{patient}/history", "/claims"])
def test_reading_changes_no_tag(it: Asked, path: str) -> None:
    first = tag(it, path)
    before = it.position()
    again = tag(it, path)

    assert it.position() > before, "the second read is on record"
    assert again == first


@pytest.mark.parametrize("path", [MONTH_PATH, "/months/2026-01", "/patients/{patient}/history"])
def test_a_new_entry_changes_the_tag_and_is_its_position(it: Asked, path: str) -> None:
    first = tag(it, path)
    position = log_time(it, "2026-01-22")

    assert tag(it, path).startswith(f'W/"{position}-')
    assert tag(it, path) != first


def test_another_patients_entry_on_another_day_leaves_a_patients_month_as_it_is(it: Asked) -> None:
    house = it.served.house
    if "other patient" not in it.ids:
        name = {"given": "Quin", "family": "Roe", "born_on": "1951-02-03"}
        data = {"identifiers": [{"system": "mrn", "value": "mrn-2"}], "demographics": name}
        it.ids["other patient"] = dict(house.accepted("register_patient", data, actor="fay").ids)["patient"]
        of = {"patient": it.ids["other patient"], "practice": it.ids["practice"], "from_on": "2025-01-01"}
        house.accepted("assign_practice", of, actor="fay")
    month, months = tag(it, MONTH_PATH), tag(it, "/months/2026-01")

    position = log_time(it, "2026-01-27", patient=it.ids["other patient"])

    assert tag(it, MONTH_PATH) == month
    assert tag(it, "/months/2026-01").startswith(f'W/"{position}-')
    assert tag(it, "/months/2026-01") != months


def test_what_is_at_hand_is_not_sent_again_and_the_read_is_recorded_all_the_same(it: Asked) -> None:
    path = MONTH_PATH.format(**it.ids)
    held = tag(it, path)
    before = it.position()

    again = it.request(path, headers={"If-None-Match": f'"x", {held}'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", held)
    facts = it.served.house.log.follow(before, 10)
    assert [fact.event.TOPIC for fact in facts] == ["record_read"]
    assert it.request(path, headers={"If-None-Match": 'W/"1"'}).status_code == 200


def test_an_answer_that_shows_who_read_has_no_tag(it: Asked) -> None:
    assert "etag" not in it.request("/audit").headers
    history = it.request(f"/patients/{it.ids['patient']}/history", params={"accesses": "true"})
    assert "etag" not in history.headers


def test_a_delivery_of_the_day_changes_the_tag_of_its_day(it: Asked) -> None:
    day = it.served.house.clock[:10]
    before = tag(it, "/deliveries", source="ehr", day=day)
    assert tag(it, "/deliveries", source="ehr", day=day) == before

    log_time(it, "2026-01-28", source={"system": "ehr"})

    assert tag(it, "/deliveries", source="ehr", day=day) != before


def test_a_disclosure_that_a_source_delivered_changes_the_tag_of_its_day(it: Asked) -> None:
    house = it.served.house
    day = house.clock[:10]
    first = it.request("/deliveries", params={"source": "ehr", "day": day})
    said = {"recipient": "State registry", "what": "One case.", "purpose": "registry_report", "basis": "public_health"}
    of = {"patient": it.ids["patient"], "on": "2026-01-08", **said}
    house.accepted("disclose", of, actor="bea", source={"system": "ehr"})

    again = it.request("/deliveries", params={"source": "ehr", "day": day})

    assert again.json()["accepted"] != first.json()["accepted"]
    assert again.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("path", ["/log/unsealed", "/receipts/12", "/refusals", "/schema/commands"])
def test_what_changes_without_a_fact_has_no_tag(it: Asked, path: str) -> None:
    assert "etag" not in it.request(path).headers


def test_of_two_authorizations_none_is_taken(it: Asked) -> None:
    good = f"Bearer {it.served.key('cora', READ)}"
    url = f"{it.served.url}{base()}/holds"

    def asked(*given: str) -> tuple[int, str | None]:
        answer = httpx.get(url, headers=[("Authorization", each) for each in given], trust_env=False, timeout=20)
        return answer.status_code, answer.json().get("code")

    assert asked(good) == (200, None)
    for several in ((good, good), (good, "Bearer no-key"), ("Bearer no-key", good), ("Basic eA==", good)):
        assert asked(*several) == (401, "not_authenticated")


@pytest.mark.parametrize("path", ["/overpayments", "/parked"])
def test_what_depends_on_the_day_says_the_time_in_its_tag(it: Asked, path: str) -> None:
    recorded_at = it.served.house.log.facts_at([it.position()])[0].recorded_at

    assert f"-{recorded_at:%Y-%m-%dT%H:}" in tag(it, path)


def test_an_answer_of_another_program_or_to_another_reader_has_another_tag(
    it: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = MONTH_PATH.format(**it.ids)
    first = it.request(path).headers["etag"]
    assert it.request(path, headers={"If-None-Match": first}, who="bill").status_code == 200

    monkeypatch.setattr(questions, "VERSION", "99.0.0")
    newer = it.request(path, headers={"If-None-Match": first})
    monkeypatch.undo()

    assert newer.status_code == 200
    assert newer.headers["etag"] != first
    assert it.request(path, headers={"If-None-Match": first}).status_code == 304


def test_an_answer_of_before_midnight_never_has_the_tag_of_the_day_after() -> None:
    (asked,) = [question for question in QUESTIONS if question.name == "list_overpayments"]
    session = _AtMidnight()

    answer = told(asked, Namespace(run=session.answered), session)  # type: ignore[arg-type]

    assert answer.body == b"2026-03-31"
    assert answer.tag is not None
    assert answer.tag.startswith('W/"7-2026-03-31T23:45-')


def test_an_answer_of_before_a_practices_own_midnight_is_not_held_after_it() -> None:
    """In Denver a day begins at six or seven in UTC, in the middle of a day of the server's clock."""
    (asked,) = [question for question in QUESTIONS if question.name == "list_overpayments"]
    times = [datetime(2026, 3, 31, 5, 59, 59, tzinfo=UTC), datetime(2026, 3, 31, 6, tzinfo=UTC)]
    before, after = (
        told(asked, Namespace(run=session.answered), session)  # type: ignore[arg-type]
        for session in map(_AtMidnight, times)
    )

    assert before.tag != after.tag


class _AtMidnight:
    """A session of a ledger whose last second of a day is over once it has answered."""

    def __init__(self, at: datetime = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)) -> None:
        self.log = self.handler = self.reads = self.zones = self
        self.login, self.version = "os:nobody", "2026a"
        self.clock = at

    def refresh(self) -> int:
        return 7

    @contextmanager
    def noting(self) -> Iterator[ReadSet]:
        yield ReadSet()

    def newest_of(self, read: ReadSet, *, until: int) -> int:
        return until

    def now(self) -> datetime:
        return self.clock

    def answered(self, args: Namespace, screen: Screen) -> None:
        screen.out.write(self.now().date().isoformat())
        self.clock += timedelta(seconds=1)


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/patients/{patient}/history", "/audit"])
def test_pages_follow_one_another_and_together_are_the_whole(it: Asked, path: str) -> None:
    as_of = str(it.position() - 1)
    path = path.format(**it.ids)
    whole = it.request(path, params={"as_of": as_of, "limit": "10000"}).json()["facts"]
    found, address, pages = [], f"{base()}{path}?as_of={as_of}&limit=20", 0
    while address:
        answer = it.request(f"{it.served.url}{address}")
        found += answer.json()["facts"]
        address = answer.links.get("next", {}).get("url", "")
        pages += 1

    assert pages > 1
    assert found == whole


def test_a_history_in_another_order_has_no_pages(it: Asked) -> None:
    query = {"clock": "happened", "limit": "5"}

    answer = it.request(f"/patients/{it.ids['patient']}/history", params=query)

    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_usage")


# --- who may, and what for ------------------------------------------------------------------------------------------


def test_the_reader_is_the_callers_login_and_the_purpose_is_on_record(it: Asked) -> None:
    before = it.position()
    path = MONTH_PATH.format(**it.ids)

    answer = it.request(path, who="bill", headers={"Purpose-Of-Use": "audit"})

    (fact,) = [each for each in it.served.house.log.follow(before, 10) if each.event.TOPIC == "record_read"]
    assert answer.status_code == 200
    assert (fact.envelope.actor, fact.envelope.authenticated_as) == (it.ids["bill"], "key:bill")
    assert fact.envelope.purpose == "audit"


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Purpose-Of-Use": "curiosity"}, {}),
        ({}, {"purpose": "curiosity"}),
        ({"Purpose-Of-Use": "audit"}, {"purpose": "treatment"}),
    ],
)
def test_a_purpose_that_is_none_or_two_is_refused(it: Asked, headers: dict[str, str], query: dict[str, str]) -> None:
    before = it.position()

    answer = it.request(MONTH_PATH.format(**it.ids), headers=headers, params=query)

    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_usage")
    assert "curiosity" not in answer.text
    assert it.position() == before


def test_a_key_without_the_scope_reads_nothing(it: Asked) -> None:
    answer = it.request(MONTH_PATH.format(**it.ids), scopes=frozenset({"append"}))

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_whoever_has_no_role_in_the_practice_is_refused_and_that_is_recorded(it: Asked) -> None:
    with_an_outsider(it)
    path = MONTH_PATH.format(**it.ids)

    answer = it.request(path, who="outsider")
    _, said = it.said("month", it.ids["patient"], MONTH, who="outsider")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_in_this_practice")
    assert said == b""
    refusals = it.request("/audit", params={"actor": it.ids["outsider"], "outcome": "refused"}).json()["facts"]
    assert [fact["code"] for fact in refusals] == ["not_in_this_practice"]


def test_a_patient_whom_the_ledger_lacks_is_not_there(it: Asked) -> None:
    answer = it.request(f"/patients/pt_{'a' * 26}/months/{MONTH}")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_patient")


@pytest.mark.parametrize("path", ["/rules", "/refusals", "/schema/commands"])
def test_what_is_about_nobody_needs_its_scope_alone(it: Asked, path: str) -> None:
    without = it.request(path, who="bea", scopes=frozenset({"append"}))

    assert it.request(path, who="bea").status_code == 200
    assert (without.status_code, without.json()["code"]) == (403, "scope_missing")


def test_what_is_recorded_as_asked_over_http_is_in_the_table_of_access(it: Asked) -> None:
    before = it.position()
    for question in QUESTIONS:
        given = FIND if question.method == "POST" else None
        query = {**ASKED.get(question.name, [{}])[0], "practice": it.ids["practice"]}
        known = {name: value for name, value in query.items() if name in offered(question) and name != "rules_only"}
        path = question.path.format(**values(it, question))
        assert it.request(path, method=question.method, params=known, content=given).status_code == 200, question.name
    facts = it.served.house.log.facts_at(range(before + 1, it.position() + 1))
    asked = {fact.event.question for fact in facts if isinstance(fact.event, RecordRead)}

    assert asked == {name for name, each in OPERATIONS.items() if each.reach == "patients"}


# --- what is not to be had ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/months/2026-13",
        "/months/2026-01%0A",
        "/months/--csv",
        "/months/%2e%2e",
        "/months/-h",
        "/patients/mrn-1/history",
        "/patients/--words/history",
        "/patients/{patient}/months/--",
        "/claims/@claims",
        "/rules/--ledger=x",
        "/rules/-",
        "/receipts/-1",
        "/schema/--json",
        "/months/2026-01?ledger=x",
        "/months/2026-01?key_file=x",
        "/months/2026-01?csv=true",
        "/months/2026-01?speaker=x",
        "/months/2026-01?as=x",
        "/months/2026-01?json=false",
        "/months/2026-01?as-of=3",
        "/months/2026-01?as_of=--csv",
        "/months/2026-01?as_of=0",
        "/months/2026-01?as_of=",
        "/months/2026-01?as_of=1&as_of=2",
        "/months/2026-01?all=yes",
        "/months/2026-01?all=",
        "/months/2026-01?practice=%00",
        "/months/2026-01?practice=--all",
        "/reviews?month=--settled",
        "/reviews?month=-",
        "/audit?action=--outcome%3Drefused",
        "/audit?action=%00",
        "/audit?limit=0",
        "/audit?limit=100001",
        "/rules?payer=@/etc/hosts",
        "/rules/prices/99490?on=2026-01-31&gpci=1.0",
        "/rules/prices/99490?on=2026-01-31&gpci=1.0&gpci=--ledger&gpci=x",
        "/rules/prices/99490",
        "/rules/diff?before=--profiles&after=shipped",
        "/rules/diff?before=shipped&after=shipped&profiles=/",
        "/patients/{patient}/completeness?output=x",
        "/patients/{patient}/diff?a=--words&b=now",
        "/patients/{patient}/diff?a=now",
        "/log/unsealed?watch=1",
        "/log/unsealed?publish=x",
        "/log/consistency?from=2&to=1",
        "/log/consistency?from=1",
    ],
)
def test_a_value_never_becomes_an_option_and_is_not_repeated(it: Asked, path: str) -> None:
    before = it.position()

    answer = it.request(path.format(**it.ids))

    assert (answer.status_code, answer.json()["code"]) in {(400, "wrong_usage"), (404, "no_such_path")}
    assert "/etc/hosts" not in answer.text
    assert it.position() == before, "nothing was read"


def test_identifiers_are_looked_up_by_a_body_of_few_lines(it: Asked) -> None:
    many = it.request("/patients/find", method="POST", content=b"mrn x\n" * 600)
    none = it.request("/patients/find", method="POST")

    assert (many.status_code, many.json()["code"]) == (413, "too_many_identifiers")
    assert none.json()["found"] == []
    assert it.request("/patients/find").status_code == 405


# --- the log --------------------------------------------------------------------------------------------------------


def test_the_log_is_shown_as_it_is_published(it: Asked, tmp_path: Path) -> None:
    code, _ = it.said("seal", "--publish", str(tmp_path / "log"), "--log-key-file", str(_keys(it)), who="admin")
    assert code == 0
    files = [file for file in (tmp_path / "log").rglob("*") if file.is_file() and file.name != ".publishing"]
    shown = [file for file in files if "checkpoints" not in file.parts]

    for file in shown:
        answer = it.request(f"/log/{file.relative_to(tmp_path / 'log')}")
        assert (answer.status_code, answer.content) == (200, file.read_bytes())

    assert len(shown) >= 3, "a checkpoint, a tile and its entries"


def _keys(it: Asked) -> Path:
    return it.served.key_file.with_name("log.keys")


@pytest.mark.parametrize("name", ["0/999", "entries/x001/000", "8/000", "0/000.p/0", "0/000.p/999", "0/0"])
def test_the_log_has_no_file_of_another_name(it: Asked, name: str) -> None:
    answer = it.request(f"/log/tile/{name}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_sealed")


def test_the_log_of_one_size_begins_with_that_of_another(it: Asked) -> None:
    from base64 import b64decode  # noqa: PLC0415 - beside what it is for

    from ledger.proof.merkle import verify_consistency  # noqa: PLC0415
    from ledger.store.checkpoints.proving import Prover  # noqa: PLC0415

    prover = Prover(it.served.house.log.engine.log_store())
    answer = it.request("/log/consistency", params={"from": "7", "to": str(it.sealed)}).json()

    path = tuple(map(b64decode, answer["path"]))
    assert verify_consistency(7, prover.root(7), it.sealed, prover.root(it.sealed), path)
    beyond = it.request("/log/consistency", params={"from": "7", "to": "999999"})
    assert (beyond.status_code, beyond.json()["code"]) == (404, "not_sealed")


def test_the_proof_of_completeness_proves_itself(it: Asked) -> None:
    from ledger.proof.bill import verify_bill  # noqa: PLC0415 - beside what it is for

    packet = it.request(f"/patients/{it.ids['patient']}/completeness")

    assert verify_bill(packet.content)
    assert json.loads(packet.content)["completeness"]

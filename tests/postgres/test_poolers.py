"""A pooler before the server: in transaction mode it is refused, in session mode it may stay.

Two kinds: one of the tests' own, and PgBouncer wherever it is installed.
"""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from interfaces.embedded_programs import account, free_port, given_to
from ledger.store.fsck import verify
from ledger.store.postgres.address import Address
from ledger.terms.errors import StoreUnavailable
from tests.postgres.appending import positions, together
from tests.postgres.proxies import Pooler
from tests.postgres.waiting import until
from tests.store.sample import new_ledger, proposal, registered, reopened, reported

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin:/opt/homebrew/bin")


@contextmanager
def of_one_session(address: Address, mode: str, folder: Path) -> Iterator[Address]:
    with Pooler(address, mode, sessions=1) as pooler:
        yield pooler.address


@contextmanager
def of_two_sessions_in_turn(address: Address, mode: str, folder: Path) -> Iterator[Address]:
    with Pooler(address, mode, sessions=2) as pooler:
        yield pooler.address


@contextmanager
def of_seven_sessions_in_turn(address: Address, mode: str, folder: Path) -> Iterator[Address]:
    with Pooler(address, mode, sessions=7) as pooler:
        yield pooler.address


@contextmanager
def pgbouncer(address: Address, mode: str, folder: Path) -> Iterator[Address]:
    assert PGBOUNCER is not None
    parts, port = urlsplit(address.server), free_port()
    (folder / "users.txt").write_text('"postgres" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={parts.hostname} port={parts.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users.txt\n"
        f"pool_mode = {mode}\ndefault_pool_size = 10\n"
    )
    for path in (*folder.parents, folder, *folder.iterdir()):
        if path.is_relative_to(folder):
            given_to(account(), path)
    process = subprocess.Popen(
        [PGBOUNCER, "--quiet", str(folder / "pgbouncer.ini")], cwd="/", stderr=subprocess.DEVNULL, **account()
    )
    try:
        until(lambda: answers(port))
        yield Address(parts._replace(netloc=f"postgres@127.0.0.1:{port}").geturl(), address.ledger)
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


KINDS = [of_one_session, of_two_sessions_in_turn, of_seven_sessions_in_turn, *([pgbouncer] if PGBOUNCER else [])]
Kind = Callable[[Address, str, Path], AbstractContextManager[Address]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_pooler_that_gives_one_session_to_several_programs_is_refused(
    address: Address, short_folder: Path, kind: Kind
) -> None:
    new_ledger(address).close()

    with (
        kind(address, "transaction", short_folder) as pooled,
        pytest.raises(StoreUnavailable, match="pooler in transaction mode"),
    ):
        reopened(pooled)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_ledger_is_made_through_a_pooler_in_transaction_mode(
    address: Address, short_folder: Path, kind: Kind
) -> None:
    with (
        kind(address, "transaction", short_folder) as pooled,
        pytest.raises(StoreUnavailable, match="pooler in transaction mode"),
    ):
        new_ledger(pooled)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_pooler_in_session_mode_is_as_good_as_the_server(address: Address, short_folder: Path, kind: Kind) -> None:
    new_ledger(address).close()

    with kind(address, "session", short_folder) as pooled, reopened(pooled) as ledger:
        assert positions(ledger.append([proposal(registered(), key="k")])[0]) == (1,)
        together(3, lambda number: ledger.append([proposal(reported(), key=f"{number}")]))

        assert ledger.refresh() == 4
        assert verify(ledger).is_sound


@pytest.fixture
def short_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that every account reaches."""
    folder = Path("/tmp") / f"ccm-{tmp_path_factory.getbasetemp().name}-{free_port()}"
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)

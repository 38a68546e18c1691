"""A rehearsal of docs/deploy.md: a base backup and archived WAL bring a ledger back as it was at a named moment."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from interfaces.embedded import Server
from interfaces.embedded_programs import account, given_to
from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.store.postgres.address import Address, parse_address
from ledger.streams.base import ERASED
from tests.postgres.appending import positions
from tests.postgres.waiting import until
from tests.store.sample import OTHER_PATIENT, PATIENT, assigned, new_ledger, proposal, registered, reopened, reported

pytestmark = pytest.mark.slow
MOMENT = "before the accident"
SCOPE = f"{PATIENT}/identity"


@pytest.fixture
def archive() -> Iterator[Path]:
    """A folder that the account of the server may write to."""
    with tempfile.TemporaryDirectory(prefix="ccm-wal-", dir="/tmp") as folder:
        yield given_to(account(), Path(folder))


@pytest.fixture
def server(tmp_path: Path, archive: Path) -> Iterator[Server]:
    settings = {"archive_mode": "on", "archive_command": f"cp %p {archive}/%f"}
    with Server.start(tmp_path / "server", settings=settings) as started:
        yield started


@pytest.fixture
def ledger(server: Server) -> Iterator[Ledger]:
    with new_ledger(at(server)) as opened:
        yield opened


def at(server: Server) -> Address:
    return parse_address(f"{server.url}?ledger=alpha")


def named_moment(server: Server) -> None:
    """Mark this moment, so that a recovery may stop at it."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("SELECT pg_create_restore_point(%s)", (MOMENT,))


def archived(server: Server) -> None:
    """Wait until everything that was written so far lies in the archive."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row is not None

        def is_there() -> bool:
            found = connection.execute("SELECT last_archived_wal >= %s FROM pg_stat_archiver", row).fetchone()
            return found is not None and bool(found[0])

        until(is_there)


def restored(backup: Server, archive: Path) -> Address:
    """The backup, brought forward to the named moment and open for writing."""
    backup.recover(
        {
            "restore_command": f"cp {archive}/%f %p",
            "recovery_target_name": MOMENT,
            "recovery_target_action": "promote",
        }
    )
    with psycopg.connect(backup.url, autocommit=True) as connection:
        until(lambda: connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,))
    return at(backup)


def test_a_restored_ledger_has_the_root_that_was_kept_and_takes_again_what_was_lost(
    server: Server, ledger: Ledger, archive: Path, tmp_path: Path
) -> None:
    ledger.append([proposal(registered(), key="before the backup")])
    with server.backup(tmp_path / "backup") as backup:
        ledger.append([proposal(reported(), key="before the moment")])
        kept = verify(ledger)
        named_moment(server)
        ledger.append([proposal(assigned(), key="lost")])
        archived(server)
        server.kill()

        with reopened(restored(backup, archive)) as again:
            found = verify(again)
            (answer,) = again.append([proposal(assigned(), key="lost")])
            known = again.binding("before the moment")
            words = again.open_words(again.follow(0, 1)[0])
            afterwards = verify(again)

    assert (found.is_sound, found.facts, found.root) == (True, 2, kept.root)
    assert positions(answer) == (3,)
    assert known is not None
    assert known.positions == (2,)
    assert words == registered()
    assert afterwards.is_sound


def test_a_key_that_was_destroyed_after_the_moment_comes_back_and_is_destroyed_again(
    server: Server, ledger: Ledger, archive: Path, tmp_path: Path
) -> None:
    ledger.append([proposal(registered()), proposal(registered(OTHER_PATIENT))])
    with server.backup(tmp_path / "backup") as backup:
        named_moment(server)
        ledger.vault.destroy([SCOPE])
        archived(server)
        server.kill()

        with reopened(restored(backup, archive)) as again:
            came_back = again.open_words(again.follow(0, 1)[0])
            again.vault.destroy([SCOPE])
            gone, other = (again.open_words(fact) for fact in again.follow(0, 2))

    assert came_back == registered()
    assert gone == registered().model_copy(update={"words": ERASED})
    assert other == registered(OTHER_PATIENT)

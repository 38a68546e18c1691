"""An import that is interrupted leaves nothing that can be opened, and is gone on with; an export leaves no archive."""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from ledger.store.archive import format as archive_format
from ledger.store.archive import importing
from ledger.store.archive.export import UNFINISHED, export_ledger
from ledger.store.archive.format import ArchiveRefused, BlockReader, Reason
from ledger.store.archive.importing import import_archive
from ledger.store.archive.tables import target
from ledger.store.connection import Place, info_of, open_ledger
from ledger.store.fsck import verify
from ledger.store.postgres.address import Address, parse_address
from ledger.store.sqlite.founding import LEDGER_FILE, VAULT_FILE
from ledger.terms.errors import LedgerDamaged, LedgerError, NotALedger, StoreUnavailable
from tests.archive.conftest import unused_id
from tests.archive.holdings import FACTS, exported, filled, rows
from tests.postgres.servers import second_database, shared_server, superuser, unused_address, unused_name
from tests.store.sample import MASTER_KEY, NewPlace, RepeatableIds, StandingClock, new_ledger, reopened

SEED = 20_261_122
# The command itself, killed so many seconds after so many blocks of rows were read.
KILLED = """
import os, signal, sys, threading
from interfaces.cli.main import main
from ledger.store.archive import importing
blocks, later = int(sys.argv[-2]), float(sys.argv[-1])
check = importing.Checker.check
def counted(*given):
    global blocks
    blocks -= 1
    if blocks == 0:
        threading.Timer(later, os.kill, (os.getpid(), signal.SIGKILL)).start()
    check(*given)
importing.Checker.check = counted
sys.exit(main(sys.argv[1:-2]))
"""
Stop = Callable[[int], None]


class Interrupted(Exception):
    """The program ends here."""


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_format, "BLOCK_BYTES", 4_000)


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Stop:
    """Let the next import end before so many blocks of rows were taken; a negative number lets it run."""
    left = [-1]
    real = importing._Filling.take

    def take(self: Any, *given: Any) -> None:
        if not left[0]:
            left[0] = -1
            raise Interrupted
        left[0] -= 1
        real(self, *given)

    monkeypatch.setattr(importing._Filling, "take", take)

    def set_to(count: int) -> None:
        left[0] = count

    return set_to


def begun(file: Path, place: Place, stop: Stop, blocks: int = 3) -> None:
    """An import that ended before its end."""
    stop(blocks)
    with pytest.raises(Interrupted):
        import_archive(file, place, StandingClock())


@pytest.mark.slow
def test_an_import_that_ends_before_any_block_is_gone_on_with_by_the_same_command(
    small_blocks: None, place: Place, archive: Path, new_place: NewPlace, stop: Stop
) -> None:
    with archive.open("rb") as opened:
        blocks = sum(1 for _ in BlockReader(opened).blocks()) - 2
    expected, there = rows(place), []
    for count in range(blocks + 1):
        copy = new_place(f"copy{count}")
        if count < blocks:
            begun(archive, copy, stop, count)
            with pytest.raises(LedgerError):
                open_ledger(copy, master_key=MASTER_KEY, clock=StandingClock(), ids=RepeatableIds())
            with pytest.raises((NotALedger, LedgerDamaged)):
                info_of(copy)
        there.append(import_archive(archive, copy, StandingClock()).there)
        assert expected == rows(copy)
        drop(copy)

    assert there[0] == there[-1] == 0
    assert FACTS in there
    assert sorted(set(there)) == sorted({0, *there[1:-1]})


def test_an_import_may_be_interrupted_again_and_again(
    small_blocks: None, place: Place, archive: Path, new_place: NewPlace, stop: Stop
) -> None:
    copy = new_place("copy")
    for count in range(2, 8):
        begun(archive, copy, stop, count)
    import_archive(archive, copy, StandingClock())

    assert rows(place) == rows(copy)


def test_an_import_is_not_gone_on_with_from_another_ledgers_archive(
    small_blocks: None, archive: Path, new_place: NewPlace, stop: Stop, tmp_path: Path
) -> None:
    other = exported(filled(tmp_path / "other", ledger_id=unused_id()), tmp_path / "other.archive")
    copy = new_place("copy")
    begun(archive, copy, stop)

    with pytest.raises(ArchiveRefused) as refused:
        import_archive(other, copy, StandingClock())
    assert refused.value.reason is Reason.ANOTHER_LEDGER

    import_archive(other, copy, StandingClock(), start_over=True)
    assert rows(tmp_path / "other") == rows(copy)


@pytest.mark.parametrize("position", [1, 3])
def test_what_an_interrupted_import_left_must_be_what_the_archive_begins_with(
    position: int, small_blocks: None, archive: Path, stop: Stop
) -> None:
    copy = unused_address()
    begun(archive, copy, stop, 5)
    with superuser(copy) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE stored_events SET recorded_at = 0 WHERE notification_id = %s", (position,))

    with pytest.raises(ArchiveRefused) as refused:
        import_archive(archive, copy, StandingClock())

    assert (refused.value.reason, refused.value.position) == (Reason.NOT_A_PREFIX, position)


def test_more_than_the_archive_holds_is_no_prefix(
    small_blocks: None, archive: Path, stop: Stop, tmp_path: Path
) -> None:
    longer = exported(filled(tmp_path / "longer", FACTS + 5), tmp_path / "longer.archive")
    shorter = exported(filled(tmp_path / "shorter"), tmp_path / "shorter.archive")
    begun(longer, tmp_path / "copy", stop)

    with pytest.raises(ArchiveRefused) as refused:
        import_archive(shorter, tmp_path / "copy", StandingClock())

    assert refused.value.reason is Reason.NOT_A_PREFIX


def test_an_import_that_was_killed_between_its_last_two_renames_is_ended(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    import_archive(archive, copy, StandingClock())
    (copy / LEDGER_FILE).rename(copy / f"{LEDGER_FILE}.importing")

    import_archive(archive, copy, StandingClock())

    assert rows(place) == rows(copy)
    assert {LEDGER_FILE, VAULT_FILE} == {file.name for file in copy.iterdir()}


def test_an_archive_is_never_mixed_into_a_ledger(archive: Path, new_place: NewPlace) -> None:
    copy = filled(new_place("copy"), ledger_id=unused_id())
    before = rows(copy)

    for start_over in (False, True):
        with pytest.raises(NotALedger):
            import_archive(archive, copy, StandingClock(), start_over=start_over)
    assert before == rows(copy)


def test_a_folder_with_a_vault_alone_is_no_empty_place(archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / VAULT_FILE).write_bytes(b"somebody's keys")

    with pytest.raises(NotALedger):
        import_archive(archive, copy, StandingClock(), start_over=True)
    assert (copy / VAULT_FILE).read_bytes() == b"somebody's keys"


def test_two_imports_never_fill_one_folder_at_once(archive: Path, tmp_path: Path) -> None:
    with target(tmp_path / "copy", StandingClock()), pytest.raises(StoreUnavailable):
        import_archive(archive, tmp_path / "copy", StandingClock())


def test_a_database_holds_a_ledger_once(archive: Path) -> None:
    import_archive(archive, unused_address(), StandingClock())
    again = unused_address()

    with pytest.raises(NotALedger, match="this very ledger"):
        import_archive(archive, again, StandingClock())
    import_archive(archive, unused_address(second_database()), StandingClock())
    with pytest.raises(NotALedger, match="no ledger of that name"):
        info_of(again)


@pytest.mark.slow
def test_a_login_that_is_no_superuser_imports_and_does_not_act_as_the_owner_afterwards(
    place: Place, archive: Path
) -> None:
    address = parse_address(second_database()).beside(unused_name())
    login = f"ccm_{address.ledger}_login"
    with psycopg.connect(address.server, autocommit=True) as connection:
        name = sql.Identifier(login)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(name))
        database = connection.execute("SELECT current_database()").fetchone()
        assert database is not None
        connection.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(database[0]), name))
        if connection.execute("SELECT to_regrole('ccm_control')").fetchone() != (None,):
            connection.execute(sql.SQL("GRANT ccm_control TO {}").format(name))
    as_login = Address(address.server.replace("postgres@", f"{login}@"), address.ledger)

    import_archive(archive, as_login, StandingClock())

    assert rows(place) == rows(address)
    with psycopg.connect(address.server) as connection:
        query = "SELECT pg_has_role(%s, %s, 'USAGE')"
        assert connection.execute(query, (login, address.role("owner"))).fetchone() == (False,)


def test_an_interrupted_export_leaves_nothing_that_looks_whole(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "new.archive"

    def stopped(total: int) -> Any:
        raise Interrupted

    with pytest.raises(Interrupted):
        export_ledger(place, file, StandingClock(), progress=stopped)

    assert not file.exists()
    with pytest.raises(ArchiveRefused):
        import_archive(file.with_name(file.name + UNFINISHED), tmp_path / "copy", StandingClock())
    assert exported(place, file).exists()
    assert not file.with_name(file.name + UNFINISHED).exists()


def test_an_archive_is_never_overwritten(place: Place, archive: Path) -> None:
    before = archive.read_bytes()

    with pytest.raises(StoreUnavailable):
        export_ledger(place, archive, StandingClock())
    assert before == archive.read_bytes()


def test_an_export_goes_through_no_link_and_into_no_file_that_others_can_read(place: Place, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "linked.archive.unfinished").symlink_to(victim)
    (tmp_path / "open.archive.unfinished").write_text("left behind")
    (tmp_path / "open.archive.unfinished").chmod(0o644)

    with pytest.raises(StoreUnavailable, match="cannot be made"):
        exported(place, tmp_path / "linked.archive")
    exported(place, tmp_path / "open.archive")

    assert "mine" == victim.read_text()
    assert 0o600 == (tmp_path / "open.archive").stat().st_mode & 0o777


def test_no_ledger_is_made_where_an_import_was_begun(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "ledger.db.importing").write_bytes(b"")

    with pytest.raises(NotALedger, match="was begun and not finished"):
        new_ledger(tmp_path / "ledger")
    with pytest.raises(NotALedger, match="was begun and not finished"):
        reopened(tmp_path / "ledger")


def test_a_damaged_ledger_is_not_exported(new_place: NewPlace, tmp_path: Path) -> None:
    from tests.store.tampering import tamper  # noqa: PLC0415 - for this test alone

    origin = filled(new_place("origin"), ledger_id=unused_id())
    tamper(origin, "UPDATE stored_events SET recorded_at = recorded_at + 1 WHERE rowid = 7")

    with pytest.raises(ArchiveRefused) as refused:
        export_ledger(origin, tmp_path / "1.archive", StandingClock())

    assert (refused.value.reason, refused.value.position) == (Reason.LEAF_DIFFERS, 7)
    assert not (tmp_path / "1.archive").exists()


@pytest.mark.slow
def test_kill_9_at_random_points_leaves_nothing_to_open_and_the_same_command_ends_it(
    new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    origin = filled(tmp_path / "origin", 5_000, ledger_id=unused_id())
    monkeypatch.setattr(archive_format, "BLOCK_BYTES", 40_000)
    file, copy = exported(origin, tmp_path / "origin.archive"), new_place("copy")
    words = [sys.executable, "-c", KILLED, "archive", "import", str(file), "--ledger", str(copy)]

    kills, blocks = 0, 0
    while True:
        # Each import gets a little further than the last, and dies at any moment behind its block.
        blocks += chance.randrange(4, 24)
        running = subprocess.run([*words, str(blocks), str(chance.random() * 0.02)], capture_output=True, check=False)
        if running.returncode == 0:
            break
        assert running.returncode == -9, running.stderr
        if is_whole(copy):
            break  # killed behind its last step
        kills += 1

    assert kills > 3
    assert rows(origin) == rows(copy)
    with reopened(origin) as ledger, reopened(copy) as other:
        assert verify(ledger) == verify(other)


def is_whole(place: Place) -> bool:
    """Whether there is a ledger that can be opened."""
    try:
        open_ledger(place, master_key=MASTER_KEY, clock=StandingClock(), ids=RepeatableIds()).close()
    except LedgerError:
        return False
    return True


def drop(place: Place) -> None:
    """Make room on the server for the same ledger under another name."""
    if isinstance(place, Address):
        with psycopg.connect(shared_server(), autocommit=True) as connection:
            connection.execute("DELETE FROM ccm_control.ledgers WHERE name = %s", (place.ledger,))

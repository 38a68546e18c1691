"""Ledgers that are made, imported and opened at the same time, and who can keep them from it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from psycopg import errors

from interfaces.embedded import Server
from ledger.store.archive.export import export_ledger
from ledger.store.archive.importing import import_archive
from ledger.store.connection import open_ledger
from ledger.store.fsck import verify
from ledger.store.postgres import server as server_module
from ledger.store.postgres.address import Address, parse_address
from ledger.store.postgres.founding import found
from ledger.store.postgres.ledgers import upgrade_ledgers
from ledger.store.postgres.read_models import PostgresReadModels
from ledger.store.postgres.server import Server as Pool
from ledger.terms.errors import StoreUnavailable
from tests.postgres import attackers
from tests.postgres.attackers import Ground
from tests.postgres.servers import second_database, superuser, unused_address, unused_name
from tests.store.sample import MASTER_KEY, RepeatableIds, StandingClock, new_ledger, proposal, registered, reported

ground = pytest.fixture(scope="module", name="ground")(attackers.ground)


def make(address: Address) -> None:
    """A new ledger with an id of its own."""
    ids = RepeatableIds(str(address))
    found(address, master_key=MASTER_KEY, clock=StandingClock(), ids=ids, simulated=False, ledger_id=None)


def all_at_once(works: Sequence[Callable[[], object]]) -> None:
    """Each work in a thread of its own, begun at one moment; raises what one of them raised."""
    barrier = Barrier(len(works))

    def begun(work: Callable[[], object]) -> object:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        for future in [threads.submit(begun, work) for work in works]:
            future.result(60)


@pytest.mark.slow
def test_the_first_ledgers_of_a_server_are_made_at_once(tmp_path: Path) -> None:
    with Server.start(tmp_path / "empty") as server:
        urls = [server.url]
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE beside")
            urls.append(server.url.removesuffix("postgres") + "beside")
            connection.execute("CREATE ROLE founder LOGIN CREATEROLE")
            for name in ("postgres", "beside"):
                connection.execute(f"GRANT CREATE ON DATABASE {name} TO founder".encode())
        founder = [url.replace("postgres@", "founder@") for url in urls]
        places = [parse_address(url).beside(f"l{number}_{at}") for at, url in enumerate(founder) for number in range(3)]
        all_at_once([lambda place=place: make(place) for place in places])  # type: ignore[misc]

        for url in urls:
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT count(*) FROM ccm_control.ledgers").fetchone() == (3,)


@pytest.mark.slow
def test_many_open_the_read_models_of_new_ledgers_at_once() -> None:
    places = [unused_address() for _ in range(6)]
    for place in places:
        make(place)
    pools = [Pool(places[0]) for _ in range(4)]
    for pool in pools:
        with pool.lease(None):
            pass
    works = [
        lambda pool=pool, place=place: PostgresReadModels(pool, place).position("x")
        for place in places
        for pool in pools
    ]
    all_at_once(works)
    for pool in pools:
        pool.close()


def test_opening_read_models_makes_nothing(ground: Ground) -> None:
    with superuser(ground.a) as connection, connection.transaction():
        # Whoever makes a table in the schema waits for this.
        connection.execute("LOCK TABLE tracking IN SHARE MODE")
        pool = Pool(ground.a)
        models = PostgresReadModels(pool, ground.a)

        assert models.position("x") is None
        assert models.is_whole()
        pool.close()


def test_a_discard_keeps_the_table_of_positions_and_makes_one_that_is_gone(address: Address) -> None:
    with new_ledger(address) as ledger, superuser(address) as connection:
        models = ledger.read_models()
        models.write("x", expected=None, position=3, statements=(("CREATE TABLE answer (word TEXT)", ()),))
        query = "SELECT 'tracking'::regclass::oid"
        before = connection.execute(query).fetchone()
        ledger.engine.discard_read_models()

        assert models.position("x") is None
        assert connection.execute(query).fetchone() == before
        assert connection.execute("SELECT to_regclass('answer')").fetchone() == (None,)
        connection.execute("DROP TABLE tracking")
        assert not models.is_whole()
        ledger.engine.discard_read_models()
        assert models.is_whole()


@pytest.mark.slow
def test_no_login_keeps_ledgers_from_being_made_upgraded_or_imported(ground: Ground, tmp_path: Path) -> None:
    place, clock = unused_address(), StandingClock()
    number = 0x63636D6C  # what once was the lock
    with new_ledger(unused_address()) as ledger:
        export_ledger(ledger.engine.address, tmp_path / "a.archive", clock)  # type: ignore[attr-defined]
    copy = parse_address(second_database()).beside(unused_name())
    with ground.login("nobody") as here, psycopg.connect(copy.server, autocommit=True) as there:
        for connection in (here, there):
            connection.execute("SELECT pg_advisory_lock(%s)", (number,))
        there.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (number, copy.schema))
        make(place)
        assert [name for name, _ in upgrade_ledgers(place, clock, (place.ledger,))] == [place.ledger]
        assert import_archive(tmp_path / "a.archive", copy, clock).trailer.facts == 0


@pytest.mark.parametrize("name", ["nobody", "app", "projector"])
@pytest.mark.parametrize("mode", ["ACCESS SHARE", "ROW EXCLUSIVE", "ACCESS EXCLUSIVE"])
def test_the_lock_of_foundings_is_for_founders_only(ground: Ground, name: str, mode: str) -> None:
    with ground.login(name) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(f"BEGIN; LOCK TABLE ccm_control.founding_lock IN {mode} MODE".encode())


@pytest.mark.slow
def test_who_waits_for_another_founding_is_told_for_which_lock(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_SESSION", server_module._SESSION.replace("'20s'", "'1s'"))
    with superuser(ground.a) as connection, connection.transaction():
        connection.execute("LOCK TABLE ccm_control.founding_lock IN EXCLUSIVE MODE")

        with pytest.raises(StoreUnavailable, match=r"the lock of ccm_control\.founding_lock"):
            make(unused_address())
        with pytest.raises(StoreUnavailable, match=r"the lock of ccm_control\.founding_lock"):
            list(upgrade_ledgers(ground.a, StandingClock()))


@pytest.mark.slow
@pytest.mark.parametrize("start_over", [False, True])
def test_of_two_imports_at_once_one_is_told_and_nothing_is_mixed(
    address: Address, tmp_path: Path, start_over: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store.archive.format.BLOCK_BYTES", 4_000)
    clock, file = StandingClock(), tmp_path / "a.archive"
    with new_ledger(address) as ledger:
        ledger.append([proposal(registered()), *(proposal(reported()) for _ in range(60))])
        root = verify(ledger).root
    export_ledger(address, file, clock)
    copy = parse_address(second_database()).beside(unused_name())
    began: list[int] = []

    def progress(_: int) -> Callable[[int, int], None]:
        def told(done: int, total: int) -> None:
            if not began and done > total // 2:
                began.append(done)
                import_archive(file, copy, clock, start_over=start_over)

        return told

    with pytest.raises(StoreUnavailable, match="Another import"):
        import_archive(file, copy, clock, progress=progress)
    with open_ledger(copy, master_key=MASTER_KEY, clock=clock, ids=RepeatableIds("x")) as ledger:
        assert (verify(ledger).is_sound, verify(ledger).root) == (True, root)

"""The ledger that is tampered with: made and sealed once on an engine, then copied for each attack, and what is kept.

In a folder a copy is a copy of files. On a server it is a database made from another as TEMPLATE, which waits for the
disk; so one serves for some attacks, and every row of it is put back in between. Kept outside, where no attacker comes,
are the notes of three checkpoints and an archive of all facts.
"""

import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from cryptography.x509 import Certificate
from psycopg import sql

from ledger.store.archive.export import export_ledger
from ledger.store.checkpoints.log_keys import SigningKey
from ledger.store.checkpoints.sealing import Sealer
from ledger.store.checkpoints.timestamping import stored
from ledger.store.connection import Ledger, Place
from ledger.store.postgres.address import Address
from ledger.streams.base import CommandKey, Proposal
from projections.rebuild import rebuild
from tests.checkpoints.authority import Authority
from tests.checkpoints.keys import adopt, signers
from tests.postgres.servers import shared_server, unused_address, unused_name
from tests.store.sample import MASTER_KEY, StandingClock, envelope, new_ledger, reopened
from tests.store.tampering import Run
from tests.tamper.company import ERASED_SCOPE, looks, proposals, record
from tests.tamper.forging import Book
from tests.tamper.hands import FACTS, KEYS, Hands, Table, copied, hands_on, put
from tests.tamper.logs import LOG
from tests.tamper.shape import Attack, Scene, Signs
from tests.tamper.stamps import roots_of, stamped

SEALED = (18, 31, 48)
"""The sizes of the checkpoints; the last facts are behind the last of them."""
WIDE = (18, 31, 48, 530)
"""The same of a log that has tiles above those of its leaves."""
LATER = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
USES = 40
"""How many attacks one copy on a server serves for."""
BACKUP_AT = 1
"""Which checkpoint the old backup was made after."""
_NUMBERS = count(1)


@dataclass(frozen=True)
class Kept:
    """What is out of the attacker's reach."""

    notes: tuple[bytes, ...]
    archive: Path
    roots: tuple[Certificate, ...]
    """Of the authority whose timestamps the ledger has."""


class Copies:
    """The copy on a server that is in use, and what it held before anybody touched it."""

    def __init__(self) -> None:
        self.address: Address | None = None
        self._opened = ExitStack()
        self._tables: dict[str, Table] = {}
        self._used = 0

    def on_server(self, template: Address) -> None:
        """Have a copy that is as the template is."""
        if self.address is None or self._used >= USES:
            self.close()
            self.address = self._opened.enter_context(_database(template))
            self._used = 0
            with hands_on(self.address) as hands:
                self._tables = {each: copied(hands.facts, each, is_server=True) for each in _tables_of(hands.facts)}
        self._used += 1

    def put_back(self) -> None:
        """Put every row back."""
        assert self.address is not None
        with hands_on(self.address) as hands:
            hands.facts("BEGIN")
            for table, rows in self._tables.items():
                put(hands.facts, table, rows)
            hands.facts("COMMIT")

    def close(self) -> None:
        """Drop the copy."""
        self._opened.close()
        self.address = None


def _tables_of(run: Run) -> list[str]:
    """Every table of a ledger, its vault and its read models, with its schema."""
    found = run(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) ORDER BY 1, 2"
    )
    return [f"{schema}.{table}" for schema, table in found if table != "append_lock"]


@dataclass(frozen=True)
class World:
    """One engine's ledger, and what the attackers and the verifiers of it have."""

    place: Place
    folder: Path
    size: int
    backup: dict[str, Table]
    other: Book
    whole_other: dict[str, Table]
    own_keys: dict[str, str]
    erased_key: bytes
    kept: Kept
    copies: "Copies"
    sealed: tuple[int, ...]
    log_key: SigningKey
    own_stamps: dict[int, bytes]
    wide: "World | None" = None

    @contextmanager
    def copied(self) -> Iterator[Place]:
        """A copy of the ledger, thrown away afterwards."""
        if isinstance(self.place, Path):
            folder = self.folder / f"copy-{next(_NUMBERS)}"
            shutil.copytree(self.place, folder)
            yield folder
            shutil.rmtree(folder)
            return
        self.copies.on_server(self.place)
        assert self.copies.address is not None
        try:
            yield self.copies.address
        finally:
            self.copies.put_back()

    def scene(self, hands: Hands) -> Scene:
        """What an attacker finds."""
        return Scene(
            hands,
            self.size,
            self.sealed,
            self.backup,
            self.other,
            self.whole_other,
            MASTER_KEY,
            self.own_keys,
            self.erased_key,
            self.log_key,
            self.own_stamps,
        )

    def attacked(self, place: Place, each: Attack, dice: random.Random) -> None:
        """Do to a copy what the attack does, up to the last signature."""
        with hands_on(place) as hands:
            each.apply(dice, self.scene(hands))
            if each.promise.rows is None:
                # Who has an eye to what is whole has the read models forget how far they are: they are made anew.
                hands.models("DELETE FROM tracking")
        if each.signs is not None:
            with reopened(place) as ledger:
                keys = signers(ledger) if each.signs is Signs.STOLEN else _own_keys(ledger)
                Sealer(ledger, keys, StandingClock(LATER)).seal()


@contextmanager
def made(engine: str, folder: Path) -> Iterator[World]:
    """The world of one engine, below a folder."""
    true, own = Authority(folder / "authority"), Authority(folder / "own authority")
    with _world(engine, folder / "wide", WIDE, true, own) as wide, _world(engine, folder, SEALED, true, own) as world:
        yield replace(world, wide=wide)


@contextmanager
def _world(engine: str, folder: Path, sealed: tuple[int, ...], true: Authority, own: Authority) -> Iterator[World]:
    folder.mkdir(exist_ok=True)
    if engine == "sqlite":
        yield _made(folder / "ledger", folder / "another", folder, sealed, true, own)
        return
    with _database() as address:
        world = _made(address, address.beside(f"{address.ledger}_b"), folder, sealed, true, own)
        yield world
        world.copies.close()


def _made(
    place: Place, elsewhere: Place, folder: Path, sealed: tuple[int, ...], true: Authority, own: Authority
) -> World:
    clock = StandingClock()
    with new_ledger(place, clock=clock) as ledger:
        adopt(ledger)
        some = proposals(ledger)
        backup: dict[str, Table] = {}
        notes = []
        for number, size in enumerate(sealed):
            record(ledger, clock, some, min(size, SEALED[-1]))
            if size > SEALED[-1]:
                clock.advance(7)
                ledger.append(looks(size - ledger.refresh()))
            notes.append(Sealer(ledger, signers(ledger), clock).seal().note)
            if number == BACKUP_AT:
                backup = _backup(place)
        for _ in range(3):
            clock.advance(60)
            Sealer(ledger, signers(ledger), clock).heartbeat()
        ledger.append([_unchanged(ledger)])
        record(ledger, clock, some, 10_000)
        ((erased,),) = _wrapped(place)
        ledger.vault.destroy([ERASED_SCOPE])
        size = ledger.refresh()
        models = ledger.read_models()
        rebuild(ledger, models)
        models.close()
        for number, stamp in stamped(notes, true).items():
            ledger.engine.log_store().add_timestamp(stored(stamp, number))
        own_stamps = {number: stamp.token for number, stamp in stamped(notes, own).items()}
        log_key, _ = signers(ledger)
        mine = zip(signers(ledger), _own_keys(ledger), strict=True)
        own_keys = {theirs.verifier.public.hex(): own.verifier.public.hex() for theirs, own in mine}
    # Whoever opens a ledger looks whether its vault is as its erasures left it, and notes that.
    reopened(place).close()
    archive = folder / "kept.archive"
    export_ledger(place, archive, clock)
    kept = Kept(tuple(notes), archive, roots_of(true))
    other = _another(elsewhere)
    return World(place, folder, size, backup, *other, own_keys, erased, kept, Copies(), sealed, log_key, own_stamps)


def _wrapped(place: Place) -> list[tuple[bytes]]:
    """The wrapped key that is destroyed after that."""
    with hands_on(place) as hands:
        return [
            (bytes(wrapped),)
            for (wrapped,) in hands.vault("SELECT wrapped FROM data_keys WHERE scope = ?", (ERASED_SCOPE,))
        ]


def _own_keys(ledger: Ledger) -> tuple[SigningKey, ...]:
    """Keys of the attacker's, under the names of the ledger's."""
    return tuple(key._replace(seed=b"own" * 10 + b"ow") for key in signers(ledger))


def _backup(place: Place) -> dict[str, Table]:
    with hands_on(place) as hands:
        return {table: copied(hands.facts, table, is_server=hands.is_server) for table in (*FACTS, *LOG)}


def _another(place: Place) -> tuple[Book, dict[str, Table]]:
    """The facts of another ledger, of another practice with the same kinds of facts; and all its tables."""
    clock = StandingClock()
    with new_ledger(place, clock=clock, ledger_id=_other_id(place)) as ledger:
        adopt(ledger)
        record(ledger, clock, proposals(ledger), 30)
        ledger.vault.destroy([ERASED_SCOPE])
        Sealer(ledger, signers(ledger), clock).seal()
        ledger.read_models().close()
    with hands_on(place) as hands:
        tables = {
            table: copied(run, table, is_server=hands.is_server)
            for run, names in ((hands.facts, (*FACTS, *LOG, "ledger_info")), (hands.vault, (*KEYS, "vault_info")))
            for table in names
        }
        return Book.of(hands.facts), tables


def _other_id(place: Place) -> str | None:
    return "lg_" + "b" * 26 if isinstance(place, Path) else None


def _unchanged(ledger: Ledger) -> Proposal:
    key = CommandKey(ledger.token("#key", "import\nrow-1-again"), sha256(b"row-1").digest())
    return Proposal((), envelope(), (), key, "unchanged", (2,))


@contextmanager
def _database(template: Address | None = None) -> Iterator[Address]:
    """A ledger's place in a database of its own on the server of this run, dropped afterwards."""
    server = shared_server()
    name = sql.Identifier(f"ccm_{unused_name()}")
    making = sql.SQL("CREATE DATABASE {}").format(name)
    if template is not None:
        source = urlsplit(template.server).path.removeprefix("/")
        making += sql.SQL(" TEMPLATE {}").format(sql.Identifier(source))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(making)
        url = urlsplit(server)._replace(path=f"/{name.as_string(connection).strip(chr(34))}").geturl()
        try:
            yield replace(template, server=url) if template is not None else unused_address(url)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

"""`verify --log` beside the least that anybody could do: read the same rows, and hash each once.

The ledger is a small one stretched by an archive to as many facts as wanted (benchmarks/stretching.py), on both
databases, sealed before it is verified. The yardstick reads the same columns through the same snapshot and takes one
SHA-256 over each row's columns; it compares nothing. Verification hashes three to five times as often: envelope, clear
part, every sealed part and tag, the leaf, the tree.
"""

import struct
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson
import psycopg

from benchmarks import lines, world
from benchmarks.measuring import Contender, Target, gate, rates_table, take_turns, timed
from benchmarks.stretching import stretch
from interfaces.embedded import Server
from interfaces.system import SystemClock, SystemIds
from ledger.proof.note import COSIGNER_KEY, NOTE_KEY
from ledger.store.archive.importing import import_archive
from ledger.store.checkpoints.log_keys import SigningKey, clock_name, log_name, new_key
from ledger.store.checkpoints.sealing import Sealer
from ledger.store.postgres.address import parse_address
from ledger.store.verifying.log import Evidence, verify_log

PATIENTS: Final = 200
READ: Final = "rows read, each hashed once"
VERIFIED: Final = "verify --log"
HALF: Final = Target(0.5)
_DAYS: Final = lines.working_days()[:60]
_INTS: Final = struct.Struct(">qqq")


def run(base: Path, *, rounds: int, events: int) -> Iterator[str]:
    """The tables of verifying: one on each database."""
    small = world.make(base, patients=PATIENTS, days=_DAYS)
    file = base / "large.archive"
    stretch(small.where, file, SystemClock(), events, with_staff=True)
    import_archive(file, base / "large", SystemClock())
    yield _table(world.Place(base / "large", small.key_file), "a folder (SQLite)", rounds)
    with Server.start(base / "server", settings={"max_wal_size": "4GB"}) as server:
        url = server.socket_url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE large")
        address = parse_address(f"{url.replace('/postgres?', '/large?')}&ledger=large")
        import_archive(file, address, SystemClock())
        file.unlink()
        yield _table(world.Place(address, small.key_file), "PostgreSQL", rounds)


def _table(place: world.Place, where: str, rounds: int) -> str:
    _seal(place)
    contenders = [Contender(READ, lambda _: _read(place)), Contender(VERIFIED, lambda _: _verify(place))]
    rates = take_turns(contenders, rounds)
    with world.opened(place) as session:
        facts = session.log.stats().facts
    return rates_table(
        f"The log of {facts:,} facts, {where}",
        list(rates.values()),
        unit="facts/s",
        yardstick=READ,
        targets={VERIFIED: HALF},
        notes=(_since(place),),
    )


def _seal(place: world.Place) -> None:
    """Adopt keys and seal everything."""
    with world.opened(place) as session:
        ids, ledger_id = SystemIds(), session.log.ledger_id
        keys = new_key(log_name(ledger_id), NOTE_KEY, ids), new_key(clock_name(ledger_id), COSIGNER_KEY, ids)
        session.accepted(map(_adoption, keys))
        sealed = Sealer(session.log, keys, session.clock).seal()
        gate("sealing", sealed=sealed.facts, stored=session.log.stats().facts)


def _adoption(key: SigningKey) -> bytes:
    data = {"name": key.name, "kind": "log" if key.kind == NOTE_KEY else "clock"}
    data["public_key"] = key.verifier.public.hex()
    return orjson.dumps({"v": 1, "key": f"adopt {key.name}", "command": "adopt_log_key", "data": data})


def _read(place: world.Place) -> float:
    with world.opened(place) as session, session.log.engine.snapshot() as stored:
        with timed() as watch:
            count = 0
            for position, home, version, topic, state, recorded_at, prefix, leaf in stored.facts():
                ints = _INTS.pack(position, version, recorded_at)
                sha256(b"".join((ints, home.encode(), topic.encode(), state, prefix, leaf))).digest()
                count += 1
            for position, _, tag_id, tag, seq, salt in stored.members():
                sha256(b"".join((_INTS.pack(position, tag_id, seq), tag.encode(), salt))).digest()
        gate("reading", read=count, stored=stored.fact_count())
    return watch.rate(count)


def _verify(place: world.Place) -> float:
    with world.opened(place) as session:
        with timed() as watch:
            found = verify_log(session.log)
        gate("verify --log", findings=len(found.findings), none=0)
        gate("verify --log", checked=found.facts, sealed=found.sealed, stored=session.log.stats().facts)
    return watch.rate(found.facts)


def _since(place: world.Place) -> str:
    """What is left to do where somebody kept the last note."""
    with world.opened(place) as session:
        stored = session.log.engine.log_store().latest()
        assert stored is not None, "the ledger was sealed"
        with timed() as watch:
            found = verify_log(session.log, Evidence(since=stored.note))
        gate("--since", findings=len(found.findings), none=0)
    return f"With `--since` the last checkpoint: {watch.seconds:.2f} s."

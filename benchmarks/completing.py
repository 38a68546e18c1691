"""Completeness: the map made from scratch, brought up by a night's facts, and the proof of one patient by it.

The ledger is a small one stretched by an archive to as many facts as wanted (benchmarks/stretching.py), each copy about
other patients. The proof is timed as an export needs it: opened anew, out of the tables, held against the recorded
root; and a second one with the tree at hand, as of the next subject in the same export.
"""

import statistics
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Final

import orjson
import psycopg

from benchmarks import lines, world
from benchmarks.measuring import Target, gate, number, table
from benchmarks.stretching import stretch
from interfaces.embedded import Server
from interfaces.system import SystemClock
from ledger.proof.completeness import CLASSES, Map, subject_key, verify_map_proof
from ledger.store.archive.importing import import_archive
from ledger.store.checkpoints.completing import Completeness
from ledger.store.postgres.address import parse_address

PATIENTS: Final = 200
PROVEN: Final = 50
A_SECOND: Final = Target(1, is_ceiling=True)
_DAYS: Final = lines.working_days()[:5]


def run(base: Path, *, events: int) -> Iterator[str]:
    """The tables of completeness: one on each database."""
    small = world.make(base, patients=PATIENTS, days=_DAYS)
    file = base / "large.archive"
    stretch(small.where, file, SystemClock(), events)
    import_archive(file, base / "large", SystemClock())
    yield _table(world.Place(base / "large", small.key_file), "a folder (SQLite)")
    with Server.start(base / "server", settings={"max_wal_size": "4GB"}) as server:
        url = server.socket_url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE large")
        address = parse_address(f"{url.replace('/postgres?', '/large?')}&ledger=large")
        import_archive(file, address, SystemClock())
        file.unlink()
        yield _table(world.Place(address, small.key_file), "PostgreSQL")


def _table(place: world.Place, where: str) -> str:
    with world.opened(place) as session:
        scratch, said = _mapped(session)
        again, later = _mapped(session)
        gate("a map behind the first", covers_more=later.up_to > said.up_to, yes=True)
        months = session.log.tags_starting("care_month/")
        patients = sorted({f"patient/{tag.split('/')[1]}" for tag in months})
        first, further = _proofs(session, later, patients[:: max(len(patients) // PROVEN, 1)])
        facts = session.log.stats().facts
    rows = [
        ("map from scratch", number(scratch * 1_000), ""),
        ("map again, few facts later", number(again * 1_000), ""),
        ("proof, opened anew (median)", number(first * 1_000), A_SECOND.verdict(first)),
        ("proof, the tree at hand (median)", number(further * 1_000), A_SECOND.verdict(further)),
    ]
    title = f"Completeness at {facts:,} facts, {len(patients):,} patients, {later.entries:,} counts, {where}"
    return table(title, ("what", "ms", "target: 1 s"), rows)


def _mapped(session: world.Opened) -> tuple[float, Map]:
    """How long a map takes from the look at the facts to its tables, and what it says."""
    completeness = Completeness(session.log)
    started = perf_counter()
    grown = completeness.next_map()
    depth, up_to, entries, root = grown.said
    data = {"depth": depth, "up_to": up_to, "entries": entries, "root": root.hex()}
    line = {"v": 1, "key": f"map {up_to}", "command": "map_completeness", "data": data}
    session.accepted([orjson.dumps(line)])
    gate("tables", written=completeness.write(grown), yes=True)
    return perf_counter() - started, grown.said


def _proofs(session: world.Opened, said: Map, subjects: list[str]) -> tuple[float, float]:
    """Seconds of a proof that opens the tree, and of one that has it; each is verified."""
    first: list[float] = []
    further: list[float] = []
    size = session.log.refresh()
    kept = Completeness(session.log)
    kept.proof(subjects[0], "record", size)
    for subject in subjects:
        for completeness, took in ((Completeness(session.log), first), (kept, further)):
            started = perf_counter()
            proof = completeness.proof(subject, "record", size)
            took.append(perf_counter() - started)
            assert proof is not None
            key = subject_key(session.log.ledger_id, subject)
            found = verify_map_proof(said, key, CLASSES.index("record"), proof.entries, proof.path)
            gate("proof", is_counted=found is not None and found.count > 0, yes=True)
    return statistics.median(first), statistics.median(further)

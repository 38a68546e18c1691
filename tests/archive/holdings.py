"""A small ledger that has a row of every kind, and all rows of a ledger in one shape, whichever database holds them."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.store.archive.export import export_ledger
from ledger.store.archive.format import BlockReader, BlockWriter, Section
from ledger.store.connection import Ledger, Place
from ledger.store.postgres.address import Address
from ledger.streams.base import CommandKey, Proposal
from ledger.terms.identity import patient_tag
from tests.postgres.servers import superuser
from tests.store.sample import (
    OTHER_PATIENT,
    StandingClock,
    assigned,
    empty,
    envelope,
    new_ledger,
    proposal,
    registered,
    reported,
)

READINGS = b'["medicare.ccm.99490.minutes_minimum"]'
ERASED_SCOPE = f"{OTHER_PATIENT}/identity"
FACTS = 12

_TABLES = {
    "ledger_info": "ledger_id, format, created_at",
    "stored_events": "{position}, originator_id, originator_version, topic, state, recorded_at, prefix, leaf",
    "tags": "tag_id, tag, head",
    "event_tags": "position, ordinal, tag_id, seq, salt",
    "command_keys": "token, content, outcome, positions, ids",
    "reading_sets": "digest, content",
    "refusal_count": "token, position, count",
}
_VAULT_TABLES = {
    "vault_info": "ledger_id, format, check_value",
    "named_keys": "name, wrapped",
    "data_keys": "scope, wrapped, created_at",
}


def fill(ledger: Ledger, facts: int = FACTS) -> None:
    """Facts with words, without, erased, refused twice; keys that are bound to facts, and one that is `unchanged`."""
    words = envelope(readings=sha256(READINGS).hexdigest())
    again = Proposal((), envelope(), (), CommandKey("k1-again", sha256(b"k1").digest()), "unchanged", (1,))
    ledger.append([proposal(registered(), read_set=empty(), key="k1")])
    ledger.append([again, proposal(registered(OTHER_PATIENT, token="f" * 32), key="k2")])
    ledger.append([proposal(assigned(), once="refusal-1"), proposal(assigned(), once="refusal-1")])
    ledger.append([proposal(reported(), by=words)._replace(readings=READINGS)])
    ledger.append([proposal(assigned(OTHER_PATIENT), read_set=((patient_tag(OTHER_PATIENT), 99),), key="moved")])
    while (count := ledger.refresh()) < facts:
        batch = range(min(500, facts - count))
        ledger.append([proposal(reported(given=f"Name {n}"), key=f"n{count + n}") for n in batch])
    ledger.vault.destroy([ERASED_SCOPE])


def filled(place: Place, facts: int = FACTS, **how: Any) -> Place:
    """A closed ledger at a place."""
    with new_ledger(place, **how) as ledger:
        fill(ledger, facts)
    return place


def exported(place: Place, file: Path) -> Path:
    """The archive of a ledger."""
    export_ledger(place, file, StandingClock())
    return file


def rows(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a ledger and its vault, sorted, but for the notes of migrations."""
    return _rows_on_a_server(place) if isinstance(place, Address) else _rows_in_a_folder(place)


def _rows_in_a_folder(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for file, tables in (("ledger.db", _TABLES), ("vault.db", _VAULT_TABLES)):
        with closing(sqlite3.connect(folder / file)) as database:
            for table, columns in tables.items():
                query = f"SELECT {columns.format(position='rowid')} FROM {table}"
                found[table] = sorted(map(_plain, database.execute(query)), key=repr)
    return found


def _rows_on_a_server(address: Address) -> dict[str, list[tuple[Any, ...]]]:
    with superuser(address) as connection:
        return {
            table: sorted(
                map(_plain, connection.execute(f"SELECT {columns.format(position='notification_id')} FROM {table}")),
                key=repr,
            )
            for table, columns in (_TABLES | _VAULT_TABLES).items()
        }


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    # Lists of positions are JSON in the one database and an array in the other.
    return tuple(json.loads(cell) if isinstance(cell, str) and cell.startswith("[") else cell for cell in row)


Parts = list[tuple[int, list[bytes]]]


def parts(file: Path) -> Parts:
    """The sections of an archive with their records, a pair a block."""
    with file.open("rb") as opened:
        return [(block.section, list(block.records())) for block in BlockReader(opened).blocks()]


def rewritten(file: Path, to: Path, changed: Parts) -> Path:
    """An archive of these records, as a forger would write it: its checksums and its digest are right."""
    with to.open("wb") as out:
        writer = BlockWriter(out)
        for section, records in changed:
            if section == Section.TRAILER:
                writer.flush()
                writer.put(section, records[0][:-32] + writer.digest())
                continue
            for record in records:
                writer.put(section, record)
        writer.flush()
    assert file != to
    return to

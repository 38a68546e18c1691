"""What stops a sealing: a fact, a tile or a checkpoint that is not what it was, found before anything is signed."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from psycopg.errors import RestrictViolation

from ledger.store.checkpoints import tiles
from ledger.store.checkpoints.rows import LogStore, Sign
from ledger.store.checkpoints.tiles import TileId
from ledger.store.connection import Ledger
from ledger.store.postgres.address import Address
from ledger.terms.errors import LedgerDamaged, WrongKey
from tests.checkpoints.keys import adopt, grow, log_key, sealer, signers
from tests.postgres.servers import superuser
from tests.store.sample import (
    NewPlace,
    StandingClock,
    assigned,
    new_ledger,
    place_of,
    proposal,
    registered,
    reopened,
    sqlite_of,
)
from tests.store.tampering import Tamper, edit, moved_into_the_salt, spoken, tamper


def flipped(value: bytes) -> bytes:
    """The bytes with one bit turned over."""
    middle = len(value) // 2
    return value[:middle] + bytes([value[middle] ^ 4]) + value[middle + 1 :]


@contextmanager
def changed(ledger: Ledger, *changes: str | Tamper) -> Iterator[Ledger]:
    """The ledger after somebody changed rows behind its back."""
    place = place_of(ledger)
    ledger.close()
    tamper(place, *changes)
    with reopened(place) as again:
        yield again


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(edit("state", 3, flipped), "the header is not that of the stored body", id="body"),
        pytest.param(edit("prefix", 3, flipped), "its leaf is not the hash", id="header"),
        pytest.param(edit("leaf", 3, flipped), "its leaf is not the hash", id="leaf"),
        pytest.param(edit("leaf", 3, lambda leaf: leaf[:31]), "its leaf is not the hash", id="leaf cut short"),
        pytest.param(
            "UPDATE stored_events SET recorded_at = recorded_at + 1 WHERE rowid = 4", "its leaf is not", id="time"
        ),
        pytest.param(
            "UPDATE stored_events SET recorded_at = recorded_at - 1 WHERE rowid = 4", "dated before", id="earlier time"
        ),
        pytest.param("UPDATE stored_events SET topic = 'x' WHERE rowid = 3", "the header is not", id="topic"),
        pytest.param("UPDATE stored_events SET originator_id = 'x' WHERE rowid = 3", "its home stream", id="home"),
        pytest.param(
            "UPDATE stored_events SET originator_version = 9 WHERE rowid = 3", "its home stream", id="version"
        ),
        pytest.param("UPDATE tags SET tag = 'patient/x' WHERE tag LIKE 'patient/%'", "its home stream", id="tag name"),
        pytest.param("UPDATE event_tags SET seq = 9 WHERE position = 3 AND ordinal = 1", "its leaf", id="tag number"),
        pytest.param(
            "UPDATE event_tags SET salt = zeroblob(16) WHERE position = 3 AND ordinal = 1", "its leaf", id="tag salt"
        ),
        pytest.param(moved_into_the_salt, "the salt of a tag has another length", id="tag moved into the salt"),
        pytest.param("DELETE FROM event_tags WHERE position = 3 AND ordinal = 1", "its tags are not", id="tag gone"),
        pytest.param("DELETE FROM event_tags WHERE position = 3 AND ordinal = 0", "its tags are not", id="home gone"),
        pytest.param("DELETE FROM stored_events WHERE rowid = 3", "it is not there", id="fact gone"),
    ],
)
def test_a_fact_that_changed_before_it_was_sealed_is_named_and_nothing_is_signed(
    ledger: Ledger, change: str | Tamper, words: str
) -> None:
    ledger.append([proposal(registered()), proposal(assigned()), proposal(assigned())])

    with changed(ledger, change) as again:
        store = again.engine.log_store()
        with pytest.raises(LedgerDamaged, match=words) as refused:
            sealer(again).seal()

        assert refused.value.happened.startswith("The fact at position ")
        assert (store.latest(), store.tile(0, 0)) == (None, b"")


class Faulty:
    """The log's rows on a disk that turns a bit over between writing and reading back."""

    def __init__(self, rows: LogStore, tile: TileId) -> None:
        self._rows = rows
        self._tile = tile

    def __getattr__(self, name: str) -> object:
        return getattr(self._rows, name)

    def seal(self, grown: Mapping[TileId, bytes], size: int, number: int, now: int, sign: Sign) -> bool:
        def signing(read_back: Mapping[TileId, bytes]) -> bytes:
            return sign({**read_back, self._tile: flipped(read_back[self._tile])})

        return self._rows.seal(grown, size, number, now, signing)


@pytest.mark.parametrize("tile", [TileId(0, 0), TileId(0, 1), TileId(1, 0)])
def test_a_bit_that_turns_over_before_signing_is_found_and_nothing_is_signed(
    ledger: Ledger, tile: TileId, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(ledger, 400)
    store = ledger.engine.log_store()
    at_work = sealer(ledger)
    monkeypatch.setattr(at_work, "_store", Faulty(store, tile))

    with pytest.raises(LedgerDamaged, match="Nothing was signed"):
        at_work.seal()

    assert (store.latest(), store.tiles([TileId(0, 0), TileId(1, 0)])) == (None, {})
    assert sealer(ledger).seal().size == 402


@pytest.mark.parametrize("tile", [TileId(0, 0), TileId(1, 0)])
def test_a_tile_whose_bytes_and_memory_agree_but_lead_elsewhere_is_found(
    ledger: Ledger, tile: TileId, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(ledger, 400)
    at_work = sealer(ledger)
    growing = tiles.grown

    def grown_wrong(known: Mapping[TileId, bytes], size: int, leaves: list[bytes]) -> dict[TileId, bytes]:
        made = growing(known, size, leaves)
        return {**made, tile: flipped(made[tile])}

    monkeypatch.setattr(tiles, "grown", grown_wrong)

    with pytest.raises(LedgerDamaged, match="Nothing was signed"):
        at_work.seal()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE log_tiles SET hashes = zeroblob(32) WHERE level = 0", "too short"),
        ("UPDATE log_tiles SET hashes = zeroblob(224) WHERE level = 0", "they lead to another root"),
        ("DELETE FROM log_tiles", "tile 0/0 is missing"),
        ("DELETE FROM stored_events WHERE rowid > 5", "it was cut off or put back"),
        ("UPDATE stored_events SET leaf = zeroblob(32) WHERE rowid = 7", "position 7 is not the one that was sealed"),
        ("UPDATE log_checkpoints SET size = 6", "another size than its row says"),
        ("UPDATE log_checkpoints SET note = zeroblob(300)", "not one that this ledger's keys signed"),
    ],
)
def test_a_sealed_log_that_changed_is_not_gone_on_with(ledger: Ledger, change: str, words: str) -> None:
    grow(ledger, 5)
    sealer(ledger).seal()

    with changed(ledger, change) as again:
        with pytest.raises(LedgerDamaged, match=words):
            sealer(again).seal()
        with pytest.raises(LedgerDamaged, match=words):
            sealer(again).heartbeat()

        assert len(list(again.engine.log_store().checkpoints())) == 1


def test_a_sealer_at_work_notices_that_checkpoints_are_gone(ledger: Ledger) -> None:
    grow(ledger, 5)
    at_work = sealer(ledger)
    at_work.seal()

    tamper(place_of(ledger), "DELETE FROM log_checkpoints")

    with pytest.raises(LedgerDamaged, match="gone from the ledger"):
        at_work.seal()


def test_a_sealer_at_work_goes_on_behind_no_smaller_checkpoint(ledger: Ledger) -> None:
    at_work = sealer(ledger)
    at_work.seal()
    grow(ledger, 5)
    at_work.seal()

    tamper(place_of(ledger), "DELETE FROM log_checkpoints WHERE number = 2")

    with pytest.raises(LedgerDamaged, match="smaller than one that was signed before"):
        at_work.seal()


def test_a_checkpoint_of_another_ledger_is_not_gone_on_with(ledger: Ledger, new_place: NewPlace) -> None:
    sealer(ledger).seal()
    with new_ledger(new_place("other"), ledger_id="lg_zzzzzzzzzzzzzzzzzzzzzzzzzz") as other:
        adopt(other)
        foreign = sealer(other).seal().note
    place = place_of(ledger)
    ledger.close()
    tamper(place, lambda run: run("UPDATE log_checkpoints SET note = ?", (foreign,)))

    with reopened(place) as again, pytest.raises(LedgerDamaged, match="not one that this ledger's keys signed"):
        sealer(again).seal()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log_tiles SET hashes = zeroblob(64)",
        "DELETE FROM log_tiles",
        "UPDATE log_checkpoints SET size = 99",
        "DELETE FROM log_checkpoints",
        "INSERT INTO log_checkpoints (number, size, note, created_at) VALUES (3, 9, zeroblob(9), 0)",
        "INSERT INTO log_checkpoints (number, size, note, created_at) VALUES (2, 1, zeroblob(9), 0)",
        "UPDATE log_cosignatures SET at = 0",
        "DELETE FROM log_cosignatures",
    ],
)
def test_the_database_refuses_to_change_what_was_signed(ledger: Ledger, change: str) -> None:
    watch = StandingClock()
    at_work = sealer(ledger, watch)
    at_work.seal()
    watch.advance(1)
    at_work.heartbeat()
    place = place_of(ledger)

    if isinstance(place, Address):
        with superuser(place) as connection, pytest.raises(RestrictViolation):
            connection.execute(spoken(change).encode(), ())
    else:
        with pytest.raises(sqlite3.IntegrityError):
            sqlite_of(ledger).execute(change)


def test_a_signer_whose_signature_is_false_signs_nothing(ledger: Ledger) -> None:
    class Broken:
        def __init__(self) -> None:
            self.verifier = log_key(ledger).verifier

        def sign(self, message: bytes) -> bytes:
            return bytes(64)

    with pytest.raises(WrongKey, match="Nothing was signed"):
        sealer(ledger, keys=(Broken(), signers(ledger)[1])).seal()

    assert ledger.engine.log_store().latest() is None

"""The published folder, file by file: all of it leads to the signed root, and no history takes another one's place."""

import shutil
from pathlib import Path

import pytest

from ledger.proof.checkpoint import open_checkpoint
from ledger.proof.leaf import decode_header, leaf_hash
from ledger.proof.merkle import root_of
from ledger.store.checkpoints import tiles as log
from ledger.store.checkpoints.publishing import Published, publish
from ledger.store.checkpoints.tiles import HASH_BYTES, TileId
from ledger.store.connection import Ledger
from ledger.terms.errors import LedgerDamaged, StoreUnavailable
from tests.checkpoints.keys import adopt, grow, sealer, verifiers
from tests.store.sample import CANARY, StandingClock, new_ledger, place_of, proposal, registered, reopened
from tests.store.tampering import edit, tamper


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {".publishing"}


def entries(folder: Path, names: list[str]) -> list[bytes]:
    """The entries of bundles, by their lengths."""
    found = []
    for name in names:
        data = (folder / "tile/entries" / name).read_bytes()
        while data:
            length = int.from_bytes(data[:2], "big")
            found.append(data[2 : 2 + length])
            assert len(found[-1]) == length
            data = data[2 + length :]
    return found


def test_the_folder_leads_from_every_entry_to_the_signed_root(ledger: Ledger, tmp_path: Path) -> None:
    grow(ledger, 598)
    sealer(ledger).seal()
    folder = tmp_path / "log"

    assert publish(ledger, folder) == Published(size=600, files=9)

    assert files(folder) == {
        "checkpoint",
        "checkpoints/600.note",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    }
    headers = entries(folder, ["000", "001", "002.p/88"])
    leaves = [leaf_hash(header, b"") for header in headers]
    tiles = {
        TileId(0, 0): (folder / "tile/0/000").read_bytes(),
        TileId(0, 1): (folder / "tile/0/001").read_bytes(),
        TileId(0, 2): (folder / "tile/0/002.p/88").read_bytes(),
        TileId(1, 0): (folder / "tile/1/000.p/2").read_bytes(),
    }
    checkpoint, _ = open_checkpoint((folder / "checkpoint").read_bytes(), verifiers(ledger))
    assert checkpoint.root == root_of(leaves) == log.root(lambda _: tiles, 600)
    assert b"".join(leaves) == b"".join(tiles[TileId(0, n)] for n in range(3))
    assert [decode_header(header)[1].leaf_index for header in headers] == list(range(600))


def test_a_folder_grows_with_the_log_and_parts_of_full_tiles_go(ledger: Ledger, tmp_path: Path) -> None:
    clock = StandingClock()
    for facts in (100, 100, 200, 3):
        grow(ledger, facts)
        sealer(ledger, clock).seal()
        publish(ledger, tmp_path / "log")

    assert files(tmp_path / "log") == {
        "checkpoint",
        *(f"checkpoints/{size}.note" for size in (102, 202, 402, 405)),
        *("tile/0/000", "tile/0/001.p/146", "tile/0/001.p/149", "tile/1/000.p/1"),
        *("tile/entries/000", "tile/entries/001.p/146", "tile/entries/001.p/149"),
    }
    whole = tmp_path / "anew"
    publish(ledger, whole)
    for name in files(whole):
        assert (tmp_path / "log" / name).read_bytes() == (whole / name).read_bytes()


def test_a_heartbeat_is_shown_without_any_tile_written_anew(ledger: Ledger, tmp_path: Path) -> None:
    clock = StandingClock()
    sealer(ledger, clock).seal()
    publish(ledger, tmp_path / "log")
    before = (tmp_path / "log" / "checkpoint").read_bytes()
    clock.advance(60)
    sealer(ledger, clock).heartbeat()

    assert publish(ledger, tmp_path / "log") == Published(size=2, files=2)

    after = (tmp_path / "log" / "checkpoint").read_bytes()
    assert after != before
    assert open_checkpoint(after, verifiers(ledger))[1].cosigned[0][1] == int(clock.now().timestamp())


def test_nothing_is_published_before_something_is_sealed(ledger: Ledger, tmp_path: Path) -> None:
    assert publish(ledger, tmp_path / "log") == Published(size=0, files=0)
    assert not (tmp_path / "log").exists()


def test_no_published_byte_names_anybody(ledger: Ledger, tmp_path: Path) -> None:
    fact = registered("pt_mmmmmmmmmmmmmmmmmmmmmmmmmm")
    ledger.append([proposal(fact)])
    sealer(ledger).seal()
    publish(ledger, tmp_path / "log")

    published = b"".join((tmp_path / "log" / name).read_bytes() for name in files(tmp_path / "log"))
    for word in (CANARY, fact.patient, fact.patient[3:], *fact.tags()):
        assert word.encode() not in published


def test_large_numbers_of_tiles_stand_in_folders_of_a_thousand() -> None:
    from ledger.store.checkpoints.files import resource  # noqa: PLC0415 - the numbers are too large for a ledger here

    assert resource("0", 1_234_067, 256) == "tile/0/x001/x234/067"
    assert resource("entries", 1_234_067, 8) == "tile/entries/x001/x234/067.p/8"
    assert resource("3", 0, 1) == "tile/3/000.p/1"


# --- what is refused --------------------------------------------------------------------------------------------------


def test_a_ledger_that_was_put_back_does_not_replace_what_the_folder_shows(tmp_path: Path) -> None:
    place, log_folder = tmp_path / "ledger", tmp_path / "log"
    with new_ledger(place) as ledger:
        adopt(ledger)
        sealer(ledger).seal()
    shutil.copytree(place, tmp_path / "backup")
    with reopened(place) as ledger:
        grow(ledger, 5)
        sealer(ledger).seal()
        publish(ledger, log_folder)
    shown = (log_folder / "checkpoint").read_bytes()

    with reopened(tmp_path / "backup", seed="elsewhere") as ledger:
        with pytest.raises(LedgerDamaged, match="shows a log of 7 facts and this one has 2"):
            publish(ledger, log_folder)
        grow(ledger, 8)
        sealer(ledger).seal()
        with pytest.raises(LedgerDamaged, match="another root at 7 facts"):
            publish(ledger, log_folder)

    assert (log_folder / "checkpoint").read_bytes() == shown


def test_a_folder_of_another_log_is_left_as_it_is(ledger: Ledger, tmp_path: Path) -> None:
    sealer(ledger).seal()
    with new_ledger(tmp_path / "other", ledger_id="lg_zzzzzzzzzzzzzzzzzzzzzzzzzz") as other:
        adopt(other)
        sealer(other).seal()
        publish(other, tmp_path / "log")
    shown = {name: (tmp_path / "log" / name).read_bytes() for name in files(tmp_path / "log")}

    with pytest.raises(LedgerDamaged, match="checkpoint of another log"):
        publish(ledger, tmp_path / "log")

    assert {name: (tmp_path / "log" / name).read_bytes() for name in files(tmp_path / "log")} == shown


def test_a_fact_that_changed_after_sealing_is_not_published(ledger: Ledger, tmp_path: Path) -> None:
    grow(ledger, 5)
    sealer(ledger).seal()
    place = place_of(ledger)
    ledger.close()
    tamper(place, edit("prefix", 4, lambda prefix: prefix[:-1] + b"\xff"))

    with reopened(place) as again, pytest.raises(LedgerDamaged, match="position 4 is not the one that was sealed"):
        publish(again, tmp_path / "log")

    assert "checkpoint" not in files(tmp_path / "log")


@pytest.mark.parametrize(
    "change", ["DELETE FROM log_tiles WHERE level = 1", "UPDATE log_tiles SET hashes = zeroblob(8192)"]
)
def test_tiles_that_changed_are_not_published(ledger: Ledger, tmp_path: Path, change: str) -> None:
    grow(ledger, 300)
    sealer(ledger).seal()
    place = place_of(ledger)
    ledger.close()
    tamper(place, change)

    with reopened(place) as again, pytest.raises(LedgerDamaged, match=r"tiles are not|another root"):
        publish(again, tmp_path / "log")

    assert "checkpoint" not in files(tmp_path / "log")


def test_a_folder_that_cannot_be_written_says_so(ledger: Ledger, tmp_path: Path) -> None:
    sealer(ledger).seal()
    (tmp_path / "log").write_text("a file stands here")

    with pytest.raises(StoreUnavailable, match="cannot be written"):
        publish(ledger, tmp_path / "log")


def test_a_leaf_hash_covers_exactly_what_a_bundle_holds() -> None:
    assert leaf_hash(b"head", b"er") == leaf_hash(b"header", b"")
    assert len(leaf_hash(b"", b"")) == HASH_BYTES

"""`archive export`, `archive import` and `archive check`: words for people, JSON for programs, exit codes for both."""

import json
import stat
from pathlib import Path

import pytest

from interfaces.cli.main import main
from ledger.store.connection import Place
from tests.archive.holdings import FACTS, rows
from tests.store.sample import LEDGER_ID, NewPlace

Captured = pytest.CaptureFixture[str]


@pytest.mark.slow
def test_a_ledger_goes_out_and_in_without_any_key(
    place: Place, new_place: NewPlace, tmp_path: Path, capsys: Captured
) -> None:
    file, copy = tmp_path / "new.archive", new_place("copy")

    assert main(["archive", "export", str(file), "--ledger", str(place)]) == 0
    assert "The key file is not in it" in capsys.readouterr().out
    assert main(["archive", "check", str(file)]) == 0
    assert "The archive is whole" in capsys.readouterr().out
    assert main(["archive", "import", str(file), "--ledger", str(copy)]) == 0

    said = capsys.readouterr().out
    assert f"{FACTS} facts in " in said
    assert "let one of the two be written to from now on, never both." in said
    assert rows(place) == rows(copy)


def test_an_archive_is_readable_by_its_owner_alone(place: Place, tmp_path: Path) -> None:
    main(["archive", "export", str(tmp_path / "new.archive"), "--ledger", str(place)])

    assert stat.S_IMODE((tmp_path / "new.archive").stat().st_mode) == 0o600


def test_programs_get_one_object_with_the_root_and_the_digest(archive: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(["archive", "check", str(archive), "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert main(["archive", "import", str(archive), "--ledger", str(tmp_path / "copy"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)

    assert checked["facts"] == FACTS
    assert (len(checked["root"]), len(checked["digest"])) == (64, 64)
    assert checked.items() <= made.items()
    assert made["facts_there_before"] == 0
    assert LEDGER_ID != made["ledger_id"], "the ledger under test has an id of its own"


def test_a_damaged_archive_ends_with_3_and_says_why(archive: Path, tmp_path: Path, capsys: Captured) -> None:
    archive.write_bytes(archive.read_bytes()[:-20])

    assert main(["archive", "import", str(archive), "--ledger", str(tmp_path / "copy"), "--json"]) == 3
    told = json.loads(capsys.readouterr().err)
    assert told["error"]["kind"] == "archive_refused"
    assert "cut_short" in told["error"]["happened"]
    assert f"behind position {FACTS}" in told["error"]["happened"]


def test_a_file_that_is_there_is_wrong_usage(place: Place, archive: Path, capsys: Captured) -> None:
    assert main(["archive", "export", str(archive), "--ledger", str(place)]) == 2
    assert "never overwritten" in capsys.readouterr().err


def test_a_place_that_holds_a_ledger_ends_with_3(place: Place, archive: Path, capsys: Captured) -> None:
    assert main(["archive", "import", str(archive), "--ledger", str(place)]) == 3
    assert "There is a ledger in " in capsys.readouterr().err


def test_an_archive_that_is_not_there_ends_with_3(tmp_path: Path, capsys: Captured) -> None:
    assert main(["archive", "check", str(tmp_path / "nothing")]) == 3
    assert capsys.readouterr().err.startswith("There is no such archive.")

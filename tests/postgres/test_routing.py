"""The routing table: which ledger is on which server, and names that stand for it on the command line."""

from pathlib import Path

import pytest

from interfaces.bootstrap import place_of
from ledger.store.postgres.address import parse_address
from ledger.store.postgres.routing import Routes
from ledger.terms.errors import NotALedger

NORTH = "postgresql://app@db1/ccm?ledger=north"
SOUTH = "postgresql://app@db2:5433/ccm?ledger=main"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "routes.toml"
    path.write_text(f'[ledgers]\nnorth = "{NORTH}"\nsouth-2 = "{SOUTH}"\n')
    monkeypatch.setenv("CCM_LEDGER_ROUTES", str(path))
    monkeypatch.chdir(tmp_path)
    return path


def test_each_name_has_its_address(file: Path) -> None:
    assert Routes(file).table() == {"north": parse_address(NORTH), "south-2": parse_address(SOUTH)}


def test_a_changed_file_is_read_again(file: Path) -> None:
    routes = Routes(file)
    assert routes.address_of("north") == parse_address(NORTH)

    file.write_text(f'[ledgers]\nnorth = "{SOUTH}"\n')

    assert routes.address_of("north") == parse_address(SOUTH)


def test_a_bare_name_is_a_routed_one_and_a_path_is_a_folder(file: Path) -> None:
    assert place_of("north") == parse_address(NORTH)
    assert place_of("./north") == Path("north")
    assert place_of(str(file.parent / "north")) == file.parent / "north"
    assert place_of(SOUTH) == parse_address(SOUTH)


def test_without_a_table_a_bare_name_is_a_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CCM_LEDGER_ROUTES")

    assert place_of("north") == Path("north")


def test_an_unknown_name_is_told_with_what_to_do(file: Path) -> None:
    with pytest.raises(NotALedger, match="no ledger of that name") as raised:
        place_of("west")
    assert raised.value.remedy.endswith("for a folder, write ./NAME.")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("ledgers", "is not TOML"),
        ("[ledger]\nnorth = 'x'", "has another shape"),
        (f"[ledgers]\nnorth = '{NORTH}'\n[more]", "has another shape"),
        ("ledgers = 3", "has another shape"),
        ("[ledgers]\nnorth = '/some/folder'", "names no ledger on a server"),
        ("[ledgers]\nnorth = 7", "names no ledger on a server"),
        (f"[ledgers]\n'../north' = '{NORTH}'", "names no ledger on a server"),
        ("[ledgers]\nnorth = 'postgresql://app:secret@db1/ccm'", "holds a password"),
        (f"[ledgers]\nnorth = '{NORTH}'\nagain = '{NORTH}'", "one ledger two names"),
    ],
)
def test_a_faulty_table_is_refused_whole(file: Path, content: str, told: str) -> None:
    file.write_text(content)

    with pytest.raises(NotALedger, match=told) as raised:
        Routes(file).table()
    assert "secret" not in str(raised.value)


def test_a_faulty_table_is_refused_also_where_the_last_one_was_good(file: Path) -> None:
    routes = Routes(file)
    routes.table()
    file.write_text("[ledgers")

    with pytest.raises(NotALedger):
        routes.table()
    with pytest.raises(NotALedger):
        routes.table()


def test_a_table_that_is_gone_is_told(file: Path) -> None:
    file.unlink()

    with pytest.raises(NotALedger, match="No such file"):
        place_of("north")

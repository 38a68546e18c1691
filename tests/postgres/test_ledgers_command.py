"""`ccm-ledger ledgers`: what there is on a server, what is wrong with it, and upgrades, one ledger at a time."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main
from interfaces.embedded import Server
from ledger.store.postgres.address import Address
from tests.postgres import attackers
from tests.postgres.attackers import Ground
from tests.postgres.servers import shared_server, superuser, unused_address

ground = pytest.fixture(scope="module", name="ground")(attackers.ground)


@dataclass
class Shell:
    """A command line on the server of this run."""

    capture: pytest.CaptureFixture[str]

    def run(self, *words: str, ledger: str | None = None) -> tuple[int, str]:
        """The exit code, and what stands on both outputs."""
        code = main([*words, *(("--ledger", ledger) if ledger else ())])
        shown = self.capture.readouterr()
        return code, shown.out + shown.err

    def json(self, *words: str, ledger: str | None = None) -> dict[str, Any]:
        """The answer as an object."""
        main([*words, "--json", *(("--ledger", ledger) if ledger else ())])
        answer: dict[str, Any] = json.loads(self.capture.readouterr().out)
        return answer


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return Shell(capsys)


@pytest.fixture
def made(shell: Shell) -> Address:
    """A ledger that `ledgers create` made."""
    address = unused_address()
    assert shell.run("ledgers", "create", "--simulated-clock", ledger=str(address))[0] == 0
    return address


def test_create_makes_a_ledger_that_the_list_shows(shell: Shell, made: Address) -> None:
    listed = shell.json("ledgers", "list", ledger=shared_server())["ledgers"]

    (mine,) = [each for each in listed if each["name"] == made.ledger]
    assert (mine["position"], mine["clock"], mine["state"], mine["told"]) == (5, "lines", "current", "")
    assert mine["ledger_id"].startswith("lg_")


def test_a_login_lists_what_it_may_see(shell: Shell, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    address = ground.address_of("app")
    monkeypatch.setenv("PGPASSWORD", str(address.password))
    code, shown = shell.run("ledgers", "list", ledger=str(address))

    assert code == 0
    assert ground.a.ledger in shown
    assert ground.b.ledger not in shown


def test_a_ledger_as_it_was_made_is_in_order(shell: Shell, made: Address) -> None:
    assert shell.run("ledgers", "check", made.ledger, ledger=str(made)) == (0, f"{made.ledger}: in order\n")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("ALTER TABLE stored_events DISABLE TRIGGER ALL", "trigger CREATE TRIGGER stored_events_never"),
        ("UPDATE ccm_control.ledgers SET position = 900 WHERE name = '{name}'", "says position 900, and the facts end"),
        ("GRANT INSERT ON stored_events TO PUBLIC", "grant stored_events INSERT to public"),
        ("GRANT {a}_owner TO pg_monitor", "pg_monitor is a member of the owner"),
        ("CREATE FUNCTION {a}_models.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "holds the function mine"),
        ("UPDATE migrations SET sha256 = ''", "of unknown make"),
        ("DELETE FROM migrations WHERE number = 2", "Migrations to come: 0002"),
        ("INSERT INTO migrations VALUES (99, '0099_later.sql', '', 0)", "Install a newer version"),
        ("DROP TABLE ledger_info CASCADE", "cannot be read: A table of the ledger is gone."),
    ],
)
def test_check_tells_what_is_not_as_it_was_made(shell: Shell, made: Address, statement: str, told: str) -> None:
    with superuser(made) as connection:
        connection.execute(statement.replace("{a}", made.schema).replace("{name}", made.ledger).encode())
    code, shown = shell.run("ledgers", "check", made.ledger, ledger=str(made))
    answer = shell.json("ledgers", "check", made.ledger, ledger=str(made))

    assert code == 3
    assert told in shown
    assert answer["is_well"] is False


def test_a_name_that_is_not_there_is_told(shell: Shell, made: Address) -> None:
    code, shown = shell.run("ledgers", "check", "nowhere", ledger=str(made))

    assert code == 3
    assert "no ledger of one of these names" in shown


def test_an_upgrade_brings_an_older_ledger_to_the_newest_migration(shell: Shell, made: Address) -> None:
    with superuser(made) as connection:
        connection.execute("DROP FUNCTION append; DELETE FROM migrations WHERE number = 2")
    assert "ledgers upgrade" in shell.run("verify", ledger=str(made))[1]

    assert shell.run("ledgers", "upgrade", made.ledger, ledger=str(made)) == (
        0,
        f"{made.ledger}: 0002_append.sql\n",
    )
    assert shell.run("ledgers", "upgrade", made.ledger, ledger=str(made))[1] == f"{made.ledger}: nothing to do\n"
    assert shell.run("ledgers", "check", made.ledger, ledger=str(made))[0] == 0
    assert shell.run("verify", ledger=str(made))[0] == 0


def test_an_upgrade_by_a_program_that_is_too_old_says_so(shell: Shell, made: Address) -> None:
    with superuser(made) as connection:
        connection.execute("INSERT INTO migrations VALUES (99, '0099_later.sql', '', 0)")
    code, shown = shell.run("ledgers", "upgrade", made.ledger, ledger=str(made))

    assert code == 3
    assert shown.startswith(f"Ledger {made.ledger}: The database is at schema migration 0099_later.sql")
    assert "Install a newer version of ccm-ledger." in shown


def test_an_upgrade_by_the_programs_own_login_is_refused(
    shell: Shell, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = ground.address_of("app")
    monkeypatch.setenv("PGPASSWORD", str(address.password))
    code, shown = shell.run("ledgers", "upgrade", address.ledger, ledger=str(address))

    assert code == 3
    assert "may not act as the owner" in shown


def test_the_servers_of_the_routing_table_are_listed(
    shell: Shell, made: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "routes.toml"
    table.write_text(f"[ledgers]\nnorth = '{made}'\nnowhere = 'postgresql://x@127.0.0.1:1/x'\n")
    monkeypatch.setenv("CCM_LEDGER_ROUTES", str(table))
    code, shown = shell.run("ledgers", "list")

    assert code == 3
    assert made.ledger in shown
    assert "postgresql://x@127.0.0.1:1/x: The server cannot be reached." in shown
    assert shell.run("verify", ledger="north")[0] == 0
    assert "no ledger of that name" in shell.run("verify", ledger="south")[1]


@pytest.mark.slow
def test_a_name_of_the_routing_table_is_asked_for_at_its_own_server_only(
    shell: Shell, made: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "routes.toml"
    with Server.start(tmp_path / "second") as second:
        other = unused_address(second.url)
        assert shell.run("ledgers", "create", ledger=str(other))[0] == 0
        gone = "postgresql://x@127.0.0.1:1/x"
        table.write_text(f"[ledgers]\nnorth = '{made}'\nsouth-2 = '{other}'\nnowhere = '{gone}'\n")
        monkeypatch.setenv("CCM_LEDGER_ROUTES", str(table))

        assert shell.run("ledgers", "check", "north") == (0, "north: in order\n")
        assert shell.run("ledgers", "check", "north", "south-2") == (0, "north: in order\nsouth-2: in order\n")
        assert shell.run("ledgers", "upgrade", "south-2") == (0, "south-2: nothing to do\n")
        assert "no ledger of that name" in shell.run("ledgers", "check", "north", made.ledger)[1]


def test_a_parameter_that_postgresql_does_not_know_is_told(
    shell: Shell, made: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "postgresql://x@127.0.0.1/x?foo=bar"
    code, shown = shell.run("ledgers", "list", ledger=wrong)
    assert code == 3
    assert "a parameter that PostgreSQL does not know" in shown
    assert "a parameter that PostgreSQL does not know" in shell.run("verify", ledger=wrong)[1]

    table = tmp_path / "routes.toml"
    table.write_text(f"[ledgers]\nnorth = '{made}'\nwrong = '{wrong}'\n")
    monkeypatch.setenv("CCM_LEDGER_ROUTES", str(table))
    code, shown = shell.run("ledgers", "list")

    assert code == 3
    assert made.ledger in shown
    assert "a parameter that PostgreSQL does not know" in shown


def test_a_folder_is_no_server(shell: Shell, tmp_path: Path) -> None:
    code, shown = shell.run("ledgers", "list", ledger=str(tmp_path))

    assert code == 2
    assert "postgresql://" in shown


def test_no_server_named_is_wrong_usage(shell: Shell) -> None:
    assert shell.run("ledgers", "list")[0] == 2

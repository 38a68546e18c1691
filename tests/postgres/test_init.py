"""`init` on a server: who may make a ledger, where its password comes from, and what is refused on the command line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from interfaces.cli.main import main
from interfaces.embedded import Server
from ledger.store.postgres.address import Address, parse_address
from ledger.store.postgres.founding import ROLES
from ledger.terms.errors import NotALedger
from tests.postgres.servers import debian_15, superuser, unused_address

SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files of this test's own, and no password from outside."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    for name in ("CCM_LEDGER_KEY_FILE", "CCM_LEDGER_PASSWORD_FILE", "PGPASSWORD", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module", params=[None, *([debian_15()] if debian_15() else [])], ids=str)
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A server that asks the login `founder` for a password; it may make ledgers, and is no superuser."""
    with Server.start(tmp_path_factory.mktemp("guarded"), binaries=request.param) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE founder LOGIN CREATEROLE PASSWORD '{SECRET}'".encode())
            connection.execute("GRANT CREATE ON DATABASE postgres TO founder")
            (file,) = connection.execute("SHOW hba_file").fetchone() or ("",)
            rules = Path(file)
            rules.write_text(f"host all founder all scram-sha-256\n{rules.read_text()}")
            connection.execute("SELECT pg_reload_conf()")
        yield parse_address(server.url.replace("postgres@", "founder@"))


def of_superuser(address: Address) -> Address:
    return replace(address, server=address.server.replace("founder@", "postgres@"))


def process(place: Address, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, which has only these settings of PostgreSQL's."""
    return subprocess.run(
        [sys.executable, "-m", "interfaces.cli.main", *words, "--ledger", str(place)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


def closed(file: Path, content: str) -> str:
    file.write_text(content)
    file.chmod(0o600)
    return str(file)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["CCM_LEDGER_PASSWORD_FILE", "PGPASSWORD", "PGPASSFILE"])
def test_the_password_comes_from_a_file_or_the_environment(guarded: Address, tmp_path: Path, way: str) -> None:
    port = urlsplit(guarded.server).port
    given = {
        "CCM_LEDGER_PASSWORD_FILE": closed(tmp_path / "password", f"{SECRET}\n"),
        "PGPASSWORD": SECRET,
        "PGPASSFILE": closed(tmp_path / "pgpass", f"127.0.0.1:{port}:*:founder:{SECRET}\n"),
    }
    place = guarded.beside(way.lower())
    made = process(place, "init", **{way: given[way]})

    assert (made.returncode, made.stderr) == (0, "")
    assert process(place, "verify", **{way: given[way]}).returncode == 0
    assert SECRET not in made.stdout


@pytest.mark.slow
def test_a_wrong_password_is_told_and_leaves_no_key_behind(guarded: Address, tmp_path: Path) -> None:
    done = process(guarded.beside("wrong"), "init", "--key-file", str(tmp_path / "k.key"), PGPASSWORD="wrong")

    assert done.returncode == 3
    assert done.stderr.startswith("The server does not let this login in with that password, or with none.")
    assert not (tmp_path / "k.key").exists()


@pytest.mark.slow
def test_who_makes_ledgers_without_being_superuser_keeps_no_way_around_the_guards(guarded: Address) -> None:
    places = [guarded.beside(name) for name in ("first", "next")]
    for place in places:
        assert process(place, "init", PGPASSWORD=SECRET).returncode == 0
        assert process(place, "ledgers", "check", place.ledger, PGPASSWORD=SECRET).returncode == 0
    with psycopg.connect(guarded.server, password=SECRET, autocommit=True) as connection:
        for statement in ("DELETE FROM {}.stored_events", "ALTER TABLE {}.stored_events DISABLE TRIGGER ALL"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL(statement).format(sql.Identifier(places[0].schema)))
    with superuser(of_superuser(places[0])) as connection:
        connection.execute("DROP FUNCTION append; DELETE FROM migrations WHERE number = 2")

    # It may lend itself the owner for an upgrade, and gives it back.
    assert process(places[0], "ledgers", "upgrade", "first", PGPASSWORD=SECRET).returncode == 0
    assert process(places[0], "ledgers", "check", "first", PGPASSWORD=SECRET).returncode == 0


@pytest.mark.slow
def test_a_login_that_may_not_make_ledgers_is_told_what_it_lacks(guarded: Address) -> None:
    with superuser(of_superuser(guarded)) as connection:
        connection.execute("CREATE ROLE somebody LOGIN")
    place = replace(guarded, server=guarded.server.replace("founder@", "somebody@")).beside("theirs")
    done = process(place, "init")

    assert done.returncode == 3
    assert "it needs CREATEROLE, CREATE on the database" in done.stderr


def test_a_password_file_that_others_can_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "password").write_text(SECRET)
    (tmp_path / "password").chmod(0o640)
    monkeypatch.setenv("CCM_LEDGER_PASSWORD_FILE", str(tmp_path / "password"))

    assert main(["init", "--ledger", str(unused_address())]) == 3
    assert "chmod 600" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{SECRET}@localhost/db",
        f"postgresql://me@localhost/db?password={SECRET}",
        f"postgresql://me@localhost/db?passfile={SECRET}",
        f"postgresql://me@localhost/db?options={SECRET}",
        f"postgresql://me@localhost/db?service={SECRET}",
    ],
)
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--ledger", address.replace(" ", "%20")]) == 2

    shown = capsys.readouterr().err
    assert "CCM_LEDGER_PASSWORD_FILE" in shown
    assert "horse" not in shown


@pytest.mark.parametrize(
    "name", ["", "control", "a_vault", "a_models", "Upper", "1st", "a-b", "a" * 41, "a;b", "a%22b", "main&ledger=two"]
)
def test_a_name_that_could_be_something_else_is_refused(name: str) -> None:
    with pytest.raises(NotALedger, match="name of a ledger"):
        parse_address(f"postgresql://me@localhost/db?ledger={name}")


def test_a_ledger_is_never_made_twice_and_the_second_key_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = unused_address()
    assert main(["init", "--ledger", str(place)]) == 0
    with superuser(place) as connection:
        before = connection.execute("SELECT count(*) FROM stored_events").fetchone()

        assert main(["init", "--ledger", str(place)]) == 3
        assert connection.execute("SELECT count(*) FROM stored_events").fetchone() == before
    assert "already" in capsys.readouterr().err
    assert len(list((tmp_path / "configuration" / "ccm-ledger").iterdir())) == 1


def test_roles_that_another_database_left_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    place = unused_address()
    with superuser(place) as connection:
        connection.execute(f"CREATE ROLE {place.role('reader')}".encode())

        assert main(["init", "--ledger", str(place)]) == 3
        assert "its roles are there" in capsys.readouterr().err
        # Whole or not at all: the roles that were made before that one are gone again.
        found = connection.execute("SELECT count(*) FROM pg_roles WHERE starts_with(rolname, %s)", (place.schema,))
        assert found.fetchone() == (1,)
    assert len(ROLES) == 4


def test_an_init_that_was_cut_short_is_told_by_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    place = unused_address()
    main(["init", "--ledger", str(place)])
    with superuser(place) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM stored_events")
    capsys.readouterr()

    assert main(["verify", "--ledger", str(place)]) == 3
    assert "Choose another name for it and run `ccm-ledger init`." in capsys.readouterr().err

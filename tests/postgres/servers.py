"""PostgreSQL servers for tests: one for a whole run, of our own or the one named by CCM_LEDGER_TEST_POSTGRES.

The login of a named server must be a superuser. Every ledger that is made here has a name of its own, so tests share
the server and nothing else; what they leave on a named server is dropped when the run ends.
"""

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from interfaces.embedded import Server
from ledger.store.postgres.address import Address, parse_address

_DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
_RUN = f"t{secrets.token_hex(4)}_"
_NUMBERS = count(1)

Connection = psycopg.Connection[tuple[Any, ...]]


@lru_cache(maxsize=1)
def shared_server() -> str:
    """The address of the server of this run, started when it is first asked for."""
    if named := os.environ.get("CCM_LEDGER_TEST_POSTGRES"):
        atexit.register(_forget, named)
        return named
    folder = Path(tempfile.mkdtemp(prefix="ccm-ledger-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Server.start(folder).url


def server_for_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on which tests may make and drop what they like; for a fixture of session scope."""
    yield shared_server()


def unused_name() -> str:
    """A name that no ledger of any run has."""
    return f"{_RUN}{next(_NUMBERS)}"


def unused_address(url: str | None = None) -> Address:
    """A place for a ledger that is not there yet, on a server or on that of this run."""
    return parse_address(url or shared_server()).beside(unused_name())


@lru_cache(maxsize=1)
def second_database() -> str:
    """The address of another, empty database on the server of this run: it may hold ledgers of ids that are taken."""
    server, name = shared_server(), f"ccm_{_RUN}second"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def debian_15() -> Path | None:
    """The programs of Debian's PostgreSQL 15, the oldest that is supported, where they are installed."""
    return _DEBIAN_15 if (_DEBIAN_15 / "postgres").is_file() else None


@contextmanager
def superuser(address: Address) -> Iterator[Connection]:
    """A connection that may do anything, with the ledger's schemas on its search path, in autocommit mode."""
    with psycopg.connect(address.server, autocommit=True) as connection:
        names = (address.schema, f"{address.schema}_vault", f"{address.schema}_models")
        path = sql.SQL(", ").join(map(sql.Identifier, names))
        connection.execute(sql.SQL("SET search_path = {}").format(path))
        yield connection


@contextmanager
def tamperer(address: Address) -> Iterator[Connection]:
    """The same, for whom no trigger fires: what a thief of the server's account, or a damaged backup, can do."""
    with superuser(address) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def _forget(url: str) -> None:
    """Drop every ledger of this run."""
    with psycopg.connect(url, autocommit=True) as connection:
        prefix = f"ccm_{_RUN}"
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,))
        for (name,) in found.fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        found = connection.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", (prefix,))
        for (name,) in found.fetchall():
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
        connection.execute("DELETE FROM ccm_control.ledgers WHERE starts_with(name, %s)", (_RUN,))
        found = connection.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", (prefix,))
        for (name,) in found.fetchall():
            connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(name)))

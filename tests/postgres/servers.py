"""PostgreSQL servers for tests: one of our own for a whole session, or the one named by CCM_LEDGER_TEST_POSTGRES."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from interfaces.embedded import Server

_DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


def server_for_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on which tests may make and drop what they like; for a fixture of session scope."""
    if named := os.environ.get("CCM_LEDGER_TEST_POSTGRES"):
        yield named
    else:
        with Server.start(tmp_path_factory.mktemp("postgres")) as server:
            yield server.url


def debian_15() -> Path | None:
    """The programs of Debian's PostgreSQL 15, the oldest that is supported, where they are installed."""
    return _DEBIAN_15 if (_DEBIAN_15 / "postgres").is_file() else None

"""The line to a server: how it is made, what keeps it from being made, and an answer that is not waited for too long.

Promise: an address that libpq cannot read is NotALedger and no defect of the program; a server that is silent, before
the line stands or after, is told as silent. Not promised: that what was asked on a line that fell silent was not done.
"""

import select
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import ConnectionTimeout, error_from_result
from psycopg.pq import DiagnosticField, ExecStatus

from ledger.store.postgres.errors import naming_questions
from ledger.terms.errors import NotALedger, WrongKey

OUT_OF_REACH: Final = (
    "The server cannot be reached.",
    "Check host, port, user, database and sslmode in the address, that the server runs, and the network.",
)
"""What happened, and what to do next, where nothing is known but that there is no connection."""


def line_of(url: str, usual: Mapping[str, Any]) -> dict[str, Any]:
    """How to connect, where the address does not say it; NotALedger where libpq cannot read the address.

    Of several servers it is the one that takes writes, after a failover too.
    """
    try:
        given = conninfo_to_dict(url)
        int(given.get("connect_timeout") or 0)
    except (psycopg.Error, ValueError):
        raise NotALedger(
            "The address of the server has a parameter that PostgreSQL does not know, or one that cannot be read.",
            "Name it as postgresql://USER@HOST:PORT/DATABASE?ledger=NAME, with parameters of libpq behind.",
        ) from None
    line: dict[str, Any] = {name: value for name, value in usual.items() if name not in given}
    hosts = f"{given.get('host') or ''}{given.get('hostaddr') or ''}"
    if "," in hosts and "target_session_attrs" not in given:
        line["target_session_attrs"] = "read-write"
    return line


def answered_within(connection: Connection[Any], statement: str, patience: int) -> list[tuple[str, ...]]:
    """The rows of the last of some statements; ConnectionTimeout, and the connection closed, where nothing comes."""
    line = connection.pgconn
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    line.send_query(statement.encode())
    rows: list[tuple[str, ...]] = []
    while True:
        while line.is_busy():
            if not waiting.poll(patience * 1000):
                connection.close()
                raise ConnectionTimeout("no answer in time")
            line.consume_input()
        result = line.get_result()
        if result is None:
            return rows
        if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
            if result.error_field(DiagnosticField.SQLSTATE) is None:
                raise psycopg.OperationalError("the connection broke under way")
            raise error_from_result(result, encoding=connection.info.encoding)
        cells = ([result.get_value(row, column) for column in range(result.nfields)] for row in range(result.ntuples))
        rows = [tuple((cell or b"").decode() for cell in row) for row in cells]


@contextmanager
def naming_no_entrance() -> Iterator[None]:
    """Turn what keeps a connection from being made into a LedgerError."""
    with naming_questions(*OUT_OF_REACH):
        try:
            yield
        except psycopg.OperationalError as error:
            # A server that lets nobody in says why in its own language only; whether it asked for a password is known.
            line = error.pgconn
            if error.sqlstate is None and line is not None and (line.needs_password or line.used_password):
                raise WrongKey(
                    "The server does not let this login in with that password, or with none.",
                    "Check user and database in the address, and CCM_LEDGER_PASSWORD_FILE, PGPASSWORD or ~/.pgpass.",
                ) from None
            raise

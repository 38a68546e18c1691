"""Moments that a test waits for: somebody waits for a lock, a backend is gone, a standby has caught up."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from ledger.store.postgres.address import Address
from tests.postgres.servers import Connection, superuser

T = TypeVar("T")


def until(condition: Callable[[], bool], seconds: int = 20) -> None:
    """Wait until it is so; AssertionError where it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


def begun(work: Callable[[], T]) -> "Future[T]":
    """Work in a thread of its own."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - raised where the answer is waited for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


@contextmanager
def locked(address: Address, table: str = "append_lock") -> Iterator[Connection]:
    """Another session that holds a table of the ledger in its hand until the end of the block."""
    with superuser(address) as connection, connection.transaction():
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield connection


def waiting(address: Address, table: str = "append_lock") -> list[int]:
    """The backends that wait for a table of the ledger."""
    with psycopg.connect(address.server, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_locks WHERE NOT granted AND relation = to_regclass(%s)", (f"{address.schema}.{table}",)
        ).fetchall()
    return [pid for (pid,) in rows]


def end(address: Address, pids: list[int], how: str = "pg_terminate_backend") -> None:
    """End these backends, or with `pg_cancel_backend` what they are at."""
    with psycopg.connect(address.server, autocommit=True) as connection:
        for pid in pids:
            connection.execute(f"SELECT {how}(%s)".encode(), (pid,))

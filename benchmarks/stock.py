"""The peer: the stock `eventsourcing` SQLite application, doing get, change, save on one aggregate per patient-month.

It is given what helps it: Python values instead of JSON lines, no rules to apply, no answer to write. It is held to the
same terms: one durable commit per change in the same journal mode and flush mode (set here, read back), no cache of
aggregates, no snapshots, and stored bodies as long as ours on average.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteConnection

_SPACE: Final = UUID("6f1d3f0a-0d55-4c54-9c9a-0b1d8f5b7a11")


class Month(Aggregate):
    """A patient-month, as the library's own examples would have it."""

    @event("Opened")
    def __init__(self, patient: str, month: str) -> None:
        self.patient = patient
        self.month = month
        self.seconds = 0
        self.entries: list[tuple[str, str, datetime, datetime, str, bool]] = []

    @staticmethod
    def create_id(patient: str, month: str) -> UUID:
        """One aggregate for each patient and month."""
        return uuid5(_SPACE, f"{patient}/{month}")

    @event("TimeLogged")
    def log_time(
        self, entry: str, performer: str, start: datetime, end: datetime, activity: str, description: str
    ) -> None:
        """An entry of time."""
        self.entries.append((entry, performer, start, end, activity, bool(description)))
        self.seconds += int((end - start).total_seconds())


class Change(dict[str, Any]):
    """The arguments of one `log_time`."""


def entry(patient: str, number: int, padding: int) -> Change:
    """An entry of time on the so many-th working day of the month, as long as padding makes it."""
    start = datetime(2025, 3, 3 + number, 15, tzinfo=UTC)
    return Change(
        entry=f"te_{patient:0>8.8}{number:04d}",
        performer="nurse-0001",
        start=start,
        end=start + timedelta(minutes=10),
        activity="phone_call",
        description="x" * padding,
    )


class Months:
    """Get, change, save: what is done with the application, whichever database is beneath."""

    app: Application[UUID]

    def open_months(self, patients: Sequence[str], month: str, prior: Sequence[Change]) -> None:
        """One aggregate per patient, each with the same number of prior changes (and the event that opened it)."""
        for patient in patients:
            aggregate = Month(patient, month)
            for change in prior[1:]:
                aggregate.log_time(**change)
            self.app.save(aggregate)

    def change(self, patient: str, month: str, change: Change) -> None:
        """Get, change, save."""
        aggregate: Month = self.app.repository.get(Month.create_id(patient, month))
        aggregate.log_time(**change)
        self.app.save(aggregate)


class Stock(Months):
    """The application on one database file."""

    def __init__(self, path: Path) -> None:
        env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path), "AGGREGATE_CACHE_MAXSIZE": ""}
        self.app = Application(env=env)
        self._configure()

    def stored(self) -> int:
        """How many events the table holds."""
        with self._recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT COUNT(*) FROM stored_events")
            return int(cursor.fetchone()[0])

    def followed(self) -> int:
        """How many events a follower sees."""
        seen, position = 0, 0
        while found := self.app.recorder.select_notifications(position + 1, 500):
            seen += len(found)
            position = int(found[-1].id)
        return seen

    def body_length(self) -> int:
        """The length of the newest stored body."""
        with self._recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT LENGTH(state) FROM stored_events ORDER BY rowid DESC LIMIT 1")
            return int(cursor.fetchone()[0])

    def durability(self) -> tuple[str, int]:
        """Journal mode and flush mode, read back from the connection that writes."""
        connection = self._sqlite()
        return (
            connection.execute("PRAGMA journal_mode").fetchone()[0],
            connection.execute("PRAGMA synchronous").fetchone()[0],
        )

    def close(self) -> None:
        """Close the database."""
        self.app.close()

    @property
    def _recorder(self) -> SQLiteApplicationRecorder:
        recorder = self.app.recorder
        assert isinstance(recorder, SQLiteApplicationRecorder)
        return recorder

    def _configure(self) -> None:
        connection = self._sqlite()
        connection.execute("PRAGMA synchronous = FULL")
        assert self.durability() == ("wal", 2), "the peer writes under other terms than the ledger"

    def _sqlite(self) -> sqlite3.Connection:
        # One thread takes one connection out of the pool and puts it back: it is always the same one.
        with self._recorder.datastore.get_connection(commit=True) as connection:
            assert isinstance(connection, SQLiteConnection)
            return connection._sqlite_conn

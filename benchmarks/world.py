"""A company in a ledger that keeps its own time: made by commands like any other, on a clock that stands still.

The ledger is not a simulated one: it takes no clock from its input. That its clock is a fixed one changes no path of
the program, and the same facts come out in every run.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from benchmarks import lines
from commands.answer import Answer
from commands.handle import Handler
from commands.opening import open_new_ledger
from interfaces.bootstrap import configure_logs, login
from interfaces.cli.lines import GROUP_LINES_MAX
from interfaces.system import PinnedZones, SimulatedClock, SystemIds, calm_the_collector
from ledger.rulebook import shipped_edition
from ledger.store import connection
from ledger.store.connection import Ledger, create, open_ledger
from ledger.store.keyfile import create_key_file, read_key_file
from ledger.store.postgres.address import Address


class Place(NamedTuple):
    """Where a ledger lies, in a folder or on a server, and its key. `str(where)` is how another process is told."""

    where: connection.Place
    key_file: Path

    @property
    def folder(self) -> Path:
        """The folder of a ledger that lies in one."""
        assert isinstance(self.where, Path), "this ledger lies on a server"
        return self.where

    def copy(self, to: Path) -> "Place":
        """The same ledger in another folder."""
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.folder, to)
        return Place(to, self.key_file)


class Opened(NamedTuple):
    """An open ledger with its handler and the clock that both look at."""

    log: Ledger
    handler: Handler
    clock: SimulatedClock

    def submit(self, given: Iterable[bytes], group: int = GROUP_LINES_MAX) -> list[Answer]:
        """Lines to answers in groups as the command line makes them."""
        answers: list[Answer] = []
        batch: list[bytes] = []
        for raw in given:
            batch.append(raw)
            if len(batch) == group:
                answers += self._group(batch)
                batch = []
        return answers + self._group(batch)

    def accepted(self, given: Iterable[bytes]) -> list[Answer]:
        """Lines of which every one must be accepted."""
        answers = self.submit(given)
        for answer in answers:
            assert answer.outcome == "accepted", (answer.key, answer.outcome, answer.refusal)
        return answers

    def read_all(self, batch: int) -> int:
        """How many facts there are, each read and validated, in batches."""
        count, position = 0, 0
        while facts := self.log.follow(position, batch):
            count, position = count + len(facts), facts[-1].position
        return count

    def _group(self, batch: Sequence[bytes]) -> list[Answer]:
        return self.handler.handle([self.handler.read(raw) for raw in batch]) if batch else []


def found(base: Path, address: Address | None = None) -> Place:
    """An empty ledger below a folder or at an address, opened by the login that runs this; its key below the folder."""
    ids, clock = SystemIds(), SimulatedClock(lines.OPENED_AT)
    place = Place(address or base / "ledger", base / "ledger.key")
    key = create_key_file(place.key_file, ids)
    with _created(place, key, clock, ids) as log:
        edition, now = shipped_edition(), clock.now()
        open_new_ledger(log, name="Lakeside", simulated=False, login=login(), edition=edition, now=now, ids=ids)
    return place


def _created(place: Place, key: bytes, clock: SimulatedClock, ids: SystemIds) -> Ledger:
    if not isinstance(place.where, Address):
        return create(place.where, master_key=key, clock=clock, ids=ids, simulated=False)
    from ledger.store.postgres import founding  # noqa: PLC0415 - a ledger in a folder never loads psycopg

    # The standing clock dates the facts, as in a folder; else it would be the server's.
    founding.found(
        place.where, master_key=key, clock=clock, ids=ids, simulated=False, ledger_id=None, clock_of="program"
    )
    return open_ledger(place.where, master_key=key, clock=clock, ids=ids)


@contextmanager
def opened(place: Place) -> Iterator[Opened]:
    """A ledger, open, its clock at the day on which it was made."""
    configure_logs()
    ids, clock = SystemIds(), SimulatedClock(lines.OPENED_AT)
    key = read_key_file(place.key_file)
    with open_ledger(place.where, master_key=key, clock=clock, ids=ids) as log:
        handler = Handler(log=log, ids=ids, clock=clock, zones=PinnedZones(), login=login())
        calm_the_collector()
        yield Opened(log, handler, clock)


def make(base: Path, address: Address | None = None, *, patients: int, days: Sequence[date] = ()) -> Place:
    """A ledger with a practice and so many patients whose charts are complete, each with one entry on each day."""
    place = found(base, address)
    with opened(place) as session:
        (*_, registered) = session.accepted(lines.company())
        practice = dict(registered.ids)["practice"]
        session.accepted(lines.people(practice, patients))
        for number in range(patients):
            session.accepted(lines.chart(practice, number))
        for day in days:
            session.clock.stand_at(lines.evening_of(day))
            session.accepted(lines.day_of_time(day, range(patients)))
    return place

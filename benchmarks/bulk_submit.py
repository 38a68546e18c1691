"""Bulk `submit`: lines of JSON bytes to durable answers, beside the stock application doing get, change, save.

Every measured line meets a patient-month that holds twelve entries already, on both sides. Ours reads JSON, resolves
outside names, decides by the rulebook with notices, seals the words, and writes tags, leaves and keys; the peer gets
Python values and does none of that. Ours comes in two ways: as one long file, where the program that takes the line has
taken the twelve before it too, and anew, where a program that knows nothing yet gets each month for the first time.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import mean
from typing import Final

import orjson

from benchmarks import lines, world
from benchmarks.measuring import Apart, Contender, Target, gate, rates_table, take_turns, timed
from benchmarks.ruler import Ruler
from benchmarks.stock import Change, Stock, entry
from interfaces.cli.lines import GROUP_LINES_MAX

PRIOR: Final = 12
WARMING: Final = 25
TARGET: Final = Target(4.0)
_MONTH: Final = "2025-03"
_MARCH: Final = [day for day in lines.working_days() if day.month == 3]
_DAY: Final = _MARCH[PRIOR]
_TOPIC: Final = "time_logged"
_ROUNDS_MAX: Final = len(_MARCH) - PRIOR
"""The one long file has so many days left after the twelve."""


def run(base: Path, *, rounds: int, patients: int) -> Iterator[str]:
    """The table of bulk submit."""
    assert rounds <= _ROUNDS_MAX, f"at most {_ROUNDS_MAX} rounds"
    empty = world.make(base, patients=patients)
    full = empty.copy(base / "full")
    with ExitStack() as stack:
        peer, long_file, anew, mix, bare = (stack.enter_context(Apart()) for _ in range(5))
        long_file(_begin, empty, patients)
        anew(_fill, full, patients)
        length = _body_length(full)
        stock = peer(_stock, base / "stock.db", patients, length)
        measured = patients - WARMING
        contenders = [
            Contender(
                "stock eventsourcing, get-change-save", lambda n: peer(_peer, base / f"s{n}.db", stock, patients)
            ),
            Contender("submit, one long file", lambda n: long_file(_next_day, n, patients)),
            Contender("submit, anew", lambda n: anew(_anew, full, base / f"t{n}", _entries(patients))),
            Contender(
                "submit, anew, with plans and consents", lambda n: mix(_anew, full, base / f"m{n}", _mix(patients))
            ),
            Contender("bare commit of one row", lambda n: bare(_single, base / f"c{n}.db", measured, length)),
            Contender("bare rows in one commit", lambda n: bare(_at_once, base / f"r{n}.db", measured, length)),
        ]
        rates = take_turns(contenders, rounds)
        long_file(_end)
    yield rates_table(
        f"Bulk submit: {measured:,} lines a round on patient-months with {PRIOR} prior entries",
        list(rates.values()),
        unit="lines/s",
        yardstick=contenders[0].name,
        targets={contenders[1].name: TARGET},
        notes=(
            f"Stored body: {length:,} bytes on average, on all sides.",
            "Journal mode WAL, synchronous FULL on all sides: set and read back.",
            f"Groups of {GROUP_LINES_MAX} lines, as the command line makes them; a group is one commit.",
            f"One long file: each round is the month's next day, so its months hold {PRIOR} entries and more.",
            "Plans and consents: 90 % time entries, 8 % care plans of 2 to 6 KB, 2 % consents.",
        ),
    )


# --- the ledger -----------------------------------------------------------------------------------------------------

_open: ExitStack = ExitStack()
_held: list[world.Opened] = []
"""In the process of the long file: the ledger that stays open from round to round."""


def _begin(place: world.Place, patients: int) -> None:
    """Open a ledger to stay open, and deliver the first twelve days."""
    session = _open.enter_context(world.opened(place))
    _held.append(session)
    _twelve_days(session, patients)


def _next_day(number: int, patients: int) -> float:
    """The day after those that were delivered."""
    day = _MARCH[PRIOR + number]
    given = list(lines.day_of_time(day, range(patients)))
    _held[0].clock.stand_at(lines.evening_of(day))
    return _measured(_held[0], given)


def _end() -> None:
    _open.close()


def _fill(place: world.Place, patients: int) -> None:
    with world.opened(place) as session:
        _twelve_days(session, patients)


def _twelve_days(session: world.Opened, patients: int) -> None:
    for day in _MARCH[:PRIOR]:
        session.clock.stand_at(lines.evening_of(day))
        session.accepted(lines.day_of_time(day, range(patients)))


def _entries(patients: int) -> list[bytes]:
    return list(lines.day_of_time(_DAY, range(patients)))


def _mix(patients: int) -> list[bytes]:
    return [*_entries(WARMING), *lines.mixed(_DAY, range(WARMING, patients))]


def _anew(full: world.Place, copy: Path, given: list[bytes]) -> float:
    with world.opened(full.copy(copy)) as session:
        session.clock.stand_at(lines.evening_of(_DAY))
        return _measured(session, given)


def _measured(session: world.Opened, given: list[bytes]) -> float:
    """Lines a second, once what is acknowledged, what is stored and what a follower sees are the same."""
    session.accepted(given[:WARMING])
    before, facts = session.log.refresh(), session.log.stats().facts
    with timed() as watch:
        answers = session.submit(given[WARMING:])
    positions = {position for answer in answers for position in answer.positions}
    followed = session.log.follow(before, 2 * len(given))
    accepted = sum(answer.outcome == "accepted" for answer in answers)
    gate("bulk submit", lines=len(given) - WARMING, accepted=accepted)
    gate(
        "bulk submit",
        acknowledged=len(positions),
        stored=session.log.stats().facts - facts,
        followed=len(followed),
        followed_and_acknowledged=len(positions.intersection(fact.position for fact in followed)),
    )
    return watch.rate(len(given) - WARMING)


def _body_length(place: world.Place) -> int:
    """The mean length of the stored body of an entry whose month holds twelve already."""
    with world.opened(place) as session:
        rows = session.log.follow_rows(max(session.log.refresh() - 1_000, 0), 1_000)
    return round(mean(len(row.state) for row in rows if row.topic == _TOPIC))


# --- the peer -------------------------------------------------------------------------------------------------------


def _stock(path: Path, patients: int, length: int) -> Path:
    """A database of the stock application with its months prepared, and its bodies padded to our length."""
    with _opened(path) as stock:
        stock.open_months(["padding"], _MONTH, [entry("padding", 0, 0)] * 2)
        padding = length - stock.body_length()
        assert padding > 0, "the peer's body is longer than ours already"
        prior = [entry("prior", n, padding) for n in range(PRIOR)]
        stock.open_months([_name(number) for number in range(patients)], _MONTH, prior)
        gate("padding", ours=length, peer=stock.body_length())
    return path


def _peer(path: Path, prepared: Path, patients: int) -> float:
    path.write_bytes(prepared.read_bytes())
    with _opened(path) as stock:
        padding = len(_padding(stock))
        changes = [(_name(number), entry(_name(number), PRIOR, padding)) for number in range(patients)]
        _deliver(stock, changes[:WARMING])
        before = stock.stored()
        with timed() as watch:
            acknowledged = _deliver(stock, changes[WARMING:])
        gate("stock", acknowledged=acknowledged, stored=stock.stored() - before, followed=stock.followed() - before)
    return watch.rate(patients - WARMING)


def _deliver(stock: Stock, changes: Iterable[tuple[str, Change]]) -> int:
    count = 0
    for patient, change in changes:
        stock.change(patient, _MONTH, change)
        count += 1
    return count


def _padding(stock: Stock) -> str:
    newest = stock.app.recorder.select_notifications(stock.stored(), 1)[0]
    return str(orjson.loads(newest.state)["description"])


def _name(number: int) -> str:
    return f"{number:08d}"


@contextmanager
def _opened(path: Path) -> Iterator[Stock]:
    stock = Stock(path)
    try:
        yield stock
    finally:
        stock.close()


def _single(path: Path, count: int, length: int) -> float:
    return _ruler(path, count, length, Ruler.one_by_one)


def _at_once(path: Path, count: int, length: int) -> float:
    return _ruler(path, count, length, Ruler.at_once)


def _ruler(path: Path, count: int, length: int, act: Callable[[Ruler, int, int], None]) -> float:
    with Ruler(path) as ruler:
        act(ruler, WARMING, length)
        with timed() as watch:
            act(ruler, count, length)
    return watch.rate(count)

"""The store by itself: appends in groups of 1 to 500, following, verifying; no decision, no line, no answer.

The facts are those of a real ledger, read back with their words and appended anew to another one, so that sealing,
tags, leaves and keys cost what they cost in use.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import lines, world
from benchmarks.measuring import Contender, gate, rates_table, take_turns, timed
from benchmarks.ruler import Ruler
from ledger.store.fsck import verify
from ledger.streams.base import Appended, CommandKey, Proposal

GROUPS: Final = (1, 10, 100, 500)
APPENDS: Final = {1: 300, 10: 1_000, 100: 2_000, 500: 3_000}
"""Facts a round, by the size of the group."""
_DAYS: Final = lines.working_days()[40:44]


def run(base: Path, *, rounds: int, patients: int) -> Iterator[str]:
    """The tables of the store."""
    source = world.make(base, patients=patients, days=_DAYS)
    proposals, length = _proposals(source, max(APPENDS.values()))
    bare = Contender("bare commit of one row", lambda n: _ruler(base / f"ruler{n}.db", APPENDS[1], length))
    appends = [
        Contender(f"append, groups of {size}", partial(_append, base, source, proposals[: APPENDS[size]], size))
        for size in GROUPS
    ]
    rates = take_turns([bare, *appends], rounds)
    yield rates_table(
        f"The store's append: time entries with stored bodies of {length:,} bytes",
        list(rates.values()),
        unit="facts/s",
        yardstick=bare.name,
        notes=("A group is one durable commit; each fact with tags, leaf, sealed words and a key.",),
    )
    readers = [
        Contender("rows read, not decoded", lambda _: _follow_rows(source)),
        Contender("follow", lambda _: _follow(source)),
        Contender("verify", lambda _: _verify(source)),
    ]
    rates = take_turns(readers, rounds)
    yield rates_table(
        "Reading the whole ledger", list(rates.values()), unit="facts/s", yardstick="rows read, not decoded"
    )


def _proposals(source: world.Place, wanted: int) -> tuple[list[Proposal], int]:
    """Time entries of a ledger as proposals for another one, and how long their stored bodies are."""
    found: list[Proposal] = []
    length = 0
    with world.opened(source) as session:
        log, position = session.log, session.log.refresh()
        for fact in log.follow(max(position - wanted, 0), wanted):
            event = log.open_words(fact)
            token = log.token("again", str(fact.position))
            key = CommandKey(token, log.content_digest(token.encode()))
            envelope = fact.envelope.model_copy(update={"read_set": (), "key": token, "readings": None})
            found.append(Proposal((event,), envelope, (), key, origin=log.origin(fact)))
        length = len(log.follow_rows(position - 1, 1)[0].state)
    gate("facts to append", wanted=wanted, found=len(found))
    return found, length


def _append(base: Path, source: world.Place, proposals: Sequence[Proposal], size: int, number: int) -> float:
    with world.opened(source.copy(base / f"append{size}-{number}")) as session:
        before = session.log.refresh()
        session.log.append(proposals[:1])
        with timed() as watch:
            answers = [
                answer
                for at in range(1, len(proposals), size)
                for answer in session.log.append(proposals[at : at + size])
            ]
        gate(
            "append",
            appended=len(proposals) - 1,
            acknowledged=sum(isinstance(answer, Appended) for answer in answers),
            stored=session.log.stats().facts - before - 1,
            followed=len(session.log.follow(before + 1, len(proposals))),
        )
    return watch.rate(len(proposals) - 1)


def _ruler(path: Path, count: int, length: int) -> float:
    with Ruler(path) as ruler:
        ruler.one_by_one(10, length)
        with timed() as watch:
            ruler.one_by_one(count, length)
    return watch.rate(count)


def _follow_rows(source: world.Place) -> float:
    with world.opened(source) as session, timed() as watch:
        count, position = 0, 0
        while rows := session.log.follow_rows(position, 2_000):
            count, position = count + len(rows), rows[-1].position
    return watch.rate(count)


def _follow(source: world.Place) -> float:
    with world.opened(source) as session:
        with timed() as watch:
            count = session.read_all(2_000)
        gate("follow", followed=count, stored=session.log.stats().facts)
    return watch.rate(count)


def _verify(source: world.Place) -> float:
    with world.opened(source) as session:
        with timed() as watch:
            found = verify(session.log)
        gate("verify", findings=len(found.findings), none=0)
        gate("verify", checked=found.facts, stored=session.log.stats().facts)
    return watch.rate(found.facts)

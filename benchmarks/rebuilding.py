"""Rebuilding every read model from position 0, beside reading and validating the same facts and nothing more."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks import lines, world
from benchmarks.measuring import Contender, Target, gate, rates_table, take_turns, timed
from ledger.store.sqlite.read_models import ReadModels
from projections.rebuild import BATCH, rebuild

TARGET: Final = Target(0.3)
FACTS_A_CHART: Final = 12
PATIENTS: Final = 1_500


def run(base: Path, *, rounds: int, events: int) -> Iterator[str]:
    """The table of rebuild."""
    patients = min(PATIENTS, max(events // 20, 25))
    days = max((events - patients * FACTS_A_CHART) // patients, 1)
    place = world.make(base, patients=patients, days=lines.working_days()[:days])
    contenders = [
        Contender("read and validate", lambda _: _read(place)),
        Contender("rebuild", lambda _: _rebuild(place)),
    ]
    rates = take_turns(contenders, rounds)
    with world.opened(place) as session:
        facts = session.log.stats().facts
    yield rates_table(
        f"Rebuild of every read model: {facts:,} facts of {patients:,} patients over {days} days",
        list(rates.values()),
        unit="facts/s",
        yardstick="read and validate",
        targets={"rebuild": TARGET},
        notes=("Each round rebuilds all tables into a new set and swaps it in; months are judged once, at the end.",),
    )


def _read(place: world.Place) -> float:
    with world.opened(place) as session:
        with timed() as watch:
            count = session.read_all(BATCH)
        gate("read", read=count, stored=session.log.stats().facts)
    return watch.rate(count)


def _rebuild(place: world.Place) -> float:
    with world.opened(place) as session:
        models = ReadModels(place.folder)
        try:
            with timed() as watch:
                rebuilt = rebuild(session.log, models)
        finally:
            models.close()
        gate("rebuild", rebuilt_to=rebuilt.position, stored=session.log.stats().facts)
    return watch.rate(rebuilt.position)

"""A month of many patients by another edition, beside reading and validating the same facts and nothing more.

A company of real patients is made by commands, each with a complete chart and eight entries of one month, and stretched
by an archive that tells the same of others, with their own nurses and physician, until there are as many patient-months
as are wanted. The read models are made before; what is measured is the whole of the answer as values, the start of the
worker processes included, without the commit of the access facts.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import lines, world
from benchmarks.measuring import Contender, Target, gate, rates_table, take_turns, timed
from benchmarks.stretching import stretch
from interfaces.bootstrap import Settings, login
from interfaces.rejudged import Sums
from interfaces.rejudging import Job, rejudged
from interfaces.system import SystemClock
from ledger.rulebook import Edition, shipped_edition
from ledger.store.archive.importing import import_archive
from ledger.store.sqlite.read_models import ReadModels
from projections.rebuild import BATCH, rebuild
from projections.rejudge import Asked, patients_to_ask

MONTH: Final = "2025-03"
ENTRIES: Final = 8
PATIENTS: Final = 500
"""Made by commands; all others are told of by the archive."""
WANTED: Final = 100_000
SECONDS: Final = 60
FLOOR: Final = Target(WANTED / SECONDS)
WORKERS: Final = 2
_COPIED: Final = ("patient/", "care_plan/", "care_month/", "staff/")
_DAYS: Final = [day for day in lines.working_days() if day.month == 3][:ENTRIES]
_FEW: Final = ("medicare/ccm/99490.toml", rb"(2015-01-01, value =) 20,", rb"\1 21,")
_ALL: Final = ("medicare/pfs/conversion_factor.toml", rb"(value =) 32\.3465", rb"\1 33.3465")


def run(base: Path, *, rounds: int, months: int) -> Iterator[str]:
    """The table of rejudge."""
    months = max(months // PATIENTS, 1) * min(months, PATIENTS)
    place = _seeded(base, months)
    few, every = _altered(_FEW), _altered(_ALL)
    with world.opened(place) as session:
        facts = session.log.stats().facts
    worked: list[float] = []
    with_two = f"rejudge, {WORKERS} workers, few differ"
    contenders = [
        Contender("read and validate, one process", lambda _: _read(place, months)),
        Contender(with_two, lambda _: _rejudge(place, few, months, WORKERS, worked)),
        Contender(f"rejudge, {WORKERS} workers, all differ", lambda _: _rejudge(place, every, months, WORKERS)),
        Contender("rejudge, one process, few differ", lambda _: _rejudge(place, few, months, 1)),
    ]
    rates = take_turns(contenders, rounds)
    needed = WANTED / rates[with_two].median
    measured = f"{WANTED:,} patient-months at the rate of `{with_two}` take {needed:.0f} seconds"
    told = "measured" if months >= WANTED else f"reckoned from {months:,}; `--rejudged {WANTED}` measures it"
    yield rates_table(
        f"A rejudge of {months:,} patient-months with {ENTRIES} entries each: {facts:,} facts",
        list(rates.values()),
        unit="months/s",
        yardstick=contenders[0].name,
        floors={with_two: FLOOR},
        notes=(
            f"{measured} ({told}).",
            f"{_worked_text(worked, months)}; all facts of the ledger are those of these months and of their charts.",
        ),
    )


def _worked_text(worked: list[float], months: int) -> str:
    """What a month takes of the processors, however many there are and whatever else they do."""
    return f"Processor time of {WORKERS} workers and of who asks: {median(worked) / months * 1_000:.2f} ms a month"


def _processor_seconds() -> float:
    """Of this process and of all workers that have ended."""
    return sum(os.times()[:4])


def _seeded(base: Path, months: int) -> world.Place:
    """A ledger with so many patients, each with eight entries in the month, and its read models."""
    made = min(months, PATIENTS)
    place = world.make(base, patients=made, days=_DAYS)
    if months > made:
        with world.opened(place) as session:
            own = session.log.stats().facts
            about = sum(1 for fact in session.log.follow(0, own) if fact.home.startswith(_COPIED))
        file = base / "large.archive"
        stretch(place.where, file, SystemClock(), own + (months // made - 1) * about, whole=True)
        archived = import_archive(file, base / "large", SystemClock())
        file.unlink()
        place = world.Place(base / "large", place.key_file)
        with world.opened(place) as session:
            gate("seeding", imported=archived.trailer.facts, stored=session.log.stats().facts)
    with world.opened(place) as session:
        models = ReadModels(place.folder)
        try:
            rebuild(session.log, models)
        finally:
            models.close()
    return place


def _altered(change: tuple[str, bytes, bytes]) -> Edition:
    """The shipped edition with one number changed."""
    file, pattern, instead = change
    files = dict(shipped_edition().files)
    files[file], count = re.subn(pattern, instead, files[file])
    gate("numbers changed", wanted=1, changed=int(count > 0))
    return Edition.of(files)


def _read(place: world.Place, months: int) -> float:
    with world.opened(place) as session:
        with timed() as watch:
            count = session.read_all(BATCH)
        gate("read", read=count, stored=session.log.stats().facts)
    return watch.rate(months)


def _rejudge(
    place: world.Place, edition: Edition, months: int, workers: int, worked: list[float] | None = None
) -> float:
    before = _processor_seconds()
    with world.opened(place) as session, timed() as watch:
        models = ReadModels(place.folder)
        asked = Asked(MONTH, session.log.refresh())
        patients = patients_to_ask(models, asked, is_now=True)
        models.close()
        sums = Sums(limit=100)
        for part in rejudged(
            session.log, Job(Settings(place.where, place.key_file, login()), asked, edition), patients, workers=workers
        ):
            sums.add(part)
    if worked is not None:
        worked.append(_processor_seconds() - before)
    gate("months", wanted=months, looked_at=sums.looked_at)
    gate("what differs", differs=int(sums.differing > 0), wanted=1)
    return watch.rate(months)

"""The biller's list of ten thousand patients out of read models, beside reading the same rows and nothing more.

A company of real patients is made by commands, each with a complete chart and a few entries of one month; every fifth
month is signed, every tenth released. An archive that tells the same of others makes it as many patients as are wanted.
The read models are made before; what is measured is the answer, without the commit of the access facts.
"""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks import lines, world
from benchmarks.measuring import Target, gate, number, spread, table
from benchmarks.stretching import stretch
from interfaces.cli.ready_text import ready_csv, ready_json
from interfaces.system import SystemClock
from ledger.store.archive.importing import import_archive
from ledger.store.sqlite.read_models import ReadModels
from projections.claims.ready import Ready, ready
from projections.claims.ready_months import Asked
from projections.judged import AdoptedRulebooks
from projections.questions import months
from projections.rebuild import rebuild

MONTH: Final = "2025-03"
PATIENTS: Final = 500
"""Made by commands; all others are told of by the archive."""
SECONDS: Final = Target(2, is_ceiling=True)
_COPIED: Final = ("patient/", "care_plan/", "care_month/", "staff/")
_DAYS: Final = [day for day in lines.working_days() if day.month == 3][:3]
_BEHIND: Final = date(2025, 4, 2)
_ASKED: Final = Asked(MONTH, _BEHIND, lambda _: _BEHIND)


def run(base: Path, *, rounds: int, patients: int) -> Iterator[str]:
    """The table of ready."""
    place = seeded(base, patients)
    with world.opened(place) as session:
        models, rulebooks = ReadModels(place.folder), AdoptedRulebooks()
        try:
            found = ready(session.log, models, rulebooks, _ASKED)
            _check(found, patients)
            contenders: dict[str, Any] = {
                "read the month's rows": lambda: months(session.log, models, rulebooks, MONTH),
                "ready": lambda: ready(session.log, models, rulebooks, _ASKED),
                "ready --json": lambda: ready_json(ready(session.log, models, rulebooks, _ASKED)),
                "ready --csv": lambda: ready_csv(ready(session.log, models, rulebooks, _ASKED), simulated=False),
            }
            taken = _take_turns(contenders, rounds)
            facts = session.log.stats().facts
        finally:
            models.close()
    yield _table(found, facts, patients, taken)


def seeded(base: Path, patients: int) -> world.Place:
    """A ledger with so many patients, some months of them signed and released, and its read models."""
    made = min(patients, PATIENTS)
    place = world.make(base, patients=made, days=_DAYS)
    with world.opened(place) as session:
        own = session.log.stats().facts
        about = sum(1 for fact in session.log.follow(0, own) if fact.home.startswith(_COPIED))
    if patients > made:
        file = base / "large.archive"
        stretch(place.where, file, SystemClock(), own + (patients // made - 1) * about, whole=True)
        import_archive(file, base / "large", SystemClock())
        file.unlink()
        place = world.Place(base / "large", place.key_file)
    _rebuilt(place)
    _signed_and_released(place, made)
    _rebuilt(place)
    return place


def _rebuilt(place: world.Place) -> None:
    with world.opened(place) as session:
        models = ReadModels(place.folder)
        try:
            rebuild(session.log, models)
        finally:
            models.close()


def _signed_and_released(place: world.Place, made: int) -> None:
    """Charges for every code; of the patients made by commands every fifth month signed, every tenth released."""
    models = ReadModels(place.folder)
    digests = {row.patient: row.digest for row in _rows(place, models)}
    models.close()
    with world.opened(place) as session:
        session.clock.stand_at(datetime(2025, 4, 2, 15, tzinfo=UTC))
        practice = session.log.tags_starting("practice/")[0].partition("/")[2]
        biller = {"name": "biller", "identifiers": [lines.staff("biller")], "work_country": "US"}
        role = {"role": "biller", "practice": practice, "from_on": "2024-01-01"}
        session.accepted([lines.line("biller", "register_staff", biller | {"roles": [role]})])
        for code, amount in (("99490", "85.00"), ("99439", "60.00")):
            asked = {"practice": practice, "code": code, "amount": amount, "from_on": "2025-01-01"}
            session.accepted([lines.line(f"charge-{code}", "adopt_charge", asked)])
        for each in range(0, made, 5):
            patient = _patient(session, each)
            data: dict[str, Any] = {"patient": patient, "month": MONTH, "digest": digests[patient]}
            session.accepted([lines.line(f"sign-{each}", "attest_in_batch", data, actor="doctor")])
            if each % 10 == 0:
                data = {"patient": patient, "month": MONTH}
                session.accepted([lines.line(f"release-{each}", "release_claim", data, actor="biller")])


def _rows(place: world.Place, models: ReadModels) -> Any:
    with world.opened(place) as session:
        return months(session.log, models, AdoptedRulebooks(), MONTH).rows


def _patient(session: world.Opened, which: int) -> str:
    from ledger.terms.identity import identifier_tag  # noqa: PLC0415 - of setting up alone

    outside = lines.patient(which)
    patient: str = session.handler.state(identifier_tag(session.log.token(outside["system"], outside["value"]))).subject
    return patient


def _check(found: Ready, patients: int) -> None:
    """Every patient is listed or counted, and what was signed and released is where it belongs."""
    made = min(patients, PATIENTS)
    counts = Counter(each.state for each in found.months)
    gate("months", listed=len(found.months) + found.below_minimum, wanted=patients // made * made)
    gate("released", listed=counts["released"], wanted=len(range(0, made, 10)))
    gate("ready", listed=counts["ready"], wanted=len(range(0, made, 5)) - len(range(0, made, 10)))


def _take_turns(contenders: dict[str, Any], rounds: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, ask in contenders.items():
            begun = time.perf_counter()
            ask()
            if turn:  # the first one warms
                taken[name].append(time.perf_counter() - begun)
    return taken


def _table(found: Ready, facts: int, patients: int, taken: dict[str, list[float]]) -> str:
    yardstick = median(taken["read the month's rows"])
    rows = []
    for name, seconds in taken.items():
        middle = median(seconds)
        is_asked = name.startswith("ready")
        said = [f"≤ {SECONDS.number:g} s", SECONDS.verdict(middle)] if is_asked else ["", ""]
        ratio = number(middle / yardstick) if is_asked else "1 (yardstick)"
        rows.append([name, spread(middle, min(seconds), max(seconds)), ratio, *said])
    counts = ", ".join(f"{state} {count:,}" for state, count in sorted(Counter(m.state for m in found.months).items()))
    return table(
        f"The biller's list of a month: {patients:,} patients in a ledger of {facts:,} facts (seconds)",
        ["what", "median (range)", "ratio", "target", ""],
        rows,
        (f"In process, out of the read models, without the commit of the access facts. Listed: {counts}.",),
    )

"""Questions about the past in a ledger of a million facts: a month as of a moment, and a history of 2,000 facts.

A company of real patients is made by commands, and stretched by an archive whose further facts are about others; the
questions are about the real ones, each about another patient, month and moment. What is measured is the answer as
values, without the commit of its access fact; what it takes to show it stands below.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final, NamedTuple

import orjson

from benchmarks import lines, world
from benchmarks.measuring import Target, gate, number, table
from benchmarks.stretching import stretch
from interfaces.cli.history import line_json
from interfaces.system import SystemClock
from ledger.store.archive.importing import import_archive
from ledger.terms.identity import care_month_tag, identifier_tag
from projections.judged import AdoptedRulebooks
from projections.moments import position_of
from projections.month_answer import month_answer
from projections.patient_history import facts_of, history
from projections.questions import month_of

PATIENTS: Final = 100
_DAYS: Final = lines.working_days()[:60]
MONTHS: Final = ("2025-01", "2025-02", "2025-03")
LONG: Final = 2_000
LONG_A_DAY: Final = 10
MONTH_MS: Final = Target(10, is_ceiling=True)
HISTORY_MS: Final = Target(50, is_ceiling=True)

Ask = Callable[[int], int]
"""Asks the question of that number; answers how much was found."""


class Question(NamedTuple):
    """A kind of question, how it is asked, and its targets."""

    name: str
    ask: Ask
    times: int
    target: Target | None = None


def run(base: Path, *, events: int, questions: int) -> Iterator[str]:
    """The table of asking."""
    place = _seeded(base, events)
    with world.opened(place) as session:
        asker = _Asker(session)
        facts = session.log.stats().facts
        asker.check()
        few = max(questions // 5, 20)
        asked = (
            Question("read and fold the month's own stream", asker.month_stream, questions),
            Question("month --as-of", asker.month, questions, MONTH_MS),
            Question("month --as-of, by instant", asker.month_by_instant, questions),
            Question(f"read the facts of a history of {LONG:,}", asker.long_facts, few),
            Question(f"history of {LONG:,} facts", asker.long_history, few, HISTORY_MS),
            Question(f"history of {LONG:,} facts, who told each and when", asker.long_history_told, few),
            Question(f"history of {LONG:,} facts, as JSON", asker.long_history_shown, few),
        )
        taken = _take_turns(asked)
    yield _table(facts, asked, taken)


# --- the ledger -----------------------------------------------------------------------------------------------------


def _seeded(base: Path, events: int) -> world.Place:
    """A company of a hundred patients, one of them with a long history, in a ledger of so many facts."""
    small = world.make(base, patients=PATIENTS, days=_DAYS)
    with world.opened(small) as session:
        for day in lines.working_days()[: LONG // LONG_A_DAY]:
            session.clock.stand_at(lines.evening_of(max(day, _DAYS[-1])))
            session.accepted(_many_entries(day))
        made = session.log.stats().facts
    if events <= made:
        return small
    file = base / "large.archive"
    stretch(small.where, file, SystemClock(), events, with_staff=True)
    archived = import_archive(file, base / "large", SystemClock())
    file.unlink()
    large = world.Place(base / "large", small.key_file)
    with world.opened(large) as session:
        gate("seeding", imported=archived.trailer.facts, stored=session.log.stats().facts)
    return large


def _many_entries(day: date) -> Iterator[bytes]:
    """Entries of the first patient from early morning on, twenty minutes apart."""
    said = orjson.loads(lines.time_entry(0, day))
    for count in range(LONG_A_DAY):
        start = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=6, minutes=20 * count)
        times = {"start": start, "end": start + timedelta(minutes=9)}
        data = said["data"] | {name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in times.items()}
        source = {"system": lines.SOURCE, "id": f"long-{day}-{count}", "recorded_at": data["end"]}
        yield orjson.dumps(said | {"key": f"long-{day}-{count}", "data": data, "source": source})


# --- the questions --------------------------------------------------------------------------------------------------


class _Asker:
    """Asks about patients, months and moments in an order that a seed decides."""

    def __init__(self, session: world.Opened) -> None:
        self._log = session.log
        self._rulebook_of = AdoptedRulebooks()
        self._patients = [self._found(session, number) for number in range(PATIENTS)]
        chance = random.Random(lines.SEED)
        # Behind the company's own facts stand those of the others.
        head, own = self._log.refresh(), self._log.position_at(lines.evening_of(_DAYS[-1]))
        self._asked = [
            (chance.choice(self._patients[1:]), chance.choice(MONTHS), chance.randrange(own // 2, head))
            for _ in range(997)
        ]
        self._instants = [lines.evening_of(chance.choice(_DAYS[20:])) for _ in range(997)]

    def _found(self, session: world.Opened, number: int) -> str:
        outside = lines.patient(number)
        token = self._log.token(outside["system"], outside["value"])
        patient: str = session.handler.state(identifier_tag(token)).subject
        return patient

    def check(self) -> None:
        """The answers are those that every other way of asking gives."""
        for patient, month, position in self._asked[:20]:
            short = month_answer(self._log, self._rulebook_of, patient, month, position).verdict
            whole = month_of(self._log, self._rulebook_of, patient, month, position)
            gate("month", same=int(short == whole), wanted=1)
        found = history(self._log, self._patients[0])
        gate("history", long_enough=int(len(found) >= LONG), wanted=1)

    def month_stream(self, number: int) -> int:
        """The least that any program would do: the month's own facts, read and validated."""
        patient, month, position = self._asked[number % len(self._asked)]
        return len(list(self._log.read(care_month_tag(patient, month), until=position)))

    def month(self, number: int) -> int:
        """A month as of a position."""
        return self._month(number, self._asked[number % len(self._asked)][2])

    def month_by_instant(self, number: int) -> int:
        """A month as of an instant, which is looked for first."""
        return self._month(number, position_of(self._log, self._instants[number % len(self._instants)]))

    def _month(self, number: int, position: int) -> int:
        patient, month, _ = self._asked[number % len(self._asked)]
        return len(month_answer(self._log, self._rulebook_of, patient, month, position).verdict.lines)

    def long_facts(self, _: int) -> int:
        """The facts of the long history, read and validated."""
        return len(facts_of(self._log, self._patients[0]))

    def long_history(self, _: int) -> int:
        """The long history, as values."""
        return len(history(self._log, self._patients[0]))

    def long_history_told(self, _: int) -> int:
        """The same, and of each fact who told it and how late: that stands in the envelopes."""
        return len([(line.who, line.lateness) for line in history(self._log, self._patients[0])])

    def long_history_shown(self, _: int) -> int:
        """The same as the JSON that the command line writes."""
        shown: list[Any] = [line_json(line) for line in history(self._log, self._patients[0])]
        return len(json.dumps(shown))


class Taken(NamedTuple):
    """Milliseconds of each asking: by the clock on the wall, and of this processor alone."""

    wall: list[float]
    processor: list[float]


def _take_turns(asked: tuple[Question, ...]) -> dict[str, Taken]:
    """Every question so many times, a few of each at a time; by the name of the question."""
    taken = {question.name: Taken([], []) for question in asked}
    for question in asked:
        for warming in range(5):
            question.ask(warming)
    turns = 20
    for turn in range(turns):
        for question in asked:
            share = max(question.times // turns, 1)
            for turned in range(turn * share, (turn + 1) * share):
                begun, worked = time.perf_counter(), time.process_time()
                question.ask(turned)
                taken[question.name].processor.append((time.process_time() - worked) * 1_000)
                taken[question.name].wall.append((time.perf_counter() - begun) * 1_000)
    return taken


def _table(facts: int, asked: tuple[Question, ...], taken: dict[str, Taken]) -> str:
    rows = []
    yardstick = 1.0
    for question in asked:
        wall, processor = taken[question.name]
        middle, late, worked = median(wall), quantiles(wall, n=100)[-1], quantiles(processor, n=100)[-1]
        if question.name.startswith("read"):
            yardstick = middle
        ratio = "1 (yardstick)" if question.name.startswith("read") else number(middle / yardstick)
        target = question.target
        said = [f"p99 ≤ {target.number:g} ms", target.verdict(late)] if target else ["", ""]
        rows.append([question.name, number(middle), number(late), number(worked), ratio, *said])
    return table(
        f"Asking about the past in a ledger of {facts:,} facts (milliseconds)",
        ["what", "median", "p99", "p99 of processor time", "ratio", "target", ""],
        rows,
        (
            "Answers as values, in process, without the commit of the access fact; yardsticks are of what is below.",
            f"{PATIENTS} patients with an entry on {len(_DAYS)} days, one with {LONG:,}; all other facts are others'.",
        ),
    )

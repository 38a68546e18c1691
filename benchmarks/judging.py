"""Judging one patient-month with forty entries, readings named, beside the least that any program would do with it.

The month is read back from a ledger: forty entries on twenty days, consent, plan, designation and coverage complete, so
that seconds count, families and units are worked out and nothing ends early.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks import lines, world
from benchmarks.measuring import Contender, Target, gate, rates_table, take_turns, timed
from ledger.judging.needs import gather
from ledger.judging.shapes import MonthFacts
from ledger.judging.verdict import judge_month
from ledger.rulebook import Rulebook
from ledger.streams.care_month import TimeLogged
from ledger.terms.identity import care_month_tag, identifier_tag

ENTRIES: Final = 40
FLOOR: Final = Target(6_000)
PLAIN_FLOOR: Final = Target(12_000)
_MONTH: Final = "2025-03"
_DAYS: Final = [day for day in lines.working_days() if day.month == 3][: ENTRIES // 2]


def run(base: Path, *, rounds: int, times: int) -> Iterator[str]:
    """The table of judging."""
    place = world.make(base, patients=1)
    with world.opened(place) as session:
        for day in _DAYS:
            session.clock.stand_at(lines.evening_of(day))
            session.accepted(_two_entries(day))
        facts, rulebook, edition = _month(session)
        stream = session.log.read(care_month_tag(facts.month.patient, facts.month.month))
        bodies = [fact.event.model_dump_json(exclude_none=True).encode() for fact in stream]
    gate("entries of the month", wanted=ENTRIES, found=len(facts.month.entries))
    verdict = judge_month(facts, rulebook, edition=edition)
    worked = sum(entry.seconds for entry in facts.month.entries)
    gate("seconds of the month", counted=verdict.staff_seconds, worked=worked)
    gate("entries with a line", wanted=ENTRIES, judged=len(verdict.lines))
    gate("bodies of the month", wanted=ENTRIES, found=len(bodies))
    contenders = [
        Contender("validate forty entries", lambda _: _rate(times, lambda: _validated(bodies))),
        Contender("judge, readings named", lambda _: _rate(times, lambda: _judged(facts, rulebook, edition, True))),
        Contender("judge, no readings", lambda _: _rate(times, lambda: _judged(facts, rulebook, edition, False))),
        Contender("sum forty segments", lambda _: _rate(times, lambda: _summed(facts))),
    ]
    rates = take_turns(contenders, rounds)
    yield rates_table(
        f"Judging a month with {ENTRIES} entries: {verdict.standing}, {len(verdict.readings)} readings",
        list(rates.values()),
        unit="months/s",
        yardstick=contenders[0].name,
        floors={contenders[1].name: FLOOR, contenders[2].name: PLAIN_FLOOR},
        notes=(f"{times:,} times a round; every time all {ENTRIES} entries are judged, nothing is kept in between.",),
    )


def _two_entries(day: date) -> Iterator[bytes]:
    """The entry of a day and another one two hours later."""
    morning = lines.time_entry(0, day)
    yield morning
    said = orjson.loads(morning)
    for end in ("start", "end"):
        said["data"][end] = _later(said["data"][end])
    said["source"] = {"system": lines.SOURCE, "id": f"second-{day}", "recorded_at": said["data"]["end"]}
    yield orjson.dumps(said | {"key": f"second-{day}"})


def _later(instant: str) -> str:
    hour = int(instant[11:13]) + timedelta(hours=2).seconds // 3_600
    return f"{instant[:11]}{hour:02d}{instant[13:]}"


def _month(session: world.Opened) -> tuple[MonthFacts, Rulebook, str]:
    """Everything that the month rests on, folded."""
    state: Callable[[str], Any] = session.handler.state
    outside = lines.patient(0)
    patient = state(identifier_tag(session.log.token(outside["system"], outside["value"]))).subject
    law = session.handler.law(session.handler.governance())
    return gather(patient, _MONTH, state), law.rulebook, law.edition


def _rate(times: int, act: Callable[[], object]) -> float:
    act()
    with timed() as watch:
        for _ in range(times):
            act()
    return watch.rate(times)


def _judged(facts: MonthFacts, rulebook: Rulebook, edition: str, with_readings: bool) -> object:
    return judge_month(facts, rulebook, edition=edition, record=with_readings)


def _validated(bodies: list[bytes]) -> list[TimeLogged]:
    return [TimeLogged.model_validate_json(body) for body in bodies]


def _summed(facts: MonthFacts) -> int:
    return sum(piece.end - piece.start for entry in facts.month.entries for piece in entry.pieces)

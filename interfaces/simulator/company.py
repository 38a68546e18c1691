"""A company in one object: what it would send to a ledger from December 2025 to March 2026, file by file.

Promise: the same seed and charts give the same bytes; every line carries its clock, and clocks go forward from line to
line and from file to file, in the order in which `files` yields them. Faults are part of it (see dirt.py and below).

Ids are the ledger's, so it goes in steps: submit `setup_lines()`, hand the practice ids that were answered to `files`,
and put the consent ids into the mapping that it was given as they are answered; a consent that was answered later than
its supplement is due is left as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple

import orjson

from interfaces.importing.mapping import ChartMapping, read_chart_mapping
from interfaces.simulator import charts, enrolment
from interfaces.simulator.dice import Dice
from interfaces.simulator.enrolment import Line
from interfaces.simulator.people import INTEGRATION, PRACTICES, staff_of
from interfaces.simulator.stories import MONTHS, members_of, stories_of
from interfaces.simulator.timesheets import Shape, time_csv
from ledger.terms.calendar import next_month
from ledger.terms.ports import Zones

Door = Literal["submit", "import fhir", "import time-log", "import answers", "mapping"]

CHARTS_AT: Final = datetime(2025, 12, 2, 14, tzinfo=UTC)
"""The clock of every line that a chart becomes."""


class SimulatedFile(NamedTuple):
    """A file in an import format: its name, the door it goes through, its bytes, the mapping file that it needs."""

    name: str
    door: Door
    content: bytes
    mapping: str | None = None
    clock: datetime | None = None


class Company:
    """Two practices with their staff and patients, from one seed; patients of given charts, else simulated ones."""

    def __init__(
        self,
        seed: int,
        zones: Zones,
        *,
        patients: int = 24,
        given: tuple[Sequence[bytes], ChartMapping] | None = None,
    ) -> None:
        self._dice = Dice(seed)
        self._zones = zones
        self._writes_charts = given is None
        if given is None:
            chart_dice = self._dice.fork("charts")
            own = read_chart_mapping(charts.MAPPING.encode(), zones)
            assert isinstance(own, ChartMapping)
            given = ([charts.chart(chart_dice, number) for number in range(patients)], own)
        self.charts, self.chart_mapping = tuple(given[0]), given[1]
        self.staff = staff_of(self._dice.fork("staff"))
        self.members = tuple(members_of(self.charts, self.chart_mapping))
        self.stories = tuple(stories_of(self.members, self.staff, self._dice.fork("stories")))

    @property
    def integration(self) -> dict[str, dict[str, str]]:
        """The actor of imports: the company's interface program."""
        return {"id": INTEGRATION.ref}

    @property
    def practice_keys(self) -> dict[str, str]:
        """Practice -> key of the line in `setup_lines` whose answer carries its id."""
        return {practice.code: enrolment.practice_key(practice.code) for practice in PRACTICES}

    def setup_lines(self) -> Iterator[Line]:
        """Sources and practices, as the administrator who made the ledger submits them."""
        timers = [Shape.of(practice).system for practice in PRACTICES]
        sources = dict.fromkeys((*timers, "office", "consent_forms", self.chart_mapping.source.system))
        return enrolment.setup_lines(self._dice.fork("practices"), tuple(sources))

    def files(self, practices: Mapping[str, str], consents: Mapping[str, str]) -> Iterator[SimulatedFile]:
        """Everything else in order: `practices` by code, `consents` by the key of the line that recorded each."""
        yield _jsonl("staff", enrolment.staff_lines(self.staff, practices, self._dice.fork("staff-data")))
        if self._writes_charts:
            yield SimulatedFile("mappings/charts.toml", "mapping", charts.MAPPING.encode())
            for number, content in enumerate(self.charts):
                name = f"charts/{number:04d}.json"
                yield SimulatedFile(name, "import fhir", content, "mappings/charts.toml", CHARTS_AT)
        desk = enrolment.desk_of(self.staff)
        yield _jsonl("patients", enrolment.patient_lines(self.members, desk, practices, self._dice.fork("patients")))
        yield _jsonl("visits", enrolment.visit_lines(self.stories, self._dice.fork("visits")))
        yield self._consents()
        rival = next(person for person in self.staff if person.number == "L-MD-1")
        yield _jsonl("plans", enrolment.plan_lines(self.stories, rival, self._dice.fork("plans")))
        yield _jsonl("supplements", enrolment.supplement_lines(self.stories, consents))
        yield from self._quarter()

    def _consents(self) -> SimulatedFile:
        """The consent desk's file; the second line is cut off, the third holds a field that nobody knows."""
        lines = list(enrolment.consent_lines(self.stories))
        encoded = [orjson.dumps(line) for line in lines]
        if lines:
            unknown = lines[0] | {"key": "consent:unknown-field", "data": lines[0]["data"] | {"mood": "cheerful"}}
            encoded[1:1] = [encoded[0][: len(encoded[0]) // 2], orjson.dumps(unknown)]
        return SimulatedFile("consents.jsonl", "submit", b"".join(line + b"\n" for line in encoded))

    def _quarter(self) -> Iterator[SimulatedFile]:
        for practice in PRACTICES:
            shape = Shape.of(practice)
            yield SimulatedFile(f"mappings/time-{practice.code}.toml", "mapping", shape.mapping())
        for month in MONTHS:
            for practice in PRACTICES:
                if month == MONTHS[0] and practice is PRACTICES[1]:
                    yield _jsonl("late-consents", enrolment.late_consent_lines(self.stories))
                zone = self._zones.zone(practice.zone)
                assert zone is not None, practice.zone
                dice = self._dice.fork(f"time-{practice.code}-{month}")
                content = time_csv(Shape.of(practice), zone, month, self.stories, self.staff, dice)
                name = f"time-{practice.code}-{month}.csv"
                yield SimulatedFile(name, "import time-log", content, f"mappings/time-{practice.code}.toml")
            after = datetime.combine(date.fromisoformat(f"{next_month(month)}-01"), time(12), tzinfo=UTC)
            decided = enrolment.decision_lines(self.stories, month, after + timedelta(days=1))
            yield _jsonl(f"decisions-{month}", decided)


def _jsonl(name: str, lines: Iterator[Line]) -> SimulatedFile:
    return SimulatedFile(f"{name}.jsonl", "submit", b"".join(orjson.dumps(line) + b"\n" for line in lines))

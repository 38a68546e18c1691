"""The simulated company in a real ledger: only the faults are refused, and a second time adds nothing."""

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from commands.answer import Answer
from commands.handle import Handler
from commands.opening import open_new_ledger
from interfaces.importing import fhir, time_log
from interfaces.importing.mapping import ChartMapping, TimeMapping, read_chart_mapping, read_time_mapping
from interfaces.importing.reading import Delivered, Report
from interfaces.simulator.company import Company, SimulatedFile
from interfaces.system import SimulatedClock, SystemIds
from ledger.rulebook import shipped_edition
from ledger.store.connection import create
from tests.importing.reading import ZONES

FAULTS = {
    "npi_check_digit": 1,
    "line_unreadable": 1,
    "field_unknown": 1,
    "month_occupied": 1,
    "end_before_start": 1,
    "in_the_future": 1,
    "interval_over_24_hours": 1,
    "exists_with_different_content": 1,
    "waiting_for_staff": 1,
}


def _send(handler: Handler, lines: list[bytes]) -> list[Answer]:
    return [
        answer
        for start in range(0, len(lines), 64)
        for answer in handler.handle([handler.read(line) for line in lines[start : start + 64]])
    ]


def _lines(file: SimulatedFile, mappings: dict[str, bytes], company: Company) -> list[bytes]:
    if file.door == "submit":
        return file.content.splitlines()
    assert file.mapping is not None
    if file.door == "import fhir":
        charts = read_chart_mapping(mappings[file.mapping], ZONES)
        assert isinstance(charts, ChartMapping)
        setting = fhir.Setting(charts, actor=company.integration, clock=file.clock)
        found = fhir.translate(file.content, setting, Report())
    else:
        times = read_time_mapping(mappings[file.mapping], ZONES)
        assert isinstance(times, TimeMapping)
        zone = ZONES.zone(times.source.timezone or "")
        found = time_log.read_time_log(io.BytesIO(file.content), time_log.Setting(times, zone), Report())
    return [orjson.dumps(answer.command) for answer in found if isinstance(answer, Delivered)]


@pytest.fixture
def handler(tmp_path: Path) -> Iterator[Handler]:
    clock, ids = SimulatedClock(), SystemIds()
    with create(tmp_path / "ledger", master_key=bytes(32), clock=clock, ids=ids, simulated=True) as log:
        edition = shipped_edition()
        open_new_ledger(
            log, name="Company", simulated=True, login="os:tester", edition=edition, now=clock.now(), ids=ids
        )
        yield Handler(log=log, ids=ids, clock=clock, zones=ZONES, login="os:tester")


@pytest.mark.slow
def test_a_company_is_taken_in_and_the_second_time_adds_nothing(handler: Handler) -> None:
    company = Company(7, ZONES)
    setup = _send(handler, [orjson.dumps(line) for line in company.setup_lines()])
    ids = {answer.key: dict(answer.ids) for answer in setup}
    practices = {code: ids[key]["practice"] for code, key in company.practice_keys.items()}
    consents: dict[str, str] = {}
    mappings: dict[str, bytes] = {}
    first: list[Answer] = []
    sent: list[bytes] = []
    for file in company.files(practices, consents):
        if file.door == "mapping":
            mappings[file.name] = file.content
            continue
        lines = _lines(file, mappings, company)
        answers = _send(handler, lines)
        consents |= {a.key: dict(a.ids)["consent"] for a in answers if a.key and "consent" in dict(a.ids)}
        sent += lines
        first += answers
    again = _send(handler, sent)

    assert Counter(answer.refusal.code for answer in first if answer.refusal) == FAULTS
    # What lay in the future the first time has come by then: a refused key is decided afresh.
    come = [a.refusal and a.refusal.code for a, b in zip(first, again, strict=True) if b.outcome == "accepted"]
    assert come == ["in_the_future"]

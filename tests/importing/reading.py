"""Short ways to read what the tests write: a chart, a time log, and what became of them."""

import io
from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path
from typing import Any

import orjson

from commands.catalog import CATALOG
from commands.wire import Delivery, read_line
from interfaces.importing import fhir, time_log
from interfaces.importing.mapping import ChartMapping, TimeMapping, read_chart_mapping
from interfaces.importing.reading import Delivered, Read, Report, Unread
from interfaces.simulator.company import Company
from interfaces.system import PinnedZones

ZONES = PinnedZones()
CHICAGO = ZONES.zone("America/Chicago")
ROOT = Path(__file__).parents[2]
_SYNTHEA = ROOT.parent / "shared" / "data" / "synthea-r4"
PATIENT = {"resourceType": "Patient", "id": "p-1"}
ABOUT = {"subject": {"reference": "Patient/p-1"}}
COMMANDS = {name: entry.command for name, entry in CATALOG.items()}


def bundle(*resources: Any, kind: str = "transaction") -> bytes:
    """A bundle of these resources."""
    entries = [{"resource": resource} for resource in resources]
    return orjson.dumps({"resourceType": "Bundle", "type": kind, "entry": entries})


def charted(
    *resources: Any, mapping: ChartMapping | None = None, zone: tzinfo | None = None, **setting: Any
) -> tuple[list[Read], Report]:
    """What a bundle of the patient p-1 and these resources becomes."""
    return chart(bundle(PATIENT, *resources), mapping=mapping, zone=zone, **setting)


def chart(content: bytes, *, mapping: ChartMapping | None = None, **setting: Any) -> tuple[list[Read], Report]:
    """What a file becomes."""
    report = Report()
    return list(fhir.translate(content, fhir.Setting(mapping or ChartMapping(), **setting), report)), report


def logged(
    content: bytes, *, mapping: TimeMapping | None = None, zone: tzinfo | None = CHICAGO
) -> tuple[list[Read], Report]:
    """What a time log becomes."""
    report = Report()
    setting = time_log.Setting(mapping or TimeMapping(), zone)
    return list(time_log.read_time_log(io.BytesIO(content), setting, report)), report


def commands(answers: Iterable[Read], name: str) -> list[dict[str, Any]]:
    """The data of the lines of one command."""
    return [a.command["data"] for a in answers if isinstance(a, Delivered) and a.command["command"] == name]


def lines(answers: Iterable[Read]) -> list[dict[str, Any]]:
    """The command lines."""
    return [answer.command for answer in answers if isinstance(answer, Delivered)]


def codes(answers: Iterable[Read]) -> list[tuple[int, str]]:
    """Where something was refused, and with which code."""
    return [(answer.line, answer.refusal.code) for answer in answers if isinstance(answer, Unread)]


def is_wire(line: dict[str, Any]) -> bool:
    """Whether `submit` can read the line."""
    return isinstance(read_line(orjson.dumps(line), COMMANDS), Delivery)


def shipped_mapping() -> ChartMapping:
    """The mapping file for Synthea that comes with the project."""
    content = (ROOT / "interfaces" / "importing" / "mappings" / "synthea.toml").read_bytes()
    mapping = read_chart_mapping(content, ZONES)
    assert isinstance(mapping, ChartMapping)
    return mapping


def chart_sources() -> dict[str, tuple[tuple[bytes, ...], ChartMapping]]:
    """Whole charts by source: the simulator's always, the published ones where their folder is there."""
    company = Company(1, ZONES)
    found = {"simulated": (company.charts, company.chart_mapping)}
    published = sorted(_SYNTHEA.glob("*.json"))
    if published:
        found["synthea"] = (tuple(file.read_bytes() for file in published), shipped_mapping())
    return found

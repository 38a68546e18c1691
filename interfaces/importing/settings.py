"""What holds for an import, out of a mapping file and what whoever imports says beside it.

Promise: what cannot be is refused before a row is read. Refuses: mapping_unreadable, timezone_unknown.
"""

from importlib.resources import files

from interfaces.importing import fhir, time_log
from interfaces.importing.mapping import ChartMapping, TimeMapping, read_chart_mapping, read_time_mapping
from interfaces.importing.reading import refused
from ledger.terms.outcome import Refused
from ledger.terms.ports import Zones


def chart_setting(mapping: bytes | None, zones: Zones, *, practice: str | None = None) -> fhir.Setting | Refused:
    """The setting of an import of charts; `mapping` is the content of a mapping file."""
    found = ChartMapping() if mapping is None else read_chart_mapping(mapping, zones)
    if isinstance(found, Refused):
        return found
    zone = zones.zone(found.source.timezone) if found.source.timezone else None
    return fhir.Setting(mapping=found, zone=zone, practice=practice)


def time_setting(
    mapping: bytes | None, zones: Zones, *, source: str | None = None, timezone: str | None = None
) -> time_log.Setting | Refused:
    """The setting of an import of a time log; `source` and `timezone` go before the mapping file's."""
    found = TimeMapping() if mapping is None else read_time_mapping(mapping, zones)
    if isinstance(found, Refused):
        return found
    if source:
        found = found.model_copy(update={"source": found.source.model_copy(update={"system": source})})
    name = timezone or found.source.timezone
    zone = zones.zone(name) if name else None
    if name and zone is None:
        return refused("timezone_unknown", "There is no time zone of that name.")
    return time_log.Setting(mapping=found, zone=zone)


def shipped_mapping(name: str) -> bytes | None:
    """The mapping file of that name that comes with the program; None where there is none."""
    found = files("interfaces.importing") / "mappings" / f"{name}.toml"
    return found.read_bytes() if name.isidentifier() and found.is_file() else None

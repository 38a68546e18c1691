"""Mapping files: what a source's columns, words and codes mean here, as TOML that a person wrote and named.

Promise: an unknown table or key, a name of the wrong form or a zone that does not exist is refused with its place;
nothing is taken over in part. A mapping file can give no name to a number that is never imported.
"""

import tomllib
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from commands.intents.care_month import CaptureGiven
from interfaces.importing.reading import refused
from ledger.streams.care_month import Employer
from ledger.terms.outcome import Refused
from ledger.terms.people import Country, Programme, SourceName, Word
from ledger.terms.ports import Zones

NEVER_IMPORTED: Final = frozenset(
    {
        "http://hl7.org/fhir/sid/us-ssn",
        "urn:oid:2.16.840.1.113883.4.1",
        "urn:oid:2.16.840.1.113883.4.3.25",
        "http://standardhealthrecord.org/fhir/structuredefinition/passportnumber",
    }
)
"""Identifier systems of social security, driver's licence and passport numbers, in small letters."""

ColumnRole = Literal[
    "patient",
    "performer",
    "start",
    "end",
    "date",
    "minutes",
    "activity",
    "description",
    "source_row_id",
    "version",
    "recorded_at",
    "entered_by",
    "supervised_by",
    "programme",
    "capture",
    "employer",
    "work_country",
    "work_state",
    "contact_with",
    "contact_two_way",
    "contact_channel",
    "contact_outcome",
    "sensitivity",
    "order",
    "plan_revision",
    "form_version",
    "clock",
]
"""What a column of a time log can be."""

ROLES: Final[tuple[ColumnRole, ...]] = get_args(ColumnRole)

DEFAULT_COLUMNS: Final[Mapping[str, str]] = {
    **{role: role for role in ROLES if role != "clock"},
    "patient": "patient_id",
    "performer": "staff_id",
}
"""Column names without a mapping file. `clock` is read only where a mapping file names its column."""

_M = TypeVar("_M", bound=BaseModel)
_Form = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class TimeSource(_Table):
    """Who sends a time log, and in which zone its clock times are meant."""

    system: SourceName = "time_log"
    timezone: _Form | None = None


class Identifiers(_Table):
    """The systems whose identifiers stand in the columns of patients and of staff."""

    patient: SourceName = "mrn"
    staff: SourceName = "staff"


class Formats(_Table):
    """How dates and times are written: `iso`, or the form that `strptime` reads; delimiter and encoding."""

    instant: _Form = "iso"
    date: _Form = "iso"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    encoding: Literal["utf-8", "latin-1", "cp1252"] = "utf-8"


class Defaults(_Table):
    """What holds for every row that says nothing else, because whoever wrote the mapping file vouches for it."""

    programme: Programme | None = Field(default=None, strict=False)
    capture: CaptureGiven | None = None
    employer: Employer | None = None
    work_country: Country | None = None
    work_state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None


class TimeMapping(_Table):
    """A mapping file of time logs."""

    source: TimeSource = TimeSource()
    columns: dict[ColumnRole, _Form] = Field(default_factory=dict)
    identifiers: Identifiers = Identifiers()
    formats: Formats = Formats()
    defaults: Defaults = Defaults()
    activities: dict[_Form, Word] = Field(default_factory=dict)

    def column(self, role: ColumnRole) -> str | None:
        """The column that holds a role: as mapped, else by its default name."""
        return self.columns.get(role, DEFAULT_COLUMNS.get(role))


class ChartSource(_Table):
    """Who sends charts, the name of its patient ids here, and the zone in which its instants become days."""

    system: SourceName = "fhir"
    patient_id: SourceName = "fhir"
    timezone: _Form | None = None
    practitioner_npi: SourceName | None = None
    """The system under which staff NPIs are linked here; without it a visit names no practitioner."""


class MappedCondition(_Table):
    """What a source's condition code is in ICD-10-CM, and whether it is chronic."""

    icd10: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")] | None = None
    chronic: bool = False


_BillingCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{5}$")]
_PatientSystem = Annotated[str, StringConstraints(pattern=r"^(mbi|mrn|mrn\.[a-z0-9][a-z0-9_.-]{0,58})$")]


class ChartMapping(_Table):
    """A mapping file of charts."""

    source: ChartSource = ChartSource()
    identifiers: dict[str, _PatientSystem] = Field(default_factory=dict)
    conditions: dict[Word, dict[str, MappedCondition]] = Field(default_factory=dict)
    visits: dict[Word, dict[str, _BillingCode]] = Field(default_factory=dict)


def read_time_mapping(content: bytes, zones: Zones, categories: Collection[str] | None = None) -> TimeMapping | Refused:
    """The mapping of time logs that a file holds; with `categories`, activities must be among them."""
    mapping = _read(TimeMapping, content, zones)
    if isinstance(mapping, Refused):
        return mapping
    names = list(mapping.columns.values())
    if len(names) != len(set(names)):
        return refused("mapping_unreadable", "In [columns] two roles name the same column.")
    unknown = sorted(set(mapping.activities.values()) - set(categories if categories is not None else ()))
    if categories is not None and unknown:
        return refused("mapping_unreadable", f"In [activities] no such category: {', '.join(unknown)}.")
    return mapping


def read_chart_mapping(content: bytes, zones: Zones) -> ChartMapping | Refused:
    """The mapping of charts that a file holds."""
    mapping = _read(ChartMapping, content, zones)
    if isinstance(mapping, ChartMapping) and any(uri.lower() in NEVER_IMPORTED for uri in mapping.identifiers):
        return refused("mapping_unreadable", "[identifiers] names a number that is never imported.")
    return mapping


def _read(model: type[_M], content: bytes, zones: Zones) -> _M | Refused:
    try:
        raw: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return refused("mapping_unreadable", "The mapping file is not UTF-8.")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return refused("mapping_unreadable", f"The mapping file is not TOML: {error}.")
    try:
        mapping = model.model_validate(raw)
    except ValidationError as error:
        places = [f"[{'.'.join(str(part) for part in found['loc'])}] {found['msg']}" for found in error.errors()]
        return refused("mapping_unreadable", f"The mapping file does not fit: {'; '.join(places[:5])}.")
    source = raw.get("source", {})
    if (zone := source.get("timezone")) is not None and zones.zone(zone) is None:
        return refused("timezone_unknown", f"The mapping file names the zone {zone}, which does not exist.")
    return mapping

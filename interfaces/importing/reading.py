"""What a reader of files answers for each row or resource: a command line, or why there is none.

Promise: every row that holds anything gets exactly one answer, with its line (in a bundle: its entry) counted from 1,
and no answer repeats a value of the row, so that messages carry no identifier and no name. Not promised: that the
ledger accepts a command; it decides.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ledger.terms.outcome import Refused
from ledger.terms.refusals import refused as shared_refusal

CommandDict = dict[str, Any]
"""A command line as a JSON object: v, key, command, actor, source, correlation, data, clock."""


class Delivered(NamedTuple):
    """A row that was translated: where it stands, and the command line to submit."""

    line: int
    command: CommandDict


class Unread(NamedTuple):
    """A row (or, with line 0, a whole file) of which no command could be made, and why."""

    line: int
    refusal: Refused
    key: str | None = None


Read = Delivered | Unread


@dataclass
class Report:
    """What an import met: resources and rows seen, commands made, what was left out and why, refusals by code."""

    files: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(resource type or column, reason) -> how often; the reasons are the keys of REASONS."""
    refused: Counter[str] = field(default_factory=Counter)

    def count(self, answer: Read) -> Read:
        """The same answer, counted."""
        if isinstance(answer, Delivered):
            self.commands[answer.command["command"]] += 1
        else:
            self.refused[answer.refusal.code] += 1
        return answer

    def skip(self, what: str, reason: str) -> None:
        """Count something that is readable and is left out on purpose."""
        assert reason in REASONS, reason
        self.skipped[what, reason] += 1

    def left_out(self, what: str, reason: str) -> CommandDict | None:
        """No command, and the reason counted."""
        self.skip(what, reason)
        return None


REASONS: Final[Mapping[str, str]] = {
    "identifier_never_imported": "social security, driver's licence and passport numbers stay outside",
    "identifier_of_unknown_system": "the mapping file gives this identifier system no name",
    "date_absent": "the fact needs a day and the source gives none",
    "date_partial": "the source gives a year or a month; no day is invented",
    "date_unreadable": "the source's text is no date",
    "death_without_date": "the source says that the patient died and not when; record the death with its day",
    "ended_without_date": "the source says that it is over and not since when; recorded it would look active",
    "not_confirmed": "refuted or entered in error",
    "not_finished": "planned, running or cancelled; only what happened is recorded",
    "plan_not_in_force": "draft, ended or revoked",
    "code_absent": "neither a code nor a text",
    "code_not_mapped": "the mapping file has no billing code or ICD-10-CM code for the source's code",
    "element_unreadable": "a part of the resource has another shape than FHIR R4 gives it",
    "npi_check_digit": "the practitioner's NPI fails its check digit; nobody is registered from a chart",
    "staff_not_registered_from_charts": "staff are registered by an administrator, not by a chart",
    "kept_in_chart": "read only as part of a care plan",
    "resource_not_used": "CCM needs nothing of this resource type",
    "column_not_mapped": "a column that neither the defaults nor the mapping file name",
}
"""Why something readable was left out, in words for the summary."""

_WHY: Final[Mapping[str, tuple[str, str]]] = {
    "file_unreadable": ("a file must be readable to be imported", "Check that the file exists and may be read."),
    "file_too_large": ("one chart is read in one piece", "Export one patient per file."),
    "file_empty": ("a file without content says nothing", "Export it again."),
    "json_malformed": ("a chart is a JSON document", "Export it again."),
    "not_a_bundle": (
        "charts arrive as FHIR R4 bundles of type transaction, batch, collection, document or searchset",
        "Export the chart as one bundle.",
    ),
    "bundle_without_patient": ("facts need their patient", "Export the Patient resource with the rest."),
    "bundle_of_two_patients": (
        "a file with two patients leaves open whose facts are whose",
        "Export one patient per file.",
    ),
    "resource_unreadable": ("FHIR R4 defines what a resource holds", "Correct it in the source and export it again."),
    "resource_repeated": ("one id names one resource", "Export the current version of each resource only."),
    "subject_not_in_bundle": (
        "a resource belongs to the patient that it names",
        "Export it in the bundle of its own patient.",
    ),
    "mapping_unreadable": (
        "a mapping file is TOML with the tables that docs/importing.md lists",
        "Correct the mapping file.",
    ),
    "mapping_unknown": (
        "whoever runs the server answers for what a source's words mean",
        "Ask the operator to add the mapping file, or name one that comes with the program: synthea.",
    ),
    "columns_missing": (
        "a time log needs a patient, a performer, and start and end or date and minutes",
        "Add the columns, or say in a mapping file what they are called.",
    ),
    "columns_repeated": ("two columns of one name leave open which one counts", "Rename or remove one of them."),
    "quote_not_closed": ("a quoted cell ends with a quotation mark", "Close the quotation mark and import again."),
    "row_malformed": ("a row follows the rules of CSV", "Quote the cell as a whole, and double the marks inside it."),
    "row_ragged": (
        "a row has as many cells as the header",
        "Add or remove cells, or quote the cell with the separator.",
    ),
    "cell_missing": ("patient and performer are needed", "Fill in the cell."),
    "cell_unreadable": ("each column has its own form", "Correct the cell; docs/importing.md lists the forms."),
    "clock_times_incomplete": (
        "work is given by start and end, or by date and minutes; nothing is filled in",
        "Fill in start and end, or date and minutes.",
    ),
    "minutes_disagree": (
        "the minutes differ from what start and end give by a minute or more",
        "Correct the minutes or the times.",
    ),
    "timezone_required": (
        "a clock time without an offset means an instant only within a time zone",
        "Name the zone with --timezone or in the mapping file.",
    ),
    "timezone_unknown": ("zones have IANA names", "Write the zone like America/Chicago."),
    "local_time_ambiguous": (
        "this clock time came twice on the day when daylight-saving time ended",
        "Write the time with its UTC offset.",
    ),
    "local_time_does_not_exist": (
        "this clock time was skipped on the day when daylight-saving time began",
        "Correct the time, or write it with its UTC offset.",
    ),
    "x12_malformed": (
        "an X12 file consists of interchanges, groups and transactions, each closed by a trailer that counts it",
        "Have the file sent or downloaded again; nothing of it was recorded.",
    ),
    "x12_not_expected": (
        "acknowledgments are 277CA (005010X214) and remittances 835 (005010X221A1), and a test says nothing",
        "Import the file as what it is, or ask the payer for the one that is meant; nothing of it was recorded.",
    ),
    "x12_too_large": (
        "a file, a segment and an element have a largest size, far above what payers send",
        "Have the payer send it in parts; nothing of it was recorded.",
    ),
    "x12_value_unreadable": (
        "amounts, days, counts and codes have one form each",
        "Ask the payer to send the file corrected; nothing of it was recorded.",
    ),
    "remittance_columns_missing": (
        "a remittance needs the columns that docs/importing.md lists",
        "Add the columns and import the file again; nothing of it was recorded.",
    ),
    "remittance_row_unreadable": (
        "each column of a remittance has its own form, and the rows of one claim agree in all that is of the claim",
        "Correct the row and import the file again; docs/importing.md lists the forms. Nothing was recorded.",
    ),
    "source_row_id_required": (
        "two untimed rows of the same content are two pieces of work only if their source tells them apart",
        "Add the source's own id of the row.",
    ),
}

_SHARED: Final = frozenset({"line_too_long", "encoding_not_utf8", "nul_byte", "nested_too_deeply", "field_repeated"})
"""Codes that files have in common with the lines of `submit`; their words stand in the ledger's catalogue."""

CODES: Final = frozenset(_WHY) | _SHARED
"""Every refusal code that a reader of files answers with."""


def refused(code: str, happened: str) -> Refused:
    """The refusal of that code; `happened` says what was met and repeats no value of it."""
    if code in _SHARED:
        return shared_refusal(code, happened=happened)
    because, remedy = _WHY[code]
    return Refused(code, happened, because, remedy)

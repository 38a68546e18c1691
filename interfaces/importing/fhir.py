"""Charts in: one FHIR R4 bundle of one patient as command lines.

Promise: what the chart says and nothing else. No consent, no coverage, no time, no owner of an intervention and no
review date is ever made up; a partial date stays no date; social security, driver's licence and passport numbers stay
outside. Each line has the key `fhir:<type>:<id>`, so a second import adds nothing and an edited resource is shown
beside the first. Not promised: that the ledger accepts a line; it decides.

A fact's `document` is the digest of the one resource that it came from, so that a later export of the chart repeats the
facts that it leaves as they were. `correlation` names the file of every line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from interfaces.importing import fhir_plan
from interfaces.importing.fhir_bundle import Chart, Entry, as_dict, as_list, as_text, read_chart
from interfaces.importing.fhir_values import (
    codings,
    day,
    first_of,
    given_and_family,
    phone,
    postal_address,
    status_of,
    stored,
    words,
)
from interfaces.importing.mapping import NEVER_IMPORTED, ChartMapping
from interfaces.importing.reading import CommandDict, Delivered, Read, Report, Unread, refused
from ledger.terms.calendar import stored_instant
from ledger.terms.people import is_npi

_TYPE_MBI: Final = frozenset({"MC", "MBI"})
_TYPE_MRN: Final = frozenset({"MR"})
_TYPES_NEVER: Final = frozenset({"SS", "SB", "DL", "PPN"})
_MBI_SYSTEMS: Final = frozenset({"http://hl7.org/fhir/sid/us-mbi", "urn:oid:2.16.840.1.113883.4.927"})
_SEXES: Final = frozenset({"male", "female", "other", "unknown"})
_NOT_SAID: Final = frozenset({"refuted", "entered-in-error"})
_OVER: Final = frozenset({"inactive", "remission", "resolved"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for every chart of an import."""

    mapping: ChartMapping
    zone: tzinfo | None = None
    """The zone in which instants become days; None: the day as the source wrote it."""
    practice: str | None = None
    actor: Mapping[str, Any] | None = None
    clock: datetime | None = None
    """In a simulated ledger: the moment of every line."""


def translate(content: bytes, setting: Setting, report: Report) -> Iterator[Read]:
    """The command lines of one file: registration, conditions, visits, care plans by date, and death last."""
    report.files += 1
    chart, unread = read_chart(content, _KINDS)
    del content  # of the file's bytes nothing is needed any more
    yield from (report.count(answer) for answer in unread)
    if chart is None:
        return
    report.seen.update(entry.kind for entry in (chart.patient, *chart.entries))
    read = _ChartReader(chart, setting, report)
    for answer in read.answers():
        yield report.count(answer)


class _ChartReader:
    """The readers of the resource types, over one chart."""

    def __init__(self, chart: Chart, setting: Setting, report: Report) -> None:
        self._chart = chart
        self._setting = setting
        self._report = report
        self._patient = {"system": setting.mapping.source.patient_id, "value": chart.patient.id}

    def answers(self) -> Iterator[Read]:
        """Every answer of the chart in the order in which it is submitted."""
        yield self._registration()
        if self._setting.practice is not None:
            yield self._assignment(self._setting.practice)
        mine: list[Entry] = []
        for entry in self._chart.entries:
            if entry.kind not in _READERS and entry.kind not in fhir_plan.KINDS:
                self._leave_out(entry)
            elif not self._chart.is_about_patient(entry.content):
                happened = f"The {entry.kind} names no patient, or another one than this bundle's."
                yield Unread(entry.place, refused("subject_not_in_bundle", happened))
            else:
                mine.append(entry)
        for kind, reader in _READERS.items():
            for entry in mine:
                if entry.kind == kind and (data := reader(self, entry)) is not None:
                    yield self._line(entry, _COMMANDS[kind], data)
        for entry, data in fhir_plan.revisions(self._chart, mine, self._report):
            yield self._line(entry, "revise_care_plan", {"patient": self._patient, **data})
        if (death := self._death()) is not None:
            yield self._line(self._chart.patient, "record_death", death, suffix=":death")

    def _line(self, entry: Entry, command: str, data: CommandDict, suffix: str = "") -> Delivered:
        meta = as_dict(entry.content.get("meta"))
        version = as_text(meta.get("versionId")) or as_text(meta.get("lastUpdated")) or entry.digest
        written = (meta.get("lastUpdated"), *(entry.content.get(key) for key in ("recordedDate", "authoredOn")))
        source: CommandDict = {
            "system": self._setting.mapping.source.system,
            "id": f"{entry.kind}/{entry.id}",
            "version": version[:200],
        }
        if recorded_at := next((at for at in map(stored, written) if at), None):
            source["recorded_at"] = recorded_at
        line: CommandDict = {"v": 1, "key": f"fhir:{entry.kind}:{entry.id}{suffix}", "command": command}
        if self._setting.actor is not None:
            line["actor"] = dict(self._setting.actor)
        line |= {"source": source, "correlation": f"file:{self._chart.digest}", "data": data}
        if self._setting.clock is not None:
            line["clock"] = stored_instant(self._setting.clock)
        return Delivered(entry.place, line)

    def _registration(self) -> Delivered:
        person = self._chart.patient.content
        given, family = given_and_family(person.get("name"))
        born = day(person.get("birthDate"), None)
        if born.reason not in ("", "date_absent"):
            self._report.skip("Patient", born.reason)
        sex = as_text(person.get("gender"))
        demographics = {
            "given": given,
            "family": family,
            "born_on": born.on.isoformat() if born.on else None,
            "sex": sex if sex in _SEXES else None,
            "phone": phone(person.get("telecom")),
            "address": postal_address(person.get("address")),
        }
        data: CommandDict = {
            "identifiers": [self._patient, *self._identifiers()],
            "demographics": _present(demographics),
            "document": self._chart.patient.digest,
        }
        return self._line(self._chart.patient, "register_patient", data)

    def _assignment(self, practice: str) -> Delivered:
        """The practice is the importer's word and no part of the chart: an act with a key of its own."""
        data: CommandDict = {"patient": self._patient, "practice": practice}
        return self._line(self._chart.patient, "assign_practice", data, f":practice:{practice}")

    def _identifiers(self) -> Iterator[dict[str, str]]:
        given: set[tuple[str, str]] = set()
        for identifier in map(as_dict, as_list(self._chart.patient.content.get("identifier"))):
            value = as_text(identifier.get("value"))
            uri = as_text(identifier.get("system")) or ""
            kinds = {coded.code for coded in codings(identifier.get("type"))}
            if value is None:
                self._report.skip("Patient", "element_unreadable")
            elif uri.lower() in NEVER_IMPORTED or kinds & _TYPES_NEVER:
                self._report.skip("Patient", "identifier_never_imported")
            elif (system := self._identifier_system(uri, kinds)) is None:
                self._report.skip("Patient", "identifier_of_unknown_system")
            else:
                # An MBI is often printed in groups; the dashes are no part of it.
                value = value.replace("-", "").replace(" ", "").upper() if system == "mbi" else value
                if (system, value) not in given:
                    given.add((system, value))
                    yield {"system": system, "value": value}

    def _identifier_system(self, uri: str, kinds: set[str]) -> str | None:
        if (mapped := self._setting.mapping.identifiers.get(uri)) is not None:
            return mapped
        if uri in _MBI_SYSTEMS or kinds & _TYPE_MBI:
            return "mbi"
        return "mrn" if kinds & _TYPE_MRN else None

    def condition(self, entry: Entry) -> CommandDict | None:
        """What record_condition says of a Condition, or None where it is left out."""
        resource = entry.content
        if status_of(resource, "verificationStatus") in _NOT_SAID:
            return self._report.left_out(entry.kind, "not_confirmed")
        found = tuple(codings(resource.get("code")))
        text = words(resource.get("code"))
        if not found and text is None:
            return self._report.left_out(entry.kind, "code_absent")
        abated = day(resource.get("abatementDateTime"), self._setting.zone)
        is_over = status_of(resource, "clinicalStatus") in _OVER or any(key.startswith("abatement") for key in resource)
        if is_over and abated.on is None:
            return self._report.left_out(entry.kind, "ended_without_date")
        onset = day(resource.get("onsetDateTime"), self._setting.zone)
        if onset.on is None:
            self._report.skip("Condition", onset.reason)
        # The source's own code is the evidence; an ICD-10-CM code beside it is what the record is judged by.
        evidence = next((coded for coded in found if coded.system != "icd10cm"), found[0] if found else None)
        mapped = self._setting.mapping.conditions.get(evidence.system, {}).get(evidence.code) if evidence else None
        icd10 = _dotted(first_of(found, "icd10cm")) or (mapped.icd10 if mapped else None)
        if icd10 is None:
            self._report.skip("Condition", "code_not_mapped")
        data = {
            "patient": self._patient,
            "source_code": evidence._asdict() if evidence else None,
            "icd10": icd10,
            "onset_on": onset.on.isoformat() if onset.on else None,
            "abated_on": abated.on.isoformat() if abated.on else None,
            "expected_12_months": True if mapped and mapped.chronic else None,
            "description": text,
            "pointer": f"Condition/{entry.id}",
            "document": entry.digest,
        }
        return _present(data)

    def visit(self, entry: Entry) -> CommandDict | None:
        """What record_visit says of an Encounter that took place, or None where it is left out."""
        resource = entry.content
        if resource.get("status") != "finished":
            return self._report.left_out(entry.kind, "not_finished")
        began = day(as_dict(resource.get("period")).get("start"), self._setting.zone)
        if began.on is None:
            return self._report.left_out(entry.kind, began.reason)
        data = {
            "patient": self._patient,
            "on": began.on.isoformat(),
            "code": self._billing_code(resource),
            "practitioner": self._practitioner(resource),
            "document": entry.digest,
        }
        return _present(data)

    def _billing_code(self, resource: Mapping[str, Any]) -> str | None:
        found = [coded for concept in as_list(resource.get("type")) for coded in codings(concept)]
        billed = first_of((c for c in found if len(c.code) == 5 and c.code.isalnum()), "cpt", "hcpcs")
        mapped = (self._setting.mapping.visits.get(coded.system, {}).get(coded.code) for coded in found)
        code = billed.upper() if billed else next((code for code in mapped if code), None)
        if code is None:
            self._report.skip("Encounter", "code_not_mapped")
        return code

    def _practitioner(self, resource: Mapping[str, Any]) -> CommandDict | None:
        system = self._setting.mapping.source.practitioner_npi
        if system is None:
            return None
        for participant in map(as_dict, as_list(resource.get("participant"))):
            person = self._chart.named(participant.get("individual"))
            if person is not None and (npi := _npi(person)) and is_npi(npi):
                return {"system": system, "value": npi}
        return None

    def _death(self) -> CommandDict | None:
        person = self._chart.patient.content
        died = day(person.get("deceasedDateTime"), self._setting.zone)
        if died.on is not None:
            return {"patient": self._patient, "on": died.on.isoformat(), "document": self._chart.patient.digest}
        if died.reason != "date_absent" or person.get("deceasedBoolean") is True:
            self._report.skip("Patient", "death_without_date")
        return None

    def _leave_out(self, entry: Entry) -> None:
        if entry.kind != "Practitioner":
            self._report.skip(entry.kind, "resource_not_used")
        elif (npi := _npi(entry)) is not None and not is_npi(npi):
            self._report.skip("Practitioner", "npi_check_digit")
        else:
            self._report.skip("Practitioner", "staff_not_registered_from_charts")


_READERS: Final = {"Condition": _ChartReader.condition, "Encounter": _ChartReader.visit}
_KINDS: Final = frozenset({"Patient", "Practitioner", *_READERS}) | fhir_plan.KINDS
_COMMANDS: Final = {"Condition": "record_condition", "Encounter": "record_visit"}


def _npi(entry: Entry) -> str | None:
    numbers = (
        as_text(identifier.get("value"))
        for identifier in map(as_dict, as_list(entry.content.get("identifier")))
        if as_text(identifier.get("system")) == "http://hl7.org/fhir/sid/us-npi"
    )
    return next((number for number in numbers if number), None)


def _dotted(code: str | None) -> str | None:
    """An ICD-10-CM code with its dot, which some sources leave out."""
    if code is None:
        return None
    code = code.upper()
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code else code


def _present(data: Mapping[str, Any]) -> CommandDict:
    """The fields that hold something: what the source does not say is not sent."""
    return {name: value for name, value in data.items() if value is not None}

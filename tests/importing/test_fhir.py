"""What a chart says becomes commands, and nothing that it does not say does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from interfaces.importing.mapping import ChartMapping
from interfaces.importing.reading import REASONS, Report
from ledger.terms.digests import document_digest
from tests.importing.reading import (
    ABOUT,
    CHICAGO,
    PATIENT,
    bundle,
    chart,
    chart_sources,
    charted,
    codes,
    commands,
    is_wire,
    lines,
    shipped_mapping,
)

SNOMED = "http://snomed.info/sct"
HYPERTENSION: dict[str, Any] = {
    "resourceType": "Condition",
    "id": "c-1",
    "code": {"coding": [{"system": SNOMED, "code": "38341003", "display": "Hypertension"}]},
    "onsetDateTime": "2019-04-02",
    **ABOUT,
}
VISIT: dict[str, Any] = {
    "resourceType": "Encounter",
    "id": "e-1",
    "status": "finished",
    "period": {"start": "2025-12-09T02:30:00Z"},
    **ABOUT,
}
PLAN: dict[str, Any] = {
    "resourceType": "CarePlan",
    "id": "cp-1",
    "status": "active",
    "period": {"start": "2025-12-20T15:00:00Z"},
    **ABOUT,
}
SOURCES = chart_sources()


def typed(code: str, system: str, value: str) -> dict[str, Any]:
    return {"type": {"coding": [{"code": code}]}, "system": system, "value": value}


def skipped(report: Report) -> dict[tuple[str, str], int]:
    return dict(report.skipped)


# --- whole charts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_every_chart_of_every_source_becomes_lines_that_submit_can_read(source: str) -> None:
    charts, mapping = SOURCES[source]
    answers = [answer for content in charts for answer in chart(content, mapping=mapping)[0]]

    assert codes(answers) == []
    assert [line for line in lines(answers) if not is_wire(line)] == []
    assert len(commands(answers, "register_patient")) == len(charts)


@pytest.mark.parametrize("source", SOURCES)
def test_keys_are_unique_and_the_same_in_a_second_import(source: str) -> None:
    charts, mapping = SOURCES[source]
    first, second = ([line for c in charts for line in lines(chart(c, mapping=mapping)[0])] for _ in range(2))

    assert first == second
    assert len({line["key"] for line in first}) == len(first)


@pytest.mark.parametrize("source", SOURCES)
def test_no_chart_brings_a_consent_a_coverage_a_time_or_a_number_that_is_never_imported(source: str) -> None:
    charts, mapping = SOURCES[source]
    made = [line for content in charts for line in lines(chart(content, mapping=mapping)[0])]
    systems = {name["system"] for line in made for name in line["data"].get("identifiers", ())}

    assert {line["command"] for line in made} <= {
        *("register_patient", "record_condition", "record_visit", "revise_care_plan", "record_death"),
    }
    assert systems <= {"fhir", "mrn", "mbi"}
    assert "999-" not in str([line["data"].get("identifiers") for line in made])


@pytest.mark.parametrize("source", SOURCES)
def test_whatever_is_left_out_has_its_reason(source: str) -> None:
    charts, mapping = SOURCES[source]
    reasons = {why for content in charts for _, why in chart(content, mapping=mapping)[1].skipped}

    assert reasons <= set(REASONS)
    assert {"npi_check_digit", "identifier_never_imported"} <= reasons


# --- the patient ----------------------------------------------------------------------------------------------------


def test_a_patient_is_registered_with_the_identifiers_that_lead_to_one_person() -> None:
    person = PATIENT | {
        "identifier": [
            typed("MR", "https://charts.example/mrn", "MR-7"),
            typed("MC", "http://hl7.org/fhir/sid/us-mbi", "1eg4-te5-mk73"),
            typed("SS", "http://hl7.org/fhir/sid/us-ssn", "999-10-1000"),
            typed("DL", "urn:oid:2.16.840.1.113883.4.3.25", "S99900000"),
            typed("PPN", "https://passports.example", "X1"),
            {"system": "https://loyalty.example", "value": "42"},
        ],
        "name": [{"use": "nickname", "given": ["Al"]}, {"use": "official", "family": "Poe", "given": ["Alma", "B."]}],
        "telecom": [{"system": "email", "value": "x"}, {"system": "phone", "value": "555-0100"}],
        "gender": "female",
        "birthDate": "1944-02-29",
        "address": [{"line": ["1 Sample Street"], "city": "Northfield", "postalCode": "00000"}],
    }
    content = bundle(person)
    answers, report = chart(content, practice="pr_aaaaaaaaaaaaaaaaaaaaaaaaaa")

    (document_of_patient,) = (one["document"] for one in commands(answers, "register_patient"))
    assert document_of_patient != document_digest(content)
    assert commands(answers, "register_patient") == [
        {
            "identifiers": [
                {"system": "fhir", "value": "p-1"},
                {"system": "mrn", "value": "MR-7"},
                {"system": "mbi", "value": "1EG4TE5MK73"},
            ],
            "demographics": {
                "given": "Alma B.",
                "family": "Poe",
                "born_on": "1944-02-29",
                "sex": "female",
                "phone": "555-0100",
                "address": "1 Sample Street, Northfield, 00000",
            },
            "document": document_of_patient,
        }
    ]
    assert commands(answers, "assign_practice") == [
        {"patient": {"system": "fhir", "value": "p-1"}, "practice": "pr_aaaaaaaaaaaaaaaaaaaaaaaaaa"}
    ]
    assert skipped(report) == {
        ("Patient", "identifier_never_imported"): 3,
        ("Patient", "identifier_of_unknown_system"): 1,
    }


def test_the_mapping_file_tells_the_numbers_of_two_hospitals_apart() -> None:
    person = PATIENT | {"identifier": [typed("MR", "https://north.example/mrn", "7")]}
    mapping = ChartMapping(identifiers={"https://north.example/mrn": "mrn.north"})
    (data,) = commands(chart(bundle(person), mapping=mapping)[0], "register_patient")

    assert data["identifiers"][1] == {"system": "mrn.north", "value": "7"}


def test_a_year_of_birth_is_no_date_of_birth() -> None:
    answers, report = chart(bundle(PATIENT | {"birthDate": "1944"}))

    assert commands(answers, "register_patient")[0]["demographics"] == {}
    assert skipped(report) == {("Patient", "date_partial"): 1}


def test_a_death_with_its_day_is_recorded_last() -> None:
    answers, _ = chart(bundle(PATIENT | {"deceasedDateTime": "2025-06-17"}, HYPERTENSION))

    assert lines(answers)[-1]["command"] == "record_death"
    assert lines(answers)[-1]["key"] == "fhir:Patient:p-1:death"
    assert lines(answers)[-1]["data"]["on"] == "2025-06-17"


@pytest.mark.parametrize("said", [{"deceasedDateTime": "2025-06"}, {"deceasedBoolean": True}])
def test_a_death_without_its_day_is_reported_and_no_day_is_made_up(said: dict[str, Any]) -> None:
    answers, report = chart(bundle(PATIENT | said))

    assert commands(answers, "record_death") == []
    assert skipped(report) == {("Patient", "death_without_date"): 1}


# --- the line around it ---------------------------------------------------------------------------------------------


def test_a_line_names_its_resource_its_version_and_its_file() -> None:
    content = bundle(PATIENT | {"meta": {"versionId": "3", "lastUpdated": "2025-11-01T10:00:00-05:00"}})
    clock = datetime(2025, 12, 2, 14, tzinfo=UTC)
    (line,) = lines(chart(content, actor={"id": "st_x"}, clock=clock)[0])

    assert {name: line[name] for name in line if name != "data"} == {
        "v": 1,
        "key": "fhir:Patient:p-1",
        "command": "register_patient",
        "actor": {"id": "st_x"},
        "source": {
            "system": "fhir",
            "id": "Patient/p-1",
            "version": "3",
            "recorded_at": "2025-11-01T15:00:00Z",
        },
        "correlation": f"file:{document_digest(content)}",
        "clock": "2025-12-02T14:00:00Z",
    }


def test_a_resource_without_version_is_known_by_its_content() -> None:
    before, after = (lines(charted(HYPERTENSION | change)[0])[1] for change in ({}, {"onsetDateTime": "2019-04-03"}))

    assert before["key"] == after["key"]
    assert before["source"]["version"] == before["data"]["document"] != after["source"]["version"]


def test_a_later_export_repeats_the_facts_that_it_leaves_alone() -> None:
    first = lines(charted(HYPERTENSION)[0])[:2]
    later = lines(charted(HYPERTENSION, VISIT)[0])[:2]

    assert [(line["data"], line["source"]) for line in first] == [(line["data"], line["source"]) for line in later]


# --- conditions -----------------------------------------------------------------------------------------------------


def test_a_condition_keeps_the_code_of_its_source_and_gets_no_icd_10_code_by_itself() -> None:
    answers, report = charted(HYPERTENSION)
    (data,) = commands(answers, "record_condition")

    assert data["source_code"] == {"system": "snomed", "code": "38341003"}
    assert (data["onset_on"], data["description"]) == ("2019-04-02", "Hypertension")
    assert "icd10" not in data
    assert "expected_12_months" not in data
    assert skipped(report) == {("Condition", "code_not_mapped"): 1}


def test_the_mapping_file_says_what_a_code_is_and_that_it_is_chronic() -> None:
    (data,) = commands(charted(HYPERTENSION, mapping=shipped_mapping())[0], "record_condition")

    assert (data["icd10"], data["expected_12_months"]) == ("I10", True)
    assert data["source_code"] == {"system": "snomed", "code": "38341003"}


@pytest.mark.parametrize("written", ["E11.9", "E119", "e11.9"])
def test_an_icd_10_code_in_the_chart_itself_is_taken_over(written: str) -> None:
    coded = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": written}]}
    (data,) = commands(charted(HYPERTENSION | {"code": coded})[0], "record_condition")

    assert data["icd10"] == "E11.9"
    assert "expected_12_months" not in data


def test_a_condition_that_ended_says_when() -> None:
    (data,) = commands(charted(HYPERTENSION | {"abatementDateTime": "2024-02-19"})[0], "record_condition")

    assert data["abated_on"] == "2024-02-19"


@pytest.mark.parametrize(
    "said",
    [
        {"clinicalStatus": {"coding": [{"code": "resolved"}]}},
        {"abatementDateTime": "2024"},
        {"abatementString": "last spring"},
    ],
)
def test_a_condition_that_ended_nobody_knows_when_is_left_out(said: dict[str, Any]) -> None:
    answers, report = charted(HYPERTENSION | said)

    assert commands(answers, "record_condition") == []
    assert skipped(report) == {("Condition", "ended_without_date"): 1}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}, "not_confirmed"),
        ({"code": {}}, "code_absent"),
    ],
)
def test_a_condition_that_is_none_is_left_out(said: dict[str, Any], reason: str) -> None:
    answers, report = charted(HYPERTENSION | said)

    assert commands(answers, "record_condition") == []
    assert skipped(report) == {("Condition", reason): 1}


def test_an_onset_by_year_is_no_day() -> None:
    answers, report = charted(HYPERTENSION | {"onsetDateTime": "2019"})

    assert "onset_on" not in commands(answers, "record_condition")[0]
    assert report.skipped["Condition", "date_partial"] == 1


# --- visits ---------------------------------------------------------------------------------------------------------


def test_a_visit_has_the_day_of_the_zone_that_is_named_else_the_day_as_written() -> None:
    as_written, in_chicago = (commands(charted(VISIT, zone=zone)[0], "record_visit") for zone in (None, CHICAGO))

    assert as_written[0]["on"] == "2025-12-09"
    assert in_chicago[0]["on"] == "2025-12-08"


def test_a_visit_type_is_no_billing_code() -> None:
    kind = {"type": [{"coding": [{"system": SNOMED, "code": "185349003"}]}]}
    answers, report = charted(VISIT | kind, mapping=shipped_mapping())

    assert "code" not in commands(answers, "record_visit")[0]
    assert skipped(report) == {("Encounter", "code_not_mapped"): 1}


def test_a_visit_that_was_billed_has_its_code_and_a_mapped_one_that_of_the_mapping() -> None:
    billed = {"type": [{"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "99214"}]}]}
    mapped = {"type": [{"coding": [{"system": SNOMED, "code": "1"}]}]}
    mapping = ChartMapping(visits={"snomed": {"1": "G0439"}})

    assert commands(charted(VISIT | billed)[0], "record_visit")[0]["code"] == "99214"
    assert commands(charted(VISIT | mapped, mapping=mapping)[0], "record_visit")[0]["code"] == "G0439"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": "cancelled"}, "not_finished"),
        ({"period": {"start": "2025-12"}}, "date_partial"),
        ({"period": {}}, "date_absent"),
    ],
)
def test_a_visit_that_did_not_happen_or_has_no_day_is_left_out(said: dict[str, Any], reason: str) -> None:
    answers, report = charted(VISIT | said)

    assert commands(answers, "record_visit") == []
    assert skipped(report) == {("Encounter", reason): 1}


@pytest.mark.parametrize(("npi", "named"), [("1234567893", {"system": "npi", "value": "1234567893"}), ("510", None)])
def test_a_visit_names_a_practitioner_by_a_right_npi_where_the_mapping_file_says_how(npi: str, named: Any) -> None:
    doctor = {"resourceType": "Practitioner", "id": "d-1"}
    doctor |= {"identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": npi}]}  # type: ignore[dict-item]
    visit = VISIT | {"participant": [{"individual": {"reference": "Practitioner/d-1"}}]}
    mapping = ChartMapping.model_validate({"source": {"practitioner_npi": "npi"}})

    assert commands(charted(doctor, visit, mapping=mapping)[0], "record_visit")[0].get("practitioner") == named
    assert "practitioner" not in commands(charted(doctor, visit)[0], "record_visit")[0]


# --- care plans -----------------------------------------------------------------------------------------------------


def test_a_care_plan_has_the_elements_that_the_chart_holds_and_no_others() -> None:
    goal = {"resourceType": "Goal", "id": "g-1", "description": {"text": "Below 140/90"}, **ABOUT}
    drug = {
        "resourceType": "MedicationRequest",
        "id": "m-1",
        "status": "active",
        "authoredOn": "2020-01-01T10:00:00Z",
        "medicationCodeableConcept": {"text": "Lisinopril 10 mg"},
        "reasonReference": [{"reference": "Condition/c-1"}],
        **ABOUT,
    }
    stopped, later = (
        drug | {"id": "m-2", "status": "stopped"},
        drug | {"id": "m-3", "authoredOn": "2026-01-01T10:00:00Z"},
    )
    plan = PLAN | {
        "addresses": [{"reference": "Condition/c-1"}],
        "goal": [{"reference": "Goal/g-1"}],
        "activity": [{"detail": {"code": {"text": "Low salt diet"}, "status": "in-progress"}}],
    }
    (data,) = commands(charted(HYPERTENSION, goal, drug, stopped, later, plan)[0], "revise_care_plan")

    assert data["elements"] == [
        {"element": "problem_list", "text": "Hypertension"},
        {"element": "goals", "text": "Below 140/90"},
        {"element": "interventions", "text": "Low salt diet"},
        {"element": "medications", "text": "Lisinopril 10 mg"},
    ]
    assert (data["revised_at"], data["goals"]) == ("2025-12-20T15:00:00Z", 1)
    assert {"intervention_owners", "review_on", "author", "medications_reviewed"}.isdisjoint(data)


def test_plans_come_oldest_first_and_ended_ones_not_at_all() -> None:
    older = PLAN | {"id": "cp-2", "period": {"start": "2024-01-01T15:00:00Z"}}
    ended = PLAN | {"id": "cp-3", "status": "completed"}
    undated = PLAN | {"id": "cp-4", "period": {"start": "2024"}}
    answers, report = charted(PLAN, older, ended, undated)

    assert [data["pointer"] for data in commands(answers, "revise_care_plan")] == ["CarePlan/cp-2", "CarePlan/cp-1"]
    assert skipped(report) == {("CarePlan", "plan_not_in_force"): 1, ("CarePlan", "date_absent"): 1}


# --- what else a bundle holds ---------------------------------------------------------------------------------------


def test_other_resources_are_counted_and_staff_are_not_registered_from_a_chart() -> None:
    doctor = {"resourceType": "Practitioner", "id": "d-1"}
    _, report = charted(doctor, {"resourceType": "Organization", "id": "o-1"})

    assert skipped(report) == {
        ("Practitioner", "staff_not_registered_from_charts"): 1,
        ("Organization", "resource_not_used"): 1,
    }


def test_a_resource_about_somebody_else_is_refused_and_the_rest_goes_on() -> None:
    answers, _ = charted(HYPERTENSION | {"id": "c-2", "subject": {"reference": "Patient/p-2"}}, HYPERTENSION)

    assert codes(answers) == [(2, "subject_not_in_bundle")]
    assert len(commands(answers, "record_condition")) == 1

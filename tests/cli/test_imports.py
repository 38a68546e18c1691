"""Imports through the command line: each row answered, the rest going on, a second time adding nothing."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.demo_company import given_charts
from tests.cli.conftest import Ran, Run

HEADER = "patient_id,staff_id,start,end,date,minutes,activity,description,source_row_id\n"
MAPPING = '[source]\nsystem = "timer"\n[identifiers]\npatient = "mrn"\nstaff = "hr"\n'


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "mapping.toml").write_text(MAPPING)
    return folder


def time_log(files: Path, *rows: str) -> str:
    (files / "time.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return str(files / "time.csv")


GOOD = "mrn-1,hr-bea,2026-01-14T09:00:00-06:00,2026-01-14T09:10:00-06:00,,,phone_call,Called about weight.,r1"
NOBODY = "mrn-99,hr-bea,2026-01-14T10:00:00-06:00,2026-01-14T10:10:00-06:00,,,phone_call,Called.,r2"
UNTIMED = "mrn-1,hr-bea,,,2026-01-14,10,phone_call,Called.,"


def test_each_row_of_a_time_log_is_answered_and_the_rest_goes_on(run_on_copy: Run, files: Path) -> None:
    file = time_log(files, UNTIMED, GOOD, NOBODY, "mrn-1,hr-bea,nonsense")
    ran = run_on_copy("import", "time-log", file, "--mapping", str(files / "mapping.toml"), "--json", actor="feed")

    *answers, last = [json.loads(line) for line in ran.out.splitlines()]
    assert [(answer["line"], answer["outcome"]) for answer in answers] == [
        (2, "refused"),
        (3, "accepted"),
        (4, "parked"),
        (5, "refused"),
    ]
    assert last["summary"]["refusals"] == {"row_ragged": 1, "source_row_id_required": 1}
    assert last["simulated"] is True
    assert ran.code == 1


def test_a_time_log_again_adds_nothing(run_on_copy: Run, files: Path) -> None:
    words = ("import", "time-log", time_log(files, GOOD), "--mapping", str(files / "mapping.toml"))
    first, second = run_on_copy(*words, actor="feed"), run_on_copy(*words, actor="feed")

    assert "1 line: accepted 1, unchanged 0, refused 0, parked 0.\n" in first.out
    assert "1 line: accepted 0, unchanged 1, refused 0, parked 0.\n" in second.out
    assert (first.code, second.code) == (0, 0)


def test_people_see_the_first_lines_that_were_refused_and_what_to_do(run_on_copy: Run, files: Path) -> None:
    file = time_log(files, *[UNTIMED] * 5)
    shown = run_on_copy("import", "time-log", file, "--mapping", str(files / "mapping.toml"), actor="feed").out

    assert shown.count("refused, source_row_id_required. ") == 3
    assert "Further lines with source_row_id_required are counted below; --json shows every one." in shown
    assert "Refused: source_row_id_required 5." in shown


def test_a_clock_time_without_offset_takes_the_zone_that_is_named(run_on_copy: Run, files: Path) -> None:
    row = GOOD.replace("-06:00", "")
    words = ("import", "time-log", time_log(files, row), "--mapping", str(files / "mapping.toml"))

    assert run_on_copy(*words, actor="feed").code == 1
    assert run_on_copy(*words, "--timezone", "America/Chicago", actor="feed").code == 0
    assert run_on_copy(*words, "--timezone", "Mars/Olympus", actor="feed").code == 2


@pytest.mark.parametrize("group", ["fhir", "time-log"])
def test_files_that_are_not_there_are_wrong_usage_and_not_repeated(run: Run, group: str) -> None:
    ran = run("import", group, "Gonzalez.json")

    assert (ran.code, ran.out) == (2, "")
    assert "Gonzalez" not in ran.err


def test_a_mapping_file_that_cannot_be_read_is_refused_with_its_place(run: Run, files: Path) -> None:
    (files / "mapping.toml").write_text("[sauce]\n")
    ran = run("import", "time-log", time_log(files, GOOD), "--mapping", str(files / "mapping.toml"))

    assert ran.code == 1
    assert "mapping_unreadable" in ran.err


def bundle(files: Path, name: str, identifier: str) -> Path:
    patient = {"resourceType": "Patient", "id": f"p-{identifier}", "name": [{"family": "Gonzalez", "given": ["Maria"]}]}
    condition = {
        "resourceType": "Condition",
        "id": f"c-{identifier}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003"}], "text": "Hypertension"},
        "subject": {"reference": f"urn:uuid:p-{identifier}"},
        "onsetDateTime": "2020-05-05",
    }
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in (patient, condition)]
    file = files / name
    file.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    return file


def test_a_folder_of_charts_is_imported_and_bad_files_do_not_stop_it(run_on_copy: Run, files: Path) -> None:
    bundle(files, "Maria_Gonzalez.json", "1")
    (files / "broken.json").write_text("{")
    ran = run_on_copy("import", "fhir", str(files), "--mapping", "synthea", "--json", actor="feed")

    *answers, last = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["document"] for answer in answers] == [1, 1, 2]
    assert last["summary"]["refusals"] == {"json_malformed": 1}
    assert last["summary"]["accepted"] == 2
    assert "Gonzalez" not in ran.out + ran.err


def test_what_charts_lack_is_shown_to_whoever_may_read_it(run_on_copy: Run, files: Path) -> None:
    by_program = run_on_copy("import", "fhir", str(bundle(files, "one.json", "1")), actor="feed")
    by_desk = run_on_copy("import", "fhir", str(bundle(files, "two.json", "2")), actor="fay")

    assert (by_program.code, by_desk.code) == (0, 0)
    assert "What each patient lacks is not shown" in by_program.out
    assert "Readiness for 2026-01: 1 patient, 0 of them lacking nothing." in by_desk.out


@pytest.mark.slow
@pytest.mark.skipif(given_charts() is None, reason="the published charts are not beside this project")
def test_all_published_charts_twice_add_nothing_the_second_time_and_say_what_is_missing(run_on_copy: Run) -> None:
    words = ("import", "fhir", str(given_charts()), "--mapping", "synthea", "--json")
    first, second = (json.loads(run_on_copy(*words, actor="feed").out.splitlines()[-1])["summary"] for _ in range(2))
    waiting = run_on_copy("readiness", "--json").json["patients"]

    assert (58, 0, 0, 0) == (first["files"], first["unchanged"], first["refused"], first["parked"])
    assert (0, second["lines"]) == (second["accepted"], second["unchanged"])
    assert first["accepted"] == second["lines"]
    # The patient who was there before is the only one with a consent: none is made of a chart.
    assert 58 == sum("consent_not_on_file" in {each["code"] for each in row["lacks"]} for row in waiting)


def summary(ran: Ran) -> dict[str, Any]:
    last: dict[str, Any] = json.loads(ran.out.splitlines()[-1])["summary"]
    return last


def test_an_import_is_on_record_with_the_digest_of_its_file_and_what_became_of_its_rows(
    run_on_copy: Run, files: Path
) -> None:
    file = time_log(files, UNTIMED, GOOD, NOBODY)
    words = ("import", "time-log", file, "--mapping", str(files / "mapping.toml"), "--json")
    (told,) = summary(run_on_copy(*words, actor="feed"))["documents"]
    kept = run_on_copy("audit", "--action", "record_import", "--json").json["facts"]

    assert (told["sha256"], told["outcome"]) == (sha256(Path(file).read_bytes()).hexdigest(), "accepted")
    assert [told["positions"]] == [[each["position"]] for each in kept]
    assert told["sha256"] not in json.dumps(kept)


def test_the_same_import_with_the_same_outcome_is_on_record_once_a_day(run_on_copy: Run, files: Path) -> None:
    words = ("import", "time-log", time_log(files, GOOD), "--mapping", str(files / "mapping.toml"), "--json")
    told = [summary(run_on_copy(*words, actor="feed"))["documents"][0] for _ in range(3)]

    assert ["accepted", "accepted", "unchanged"] == [each["outcome"] for each in told]
    assert told[1]["positions"] == told[2]["positions"]


def test_a_file_of_which_no_row_can_be_read_is_on_record_as_well(run_on_copy: Run, files: Path) -> None:
    (files / "time.csv").write_text("who,what\n" + "x,y\n" * 100_000)
    told = summary(run_on_copy("import", "time-log", str(files / "time.csv"), "--json", actor="feed"))["documents"]

    assert [each["sha256"] for each in told] == [sha256((files / "time.csv").read_bytes()).hexdigest()]
    assert [each["outcome"] for each in told] == ["accepted"]


def test_a_file_with_a_bundle_a_line_is_many_charts_and_one_document(run_on_copy: Run, files: Path) -> None:
    one, two = (bundle(files, f"{name}.json", name).read_text() for name in ("1", "2"))
    folder = files / "export"
    folder.mkdir()
    (folder / "charts.ndjson").write_text(f"{one}\n\n{{\n{two}")
    ran = run_on_copy("import", "fhir", str(folder), "--mapping", "synthea", "--json", actor="feed")
    *answers, _ = [json.loads(line) for line in ran.out.splitlines()]

    assert [1, 1, 2, 3, 3] == [answer["document"] for answer in answers]
    assert ["accepted", "accepted", "refused", "accepted", "accepted"] == [answer["outcome"] for answer in answers]
    assert (3, 1) == (summary(ran)["files"], len(summary(ran)["documents"]))

"""`rules`, `schema` and `refusals`: what the program knows, with or without a ledger."""

import json

import pytest

from interfaces.cli.main import main
from tests.cli.conftest import Run


def test_a_rule_is_shown_with_its_values_dates_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", "medicare.ccm.99490.minutes_minimum", "--on", "2026-03-01"]) == 0

    shown = capsys.readouterr().out
    assert "on 2026-03-01: 20 from 2015-01-01 on" in shown
    assert "CCM-CODE-01" in shown


def test_a_rule_is_found_by_its_id_and_by_the_beginning_of_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "show", "CODE-01", "--json"])
    by_id = {rule["name"] for rule in json.loads(capsys.readouterr().out)["rules"]}
    main(["rules", "show", "medicare.ccm.99490", "--json"])
    by_name = {rule["name"] for rule in json.loads(capsys.readouterr().out)["rules"]}

    assert "medicare.ccm.99490.minutes_minimum" in by_id & by_name


def test_an_unknown_rule_is_wrong_usage_with_near_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", "medicare.ccm.99490.minutes_minimun"]) == 2
    assert "medicare.ccm.99490.minutes_minimum" in capsys.readouterr().err


def test_an_unknown_payer_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", "CODE-01", "--payer", "nobody"]) == 2
    assert main(["rules", "list", "--payer", "nobody"]) == 2
    assert "Known are medicare, seed_strict." in capsys.readouterr().err


def test_rules_of_a_ledger_are_those_of_its_adopted_edition(run: Run) -> None:
    answer = run("rules", "list", "--on", "2026-03-01", "--json").json

    assert len(answer["edition"]) == 64
    assert "medicare.ccm.99490.minutes_minimum" in answer["rules"]


def test_the_schema_describes_every_command_and_the_line_around_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "commands"]) == 0

    schema = json.loads(capsys.readouterr().out)
    assert {"log_time", "record_consent", "attest_month", "release_delivery"} <= set(schema["commands"])
    assert schema["commands"]["log_time"]["data"]["additionalProperties"] is False
    assert "key" in schema["line"]["required"]


def test_the_schema_describes_every_event(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "events", "--json"]) == 0

    events = json.loads(capsys.readouterr().out)["events"]
    assert events["record_read"]["class"] == "access"
    assert events["time_logged"]["schema"]["additionalProperties"] is False


def test_every_code_of_the_catalogues_has_a_reason_and_a_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["refusals", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert all(each["because"] and each["remedy"] for each in answer["refusals"] + answer["refusals_of_files"])
    assert all(each["says"] and each["remedy"] for each in answer["notices"])
    codes = [each["code"] for each in answer["refusals"] + answer["refusals_of_files"]]
    assert len(codes) == len(set(codes))
    assert main(["refusals"]) == 0
    assert "line_too_long" in capsys.readouterr().out

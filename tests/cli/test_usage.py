"""Wrong usage is told in words, with exit code 2, and never repeats what was typed."""

import json

import pytest

from interfaces.cli.main import main

PATIENT = "pt_aaaaaaaaaaaaaaaaaaaaaaaaaa"


@pytest.mark.parametrize(
    "words",
    [
        ["month", "Maria Gonzalez", "2026-03"],
        ["month", "1EG4-TE5-MK73", "2026-03"],
        ["month", PATIENT, "Gonzalez"],
        ["month", PATIENT, "2026-03", "--as-of", "Gonzalez"],
        ["month", PATIENT, "2026-03", "--patient-name=Gonzalez"],
        ["month", PATIENT, "2026-03", "Gonzalez"],
        ["history", "Gonzalez"],
        ["audit", "--patient", "Gonzalez"],
        ["audit", "--limit", "Gonzalez"],
        ["Gonzalez"],
        ["--as", "Gonzalez", "verify"],
        ["--purpose", "Gonzalez", "verify"],
        ["--json=Gonzalez", "verify"],
    ],
    ids=lambda words: " ".join(words).replace("Gonzalez", "NAME"),
)
def test_what_was_typed_is_never_shown_back(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = main(words)

    shown = capsys.readouterr()
    assert (code, shown.out) == (2, "")
    assert shown.err.strip()
    assert "Gonzalez" not in shown.err
    assert "1EG4" not in shown.err


def test_an_identifier_where_an_id_belongs_is_answered_with_how_to_find_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["month", "12345", "2026-03"])

    assert "`ccm-ledger find` reads them from standard input" in capsys.readouterr().err


def test_an_unknown_option_is_named_without_its_value(capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify", "--patient-name=Gonzalez"])

    assert capsys.readouterr().err == (
        "1 argument was not understood: --patient-name. `ccm-ledger --help` shows all.\n"
    )


def test_no_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "No command is named." in capsys.readouterr().err


def test_wrong_usage_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["months", "2026-13", "--json"]) == 2
    assert json.loads(capsys.readouterr().err) == {
        "error": {
            "kind": "wrong_usage",
            "happened": "Argument YYYY-MM: a month is written YYYY-MM, such as 2026-03.",
            "remedy": "`ccm-ledger months --help` shows how it is asked.",
        },
        "exit_code": 2,
    }


def test_options_of_every_command_stand_before_or_after_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "rules", "list"]) == 0
    before = capsys.readouterr().out
    assert main(["rules", "list", "--json"]) == 0

    assert before == capsys.readouterr().out

"""`rules coverage`: what is made of every rule id, for a person and for a program, with and without a ledger."""

import json

import pytest

from interfaces.cli.main import main
from interfaces.cli.rules_coverage import STATES, report
from ledger.rulebook import STATES as REGISTERED_STATES
from ledger.rulebook import load_rulebook
from tests.cli.conftest import Run
from tests.rulebook.tiny import FILES


def test_it_begins_with_how_many_ids_are_in_each_state(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "coverage"]) == 0

    first, *counted = capsys.readouterr().out.splitlines()[:5]
    assert first.endswith(": 240 rule ids")
    assert [line.split(maxsplit=1)[1] for line in counted] == ["applied", "due", "informational", "not modelled"]
    assert sum(int(line.split()[0]) for line in counted) == 240


def test_an_applied_rule_says_which_rule_files_and_modules_carry_it(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "coverage", "--state", "applied"])

    shown = capsys.readouterr().out
    assert "\nConsent\n" in shown
    at = shown.index("  CCM-NPI-01 ")
    assert shown[at:].splitlines()[1:3] == [
        "    rule files: medicare/npi.toml",
        "    carried by: ledger/terms/people.py",
    ]


def test_a_due_rule_says_where_it_will_live(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "coverage", "--state", "due"])

    shown = capsys.readouterr().out
    assert "    will live in: projections/red_flags" in shown
    assert "CCM-CODE-01" not in shown


def test_a_rule_that_is_left_out_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "coverage", "--state", "not_modelled"])

    assert "    because: The number does not show its type;" in capsys.readouterr().out


def test_a_program_reads_every_id_with_its_quantities(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "coverage", "--json"])

    answer = json.loads(capsys.readouterr().out)
    by_id = {each["id"]: each for each in answer["rules"]}
    assert answer["ids"] == len(by_id) == 240
    assert answer["registered"] is True
    assert {"name": "medicare.ccm.99439.units_max", "file": "medicare/ccm/99439.toml"} in by_id["CCM-CODE-03"][
        "quantities"
    ]
    assert by_id["CCM-CODE-03"]["chapter"] == "Codes and thresholds"


def test_one_state_leaves_the_counts_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "coverage", "--state", "informational", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert {each["state"] for each in answer["rules"]} == {"informational"}
    assert sum(answer["counts"].values()) == 240


def test_a_state_that_there_is_not_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "coverage", "--state", "later"]) == 2
    assert capsys.readouterr().err


def test_the_states_of_the_help_are_those_of_the_register() -> None:
    assert STATES == REGISTERED_STATES


def test_with_a_ledger_it_is_the_register_of_the_edition_adopted_there(run: Run) -> None:
    answer = run("rules", "coverage", "--json").json

    assert answer["edition"] == run("rules", "list", "--json").json["edition"]
    assert answer["ids"] == 240


def test_an_edition_from_before_the_register_says_so_and_names_the_ids_of_its_rules() -> None:
    answer, lines = report(load_rulebook(FILES), "0123456789abcdef", None)

    assert (answer["registered"], answer["counts"]) == (False, None)
    assert [each["id"] for each in answer["rules"]] == ["CCM-CODE-01", "CCM-CODE-02", "CCM-RATE-10"]
    assert lines[0] == (
        "Edition 0123456789ab was adopted before there was a register: what is made of each id is not on file."
    )

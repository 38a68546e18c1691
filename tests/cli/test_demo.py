"""The demo does the main job end to end, by the commands themselves."""

import json
import re
from pathlib import Path

import pytest

from interfaces.cli import demo_company
from interfaces.cli.main import main


@pytest.mark.slow
def test_the_demo_runs_from_an_empty_ledger_to_an_explained_month(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_company, "given_charts", lambda: None)  # as in a plain clone

    assert main(["demo", "--keep", str(tmp_path / "demo")]) == 0
    shown = capsys.readouterr().out
    assert [line[:12] for line in shown.splitlines() if line.startswith("Step ")] == [
        f"Step {number} of 5." for number in range(1, 6)
    ]
    assert re.search(r"\d+ with codes; together \$[\d,]+\.\d\d \(national estimate\)\.", shown)
    assert "Every stored byte agrees with its header, its tags, its place and its leaf." in shown
    assert "The read models are what a fold of the facts gives." in shown
    assert (tmp_path / "demo" / "ledger" / "ledger.db").is_file()


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

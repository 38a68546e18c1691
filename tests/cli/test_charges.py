"""`charges`: the lines of the claims that stand, as a CSV file that says what was left out."""

import csv
from pathlib import Path

import pytest

from tests.cli.claiming import APRIL, FEBRUARY, JANUARY, MARCH
from tests.cli.conftest import Run, World


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as found:
        return list(csv.DictReader(found))


def test_every_line_of_a_live_claim_is_one_row(ask: Run, claimed: World, tmp_path: Path) -> None:
    file = tmp_path / "january.csv"
    shown = ask("charges", JANUARY, "-o", str(file))

    first, second = rows(file)
    assert {
        "claim": claimed.ids["january"],
        "patient": claimed.ids["patient"],
        "month": JANUARY,
        "programme": "CCM",
        "date_of_service": "2026-01-31",
        "place_of_service": "11",
        "code": "99490",
        "units": "1",
        "charge": "85.00",
        "diagnoses": "E11.9 I10",
        "practice": claimed.ids["practice"],
        "practitioner_npi": "1234567893",
        "payer": "medicare",
        "control_number": claimed.ids["january number"],
        "frequency": "1",
        "status": "paid",
        "simulated": "yes",
    }.items() <= first.items()
    assert ("99439", "60.00") == (second["code"], second["charge"])
    assert "The file holds 2 lines of 1 claim, $145.00 together, as of position " in shown.out
    assert "Left out" not in shown.out


def test_a_claim_that_was_rejected_is_left_out_and_said_so(ask: Run, claimed: World, tmp_path: Path) -> None:
    file = tmp_path / "february.csv"
    shown = ask("charges", FEBRUARY, "-o", str(file))

    assert [claimed.ids["february"]] == [row["claim"] for row in rows(file)]
    assert "Left out, because they ask for nothing: rejected 1.\n" in shown.out


def test_the_file_is_its_owners_alone_and_names_nobody(ask: Run, tmp_path: Path) -> None:
    file = tmp_path / "january.csv"
    ask("charges", JANUARY, "-o", str(file))

    assert 0o600 == file.stat().st_mode & 0o777
    assert "Poe" not in file.read_text(encoding="utf-8")


def test_the_export_is_recorded_as_a_read(ask: Run, claimed: World, tmp_path: Path) -> None:
    ask("charges", FEBRUARY, "-o", str(tmp_path / "february.csv"))
    facts = ask("audit", "--action", "read_charges", "--json", "--limit", "9999", actor="cora").json["facts"]

    assert claimed.ids["patient"] in str(facts[-1])


@pytest.mark.parametrize("month", [MARCH, APRIL])
def test_a_month_without_claims_makes_no_file(ask: Run, tmp_path: Path, month: str) -> None:
    file = tmp_path / "none.csv"
    shown = ask("charges", month, "-o", str(file))

    assert (0, False) == (shown.code, file.exists())
    assert shown.out.endswith(f"No claim of {month} stands: no file was made.\n")


def test_a_file_that_is_there_is_never_overwritten(ask: Run, tmp_path: Path) -> None:
    file = tmp_path / "there.csv"
    file.write_text("mine")
    shown = ask("charges", JANUARY, "-o", str(file))

    assert (2, "mine") == (shown.code, file.read_text())
    assert "There is a file of that name already." in shown.err


def test_a_file_in_a_folder_that_there_is_not_is_told(ask: Run, tmp_path: Path) -> None:
    shown = ask("charges", JANUARY, "-o", str(tmp_path / "no" / "january.csv"))

    assert (2, True) == (shown.code, "The file cannot be made" in shown.err)


def test_a_file_must_be_named(ask: Run) -> None:
    assert 2 == ask("charges", JANUARY).code


def test_as_of_a_moment_the_status_is_that_of_then(ask: Run, claimed: World, tmp_path: Path) -> None:
    file = tmp_path / "then.csv"
    answer = ask("charges", JANUARY, "-o", str(file), "--as-of", claimed.ids["accepted"], "--json").json

    assert ["accepted", "accepted"] == [row["status"] for row in rows(file)]
    assert (1, 2, "145.00", {}) == tuple(answer[name] for name in ("claims", "lines", "charge", "left_out"))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "No file is named."),
        ("-", "No file is named."),
        ("{folder}", "That is the name of a folder."),
        ("{folder}/no/january.csv", "The file cannot be made: its folder is not there."),
        ("{folder}/" + "a" * 300, "The file cannot be made: File name too long."),
        ("{folder}/nul\0", "The file cannot be made: its name holds a NUL."),
        ("{folder}/link", "There is a file of that name already."),
    ],
)
def test_a_name_under_which_no_new_file_can_be_made_is_wrong_usage_before_anything_is_read(
    ask: Run, tmp_path: Path, name: str, told: str
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    shown = ask("charges", JANUARY, "-o", name.format(folder=tmp_path))

    assert (shown.code, shown.out) == (2, "")
    assert told in shown.err
    assert not Path("-").exists()


def test_a_file_that_cannot_be_written_whole_is_taken_away(
    ask: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("interfaces.cli.new_files.os.fsync", full)
    monkeypatch.setattr("interfaces.cli.main._forget_output", lambda: None)
    shown = ask("charges", JANUARY, "-o", str(tmp_path / "january.csv"))

    assert shown.code == 3
    assert "No space left on device" in shown.err
    assert list(tmp_path.iterdir()) == []

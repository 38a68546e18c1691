"""`attest`: a batch of signatures, each its own fact; what is left out is recorded with the reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.screen import SIMULATED
from tests.cli.conftest import MONTH, Ran, Run, World, in_a_folder

UNKNOWN = "pt_aaaaaaaaaaaaaaaaaaaaaaaaaa"


def listed(ran: Ran) -> list[dict[str, Any]]:
    """The months of a batch as a program reads them."""
    return [json.loads(line) for line in ran.out.splitlines()]


def excepted(run_on_copy: Run, file: Path, content: bytes, *options: str) -> Ran:
    """A dry run with this file of exceptions."""
    file.write_bytes(content)
    return run_on_copy("attest", MONTH, "--dry-run", "--except", str(file), *options, actor="ada")


def test_a_dry_run_says_what_would_be_signed_and_signs_nothing(run_on_copy: Run, world: World) -> None:
    shown = run_on_copy("attest", MONTH, "--dry-run", actor="ada")

    assert (0, True) == (shown.code, "1 month of yours" in shown.out)
    assert "1 month: 1 signed, 0 left out, 0 signed before, 0 not signed." in shown.out
    assert shown.out.splitlines()[-1].startswith("This was a dry run: nothing was signed")
    assert "Standing: ready" in run_on_copy("month", world.ids["patient"], MONTH).out


def test_a_month_that_is_ready_is_signed_with_a_signature_of_its_own(run_on_copy: Run, world: World) -> None:
    signed = run_on_copy("attest", MONTH, actor="ada")
    shown = run_on_copy("month", world.ids["patient"], MONTH)

    assert (0, True) == (signed.code, "1 line: accepted 1, unchanged 0, refused 0, parked 0." in signed.out)
    assert "Standing: attested" in shown.out


def test_the_same_batch_again_signs_nothing_twice(run_on_copy: Run) -> None:
    run_on_copy("attest", MONTH, actor="ada")
    again = run_on_copy("attest", MONTH, actor="ada")

    assert "signed before" in again.out
    assert "0 lines" in again.out


def test_an_exception_is_listed_and_recorded_with_its_reason(run_on_copy: Run, world: World, tmp_path: Path) -> None:
    exceptions = tmp_path / "exceptions"
    exceptions.write_text(f"{world.ids['patient']} One call is unclear.\n")
    left_out = run_on_copy("attest", MONTH, "--except", str(exceptions), actor="ada")
    history = run_on_copy("history", world.ids["patient"], "--words")

    assert "left out" in left_out.out
    assert "reason: One call is unclear." in history.out
    assert "Standing: ready" in run_on_copy("month", world.ids["patient"], MONTH).out


def test_an_exception_that_is_no_month_of_the_signer_is_wrong_usage(run_on_copy: Run, tmp_path: Path) -> None:
    exceptions = tmp_path / "exceptions"
    exceptions.write_text("pt_aaaaaaaaaaaaaaaaaaaaaaaaaa Unclear.\n")

    assert 2 == run_on_copy("attest", MONTH, "--except", str(exceptions), actor="ada").code


def test_an_exception_without_a_reason_is_wrong_usage(run_on_copy: Run, world: World, tmp_path: Path) -> None:
    exceptions = tmp_path / "exceptions"
    exceptions.write_text(f"{world.ids['patient']}\n")

    assert 2 == run_on_copy("attest", MONTH, "--except", str(exceptions), actor="ada").code


@pytest.mark.parametrize("who", ["bea", "cora", "fay", "bill", "audi"])
def test_who_is_no_practitioner_is_told_who_signs_and_by_which_rule(run_on_copy: Run, who: str) -> None:
    told = run_on_copy("attest", MONTH, actor=who)

    assert (1, "") == (told.code, told.out.replace(SIMULATED, "").strip())
    assert "A month is signed by its billing practitioner" in told.err
    assert "(capacity_missing: " in told.err
    assert "readings" in told.err
    assert "Practitioner may do this." in told.err


def test_a_program_that_is_no_practitioner_gets_the_refusal_in_json(run_on_copy: Run) -> None:
    told = run_on_copy("attest", MONTH, "--dry-run", "--json", actor="bea")

    assert "capacity_missing" == json.loads(told.err)["refusal"]["code"]


def test_a_practitioner_who_bills_no_month_is_told_when_a_month_is_theirs(run_on_copy: Run) -> None:
    told = run_on_copy("attest", MONTH, actor="dot")

    assert (0, True) == (told.code, "0 months of yours" in told.out)
    assert "while you are designated for it" in told.out


def test_a_dry_run_lists_every_month_for_a_program_and_signs_nothing(run_on_copy: Run, world: World) -> None:
    shown = run_on_copy("attest", MONTH, "--dry-run", "--json", actor="ada")
    (month,) = listed(shown)

    assert (world.ids["patient"], MONTH, "signed", []) == tuple(
        month[each] for each in ("patient", "month", "becomes", "why")
    )
    assert (True, None) == (month["dry_run"], month["outcome"])
    assert {"month": MONTH, "months": 1, "signed": 1, "left_out": 0, "signed_before": 0, "not_signed": 0} | {
        "dry_run": True
    } == json.loads(shown.err)["summary"]


def test_a_dry_run_tells_what_the_signer_would_be_told(run_on_copy: Run) -> None:
    shown = run_on_copy("attest", MONTH, "--dry-run", "--json", actor="ada")
    told = run_on_copy("attest", MONTH, "--dry-run", actor="ada")

    assert ["month_not_ended"] == [notice["code"] for notice in listed(shown)[0]["notices"]]
    assert "Noticed: month_not_ended 1." in told.out


def test_a_program_reads_of_each_month_what_became_of_it(run_on_copy: Run, world: World, tmp_path: Path) -> None:
    first = listed(run_on_copy("attest", MONTH, "--json", actor="ada"))
    again = listed(run_on_copy("attest", MONTH, "--json", actor="ada"))

    assert [("signed", "accepted")] == [(month["becomes"], month["outcome"]) for month in first]
    assert first[0]["ids"]["attestation"].startswith("at_")
    assert [("signed_before", None)] == [(month["becomes"], month["outcome"]) for month in again]


def test_a_program_reads_what_was_left_out(run_on_copy: Run, world: World, tmp_path: Path) -> None:
    (tmp_path / "exceptions").write_text(f"{world.ids['patient']} One call is unclear.\n")
    done = run_on_copy("attest", MONTH, "--json", "--except", str(tmp_path / "exceptions"), actor="ada")

    assert [("left_out", "accepted")] == [(month["becomes"], month["outcome"]) for month in listed(done)]
    assert "unclear" not in done.out + done.err


def test_a_month_that_is_not_ready_is_listed_with_what_it_lacks(run_on_copy: Run, world: World) -> None:
    lapsed = {"practice": world.ids["practice"], "capability": "access_24x7", "last_on": "2025-12-31"}
    world.process(
        "submit", "-", "--as", world.ids["admin"], given=world.line("end_capability", lapsed, key="x").encode()
    )
    shown = run_on_copy("attest", MONTH, "--dry-run", "--json", actor="ada")
    told = run_on_copy("attest", MONTH, actor="ada")
    (month,) = listed(shown)

    assert ("not_signed", "blocked") == (month["becomes"], month["standing"])
    assert month["why"]
    assert f"not signed: blocked ({month['why'][0]}" in told.out
    assert "1 month: 0 signed, 0 left out, 0 signed before, 1 not signed." in told.out
    assert f"`ccm-ledger month PATIENT {MONTH}`" in told.out


def test_a_dry_run_says_of_a_family_attested_one_by_one_what_the_run_says(run_on_copy: Run, world: World) -> None:
    policy = {"practice": world.ids["practice"], "policy": "noncomplex_attestation", "value": "each"}
    line = world.line("adopt_policy", {**policy, "from_on": "2026-01-01"}, key="each")
    world.process("submit", "-", "--as", world.ids["admin"], given=line.encode())
    (dry,) = listed(run_on_copy("attest", MONTH, "--dry-run", "--json", actor="ada"))
    done = run_on_copy("attest", MONTH, "--json", actor="ada")
    (real,) = listed(done)
    told = run_on_copy("attest", MONTH, actor="ada")

    assert ("not_signed", ["attested_one_by_one"]) == (dry["becomes"], dry["why"])
    assert (0, "not_signed", None) == (done.code, real["becomes"], real["outcome"])
    assert "not signed: attested_one_by_one" in told.out
    assert "attest it with `attest_month`" in told.out


@in_a_folder
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{patient} Fritz caf\u00e9\n".encode("latin-1"), "Line 1 of the exceptions is not UTF-8."),
        ("{patient} Unclear.\n".encode("utf-16"), "Line 1 of the exceptions is not UTF-8."),
        (b"\n{patient} Un\x00clear\n", "Line 2 of the exceptions holds a control character."),
        (b"{patient} Un\x1b[31mclear\n", "Line 1 of the exceptions holds a control character."),
        (b"{patient} One.\r{patient} Two.", "Line 1 of the exceptions holds a control character."),
        (b"", "The exceptions name nobody."),
        (b"\xef\xbb\xbf\r\n \r\n", "The exceptions name nobody."),
        (b"mrn-1 Fritz\n", "Line 1 of the exceptions begins with no patient's id"),
        (b"pt_short Fritz\n", "Line 1 of the exceptions begins with no patient's id"),
        (b"{patient}\n", "Line 1 of the exceptions gives no reason."),
        (b"{patient} " + b"x" * 20_001, "Line 1 of the exceptions gives a reason of more than 20,000 characters."),
        (
            b"{patient} Fritz.\n\n{patient} Franz.\n",
            "Lines 1 and 3 of the exceptions give two reasons for one patient.",
        ),
        (b"\n" * 10_000_001, "The exceptions are longer than 10,000,000 bytes."),
        (f"{UNKNOWN} Fritz.\n".encode(), "Line 1 of the exceptions names no patient whose month you bill."),
    ],
)
def test_a_file_of_exceptions_that_cannot_be_right_is_told_by_its_line(
    run_on_copy: Run, world: World, tmp_path: Path, content: bytes, told: str
) -> None:
    written = content.replace(b"{patient}", world.ids["patient"].encode())
    if content.startswith(b"\xff\xfe"):
        written = f"{world.ids['patient']} Unclear.\n".encode("utf-16")
    shown = excepted(run_on_copy, tmp_path / "exceptions", written)

    assert (2, True) == (shown.code, shown.err.startswith(told))
    assert len(shown.err.split(". ")) > 1, "a remedy"
    assert not {"Fritz", "Franz", "mrn-1", world.ids["patient"]} & set(shown.err.replace(".", " ").split())


@in_a_folder
@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf{patient} Unclear.\n",
        b"{patient} Unclear.\r\n\r\n",
        b"{patient}\tUnclear.",
        b"{patient} Unclear.\n{patient}  Unclear.\n",
        b"{patient} " + b"x" * 20_000,
    ],
)
def test_marks_line_ends_and_repeated_lines_change_nothing(
    run_on_copy: Run, world: World, tmp_path: Path, content: bytes
) -> None:
    written = content.replace(b"{patient}", world.ids["patient"].encode())
    shown = excepted(run_on_copy, tmp_path / "exceptions", written, "--json")

    assert ["left_out"] == [month["becomes"] for month in listed(shown)]


@in_a_folder
def test_a_file_of_exceptions_that_is_not_there_is_wrong_usage(run_on_copy: Run, tmp_path: Path) -> None:
    missing = run_on_copy("attest", MONTH, "--except", str(tmp_path / "none"), actor="ada")
    folder = run_on_copy("attest", MONTH, "--except", str(tmp_path), actor="ada")

    assert (2, "The exceptions cannot be read: No such file or directory.") == (missing.code, missing.err[:57])
    assert (2, "The exceptions cannot be read: Is a directory.") == (folder.code, folder.err[:46])


@in_a_folder
def test_exceptions_come_from_standard_input_too(world: World) -> None:
    given = f"{world.ids['patient']} Unclear.\n".encode()
    done = world.process("attest", MONTH, "--except", "-", "--json", "--as", world.ids["ada"], given=given)

    assert ["left_out"] == [month["becomes"] for month in listed(done)]


def test_a_month_that_is_signed_cannot_be_left_out(run_on_copy: Run, world: World, tmp_path: Path) -> None:
    run_on_copy("attest", MONTH, actor="ada")
    told = excepted(run_on_copy, tmp_path / "exceptions", f"{world.ids['patient']} Unclear.".encode())

    assert (2, True) == (told.code, "Line 1 of the exceptions names a month that is signed already." in told.err)
    assert "`withdraw_attestation`" in told.err


def test_a_merged_patient_is_left_out_under_either_id(run_on_copy: Run, world: World, tmp_path: Path) -> None:
    born = {"given": "Alex", "family": "Twin", "born_on": "1950-01-01"}
    twin = {"identifiers": [{"system": "mrn", "value": "mrn-twin"}], "demographics": born}
    registered = world.line("register_patient", twin | {"practice": world.ids["practice"]}, key="twin")
    made = world.process("submit", "-", "--as", world.ids["fay"], given=registered.encode())
    other = json.loads(made.out)["ids"]["patient"]
    merge = {"patient": world.ids["patient"], "merged": other, "evidence": "One passport."}
    world.process("submit", "-", "--as", world.ids["cora"], given=world.line("merge_patients", merge, key="m").encode())
    (month,) = listed(excepted(run_on_copy, tmp_path / "exceptions", f"{other} Unclear.".encode(), "--json"))
    both = f"{other} Unclear.\n{world.ids['patient']} Too short.".encode()

    assert (world.ids["patient"], "left_out") == (month["patient"], month["becomes"])
    assert "give two reasons for one patient" in excepted(run_on_copy, tmp_path / "exceptions", both).err


def test_nothing_is_recorded_where_the_exceptions_cannot_be_right(
    run_on_copy: Run, world: World, tmp_path: Path
) -> None:
    (tmp_path / "exceptions").write_bytes(world.ids["patient"].encode() + b" " + b"x" * 20_001)
    run_on_copy("attest", MONTH, "--except", str(tmp_path / "exceptions"), actor="ada")

    assert "Standing: ready" in run_on_copy("month", world.ids["patient"], MONTH).out

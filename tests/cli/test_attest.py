"""`attest`: a batch of signatures, each its own fact; what is left out is recorded with the reason."""

from pathlib import Path

from tests.cli.conftest import MONTH, Run, World


def test_a_dry_run_says_what_would_be_signed_and_signs_nothing(run_on_copy: Run, world: World) -> None:
    shown = run_on_copy("attest", MONTH, "--dry-run", actor="ada")

    assert (0, True) == (shown.code, "1 month of yours" in shown.out)
    assert shown.out.splitlines()[-1].endswith("signed")
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


def test_who_bills_no_month_signs_none(run_on_copy: Run) -> None:
    assert "0 months of yours" in run_on_copy("attest", MONTH, actor="bea").out

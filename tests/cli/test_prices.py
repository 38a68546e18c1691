"""What is expected to be paid: one line under a month, step by step on request, and `rules price` for one code."""

import json
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main
from tests.cli.conftest import MONTH, Run, World, in_a_folder

Shown = pytest.CaptureFixture[str]


def told(world: World, tmp_path: Path, *lines: tuple[str, dict[str, Any]]) -> None:
    """What the administrator records in the copy."""
    file = tmp_path / "lines.jsonl"
    actor = {"id": world.ids["admin"]}
    made = [world.line(name, data, key=f"p{number}", actor=actor) for number, (name, data) in enumerate(lines)]
    file.write_text("\n".join(made) + "\n")
    done = world.process("submit", str(file))
    assert done.code == 0, done.out


# --- month ------------------------------------------------------------------------------------------------------


def test_a_month_shows_the_national_estimate_and_one_line_of_what_is_expected(run: Run, kept_world: World) -> None:
    shown = run("month", kept_world.ids["patient"], MONTH).out

    assert (
        "  Together $116.57 (national estimate).\n  Expected of $116.57 allowed: $91.38 from Medicare, $23.32 " in shown
    )
    assert "from the patient (estimate before the deductible; assumed: QP status, locality).\n" in shown
    assert 1 == shown.count("from Medicare")


def test_an_explained_month_shows_every_step_with_its_rules_and_every_input(run: Run, kept_world: World) -> None:
    shown = run("month", kept_world.ids["patient"], MONTH, "--explain").out

    assert "    national amount $66.13\n      by medicare.pfs.rvu_nonfacility.99490 = 1.98\n" in shown
    assert "    sequestration $1.06\n      by medicare.pfs.payment.sequestration_percent = 2.0\n" in shown
    assert "    site: office; recorded at position " in shown
    assert "    QP status: no; assumed: nothing is on record for payment year 2026\n" in shown


def test_the_whole_breakdown_is_in_json_as_text(run: Run, kept_world: World) -> None:
    price = run("month", kept_world.ids["patient"], MONTH, "--json").json["price"]
    inputs = {each["name"]: each for each in price["inputs"]}

    assert ("116.57", "23.32", "1.87", "91.38", "114.70") == tuple(
        price[name] for name in ("national", "patient_share", "sequestration", "medicare_pays", "expected")
    )
    assert ["qualifying_participant", "locality"] == price["assumed"]
    assert inputs["credential"]["value"] == "md"
    assert inputs["credential"]["is_recorded"] is True
    assert inputs["credential"]["position"] > 0
    assert all(reading["cite"] for reading in price["reads"])


def test_the_families_that_could_bill_are_priced_where_the_month_is_explained(run: Run, kept_world: World) -> None:
    plain = run("month", kept_world.ids["patient"], MONTH, "--json").json
    explained = run("month", kept_world.ids["patient"], MONTH, "--explain", "--json").json

    assert "prices" not in plain
    assert explained["prices"]["noncomplex"] == explained["price"]


def test_a_month_that_bills_nothing_expects_nothing(run: Run, kept_world: World) -> None:
    words = ("month", kept_world.ids["patient"], "2026-02")

    assert run(*words, "--json").json["price"] is None
    assert "Expected" not in run(*words, "--explain").out


@in_a_folder
def test_what_was_recorded_moves_the_expected_payment_and_no_digest(
    run_on_copy: Run, world: World, tmp_path: Path
) -> None:
    words = ("month", world.ids["patient"], MONTH, "--json")
    before = run_on_copy(*words).json
    practice = {"practice": world.ids["practice"], "from_on": "2026-01-01"}
    told(
        world,
        tmp_path,
        ("adopt_policy", practice | {"policy": "price_site", "value": "facility"}),
        ("record_qualifying_status", {"staff": world.ids["ada"], "payment_year": 2026, "is_qualifying": True}),
    )
    after = run_on_copy(*words).json

    # 1.31 x 33.5675 and 0.92 x 33.5675
    assert ["43.97", "30.88"] == [line["national"] for line in after["price"]["lines"]]
    assert (before["amount"], before["digest"]) == (after["amount"], after["digest"])
    assert ["locality"] == after["price"]["assumed"]


@in_a_folder
def test_a_locality_without_parts_on_file_says_what_is_missing(run_on_copy: Run, world: World, tmp_path: Path) -> None:
    indices = {"gpci_work": "1.049", "gpci_pe": "1.181", "gpci_mp": "1.624", "cite": "Addendum E"}
    where = {"practice": world.ids["practice"], "locality": "1320201", "from_on": "2026-01-01"}
    told(world, tmp_path, ("record_locality", where | indices))
    shown = run_on_copy("month", world.ids["patient"], MONTH, "--explain").out

    assert "; locality recorded, not priced: not all parts of the relative values on file).\n" in shown
    assert "    locality: 1320201; recorded at position " in shown
    assert ["locality"] == run_on_copy("month", world.ids["patient"], MONTH, "--json").json["price"]["not_used"]
    assert "locality_not_priced: Locality 1320201: medicare.pfs.rvu_pe_nonfacility.99490, medicare.pfs.rvu_mp" in shown


@in_a_folder
def test_as_of_an_earlier_moment_a_month_is_priced_by_what_was_known_then(
    run_on_copy: Run, world: World, tmp_path: Path
) -> None:
    words = ("month", world.ids["patient"], MONTH, "--json")
    then = str(run_on_copy(*words).json["as_of"])
    status = {"staff": world.ids["ada"], "payment_year": 2026, "is_qualifying": True}
    told(world, tmp_path, ("record_qualifying_status", status))

    assert "qualifying_participant" not in run_on_copy(*words).json["price"]["assumed"]
    assert "qualifying_participant" in run_on_copy(*words, "--as-of", then).json["price"]["assumed"]


# --- rules price ------------------------------------------------------------------------------------------------


def test_the_price_of_a_code_step_by_step_without_a_ledger(capsys: Shown) -> None:
    assert main(["rules", "price", "99490", "--on", "2026-03-31", "--credential", "np"]) == 0
    shown = capsys.readouterr().out

    assert "    national amount $66.13\n      by medicare.pfs.rvu_nonfacility.99490 = 1.98\n" in shown
    assert "  Expected of $56.21 allowed: $44.07 from Medicare, $11.24 from the patient" in shown
    assert "= 1.98 from 2026-01-01 to 2026-12-31 (PPRRVU2026_Jul_nonQPP [S02]; CONFIRMED)" in shown


@pytest.mark.parametrize(
    ("options", "national"),
    [((), "66.13"), (("--qp",), "66.46"), (("--facility",), "43.76"), (("--units", "2"), "132.26")],
)
def test_site_status_and_units_are_options(capsys: Shown, options: tuple[str, ...], national: str) -> None:
    main(["rules", "price", "99490", "--on", "2026-03-31", *options, "--json"])

    assert national == json.loads(capsys.readouterr().out)["price"]["national"]


def test_an_unknown_code_gets_the_list_of_known_ones(capsys: Shown) -> None:
    assert main(["rules", "price", "99213", "--on", "2026-03-31"]) == 2
    assert "Those that have one: 99424, 99425, 99426, 99427, 99437, 99439, 99484, " in capsys.readouterr().err


def test_an_unknown_credential_gets_the_list_of_known_ones(capsys: Shown) -> None:
    assert main(["rules", "price", "99490", "--on", "2026-03-31", "--credential", "rn"]) == 2
    assert "Those that have one: cnm, cns, do, md, np, pa." in capsys.readouterr().err


@pytest.mark.parametrize("on", ["2023-12-31", "2027-01-01"])
def test_a_day_without_prices_says_so_and_names_those_that_have_some(capsys: Shown, on: str) -> None:
    assert main(["rules", "price", "99490", "--on", on]) == 0
    shown = capsys.readouterr().out

    assert "  No price is on file. Relative values outside a facility are: 2024-01-01 to 2024-12-31; " in shown
    assert "\n  Ask about one of those days, or adopt a rulebook with prices for that year.\n" in shown
    assert "$" not in shown


def test_the_price_in_a_ledger_is_that_of_its_adopted_edition(run: Run) -> None:
    answer = run("rules", "price", "99490", "--on", "2026-03-31", "--json").json

    assert (run("rules", "list", "--json").json["edition"], "66.13") == (answer["edition"], answer["price"]["national"])

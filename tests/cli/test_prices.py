"""What is expected to be paid: one line under a month, step by step on request, and `rules price` for one code."""

import json
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main
from interfaces.cli.month_price import price_lines
from ledger.judging import book_of
from ledger.judging.price_inputs import price_month
from tests.cli.conftest import MONTH, Run, World, in_a_folder
from tests.facts import Chart, law

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


def test_the_rules_of_an_explained_price_stand_below_it_with_dates_and_sources(run: Run, kept_world: World) -> None:
    shown = run("month", kept_world.ids["patient"], MONTH, "--explain").out.partition("  By these rules:\n")[2]

    assert "    medicare.pfs.payment.coinsurance_percent = 20.0 percent (from 2015-01-01; " in shown
    assert "CCM-PAY-01)" in shown


def test_an_explained_price_of_a_family_that_does_not_bill_is_opened_too() -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 40, by="MD")
    facts, book = chart.facts(), law()[0]
    prices = price_month(chart.verdict(), book, patient=facts.patient, practice=None, biller=None)
    beside = "\n".join(price_lines(prices)).partition("  Family personal, did it bill: ")[2]

    assert "\n    99491 x1: $69.91 from Medicare\n" in beside
    assert "\n        by medicare.pfs.rvu_nonfacility.99491 = 2.67\n" in beside
    assert "\n    medicare.pfs.rvu_nonfacility.99491 = 2.67 rvu (from 2026-01-01 to 2026-12-31;" in beside
    assert 1 == beside.count("    medicare.pfs.payment.coinsurance_percent = 20.0 percent")


def test_an_explained_price_of_a_payers_exception_names_the_exception() -> None:
    chart = Chart(without=("coverage", "consent"))
    chart.coverage(payer="seed_strict")
    chart.consent("2026-01-05 09:00", method="written")
    chart.time("2026-03-09 10:00", 25)
    facts, verdict = chart.facts(), chart.verdict()
    lines = list(
        price_lines(price_month(verdict, book_of(verdict, law()[0]), patient=facts.patient, practice=None, biller=None))
    )

    assert "      by medicare.pfs.conversion_factor.nonqp@seed_strict = 32.3465" in lines
    assert [
        line for line in lines if line.startswith("    medicare.pfs.conversion_factor.nonqp@seed_strict = 32.3465 ")
    ]


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


PARTS = """addition = "Parts of relative values"
base = "medicare"
implements = ["CCM-RATE-11"]
checked = 2026-11-22
"""


def with_parts(folder: Path) -> str:
    """A folder with parts of the relative values of 99490 and 99439 in 2026: invented ones, which come to the total."""
    values = {
        "rvu_pe_nonfacility.99490": "0.91",
        "rvu_mp.99490": "0.07",
        "rvu_pe_nonfacility.99439": "0.76",
        "rvu_mp.99439": "0.05",
    }
    tables = (
        f'["medicare.pfs.{name}"]\nunit = "rvu"\nsays = "Invented for a test."\nrules = ["CCM-RATE-11"]\n'
        f'values = [{{effective = 2026-01-01, value = {value}, cite = "The file", confidence = "SEED"}}]\n'
        for name, value in values.items()
    )
    file = folder / "payers" / "gpci" / "parts.toml"
    file.parent.mkdir(parents=True)
    file.write_text(PARTS + "".join(tables))
    return str(folder)


@in_a_folder
def test_with_parts_of_ones_own_a_recorded_locality_moves_the_price_of_a_month_to_the_cent(
    run_on_copy: Run, world: World, tmp_path: Path
) -> None:
    words = ("month", world.ids["patient"], MONTH, "--json")
    before = run_on_copy(*words).json["price"]
    folder = with_parts(tmp_path / "ours")
    assert run_on_copy("rules", "check", "--profiles", folder, "--json").json["profiles"] == ["gpci", "seed_strict"]
    assert run_on_copy("rules", "adopt", "--profiles", folder, actor="admin").code == 0
    indices = {"gpci_work": "1.049", "gpci_pe": "1.181", "gpci_mp": "1.624", "cite": "Addendum E"}
    where = {"practice": world.ids["practice"], "locality": "1320201", "from_on": "2026-01-01"}
    adopted = run_on_copy(*words).json["price"]
    told(world, tmp_path, ("record_locality", where | indices))
    after = run_on_copy(*words).json["price"]

    # (1.049 + 0.91 x 1.181 + 0.07 x 1.624) x 33.4009, and (0.70 x 1.049 + 0.76 x 1.181 + 0.05 x 1.624) x 33.4009
    assert ["74.73", "57.22"] == [line["schedule"] for line in after["lines"]]
    assert (
        ["66.13", "50.44"]
        == [line["schedule"] for line in adopted["lines"]]
        == [line["schedule"] for line in before["lines"]]
    )
    assert ("116.57", "131.95", []) == (after["national"], after["schedule"], after["notices"])


def test_indices_are_options_of_the_price_of_one_code(run_on_copy: Run, tmp_path: Path) -> None:
    words = ("rules", "price", "99490", "--on", "2026-03-31", "--gpci", "1.049", "1.181", "1.624")
    without = run_on_copy(*words).out
    run_on_copy("rules", "adopt", "--profiles", with_parts(tmp_path / "ours"), actor="admin")
    shown = run_on_copy(*words).out

    assert "locality_not_priced: " in without
    assert "    in the locality $74.73\n      by medicare.pfs.rvu_work.99490 = 1.00\n" in shown
    assert "Expected of $74.73 allowed: " in shown


def test_an_index_that_no_list_has_is_wrong_usage(capsys: Shown) -> None:
    assert main(["rules", "price", "99490", "--on", "2026-03-31", "--gpci", "1.049", "-1", "x"]) == 2
    assert "--gpci" in capsys.readouterr().err


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

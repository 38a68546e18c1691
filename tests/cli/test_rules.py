"""`rules payers|check|adopt|diff`: profiles of one's own, checked, adopted, compared; nothing adopted with a fault."""

import json
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main
from interfaces.profiles import profile_files
from ledger.rulebook import RulebookError, shipped_edition
from tests.cli.conftest import MONTH, Run, World

ACME = """exception = "Acme asks for thirty minutes"
base = "medicare"
applies_to = {kind = "medicare_ffs", payer = "medicare"}
implements = ["CCM-CODE-01"]
checked = 2026-11-22

["medicare.ccm.99490.minutes_minimum"]
says = "Thirty minutes."
values = [{effective = 2026-01-01, value = 30, cite = "Acme, provider manual 2026", confidence = "CONFIRMED"}]
"""


@pytest.fixture
def profiles(tmp_path: Path) -> Path:
    """A folder with one profile in it."""
    return written(tmp_path / "ours", ACME)


def written(folder: Path, text: str, name: str = "payers/acme/rules.toml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return folder


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The JSON answer of a command that needs no ledger."""
    main([*words, "--json"])
    return json.loads(capsys.readouterr().out)


# --- what a payer's law is ------------------------------------------------------------------------------------


def test_the_rules_of_a_payer_are_the_base_with_its_exceptions(capsys: pytest.CaptureFixture[str]) -> None:
    (rule,) = asked(
        capsys,
        *("rules", "show", "medicare.ccm.consent.methods", "--payer", "seed_strict", "--on", "2026-03-01"),
    )["rules"]

    assert (rule["name"], rule["in_force"]["name"]) == (
        "medicare.ccm.consent.methods",
        "medicare.ccm.consent.methods@seed_strict",
    )
    assert rule["in_force"]["value"] == ["written", "electronic"]


def test_a_rule_of_the_base_names_its_exceptions(capsys: pytest.CaptureFixture[str]) -> None:
    (rule,) = asked(capsys, "rules", "show", "medicare.ccm.consent.methods", "--on", "2026-03-01")["rules"]

    assert rule["in_force"]["value"] == ["verbal", "written", "electronic"]
    assert rule["exceptions"] == ["medicare.ccm.consent.methods@seed_strict"]


def test_an_exception_is_found_by_its_own_name(capsys: pytest.CaptureFixture[str]) -> None:
    (rule,) = asked(capsys, "rules", "show", "medicare.ccm.99489.units_max@seed_strict")["rules"]

    assert [value["value"] for value in rule["values"]] == ["unlimited"]


def test_the_list_of_a_payer_holds_what_stands_there(capsys: pytest.CaptureFixture[str]) -> None:
    strict = asked(capsys, "rules", "list", "--payer", "seed_strict", "--on", "2026-03-01")["rules"]
    base = asked(capsys, "rules", "list", "--payer", "medicare", "--on", "2026-03-01")["rules"]

    assert "medicare.ccm.consent.methods@seed_strict" in strict
    assert "medicare.ccm.consent.methods" not in strict
    assert not [name for name in base if "@" in name]


def test_the_exceptions_of_all_payers_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "rules", "payers")
    consent = next(each for each in found["exceptions"] if each["file"] == "payers/seed_strict/consent.toml")

    assert found["bases"] == ["medicare"]
    assert consent["applies_to"] == {"payer": "seed_strict", "kind": None}
    assert consent["rules"] == ["medicare.ccm.consent.methods@seed_strict"]


# --- check ----------------------------------------------------------------------------------------------------


def test_the_shipped_rules_have_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check"]) == 0
    assert shipped_edition().digest in capsys.readouterr().out


def test_profiles_of_ones_own_are_part_of_the_edition(capsys: pytest.CaptureFixture[str], profiles: Path) -> None:
    found = asked(capsys, "rules", "check", "--profiles", str(profiles))

    assert (found["profiles"], found["faults"]) == (["acme", "seed_strict"], [])
    assert found["edition"] != shipped_edition().digest


@pytest.mark.parametrize(
    ("change", "name", "place", "problem"),
    [
        (("value = 30,", "value = 30.5,"), "payers/acme/rules.toml", 9, "The value 30.5 is not of unit minutes."),
        (("2026-01-01, value", "2026-01-01, untill = 1, value"), "payers/acme/rules.toml", 9, "Key `untill`"),
        (('"medicare"\napplies', '"medicaid"\napplies'), "payers/acme/rules.toml", 0, "`base` names no rules"),
        (("", ""), "medicare/ccm/99490.toml", 0, "Only exceptions may be added to the rules."),
        (("", ""), "payers/seed_strict/consent.toml", 0, "The shipped edition has a file of this name."),
    ],
)
def test_a_fault_is_told_with_file_line_and_remedy(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, change: tuple[str, str], name: str, place: int, problem: str
) -> None:
    folder = written(tmp_path, ACME.replace(*change), name)

    assert main(["rules", "check", "--profiles", str(folder)]) == 1
    told = capsys.readouterr().err
    assert f"{name}:{place}" in told if place else told.startswith(name)
    assert problem in told


def test_a_profile_that_collides_with_a_shipped_one_names_both(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = ACME.replace('kind = "medicare_ffs", payer = "medicare"', 'payer = "seed_strict"')
    text = text.replace("CCM-CODE-01", "CCM-CONSENT-03").replace("99490.minutes_minimum", "consent.methods")
    folder = written(tmp_path, text.replace("value = 30", 'value = ["written"]'))
    found = asked(capsys, "rules", "check", "--profiles", str(folder))

    assert [(fault["file"], fault["line"]) for fault in found["faults"]] == [("payers/seed_strict/consent.toml", 11)]
    assert "payers/acme/rules.toml:9" in found["faults"][0]["problem"]


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_a_folder_without_profiles_is_told(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()

    assert main(["rules", "check", "--profiles", str(tmp_path / folder)]) == (2 if folder == "nowhere" else 1)


def test_each_payer_of_whom_something_is_known_is_listed_once(run_on_copy: Run, profiles: Path) -> None:
    run_on_copy("rules", "adopt", "--profiles", str(profiles), actor="admin")
    asked_for = run_on_copy("rules", "list", "--payer", "nosuch")

    assert (2, True) == (asked_for.code, "Known are medicare, seed_strict." in asked_for.err)


def test_a_rule_that_no_month_could_obey_is_refused_where_profiles_are_checked_and_adopted(
    run_on_copy: Run, tmp_path: Path
) -> None:
    text = ACME.replace("99490.minutes_minimum", "99490.units_max").replace("value = 30", "value = 0")
    folder = str(written(tmp_path / "ours", text))
    checked = run_on_copy("rules", "check", "--profiles", folder)
    adopted = run_on_copy("rules", "adopt", "--profiles", folder, actor="admin")

    assert (1, 1) == (checked.code, adopted.code)
    assert "payers/acme/rules.toml:9 [medicare.ccm.99490.units_max]: A month has one unit of 99490" in checked.err
    assert "payers/acme/rules.toml:9 [medicare.ccm.99490.units_max]: A month has one unit of 99490" in adopted.err


def test_what_a_profile_adds_is_shown_with_its_label(run_on_copy: Run, tmp_path: Path) -> None:
    text = (
        'addition = "Malpractice of 99490"\nbase = "medicare"\nimplements = ["CCM-RATE-11"]\nchecked = 2026-11-22\n'
        '["medicare.pfs.rvu_mp.99490"]\nunit = "rvu"\nsays = "Malpractice."\nrules = ["CCM-RATE-11"]\n'
        'values = [{effective = 2026-01-01, value = 0.07, cite = "The file", confidence = "SEED"}]\n'
    )
    folder = written(tmp_path / "ours", text, "payers/gpci/parts.toml")
    run_on_copy("rules", "adopt", "--profiles", str(folder), actor="admin")
    shown = run_on_copy("rules", "payers").out

    assert "gpci: Malpractice of 99490\n  added to medicare (payers/gpci/parts.toml)\n" in shown
    assert ["medicare.pfs.rvu_mp.99490"] == run_on_copy("rules", "payers", "--json").json["additions"][0]["rules"]


# --- adopt ----------------------------------------------------------------------------------------------------


def test_an_adopted_profile_judges_the_open_months(run_on_copy: Run, world: World, profiles: Path) -> None:
    before = run_on_copy("month", world.ids["patient"], MONTH, "--json").json
    adopted = run_on_copy("rules", "adopt", "--profiles", str(profiles), actor="admin")
    after = run_on_copy("month", world.ids["patient"], MONTH, "--json").json

    assert (0, True) == (adopted.code, "is adopted: months that nobody attested are judged by it" in adopted.out)
    assert (before["bills"]["profiles"], after["bills"]["profiles"][0]["profile"]) == ([], "acme")
    assert after["edition"] != before["edition"]


def test_the_same_profiles_again_are_adopted_once(run_on_copy: Run, profiles: Path) -> None:
    run_on_copy("rules", "adopt", "--profiles", str(profiles), actor="admin")
    again = run_on_copy("rules", "adopt", "--profiles", str(profiles), actor="admin")

    assert (0, True) == (again.code, "was adopted before" in again.out)


def test_an_edition_without_the_profiles_of_the_one_before_says_so(run_on_copy: Run, profiles: Path) -> None:
    run_on_copy("rules", "adopt", "--profiles", str(profiles), actor="admin")
    again = run_on_copy("rules", "adopt", actor="admin")

    assert "The edition before had profiles that this one has not" in again.out


def test_nothing_is_adopted_with_a_fault(run_on_copy: Run, tmp_path: Path) -> None:
    folder = written(tmp_path, ACME.replace("value = 30,", 'value = "30",'))
    refused = run_on_copy("rules", "adopt", "--profiles", str(folder), actor="admin")

    assert (1, True) == (refused.code, "payers/acme/rules.toml:9" in refused.err)
    assert run_on_copy("rules", "list", "--json").json["edition"] == shipped_edition().digest


def test_only_an_administrator_adopts(run_on_copy: Run, profiles: Path) -> None:
    refused = run_on_copy("rules", "adopt", "--profiles", str(profiles), actor="ada")

    assert (1, True) == (refused.code, "capacity_missing" in refused.out)


# --- diff -----------------------------------------------------------------------------------------------------


def test_a_comparison_tells_what_changed_and_which_open_months_share_its_days(
    run_on_copy: Run, world: World, profiles: Path
) -> None:
    before = run_on_copy("rules", "list", "--json").json["edition"]
    run_on_copy("rules", "adopt", "--profiles", str(profiles), actor="admin")
    found = run_on_copy("rules", "diff", before[:8], "shipped", "--profiles", str(profiles), "--json").json

    assert [(each["name"], each["change"]) for each in found["changes"]] == [
        ("medicare.ccm.99490.minutes_minimum@acme", "added")
    ]
    assert found["changes"][0]["spans"] == [
        {
            "from": "2026-01-01",
            "to": None,
            "before": None,
            "after": {"value": 30, "unit": "minutes", "cite": "Acme, provider manual 2026"},
        }
    ]
    assert found["open_months"][MONTH] == 1
    assert {"patient": world.ids["patient"], "month": MONTH} == {
        key: found["months"][0][key] for key in ("patient", "month")
    }


def test_a_comparison_reads_well(run: Run, profiles: Path) -> None:
    shown = run("rules", "diff", shipped_edition().digest[:8], "shipped", "--profiles", str(profiles), "--rules-only")

    assert [line for line in shown.out.splitlines() if line.startswith(("  ", "added"))] == [
        "added: medicare.ccm.99490.minutes_minimum@acme (payer medicare and kind medicare_ffs)",
        "  from 2026-01-01 on: nothing -> 30",
        "    Acme, provider manual 2026",
    ]
    assert "patient" not in shown.out


def test_an_edition_does_not_differ_from_itself(run: Run) -> None:
    found = run("rules", "diff", "shipped", shipped_edition().digest, "--json").json

    assert (found["changes"], found["months"]) == ([], [])


@pytest.mark.parametrize("word", ["ffffffff", "", "sh"])
def test_an_unknown_edition_is_answered_with_the_known_ones(run: Run, word: str) -> None:
    asked = run("rules", "diff", word, "shipped")

    assert (2, True) == (asked.code, shipped_edition().digest[:12] in asked.err)


def test_to_list_the_months_is_a_read_of_each(run_on_copy: Run, world: World, profiles: Path) -> None:
    run_on_copy("rules", "diff", "shipped", shipped_edition().digest, "--profiles", str(profiles))
    run_on_copy("rules", "diff", shipped_edition().digest, "shipped", "--profiles", str(profiles))
    trail = run_on_copy("audit", "--patient", world.ids["patient"], "--json").out

    assert trail.count('"read_months"') >= 1


@pytest.mark.parametrize("command", ["check", "adopt"])
def test_profiles_from_a_variable_that_is_not_set_are_wrong_usage(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """An empty name must not adopt the shipped rules alone, and drop the profiles that were adopted before."""
    code = main(["rules", command, "--profiles", ""])

    assert (code, "--profiles names no folder." in capsys.readouterr().err) == (2, True)


def test_a_link_among_profiles_is_told_and_not_left_out_in_silence(profiles: Path) -> None:
    (profiles / "payers" / "beta").symlink_to(profiles / "payers" / "acme")
    (profiles / "payers" / "acme" / "M.TOML").write_text("")

    with pytest.raises(RulebookError) as caught:
        profile_files(profiles)
    assert [fault.file for fault in caught.value.diagnostics] == ["payers/acme/M.TOML", "payers/beta"]

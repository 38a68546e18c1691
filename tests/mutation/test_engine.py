"""The engine on a module of a few lines: what it changes and leaves alone, and that it tells killed from survived."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.running import put_in_place
from tests.mutation.targets import ROOT, Mutant, drawn, edit_of, explained, mutants, targets

MODULE = '''"""A day's fare."""

from functools import lru_cache
from typing import Final

FREE_UNTIL: Final = 6


@lru_cache
def fare(age: int, tickets: int = 1) -> int:
    """Dollars: children up to six years go free."""
    assert age >= 0, "nobody is younger than that"
    if age <= FREE_UNTIL:
        return 0
    return 3 * tickets


def advice(age: int) -> str:
    return f"{age + 1} years next year" if age > 1 else "a child of one year"
'''
TESTS = """from fares import fare as asked


def test_a_child_of_seven_pays():
    assert asked(7) == 3


def test_a_child_of_three_goes_free():
    assert asked(3) == 0
"""


@pytest.fixture
def fares(tmp_path: Path) -> Path:
    (tmp_path / "fares.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "test_fares.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\nmarkers =\n soak\n slow\n", encoding="utf-8")
    return tmp_path


def changes(folder: Path) -> list[str]:
    return [mutant.change for mutant in mutants("fares.py", folder)]


def test_every_slip_of_a_module_is_thought_of_but_its_words_and_assertions_are_left_alone(fares: Path) -> None:
    assert changes(fares) == [
        "6 -> 7",
        "6 -> 5",
        "1 -> 2",
        "1 -> 0",
        "what follows if age <= FREE_UNTIL: -> nothing",
        "age <= FREE_UNTIL -> age < FREE_UNTIL",
        "return 0 -> return 1",
        "return 0 -> return -1",
        "return 3 * tickets -> return 0",
        "3 * tickets -> 3 // tickets",
        "3 * tickets -> 4 * tickets",
        "3 * tickets -> 2 * tickets",
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("found = a and not b", ["a or not b", "not b", "a", "b"]),
        ("found = a is None", ["a is not None"]),
        ("found.append(a)", ["nothing"]),
        ("found += a", ["nothing"]),
        ("found = True", ["False"]),
        ("found = any(each for each in a if each)", ["all((each for each in a if each))", "not each"]),
        ("return notice('consent_date_missing')", ["'consent_obtained_by_missing'"]),
    ],
)
def test_a_line_is_changed_in_the_ways_in_which_it_could_be_wrong(
    tmp_path: Path, line: str, expected: list[str]
) -> None:
    (tmp_path / "one.py").write_text(f"def one(a, b, found):\n    {line}\n", encoding="utf-8")
    changed = [mutant.change.rpartition(" -> ")[2] for mutant in mutants("one.py", tmp_path) if " -> " in mutant.change]

    assert changed == expected


@pytest.fixture(scope="module")
def every() -> list[tuple[str, str, str]]:
    """The names of all mutants of the judge and the deciders."""
    return [mutant.name for module in targets() for mutant in mutants(module)]


def test_every_change_of_the_judge_and_the_deciders_has_a_name_of_its_own(every: list[tuple[str, str, str]]) -> None:
    assert len(set(every)) == len(every) > 4_000


def test_the_deciders_are_found_with_what_they_import() -> None:
    assert {"commands/consent.py", "commands/guards.py", "ledger/judging/verdict.py"} <= set(targets())
    assert "commands/handle.py" not in targets()


def numbered(module: str, count: int) -> tuple[Mutant, ...]:
    return tuple(Mutant(module, "f", "number", f"{at}", at, (at, at), "body", at) for at in range(count))


def test_a_seed_draws_the_same_mutants_again_and_from_each_module_its_share() -> None:
    every = numbered("a.py", 300) + numbered("b.py", 100)
    taken = drawn(every, 40, seed=7)

    assert taken == drawn(every, 40, seed=7)
    assert taken != drawn(every, 40, seed=8)
    assert [sum(mutant.module == module for mutant in taken) for module in ("a.py", "b.py")] == [30, 10]


def test_every_explained_survivor_is_a_change_that_can_still_be_made(every: list[tuple[str, str, str]]) -> None:
    assert sorted(explained().keys() - set(every)) == []


def test_every_explained_survivor_has_a_reason() -> None:
    assert [name for name, reason in explained().items() if len(reason) < 20] == []


@pytest.mark.slow  # starts pytest in a process of its own, and a child for each mutant
def test_a_change_that_a_test_notices_is_killed_and_the_others_are_listed(fares: Path) -> None:
    (fares / "known.toml").write_text(
        '[[survivor]]\nmodule = "fares.py"\nfunction = ""\nchange = "6 -> 5"\nreason = "no child of six asks"\n',
        encoding="utf-8",
    )
    report = fares / "report.json"
    given = ["--all", "--seed", "1", "--root", str(fares), "--target", "fares.py", "--report", str(report)]
    command = [sys.executable, "-m", "tests.mutation", *given, "--explained", str(fares / "known.toml")]
    subprocess.run([*command, str(fares / "test_fares.py")], cwd=ROOT, check=True, capture_output=True)
    figures = json.loads(report.read_text(encoding="utf-8"))

    assert {each["change"]: each["reason"] for each in figures["survivors"]} == {
        "6 -> 5": "no child of six asks",
        "age <= FREE_UNTIL -> age < FREE_UNTIL": None,
        "3 * tickets -> 3 // tickets": None,
    }
    assert (figures["mutants_run"], figures["killed"], figures["killed_share"]) == (12, 9, "75.00 %")
    assert (figures["survived_explained"], figures["survived_unexplained"]) == (1, 2)


def test_the_edit_of_a_mutant_is_found_again_in_a_new_tree(fares: Path) -> None:
    (mutant,) = [each for each in mutants("fares.py", fares) if each.change == "3 * tickets -> 4 * tickets"]
    _, _, edit = edit_of(mutant, fares)

    assert edit.change() == mutant.change


MADE = """def above(least, most):
    def fits(number):
        return least < number and number < most

    return fits


fits = above(1, 3)
"""


def test_a_function_that_another_one_made_on_import_is_changed_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "made.py"
    file.write_text(MADE, encoding="utf-8")
    fits = runpy.run_path(str(file))["fits"]
    (mutant,) = [
        m for m in mutants("made.py", tmp_path) if m.change == "least < number and number < most -> least < number"
    ]
    put_in_place(mutant, tmp_path, [fits])

    assert [fits(0), fits(2), fits(4)] == [False, True, True]

"""`python -m tests.mutation`: change the judge and the deciders in small ways, and see which changes no test notices.

Prints every survivor as it is found; with `--report` it writes the figures as JSON, for the campaign. The exit code
says that it ran, not how it went.
"""

import argparse
import json
import secrets
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from tests.mutation.running import Outcome, Runner
from tests.mutation.targets import ROOT, Mutant, drawn, explained, mutants, targets

_ORACLE: Final = "tests/oracle/test_against_the_naive_reading.py::test_random_months_come_to_what_the_documents_say"
TESTS: Final = (
    "tests/judging",
    "tests/commands",
    "tests/rulebook",
    "tests/scenarios",
    "tests/handling",
    "tests/reactions/test_due.py",
    "tests/reactions/test_refusals_counted.py",
    "tests/reactions/test_reviews_due.py",
    "tests/reactions/test_settling.py",
    "tests/reactions/test_stale_months.py",
    *(f"tests/projections/test_{name}.py" for name in ("merged", "months_beside", "month_reading")),
    "tests/oracle/test_found_by_the_naive_reading.py",
    f"{_ORACLE}[0]",
    f"{_ORACLE}[1]",
)
"""What runs in one process and in seconds: those who survive it are looked at by a person, not by slower tests."""


def main(arguments: list[str]) -> int:
    """Run what was asked for."""
    asked = _asked(arguments)
    seed = secrets.randbits(32) if asked.seed is None else asked.seed
    root: Path = asked.root.resolve()
    modules = [each for each in asked.target or targets(root) if not asked.only or any(o in each for o in asked.only)]
    every = tuple(mutant for module in modules for mutant in mutants(module, root))
    chosen = drawn(every, len(every) if asked.all else asked.mutants, seed)
    print(f"seed {seed}: {len(chosen)} of {len(every)} mutants of {len(modules)} modules")
    runner = Runner(chosen, root, asked.workers, lambda line: print(line, flush=True))
    with tempfile.TemporaryDirectory() as folder:
        given = ["-s", "-q", "--tb=no", "--no-header", "--assert=plain", "-p", "no:cacheprovider", "-W", "error"]
        # A server cannot be asked from two children at once.
        given += ["-m", "not soak and not slow", "-k", "not postgres", f"--rootdir={root}"]
        given.append(f"--basetemp={folder}/pytest")
        code = pytest.main([*given, *(asked.test or TESTS)], plugins=[runner])
    if len(runner.outcomes) < len(chosen):
        return int(code) or 1
    figures = _figures(every, runner.outcomes, explained(asked.explained) if asked.explained else explained())
    for line in (f"{name}: {value}" for name, value in figures.items() if isinstance(value, int | str)):
        print(line)
    if asked.report:
        written = {"seed": seed, "tests": runner.tests, "tests_left_out": sorted(runner.left_out), **figures}
        asked.report.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=str(__doc__).partition("\n")[0])
    parser.add_argument("--seed", type=int, help="draws the same mutants again (default: a fresh one)")
    parser.add_argument("--mutants", type=int, default=600, help="how many to draw (default: 600)")
    parser.add_argument("--all", action="store_true", help="every mutant there is")
    parser.add_argument("--only", action="append", help="only modules whose path holds this")
    parser.add_argument("--workers", type=int, default=2, help="child processes at a time (default: 2)")
    parser.add_argument("--report", type=Path, help="write the figures to this file")
    parser.add_argument("--root", type=Path, default=ROOT, help="where the modules are (default: here)")
    parser.add_argument("--target", action="append", help="a module to change (default: the judge and the deciders)")
    parser.add_argument("--explained", type=Path, help="a list of explained survivors (default: survivors.toml)")
    parser.add_argument(
        "test", nargs="*", help="tests to ask (default: those of judging, commands, rulebook, scenarios)"
    )
    return parser.parse_args(arguments)


def _figures(
    every: tuple[Mutant, ...], outcomes: list[Outcome], reasons: dict[tuple[str, str, str], str]
) -> dict[str, Any]:
    """What came of it: shares as text with two digits, counts by module and by kind, and each survivor."""
    survivors = sorted(
        (each for each in outcomes if not each.is_killed), key=lambda each: each.mutant[:1] + each.mutant[4:5]
    )
    killed = len(outcomes) - len(survivors)
    told = [each for each in survivors if each.mutant.name in reasons]
    return {
        "mutants_there_are": len(every),
        "mutants_run": len(outcomes),
        "killed": killed,
        "killed_hung": sum(each.how == "hung" for each in outcomes),
        "killed_share": _share(killed, len(outcomes)),
        "survived_explained": len(told),
        "survived_unexplained": len(survivors) - len(told),
        "killed_share_of_those_not_explained": _share(killed, len(outcomes) - len(told)),
        "by_module": _by(outcomes, "module"),
        "by_operator": _by(outcomes, "operator"),
        "survivors": [_survivor(each, reasons.get(each.mutant.name)) for each in survivors],
    }


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "none"


def _by(outcomes: list[Outcome], what: str) -> dict[str, str]:
    every = Counter(getattr(each.mutant, what) for each in outcomes)
    killed = Counter(getattr(each.mutant, what) for each in outcomes if each.is_killed)
    return {name: f"{killed[name]} of {count} killed" for name, count in sorted(every.items())}


def _survivor(outcome: Outcome, reason: str | None) -> dict[str, str | None]:
    mutant = outcome.mutant
    return {
        "where": f"{mutant.module}:{mutant.line}",
        "function": mutant.function,
        "operator": mutant.operator,
        "change": mutant.change,
        "how": outcome.how,
        "reason": reason,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Which tests and cases show a rule id: cases by their `rules`, tests by their docstring, the rest by shown_by.toml.

Promise: a test that is named here is there. Not promised: that it shows the whole rule; that is for whoever reads it.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
SHOWN_BY: Mapping[str, list[str]] = tomllib.loads((TESTS / "rulebook" / "shown_by.toml").read_text())

_ids = re.compile(r"CCM-[A-Z0-9]+-[A-Z0-9]+(?:-[A-Z]+)?").findall
_CASES = ("rulebook/cases",)


@cache
def shown_ids() -> frozenset[str]:
    """Every id that a case, a test's docstring or shown_by.toml names."""
    return frozenset((*_by_cases(), *_by_docstrings(), *SHOWN_BY))


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """The names of the tests of one file; of a class as of the file."""
    file = ROOT / path
    return frozenset(node.name for node in _tests_in(file)) if file.is_file() else frozenset()


def _by_cases() -> Iterator[str]:
    for folder in _CASES:
        for file in sorted((TESTS / folder).rglob("*.toml")):
            yield from _rules_within(tomllib.loads(file.read_text()))


def _rules_within(held: Any) -> Iterator[str]:
    """Every string of a list called `rules`, however deep."""
    if isinstance(held, dict):
        rules = held.get("rules")
        if isinstance(rules, list):
            yield from (rule for rule in rules if isinstance(rule, str))
        for value in held.values():
            yield from _rules_within(value)
    elif isinstance(held, list):
        for value in held:
            yield from _rules_within(value)


def _by_docstrings() -> Iterator[str]:
    for file in sorted(TESTS.rglob("test_*.py")):
        if "CCM-" in file.read_text():
            for test in _tests_in(file):
                yield from _ids(ast.get_docstring(test) or "")


def _tests_in(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node

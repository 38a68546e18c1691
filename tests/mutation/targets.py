"""Which modules are changed, what each of their edits is called, and which of them a seed draws.

Promise: the same files give the same mutants in the same order under the same names, and the same seed draws the same
ones; a name holds no line number, so that an explained survivor stays explained when lines move.
"""

import ast
import random
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

from tests.mutation.edits import Edit, edits

ROOT: Final = Path(__file__).parents[2]
EXPLAINED: Final = Path(__file__).parent / "survivors.toml"


class Mutant(NamedTuple):
    """One edit of one module: where it is, what it is called, and on which lines its statement stands."""

    module: str
    """The path below the root, with slashes."""
    function: str
    """The function or method; "" where it stands in none."""
    operator: str
    change: str
    line: int
    lines: tuple[int, int]
    """The first and the last line whose tests are asked."""
    kind: Literal["body", "default", "value"]
    """Whether it stands in the body of a function, among its defaults, or in no function."""
    number: int
    """Its place among the edits of the module."""

    @property
    def name(self) -> tuple[str, str, str]:
        """What survivors.toml calls it."""
        return self.module, self.function, self.change


def targets(root: Path = ROOT) -> tuple[str, ...]:
    """The judge, the formulas and the deciders with their helpers, as paths below the root."""
    judge = sorted((root / "ledger" / "judging").glob("[!_]*.py"))
    files = [*judge, root / "ledger" / "rulebook" / "formulas.py", *_deciders(root / "commands")]
    return tuple(file.relative_to(root).as_posix() for file in files)


def _deciders(folder: Path) -> list[Path]:
    """The modules of commands/ that hold deciders, and those that they import from among their own."""
    modules = {file.stem: file for file in sorted(folder.glob("[!_]*.py"))}
    found = {name for name, file in modules.items() if "def decide_" in file.read_text(encoding="utf-8")}
    waiting = list(found)
    while waiting:
        for name in _imported(modules[waiting.pop()]):
            if name in modules and name not in found:
                found.add(name)
                waiting.append(name)
    return [modules[name] for name in sorted(found)]


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "commands":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            room, _, module = node.module.partition(".")
            if room == "commands":
                yield module


def parsed(module: str, root: Path = ROOT) -> ast.Module:
    """The tree of a module, new at every call: whoever applies an edit changes it."""
    return ast.parse(_source(root / module), filename=str(root / module))


@cache
def _source(file: Path) -> str:
    """The text as it was when it was first asked for: whoever works on it meanwhile changes no mutant of this run."""
    return file.read_text(encoding="utf-8")


def mutants(module: str, root: Path = ROOT) -> tuple[Mutant, ...]:
    """Every mutant of a module."""
    found: list[Mutant] = []
    seen: Counter[tuple[str, str]] = Counter()
    for number, (function, statement, edit) in enumerate(edits(parsed(module, root))):
        change = edit.change()
        seen[function, change] += 1
        if (count := seen[function, change]) > 1:
            change = f"{change} ({count})"
        line = getattr(edit.old, "lineno", statement.lineno)
        kind = _kind(function, statement)
        found.append(Mutant(module, function, edit.operator, change, line, _asked(statement), kind, number))
    return tuple(found)


def _kind(function: str, statement: ast.stmt) -> Literal["body", "default", "value"]:
    if not function:
        return "value"
    is_default = isinstance(statement, ast.FunctionDef) and statement.name == function.rpartition(".")[2]
    return "default" if is_default else "body"


def _asked(statement: ast.stmt) -> tuple[int, int]:
    """The lines of a statement; of one that holds others, those before the first of them, and all of a function."""
    inner: list[ast.stmt] = getattr(statement, "body", [])
    whole = isinstance(statement, ast.FunctionDef) or not inner
    last = statement.end_lineno or statement.lineno
    return statement.lineno, last if whole else max(statement.lineno, inner[0].lineno - 1)


def edit_of(mutant: Mutant, root: Path = ROOT) -> tuple[ast.Module, ast.stmt, Edit]:
    """The tree of the mutant's module, its statement, and the edit, which is not yet made in the tree."""
    tree = parsed(mutant.module, root)
    for number, (_, statement, edit) in enumerate(edits(tree)):
        if number == mutant.number:
            return tree, statement, edit
    raise LookupError(mutant.name)


def drawn(every: tuple[Mutant, ...], count: int, seed: int) -> tuple[Mutant, ...]:
    """So many of the mutants, from each module its share; all where there are fewer.

    They are shuffled, so that whatever was run so far is a fair sample of its own.
    """
    dice = random.Random(seed)
    if count >= len(every):
        return tuple(dice.sample(every, len(every)))
    by_module: dict[str, list[Mutant]] = {}
    for mutant in every:
        by_module.setdefault(mutant.module, []).append(mutant)
    taken: list[Mutant] = []
    passed = 0
    for of_module in by_module.values():
        passed += len(of_module)
        # What all modules up to this one have to give together, less what they gave: shares are rounded once.
        taken += dice.sample(of_module, count * passed // len(every) - len(taken))
    return tuple(dice.sample(taken, len(taken)))


def explained(file: Path = EXPLAINED) -> dict[tuple[str, str, str], str]:
    """Why mutants may survive, by name: those that change nothing, or nothing that matters."""
    entries: Iterable[dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8")).get("survivor", [])
    return {(entry["module"], entry["function"], entry["change"]): entry["reason"] for entry in entries}

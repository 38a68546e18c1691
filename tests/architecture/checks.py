"""The checks that import-linter cannot make: each takes a module and answers with one complaint per finding.

Promise: a complaint names the place, what stands there, and what to write instead. Checks do not depend on
each other; test_checks.py shows each of them a bad snippet, which it catches, and a good one.
"""

import ast
import builtins
import re
import sys
from collections.abc import Iterator, Mapping

from tests.architecture.source import Module

LINES_PER_MODULE_MAX = 400

# A ratchet: this number is only ever made smaller.
LINES_PER_FUNCTION_MAX = 70


# --- what a module refers to --------------------------------------------------------------------------


def imported_names(module: Module) -> Iterator[tuple[int, str]]:
    """Every import with its line, as full dotted names: `from a import b` is `a.b`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{_origin(node, module)}.{alias.name}") for alias in node.names)


def references(module: Module) -> Iterator[tuple[int, str]]:
    """Every name and dotted name that is used, with its line, spelled out through the module's imports.

    A reference counts as much as a call: `default_factory=datetime.now` is a hidden clock as well.
    """
    known = _aliases(module)
    # `sys.stdout` inside `sys.stdout.write` is not reported a second time.
    inner = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner and (dotted := _dotted(node)):
            first, _, rest = dotted.partition(".")
            # A name that is neither imported nor built in belongs to the module itself.
            if full := known.get(first, first if first in dir(builtins) else ""):
                yield node.lineno, f"{full}.{rest}" if rest else full


def _aliases(module: Module) -> dict[str, str]:
    known: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
                known[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                known[alias.asname or alias.name] = f"{_origin(node, module)}.{alias.name}"
    return known


def _origin(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    base = module.package.split(".")
    kept = base[: len(base) - node.level + 1]
    return ".".join([*kept, node.module] if node.module else kept)


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (left := _dotted(node.value)):
        return f"{left}.{node.attr}"
    return None


def _covers(name: str, full: str) -> bool:
    return full == name or full.startswith(f"{name}.")


# --- clocks, ids, randomness, input and output --------------------------------------------------------

_CLOCK = "take the instant as an argument, or ask the Clock of ledger/terms/ports.py"
_ENTROPY = "take it as an argument, or ask the IdSource of ledger/terms/ports.py"
_WORLD = "take the bytes as an argument; files, environment and terminal belong to interfaces/"

HIDDEN_INPUTS: Mapping[str, str] = {
    "datetime.datetime.now": _CLOCK,
    "datetime.datetime.utcnow": _CLOCK,
    "datetime.datetime.today": _CLOCK,
    "datetime.date.today": _CLOCK,
    "time.time": _CLOCK,
    "time.time_ns": _CLOCK,
    "time.localtime": _CLOCK,
    "time.gmtime": _CLOCK,
    "uuid.uuid1": _ENTROPY,
    "uuid.uuid4": _ENTROPY,
    "uuid.uuid6": _ENTROPY,
    "uuid.uuid7": _ENTROPY,
    "random": _ENTROPY,
    "secrets": _ENTROPY,
    "os.urandom": _ENTROPY,
    "os.getrandom": _ENTROPY,
    "os.environ": "read settings in interfaces/bootstrap.py and pass them on",
    "os.getenv": "read settings in interfaces/bootstrap.py and pass them on",
}

WORLD: Mapping[str, str] = {
    "open": _WORLD,
    "print": _WORLD,
    "input": _WORLD,
    "io.open": _WORLD,
    "sys.argv": _WORLD,
    "sys.stdin": _WORLD,
    "sys.stdout": _WORLD,
    "sys.stderr": _WORLD,
}


def forbidden_references(module: Module, banned: Mapping[str, str]) -> list[str]:
    """Uses of banned names, whether imported whole, by name or under another name."""
    return sorted(
        f"{module.path}:{line}: {full} is not allowed here; {remedy}"
        for line, full in set(references(module))
        for name, remedy in banned.items()
        if _covers(name, full)
    )


def forbidden_imports(module: Module, allowed: tuple[str, ...], denied: tuple[str, ...], remedy: str) -> list[str]:
    """Imports outside the allowed names and the standard library, and those of denied parts of the latter."""
    found = []
    for line, full in imported_names(module):
        pure = full.partition(".")[0] in sys.stdlib_module_names and not any(_covers(name, full) for name in denied)
        if not pure and not any(_covers(name, full) for name in allowed):
            found.append(f"{module.path}:{line}: {full} may not be imported here; {remedy}")
    return found


# --- shape --------------------------------------------------------------------------------------------


def long_modules(module: Module, lines_max: int = LINES_PER_MODULE_MAX) -> list[str]:
    """A module past the limit."""
    length = len(module.text.splitlines())
    if length <= lines_max:
        return []
    return [f"{module.path}: {length} lines, {lines_max} are allowed; move the second idea out"]


def long_functions(module: Module, lines_max: int = LINES_PER_FUNCTION_MAX) -> list[str]:
    """Functions and methods past the limit, decorators and docstring included."""
    return [
        f"{module.path}:{node.lineno}: {node.name} has {length} lines, {lines_max} are allowed; "
        "keep the branches here and move the arithmetic into functions of its own"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (length := _length(node)) > lines_max
    ]


def code_in_init(module: Module) -> list[str]:
    """Anything in an `__init__.py` besides a docstring, imports and `__all__`."""
    if not module.path.endswith("/__init__.py"):
        return []
    return [
        f"{module.path}:{node.lineno}: an __init__.py only lists public names; move this to a module"
        for node in module.tree.body
        if not (_is_docstring(node) or isinstance(node, ast.Import | ast.ImportFrom) or _is_all(node))
    ]


def undocumented(module: Module) -> list[str]:
    """A module, or a public function or class at its top level, without a docstring."""
    public = [
        node
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    found = [] if ast.get_docstring(module.tree) else [f"{module.path}: the module has no docstring; state its promise"]
    return found + [
        f"{module.path}:{node.lineno}: {node.name} has no docstring; say what the signature cannot"
        for node in public
        if not ast.get_docstring(node)
    ]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return (node.end_lineno or node.lineno) - first + 1


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_all(node: ast.stmt) -> bool:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return bool(targets) and all(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


# --- money, SQL, words --------------------------------------------------------------------------------


# Arguments of the standard library that are ratios or waits: the cutoff of difflib, the timeout of a lock.
NEITHER_MONEY_NOR_TIME = frozenset({"cutoff", "timeout"})


def floats(module: Module) -> list[str]:
    """Float literals and the `float` type; asking for it, to refuse one, is allowed."""
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    asked = [call.args[1:] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "isinstance"]
    ratios = [[word.value for word in call.keywords if word.arg in NEITHER_MONEY_NOR_TIME] for call in calls]
    fine = {id(part) for group in asked + ratios for argument in group for part in ast.walk(argument)}
    return [
        f"{module.path}:{node.lineno}: no floats here; money is Decimal, time is whole seconds"
        for node in ast.walk(module.tree)
        if id(node) not in fine
        and (
            (isinstance(node, ast.Constant) and isinstance(node.value, float))
            or (isinstance(node, ast.Name) and node.id == "float")
        )
    ]


_SQL = re.compile(
    r"^\s*(SELECT\b.+?\bFROM\b|INSERT\s+INTO\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b|PRAGMA\s+\w+"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|VIEW|TRIGGER|SCHEMA|ROLE)\b|BEGIN(\s+IMMEDIATE)?\s*;?\s*$)",
    re.DOTALL,
)


def sql_strings(module: Module) -> list[str]:
    """String literals that start like an SQL statement, all in capitals or all in small letters."""
    return [
        f"{module.path}:{node.lineno}: an SQL string; ask ledger/store or a projection for what is needed"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _looks_like_sql(node.value)
    ]


def _looks_like_sql(text: str) -> bool:
    # Sentences of a help text start with one capital: "Select a patient from the list."
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return (first.isupper() or first.islower()) and bool(_SQL.match(text.upper()))


# One letter of each pattern stands in brackets, so that this file does not contain what it looks for.
UNWANTED_WORDS: tuple[tuple[str, str], ...] = (
    (
        r"\bpy[p]i\.(org|python)",
        "the host of a package registry; locks and texts name packages, not where they came from",
    ),
    (
        r"python[h]osted|\bregistry\.[n]pmjs|\bcrates\.[i]o\b|\b[a]naconda\.org",
        "the host of a package registry",
    ),
    (r"(?<![\w.])/(roo[t]|wor[k]|hom[e])/", "a path of somebody's machine; write it relative to the project"),
    (
        r"\b([C]laude|[A]nthropic|[O]penAI|[C]hat-?GPT|GPT-?[3-9]|[C]opilot|[G]emini)\b",
        "how the project was made",
    ),
    (r"\b[L]LMs?\b|\blarge [l]anguage model|\b[s]ub-?agent", "how the project was made"),
    (r"\bAI[- ]([g]enerated|assist|written|coding|model|agent)", "how the project was made"),
    (
        (
            r"\b(written|generated|created|made|produced|authored) ([b]y|with|using) (an? )?"
            r"(AI|agent|assistant|bot)s?\b"
        ),
        "how the project was made",
    ),
    (r"\bCo-[A]uthored-By\b", "how the project was made"),
)


def unwanted_words(path: str, text: str) -> list[str]:
    """Words that no file of the project has a reason to contain."""
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: '{match.group()}' is {meaning}"
        for pattern, meaning in UNWANTED_WORDS
        for match in re.finditer(pattern, text)
    ]

"""The tests of a mutant's lines, run in a child process in which the mutated code stands in place of the right one.

pytest collects once. Which tests run which lines is found by running all of them once, in children. Each mutant then
gets a child of its own: the code of the mutated function is put into the function that is already there, so that every
`from x import f` has it too, and the tests of its lines run, the fastest first, up to the first that fails.

Promise: the children share nothing that a mutant could spoil, and start with empty caches; a test that hangs kills
the mutant after a limit of processor time. Not promised: mutants of what a module holds outside functions, in modules
that made something else of it when they were imported, and of fields of classes.
"""

import ast
import functools
import gc
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, NamedTuple, NoReturn

import coverage
import pytest
from hypothesis import Phase, settings

from tests.mutation.targets import ROOT, Mutant, edit_of

SURVIVED, KILLED, UNABLE = 0, 1, 3
MEMORY_MAX: Final = 4 << 30
WARM: Final = ("tests.gwt:shipped_rulebook", "tests.facts:law")
"""Called before anything is forked: the law is parsed once, by modules that no mutant stands in."""


class Outcome(NamedTuple):
    """What became of one mutant."""

    mutant: Mutant
    how: str
    """survived, unreached (no test runs its line), failed (a test did), hung, crashed."""

    @property
    def is_killed(self) -> bool:
        """Whether a test noticed."""
        return self.how in {"failed", "hung", "crashed"}


class Known(NamedTuple):
    """What one run of all tests tells: which of them run a line of a file, and how many seconds each takes."""

    tests: dict[str, dict[int, set[int]]]
    seconds: dict[int, float]

    def of(self, mutant: Mutant, root: Path) -> list[int]:
        """The tests that run the mutant's lines, the fastest first; for what stands in no function, of its module."""
        lines = self.tests.get(str(root / mutant.module), {})
        first, last = mutant.lines
        asked = [found for line, found in lines.items() if not mutant.function or first <= line <= last]
        return sorted(set().union(*asked), key=lambda number: (self.seconds[number], number))


class Runner:
    """A plugin that, once pytest has collected, runs the mutants instead of the tests."""

    def __init__(
        self, mutants: Sequence[Mutant], root: Path = ROOT, workers: int = 2, say: Callable[[str], None] = print
    ) -> None:
        self.mutants, self.root, self.workers, self.say = mutants, root, workers, say
        self.outcomes: list[Outcome] = []
        self.tests = 0
        self.left_out: list[str] = []
        """Tests that fail without any mutant while they are watched: those that ask how long something takes."""
        self._failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Properties look for an example and do not make it smaller: that one was found is all that is asked."""
        quick = settings(settings(), phases=(Phase.explicit, Phase.generate))
        settings.register_profile("mutation", quick)
        settings.load_profile("mutation")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Whether anything failed so far."""
        self._failed = self._failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Find out what runs where, then run every mutant."""
        if session.testsfailed:
            raise pytest.UsageError("the tests could not be collected")
        self.tests = len(session.items)
        for name in WARM:
            module, _, function = name.partition(":")
            if module in sys.modules:
                getattr(sys.modules[module], function)()
        functions = _functions({str(self.root / mutant.module) for mutant in self.mutants})
        gc.freeze()
        self.say(f"{len(session.items)} tests tell which lines they run")
        known = self._known(session.items)
        self.say(f"{len(self.mutants)} mutants; left out: {', '.join(sorted(self.left_out)) or 'nothing'}")
        waiting: dict[int, Mutant] = {}
        for mutant in self.mutants:
            numbers = known.of(mutant, self.root)
            if not numbers:
                self._came_out(mutant, "unreached")
                continue
            while len(waiting) >= self.workers:
                self._reap(waiting)
            items = [session.items[number] for number in numbers]
            allowed = 10 + 4 * int(sum(known.seconds[number] for number in numbers))
            waiting[_forked(partial(self._tried, mutant, items, allowed, functions))] = mutant
        while waiting:
            self._reap(waiting)
        return True

    def _reap(self, waiting: dict[int, Mutant]) -> None:
        pid, status = os.wait()
        how = "crashed"
        if os.WIFEXITED(status):
            how = {SURVIVED: "survived", KILLED: "failed"}.get(os.WEXITSTATUS(status), "unable")
        elif os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGALRM}:
            how = "hung"
        self._came_out(waiting.pop(pid), how)

    def _came_out(self, mutant: Mutant, how: str) -> None:
        outcome = Outcome(mutant, how)
        self.outcomes.append(outcome)
        if not outcome.is_killed:
            self.say(f"{how}: {mutant.module}:{mutant.line} {mutant.function}: {mutant.change}")
        if len(self.outcomes) % 25 == 0:
            self.say(f"{sum(each.is_killed for each in self.outcomes)} of {len(self.outcomes)} killed")

    # --- which tests run which lines --------------------------------------------------------------------------------

    def _known(self, items: list[pytest.Item]) -> Known:
        """What the tests run, found by as many children as there are workers, each with its share of the tests."""
        tests: dict[str, dict[int, set[int]]] = {}
        seconds: dict[int, float] = {}
        reading = [self._measuring(items, range(at, len(items), self.workers)) for at in range(self.workers)]
        for pipe in reading:
            with os.fdopen(pipe, "rb") as answer:
                found, took, failed = pickle.load(answer)
            os.wait()
            seconds |= took
            self.left_out += failed
            for file, lines in found.items():
                for line, numbers in lines.items():
                    tests.setdefault(file, {}).setdefault(line, set()).update(numbers)
        return Known(tests, seconds)

    def _measuring(self, items: list[pytest.Item], share: range) -> int:
        reading, writing = os.pipe()

        def measure() -> NoReturn:
            answer = self._measured(items, share)
            with os.fdopen(writing, "wb") as out:
                pickle.dump(answer, out)
            os._exit(0)

        _forked(measure)
        os.close(writing)
        return reading

    def _measured(
        self, items: list[pytest.Item], share: range
    ) -> tuple[dict[str, dict[int, list[int]]], dict[int, float], list[str]]:
        files = sorted({str(self.root / mutant.module) for mutant in self.mutants})
        watched = coverage.Coverage(data_file=None, config_file=False, include=files, messages=False)
        caches = _caches(files)
        seconds: dict[int, float] = {}
        failed: list[str] = []
        watched.start()
        for number in share:
            for cache in caches:
                # What an earlier test had worked out would hide that this one needs it.
                cache.cache_clear()
            watched.switch_context(str(number))
            began = time.perf_counter()
            if not self._passes([items[number]]):
                failed.append(items[number].nodeid)
                self._failed = False
                continue
            seconds[number] = time.perf_counter() - began
        watched.stop()
        data = watched.get_data()
        found = {
            file: {
                line: [int(number) for number in numbers if number and int(number) in seconds]
                for line, numbers in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        return found, seconds, failed

    # --- one mutant -------------------------------------------------------------------------------------------------

    def _tried(
        self, mutant: Mutant, items: list[pytest.Item], allowed: int, functions: dict[str, list[FunctionType]]
    ) -> NoReturn:
        """In the child: the mutated code in its place, then the tests; the exit code is the answer."""
        # Whoever waits for something that never comes uses no processor time.
        signal.setitimer(signal.ITIMER_REAL, 60 + 20 * allowed)
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
        file = str(self.root / mutant.module)
        try:
            put_in_place(mutant, self.root, functions[file])
        except Unable:
            os._exit(UNABLE)
        except Exception:  # noqa: BLE001 - a module that cannot be imported is noticed by every test
            os._exit(KILLED)
        for cache in _caches([file]):
            cache.cache_clear()
        os._exit(SURVIVED if self._passes(items) else KILLED)

    def _passes(self, items: list[pytest.Item]) -> bool:
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return False
        return True


class Unable(Exception):
    """The mutated code fits nowhere: an error of this module."""


def _forked(do: Callable[[], NoReturn]) -> int:
    """The id of a child that does this, silently."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        do()
    finally:
        os._exit(UNABLE)


def _functions(files: set[str]) -> dict[str, list[FunctionType]]:
    """Every function that was made of these files, whatever it is called or wrapped in by now."""
    found: dict[str, list[FunctionType]] = {file: [] for file in files}
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename in found:
            found[each.__code__.co_filename].append(each)
    return found


def _caches(files: Sequence[str]) -> list[Any]:
    """The caches of functions of the modules that were made of these files."""
    return [
        each
        for module in _modules()
        if getattr(module, "__file__", None) in files
        for each in vars(module).values()
        # What was imported from elsewhere, the parsed law above all, no mutant of this module can have spoiled.
        if isinstance(each, functools._lru_cache_wrapper) and each.__module__ == module.__name__
    ]


def _modules() -> Iterator[ModuleType]:
    yield from list(sys.modules.values())


def put_in_place(mutant: Mutant, root: Path, functions: list[FunctionType]) -> None:
    """The mutated code into the functions that are there, the mutated values to wherever they were imported."""
    file = str(root / mutant.module)
    tree, statement, edit = edit_of(mutant, root)
    edit.place.put(edit.new)
    if mutant.kind == "body":
        _keep_variables(tree, functions)
        new = _codes(compile(tree, file, "exec", dont_inherit=True), mutant.function)
        for function, code in _alike(functions, new):
            function.__code__ = code
        return
    module = next(each for each in _modules() if getattr(each, "__file__", None) == file)
    if mutant.kind == "default":
        assert isinstance(statement, ast.FunctionDef)
        code = compile(tree, file, "exec", dont_inherit=True)
        statement.decorator_list = []
        made = _run([statement], module)[statement.name]
        for function, _ in _alike(functions, _codes(code, mutant.function)):
            function.__defaults__, function.__kwdefaults__ = made.__defaults__, made.__kwdefaults__
        return
    values = _run([each for each in tree.body if isinstance(each, ast.Assign | ast.AnnAssign)], module)
    for name, value in values.items():
        old = vars(module).get(name)
        if name.startswith("__") or old == value:
            continue
        for each in _modules():
            if vars(each).get(name) is old:
                setattr(each, name, value)


def _alike(functions: list[FunctionType], codes: Iterator[CodeType]) -> list[tuple[FunctionType, CodeType]]:
    """The functions that there are, each with its new code."""
    new = {_key(code): code for code in codes}
    old = [(each, _key(each.__code__)) for each in functions]
    found = [(each, new[key]) for each, key in old if key in new]
    if not found:
        raise Unable
    return found


def _key(code: CodeType) -> tuple[str, int, tuple[str, ...]]:
    return code.co_qualname, code.co_firstlineno, code.co_freevars


def _keep_variables(tree: ast.Module, functions: list[FunctionType]) -> None:
    """Closures that were made on import go on naming the variables that they hold: their new code has to fit them."""
    held = {(each.__code__.co_name, each.__code__.co_firstlineno): each.__code__.co_freevars for each in functions}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (names := held.get((node.name, node.lineno))):
            node.body += ast.parse(f"if 0:\n    {', '.join(names)}").body


def _run(statements: list[ast.stmt], module: ModuleType) -> dict[str, Any]:
    """What a module would hold had these statements been run in it."""
    held = dict(vars(module))
    exec(compile(ast.Module(statements, []), str(module.__file__), "exec", dont_inherit=True), held)
    return held


def _codes(code: CodeType, name: str) -> Iterator[CodeType]:
    """The code of a function or method with those that it makes, or of each where a property has several."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == name or constant.co_qualname.startswith(f"{name}.<locals>."):
                yield constant
                yield from _codes(constant, name)
            elif name.startswith(f"{constant.co_qualname}."):
                yield from _codes(constant, name)

"""The project's own source, as the architecture tests read it: parsed modules and the text of tracked files.

Promise: what is not in version control (and not about to be) is not read. Not promised: judgement; that is
checks.py.
"""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("ledger", "commands", "projections", "interfaces")


@dataclass(frozen=True)
class Module:
    """One Python file: where it is, what it is called in imports, its lines and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The dotted name: `ledger/terms/__init__.py` is `ledger.terms`."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """The dotted name of the folder that it stands in, which relative imports start from."""
        return self.path.rpartition("/")[0].replace("/", ".")

    def is_in(self, *places: str) -> bool:
        """Whether it is one of these modules, or below one of these packages."""
        return any(self.name == place or self.name.startswith(f"{place}.") for place in places)


def snippet(text: str, path: str = "ledger/terms/snippet.py") -> Module:
    """A module made of a few lines, for showing that a check catches what it is there to catch."""
    return Module(path=path, text=text, tree=ast.parse(text))


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file in version control, or that would be added to it: what .gitignore names is left out."""
    names = _listed_by_git() or _found_in_folders()
    # A file that was deleted but is still in the index has no text to check.
    return tuple(ROOT / name for name in sorted(names) if (ROOT / name).is_file())


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """The parsed Python files below these folders; of the four rooms when none is named."""
    wanted = folders or ROOMS
    paths = [path.relative_to(ROOT) for path in tracked_files() if path.suffix == ".py"]
    return tuple(_parse(path) for path in paths if path.parts[0] in wanted)


def texts(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Path and text of every file that is text; keys of a picture or a database are skipped."""
    for file in files:
        try:
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def _listed_by_git() -> list[str]:
    # Tests have a home folder of their own, so the user's own `safe.directory` is not seen.
    command = [
        "git",
        "-c",
        f"safe.directory={ROOT}",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return [name for name in done.stdout.split("\0") if name]


def _found_in_folders() -> list[str]:
    # The sources came without their history: take all but what tools make in folders with a leading dot.
    found = [path.relative_to(ROOT) for path in ROOT.rglob("*") if "__pycache__" not in path.parts]
    return [str(path) for path in found if not path.parts[0].startswith(".") or path.parts[0] == ".ci"]


def _parse(path: Path) -> Module:
    text = (ROOT / path).read_text(encoding="utf-8")
    return Module(path=str(path), text=text, tree=ast.parse(text))

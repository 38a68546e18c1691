"""Runs the examples of a document, so that what it shows is what happens.

The convention, described for writers in docs/development.md:

- a ```console block holds commands after `$ ` (continued after `> `), each followed by the output it must
  print; a line `...` stands for any lines, `...` inside a line for any text; a command must succeed, so that
  a refusal is shown with `|| echo "exit $?"`;
- a ```python block is executed; one document has one namespace;
- every other block (```sh, ```text, ```json, none) is for reading only.

Promise: blocks run in the order of the document, in one temporary folder per document, with `ccm-ledger` of
this environment first on the PATH and a home folder of their own. Each command has a shell of its own; what
`export NAME=value` sets stays.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SECONDS_PER_COMMAND_MAX = 120


@dataclass(frozen=True)
class Block:
    """A fenced block of a document: where it starts, what it is, and its lines."""

    line: int
    language: str
    text: str


@dataclass(frozen=True)
class Example:
    """One command of a console block and the output that the document shows for it."""

    line: int
    command: str
    expected: str


class ExampleFailed(AssertionError):
    """A document shows something else than what happens."""


def run_document(document: Path, folder: Path) -> int:
    """Run every runnable block of the document inside the folder; the number of examples that were run."""
    environment = _environment(folder)
    namespace: dict[str, object] = {"__name__": "__document__"}
    count = 0
    for block in blocks(document.read_text(encoding="utf-8")):
        if block.language == "python":
            _run_python(document, block, namespace)
            count += 1
        elif block.language == "console":
            for example in examples(block):
                _run_command(document, example, folder, environment)
                count += 1
    return count


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a Markdown text, in order; an indented fence is cut back to its indentation."""
    opened: tuple[int, str, str, str] | None = None
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if opened is None:
            if fence := re.match(r"^(\s*)(`{3,}|~{3,})\s*(\w*)", line):
                opened, lines = (number, fence[1], fence[2], fence[3]), []
        elif line.strip() == opened[2]:
            yield Block(line=opened[0], language=opened[3], text="\n".join(lines))
            opened = None
        else:
            lines.append(line.removeprefix(opened[1]))
    if opened is not None:
        raise ExampleFailed(f"line {opened[0]}: this block is never closed")


def examples(block: Block) -> Iterator[Example]:
    """The commands of a console block with their expected output."""
    command: list[str] = []
    expected: list[str] = []
    start = block.line
    for number, line in enumerate(block.text.splitlines(), start=block.line + 1):
        if line.startswith("$ "):
            if command:
                yield Example(start, "\n".join(command), "\n".join(expected))
            start, command, expected = number, [line[2:]], []
        elif not command:
            raise ExampleFailed(f"line {number}: a console block starts with a command after '$ '")
        elif line.startswith("> ") and not expected:
            command.append(line[2:])
        else:
            expected.append(line)
    if command:
        yield Example(start, "\n".join(command), "\n".join(expected))


def matches(expected: str, actual: str) -> bool:
    """Whether the output is as shown; spaces at line ends and empty lines at both ends do not count."""
    lines = [line.rstrip() for line in expected.strip("\n").splitlines()]
    # A line of dots may stand for no line at all, so it swallows its own line break.
    pattern = "".join(r"(?:.*\n)*?" if line.strip() == "..." else _line_pattern(line) + r"\n" for line in lines)
    shown = "".join(f"{line.rstrip()}\n" for line in actual.strip("\n").splitlines())
    return re.fullmatch(pattern, shown) is not None


def _line_pattern(line: str) -> str:
    return ".*?".join(re.escape(part) for part in line.split("..."))


def _run_command(document: Path, example: Example, folder: Path, environment: dict[str, str]) -> None:
    if exported := re.fullmatch(r"export ([A-Z_]+)=(.*)", example.command):
        environment[exported[1]] = shlex.split(exported[2])[0]
        return
    done = subprocess.run(
        ["bash", "-c", example.command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS_PER_COMMAND_MAX,
    )
    where = f"{document.name}, line {example.line}: {example.command}"
    if done.returncode != 0:
        raise ExampleFailed(f"{where}\nended with exit code {done.returncode} and printed\n{done.stdout}")
    if not matches(example.expected, done.stdout):
        raise ExampleFailed(f"{where}\nshould print\n{example.expected}\n\nbut printed\n{done.stdout}")


def _run_python(document: Path, block: Block, namespace: dict[str, object]) -> None:
    # Line numbers of a traceback are those of the document.
    code = compile("\n" * block.line + block.text, str(document), "exec")
    try:
        exec(code, namespace)
    except Exception as error:
        raise ExampleFailed(f"{document.name}, block at line {block.line}: {error!r}") from error


def _environment(folder: Path) -> dict[str, str]:
    # A closed list: the settings of whoever runs this must not make an example work.
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "USER": "reader",
        "LOGNAME": "reader",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }

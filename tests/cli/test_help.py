"""`--help` says what there is, at once: nothing heavy is imported before a command runs."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main, parser

HEAVY = (
    *("pydantic", "rich", "structlog", "eventsourcing", "orjson", "cryptography", "tzdata", "zoneinfo", "tomllib"),
    *("sqlite3", "psycopg", "psycopg_pool"),
)

READS = (
    *(("month",), ("months",), ("history",), ("audit",), ("find",), ("readiness",), ("parked", "list")),
    *(("rules", "list"), ("rules", "show"), ("rules", "price")),
)
"""The commands that read the record of a ledger."""


def command_lines(whole: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of a parser, with those inside it."""
    yield words
    for action in whole._actions:
        if isinstance(action.choices, dict):
            for name, inner in action.choices.items():
                yield from command_lines(inner, (*words, name))


@pytest.mark.parametrize("words", [*command_lines(parser())], ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])

    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert shown.startswith(f"usage: {' '.join(('ccm-ledger', *words))}")
    assert "--ledger PLACE" in shown


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_every_read_takes_a_moment(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*words, "--help"])

    assert "--as-of POSITION|INSTANT" in capsys.readouterr().out


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    shown = capsys.readouterr().out
    named = {words[0] for words in command_lines(parser()) if words}
    assert {name for name in named if f"\n    {name} " not in shown} == set()


def test_the_readme_has_every_command_in_its_table() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    named = {word for row in readme.splitlines() if row.startswith("| `") for word in re.findall(r"`([a-z-]+)", row)}

    assert {words[0] for words in command_lines(parser()) if words} - named == set()


def test_help_imports_nothing_heavy() -> None:
    program = (
        # What measures coverage may have been imported before.
        "import sys\nbefore = set(sys.modules)\nfrom interfaces.cli.main import main\n"
        "try:\n    main(['submit', '--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in set(sys.modules) - before], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("ccm-ledger 0.")

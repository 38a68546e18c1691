"""How long `ccm-ledger --help` takes as a whole process, and the law that every command which judges must read.

Beside the one stands an interpreter that does nothing, beside the other the reading of the same files as TOML.
"""

import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.measuring import Contender, Rates, Target, spread, table, take_turns, timed
from ledger.rulebook import load_rulebook, shipped_edition

TARGET: Final = Target(300, is_ceiling=True)
LAW_TARGET: Final = Target(100, is_ceiling=True)
RUNS_A_ROUND: Final = 3


def run(base: Path, *, rounds: int) -> Iterator[str]:
    """The tables of `--help` and of the law."""
    program = Path(sys.executable).with_name("ccm-ledger")
    called = [str(program)] if program.exists() else [sys.executable, "-m", "interfaces.cli.main"]
    contenders = [
        Contender("python -c pass", lambda _: _milliseconds([sys.executable, "-c", "pass"], base)),
        Contender("ccm-ledger --help", lambda _: _milliseconds([*called, "--help"], base)),
    ]
    rates = take_turns(contenders, rounds)
    bare, ours = (rates[contender.name] for contender in contenders)
    rows = [_row(bare, bare, None), _row(ours, bare, TARGET)]
    yield table(
        f"Start-up: whole processes, {rounds} rounds of {RUNS_A_ROUND}",
        ["what", "milliseconds", "ratio", "target", ""],
        rows,
    )
    yield _law(rounds)


def _law(rounds: int) -> str:
    files = dict(shipped_edition().files)
    contenders = [
        Contender("TOML alone", lambda _: _parsed(files)),
        # Without the register, as `rulebook_of` does: no month is judged by it.
        Contender("the law", lambda _: _milliseconds_of(lambda: load_rulebook(files, first_time=False))),
    ]
    rates = take_turns(contenders, rounds)
    toml, law = (rates[contender.name] for contender in contenders)
    size = sum(map(len, files.values()))
    rows = [_row(toml, toml, None), _row(law, toml, LAW_TARGET)]
    title = f"Reading the law: {len(files)} files, {size:,} bytes, once a process"
    return table(title, ["what", "milliseconds", "ratio", "target", ""], rows)


def _parsed(files: dict[str, bytes]) -> float:
    return _milliseconds_of(lambda: [tomllib.loads(text.decode()) for text in files.values()])


def _milliseconds_of(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest of a few runs."""
    fastest = float("inf")
    for _ in range(RUNS_A_ROUND):
        with timed() as watch:
            work()
        fastest = min(fastest, watch.seconds * 1_000)
    return fastest


def _milliseconds(command: Sequence[str], base: Path) -> float:
    """Milliseconds of one run, the fastest of a round: what else the machine did is not the program's."""
    return _milliseconds_of(lambda: subprocess.run(command, cwd=base, stdout=subprocess.DEVNULL, check=True))


def _row(rates: Rates, bare: Rates, target: Target | None) -> list[str]:
    shown = spread(rates.median, min(rates.rounds), max(rates.rounds))
    ratio = spread(*rates.against(bare)) if target else "1 (yardstick)"
    said = f"≤ {target.number:g} ms" if target else ""
    return [rates.name, shown, ratio, said, target.verdict(rates.median) if target else ""]

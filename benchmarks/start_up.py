"""How long `ccm-ledger --help` takes as a whole process, beside an interpreter that does nothing."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.measuring import Contender, Rates, Target, spread, table, take_turns, timed

TARGET: Final = Target(300, is_ceiling=True)
RUNS_A_ROUND: Final = 3


def run(base: Path, *, rounds: int) -> Iterator[str]:
    """The table of `--help`."""
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


def _milliseconds(command: Sequence[str], base: Path) -> float:
    """Milliseconds of one run, the fastest of a round: what else the machine did is not the program's."""
    fastest = float("inf")
    for _ in range(RUNS_A_ROUND):
        with timed() as watch:
            subprocess.run(command, cwd=base, stdout=subprocess.DEVNULL, check=True)
        fastest = min(fastest, watch.seconds * 1_000)
    return fastest


def _row(rates: Rates, bare: Rates, target: Target | None) -> list[str]:
    shown = spread(rates.median, min(rates.rounds), max(rates.rounds))
    ratio = spread(*rates.against(bare)) if target else "1 (yardstick)"
    said = f"≤ {target.number:g} ms" if target else ""
    return [rates.name, shown, ratio, said, target.verdict(rates.median) if target else ""]

"""`python -m benchmarks [NAME ...]`: run the measurements and print their tables.

Exit code 0 whatever the figures are: they are read by people. 1 only where a correctness gate failed, because then
what was measured did not do its work.
"""

import argparse
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    asking,
    billing,
    bulk_submit,
    completing,
    erosion,
    judging,
    memory,
    reacting,
    ready,
    rebuilding,
    rejudge,
    remitting,
    sealing,
    serving,
    shared,
    shared_size,
    start_up,
    storing,
    verifying,
)
from benchmarks.measuring import ROUNDS, GateFailed
from tests.campaign import commit

Benchmark = Callable[[Path, argparse.Namespace], Iterator[str]]

BENCHMARKS: dict[str, Benchmark] = {
    "submit": lambda base, args: bulk_submit.run(base, rounds=args.rounds, patients=args.patients),
    "judging": lambda base, args: judging.run(base, rounds=args.rounds, times=args.months),
    "asking": lambda base, args: asking.run(base, events=args.size, questions=args.questions),
    "rebuild": lambda base, args: rebuilding.run(base, rounds=args.rounds, events=args.events),
    "rejudge": lambda base, args: rejudge.run(base, rounds=args.rounds, months=args.rejudged),
    "remit": lambda base, args: remitting.run(base, rounds=min(args.rounds, 3), service_lines=args.lines),
    "ready": lambda base, args: ready.run(base, rounds=args.rounds, patients=args.listed),
    "bill": lambda base, args: billing.run(base, rounds=args.rounds, patients=args.listed),
    "react": lambda base, args: reacting.run(base, events=args.events),
    "erosion": lambda base, args: erosion.run(base, claims=args.claims),
    "complete": lambda base, args: completing.run(base, events=args.size),
    "store": lambda base, args: storing.run(base, rounds=args.rounds, patients=args.patients),
    "verify": lambda base, args: verifying.run(base, rounds=min(args.rounds, 3), events=args.size),
    "help": lambda base, args: start_up.run(base, rounds=args.rounds),
    "memory": lambda base, args: memory.run(base, early=args.lines * 2 // 5, late=args.lines),
    "sealing": lambda base, args: sealing.run(base, rounds=args.rounds, facts=args.sealed),
    "serving": lambda base, args: serving.run(base, rounds=min(args.rounds, 3)),
    "shared": lambda base, args: shared.run(base, rounds=args.rounds),
    "size": lambda base, args: shared_size.run(base, events=args.size, ledgers=args.ledgers, commands=args.lines),
}


def main() -> int:
    """Run the benchmarks that were named, or all."""
    args = _arguments()
    print(_machine(args.rounds))
    for name in args.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="ccm-bench-", dir=args.folder) as base:
            try:
                for table in BENCHMARKS[name](Path(base), args):
                    print(table, flush=True)
            except GateFailed as failed:
                print(f"{name}: a correctness gate failed, so there is no figure. {failed}", file=sys.stderr)
                return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all where none is named")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds that alternate (default %(default)s)")
    parser.add_argument("--patients", type=int, default=600, help="patients of submit and store")
    parser.add_argument("--events", type=int, default=50_000, help="facts of rebuild and react (200000 for a long run)")
    parser.add_argument("--claims", type=int, default=1_000, help="claims of erosion (10000 for a long run)")
    parser.add_argument("--months", type=int, default=2_000, help="months judged a round")
    parser.add_argument(
        "--lines", type=int, default=50_000, help="lines of memory, against two fifths of them, and of remit"
    )
    parser.add_argument(
        "--size", type=int, default=1_000_000, help="facts of the large ledger of size, asking and verify"
    )
    parser.add_argument("--questions", type=int, default=1_000, help="questions about a month of asking")
    parser.add_argument("--rejudged", type=int, default=10_000, help="patient-months of rejudge (default %(default)s)")
    parser.add_argument("--listed", type=int, default=10_000, help="patients of ready (default %(default)s)")
    parser.add_argument("--sealed", type=int, default=1_000_000, help="facts of sealing (default %(default)s)")
    parser.add_argument("--ledgers", type=int, default=300, help="idle ledgers of size")
    parser.add_argument("--folder", type=Path, default=None, help="where ledgers are made (default: temporary files)")
    args = parser.parse_args()
    for name in args.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name}: {', '.join(BENCHMARKS)}")
    return args


def _machine(rounds: int) -> str:
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    peer = f"eventsourcing {version('eventsourcing')}"
    return f"ccm-ledger at {commit()}\n{versions}, {peer}; {platform.machine()}, {rounds} alternating rounds\n"


if __name__ == "__main__":
    sys.exit(main())

"""Runs one tampering again: `python -m tests.tamper ENGINE SEED`, as a complaint of the harness names them."""

import sys
import tempfile
from pathlib import Path

from tests.tamper.harness import Tally, tamper
from tests.tamper.world import made


def main(engine: str, seed: str) -> int:
    """Say what was promised and not found; 1 where there is any."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, made(engine, Path(folder)) as world:
        tamper(world, seed, tally)
    print("\n".join(tally.broken) or f"{seed}: found as promised with each evidence.")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

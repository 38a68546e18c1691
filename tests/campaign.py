"""Long campaigns: a seed that can be given again, and a report that says what was run.

Promise: every campaign leaves `reports/<test>.json` with seed, commit, outcome, duration and figures, also
when it fails; the same seed on the same commit makes the same choices. Not promised: the order of processes.
"""

import json
import os
import random
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass
class Campaign:
    """One run of one long test: its seed, its random numbers, and the figures that it reports."""

    name: str
    seed: int
    figures: dict[str, object] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        print(f"{self.name}: seed {self.seed}; run it again with: make soak SEED={self.seed}")

    def note(self, **figures: object) -> None:
        """Figures for the report; a later one of the same name replaces an earlier one."""
        self.figures |= figures

    def report(self, outcome: str, folder: Path = ROOT / "reports") -> Path:
        """Write the report, and say where it is."""
        folder.mkdir(exist_ok=True)
        written = folder / f"{self.name}.json"
        content = {
            "campaign": self.name,
            "seed": self.seed,
            "commit": commit(),
            "outcome": outcome,
            "duration_s": round(time.monotonic() - self.started, 1),
            "figures": self.figures,
        }
        written.write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")
        return written


def unmeasured() -> dict[str, str]:
    """The environment without what has a child process note which lines it runs.

    Races, kills and resident memory are not run to see lines, which other tests reach, and noting them takes longer.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def commit() -> str:
    """The commit that is checked out, `-dirty` where files differ from it; `unknown` without git."""
    command = ["git", "-c", f"safe.directory={ROOT}", "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"

"""How much memory a bulk `submit` takes as it goes on: the real program, fed through a pipe, measured from outside."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import IO, Final, NamedTuple

import orjson

from benchmarks import lines, world
from benchmarks.measuring import Target, gate, table
from ledger.store.postgres.address import Address
from tests.campaign import unmeasured

MIB: Final = 1024.0
GROWTH_MAX: Final = Target(20, is_ceiling=True)
"""Megabytes that the resident set may grow between the early and the late line."""


class Growth(NamedTuple):
    """Resident memory in MB at two lines, the highest that it ever was, and how many lines were accepted."""

    early: float
    late: float
    peak: float
    accepted: int

    @property
    def grown(self) -> float:
        """Megabytes between the early and the late line."""
        return self.late - self.early


def run(base: Path, *, early: int, late: int) -> Iterator[str]:
    """The table of memory."""
    growth = measure(base, early=early, late=late)
    rows = [
        [f"at line {early:,}", f"{growth.early:.1f}", "", ""],
        [f"at line {late:,}", f"{growth.late:.1f}", "", ""],
        ["growth", f"{growth.grown:+.1f}", f"≤ {GROWTH_MAX.number:g} MB", GROWTH_MAX.verdict(growth.grown)],
        ["highest", f"{growth.peak:.1f}", "", ""],
    ]
    yield table("Memory of a bulk submit (resident set of the process, MB)", ["when", "MB", "target", ""], rows)


def measure(base: Path, *, early: int, late: int, address: Address | None = None) -> Growth:
    """Submit `late` lines to a ledger of its own, and look at the process when lines `early` and `late` are answered.

    The patients are so many that a year of working days has enough lines; each day's lines go once around all.
    """
    patients = max(-(-late // len(lines.working_days())), 200)
    base.mkdir(exist_ok=True)
    place = world.make(base, address, patients=patients)
    command = [sys.executable, "-m", "interfaces.cli.main", "submit", "-", "--ledger", str(place.where)]
    process = subprocess.Popen(
        [*command, "--key-file", str(place.key_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=unmeasured(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    feeding = Thread(target=_feed, args=(process.stdin, patients, late), daemon=True)
    feeding.start()
    seen: dict[int, float] = {}
    accepted = 0
    peak = 0.0
    for number, answer in enumerate(process.stdout, 1):
        accepted += orjson.loads(answer)["outcome"] == "accepted"
        if number in (early, late):
            # The program waits for its next lines or is at work on them: either way it holds what it holds.
            seen[number] = megabytes(process.pid, "VmRSS")
            peak = megabytes(process.pid, "VmHWM")
        if number == late:
            break
    process.stdin.close()
    process.stdout.close()
    feeding.join()
    process.wait(timeout=60)
    gate("memory", lines=late, accepted=accepted)
    return Growth(seen[early], seen[late], peak, accepted)


def _feed(pipe: IO[bytes], patients: int, count: int) -> None:
    """Write the lines; the pipe stays open, so that the process is still there when it is looked at."""
    whole = (raw for day in lines.working_days() for raw in lines.day_of_time(day, range(patients)))
    for raw in islice(whole, count):
        pipe.write(raw + b"\n")
    pipe.flush()


def megabytes(pid: int, name: str) -> float:
    """A number that the system keeps of the memory of a process, such as VmRSS."""
    for said in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if said.startswith(f"{name}:"):
            return int(said.split()[1]) / MIB
    raise AssertionError(f"the system does not say {name}")

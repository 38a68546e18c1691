"""Reactions that are killed between any two steps miss nothing and leave nothing twice; two at once report once."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from ledger.store.connection import Ledger, Place
from ledger.store.fsck import verify
from ledger.streams.base import Event
from tests.campaign import ROOT
from tests.house import KEY, House
from tests.reactions.company import NEXT_DAY, NEXT_YEAR, company, findings, opened, react, topics, without_notes
from tests.reactions.faulty import FaultyLog, Killed

RUNS = (NEXT_DAY, NEXT_YEAR)


@dataclass
class Kept:
    """A closed ledger to be copied, what an undisturbed reactor finds in it, and the steps that it takes."""

    folder: Path
    found: list[Event]
    steps: list[tuple[int, str]]
    """(run, step)."""

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Ledger]:
        shutil.copytree(self.folder, folder)
        with opened(folder) as log:
            yield log
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept") / "ledger"
    with company(folder):
        pass
    made = Kept(folder, [], [])
    with made.copied(folder.parent / "undisturbed") as log:
        for run, now in enumerate(RUNS):
            seen = FaultyLog(log)
            react(log, now, seen_as=seen)
            made.steps += [(run, step) for step in seen.calls]
        made.found = findings(log)
    return made


def run_killed_at(log: Ledger, now: datetime, step: int, *, late: bool = False) -> bool:
    """A run that ends at a step; whether it came so far."""
    try:
        react(log, now, seen_as=FaultyLog(log, step, late=late))
    except Killed:
        return True
    return False


@pytest.mark.slow
def test_killed_before_any_step_and_after_any_append_nothing_is_missed_and_nothing_twice(
    kept: Kept, tmp_path: Path
) -> None:
    assert [*topics(kept.found)] != []
    for number, (run, step) in enumerate(kept.steps):
        step_of_run = sum(1 for earlier, _ in kept.steps[: number + 1] if earlier == run)
        for late in (False, True) if step == "append" else (False,):
            with kept.copied(tmp_path / "ledger") as log:
                for which, now in enumerate(RUNS):
                    if which == run:
                        assert run_killed_at(log, now, step_of_run, late=late)
                    react(log, now)

                assert kept.found == findings(log), (number, step, late)
                assert verify(log).is_sound


def test_a_reactor_that_is_killed_one_step_later_each_time_comes_to_the_same(place: Place) -> None:
    with company(place) as it:
        for now in RUNS:
            step = 1
            while run_killed_at(it.log, now, step):
                step += 1
        counted = topics(findings(it.log))
        assert verify(it.log).is_sound

    assert sorted(set(counted)) == sorted(counted)
    assert {"refusals_counted", "month_went_stale", "parked_delivery", "unanswered_stale_month", "visit_age"} <= set(
        counted
    )


def test_two_reactors_at_once_report_once(it: House, place: Place) -> None:
    with opened(place) as second, opened(place) as third, ThreadPoolExecutor(3) as threads:
        for now in RUNS:
            runs = [threads.submit(react, log, now) for log in (it.log, second, third)]
            for each in runs:
                each.result(timeout=60)

        found = topics(findings(it.log))

    assert sorted(set(found)) == sorted(found)
    assert 9 == len(found)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_which_reaction_runs_first_makes_no_difference(kept: Kept, tmp_path: Path, order: Sequence[int]) -> None:
    with kept.copied(tmp_path / "ledger") as log:
        for now in RUNS:
            react(log, now, order=order)

        assert _by_content(without_notes(kept.found)) == _by_content(without_notes(findings(log)))


def _by_content(events: Sequence[Event]) -> list[str]:
    return sorted(f"{event.TOPIC} {event.model_dump_json()}" for event in events)


# --- processes ----------------------------------------------------------------------------------------------------


def process(place: Path, key_file: Path, now: datetime) -> subprocess.Popen[bytes]:
    """`ccm-ledger react` in a process of its own."""
    where = ["--ledger", str(place), "--key-file", str(key_file)]
    words = ["react", "--until-idle", "--clock", now.isoformat(), "--json", *where]
    return subprocess.Popen(
        [sys.executable, "-m", "interfaces.cli.main", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.slow
def test_processes_that_are_killed_without_warning_miss_nothing_and_leave_nothing_twice(
    kept: Kept, tmp_path: Path
) -> None:
    key_file = tmp_path / "ledger.key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    chance = Random(5)
    folder = tmp_path / "ledger"
    shutil.copytree(kept.folder, folder)
    for now in RUNS:
        for _ in range(8):
            with process(folder, key_file, now) as run:
                time.sleep(chance.uniform(0.5, 2.0))
                run.kill()
        with process(folder, key_file, now) as run:
            out, err = run.communicate(timeout=60)
            assert run.returncode == 0, (out, err)

    with opened(folder) as log:
        assert kept.found == findings(log)
        assert verify(log).is_sound


@pytest.mark.slow
def test_processes_that_react_at_the_same_moment_report_once(kept: Kept, tmp_path: Path) -> None:
    key_file = tmp_path / "ledger.key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    folder = tmp_path / "ledger"
    shutil.copytree(kept.folder, folder)
    for now in RUNS:
        runs = [process(folder, key_file, now) for _ in range(4)]
        for run in runs:
            out, err = run.communicate(timeout=120)
            assert run.returncode == 0, (out, err)

    with opened(folder) as log:
        assert _by_content(without_notes(kept.found)) == _by_content(without_notes(findings(log)))

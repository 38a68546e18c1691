"""`kill -9` of the server while clients wait for it: every answer that a client got is true afterwards.

Accepted lines are in the ledger once, at the positions and with the ids that were answered; unchanged, parked and
refused ones are as they were told. What nobody was told is there whole or not at all, and a new server says the same.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.store.postgres.address import Address
from tests.campaign import Campaign
from tests.http.killing import Killing
from tests.http.places import ENGINES, new_place

SEED = 20_260_301
KILLS = 20
OUTCOMES = {"accepted", "unchanged", "waiting_for_patient", "end_before_start", "exists_with_different_content"}
"""Each kind of answer was given: a parked line is told by what it waits for."""
KILLS_IN_SOAK = 200


@contextmanager
def killing(
    engine: str, folder: Path, chance: random.Random, *, patients: int, verified_every: int
) -> Iterator[Killing]:
    """A campaign against a new ledger on an engine."""
    place = new_place(engine, folder)
    address = place if isinstance(place, Address) else None
    run = Killing(folder, address, chance, patients=patients, verified_every=verified_every)
    try:
        yield run
    finally:
        run.close()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_every_answer_is_true_after_kill_9(engine: str, tmp_path: Path) -> None:
    print(f"seed {SEED}")
    with killing(engine, tmp_path, random.Random(SEED), patients=25, verified_every=5) as run:
        for _ in range(KILLS // len(ENGINES)):
            run.kill(60)
        run.finish()

    # A campaign that never got to the work, or was never interrupted in it, would show nothing.
    assert run.answers > 100
    assert set(run.outcomes) == OUTCOMES
    assert run.unheard + run.lost > 0


@pytest.mark.soak
@pytest.mark.parametrize("engine", ENGINES)
def test_every_answer_is_true_after_hundreds_of_kills(engine: str, tmp_path: Path, campaign: Campaign) -> None:
    with killing(engine, tmp_path, campaign.random, patients=200, verified_every=20) as run:
        for _ in range(KILLS_IN_SOAK // len(ENGINES)):
            run.kill(300)
            counts = {"durable_but_unheard": run.unheard, "neither_heard_nor_there": run.lost}
            campaign.note(kills=run.kills, answers=run.answers, **counts)
        run.finish()

    assert run.unheard + run.lost > 0
    assert set(run.outcomes) >= OUTCOMES

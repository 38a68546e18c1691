"""`kill -9` at random points of a bulk submit: no acknowledged fact is lost, none is doubled."""

import random
from pathlib import Path

import pytest

from benchmarks import lines, world
from tests.campaign import Campaign
from tests.crash import killing

SEED = 20_250_914
KILLS = 20
KILLS_IN_SOAK = 200
PATIENTS = 50


def _killing(base: Path, days: int, chance: random.Random) -> killing.Campaign:
    place = world.make(base, patients=PATIENTS)
    given = [raw for day in lines.working_days()[:days] for raw in lines.day_of_time(day, range(PATIENTS))]
    return killing.Campaign(place, given, chance)


@pytest.mark.slow
def test_no_acknowledged_fact_is_lost_or_doubled_by_kill_9(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    run = _killing(tmp_path, 100, random.Random(SEED))

    for _ in range(KILLS):
        run.kill_once()
    acknowledged = len(run.acknowledged)
    run.finish()

    # A campaign that never got to the work, or was never interrupted in it, would show nothing.
    assert 500 < acknowledged < len(run.given)


@pytest.mark.soak
def test_two_hundred_kills(tmp_path: Path, campaign: Campaign) -> None:
    run = _killing(tmp_path, 261, campaign.random)
    kills = 0

    while kills < KILLS_IN_SOAK and len(run.acknowledged) < len(run.given) - killing.ANSWERS_MAX:
        run.kill_once()
        kills += 1
        campaign.note(kills=kills, acknowledged=len(run.acknowledged), durable_but_unheard=run.unheard)
    run.finish()

    assert run.unheard > 0

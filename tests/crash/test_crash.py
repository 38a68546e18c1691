"""`kill -9` at random points of a bulk submit: no acknowledged fact is lost, none is doubled.

In a folder the program is killed; on a server the program and the server are.
"""

import random
from pathlib import Path

import pytest

from benchmarks import lines, world
from interfaces.embedded import Server
from ledger.store.postgres.address import Address
from tests.campaign import Campaign
from tests.crash import killing
from tests.postgres.servers import unused_address

SEED = 20_250_914
KILLS = 20
KILLS_IN_SOAK = 200
PATIENTS = 50


def _killing(
    base: Path,
    days: int,
    chance: random.Random,
    server: Server | None = None,
    *,
    patients: int = PATIENTS,
    verified_every: int = 1,
) -> killing.Campaign:
    """A campaign against a new ledger; on a server `verify` asks for every fact, so not after every kill."""
    address: Address | None = unused_address(server.url) if server is not None else None
    place = world.make(base, address, patients=patients)
    given = [raw for day in lines.working_days()[:days] for raw in lines.day_of_time(day, range(patients))]
    return killing.Campaign(place, given, chance, server, verified_every=verified_every)


@pytest.mark.slow
def test_no_acknowledged_fact_is_lost_or_doubled_by_kill_9(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    run = _killing(tmp_path, 100, random.Random(SEED))

    for _ in range(KILLS):
        run.kill_client()
    acknowledged = len(run.acknowledged)
    run.finish()

    # A campaign that never got to the work, or was never interrupted in it, would show nothing.
    assert 500 < acknowledged < len(run.given)


@pytest.mark.slow
def test_no_acknowledged_fact_is_lost_or_doubled_by_kill_9_of_program_and_server(
    tmp_path: Path, server: Server
) -> None:
    print(f"seed {SEED}")
    run = _killing(tmp_path, 100, random.Random(SEED), server, verified_every=5)

    for _ in range(KILLS // 2):
        run.kill_client()
        run.kill_server()
    acknowledged = len(run.acknowledged)
    run.finish()

    assert 500 < acknowledged < len(run.given)


@pytest.mark.soak
def test_two_hundred_kills(tmp_path: Path, campaign: Campaign) -> None:
    run = _killing(tmp_path, 261, campaign.random)
    kills = 0

    while kills < KILLS_IN_SOAK and run.remaining > killing.ANSWERS_MAX:
        run.kill_client()
        kills += 1
        campaign.note(kills=kills, acknowledged=len(run.acknowledged), durable_but_unheard=run.unheard)
    run.finish()

    assert run.unheard > 0


@pytest.mark.soak
def test_two_hundred_kills_of_program_and_server(tmp_path: Path, server: Server, campaign: Campaign) -> None:
    run = _killing(tmp_path, 261, campaign.random, server, patients=4 * PATIENTS, verified_every=20)

    for kills in range(1, KILLS_IN_SOAK + 1):
        if kills % 2:
            run.kill_client()
        else:
            run.kill_server(away=kills % 20 == 0)
        counts = {
            "durable_but_unheard": run.unheard,
            "programs_that_outlived_their_server": run.outlived,
            "kills_that_came_too_late": run.too_late,
        }
        campaign.note(kills=kills, acknowledged=len(run.acknowledged), **counts)
    assert run.remaining > 0
    assert run.too_late <= KILLS_IN_SOAK // 10
    run.finish()

    assert run.unheard > 0

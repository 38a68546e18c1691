"""Thirty-two connections to a PostgreSQL server want the same thing at the same moment: one gets it, all are answered.

They belong to eight processes; each is opened by a handler of its own, as if it stood on another machine.
"""

from collections.abc import Iterator

import pytest

from tests.campaign import Campaign
from tests.postgres.servers import unused_address
from tests.races import claims
from tests.races.contest import Contest

PROCESSES = 8
THREADS = 4
ROUNDS = 50
ROUNDS_IN_SOAK = 1_000


@pytest.fixture(scope="module")
def contest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contest]:
    base = tmp_path_factory.mktemp("races")
    place = claims.ground(base, unused_address(), size=PROCESSES * THREADS)
    with Contest(place, base / "errors.txt", processes=PROCESSES, threads=THREADS) as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("race", claims.RACES, ids=lambda race: race.__name__)
def test_one_of_thirty_two_connections_wins_and_all_are_answered(contest: Contest, race: claims.Race) -> None:
    race(contest, ROUNDS, "")
    claims.is_sound(contest.place)


@pytest.mark.soak
@pytest.mark.parametrize("race", claims.RACES, ids=lambda race: race.__name__)
def test_a_thousand_races_of_thirty_two_connections(contest: Contest, campaign: Campaign, race: claims.Race) -> None:
    slowest = race(contest, ROUNDS_IN_SOAK, f"soak{campaign.random.randrange(10**9)}-")
    claims.is_sound(contest.place)
    campaign.note(rounds=ROUNDS_IN_SOAK, contestants=contest.size, slowest_answer_s=round(slowest, 3))

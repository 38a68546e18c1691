"""Sixteen processes want the same thing at the same moment: one gets it, all are answered, the ledger stays whole."""

from collections.abc import Iterator

import pytest

from tests.campaign import Campaign
from tests.races import claims
from tests.races.contest import Contest

CONTESTANTS = 16
ROUNDS = 200
"""In CI, where three races of them take a minute on two idle cores; `make soak` runs many more."""
ROUNDS_FOR_A_KEY = 50
ROUNDS_IN_SOAK = 500


@pytest.fixture(scope="module")
def contest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contest]:
    base = tmp_path_factory.mktemp("races")
    with Contest(claims.ground(base, size=CONTESTANTS), base / "errors.txt", processes=CONTESTANTS) as running:
        yield running


@pytest.mark.slow
def test_one_of_sixteen_designations_for_a_month_wins(contest: Contest) -> None:
    claims.designations(contest, ROUNDS)
    claims.is_sound(contest.place)


@pytest.mark.slow
def test_sixteen_registrations_of_one_mbi_make_one_patient(contest: Contest) -> None:
    claims.registrations(contest, ROUNDS)
    claims.is_sound(contest.place)


@pytest.mark.slow
def test_the_first_of_sixteen_entries_for_a_nurses_minute_keeps_it(contest: Contest) -> None:
    claims.minutes(contest, ROUNDS)
    claims.is_sound(contest.place)


@pytest.mark.slow
def test_one_of_sixteen_deliveries_under_a_key_is_recorded_and_all_learn_which(contest: Contest) -> None:
    claims.keys(contest, ROUNDS_FOR_A_KEY)
    claims.is_sound(contest.place)


@pytest.mark.soak
def test_thousands_of_races(contest: Contest, campaign: Campaign) -> None:
    prefix = f"soak{campaign.random.randrange(10**9)}-"
    slowest = [race(contest, ROUNDS_IN_SOAK, prefix) for race in claims.RACES]
    claims.is_sound(contest.place)
    campaign.note(
        rounds=len(claims.RACES) * ROUNDS_IN_SOAK, contestants=CONTESTANTS, slowest_answer_s=round(max(slowest), 3)
    )

"""Requests drawn from the document of the server: no fault of its own, nothing that the document does not say, no hang.

Five minutes' worth in CI, a hundred thousand requests in `make soak`.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from interfaces.http import openapi
from ledger.terms.api_keys import SCOPES
from tests.campaign import Campaign
from tests.http.drawn import ELSEWHERE, Drawing
from tests.http.feed_server import Served, serving
from tests.http.places import ENGINES, new_place

MINUTES: int = 5
REQUESTS: int = 100_000


@pytest.fixture(params=ENGINES)
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A company of its own, for whatever is drawn."""
    with serving(new_place(request.param, tmp_path), tmp_path) as it:
        it.house.clock = "2026-01-20T18:00:00Z"
        it.house.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
        yield it


def drawing(served: Served, seed: int) -> Drawing:
    """Requests of the compliance officer, with a key that has every scope."""
    return Drawing(served, served.key("cora", frozenset(SCOPES)), Random(seed))


@pytest.mark.slow
def test_minutes_of_requests_meet_no_fault(served: Served) -> None:
    drawn = drawing(served, 20261122)

    drawn.run(requests=REQUESTS, seconds=MINUTES * 60 / len(ENGINES))

    operations = {each["operationId"] for path in openapi.document()["paths"].values() for each in path.values()}
    assert set(drawn.asked) == operations - ELSEWHERE
    assert min(drawn.statuses) == 200
    assert max(drawn.statuses) < 500


@pytest.mark.soak
def test_a_hundred_thousand_requests_meet_no_fault(served: Served, campaign: Campaign) -> None:
    drawn = drawing(served, campaign.seed)

    def came_to(drawn: Drawing) -> None:
        campaign.note(requests=drawn.asked.total(), statuses=dict(sorted(drawn.statuses.items())))

    drawn.run(requests=REQUESTS // len(ENGINES), seconds=float("inf"), at_once=25, progress=came_to)

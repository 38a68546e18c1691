"""A ledger of ten million facts on a server: an append takes as long as in one of ten thousand (`make soak` only)."""

from pathlib import Path
from statistics import median

import pytest

from benchmarks import lines, shared_size, world
from interfaces.embedded import Server
from ledger.store.postgres.address import parse_address
from tests.campaign import Campaign

FACTS = 10_000_000


@pytest.mark.soak
def test_an_append_takes_no_longer_at_ten_million_facts(tmp_path: Path, campaign: Campaign) -> None:
    with Server.start(tmp_path / "server", settings={"max_wal_size": "4GB"}) as server:
        url = server.socket_url
        (tmp_path / "small").mkdir()
        days = [day for day in lines.working_days() if day.month == 3][:10]
        small = world.make(tmp_path / "small", parse_address(f"{url}&ledger=small"), patients=400, days=days)
        found = shared_size.latency(url, tmp_path, small, FACTS)
        campaign.note(
            facts=found.many,
            against=found.few,
            median_us=[round(median(each) * 1e6) for each in (found.small_seconds, found.large_seconds)],
            ratio=round(found.ratio, 3),
            imported_a_second=round(found.imported_a_second),
        )

    assert found.many >= FACTS
    assert found.ratio <= shared_size.LATENCY.number

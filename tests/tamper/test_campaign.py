"""Ten thousand random tamperings, with a seed, and what came of them in the report."""

import pytest

from tests.campaign import Campaign
from tests.tamper.harness import Tally, tamper, tamperings
from tests.tamper.world import World

IN_FOLDERS = 8_500
ON_SERVERS = 1_500


@pytest.mark.soak
def test_ten_thousand_tamperings(campaign: Campaign, in_folder: World, on_server: World) -> None:
    tally = Tally()
    for world, engine, count in ((in_folder, "sqlite", IN_FOLDERS), (on_server, "postgres", ON_SERVERS)):
        for seed in tamperings(f"{campaign.seed}/{engine}", count):
            tamper(world, seed, tally)
            campaign.note(tamperings=sum(tally.tried.values()), verifications=sum(tally.asked.values()))
    campaign.note(attacks=dict(tally.tried), broken=tally.broken)

    assert not tally.broken, "\n".join(tally.broken[:20])
    assert sum(tally.tried.values()) == IN_FOLDERS + ON_SERVERS

"""A year of claims, seeded: whatever the payer answers and when, the money is the same in all books."""

from pathlib import Path

import pytest

from tests.bills.every_claim import bills_of
from tests.campaign import Campaign
from tests.claims_year.running import run


@pytest.mark.slow
def test_a_year_of_claims_of_forty_patients(tmp_path: Path) -> None:
    run(tmp_path, seed=2026, clients=40)
    bills = bills_of(tmp_path / "ledger")

    assert {each for each in bills if isinstance(each, tuple)} == {(True, True)}, "every bill says what was signed"
    assert {each for each in bills if isinstance(each, str)} == {"none", "claim", "units", "since"}


@pytest.mark.soak
def test_a_year_of_claims_of_three_hundred_patients(tmp_path: Path, campaign: Campaign) -> None:
    campaign.note(**run(tmp_path, seed=campaign.seed, clients=300))

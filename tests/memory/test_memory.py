"""The memory of a bulk submit does not grow with the number of its lines."""

from pathlib import Path

import pytest

from benchmarks.memory import GROWTH_MAX, measure
from tests.campaign import Campaign


@pytest.mark.slow
def test_fifty_thousand_lines_take_no_more_memory_than_twenty_thousand(tmp_path: Path) -> None:
    growth = measure(tmp_path, early=20_000, late=50_000)  # by then the folded states weigh what they may

    assert growth.grown <= GROWTH_MAX.number, growth


@pytest.mark.soak
def test_a_million_lines_take_no_more_memory_than_a_hundred_thousand(tmp_path: Path, campaign: Campaign) -> None:
    growth = measure(tmp_path, early=100_000, late=1_000_000)
    campaign.note(early_mb=growth.early, late_mb=growth.late, peak_mb=growth.peak, lines=growth.accepted)

    assert growth.grown <= GROWTH_MAX.number, growth

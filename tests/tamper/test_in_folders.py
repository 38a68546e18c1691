"""Tamperings with a ledger in a folder, each found by the name that docs/threats.md promises, or not at all."""

import pytest

from tests.tamper.harness import broken, found_untouched
from tests.tamper.world import World

PARTS = 8
TAMPERINGS = 400


@pytest.mark.slow
def test_a_ledger_that_nobody_touched_is_whole_with_any_evidence(in_folder: World) -> None:
    assert found_untouched(in_folder) == set()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_tamperings_are_found_as_promised(in_folder: World, part: int) -> None:
    assert broken(in_folder, "sqlite", TAMPERINGS, part, PARTS) == []

"""A hundred tamperings with a ledger on a server, by its superuser, for whom no trigger fires."""

import pytest

from tests.tamper.harness import broken, found_untouched
from tests.tamper.world import World

PARTS = 5
TAMPERINGS = 100


@pytest.mark.slow
def test_a_ledger_that_nobody_touched_is_whole_with_any_evidence(on_server: World) -> None:
    assert found_untouched(on_server) == set()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_tamperings_are_found_as_promised(on_server: World, part: int) -> None:
    assert broken(on_server, "postgres", TAMPERINGS, part, PARTS) == []

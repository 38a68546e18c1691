"""Every command of the catalogue: recorded once, and decided again from what was recorded."""

from pathlib import Path

import pytest

from commands.catalog import CATALOG
from interfaces.redeciding import redecide_ledger
from interfaces.system import PinnedZones
from tests.erasing.conftest import ASKED, Old, _asked, _told
from tests.house import House, house
from tests.redeciding.story import NPI, told

OF_ERASURES = {
    *("place_hold", "release_hold", "request_erasure", "withdraw_erasure", "approve_erasure"),
    *("begin_erasure", "finish_erasure"),
}
"""Told in a ledger of their own, twelve years later."""


@pytest.mark.slow
def test_every_command_of_the_catalogue_decides_again_as_recorded(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        told(it)
        found = redecide_ledger(it.log, PinnedZones())

    assert found.differences == ()
    assert set(CATALOG) - OF_ERASURES <= set(dict(found.by_command)), "tests/redeciding/story.py has every command"


@pytest.mark.slow
def test_an_erasure_that_was_carried_out_decides_again_as_recorded(tmp_path: Path) -> None:
    with house(tmp_path / "ledger") as it:
        old = Old(tmp_path / "ledger", it)
        _told(it, old)
        _held_and_withdrawn(it)
        _asked(it, old)
        old.run()
        found = redecide_ledger(it.log, PinnedZones())

    assert found.differences == ()
    assert set(dict(found.by_command)) >= OF_ERASURES


def _held_and_withdrawn(it: House) -> None:
    it.clock = ASKED
    patient = {"patient": it.ids["patient"]}
    hold = dict(it.accepted("place_hold", patient | {"matter": "CASE-7", "reason": "A case."}, actor="cora").ids)
    it.accepted("release_hold", patient | hold | {"reason": "It is over."}, actor="cora")
    asked = {"ground": "retention_over", "years": [2020], "reason": "Old."}
    erasure = dict(it.accepted("request_erasure", patient | asked, actor="cora").ids)
    it.accepted("withdraw_erasure", patient | erasure | {"reason": "Not now."}, actor="cora")

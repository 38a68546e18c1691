"""One company with claims (tests/cli/claiming.py) and its log, and ways to make a bill of each claim."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from interfaces.system import SimulatedClock, SystemIds
from ledger.store.connection import Ledger, open_ledger
from ledger.store.disclosing import Disclosing
from projections.exports.bill import BillMaker, Made, claim_in
from projections.judged import AdoptedRulebooks
from tests.bills.forging import SignedLog, log_of
from tests.cli.claiming import world_with_claims
from tests.cli.conftest import World
from tests.house import KEY


@dataclass
class Office:
    """An open ledger with its log as it is sealed now."""

    log: Ledger
    ids: dict[str, str]

    @property
    def sealed(self) -> SignedLog:
        return log_of(self.log)

    def made(self, name: str, *, words: bool = False, identity: bool = False) -> Made:
        """The bill of the claim that goes by a name."""
        position = self.log.refresh()
        claim = claim_in(self.log, self.ids["patient"], self.ids[name], until=position)
        assert claim is not None
        anchor = self.sealed.anchor()
        return BillMaker(self.log, AdoptedRulebooks(), Disclosing(self.log), anchor).made(
            claim, words=words, identity=identity
        )


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_with_claims(tmp_path_factory.mktemp("bills"))


@pytest.fixture
def office(world: World) -> Iterator[Office]:
    with open_ledger(world.place, master_key=KEY, clock=SimulatedClock(), ids=SystemIds()) as log:
        log.refresh()
        yield Office(log, world.ids)

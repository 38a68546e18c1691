"""A bill on a folder and on a server: the same facts give one that proves itself by the log that the store sealed."""

from pathlib import Path

import pytest

from interfaces.anchoring import anchor_of
from ledger.store.connection import Place
from ledger.store.disclosing import Disclosing
from ledger.streams.base import Envelope, Proposal, Vouched
from projections.exports.bill import BillMaker, Made, claim_in
from projections.exports.bill_proof import proven
from projections.judged import AdoptedRulebooks
from tests.checkpoints.keys import adoption, log_key, sealer, signers
from tests.cli.claiming import CHARGES, NPI, attest, release
from tests.house import BEGIN, House, house
from tests.postgres.servers import unused_address


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return tmp_path / "ledger" if request.param == "sqlite" else unused_address()


def released(it: House) -> None:
    for code, amount in CHARGES:
        asked = {"practice": it.ids["practice"], "code": code, "amount": amount, "from_on": "2026-01-01"}
        it.accepted("adopt_charge", asked, actor="bill")
    it.clock = "2026-01-20T18:00:00Z"
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    it.clock = "2026-02-03T15:00:00Z"
    attest(it, "2026-01")
    release(it, "2026-01", "january")


def sealed(it: House) -> None:
    envelope = Envelope(authenticated_as="os:tester", actor="program", vouched=Vouched.PROGRAM, command="adopt_log_key")
    it.log.append([Proposal(tuple(map(adoption, signers(it.log))), envelope, (), clock=BEGIN)])
    sealer(it.log).seal()


def made(it: House) -> Made:
    anchor = anchor_of(it.log)
    assert anchor is not None
    claim = claim_in(it.log, it.ids["patient"], it.ids["january"], until=anchor.size)
    assert claim is not None
    return BillMaker(it.log, AdoptedRulebooks(), Disclosing(it.log), anchor).made(claim, words=True)


def test_a_bill_proves_itself_by_the_log_of_either_engine(place: Place) -> None:
    with house(place, practice_npi=NPI) as it:
        released(it)
        sealed(it)
        bill = made(it)

        proof = proven(bill.bill.text().encode(), [log_key(it.log).verifier])

    assert (proof.is_proven, proof.because, bill.judged.digest == bill.verdict.digest) == (True, None, True)
    assert [(line.code, line.supported) for line in bill.judged.lines] == [("99490", 1)]


def test_without_a_checkpoint_there_is_nothing_to_stand_on(place: Place) -> None:
    with house(place, with_patient=False) as it:
        assert anchor_of(it.log) is None

"""Bills with the map of completeness: of the month's facts none is withheld, as the operator signed."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from interfaces.anchoring import anchor_of
from ledger.proof.completeness import ENTRY
from ledger.store.checkpoints.completing import Completeness
from ledger.store.connection import Ledger, Place
from ledger.store.disclosing import Disclosing
from ledger.streams.base import Envelope, Proposal, Vouched
from ledger.streams.completeness import CompletenessMapped
from projections.exports import bill as bills
from projections.exports.bill import BillMaker, Made, claim_in
from projections.exports.bill_judged import judge_bill
from projections.exports.bill_proof import proven
from projections.judged import AdoptedRulebooks
from tests.bills.test_on_both_engines import released
from tests.checkpoints.keys import adoption, log_key, sealer, signers
from tests.cli.claiming import NPI
from tests.house import BEGIN, House, house
from tests.postgres.servers import unused_address

ENVELOPE = Envelope(authenticated_as="os:tester", actor="program", vouched=Vouched.PROGRAM, command="adopt_log_key")


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return tmp_path / "ledger" if request.param == "sqlite" else unused_address()


def mapped(log: Ledger, clock: datetime = BEGIN) -> None:
    """Put the map of now on record, as `completeness map` does."""
    completeness = Completeness(log)
    grown = completeness.next_map()
    depth, up_to, entries, root = grown.said
    event = CompletenessMapped(depth=depth, up_to=up_to, entries=entries, root=root.hex())
    log.append([Proposal((event,), ENVELOPE, (), clock=clock)])
    assert completeness.write(grown)


def sealed_with_map(it: House, *, later: bool = False) -> None:
    it.log.append([Proposal(tuple(map(adoption, signers(it.log))), ENVELOPE, (), clock=BEGIN)])
    mapped(it.log)
    if later:
        it.clock = "2026-02-10T15:00:00Z"
        assert it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:10:00Z").outcome == "accepted"
    sealer(it.log).seal()


def made(it: House) -> Made:
    it.log.refresh()
    anchor = anchor_of(it.log)
    assert anchor is not None
    claim = claim_in(it.log, it.ids["patient"], it.ids["january"], until=anchor.size)
    assert claim is not None
    return BillMaker(it.log, AdoptedRulebooks(), Disclosing(it.log), anchor).made(claim)


def test_a_bill_proves_that_of_the_months_facts_none_is_withheld(place: Place) -> None:
    with house(place, practice_npi=NPI) as it:
        released(it)
        sealed_with_map(it)
        bill = made(it)
        proof = proven(bill.bill.text().encode(), [log_key(it.log).verifier])

    assert (proof.because, bill.judged.is_supported) == (None, True)
    assert any("all are in the file, and 0 after them" in each for each in proof.proven), proof.proven
    patient = it.ids["patient"]
    assert [each.subject for each in bill.bill.completeness] == [f"care_month/{patient}/2026-01", f"patient/{patient}"]


def test_what_came_into_the_month_behind_the_map_is_in_the_bill_too(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        released(it)
        sealed_with_map(it, later=True)
        bill = made(it)
        proof = proven(bill.bill.text().encode(), ())

    assert any("all are in the file, and 1 after them" in each for each in proof.proven), proof.proven
    assert len(bill.judged.later) == 1


def test_a_fact_of_the_month_that_is_left_out_contradicts_the_map(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        released(it)
        sealed_with_map(it)
        bill = made(it).bill
    entry = next(bill.of_topic("time_logged"))
    shorter = bill.model_copy(update={"facts": tuple(fact for fact in bill.facts if fact is not entry)})

    proof = proven(shorter.text().encode(), ())

    assert (proof.is_proven, "the map counts" in (proof.because or "")) == (False, True)


def test_a_header_behind_the_map_that_is_left_out_is_missed(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        released(it)
        sealed_with_map(it, later=True)
        bill = made(it).bill
    last = max(bill.facts, key=lambda fact: fact.position)
    shorter = bill.model_copy(update={"facts": tuple(fact for fact in bill.facts if fact is not last)})

    assert proven(shorter.text().encode(), ()).because == "headers behind the completeness map are missing"


def test_another_count_of_the_month_is_not_the_maps(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        released(it)
        sealed_with_map(it)
        bill = made(it).bill
    told = json.loads(bill.text())
    assert len(told["completeness"][0]["entries"]) * 3 // 4 >= ENTRY.size
    told["completeness"][0]["entries"] = ""

    assert not proven(json.dumps(told).encode(), ()).is_proven


def test_headers_behind_the_map_say_nothing_and_change_nothing(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        released(it)
        before = it.log.refresh()
        it.log.append([Proposal(tuple(map(adoption, signers(it.log))), ENVELOPE, (), clock=BEGIN)])
        mapped(it.log)
        it.accepted("register_practice", {"name": "Riverside", "tin": "123456780", "zone": "America/Chicago"})
        sealer(it.log).seal()
        bill = made(it)
    shown = [fact for fact in bill.bill.facts if fact.position > before + 3]

    assert [(fact.envelope, fact.clear, fact.tags) for fact in shown] == [(None, None, ())]
    assert judge_bill(bill.bill).is_supported


def test_where_the_map_is_too_old_the_bill_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bills, "HEADERS_MAX", 0)
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        released(it)
        sealed_with_map(it)
        bill = made(it)

    assert (bill.bill.completeness, bill.judged.verdict) == ((), "as_far_as_shown")

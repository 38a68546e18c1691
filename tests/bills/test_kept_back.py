"""What the maker of a bill keeps back of what came since: no file that lacks it is said to support its claim.

Each attack leaves a file whose every byte is proven, of a ledger with an honest map of completeness: the map, the
headers behind it and the numbers in them are all that tells.
"""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from interfaces.anchoring import anchor_of
from ledger.proof.leaf import decode_header
from ledger.store.disclosing import Disclosing
from ledger.streams.base import Proposal
from projections.exports.bill import BillMaker, claim_in
from projections.exports.bill_file import Bill, BillFact
from projections.exports.bill_judged import JudgedBill, judge_bill
from projections.exports.bill_proof import proven
from projections.exports.bill_unshown import CLAIM_TOPICS, MONTH_TOPICS
from projections.judged import AdoptedRulebooks
from tests.bills.test_complete_bills import ENVELOPE, mapped
from tests.bills.test_on_both_engines import released
from tests.checkpoints.keys import adoption, sealer, signers
from tests.cli.claiming import NPI, acknowledge
from tests.house import BEGIN, House, house
from tests.store.golden_events import EXAMPLES

MONTH = "2026-01"
Later = Callable[[House], None]


def withdrawn(it: House) -> None:
    it.clock = "2026-02-10T15:00:00Z"
    said = {
        "patient": it.ids["patient"],
        "claim": it.ids["january"],
        "reason": "entered_in_error",
        "words": "Released by mistake.",
    }
    it.accepted("withdraw_claim", said, actor="bill")


def unsigned(it: House) -> None:
    it.clock = "2026-02-10T15:00:00Z"
    said = {"patient": it.ids["patient"], "month": MONTH, "attestation": it.ids["attestation"]}
    it.accepted("withdraw_attestation", said | {"reason": "signed_in_error", "words": "Too early."}, actor="ada")


def struck(it: House) -> None:
    it.clock = "2026-02-10T15:00:00Z"
    said = {"patient": it.ids["patient"], "month": MONTH, "entry": it.ids["entry"]}
    it.accepted("strike_time", said | {"reason": "not_worked", "evidence": "No call."}, actor="cora")


def rejected(it: House) -> None:
    it.clock = "2026-02-10T15:00:00Z"
    acknowledge(it, "january", "2026-02-10", "rejected")


LATER = {
    "claim_withdrawn": withdrawn,
    "attestation_withdrawn": unsigned,
    "time_struck": struck,
    "claim_acknowledged": rejected,
}
"""By the fact that an attacker would leave out."""


def bill_of(folder: Path, later: Later, *, map_first: bool = False) -> Bill:
    """January's bill; what came later lies before the map that it stands on, or behind it."""
    with house(folder / "ledger", practice_npi=NPI) as it:
        released(it)
        for fact in it.log.read(f"care_month/{it.ids['patient']}/{MONTH}"):
            it.ids |= {
                name: value
                for name in ("entry", "attestation")
                if isinstance(value := getattr(fact.event, name, None), str)
            }
        it.log.append([Proposal(tuple(map(adoption, signers(it.log))), ENVELOPE, (), clock=BEGIN)])
        if not map_first:
            later(it)
        it.log.refresh()
        mapped(it.log)
        if map_first:
            later(it)
        sealer(it.log).seal()
        it.log.refresh()
        anchor = anchor_of(it.log)
        assert anchor is not None
        claim = claim_in(it.log, it.ids["patient"], it.ids["january"], until=anchor.size)
        assert claim is not None
        return BillMaker(it.log, AdoptedRulebooks(), Disclosing(it.log), anchor).made(claim).bill


def nothing(_: House) -> None:
    return None


def last_of(bill: Bill, topic: str) -> BillFact:
    return next(fact for fact in reversed(bill.facts) if fact.header_parts()[0].topic == topic)


def with_other(bill: Bill, fact: BillFact, other: BillFact | None) -> Bill:
    kept = tuple(other if each is fact else each for each in bill.facts if each is not fact or other is not None)
    return bill.model_copy(update={"facts": kept, "derivation": {}})


def told(bill: Bill) -> tuple[bool, JudgedBill]:
    return proven(bill.text().encode(), ()).is_proven, judge_bill(bill)


def test_a_whole_bill_leaves_nothing_to_its_makers_word(tmp_path: Path) -> None:
    is_proven, judged = told(bill_of(tmp_path, nothing))

    assert (is_proven, judged.verdict, judged.unshown, judged.doubts) == (True, "supported", (), ())


@pytest.mark.parametrize("map_first", [False, True])
@pytest.mark.parametrize("topic", LATER)
def test_what_came_since_is_told_where_it_is_shown(tmp_path: Path, topic: str, *, map_first: bool) -> None:
    is_proven, judged = told(bill_of(tmp_path, LATER[topic], map_first=map_first))

    assert (is_proven, judged.verdict, judged.unshown) == (True, "not_supported", ())


@pytest.mark.parametrize("topic", LATER)
def test_without_completeness_no_bill_is_supported(tmp_path: Path, topic: str) -> None:
    whole = bill_of(tmp_path, LATER[topic])
    bill = with_other(whole, last_of(whole, topic), None).model_copy(update={"completeness": ()})

    is_proven, judged = told(bill)

    assert (is_proven, judged.verdict) == (True, "as_far_as_shown")
    assert judged.unshown == ("month_since", "claim_since")


@pytest.mark.parametrize("subject", ["care_month/", "patient/"])
@pytest.mark.parametrize("topic", LATER)
def test_with_one_of_the_two_proofs_alone_no_bill_is_supported(tmp_path: Path, topic: str, subject: str) -> None:
    whole = bill_of(tmp_path, LATER[topic])
    left = tuple(each for each in whole.completeness if each.subject.startswith(subject))
    bill = with_other(whole, last_of(whole, topic), None).model_copy(update={"completeness": left})

    is_proven, judged = told(bill)

    assert len(left) == 1
    assert not (is_proven and judged.is_supported)


@pytest.mark.parametrize("map_first", [False, True])
@pytest.mark.parametrize("topic", LATER)
def test_a_fact_that_is_left_out_leaves_the_bytes_unproven(tmp_path: Path, topic: str, *, map_first: bool) -> None:
    whole = bill_of(tmp_path, LATER[topic], map_first=map_first)

    is_proven, _ = told(with_other(whole, last_of(whole, topic), None))

    assert not is_proven


@pytest.mark.parametrize("map_first", [False, True])
@pytest.mark.parametrize("topic", LATER)
def test_a_fact_that_is_shown_closed_supports_nothing(tmp_path: Path, topic: str, *, map_first: bool) -> None:
    """Its header is there, and counts; what it says is withheld."""
    whole = bill_of(tmp_path, LATER[topic], map_first=map_first)
    fact = last_of(whole, topic)
    closed = fact.model_copy(update={"envelope": None, "clear": None, "parts": (None,) * len(fact.parts)})

    is_proven, judged = told(with_other(whole, fact, closed))

    assert is_proven
    assert (judged.verdict, len(judged.unshown)) == ("as_far_as_shown", 1)


@pytest.mark.parametrize("keeps", ["no tag", "the others", "one other twice"])
@pytest.mark.parametrize("topic", LATER)
def test_a_header_behind_the_map_that_does_not_say_whose_it_is_supports_nothing(
    tmp_path: Path, topic: str, keeps: str
) -> None:
    whole = bill_of(tmp_path, LATER[topic], map_first=True)
    fact = last_of(whole, topic)
    stream = "care_month/" if topic in MONTH_TOPICS else "claims/"
    others = tuple(tag for tag in fact.tags if not tag.tag.startswith(stream))
    tags = {"no tag": (), "the others": others, "one other twice": others[:1] * 2}[keeps]
    closed = fact.model_copy(update={"tags": tags, "envelope": None, "clear": None, "parts": (None,) * len(fact.parts)})

    is_proven, judged = told(with_other(whole, fact, closed))

    assert is_proven
    assert (judged.verdict, len(judged.unshown)) == ("as_far_as_shown", 1)


def test_an_older_map_under_the_same_checkpoint_hides_nothing(tmp_path: Path) -> None:
    """Behind it the headers of everything must be there, and the withdrawal's is one of them."""
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        released(it)
        it.log.append([Proposal(tuple(map(adoption, signers(it.log))), ENVELOPE, (), clock=BEGIN)])
        it.log.refresh()
        mapped(it.log)
        sealer(it.log).seal()
        withdrawn(it)
        sealer(it.log).seal()
        it.log.refresh()
        anchor = anchor_of(it.log)
        assert anchor is not None
        claim = claim_in(it.log, it.ids["patient"], it.ids["january"], until=anchor.size)
        assert claim is not None
        bill = BillMaker(it.log, AdoptedRulebooks(), Disclosing(it.log), anchor).made(claim).bill
    fact = last_of(bill, "claim_withdrawn")

    for tags in ((), fact.tags):
        closed = fact.model_copy(update={"tags": tags, "envelope": None, "clear": None, "parts": (None,)})
        assert told(with_other(bill, fact, closed))[1].verdict == "as_far_as_shown"
    assert not told(with_other(bill, fact, None))[0]


def test_facts_of_others_behind_the_map_are_told_from_the_claims_by_their_numbers(tmp_path: Path) -> None:
    """A header shows its number in each of its streams: what is not the next number of this stream is not of it."""

    def logs_more(it: House) -> None:
        it.clock = "2026-02-10T15:00:00Z"
        assert it.log_time("2026-02-09T15:00:00Z", "2026-02-09T15:10:00Z").outcome == "accepted"

    bill = bill_of(tmp_path, logs_more, map_first=True)
    fact = last_of(bill, "time_logged")
    closed = fact.model_copy(update={"tags": (), "envelope": None, "clear": None, "parts": (None,) * len(fact.parts)})
    _, tail = decode_header(base64.b64decode(fact.header))
    held = {tag.seq for each in bill.facts for tag in each.tags if tag.tag.endswith(f"/{MONTH}")}

    assert max(held) + 1 not in {each.seq for each in tail.tags}
    assert told(with_other(bill, fact, closed))[1].verdict == "supported"


def test_every_fact_that_can_be_of_a_claim_or_a_month_is_known_as_such() -> None:
    """Where a stream gets a new kind of fact, one that is shown closed could be of it."""
    kinds = {
        prefix: {event.TOPIC for event in EXAMPLES if any(tag.startswith(prefix) for tag in event.tags())}
        for prefix in ("claims/", "care_month/")
    }

    assert kinds == {"claims/": set(CLAIM_TOPICS), "care_month/": set(MONTH_TOPICS)}

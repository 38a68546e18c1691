"""What came into the patient's record behind a claim's release: told by kind and time, and judged where it is shown.

A header says of which kind a later fact is and not what it takes; so a bill that shows headers alone is supported as
far as shown. `bill --since` shows what such facts say, and then nobody's word is needed: they are judged.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from interfaces.anchoring import anchor_of
from ledger.store.disclosing import Disclosing
from ledger.streams.base import Proposal
from ledger.terms.calendar import stored_instant
from projections.exports.bill import BillMaker, Made, claim_in
from projections.exports.bill_file import Bill, BillFact
from projections.exports.bill_judged import JudgedBill, judge_bill
from projections.exports.bill_proof import proven
from projections.judged import AdoptedRulebooks
from tests.bills.test_complete_bills import ENVELOPE, mapped
from tests.bills.test_kept_back import last_of, told, with_other
from tests.bills.test_on_both_engines import released
from tests.checkpoints.keys import adoption, sealer, signers
from tests.cli.claiming import NPI
from tests.house import BEGIN, House, house

Later = Callable[[House], None]
EVIDENCE = {"reason": "entered_in_error", "evidence": "Another patient's."}


def said(it: House, command: str, actor: str, **data: object) -> dict[str, str]:
    it.clock = "2026-02-10T15:00:00Z"
    return dict(it.accepted(command, {"patient": it.ids["patient"], **data}, actor=actor).ids)


def voided(it: House) -> None:
    consents = (fact.event for fact in it.log.read(f"patient/{it.ids['patient']}"))
    consent = next(event.consent for event in consents if event.TOPIC == "consent_recorded")  # type: ignore[attr-defined]
    said(it, "invalidate_consent", "cora", consent=consent, reason="forged", evidence="Signed by a neighbour.")


def revoked(it: House) -> None:
    said(it, "record_revocation", "bea", scope=["CCM"], told_on="2026-02-10")


def died_by_mistake(it: House) -> None:
    said(it, "record_death", "fay", on="2026-01-03")
    said(it, "retract_death", "cora", **EVIDENCE)


def insured(it: House) -> None:
    said(it, "record_coverage", "fay", payer="humana", kind="medicare_advantage", from_on="2026-02-01")


def merged(it: House) -> None:
    other = {"identifiers": [{"system": "mrn", "value": "mrn-2"}], "demographics": {}, "practice": it.ids["practice"]}
    it.clock = "2026-02-10T15:00:00Z"
    second = dict(it.accepted("register_patient", other, actor="fay").ids)["patient"]
    said(it, "merge_patients", "cora", merged=second, evidence="One card.")


def made(
    folder: Path, *later: Later, since: bool = False, map_first: bool = False, before: Later | None = None
) -> Made:
    """January's bill of a ledger in which something came behind its claim."""
    with house(folder / "ledger", practice_npi=NPI) as it:
        if before is not None:
            before(it)
        released(it)
        it.log.append([Proposal(tuple(map(adoption, signers(it.log))), ENVELOPE, (), clock=BEGIN)])
        it.log.refresh()
        if map_first:
            mapped(it.log)
        for each in later:
            each(it)
        it.log.refresh()
        if not map_first:
            mapped(it.log)
        sealer(it.log).seal()
        it.log.refresh()
        anchor = anchor_of(it.log)
        assert anchor is not None
        claim = claim_in(it.log, it.ids["patient"], it.ids["january"], until=anchor.size)
        assert claim is not None
        return BillMaker(it.log, AdoptedRulebooks(), Disclosing(it.log), anchor).made(claim, since=since)


def shown(judged: JudgedBill) -> list[tuple[str, str, bool]]:
    return [(each.kind, stored_instant(each.recorded_at), each.is_judged) for each in judged.ground_later]


def closed(bill: Bill, topic: str, **changes: object) -> Bill:
    fact = last_of(bill, topic)
    nothing = {"envelope": None, "clear": None, "parts": (None,) * len(fact.parts)}
    return with_other(bill, fact, fact.model_copy(update={**nothing, **changes}))


@pytest.mark.parametrize("map_first", [False, True])
def test_a_later_fact_is_told_by_its_kind_and_its_time_and_leaves_the_bill_as_far_as_shown(
    tmp_path: Path, *, map_first: bool
) -> None:
    is_proven, judged = told(made(tmp_path, revoked, map_first=map_first).bill)

    assert (is_proven, judged.verdict, judged.unshown) == (True, "as_far_as_shown", ("ground_since",))
    assert shown(judged) == [("consent_revoked", "2026-02-10T15:00:00Z", False)]


@pytest.mark.parametrize("map_first", [False, True])
@pytest.mark.parametrize("later", [revoked, died_by_mistake, insured])
def test_what_takes_nothing_from_the_month_supports_it_where_it_is_shown(
    tmp_path: Path, later: Later, *, map_first: bool
) -> None:
    is_proven, judged = told(made(tmp_path, later, since=True, map_first=map_first).bill)

    assert (is_proven, judged.verdict, judged.unshown, judged.doubts) == (True, "supported", (), ())
    assert all(each.is_judged for each in judged.ground_later)
    assert judged.ground_later


@pytest.mark.parametrize("map_first", [False, True])
def test_what_takes_the_month_away_takes_it_from_the_bill_where_it_is_shown(tmp_path: Path, *, map_first: bool) -> None:
    is_proven, judged = told(made(tmp_path, voided, since=True, map_first=map_first).bill)

    assert (is_proven, judged.verdict) == (True, "not_supported")
    assert [doubt.where for doubt in judged.doubts] == ["since"]


@pytest.mark.parametrize("map_first", [False, True])
def test_of_two_later_facts_one_that_is_kept_closed_supports_nothing(tmp_path: Path, *, map_first: bool) -> None:
    bill = made(tmp_path, insured, voided, since=True, map_first=map_first).bill
    for tags in ({}, {"tags": ()}) if map_first else ({},):
        is_proven, judged = told(closed(bill, "consent_invalidated", **tags))

        assert (is_proven, judged.verdict, judged.unshown) == (True, "as_far_as_shown", ("ground_since",))


def test_a_later_fact_that_is_opened_without_its_stream_supports_nothing(tmp_path: Path) -> None:
    bill = made(tmp_path, voided, since=True, map_first=True).bill
    fact = last_of(bill, "consent_invalidated")

    is_proven, judged = told(with_other(bill, fact, fact.model_copy(update={"tags": ()})))

    assert (is_proven, judged.verdict, judged.unshown) == (True, "as_far_as_shown", ("ground_since",))


def test_a_later_fact_that_is_left_out_leaves_the_bytes_unproven(tmp_path: Path) -> None:
    bill = made(tmp_path, voided, since=True).bill

    assert not told(with_other(bill, last_of(bill, "consent_invalidated"), None))[0]


def test_whoever_was_made_one_person_since_is_judged_by_no_bill(tmp_path: Path) -> None:
    is_proven, judged = told(made(tmp_path, merged, since=True).bill)

    assert (is_proven, judged.verdict, judged.unshown) == (True, "as_far_as_shown", ("ground_since",))


def test_of_a_patient_who_was_merged_the_records_of_both_are_counted(tmp_path: Path) -> None:
    """Else a consent of the other one could be found void unseen."""
    bill = made(tmp_path, before=merged).bill
    both = [each.subject for each in bill.completeness if each.subject.startswith("patient/")]
    one = bill.model_copy(update={"completeness": tuple(each for each in bill.completeness if each.subject != both[1])})

    assert len(both) == 2
    assert told(bill)[1].verdict == "supported"
    assert proven(one.text().encode(), ()).is_proven
    assert judge_bill(one).unshown == ("ground_since",)


def test_words_of_later_facts_stay_closed_and_who_recorded_them_too(tmp_path: Path) -> None:
    fact: BillFact = last_of(made(tmp_path, voided, since=True).bill, "consent_invalidated")

    assert fact.clear is not None
    assert (fact.envelope, fact.parts) == (None, (None,))
    assert [each.tag.partition("/")[0] for each in fact.tags] == ["patient"]

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
from projections.exports.bill_file import Bill, BillFact, RevealedTag
from projections.exports.bill_judged import JudgedBill, judge_bill
from projections.exports.bill_proof import proven
from projections.exports.bill_unshown import GIVES_BACK, JUDGED_IN, LOOKS_BACK, TAKES_NOTHING
from projections.judged import AdoptedRulebooks
from tests.bills.test_complete_bills import ENVELOPE, mapped
from tests.bills.test_kept_back import last_of, told, with_other
from tests.bills.test_on_both_engines import released
from tests.checkpoints.keys import adoption, sealer, signers
from tests.cli.claiming import NPI
from tests.house import BEGIN, PLAN_ELEMENTS, House, consent_of, house
from tests.store.golden_events import EXAMPLES

Later = Callable[[House], None]
EVIDENCE = {"reason": "entered_in_error", "evidence": "Another patient's."}


def said(it: House, command: str, actor: str, **data: object) -> dict[str, str]:
    it.clock = "2026-02-10T15:00:00Z"
    return dict(it.accepted(command, {"patient": it.ids["patient"]} | data, actor=actor).ids)


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


def abated(it: House) -> None:
    condition = {"icd10": "I10", "onset_on": "2020-01-01", "expected_12_months": True, "abated_on": "2025-12-20"}
    said(it, "record_condition", "ada", **condition)


def planned_less(it: House) -> None:
    said(
        it,
        "revise_care_plan",
        "ada",
        revised_at="2026-01-20T15:30:00Z",
        author=it.ids["ada"],
        elements=[{"element": "goals", "text": "In words."}],
        intervention_owners=True,
        goals=2,
    )


def in_another_programme(it: House) -> None:
    stands = {"programme": "APCM", "side": "practitioner", "from_month": "2026-01", "practitioner": it.ids["ada"]}
    said(it, "designate_practitioner", "ada", **stands)


def consented_before(it: House) -> None:
    said(it, "record_consent", "bea", **consent_of(it, occurred_at="2024-06-05T15:00:00Z"))


def planned_anew(it: House) -> None:
    """The revision that the release rested on is struck; one that was made in the month stands for it, signed."""
    elements = [{"element": name, "text": "In words."} for name in PLAN_ELEMENTS]
    plan = {"revised_at": "2026-01-20T15:30:00Z", "author": it.ids["ada"], "elements": elements, "goals": 2}
    said(it, "revise_care_plan", "ada", **plan, intervention_owners=True, review_on="2027-01-05")
    said(it, "sign_care_plan", "ada", revision=2)
    copy = {"given_at": "2026-01-21T15:45:00Z", "given_to": "patient", "channel": "paper"}
    said(it, "record_plan_copy", "bea", revision=2, **copy)
    said(it, "strike_plan_revision", "cora", revision=1, **EVIDENCE)


def moved(it: House) -> None:
    other = {"identifiers": [{"system": "mrn", "value": "mrn-2"}], "demographics": {}, "practice": it.ids["practice"]}
    it.clock = "2026-02-10T15:00:00Z"
    second = dict(it.accepted("register_patient", other, actor="fay").ids)["patient"]
    conditions = (fact.event for fact in it.log.read(f"patient/{it.ids['patient']}"))
    condition = next(e.condition for e in conditions if e.TOPIC == "condition_recorded")  # type: ignore[attr-defined]
    said(it, "move_condition", "cora", condition=condition, to_patient=second, reason="Of the other one.")


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


TAKES = [voided, abated, planned_less, in_another_programme, moved]


@pytest.mark.parametrize("later", TAKES)
def test_whatever_takes_the_month_away_leaves_no_bill_supported(tmp_path: Path, later: Later) -> None:
    """Also what seems to give: a condition that is over, a later revision of the plan, a second programme."""
    closed_bill, open_bill = (told(made(tmp_path / str(since), later, since=since).bill)[1] for since in (False, True))

    assert (closed_bill.verdict, closed_bill.unshown) == ("as_far_as_shown", ("ground_since",))
    assert (open_bill.verdict, [doubt.where for doubt in open_bill.doubts]) == ("not_supported", ["since"])


@pytest.mark.parametrize("later", [consented_before, planned_anew])
def test_what_was_said_again_of_the_month_supports_it_where_it_is_shown(tmp_path: Path, later: Later) -> None:
    assert told(made(tmp_path, later, since=True).bill)[1].verdict == "supported"


def test_a_fact_of_two_patients_that_names_the_other_alone_supports_nothing(tmp_path: Path) -> None:
    """Behind the map nothing counts it: what of its header stays blind could be this patient's stream."""
    names: list[RevealedTag] = []

    def moves(it: House) -> None:
        moved(it)
        (fact,) = Disclosing(it.log).facts([it.log.refresh()])
        names.extend(RevealedTag(tag=each.tag, salt=each.salt.hex(), seq=each.seq) for each in fact.tags)

    bill = made(tmp_path, moves, map_first=True).bill
    own = {each.subject for each in bill.completeness}
    others = tuple(each for each in names if each.tag not in own)

    is_proven, judged = told(closed(bill, "condition_moved", tags=others))

    assert others
    assert (is_proven, judged.verdict, judged.unshown) == (True, "as_far_as_shown", ("ground_since",))


def test_every_kind_of_fact_in_a_patients_own_streams_is_known_to_take_or_to_take_nothing() -> None:
    """A kind that is in neither list would be passed over, whatever it takes."""
    kinds = {event.TOPIC for event in EXAMPLES if any(tag.startswith(JUDGED_IN) for tag in event.tags())}

    assert kinds == LOOKS_BACK | GIVES_BACK | TAKES_NOTHING
    assert not LOOKS_BACK & GIVES_BACK | (LOOKS_BACK | GIVES_BACK) & TAKES_NOTHING


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

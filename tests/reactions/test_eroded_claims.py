"""Claims whose month says less than was released are reported through the whole door, each loss once, with causes."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger.claims.overpaying import deadlines
from ledger.rulebook import rulebook_of, shipped_edition
from ledger.store.connection import Ledger, Place
from ledger.store.fsck import verify
from ledger.streams.base import Event
from ledger.streams.claims_state import Claims
from ledger.streams.consent import ConsentRecorded
from ledger.streams.overpayments import ClaimLostGround, OverpaymentNoticed
from ledger.streams.time_changes import TimeCorrected
from ledger.terms.identity import care_month_tag, claims_tag
from tests.cli.claiming import CHARGES, NPI, acknowledge, attest, line, release, remit
from tests.house import House, house
from tests.reactions.company import opened, react
from tests.reactions.faulty import FaultyLog, Killed

JANUARY = "2026-01"
MARCH = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
"""Shortly after midnight in Chicago."""


def claimed(it: House, *, is_paid: bool = True) -> None:
    """January on 22 minutes, 16 and 6, released; paid in February where it is."""
    for code, amount in CHARGES:
        asked = {"practice": it.ids["practice"], "code": code, "amount": amount, "from_on": "2026-01-01"}
        it.accepted("adopt_charge", asked, actor="bill")
    it.clock = "2026-01-20T18:00:00Z"
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:16:00Z")
    it.ids["six"] = dict(it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:06:00Z").ids)["entry"]
    it.clock = "2026-02-03T15:00:00Z"
    attest(it, JANUARY)
    release(it, JANUARY, "january")
    acknowledge(it, "january", "2026-02-03")
    if is_paid:
        pay(it)
    it.clock = "2026-03-04T15:00:00Z"


def pay(it: House) -> None:
    it.clock = "2026-02-20T15:00:00Z"
    lines = [line("99490", 1, "85.00", "52.90", ("CO", "45", "18.87"), ("PR", "2", "13.23"))]
    remit(it, "january", "paid", "85.00", "52.90", "13.23", lines)


def cut(it: House) -> int:
    """The nurse corrects her entry of six minutes to two; where that stands."""
    data = {
        "patient": it.ids["patient"],
        "performer": it.ids["bea"],
        "month": JANUARY,
        "entry": it.ids["six"],
        "start": "2026-01-09T15:00:00Z",
        "end": "2026-01-09T15:02:00Z",
        "activity": "medication_reconciliation",
        "description": "Went through the pill box by phone.",
        "reason": "The phone list shows two minutes.",
    }
    return it.accepted("correct_time", data, actor="bea").positions[0]


def found(log: Ledger) -> list[Event]:
    """What was reported of claims, in order."""
    facts = log.follow(0, log.refresh())
    return [fact.event for fact in facts if isinstance(fact.event, ClaimLostGround | OverpaymentNoticed)]


def claims(it: House) -> Claims:
    state: Claims = it.handler.state(claims_tag(it.ids["patient"]))
    return state


@pytest.fixture
def it(place: Place) -> Iterator[House]:
    with house(place, practice_npi=NPI) as made:
        yield made


@pytest.fixture
def near(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "ledger", practice_npi=NPI) as made:
        yield made


# --- scenario 37 --------------------------------------------------------------------------------------------------


def test_scenario_37_a_correction_that_lowers_a_paid_month_opens_a_possible_overpayment_of_sixty_days(
    it: House,
) -> None:
    claimed(it)
    corrected = cut(it)
    react(it.log, MARCH)

    (event,) = found(it.log)
    assert isinstance(event, OverpaymentNoticed)
    assert (event.amount, event.patient_share) == (Decimal("52.90"), Decimal("13.23"))
    assert [(each.code, each.units) for each in event.lost] == [("99490", 1)]
    assert corrected in event.because
    (cause,) = it.log.facts_at([corrected])
    assert (cause.said.actor, cause.said.command) == (it.ids["bea"], "correct_time")
    # The correction stands beside the original: both are facts of the month.
    topics = [each.event.TOPIC for each in it.log.read(care_month_tag(it.ids["patient"], JANUARY))]
    assert ["time_logged", "time_logged", "time_corrected"] == [each for each in topics if each.startswith("time")]
    assert isinstance(cause.event, TimeCorrected)
    (noticed,) = claims(it).overpayments
    counted = deadlines(noticed, date(2026, 3, 5), rulebook_of(shipped_edition()).in_force)
    assert counted is not None
    assert (event.noticed_on, counted.conservative) == (date(2026, 3, 5), date(2026, 5, 4))


def test_how_the_practice_bills_is_no_cause(it: House) -> None:
    claimed(it)
    asked = {"practice": it.ids["practice"], "code": "99490", "amount": "91.00", "from_on": "2026-01-01"}
    it.accepted("adopt_charge", asked, actor="bill")
    corrected = cut(it)
    react(it.log, MARCH)

    (event,) = found(it.log)
    assert event.because == (corrected,)  # type: ignore[attr-defined]


def test_an_unpaid_claim_is_to_be_withdrawn_and_once_it_is_paid_all_the_same_it_was_perhaps_overpaid(
    it: House,
) -> None:
    claimed(it, is_paid=False)
    cut(it)
    react(it.log, MARCH)
    (lost,) = found(it.log)
    pay(it)
    react(it.log, MARCH)
    react(it.log, MARCH)

    both = found(it.log)
    assert isinstance(lost, ClaimLostGround)
    assert [type(each) for each in both] == [ClaimLostGround, OverpaymentNoticed]
    assert both[1].amount == Decimal("52.90")  # type: ignore[attr-defined]


# --- once, whatever happens ---------------------------------------------------------------------------------------


def test_a_run_that_finds_nothing_new_appends_nothing(near: House) -> None:
    claimed(near)
    cut(near)
    react(near.log, MARCH)
    before = near.log.refresh()
    again = react(near.log, MARCH)["report_eroded_claims"]

    assert before == near.log.refresh()
    assert ((), 0, 0) == (again.recorded, again.known, again.passed)


def test_a_claim_as_it_was_released_is_not_even_looked_at(near: House) -> None:
    claimed(near)
    near.log_time("2026-02-18T15:00:00Z", "2026-02-18T15:25:00Z")
    ran = react(near.log, MARCH)["report_eroded_claims"]

    assert ((), 0, 0) == (ran.recorded, ran.known, ran.passed)


def test_two_reactors_at_once_report_once(it: House, place: Place) -> None:
    claimed(it)
    cut(it)
    with opened(place) as second, ThreadPoolExecutor(2) as threads:
        for each in [threads.submit(react, log, MARCH) for log in (it.log, second)]:
            each.result(timeout=60)

    assert [OverpaymentNoticed] == [type(each) for each in found(it.log)]


@pytest.mark.slow
def test_killed_at_any_step_it_misses_nothing_and_leaves_nothing_twice(tmp_path: Path) -> None:
    with house(tmp_path / "kept", practice_npi=NPI) as made:
        claimed(made)
        cut(made)
    shutil.copytree(tmp_path / "kept", tmp_path / "undisturbed")
    with opened(tmp_path / "undisturbed") as log:
        seen = FaultyLog(log)
        react(log, MARCH, seen_as=seen)
        expected = [_says(each) for each in found(log)]
    for step, call in enumerate(seen.calls, start=1):
        for late in (False, True) if call == "append" else (False,):
            shutil.copytree(tmp_path / "kept", tmp_path / "killed")
            with opened(tmp_path / "killed") as log:
                with pytest.raises(Killed):
                    react(log, MARCH, seen_as=FaultyLog(log, step, late=late))
                react(log, MARCH)

                assert expected == [_says(each) for each in found(log)], (step, call, late)
                assert verify(log).is_sound
            shutil.rmtree(tmp_path / "killed")


def _says(event: Event) -> dict[str, Any]:
    return event.model_dump(exclude={"overpayment"})


# --- what else moves a claim --------------------------------------------------------------------------------------


def exclude(it: House) -> None:
    data = {"staff": it.ids["bea"], "checked_on": "2026-03-04", "source": "leie", "result": "excluded"}
    it.accepted("record_exclusion_check", data | {"excluded_from": "2026-01-01"}, actor="cora")


def test_an_excluded_nurse_erodes_the_claims_that_rest_on_her_work(near: House) -> None:
    claimed(near)
    exclude(near)
    react(near.log, MARCH)

    (event,) = found(near.log)
    (cause,) = near.log.facts_at(event.because)  # type: ignore[attr-defined]
    assert (cause.event.TOPIC, cause.said.actor) == ("exclusion_checked", near.ids["cora"])


def test_a_consent_found_void_a_year_later_erodes_the_claim(near: House) -> None:
    claimed(near)
    near.clock = "2027-02-20T15:00:00Z"
    facts = [fact.event for fact in near.log.follow(0, near.log.refresh())]
    consent = next(event.consent for event in facts if isinstance(event, ConsentRecorded))
    void = {"patient": near.ids["patient"], "consent": consent, "reason": "forged", "evidence": "The pen is another."}
    near.accepted("invalidate_consent", void, actor="cora")
    react(near.log, datetime(2027, 2, 21, 18, tzinfo=UTC))

    (event,) = found(near.log)
    assert (event.noticed_on, str(event.amount)) == (date(2027, 2, 21), "52.90")  # type: ignore[attr-defined]


def test_a_patient_who_was_merged_after_payment_keeps_the_claim_and_loses_ground_by_what_comes_then(
    near: House,
) -> None:
    claimed(near)
    other = {"identifiers": [{"system": "mrn", "value": "mrn-2"}], "demographics": {"given": "P", "family": "Poe"}}
    near.ids["other"] = dict(near.accepted("register_patient", other, actor="fay").ids)["patient"]
    assigned = {"patient": near.ids["other"], "practice": near.ids["practice"], "from_on": "2025-01-01"}
    near.accepted("assign_practice", assigned, actor="fay")
    merge = {"patient": near.ids["other"], "merged": near.ids["patient"], "evidence": "One passport."}
    near.accepted("merge_patients", merge, actor="cora")
    stands = react(near.log, MARCH)["report_eroded_claims"]
    corrected = cut(near)
    react(near.log, MARCH)
    react(near.log, MARCH)

    (event,) = found(near.log)
    assert () == stands.recorded
    assert (near.ids["patient"], True) == (event.patient, corrected in event.because)  # type: ignore[attr-defined]


def test_a_claim_that_was_withdrawn_and_paid_all_the_same_is_found(near: House) -> None:
    claimed(near, is_paid=False)
    taken = {"patient": near.ids["patient"], "claim": near.ids["january"], "reason": "other", "words": "Sent twice."}
    near.accepted("withdraw_claim", taken, actor="bill")
    react(near.log, MARCH)
    assert [] == found(near.log)
    pay(near)
    react(near.log, MARCH)

    assert [OverpaymentNoticed] == [type(each) for each in found(near.log)]


def test_what_was_taken_back_before_anybody_looked_is_no_finding(near: House) -> None:
    claimed(near)
    cut(near)
    back = [line("99490", 1, "-85.00", "-52.90", ("CO", "45", "-18.87"), ("PR", "2", "-13.23"))]
    remit(near, "january", "reversed", "-85.00", "-52.90", "-13.23", back)
    react(near.log, MARCH)

    assert [] == found(near.log)


def test_a_month_that_was_opened_again_is_found_and_signed_anew_it_stands(near: House) -> None:
    claimed(near)
    signed = claims(near).claims[0].event.attestation
    taken = {"patient": near.ids["patient"], "month": JANUARY, "attestation": signed}
    near.accepted("withdraw_attestation", taken | {"reason": "signed_in_error", "words": "Again."}, actor="ada")
    attest(near, JANUARY)
    react(near.log, MARCH)
    assert [] == found(near.log)
    again = near.log.follow(0, near.log.refresh())
    newest = [f.event.attestation for f in again if f.event.TOPIC == "month_attested"][-1]  # type: ignore[attr-defined]
    gone = taken | {"attestation": newest, "reason": "signed_in_error", "words": "Not mine."}
    near.accepted("withdraw_attestation", gone, actor="ada")
    react(near.log, MARCH)

    assert [OverpaymentNoticed] == [type(each) for each in found(near.log)]

"""A claim whose month says less than was released: to withdraw where it is unpaid, perhaps overpaid where it is not."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations, product
from typing import Any

import pytest

from commands.intents.attesting import WithdrawAttestation
from commands.intents.claims import RecordAcknowledgment
from commands.intents.status import InvalidateConsent
from commands.intents.wrong_patient import MergePatients
from commands.opening import adoption
from ledger.rulebook import rulebook_of, shipped_edition
from ledger.streams.overpayments import ClaimLostGround, OverpaymentNoticed
from ledger.streams.patient import CoverageRecorded
from ledger.streams.staff import ExclusionChecked
from tests.commands.changes import approve, correct, entry_of, logged, verdict
from tests.commands.overpaid import (
    MAY,
    WHOLE,
    back,
    by_person,
    claim,
    claims,
    dismiss,
    identify,
    line,
    noticed,
    overpayment,
    paid,
    released,
    remitted,
    report,
    struck,
)
from tests.commands.test_claims import withdraw
from tests.commands.test_month_signing import MONTH, attest, digest_of
from tests.commands.world import ADA, BILLER, COMPLIANCE, CONSENT, NURSE, OTHER_PATIENT, PATIENT, PRACTICE, SINCE, on
from tests.gwt import Given, opaque
from tests.projections.editions import CAP, altered
from tests.reactions.given import MACHINE


def units(event: Any) -> list[tuple[str, int]]:
    return [(each.code, each.units) for each in event.lost]


def money(event: Any) -> tuple[str, str]:
    return str(event.amount), str(event.patient_share)


# --- unpaid -------------------------------------------------------------------------------------------------------


def test_an_unpaid_claim_that_lost_units_is_to_be_withdrawn() -> None:
    ledger = struck(released(22, 20, 20), 2)
    event = ledger.when(report(ledger, because=(30, 31))).event

    assert isinstance(event, ClaimLostGround)
    assert (units(event), event.because) == ([("99439", 1)], (30, 31))
    assert event.digest_now == verdict(ledger).digest


def test_so_is_one_that_the_payer_has_and_not_one_that_it_rejected() -> None:
    ledger = released(22, 20, 20)

    def answered(outcome: Any) -> Given:
        number = claim(ledger).event.control_number
        answer = RecordAcknowledgment(control_number=number, outcome=outcome, received_on=on("2026-04-03"))
        return struck(ledger.then(answer), 2)

    assert isinstance(answered("accepted").when(report(ledger)).event, ClaimLostGround)
    assert answered("rejected").when(report(ledger)).refused == "claim_stands"


def test_a_claim_that_stands_as_it_was_released_is_not_reported() -> None:
    ledger = released(22, 20, 20).by(MACHINE)

    assert ledger.when(report(ledger)).refused == "claim_stands"


def test_nor_one_whose_month_lost_minutes_and_no_unit() -> None:
    ledger = struck(released(22, 20, 20, 10), 3)

    assert verdict(ledger).standing == "stale"
    assert ledger.when(report(ledger)).refused == "claim_stands"


def test_nor_one_that_is_nobodys() -> None:
    ledger = struck(released(22, 20, 20), 2)

    assert ledger.when(report(ledger, claim=opaque("cl", 9))).refused == "no_such_claim"


def test_the_same_loss_is_reported_once_and_the_next_by_itself() -> None:
    once = struck(released(22, 20, 20), 2)
    once = once.then(report(once))
    twice = struck(once, 1)

    assert once.when(report(once)).unchanged == (len(once.facts),)
    assert units(twice.when(report(twice)).event) == [("99439", 1)]


def test_a_denied_claim_has_nothing_to_lose() -> None:
    told = released(22, 20, 20)
    none = tuple(line(each.code, each.units, str(each.charge), "0.00") for each in WHOLE)
    denied = struck(told.then(remitted(told, *none, status="denied")), 2)

    assert denied.when(report(denied)).refused == "claim_stands"


# --- paid ---------------------------------------------------------------------------------------------------------


def test_a_paid_claim_that_lost_one_of_two_units_was_perhaps_overpaid_by_half_of_the_line_to_the_cent() -> None:
    ledger = struck(paid(), 2)
    event = ledger.when(report(ledger, because=(40,))).event

    assert isinstance(event, OverpaymentNoticed)
    assert (units(event), money(event), event.because) == ([("99439", 1)], ("40.01", "10.00"), (40,))
    assert (event.noticed_on, event.digest_now) == (on("2026-05-04"), verdict(ledger).digest)


def test_a_month_that_lost_everything_was_overpaid_by_all_of_it() -> None:
    ledger = struck(paid(), 2, 1, 0)

    event = ledger.when(report(ledger)).event
    assert units(event) == [("99490", 1), ("99439", 2)]
    assert money(event) == ("132.91", "33.23")


def test_eroded_twice_each_loss_is_noticed_by_itself_and_both_are_the_whole_line() -> None:
    first = noticed()
    second = struck(first, 1)
    event = second.when(report(second)).event

    assert (units(event), money(event)) == ([("99439", 1)], ("40.00", "10.00"))
    assert first.by(MACHINE).when(report(first)).unchanged == (len(first.facts),)


def test_an_excluded_nurse_takes_all_of_her_work_away() -> None:
    excluded = ExclusionChecked(
        staff=NURSE, checked_on=on("2026-05-01"), source="leie", result="excluded", excluded_from=on("2026-03-01")
    )
    ledger = paid().and_(excluded).by(MACHINE)

    assert money(ledger.when(report(ledger)).event) == ("132.91", "33.23")


def test_a_consent_found_void_a_year_later_takes_the_whole_claim() -> None:
    void = InvalidateConsent(patient=PATIENT, consent=CONSENT, reason="forged", evidence="Forged.")
    ledger = paid().by(COMPLIANCE).at("2027-04-19T15:00:00+00:00").then(void).by(MACHINE)
    event = ledger.when(report(ledger)).event

    assert (money(event), event.noticed_on) == (("132.91", "33.23"), on("2027-04-19"))


def test_what_was_raised_with_approval_gives_a_claim_no_more_and_takes_back_no_notice() -> None:
    first = noticed()
    late = logged("2026-03-20T15:00", "2026-03-20T15:40", ledger=first, at=MAY)
    raised = late.by(COMPLIANCE).then(approve(entry_of(late, 2)))
    signed = raised.by(ADA).then(attest(raised)).by(MACHINE)
    lower = struck(signed, 0, 0, 0)

    assert verdict(signed).charges[1].units == 2
    assert signed.when(report(signed)).refused == "claim_stands"
    assert [str(each.event.amount) for each in claims(signed).overpayments] == ["40.01"]
    assert (units(lower.when(report(lower)).event), money(lower.when(report(lower)).event)) == (
        [("99490", 1), ("99439", 1)],
        ("92.90", "23.23"),
    )


def test_a_signature_that_was_withdrawn_leaves_nothing_to_rest_on_until_somebody_signs_again() -> None:
    told = paid()
    signed = claim(told).event.attestation
    taken = WithdrawAttestation(
        patient=PATIENT, month=MONTH, attestation=signed, reason="signed_in_error", words="Not mine."
    )
    open_again = told.by(ADA).then(taken)
    anew = open_again.then(attest(open_again))

    assert money(open_again.by(MACHINE).when(report(told)).event) == ("132.91", "33.23")
    assert anew.by(MACHINE).when(report(told)).refused == "claim_stands"


def test_a_month_that_another_payer_covers_was_not_this_one_s_to_pay() -> None:
    other = CoverageRecorded(
        patient=PATIENT, coverage=opaque("cv", 2), payer="acme", kind="medicare_advantage", from_on=SINCE
    )
    ledger = paid().and_(other).by(MACHINE)

    assert verdict(ledger).payer == "acme"
    assert money(ledger.when(report(ledger)).event) == ("132.91", "33.23")


def test_the_month_is_judged_by_the_edition_that_the_claim_pinned_whatever_it_was_signed_by_since() -> None:
    other = altered((CAP, "2021-01-01, value = 2,", "2021-01-01, value = 1,"))
    told = paid()
    adopted = told.and_(adoption(shipped_edition(), reason="first"), adoption(other, reason="newer"))
    newer = replace(adopted, law=(rulebook_of(other), other.digest))
    signed = claim(told).event.attestation
    taken = WithdrawAttestation(
        patient=PATIENT, month=MONTH, attestation=signed, reason="signed_in_error", words="Not mine."
    )
    open_again = newer.by(ADA).then(taken)
    anew = open_again.then(attest(open_again, digest=digest_of(open_again, law=newer.law))).by(MACHINE)

    assert verdict(anew).charges[1].units == 1
    assert anew.when(report(anew)).refused == "claim_stands"


# --- what came when -----------------------------------------------------------------------------------------------


def test_money_that_comes_for_units_that_were_lost_before_is_a_possible_overpayment() -> None:
    unpaid = struck(released(22, 20, 20), 2)
    lost = unpaid.then(report(unpaid))
    later = lost.by(BILLER).then(remitted(lost, *WHOLE)).by(MACHINE)
    event = later.when(report(later)).event

    assert isinstance(event, OverpaymentNoticed)
    assert (units(event), money(event)) == ([("99439", 1)], ("40.01", "10.00"))


def test_money_that_comes_for_a_claim_that_was_withdrawn_is_one_altogether() -> None:
    told = released(22, 20, 20)
    withdrawn = told.then(withdraw(claim(told).event.claim))
    later = withdrawn.then(remitted(withdrawn, *WHOLE)).by(MACHINE)

    assert withdrawn.by(MACHINE).when(report(told)).refused == "claim_stands"
    assert money(later.when(report(later)).event) == ("132.91", "33.23")


def test_more_money_for_units_that_were_noticed_before_is_noticed_without_units() -> None:
    told = released(22, 20, 20)
    half = (WHOLE[0], line("99439", 2, "120.00", "40.00", "0.00", "80.00"))
    first = noticed(told.then(remitted(told, *half)))
    rest = line("99439", 0, "0.00", "40.01", "20.00", "-60.01")
    later = first.by(BILLER).then(remitted(first, rest, on=on("2026-05-01"))).by(MACHINE)
    event = later.when(report(later)).event

    assert money(overpayment(first).event) == ("20.00", "0.00")
    assert (units(event), money(event)) == ([], ("20.01", "10.00"))


@pytest.mark.parametrize("is_noticed", [False, True])
def test_what_the_payer_took_back_is_not_overpaid_any_more(is_noticed: bool) -> None:
    told = noticed() if is_noticed else struck(paid(), 2)
    taken = told.by(BILLER).then(remitted(told, *back(*WHOLE), status="reversed", on=on("2026-05-02"))).by(MACHINE)
    again = struck(taken, 1)

    then = again.when(report(again))
    assert then.refused == "claim_stands"


def test_a_payer_that_took_one_unit_back_and_paid_the_rest_leaves_nothing_overpaid() -> None:
    told = struck(paid(), 2)
    taken = told.by(BILLER).then(remitted(told, *back(*WHOLE), status="reversed", on=on("2026-05-02")))
    fewer = WHOLE[0], line("99439", 1, "120.00", "40.01", "10.00", "69.99")
    again = taken.then(remitted(taken, *fewer, on=on("2026-05-02"))).by(MACHINE)

    assert again.when(report(again)).refused == "claim_stands"


def test_a_line_of_which_one_unit_was_paid_loses_nothing_until_that_one_goes() -> None:
    told = released(22, 20, 20)
    fewer = WHOLE[0], line("99439", 1, "120.00", "40.01", "10.00", "69.99")
    one = struck(told.then(remitted(told, *fewer)), 2)
    both = struck(one, 1)

    assert one.when(report(one)).refused == "claim_stands"
    assert money(both.when(report(both)).event) == ("40.01", "10.00")


def test_an_answer_without_lines_is_spread_over_them_as_their_charges_are() -> None:
    told = released(22, 20, 20)
    whole = remitted(told, *WHOLE, lines=(), paid=Decimal("102.50"), patient_share=Decimal("20.50"))
    ledger = struck(told.then(whole), 2)

    assert money(ledger.when(report(ledger)).event) == ("30.00", "6.00")


def test_a_line_that_was_left_to_the_patient_alone_is_the_patient_s_to_get_back() -> None:
    told = released(22, 20, 20)
    deductible = WHOLE[0], line("99439", 2, "120.00", "0.00", "100.01", "19.99")
    ledger = struck(told.then(remitted(told, *deductible)), 2)

    assert money(ledger.when(report(ledger)).event) == ("0.00", "50.01")


@pytest.mark.parametrize("looked", list(product((False, True), repeat=2)))
@pytest.mark.parametrize("order", list(permutations((22, 20, 20))))
def test_however_often_somebody_looked_all_notices_together_are_all_that_was_paid(
    order: tuple[int, ...], looked: tuple[bool, ...]
) -> None:
    ledger = paid(*order)
    for is_looked_at in (*looked, True):
        ledger = struck(ledger, 0)
        if is_looked_at:
            ledger = ledger.then(report(ledger))

    noticed_so_far = [each.event for each in claims(ledger).overpayments]
    assert sum(each.amount for each in noticed_so_far) == Decimal("132.91")
    assert sum(each.patient_share for each in noticed_so_far) == Decimal("33.23")
    assert sum(lost.units for each in noticed_so_far for lost in each.lost) == 3


# --- what was answered --------------------------------------------------------------------------------------------


def test_a_dismissed_notice_covers_its_loss_while_the_month_says_what_it_said() -> None:
    first = noticed()
    dismissed = first.then(dismiss(first)).by(MACHINE)
    changed = struck(dismissed, 1)
    event = changed.when(report(changed)).event

    assert dismissed.when(report(dismissed)).unchanged
    assert (units(event), money(event)) == ([("99439", 2)], ("80.01", "20.00"))


def test_what_a_person_reported_and_the_machine_finds_is_noticed_once() -> None:
    told = paid().by(COMPLIANCE)
    reported = told.then(by_person(told, "40.01", "10.00"))
    ledger = struck(reported, 2)

    assert ledger.when(report(ledger)).refused == "claim_stands"


def test_a_loss_that_was_identified_is_not_noticed_again() -> None:
    first = noticed()
    known = first.then(identify(first)).by(MACHINE)

    assert known.when(report(known)).unchanged


# --- merged patients ----------------------------------------------------------------------------------------------


def merged(ledger: Given) -> Given:
    return ledger.by(COMPLIANCE).then(MergePatients(patient=OTHER_PATIENT, merged=PATIENT, evidence="One passport."))


def test_a_claim_of_a_patient_who_was_merged_is_judged_by_the_month_of_both() -> None:
    one = merged(paid()).by(MACHINE)
    less = merged(struck(paid(), 2)).by(MACHINE)

    assert one.when(report(one, patient=OTHER_PATIENT)).refused == "claim_stands"
    event = less.when(report(less, patient=OTHER_PATIENT)).event
    assert (event.patient, units(event), money(event)) == (PATIENT, [("99439", 1)], ("40.01", "10.00"))


def test_a_correction_after_the_merge_erodes_the_claim_under_the_old_id() -> None:
    one = merged(paid())
    cut = one.by(NURSE).then(correct(entry_of(one, 0), "2026-03-10T15:00", "2026-03-10T15:02")).by(MACHINE)

    assert units(cut.when(report(cut, patient=OTHER_PATIENT)).event) == [("99439", 1)]


# --- who, and on what ---------------------------------------------------------------------------------------------


def test_only_the_machine_reports_lost_ground() -> None:
    ledger = struck(paid(), 2)

    assert {ledger.by(who).when(report(ledger)).refused for who in (COMPLIANCE, BILLER, ADA)} == {"capacity_missing"}


def test_a_report_rests_on_what_the_verdict_rests_on_and_on_the_claims() -> None:
    ledger = struck(paid(), 2)

    assert {
        f"claims/{PATIENT}",
        f"patient/{PATIENT}",
        f"care_month/{PATIENT}/{MONTH}",
        f"staff/{NURSE}",
        f"practice/{PRACTICE}",
    } <= ledger.when(report(ledger)).read


@pytest.mark.parametrize(("now", "day"), [("2026-05-05T04:59:59", "2026-05-04"), ("2026-05-05T05:00:00", "2026-05-05")])
def test_the_day_of_a_notice_is_that_of_the_practice(now: str, day: str) -> None:
    ledger = struck(paid(), 2).at(f"{now}+00:00")

    assert ledger.when(report(ledger)).event.noticed_on == on(day)


def test_the_state_of_the_claims_holds_both_notices() -> None:
    first = noticed()
    second = struck(first, 1)
    both = second.then(report(second))

    assert [str(each.event.amount) for each in claims(both).overpayments] == ["40.01", "40.00"]

"""What stays beside an entry: addenda, disputes and their end, late approval, and whose contested seconds are."""

from datetime import date

from ledger.terms.identity import care_month_tag, staff_day_tag
from tests.commands.changes import (
    MONTH,
    add,
    allocate,
    approve,
    as_compliance,
    attested,
    correct,
    counted,
    dispute,
    entry_of,
    logged,
    move,
    settle,
    strike,
    told,
    verdict,
)
from tests.commands.test_month_signing import attest
from tests.commands.world import ADA, ASSISTANT, BILLER, COMPLIANCE, DESK, NURSE, OTHER_PATIENT, PATIENT
from tests.gwt import Given, opaque

LATE = "2026-04-02T15:00:00+00:00"
NO_ENTRY = opaque("te", 999)


def codes(ledger: Given, number: int = 0) -> list[str]:
    return [n.code for n in verdict(ledger).lines[number].notices]


# --- add_to_time -------------------------------------------------------------------------------------------------


def test_an_addendum_adds_words_and_changes_no_second() -> None:
    ledger = logged()
    then = ledger.by(ASSISTANT).then(add(entry_of(ledger)))

    assert ([1500], []) == (counted(then), codes(then))
    assert "The pharmacy called back at four." == told(then).words.reason


def test_a_very_late_entry_needs_a_reason_and_gets_it_by_addendum() -> None:
    ledger = logged(at="2026-03-30T15:00:00+00:00")
    assert ["recorded_very_late"] == codes(ledger)
    then = ledger.by(NURSE).then(add(entry_of(ledger), kind="late_reason", text="The tablet was off line."))

    assert ["recorded_late"] == codes(then)


def test_a_reason_for_lateness_is_the_performers_own() -> None:
    ledger = logged()

    assert "not_the_performer" == ledger.by(ASSISTANT).when(add(entry_of(ledger), kind="late_reason")).refused


def test_nothing_is_added_to_what_is_not_there() -> None:
    assert "no_such_entry" == logged().by(NURSE).when(add(NO_ENTRY)).refused


def test_nothing_is_added_to_what_was_struck() -> None:
    ledger = logged()
    struck = as_compliance(ledger).then(strike(entry_of(ledger)))

    assert "entry_not_standing" == struck.by(NURSE).when(add(entry_of(ledger))).refused


# --- dispute_time, settle_dispute ----------------------------------------------------------------------------------


def test_anybody_disputes_an_entry_and_it_counts_on() -> None:
    ledger = logged()

    for who in (NURSE, ASSISTANT, ADA, BILLER, DESK):
        then = ledger.by(who).then(dispute(entry_of(ledger)))
        assert ([1500], ["time_disputed"]) == (counted(then), codes(then))


def test_a_dispute_goes_with_the_entry_into_the_month_that_it_is_corrected_into() -> None:
    ledger = logged()
    disputed = ledger.by(ASSISTANT).then(dispute(entry_of(ledger)))
    april = {"start": "2026-04-01T15:00", "end": "2026-04-01T15:10"}
    then = disputed.by(NURSE).at(LATE).then(correct(entry_of(ledger), **april))
    undisputed = ledger.by(NURSE).at(LATE).then(correct(entry_of(ledger), **april))

    assert "time_disputed" in [n.code for n in verdict(then, month="2026-04").lines[0].notices]
    assert "time_disputed" not in [n.code for n in verdict(undisputed, month="2026-04").lines[0].notices]
    assert (True, None) == (told(then).brings is not None, told(undisputed).brings)


def test_a_dispute_makes_an_attestation_stale() -> None:
    ledger = attested(logged())
    then = ledger.by(NURSE).then(dispute(entry_of(ledger)))

    assert ("attested", "stale") == (verdict(ledger).standing, verdict(then).standing)


def test_compliance_settles_a_dispute_and_the_entry_stands() -> None:
    ledger = logged()
    disputed = ledger.by(ASSISTANT).then(dispute(entry_of(ledger)))
    then = as_compliance(disputed).then(settle(entry_of(ledger)))

    assert ([], "entry_stands") == (codes(then), told(then).outcome)


def test_a_dispute_that_led_to_a_correction_is_settled_as_changed() -> None:
    ledger = logged()
    disputed = ledger.by(ASSISTANT).then(dispute(entry_of(ledger)))
    corrected = disputed.by(NURSE).then(correct(entry_of(ledger)))

    assert "entry_changed" == as_compliance(corrected).when(settle(entry_of(ledger))).event.outcome


def test_an_entry_that_nobody_disputes_is_not_settled() -> None:
    ledger = logged()

    assert "nothing_disputed" == as_compliance(ledger).when(settle(entry_of(ledger))).refused


def test_nobody_settles_what_is_disputed_about_own_time() -> None:
    ledger = logged(performer=COMPLIANCE)
    disputed = ledger.by(NURSE).then(dispute(entry_of(ledger)))

    assert "not_self" == as_compliance(disputed).when(settle(entry_of(ledger))).refused


def test_what_is_not_there_is_neither_disputed_nor_settled() -> None:
    assert "no_such_entry" == logged().by(NURSE).when(dispute(NO_ENTRY)).refused
    assert "no_such_entry" == as_compliance(logged()).when(settle(NO_ENTRY)).refused


def test_a_moved_entry_is_disputed_where_it_is_now() -> None:
    ledger = logged()
    moved = ledger.by(NURSE).then(move(entry_of(ledger)))

    assert "entry_not_standing" == moved.when(dispute(entry_of(ledger))).refused
    assert moved.when(dispute(entry_of(moved, whose=OTHER_PATIENT), patient=OTHER_PATIENT)).codes == []


# --- approve_late_entry --------------------------------------------------------------------------------------------


def late_entry() -> Given:
    """An attested month, and ten minutes of 12 March that were recorded on 2 April."""
    return logged("2026-03-12T15:00", "2026-03-12T15:10", ledger=attested(logged()), at=LATE)


def test_time_that_comes_after_the_attestation_counts_nothing_until_it_is_approved() -> None:
    ledger = late_entry()

    assert ([1500, 0], "stale") == (counted(ledger), verdict(ledger).standing)
    assert ["raise_awaits_approval", "recorded_very_late"] == codes(ledger, 1)


def test_compliance_approves_a_late_entry_and_it_counts() -> None:
    ledger = late_entry()
    then = as_compliance(ledger).then(approve(entry_of(ledger, 1)))

    assert ([1500, 600], "stale") == (counted(then), verdict(then).standing)


def test_an_entry_that_waits_in_one_of_its_two_months_is_approved() -> None:
    over_midnight = logged("2026-04-01T04:50", "2026-04-01T05:10", ledger=attested(logged()), at=LATE)
    then = as_compliance(over_midnight).then(approve(entry_of(over_midnight, 1)))

    assert [1500, 0] == counted(over_midnight)
    assert [1500, 600] == counted(then)


def test_the_month_is_attested_anew_after_the_approval() -> None:
    ledger = late_entry()
    then = attested(as_compliance(ledger).then(approve(entry_of(ledger, 1))))

    assert ("attested", 2100) == (verdict(then).standing, verdict(then).staff_seconds)


def test_a_correction_of_what_was_approved_is_measured_against_the_approval() -> None:
    ledger = late_entry()
    entry = entry_of(ledger, 1)
    approved = as_compliance(ledger).then(approve(entry)).by(NURSE)
    shorter = approved.then(correct(entry, "2026-03-12T15:00", "2026-03-12T15:08"))
    longer = approved.then(correct(entry, "2026-03-12T15:00", "2026-03-12T15:30"))

    assert ([1500, 480], [1500, 600]) == (counted(shorter), counted(longer))


def test_a_new_attestation_alone_approves_nothing() -> None:
    then = attested(late_entry())

    assert ([1500, 0], "attested") == (counted(then), verdict(then).standing)


def test_later_work_of_a_month_that_was_attested_before_its_end_needs_no_approval() -> None:
    early = logged().by(ADA).at("2026-03-20T18:00:00+00:00")
    signed = early.then(attest(early))
    then = logged("2026-03-25T15:00", "2026-03-25T15:10", ledger=signed)

    assert ([1500, 600], "stale") == (counted(then), verdict(then).standing)


def signed_early() -> Given:
    """Dr Ada signed March on the twentieth."""
    early = logged().by(ADA).at("2026-03-20T18:00:00+00:00")
    return early.then(attest(early))


def test_work_after_the_signature_that_is_recorded_late_waits_for_approval() -> None:
    then = logged("2026-03-25T15:00", "2026-03-25T15:10", ledger=signed_early(), at="2026-03-27T15:11:00+00:00")

    assert [1500, 0] == counted(then)
    assert ["raise_awaits_approval", "recorded_late"] == codes(then, 1)


def test_signed_work_that_is_corrected_to_a_day_after_the_signature_is_no_later_work() -> None:
    ledger = signed_early()
    then = ledger.by(NURSE).at("2026-03-21T18:00:00+00:00")
    moved = then.then(correct(entry_of(ledger), "2026-03-21T15:00", "2026-03-21T16:30"))

    assert [0] == counted(moved)


def test_nobody_approves_own_late_entries() -> None:
    ledger = logged("2026-03-12T15:00", "2026-03-12T15:10", ledger=attested(logged()), performer=COMPLIANCE)

    assert "not_self" == as_compliance(ledger).when(approve(entry_of(ledger, 1))).refused


def test_what_waits_for_nothing_is_not_approved() -> None:
    ledger = logged()

    assert "nothing_awaits_approval" == as_compliance(ledger).when(approve(entry_of(ledger))).refused


def test_only_compliance_approves() -> None:
    ledger = late_entry()

    assert "capacity_missing" == ledger.by(ADA).when(approve(entry_of(ledger, 1))).refused


def test_what_is_not_there_is_not_approved() -> None:
    assert "no_such_entry" == as_compliance(logged()).when(approve(NO_ENTRY)).refused


# --- allocate_time ------------------------------------------------------------------------------------------------


def contested() -> Given:
    """Ten minutes that the nurse recorded for both patients: scenario 16 of ccm-rules, section 14."""
    return logged("2026-03-10T15:15", "2026-03-10T15:35", ledger=logged(), patient=OTHER_PATIENT)


def test_the_first_recorded_keeps_the_shared_seconds_until_they_are_allocated() -> None:
    ledger = contested()
    other = verdict(ledger, OTHER_PATIENT).lines[0]

    assert [1500] == counted(ledger)
    assert ["contested_time"] == codes(ledger)
    assert "contested_time" in [n.code for n in other.notices]


def test_the_performer_gives_the_shared_seconds_to_the_later_entry() -> None:
    ledger = contested()
    mine, theirs = entry_of(ledger), entry_of(ledger, whose=OTHER_PATIENT)
    then = ledger.by(NURSE).then(allocate(theirs, mine, patient=OTHER_PATIENT))

    assert [900] == counted(then)
    assert ["performer_with_other_patient"] == codes(then)
    day = then.state(staff_day_tag(NURSE, date(2026, 3, 10)))
    assert (frozenset(), (mine,)) == (day.contested, tuple(entry for entry, _ in day.lost))


def test_an_allocation_is_one_fact_about_both_patients() -> None:
    ledger = contested()
    event = ledger.by(NURSE).when(allocate(entry_of(ledger), entry_of(ledger, whose=OTHER_PATIENT))).event

    assert {care_month_tag(PATIENT, MONTH), care_month_tag(OTHER_PATIENT, MONTH)} <= set(event.tags())


def test_an_allocation_may_be_taken_back_by_another() -> None:
    ledger = contested()
    mine, theirs = entry_of(ledger), entry_of(ledger, whose=OTHER_PATIENT)
    then = ledger.by(NURSE).then(allocate(theirs, mine, patient=OTHER_PATIENT)).then(allocate(mine, theirs))

    assert [1500] == counted(then)


def test_nobody_else_allocates_the_performers_time() -> None:
    ledger = contested()
    command = allocate(entry_of(ledger), entry_of(ledger, whose=OTHER_PATIENT))

    assert "not_the_performer" == ledger.by(ASSISTANT).when(command).refused


def test_entries_that_share_nothing_are_not_allocated() -> None:
    ledger = logged("2026-03-10T16:00", "2026-03-10T16:10", ledger=logged(), patient=OTHER_PATIENT)
    command = allocate(entry_of(ledger), entry_of(ledger, whose=OTHER_PATIENT))

    assert "nothing_shared" == ledger.by(NURSE).when(command).refused
    assert "no_such_entry" == ledger.by(NURSE).when(allocate(NO_ENTRY, entry_of(ledger))).refused

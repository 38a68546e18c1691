"""What stands in the record of a patient who was merged is changed there, whoever is named; and all commands go on."""

from typing import Any

import pytest

from commands.intents.base import Command
from ledger.terms.outcome import Accepted
from tests.commands import changes, test_asked_again, test_endings, test_merging, test_stays, test_wrong_patient
from tests.commands.world import ADA, COMPLIANCE, DESK, NURSE, OTHER_PATIENT, PATIENT, PSYCHOLOGIST, died, patient
from tests.gwt import Given, opaque

THIRD = opaque("pt", 3)
APRIL = "2026-04-02T15:00:00+00:00"


def merged_away(ledger: Given) -> Given:
    """The patient of the ledger was merged into a third one, of whom nothing else is known."""
    return ledger.and_(patient(THIRD, "10044"), test_merging.merged(THIRD, PATIENT))


LOGGED = changes.logged()
ENTRY = changes.entry_of(LOGGED)
DISPUTED = LOGGED.by(DESK).then(changes.dispute(ENTRY))
SIGNED = changes.attested(LOGGED)
LATE = changes.logged("2026-03-12T15:00", "2026-03-12T15:10", ledger=SIGNED, at=APRIL)
REVOKED, REVOCATION = test_endings.revoked()
DISENROLLED, DISENROLMENT = test_endings.disenrolled()
STAYED, STAY = test_stays.stayed()
CHANGES: tuple[tuple[Given, Command], ...] = (
    (LOGGED.by(NURSE), changes.correct(ENTRY)),
    (LOGGED.by(COMPLIANCE), changes.strike(ENTRY)),
    (LOGGED.by(NURSE), changes.move(ENTRY)),
    (LOGGED.by(NURSE), changes.add(ENTRY)),
    (LOGGED.by(DESK), changes.dispute(ENTRY)),
    (DISPUTED.by(COMPLIANCE), changes.settle(ENTRY)),
    (LATE.by(COMPLIANCE), changes.approve(changes.entry_of(LATE, 1))),
    (SIGNED.by(ADA), changes.withdrawal(SIGNED)),
    (LOGGED.by(COMPLIANCE), test_endings.invalidate()),
    (REVOKED, test_endings.retract_revocation(REVOCATION)),
    (DISENROLLED, test_endings.retract_disenrolment(DISENROLMENT)),
    (STAYED.by(COMPLIANCE), test_stays.retract(STAY)),
    (test_wrong_patient.world(), test_wrong_patient.strike()),
    (test_wrong_patient.world(), test_wrong_patient.move()),
    (test_wrong_patient.world(), test_wrong_patient.strike_plan()),
    (test_wrong_patient.world(), test_wrong_patient.move_plan()),
)


OF_THEIR_OWN = ("attest_month", "attest_in_batch", "merge_patients", "unmerge_patients")
"""The digest of the joined month is another one; of merges see test_merging."""
ASKED = tuple(pair for pair in test_asked_again.COMMANDS if pair[1].NAME not in OF_THEIR_OWN)


@pytest.mark.parametrize(("ledger", "command"), CHANGES, ids=lambda part: getattr(part, "NAME", ""))
@pytest.mark.parametrize("named", [PATIENT, THIRD])
def test_a_fact_about_something_on_record_goes_to_where_that_stands(
    ledger: Given, command: Command, named: str
) -> None:
    named = PATIENT if "patient" in command.AS_NAMED else named
    event = merged_away(ledger).when(command.model_copy(update={"patient": named})).event

    assert PATIENT == getattr(event, "from_patient", event.patient)


@pytest.mark.parametrize(("ledger", "command"), ASKED, ids=lambda part: getattr(part, "NAME", ""))
def test_every_command_goes_on_for_a_patient_who_was_merged(ledger: Given, command: Command) -> None:
    alone, joined = ledger.when(command).outcome, merged_away(ledger).by(ledger.actor).when(command).outcome

    assert type(alone) is type(joined)


def counted(ledger: Given, whose: str = THIRD) -> list[int]:
    return changes.counted(ledger, whose)


def test_a_correction_of_the_merged_patients_entry_is_seen_in_the_joined_month() -> None:
    one = merged_away(LOGGED).by(NURSE)

    assert [1500] == counted(one)
    assert [600] == counted(one.then(changes.correct(ENTRY)))


def test_a_strike_of_the_merged_patients_entry_is_seen_in_the_joined_month() -> None:
    assert [] == counted(merged_away(LOGGED).by(COMPLIANCE).then(changes.strike(ENTRY)))


def test_seconds_of_one_person_are_not_allocated_between_two_ids() -> None:
    both = changes.logged("2026-03-10T15:10", "2026-03-10T15:30", ledger=LOGGED, patient=OTHER_PATIENT)
    other = changes.entry_of(both, 0, OTHER_PATIENT)
    allocation = changes.allocate(ENTRY, other)
    one = both.and_(test_merging.merged())

    assert isinstance(both.by(NURSE).when(allocation).outcome, Accepted)
    assert "nothing_shared" == one.by(NURSE).when(allocation).refused


def test_an_allocation_between_two_who_turn_out_to_be_one_takes_no_second_twice() -> None:
    both = changes.logged("2026-03-10T15:10", "2026-03-10T15:30", ledger=LOGGED, patient=OTHER_PATIENT)
    keeps = changes.allocate(changes.entry_of(both, 0, OTHER_PATIENT), ENTRY, patient=OTHER_PATIENT)
    given = both.by(NURSE).then(keeps)
    one = given.and_(test_merging.merged())

    assert [1500, 300] == changes.counted(one)


def test_time_is_not_moved_between_two_ids_of_one_person() -> None:
    one = LOGGED.and_(test_merging.merged()).by(NURSE)

    assert "same_patient" == one.when(changes.move(ENTRY)).refused


def test_of_a_month_attested_for_both_either_attestation_may_be_withdrawn() -> None:
    one = merged_away(SIGNED)
    later = one.and_(*[_signed_for_third(SIGNED)])
    state: Any = changes.verdict(later, THIRD)

    assert "merged_both_attested" in [notice.code for notice in state.notices]
    assert PATIENT == later.by(ADA).when(changes.withdrawal(SIGNED)).event.patient


def both_signed() -> tuple[Given, Command, Command]:
    """A month that was attested for two who are one, and the withdrawals of the older and of the newer attestation."""
    ledger = merged_away(SIGNED).and_(_signed_for_third(SIGNED)).by(ADA)
    older = changes.withdrawal(SIGNED)
    return ledger, older, older.model_copy(update={"attestation": opaque("at", 9)})


@pytest.mark.parametrize("named", [PATIENT, THIRD])
@pytest.mark.parametrize("first", [0, 1])
def test_each_of_two_attestations_of_one_person_is_withdrawn_once_in_either_order(first: int, named: str) -> None:
    ledger, *commands = both_signed()
    one, other = (c.model_copy(update={"patient": named}) for c in (commands[first], commands[1 - first]))
    once = ledger.then(one)
    then = once.then(other)

    assert (len(ledger.facts) + 1,) == once.when(one).unchanged
    assert (len(ledger.facts) + 1,) == then.when(one).unchanged
    assert (len(ledger.facts) + 2,) == then.when(other).unchanged


def test_withdrawing_the_older_of_two_leaves_the_newer_to_speak_for_the_month() -> None:
    ledger, older, newer = both_signed()
    standing = [changes.verdict(each, THIRD).attested for each in (ledger, ledger.then(older), ledger.then(newer))]

    assert [opaque("at", 9), opaque("at", 9), None] == standing


def test_once_one_of_two_is_withdrawn_nothing_says_that_both_were_attested() -> None:
    ledger, older, newer = both_signed()
    told = [changes.verdict(each, THIRD).notices for each in (ledger, ledger.then(older), ledger.then(newer))]

    assert [True, False, False] == ["merged_both_attested" in [n.code for n in notices] for notices in told]


def test_another_practitioner_withdraws_neither_of_two() -> None:
    ledger, older, newer = both_signed()
    stranger = ledger.by(PSYCHOLOGIST)

    assert ["not_the_signer"] * 2 == [stranger.when(each).refused for each in (older, newer)]


def _signed_for_third(ledger: Given) -> Any:
    signed = ledger.state(f"care_month/{PATIENT}/{changes.MONTH}").attestations[-1].event
    return signed.model_copy(update={"patient": THIRD, "attestation": opaque("at", 9)})


def test_a_death_that_is_taken_back_is_taken_back_for_both() -> None:
    dead = merged_away(LOGGED.and_(died("2026-03-20")))
    back = dead.by(COMPLIANCE).then(test_stays.alive())
    missing = [[n.code for n in changes.verdict(each, THIRD, "2026-04").missing] for each in (dead, back)]

    assert [True, False] == ["month_after_death" in codes for codes in missing]

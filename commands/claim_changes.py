"""Deciders about claims that were released: withdraw or void one, settle a competing payment, waive a patient's share.

A claim is never changed: what voids one is a claim of its own, and what is decided about one is a fact that names it.
"""

from typing import Final

from commands.claim_numbers import NUMBERS
from commands.claim_records import Recorded, claim_named, replacements_taken
from commands.deciding import Asked, Law, States
from commands.guards import day_there, document_of
from commands.intents.claims import SettleCompetition, VoidClaim, WaiveCostShare, WithdrawClaim
from commands.merged_claims import with_what_it_brings_back
from ledger.claims.competing import is_stopped
from ledger.judging.window import is_qmb
from ledger.streams.claim_reasons import ClaimExplained, CompetitionSettled
from ledger.streams.claims import ClaimWithdrawn, ClaimWords, CostShareWaived, control_number
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Need, Outcome, Unchanged
from ledger.terms.refusals import refused

AT_THE_PAYER: Final = frozenset({"accepted", "paid", "denied"})
"""Where a claim stands that the payer has."""


def decide_withdraw_claim(asked: Asked[WithdrawClaim], states: States, law: Law) -> Outcome:
    """Take a claim back that the payer has not adjudicated: it counts as none (CCM-CLAIM-28; readings, 3).

    Reads the claims of the patient and the practice of the claim. Refuses, in order: no_such_claim,
    claim_not_withdrawable. Unchanged where it was withdrawn before. Notices: billed_twice, where what it replaced comes
    back to life beside another patient's claim.
    """
    command, found = asked.command, claim_named(asked, states)
    if not isinstance(found, Recorded):
        return found
    claims, claim = found.claims, found.claim
    if claim.withdrawn is not None:
        return Unchanged((claim.withdrawn.position,))
    status = claims.status(claim)
    if status not in ("released", "accepted", "rejected"):
        return refused("claim_not_withdrawable", status=status, facts=(claim.position,))
    on = day_there(asked, states, claim.event.practice)
    if isinstance(on, Need):
        return on
    event = ClaimWithdrawn(
        patient=claim.event.patient,
        claim=command.claim,
        reason=command.reason,
        on=on,
        words=ClaimWords(reason=command.words),
    )
    return with_what_it_brings_back(asked, states, claims, event)


def decide_void_claim(asked: Asked[VoidClaim], states: States, law: Law) -> Outcome:
    """Void a claim that the payer has, where it takes that (X12 frequency 8; CCM-CLAIM-26, CCM-CLAIM-28).

    The void is a claim of its own with the lines and the ground of the one that it voids; nothing is asked for it.
    Reads the claims of the patient, the coverage and the practice of the claim; law:
    medicare.claims.replacements_taken. Refuses, in order: no_such_claim, claim_not_voidable, payer_number_not_known.
    Unchanged where a void of it stands.
    """
    found = claim_named(asked, states)
    if not isinstance(found, Recorded):
        return found
    claims, claim = found.claims, found.claim
    status, standing = claims.status(claim), claims.stands_for(claim)
    if status == "voided" and standing is not None:
        return Unchanged((standing.position,), (("claim", standing.event.claim),))
    taken = replacements_taken(asked, states, claim, law)
    if status not in AT_THE_PAYER or taken is None or taken.value is not True or claim.event.frequency == "8":
        by = (taken,) if status in AT_THE_PAYER else ()
        return refused("claim_not_voidable", status=status, by=by, facts=(claim.position,))
    if claim.payer_number is None:
        return refused("payer_number_not_known", facts=(claim.position,))
    on = day_there(asked, states, claim.event.practice)
    if isinstance(on, Need):
        return on
    new = asked.new_id("cl")
    number = control_number(new)
    of_void = {
        "claim": new,
        "control_number": number,
        "frequency": "8",
        "replaces": claim.event.claim,
        "payer_number": claim.payer_number,
        "link": asked.token(NUMBERS, number),
    }
    void = claim.event.model_copy(update=of_void)
    words = ClaimWords(reason=asked.command.words)
    why = ClaimExplained(patient=void.patient, claim=new, about="void", on=on, words=words)
    return Accepted((void, why), (), (("claim", new),))


def decide_settle_competition(asked: Asked[SettleCompetition], states: States, law: Law) -> Outcome:
    """Say how it was settled that the payer paid somebody else for a month: billing stops until then (CCM-CLAIM-21).

    Reads the claims of the patient and the practice of the claim; law: medicare.claims.competing_biller_reasons.
    Refuses, in order: no_such_claim, no_competing_biller. Unchanged where this was said last.
    """
    command, found = asked.command, claim_named(asked, states)
    if not isinstance(found, Recorded):
        return found
    claim = found.claim
    known = claim.competition
    if known is not None and known.event.outcome == command.outcome and known.position > claim.newest_answer:
        return Unchanged((known.position,))
    if known is None and is_stopped(claim, law.on(asked.today)) is None:
        return refused("no_competing_biller", facts=(claim.position,))
    on = day_there(asked, states, claim.event.practice)
    if isinstance(on, Need):
        return on
    event = CompetitionSettled(
        patient=claim.event.patient,
        claim=command.claim,
        outcome=command.outcome,
        on=on,
        words=ClaimWords(reason=command.words),
    )
    return Accepted((event,))


def decide_waive_cost_share(asked: Asked[WaiveCostShare], states: States, law: Law) -> Outcome:
    """Waive the patient's share of one claim for documented hardship (CCM-PAY-02).

    Reads the claims of the patient, the coverage and the practice of the claim. Refuses, in order: no_such_claim,
    qmb_never_billed, no_share_to_waive. Unchanged where it was waived before. Notices: waived_before.
    """
    command, found = asked.command, claim_named(asked, states)
    if not isinstance(found, Recorded):
        return found
    claims, claim = found.claims, found.claim
    if claim.waived is not None:
        return Unchanged((claim.waived.position,))
    if is_qmb(states.patient(asked.patient), claim.event.date_of_service):
        return refused("qmb_never_billed", facts=(claim.position,))
    if claim.patient_share <= 0 or not claims.is_live(claim):
        return refused("no_share_to_waive", facts=(claim.position,))
    on = day_there(asked, states, claim.event.practice)
    if isinstance(on, Need):
        return on
    event = CostShareWaived(
        patient=claim.event.patient,
        claim=command.claim,
        on=on,
        document=document_of(asked, command.document),
        words=ClaimWords(reason=command.words),
    )
    others = sum(each.waived is not None for each in claims.claims)
    if not others:
        return Accepted((event,))
    happened = f"The share of {others} other claim{'s' if others > 1 else ''} of the patient was waived too."
    return Accepted((event,), (notice("waived_before", happened),))

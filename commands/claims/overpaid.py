"""Deciders about possible overpayments: noticed by the machine or a person, looked into, identified or not.

The machine says only that a month supports less than was paid. Whether money is owed a compliance officer says; from
the day that the officer names the sixty days count (readings, 7; CCM-OVP-01 to -05).
"""

from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from commands.claims.records import OF_OVERPAYMENTS, Recorded, book_of_payer, claim_named, claims_of, not_adopted
from commands.deciding import Asked, Law, States
from commands.guards import day_there, is_future
from commands.intents.overpayments import (
    IdentifyOverpayment,
    NoOverpayment,
    ReportLostGround,
    ReportOverpayment,
    TriageOverpayment,
)
from commands.judged_months import verdict_of_claim
from commands.reviews import behind
from ledger.claims.erosion import loss_of, stands
from ledger.claims.overpaying import LOOKBACK, received_on, swept_since
from ledger.rulebook import Rules
from ledger.streams.claims import ClaimWords
from ledger.streams.claims_state import Claim
from ledger.streams.overpayments import (
    ClaimLostGround,
    OverpaymentDismissed,
    OverpaymentIdentified,
    OverpaymentNoticed,
    OverpaymentTriaged,
)
from ledger.streams.overpayments_state import Overpayment
from ledger.terms.identity import care_month_tag
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused

_ZERO: Final = Decimal(0)


class Found(NamedTuple):
    """The possible overpayment that a command names, with its claim."""

    claim: Claim
    overpayment: Overpayment


def decide_report_lost_ground(asked: Asked[ReportLostGround], states: States, law: Law) -> Outcome:
    """Report what a claim lost, judged by the edition that it pinned: to withdraw, or perhaps overpaid (readings, 7).

    Reads everything that the verdict rests on, and the claims of the patient. Refuses, in order: no_such_claim,
    claim_stands. Unchanged where just this was reported.
    """
    command = asked.command
    found = claim_named(asked, states)
    if not isinstance(found, Recorded):
        return found
    claims, claim = found.claims, found.claim
    verdict = verdict_of_claim(claim, states, law)
    if isinstance(verdict, Need):
        return verdict
    loss = loss_of(claims, claim, verdict, found.of_all)
    if loss is None:
        said = (*claim.lost, *claim.overpaid)
        known = next((heard for heard in reversed(said) if heard.event.digest_now == verdict.digest), None)
        return Unchanged((known.position,)) if known is not None else refused("claim_stands")
    whose = claim.event.patient
    if not loss.is_money:
        lost = ClaimLostGround(
            patient=whose,
            claim=command.claim,
            because=command.because,
            lost=loss.lost,
            digest_now=verdict.digest,
        )
        return Accepted((lost,))
    noticed_on = day_there(asked, states, claim.event.practice)
    if isinstance(noticed_on, Need):
        return noticed_on
    event = OverpaymentNoticed(
        patient=whose,
        overpayment=asked.new_id("ov"),
        claim=command.claim,
        noticed_on=noticed_on,
        because=command.because,
        lost=loss.lost,
        amount=loss.amount,
        patient_share=loss.patient_share,
        digest_now=verdict.digest,
    )
    return Accepted((event,), (), (("overpayment", event.overpayment),))


def decide_report_overpayment(asked: Asked[ReportOverpayment], states: States, law: Law) -> Outcome:
    """Say that a claim was perhaps overpaid; compliance has looked at it by saying so.

    Reads the claims of the patient and the practice of the claim. Refuses, in order: no_such_claim, no_amount,
    more_than_was_paid. Unchanged where the same amounts were reported by a person and are open.
    """
    command = asked.command
    found = claim_named(asked, states)
    if not isinstance(found, Recorded):
        return found
    claim, on = found.claim, day_there(asked, states, found.claim.event.practice)
    if isinstance(on, Need):
        return on
    amounts = command.amount, command.patient_share
    if not any(amounts):
        return refused("no_amount")
    for known in found.claims.overpayments:
        is_by_person = known.event.claim == command.claim and known.event.digest_now is None
        if is_by_person and known.is_open and (known.event.amount, known.event.patient_share) == amounts:
            return Unchanged((known.position,), (("overpayment", known.event.overpayment),))
    if command.amount > claim.paid or command.patient_share > claim.patient_share:
        facts = (claim.position, *(heard.position for heard in claim.remitted))
        return refused("more_than_was_paid", paid=str(claim.paid), share=str(claim.patient_share), facts=facts)
    held = [o for o in found.claims.overpayments if o.status != "dismissed" and stands(o, claim, None)]
    amount, share = sum((o.event.amount for o in held), _ZERO), sum((o.event.patient_share for o in held), _ZERO)
    if command.amount + amount > claim.paid or command.patient_share + share > claim.patient_share:
        paid, left = str(claim.paid), str(claim.patient_share)
        happened = (
            f"For the claim {paid} was paid, and {left} was left to the patient; noticed are {amount} and {share}."
        )
        facts = tuple(each.position for each in held)
        return refused("more_than_was_paid", happened=happened, paid=paid, share=left, facts=facts)
    noticed = OverpaymentNoticed(
        patient=claim.event.patient,
        overpayment=asked.new_id("ov"),
        claim=command.claim,
        noticed_on=on,
        because=(),
        lost=(),
        amount=command.amount,
        patient_share=command.patient_share,
    )
    said = ClaimWords(reason=command.words)
    triaged = OverpaymentTriaged(patient=noticed.patient, overpayment=noticed.overpayment, on=on, words=said)
    return Accepted((noticed, triaged), (), (("overpayment", noticed.overpayment),))


def decide_triage_overpayment(asked: Asked[TriageOverpayment], states: States, law: Law) -> Outcome:
    """Look at a possible overpayment for the first time; the first look counts.

    Reads the claims of the patient. Refuses, in order: no_such_overpayment, in_the_future, overpayment_closed.
    Unchanged where it was looked at before.
    """
    found = overpayment_named(asked, states, "The triage")
    if not isinstance(found, Found):
        return found
    overpayment, command = found.overpayment, asked.command
    if overpayment.triaged is not None:
        return Unchanged((overpayment.triaged[1],))
    if closed := is_closed(overpayment):
        return closed
    words = ClaimWords(reason=command.words)
    event = OverpaymentTriaged(
        patient=overpayment.event.patient, overpayment=command.overpayment, on=command.on, words=words
    )
    return Accepted((event,))


def decide_identify_overpayment(asked: Asked[IdentifyOverpayment], states: States, law: Law) -> Outcome:
    """Say that there is an overpayment, and since when that is known (CCM-OVP-01, -02).

    What was dismissed may be identified later. The earliest day that was said counts: a later one moves no deadline.
    Reads the claims of the patient; law: medicare.overpayments.lookback_years. Refuses, in order:
    no_such_overpayment, in_the_future, overpayment_closed, identified_before. Unchanged where just that day was said.
    Notices: received_before_lookback, rules_not_adopted.
    """
    found = overpayment_named(asked, states, "The identification")
    if not isinstance(found, Found):
        return found
    overpayment, command = found.overpayment, asked.command
    known = overpayment.identified
    if overpayment.status == "returned":
        return refused("overpayment_closed", status="returned", facts=(overpayment.position,))
    if known is not None and known[0].on == command.on:
        return Unchanged((known[1],))
    if known is not None and known[0].on < command.on:
        return refused("identified_before", on=known[0].on.isoformat(), facts=(known[1],))
    event = OverpaymentIdentified(
        patient=overpayment.event.patient,
        overpayment=command.overpayment,
        on=command.on,
        words=ClaimWords(reason=command.basis),
    )
    rules, received = rules_on(found.claim, states, law, asked.today), received_on(found.claim)
    since = swept_since(command.on, rules)
    if since is None:
        return Accepted((event,), not_adopted(law, OF_OVERPAYMENTS))
    if received is None or received >= since:
        return Accepted((event,))
    happened = f"The money came on {received.isoformat()}."
    by = rules.find(LOOKBACK)
    return Accepted((event,), (notice("received_before_lookback", happened, by),))


def decide_no_overpayment(asked: Asked[NoOverpayment], states: States, law: Law) -> Outcome:
    """Say that nothing was overpaid, and why. Nobody says so of their own work (readings, 2).

    Reads the claims of the patient, and the month. Refuses, in order: no_such_overpayment, review_about_self,
    overpayment_identified. Unchanged where it was said before.
    """
    found = overpayment_named(asked, states, "")
    if not isinstance(found, Found):
        return found
    overpayment, claim = found.overpayment, found.claim
    month = claim.event.month
    if need := states.missing(*(care_month_tag(each, month) for each in states.group(asked.patient))):
        return need
    on = day_there(asked, states, claim.event.practice)
    if isinstance(on, Need):
        return on
    if asked.actor in behind(states, asked.patient, month, claim.event.programme):
        return refused("review_about_self")
    if overpayment.identified is not None:
        on_record = overpayment.identified[0].on.isoformat()
        return refused("overpayment_identified", on=on_record, facts=(overpayment.identified[1],))
    if overpayment.dismissed is not None:
        return Unchanged((overpayment.dismissed[1],))
    event = OverpaymentDismissed(
        patient=overpayment.event.patient,
        overpayment=asked.command.overpayment,
        on=on,
        words=ClaimWords(reason=asked.command.words),
    )
    return Accepted((event,))


# --- what the deciders of this subject share ----------------------------------------------------------------------


def overpayment_named(asked: Asked[Any], states: States, what: str) -> Found | Need | Refused:
    """The possible overpayment that a command names, with its claim. Refuses: no_such_overpayment, in_the_future."""
    of_all = claims_of(asked, states)
    if isinstance(of_all, Need):
        return of_all
    named = ((claims, each) for claims in of_all if (each := claims.overpayment(asked.command.overpayment)) is not None)
    found = next(named, None)
    if found is None:
        return refused("no_such_overpayment")
    on = getattr(asked.command, "on", None)
    if on is not None and is_future(asked, on):
        return refused("in_the_future", what=what)
    claims, overpayment = found
    claim = claims.claim(overpayment.event.claim)
    assert claim is not None, "what is perhaps overpaid was released in the same stream"
    return Found(claim, overpayment)


def is_closed(overpayment: Overpayment) -> Refused | None:
    """The refusal where nothing is to be done about it any more."""
    if overpayment.is_open:
        return None
    return refused("overpayment_closed", status=overpayment.status, facts=(overpayment.position,))


def rules_on(claim: Claim, states: States, law: Law, on: date) -> Rules:
    """The rules of a day, of the payer to whom the claim went."""
    return law.on(on, book_of_payer(states, claim, law))

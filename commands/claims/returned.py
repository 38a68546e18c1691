"""Deciders about an overpayment on its way back: the investigation, the search for the same cause, the money itself."""

from commands.claims.overpaid import Found, is_closed, overpayment_named, rules_on
from commands.claims.records import OF_OVERPAYMENTS, not_adopted
from commands.deciding import Asked, Law, States
from commands.intents.overpayments import BeginInvestigation, EndInvestigation, RecordSweep, ReturnOverpayment
from ledger.claims.overpaying import LOOKBACK, deadlines, swept_since
from ledger.streams.claims import ClaimWords
from ledger.streams.overpayments import CauseSwept, InvestigationBegun, InvestigationEnded, OverpaymentReturned
from ledger.streams.replacing import replace
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Unchanged
from ledger.terms.refusals import refused


def decide_begin_investigation(asked: Asked[BeginInvestigation], states: States, law: Law) -> Outcome:
    """Begin the investigation of related overpayments: the formal deadline stands still, once (CCM-OVP-03).

    Reads the claims of the patient; law: medicare.overpayments.return_days, .suspension_days_max. Refuses, in order:
    no_such_overpayment, in_the_future, overpayment_closed, investigation_begun. Unchanged where it began on that day.
    Notices: investigation_not_timely, rules_not_adopted.
    """
    found = overpayment_named(asked, states, "The investigation")
    if not isinstance(found, Found):
        return found
    overpayment, command = found.overpayment, asked.command
    known = overpayment.begun
    if known is not None and known[0].on == command.on:
        return Unchanged((known[1],))
    if closed := is_closed(overpayment):
        return closed
    if known is not None:
        return refused("investigation_begun", on=known[0].on.isoformat(), facts=(known[1],))
    words = ClaimWords(reason=command.words)
    event = InvestigationBegun(
        patient=overpayment.event.patient, overpayment=command.overpayment, on=command.on, words=words
    )
    counted = deadlines(overpayment, command.on, lambda on: rules_on(found.claim, states, law, on))
    if counted is None:
        return Accepted((event,), not_adopted(law, OF_OVERPAYMENTS))
    if counted.formal is None or command.on <= counted.formal:
        return Accepted((event,))
    happened = f"The deadline was {counted.formal.isoformat()}, the investigation began on {command.on.isoformat()}."
    return Accepted((event,), (notice("investigation_not_timely", happened),))


def decide_end_investigation(asked: Asked[EndInvestigation], states: States, law: Law) -> Outcome:
    """End the investigation: the rest of the days goes on from then (CCM-OVP-03).

    Reads the claims of the patient. Refuses, in order: no_such_overpayment, in_the_future, no_investigation,
    investigation_ends_early. Unchanged where it was ended before.
    """
    found = overpayment_named(asked, states, "The end of the investigation")
    if not isinstance(found, Found):
        return found
    overpayment, command = found.overpayment, asked.command
    if overpayment.begun is None:
        return refused("no_investigation")
    if overpayment.ended is not None:
        return Unchanged((overpayment.ended[1],))
    begun, at = overpayment.begun
    if command.on < begun.on:
        return refused("investigation_ends_early", on=begun.on.isoformat(), facts=(at,))
    words = ClaimWords(reason=command.words)
    event = InvestigationEnded(
        patient=overpayment.event.patient, overpayment=command.overpayment, on=command.on, words=words
    )
    return Accepted((event,))


def decide_record_sweep(asked: Asked[RecordSweep], states: States, law: Law) -> Outcome:
    """Record that the claims of six years of receipt were searched for the same cause (CCM-OVP-04).

    The six years go back from the day of identification, or from that of the search where nothing was identified.
    Reads the claims of the patient; law: medicare.overpayments.lookback_years. Refuses, in order:
    no_such_overpayment, in_the_future, lookback_not_adopted, sweep_too_short. Unchanged where just this was recorded.
    """
    found = overpayment_named(asked, states, "The search")
    if not isinstance(found, Found):
        return found
    overpayment, command = found.overpayment, asked.command
    rules = rules_on(found.claim, states, law, asked.today)
    since = swept_since(overpayment.identified_on or command.on, rules)
    if since is None and not_adopted(law, OF_OVERPAYMENTS):
        return refused("lookback_not_adopted", facts=(overpayment.position,))
    if since is not None and command.since_on > since:
        by = rules.find(LOOKBACK)
        return refused("sweep_too_short", since=since.isoformat(), by=(by,), facts=(overpayment.position,))
    event = CauseSwept(
        patient=overpayment.event.patient,
        overpayment=command.overpayment,
        on=command.on,
        since_on=command.since_on,
        searched=command.searched,
        found=command.found,
        words=ClaimWords(reason=command.words),
    )
    known = next((at for swept, at in overpayment.swept if _says(swept) == _says(event)), None)
    return Unchanged((known,)) if known is not None else Accepted((event,))


def decide_return_overpayment(asked: Asked[ReturnOverpayment], states: States, law: Law) -> Outcome:
    """Record that money went back, all of it or a part; it is closed when all is back, the patient's share too.

    What was paid back is kept whatever it comes to: more than was noticed is shown.
    Reads the claims of the patient; law: medicare.overpayments.return_days, .suspension_days_max. Refuses, in order:
    no_such_overpayment, in_the_future, overpayment_not_identified, no_amount. Unchanged where just this return is on
    record. Notices: returned_more_than_noticed, returned_late, rules_not_adopted.
    """
    found = overpayment_named(asked, states, "The return")
    if not isinstance(found, Found):
        return found
    overpayment, command = found.overpayment, asked.command
    if overpayment.identified is None:
        return refused("overpayment_not_identified", facts=(overpayment.position,))
    if not command.amount and not command.patient_share:
        return refused("no_amount")
    event = OverpaymentReturned(
        patient=overpayment.event.patient,
        overpayment=command.overpayment,
        on=command.on,
        route=command.route,
        amount=command.amount,
        reference=command.reference,
        patient_share=command.patient_share,
        words=ClaimWords(reason=command.words),
    )
    known = next((at for back, at in overpayment.returned if _says(back) == _says(event)), None)
    if known is not None:
        return Unchanged((known,))
    return Accepted((event,), _look_at(event, found, states, law))


def _look_at(event: OverpaymentReturned, found: Found, states: States, law: Law) -> tuple[Notice, ...]:
    """What to look at in a return: more than was noticed, or behind the deadline."""
    overpayment, said = found.overpayment, list[Notice]()
    after = replace(overpayment, returned=(*overpayment.returned, (event, overpayment.position)))
    noticed = overpayment.event
    if after.money_back > noticed.amount or after.share_back > noticed.patient_share:
        happened = (
            f"Back went {after.money_back} to the payer and {after.share_back} to the patient; noticed were "
            f"{noticed.amount} and {noticed.patient_share}."
        )
        said.append(notice("returned_more_than_noticed", happened))
    counted = deadlines(overpayment, event.on, lambda on: rules_on(found.claim, states, law, on))
    if counted is None:
        said += not_adopted(law, OF_OVERPAYMENTS)
    elif event.on > counted.binding:
        happened = f"The deadline was {counted.binding.isoformat()}, the money went back on {event.on.isoformat()}."
        said.append(notice("returned_late", happened))
    return in_order(said)


def _says(event: CauseSwept | OverpaymentReturned) -> dict[str, object]:
    """What a fact says in the clear."""
    return event.model_dump(exclude={"words"})

"""The claims of a patient as deciders need them: those of all with whom the patient was merged, and one by its id."""

from typing import Any, Final, NamedTuple

from commands.deciding import Asked, Law, States
from ledger.judging.payers import book_on
from ledger.rulebook import Reading, Rulebook
from ledger.streams.claims_state import Claim, Claims
from ledger.terms.identity import claims_tag, patient_tag
from ledger.terms.notices import notice
from ledger.terms.outcome import Need, Notice, Refused
from ledger.terms.refusals import refused

OF_BILLING: Final = "places that are not billed and of billers who were paid instead"
OF_COMPETITION: Final = "billers who were paid instead"
OF_REOPENING: Final = "how long a reopening may be asked for"
OF_OVERPAYMENTS: Final = "the days and years of overpayments"
_NAMES: Final = {
    OF_BILLING: ("medicare.claims.competing_biller_reasons", "medicare.claims.places_not_billed"),
    OF_COMPETITION: ("medicare.claims.competing_biller_reasons",),
    OF_REOPENING: ("medicare.claims.reopening_years", "medicare.claims.reopening_good_cause_years"),
    OF_OVERPAYMENTS: ("medicare.overpayments.return_days", "medicare.overpayments.lookback_years"),
}


class Recorded(NamedTuple):
    """A claim, and all of its patient's."""

    claims: Claims
    claim: Claim
    of_all: tuple[Claims, ...] = ()
    """Those of everybody who is one person with the patient."""


def claims_of(asked: Asked[Any], states: States) -> list[Claims] | Need:
    """The claims of the patient and of everybody who is one person with them."""
    if need := states.missing(patient_tag(asked.patient)):
        return need
    group = states.group(asked.patient)
    if need := states.missing(*(claims_tag(each) for each in group)):
        return need
    return [states.get(claims_tag(each)) for each in group]


def claim_named(asked: Asked[Any], states: States) -> Recorded | Need | Refused:
    """The claim that the command names by its id, under whichever id of its patient. Refuses: no_such_claim."""
    of_all = claims_of(asked, states)
    if isinstance(of_all, Need):
        return of_all
    named: str = asked.command.claim
    found = (Recorded(claims, claim, tuple(of_all)) for claims in of_all if (claim := claims.claim(named)) is not None)
    return next(found, None) or refused("no_such_claim")


def book_of_payer(states: States, claim: Claim, law: Law) -> Rulebook:
    """The rules of the payer to whom a claim went."""
    event = claim.event
    return book_on(states.patient(event.patient), event.date_of_service, law.rulebook, event.programme)


def not_adopted(law: Law, subject: str) -> tuple[Notice, ...]:
    """The notice that the edition in use was adopted before there were rules of a subject; none where it has them."""
    if all(name in law.rulebook.quantities for name in _NAMES[subject]):
        return ()
    return (notice("rules_not_adopted", f"The edition in use was adopted before there were rules of {subject}."),)


def replacements_taken(asked: Asked[Any], states: States, claim: Claim, law: Law) -> Reading | None:
    """What the payer of a claim says of claims that replace or void one that it has (CCM-CLAIM-26).

    Reads: medicare.claims.replacements_taken.
    """
    return law.on(asked.today, book_of_payer(states, claim, law)).find("medicare.claims.replacements_taken")

"""A patient-month as the judge has it, for every decider that must ask: one way of gathering, one edition.

Promise: an attested month is judged by the edition that was signed, every other by the one in use; what was read of the
law becomes part of the decision's reading set where the decision's edition is the same.
"""

from collections.abc import Iterable

from commands.deciding import Law, States
from ledger.judging import Ground, Verdict, book_of, facts_of, judge_month, missing_tags, pinned_edition
from ledger.judging.citing import Citing, Readings
from ledger.judging.evidence import of_month
from ledger.rulebook import Edition, rulebook_of
from ledger.streams.claims_state import Claim
from ledger.terms.identity import LEDGER_TAG
from ledger.terms.outcome import Need, Notice
from ledger.terms.people import Programme


def verdict_of(
    patient: str, month: str, states: States, law: Law, programme: Programme = Programme.CCM
) -> Verdict | Need:
    """The month as the judge has it: by the edition in use, or by the one that its newest attestation pinned."""
    if need := _needed(patient, month, states):
        return need
    pinned = pinned_edition(states.month(patient, month), programme)
    return _judged(patient, month, states, law, programme, pinned)


def verdict_of_claim(claim: Claim, states: States, law: Law) -> Verdict | Need:
    """The month of a claim as the judge has it now, by the edition that the claim pinned, whoever signed it since."""
    event = claim.event
    if need := _needed(event.patient, event.month, states):
        return need
    return _judged(event.patient, event.month, states, law, event.programme, event.edition)


def _needed(patient: str, month: str, states: States) -> Need | None:
    while absent := missing_tags(patient, month, states.held()):
        if need := states.missing(*absent):
            return need
    return None


def _judged(
    patient: str, month: str, states: States, law: Law, programme: Programme, pinned: str | None
) -> Verdict | Need:
    """The verdict by the pinned edition; by the one in use where none is pinned."""
    edition, rulebook = law.edition, law.rulebook
    if pinned is not None and pinned != edition:
        if need := states.missing(LEDGER_TAG):
            return need
        adopted = next(a for a in states.governance().adoptions if a.edition == pinned)
        edition, rulebook = pinned, rulebook_of(Edition.from_bytes(adopted.content))
    facts = facts_of(patient, month, states.held())
    verdict = judge_month(facts, rulebook, edition=edition, programme=programme)
    if edition == law.edition:
        law.note(verdict.reads, book_of(verdict, rulebook))
    return verdict


def reasons_of_notices(
    notices: Iterable[Notice], verdict: Verdict, states: States, law: Law
) -> tuple[Readings, tuple[int, ...]]:
    """The rules and the facts behind what the judge says against a month, for a refusal that rests on it.

    Of a month that is judged by an earlier edition nothing: its rules are not those of this decision.
    """
    if verdict.edition != law.edition:
        return (), ()
    every, citing = tuple(notices), Citing(verdict, book_of(verdict, law.rulebook))
    ground = Ground.of(facts_of(verdict.patient, verdict.month, states.held()), verdict, law.rulebook)
    rules = dict.fromkeys(reading for each in every for reading in citing.of_notice(each))
    return tuple(rules), tuple(at for each in every for at in of_month(each, ground).facts)

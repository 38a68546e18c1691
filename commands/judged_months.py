"""A patient-month as the judge has it, for every decider that must ask: one way of gathering, one edition.

Promise: an attested month is judged by the edition that was signed, every other by the one in use; what was read of the
law becomes part of the decision's reading set where the decision's edition is the same.
"""

from commands.deciding import Law, States
from ledger.judging import Verdict, book_of, facts_of, judge_month, missing_tags, pinned_edition
from ledger.rulebook import Edition, rulebook_of
from ledger.terms.identity import LEDGER_TAG
from ledger.terms.outcome import Need


def verdict_of(patient: str, month: str, states: States, law: Law) -> Verdict | Need:
    """The month as the judge has it: by the edition in use, or by the one that its newest attestation pinned."""
    while absent := missing_tags(patient, month, states.held()):
        if need := states.missing(*absent):
            return need
    edition, rulebook = law.edition, law.rulebook
    pinned = pinned_edition(states.month(patient, month))
    if pinned is not None and pinned != edition:
        if need := states.missing(LEDGER_TAG):
            return need
        adopted = next(a for a in states.governance().adoptions if a.edition == pinned)
        edition, rulebook = pinned, rulebook_of(Edition.from_bytes(adopted.content))
    verdict = judge_month(facts_of(patient, month, states.held()), rulebook, edition=edition)
    if edition == law.edition:
        law.note(verdict.reads, book_of(verdict, rulebook))
    return verdict

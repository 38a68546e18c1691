"""Deciders about claims: what a practice asks for a code, release of an attested month to billing, withdrawal.

A claim is released on the ground of an attestation, as the month stands under it; both are pinned. Whatever moves that
ground later makes no claim another one: a reaction finds it, and a person acts.
"""

from typing import Final, NamedTuple

from commands.claim_numbers import NUMBERS
from commands.deciding import Asked, Law, States
from commands.guards import is_future, said_at, unregistered
from commands.intents.claims import AdoptCharge, ReleaseClaim, WithdrawClaim
from commands.judged_months import reasons_of_notices, verdict_of
from ledger.claims.building import Content, content_of
from ledger.judging import Verdict, book_of
from ledger.judging.law import law_on
from ledger.judging.payers import book_on
from ledger.rulebook import Rulebook
from ledger.rulebook.claims import filing_deadline
from ledger.streams.claims import ClaimReleased, ClaimWithdrawn, ClaimWords, Frequency, control_number
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.month_state import Attested
from ledger.streams.practice import ChargeAdopted, Practice
from ledger.terms.calendar import first_day, last_day
from ledger.terms.identity import claims_tag, patient_tag
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.people import Side
from ledger.terms.refusals import refused

_BY_THRESHOLD: Final = "threshold"
_RESENT: Final = frozenset({"rejected", "withdrawn"})
_AT_THE_PAYER: Final = frozenset({"accepted", "paid", "denied"})


def decide_adopt_charge(asked: Asked[AdoptCharge], states: States, law: Law) -> Outcome:
    """Adopt what a practice asks for one unit of a code from a day on; the later fact wins a tie (CCM-CLAIM-08).

    Reads the practice. Refuses, in order: no_such_practice. Unchanged where just this was said last of that day.
    """
    command = asked.command
    if no_practice := unregistered(states, command.practice):
        return no_practice
    state = states.practice(command.practice)
    event = ChargeAdopted(practice=command.practice, code=command.code, amount=command.amount, from_on=command.from_on)
    newest = state.charge(command.code, command.from_on)
    if newest is not None and newest[0] == event:
        return Unchanged((said_at(state.said, event) or newest[1],))
    return Accepted((event,))


def decide_release_claim(asked: Asked[ReleaseClaim], states: States, law: Law) -> Outcome:
    """Release an attested month to billing, by the edition that was signed (readings, 6 and 7).

    Reads everything that the verdict rests on, and the claims of the patient; law: medicare.claims.filing_years and
    what the verdict reads. Refuses, in order: no_such_claim, in_the_future, month_not_over, month_not_attested,
    attestation_stale, month_blocked_from_release, claim_is_live, claim_not_replaceable, lines_do_not_stand,
    charge_not_adopted, npi_not_on_record, filing_deadline_over. Unchanged where the live claim of the month rests on
    this attestation.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    group = states.group(patient)
    if need := states.missing(*(claims_tag(each) for each in group)):
        return need
    of_all = [states.get(claims_tag(each)) for each in group]
    named = _named(asked.command, of_all)
    if isinstance(named, Refused):
        return named
    if is_future(asked, first_day(command.month)):
        return refused("in_the_future", what=f"The month {command.month}")
    verdict = verdict_of(patient, command.month, states, law, command.programme)
    if isinstance(verdict, Need):
        return verdict
    signed = _signed(asked, states, verdict, law)
    if isinstance(signed, Refused):
        return signed
    live = next((found for claims in of_all if (found := claims.live(_guard(command))) is not None), None)
    if live is not None and (named is None or live.event.claim != named.claim.event.claim):
        if live.event.attestation == signed.event.attestation and named is None:
            return Unchanged((live.position,), (("claim", live.event.claim),))
        return refused("claim_is_live", month=command.month, facts=(live.position,))
    before = _before(asked, states, named, law) if named is not None else None
    if isinstance(before, Refused):
        return before
    return _released(asked, states, law, verdict, signed, before)


class _Named(NamedTuple):
    """A claim among all of its patient's."""

    claims: Claims
    claim: Claim


class _Before(NamedTuple):
    """The claim that a new one stands for, and how: sent again, or in its place at the payer."""

    claim: Claim
    frequency: Frequency


def _guard(command: ReleaseClaim) -> tuple[str, str, str]:
    return command.month, command.programme.value, Side.PRACTITIONER.value


def _signed(asked: Asked[ReleaseClaim], states: States, verdict: Verdict, law: Law) -> Attested | Refused:
    """The attestation that the claim rests on, or why there is none to rest on."""
    month = asked.command.month
    practice = states.practice(verdict.practice) if verdict.practice is not None else None
    timing = practice.policy("release_timing", last_day(month)) if practice is not None else None
    if asked.today <= last_day(month) and timing != _BY_THRESHOLD:
        return refused("month_not_over", month=month)
    attested = states.month(asked.patient, month).standing_attestation(asked.command.programme)
    if attested is None:
        return refused("month_not_attested", month=month)
    if verdict.standing != "attested" or asked.command.digest not in (None, verdict.digest):
        return refused("attestation_stale", month=month, facts=(attested.position,))
    if verdict.missing or not verdict.charges:
        codes = ", ".join(dict.fromkeys(notice.code for notice in verdict.missing)) or "no code"
        rules, facts = reasons_of_notices(verdict.missing, verdict, states, law)
        return refused("month_blocked_from_release", month=month, codes=codes, by=rules, facts=facts)
    return attested


def _named(command: ReleaseClaim, of_all: list[Claims]) -> _Named | Refused | None:
    """The claim that the command names to be replaced; None where it names none."""
    if command.replaces is None:
        return None
    found = (_Named(claims, claim) for claims in of_all if (claim := claims.claim(command.replaces)) is not None)
    named = next((each for each in found if each.claim.guard == _guard(command)), None)
    return refused("no_such_claim") if named is None else named


def _before(asked: Asked[ReleaseClaim], states: States, named: _Named, law: Law) -> _Before | Refused:
    """How a new claim stands for the named one, or why it cannot."""
    claims, claim = named
    status = claims.status(claim)
    if status in _RESENT:
        return _Before(claim, "1")
    taken = law.on(asked.today, _book(states, claim, law)).find("medicare.claims.replacements_taken")
    if status not in _AT_THE_PAYER or taken is None or taken.value is not True:
        by = (taken,) if status in _AT_THE_PAYER else ()
        return refused("claim_not_replaceable", status=status, by=by, facts=(claim.position,))
    return _Before(claim, "7")


def _book(states: States, claim: Claim, law: Law) -> Rulebook:
    """The rules of the payer to whom a claim went."""
    return book_on(
        states.patient(claim.event.patient), claim.event.date_of_service, law.rulebook, claim.event.programme
    )


def _released(
    asked: Asked[ReleaseClaim], states: States, law: Law, verdict: Verdict, signed: Attested, before: _Before | None
) -> Outcome:
    """The claim itself, where nothing that it must say is missing."""
    command, practice = asked.command, _practice(states, verdict)
    book = book_of(verdict, law.rulebook)
    rules = law.on(verdict.date_of_service, book)
    content = content_of(verdict, states.patient(asked.patient), practice, law_on(book, last_day(command.month)), rules)
    if refusal := _incomplete(states, verdict, practice, content):
        return refusal
    deadline = filing_deadline(verdict.date_of_service, rules)
    if asked.today > deadline and command.late_because is None:
        return refused("filing_deadline_over", deadline=deadline.isoformat())
    claim = asked.new_id("cl")
    number = control_number(claim)
    assert verdict.payer is not None, "a month without coverage is blocked"
    assert verdict.practitioner is not None, "a month without a billing practitioner is blocked"
    assert verdict.family is not None, "a month with charges has a family"
    event = ClaimReleased(
        patient=asked.patient,
        claim=claim,
        month=command.month,
        programme=command.programme,
        side=Side.PRACTITIONER,
        practice=practice.practice,
        practitioner=verdict.practitioner,
        payer=verdict.payer,
        family=verdict.family,
        date_of_service=verdict.date_of_service,
        place_of_service=content.place_of_service,
        diagnoses=content.diagnoses,
        lines=content.lines,
        control_number=number,
        frequency=before.frequency if before is not None else "1",
        replaces=before.claim.event.claim if before is not None else None,
        payer_number=before.claim.payer_number if before is not None and before.frequency != "1" else None,
        attestation=signed.event.attestation,
        digest=verdict.digest,
        as_of=asked.position,
        edition=verdict.edition,
        link=asked.token(NUMBERS, number),
    )
    return Accepted((event,), (), (("claim", claim),))


def _practice(states: States, verdict: Verdict) -> Practice:
    assert verdict.practice is not None, "a month without a practice is blocked"
    return states.practice(verdict.practice)


def _incomplete(states: States, verdict: Verdict, practice: Practice, content: Content) -> Refused | None:
    """Why the content cannot be a claim."""
    if content.faults:
        return refused("lines_do_not_stand", codes=", ".join(f"{code} ({why})" for code, why in content.faults))
    if content.uncharged:
        return refused("charge_not_adopted", codes=", ".join(content.uncharged))
    assert verdict.practitioner is not None, "a month without a billing practitioner is blocked"
    if states.staff(verdict.practitioner).npi is None:
        return refused("npi_not_on_record", whose="billing practitioner")
    return refused("npi_not_on_record", whose="practice") if practice.npi is None else None


def decide_withdraw_claim(asked: Asked[WithdrawClaim], states: States, law: Law) -> Outcome:
    """Take a claim back that the payer has not adjudicated: it counts as none (CCM-CLAIM-28; readings, 3).

    Reads the claims of the patient. Refuses, in order: no_such_claim, claim_not_withdrawable. Unchanged where it was
    withdrawn before.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    group = states.group(patient)
    if need := states.missing(*(claims_tag(each) for each in group)):
        return need
    of_all = [states.get(claims_tag(each)) for each in group]
    found = next(((cs, claim) for cs in of_all if (claim := cs.claim(command.claim)) is not None), None)
    if found is None:
        return refused("no_such_claim")
    claims, claim = found
    if claim.withdrawn is not None:
        return Unchanged((claim.withdrawn.position,))
    status = claims.status(claim)
    if status not in ("released", "accepted", "rejected"):
        return refused("claim_not_withdrawable", status=status, facts=(claim.position,))
    event = ClaimWithdrawn(
        patient=claim.event.patient,
        claim=command.claim,
        reason=command.reason,
        on=asked.today,
        words=ClaimWords(reason=command.words),
    )
    return Accepted((event,))

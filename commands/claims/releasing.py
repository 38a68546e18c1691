"""Deciders about claims: what a practice asks for a code, release of an attested month to billing.

A claim is released on the ground of an attestation, as the month stands under it; both are pinned. Whatever moves that
ground later makes no claim another one: a reaction finds it, and a person acts.
"""

from datetime import date
from typing import Final, NamedTuple

from commands.claims.changes import AT_THE_PAYER
from commands.claims.numbers import NUMBERS
from commands.claims.records import OF_BILLING, Recorded, claims_of, not_adopted, replacements_taken
from commands.deciding import Asked, Law, States
from commands.guards import day_by, is_future, said_at, unregistered
from commands.intents.claims import AdoptCharge, ReleaseClaim
from commands.judged_months import reasons_of_notices, verdict_of
from ledger.claims.building import Content, content_of, review_of_place
from ledger.claims.competing import stopping
from ledger.claims.erosion import has_money
from ledger.judging import Verdict, book_of
from ledger.judging.law import law_on
from ledger.rulebook import Rules
from ledger.rulebook.claims import filing_deadline, filing_review_on
from ledger.streams.claim_reasons import ClaimExplained
from ledger.streams.claims import ClaimReleased, ClaimWords, Frequency, control_number
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.month_state import Attested
from ledger.streams.practice import ChargeAdopted, Practice
from ledger.terms.calendar import first_day, last_day
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Need, Notice, Outcome, Refused, Unchanged
from ledger.terms.people import Side
from ledger.terms.refusals import refused

_BY_THRESHOLD: Final = "threshold"
_RESENT: Final = frozenset({"rejected", "withdrawn"})
_NOTHING_OWED: Final = frozenset({"denied", "reversed"})
_CLAIMS: Final = "medicare.claims"


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

    Reads everything that the verdict rests on, and the claims of the patient; law: medicare.claims.filing_years,
    .filing_review_days, .federal_holidays, .competing_biller_reasons, .replacements_taken, .places_not_billed,
    .places_reviewed and what the verdict reads. Refuses, in order: no_such_claim, in_the_future, month_not_over,
    month_not_attested, attestation_stale, month_blocked_from_release, competing_biller_on_record, claim_is_live,
    claim_not_replaceable, payer_number_not_known, lines_do_not_stand, charge_not_adopted, npi_not_on_record,
    place_not_on_record, place_not_billed, filing_deadline_over. Unchanged where the live claim of the month rests on
    this attestation, and stands for the claim that is named. Notices: filing_deadline_near, filed_late,
    place_to_review, rules_not_adopted.
    """
    command = asked.command
    of_all = claims_of(asked, states)
    if isinstance(of_all, Need):
        return of_all
    named = _named(command, of_all)
    if isinstance(named, Refused):
        return named
    if is_future(asked, first_day(command.month)):
        return refused("in_the_future", what=f"The month {command.month}")
    verdict = verdict_of(asked.patient, command.month, states, law, command.programme)
    if isinstance(verdict, Need):
        return verdict
    signed = _signed(asked, states, verdict, law)
    if isinstance(signed, Refused):
        return signed
    stopped = stopping(of_all, _guard(command), law.on(asked.today))
    if stopped is not None:
        rival, by = stopped
        return refused("competing_biller_on_record", by=(by,), facts=(rival.newest_answer,), month=command.month)
    # A merge may have brought two live claims together: none of them is replaced while the other one lives.
    every = [found for claims in of_all if (found := claims.live(_guard(command))) is not None]
    if live := next((each for each in every if named is None or each != named.claim), None):
        stands_for = (None, live.event.replaces)
        if live.event.attestation == signed.event.attestation and command.replaces in stands_for:
            return Unchanged((live.position,), (("claim", live.event.claim),))
        return refused("claim_is_live", month=command.month, facts=(live.position,))
    before = _before(asked, states, verdict, named, law) if named is not None else _sent_again(of_all, command)
    if isinstance(before, Refused):
        return before
    return _released(asked, states, law, verdict, signed, before)


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
    today = day_by(asked, practice)
    if today <= last_day(month) and timing != _BY_THRESHOLD:
        return refused("month_not_over", month=month)
    if verdict.date_of_service > today:
        happened = f"The date of service of {month} is {verdict.date_of_service.isoformat()}, and has not come."
        return refused("month_not_over", happened=happened, month=month)
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


def _named(command: ReleaseClaim, of_all: list[Claims]) -> Recorded | Refused | None:
    """The claim that the command names to be replaced; None where it names none."""
    if command.replaces is None:
        return None
    found = (Recorded(claims, claim) for claims in of_all if (claim := claims.claim(command.replaces)) is not None)
    named = next((each for each in found if each.claim.guard == _guard(command)), None)
    return refused("no_such_claim") if named is None else named


def _before(
    asked: Asked[ReleaseClaim], states: States, verdict: Verdict, named: Recorded, law: Law
) -> _Before | Refused:
    """How a new claim stands for the named one, or why it cannot."""
    claims, claim = named.claims, named.claim
    status = claims.status(claim)
    # What another payer answered without owing anything is sent to the one whose month it is.
    is_anothers = status in _NOTHING_OWED and not has_money(claim) and verdict.payer != claim.event.payer
    if status in _RESENT or is_anothers:
        return _Before(claim, "1")
    taken = replacements_taken(asked, states, claim, law)
    if status not in AT_THE_PAYER or taken is None or taken.value is not True:
        by = (taken,) if status in AT_THE_PAYER else ()
        return refused("claim_not_replaceable", status=status, by=by, facts=(claim.position,))
    if verdict.payer != claim.event.payer:
        happened = "The claim went to another payer than that of the month now: it is voided there, not replaced."
        return refused("claim_not_replaceable", happened=happened, status=status, facts=(claim.position,))
    if claim.payer_number is None:
        return refused("payer_number_not_known", facts=(claim.position,))
    return _Before(claim, "7")


def _sent_again(of_all: list[Claims], command: ReleaseClaim) -> _Before | None:
    """The newest claim of the month that was rejected, or voids another: whatever is heard of it later, one is live.

    A payer may still accept what it rejected; what was withdrawn stays so, and nothing needs stand for it.
    """
    own = [
        each
        for claims in of_all
        for each in claims.claims
        if each.guard == _guard(command) and (each.withdrawn is None or each.event.replaces is not None)
    ]
    newest = max(own, key=lambda each: each.position, default=None)
    return _Before(newest, "1") if newest is not None else None


def _released(
    asked: Asked[ReleaseClaim], states: States, law: Law, verdict: Verdict, signed: Attested, before: _Before | None
) -> Outcome:
    """The claim itself, where nothing that it must say is missing."""
    command, practice = asked.command, _practice(states, verdict)
    book = book_of(verdict, law.rulebook)
    rules = law.on(verdict.date_of_service, book)
    of_month, patient = law_on(book, last_day(command.month)), states.patient(asked.patient)
    content = content_of(verdict, patient, practice, of_month, rules, place=command.place_of_service)
    place = command.place_of_service or content.place_of_service
    if refusal := _incomplete(states, verdict, practice, content) or _misplaced(command, practice, content, rules):
        return refusal
    assert place is not None, "a claim without a place was refused"
    deadline = filing_deadline(content.service_from or verdict.date_of_service, lambda day: law.on(day, book))
    today = day_by(asked, practice)
    is_late = today > deadline
    if is_late and command.late_because is None:
        return refused("filing_deadline_over", deadline=deadline.isoformat())
    event = _claim(asked, verdict, signed, before, content, place)
    notices = (*_said_of(today, event, deadline, rules), *not_adopted(law, OF_BILLING))
    if not is_late:
        return Accepted((event,), notices, (("claim", event.claim),))
    words = ClaimWords(reason=command.late_because or "")
    why = ClaimExplained(patient=event.patient, claim=event.claim, about="late_filing", on=today, words=words)
    return Accepted((event, why), notices, (("claim", event.claim),))


def _claim(
    asked: Asked[ReleaseClaim],
    verdict: Verdict,
    signed: Attested,
    before: _Before | None,
    content: Content,
    place: str,
) -> ClaimReleased:
    command, claim = asked.command, asked.new_id("cl")
    number = control_number(claim)
    assert verdict.practice is not None, "a month without a practice is blocked"
    assert verdict.payer is not None, "a month without coverage is blocked"
    assert verdict.practitioner is not None, "a month without a billing practitioner is blocked"
    assert verdict.family is not None, "a month with charges has a family"
    return ClaimReleased(
        # What stands for a claim stands beside it, also where its patient was merged since: one stream shows both.
        patient=before.claim.event.patient if before is not None else asked.patient,
        claim=claim,
        month=command.month,
        programme=command.programme,
        side=Side.PRACTITIONER,
        practice=verdict.practice,
        practitioner=verdict.practitioner,
        payer=verdict.payer,
        family=verdict.family,
        date_of_service=verdict.date_of_service,
        service_from=content.service_from,
        place_of_service=place,
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


def _said_of(today: date, event: ClaimReleased, deadline: date, rules: Rules) -> tuple[Notice, ...]:
    """What to look at in a claim: its place, and how near its filing deadline is."""
    found: list[Notice] = []
    if today > deadline:
        happened = f"The last day on which the claim could be received was {deadline.isoformat()}."
        found.append(notice("filed_late", happened, rules.find(f"{_CLAIMS}.filing_years")))
    elif today >= filing_review_on(event.first_served_on, rules):
        happened = f"The last day on which the claim may be received is {deadline.isoformat()}."
        found.append(notice("filing_deadline_near", happened, rules.find(f"{_CLAIMS}.filing_review_days")))
    if (reviewed := review_of_place(event.place_of_service, rules)) is not None:
        happened = f"The place of service is {event.place_of_service}."
        found.append(notice("place_to_review", happened, reviewed))
    return in_order(found)


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


def _misplaced(command: ReleaseClaim, practice: Practice, content: Content, rules: Rules) -> Refused | None:
    """Why the month cannot be billed at the place that the command gives, or at any of the practice's."""
    asked = command.place_of_service
    if asked is not None and asked not in {site.place_of_service for site in practice.sites}:
        return refused("place_not_on_record")
    never = rules.find(f"{_CLAIMS}.places_not_billed")
    is_never = never is not None and isinstance(never.value, tuple) and asked in never.value
    return refused("place_not_billed", by=(never,)) if is_never or content.place_of_service is None else None

"""Deciders about a month that only its billing practitioner may make: decision making, family, attestation.

What the month says is asked of the one judge; a refusal, the screen and the packet cannot disagree.
"""

from typing import Any, Final

from commands.deciding import Asked, Law, States
from commands.guards import after_death, by_rule, day_by, is_future
from commands.intents.care_month import AttestDecisionMaking, AttestInBatch, AttestMonth, ChooseFamily
from commands.judged_months import reasons_of_notices, verdict_of
from ledger.judging import Verdict, book_of
from ledger.streams.care_month import (
    CodeUnits,
    DecisionMakingAttested,
    DecisionMakingWords,
    FamilyChosen,
    MonthAttested,
)
from ledger.streams.patient_state import Designation
from ledger.streams.staff import ROLE_FACTS
from ledger.terms.calendar import first_day, last_day, month_of
from ledger.terms.identity import patient_tag, staff_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Need, Notice, Outcome, Refused, Unchanged
from ledger.terms.people import Programme, Role, Side
from ledger.terms.refusals import REFUSALS, refused

_MINIMUM: Final = {
    Programme.CCM: "medicare.ccm.families.noncomplex_base",
    Programme.PCM: "medicare.ccm.families.pcm_staff_base",
    Programme.APCM: "medicare.ccm.families.level_1",
}
"""The base code with the fewest minutes of each programme."""


def decide_attest_mdm(asked: Asked[AttestDecisionMaking], states: States, law: Law) -> Outcome:
    """Attest the medical decision making of a month (CCM-CODE-07); the newest attestation is used.

    Reads the patient. Refuses, in order: in_the_future, after_death, not_the_billing_practitioner.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    if isinstance(stopped := billing(asked, states, "the decision making"), Refused):
        return stopped
    event = DecisionMakingAttested(
        patient=patient,
        month=command.month,
        practitioner=asked.actor,
        level=command.level,
        attested_at=asked.now,
        words=DecisionMakingWords(problems=command.problems, data=command.data, risk=command.risk),
    )
    return Accepted((event,))


def decide_choose_family(asked: Asked[ChooseFamily], states: States, law: Law) -> Outcome:
    """Choose one of the families that the month of a programme supports (CCM-UNIT-02, CCM-CODE-16).

    Reads everything that the verdict rests on. Refuses, in order: in_the_future, after_death,
    not_the_billing_practitioner, family_not_supported. Unchanged where the actor's newest choice is this one.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    programme = Programme(command.programme)
    if isinstance(stopped := billing(asked, states, "the choice", programme), Refused):
        return stopped
    verdict = verdict_of(patient, command.month, states, law, programme)
    if isinstance(verdict, Need):
        return verdict
    result = verdict.result(command.family)
    if result is None or not result.is_available:
        said = result.notices[:1] if result else ()
        because = said[0].happened if said else None
        rules, facts = reasons_of_notices(said, verdict, states, law)
        return refused(
            "family_not_supported", because=because, by=rules, facts=facts, month=command.month, family=command.family
        )
    event = FamilyChosen(
        patient=patient,
        month=command.month,
        practitioner=asked.actor,
        family=command.family,
        programme=None if programme is Programme.CCM else programme,
    )
    of_month = states.month(patient, command.month).choices
    choices = [choice for choice in of_month if choice[0].programme is event.programme]
    if choices and choices[-1][0] == event:
        return Unchanged((choices[-1][1],))
    return Accepted((event,))


def decide_attest_month(asked: Asked[AttestMonth], states: States, law: Law) -> Outcome:
    """Sign the digest of a programme's month as it stands; it pins position, edition and totals (readings, 6).

    Reads everything that the verdict rests on, and the actor. Refuses, in order: in_the_future, after_death,
    not_the_billing_practitioner, self_dealing, below_minimum, month_changed. Unchanged where the actor's newest
    signature is of this digest. Notices: month_not_ended, month_blocked.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), staff_tag(asked.actor)):
        return need
    programme = Programme(command.programme)
    standing = billing(asked, states, "the attestation", programme)
    if isinstance(standing, Refused):
        return standing
    verdict = _verdict(asked, states, law)
    if isinstance(verdict, Need):
        return verdict
    if _deals_with_self(asked, states, standing):
        return refused("self_dealing", facts=states.staff(asked.actor).told_at(*ROLE_FACTS))
    if not any(result.is_available for result in verdict.families):
        return _below_minimum(verdict, law)
    if verdict.digest != command.digest:
        return refused("month_changed", month=command.month)
    attested = states.month(patient, command.month).standing_attestation(programme)
    signed = (attested.event.digest, attested.event.practitioner) if attested is not None else None
    if attested is not None and signed == (verdict.digest, asked.actor):
        return Unchanged((attested.position,), (("attestation", attested.event.attestation),))
    event = _attestation(asked, verdict, law)
    return Accepted((event,), _attested_notices(asked, states, verdict), (("attestation", event.attestation),))


def decide_attest_in_batch(asked: Asked[AttestInBatch], states: States, law: Law) -> Outcome:
    """Sign a month that is ready, among others; every month is a signature of its own (readings, 6).

    Reads what attest_month reads, and the practice; law: medicare.ccm.policy.noncomplex_attestation,
    .complex_attestation, .personal_attestation. Refuses, in order: in_the_future, after_death,
    not_the_billing_practitioner, self_dealing, below_minimum, month_changed, and then attested_one_by_one,
    month_not_ready. Unchanged where attest_month is. Notices: month_not_ended.
    """
    outcome = decide_attest_month(asked, states, law)
    if not isinstance(outcome, Accepted):
        return outcome
    verdict = _verdict(asked, states, law)
    assert not isinstance(verdict, Need), "attest_month had everything"
    family, month = verdict.family, asked.command.month
    practice = states.practice(verdict.practice) if verdict.practice is not None else None
    by = law.on(last_day(month)).find(f"medicare.ccm.policy.{family}_attestation")
    adopted = practice.policy(f"{family}_attestation", last_day(month)) if practice is not None else None
    if (adopted or (by.value if by else "each")) != "batch":
        because = by_rule(by, REFUSALS["attested_one_by_one"].because)
        return refused("attested_one_by_one", because=because, by=(by,), month=month, family=family or "none")
    if verdict.missing:
        rules, facts = reasons_of_notices(verdict.missing, verdict, states, law)
        return refused("month_not_ready", by=rules, facts=facts, month=month)
    return outcome


def billing(
    asked: Asked[Any], states: States, what: str, programme: Programme = Programme.CCM
) -> Designation | Refused:
    """The designation under which the actor may do this for the month of a programme, or why not."""
    month = asked.command.month
    patient = states.patient(asked.patient)
    if is_future(asked, first_day(month)):
        return refused("in_the_future", what=f"The month {month}")
    died_on = patient.died_on()
    if died_on is not None and month > month_of(died_on):
        return after_death(patient, what)
    standing = patient.designation(month, programme, Side.PRACTITIONER)
    if standing is None:
        of = "" if programme is Programme.CCM else f" for {programme.value}"
        happened = f"Nobody is designated as billing practitioner of {month}{of}."
        return refused("not_the_billing_practitioner", happened=happened)
    if standing.event.practitioner != asked.actor:
        return refused("not_the_billing_practitioner", month=month)
    return standing


def _verdict(asked: Asked[Any], states: States, law: Law) -> Verdict | Need:
    """The month as the judge has it: by the edition in use, or by the one that its newest attestation pinned."""
    return verdict_of(asked.patient, asked.command.month, states, law, Programme(asked.command.programme))


def _deals_with_self(asked: Asked[AttestMonth], states: States, standing: Designation) -> bool:
    """Whether the signer is also a biller of the practice and the month holds time of the signer's own."""
    actor = states.staff(asked.actor)
    entries = states.month(asked.patient, asked.command.month).entries
    return actor.holds(Role.BILLER, asked.today, standing.event.practice) and any(
        entry.work.performer == asked.actor for entry in entries
    )


def _below_minimum(verdict: Verdict, law: Law) -> Refused:
    """That no family has its minimum; where one lacks something else than minutes, what its own notice says."""
    month = verdict.month
    rules = law.on(last_day(month), book_of(verdict, law.rulebook))
    base = rules.get(_MINIMUM[verdict.programme])
    by = rules.find(f"medicare.ccm.{base}.minutes_minimum")
    minutes = max((result.minutes for result in verdict.families), default=0)
    return refused(
        "below_minimum",
        because=by_rule(by, REFUSALS["below_minimum"].because),
        by=(by,),
        facts=(line.position for line in verdict.lines),
        month=month,
        minutes=str(minutes),
        needed=str(by.value) if by else "more",
    )


def _attestation(asked: Asked[AttestMonth], verdict: Verdict, law: Law) -> MonthAttested:
    return MonthAttested(
        patient=asked.patient,
        month=asked.command.month,
        attestation=asked.new_id("at"),
        practitioner=asked.actor,
        attested_at=asked.now,
        statement=law.on(last_day(asked.command.month)).word("medicare.ccm.attestation.statement"),
        digest=verdict.digest,
        as_of=asked.position,
        edition=verdict.edition,
        family=verdict.family,
        staff_seconds=verdict.staff_seconds,
        personal_seconds=verdict.personal_seconds,
        lines=tuple(CodeUnits(code=line.code, units=line.units) for line in verdict.charges),
        programme=None if verdict.programme is Programme.CCM else verdict.programme,
    )


def _attested_notices(asked: Asked[AttestMonth], states: States, verdict: Verdict) -> tuple[Notice, ...]:
    found: list[Notice] = []
    practice = states.practice(verdict.practice) if verdict.practice is not None else None
    if day_by(asked, practice) <= last_day(asked.command.month):
        happened = f"The month {asked.command.month} has not ended; what comes later makes this attestation stale."
        found.append(notice("month_not_ended", happened))
    if verdict.missing:
        happened = (
            f"The month is attested; what still blocks its release: {', '.join(n.code for n in verdict.missing)}."
        )
        found.append(notice("month_blocked", happened))
    return in_order(found)

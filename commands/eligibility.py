"""Deciders about what a month may rest on: conditions, risk, visits, coverage, death.

All but attest_risk are testimony: stored with notices, whatever they say. A source that repeats what the ledger holds
is answered Unchanged; words (descriptions, member ids) are sealed and cannot be compared, so a command that brings
words is a new fact unless its key is known.
"""

from datetime import timedelta

from commands.deciding import Asked, Law, States
from commands.guards import after_death, document_of, is_after_death, is_future, says_the_same
from commands.intents.patient import AttestRisk, RecordCondition, RecordCoverage, RecordDeath, RecordVisit
from ledger.rulebook import Rules
from ledger.streams.base import SEALED
from ledger.streams.patient import (
    CodedConcept,
    ConditionContent,
    ConditionRecorded,
    ConditionWords,
    CoverageRecorded,
    CoverageWords,
    DeathRecorded,
    RiskAttested,
    RiskWords,
    VisitRecorded,
)
from ledger.streams.patient_state import Patient
from ledger.terms.identity import patient_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Unchanged
from ledger.terms.people import as_mbi, is_mbi
from ledger.terms.refusals import refused


def decide_record_condition(asked: Asked[RecordCondition], states: States, law: Law) -> Outcome:
    """Record a condition with its evidence; whether it qualifies is judged month by month.

    Said again with its end, by the same codes and onset, it is the condition that is known, which ended. Reads the
    patient. Refuses, in order: end_before_start, in_the_future (the onset). Unchanged where the same codes and dates
    are on record and the command brings no words. Notices: condition_not_chronic, condition_without_diagnosis.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    if command.onset_on and command.abated_on and command.abated_on < command.onset_on:
        return refused("end_before_start", what="The condition")
    if command.onset_on and is_future(asked, command.onset_on):
        return refused("in_the_future", what="The onset")
    words = ConditionWords(description=command.description, pointer=command.pointer)
    code = command.source_code
    event = ConditionRecorded(
        patient=patient,
        condition=asked.new_id("cd"),
        source_code=CodedConcept(system=code.system, code=code.code) if code else None,
        icd10=command.icd10,
        onset_on=command.onset_on,
        abated_on=command.abated_on,
        expected_12_months=command.expected_12_months,
        expected_months=command.expected_months,
        document=document_of(asked, command.document),
        words=words if words != ConditionWords() else SEALED,
    )
    notices = _condition_notices(event, law.on(asked.today))
    if event.words is SEALED and (event.source_code or event.icd10):
        for known in states.patient(patient).conditions:
            if says_the_same(known.event, event, but="condition"):
                return Unchanged((known.position,), (("condition", known.event.condition),), notices)
    if (ended := _ended_by(event, states.patient(patient))) is not None:
        event = event.model_copy(update={"condition": ended.condition, **_course(event, ended)})
    return Accepted((event,), notices, (("condition", event.condition),))


def _ended_by(event: ConditionRecorded, patient: Patient) -> ConditionContent | None:
    """The known condition whose end this is: of the same codes, from the same day on; the newest word on its end holds.

    What its end does not say of the expected course stays as it was: the months in which it held are not to lose it.
    """
    if event.abated_on is None or not (event.source_code or event.icd10):
        return None
    said = (event.source_code, event.icd10, event.onset_on)
    newest = {known.event.condition: known.event for known in patient.conditions}
    same = (c for c in newest.values() if (c.source_code, c.icd10, c.onset_on) == said)
    return next(same, None)


def _course(event: ConditionRecorded, ended: ConditionContent) -> dict[str, object]:
    """The expected course as its end says it, or, where that says nothing of it, as it was."""
    said = ended if event.expected_12_months is None and event.expected_months is None else event
    return {"expected_12_months": said.expected_12_months, "expected_months": said.expected_months}


def decide_attest_risk(asked: Asked[AttestRisk], states: States, law: Law) -> Outcome:
    """Attest, as a practitioner, that the conditions put the patient at significant risk (CCM-ELIG-02).

    Reads the patient. Refuses, in order: no_such_condition, in_the_future, after_death. Unchanged where this
    practitioner attested the same without words. Notices: risk_attested_late.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    state = states.patient(patient)
    if not {known.event.condition for known in state.conditions}.issuperset(command.conditions):
        return refused("no_such_condition")
    if is_future(asked, command.on):
        return refused("in_the_future", what="The day of the attestation")
    if is_after_death(state, command.on):
        return after_death(state, "the attestation")
    event = RiskAttested(
        patient=patient,
        practitioner=asked.actor,
        on=command.on,
        conditions=command.conditions,
        words=RiskWords(statement=command.statement) if command.statement else SEALED,
    )
    if event.words is SEALED:
        for known in state.risks:
            if says_the_same(known.event, event):
                return Unchanged((known.position,))
    return Accepted((event,), _late_attestation(asked, law.on(command.on)))


def decide_record_visit(asked: Asked[RecordVisit], states: States, law: Law) -> Outcome:
    """Record a visit that happened; whether it qualifies as the initiating visit is judged (CCM-INIT-01 to -07).

    Reads the patient; law: initiating_visit.qualifying_codes. Refuses: in_the_future. Unchanged where just this visit
    is on record. Notices: visit_not_qualifying (99211 and the like), visit_code_missing, visit_without_discussion.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    if is_future(asked, command.on):
        return refused("in_the_future", what="The visit")
    event = VisitRecorded(
        patient=patient,
        visit=asked.new_id("vs"),
        on=command.on,
        code=command.code,
        practitioner=asked.person("practitioner"),
        ccm_discussed=command.ccm_discussed,
        document=document_of(asked, command.document),
    )
    notices = _visit_notices(command, law.on(command.on))
    for known in states.patient(patient).visits:
        if says_the_same(known.event, event, but="visit"):
            return Unchanged((known.position,), (("visit", known.event.visit),), notices)
    return Accepted((event,), notices, (("visit", event.visit),))


def decide_record_coverage(asked: Asked[RecordCoverage], states: States, law: Law) -> Outcome:
    """Record who pays, from when to when; coverage may begin and end in the future, and be restated in retrospect.

    Reads the patient. Refuses, in order: no_such_coverage, end_before_start, in_the_future (the verification).
    Unchanged where the same coverage is on record and the command brings no words. Notices: coverage_restated,
    member_not_an_mbi.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    on_record = states.patient(patient).coverages
    restated = [known for known in on_record if known.event.coverage == command.coverage][-1:]
    if command.coverage is not None and not restated:
        return refused("no_such_coverage")
    if command.until_on and command.until_on < command.from_on:
        return refused("end_before_start", what="The coverage")
    if command.verified_at and is_future(asked, command.verified_at):
        return refused("in_the_future", what="The verification")
    words = CoverageWords(member=command.member, plan=command.plan)
    event = CoverageRecorded(
        patient=restated[0].event.patient if restated else patient,
        coverage=command.coverage or asked.new_id("cv"),
        payer=command.payer,
        kind=command.kind,
        from_on=command.from_on,
        until_on=command.until_on,
        rank=command.rank,
        qmb=command.qmb,
        verified_at=command.verified_at,
        words=words if words != CoverageWords() else SEALED,
    )
    if event.words is SEALED:
        # What a source repeats without an id is no news, even where the coverage was restated since.
        for known in restated or on_record:
            if says_the_same(known.event, event, but="coverage"):
                return Unchanged((known.position,), (("coverage", known.event.coverage),))
    happened = "Another record of this coverage was on file; from now on, and for past months too, this one is used."
    notices = [notice("coverage_restated", happened)] if restated else []
    if command.kind == "medicare_ffs" and command.member and not is_mbi(as_mbi(command.member)):
        notices.append(notice("member_not_an_mbi", "The member number does not have the shape of an MBI."))
    return Accepted((event,), tuple(notices), (("coverage", event.coverage),))


def decide_record_death(asked: Asked[RecordDeath], states: States, law: Law) -> Outcome:
    """Record the day on which the patient died; the newest record is used.

    Reads the patient. Refuses: in_the_future. Unchanged where the newest record gives that day. Notices:
    death_date_differs, death_recorded_again.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    if is_future(asked, command.on):
        return refused("in_the_future", what="The day of death")
    state = states.patient(patient)
    deaths = state.deaths
    event = DeathRecorded(patient=patient, on=command.on, document=document_of(asked, command.document))
    if deaths and deaths[-1].event.on == command.on and event.document in (None, deaths[-1].event.document):
        return Unchanged((deaths[-1].position,))
    if not deaths and state.status.death_retracted is not None:
        happened = "An earlier record of the patient's death was taken back; the patient is on record as dead again."
        return Accepted((event,), (notice("death_recorded_again", happened),))
    differs = deaths and deaths[-1].event.on != command.on
    happened = "Another day of death was on record; from now on this one is used."
    return Accepted((event,), (notice("death_date_differs", happened),) if differs else ())


def _condition_notices(condition: ConditionRecorded, rules: Rules) -> tuple[Notice, ...]:
    found: list[Notice] = []
    by, months = rules.find("medicare.ccm.eligibility.condition_months_min"), condition.expected_months
    if condition.expected_12_months is None and months is None:
        found.append(notice("condition_not_chronic", "Nobody said how long the condition is expected to last.", by))
    elif months is not None and by is not None and not condition.lasts(int(str(by.value))):
        happened = f"The condition is expected to last {months} months; CCM asks for {by.value}."
        if months >= int(str(by.value)):
            happened = f"It is said to last {months} months, and not to last twelve; the lesser word holds."
        found.append(notice("condition_not_chronic", happened, by))
    if condition.icd10 is None:
        by = rules.find("medicare.claims.diagnoses_min")
        found.append(notice("condition_without_diagnosis", "The condition has no ICD-10 code yet.", by))
    return in_order(found)


def _late_attestation(asked: Asked[AttestRisk], rules: Rules) -> tuple[Notice, ...]:
    hours = rules.find("medicare.ccm.time.late_hours")
    if hours is None or asked.today - asked.command.on <= timedelta(hours=int(str(hours.value))):
        return ()
    happened = f"The risk as of {asked.command.on.isoformat()} is attested on {asked.today.isoformat()}."
    return (notice("risk_attested_late", happened, hours),)


def _visit_notices(command: RecordVisit, rules: Rules) -> tuple[Notice, ...]:
    found: list[Notice] = []
    by = rules.find("medicare.ccm.initiating_visit.qualifying_codes")
    qualifying = by.value if by and isinstance(by.value, tuple) else ()
    if command.code is None:
        found.append(notice("visit_code_missing", "The visit has no code: it is kept, and qualifies as nothing.", by))
    elif command.code not in qualifying:
        happened = f"The visit is kept; {command.code} does not count as an initiating visit."
        found.append(notice("visit_not_qualifying", happened, by))
    elif not command.ccm_discussed:
        discussed = rules.find("medicare.ccm.initiating_visit.not_discussed_effect")
        happened = "It is not on record that CCM was discussed at the visit."
        found.append(notice("visit_without_discussion", happened, discussed))
    return in_order(found)

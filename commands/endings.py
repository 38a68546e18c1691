"""Deciders about what ends a programme: revocation by the patient, disenrolment by the practice, a consent found void.

A revocation and a disenrolment are testimony: taken from anybody, of any day that is past. Taking one back, and voiding
a consent, are acts of compliance: they change what was counted and must not be open to those whose minutes they move.
"""

from datetime import date

from commands.deciding import Asked, Law, States
from commands.guards import is_future, says_the_same
from commands.intents.status import (
    InvalidateConsent,
    RecordDisenrolment,
    RecordRevocation,
    RetractDisenrolment,
    RetractRevocation,
)
from ledger.judging.consent import consents_of
from ledger.judging.law import CONSENT_NAMES, law_on
from ledger.judging.payers import book_on
from ledger.judging.stops import STOP_NAMES, Stop, disenrolled, revoked
from ledger.rulebook import Reading
from ledger.streams.base import SEALED, Event
from ledger.streams.disclosures import Disclosure, RetractedDisclosure
from ledger.streams.endings import (
    ConsentInvalidated,
    ConsentRevoked,
    DisenrolmentRetracted,
    EvidenceWords,
    NoteWords,
    PatientDisenrolled,
    RevocationRetracted,
)
from ledger.streams.patient_state import ConsentOnRecord, Patient
from ledger.streams.services import OtherService, ServiceRetracted
from ledger.streams.status_state import Disenrolment, Retracted, Revocation, Stay
from ledger.terms.calendar import FURTHEST_WEST, last_day, month_of
from ledger.terms.identity import patient_tag, practice_tag
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Unchanged
from ledger.terms.people import Programme, Side
from ledger.terms.refusals import refused


def decide_record_revocation(asked: Asked[RecordRevocation], states: States, law: Law) -> Outcome:
    """Record that the patient revoked; it takes effect at the end of the month of `told_on`, whenever it is recorded.

    Reads the patient; law: medicare.ccm.consent. Refuses: in_the_future. Unchanged where just this revocation stands
    and the command brings no words. Notices: consent_revoked_in_month, revocation_recorded_late, nothing_to_end.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    if is_future(asked, command.told_on):
        return refused("in_the_future", what="The revocation")
    event = ConsentRevoked(
        patient=patient,
        revocation=asked.new_id("rv"),
        scope=tuple(dict.fromkeys(command.scope)),
        practitioner=asked.person("practitioner"),
        told_on=command.told_on,
        told_to=asked.person("told_to"),
        words=NoteWords(note=command.note) if command.note else SEALED,
    )
    state = states.patient(patient)
    notices = _revoked_notices(asked, state, event, law)
    if event.words is SEALED:
        for known in state.status.revocations:
            if known.retracted is None and says_the_same(known.event, event, but="revocation"):
                return Unchanged((known.position,), (("revocation", known.event.revocation),), notices)
    return Accepted((event,), notices, (("revocation", event.revocation),))


def decide_record_disenrolment(asked: Asked[RecordDisenrolment], states: States, law: Law) -> Outcome:
    """Record that the practice ended a programme; minutes of its last day still count (CCM-CLAIM-04).

    Reads the patient and the practice that is named; law: medicare.ccm.consent. Refuses, in order: no_such_practice,
    in_the_future. Unchanged where just this disenrolment stands and the command brings no words. Notices:
    disenrolled_in_month, nothing_to_end.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), *((practice_tag(command.practice),) if command.practice else ())):
        return need
    if command.practice is not None and not states.practice(command.practice).is_registered:
        return refused("no_such_practice")
    if is_future(asked, command.on):
        return refused("in_the_future", what="The disenrolment")
    state = states.patient(patient)
    event = PatientDisenrolled(
        patient=patient,
        disenrolment=asked.new_id("ds"),
        programme=command.programme,
        practice=command.practice or state.practice_on(command.on),
        on=command.on,
        reason=command.reason,
        words=NoteWords(note=command.note) if command.note else SEALED,
    )
    notices = _disenrolled_notices(state, event, law)
    if event.words is SEALED:
        for known in state.status.disenrolments:
            if known.retracted is None and says_the_same(known.event, event, but="disenrolment"):
                return Unchanged((known.position,), (("disenrolment", known.event.disenrolment),), notices)
    return Accepted((event,), notices, (("disenrolment", event.disenrolment),))


def decide_invalidate_consent(asked: Asked[InvalidateConsent], states: States, law: Law) -> Outcome:
    """Find a consent void from the start; what rested on it is judged as if it never was.

    Reads the patient. Refuses, in order: no_such_consent, already_taken_back (for another reason), not_self (the actor
    obtained the consent, or a supplement of it). Unchanged where it is void for that reason. Notices:
    consent_invalidated.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    state = states.patient(patient)
    consent = state.consent(command.consent)
    if consent is None:
        return refused("no_such_consent")
    known = state.status.invalidation(command.consent)
    if known is not None:
        if known.event.reason == command.reason:
            return Unchanged((known.position,))
        return refused("already_taken_back", what="The consent", facts=(known.position,))
    if asked.actor in _obtained_by(consent):
        return refused("not_self", what="The consent", facts=(consent.position,))
    event = ConsentInvalidated(
        patient=consent.event.patient,
        consent=command.consent,
        reason=command.reason,
        words=EvidenceWords(evidence=command.evidence),
    )
    return Accepted((event,), (void_notice(law, asked.today),))


def decide_retract_revocation(asked: Asked[RetractRevocation], states: States, law: Law) -> Outcome:
    """Take back a revocation that was recorded in error; months are judged as if it never was.

    Reads the patient. Refuses, in order: no_such_revocation, already_taken_back (for another reason). Unchanged where
    it was taken back for that reason.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    known = states.patient(patient).status.revocation(command.revocation)
    if known is None:
        return refused("no_such_revocation")
    event = RevocationRetracted(
        patient=known.event.patient,
        revocation=command.revocation,
        reason=command.reason,
        words=EvidenceWords(evidence=command.evidence),
    )
    return taken_back(known, event, "The revocation")


def decide_retract_disenrolment(asked: Asked[RetractDisenrolment], states: States, law: Law) -> Outcome:
    """Take back a disenrolment that was recorded in error; months are judged as if it never was.

    Reads the patient. Refuses, in order: no_such_disenrolment, already_taken_back (for another reason). Unchanged where
    it was taken back for that reason.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    known = states.patient(patient).status.disenrolment(command.disenrolment)
    if known is None:
        return refused("no_such_disenrolment")
    event = DisenrolmentRetracted(
        patient=known.event.patient,
        disenrolment=command.disenrolment,
        reason=command.reason,
        words=EvidenceWords(evidence=command.evidence),
    )
    return taken_back(known, event, "The disenrolment")


def taken_back(known: Revocation | Disenrolment | Stay | OtherService | Disclosure, event: Event, what: str) -> Outcome:
    """The answer to taking a record back: once, and for one reason."""
    before: Retracted | ServiceRetracted | RetractedDisclosure | None = known.retracted
    if before is None:
        return Accepted((event,))
    if says_the_same(before.event, event):
        return Unchanged((before.position,))
    return refused("already_taken_back", what=what, facts=(known.position, before.position))


def void_notice(law: Law, today: date) -> Notice:
    """What to know of a consent that is void."""
    happened = "The consent is void; months are judged as if it never was."
    return notice("consent_invalidated", happened, law.on(today).find("medicare.ccm.consent.invalid_counts"))


def _obtained_by(consent: ConsentOnRecord) -> frozenset[str | None]:
    """Everybody who obtained a consent or a supplement of it."""
    return frozenset({consent.event.obtained_by, *(s.event.obtained_by for s in consent.supplements)})


def _revoked_notices(
    asked: Asked[RecordRevocation], state: Patient, event: ConsentRevoked, law: Law
) -> tuple[Notice, ...]:
    by = law.on(event.told_on).find(STOP_NAMES[0])
    stop = revoked(event, law_on(law.rulebook, event.told_on))
    if not any(_ends_any(state, programme, stop, event.told_on, law) for programme in event.scope):
        return (_nothing_to_end(by),)
    month = month_of(event.told_on)
    if (asked.now - FURTHEST_WEST).date() > last_day(month):
        happened = f"The revocation took effect at the end of {month}; what was counted since counts no more."
        return (notice("revocation_recorded_late", happened, by),)
    happened = f"The revocation takes effect at the end of {month}: minutes of later months do not count."
    return (notice("consent_revoked_in_month", happened, by),)


def _disenrolled_notices(state: Patient, event: PatientDisenrolled, law: Law) -> tuple[Notice, ...]:
    by = law.on(event.on).find(STOP_NAMES[1])
    bills = state.designation(month_of(event.on), event.programme, Side.PRACTITIONER)
    if bills is not None and event.practice not in (None, bills.event.practice):
        happened = "Another practice bills the programme in that month; there it goes on."
        return (notice("nothing_to_end", happened, by),)
    if not _ends_any(state, event.programme, disenrolled(event), event.on, law):
        return (_nothing_to_end(by),)
    happened = f"Minutes after {event.on.isoformat()} do not count until the patient consents again."
    return (notice("disenrolled_in_month", happened, by),)


def _ends_any(state: Patient, programme: Programme, stop: Stop, on: date, law: Law) -> bool:
    """Whether a stop ends any complete consent to a programme; what that reads is part of the decision's readings."""
    book = book_on(state, on, law.rulebook, programme)
    standings = consents_of(state, programme, book)
    law.note(tuple((standing.rules.first_day, CONSENT_NAMES) for standing in standings), book)
    return any(standing.complete_from is not None and stop.ends(standing) for standing in standings)


def _nothing_to_end(by: Reading | None) -> Notice:
    return notice("nothing_to_end", "No complete consent to the programme stood on that day; the fact is kept.", by)

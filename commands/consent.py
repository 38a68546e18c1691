"""Deciders about consent: the conversation, what completes it, a decline.

Testimony: stored complete or not. Whether it starts a programme says ledger/judging/consent.py, the same function by
which months are judged; the notices are its words.
"""

from commands.deciding import Asked, Law, States
from commands.endings import void_notice
from commands.guards import document_of, is_after_death, is_future, offset_there, practice_needed, says_the_same
from commands.intents.consent import ItemsGiven, RecordConsent, RecordDecline, Representative, SupplementConsent
from ledger.judging.consent import consent_notices, consents_of, judge_consent
from ledger.judging.law import CONSENT_NAMES, law_on
from ledger.judging.payers import book_at, book_on
from ledger.judging.stops import STOP_NAMES, ended_by, stops_of
from ledger.streams.base import SEALED, Closed
from ledger.streams.consent import ConsentDeclined, ConsentRecorded, ConsentSupplemented, ConsentWords, ItemsAffirmed
from ledger.streams.patient_state import ConsentOnRecord, Learned, Patient
from ledger.terms.identity import patient_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Unchanged
from ledger.terms.refusals import refused


def decide_record_consent(asked: Asked[RecordConsent], states: States, law: Law) -> Outcome:
    """Record a consent conversation, complete or not; nothing is filled in.

    Reads the patient and the practice of that day; law: medicare.ccm.consent. Refuses, in order: in_the_future,
    after_death. Unchanged where just this consent stands on record and the command brings no words. Notices: what the
    consent lacks (CCM-CONSENT-02, -04, -09), consent_from_recollection, consent_recorded_late,
    consent_on_day_of_revocation.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    state = states.patient(patient)
    if command.occurred_at and is_future(asked, command.occurred_at):
        return refused("in_the_future", what="The consent")
    if command.occurred_at and is_after_death(state, command.occurred_at):
        return refused("after_death", what="the consent")
    if need := practice_needed(asked, states, command.occurred_at or asked.now):
        return need
    event = _recorded(asked, offset_there(asked, states, command.occurred_at or asked.now))
    if event.words is SEALED:
        void = state.status.void
        for known in state.consents:
            if known.event.consent not in void and says_the_same(known.event, event, but="consent"):
                return Unchanged((known.position,), (("consent", known.event.consent),), _standing(known, state, law))
    entered = ConsentOnRecord(event, state.position + 1, asked.now)
    notices = (*_standing(entered, state, law), *_on_day_of_revocation(state, entered, law))
    return Accepted((event,), in_order(list(notices)), (("consent", event.consent),))


def decide_supplement_consent(asked: Asked[SupplementConsent], states: States, law: Law) -> Outcome:
    """Add what a consent lacked; it is complete from this moment.

    Reads the patient; law: medicare.ccm.consent. Refuses, in order: no_such_consent, in_the_future, after_death.
    Unchanged where just this supplement is on record and the command brings no words. Notices: what still lacks,
    consent_invalidated.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    state = states.patient(patient)
    consent = state.consent(command.consent)
    if consent is None:
        return refused("no_such_consent")
    if is_future(asked, command.occurred_at):
        return refused("in_the_future", what="The supplement")
    if is_after_death(state, command.occurred_at):
        return refused("after_death", what="the supplement")
    if need := practice_needed(asked, states, command.occurred_at):
        return need
    event = _supplement(asked, consent.event.patient, offset_there(asked, states, command.occurred_at))
    if event.words is SEALED:
        for known in consent.supplements:
            if says_the_same(known.event, event):
                return Unchanged((known.position,), (), _standing(consent, state, law))
    added = Learned(event, state.position + 1, asked.now)
    notices = list(_standing(consent._replace(supplements=(*consent.supplements, added)), state, law))
    if command.consent in state.status.void:
        notices.append(void_notice(law, asked.today))
    return Accepted((event,), in_order(notices))


def decide_record_decline(asked: Asked[RecordDecline], states: States, law: Law) -> Outcome:
    """Record that the patient declined; it stops nothing that stands (CCM-CONSENT-13; readings, 12).

    Reads the patient; law: medicare.ccm.consent.decline_stops. Refuses: in_the_future. Unchanged where just this
    decline is on record and the command brings no words. Notices: declined_after_consent.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    if is_future(asked, command.occurred_at):
        return refused("in_the_future", what="The decline")
    state = states.patient(patient)
    event = ConsentDeclined(
        patient=patient,
        programme=command.programme,
        occurred_at=command.occurred_at,
        told_to=asked.person("told_to"),
        words=ConsentWords(note=command.note) if command.note else SEALED,
    )
    notices = _against_standing(state, event, law)
    if event.words is SEALED:
        for known in state.declines:
            if says_the_same(known.event, event):
                return Unchanged((known.position,), (), notices)
    return Accepted((event,), notices)


def _recorded(asked: Asked[RecordConsent], offset: int | None) -> ConsentRecorded:
    command = asked.command
    return ConsentRecorded(
        patient=asked.patient,
        consent=asked.new_id("cs"),
        programme=command.programme,
        occurred_at=command.occurred_at,
        offset=offset,
        method=command.method,
        obtained_by=asked.person("obtained_by"),
        practitioner=asked.person("practitioner"),
        given_by=command.given_by,
        representative_identified=command.representative is not None,
        items=_items(command.items),
        evidence=command.evidence.kind if command.evidence else None,
        document=document_of(asked, command.evidence.digest if command.evidence else None),
        language=command.language,
        interpreter=command.interpreter,
        script_version=command.script_version,
        words=_words(command.representative, command.evidence.pointer if command.evidence else None, command.note),
    )


def _supplement(asked: Asked[SupplementConsent], patient: str, offset: int | None) -> ConsentSupplemented:
    """The supplement, in the stream in which its consent stands."""
    command = asked.command
    return ConsentSupplemented(
        patient=patient,
        consent=command.consent,
        occurred_at=command.occurred_at,
        offset=offset,
        obtained_by=asked.people["obtained_by"],
        method=command.method,
        practitioner=asked.person("practitioner"),
        given_by=command.given_by,
        representative_identified=command.representative is not None,
        items=_items(command.items),
        evidence=command.evidence.kind,
        document=document_of(asked, command.evidence.digest),
        words=_words(command.representative, command.evidence.pointer, command.note),
    )


def _items(given: ItemsGiven) -> ItemsAffirmed:
    return ItemsAffirmed(**given.model_dump())


def _words(representative: Representative | None, pointer: str | None, note: str | None) -> ConsentWords | Closed:
    words = ConsentWords(
        representative_name=representative.name if representative else None,
        representative_relation=representative.relation if representative else None,
        representative_authority=representative.authority if representative else None,
        pointer=pointer,
        note=note,
    )
    return words if words != ConsentWords() else SEALED


def _standing(consent: ConsentOnRecord, state: Patient, law: Law) -> tuple[Notice, ...]:
    """What the judge says of the consent as it would stand; what that reads is part of this decision's readings."""
    book = book_at(state, consent, law.rulebook)
    standing = judge_consent(consent, book)
    law.note(((standing.rules.first_day, CONSENT_NAMES),), book)
    return consent_notices(standing)


def _on_day_of_revocation(state: Patient, entered: ConsentOnRecord, law: Law) -> tuple[Notice, ...]:
    """What to say of a consent of the very day on which the patient revoked: it is no consent again."""
    book = book_at(state, entered, law.rulebook)
    standing = judge_consent(entered, book)
    on = standing.happened_on
    if on is None:
        return ()
    stops = stops_of(state, entered.event.programme, None, law_on(book, on))
    if not any(s.kind == "revoked" and s.said_on == on and s.is_about(standing.practitioner) for s in stops):
        return ()
    by = law.on(on).find(STOP_NAMES[0])
    happened = "The patient revoked on the day of this consent; the revocation is taken as the later word."
    return (notice("consent_on_day_of_revocation", happened, by),)


def _against_standing(state: Patient, event: ConsentDeclined, law: Law) -> tuple[Notice, ...]:
    on = event.occurred_at.date()
    book = book_on(state, on, law.rulebook, event.programme)
    stops = stops_of(state, event.programme, None, law_on(book, on))
    if not any(
        standing.complete_from is not None
        and standing.complete_from < event.occurred_at
        and ((stop := ended_by(standing, stops)) is None or stop.last_on >= on)
        for standing in consents_of(state, event.programme, book)
    ):
        return ()
    by = law.on(on).find("medicare.ccm.consent.decline_stops")
    return (notice("declined_after_consent", "A complete consent stands; the decline is kept beside it.", by),)

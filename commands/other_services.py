"""Deciders about other services of a month: testimony of what somebody else furnished or billed, and taking it back.

A service is never refused for what it says of care or of a biller. Taking one back lifts what it blocks, so it is an
act with evidence, and not for those whose minutes it stands in the way of.
"""

from datetime import date, timedelta
from typing import Final

from commands.deciding import Asked, Law, States
from commands.endings import taken_back
from commands.guards import document_of, is_future, says_the_same
from commands.intents.services import RecordOtherService, RetractOtherService
from ledger.judging.conflict_rows import PERIOD_DAYS, row_of
from ledger.streams.endings import EvidenceWords
from ledger.streams.month_state import CareMonth
from ledger.streams.services import MONTHS_MAX, OtherServiceReported, OtherServiceRetracted, months_touched
from ledger.terms.calendar import month_of
from ledger.terms.identity import care_month_tag, patient_tag, practice_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Unchanged
from ledger.terms.refusals import refused

_BILLERS: Final = ("by_practitioner", "by_practice", "npi", "tin")


def decide_record_other_service(asked: Asked[RecordOtherService], states: States, law: Law) -> Outcome:
    """Record another service in each care month that its days touch (ccm-rules, section 9).

    Reads the patient, those months and the practice that is named; law: medicare.conflicts.*.codes and .within of the
    code's row, on its date. Refuses, in order: no_such_practice, service_too_long, end_before_start, in_the_future (its
    date). Unchanged where just this is on record. Notices: service_in_no_row, service_without_biller.
    """
    command, patient = asked.command, asked.patient
    named = (practice_tag(command.by_practice),) if command.by_practice is not None else ()
    if need := states.missing(patient_tag(patient), *named):
        return need
    if command.by_practice is not None and not states.practice(command.by_practice).is_registered:
        return refused("no_such_practice")
    last = command.until_on or command.on
    if len(months_touched(command.on, last)) > MONTHS_MAX:
        return refused("service_too_long")
    if last < command.on:
        return refused("end_before_start", what="The service")
    if is_future(asked, command.on):
        return refused("in_the_future", what="The service")
    event = OtherServiceReported(
        patient=patient,
        service=asked.new_id("os"),
        code=command.code,
        on=command.on,
        until_on=command.until_on,
        period_until=_period_until(command, law),
        by_practitioner=asked.person("by_practitioner"),
        by_practice=command.by_practice,
        npi=command.npi,
        tin=command.tin,
        source=command.source,
        document=document_of(asked, command.document),
    )
    if need := states.missing(*event.tags()):
        return need
    notices = _notices(event, law)
    for known in states.month(patient, month_of(event.on)).services:
        itself = {"service": event.service, "patient": event.patient, "period_until": event.period_until}
        if known.retracted is None and says_the_same(known.event.model_copy(update=itself), event):
            return Unchanged((known.position,), (("service", known.event.service),), notices)
    return Accepted((event,), notices, (("service", event.service),))


def decide_retract_other_service(asked: Asked[RetractOtherService], states: States, law: Law) -> Outcome:
    """Take back another service that was recorded in error; months are judged as if it never was.

    Reads the patient and the month that is named. Refuses, in order: no_such_service, already_taken_back (for another
    reason). Unchanged where it was taken back for that reason.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), care_month_tag(patient, command.month)):
        return need
    month: CareMonth = states.month(patient, command.month)
    known = next((each for each in month.services if each.event.service == command.service), None)
    if known is None:
        return refused("no_such_service")
    event = OtherServiceRetracted(
        patient=known.event.patient,
        service=command.service,
        months=known.event.months,
        reason=command.reason,
        words=EvidenceWords(evidence=command.evidence),
    )
    if known.retracted is None and (need := states.missing(*event.tags())):
        return need
    return taken_back(known, event, "The service")


def _period_until(command: RecordOtherService, law: Law) -> date | None:
    """The last day of the period that the code stands for, where its row has one and the source names no last day."""
    if command.until_on is not None:
        return None
    row = row_of(law.rulebook.in_force(command.on), command.code)
    if row is None or law.on(command.on).get(f"{row.name}.within") != "period30":
        return None
    return command.on + timedelta(days=PERIOD_DAYS - 1)


def _notices(event: OtherServiceReported, law: Law) -> tuple[Notice, ...]:
    """What to know of a service: that no row of the table names it, that nobody is named who billed it."""
    found: list[Notice] = []
    row = row_of(law.rulebook.in_force(event.on), event.code)
    if row is None:
        happened = f"The code {event.code} stands in no row of the table of other services; the service is kept."
        found.append(notice("service_in_no_row", happened))
    else:
        by = law.on(event.on).reading(f"{row.name}.codes")
        if event.source != "own" and all(getattr(event, field) is None for field in _BILLERS):
            happened = "Nobody is named who furnished or billed the service."
            found.append(notice("service_without_biller", happened, by))
    return in_order(found)

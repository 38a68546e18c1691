"""When the thing happened that a fact tells of, and whom it is about: one table over all events.

Promise: every event of streams/upcast.py is in the table (a test says so); the date is the event's own, local where it
has a local one, and None where the source gave none. Not promised: when the ledger learned it; that is `recorded_at`.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from ledger.streams.base import Event, Fact
from ledger.streams.care_month import EntryContent
from ledger.streams.services import OtherServiceReported, OtherServiceRetracted
from ledger.terms.calendar import first_day, month_of

Moment = datetime | date | None


def _of_time(event: EntryContent) -> Moment:
    return event.segments[0].start if event.segments else event.on


def _nothing(_: Any) -> Moment:
    return None


_RECORDED: Final = _nothing
"""Acts that happen by being recorded: registration, linking, assigning logins, parking."""

HAPPENED: Final[dict[str, Callable[[Any], Moment]]] = {
    "patient_registered": _RECORDED,
    "demographics_reported": _RECORDED,
    "identifier_linked": _RECORDED,
    "practice_assigned": attrgetter("from_on"),
    "condition_recorded": attrgetter("onset_on"),
    "risk_attested": attrgetter("on"),
    "visit_recorded": attrgetter("on"),
    "coverage_recorded": attrgetter("from_on"),
    "death_recorded": attrgetter("on"),
    "patients_merged": _RECORDED,
    "patients_unmerged": _RECORDED,
    "condition_moved": _RECORDED,
    "condition_struck": _RECORDED,
    "consent_recorded": attrgetter("occurred_at"),
    "consent_supplemented": attrgetter("occurred_at"),
    "consent_declined": attrgetter("occurred_at"),
    "consent_revoked": attrgetter("told_on"),
    "revocation_retracted": _RECORDED,
    "consent_invalidated": _RECORDED,
    "patient_disenrolled": attrgetter("on"),
    "disenrolment_retracted": _RECORDED,
    "stay_recorded": lambda event: event.admitted_at or event.admitted_on,
    "stay_retracted": _RECORDED,
    "death_retracted": _RECORDED,
    "extra_planning_attested": attrgetter("on"),
    "extra_planning_retracted": _RECORDED,
    "practitioner_designated": lambda event: first_day(event.from_month),
    "designation_withdrawn": lambda event: first_day(event.from_month),
    "care_plan_revised": attrgetter("revised_at"),
    "care_plan_signed": attrgetter("signed_at"),
    "care_plan_copy_given": attrgetter("given_at"),
    "plan_revision_moved": _RECORDED,
    "plan_revision_struck": _RECORDED,
    "time_logged": _of_time,
    "decision_making_attested": attrgetter("attested_at"),
    "family_chosen": _RECORDED,
    "month_attested": attrgetter("attested_at"),
    "time_corrected": _of_time,
    "time_moved": _of_time,
    "time_struck": _RECORDED,
    "time_addended": _RECORDED,
    "time_disputed": _RECORDED,
    "dispute_settled": _RECORDED,
    "late_entry_approved": _RECORDED,
    "time_allocated": _RECORDED,
    "timer_started": attrgetter("started_at"),
    "timer_stopped": attrgetter("stopped_at"),
    "attestation_withdrawn": _RECORDED,
    "month_excepted": _RECORDED,
    "other_service_reported": attrgetter("on"),
    "other_service_retracted": _RECORDED,
    "limit_raised": _RECORDED,
    "signature_attested": attrgetter("attested_at"),
    "claim_released": _RECORDED,
    "claim_exported": attrgetter("on"),
    "claim_withdrawn": attrgetter("on"),
    "claim_acknowledged": attrgetter("received_on"),
    "claim_remitted": attrgetter("on"),
    "claim_reopened": attrgetter("on"),
    "claim_explained": attrgetter("on"),
    "competition_settled": attrgetter("on"),
    "cost_share_waived": attrgetter("on"),
    "claim_lost_ground": _RECORDED,
    "overpayment_noticed": attrgetter("noticed_on"),
    "overpayment_triaged": attrgetter("on"),
    "overpayment_identified": attrgetter("on"),
    "overpayment_dismissed": attrgetter("on"),
    "overpayment_investigation_begun": attrgetter("on"),
    "overpayment_investigation_ended": attrgetter("on"),
    "overpayment_cause_swept": attrgetter("on"),
    "overpayment_returned": attrgetter("on"),
    "hold_placed": _RECORDED,
    "hold_released": _RECORDED,
    "erasure_requested": _RECORDED,
    "erasure_approved": _RECORDED,
    "erasure_withdrawn": _RECORDED,
    "erasure_begun": _RECORDED,
    "erasure_done": _RECORDED,
    "staff_registered": _RECORDED,
    "role_granted": attrgetter("from_on"),
    "role_ended": attrgetter("last_on"),
    "licence_recorded": attrgetter("from_on"),
    "qualifying_status_recorded": lambda event: date(event.payment_year, 1, 1),
    "staff_departed": attrgetter("last_on"),
    "exclusion_checked": attrgetter("checked_on"),
    "practice_registered": _RECORDED,
    "capability_attested": attrgetter("from_on"),
    "capability_ended": attrgetter("last_on"),
    "policy_adopted": attrgetter("from_on"),
    "charge_adopted": attrgetter("from_on"),
    "billing_details_recorded": attrgetter("from_on"),
    "payer_identity_recorded": attrgetter("from_on"),
    "interchange_recorded": attrgetter("from_on"),
    "rendering_details_recorded": _RECORDED,
    "locality_recorded": attrgetter("from_on"),
    "record_read": _RECORDED,
    "command_refused": _RECORDED,
    "login_used": _RECORDED,
    "attempt_denied": _RECORDED,
    "attempts_counted": _RECORDED,
    "record_disclosed": attrgetter("on"),
    "accounting_suspended": _RECORDED,
    "disclosure_retracted": _RECORDED,
    "reading_elevated": _RECORDED,
    "elevation_ended": _RECORDED,
    "elevation_reviewed": _RECORDED,
    "ledger_opened": _RECORDED,
    "rulebook_adopted": _RECORDED,
    "login_bound": _RECORDED,
    "log_key_adopted": _RECORDED,
    "log_key_retired": _RECORDED,
    "api_key_issued": _RECORDED,
    "api_key_revoked": _RECORDED,
    "log_trusted": _RECORDED,
    "checkpoint_witnessed": _RECORDED,
    "checkpoint_contradicted": _RECORDED,
    "completeness_mapped": _RECORDED,
    "source_registered": _RECORDED,
    "delivery_parked": _RECORDED,
    "delivery_resolved": _RECORDED,
    "delivery_released": _RECORDED,
    "delivery_discarded": _RECORDED,
    "document_imported": _RECORDED,
    "month_went_stale": _RECORDED,
    "review_came_due": attrgetter("due_on"),
    "review_settled": _RECORDED,
    "refusals_counted": attrgetter("on"),
    "reaction_ran": _RECORDED,
}


def has_a_moment(topic: str) -> bool:
    """Whether facts of a kind tell of a moment of their own: of those without, recording is all that happened."""
    return HAPPENED[topic] is not _RECORDED


def happened(event: Event) -> Moment:
    """When it happened, as the event says: an instant, a date, or None where it happened by being recorded."""
    return HAPPENED[event.TOPIC](event)


def happened_on(fact: Fact) -> date:
    """The date by which the trail is searched along the clock `happened`: the local date where the fact has one."""
    event = fact.event
    if isinstance(event, EntryContent) and event.segments:
        return event.segments[0].on
    moment = happened(event)
    if moment is None:
        return fact.recorded_at.date()
    return moment.date() if isinstance(moment, datetime) else moment


class Named(NamedTuple):
    """Whom and what a fact names: each the name of a field, or None where the event has no such field."""

    patients: str | None
    patient: str | None
    other: str | None
    """A second patient."""
    staff: str | None
    practice: str | None
    month: str | None


@cache
def fields_of(kind: type[Event]) -> Named:
    """Which fields of an event name somebody. Asked of the class, once: asking an event for what it lacks is slow."""
    known = kind.model_fields

    def first(*names: str) -> str | None:
        return next((name for name in names if name in known), None)

    return Named(
        first("patients"),
        first("patient", "subject"),
        first("merged", "from_patient", "other_patient"),
        first("staff", "subject"),
        first("practice"),
        first("month"),
    )


def patients_of(event: Event) -> tuple[str, ...]:
    """The patients that a fact is about: one or two for record facts, several for a read, none for set-up."""
    named = fields_of(type(event))
    if named.patients is not None:
        return tuple(dict.fromkeys(getattr(event, named.patients)))
    patient = getattr(event, named.patient) if named.patient else None
    if not patient or not patient.startswith("pt_"):
        return ()
    return (patient,) if named.other is None else (patient, getattr(event, named.other))


def staff_of(event: Event) -> str | None:
    """The staff member that a set-up fact or a refusal is about."""
    name = fields_of(type(event)).staff
    staff: str | None = getattr(event, name) if name else None
    return staff if staff and staff.startswith("st_") else None


def practice_of(event: Event) -> str | None:
    """The practice that a fact names."""
    name = fields_of(type(event)).practice
    return getattr(event, name) if name else None


def month_of_fact(event: Event) -> str | None:
    """The care month that a fact names, the first of several."""
    if isinstance(event, EntryContent):
        return month_of(event.segments[0].on if event.segments else event.dates()[0])
    if isinstance(event, OtherServiceReported | OtherServiceRetracted):
        return event.months[0]
    name = fields_of(type(event)).month
    return getattr(event, name) if name else None

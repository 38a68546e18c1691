"""The register of events by topic, and how older versions of an event are read today.

Stored bytes are never rewritten: an older version is lifted on read, and the hash keeps covering the stored bytes.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from pydantic import ValidationError

from ledger.streams import (
    access,
    api_keys,
    attesting,
    billing,
    care_month,
    care_plan,
    claim_reasons,
    claims,
    completeness,
    consent,
    designation,
    disclosures,
    elevations,
    endings,
    erasure,
    extra_planning,
    governance,
    imports,
    limits,
    log_keys,
    merging,
    overpayments,
    patient,
    practice,
    reviews,
    services,
    staff,
    stays,
    time_changes,
    timers,
    witnessing,
    wrong_patient,
)
from ledger.streams.base import Event
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram

_ALL: Final[tuple[type[Event], ...]] = (
    patient.PatientRegistered,
    patient.DemographicsReported,
    patient.IdentifierLinked,
    patient.PracticeAssigned,
    patient.ConditionRecorded,
    patient.RiskAttested,
    patient.VisitRecorded,
    patient.CoverageRecorded,
    patient.DeathRecorded,
    merging.PatientsMerged,
    merging.PatientsUnmerged,
    wrong_patient.ConditionMoved,
    wrong_patient.ConditionStruck,
    consent.ConsentRecorded,
    consent.ConsentSupplemented,
    consent.ConsentDeclined,
    endings.ConsentRevoked,
    endings.RevocationRetracted,
    endings.ConsentInvalidated,
    endings.PatientDisenrolled,
    endings.DisenrolmentRetracted,
    stays.StayRecorded,
    stays.StayRetracted,
    stays.DeathRetracted,
    extra_planning.ExtraPlanningAttested,
    extra_planning.ExtraPlanningRetracted,
    designation.PractitionerDesignated,
    designation.DesignationWithdrawn,
    care_plan.CarePlanRevised,
    care_plan.CarePlanSigned,
    care_plan.CarePlanCopyGiven,
    care_plan.SignatureAttested,
    care_plan.PlanRevisionMoved,
    care_plan.PlanRevisionStruck,
    care_month.TimeLogged,
    care_month.DecisionMakingAttested,
    care_month.FamilyChosen,
    care_month.MonthAttested,
    time_changes.TimeCorrected,
    time_changes.TimeMoved,
    time_changes.TimeStruck,
    time_changes.TimeAddended,
    time_changes.TimeDisputed,
    time_changes.DisputeSettled,
    time_changes.LateEntryApproved,
    time_changes.TimeAllocated,
    timers.TimerStarted,
    timers.TimerStopped,
    claims.ClaimReleased,
    claims.ClaimExported,
    claims.ClaimWithdrawn,
    claims.ClaimAcknowledged,
    claims.ClaimRemitted,
    claims.ClaimReopened,
    claims.CostShareWaived,
    claim_reasons.ClaimExplained,
    claim_reasons.CompetitionSettled,
    overpayments.ClaimLostGround,
    overpayments.OverpaymentNoticed,
    overpayments.OverpaymentTriaged,
    overpayments.OverpaymentIdentified,
    overpayments.OverpaymentDismissed,
    overpayments.InvestigationBegun,
    overpayments.InvestigationEnded,
    overpayments.CauseSwept,
    overpayments.OverpaymentReturned,
    erasure.HoldPlaced,
    erasure.HoldReleased,
    erasure.ErasureRequested,
    erasure.ErasureApproved,
    erasure.ErasureWithdrawn,
    erasure.ErasureBegun,
    erasure.ErasureDone,
    attesting.AttestationWithdrawn,
    attesting.MonthExcepted,
    limits.LimitRaised,
    services.OtherServiceReported,
    services.OtherServiceRetracted,
    staff.StaffRegistered,
    staff.RoleGranted,
    staff.RoleEnded,
    staff.LicenceRecorded,
    staff.QualifyingStatusRecorded,
    staff.StaffDeparted,
    staff.ExclusionChecked,
    practice.PracticeRegistered,
    practice.CapabilityAttested,
    practice.CapabilityEnded,
    practice.PolicyAdopted,
    practice.LocalityRecorded,
    practice.ChargeAdopted,
    billing.BillingDetailsRecorded,
    billing.PayerIdentityRecorded,
    billing.InterchangeRecorded,
    billing.RenderingDetailsRecorded,
    access.RecordRead,
    access.CommandRefused,
    access.LoginUsed,
    access.AttemptDenied,
    access.AttemptsCounted,
    disclosures.RecordDisclosed,
    disclosures.AccountingSuspended,
    disclosures.DisclosureRetracted,
    elevations.ReadingElevated,
    elevations.ElevationEnded,
    elevations.ElevationReviewed,
    governance.LedgerOpened,
    governance.RulebookAdopted,
    governance.LoginBound,
    governance.SourceRegistered,
    log_keys.LogKeyAdopted,
    log_keys.LogKeyRetired,
    api_keys.ApiKeyIssued,
    api_keys.ApiKeyRevoked,
    governance.DeliveryParked,
    governance.DeliveryResolved,
    governance.DeliveryReleased,
    governance.DeliveryDiscarded,
    imports.DocumentImported,
    reviews.MonthWentStale,
    reviews.ReviewCameDue,
    reviews.ReviewSettled,
    reviews.RefusalsCounted,
    reviews.ReactionRan,
    completeness.CompletenessMapped,
    witnessing.LogTrusted,
    witnessing.CheckpointWitnessed,
    witnessing.CheckpointContradicted,
)

EVENTS: Final[dict[str, type[Event]]] = {event.TOPIC: event for event in _ALL}
"""Every event that this program knows, by its topic."""

Lift = Callable[[dict[str, Any]], dict[str, Any]]
LIFTS: Final[dict[tuple[str, int], Lift]] = {}
"""(topic, version) -> how its clear part becomes the next version's; empty while every event is at its first."""


def event_class(topic: str, version: int) -> type[Event]:
    """The class that reads a stored event; NeedsNewerProgram where this program knows no such topic or version."""
    known = EVENTS.get(topic)
    if known is None or version > known.VERSION:
        raise NeedsNewerProgram(
            f"The ledger holds a fact of kind {topic!r}, version {version}, that this program does not know.",
            "Install a newer version of ccm-ledger.",
        )
    return known


CURRENT: Final[dict[tuple[str, bytes], Callable[[bytes], Event]]] = {
    # What `model_validate_json` does beside validating is a seventh of reading a fact.
    (topic, event.VERSION.to_bytes(4, "big")): event.__pydantic_validator__.validate_json
    for topic, event in EVENTS.items()
}
"""(topic, version as a prefix holds it) -> what validates a clear part of today's version, or raises ValueError."""


def upcast(topic: str, version: int, clear: bytes) -> Event:
    """A stored clear part as today's event, validated; LedgerDamaged where the bytes do not make one."""
    known = event_class(topic, version)
    try:
        content = json.loads(clear) if version < known.VERSION else None
        for step in range(version, known.VERSION):
            content = LIFTS[topic, step](content or {})
        return known.model_validate_json(clear if content is None else json.dumps(content))
    except (ValidationError, ValueError) as broken:
        raise unreadable(topic) from broken


def unreadable(topic: str) -> LedgerDamaged:
    """What to raise where the bytes of a stored fact are not what an event of its kind holds."""
    return LedgerDamaged(
        f"A stored fact of kind {topic!r} cannot be read: its bytes are not what an event of that kind holds.",
        "Stop writing, keep this disk, and run `ccm-ledger verify` on the last good copy.",
    )

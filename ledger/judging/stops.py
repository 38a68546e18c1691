"""What ended consents: the patient's revocations and the practice's disenrolments, and until when minutes count.

Promise: what was taken back ends nothing; when a fact was recorded does not matter, only the day that it speaks of.
Not promised: why a patient or a practice stopped.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, NamedTuple

from ledger.judging.consent import ConsentStanding
from ledger.judging.law import MonthLaw
from ledger.rulebook import Reading
from ledger.streams.endings import ConsentRevoked, PatientDisenrolled
from ledger.streams.patient_state import Patient
from ledger.terms.calendar import last_day, month_of
from ledger.terms.people import Programme

STOP_NAMES: Final = (
    "medicare.ccm.consent.revocation_effective",
    "medicare.ccm.consent.disenrolment_effective",
    "medicare.ccm.consent.contact_after_revocation_effect",
)
"""What is read where a patient revoked or was disenrolled."""


class Stop(NamedTuple):
    """What ended consents to a programme."""

    kind: Literal["revoked", "disenrolled"]
    said_on: date
    """The day on which the patient revoked, or the last day of the programme."""
    last_on: date
    """The last local date on which minutes by a consent that it ended count."""
    practitioner: str | None
    """Whose consents it ended; None: everybody's."""

    @property
    def code(self) -> str:
        """The notice of seconds that lie after it."""
        return "after_revocation" if self.kind == "revoked" else "after_disenrolment"

    @property
    def block(self) -> str:
        """The notice of a month that lies after it."""
        return "consent_revoked" if self.kind == "revoked" else "patient_disenrolled"

    @property
    def happened(self) -> str:
        """What happened, in words."""
        if self.kind == "revoked":
            until = month_of(self.last_on)
            return f"the patient revoked consent on {self.said_on.isoformat()}, with effect at the end of {until}"
        return f"the practice ended the programme for the patient on {self.said_on.isoformat()}"

    def by(self, law: MonthLaw) -> Reading | None:
        """The rule that says when it takes effect; None where the edition has none."""
        name = STOP_NAMES[0] if self.kind == "revoked" else STOP_NAMES[1]
        return law.rules.find(name)

    def is_about(self, practitioner: str | None) -> bool:
        """Whether it ended consents that name a practitioner."""
        return self.practitioner is None or self.practitioner == practitioner

    def ends(self, consent: ConsentStanding) -> bool:
        """Whether it ended a consent: whose conversation was held by its day, that day included.

        What the patient said last on one day is not known, so a consent of that day is no consent again.
        """
        happened_on = consent.happened_on
        return self.is_about(consent.practitioner) and (happened_on is None or happened_on <= self.said_on)


def stops_of(patient: Patient, programme: Programme, practice: str | None, law: MonthLaw) -> tuple[Stop, ...]:
    """Everything on record that ended consents to a programme, as it concerns the practice that bills.

    A revocation takes effect at the end of its month, a disenrolment at the end of its day (CCM-CONSENT-08,
    CCM-CLAIM-04; readings, 4 and 12). A disenrolment by another practice than the one that bills ends nothing here.
    Reads: medicare.ccm.consent.revocation_effective, .disenrolment_effective.
    """
    told = (r.event for r in patient.status.revocations if r.retracted is None and programme in r.event.scope)
    ended = (
        d.event
        for d in patient.status.disenrolments
        if d.retracted is None
        and d.event.programme is programme
        and (d.event.practice is None or practice is None or d.event.practice == practice)
    )
    return (*(revoked(event, law) for event in told), *(disenrolled(event) for event in ended))


def revoked(event: ConsentRevoked, law: MonthLaw) -> Stop:
    """A revocation as what ends consents: with effect at the end of its month."""
    at_month_end = law.rules.get(STOP_NAMES[0]) == "month_end"
    until = last_day(month_of(event.told_on)) if at_month_end else event.told_on
    return Stop("revoked", event.told_on, until, event.practitioner)


def disenrolled(event: PatientDisenrolled) -> Stop:
    """A disenrolment as what ends consents: with effect at the end of its day."""
    return Stop("disenrolled", event.on, event.on, None)


def ended_by(consent: ConsentStanding, stops: Iterable[Stop]) -> Stop | None:
    """The stop that ended a consent first; of two that end it on one day the practice's: its last day is a border."""
    return min((s for s in stops if s.ends(consent)), key=lambda s: (s.last_on, s.kind == "revoked"), default=None)


def latest(stops: Iterable[Stop]) -> Stop | None:
    """The stop that was said last."""
    return max(stops, key=lambda s: s.said_on, default=None)

"""What ended consents: the patient's revocations and the practice's disenrolments, and where minutes pause for them.

Promise: what was taken back ends nothing; when a fact was recorded does not matter, only the day that it speaks of.
Not promised: why a patient or a practice stopped.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from ledger.judging.consent import ConsentStanding
from ledger.judging.days import counted_from
from ledger.judging.law import MonthLaw
from ledger.rulebook import Reading
from ledger.streams.care_month import ClockOrder, Piece
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
            month = month_of(self.last_on)
            until = month if self.last_on == last_day(month) else "that day"
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

    A revocation takes effect at the end of its month (a payer may say: of its day), a disenrolment at the end of its
    day (CCM-CONSENT-08, CCM-CLAIM-04; readings, 4 and 12). A disenrolment by another practice than the one that bills
    ends nothing here.
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
    """A revocation as what ends consents: with effect at the end of its month, or of its day where the rule says so."""
    at_month_end = law.rules.get(STOP_NAMES[0]) == "month_end"
    until = last_day(month_of(event.told_on)) if at_month_end else event.told_on
    return Stop("revoked", event.told_on, until, event.practitioner)


def disenrolled(event: PatientDisenrolled) -> Stop:
    """A disenrolment as what ends consents: with effect at the end of its day."""
    return Stop("disenrolled", event.on, event.on, None)


def ended_by(consent: ConsentStanding, stops: Iterable[Stop]) -> Stop | None:
    """The stop that ended a consent first; of two that end it on one day the practice's: its last day is a border."""
    return min((s for s in stops if s.ends(consent)), key=lambda s: (s.last_on, s.kind == "revoked"), default=None)


class Held(NamedTuple):
    """A complete consent with what ended it."""

    consent: ConsentStanding
    moment: datetime
    on: date
    """The earliest local date of that moment."""
    stop: Stop | None

    def stands_in(self, first: date) -> bool:
        """Whether it holds on any day from `first` on."""
        return self.stop is None or (self.stop.last_on >= first and self.on <= self.stop.last_on)


def unbroken_since(held: Iterable[Held], first: date) -> date | None:
    """The day on which the programme of a month began; None where nothing of the programme touches the month.

    Consents follow one another without a break, whoever is named, where the next is complete by the end of the month
    in which the one before ended; later than that the programme starts anew (CCM-INIT-07; readings, 12).
    """
    began: date | None = None
    until: date | None = date.min
    for each in sorted(held, key=lambda h: h.on):
        if each.stop is not None and each.on > each.stop.last_on:
            continue
        if until is not None and each.on > until:
            began, until = each.on, date.min
        ends = None if each.stop is None else last_day(month_of(each.stop.last_on))
        until = None if until is None or ends is None else max(until, ends)
    return began if until is None or until >= first else None


def latest(stops: Iterable[Stop]) -> Stop | None:
    """The stop that was said last."""
    return max(stops, key=lambda s: s.said_on, default=None)


class Pause(NamedTuple):
    """The days of a month on which nobody's consent to the billing practitioner stands."""

    after: date
    """The last day before it: its minutes still count."""
    until: datetime | None
    """The moment from which minutes count again; None: not within the month."""
    until_on: tuple[date, date] | None
    """The earliest and latest local date of that moment."""
    stop: Stop

    def without(self, pieces: list[Piece]) -> list[Piece]:
        """The pieces without what lies in the pause."""
        opens = None if self.until is None else counted_from(self.until)
        kept = [piece for piece in pieces if piece.on <= self.after]
        if opens is None:
            return kept
        later = [piece for piece in pieces if piece.on > self.after and piece.end > opens]
        return kept + [Piece(max(piece.start, opens), piece.end, piece.on) for piece in later]

    def holds(self, on: date, order: ClockOrder | None) -> bool:
        """Whether work of a day without clock times lies in the pause, as far as its order is stated."""
        if on < self.after or (on == self.after and order != "after"):
            return False
        if self.until_on is None or on < self.until_on[0]:
            return True
        return on <= self.until_on[1] and order == "before"

    def needed_order(self, on: date) -> ClockOrder | None:
        """The order that work of a day without clock times must state to lie outside the pause; None: none."""
        if on == self.after:
            return "before"
        if self.until_on is not None and self.until_on[0] <= on <= self.until_on[1]:
            return "after"
        return None


class Stopped(NamedTuple):
    """What stops make of a month."""

    before: Stop | None
    """What ended the consent that would have held before minutes begin to count."""
    pauses: tuple[Pause, ...]
    told: tuple[tuple[date, date | None], ...]
    """The days on which the patient revoked, each with the day of the consent again."""

    @property
    def left_on(self) -> date | None:
        """The last day of the programme, where the practice ended it in the month and nothing followed."""
        return self.pauses[-1].after if self.pauses and self.pauses[-1].until is None else None

    @property
    def clean_until(self) -> date | None:
        """The last day of the month up to which nothing of this is to be looked at; None: the whole month."""
        days = [pause.after for pause in self.pauses] + [told_on for told_on, _ in self.told]
        return min(days, default=None)

    def contact_is_unwanted(self, on: date) -> date | None:
        """The day on which the patient had revoked before a day, without consenting again by then."""
        found = (told for told, again in self.told if told < on and (again is None or on < again))
        return max(found, default=None)

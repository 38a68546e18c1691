"""What is the same for every entry of a month, looked up once before the first entry is judged."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from ledger.judging.consent_month import MonthConsent
from ledger.judging.days import counted_from, days_between
from ledger.judging.law import ACTIVITIES, VISIT_DAY_NAMES, MonthLaw
from ledger.judging.performers import Performers
from ledger.judging.shapes import MonthFacts
from ledger.judging.stays import Stays, stays_in_month
from ledger.judging.stops import Pause
from ledger.judging.window import Window
from ledger.rulebook import Reading
from ledger.streams.care_month import Work
from ledger.streams.services import OtherServiceReported
from ledger.streams.staff_day import StaffDay, beyond_the_day
from ledger.streams.status_state import CLEAN
from ledger.terms.intervals import Intervals, union_all
from ledger.terms.people import Programme

_NEVER: Final = 1 << 62
_NO_LOSSES: Final[dict[str, Intervals]] = {}
_NO_OVERFILL: Final[dict[str, int]] = {}
_NOBODY: Final[frozenset[str]] = frozenset()
_NO_DAYS: Final[frozenset[date]] = frozenset()
_CONTACT: Final = f"{ACTIVITIES}.counted.contact"
"""The beginning of the lists of activities that are contact with the patient, or attempts at it."""


class MonthContext:
    """The law, the window, consent, stays and performers of one month."""

    __slots__ = (
        "barred",
        "besides",
        "beyond",
        "closes",
        "consent_from",
        "consent_on",
        "contested",
        "designee",
        "enterers",
        "facts",
        "law",
        "lost",
        "opens",
        "overfull",
        "pauses",
        "performers",
        "programme",
        "stays",
        "stopped",
        "troubled",
        "visit_days",
        "window",
    )

    def __init__(
        self,
        facts: MonthFacts,
        law: MonthLaw,
        window: Window,
        designee: str | None,
        consent: MonthConsent,
        programme: Programme = Programme.CCM,
    ) -> None:
        self.facts = facts
        self.programme = programme
        self.law = law
        self.window = window
        self.designee = designee
        self.consent_from = consent.counts_from
        self.consent_on = consent.counts_on
        self.opens = _NEVER if consent.counts_from is None else counted_from(consent.counts_from)
        """The first epoch second that may count."""
        self.closes: date = window.last_countable
        """The last local date on which an entry may count without anything to be looked at."""
        self.stopped = consent.stopped
        self.pauses: tuple[Pause, ...] = ()
        if consent.stopped is not None:
            self.pauses = consent.stopped.pauses
            self.closes = min(self.closes, consent.stopped.clean_until or self.closes)
        self.stays: Stays | None = None
        self.barred, self.besides = _NO_DAYS, consent.besides
        """Days whose entries are looked at for a stay or a visit; what was read of the law besides the usual."""
        if facts.patient.status is not CLEAN:
            self.stays = stays_in_month(facts.patient, window.first, window.last, law)
            if self.stays is not None:
                self.barred, self.besides = self.stays.days, self.besides | self.stays.names
        self.visit_days = _NO_DAYS
        """Days on which the billing practitioner held a visit of a code that is asked about."""
        if facts.patient.visits or facts.month.services:
            self._look_at_visits()
        self.performers = Performers(facts.staff, designee, window.first, window.last, law)
        self.look_at(facts.staff_days)

    def _look_at_visits(self) -> None:
        """Take the days of the month's visits with its billing practitioner (CCM-TIME-07, -08).

        A visit that was told as an own service is one too, whatever its source; `own` that names nobody is theirs.
        """
        if self.designee is None:
            return
        first, last = self.window.first, self.window.last
        visits = (each.event for each in self.facts.patient.visits)
        held = [(visit.code, visit.on) for visit in visits if visit.practitioner == self.designee]
        for service in self.facts.month.services:
            if service.retracted is None and self._is_own(service.event):
                held += [(service.event.code, on) for on in days_between(service.event.on, service.event.last_on)]
        held = [(code, on) for code, on in held if first <= on <= last]
        if held:
            self.visit_days = frozenset(on for code, on in held if code in self.law.visit_day_codes)
            self.barred |= self.visit_days
            self.besides |= {name for name in VISIT_DAY_NAMES if self.law.rules.find(name) is not None}

    def _is_own(self, service: OtherServiceReported) -> bool:
        """Whether a service is the billing practitioner's, by name or NPI, or told as the practice's own by nobody."""
        if service.by_practitioner is not None:
            return service.by_practitioner == self.designee
        if service.npi is None:
            return service.source == "own"
        staff = self.facts.staff.get(self.designee or "")
        return staff is not None and service.npi == staff.npi

    def without_consent(self) -> tuple[str, str, Reading | None]:
        """Why nothing counts while no consent stands: code, what happened, and the rule."""
        stop = self.stopped.before if self.stopped is not None else None
        if stop is not None:
            return stop.code, f"The time does not count: {stop.happened}.", stop.by(self.law)
        happened = "The time does not count: no complete consent with the month's billing practitioner is on file."
        return "without_consent", happened, self.law.reading("consent.required")

    def before_consent(self, what: str) -> tuple[str, str, Reading | None]:
        """Why what lies before the consent of the month does not count: code, what happened, and the rule."""
        assert self.consent_from is not None
        since = self.consent_from.isoformat(timespec="seconds")
        stop = self.stopped.before if self.stopped is not None else None
        if stop is not None:
            return stop.code, f"{what}: {stop.happened}; consent is on file again from {since}.", stop.by(self.law)
        return "before_consent", f"{what}: consent is on file from {since}.", self.law.reading("consent.required")

    def contact_is_unwanted(self, work: Work, on: date) -> date | None:
        """The day on which the patient had revoked, where work of a day is contact with a patient who had."""
        if self.stopped is None or work.activity is None or work.programme is not self.programme:
            return None
        known = self.law.activities.get(work.activity)
        if known is None or not known.name.startswith(_CONTACT):
            return None
        return self.stopped.contact_is_unwanted(on)

    def look_at(self, days: Mapping[str, StaffDay]) -> None:
        """Take these staff days: which entries share seconds with another patient or overfill the day."""
        self.lost, self.overfull, self.contested = _NO_LOSSES, _NO_OVERFILL, _NOBODY
        self.beyond = _NO_LOSSES
        marked = [day for day in days.values() if day.lost or day.contested or day.overfull]
        if marked:
            lost: dict[str, Intervals] = {}
            overfull: dict[str, int] = {}
            beyond: dict[str, Intervals] = {}
            for day in marked:
                for entry, intervals in day.lost:
                    lost[entry] = union_all(lost.get(entry, ()), intervals)
                for entry, seconds in day.overfull:
                    overfull[entry] = overfull.get(entry, 0) + seconds
                    beyond[entry] = union_all(beyond.get(entry, ()), beyond_the_day(day, entry, seconds))
            self.lost, self.overfull, self.beyond = lost, overfull, beyond
            self.contested = frozenset().union(*(day.contested for day in marked))
        self.troubled = self.contested | self.lost.keys() | self.overfull.keys() if marked else _NOBODY

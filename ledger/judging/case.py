"""One month under judgement: the facts, the law, and everything derived on the way to the verdict."""

from datetime import date
from typing import NamedTuple

from ledger.judging.consent_month import MonthConsent
from ledger.judging.context import MonthContext
from ledger.judging.countable import Counted, days_worked
from ledger.judging.extra_planning import Planned
from ledger.judging.families import Families
from ledger.judging.law import MonthLaw
from ledger.judging.shapes import MonthFacts, VisitLine
from ledger.judging.stays import Stays
from ledger.judging.window import Window
from ledger.rulebook import RulesInForce
from ledger.streams.care_month import Family
from ledger.streams.care_plan import PlanRevision
from ledger.streams.patient_state import Designation
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme


class Case(NamedTuple):
    """A month with its seconds judged and its families computed; findings are still to be made."""

    facts: MonthFacts
    law: MonthLaw
    dated: MonthLaw
    """The law of the date of service: units, dollars, decision making."""
    start_rules: RulesInForce
    """The rules of the programme's first day; of the month's last day, while no programme has begun."""
    window: Window
    designation: Designation | None
    consent: MonthConsent
    context: MonthContext
    """What the entries were judged by."""
    counted: Counted
    on: date
    """The date of service."""
    started_on: date
    """The programme's first day; the month's last, while no programme has begun."""
    plan: PlanRevision | None
    """The care plan in force on the date of service."""
    families: Families
    chosen: Family | None
    choice_notices: tuple[Notice, ...]
    stays: Stays | None
    """The stays that touch the month; None where there are none."""
    besides: frozenset[str]
    """What was read of the month's law besides the usual."""
    programme: Programme
    profiles: tuple[str, ...]
    """The payers' profiles whose exceptions are part of the law of the month."""
    planned: Planned | None = None
    """What practitioners planned beyond a visit of the month; None where nobody ever did for the patient."""

    @property
    def is_complex(self) -> bool:
        """Whether the month bills complex CCM: by choice, or by what is suggested while nobody chose."""
        return (self.chosen or self.families.suggested) == "complex"

    @property
    def days_worked(self) -> frozenset[date]:
        """The days on which any second counts; worked out anew whenever it is asked for."""
        return days_worked(self.counted, self.facts.month.entries, self.context)

    @property
    def with_visits(self) -> tuple[VisitLine, ...]:
        """What rides on the claims of the month's visits."""
        return self.planned.lines if self.planned is not None else ()

    @property
    def designee(self) -> str | None:
        """The month's billing practitioner."""
        return self.designation.event.practitioner if self.designation else None

    @property
    def practice(self) -> str | None:
        """The practice that bills: the designation's; without one, the patient's."""
        return self.designation.event.practice if self.designation else self.facts.patient.practice_on(self.on)

    @property
    def payer(self) -> str | None:
        """The payer of the month."""
        return self.window.coverage.payer if self.window.coverage else None

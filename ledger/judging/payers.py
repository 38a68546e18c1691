"""Whose law a month is judged by: the programme's, with the exceptions that the month's coverage falls under.

Readings, section 6: the payer of a month is that of the coverage in force on its last day. Promise: a verdict and
everything that is asked about it later read the same view. Not promised: that a payer for whom no exceptions are
written down has none; such a month is judged as the base would, and says so.
"""

from datetime import date
from typing import TYPE_CHECKING

from ledger.judging.days import earliest_date
from ledger.judging.window import Window, window_of
from ledger.rulebook import Rulebook
from ledger.streams.patient_state import ConsentOnRecord, Patient
from ledger.terms.calendar import first_day, last_day, month_of
from ledger.terms.people import Programme

if TYPE_CHECKING:
    from ledger.judging.shapes import Verdict


def book_in(window: Window, rulebook: Rulebook, programme: Programme = Programme.CCM) -> Rulebook:
    """The law of a programme for a month with this coverage."""
    coverage = window.coverage
    if coverage is None:
        return rulebook.view(programme=programme.value)
    return rulebook.view(programme=programme.value, payer=coverage.payer, kind=coverage.kind)


def book_on(patient: Patient, on: date, rulebook: Rulebook, programme: Programme = Programme.CCM) -> Rulebook:
    """The law of a programme for the month of a day, by the coverage of that month as it is known."""
    month = month_of(on)
    return book_in(window_of(patient, first_day(month), last_day(month)), rulebook, programme)


def book_at(patient: Patient, consent: ConsentOnRecord, rulebook: Rulebook) -> Rulebook:
    """The law of a consent's own programme and day; of the day of recording, where its source gave none."""
    moment = consent.event.occurred_at or consent.recorded_at
    return book_on(patient, earliest_date(moment), rulebook, consent.event.programme)


def book_of(verdict: "Verdict", rulebook: Rulebook) -> Rulebook:
    """The law that a verdict was judged by, out of the rulebook of its edition."""
    return rulebook.view(programme=verdict.programme.value, payer=verdict.payer, kind=verdict.payer_kind)

"""What the judge says of one entry before it is appended: the same functions by which its month is judged.

Cheap on purpose: the entry is judged beside what its month and the performer's days already hold, not the whole month.
"""

from collections import OrderedDict
from datetime import date, datetime
from typing import Final, NamedTuple

from commands.deciding import Law, States
from ledger.judging.consent_month import consent_in_month
from ledger.judging.context import MonthContext
from ledger.judging.countable import judge_entries
from ledger.judging.edges import also_held, months_beside
from ledger.judging.law import CONSENT_NAMES, law_on
from ledger.judging.other_families import FAMILIES_OF
from ledger.judging.payers import book_in
from ledger.judging.shapes import MonthFacts
from ledger.judging.window import window_of
from ledger.rulebook import Rulebook
from ledger.streams.care_month import EntryContent, TimeLogged
from ledger.streams.care_plan import CarePlan
from ledger.streams.joining import day_of_one
from ledger.streams.month_state import CareMonth, Entry, changed, entered
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice
from ledger.streams.services import OtherService
from ledger.streams.staff import Staff
from ledger.streams.staff_day import StaffDay, day_after
from ledger.streams.time_changes import TimeCorrected
from ledger.terms.calendar import first_day, last_day
from ledger.terms.identity import staff_day_tag
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme, Side

LAST: Final = 1 << 62
"""A place behind every other: where a fact goes that has no position yet."""
_NO_PLAN: Final = CarePlan()
_NO_ACTIVITY: Final[frozenset[str]] = frozenset()


def notices_of_entry(event: EntryContent, states: States, law: Law, now: datetime) -> list[Notice]:
    """Which seconds of a new, corrected or moved entry do not count and why, and what else to look at, by month.

    Reads what counting time reads: medicare.ccm.activities, .consent, .performers, .time, .policy.untimed_counts, as
    of the last day of each month that the entry touches.
    """
    found: list[Notice] = []
    for month in event.months():
        found += _in_month(event, month, states, law, now)
    return found


def _in_month(event: EntryContent, month: str, states: States, law: Law, now: datetime) -> list[Notice]:
    last = last_day(month)
    if not law_on(law.rulebook, last).exists:
        happened = f"No rules of CCM are in force in {month}."
        return [notice("outside_the_rules", happened)]
    entry = _entry_after(event, states.month(event.patient, month), now)
    days = [on for _, _, on in event.spans]
    if beside := months_beside(states.patient(event.patient), (event.practice,), month, days):
        others = [other for each in beside for other in states.month(event.patient, each).entries]
        entry = also_held(entry, others, event.place if isinstance(event, TimeCorrected) else LAST)
    context, read_on, book = _context(event, month, states, law)
    by = context.law
    context.look_at(_days(event, states))
    (line,) = judge_entries((entry,), context).lines
    activities = frozenset((event.activity,)) if event.activity is not None else _NO_ACTIVITY
    lists = tuple(sorted(by.lists(activities, not event.is_timed) | context.besides))
    law.note(((last, by.time_names), (last, lists), *[(on, CONSENT_NAMES) for on in read_on]), book)
    return list(line.notices)


def _entry_after(event: EntryContent, standing: CareMonth, now: datetime) -> Entry:
    """The entry as it stands in the month once the event is in it."""
    position = standing.position + 1
    if isinstance(event, TimeLogged):
        return entered(standing, event, position, now)[0]
    entry = changed(standing, event, position, now).entry(event.entry)
    assert entry is not None, "a correction or a move stands in the months that it names"
    return entry


class _Prepared(NamedTuple):
    """What is the same for every entry of one performer in one patient-month, and the states it was made from."""

    patient: Patient
    performer: Staff
    enterer: Staff | None
    practice: Practice
    services: tuple[OtherService, ...]
    rulebook: Rulebook
    context: MonthContext
    read_on: tuple[date, ...]
    book: Rulebook
    """The law of the month: with the exceptions that its coverage falls under."""


_PREPARED: Final[OrderedDict[tuple[str, str, str, str | None, str, Programme], _Prepared]] = OrderedDict()
"""A cache, nothing else: what it holds is used only for the very states that it was made from."""
_PREPARED_MAX: Final = 2_048


def _context(
    event: EntryContent, month: str, states: States, law: Law
) -> tuple[MonthContext, tuple[date, ...], Rulebook]:
    # Work of a programme that is judged is told how it stands there; any other does not count for CCM, and hears that.
    programme = event.programme if event.programme in FAMILIES_OF else Programme.CCM
    key = (event.patient, month, event.performer, event.entered_by, event.practice, programme)
    patient, performer = states.patient(event.patient), states.staff(event.performer)
    enterer = states.staff(event.entered_by) if event.entered_by is not None else None
    practice, services = states.practice(event.practice), states.month(event.patient, month).services
    held = _PREPARED.get(key)
    if (
        held is not None
        and held.patient is patient
        and held.performer is performer
        and held.enterer is enterer
        and held.practice is practice
        and held.services is services
        and held.rulebook is law.rulebook
    ):
        _PREPARED.move_to_end(key)
        return held.context, held.read_on, held.book
    designation = patient.designation(month, programme, Side.PRACTITIONER)
    designee = designation.event.practitioner if designation else None
    last = last_day(month)
    window = window_of(patient, first_day(month), last)
    book = book_in(window, law.rulebook, programme)
    by = law_on(book, last)
    consent = consent_in_month(patient, designation, last, by, book, programme)
    people = {event.performer: performer} | ({event.entered_by: enterer} if event.entered_by and enterer else {})
    facts = MonthFacts(
        patient, CareMonth(event.patient, month, services=services), _NO_PLAN, {event.practice: practice}, people, {}
    )
    context = MonthContext(facts, by, window, designee, consent, programme)
    read_on = tuple(rules.first_day for rules in consent.read_on)
    _PREPARED[key] = _Prepared(patient, performer, enterer, practice, services, law.rulebook, context, read_on, book)
    if len(_PREPARED) > _PREPARED_MAX:
        _PREPARED.popitem(last=False)
    return context, read_on, book


def _days(event: EntryContent, states: States) -> dict[str, StaffDay]:
    """The performer's days as they stand with the entry in them."""
    days: dict[str, StaffDay] = {}
    for on in event.staff_dates():
        day = states.staff_day(event.performer, on)
        # Behind everything that is there: a correction brings a place of its own.
        days[staff_day_tag(event.performer, on)] = day_after(day, event, LAST, on)
    group = states.group(event.patient)
    return days if len(group) == 1 else {tag: day_of_one(day, group) for tag, day in days.items()}

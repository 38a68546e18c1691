"""Which open months a change of the rules touches: from the read models, without judging any.

Promise: a month of CCM that nobody attested is listed when days of it lie in a span on which the editions differ, and,
where a payer's exception differs, when its coverage falls under that exception. So are months of PCM and APCM, which
are not attested: those that hold work of theirs, and, as nothing need be recorded in them, every month that their
billing practitioner stands for, up to the calendar month (UTC) in which the newest fact was recorded. A programme's own
rules, and those of a code that its families do not hold in the month, touch no other programme. A consent is read by
the rules of its own day, and so is the visit before it: changes of these touch every month from their first day on. Not
promised: that a month comes out otherwise, which only judging it tells (`rejudge`). Nothing is changed here, and
nothing judged.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from ledger.judging.other_families import FAMILIES_OF
from ledger.judging.window import window_of
from ledger.rulebook import Rulebook
from ledger.rulebook.differences import Change, differences
from ledger.streams.joining import joined_patient
from ledger.streams.patient_state import Patient
from ledger.terms.calendar import first_day, last_day, month_of, next_month
from ledger.terms.identity import care_month_tag, patient_tag
from ledger.terms.people import Programme, Side
from projections.base import ReadModels, Rows
from projections.codes_held import CodesHeld
from projections.month_billing import ELSEWHERE, own_group
from projections.programme_patients import patients_with_other
from projections.states import States
from projections.table_set import tracked_position
from projections.tables.layout import AUDIT_TRAIL, MONTH_BILLING, MonthRow, from_micros

_OTHERS: Final = tuple(each for each in FAMILIES_OF if each is not Programme.CCM)
_OWN_RULES: Final = {each: f"medicare.{each.value.lower()}." for each in _OTHERS}
"""What stands under such a name is law of that programme alone."""
_READ_EARLIER: Final = (".consent.", ".initiating_visit.")


class Touched(NamedTuple):
    """An open month, and the changes whose days it shares."""

    patient: str
    month: str
    programme: Programme
    practice: str | None
    names: tuple[str, ...]


class TouchedMonths(NamedTuple):
    """The open months that changes touch, and the position that they stand for."""

    months: tuple[Touched, ...]
    position: int


class _Open(NamedTuple):
    """A month that nobody attested: of whom, of what, who bills it, and the payer where the read model says so."""

    patient: str
    month: str
    programme: Programme
    practice: str | None
    payer: str | None = None


def touched_months(
    states: States, models: ReadModels, before: Rulebook, after: Rulebook, practice: str | None
) -> TouchedMonths:
    """The open months that changes touch, by month and patient; of one practice where one is named. Pull first."""
    changes = _Changes(before, after)
    with models.at_one_moment() as now:
        position, until = tracked_position(now), _newest_month(now)
        rows = [MonthRow.of(row) for row in now.rows(MONTH_BILLING.select())]
        with_other = sorted(patients_with_other(now))
    rows = [row for row in rows if row.standing != ELSEWHERE]
    ccm = (
        _Open(row.patient, row.month, Programme.CCM, row.practice, row.payer) for row in rows if row.attested is None
    )
    begun: dict[str, list[str]] = {}
    for row in rows:
        begun.setdefault(row.patient, []).append(row.month)
    others = (month for each in with_other for month in _of_others(states, each, begun.get(each, ()), until))
    found: list[Touched] = []
    for month in (*ccm, *others):
        if practice not in (None, month.practice):
            continue
        near = changes.near(month.month, month.programme)
        if near and (names := tuple(dict.fromkeys(each.name for each in near if _applies(each, states, month)))):
            found.append(Touched(*month[:4], names))
        if states.is_full:
            states.forget()
    return TouchedMonths(tuple(sorted(found, key=lambda each: (each.month, each.patient, each.programme))), position)


class _Changes:
    """What two editions say otherwise, by month and programme: asked for the same few months again and again."""

    def __init__(self, before: Rulebook, after: Rulebook) -> None:
        changes = differences(before, after)
        self._spans = [(change, first, last) for change in changes for first, last in _days(change)]
        self._codes = CodesHeld((before, after))
        self._near: dict[tuple[str, Programme], tuple[Change, ...]] = {}

    def near(self, month: str, programme: Programme) -> tuple[Change, ...]:
        """The changes that share a day with a month and are law of the programme, for whatever payer."""
        found = self._near.get((month, programme))
        if found is None:
            first, last = first_day(month), last_day(month)
            near = [change for change, begins, ends in self._spans if begins <= last and first <= ends]
            found = tuple(each for each in near if self._is_law_of(programme, each, first, last))
            self._near[month, programme] = found
        return found

    def _is_law_of(self, programme: Programme, change: Change, first: date, last: date) -> bool:
        if any(change.name.startswith(own) for each, own in _OWN_RULES.items() if each is not programme):
            return False
        held_by = self._codes.held_by(change.name, first, last)
        return held_by is None or programme in held_by


def _newest_month(models: Rows) -> str:
    """The calendar month, in UTC, in which the newest fact was recorded."""
    newest = models.rows(f"SELECT recorded_at FROM {AUDIT_TRAIL.name} ORDER BY position DESC LIMIT 1")
    return month_of(from_micros(int(newest[0][0])).date()) if newest else ""


def _of_others(states: States, patient: str, begun: Sequence[str], until: str) -> Iterator[_Open]:
    """The months of PCM and APCM of a patient who goes on; of anybody else they are another patient's."""
    group = own_group(states.at, patient)
    if not group:
        return
    known = _joined(states, group)
    timed = {month: _worked_for(states, group, month) for month in begun}
    for programme in _OTHERS:
        worked = {month for month, of in timed.items() if programme in of}
        for month in sorted({*worked, *begun, *_stood_for(known, programme, until)}):
            designation = known.designation(month, programme, Side.PRACTITIONER)
            if designation is not None:
                yield _Open(patient, month, programme, designation.event.practice)
            elif month in worked:
                yield _Open(patient, month, programme, known.practice_on(last_day(month)))


def _joined(states: States, group: Iterable[str]) -> Patient:
    parts: list[Patient] = [states.at(patient_tag(each)).state for each in group]
    return joined_patient(parts) if len(parts) > 1 else parts[0]


def _worked_for(states: States, group: Iterable[str], month: str) -> set[Programme]:
    months = [states.at(care_month_tag(each, month)).state for each in group]
    return {entry.work.programme for one in months for entry in one.entries}


def _stood_for(patient: Patient, programme: Programme, until: str) -> Iterator[str]:
    """The months that a billing practitioner of the programme was ever named for, up to one."""
    for each in patient.designations:
        event = each.event
        if event.programme is programme and event.side is Side.PRACTITIONER:
            month, last = event.from_month, min(until, event.until_month or until)
            while month <= last:
                yield month
                month = next_month(month)


def _days(change: Change) -> Iterable[tuple[date, date]]:
    goes_on = any(part in change.name for part in _READ_EARLIER)
    return [(span.first, date.max if goes_on else span.last) for span in change.spans]


def _applies(change: Change, states: States, month: _Open) -> bool:
    """Whether the month's coverage falls under an exception; a change of the base is everybody's."""
    if change.payer is None and change.kind_of_coverage is None:
        return True
    if month.payer is not None and change.payer not in (None, month.payer):
        return False
    patient = _joined(states, own_group(states.at, month.patient))
    coverage = window_of(patient, first_day(month.month), last_day(month.month)).coverage
    if coverage is None or change.payer not in (None, coverage.payer):
        return False
    return change.kind_of_coverage in (None, coverage.kind)

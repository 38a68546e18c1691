"""Which open months a change of the rules touches: from the read model of months, without judging any.

Promise: a month that nobody attested is listed when days of it lie in a span on which the editions differ, and, where a
payer's exception differs, when its coverage falls under that exception; months of PCM and APCM, which are not attested,
when a rule of theirs or of all differs. A consent is read by the rules of its own day, and so is the visit before it:
changes of these touch every month from their first day on. Not promised: that a month comes out otherwise, which only
judging it tells (`rejudge`); months in which nothing was recorded. Nothing is changed here, and nothing judged.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from ledger.judging.other_families import FAMILIES_OF
from ledger.judging.window import window_of
from ledger.rulebook.differences import Change
from ledger.streams.patient_state import Patient
from ledger.terms.calendar import first_day, last_day
from ledger.terms.identity import patient_tag
from ledger.terms.people import Programme, Side
from projections.base import ReadModels
from projections.month_billing import ELSEWHERE
from projections.states import States
from projections.table_set import tracked_position
from projections.tables.layout import MONTH_BILLING, PATIENT_PROGRAMMES, MonthRow

_OWN_RULES: Final = {each: f"medicare.{each.value.lower()}." for each in FAMILIES_OF if each is not Programme.CCM}
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


def touched_months(
    states: States, models: ReadModels, changes: Iterable[Change], practice: str | None
) -> TouchedMonths:
    """The open months that changes touch, by month and patient; of one practice where one is named. Pull first."""
    spans = [(change, first, last) for change in changes for first, last in _days(change)]
    with models.at_one_moment() as now:
        position = tracked_position(now)
        rows = [MonthRow.of(row) for row in now.rows(MONTH_BILLING.select())]
        with_other = {str(patient) for patient, *_ in now.rows(PATIENT_PROGRAMMES.select())}
    found: list[Touched] = []
    for row in rows:
        if row.standing == ELSEWHERE:
            continue
        first, last = first_day(row.month), last_day(row.month)
        near = [change for change, begins, ends in spans if begins <= last and first <= ends]
        near = [change for change in near if _is_of_coverage(change, states, row, first, last)]
        for programme, biller in _open(row, states if row.patient in with_other else None):
            names = tuple(dict.fromkeys(change.name for change in near if _is_law_of(programme, change)))
            if names and practice in (None, biller):
                found.append(Touched(row.patient, row.month, programme, biller, names))
    return TouchedMonths(tuple(sorted(found, key=lambda each: (each.month, each.patient, each.programme))), position)


def _open(row: MonthRow, states: States | None) -> Iterator[tuple[Programme, str | None]]:
    """The programmes whose month of a patient nobody attested, each with the practice that bills it."""
    if row.attested is None:
        yield Programme.CCM, row.practice
    if states is None:
        return
    patient: Patient = states.at(patient_tag(row.patient)).state
    for programme in _OWN_RULES:
        if designation := patient.designation(row.month, programme, Side.PRACTITIONER):
            yield programme, designation.event.practice


def _is_law_of(programme: Programme, change: Change) -> bool:
    return not any(change.name.startswith(own) for each, own in _OWN_RULES.items() if each is not programme)


def _days(change: Change) -> Iterable[tuple[date, date]]:
    goes_on = any(part in change.name for part in _READ_EARLIER)
    return [(span.first, date.max if goes_on else span.last) for span in change.spans]


def _is_of_coverage(change: Change, states: States, row: MonthRow, first: date, last: date) -> bool:
    """Whether the month's coverage falls under an exception; a change of the base is everybody's."""
    if change.payer not in (None, row.payer):
        return False
    if change.kind_of_coverage is None:
        return True
    patient: Patient = states.at(patient_tag(row.patient)).state
    coverage = window_of(patient, first, last).coverage
    return coverage is not None and coverage.kind == change.kind_of_coverage

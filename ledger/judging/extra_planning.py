"""G0506: the practitioner's assessment and planning beyond a visit, which rides on that visit's claim.

It is no part of a month's charges and needs no minutes: the month shows it beside them, and its minutes count to
nothing else (activity initiating_assessment). Promise: who has attested none costs nothing. Not promised: that the
work went beyond the visit; that is the practitioner's word.
"""

from collections.abc import Iterable, Sized
from datetime import date
from typing import Final, NamedTuple

from ledger.judging.families import charge_line
from ledger.judging.shapes import ChargeLine, VisitLine
from ledger.rulebook import Reading, Rulebook, Rules, lookback_start
from ledger.streams.extra_planning import ExtraPlanning, ExtraPlanningAttested
from ledger.streams.patient_state import Patient
from ledger.terms.calendar import month_of
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice

CODE: Final = "G0506"
PARENTS: Final = f"medicare.ccm.{CODE}.parent_codes"
MOST: Final = f"medicare.ccm.{CODE}.per_practitioner_max"
START_YEARS: Final = f"medicare.ccm.{CODE}.start_years_max"
SAME_DATE: Final = f"medicare.ccm.{CODE}.same_date_codes"


class Planned(NamedTuple):
    """What a month shows of planning beyond visits: the lines, what there is to say, and what was read, by day."""

    lines: tuple[VisitLine, ...]
    notices: tuple[Notice, ...]
    same_date: tuple[Notice, ...]
    """What of the month's charges may not stand on the date of such a visit."""
    reads: tuple[tuple[date, tuple[str, ...]], ...]

    def beside_other_programme(self) -> "Planned":
        """What of it concerns the month of another programme than CCM, whose visits they are not."""
        return self._replace(lines=(), notices=())


def planned_in_month(
    patient: Patient,
    month: str,
    rulebook: Rulebook,
    started_on: date | None,
    *,
    charges: Iterable[ChargeLine],
    on: date,
    designee: str | None,
) -> Planned:
    """The lines of a month's visits that carry G0506, by the rules of each visit's day (CCM-CODE-10 to -13).

    `started_on` is the first day of CCM, where it has begun by the month's end, and `designee` bills the month;
    `charges` are what it bills, and `on` their date of service. A visit whose code carries none by these rules shows
    no line, and neither does one beyond what a practitioner may bill for a patient.
    Reads: medicare.ccm.G0506.parent_codes, .per_practitioner_max, .start_years_max, .same_date_codes, medicare.pfs.*.
    """
    lines: list[VisitLine] = []
    notices: list[Notice] = []
    same_date: list[Notice] = []
    reads = []
    for planned in patient.extra_planning:
        event = planned.event
        if planned.retracted is not None or month_of(event.on) != month:
            continue
        trace = rulebook.in_force(event.on).trace()
        before = standing_of(patient.extra_planning, event.practitioner, before=planned.position)
        if may_carry(event.visit_code, trace) is None:
            pass
        elif (most := repeated(before, trace)) is not None:
            notices.append(_twice(event.on, most))
        else:
            line = charge_line(CODE, 1, trace)
            lines.append(VisitLine(CODE, 1, line.amount, event.on, event.visit_code, event.practitioner))
            notices += late(event.on, started_on, trace)
            notices += _outside_ccm(event, started_on, designee, trace)
            same_date += _on_same_date(charges, trace) if event.on == on else []
        reads.append((event.on, trace.names()))
    return Planned(tuple(lines), tuple(notices), tuple(same_date), tuple(reads))


def may_carry(visit_code: str | None, rules: Rules) -> Reading | None:
    """The rule by which a visit's code carries G0506; None where it carries none."""
    parents = rules.find(PARENTS)
    carries = parents is not None and isinstance(parents.value, tuple) and visit_code in parents.value
    return parents if carries else None


def barred_beside(code: str, rules: Rules) -> Reading | None:
    """The rule by which a code may not stand on the date of G0506 (CCM-CODE-12); None where it may."""
    by = rules.find(SAME_DATE)
    return by if by is not None and isinstance(by.value, tuple) and code in by.value else None


def standing_of(
    planned: Iterable[ExtraPlanning], practitioner: str, *, before: int | None = None
) -> tuple[ExtraPlanning, ...]:
    """What a practitioner attested and nobody took back; recorded before a position, where one is given."""
    return tuple(
        each
        for each in planned
        if each.retracted is None
        and each.event.practitioner == practitioner
        and (before is None or each.position < before)
    )


def repeated(before: Sized, rules: Rules) -> Reading | None:
    """The rule by which no further one may be billed, where as many stand (CCM-CODE-11)."""
    most = rules.find(MOST)
    return most if most is not None and isinstance(most.value, int) and len(before) >= most.value else None


def late(on: date, started_on: date | None, rules: Rules) -> list[Notice]:
    """That the visit lies long after the start of CCM (CCM-CODE-11). Reads: medicare.ccm.G0506.start_years_max."""
    years = rules.find(START_YEARS)
    if started_on is None or years is None or not isinstance(years.value, int):
        return []
    if lookback_start(on, years.value) <= started_on:
        return []
    happened = f"CCM began on {started_on.isoformat()}; planning beyond the visit of {on.isoformat()} comes late."
    return [notice("extra_planning_late", happened, years)]


def _outside_ccm(
    event: ExtraPlanningAttested, started_on: date | None, designee: str | None, rules: Rules
) -> list[Notice]:
    """That it belongs to no CCM of its practitioner in the month (CCM-CODE-11); visits come before designations."""
    why = []
    if started_on is None:
        why.append("no CCM has begun by the end of the month")
    if designee != event.practitioner:
        why.append("its practitioner does not bill the month" if designee else "nobody is designated for the month")
    if not why:
        return []
    happened = f"{CODE} with the visit of {event.on.isoformat()}: {', and '.join(why)}."
    return [notice("extra_planning_outside_ccm", happened, rules.find(MOST))]


def _on_same_date(charges: Iterable[ChargeLine], rules: Rules) -> list[Notice]:
    return [
        notice("extra_planning_same_date", f"{line.code} and {CODE} would be claimed on one date.", by)
        for line in charges
        if (by := barred_beside(line.code, rules)) is not None
    ]


def _twice(on: date, most: Reading) -> Notice:
    happened = (
        f"{CODE} with the visit of {on.isoformat()} is not billed: the practitioner attested as many for the patient "
        "before."
    )
    return notice("extra_planning_twice", happened, most)

"""What each patient still lacks before a month of theirs can be released, in the judge's own words.

Promise: the list is the judge's verdict on the month asked about; nothing is judged here, and each look is recorded as
a read before it is shown. Minutes are left out: they are the work itself, not what must be on record before it.
"""

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from interfaces.bootstrap import Session
from interfaces.cli.asking import ask
from interfaces.cli.screen import Screen
from interfaces.cli.wording import counted, in_order, some

_COLUMNS: Final = ("patient", "lacks")
_WORK: Final = frozenset({"minutes_below_minimum"})


def readiness_rows(
    session: Session, args: Namespace, patients: Sequence[str], *, month: str | None = None, as_of: int | None = None
) -> list[dict[str, Any]]:
    """One row per patient: what blocks the release of the month; the present one, or that of then, if none is named."""
    from ledger.terms.calendar import month_of as month_of_day  # noqa: PLC0415 - loaded by now
    from projections.readiness import readiness  # noqa: PLC0415

    if not patients:
        return []
    asked = month or month_of_day(_today(session, args, as_of))
    found = readiness(session.log, session.rulebook_of, patients, asked, as_of=as_of)
    ask(session, args, "readiness", [each.patient for each in found.patients], month=asked, as_of=found.position)
    return [
        {
            "patient": each.patient,
            "month": asked,
            "practice": each.practice,
            "practitioner": each.practitioner,
            "lacks": [
                {"code": notice.code, "happened": notice.happened, "remedy": notice.remedy}
                for notice in each.missing
                if notice.code not in _WORK
            ],
        }
        for each in found.patients
    ]


def _today(session: Session, args: Namespace, as_of: int | None) -> date:
    """The ledger's day; of an earlier moment the day that it was then."""
    if as_of is None or getattr(args, "as_of", None) is None:
        return session.handler.now().date()
    at = session.log.facts_at([as_of])
    return at[-1].recorded_at.date() if at else session.handler.now().date()


def show_readiness(screen: Screen, rows: Sequence[dict[str, Any]]) -> None:
    """The list for people, and how often each point is lacking."""
    if not rows:
        screen.say("No patient is known yet.")
        return
    ready = sum(1 for row in rows if not row["lacks"])
    screen.say(f"Readiness for {rows[0]['month']}: {counted(len(rows), 'patient')}, {ready:,} of them lacking nothing.")
    shown = [(row["patient"], some([each["code"] for each in row["lacks"]])) for row in rows]
    screen.table(_COLUMNS, shown)
    lacking = Counter(each["code"] for row in rows for each in row["lacks"])
    remedies = {each["code"]: each["remedy"] for row in rows for each in row["lacks"]}
    for code, count in in_order(lacking):
        screen.say(f"  {code} ({counted(count, 'patient')}): {remedies[code]}")

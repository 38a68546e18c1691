"""Which patient-months say something else at one moment than at another, and because of which facts.

Promise: every month is asked about that rests on a stream which moved in between; it is listed if its two verdicts
differ in any part, with the facts that did it. Months for which nobody logged anything by the later moment are not
asked about. Not promised: speed over years; the facts in between are read once, and each month that they may have moved
is judged twice.
"""

import json
from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

from ledger.judging.shapes import Verdict
from ledger.judging.unread import may_move
from ledger.streams.governance import RulebookAdopted
from projections.base import FollowedLog, ReadModels, Rows
from projections.judged import RulebookOf, judged
from projections.month_billing import is_begun
from projections.month_diff import Because, because_of, changed_parts
from projections.month_walk import walk
from projections.patient_history import StreamsLog
from projections.states import States
from projections.tables.layout import AUDIT_TRAIL, MONTH_BILLING, MONTH_READS
from projections.two_patients import one_person

BATCH: Final = 5_000
_RESTS_ON_LESS: Final = ("designation_withdrawn", "patients_unmerged", "time_corrected", "time_moved", "time_struck")
"""The kinds of facts after which a month may rest on fewer streams than before."""

Key = tuple[str, str]
"""(patient, month)."""


class ReadLog(StreamsLog, FollowedLog, Protocol):
    """A log that is read by stream and followed by position."""


class ChangedMonth(NamedTuple):
    """A patient-month that differs, both verdicts, and the facts that changed it."""

    patient: str
    month: str
    before: Verdict
    after: Verdict
    changed: tuple[str, ...]
    because: tuple[Because, ...]


class ChangedMonths(NamedTuple):
    """The patient-months that differ between two positions, by month and patient."""

    since: int
    until: int
    months: tuple[ChangedMonth, ...]


def changed_months(
    log: ReadLog,
    models: ReadModels,
    rulebook_of: RulebookOf,
    *,
    since: int,
    until: int,
    month: str | None = None,
    practice: str | None = None,
) -> ChangedMonths:
    """The patient-months whose verdict differs; of one calendar month, or of one practice, where it is named.

    Pull before asking. A month is of a practice when that practice bills it at either moment.
    """
    with models.at_one_moment() as now:
        asked = _may_have_moved(log, now, since, until)
    first, last = States(log, after=since), States(log, after=until)
    found = []
    for patient, of in sorted(asked, key=lambda key: (key[1], key[0])):
        # What began behind the later moment is nobody's month yet: the read models know of it, this answer must not.
        if month not in (None, of) or not any(is_begun(states.at, patient, of) for states in (first, last)):
            continue
        before = judged(first.at, rulebook_of, patient, of).verdict
        after = judged(last.at, rulebook_of, patient, of).verdict
        if before != after and practice in (None, before.practice, after.practice):
            steps = tuple(walk(log, rulebook_of, patient, of, since=since, until=until))
            because = because_of(log, patient, steps, group=one_person(log, patient, since, until), as_of=until)
            found.append(ChangedMonth(patient, of, before, after, changed_parts(before, after), because))
        for states in (first, last):
            if states.is_full:
                states.forget()
    return ChangedMonths(since, until, tuple(found))


def _may_have_moved(log: ReadLog, models: Rows, since: int, until: int) -> set[Key]:
    """The months that rest on a stream which moved: their own, their patient's, or somebody else's."""
    months: set[Key] = set()
    patients: set[str] = set()
    others: set[str] = set()
    law_moved, position = False, since
    while facts := log.follow(position, min(BATCH, until - position)):
        for fact in facts:
            law_moved = law_moved or isinstance(fact.event, RulebookAdopted)
            for tag in fact.event.tags() if may_move(fact.event) else ():
                kind, _, rest = tag.partition("/")
                match kind:
                    case "care_month":
                        months.add((rest[:-8], rest[-7:]))
                        others.add(tag)
                    case "patient" | "care_plan":
                        patients.add(rest)
                    case "staff" | "staff_day" | "practice":
                        others.add(tag)
        position = facts[-1].position
        if position >= until:
            break
    table, reads = MONTH_BILLING.name, MONTH_READS.name
    if law_moved:
        return months | _keys(models, f"SELECT patient, month FROM {table}")
    of_patients = f"SELECT patient, month FROM {table} WHERE patient IN (SELECT value FROM json_each(?))"
    of_others = f"SELECT patient, month FROM {reads} WHERE tag IN (SELECT value FROM json_each(?))"
    # What a month rested on before the read models were made anew, they do not know: who lost something is asked about.
    of_lost = (
        f"SELECT patient, month FROM {table} WHERE patient IN (SELECT patient FROM {AUDIT_TRAIL.name}"
        " WHERE topic IN (SELECT value FROM json_each(?)) AND position > ?)"
    )
    return months.union(
        _keys(models, of_patients, _listed(patients)),
        _keys(models, of_others, _listed(others)),
        _keys(models, of_lost, _listed(_RESTS_ON_LESS), until),
    )


def _listed(values: Iterable[str]) -> str:
    return json.dumps(sorted(values))


def _keys(models: Rows, query: str, *bound: str | int) -> set[Key]:
    return {(str(patient), str(month)) for patient, month in models.rows(query, bound)}

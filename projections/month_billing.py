"""What a patient-month can be billed as, and what is missing: one row per patient-month.

A month is one in which something was recorded, or that holds a visit on which G0506 rides.
Promise: a row is the judge's verdict on the facts up to the position of the read model, by the edition in force for
that month; it is judged again whenever a stream moves that the verdict rests on (the month, the patient, the plan, the
staff named, their days, the practices) and, while nobody attested, whenever an edition is adopted. No rule stands here.
Of patients who were merged the month is that of whoever goes on; the others keep a row that says so, so that undoing
a merge finds their months again. Not promised: an answer as of an earlier moment; `questions.month_of` folds that.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final

from ledger.judging.shapes import Verdict
from ledger.judging.unread import may_move
from ledger.streams.base import Fact
from ledger.streams.extra_planning import ExtraPlanningAttested
from ledger.streams.governance import RulebookAdopted
from ledger.streams.joining import ever_joined, group_of
from ledger.terms.calendar import last_day, month_of
from ledger.terms.identity import care_month_tag, patient_tag
from projections.base import Changes, Row, Rows, Table
from projections.judged import Judged, RulebookOf, StateAt, judged, moves_others
from projections.states import States
from projections.tables.layout import MONTH_BILLING, MONTH_READS, joined, optional

MONTHS_AT_ONCE: Final = 2_000
"""How many months are judged before their rows are written."""

ELSEWHERE: Final = "elsewhere"
"""The standing of a month that is judged with another patient's, or was: questions leave such rows out."""
_OF_PATIENTS: Final = ("patient/", "care_plan/", "care_month/", "ledger")

Key = tuple[str, str]
"""(patient, month)."""


class MonthBilling:
    """The projection of one pass. `kept` answers queries over the rows that this pass wrote or found."""

    name: ClassVar[str] = "month_billing"
    version: ClassVar[int] = 5
    tables: ClassVar[tuple[Table, ...]] = (MONTH_BILLING, MONTH_READS)

    def __init__(self, states: States, rulebook_of: RulebookOf, kept: Rows, *, suffix: str, is_empty: bool) -> None:
        self._states = states
        self._rulebook_of = rulebook_of
        self._kept = kept
        self._suffix = suffix
        self._is_empty = is_empty
        self._months: set[Key] = set()
        self._patients: set[str] = set()
        self._others: set[str] = set()
        self._law_moved = False

    def apply(self, fact: Fact, tags: tuple[str, ...]) -> None:
        """Note which months the fact may have moved; what rides on a visit makes the month of the visit one."""
        if not may_move(fact.event):
            return
        if isinstance(fact.event, ExtraPlanningAttested):
            self._months.add((fact.event.patient, month_of(fact.event.on)))
        for tag in tags:
            kind, _, rest = tag.partition("/")
            match kind:
                case "care_month":
                    self._months.add((rest[:-8], rest[-7:]))
                    self._others.add(tag)
                case "patient" | "care_plan":
                    self._patients.add(rest)
                case "staff" | "staff_day" | "practice":
                    self._others.add(tag)
                case "ledger":
                    self._law_moved |= isinstance(fact.event, RulebookAdopted)

    def settle(self, *, due: bool) -> Iterator[Changes]:
        """Judge every month that moved, a few thousand at a time."""
        if not due:
            return
        months = sorted(self._moved_months())
        for at in range(0, len(months), MONTHS_AT_ONCE):
            some = months[at : at + MONTHS_AT_ONCE]
            done = [self._judge(*key) for key in some]
            yield Changes(MONTH_BILLING, [self._row(*key, each) for key, each in zip(some, done, strict=True)])
            yield Changes(MONTH_READS, [row for each in done for row in reads_of(each)])
        self._is_empty = self._is_empty and not months
        self._months, self._patients, self._others, self._law_moved = set(), set(), set(), False

    def _row(self, patient: str, month: str, judgement: Judged) -> Row:
        """The row of a month; where it is another patient's, or nobody's any more, a row that says so."""
        merges = self._state(patient_tag(patient)).merges
        if merges and not is_begun(self._states.at, patient, month):
            newest = max(merge.ended or merge.position for merge in merges)
            return elsewhere(patient, month, newest)
        return row_of(judgement)

    def _judge(self, patient: str, month: str) -> Judged:
        return judged(self._states.at, self._rulebook_of, patient, month)

    def _moved_months(self) -> set[Key]:
        """The months that moved, and with each those of all with whom its patient was ever merged."""
        moved = self._moved_alone()
        joined = [(patient, month) for patient, month in moved if self._state(patient_tag(patient)).merges]
        return moved | {(other, month) for patient, month in joined for other in ever_joined(patient, self._state)}

    def _state(self, tag: str) -> Any:
        return self._states.at(tag).state

    def _moved_alone(self) -> set[Key]:
        """The months that moved themselves, and those that rest on something that did."""
        moved = self._months
        if self._is_empty:
            return moved
        billing, reads = MONTH_BILLING.name + self._suffix, MONTH_READS.name + self._suffix
        if self._patients:
            query = f"SELECT patient, month FROM {billing} WHERE patient IN (SELECT value FROM json_each(?))"
            moved |= self._keys(query, self._patients)
        others = [tag for tag in self._others if moves_others(tag, self._states.at(tag))]
        if others:
            query = f"SELECT patient, month FROM {reads} WHERE tag IN (SELECT value FROM json_each(?))"
            moved |= self._keys(query, others)
        if self._law_moved:
            moved |= self._keys(f"SELECT patient, month FROM {billing} WHERE attested IS NULL", ())
        return moved

    def _keys(self, query: str, values: Iterable[str]) -> set[Key]:
        listed = (json.dumps(sorted(values)),) if values else ()
        return {(patient, month) for patient, month in self._kept.rows(query, listed)}


def is_begun(at: StateAt, patient: str, month: str) -> bool:
    """Whether a month is the patient's own and something stands in it, or rides on a visit of it (G0506).

    What was struck or taken back since had its place there: the month says so.
    """
    for each in own_group(at, patient):
        if at(care_month_tag(each, month)).position:
            return True
        planned = at(patient_tag(each)).state.extra_planning
        if planned and any(month_of(one.event.on) == month for one in planned):
            return True
    return False


def own_group(at: StateAt, patient: str) -> tuple[str, ...]:
    """The patients whose months are judged as this one's; nobody where they are those of who goes on after a merge."""
    group = group_of(patient, lambda tag: at(tag).state)
    return group if group[0] == patient else ()


def elsewhere(patient: str, month: str, position: int) -> Row:
    """The row of a month that is judged with another patient's, or was: it keeps the place, and says nothing."""
    last = last_day(month).isoformat()
    nothing = ("", None, "", "", "", None, "", "", position)
    return (patient, month, None, None, None, ELSEWHERE, None, last, 0, 0, 0, 0, *nothing)


def row_of(judgement: Judged) -> Row:
    """The row of a judged month, in the order of the table's columns."""
    verdict = judgement.verdict
    return (
        verdict.patient,
        verdict.month,
        verdict.practice,
        verdict.practitioner,
        verdict.payer,
        verdict.standing,
        verdict.family,
        verdict.date_of_service.isoformat(),
        verdict.staff_seconds,
        verdict.personal_seconds,
        verdict.untimed_seconds,
        minutes_of(verdict),
        " ".join(f"{line.code}:{line.units}" for line in verdict.charges),
        optional(verdict.amount),
        joined(tuple(notice.code for notice in verdict.missing)),
        joined(notices_of(verdict)),
        " ".join(line.code for line in verdict.with_visits),
        verdict.attested,
        verdict.digest,
        verdict.edition,
        judgement.position,
    )


def minutes_of(verdict: Verdict) -> int:
    """Whole minutes of the family that bills; of staff time where none does."""
    result = verdict.result(verdict.family) if verdict.family else None
    return result.minutes if result else verdict.staff_seconds // 60


def notices_of(verdict: Verdict) -> tuple[str, ...]:
    """Every code that a person should look at: the month's own, then those of its entries."""
    own = tuple(notice.code for notice in verdict.notices)
    return (*own, *(notice.code for line in verdict.lines for notice in line.notices))


def reads_of(judgement: Judged) -> Iterator[Row]:
    """The streams of others that the verdict rests on, and months beside it; its own are found by the patient's id."""
    verdict = judgement.verdict
    for tag in judgement.reads:
        if not tag.startswith(_OF_PATIENTS) or (tag.startswith("care_month/") and not tag.endswith(verdict.month)):
            yield tag, verdict.patient, verdict.month

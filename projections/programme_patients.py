"""Of which patients a programme other than CCM may have months, and since when: by a designation, or by work.

Such a month is one even where nothing was recorded in it: APCM needs no time. Promise: every patient whom a question
about months of PCM and APCM must look at, as of whatever position; of patients who were ever merged all, for the months
of one are the other's while they are one. Not promised: that the designation still stands, or the time, or the merge;
the folded states answer that.
"""

from collections.abc import Iterator
from typing import ClassVar

from ledger.streams.base import Fact
from ledger.streams.care_month import EntryContent
from ledger.streams.designation import PractitionerDesignated
from ledger.streams.merging import PatientsMerged
from ledger.terms.people import Programme, Side
from projections.base import Changes, Row, Rows, Table
from projections.tables.layout import AUDIT_TRAIL, PATIENT_PROGRAMMES


class ProgrammePatients:
    """The projection of one pass."""

    name: ClassVar[str] = "programme_patients"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (PATIENT_PROGRAMMES,)

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def apply(self, fact: Fact, tags: tuple[str, ...]) -> None:
        """Note a designation for another programme, and work of one in its months."""
        match fact.event:
            case EntryContent() as e if e.programme is not Programme.CCM:
                own = f"care_month/{e.patient}/"
                months = (tag.removeprefix(own) for tag in tags if tag.startswith(own))
                self._rows += [(e.patient, e.programme.value, month) for month in months]
            case PractitionerDesignated(side=Side.PRACTITIONER) as e if e.programme is not Programme.CCM:
                self._rows.append((e.patient, e.programme.value, e.from_month))

    def settle(self, *, due: bool) -> Iterator[Changes]:  # noqa: ARG002 - rows are few
        """The rows made since."""
        rows, self._rows = self._rows, []
        if rows:
            yield Changes(PATIENT_PROGRAMMES, rows, keep_first=True)


def patients_with_other(models: Rows, until_month: str | None = None) -> set[str]:
    """Everybody who may have a month of PCM or APCM; up to a month, where one is named."""
    where, bound = ("WHERE from_month <= ?", [until_month]) if until_month is not None else ("", [])
    known = {str(p) for (p,) in models.rows(f"SELECT DISTINCT patient FROM {PATIENT_PROGRAMMES.name} {where}", bound)}
    return known.union(*(joined for joined in _ever_joined(models) if not joined.isdisjoint(known)))


def ever_joined_with(models: Rows) -> set[str]:
    """Everybody who was ever merged with somebody; a merge that was undone counts as one."""
    return set[str]().union(*_ever_joined(models))


def _ever_joined(models: Rows) -> list[set[str]]:
    """Who was ever merged with whom, directly or through others; a merge that was undone counts as one."""
    query = f"SELECT position, patient FROM {AUDIT_TRAIL.name} WHERE topic = ? ORDER BY position"
    pairs: dict[int, set[str]] = {}
    for position, patient in models.rows(query, [PatientsMerged.TOPIC]):
        pairs.setdefault(int(position), set()).add(str(patient))
    groups: list[set[str]] = []
    for pair in pairs.values():
        near = [group for group in groups if not group.isdisjoint(pair)]
        groups = [group for group in groups if group.isdisjoint(pair)]
        groups.append(pair.union(*near))
    return groups

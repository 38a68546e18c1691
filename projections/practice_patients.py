"""Which patients ever belonged to a practice: by registration, by assignment, by designation of a practitioner there.

Promise: every practice that a patient belonged to, with the position at which the ledger first said so. Not promised:
on which day the patient belonged where; the patient's folded state answers that.
"""

from collections.abc import Iterator
from typing import ClassVar

from ledger.streams.base import Fact
from ledger.streams.designation import PractitionerDesignated
from ledger.streams.patient import PatientRegistered, PracticeAssigned
from projections.base import Changes, Row, Table
from projections.tables.layout import PATIENT_PRACTICES

NO_PRACTICE = ""
"""Stands for: registered, and of no practice yet."""


class PracticePatients:
    """The projection of one pass."""

    name: ClassVar[str] = "practice_patients"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (PATIENT_PRACTICES,)

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def apply(self, fact: Fact, tags: tuple[str, ...]) -> None:  # noqa: ARG002 - only three kinds of fact matter
        """Note a patient's practice."""
        match fact.event:
            case PatientRegistered() as e:
                self._rows.append((e.patient, e.practice or NO_PRACTICE, fact.position))
            case PracticeAssigned() | PractitionerDesignated() as e:
                self._rows.append((e.patient, e.practice, fact.position))

    def settle(self, *, due: bool) -> Iterator[Changes]:  # noqa: ARG002 - rows are few
        """The rows made since; the first position stays."""
        rows, self._rows = self._rows, []
        if rows:
            yield Changes(PATIENT_PRACTICES, rows, keep_first=True)

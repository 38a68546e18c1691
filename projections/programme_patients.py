"""Of which patients somebody was ever designated for a programme other than CCM, and from which month on.

Such a month is one even where nothing was recorded in it: APCM needs no time. Promise: every patient whom a question
about months of PCM and APCM must look at. Not promised: that the designation still stands; the patient's folded state
answers that.
"""

from collections.abc import Iterator
from typing import ClassVar

from ledger.streams.base import Fact
from ledger.streams.designation import PractitionerDesignated
from ledger.terms.people import Programme, Side
from projections.base import Changes, Row, Table
from projections.tables.layout import PATIENT_PROGRAMMES


class ProgrammePatients:
    """The projection of one pass."""

    name: ClassVar[str] = "programme_patients"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (PATIENT_PROGRAMMES,)

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def apply(self, fact: Fact, tags: tuple[str, ...]) -> None:  # noqa: ARG002 - only one kind of fact matters
        """Note a designation for another programme."""
        match fact.event:
            case PractitionerDesignated(side=Side.PRACTITIONER) as e if e.programme is not Programme.CCM:
                self._rows.append((e.patient, e.programme.value, e.from_month))

    def settle(self, *, due: bool) -> Iterator[Changes]:  # noqa: ARG002 - rows are few
        """The rows made since."""
        rows, self._rows = self._rows, []
        if rows:
            yield Changes(PATIENT_PROGRAMMES, rows, keep_first=True)

"""What is missing before CCM can be billed for a patient: one list, patient by patient, for the months to come.

Promise: the same judge answers as for a month with time in it: what is listed as missing is what would block release,
in the order of the catalogue, with its remedy. Not promised: that anybody worked; a ready patient may have no minute.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ledger.streams.base import EventLog
from ledger.streams.patient_state import Patient
from ledger.terms.identity import patient_tag
from ledger.terms.outcome import Notice
from projections.base import Rows
from projections.judged import RulebookOf, judged
from projections.states import States
from projections.tables.layout import PATIENT_PRACTICES


class Ready(NamedTuple):
    """What one patient lacks in one month."""

    patient: str
    practice: str | None
    practitioner: str | None
    missing: tuple[Notice, ...]
    notices: tuple[Notice, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing but time."""
        return not self.missing

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of what is missing."""
        return tuple(notice.code for notice in self.missing)


class Readiness(NamedTuple):
    """The list for one month, by patient, as of a position."""

    month: str
    patients: tuple[Ready, ...]
    position: int

    def counted(self) -> tuple[tuple[str, int], ...]:
        """(code, patients who lack it), the most frequent first."""
        counts = Counter(code for each in self.patients for code in dict.fromkeys(each.codes))
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def readiness(
    log: EventLog, rulebook_of: RulebookOf, patients: Iterable[str], month: str, *, as_of: int | None = None
) -> Readiness:
    """What each of these patients lacks for a month, as of a position.

    Unknown ids are left out, and patients who were merged into another, with whom they are listed.
    """
    states = States(log, after=log.refresh() if as_of is None else as_of)
    registered = (each for each in sorted(set(patients)) if goes_on(states.at(patient_tag(each)).state))
    found = tuple(_of(states, rulebook_of, patient, month) for patient in registered)
    return Readiness(month, found, states.position)


def patients_known(models: Rows, practice: str | None = None, *, as_of: int | None = None) -> tuple[str, ...]:
    """Every patient of the ledger, or of one practice, as far as the read models go; as known by a position."""
    asked = [("practice = ?", practice), ("position <= ?", as_of)]
    named = [(condition, value) for condition, value in asked if value is not None]
    where = f"WHERE {' AND '.join(condition for condition, _ in named)}" if named else ""
    found = models.rows(PATIENT_PRACTICES.select(where), [value for _, value in named])
    return tuple(dict.fromkeys(str(patient) for patient, *_ in found))


def goes_on(patient: Patient) -> bool:
    """Whether the patient is known and was merged into nobody."""
    return patient.is_registered and patient.merged_into is None


def _of(states: States, rulebook_of: RulebookOf, patient: str, month: str) -> Ready:
    verdict = judged(states.at, rulebook_of, patient, month).verdict
    if states.is_full:
        states.forget()
    return Ready(patient, verdict.practice, verdict.practitioner, verdict.missing, verdict.notices)

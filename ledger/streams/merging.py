"""Merging patients: two ids turn out to be one person, and one of them goes on for both (readings, section 3).

Nothing is copied and nothing is taken away: each patient keeps the streams that were theirs, and who reads or judges
puts them together (joining.py). An unmerge ends that. Both facts stand in both patients' streams, with the evidence
sealed under each of the two, so that neither history depends on the other's key. TOPIC and field names are the storage
format.
"""

from typing import ClassVar

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, identity_scope
from ledger.terms.identity import PatientId, patient_tag


class MergeWords(Part):
    """The evidence that two patients are one person, or are not. Sealed."""

    evidence: str


class _OfTwo(Event):
    """What merging and unmerging share."""

    patient: PatientId
    """Who goes on: whoever names the other one is led here."""
    merged: PatientId
    words: MergeWords | Closed = Field(default=SEALED, exclude=True)
    words_of_merged: MergeWords | Closed = Field(default=SEALED, exclude=True)
    """The same words, under the key of the merged patient."""

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient), patient_tag(self.merged))

    def sealing(self) -> tuple[Sealing, ...]:
        return (
            Sealing("words", patient_tag(self.patient), identity_scope(self.patient)),
            Sealing("words_of_merged", patient_tag(self.merged), identity_scope(self.merged)),
        )


class PatientsMerged(_OfTwo):
    """Two patients are one person: from now on what is known of either is known of both."""

    TOPIC: ClassVar[str] = "patients_merged"


class PatientsUnmerged(_OfTwo):
    """Two patients who were merged are two persons after all: each is again what stands in the own streams."""

    TOPIC: ClassVar[str] = "patients_unmerged"

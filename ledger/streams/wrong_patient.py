"""What stands in the wrong patient's record: moved to the right one, or struck. Here conditions; plans in care_plan.py.

The record of it stays where it was made; it holds for no month that is judged from now on. A move says the content
anew about the right patient, its words sealed under that patient's own key; the words of the record that was wrong are
restricted to readers (readings, section 8). TOPIC and field names are the storage format.
"""

from typing import ClassVar, Final, Literal, NamedTuple

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.streams.patient import ConditionContent
from ledger.terms.identity import ConditionId, PatientId, patient_tag

NO_YEAR: Final = 0
"""The year under whose key words are sealed that belong to none."""
StruckFor = Literal["wrong_patient", "entered_in_error", "recorded_twice"]


class MoveWords(Part):
    """Why something was moved to another patient, in words. Sealed under the patient whom it was wrong about."""

    reason: str


class StrikeWords(Part):
    """The evidence for a strike, in words. Sealed."""

    evidence: str


class TakenOut(NamedTuple):
    """Where something stopped holding for a patient: struck, or moved to another one."""

    position: int
    to: str | None
    """The patient to whom it was moved; None: it was struck."""


class ConditionMoved(ConditionContent):
    """A condition recorded about one patient was another's: struck there and recorded here, in one fact.

    `patient` is the right one; the condition keeps its id.
    """

    TOPIC: ClassVar[str] = "condition_moved"
    from_patient: PatientId
    reason: MoveWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient), patient_tag(self.from_patient))

    def sealing(self) -> tuple[Sealing, ...]:
        wrong = Sealing("reason", patient_tag(self.from_patient), year_scope(self.from_patient, self.year()))
        return (*super().sealing(), wrong)


class ConditionStruck(Event):
    """A condition holds no longer, for any month: it was recorded in error, twice, or about the wrong patient."""

    TOPIC: ClassVar[str] = "condition_struck"
    patient: PatientId
    condition: ConditionId
    reason: StruckFor
    words: StrikeWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, NO_YEAR)),)

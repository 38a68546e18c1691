"""What compliance lets a month hold beyond a limit that is no absolute one (CCM-CODE-04, -05).

TOPIC and field names are the storage format.
"""

from typing import ClassVar

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.terms.calendar import CareMonth
from ledger.terms.identity import PatientId, StaffId, care_month_tag


class LimitWords(Part):
    """Why, in words, and where the records lie that an appeal would show. Sealed."""

    reason: str
    records: str


class LimitRaised(Event):
    """Compliance raised the limit of a code for one patient-month; the newest word on a code holds.

    The judge uses it only where the rules let that limit be raised.
    """

    TOPIC: ClassVar[str] = "limit_raised"
    patient: PatientId
    month: CareMonth
    code: str = Field(pattern=r"^[A-Z0-9]{5}$")
    units: int = Field(ge=1, le=999)
    by: StaffId
    words: LimitWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (care_month_tag(self.patient, self.month),)

    def sealing(self) -> tuple[Sealing, ...]:
        scope = year_scope(self.patient, int(self.month[:4]))
        return (Sealing("words", care_month_tag(self.patient, self.month), scope),)

"""Services of other programmes, and of other people, in the months of a patient: what somebody says was furnished.

A service is testimony: a code, its days, who billed it as far as that is known, and where the word comes from. Whether
it stands in a month's way is judged (ledger/judging/conflicts.py). It stands in each care month that its days, or the
period that it stands for, touch. Codes and numbers of billers name no patient; they are in the clear as those of visits
and staff are. TOPIC and field names are the storage format.
"""

from datetime import date, datetime
from functools import cached_property
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

from pydantic import Field, StringConstraints

from ledger.streams.base import SEALED, Closed, Event, Sealing, year_scope
from ledger.streams.endings import EvidenceWords, RetractionReason
from ledger.terms.calendar import CareMonth, month_of, next_month
from ledger.terms.identity import OtherServiceId, PatientId, PracticeId, StaffId, Token, care_month_tag
from ledger.terms.people import Npi

ServiceSource = Literal["eligibility_271", "remittance", "patient", "own", "claim_history", "other"]
"""Where the word comes from; `own`: what the practice that bills the month furnished or billed itself."""
ServiceCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][0-9]{3}[A-Z0-9]$")]
"""A CPT or HCPCS code."""
Tin = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]

MONTHS_MAX: Final = 4
"""How many care months one service may touch: what lasts longer is told month by month, as it is billed."""


def months_touched(first: date, last: date) -> tuple[str, ...]:
    """The care months from one day to another, in order."""
    months = [month_of(first)]
    while months[-1] < month_of(last):
        months.append(next_month(months[-1]))
    return tuple(months)


class OtherServiceReported(Event):
    """Somebody says that another service was furnished to the patient, or billed for them (ccm-rules, section 9)."""

    TOPIC: ClassVar[str] = "other_service_reported"
    patient: PatientId
    service: OtherServiceId
    code: ServiceCode
    on: date
    """Its date of service, or the first of its days."""
    until_on: date | None = None
    """The last of its days, where the source gives one."""
    period_until: date | None = None
    """The last day of the period that the code stands for by the rule when it was told, where the source gives none."""
    by_practitioner: StaffId | None = None
    by_practice: PracticeId | None = None
    npi: Npi | None = None
    tin: Tin | None = None
    source: ServiceSource
    document: Token | None = None

    @property
    def last_on(self) -> date:
        """The last day that is told of it."""
        return self.until_on or self.on

    @property
    def months(self) -> tuple[str, ...]:
        """The care months that it touches."""
        return months_touched(self.on, max(self.last_on, self.period_until or self.on))

    @cached_property
    def _tags(self) -> tuple[str, ...]:
        return tuple(care_month_tag(self.patient, month) for month in self.months)

    def tags(self) -> tuple[str, ...]:
        return self._tags


class OtherServiceRetracted(Event):
    """Another service was recorded in error: it never was."""

    TOPIC: ClassVar[str] = "other_service_retracted"
    patient: PatientId
    service: OtherServiceId
    months: tuple[CareMonth, ...] = Field(min_length=1, max_length=MONTHS_MAX)
    """The care months in which it stands."""
    reason: RetractionReason
    words: EvidenceWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return tuple(care_month_tag(self.patient, month) for month in self.months)

    def sealing(self) -> tuple[Sealing, ...]:
        year = int(self.months[0][:4])
        return (Sealing("words", care_month_tag(self.patient, self.months[0]), year_scope(self.patient, year)),)


class ServiceRetracted(NamedTuple):
    """What took a service back, and where that stands."""

    event: OtherServiceRetracted
    position: int


class OtherService(NamedTuple):
    """Another service as it stands in a care month."""

    event: OtherServiceReported
    position: int
    recorded_at: datetime
    """When the ledger learned of it."""
    retracted: ServiceRetracted | None = None


def after(
    services: tuple[OtherService, ...],
    event: OtherServiceReported | OtherServiceRetracted,
    position: int,
    recorded_at: datetime,
) -> tuple[OtherService, ...]:
    """The services of a month after one more was told of, or one was taken back."""
    if isinstance(event, OtherServiceReported):
        return (*services, OtherService(event, position, recorded_at))
    back = ServiceRetracted(event, position)
    return tuple(each._replace(retracted=back) if each.event.service == event.service else each for each in services)

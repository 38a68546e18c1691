"""Access and refusal facts: who looked at what and why, and what was refused to whom by which rule.

Access facts carry no record tag, so a look at a chart moves no decision. TOPIC and field names are the storage format.
"""

from datetime import date
from typing import ClassVar, Final, Literal

from pydantic import Field

from ledger.streams.base import Event, FactClass, Part
from ledger.terms.api_keys import Login
from ledger.terms.calendar import CareMonth
from ledger.terms.identity import (
    ElevationId,
    PatientId,
    access_tag,
    accessed_tag,
    attempts_tag,
    elevation_tag,
    logins_tag,
    refusals_tag,
)
from ledger.terms.people import Role, Word

ROWS_MAX: Final = 50
"""How many kinds of attempts one count tells apart."""
Question = Literal[
    "month",
    "months",
    "history",
    "audit",
    "find",
    "readiness",
    "parked",
    "reviews",
    "diff",
    "rejudge",
    "claims",
    "reconcile",
    "statement",
    "charges",
    "export",
    "overpayments",
    "erasures",
    "deliveries",
    "feed",
    "accounting",
    "elevations",
]


class RecordRead(Event):
    """Somebody read patient data: which question, about whom (at most twelve patients a fact), as of what."""

    TOPIC: ClassVar[str] = "record_read"
    FACT: ClassVar[FactClass] = FactClass.ACCESS
    reader: str
    on: date
    """The UTC date of the read: the reader's home stream is one day."""
    question: Question
    patients: tuple[PatientId, ...] = Field(max_length=12)
    month: CareMonth | None = None
    as_of: int | None = None
    opened_words: bool = False
    """Whether sealed words were shown."""
    elevation: ElevationId | None = None
    """The elevation by which the reader may read outside the own practice; None: by a role held there."""

    def tags(self) -> tuple[str, ...]:
        own = (access_tag(self.reader, self.on), *(accessed_tag(patient) for patient in self.patients))
        return own if self.elevation is None else (*own, elevation_tag(self.elevation))


class CommandRefused(Event):
    """A command was refused that an auditor would ask about; repeats of a day raise a count beside it."""

    TOPIC: ClassVar[str] = "command_refused"
    subject: str
    """The patient or staff id that the refusal is about."""
    command: Word
    code: Word
    because: str
    role: Role | None = None
    on: date
    """The UTC day: (actor, code, subject, day) makes the fact unique."""
    positions: tuple[int, ...] = ()
    """The facts that the refusal rests on, where it names any."""

    def tags(self) -> tuple[str, ...]:
        return (refusals_tag(self.subject),)


class LoginUsed(Event):
    """Somebody came in by a login: once for each login, method and day."""

    TOPIC: ClassVar[str] = "login_used"
    FACT: ClassVar[FactClass] = FactClass.ACCESS
    login: Login
    method: Literal["api_key", "token"]
    on: date
    """The UTC day."""

    def tags(self) -> tuple[str, ...]:
        return (logins_tag(self.on),)


class AttemptDenied(Event):
    """Somebody was not let in, or not to this operation; repeats of a day raise a count beside it.

    With a patient: a lookup led to somebody whom the reader may not read about, and was told as leading to nobody.
    """

    TOPIC: ClassVar[str] = "attempt_denied"
    FACT: ClassVar[FactClass] = FactClass.ACCESS
    login: Login | None = None
    """Whose key or token it was; None where nothing that came was proven to be anybody's."""
    operation: Word
    code: Word
    on: date
    """The UTC day: (login, operation, code, day) makes the fact unique; each lookup is a fact of its own."""
    patient: PatientId | None = None
    """Whom it was about; None where it was about nobody."""

    def tags(self) -> tuple[str, ...]:
        of_day = (attempts_tag(self.on),)
        return of_day if self.patient is None else (*of_day, refusals_tag(self.patient))


class Attempts(Part):
    """How often attempts of one kind were denied."""

    login: Login | None = None
    """Whose key or token it was; None where nothing that came was proven to be anybody's."""
    operation: Word
    code: Word
    times: int = Field(ge=1)


class AttemptsCounted(Event):
    """How often callers were denied in about a minute: by whom, what, and with which code."""

    TOPIC: ClassVar[str] = "attempts_counted"
    FACT: ClassVar[FactClass] = FactClass.ACCESS
    on: date
    """The UTC day."""
    seconds: int = Field(ge=0)
    """How long was counted, up to the fact."""
    attempts: tuple[Attempts, ...] = Field(max_length=ROWS_MAX)
    """The most frequent ones first."""
    beyond: int | None = Field(default=None, ge=1)
    """How many there were of further kinds; None where all are told apart."""

    def tags(self) -> tuple[str, ...]:
        return (attempts_tag(self.on),)

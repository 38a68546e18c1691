"""What goes into the judge and what comes out of it.

Promise: a verdict is a value; equal facts and equal rules give an equal verdict. It holds seconds, codes, units,
dollars and reasons, never a name or a word about a patient.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple, overload

from ledger.streams.care_month import Family
from ledger.streams.care_plan import CarePlan
from ledger.streams.month_state import CareMonth, Entry
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice
from ledger.streams.staff import Staff
from ledger.streams.staff_day import StaffDay
from ledger.streams.tally import By
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme

if TYPE_CHECKING:
    from ledger.judging.conflicts import ServiceLine

Pool = Literal["staff", "personal"]
"""Whose minutes: clinical staff's, or the billing practitioner's own."""
Standing = Literal["nothing_logged", "below_minimum", "blocked", "ready", "attested", "stale"]
"""nothing_logged: no entry. below_minimum: no family reaches its minimum. blocked: something blocks release.
ready: nothing does, nobody has attested. attested: the attestation's digest is the month's. stale: it is not."""


class MonthFacts(NamedTuple):
    """Everything that a verdict on one patient-month rests on."""

    patient: Patient
    month: CareMonth
    plan: CarePlan
    practices: Mapping[str, Practice]
    """By practice id: at least those that the patient's assignments and the entries name."""
    staff: Mapping[str, Staff]
    """By staff id: everybody whom the entries, consents, designations and attestations name."""
    staff_days: Mapping[str, StaffDay]
    """By staff-day tag: every day that the timed and untimed entries touch."""
    beside: tuple[CareMonth, ...] = ()
    """The care months beside this one that may hold seconds of its entries: what they hold is in `month` already."""


class EntryLine(NamedTuple):
    """What became of one time entry in the month."""

    entry: str
    position: int
    on: date
    performer: str
    activity: str | None
    seconds: int
    """Seconds of the entry in this month."""
    counted: int
    """Seconds of it that count."""
    pool: Pool | None
    notices: tuple[Notice, ...]
    last_counted_on: date | None
    is_timed: bool


class Lines(Sequence[EntryLine]):
    """What became of each entry of a month that counts whole: made when somebody looks, for most never do."""

    __slots__ = ("_made", "_make", "_of", "_pools")

    def __init__(
        self,
        entries: tuple[Entry, ...],
        pools: Mapping[By, Pool],
        make: Callable[[Entry, Mapping[By, Pool]], EntryLine],
    ) -> None:
        self._of = entries
        self._pools = pools
        self._make = make
        self._made: tuple[EntryLine, ...] | None = None

    def _lines(self) -> tuple[EntryLine, ...]:
        if self._made is None:
            self._made = tuple([self._make(entry, self._pools) for entry in self._of])
        return self._made

    def __len__(self) -> int:
        return len(self._of)

    def __iter__(self) -> Iterator[EntryLine]:
        return iter(self._lines())

    @overload
    def __getitem__(self, at: int) -> EntryLine: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[EntryLine, ...]: ...

    def __getitem__(self, at: int | slice) -> EntryLine | tuple[EntryLine, ...]:
        return self._lines()[at]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Lines) and self._of is other._of and self._make is other._make:
            # The same entries, each counted whole: only the pools may differ.
            return self._pools == other._pools
        return isinstance(other, Sequence) and self._lines() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._lines())


class ChargeLine(NamedTuple):
    """A code with its units and the amount that the national schedule pays for them, where a price is on file."""

    code: str
    units: int
    amount: Decimal | None


class VisitLine(NamedTuple):
    """A code that rides on a visit's claim: no part of the month's charges."""

    code: str
    units: int
    amount: Decimal | None
    on: date
    """The day of the visit."""
    parent: str
    """The visit's own code."""
    practitioner: str


class FamilyResult(NamedTuple):
    """What one family of codes would make of the month."""

    family: Family
    minutes: int
    """Whole minutes of its pool, floored once."""
    lines: tuple[ChargeLine, ...]
    amount: Decimal | None
    unpaid_minutes: int
    is_available: bool
    """Whether it reaches its minimum and meets its own conditions."""
    notices: tuple[Notice, ...]
    """Why it is not available, or capped."""


class Signable:
    """The canonical bytes of a derived month, and their digest, made when first asked for: few verdicts are signed."""

    __slots__ = ("_digest", "_make")

    def __init__(self, make: Callable[[], bytes]) -> None:
        self._make = make
        self._digest: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex."""
        if self._digest is None:
            self._digest = hashlib.sha256(self._make()).hexdigest()
        return self._digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Signable) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


class Verdict(NamedTuple):
    """The answer for one patient-month, with the reasons."""

    patient: str
    month: str
    practice: str | None
    practitioner: str | None
    """The designated billing practitioner of the month."""
    payer: str | None
    """The payer of the month; None where no coverage is on file (amounts are Medicare FFS estimates then)."""
    date_of_service: date
    staff_seconds: int
    personal_seconds: int
    untimed_seconds: int
    """Counted seconds that have no clock times: their share is shown."""
    lines: Sequence[EntryLine]
    families: tuple[FamilyResult, ...]
    suggested: Family | None
    chosen: Family | None
    missing: tuple[Notice, ...]
    """What blocks release, in the order of the catalogue."""
    notices: tuple[Notice, ...]
    """What a person should look at; nothing here blocks."""
    standing: Standing
    attested: str | None
    """The id of the attestation that stands: the newest, unless it was withdrawn."""
    signable: Signable
    edition: str
    readings: tuple[str, ...]
    """Names of the rules read, in order of first reading; empty where no readings were asked for."""
    reading_set: str | None
    """The digest of the reading set."""
    consent_from: datetime | None = None
    """The moment from which minutes count; None while no complete consent stands."""
    reads: tuple[tuple[date, tuple[str, ...]], ...] = ()
    """What was read: a day, and the names of the quantities read as of it. A decision notes them with its own."""
    programme: Programme = Programme.CCM
    payer_kind: str | None = None
    """The kind of the month's coverage; with the payer it says which exceptions were applied."""
    profiles: tuple[str, ...] = ()
    """The payers' profiles whose exceptions the month was judged by."""
    services: "tuple[ServiceLine, ...]" = ()
    """Other services that the ledger was told of for the month."""
    with_visits: tuple[VisitLine, ...] = ()
    """What rides on the claims of the month's visits (G0506), beside its charges."""
    raised: tuple[tuple[str, int], ...] = ()
    """Codes whose limit compliance raised for the month, each with its units."""

    @property
    def digest(self) -> str:
        """SHA-256 of the derived month: what attest_month signs."""
        return self.signable.digest

    @property
    def family(self) -> Family | None:
        """The family that bills: the chosen one, or the suggested one where no choice is needed."""
        return self.chosen or self.suggested

    def result(self, family: Family) -> FamilyResult | None:
        """One family's result."""
        return next((result for result in self.families if result.family == family), None)

    @property
    def charges(self) -> tuple[ChargeLine, ...]:
        """The lines of the family that bills."""
        result = self.result(self.family) if self.family else None
        return result.lines if result and result.is_available else ()

    @property
    def amount(self) -> Decimal | None:
        """What the lines of the family that bills come to."""
        result = self.result(self.family) if self.family else None
        return result.amount if result and result.is_available else None

"""What a decider is given: the command with its people resolved, the states it may read, and the law.

A decider is `decide_x(asked, states, law) -> Outcome`: pure, no clock, no store. It reads streams only through
`states` (what it reads becomes the read set of the append) and law only through `law` (what it reads becomes the
reading set). Where a stream is missing it answers Need and is asked again.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

from commands.beside import NOTHING_BESIDE, Beside
from commands.intents.base import Command
from ledger.judging.law import Reads
from ledger.rulebook import ReadingSet, Rulebook, TracedRules
from ledger.streams.base import Event, Vouched
from ledger.streams.care_plan import CarePlan
from ledger.streams.governance import Governance, ParkedDeliveries
from ledger.streams.joining import absent_of_group, group_of, joined_month, joined_patient, together_since
from ledger.streams.month_state import CareMonth
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice
from ledger.streams.staff import Staff
from ledger.streams.staff_day import StaffDay
from ledger.terms.identity import (
    LEDGER_TAG,
    care_month_tag,
    care_plan_tag,
    parked_tag,
    patient_tag,
    practice_tag,
    staff_day_tag,
    staff_tag,
)
from ledger.terms.outcome import Need
from ledger.terms.people import Role
from ledger.terms.ports import Zones

C_co = TypeVar("C_co", bound=Command, covariant=True)


class Asked(NamedTuple, Generic[C_co]):
    """One command as put to its decider."""

    command: C_co
    people: Mapping[str, str]
    """Field name of the command -> opaque id of the patient or staff member it names; absent where it names none."""
    actor: str
    """The staff id that acts."""
    capacity: Role | None
    """The role in which the actor may do this, as authority.py found it on the day; None: testimony of no such role."""
    now: datetime
    """The ledger's clock: what "the future" and signatures are measured by."""
    vouched: Vouched
    source_system: str | None
    source_row: str | None
    """The source's own id of the row."""
    source_recorded_at: datetime | None
    new_id: Callable[[str], str]
    """A fresh opaque id of a kind ("te", "cs", ...)."""
    token: Callable[[str, str], str]
    """The HMAC token of (system, value)."""
    zones: Zones
    login: str
    position: int
    """The highest durable position: what an attestation pins."""
    opened: Callable[[str, int], Event]
    """The fact of a stream at a position with its words opened: for what must be sealed anew, or compared."""
    beside: Beside = NOTHING_BESIDE
    """Reviews, and which facts hold which words: for an erasure, and for nothing about care."""
    resolved: Mapping[str, str] = MappingProxyType({})
    """Of a parked delivery that is released: token of what it waited for -> the id that a person said it stands for."""

    @property
    def patient(self) -> str:
        """The patient that the command is about."""
        return self.people["patient"]

    def person(self, field: str) -> str | None:
        """The id of the person that a field names, or None where it names nobody."""
        return self.people.get(field)

    @property
    def today(self) -> date:
        """The UTC date of the decision."""
        return self.now.date()


_OF_GROUPS: Final = ("patient/", "care_month/")
"""Streams that are read together with those of other patients who were merged with theirs."""


class States:
    """The folded streams that a decider may read; `missing` answers what it must still be given.

    Where the streams can be fetched (`fetch`), `missing` fetches them instead and has nothing left to ask for: a
    decision then takes one pass. What was fetched is part of the read set either way.

    Of a patient who was merged, `missing` asks for all of the group, and `patient` and `month` answer with all of it
    as one: a decider need not know of merges. New facts go to whoever goes on; a fact about something on record goes to
    the patient in whose stream that stands, whom its event names.
    """

    __slots__ = ("_fetch", "_held", "_whole")

    def __init__(self, held: Mapping[str, Any], fetch: Callable[[str], Any] | None = None) -> None:
        self._held = held
        self._fetch = fetch
        self._whole: dict[str, Any] = {}

    def missing(self, *tags: str) -> Need | None:
        """Need for those of the tags that are not here, or None where all are."""
        held = self._held
        absent = [tag for tag in tags if tag not in held]
        if absent:
            if self._fetch is None:
                return Need(tuple(dict.fromkeys(absent)))
            for tag in absent:
                self._fetch(tag)
        for tag in tags:
            while tag.startswith(_OF_GROUPS) and (more := self._of_group(tag)):
                if need := self.missing(*more):
                    return need
        return None

    def patient(self, patient: str) -> Patient:
        """The patient as folded, with all who are merged with them."""
        alone = self.alone(patient)
        if not alone.merges:
            return alone
        return cast(Patient, self._together(patient_tag(patient), self._patient_of_group, patient))

    def alone(self, patient: str) -> Patient:
        """The folded stream of just this patient."""
        return cast(Patient, self._held[patient_tag(patient)])

    def plan(self, patient: str) -> CarePlan:
        """The folded care plan stream of just this patient: revisions are numbered in it."""
        return cast(CarePlan, self._held[care_plan_tag(patient)])

    def month(self, patient: str, month: str) -> CareMonth:
        """The month as folded, with those of all who are merged with the patient."""
        alone = cast(CareMonth, self._held[care_month_tag(patient, month)])
        known = self._held.get(patient_tag(patient))
        if known is None or not known.merges:
            return alone
        return cast(CareMonth, self._together(care_month_tag(patient, month), self._month_of_group, patient, month))

    def group(self, patient: str) -> tuple[str, ...]:
        """All who are one person with a patient, whoever goes on first."""
        return group_of(patient, self._held.__getitem__)

    def staff(self, staff: str) -> Staff:
        """The folded staff stream."""
        return cast(Staff, self._held[staff_tag(staff)])

    def staff_day(self, staff: str, utc_date: date) -> StaffDay:
        """The folded staff-day stream."""
        return cast(StaffDay, self._held[staff_day_tag(staff, utc_date)])

    def practice(self, practice: str) -> Practice:
        """The folded practice stream."""
        return cast(Practice, self._held[practice_tag(practice)])

    def governance(self) -> Governance:
        """The ledger's own folded stream."""
        return cast(Governance, self._held[LEDGER_TAG])

    def parked(self, source: str) -> ParkedDeliveries:
        """The folded parked stream of a source."""
        return cast(ParkedDeliveries, self._held[parked_tag(source)])

    def get(self, tag: str) -> Any:
        """The folded state behind any tag that is here."""
        return self._held[tag]

    def held(self) -> Mapping[str, Any]:
        """Everything that is here, by tag."""
        return self._held

    # -- patients who were merged ---------------------------------------------------------------------------------

    def _of_group(self, tag: str) -> tuple[str, ...]:
        """The streams of others that are not here and belong with this one, because their patients were merged."""
        kind, patient, *month = tag.split("/")
        known = self._held.get(patient_tag(patient))
        if known is None or not known.merges:
            return ()
        if (absent := absent_of_group(patient, self._held)) or kind == "patient":
            return absent
        months = (care_month_tag(each, month[0]) for each in self.group(patient))
        return tuple(each for each in months if each not in self._held)

    def _together(self, tag: str, make: Callable[..., Any], *of: str) -> Any:
        """What was put together for a tag, once in a decision."""
        if tag not in self._whole:
            self._whole[tag] = make(*of)
        return self._whole[tag]

    def _patient_of_group(self, patient: str) -> Patient:
        return joined_patient([self.alone(each) for each in self.group(patient)])

    def _month_of_group(self, patient: str, month: str) -> CareMonth:
        group = self.group(patient)
        together = together_since([self.alone(each) for each in group])
        return joined_month(group[0], [self._held[care_month_tag(each, month)] for each in group], together)


Read = tuple[tuple[Rulebook, date, tuple[str, ...]], ...]
"""The names read, in order, by the law they were read from (a view of the edition) and a day of it."""
SETS_MAX: Final = 4_096


class Law:
    """The adopted edition, by date, with one trace of everything that was read of it.

    Read are the rules of CCM, or those of another programme, which stand over them.
    """

    __slots__ = ("_noted", "_sets", "_traces", "edition", "rulebook")

    def __init__(self, rulebook: Rulebook, edition: str, sets: dict[Read, ReadingSet] | None = None) -> None:
        self.rulebook = rulebook
        self.edition = edition
        self._traces: dict[int, tuple[Rulebook, TracedRules]] = {}
        self._noted: dict[tuple[Rulebook, date, tuple[str, ...]], None] = {}
        self._sets = {} if sets is None else sets
        """Sets made before under this edition: most decisions of a kind read the same."""

    def on(self, on: date, book: Rulebook | None = None) -> TracedRules:
        """The rules in force on a date, in the base or in a view of it; every value read through it is recorded."""
        of = book or self.rulebook
        in_force = of.in_force(on)
        held = self._traces.get(id(in_force))
        if held is None:
            held = self._traces[id(in_force)] = (of, in_force.trace())
        return held[1]

    def note(self, reads: Reads, book: Rulebook | None = None) -> None:
        """Make what the judge has read part of what this decision has read: names, by the day they were read as of.

        `book` is the view of this edition that was read from, for a programme or a payer; without it the base.
        """
        for on, names in reads:
            self._noted[book or self.rulebook, on, names] = None

    def reading_set(self) -> ReadingSet | None:
        """Everything that was read, whatever the date; None where no rule was asked for."""
        traced = [(book, trace.first_day, names) for book, trace in self._traces.values() if (names := trace.names())]
        key = (*traced, *self._noted)
        if not key:
            return None
        found = self._sets.get(key)
        if found is None:
            if len(self._sets) >= SETS_MAX:
                self._sets.clear()
            readings = (book.in_force(on).find(name) for book, on, names in key for name in names)
            found = self._sets[key] = ReadingSet.of(reading for reading in readings if reading is not None)
        return found

"""The staff stream: who works here, in which roles from when to when, with which credential and numbers.

Capacity is looked up here on the service date, never believed from the wire (readings, section 2).
TOPIC and field names are the storage format.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar, Final, Literal, NamedTuple

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Fact, Part, Sealing
from ledger.terms.identity import PracticeId, StaffId, Token, identifier_tag, staff_tag
from ledger.terms.people import Country, Npi, Role, SourceName, Word

DepartureReason = Literal["resigned", "dismissed", "retired", "died", "contract_ended", "other"]
ExclusionSource = Literal["leie", "sam", "state_medicaid", "other"]
"""The lists of excluded persons: of the OIG, of the General Services Administration, of a state."""
CheckResult = Literal["clear", "excluded", "unknown"]
_DAY: Final = timedelta(days=1)


class StaffLink(Part):
    """An outside identifier of a staff member, by system and token."""

    system: SourceName
    token: Token


class StaffWords(Part):
    """Name and outside identifiers of a staff member. Sealed under (staff)."""

    name: str
    identifiers: tuple[tuple[str, str], ...] = ()


class _OfStaff(Event):
    """What all events of the staff stream share."""

    staff: StaffId

    def tags(self) -> tuple[str, ...]:
        return (staff_tag(self.staff),)


class StaffRegistered(_OfStaff):
    """Somebody (or, with `is_person` false, some program) works for a practice of this ledger."""

    TOPIC: ClassVar[str] = "staff_registered"
    credential: Word | None = None
    """The credential in the rulebook's words: md, do, np, rn, lpn, cma ... None: none that matters."""
    npi: Npi | None = None
    is_person: bool = True
    work_country: Country | None = None
    links: tuple[StaffLink, ...] = ()
    words: StaffWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (staff_tag(self.staff), *(identifier_tag(link.token) for link in self.links))

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", staff_tag(self.staff), self.staff),)


class RoleGranted(_OfStaff):
    """A role in one practice, or in all of the ledger, from a day on."""

    TOPIC: ClassVar[str] = "role_granted"
    role: Role
    practice: PracticeId | None = None
    """None: in every practice of the ledger."""
    from_on: date
    until_on: date | None = None


class RoleEnded(_OfStaff):
    """A role ended: the last day on which it is held."""

    TOPIC: ClassVar[str] = "role_ended"
    role: Role
    practice: PracticeId | None = None
    last_on: date


class LicenceRecorded(_OfStaff):
    """A licence with its state and dates."""

    TOPIC: ClassVar[str] = "licence_recorded"
    kind: Word
    state: str = Field(pattern=r"^[A-Z]{2}$")
    from_on: date
    until_on: date | None = None


class QualifyingStatusRecorded(_OfStaff):
    """What CMS says of a practitioner for a payment year: a qualifying APM participant (QP), or not (CCM-RATE-10)."""

    TOPIC: ClassVar[str] = "qualifying_status_recorded"
    payment_year: int = Field(ge=2017, le=2099)
    is_qualifying: bool


class StaffDeparted(_OfStaff):
    """A staff member left: every role that is still held ends on the last day. Nothing of the past ends."""

    TOPIC: ClassVar[str] = "staff_departed"
    last_on: date
    reason: DepartureReason


class ExclusionChecked(_OfStaff):
    """Somebody looked whether a staff member is excluded from federal programmes, and what the list said."""

    TOPIC: ClassVar[str] = "exclusion_checked"
    checked_on: date
    source: ExclusionSource
    result: CheckResult
    excluded_from: date | None = None
    """The first day of the exclusion, where the list names it."""


class Days(NamedTuple):
    """Days from one on, up to and including the last; None: no end is known."""

    first: date
    last: date | None

    def holds(self, on: date) -> bool:
        """Whether a day is one of them."""
        return self.first <= on and (self.last is None or on <= self.last)

    def touches(self, first: date, last: date) -> bool:
        """Whether any day from `first` to `last` is one of them."""
        return self.first <= last and (self.last is None or first <= self.last)


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role and the days on which it is held; `until_on` is the last of them."""

    role: Role
    practice: str | None
    from_on: date
    until_on: date | None

    def covers(self, on: date) -> bool:
        """Whether the role is held on a day."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True, slots=True)
class Staff:
    """One staff member as folded."""

    staff: str = ""
    credential: str | None = None
    npi: str | None = None
    is_person: bool = True
    work_country: str | None = None
    links: tuple[StaffLink, ...] = ()
    roles: tuple[RoleHeld, ...] = ()
    licences: tuple[LicenceRecorded, ...] = ()
    position: int = 0
    said: tuple[tuple[Event, int], ...] = ()
    """What was said since registration, each with its position: what a repeated command is answered with."""
    departed_on: date | None = None
    """The last day, as last recorded; roles granted for later days are another employment."""
    checks: tuple[ExclusionChecked, ...] = ()
    """Of each list and day the check as last recorded, by day."""
    excluded: tuple[Days, ...] = ()
    """The days of exclusion that follow from the checks."""

    @property
    def is_registered(self) -> bool:
        """Whether this staff member is known to the ledger."""
        return bool(self.staff)

    def holds(self, role: Role, on: date, practice: str | None = None) -> bool:
        """Whether a role is held on a day, in that practice or in all (any practice where none is asked for)."""
        return any(
            held.role is role and held.covers(on) and (practice is None or held.practice in (None, practice))
            for held in self.roles
        )

    def was_licensed(self, on: date) -> bool | None:
        """Whether a licence on record held on a day; None where none had begun by then: nothing is said of that day."""
        begun = [licence for licence in self.licences if licence.from_on <= on]
        return any(licence.until_on is None or on <= licence.until_on for licence in begun) if begun else None

    def qualifying(self, year: int) -> tuple[bool, int] | None:
        """Whether a qualifying participant in a payment year, as last recorded, and where; None: nobody said."""
        said = [
            (e.is_qualifying, at)
            for e, at in self.said
            if isinstance(e, QualifyingStatusRecorded) and e.payment_year == year
        ]
        return said[-1] if said else None

    def practices_on(self, on: date) -> frozenset[str | None]:
        """The practices in which any role is held on a day; None among them means all."""
        return frozenset(held.practice for held in self.roles if held.covers(on))


def evolve(state: Staff, fact: Fact) -> Staff:
    """The staff member after one more fact."""
    if not isinstance(fact.event, StaffRegistered):
        state = replace(state, said=(*state.said, (fact.event, fact.position)))
    match fact.event:
        case StaffRegistered() as e:
            return replace(
                state,
                staff=e.staff,
                credential=e.credential,
                npi=e.npi,
                is_person=e.is_person,
                work_country=e.work_country,
                links=e.links,
                position=fact.position,
            )
        case RoleGranted() as e:
            return replace(state, roles=(*state.roles, RoleHeld(e.role, e.practice, e.from_on, e.until_on)))
        case RoleEnded() as e:
            return replace(
                state,
                roles=tuple(
                    replace(held, until_on=e.last_on)
                    if held.role is e.role and held.practice == e.practice and held.covers(e.last_on)
                    else held
                    for held in state.roles
                ),
            )
        case LicenceRecorded() as e:
            return replace(state, licences=(*state.licences, e))
        case StaffDeparted() as e:
            ending = ended_by(state, e.last_on)
            roles = tuple(replace(held, until_on=e.last_on) if held in ending else held for held in state.roles)
            return replace(state, departed_on=e.last_on, roles=roles)
        case ExclusionChecked() as e:
            checks = _checked(state.checks, e)
            return replace(state, checks=checks, excluded=_excluded(checks))
    return state


def ended_by(state: Staff, last_on: date) -> tuple[RoleHeld, ...]:
    """The roles that end with a departure: those that would go on, and those that would begin only later.

    Roles that begin after a departure known before are left alone: they were granted to somebody who came back.
    """
    again = max(state.departed_on, last_on) if state.departed_on is not None else date.max
    return tuple(
        held for held in state.roles if held.from_on <= again and (held.until_on is None or held.until_on > last_on)
    )


def _checked(checks: tuple[ExclusionChecked, ...], new: ExclusionChecked) -> tuple[ExclusionChecked, ...]:
    """The checks with one more, which takes the place of one of the same list and day."""
    others = [c for c in checks if (c.source, c.checked_on) != (new.source, new.checked_on)]
    return tuple(sorted((*others, new), key=lambda c: c.checked_on))


def _excluded(checks: tuple[ExclusionChecked, ...]) -> tuple[Days, ...]:
    """From each list: excluded from the day that it names until the day before a later check of it was clear."""
    found: list[Days] = []
    for number, check in enumerate(checks):
        if check.result != "excluded":
            continue
        later = checks[number + 1 :]
        cleared = next((c.checked_on for c in later if c.source == check.source and c.result == "clear"), None)
        days = Days(check.excluded_from or check.checked_on, cleared - _DAY if cleared else None)
        found.append(days)
    return tuple(found)

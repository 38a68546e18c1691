"""The staff stream: who works here, in which roles from when to when, with which credential and numbers.

Capacity is looked up here on the service date, never believed from the wire (readings, section 2).
TOPIC and field names are the storage format.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Fact, Part, Sealing
from ledger.terms.identity import PracticeId, StaffId, Token, identifier_tag, staff_tag
from ledger.terms.people import Country, Npi, Role, SourceName, Word


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
    """Roles granted and ended, licences recorded, each with its position: what a repeated command is answered with."""

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
    return state

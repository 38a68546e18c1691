"""The practice stream: TIN, sites, MAC, time zone, capabilities attested, policies adopted.

TOPIC and field names are the storage format.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import ClassVar, Final, Literal

from pydantic import Field

from ledger.streams.base import Event, Fact, Part
from ledger.terms.identity import PracticeId, StaffId, Token, identifier_tag, practice_tag
from ledger.terms.people import Npi, Word

Capability = Literal[
    "cehrt_year",
    "access_24x7",
    "cehrt_holds_all_ccm_records",
    "plan_access_24h_other_providers",
    "rural_health_clinic",
    "federally_qualified_health_center",
]
"""What a practice answers for: what CCM asks of it, and that it is a clinic that bills by rules of its own."""
Policy = Literal[
    "untimed_counts",
    "staff_in_person_counts",
    "noncomplex_attestation",
    "price_site",
    "g0511_billing",
    "release_timing",
    "date_of_service",
]
PolicyValue = Literal[
    "yes",
    "no",
    "each",
    "batch",
    "office",
    "facility",
    "g0511",
    "individual",
    "month_end",
    "threshold",
    "last_day_of_month",
    "last_business_day",
]
GPCI_SHAPE: Final = r"^[0-9]\.[0-9]{1,4}$"
LOCALITY_SHAPE: Final = r"^[A-Za-z0-9][A-Za-z0-9 .-]{0,39}$"


class Site(Part):
    """A place where the practice sees patients, with its place-of-service code."""

    name: str = Field(min_length=1, max_length=200)
    place_of_service: str = Field(pattern=r"^[0-9]{2}$")


class _OfPractice(Event):
    """What all events of the practice stream share."""

    practice: PracticeId

    def tags(self) -> tuple[str, ...]:
        return (practice_tag(self.practice),)


class PracticeRegistered(_OfPractice):
    """A practice of this ledger: its legal name, TIN, organisation NPI, zone, contractor and sites."""

    TOPIC: ClassVar[str] = "practice_registered"
    name: str = Field(min_length=1, max_length=200)
    tin: str = Field(pattern=r"^[0-9]{9}$")
    npi: Npi | None = None
    zone: str
    mac: Word | None = None
    sites: tuple[Site, ...] = ()
    link: Token | None = None
    """The token of TIN and name together, under which a repeated registration finds this practice."""

    def tags(self) -> tuple[str, ...]:
        return (practice_tag(self.practice), *((identifier_tag(self.link),) if self.link else ()))


class CapabilityAttested(_OfPractice):
    """Somebody answers for a capability of the practice from a day on (CCM-REC-01, CCM-ACCESS-01)."""

    TOPIC: ClassVar[str] = "capability_attested"
    capability: Capability
    edition_year: int | None = Field(default=None, ge=2011, le=2100)
    """For cehrt_year: the year of the certification edition."""
    attested_by: StaffId
    from_on: date
    until_on: date | None = None


class CapabilityEnded(_OfPractice):
    """A capability of the practice lapsed: the last day on which it was there, whatever was attested before."""

    TOPIC: ClassVar[str] = "capability_ended"
    capability: Capability
    last_on: date

    def cuts(self, held: CapabilityAttested) -> bool:
        """Whether an attestation speaks of days after the last one."""
        return held.capability == self.capability and (held.until_on is None or held.until_on > self.last_on)


class PolicyAdopted(_OfPractice):
    """The practice adopted a value of one of its policies from a day on."""

    TOPIC: ClassVar[str] = "policy_adopted"
    policy: Policy
    value: PolicyValue
    from_on: date


class LocalityRecorded(_OfPractice):
    """The payment locality of the practice from a day on, with its geographic indices (GPCI), as some list says.

    The indices are kept in the digits of the list, such as 1.012, and are never made floats (CCM-RATE-11).
    """

    TOPIC: ClassVar[str] = "locality_recorded"
    locality: str = Field(pattern=LOCALITY_SHAPE)
    gpci_work: str = Field(pattern=GPCI_SHAPE)
    gpci_pe: str = Field(pattern=GPCI_SHAPE)
    gpci_mp: str = Field(pattern=GPCI_SHAPE)
    from_on: date
    cite: str = Field(min_length=1, max_length=200)
    """Where the indices were read: the list and its release."""


class ChargeAdopted(_OfPractice):
    """What the practice asks for one unit of a code, for service from a day on; the later fact wins a tie."""

    TOPIC: ClassVar[str] = "charge_adopted"
    code: str = Field(pattern=r"^[A-Z0-9]{5}$")
    amount: Decimal = Field(gt=0, max_digits=10, decimal_places=2)
    from_on: date


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice as folded."""

    practice: str = ""
    name: str = ""
    tin: str = ""
    npi: str | None = None
    zone: str = ""
    mac: str | None = None
    sites: tuple[Site, ...] = ()
    capabilities: tuple[CapabilityAttested, ...] = ()
    """Each as it now holds: where a capability lapsed, until its last day."""
    policies: tuple[PolicyAdopted, ...] = ()
    position: int = 0
    said: tuple[tuple[Event, int], ...] = ()
    """Everything said since registration, each with its position: what a repeated command is told, and who set what."""

    @property
    def is_registered(self) -> bool:
        """Whether this practice is known to the ledger."""
        return bool(self.practice)

    def has(self, capability: str, on: date) -> bool:
        """Whether a capability is attested for a day, and had not lapsed by then."""
        for held in self.capabilities:
            if held.capability == capability and held.from_on <= on and (held.until_on is None or on <= held.until_on):
                return True
        return False

    def has_throughout(self, capability: str, first: date, last: date) -> bool:
        """Whether one attestation of a capability holds on every day of a span; several may hold it together."""
        for held in self.capabilities:
            is_there = held.capability == capability and held.from_on <= first
            if is_there and (held.until_on is None or last <= held.until_on):
                return True
        return False

    def policy(self, policy: str, on: date) -> str | None:
        """The value of a policy in force on a day: of those begun by then the newest, the later fact winning a tie."""
        in_force = [p for p in self.policies if p.policy == policy and p.from_on <= on]
        return max(enumerate(in_force), key=lambda pair: (pair[1].from_on, pair[0]))[1].value if in_force else None

    def policy_at(self, policy: str, on: date) -> tuple[str, int] | None:
        """The value of a policy in force on a day, and the position of the fact that set it."""
        found = [(e, at) for e, at in self.said if isinstance(e, PolicyAdopted) and e.policy == policy]
        in_force = [(e.from_on, at, e.value) for e, at in found if e.from_on <= on]
        return (max(in_force)[2], max(in_force)[1]) if in_force else None

    def locality(self, on: date) -> tuple[LocalityRecorded, int] | None:
        """The locality recorded for a day, and the position of the fact: the newest begun, the later fact winning."""
        found = [(e.from_on, at, e) for e, at in self.said if isinstance(e, LocalityRecorded) and e.from_on <= on]
        newest = max(found, key=lambda each: each[:2], default=None)
        return (newest[2], newest[1]) if newest else None

    def charge(self, code: str, on: date) -> tuple[ChargeAdopted, int] | None:
        """What is asked for one unit of a code on a day, and the position of the fact that says so."""
        found = [(e.from_on, at, e) for e, at in self.said if isinstance(e, ChargeAdopted) and e.code == code]
        newest = max((each for each in found if each[0] <= on), key=lambda each: each[:2], default=None)
        return (newest[2], newest[1]) if newest else None


def evolve(state: Practice, fact: Fact) -> Practice:
    """The practice after one more fact."""
    if not isinstance(fact.event, PracticeRegistered):
        state = replace(state, said=(*state.said, (fact.event, fact.position)))
    match fact.event:
        case PracticeRegistered() as e:
            return replace(
                state,
                practice=e.practice,
                name=e.name,
                tin=e.tin,
                npi=e.npi,
                zone=e.zone,
                mac=e.mac,
                sites=e.sites,
                position=fact.position,
            )
        case CapabilityAttested() as e:
            return replace(state, capabilities=(*state.capabilities, e))
        case CapabilityEnded() as e:
            return replace(state, capabilities=_after_end(e, state.capabilities))
        case PolicyAdopted() as e:
            return replace(state, policies=(*state.policies, e))
    return state


def _after_end(ended: CapabilityEnded, held: tuple[CapabilityAttested, ...]) -> tuple[CapabilityAttested, ...]:
    """The attestations of a practice once a capability ended: none reaches beyond its last day.

    One of later days than that now ends before it begins, and holds on no day.
    """
    return tuple(c.model_copy(update={"until_on": ended.last_on}) if ended.cuts(c) else c for c in held)

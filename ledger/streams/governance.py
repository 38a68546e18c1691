"""The ledger's own stream: opened, rulebook adopted, logins and sources bound; and the deliveries that wait.

The edition's whole bytes are a fact, so a month can be judged for ever by the rules it was judged by.
TOPIC and field names are the storage format.
"""

import base64
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.api_keys import ApiKeyIssued, ApiKeyRevoked, ApiKeys, evolve_api_keys
from ledger.streams.base import SEALED, Closed, Event, Fact, Part, Sealing
from ledger.streams.by_id import ById
from ledger.streams.log_keys import LogKeyAdopted, LogKeyRetired, LogKeys, evolve_log_keys
from ledger.terms.identity import LEDGER_TAG, DeliveryId, Digest, StaffId, Token, parked_tag
from ledger.terms.people import SourceName, Word


class LedgerOpened(Event):
    """The ledger began: the legal entity inside which a patient or a nurse can be double."""

    TOPIC: ClassVar[str] = "ledger_opened"
    name: str = Field(min_length=1, max_length=200)
    simulated: bool
    administrator: StaffId
    login: str

    def tags(self) -> tuple[str, ...]:
        return (LEDGER_TAG,)


class RulebookAdopted(Event):
    """An edition of the rulebook came into use; its whole bytes stand here."""

    TOPIC: ClassVar[str] = "rulebook_adopted"
    edition: Digest
    formulas: int
    content: str
    """The edition's bytes in base64."""
    reason: str = Field(min_length=1, max_length=500)

    def tags(self) -> tuple[str, ...]:
        return (LEDGER_TAG,)


class LoginBound(Event):
    """A login of the outside world (an OS user, later an API key) speaks for one staff member."""

    TOPIC: ClassVar[str] = "login_bound"
    login: str = Field(min_length=1, max_length=200, pattern=r"^[a-z]+:[^\x00-\x1f\x7f]+$")
    staff: StaffId

    def tags(self) -> tuple[str, ...]:
        return (LEDGER_TAG,)


class SourceRegistered(Event):
    """A source system may deliver, by one login: testimony, and acts too where it is trusted for acts."""

    TOPIC: ClassVar[str] = "source_registered"
    system: SourceName
    login: str = Field(min_length=1, max_length=200, pattern=r"^[a-z]+:[^\x00-\x1f\x7f]+$")
    trusted_for_acts: bool = False

    def tags(self) -> tuple[str, ...]:
        return (LEDGER_TAG,)


class DeliveryWords(Part):
    """The whole delivery as it came. Sealed under its own key."""

    line: str


class DeliveryParked(Event):
    """A delivery waits until its patient, staff member or claim is known: kept encrypted, counted and resolvable."""

    TOPIC: ClassVar[str] = "delivery_parked"
    delivery: DeliveryId
    source: SourceName
    command: Word
    waits_for: Literal["patient", "staff", "claim"]
    awaited: Token
    """The token of the identifier, or of the control number, that leads nowhere yet."""
    words: DeliveryWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (parked_tag(self.source),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", parked_tag(self.source), self.delivery),)


class DeliveryResolved(Event):
    """A person said whom, or which claim, a parked delivery is about, where its own identifier never will."""

    TOPIC: ClassVar[str] = "delivery_resolved"
    delivery: DeliveryId
    source: SourceName
    subject: str
    """The id of the patient, staff member or claim that the awaited identifier stands for in this delivery."""

    def tags(self) -> tuple[str, ...]:
        return (parked_tag(self.source),)


class DeliveryReleased(Event):
    """A parked delivery was decided under its first key, with this result."""

    TOPIC: ClassVar[str] = "delivery_released"
    delivery: DeliveryId
    source: SourceName
    outcome: Literal["accepted", "unchanged", "refused"]
    code: Word | None = None
    facts: int = Field(default=0, ge=0)
    """How many facts the delivery became: they stand directly before this one."""

    def tags(self) -> tuple[str, ...]:
        return (parked_tag(self.source),)


class DeliveryDiscarded(Event):
    """A person decided that a parked delivery is not to be decided at all, and why."""

    TOPIC: ClassVar[str] = "delivery_discarded"
    delivery: DeliveryId
    source: SourceName
    reason: Literal["not_our_patient", "test_data", "superseded", "sent_in_error", "not_our_claim"]

    def tags(self) -> tuple[str, ...]:
        return (parked_tag(self.source),)


@dataclass(frozen=True, slots=True)
class Adoption:
    """An adopted edition: its digest, its bytes, where and on which UTC day it was adopted."""

    edition: str
    encoded: str
    position: int
    on: date

    @property
    def content(self) -> bytes:
        """The edition's bytes. Whoever asks about a month asks a rulebook that is parsed already, and not for these."""
        return base64.b64decode(self.encoded, validate=True)


@dataclass(frozen=True, slots=True)
class Governance:
    """The ledger's own state: whether simulated, editions in order, logins, sources, keys of the log."""

    name: str = ""
    simulated: bool = False
    adoptions: tuple[Adoption, ...] = ()
    logins: tuple[tuple[str, str], ...] = ()
    """(login, staff id); the later binding of a login wins."""
    sources: tuple[SourceRegistered, ...] = ()
    """In order of registration; the later registration of a system wins."""
    said: tuple[tuple[Event, int], ...] = ()
    """Logins bound and sources registered, each with its position: what a repeated command is answered with."""
    log_keys: LogKeys = field(default_factory=LogKeys)
    """The keys that sign the log, in order of adoption."""
    api_keys: ApiKeys = field(default_factory=ApiKeys)
    """The keys that programs enter by, in order of issue."""

    def staff_of(self, login: str) -> str | None:
        """The staff member that a login speaks for."""
        return next((staff for bound, staff in reversed(self.logins) if bound == login), None)

    def source(self, system: str) -> SourceRegistered | None:
        """How a source is registered; None where it is not."""
        return next((known for known in reversed(self.sources) if known.system == system), None)

    def delivers(self, system: str, login: str) -> bool:
        """Whether a source delivers by a login: the one that it is registered with, or any key issued for it.

        A key stays the source's when it is revoked: what it had delivered by then was the source's.
        """
        registered, key = self.source(system), self.api_keys.of_login(login)
        return registered is not None and (registered.login == login or (key is not None and key.source == system))

    def edition(self) -> Adoption | None:
        """The edition in use now."""
        return self.adoptions[-1] if self.adoptions else None


def evolve(state: Governance, fact: Fact) -> Governance:
    """The ledger's own state after one more fact."""
    if isinstance(fact.event, (LoginBound, SourceRegistered)):
        state = replace(state, said=(*state.said, (fact.event, fact.position)))
    match fact.event:
        case LedgerOpened() as e:
            return replace(
                state, name=e.name, simulated=e.simulated, logins=(*state.logins, (e.login, e.administrator))
            )
        case RulebookAdopted() as e:
            adopted = Adoption(e.edition, e.content, fact.position, fact.recorded_at.date())
            return replace(state, adoptions=(*state.adoptions, adopted))
        case LoginBound() as e:
            return replace(state, logins=(*state.logins, (e.login, e.staff)))
        case SourceRegistered() as e:
            return replace(state, sources=(*state.sources, e))
        case LogKeyAdopted() | LogKeyRetired():
            return replace(state, log_keys=evolve_log_keys(state.log_keys, fact))
        case ApiKeyIssued() | ApiKeyRevoked():
            return replace(state, api_keys=evolve_api_keys(state.api_keys, fact))
    return state


@dataclass(frozen=True, slots=True)
class ParkedDelivery:
    """A delivery that waits: whom for, since which position, and what a release of it last met."""

    delivery: str
    source: str
    command: str
    waits_for: str
    awaited: str
    position: int
    is_open: bool = True
    subject: str | None = None
    last_refusal: str | None = None
    became: tuple[int, ...] = ()
    """The positions of the facts that it became, once released."""
    parked_on: date = date.min
    """The UTC day on which it was parked."""
    closed_as: Literal["released", "discarded"] | None = None
    """None: it waits."""
    came_by: str = ""
    """The login by which it was delivered."""


@dataclass(frozen=True, slots=True)
class ParkedDeliveries:
    """The deliveries of one source: a file of answers may leave tens of thousands of them."""

    by_id: ById[ParkedDelivery] = field(default_factory=ById)

    @property
    def deliveries(self) -> tuple[ParkedDelivery, ...]:
        """All of them, in the order in which they were parked."""
        return tuple(sorted(self.by_id, key=lambda each: each.position))

    def get(self, delivery: str) -> ParkedDelivery | None:
        """One delivery by its id."""
        return self.by_id.get(delivery)


def evolve_parked(state: ParkedDeliveries, fact: Fact) -> ParkedDeliveries:
    """The parked deliveries of a source after one more fact."""
    match fact.event:
        case DeliveryParked() as e:
            on = fact.recorded_at.date()
            known = (e.delivery, e.source, e.command, e.waits_for, e.awaited, fact.position)
            parked = ParkedDelivery(*known, parked_on=on, came_by=fact.said.authenticated_as)
            return ParkedDeliveries(state.by_id.put(e.delivery, parked))
        case DeliveryResolved() as e:
            return _changed(state, e.delivery, subject=e.subject)
        case DeliveryReleased() as e:
            still_open = e.outcome == "refused"
            closed: dict[str, object] = {} if still_open else {"closed_as": "released"}
            became = tuple(range(fact.position - e.facts, fact.position))
            return _changed(
                state,
                e.delivery,
                is_open=still_open,
                last_refusal=e.code if still_open else None,
                became=became,
                **closed,
            )
        case DeliveryDiscarded() as e:
            return _changed(state, e.delivery, is_open=False, closed_as="discarded")
    return state


def _changed(state: ParkedDeliveries, delivery: str, **changes: object) -> ParkedDeliveries:
    known = state.get(delivery)
    if known is None:
        return state
    return ParkedDeliveries(state.by_id.put(delivery, replace(known, **changes)))  # type: ignore[arg-type]

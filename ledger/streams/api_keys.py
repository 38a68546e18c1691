"""The keys that programs enter by, as facts in the ledger's own stream: issued and revoked.

A fact holds the digest of a key's secret, whom it speaks for, what it is for and until when. TOPIC and field names are
the storage format.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from ledger.streams.base import Event, Fact
from ledger.terms.api_keys import KeyName, RevocationReason, Scope, key_of_login, login_of_key
from ledger.terms.calendar import Instant
from ledger.terms.identity import LEDGER_TAG, ApiKeyId, Digest, PracticeId, StaffId
from ledger.terms.people import SourceName


class ApiKeyIssued(Event):
    """A key lets a program in, for a staff member or for a source, for some purposes and until an instant."""

    TOPIC: ClassVar[str] = "api_key_issued"
    key: ApiKeyId
    name: KeyName
    digest: Digest
    """SHA-256 of the secret."""
    staff: StaffId | None = None
    source: SourceName | None = None
    scopes: tuple[Scope, ...]
    practices: tuple[PracticeId, ...] = Field(default=(), max_length=200)
    """The practices that the key is for; none: wherever the roles of its login reach."""
    expires_at: Instant

    def tags(self) -> tuple[str, ...]:
        return (LEDGER_TAG,)


class ApiKeyRevoked(Event):
    """A key lets nobody in from now on."""

    TOPIC: ClassVar[str] = "api_key_revoked"
    key: ApiKeyId
    reason: RevocationReason

    def tags(self) -> tuple[str, ...]:
        return (LEDGER_TAG,)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key: whom it speaks for, what it is for, since which position and until when."""

    key: str
    name: str
    digest: str
    staff: str | None
    source: str | None
    scopes: frozenset[str]
    practices: frozenset[str] | None
    """None: wherever the roles of its login reach."""
    expires_at: datetime
    issued_at: int
    revoked_at: int | None = None
    reason: str | None = None

    @property
    def login(self) -> str:
        """The login that it is."""
        return login_of_key(self.key)

    def has_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return now >= self.expires_at


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Every key that was issued, in order."""

    keys: tuple[ApiKey, ...] = ()

    def get(self, key: str) -> ApiKey | None:
        """A key by its id."""
        return next((each for each in self.keys if each.key == key), None)

    def of_login(self, login: str) -> ApiKey | None:
        """The key that a login is; None where it is no key of this ledger."""
        key = key_of_login(login)
        return self.get(key) if key is not None else None

    def of_digest(self, digest: str) -> ApiKey | None:
        """The key with that secret."""
        return next((each for each in self.keys if each.digest == digest), None)


def evolve_api_keys(state: ApiKeys, fact: Fact) -> ApiKeys:
    """The keys after one more fact."""
    match fact.event:
        case ApiKeyIssued() as e:
            practices = frozenset(e.practices) or None
            who = (e.key, e.name, e.digest, e.staff, e.source)
            return ApiKeys((*state.keys, ApiKey(*who, frozenset(e.scopes), practices, e.expires_at, fact.position)))
        case ApiKeyRevoked() as e:
            return ApiKeys(tuple(_revoked(each, e, fact.position) for each in state.keys))
    return state


def _revoked(key: ApiKey, event: ApiKeyRevoked, position: int) -> ApiKey:
    if key.key != event.key or key.revoked_at is not None:
        return key
    return replace(key, revoked_at=position, reason=event.reason)

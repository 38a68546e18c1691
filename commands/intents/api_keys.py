"""Commands about the keys that programs enter by; a secret passes through no command, only its digest."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from commands.intents.base import Command, Ref
from ledger.terms.api_keys import KeyName, RevocationReason, Scope
from ledger.terms.calendar import GivenInstant
from ledger.terms.identity import ApiKeyId, Digest, PracticeId
from ledger.terms.people import SourceName


class IssueApiKey(Command):
    """Let a program in by a key, for a staff member or for a source, for some purposes and until an instant."""

    NAME: ClassVar = "issue_api_key"
    KIND: ClassVar = "act"
    name: KeyName
    """What operators call it: the program or the device, never a patient."""
    digest: Digest
    """SHA-256 of the secret: `ccm-ledger api-key new` draws it and shows the key once."""
    staff: Ref | None = None
    source: SourceName | None = None
    """A source system, which is registered with this key where it is not yet."""
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=6)
    practices: tuple[PracticeId, ...] = Field(default=(), max_length=200)
    """The practices that it is for; none: wherever the roles of its staff member reach."""
    expires_at: GivenInstant

    @model_validator(mode="after")
    def _speaks_for_one(self) -> Self:
        """A key speaks for just one."""
        if (self.staff is None) == (self.source is None):
            raise ValueError("a key speaks for a `staff` member or for a `source`, and for just one of them")
        return self


class RevokeApiKey(Command):
    """Let a key let nobody in from now on."""

    NAME: ClassVar = "revoke_api_key"
    KIND: ClassVar = "act"
    key: ApiKeyId
    """Its id, as `ccm-ledger api-key list` shows it."""
    reason: RevocationReason

"""Commands about the ledger itself: rulebook, logins, sources, deliveries that wait."""

from typing import ClassVar, Literal

from pydantic import Field

from commands.intents.base import Command, Ref, Wire
from ledger.terms.identity import ClaimId, DeliveryId, Digest
from ledger.terms.people import SourceName


class ProfileFile(Wire):
    """A file of a payer's profile: exceptions to the shipped rules, in the form of a rule file."""

    file: str = Field(max_length=200, pattern=r"^payers/[a-z][a-z0-9_]{0,63}/[A-Za-z0-9_]+\.toml$")
    text: str = Field(min_length=1, max_length=200_000, pattern=r"\S")


class AdoptRulebook(Command):
    """Adopt the edition that this program ships, with payers' profiles of one's own; its whole bytes become a fact."""

    NAME: ClassVar = "adopt_rulebook"
    KIND: ClassVar = "act"
    edition: Digest
    """The digest of all of it, profiles too: `ccm-ledger rules check --profiles FOLDER` tells it."""
    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")
    profiles: tuple[ProfileFile, ...] = Field(default=(), max_length=200)
    """Beside those that are shipped."""


class BindLogin(Command):
    """Let a login speak for a staff member, so that this person can act."""

    NAME: ClassVar = "bind_login"
    KIND: ClassVar = "act"
    login: str = Field(min_length=1, max_length=200, pattern=r"^[a-z]+:[^\x00-\x1f\x7f]+$")
    staff: Ref


class RegisterSource(Command):
    """Let a source system deliver testimony, and acts too where it is trusted for acts."""

    NAME: ClassVar = "register_source"
    KIND: ClassVar = "act"
    system: SourceName
    login: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[a-z]+:[^\x00-\x1f\x7f]+$")
    """By which login the source delivers; by default the one that registers it."""
    trusted_for_acts: bool = False


class ResolveDelivery(Command):
    """Say whom a parked delivery is about, or which claim the answer of a payer is about."""

    NAME: ClassVar = "resolve_delivery"
    KIND: ClassVar = "act"
    source: SourceName
    delivery: DeliveryId
    subject: Ref | None = None
    claim: ClaimId | None = None
    """Of an answer that waits for its claim."""


class ReleaseDelivery(Command):
    """Have a parked delivery decided under its first key."""

    NAME: ClassVar = "release_delivery"
    KIND: ClassVar = "act"
    source: SourceName
    delivery: DeliveryId


class DiscardDelivery(Command):
    """Set a parked delivery aside for good, with the reason."""

    NAME: ClassVar = "discard_delivery"
    KIND: ClassVar = "act"
    source: SourceName
    delivery: DeliveryId
    reason: Literal["not_our_patient", "test_data", "superseded", "sent_in_error", "not_our_claim"]

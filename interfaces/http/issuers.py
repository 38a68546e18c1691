"""Who may sign tokens for this server: the issuers that its settings name, and what their words are worth here.

Promise: nothing is taken from an issuer that its settings do not say. A token's own scopes count only where the
settings translate them; without a translation a token opens nothing.
"""

from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from interfaces.http.complaints import Wrong
from ledger.terms.api_keys import Scope

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
"""Signatures with a private key that stays with the issuer: no `none`, and nothing that a shared secret signs."""
ALGORITHMS: Final[tuple[Algorithm, ...]] = get_args(Algorithm)
ONE_PLACE: Final = ("needs a `jwks_url` or a `jwks_file`, and just one of them", "docs/deploy.md shows an issuer.")
Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s\x00-\x1f\x7f]{1,500}$")]


class Issuer(BaseModel):
    """One provider of identities: how its tokens are known, by which keys they are signed, what they open."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")
    """What logins call it: a token is the login `oidc:NAME|SUBJECT`."""
    issuer: Url
    """The claim `iss`, exactly."""
    audience: str = Field(min_length=1, max_length=500)
    """What must stand in the claim `aud`: this server, as the issuer calls it."""
    algorithms: tuple[Algorithm, ...] = Field(default=("RS256", "ES256"), min_length=1)
    jwks_url: Url | None = None
    jwks_file: str | None = Field(default=None, min_length=1)
    """The issuer's public keys, at an address or in a file: one of the two."""
    scope_claim: str = Field(default="scope", min_length=1, max_length=100)
    """The claim with the token's scopes: words with spaces between, or a list."""
    scopes: dict[str, tuple[Scope, ...]]
    """What each of these words opens here."""
    leeway_seconds: int = Field(default=30, ge=0, le=120)
    """By how much the issuer's clock may differ."""
    keys_age_seconds_max: int = Field(default=3_600, ge=60, le=86_400)
    """After so long the keys are fetched again."""

    @model_validator(mode="after")
    def _one_place_of_keys(self) -> Self:
        """Its keys are found in one place."""
        if (self.jwks_url is None) == (self.jwks_file is None):
            raise Wrong(*ONE_PLACE)
        return self

    def opened_by(self, words: frozenset[str]) -> frozenset[str]:
        """What the words of a token open."""
        return frozenset(scope for word in words for scope in self.scopes.get(word, ()))

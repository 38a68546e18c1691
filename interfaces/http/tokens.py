"""Tokens of identity providers: signed JWTs, checked against what the settings say of their issuer.

Promise: the issuer is chosen by the claim `iss`, exactly; the signature is made by a key of that issuer, found by its
id, with an algorithm that the settings allow; audience, end, beginning and issue are checked. Whatever fails, the
answer is the same: None; only of a token that was proven is it said that its time is over. Not promised: that the
subject is anybody in a ledger; that is for the ledger.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwt import JWTClaimsRegistry

from interfaces.http.issuer_keys import Fetch, IssuerKeys, PublicKey, fetched
from interfaces.http.issuers import Issuer

TOKEN_MAX: Final = 8_192
"""Characters of a token; longer ones are not looked at."""
LOGIN_MAX: Final = 200
_TIMES: Final = ("exp", "nbf", "iat")
_SECONDS_MAX: Final = 253_402_300_000
"""Times beyond the year 9999 are none."""


class Proven(NamedTuple):
    """What a token proved: whose login it is, what it opens, until when."""

    login: str
    scopes: frozenset[str]
    expires_at: datetime
    name: str
    """The issuer's name."""
    is_expired: bool = False


class TokenReader:
    """Reads tokens of the issuers that the settings name."""

    def __init__(self, issuers: Sequence[Issuer], fetch: Fetch = fetched) -> None:
        self._known = {issuer.issuer: (issuer, IssuerKeys(issuer, fetch)) for issuer in issuers}

    def may_wait(self, text: str, now: datetime) -> bool:
        """Whether reading a token may wait for its issuer's keys."""
        peeked = _peek(text)
        known = self._known.get(peeked.issuer) if peeked else None
        return known is not None and peeked is not None and known[1].must_ask(peeked.kid, now)

    def read(self, text: str, now: datetime) -> Proven | None:
        """What a token proves; None where it proves nothing."""
        peeked = _peek(text)
        known = self._known.get(peeked.issuer) if peeked is not None else None
        if peeked is None or known is None or peeked.algorithm not in known[0].algorithms:
            return None
        issuer, keys = known
        key = keys.get(peeked.kid, now)
        if key is None:
            return None
        claims = _signed_claims(text, key, peeked.algorithm)
        return _proven(claims, issuer, now) if claims is not None else None


class _Peeked(NamedTuple):
    """What a token says of itself, before anything of it is believed."""

    issuer: str
    kid: str
    algorithm: str


def _peek(text: str) -> _Peeked | None:
    if len(text) > TOKEN_MAX or not text.isascii():
        return None
    try:
        given = jws.extract_compact(text.encode())
        claims = json.loads(given.payload)
        header = given.headers()
    except (JoseError, ValueError, RecursionError):
        return None
    if not isinstance(claims, dict) or "crit" in header or "b64" in header:
        return None
    said = (claims.get("iss"), header.get("kid"), header.get("alg"))
    return _Peeked(*said) if all(isinstance(each, str) for each in said) else None  # type: ignore[arg-type]


def _signed_claims(text: str, key: PublicKey, algorithm: str) -> dict[str, Any] | None:
    try:
        return jwt.decode(text, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        return None


def _proven(claims: dict[str, Any], issuer: Issuer, now: datetime) -> Proven | None:
    """What the claims of a signed token come to."""
    if not all(_is_time(claims[name]) for name in _TIMES if name in claims):
        return None
    registry = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=issuer.leeway_seconds,
        iss={"essential": True, "value": issuer.issuer},
        aud={"essential": True, "value": issuer.audience},
        sub={"essential": True},
        exp={"essential": True},
    )
    is_expired = False
    try:
        registry.validate(claims)
    except ExpiredTokenError:
        is_expired = True
        # Nothing but its end may be wrong with a token of which that is said.
        try:
            registry.validate({**claims, "exp": int(now.timestamp()) + 1})
        except (JoseError, ValueError, TypeError):
            return None
    except (JoseError, ValueError, TypeError):
        return None
    login = f"oidc:{issuer.name}|{claims['sub']}"
    if len(login) > LOGIN_MAX or not claims["sub"] or not claims["sub"].isprintable():
        return None
    ends = datetime.fromtimestamp(int(claims["exp"]), UTC) + timedelta(seconds=issuer.leeway_seconds)
    return Proven(login, issuer.opened_by(_words(claims.get(issuer.scope_claim))), ends, issuer.name, is_expired)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _SECONDS_MAX


def _words(claim: object) -> frozenset[str]:
    """The scopes of a token: words with spaces between, or a list of them."""
    if isinstance(claim, str):
        return frozenset(claim.split(" "))
    return frozenset(each for each in claim if isinstance(each, str)) if isinstance(claim, list) else frozenset()

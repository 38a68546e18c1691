"""Keys and tokens for tests: an issuer with its key pairs, a ledger's own state with keys in it."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from interfaces.http.issuers import Issuer
from ledger.streams.api_keys import ApiKey, ApiKeys
from ledger.streams.governance import Governance, SourceRegistered
from ledger.terms.api_keys import digest_of, key_text
from tests.gwt import opaque

NOW = datetime(2026, 3, 31, 18, 0, tzinfo=UTC)
ISSUER, AUDIENCE, JWKS = "https://id.example.org/realm", "ccm-ledger", "https://id.example.org/realm/jwks"
ADA, NURSE = opaque("st", 1), opaque("st", 2)
SECRET = bytes(range(32))
KEY_ID, OTHER_ID = opaque("ak", 1), opaque("ak", 2)
KEY = key_text(KEY_ID, SECRET)
PrivateKey = RSAKey | ECKey | OKPKey

RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"}, private=True)
NEXT_RSA = RSAKey.generate_key(2048, {"kid": "rsa-2", "use": "sig"}, private=True)
EC = ECKey.generate_key("P-256", {"kid": "ec-1"}, private=True)
ED = OKPKey.generate_key("Ed25519", {"kid": "ed-1"}, private=True)


def jwks(*keys: PrivateKey, **beside: Any) -> bytes:
    """The set of the public halves."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys], **beside}).encode()


@dataclass
class Provider:
    """An issuer's address: what it answers, and how often it was asked."""

    content: bytes = field(default_factory=lambda: jwks(RSA, EC, ED))
    asked: list[str] = field(default_factory=list)
    fails: Exception | None = None

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if self.fails is not None:
            raise self.fails
        return self.content


def issuer(**changes: Any) -> Issuer:
    """The settings of the issuer of these tests."""
    whole: dict[str, Any] = {
        "name": "clinic",
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "algorithms": ("RS256", "PS256", "ES256", "Ed25519"),
        "jwks_url": JWKS,
        "scopes": {"ccm.read": ("read",), "ccm.write": ("append", "import")},
    }
    return Issuer(**{**whole, **changes})


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a token that is good; None takes one away."""
    at = int(NOW.timestamp())
    whole: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "iat": at - 60,
        "nbf": at - 60,
        "exp": at + 600,
        "scope": "ccm.read openid",
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def token(key: PrivateKey = RSA, algorithm: str = "RS256", *, header: dict[str, Any] | None = None, **said: Any) -> str:
    """A token that a key signed."""
    head = {"alg": algorithm, "kid": key.kid, **(header or {})}
    return jwt.encode(
        {name: value for name, value in head.items() if value is not None}, claims(**said), key, [algorithm]
    )


def raw(header: dict[str, Any], said: dict[str, Any], signature: bytes = b"") -> str:
    """Three parts put together by hand, as a forger does."""
    parts = (json.dumps(header).encode(), json.dumps(said).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def signed_bytes(payload: bytes, key: PrivateKey = RSA, algorithm: str = "RS256") -> str:
    """A token whose payload is just these bytes."""
    return jws.serialize_compact({"alg": algorithm, "kid": key.kid}, payload, key, [algorithm])


def api_key(key: str = KEY_ID, **changes: Any) -> ApiKey:
    """A key that lets in."""
    whole: dict[str, Any] = {
        "key": key,
        "name": "night-batch",
        "digest": digest_of(SECRET),
        "staff": NURSE,
        "source": None,
        "scopes": frozenset(("append", "read")),
        "practices": None,
        "expires_at": NOW + timedelta(days=30),
        "issued_at": 7,
    }
    return ApiKey(**{**whole, **changes})


def ledger(*keys: ApiKey, sources: tuple[SourceRegistered, ...] = ()) -> Governance:
    """A ledger's own state: Ada speaks by a token, and these keys were issued."""
    logins = (("oidc:clinic|ada", ADA), *((key.login, key.staff) for key in keys if key.staff is not None))
    return Governance(logins=logins, api_keys=ApiKeys(keys), sources=sources)

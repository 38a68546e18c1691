"""The public keys of an issuer: fetched from its address or file, kept for a while, fetched again when one is missing.

Promise: an answer is bounded in size and time, follows no redirect, and one that cannot be read changes nothing; an
unknown key id has the keys fetched at most once a minute, whoever sends how many. Keys that could not be fetched anew
for a day are forgotten. Only public keys are taken: a shared secret in the set is as if it were not there.
"""

import base64
import json
import threading
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from interfaces.http.issuers import Issuer

BYTES_MAX: Final = 1_000_000
KEYS_MAX: Final = 100
PATIENCE: Final = 5.0
"""Seconds that an issuer is waited for."""
AGAIN_AFTER: Final = timedelta(minutes=1)
FORGOTTEN_AFTER: Final = timedelta(days=1)
RSA_BITS_MIN: Final = 2_048

Fetch = Callable[[str], bytes]
"""The bytes at an address. Raises OSError, ValueError or HTTPException."""
PublicKey = RSAKey | ECKey | OKPKey


def fetched(url: str) -> bytes:
    """The bytes at an https address; an answer that sends elsewhere is an error as any other."""
    if not url.startswith("https://"):
        raise ValueError("only https addresses are asked")
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    answer: HTTPResponse | None = opener.open(url, timeout=PATIENCE)
    if answer is None:
        raise ValueError("the address leads nowhere")
    with answer:
        return answer.read(BYTES_MAX + 1)


class IssuerKeys:
    """The keys of one issuer, for all threads of a server."""

    def __init__(self, issuer: Issuer, fetch: Fetch = fetched) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._lock = threading.Lock()
        self._keys: Mapping[str, PublicKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None

    def get(self, kid: str, now: datetime) -> PublicKey | None:
        """The key of an id; None where the issuer has none. May wait for the issuer."""
        if self.must_ask(kid, now):
            with self._lock:
                # Another thread may have asked meanwhile.
                if self.must_ask(kid, now):
                    self._refresh(now)
        return self._keys.get(kid) if self._is_young(now, FORGOTTEN_AFTER) else None

    def must_ask(self, kid: str, now: datetime) -> bool:
        """Whether the issuer must be asked before a key id can be answered for."""
        if self._tried_at is not None and now - self._tried_at < AGAIN_AFTER:
            return False
        return kid not in self._keys or not self._is_young(now, timedelta(seconds=self._issuer.keys_age_seconds_max))

    def _is_young(self, now: datetime, age: timedelta) -> bool:
        return self._fetched_at is not None and now - self._fetched_at < age

    def _refresh(self, now: datetime) -> None:
        self._tried_at = now
        try:
            if self._issuer.jwks_url is not None:
                content = self._fetch(self._issuer.jwks_url)
            else:
                with Path(self._issuer.jwks_file or "").open("rb") as file:
                    content = file.read(BYTES_MAX + 1)
            self._keys = public_keys(content)
        except (OSError, ValueError, HTTPException):
            return  # what was fetched before goes on, for a day at most
        self._fetched_at = now


def public_keys(content: bytes) -> dict[str, PublicKey]:
    """The public keys of a JWK set by their ids. ValueError where it cannot be read."""
    if len(content) > BYTES_MAX:
        raise ValueError("the set of keys is too long")
    try:
        given = json.loads(content)
    except RecursionError:
        raise ValueError("the set of keys is nested too deeply") from None
    found = given.get("keys") if isinstance(given, dict) else None
    if not isinstance(found, list) or len(found) > KEYS_MAX:
        raise ValueError("this is no set of keys")
    keys: dict[str, PublicKey] = {}
    for each in found:
        key = _public_key(each) if isinstance(each, dict) else None
        if key is not None:
            keys[str(each["kid"])] = key
    return keys


def _public_key(given: dict[str, Any]) -> PublicKey | None:
    """A key that signatures are checked by; None for what is none, has no id, or is too short to be trusted."""
    if not isinstance(given.get("kid"), str) or given.get("use", "sig") != "sig":
        return None
    try:
        if given.get("kty") == "RSA" and _bits(given["n"]) < RSA_BITS_MIN:
            return None
        (key,) = KeySet.import_key_set({"keys": [_public_half(given)]}).keys
    except (JoseError, ValueError, TypeError, KeyError):
        return None  # a kind of key that this program does not know stands in nobody's way
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _bits(number: str) -> int:
    """How long a number is that a JWK spells."""
    return int.from_bytes(base64.urlsafe_b64decode(number + "=="), "big").bit_length()


def _public_half(given: dict[str, Any]) -> Any:
    """The key without its private parts, should the set have any, and without what it says of operations."""
    return {
        name: value for name, value in given.items() if name in {"kty", "kid", "alg", "use", "n", "e", "crv", "x", "y"}
    }

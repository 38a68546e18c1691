"""Tokens of identity providers: what is proven by one, and everything that proves nothing."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey
from pydantic import ValidationError

from interfaces.http.issuer_keys import BYTES_MAX, IssuerKeys, fetched, public_keys
from interfaces.http.issuers import ALGORITHMS
from interfaces.http.tokens import Proven, TokenReader
from tests.http.entering import (
    AUDIENCE,
    EC,
    ED,
    ISSUER,
    JWKS,
    NEXT_RSA,
    NOW,
    RSA,
    PrivateKey,
    Provider,
    claims,
    issuer,
    jwks,
    raw,
    signed_bytes,
    token,
)

AT = int(NOW.timestamp())
PEM = RSA.as_pem(private=False)


def read(text: str, now: datetime = NOW, provider: Provider | None = None, **settings: Any) -> Proven | None:
    return TokenReader([issuer(**settings)], provider or Provider()).read(text, now)


# --- what is proven ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256"), (ED, "Ed25519")],
    ids=lambda part: str(part)[:7],
)
def test_a_token_signed_by_the_issuer_proves_a_login(key: PrivateKey, algorithm: str) -> None:
    found = read(token(key, algorithm))

    assert found is not None
    assert ("oidc:clinic|ada", frozenset({"read"}), "clinic") == (found.login, found.scopes, found.name)
    assert NOW + timedelta(seconds=630) == found.expires_at


def test_one_of_several_audiences_is_enough() -> None:
    assert read(token(aud=["other", AUDIENCE])) is not None


@pytest.mark.parametrize(
    ("scope", "opened"),
    [
        ("ccm.write ccm.read", {"append", "import", "read"}),
        (["ccm.read"], {"read"}),
        ("read append operate", set()),
        ("CCM.READ", set()),
        ("", set()),
        (None, set()),
        (7, set()),
        ([7, None], set()),
        ({"ccm.read": True}, set()),
    ],
)
def test_scopes_are_what_the_settings_translate(scope: object, opened: set[str]) -> None:
    found = read(token(scope=scope))

    assert found is not None
    assert opened == found.scopes


def test_the_claim_of_the_scopes_is_the_settings_choice() -> None:
    found = read(token(scope=None, scp=["ccm.read"]), scope_claim="scp")

    assert found is not None
    assert {"read"} == found.scopes


def test_each_issuer_has_its_own_keys_and_audience() -> None:
    other = issuer(name="other", issuer="https://other.example", jwks_url="https://other.example/jwks", audience="b")
    ours, theirs = jwks(RSA), jwks(NEXT_RSA)
    reader = TokenReader([issuer(), other], lambda url: ours if url == JWKS else theirs)
    found = reader.read(token(NEXT_RSA, iss="https://other.example", aud="b"), NOW)

    assert found is not None
    assert "oidc:other|ada" == found.login
    assert reader.read(token(iss="https://other.example", aud="b"), NOW) is None
    assert reader.read(token(NEXT_RSA), NOW) is None


# --- what proves nothing ----------------------------------------------------------------------------------------


def none_token(algorithm: str) -> str:
    return raw({"alg": algorithm, "kid": RSA.kid}, claims())


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_without_signature_proves_nothing(algorithm: str) -> None:
    assert read(none_token(algorithm)) is None


@pytest.mark.parametrize("secret", [PEM, PEM.strip(), jwks(RSA), b""], ids=["pem", "stripped", "jwks", "empty"])
def test_a_token_signed_with_the_public_key_as_shared_secret_proves_nothing(secret: bytes) -> None:
    head = raw({"alg": "HS256", "kid": RSA.kid}, claims()).rpartition(".")[0]
    signature = hmac.new(secret, head.encode(), hashlib.sha256).digest()
    forged = f"{head}.{raw({}, {}, signature).rpartition('.')[2]}"

    assert read(forged) is None


def test_no_settings_allow_a_shared_secret_or_none() -> None:
    assert not [name for name in ALGORITHMS if name.startswith(("HS", "none", "dir"))]
    for algorithm in ("HS256", "none"):
        with pytest.raises(ValidationError):
            issuer(algorithms=(algorithm,))


def test_an_algorithm_that_the_settings_do_not_allow_proves_nothing() -> None:
    assert read(token(RSA, "PS256"), algorithms=("RS256",)) is None
    assert read(token(EC, "ES256"), algorithms=("RS256",)) is None


def test_an_algorithm_that_is_not_that_of_the_key_proves_nothing() -> None:
    assert read(token(EC, "ES256", header={"kid": RSA.kid})) is None


def test_a_forged_signature_proves_nothing() -> None:
    good = token()
    head, _, signature = good.rpartition(".")
    swapped = signature[:-8] + ("AAAAAAAA" if signature[-8:] != "AAAAAAAA" else "BBBBBBBB")

    assert read(f"{head}.{swapped}") is None
    assert read(f"{head}.") is None


def test_other_claims_under_a_good_signature_prove_nothing() -> None:
    head, body, signature = token().split(".")
    other = raw({}, claims(sub="admin")).split(".")[1]

    assert body != other
    assert read(f"{head}.{other}.{signature}") is None


def test_a_key_that_the_token_brings_itself_is_not_asked() -> None:
    mine = ECKey.generate_key("P-256", {"kid": "ec-1"}, private=True)
    head = {"jwk": mine.as_dict(private=False), "jku": "https://evil.example/jwks"}
    provider = Provider()

    assert read(token(mine, "ES256", header=head), provider=provider) is None
    assert [JWKS] == provider.asked


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": ISSUER + "/"},
        {"iss": ISSUER.upper()},
        {"iss": None},
        {"iss": [ISSUER]},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": []},
        {"aud": None},
        {"aud": AUDIENCE + " "},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a\nb"},
        {"sub": "a\x00"},
        {"sub": "x" * 200},
        {"exp": None},
        {"exp": "never"},
        {"exp": True},
        {"exp": -1},
        {"exp": 10**400},
        {"exp": [AT + 600]},
        {"nbf": AT + 31},
        {"nbf": "soon"},
        {"iat": AT + 31},
        {"iat": None, "nbf": AT + 600},
    ],
    ids=lambda changes: "-".join(f"{name}={str(value)[:20]}" for name, value in changes.items()),
)
def test_claims_that_are_wrong_prove_nothing(changes: dict[str, Any]) -> None:
    assert read(token(**changes)) is None


@pytest.mark.parametrize("number", [b"Infinity", b"NaN", b"1e999", b"-Infinity"])
def test_an_end_that_no_clock_shows_proves_nothing(number: bytes) -> None:
    payload = json.dumps(claims(exp=0)).encode().replace(b'"exp": 0', b'"exp": ' + number)
    assert number in payload

    assert read(signed_bytes(payload)) is None


@pytest.mark.parametrize("payload", [b"[]", b"7", b'"x"', b"{", b"\xff", b"[" * 100_000, b"{}"])
def test_what_is_signed_and_no_claims_proves_nothing(payload: bytes) -> None:
    assert read(signed_bytes(payload[:5_000])) is None


def test_the_clock_of_the_issuer_may_be_a_little_off() -> None:
    early, late = token(nbf=AT + 30, iat=AT + 30), token(exp=AT - 29)

    assert read(early) is not None
    assert read(late) is not None
    assert read(early, leeway_seconds=0) is None


def test_of_a_token_whose_time_is_over_its_end_is_said_and_nothing_else() -> None:
    over, wrong = read(token(exp=AT - 30)), read(token(exp=AT - 30, nbf=AT + 600))

    assert over is not None
    assert over.is_expired
    assert wrong is None


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b.c", "a.b", "é.b.c", "a" * 8_193, f"{'a' * 3000}.{'b' * 3000}.{'c' * 3000}", "\x00.b.c"]
)
def test_what_is_no_token_proves_nothing_and_nobody_is_asked(text: str) -> None:
    provider = Provider()

    assert read(text, provider=provider) is None
    assert [] == provider.asked


def test_a_token_without_a_key_id_or_with_a_critical_header_proves_nothing() -> None:
    assert read(token(header={"kid": None})) is None
    assert read(raw({"alg": "RS256", "kid": RSA.kid, "crit": ["b64"], "b64": False}, claims())) is None
    assert read(raw({"alg": "RS256", "kid": ["rsa-1"]}, claims())) is None


# --- the issuer's keys ------------------------------------------------------------------------------------------


def test_an_unknown_key_id_has_the_keys_fetched_at_most_once_a_minute() -> None:
    provider = Provider(jwks(RSA))
    reader = TokenReader([issuer()], provider)
    reader.read(token(), NOW)
    found = [reader.read(token(NEXT_RSA), NOW + timedelta(seconds=second)) for second in (1, 30, 59)]
    asked_before = len(provider.asked)
    provider.content = jwks(RSA, NEXT_RSA)
    rotated = reader.read(token(NEXT_RSA), NOW + timedelta(seconds=60))

    assert [None] * 3 == found
    assert (1, 2) == (asked_before, len(provider.asked))
    assert rotated is not None


def test_a_key_that_the_issuer_took_back_proves_nothing_once_the_keys_are_old() -> None:
    provider = Provider(jwks(RSA, NEXT_RSA))
    reader = TokenReader([issuer()], provider)
    lasting = token(exp=AT + 100_000)
    assert reader.read(lasting, NOW) is not None
    provider.content = jwks(NEXT_RSA)
    young, old = (reader.read(lasting, NOW + timedelta(seconds=age)) for age in (3_599, 3_600))

    assert young is not None
    assert old is None


@pytest.mark.parametrize("fails", [OSError("down"), ValueError("no")])
def test_keys_go_on_for_a_day_while_the_issuer_cannot_be_reached(fails: Exception) -> None:
    provider = Provider()
    reader = TokenReader([issuer()], provider)
    lasting = token(exp=AT + 1_000_000)
    assert reader.read(lasting, NOW) is not None
    provider.fails = fails
    held, forgotten = (reader.read(lasting, NOW + timedelta(hours=hours)) for hours in (23, 24))

    assert held is not None
    assert forgotten is None


def test_an_issuer_that_never_answered_is_asked_once_a_minute() -> None:
    provider = Provider(fails=OSError("down"))
    reader = TokenReader([issuer()], provider)
    for second in (0, 1, 59, 60):
        assert reader.read(token(), NOW + timedelta(seconds=second)) is None

    assert 2 == len(provider.asked)


def test_keys_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(jwks(RSA))
    provider = Provider()
    found = read(token(), provider=provider, jwks_url=None, jwks_file=str(file))

    assert found is not None
    assert [] == provider.asked
    assert read(token(), jwks_url=None, jwks_file=str(tmp_path / "none.json")) is None


@pytest.mark.parametrize("places", [{"jwks_url": None}, {"jwks_file": "keys.json"}])
def test_the_keys_of_an_issuer_are_in_one_place(places: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="just one of them"):
        issuer(**places)


@pytest.mark.parametrize("url", ["http://id.example.org/jwks", "file:///etc/passwd", "ftp://x/", "https://a b/"])
def test_only_https_addresses_are_asked(url: str) -> None:
    with pytest.raises(ValidationError):
        issuer(jwks_url=url)


def test_nothing_but_https_is_fetched() -> None:
    with pytest.raises(ValueError, match="https"):
        fetched("file:///etc/hostname")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": 7}',
        b"[" * 100_000,
        b"\xff",
        b'{"keys": [' + b"{}," * 101 + b"{}]}",
        b" " * (BYTES_MAX + 1),
    ],
    ids=["empty", "list", "nothing", "number", "deep", "bytes", "many", "long"],
)
def test_a_set_of_keys_that_cannot_be_read_changes_nothing(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever fault comes first
        public_keys(content)

    provider = Provider()
    keys = IssuerKeys(issuer(), provider)
    assert keys.get("rsa-1", NOW) is not None
    provider.content = content
    assert keys.get("rsa-1", NOW + timedelta(hours=2)) is not None


def test_only_public_keys_that_can_be_trusted_are_taken_from_a_set() -> None:
    shared = OctKey.generate_key(256, {"kid": "shared"}).as_dict(private=True)
    for_encryption = RSA.as_dict(private=False) | {"kid": "enc", "use": "enc"}
    nameless = {name: value for name, value in RSA.as_dict(private=False).items() if name != "kid"}
    short = {"kty": "RSA", "e": "AQAB", "n": "3" + "A" * 169 + "w", "kid": "short"}
    unknown = {"kty": "XX", "kid": "unknown"}
    broken = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "broken"}
    private = ECKey.generate_key("P-256", {"kid": "private"}, private=True).as_dict(private=True)
    given = [shared, for_encryption, nameless, short, unknown, broken, private, 7, RSA.as_dict(private=False)]
    found = public_keys(json.dumps({"keys": given}).encode())

    assert {"private", "rsa-1"} == set(found)
    assert not found["private"].is_private

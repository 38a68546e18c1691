"""Who is let in by a key or a token, who is not, and how little the answer says."""

from datetime import datetime, timedelta

import pytest

from interfaces.http.callers import (
    BELIEVED_FOR,
    KNOWN_MAX,
    Caller,
    Callers,
    Denied,
    authenticate,
    bearer,
)
from interfaces.http.problems import status_of
from interfaces.http.tokens import TokenReader
from ledger.streams.governance import Governance, SourceRegistered
from ledger.terms.api_keys import digest_of, key_text
from ledger.terms.refusals import REFUSALS
from tests.gwt import opaque
from tests.http.entering import (
    KEY,
    KEY_ID,
    NEXT_RSA,
    NOW,
    OTHER_ID,
    RSA,
    SECRET,
    Provider,
    api_key,
    issuer,
    jwks,
    ledger,
    token,
)

LEDGER = ledger(api_key())
OTHERS_SECRET = bytes(range(1, 33))


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant

    def later(self, by: timedelta) -> None:
        self.instant += by


def entered(text: str, governance: Governance = LEDGER, now: datetime = NOW) -> Caller | Denied:
    return authenticate(text, governance, now, TokenReader([issuer()], Provider()))


def code(found: Caller | Denied) -> str:
    return found.code if isinstance(found, Denied) else "let in"


# --- keys -------------------------------------------------------------------------------------------------------


def test_a_key_lets_in_for_what_it_was_issued_for() -> None:
    practices = frozenset({opaque("pr", 1)})
    found = entered(KEY, ledger(api_key(practices=practices)))

    expected = Caller(
        f"key:{KEY_ID}", frozenset(("append", "read")), practices, NOW + timedelta(days=30), "night-batch"
    )
    assert expected == found


@pytest.mark.parametrize(
    "text",
    [
        key_text(KEY_ID, OTHERS_SECRET),
        key_text(OTHER_ID, SECRET),
        KEY[:-1],
        KEY + "a",
        KEY.upper(),
        f"key:{KEY_ID}",
        KEY_ID,
        digest_of(SECRET),
        "' OR 1=1 --",
        "a" * 100_000,
        "..",
        "../../ledger",
    ],
)
def test_a_forged_key_is_not_let_in_and_nothing_of_it_is_repeated(text: str) -> None:
    found = entered(text)

    assert isinstance(found, Denied)
    assert (401, "not_authenticated", None) == (found.status, found.code, found.login)
    assert text not in f"{found.happened}{found.remedy}"


def test_a_key_of_another_ledger_is_not_let_in() -> None:
    assert "not_authenticated" == code(entered(KEY, ledger(api_key(OTHER_ID, digest=digest_of(OTHERS_SECRET)))))
    assert "not_authenticated" == code(entered(KEY, ledger()))


def test_a_key_is_let_in_until_its_time_is_over() -> None:
    ends = NOW + timedelta(days=30)

    assert ["let in", "api_key_expired"] == [code(entered(KEY, now=at)) for at in (ends - timedelta(seconds=1), ends)]


def test_a_revoked_key_is_not_let_in_and_its_holder_is_told() -> None:
    found = entered(KEY, ledger(api_key(revoked_at=9, reason="lost")))

    assert isinstance(found, Denied)
    assert ("api_key_revoked", f"key:{KEY_ID}") == (found.code, found.login)


def test_whoever_has_not_the_secret_is_not_told_that_a_key_is_over() -> None:
    wrong = key_text(KEY_ID, OTHERS_SECRET)
    over = [ledger(api_key(revoked_at=9, reason="lost")), ledger(api_key(expires_at=NOW))]

    assert [entered("nothing")] * 2 == [entered(wrong, each) for each in over]


def test_a_secret_is_compared_also_where_nobody_knows_the_id(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []

    def counting(known: bytes, given: bytes) -> bool:
        compared.append((len(known), len(given)))
        return known == given

    monkeypatch.setattr("ledger.terms.api_keys.hmac.compare_digest", counting)
    for text in (KEY, key_text(KEY_ID, OTHERS_SECRET), key_text(OTHER_ID, SECRET)):
        entered(text)

    assert [(64, 64)] * 3 == compared


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", KEY, f"Basic {KEY}", f"Bearer  {KEY}", f"Bearer {KEY} {KEY}", "Bearer ké"],
)
def test_what_is_no_bearer_header_lets_nobody_in(header: str | None) -> None:
    callers = Callers(lambda: NOW, TokenReader([], Provider()))

    assert bearer(header) is None
    assert "not_authenticated" == code(callers(header, LEDGER))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    assert KEY == bearer(f"{scheme} {KEY}")


def test_codes_of_the_door_that_are_refusals_have_their_page() -> None:
    codes = ("api_key_revoked", "api_key_expired", "token_expired")

    assert set(codes) <= set(REFUSALS)
    assert [401] * 3 == [status_of(code) for code in codes]


# --- tokens, as far as the ledger knows them --------------------------------------------------------------------


def test_a_token_lets_in_whom_the_ledger_knows_by_it() -> None:
    found = entered(token())

    assert isinstance(found, Caller)
    assert ("oidc:clinic|ada", frozenset({"read"}), None, "clinic") == (
        found.login,
        found.scopes,
        found.practices,
        found.name,
    )


def test_a_token_lets_a_source_in() -> None:
    robot = SourceRegistered(system="timer", login="oidc:clinic|robot")

    assert "let in" == code(entered(token(sub="robot"), ledger(sources=(robot,))))
    moved = (robot, SourceRegistered(system="timer", login="os:feed"))
    assert "not_authenticated" == code(entered(token(sub="robot"), ledger(sources=moved)))


def test_a_token_of_somebody_unknown_here_is_answered_as_any_other_and_recorded_as_theirs() -> None:
    found = entered(token(sub="bo"))

    assert isinstance(found, Denied)
    assert entered("nothing") == found._replace(login=None)
    assert "oidc:clinic|bo" == found.login


def test_the_subject_of_one_issuer_is_nobody_with_another() -> None:
    assert "not_authenticated" == code(
        authenticate(token(), LEDGER, NOW, TokenReader([issuer(name="other")], Provider()))
    )


def test_a_token_whose_time_is_over_is_told_so_where_its_login_is_known() -> None:
    past = int(NOW.timestamp()) - 31

    assert "token_expired" == code(entered(token(exp=past)))
    assert "not_authenticated" == code(entered(token(exp=past, sub="bo")))
    assert "not_authenticated" == code(entered(token(exp=past, aud="other")))


# --- what is remembered -----------------------------------------------------------------------------------------


def remembering() -> tuple[Callers, Clock, Provider]:
    clock, provider = Clock(), Provider()
    return Callers(clock.now, TokenReader([issuer()], provider)), clock, provider


def test_a_caller_is_remembered_and_not_checked_again_while_nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    callers, _, _ = remembering()
    first = callers(f"Bearer {KEY}", LEDGER)
    monkeypatch.setattr("interfaces.http.callers.authenticate", None)

    assert first == callers(f"Bearer {KEY}", LEDGER)


def test_a_remembered_key_is_forgotten_when_the_ledgers_own_state_changes() -> None:
    callers, _, _ = remembering()
    before = callers(f"Bearer {KEY}", LEDGER)
    after = callers(f"Bearer {KEY}", ledger(api_key(revoked_at=9)))

    assert ["let in", "api_key_revoked"] == [code(before), code(after)]


def test_what_one_ledger_remembers_another_does_not() -> None:
    callers, _, _ = remembering()
    here, there = callers(f"Bearer {KEY}", LEDGER, "here"), callers(f"Bearer {KEY}", ledger(), "there")

    assert ["let in", "not_authenticated"] == [code(here), code(there)]
    assert "let in" == code(callers(f"Bearer {KEY}", LEDGER, "here"))


def test_a_remembered_key_and_token_are_over_when_their_time_is() -> None:
    callers, clock, _ = remembering()
    soon = ledger(api_key(expires_at=NOW + timedelta(seconds=20)))
    brief = token(exp=int(NOW.timestamp()) + 5)
    assert ["let in"] * 2 == [code(callers(f"Bearer {text}", soon)) for text in (KEY, brief)]
    clock.later(timedelta(seconds=36))

    assert ["api_key_expired", "token_expired"] == [code(callers(f"Bearer {text}", soon)) for text in (KEY, brief)]


def test_a_token_is_checked_again_after_a_minute_for_its_key_may_be_gone() -> None:
    callers, clock, provider = remembering()
    good = token(exp=int(NOW.timestamp()) + 100_000)
    assert "let in" == code(callers(f"Bearer {good}", LEDGER))
    provider.content = jwks(NEXT_RSA)
    clock.later(timedelta(hours=1) - timedelta(seconds=1))
    before = code(callers(f"Bearer {good}", LEDGER))
    clock.later(BELIEVED_FOR)

    assert ["let in", "not_authenticated"] == [before, code(callers(f"Bearer {good}", LEDGER))]


def test_so_many_callers_and_no_more_are_remembered() -> None:
    callers, _, _ = remembering()
    secrets = [number.to_bytes(32, "big") for number in range(KNOWN_MAX + 2)]
    keys = {opaque("ak", number): secret for number, secret in enumerate(secrets, start=1)}
    state = ledger(*(api_key(key, digest=digest_of(secret)) for key, secret in list(keys.items())[:2]))
    for key, secret in list(keys.items())[:2]:
        assert "let in" == code(callers(f"Bearer {key_text(key, secret)}", state))

    held = callers._known[""][1]
    assert 2 == len(held)
    held.update({number.to_bytes(32, "big"): next(iter(held.values())) for number in range(KNOWN_MAX - 2)})
    callers(f"Bearer {KEY}", state)
    assert "not_authenticated" == code(callers(f"Bearer {KEY}", state))
    assert KNOWN_MAX == len(held)


def test_nothing_that_came_is_kept_in_the_clear() -> None:
    callers, _, _ = remembering()
    callers(f"Bearer {KEY}", LEDGER)

    assert KEY not in repr(callers._known)


def test_only_a_token_whose_key_is_not_here_may_wait() -> None:
    callers, _, _ = remembering()
    before = [callers.may_wait(header, LEDGER) for header in (None, f"Bearer {KEY}", f"Bearer {token()}", "Bearer x")]
    callers(f"Bearer {token()}", LEDGER)

    assert [False, False, True, False] == before
    assert not callers.may_wait(f"Bearer {token(NEXT_RSA)}", LEDGER)
    assert not callers.may_wait(f"Bearer {token(RSA)}", LEDGER)

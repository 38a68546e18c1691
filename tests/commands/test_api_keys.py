"""The keys that programs enter by: issued by an administrator for a time, for one who speaks, and revoked for ever."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from commands.intents.api_keys import IssueApiKey, RevokeApiKey
from ledger.streams.api_keys import ApiKeyIssued, ApiKeyRevoked
from ledger.streams.governance import Governance, LoginBound, SourceRegistered
from ledger.terms.api_keys import digest_of, is_digest, key_text, presented
from tests.commands.world import ADMIN, COMPLIANCE, NURSE, OTHER_PRACTICE, PRACTICE, SITE_ADMIN, office, utc
from tests.gwt import Given, opaque

KEY = opaque("ak", 500)
SECRET = bytes(range(32))
DIGEST = digest_of(SECRET)
UNTIL = utc("2026-12-31T00:00")


def issue(**changes: Any) -> IssueApiKey:
    whole: dict[str, Any] = {
        "name": "night-batch",
        "digest": DIGEST,
        "staff": NURSE,
        "scopes": ("append", "read"),
        "expires_at": UNTIL,
    }
    return IssueApiKey(**{**whole, **changes})


def for_source(**changes: Any) -> IssueApiKey:
    return issue(staff=None, source="timer", **changes)


ISSUED = office().by(ADMIN).then(issue())


def ledger_of(given: Given) -> Governance:
    state: Governance = given.state("ledger")
    return state


def revoke(given: Given) -> RevokeApiKey:
    return RevokeApiKey(key=ledger_of(given).api_keys.keys[0].key, reason="exposed")


def test_a_key_is_issued_to_a_staff_member_and_its_login_speaks_for_them() -> None:
    then = office().by(ADMIN).when(issue())
    issued, bound = then.events

    assert isinstance(issued, ApiKeyIssued)
    assert (issued.digest, issued.staff, issued.scopes, issued.expires_at) == (
        DIGEST,
        NURSE,
        ("append", "read"),
        UNTIL,
    )
    assert LoginBound(login=f"key:{issued.key}", staff=NURSE) == bound
    assert {"api_key": issued.key} == then.ids


def test_a_key_for_a_source_that_is_not_known_registers_it() -> None:
    issued, registered = office().by(ADMIN).when(for_source()).events

    assert isinstance(issued, ApiKeyIssued)
    assert SourceRegistered(system="timer", login=f"key:{issued.key}") == registered


def test_a_second_key_delivers_for_the_same_source_beside_the_first() -> None:
    ledger = office().by(ADMIN).then(for_source())
    then = ledger.when(for_source(digest="ab" * 32))
    state = ledger_of(ledger.then(for_source(digest="ab" * 32)))

    assert ["api_key_issued"] == [event.TOPIC for event in then.events]
    assert [True, True] == [state.delivers("timer", key.login) for key in state.api_keys.keys]
    assert not state.delivers("ehr", state.api_keys.keys[0].login)


def test_a_source_keeps_its_registration_and_trust_when_a_key_is_issued_for_it() -> None:
    trusted = SourceRegistered(system="timer", login="os:feed", trusted_for_acts=True)
    state = ledger_of(office().and_(trusted).by(ADMIN).then(for_source()))

    assert trusted == state.source("timer")
    assert state.delivers("timer", "os:feed")


@pytest.mark.parametrize("speaks", [{"staff": None}, {"source": "timer"}])
def test_a_key_speaks_for_just_one(speaks: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="just one of them"):
        issue(**speaks)


def test_a_key_needs_a_purpose() -> None:
    with pytest.raises(ValidationError):
        issue(scopes=())


def test_scopes_and_practices_are_kept_once_and_in_order() -> None:
    asked = issue(scopes=("read", "append", "read"), practices=(OTHER_PRACTICE, PRACTICE, PRACTICE))
    issued = office().by(ADMIN).when(asked).events[0]

    assert isinstance(issued, ApiKeyIssued)
    assert (("append", "read"), (PRACTICE, OTHER_PRACTICE)) == (issued.scopes, issued.practices)


def test_a_key_issued_just_so_is_unchanged_also_when_it_has_expired() -> None:
    assert (len(ISSUED.facts) - 1,) == ISSUED.at("2027-06-01T12:00:00+00:00").when(issue()).unchanged
    assert {"api_key": KEY} == ISSUED.when(issue()).ids


def test_a_secret_is_for_one_key() -> None:
    revoked = ISSUED.then(revoke(ISSUED))

    assert "api_key_secret_known" == ISSUED.when(issue(scopes=("operate",))).refused
    assert "api_key_secret_known" == revoked.when(issue()).refused


@pytest.mark.parametrize(
    ("expires_at", "code"),
    [
        (utc("2026-03-31T18:00"), "api_key_time"),
        (utc("2026-03-31T18:00") + timedelta(days=731, seconds=1), "api_key_time"),
    ],
)
def test_a_key_expires_after_now_and_within_two_years(expires_at: Any, code: str) -> None:
    assert code == office().by(ADMIN).when(issue(expires_at=expires_at)).refused


def test_a_key_lasts_two_years_at_most() -> None:
    last = utc("2026-03-31T18:00") + timedelta(days=731)
    issued = office().by(ADMIN).when(issue(expires_at=last)).events[0]

    assert isinstance(issued, ApiKeyIssued)
    assert last == issued.expires_at


def test_a_key_is_for_practices_that_are_there() -> None:
    assert "no_such_practice" == office().by(ADMIN).when(issue(practices=(opaque("pr", 9),))).refused


def test_only_an_administrator_of_all_practices_issues_and_revokes() -> None:
    commands = (issue(), revoke(ISSUED))
    refused = [[ISSUED.by(actor).when(command).refused for actor in (COMPLIANCE, SITE_ADMIN)] for command in commands]

    assert [["capacity_missing", "not_in_this_practice"]] * 2 == refused


def test_a_key_is_revoked_once() -> None:
    revoked = ISSUED.when(revoke(ISSUED)).event

    assert ApiKeyRevoked(key=KEY, reason="exposed") == revoked
    assert (len(ISSUED.facts) + 1,) == ISSUED.again(revoke(ISSUED)).unchanged


def test_a_key_that_was_never_issued_cannot_be_revoked() -> None:
    assert "no_such_api_key" == ISSUED.when(RevokeApiKey(key=opaque("ak", 7), reason="lost")).refused


# --- their form -------------------------------------------------------------------------------------------------


def test_a_key_is_told_by_its_form_and_comes_apart_as_it_was_put_together() -> None:
    text = key_text(KEY, SECRET)

    assert f"ccm_{KEY[3:]}_" == text[:31]
    assert (KEY, DIGEST) == presented(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ccm_",
        key_text(KEY, SECRET).upper(),
        key_text(KEY, SECRET) + "\n",
        f" {key_text(KEY, SECRET)}",
        key_text(KEY, SECRET)[:-1],
        key_text(KEY, SECRET).replace("ccm_", "ak_"),
    ],
)
def test_what_has_not_the_form_of_a_key_is_none(text: str) -> None:
    assert presented(text) is None


def test_no_secret_matches_where_no_digest_is_known() -> None:
    assert is_digest(DIGEST, DIGEST)
    assert not is_digest("ab" * 32, DIGEST)
    assert not is_digest(None, DIGEST)
    assert not is_digest(None, "0" * 64)

"""Deciders about the keys that programs enter by: a key is issued once, for some time, and revoked for ever.

Promise: no key makes another one, so that whoever finds a key cannot outlive it; what is decided here never sees a
secret. Not promised: what a key may do in the end; that is for its scopes at the door and for the roles behind it.
"""

from datetime import timedelta
from typing import Final

from commands.deciding import Asked, Law, States
from commands.intents.api_keys import IssueApiKey, RevokeApiKey
from ledger.streams.api_keys import ApiKey, ApiKeyIssued, ApiKeyRevoked
from ledger.streams.base import Event
from ledger.streams.governance import LoginBound, SourceRegistered
from ledger.terms.api_keys import SCOPES, key_of_login, login_of_key
from ledger.terms.identity import LEDGER_TAG, practice_tag
from ledger.terms.outcome import Accepted, Outcome, Unchanged
from ledger.terms.refusals import refused

LASTS_MAX: Final = timedelta(days=731)
"""Two years: a key that nobody renews was forgotten."""


def decide_issue_api_key(asked: Asked[IssueApiKey], states: States, law: Law) -> Outcome:
    """Let a program in by a key; its login is bound to the staff member, or delivers for the source.

    A source that is registered keeps its registration: several keys may deliver for it, so that one takes over from
    another. Reads the ledger's own stream and the practices named. Refuses, in order: no_such_practice,
    api_key_by_api_key, api_key_secret_known, api_key_time. Unchanged where this key was issued just so and stands.
    """
    command = asked.command
    if need := states.missing(LEDGER_TAG, *(practice_tag(practice) for practice in command.practices)):
        return need
    state = states.governance()
    if not all(states.practice(practice).is_registered for practice in command.practices):
        return refused("no_such_practice")
    if key_of_login(asked.login) is not None:
        return refused("api_key_by_api_key")
    event = ApiKeyIssued(
        key=asked.new_id("ak"),
        name=command.name,
        digest=command.digest,
        staff=asked.person("staff"),
        source=command.source,
        scopes=tuple(scope for scope in SCOPES if scope in command.scopes),
        practices=tuple(sorted(set(command.practices))),
        expires_at=command.expires_at.replace(microsecond=0),
    )
    known = state.api_keys.of_digest(event.digest)
    if known is not None:
        is_same = known.revoked_at is None and _says(known) == _says(event)
        ids = (("api_key", known.key),)
        return Unchanged((known.issued_at,), ids) if is_same else refused("api_key_secret_known")
    # The clock of a simulated ledger is its input's, and a key is let in by that of the door.
    if not state.simulated and not asked.now < event.expires_at <= asked.now + LASTS_MAX:
        return refused("api_key_time")
    login = login_of_key(event.key)
    bound: tuple[Event, ...] = ()
    if event.staff is not None:
        bound = (LoginBound(login=login, staff=event.staff),)
    elif event.source is not None and state.source(event.source) is None:
        bound = (SourceRegistered(system=event.source, login=login),)
    return Accepted((event, *bound), ids=(("api_key", event.key),))


def decide_revoke_api_key(asked: Asked[RevokeApiKey], states: States, law: Law) -> Outcome:
    """Let a key let nobody in from now on; what came by it stays.

    Reads the ledger's own stream. Refuses: no_such_api_key. Unchanged where it is revoked.
    """
    if need := states.missing(LEDGER_TAG):
        return need
    known = states.governance().api_keys.get(asked.command.key)
    if known is None:
        return refused("no_such_api_key")
    if known.revoked_at is not None:
        return Unchanged((known.revoked_at,))
    return Accepted((ApiKeyRevoked(key=known.key, reason=asked.command.reason),))


def _says(key: ApiKey | ApiKeyIssued) -> tuple[object, ...]:
    """What a key is, without its id."""
    practices = frozenset(key.practices or ())
    return key.name, key.staff, key.source, frozenset(key.scopes), practices, key.expires_at

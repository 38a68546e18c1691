"""Deciders about the keys that sign the log: a key is adopted once, and retired once, for ever."""

from commands.deciding import Asked, Law, States
from commands.intents.log_keys import AdoptLogKey, RetireLogKey
from ledger.streams.log_keys import LogKeyAdopted, LogKeyRetired
from ledger.terms.identity import LEDGER_TAG
from ledger.terms.outcome import Accepted, Outcome, Unchanged
from ledger.terms.refusals import refused


def decide_adopt_log_key(asked: Asked[AdoptLogKey], states: States, law: Law) -> Outcome:
    """Let a key sign the log from now on.

    Reads the ledger's own stream. Refuses, in order: no_such_log_key (that it would replace), log_key_retired.
    Unchanged where the key is in use.
    """
    if need := states.missing(LEDGER_TAG):
        return need
    command, keys = asked.command, states.governance().log_keys
    if command.replaces is not None and keys.get(command.replaces, command.kind) is None:
        return refused("no_such_log_key")
    known = keys.get(command.public_key, command.kind)
    if known is not None:
        return Unchanged((known.adopted_at,)) if known.is_in_use else refused("log_key_retired")
    event = LogKeyAdopted(
        name=command.name, kind=command.kind, public_key=command.public_key, replaces=command.replaces
    )
    return Accepted((event,))


def decide_retire_log_key(asked: Asked[RetireLogKey], states: States, law: Law) -> Outcome:
    """Let a key of the log sign nothing from now on.

    Reads the ledger's own stream. Refuses, in order: no_such_log_key, last_log_key. Unchanged where it is retired.
    """
    if need := states.missing(LEDGER_TAG):
        return need
    command, keys = asked.command, states.governance().log_keys
    known = keys.get(command.public_key, command.kind)
    if known is None:
        return refused("no_such_log_key")
    if known.retired_at is not None:
        return Unchanged((known.retired_at,))
    if keys.in_use(command.kind) == (known,):
        return refused("last_log_key")
    event = LogKeyRetired(name=known.name, kind=known.kind, public_key=known.public_key, reason=command.reason)
    return Accepted((event,))

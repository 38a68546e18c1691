"""Deciders of a witness: watching the log of another ledger, one checkpoint after the other.

Whether a checkpoint is signed and follows from the one before is proven outside, before the command is given; the
decider makes sure that the proof began where the record stands.
"""

from typing import Final

from commands.deciding import Asked, Law, States
from commands.intents.witnessing import ReportContradiction, TrustLog, WitnessCheckpoint
from ledger.streams.witnessing import CheckpointContradicted, CheckpointWitnessed, LogTrusted, WatchedLog
from ledger.terms.identity import witnessed_tag
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused

OF_ORIGIN: Final = "#log"
"""The system of the tokens of origins."""


def decide_trust_log(asked: Asked[TrustLog], states: States, law: Law) -> Outcome:
    """Watch a log by its keys; other keys replace those that were named before.

    Reads the log's stream. Unchanged where it is watched by just these keys.
    """
    log = asked.token(OF_ORIGIN, asked.command.origin)
    if need := states.missing(witnessed_tag(log)):
        return need
    known = states.get(witnessed_tag(log))
    if known.keys == asked.command.keys:
        return Unchanged((known.trusted_at,))
    return Accepted((LogTrusted(log=log, origin=asked.command.origin, keys=asked.command.keys),))


def decide_witness_checkpoint(asked: Asked[WitnessCheckpoint], states: States, law: Law) -> Outcome:
    """Put on record that a checkpoint was seen, behind the one seen before it.

    Reads the log's stream. Unchanged where just this one was seen last. Refuses, in order: log_not_watched,
    checkpoint_smaller, checkpoint_contradicts (same size, other root), checkpoint_from_elsewhere.
    """
    log = asked.token(OF_ORIGIN, asked.command.origin)
    found = _watched(states, log)
    if not isinstance(found, WatchedLog):
        return found
    size, root, after = asked.command.size, asked.command.root, asked.command.after
    if (size, root) == (found.size, found.root):
        return Unchanged((found.seen_at,))
    if size < found.size:
        return refused("checkpoint_smaller", facts=(found.seen_at,), size=str(size), seen=str(found.size))
    if found.root and size == found.size:
        return refused("checkpoint_contradicts", facts=(found.seen_at,), size=str(size))
    if after != found.size:
        return refused("checkpoint_from_elsewhere", facts=(found.seen_at,), after=str(after), seen=str(found.size))
    return Accepted((CheckpointWitnessed(log=log, size=size, root=root, note=asked.command.note),))


def decide_report_contradiction(asked: Asked[ReportContradiction], states: States, law: Law) -> Outcome:
    """Keep a signed checkpoint that cannot follow from the one seen before: with that one it proves two histories.

    Reads the log's stream. Unchanged where it is kept already. Refuses: log_not_watched.
    """
    log = asked.token(OF_ORIGIN, asked.command.origin)
    found = _watched(states, log)
    if not isinstance(found, WatchedLog):
        return found
    kept = next((position for root, position in found.contradictions if root == asked.command.root), None)
    if kept is not None:
        return Unchanged((kept,))
    command = asked.command
    return Accepted((CheckpointContradicted(log=log, size=command.size, root=command.root, note=command.note),))


def _watched(states: States, log: str) -> WatchedLog | Need | Refused:
    if need := states.missing(witnessed_tag(log)):
        return need
    known = states.get(witnessed_tag(log))
    return known if known.origin else refused("log_not_watched")

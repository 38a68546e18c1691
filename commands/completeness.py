"""The decider about maps of completeness: each covers more than the one before, and nothing that is not there yet."""

from commands.deciding import Asked, Law, States
from commands.intents.completeness import MapCompleteness
from ledger.streams.completeness import CompletenessMapped, Mapped
from ledger.terms.identity import COMPLETENESS_TAG
from ledger.terms.outcome import Accepted, Outcome, Unchanged
from ledger.terms.refusals import refused


def decide_map_completeness(asked: Asked[MapCompleteness], states: States, law: Law) -> Outcome:
    """Put on record the root of the map of all facts up to a position.

    Reads the stream of the maps; whether the root is true is for `verify --log` to say, which makes it anew. Refuses:
    map_beyond_ledger. Unchanged where a map on record covers as much or more.
    """
    if need := states.missing(COMPLETENESS_TAG):
        return need
    command = asked.command
    if command.up_to > asked.position:
        return refused("map_beyond_ledger")
    mapped: Mapped = states.get(COMPLETENESS_TAG)
    if mapped.map is not None and command.up_to <= mapped.map.up_to:
        return Unchanged((mapped.position,))
    event = CompletenessMapped(depth=command.depth, up_to=command.up_to, entries=command.entries, root=command.root)
    return Accepted((event,))

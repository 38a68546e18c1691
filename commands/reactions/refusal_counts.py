"""Closes the counts of refusals whose day is over.

A count stands beside the facts and is covered by no proof until a fact says it. A repeat that still comes in after that
(from a program whose clock is slow) is not lost: counts are looked at again for a week, and one that rose is put on
record anew; `verify` compares all of them for ever.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from commands.reactions.ports import Repeated
from commands.reactions.reports import PAGE, Report, Seen
from commands.reviews import is_over
from ledger.streams.access import CommandRefused
from ledger.streams.reviews import Reached, Refusals
from ledger.terms.identity import reaction_tag, refusals_tag

LOOKED_BACK: Final = timedelta(days=7)
"""How long after its day a count is looked at again."""


class CloseRefusalCounts:
    """The reaction."""

    name = "close_refusal_counts"

    def reports(self, seen: Seen) -> Iterator[Report]:
        """A closing for each count of a day that is over and that is not on record as it is, by position.

        At last, how far everything was closed when this run began: what lies before is not looked at again.
        """
        reached: Reached = seen.state(reaction_tag(self.name))
        up_to, is_settled = reached.up_to, True
        counts = seen.log.refusal_counts(reached.up_to)
        for at in range(0, len(counts), PAGE):
            for count, refusal in _refusals(counts[at : at + PAGE], seen):
                known = _known(refusal.subject, count.position, seen)
                if known < count.times and is_over(refusal.on, seen.now):
                    data = {"subject": refusal.subject, "refusal": count.position, "times": count.times}
                    yield Report("close_refusal_count", count.position, str(count.times), data)
                is_settled = is_settled and known >= count.times and refusal.on < (seen.now - LOOKED_BACK).date()
                up_to = count.position if is_settled else up_to
        if up_to > reached.up_to:
            yield Report("note_reaction_run", up_to, "ran", {"reaction": self.name, "up_to": up_to})


def _refusals(counts: Sequence[Repeated], seen: Seen) -> Iterator[tuple[Repeated, CommandRefused]]:
    facts = {fact.position: fact.event for fact in seen.log.facts_at(count.position for count in counts)}
    for count in counts:
        event = facts.get(count.position)
        if isinstance(event, CommandRefused):
            yield count, event


def _known(subject: str, position: int, seen: Seen) -> int:
    """How often it is on record that the refusal was given; 0 while its count is open."""
    refusals: Refusals = seen.state(refusals_tag(subject))
    known = refusals.at(position)
    return known.times or 0 if known else 0

"""Deciders about holds: compliance keeps a record from being erased, and lets it go again (readings, 2 and 8)."""

from commands.deciding import Asked, Law, States
from commands.erasing.records import hold_named, streams_of
from commands.intents.erasure import PlaceHold, ReleaseHold
from ledger.streams.erasure import Erasures, ErasureWords, HoldPlaced, HoldReleased, scopes_of
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Need, Notice, Outcome, Unchanged
from ledger.terms.refusals import refused


def decide_place_hold(asked: Asked[PlaceHold], states: States, law: Law) -> Outcome:
    """Place a hold on a record, or on years of it: nothing of that is erased while it stands, whatever its age.

    Reads the holds and erasures of the patient. Unchanged where just this hold stands, by matter and years. Notices:
    erased_before_hold.
    """
    command = asked.command
    found = streams_of(asked, states)
    if isinstance(found, Need):
        return found
    group, erasures = found
    standing = (hold for each in erasures for hold in each.holds if hold.released is None)
    same = (command.matter, command.years)
    known = next((h for h in standing if (h.event.matter, h.event.years) == same and command.matter), None)
    if known is not None:
        return Unchanged((known.position,), (("hold", known.event.hold),))
    event = HoldPlaced(
        patient=asked.patient,
        hold=asked.new_id("hd"),
        matter=command.matter,
        years=command.years,
        words=ErasureWords(reason=command.reason),
    )
    return Accepted((event,), _gone(event, group, erasures), (("hold", event.hold),))


def decide_release_hold(asked: Asked[ReleaseHold], states: States, law: Law) -> Outcome:
    """Release a hold; others may stand, and the law does.

    Reads the holds of the patient. Refuses: no_such_hold. Unchanged where it was released before.
    """
    found = streams_of(asked, states)
    if isinstance(found, Need):
        return found
    hold = hold_named(found[1], asked.command.hold)
    if hold is None:
        return refused("no_such_hold")
    if hold.released is not None:
        return Unchanged((hold.released,))
    words = ErasureWords(reason=asked.command.reason)
    return Accepted((HoldReleased(patient=hold.event.patient, hold=hold.event.hold, words=words),))


def _gone(event: HoldPlaced, group: tuple[str, ...], erasures: tuple[Erasures, ...]) -> tuple[Notice, ...]:
    """The notice where some of what is to be held is gone, or about to be."""
    gone = frozenset(scope for each in erasures for scope in each.scopes)
    held = frozenset(scopes_of(group, event.years, identity=not event.years))
    touched = gone & held if event.years else gone
    if not touched:
        return ()
    return (notice("erased_before_hold", "Words of what is held were erased before, or their erasure has begun."),)

"""Deciders about the ledger itself: adopt a rulebook, bind a login, register a source."""

from commands.deciding import Asked, Law, States
from commands.guards import said_at
from commands.intents.governance import AdoptRulebook, BindLogin, RegisterSource
from commands.opening import adoption
from ledger.rulebook import shipped_edition
from ledger.streams.governance import LoginBound, SourceRegistered
from ledger.terms.identity import LEDGER_TAG
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Outcome, Unchanged
from ledger.terms.refusals import refused


def decide_adopt_rulebook(asked: Asked[AdoptRulebook], states: States, law: Law) -> Outcome:
    """Adopt the edition that this program ships; its whole bytes become a fact.

    Reads the ledger's own stream and the shipped edition. Refuses: edition_unknown. Unchanged where it is in use.
    """
    if need := states.missing(LEDGER_TAG):
        return need
    edition = shipped_edition()
    if asked.command.edition != edition.digest:
        return refused("edition_unknown")
    in_use = states.governance().edition()
    if in_use is not None and in_use.edition == edition.digest:
        return Unchanged((in_use.position,))
    return Accepted((adoption(edition, reason=asked.command.reason),))


def decide_bind_login(asked: Asked[BindLogin], states: States, law: Law) -> Outcome:
    """Let a login speak for a staff member; a later binding moves it.

    Reads the ledger's own stream. Unchanged where the login speaks for that person. Notices: login_moved.
    """
    if need := states.missing(LEDGER_TAG):
        return need
    state = states.governance()
    event = LoginBound(login=asked.command.login, staff=asked.people["staff"])
    bound = state.staff_of(event.login)
    if bound == event.staff:
        return Unchanged(_at(said_at(state.said, event)))
    happened = "The login spoke for another staff member until now."
    return Accepted((event,), (notice("login_moved", happened),) if bound is not None else ())


def decide_register_source(asked: Asked[RegisterSource], states: States, law: Law) -> Outcome:
    """Let a source system deliver by one login; a later registration changes by which, and whether it may act.

    Reads the ledger's own stream. Unchanged where the source is registered just so.
    """
    if need := states.missing(LEDGER_TAG):
        return need
    state = states.governance()
    command = asked.command
    login = command.login or asked.login
    event = SourceRegistered(system=command.system, login=login, trusted_for_acts=command.trusted_for_acts)
    if state.source(event.system) == event:
        return Unchanged(_at(said_at(state.said, event)))
    return Accepted((event,))


def _at(position: int | None) -> tuple[int, ...]:
    return () if position is None else (position,)

"""Deciders about the ledger itself: adopt a rulebook, bind a login, register a source."""

from typing import Final

from commands.deciding import Asked, Law, States
from commands.guards import said_at
from commands.intents.governance import AdoptRulebook, BindLogin, RegisterSource
from commands.opening import adoption
from ledger.rulebook import Edition, RulebookError, admitted, profiles_in, with_profiles
from ledger.streams.governance import LoginBound, SourceRegistered
from ledger.terms.identity import LEDGER_TAG
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Outcome, Unchanged
from ledger.terms.refusals import refused

FAULTS_TOLD: Final = 5
"""How many faults of profiles a refusal lists; `rules check` lists all."""


def decide_adopt_rulebook(asked: Asked[AdoptRulebook], states: States, law: Law) -> Outcome:
    """Adopt the edition that this program ships, with the profiles given; its whole bytes become a fact.

    Reads the ledger's own stream and the shipped edition. Refuses, in order: profiles_do_not_load, edition_unknown.
    Unchanged where it is in use. Notices: profiles_left_out.
    """
    if need := states.missing(LEDGER_TAG):
        return need
    try:
        edition = with_profiles({given.file: given.text.encode() for given in asked.command.profiles})
        admitted(edition)
    except RulebookError as error:
        return refused("profiles_do_not_load", happened=_faults(error))
    if len({given.file for given in asked.command.profiles}) < len(asked.command.profiles):
        return refused("profiles_do_not_load", happened="One file of a profile is given twice.")
    if asked.command.edition != edition.digest:
        return refused("edition_unknown")
    in_use = states.governance().edition()
    if in_use is None:
        return Accepted((adoption(edition, reason=asked.command.reason),))
    if in_use.edition == edition.digest:
        return Unchanged((in_use.position,))
    left_out = sorted(profiles_in(Edition.from_bytes(in_use.content)) - profiles_in(edition))
    happened = f"The edition used until now has profiles that this one has not: {', '.join(left_out)}."
    notices = (notice("profiles_left_out", happened),) if left_out else ()
    return Accepted((adoption(edition, reason=asked.command.reason),), notices)


def _faults(error: RulebookError) -> str:
    told = "; ".join(str(diagnostic) for diagnostic in error.diagnostics[:FAULTS_TOLD])
    more = len(error.diagnostics) - FAULTS_TOLD
    return f"A payer's profile does not load: {told}{f'; and {more} more faults' if more > 0 else ''}"


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

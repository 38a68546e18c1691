"""The door: which ledger a request is for, who brings it, and whether they may.

Promise: nothing of a ledger is done or shown before its caller is known and has the scope for it; whoever is not let
in is told the same, whatever is missing, and the attempt is recorded in the ledger that it was for.
"""

import asyncio
from contextlib import suppress
from typing import NamedTuple, Protocol

from starlette.requests import Request

from interfaces.http.callers import Caller, Denied, not_authenticated
from interfaces.http.entrances import Entrances
from interfaces.http.hosting import Hosted, Hosts
from interfaces.http.operations import allowed
from interfaces.http.problems import Problem, of_refusal
from interfaces.http.rates import RateLimits
from ledger.streams.governance import Governance
from ledger.terms.errors import LedgerError, NotALedger


class Authenticate(Protocol):
    """Reads the Authorization header of a request for one ledger (callers.Callers)."""

    def __call__(self, authorization: str | None, governance: Governance, ledger: str = "") -> Caller | Denied:
        """Who calls, or why they are not let in."""
        ...

    def may_wait(self, authorization: str | None, governance: Governance, ledger: str = "") -> bool:
        """Whether asking may wait for somebody far away: then it is asked in a thread."""
        ...


class Entered(NamedTuple):
    """A request that was let in: the ledger that it is for, and who brings it."""

    hosted: Hosted
    caller: Caller


class Door:
    """Lets callers in to ledgers."""

    def __init__(
        self, hosts: Hosts, authenticate: Authenticate, entrances: Entrances, rates: RateLimits | None = None
    ) -> None:
        self._hosts = hosts
        self._authenticate = authenticate
        self._entrances = entrances
        self._rates = rates

    async def enter(self, request: Request, operation: str, scope: str) -> Entered:
        """The ledger and the caller. Raises Problem (401, 403, 429) and LedgerError."""
        request.state.operation = operation
        try:
            hosted = self._hosts.get(request.path_params["ledger"])
        except NotALedger:
            # As to somebody whom nobody knows: which ledgers are here is nobody's business.
            self._count_stranger(request)
            raise _closed(not_authenticated()) from None
        request.state.ledger = hosted.name
        found = await self._found(_authorization(request), hosted)
        if isinstance(found, Denied):
            request.state.proven = found.login
            self._count_stranger(request)
            self._entrances.denied(hosted, found.login, operation, found.code)
            raise _closed(found)
        request.state.caller = found
        if self._rates is not None:
            request.state.rate = self._rates.of_login(hosted.name, found.login)
        if scope not in found.scopes:
            self._entrances.denied(hosted, found.login, operation, "scope_missing")
            raise Problem(
                403,
                "scope_missing",
                f"This needs the scope `{scope}`, which the key or token does not have.",
                "Ask an administrator for a key with it.",
                scope=scope,
            )
        self._entrances.let_in(hosted, found.login)
        return Entered(hosted, found)

    async def still_open(self, request: Request, entered: Entered, scopes: frozenset[str]) -> bool:
        """Whether who entered before would be let in again: a key may have ended while its answer is being sent."""
        found = await self._found(_authorization(request), entered.hosted)
        return isinstance(found, Caller) and found.login == entered.caller.login and scopes <= found.scopes

    async def permit(self, entered: Entered, operation: str) -> None:
        """Hold who entered to the roles of an operation that is about the ledger itself. Raises Problem."""
        login = entered.caller.login
        refusal = await entered.hosted.ask(lambda session: allowed(session.handler, operation, login), login=login)
        if refusal is not None:
            self._entrances.denied(entered.hosted, login, operation, refusal.code)
            raise of_refusal(refusal)

    async def ledgers_of_operator(self, request: Request) -> frozenset[str]:
        """The open ledgers that this request's key or token has the scope `operate` for. Raises Problem (401, 429)."""
        authorization = _authorization(request)
        found = set()
        for hosted in self._hosts.all():
            if hosted.is_open:
                caller = await self._found(authorization, hosted)
                if not isinstance(caller, Denied) and "operate" in caller.scopes:
                    with suppress(Problem, LedgerError):  # one that is silent keeps no other from being told
                        await self.permit(Entered(hosted, caller), "metrics")
                        found.add(hosted.name)
        if not found:
            self._count_stranger(request)
            raise _closed(not_authenticated())
        return frozenset(found)

    def _count_stranger(self, request: Request) -> None:
        """Before anything is recorded of somebody who is not let in: what floods the door is told 429 and no more."""
        if self._rates is not None:
            self._rates.of_stranger(request.client.host if request.client is not None else None)

    def count_denied(self, request: Request, problem: Problem) -> None:
        """Count an answer that somebody was denied. Lines are counted where they are decided."""
        state = request.state
        ledger, caller = getattr(state, "ledger", None), getattr(state, "caller", None)
        is_denied = problem.status in (401, 403) or (problem.status == 429 and caller is None)
        if ledger is None or not is_denied or getattr(state, "outcome", None) == "refused":
            return
        login = caller.login if caller is not None else getattr(state, "proven", None)
        self._hosts.get(ledger).denials.add(login, state.operation, problem.code)

    async def _found(self, authorization: str | None, hosted: Hosted) -> Caller | Denied:
        governance = await hosted.governance()
        if self._authenticate.may_wait(authorization, governance, hosted.name):
            return await asyncio.to_thread(self._authenticate, authorization, governance, hosted.name)
        return self._authenticate(authorization, governance, hosted.name)


def _authorization(request: Request) -> str | None:
    """The one header that says who calls; None where there is none, or several."""
    given = request.headers.getlist("authorization")
    return given[0] if len(given) == 1 else None


def _closed(denied: Denied) -> Problem:
    challenge = {"WWW-Authenticate": "Bearer"}
    return Problem(denied.status, denied.code, denied.happened, denied.remedy, headers=challenge)

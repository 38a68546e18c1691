"""The door: which ledger a request is for, who brings it, and whether they may.

Promise: nothing of a ledger is done or shown before its caller is known and has the scope for it; whoever is not let
in is told the same, whatever is missing, and the attempt is recorded where the ledger knows the login.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from starlette.requests import Request

from interfaces.http.callers import Caller, Denied
from interfaces.http.hosting import Hosted, Hosts
from interfaces.http.problems import Problem
from interfaces.http.rates import RateLimits
from ledger.streams.governance import Governance
from ledger.terms.errors import NotALedger


class Authenticate(Protocol):
    """Reads the Authorization header of a request for one ledger."""

    def __call__(self, authorization: str | None, governance: Governance) -> Caller | Denied:
        """Who calls, or why they are not let in."""
        ...


class Entered(NamedTuple):
    """A request that was let in: the ledger that it is for, and who brings it."""

    hosted: Hosted
    caller: Caller


Noticed = Callable[[Hosted, str | None, str, str], None]
"""Told of every attempt that was denied: the ledger, the login where it is known, the operation and the code."""


class Door:
    """Lets callers in to ledgers."""

    def __init__(
        self,
        hosts: Hosts,
        authenticate: Authenticate,
        denied: Noticed,
        let_in: Noticed,
        rates: RateLimits | None = None,
    ) -> None:
        self._hosts = hosts
        self._authenticate = authenticate
        self._denied = denied
        self._let_in = let_in
        self._rates = rates

    async def enter(self, request: Request, operation: str, scope: str) -> Entered:
        """The ledger and the caller. Raises Problem (401, 403, 404, 429) and LedgerError."""
        request.state.operation = operation
        try:
            hosted = self._hosts.get(request.path_params["ledger"])
        except NotALedger:
            self._count_stranger(request)
            raise not_let_in() from None
        request.state.ledger = hosted.name
        found = self._authenticate(request.headers.get("authorization"), await hosted.governance())
        if isinstance(found, Denied):
            self._count_stranger(request)
            self._denied(hosted, found.login, operation, found.code)
            raise Problem(
                found.status, found.code, found.happened, found.remedy, headers={"WWW-Authenticate": "Bearer"}
            )
        request.state.caller = found
        if self._rates is not None:
            request.state.rate = self._rates.of_login(hosted.name, found.login)
        if scope not in found.scopes:
            self._denied(hosted, found.login, operation, "scope_missing")
            raise Problem(
                403,
                "scope_missing",
                f"This needs the scope `{scope}`, which the key or token does not have.",
                "Ask an administrator for a key with it.",
                scope=scope,
            )
        self._let_in(hosted, found.login, operation, "")
        return Entered(hosted, found)

    async def ledgers_of_operator(self, request: Request) -> frozenset[str]:
        """The open ledgers that this request's key or token has the scope `operate` for. Raises Problem (401, 429)."""
        authorization = request.headers.get("authorization")
        found = set()
        for hosted in self._hosts.all():
            if hosted.is_open:
                caller = self._authenticate(authorization, await hosted.governance())
                if not isinstance(caller, Denied) and "operate" in caller.scopes:
                    found.add(hosted.name)
        if not found:
            self._count_stranger(request)
            raise not_let_in()
        return frozenset(found)

    def _count_stranger(self, request: Request) -> None:
        """Before anything is recorded of somebody who is not let in: what floods the door is told 429 and no more."""
        if self._rates is not None:
            self._rates.of_stranger(request.client.host if request.client is not None else None)


def not_let_in() -> Problem:
    """The answer to whoever asks for a ledger that is not here: as to somebody whom nobody knows."""
    return Problem(
        401,
        "not_authenticated",
        "The request brings no key or token that this server lets in here.",
        "Send `Authorization: Bearer KEY` with a key of this ledger.",
        headers={"WWW-Authenticate": "Bearer"},
    )

"""Who came in, and who was not let in: access facts about the door itself.

Promise: a login is on record once for each method and day, a denied attempt once for each login, operation, code and
day, with a count beside it; how often callers were denied is a fact of its own for each minute, of bounded size;
nothing that was typed is kept, for a login stands here only where a key or a token proved it. Not promised: where an
attempt came from; the server's own log of requests says that.
"""

from collections.abc import Mapping
from heapq import nlargest
from typing import Final, Literal

from commands.handle import Handler
from commands.opening import PROGRAM
from ledger.streams.access import ROWS_MAX, AttemptDenied, Attempts, AttemptsCounted, LoginUsed
from ledger.streams.base import Envelope, Proposal, Vouched
from ledger.streams.governance import Governance
from ledger.terms.identity import LEDGER_TAG

Method = Literal["api_key", "token"]
Attempted = tuple[str | None, str, str]
"""What was denied: the login that was proven, if any, the operation, the code."""
ENTER: Final = "enter"
"""The command that the envelopes of these facts name: no line gives it."""


def login_used(handler: Handler, login: str, method: Method) -> None:
    """Put on record that somebody came in. Asked again on the same day nothing is appended, and nobody is asked."""
    day = handler.now().date()
    if (login, method, day) in handler.entered:
        return
    once = handler.log.token("#login", f"{login}|{method}|{day.isoformat()}")
    handler.log.append([_proposal(handler, LoginUsed(login=login, method=method, on=day), login, once)])
    # Of another day nothing is asked any more.
    handler.entered = {seen for seen in handler.entered if seen[2] == day} | {(login, method, day)}


def attempt_denied(handler: Handler, login: str | None, operation: str, code: str) -> None:
    """Put on record that somebody was not let in; a repeat of the day raises the count of the first.

    `login` is that of a key or token which was proven, None otherwise: what is not proven is not repeated.
    """
    day = handler.now().date()
    once = handler.log.token("#attempt", f"{login or ''}|{operation}|{code}|{day.isoformat()}")
    event = AttemptDenied(login=login, operation=operation, code=code, on=day)
    handler.log.append([_proposal(handler, event, login, once)])


def attempts_counted(handler: Handler, counts: Mapping[Attempted, int], seconds: int) -> None:
    """Put on record how often callers were denied in the last seconds: one fact, whatever came."""
    most = nlargest(ROWS_MAX, counts.items(), key=lambda counted: counted[1])
    rows = tuple(
        Attempts(login=login, operation=operation, code=code, times=times) for (login, operation, code), times in most
    )
    beyond = sum(counts.values()) - sum(row.times for row in rows)
    event = AttemptsCounted(on=handler.now().date(), seconds=seconds, attempts=rows, beyond=beyond or None)
    handler.log.append([_proposal(handler, event, None, None)])


def _proposal(
    handler: Handler, event: LoginUsed | AttemptDenied | AttemptsCounted, login: str | None, once: str | None
) -> Proposal:
    """A fact that the program tells of its own door, under the login that it is about, or its own."""
    governance: Governance = handler.state(LEDGER_TAG)
    envelope = Envelope(
        authenticated_as=login or handler.login,
        actor=(governance.staff_of(login) if login else None) or PROGRAM,
        vouched=Vouched.PROGRAM,
        command=ENTER,
    )
    return Proposal((event,), envelope, (), once=once, clock=handler.now() if governance.simulated else None)

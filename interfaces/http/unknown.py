"""Nobody is let in: what the door says where nothing tells it who is known. Deny by default."""

from interfaces.http.callers import Caller, Denied
from interfaces.http.door import not_let_in
from interfaces.http.hosting import Hosted
from ledger.streams.governance import Governance


def nobody(authorization: str | None, governance: Governance) -> Caller | Denied:  # noqa: ARG001 - as Authenticate
    """Denied, whatever is shown."""
    problem = not_let_in()
    return Denied(problem.status, problem.code, problem.happened, problem.remedy)


def unnoticed(hosted: Hosted, login: str | None, operation: str, code: str) -> None:
    """Told of everybody who came, and records none."""

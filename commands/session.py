"""What one line is decided within, and what comes of it before anything is durable."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from commands.answer import Answer
from commands.deciding import Law
from commands.states import Written
from commands.wire import Delivery
from ledger.streams.base import Event, EventLog, Proposal
from ledger.streams.governance import Governance
from ledger.terms.outcome import Refused
from ledger.terms.ports import Zones


class Decided(NamedTuple):
    """What was decided of one line, before anything is durable."""

    at: int
    """Its place in the group."""
    answer: Answer
    proposal: Proposal | None
    read: tuple[str, ...]
    written: list[Written]
    refusal_fact: Proposal | None = None
    code: str = ""
    actor: str = ""
    rests_on_group: bool = False
    """Whether it is `unchanged` by what an earlier line of the group says: no position yet to bind its key to."""


class Session(Protocol):
    """What a line is decided within: the log, the login, the clock (handle.Handler)."""

    log: EventLog
    login: str
    default_actor: str | None
    zones: Zones
    machine: str | None
    """The staff id of the machine that this program itself vouches for: set where its reactions run, nowhere else."""

    def new_id(self, kind: str) -> str:
        """A fresh opaque id."""
        ...

    def law(self, governance: Governance) -> Law:
        """The edition adopted last, ready to be read."""
        ...

    def clock_for(self, line: Delivery, governance: Governance) -> datetime | Refused:
        """The instant at which a line is decided."""
        ...


def opened_by(log: EventLog) -> Callable[[str, int], Event]:
    """Opens the durable fact of a stream at a position, for a decision that needs its words."""

    def opened(tag: str, position: int) -> Event:
        return next(log.open_words(fact) for fact in log.read(tag, until=position) if fact.position == position)

    return opened

"""What a reaction asks for: one command, its cause and its target, which together are its key; and what it may ask.

Promise: the key of a report is (reaction, cause position, target), so the same report is answered once for ever,
whoever sends it and however often. Not promised: that it is accepted; what is not so any more is refused.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from commands.handle import Handler
from commands.reactions.ports import Findings, ReactionLog
from ledger.rulebook import RulesInForce
from ledger.terms.calendar import stored_instant

PAGE = 500
"""How many findings are held at once."""


class Report(NamedTuple):
    """A command that a reaction gives."""

    command: str
    cause: int
    """The position of the fact behind it."""
    target: str
    data: Mapping[str, Any]

    def line(self, reaction: str, clock: datetime | None) -> bytes:
        """The command as a line of `submit`; `clock` only in a simulated ledger."""
        whole = {"v": 1, "key": f"{reaction}/{self.cause}/{self.target}", "command": self.command, "data": self.data}
        return json.dumps(whole if clock is None else {**whole, "clock": stored_instant(clock)}).encode()


class Seen(NamedTuple):
    """What a reaction looks at during one run."""

    handler: Handler
    log: ReactionLog
    findings: Findings
    now: datetime
    rules: RulesInForce
    """Those in force today."""

    @property
    def today(self) -> date:
        """The UTC date of the run."""
        return self.now.date()

    def state(self, tag: str) -> Any:
        """A folded stream as of the last time that the log was looked at."""
        return self.handler.state_cache.at_head(tag).state


class Reaction(Protocol):
    """One reaction: its name, and what it finds to report. It remembers nothing between runs."""

    @property
    def name(self) -> str:
        """Its name, which begins its keys."""
        ...

    def reports(self, seen: Seen) -> Iterator[Report]:
        """What is to be reported, in a fixed order; made while the earlier ones are answered."""
        ...

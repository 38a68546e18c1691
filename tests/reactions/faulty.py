"""A ledger's log that fails at a call of a test's choice, as if the program were killed there."""

from typing import Any, Final

from ledger.store.connection import Ledger

STEPS: Final = ("append", "look", "refresh", "follow", "refusal_counts", "facts_at")
"""What a reaction asks of the log, one step each; between two of them nothing becomes durable."""


class Killed(BaseException):
    """The program ends here. No `except Exception` of the program may hold it up."""


class FaultyLog:
    """The log, up to and without call number `last`; with `late`, an append is made and its answer lost."""

    def __init__(self, log: Ledger, last: int | None = None, *, late: bool = False) -> None:
        self._log = log
        self._last = last
        self._late = late
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._log, name)
        if name not in STEPS:
            return found

        def called(*args: Any, **named: Any) -> Any:
            self.calls.append(name)
            if len(self.calls) == self._last:
                if self._late:
                    found(*args, **named)
                raise Killed
            return found(*args, **named)

        return called

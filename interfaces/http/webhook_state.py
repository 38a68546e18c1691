"""How far a subscription was delivered: one small file each, beside nothing else, that survives a restart.

Promise: a position that was saved is durable; a file that is half written is never read. A state of another ledger
than the one that is served is not used: a name may be given to a new ledger.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import orjson

from ledger.terms.errors import LedgerDamaged


class State(NamedTuple):
    """Where a subscription stands."""

    ledger: str
    """The ledger's id."""
    position: int
    """Everything up to it was acknowledged, or is not for the subscription."""
    attempts: int = 0
    """Attempts at what comes next that failed."""
    failing_since: datetime | None = None
    because: str | None = None
    """The code of the last failure."""
    parked: bool = False


class StateFile:
    """The file of one subscription."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"webhook-{name}.json"

    def load(self) -> State | None:
        """What was saved last; None where nothing was. Raises LedgerDamaged where the file holds something else."""
        try:
            told = orjson.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except orjson.JSONDecodeError:
            raise self._damaged() from None
        try:
            since = told.pop("failing_since")
            return State(**told, failing_since=datetime.fromisoformat(since) if since else None)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._damaged() from None

    def save(self, state: State) -> None:
        """Make a state durable."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        half = self._path.with_suffix(".half")
        with half.open("wb") as file:
            file.write(orjson.dumps(state._asdict()) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        half.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def resume(self) -> bool:
        """Let a parked subscription go on; False where it is not parked. Raises LedgerDamaged.

        Of one that is parked nobody else writes the file: its server looks into it until it is resumed.
        """
        state = self.load()
        if state is None or not state.parked:
            return False
        self.save(State(state.ledger, state.position))
        return True

    def _damaged(self) -> LedgerDamaged:
        return LedgerDamaged(
            f"The state of the webhook `{self._path.stem}` cannot be read.",
            "Remove the file: its deliveries begin again where the settings say, and repeat what was delivered.",
        )

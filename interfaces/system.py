"""The world as the ledger's ports: the system clock, the system's randomness, the pinned time zones.

Promise: zones come out of the tzdata package and never out of the machine's files, so a care month is the same on every
machine. Not promised: that the system clock is right; the ledger only promises that its own never falls.
"""

import gc
import os
import zoneinfo
from datetime import UTC, datetime, tzinfo
from typing import Final

SIMULATION_BEGINS: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The clock of a simulated ledger before its first line has brought one."""


def calm_the_collector() -> None:
    """Switch the collector of cycles off: deciding makes many objects and no cycles (tests/handling/test_cycles.py).

    Looking for cycles in the folded states took a quarter of bulk `submit`. What is part of no cycle is freed at once,
    collector or not.
    """
    gc.collect()
    gc.freeze()
    gc.disable()


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


class SimulatedClock:
    """The clock of a simulated ledger: it stands where it was put, and only the input moves time on."""

    def __init__(self, instant: datetime = SIMULATION_BEGINS) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """The instant at which it stands."""
        return self._instant

    def stand_at(self, instant: datetime) -> None:
        """Put it to an instant, such as that of the newest fact."""
        self._instant = instant


class SystemIds:
    """Ids, salts, nonces and keys out of the system's randomness."""

    def entropy(self, count: int) -> bytes:
        """`count` random bytes."""
        return os.urandom(count)


class PinnedZones:
    """Time zones of the pinned tzdata package; the machine's own files are switched off."""

    def __init__(self) -> None:
        import tzdata  # type: ignore[import-untyped]  # noqa: PLC0415 - only commands that open a ledger need zones

        zoneinfo.reset_tzpath(())
        self.version: str = tzdata.IANA_VERSION
        self._known: dict[str, tzinfo | None] = {}

    def zone(self, name: str) -> tzinfo | None:
        """The zone of that IANA name, or None where there is none."""
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    @staticmethod
    def _found(name: str) -> tzinfo | None:
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return None

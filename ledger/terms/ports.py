"""What the pure rooms need from the world, as protocols; interfaces/bootstrap.py hands in the real ones."""

from datetime import datetime, tzinfo
from typing import Protocol


class Clock(Protocol):
    """The ledger's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class IdSource(Protocol):
    """Randomness: ids, salts, nonces, keys."""

    def entropy(self, count: int) -> bytes:
        """`count` random bytes."""
        ...


class Zones(Protocol):
    """Time zones out of the pinned tzdata package, never out of the machine's files."""

    @property
    def version(self) -> str:
        """The tzdata version, stored with every segment that a zone decided."""
        ...

    def zone(self, name: str) -> tzinfo | None:
        """The zone of that IANA name, or None where there is none."""
        ...

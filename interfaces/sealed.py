"""Sealing at the edge: where the keys of a log are, and waiting until what was recorded is sealed.

Promise: who waits for `sealed` is answered with receipts that verify, or told that it is recorded and not sealed yet.
Not promised: that a sealer runs; where this program has the log's keys it seals by itself.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from interfaces import bootstrap
from ledger.terms.errors import StoreUnavailable

if TYPE_CHECKING:
    from ledger.store.checkpoints.sealing import Sealer

PATIENCE: Final = 60
"""Seconds to wait for a sealer elsewhere."""
_LOOK_AGAIN: Final = 0.05


def sealer_of(session: bootstrap.Session, file: Path) -> "Sealer":
    """A sealer with the keys in a file; WrongKey where it has none of this ledger."""
    from ledger.store.checkpoints.log_keys import of_ledger, read_log_keys  # noqa: PLC0415 - most commands seal nothing
    from ledger.store.checkpoints.sealing import Sealer  # noqa: PLC0415

    return Sealer(session.log, of_ledger(read_log_keys(file), session.log.ledger_id), session.clock)


class Receipts:
    """Waits until facts are sealed, and hands out their receipts."""

    def __init__(
        self, session: bootstrap.Session, log_key_file: str | None, sleeping: Callable[[float], object] = sleep
    ) -> None:
        from ledger.store.checkpoints.proving import Prover  # noqa: PLC0415 - see sealer_of

        self._store = session.log.engine.log_store()
        self._prover = Prover(self._store)
        self._sleep = sleeping
        file = bootstrap.log_key_file(session, log_key_file)
        self._sealer = sealer_of(session, file) if log_key_file or file.exists() else None

    def of(self, positions: Iterable[int]) -> dict[int, str]:
        """The receipts of facts, once all of them are sealed.

        StoreUnavailable where nobody sealed them in a minute: they are recorded, and get their receipts later.
        """
        wanted = sorted(set(positions))
        give_up = monotonic() + PATIENCE
        while (found := self.at_hand(wanted)) is None:
            if monotonic() > give_up:
                raise nobody_sealed(wanted)
            self._sleep(_LOOK_AGAIN)
        return found

    def at_hand(self, positions: Iterable[int]) -> dict[int, str] | None:
        """The receipts of facts, sealed now where this program has the keys; None where not all of them are sealed."""
        wanted = sorted(set(positions))
        if wanted and not self._is_sealed(wanted[-1]):
            if self._sealer is None:
                return None
            self._sealer.seal()
            if not self._is_sealed(wanted[-1]):
                return None
        receipts = zip(wanted, self._prover.receipts(wanted), strict=True)
        return {position: receipt.render().decode() for position, receipt in receipts if receipt is not None}

    def _is_sealed(self, position: int) -> bool:
        stored = self._store.latest()
        return stored is not None and stored.size >= position


def nobody_sealed(positions: Iterable[int]) -> StoreUnavailable:
    """What is told to who waited in vain: what was sent is recorded all the same."""
    return StoreUnavailable(
        f"What was sent is recorded up to position {max(positions)}, and nobody sealed it within {PATIENCE} s.",
        "Let `ccm-ledger seal --watch` run; `ccm-ledger receipt` gives the receipts then.",
    )

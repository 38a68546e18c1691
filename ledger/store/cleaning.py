"""Keys that facts say are destroyed, destroyed again in a vault that came out of a backup with them.

Promise: before anything of a ledger is opened, no key is alive that belongs to an erasure which began; a scope that
never had a key gets the mark of one that was destroyed, so that none is made for it. The vault remembers how many facts
of erasures it reflects, so that a start asks two short questions and reads facts only where that number differs.
Not promised: that the backup itself was destroyed.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import structlog

from ledger.streams.erasure import destroyed_scopes
from ledger.terms.identity import erasure_tag

if TYPE_CHECKING:
    from ledger.store.connection import Ledger
    from ledger.store.vault import Vault

STREAMS: Final = erasure_tag("")
"""How the names of all streams of erasures begin."""
STREAMS_AT_ONCE: Final = 500


def clean_restored(ledger: "Ledger") -> int:
    """Destroy the keys that are alive although an erasure of theirs began; how many there were.

    Raises StoreUnavailable where they cannot be destroyed now.
    """
    vault = ledger.vault
    names = ledger.tags_starting(STREAMS)
    if not names:
        return 0
    seen = sum(count for _, count in ledger.engine.heads_of(names).values())
    if vault.rows.erasures_seen() == seen:
        return 0
    revived = 0
    for start in range(0, len(names), STREAMS_AT_ONCE):
        facts = ledger.read_all(names[start : start + STREAMS_AT_ONCE])
        revived += destroy_for_good(vault, destroyed_scopes(facts))
    if revived:
        structlog.get_logger("ccm_ledger.store").warning(
            "erased_keys_destroyed_again", ledger=ledger.ledger_id, count=revived
        )
    # Last: where the work ends before, the next start does it again.
    vault.rows.note_erasures(seen)
    return revived


def destroy_for_good(vault: "Vault", scopes: Iterable[str]) -> int:
    """Destroy the keys of these scopes, and let none be made for those that have none; how many were alive."""
    asked = sorted(scopes)
    found = vault.rows.wrapped(asked)
    alive = [scope for scope in asked if found.get(scope) is not None]
    missing = [scope for scope in asked if scope not in found]
    if alive or missing:
        vault.destroy([*alive, *missing])
    return len(alive)

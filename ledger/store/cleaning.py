"""Keys that facts say are destroyed, destroyed again in a vault that came out of a backup with them.

Promise: before anything of a ledger is opened, no key is alive that belongs to an erasure which began; a scope that
never had a key gets the mark of one that was destroyed, so that none is made for it. The vault remembers how many facts
of erasures it reflects, so that a start asks two short questions and reads facts only where that number differs.
A ledger that is opened to be verified is opened in spite of facts that cannot be read, so that they can be named; what
they say of keys is not known then, and the next start looks again. Not promised: that the backup itself was destroyed.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import structlog

from ledger.streams.erasure import destroyed_scopes
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram
from ledger.terms.identity import erasure_tag

if TYPE_CHECKING:
    from ledger.store.connection import Ledger
    from ledger.store.mapper import Row
    from ledger.store.vault import Vault
    from ledger.streams.base import Fact

MALFORMED: Final = (TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What a row raises that holds values of another kind."""
STREAMS: Final = erasure_tag("")
"""How the names of all streams of erasures begin."""
STREAMS_AT_ONCE: Final = 500


def clean_restored(ledger: "Ledger", *, passing_over: bool = False) -> int:
    """Destroy the keys that are alive although an erasure of theirs began; how many there were.

    Raises StoreUnavailable where they cannot be destroyed now, and LedgerDamaged where a fact that may name some cannot
    be read; with `passing_over` such facts are passed over.
    """
    vault = ledger.vault
    names = ledger.tags_starting(STREAMS)
    if not names:
        return 0
    seen = sum(count for _, count in ledger.engine.heads_of(names).values())
    if vault.rows.erasures_seen() == seen:
        return 0
    revived = 0
    is_whole = True
    for start in range(0, len(names), STREAMS_AT_ONCE):
        asked = names[start : start + STREAMS_AT_ONCE]
        facts = _readable(ledger, asked) if passing_over else ledger.read_all(asked)
        is_whole &= None not in facts
        facts = [fact for fact in facts if fact is not None]
        revived += destroy_for_good(vault, destroyed_scopes(facts))
    if revived:
        structlog.get_logger("ccm_ledger.store").warning(
            "erased_keys_destroyed_again", ledger=ledger.ledger_id, count=revived
        )
    # Last: where the work ends before, the next start does it again.
    if is_whole:
        vault.rows.note_erasures(seen)
    return revived


def _readable(ledger: "Ledger", names: Sequence[str]) -> "list[Fact | None]":
    """The facts of these streams; None in the place of one that cannot be read."""
    ids = [tag_id for tag_id, _ in ledger.engine.heads_of(names).values()]
    return [_read(ledger, row) for row in ledger.engine.together(ids, until=None)]


def _read(ledger: "Ledger", row: "Row") -> "Fact | None":
    try:
        return ledger.mapper.fact(row)
    except (LedgerDamaged, NeedsNewerProgram, *MALFORMED):
        return None


def destroy_for_good(vault: "Vault", scopes: Iterable[str]) -> int:
    """Destroy the keys of these scopes, and let none be made for those that have none; how many were alive."""
    asked = sorted(scopes)
    found = vault.rows.wrapped(asked)
    alive = [scope for scope in asked if found.get(scope) is not None]
    missing = [scope for scope in asked if scope not in found]
    if alive or missing:
        vault.destroy([*alive, *missing])
    return len(alive)

"""The master key of a ledger is changed for another: every key of the vault is wrapped anew, and no fact is touched.

Promise: one transaction, so that the vault opens under the old master key or under the new one whenever the work ends,
and under both never; afterwards the old one opens nothing that is in the vault's files or tables. To ask again goes on
where it ended. Every key is opened under the new master key before the old wrapping is given up.
Not promised: that the old master key opens nothing any more: it opens the backups of its time.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from ledger.store.connection import Place
from ledger.store.instants import to_micros
from ledger.store.masterkeys import DoesNotOpen, Master, MasterKey, as_master
from ledger.store.vault import CHECK, Identity, lost, opened_by, wrapping_aad
from ledger.terms.errors import StoreUnavailable, WrongKey
from ledger.terms.ports import Clock, IdSource

ROWS_AT_ONCE: Final = 1_000
"""How many keys are in hand at a time: memory does not grow with the vault."""


class Rotated(NamedTuple):
    """What was done."""

    key_id: str
    """What the new master key is called."""
    generation: int
    keys: int
    """How many keys were wrapped anew now; none where that was done before."""


class Rewrapping(Protocol):
    """The rows of a vault in one transaction, while nobody else may add or destroy keys."""

    def identity(self) -> Identity | None:
        """Whose vault it is."""
        ...

    def begin(self, identity: Identity, rotated_at: int) -> None:
        """From here on it is the vault of this generation; only keys that were not wrapped anew yet may be."""
        ...

    def named(self) -> Sequence[tuple[str, bytes]]:
        """(name, wrapped) of the keys that are drawn once for the ledger."""
        ...

    def live(self, after: str, limit: int) -> Sequence[tuple[str, bytes]]:
        """(scope, wrapped) of data keys that were not destroyed, behind a scope, by scope."""
        ...

    def put_named(self, rows: Sequence[tuple[str, bytes]]) -> None:
        """Replace the wrappings of these named keys."""
        ...

    def put(self, rows: Sequence[tuple[str, bytes]]) -> None:
        """Replace the wrappings of the data keys of these scopes."""
        ...

    def left(self) -> int:
        """How many keys still have the wrapping of an earlier generation."""
        ...


class RewrappedRows(Protocol):
    """A vault whose keys can be wrapped anew."""

    def rewrapping(self) -> AbstractContextManager[Rewrapping]:
        """One transaction: all of it, durably, or nothing of it."""
        ...

    def clean(self) -> None:
        """Overwrite or give up the space in which old wrappings lay; StoreUnavailable where some stay behind."""
        ...


def rotate_master_key(
    place: Place, ledger_id: str, *, old: Master, new: Master, clock: Clock, ids: IdSource
) -> Rotated:
    """Wrap every key of a ledger's vault under the new master key; nothing where that was done before.

    Programs that hold the old key go on with the keys that they have open, and add none. Raises NotALedger (another
    ledger's vault), WrongKey (neither key opens it, or both are one), LedgerDamaged (a key does not open under the old
    one: nothing was changed), StoreUnavailable (the login may not, or others keep the vault locked).
    """
    rows = _rows_at(place, clock)
    before, after = as_master(old, ids), as_master(new, ids)
    if before.key_id == after.key_id:
        raise WrongKey("The new master key is the old one.", "Name another file: it is made, where there is none.")
    with rows.rewrapping() as vault:
        done = _rotate(vault, ledger_id, before, after, to_micros(clock.now()))
    # Also where nothing was to be done: the work may have ended between the commit and this.
    rows.clean()
    return done


def _rotate(vault: Rewrapping, ledger_id: str, old: MasterKey, new: MasterKey, now: int) -> Rotated:
    there = vault.identity()
    try:
        identity = opened_by(there, ledger_id, old)
    except WrongKey:
        present = opened_by(there, ledger_id, new)
        return Rotated(new.key_id, present.generation, 0)
    generation = identity.generation + 1
    check = new.wrap(CHECK, wrapping_aad(ledger_id, "check"))
    vault.begin(Identity(ledger_id, check, generation, new.key_id), now)
    wrap = _Anew(ledger_id, old, new)
    named = [(name, wrap(wrapped, f"named/{name}")) for name, wrapped in vault.named()]
    vault.put_named(named)
    keys, last = len(named), ""
    while rows := vault.live(last, ROWS_AT_ONCE):
        vault.put([(scope, wrap(wrapped, scope)) for scope, wrapped in rows])
        keys, last = keys + len(rows), rows[-1][0]
    if vault.left():
        raise StoreUnavailable("Nothing was changed: keys were added meanwhile.", "Stop the other programs, try again.")
    return Rotated(new.key_id, generation, keys)


class _Anew:
    """Wraps a key that the old master key opens under the new one, and looks whether that opens it."""

    def __init__(self, ledger_id: str, old: MasterKey, new: MasterKey) -> None:
        self._ledger_id = ledger_id
        self._old = old
        self._new = new

    def __call__(self, wrapped: bytes, scope: str) -> bytes:
        aad = wrapping_aad(self._ledger_id, scope)
        try:
            key = self._old.unwrap(wrapped, aad)
        except DoesNotOpen as error:
            raise lost(scope) from error
        anew = self._new.wrap(key, aad)
        try:
            is_same = self._new.unwrap(anew, aad) == key
        except DoesNotOpen:
            is_same = False
        if not is_same:
            raise WrongKey(
                "Nothing was changed: the new master key does not open what it wrapped.",
                "Find out what is wrong with it; the old key goes on opening the ledger.",
            )
        return anew


def _rows_at(place: Place, clock: Clock) -> RewrappedRows:
    if isinstance(place, Path):
        from ledger.store.sqlite.rewrapping import SqliteVault  # noqa: PLC0415 - the one of the engine at hand

        return SqliteVault(place, clock)
    from ledger.store.postgres.rewrapping import PostgresVault  # noqa: PLC0415

    return PostgresVault(place)

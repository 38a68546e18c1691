"""The vault: data keys by scope, wrapped by a master key that is in no database.

Promise: a data key is durable before anything is sealed under it; a scope has one key, also when two processes ask at
once; a destroyed key never comes back and leaves a mark, so erased words can be told from a vault that lost a key;
the wrong master key is noticed when the vault is opened. Entropy comes from the IdSource.
Not promised: that a backup of the vault was destroyed as well.
"""

import hmac
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.store.body import variable
from ledger.store.instants import to_micros
from ledger.store.masterkeys import KEY_BYTES, DoesNotOpen, Master, MasterKey, as_master
from ledger.terms.errors import LedgerDamaged, LedgerError, NotALedger, StoreUnavailable, WrongKey
from ledger.terms.ports import Clock, IdSource

FORMAT: Final = 1
OPEN_KEYS_MAX: Final = 4_096
CHECK: Final = b"ccm-ledger vault"
_NAMED: Final = ("index", "digest")


class Identity(NamedTuple):
    """Whose vault it is, and which master key opens it."""

    ledger_id: str
    check_value: bytes
    """Opens under the right master key and under no other."""
    generation: int
    """Counts the master keys, from 1 on."""
    key_id: str | None
    """What the master key is called; None where nobody said."""


class KeyRows(Protocol):
    """The rows of a vault: wrapped keys, which open under the master key alone. First come, first kept."""

    tells_at_append: bool
    """Whether the append itself notices a destroyed key, so that nobody needs to ask before."""

    def identity(self) -> Identity | None:
        """Whose vault it is; None where it holds nothing."""
        ...

    def named(self, name: str) -> bytes | None:
        """A wrapped key that is drawn once for the ledger."""
        ...

    def wrapped(self, scopes: Sequence[str]) -> Mapping[str, bytes | None]:
        """The wrapped data keys of these scopes; None where it was destroyed, left out where there never was one."""
        ...

    def add(self, rows: Sequence[tuple[str, bytes, int]], generation: int) -> None:
        """Make (scope, wrapped, created_at) durable; a scope that has a key keeps it.

        LedgerError where the master key of that generation is not the present one.
        """
        ...

    def destroy(self, scopes: Sequence[str]) -> None:
        """Blank the data keys of these scopes, durably; StoreUnavailable where a copy stays behind."""
        ...

    def destroyed(self) -> int:
        """How many data keys were destroyed so far."""
        ...

    def destroyed_under(self, prefix: str) -> Sequence[str]:
        """The scopes beginning with `prefix` whose data key was destroyed."""
        ...

    def erasures_seen(self) -> int:
        """How many facts of erasures this vault is known to reflect."""
        ...

    def note_erasures(self, seen: int) -> None:
        """Keep that number; a vault that comes out of a backup has the number of its own time."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class Vault:
    """The open vault of one ledger. Threads may share it."""

    def __init__(self, rows: KeyRows, identity: Identity, master: MasterKey, ids: IdSource, clock: Clock):
        self.ledger_id = identity.ledger_id
        self.rows = rows
        self._generation = identity.generation
        self._master = master
        self._ids = ids
        self._clock = clock
        self._lock = threading.RLock()
        self._open: OrderedDict[str, AESGCM] = OrderedDict()
        self._held_by: int | None = None
        self.destroyed = rows.destroyed()
        # Keyed once and copied for each name: half of what an HMAC costs is taking the key in.
        self._index, self._digest = (hmac.new(self._named_key(name), digestmod="sha256") for name in _NAMED)

    def opening(self, scope: str) -> AESGCM | None:
        """The cipher that opens a scope, or None where its key is gone; LedgerDamaged where it does not unwrap."""
        with self._lock:
            # Another process may have destroyed the key since: what is erased is erased for every reader at once.
            if self._held_by != threading.get_ident():
                self._notice_destroyed()
            return self._cipher(scope)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let this thread look once for keys that others destroyed, not before every word: it checks a whole ledger."""
        with self._lock:
            self._notice_destroyed()
            self._held_by = threading.get_ident()
        try:
            yield
        finally:
            self._held_by = None

    def sealing(self, scope: str) -> AESGCM:
        """The cipher that seals under a scope; `ensure` was called with it before.

        StoreUnavailable where the key was destroyed since.
        """
        cipher = self._open.get(scope)
        if cipher is None:
            with self._lock:
                cipher = self._cipher(scope)
        if cipher is None:
            raise _destroyed()
        return cipher

    def forget(self) -> None:
        """Forget the open keys: a server that took over may lack what the one that is gone had made durable."""
        with self._lock:
            self._open.clear()

    def is_destroyed(self, scope: str) -> bool:
        """Whether the scope had a key that was destroyed (and not: a key that was never made or was lost)."""
        found = self.rows.wrapped((scope,))
        return scope in found and found[scope] is None

    def gone(self, scopes: Iterable[str]) -> frozenset[str]:
        """Those of the scopes whose key was destroyed: nothing can be sealed under them. Asks only where any was."""
        if not self.destroyed:
            return frozenset()
        asked = [scope for scope in dict.fromkeys(scopes) if scope not in self._open]
        found = self.rows.wrapped(asked) if asked else {}
        return frozenset(scope for scope, wrapped in found.items() if wrapped is None)

    def destroyed_of(self, subject: str) -> frozenset[str]:
        """The scopes of one subject whose key was destroyed (and not: those that never had one). Opens nothing."""
        return frozenset(self.rows.destroyed_under(f"{subject}/"))

    def ensure(self, scopes: Iterable[str]) -> None:
        """Make the missing data keys, durably, in one transaction. StoreUnavailable where a key was destroyed."""
        with self._lock:
            if not self.rows.tells_at_append:
                self._notice_destroyed()
            if missing := [scope for scope in dict.fromkeys(scopes) if scope not in self._open]:
                self._ensure(missing)

    def destroy(self, scopes: Iterable[str]) -> None:
        """Destroy the data keys of these scopes: what is sealed under them can never be opened again.

        A scope that never had a key gets one that is destroyed, so that nothing is sealed under it later.
        StoreUnavailable where a reader of the vault kept a copy of the keys in its log: to be asked again.
        """
        named = list(dict.fromkeys(scopes))
        with self._lock:
            try:
                self._add_missing(named)
                self.rows.destroy(named)
            finally:
                self._notice_destroyed()

    def notice(self, destroyed: int) -> None:
        """Forget the open keys where the vault has destroyed more of them than this program knows of."""
        with self._lock:
            if destroyed != self.destroyed:
                self._open.clear()
                self.destroyed = destroyed

    def token(self, name: bytes) -> str:
        """The HMAC of an outside name under the index key, 128 bits in hex."""
        keyed = self._index.copy()
        keyed.update(name)
        return keyed.digest()[:16].hex()

    def content_digest(self, content: bytes) -> bytes:
        """The HMAC of a command's canonical bytes under the digest key."""
        keyed = self._digest.copy()
        keyed.update(content)
        return keyed.digest()

    def close(self) -> None:
        """Forget all keys and give the rows back."""
        with self._lock:
            self._open.clear()
            self.rows.close()

    def _cipher(self, scope: str) -> AESGCM | None:
        if (known := self._open.get(scope)) is not None:
            self._open.move_to_end(scope)
            return known
        wrapped = self.rows.wrapped((scope,)).get(scope)
        return None if wrapped is None else self._remember(scope, self._unwrap(wrapped, scope))

    def _add_missing(self, scopes: list[str]) -> dict[str, bytes | None]:
        found = dict(self.rows.wrapped(scopes))
        if new := [scope for scope in scopes if scope not in found]:
            now = to_micros(self._clock.now())
            # Another process may make the same key at this moment: the first one stays, and everybody reads it.
            drawn = [(scope, self._wrap(self._ids.entropy(KEY_BYTES), scope), now) for scope in new]
            try:
                self.rows.add(drawn, self._generation)
            except LedgerError:
                self._check_generation()
                raise
            found |= self.rows.wrapped(new)
        return found

    def _ensure(self, missing: list[str]) -> None:
        found = self._add_missing(missing)
        for scope, wrapped in found.items():
            if wrapped is None:
                raise _destroyed()
            self._remember(scope, self._unwrap(wrapped, scope))

    def _remember(self, scope: str, key: bytes) -> AESGCM:
        cipher = self._open[scope] = AESGCM(key)
        if len(self._open) > OPEN_KEYS_MAX:
            self._open.popitem(last=False)
        return cipher

    def _notice_destroyed(self) -> None:
        self.notice(self.rows.destroyed())

    def _named_key(self, name: str) -> bytes:
        wrapped = self.rows.named(name)
        if wrapped is None:
            raise lost(name)
        return self._unwrap(wrapped, f"named/{name}")

    def _wrap(self, key: bytes, scope: str) -> bytes:
        return self._master.wrap(key, wrapping_aad(self.ledger_id, scope))

    def _unwrap(self, wrapped: bytes, scope: str) -> bytes:
        try:
            return self._master.unwrap(wrapped, wrapping_aad(self.ledger_id, scope))
        except DoesNotOpen as error:
            self._check_generation()
            raise lost(scope) from error

    def _check_generation(self) -> None:
        identity = self.rows.identity()
        if identity is not None and identity.generation != self._generation:
            raise WrongKey(
                "The master key was rotated while this program ran, so nothing was recorded.",
                "Start it anew with the new key.",
            )


class NewVault(NamedTuple):
    """What a vault holds when it is made."""

    check_value: bytes
    """Opens under the right master key and under no other."""
    named: tuple[tuple[str, bytes], ...]
    key_id: str | None = None
    """What the master key is called; an archive does not say."""


def new_vault(*, ledger_id: str, master_key: Master, ids: IdSource) -> NewVault:
    """The check value, the index key and the digest key of a ledger's vault, wrapped."""
    master = as_master(master_key, ids)
    check = master.wrap(CHECK, wrapping_aad(ledger_id, "check"))
    keys = [(name, master.wrap(ids.entropy(KEY_BYTES), wrapping_aad(ledger_id, f"named/{name}"))) for name in _NAMED]
    return NewVault(check, tuple(keys), master.key_id)


def open_vault(rows: KeyRows, *, ledger_id: str, master_key: Master, ids: IdSource, clock: Clock) -> Vault:
    """Open the vault of a ledger; its rows are given back where it cannot be opened.

    Raises NotALedger where it is another ledger's, WrongKey for another key.
    """
    try:
        master = as_master(master_key, ids)
        return Vault(rows, opened_by(rows.identity(), ledger_id, master), master, ids, clock)
    except BaseException:
        rows.close()
        raise


def opened_by(identity: Identity | None, ledger_id: str, master: MasterKey) -> Identity:
    """The identity of this ledger's vault, which this master key opens; NotALedger or WrongKey where it does not."""
    if identity is None or identity.ledger_id != ledger_id:
        raise NotALedger("The vault belongs to another ledger.", "Restore the vault of this ledger.")
    try:
        master.unwrap(identity.check_value, wrapping_aad(ledger_id, "check"))
    except DoesNotOpen as error:
        raise WrongKey("The master key does not open this ledger's vault.", _which(identity)) from error
    return identity


def wrapping_aad(ledger_id: str, scope: str) -> bytes:
    """What binds a wrapped key to its place: moved to another scope or another ledger it does not open."""
    return bytes([FORMAT]) + variable(ledger_id.encode()) + variable(scope.encode())


def _which(identity: Identity) -> str:
    if identity.generation == 1:
        return "Name the key file that was made with this ledger."
    return (
        f"It was rotated: name the key that is called {identity.key_id}, the one of generation {identity.generation}."
    )


def _destroyed() -> StoreUnavailable:
    return StoreUnavailable(
        "Nothing was recorded: the words belong under a key that was destroyed by an erasure.",
        "Record the fact without words, or ask who ordered the erasure.",
    )


def lost(name: str) -> LedgerDamaged:
    """What to raise where a wrapped key does not open under the master key that opens the vault."""
    kind = "data key" if name not in _NAMED and not name.startswith("named/") else f"{name} key"
    return LedgerDamaged(
        f"A {kind} in the vault does not open under the master key that opens the vault.",
        "Restore the vault from its backup: facts stay whole, but words under this key cannot be read.",
    )

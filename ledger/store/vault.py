"""The vault: data keys by scope, wrapped by a master key that is in no database.

Promise: a data key is durable before anything is sealed under it; a scope has one key, also when two processes ask at
once; a destroyed key never comes back and leaves a mark, so erased words can be told from a vault that lost a key;
the wrong master key is noticed when the vault is opened. Entropy comes from the IdSource.
Not promised: that a backup of the vault was destroyed as well.
"""

import hmac
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.store.body import NONCE_BYTES, variable
from ledger.store.instants import to_micros
from ledger.store.keyfile import KEY_BYTES
from ledger.store.migrate import migrate
from ledger.store.recorder_sqlite import BUSY_SECONDS, begin_immediate, configure
from ledger.store.sqlite_errors import naming_errors
from ledger.terms.errors import LedgerDamaged, NotALedger, StoreUnavailable, WrongKey
from ledger.terms.ports import Clock, IdSource

FORMAT: Final = 1
OPEN_KEYS_MAX: Final = 4_096
_CHECK: Final = b"ccm-ledger vault"
_NAMED: Final = ("index", "digest")


class Vault:
    """The open vault of one ledger. Threads may share it."""

    def __init__(self, connection: sqlite3.Connection, ledger_id: str, master: AESGCM, ids: IdSource, clock: Clock):
        self.ledger_id = ledger_id
        self._connection = connection
        self._master = master
        self._ids = ids
        self._clock = clock
        self._lock = threading.RLock()
        self._open: OrderedDict[str, AESGCM] = OrderedDict()
        self._destroyed = self._count_destroyed()
        # Keyed once and copied for each name: half of what an HMAC costs is taking the key in.
        self._index, self._digest = (hmac.new(self._named_key(name), digestmod="sha256") for name in _NAMED)

    def opening(self, scope: str) -> AESGCM | None:
        """The cipher that opens a scope, or None where its key is gone; LedgerDamaged where it does not unwrap."""
        with self._lock:
            # Another process may have destroyed the key since: what is erased is erased for every reader at once.
            self._notice_destroyed()
            return self._cipher(scope)

    def sealing(self, scope: str) -> AESGCM:
        """The cipher that seals under a scope; `ensure` was called with it before."""
        cipher = self._open.get(scope) or self._cipher(scope)
        assert cipher is not None, "a key is made durable before anything is sealed under it"
        return cipher

    def is_destroyed(self, scope: str) -> bool:
        """Whether the scope had a key that was destroyed (and not: a key that was never made or was lost)."""
        with self._lock, naming_errors():
            row = self._connection.execute("SELECT wrapped FROM data_keys WHERE scope = ?", (scope,)).fetchone()
        return row is not None and row[0] is None

    def ensure(self, scopes: Iterable[str]) -> None:
        """Make the missing data keys, durably, in one transaction. StoreUnavailable where a key was destroyed."""
        with self._lock:
            self._notice_destroyed()
            if missing := [scope for scope in dict.fromkeys(scopes) if scope not in self._open]:
                with naming_errors():
                    self._ensure(missing)

    def destroy(self, scopes: Iterable[str]) -> None:
        """Destroy the data keys of these scopes: what is sealed under them can never be opened again.

        StoreUnavailable where a reader of the vault kept a copy of the keys in its log: to be asked again.
        """
        names = [(scope,) for scope in scopes]
        with self._lock, naming_errors():
            # The bytes of a destroyed key are overwritten in the file, and none may stay behind in the log.
            self._connection.execute("PRAGMA secure_delete = ON")
            with _committed(self._connection):
                self._connection.executemany("UPDATE data_keys SET wrapped = NULL WHERE scope = ?", names)
            self._notice_destroyed()
            (is_busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise StoreUnavailable(
                "The keys are destroyed, but the vault's log still holds a copy: another program was reading it.",
                "Stop the other programs and order the erasure again.",
            )

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
        """Close the file and forget all keys."""
        with self._lock:
            self._open.clear()
            self._connection.close()

    def _cipher(self, scope: str) -> AESGCM | None:
        if (known := self._open.get(scope)) is not None:
            self._open.move_to_end(scope)
            return known
        with naming_errors():
            row = self._connection.execute("SELECT wrapped FROM data_keys WHERE scope = ?", (scope,)).fetchone()
        if row is None or row[0] is None:
            return None
        return self._remember(scope, self._unwrap(row[0], scope))

    def _ensure(self, missing: list[str]) -> None:
        found = self._wrapped(missing)
        if new := [scope for scope in missing if scope not in found]:
            now = to_micros(self._clock.now())
            rows = [(scope, self._wrap(self._ids.entropy(KEY_BYTES), scope), now) for scope in new]
            with _committed(self._connection):
                # Another process may have made the same key since: the first one stays, and everybody reads it.
                self._connection.executemany("INSERT OR IGNORE INTO data_keys VALUES (?, ?, ?)", rows)
            found |= self._wrapped(new)
        for scope, wrapped in found.items():
            if wrapped is None:
                raise StoreUnavailable(
                    "Nothing was recorded: the words belong under a key that was destroyed by an erasure.",
                    "Record the fact without words, or ask who ordered the erasure.",
                )
            self._remember(scope, self._unwrap(wrapped, scope))

    def _wrapped(self, scopes: list[str]) -> dict[str, bytes | None]:
        query = "SELECT scope, wrapped FROM data_keys WHERE scope IN (SELECT value FROM json_each(?))"
        return dict(self._connection.execute(query, (orjson.dumps(scopes).decode(),)).fetchall())

    def _remember(self, scope: str, key: bytes) -> AESGCM:
        cipher = self._open[scope] = AESGCM(key)
        if len(self._open) > OPEN_KEYS_MAX:
            self._open.popitem(last=False)
        return cipher

    def _notice_destroyed(self) -> None:
        with naming_errors():
            destroyed = self._count_destroyed()
        if destroyed != self._destroyed:
            self._open.clear()
            self._destroyed = destroyed

    def _count_destroyed(self) -> int:
        count: int = self._connection.execute("SELECT COUNT(*) FROM data_keys WHERE wrapped IS NULL").fetchone()[0]
        return count

    def _named_key(self, name: str) -> bytes:
        row = self._connection.execute("SELECT wrapped FROM named_keys WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise _lost(name)
        return self._unwrap(row[0], f"named/{name}")

    def _wrap(self, key: bytes, scope: str) -> bytes:
        return _wrap(self._master, self._ids, key, self.ledger_id, scope)

    def _unwrap(self, wrapped: bytes, scope: str) -> bytes:
        try:
            return self._master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _aad(self.ledger_id, scope))
        except InvalidTag as error:
            raise _lost(scope) from error


def create_vault(path: Path, *, ledger_id: str, master_key: bytes, ids: IdSource, clock: Clock) -> None:
    """Make a new vault: its check value, its index key and its digest key."""
    connection = _connect(path)
    try:
        migrate(connection, "vault", to_micros(clock.now()))
        master = AESGCM(master_key)
        check = _wrap(master, ids, _CHECK, ledger_id, "check")
        keys = [(name, _wrap(master, ids, ids.entropy(KEY_BYTES), ledger_id, f"named/{name}")) for name in _NAMED]
        with _committed(connection):
            connection.execute("INSERT INTO vault_info VALUES (1, ?, ?, ?)", (ledger_id, FORMAT, check))
            connection.executemany("INSERT INTO named_keys VALUES (?, ?)", keys)
    finally:
        connection.close()


def open_vault(path: Path, *, ledger_id: str, master_key: bytes, ids: IdSource, clock: Clock) -> Vault:
    """Open the vault of a ledger. NotALedger where it is missing or another ledger's, WrongKey for another key."""
    if not path.is_file():
        raise NotALedger(
            "The ledger's vault.db is missing.",
            "Restore it from its backup: without it no sealed words can be read.",
        )
    with naming_errors():
        connection = _connect(path)
        try:
            migrate(connection, "vault", to_micros(clock.now()))
            master = _checked_master(connection, ledger_id, master_key)
            return Vault(connection, ledger_id, master, ids, clock)
        except BaseException:
            connection.close()
            raise


@contextmanager
def _committed(connection: sqlite3.Connection) -> Iterator[None]:
    begin_immediate(connection)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        connection.rollback()  # does nothing after a commit


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    try:
        configure(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _checked_master(connection: sqlite3.Connection, ledger_id: str, master_key: bytes) -> AESGCM:
    row = connection.execute("SELECT ledger_id, check_value FROM vault_info").fetchone()
    if row is None or row[0] != ledger_id:
        raise NotALedger("The vault.db in this folder belongs to another ledger.", "Restore the vault of this ledger.")
    master = AESGCM(master_key)
    try:
        master.decrypt(row[1][:NONCE_BYTES], row[1][NONCE_BYTES:], _aad(ledger_id, "check"))
    except InvalidTag as error:
        raise WrongKey(
            "The master key does not open this ledger's vault.",
            "Name the key file that was made with this ledger.",
        ) from error
    return master


def _wrap(master: AESGCM, ids: IdSource, key: bytes, ledger_id: str, scope: str) -> bytes:
    nonce = ids.entropy(NONCE_BYTES)
    return nonce + master.encrypt(nonce, key, _aad(ledger_id, scope))


def _aad(ledger_id: str, scope: str) -> bytes:
    # A wrapped key that is moved to another scope or another ledger does not open.
    return bytes([FORMAT]) + variable(ledger_id.encode()) + variable(scope.encode())


def _lost(name: str) -> LedgerDamaged:
    kind = "data key" if name not in _NAMED and not name.startswith("named/") else f"{name} key"
    return LedgerDamaged(
        f"A {kind} in the vault does not open under the master key that opens the vault.",
        "Restore vault.db from its backup: facts stay whole, but words under this key cannot be read.",
    )

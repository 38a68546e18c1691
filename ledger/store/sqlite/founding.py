"""How a ledger comes into being, and what it says about itself.

Promise: a folder holds a whole ledger or none. `ledger.db` gets its name last, so an `init` that was cut short leaves
nothing that could be taken for a ledger, and can be run again.
"""

import sqlite3
from pathlib import Path
from typing import Final

from ledger.store.body import FORMAT
from ledger.store.durable import sync_folder
from ledger.store.engine import Info
from ledger.store.instants import to_micros
from ledger.store.masterkeys import Master
from ledger.store.migrate import migrate
from ledger.store.sqlite.key_rows import create_vault
from ledger.store.sqlite.recorder import BUSY_SECONDS, configure
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram, NotALedger
from ledger.terms.identity import id_from
from ledger.terms.ports import Clock, IdSource

LEDGER_FILE: Final = "ledger.db"
VAULT_FILE: Final = "vault.db"
IMPORTING: Final = ".importing"
"""How the files of an import under way end; nobody opens them, and no `init` clears them away."""
_UNFINISHED: Final = ".unfinished"


def found(
    folder: Path, *, master_key: Master, clock: Clock, ids: IdSource, simulated: bool, ledger_id: str | None
) -> None:
    """Make both databases; NotALedger where either is there already."""
    for name in (LEDGER_FILE, VAULT_FILE):
        if (folder / name).exists():
            raise NotALedger(
                f"There is a {name} in {folder} already.",
                "Name another folder, or restore the missing file of that ledger from its backup.",
            )
    if any(folder.glob(f"*{IMPORTING}")):
        raise NotALedger(
            "An import of an archive into this folder was begun and not finished.",
            "Run the same `ccm-ledger archive import` again, or begin it anew with --start-over.",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new_vault, new_ledger = folder / (VAULT_FILE + _UNFINISHED), folder / (LEDGER_FILE + _UNFINISHED)
    for leftover in folder.glob(f"*{_UNFINISHED}*"):
        leftover.unlink()
    ledger_id = ledger_id or id_from("lg", ids.entropy(16))
    create_vault(new_vault, ledger_id=ledger_id, master_key=master_key, ids=ids, clock=clock)
    _create_ledger(new_ledger, Info(ledger_id, FORMAT, simulated, to_micros(clock.now())))
    new_vault.rename(folder / VAULT_FILE)
    new_ledger.rename(folder / LEDGER_FILE)
    sync_folder(folder)


def read_info(connection: sqlite3.Connection) -> Info:
    """What the ledger says about itself; LedgerDamaged where it says nothing, NeedsNewerProgram for a newer format."""
    row = connection.execute("SELECT ledger_id, format, simulated, created_at FROM ledger_info").fetchone()
    if row is None:
        raise LedgerDamaged("The ledger does not say who it is.", "Restore ledger.db from its backup.")
    if row[1] > FORMAT:
        raise NeedsNewerProgram(
            f"The ledger has format {row[1]}; this program knows formats up to {FORMAT}.",
            "Install a newer version of ccm-ledger.",
        )
    return Info(row[0], row[1], bool(row[2]), row[3])


def _create_ledger(path: Path, info: Info) -> None:
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        configure(connection)
        migrate(connection, "sqlite", info.created_at)
        connection.execute("INSERT INTO ledger_info VALUES (1, ?, ?, ?, ?)", info)
    finally:
        connection.close()

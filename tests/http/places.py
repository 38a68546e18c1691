"""Where a ledger that is served lies: in a folder, or on the server of this run."""

from pathlib import Path
from typing import Final

from ledger.store.connection import Place
from tests.postgres.servers import unused_address

ENGINES: Final = ("sqlite", "postgres")


def new_place(engine: str, folder: Path) -> Place:
    """An unused place for a ledger of an engine."""
    return folder / "ledger" if engine == "sqlite" else unused_address()

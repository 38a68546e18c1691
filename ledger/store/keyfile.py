"""The file that holds the master key: 32 random bytes in hex, readable by its owner alone, outside the ledger's folder.

Promise: a file that others can read, or that is not exactly one key, is refused with a reason.
"""

from pathlib import Path
from typing import Final

from ledger.store import owner_only
from ledger.store.masterkeys import KEY_BYTES, parse_key
from ledger.store.owner_only import Called
from ledger.terms.ports import IdSource

_CALLED: Final = Called("key file", "Name the key file that was made with the ledger: --key-file FILE.")


def create_key_file(path: Path, ids: IdSource) -> bytes:
    """Draw a master key and write it to a new file; WrongKey where a file is there already."""
    key = ids.entropy(KEY_BYTES)
    owner_only.create(path, key.hex() + "\n")
    return key


def read_key_file(path: Path) -> bytes:
    """The master key in the file; WrongKey where it is missing, open to others, or not one key."""
    return parse_key(owner_only.read(path, _CALLED).strip(), f"The key file {path}")

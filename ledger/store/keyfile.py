"""The file that holds the master key: 32 random bytes in hex, readable by its owner alone, outside the ledger's folder.

Promise: a file that others can read, or that is not exactly one key, is refused with a reason.
"""

import os
import stat
from pathlib import Path
from typing import Final

from ledger.store.durable import sync_folder
from ledger.store.masterkeys import KEY_BYTES, parse_key
from ledger.terms.errors import WrongKey
from ledger.terms.ports import IdSource

_OWNER_ONLY: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def create_key_file(path: Path, ids: IdSource) -> bytes:
    """Draw a master key and write it to a new file; WrongKey where a file is there already."""
    key = ids.entropy(KEY_BYTES)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError as error:
        raise WrongKey(
            f"There is a file at {path} already, and a key is never overwritten.", "Name another file."
        ) from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    # A key whose name is lost in a power failure is lost, and with it all that was sealed under it meanwhile.
    sync_folder(path.parent)
    return key


def read_key_file(path: Path) -> bytes:
    """The master key in the file; WrongKey where it is missing, open to others, or not one key."""
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise WrongKey(
            f"There is no key file at {path}.",
            "Name the key file that was made with the ledger: --key-file FILE.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise WrongKey(f"The key file {path} cannot be read.", "Check its name and who owns it.") from error
    if mode & _OTHERS:
        raise WrongKey(
            f"The key file {path} can be read by others.", f"Close it to all but its owner: chmod 600 {path}"
        )
    return parse_key(text, f"The key file {path}")

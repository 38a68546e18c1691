"""Files of keys: made once, readable by their owner alone, and replaced without a moment in which there is none.

Promise: a file that others can read is refused, and one that is there is never written over; what is written is
durable, name and all, and whoever reads sees the file before or after. No message repeats what a file holds. Not
promised: that it holds keys; keyfile.py and checkpoints/log_keys.py say that.
"""

import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

from ledger.store.durable import sync_folder
from ledger.terms.errors import WrongKey

_OWNER_ONLY: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Called(NamedTuple):
    """What a file is called in refusals, and what to do where it is missing."""

    name: str
    """As in `there is no key file`."""
    remedy: str


def create(path: Path, text: str) -> None:
    """Write a new file, and its folder where that is missing; WrongKey where a file is there already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write(path, text)
    except FileExistsError as error:
        raise WrongKey(
            f"There is a file at {path} already, and a key is never overwritten.", "Name another file."
        ) from error
    # A key whose name is lost in a power failure is lost, and with it all that was sealed under it meanwhile.
    sync_folder(path.parent)


def replace(path: Path, text: str) -> None:
    """Put this in place of what the file holds; the old file is there until the new one is whole."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    _write(beside, text)
    beside.replace(path)
    sync_folder(path.parent)


def read(path: Path, called: Called) -> str:
    """What the file holds; WrongKey where it is missing, cannot be read, or is open to others."""
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise WrongKey(f"There is no {called.name} at {path}.", called.remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        raise WrongKey(f"The {called.name} {path} cannot be read.", "Check its name and who owns it.") from error
    if mode & _OTHERS:
        raise WrongKey(
            f"The {called.name} {path} can be read by others.", f"Close it to all but its owner: chmod 600 {path}"
        )
    return text


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

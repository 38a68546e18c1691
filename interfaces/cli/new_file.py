"""A file that a command makes: new, readable by its owner alone, on the disk when it is closed.

Promise: no file is ever written over, and none is made through a link. Not promised: that it stays where it is.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from interfaces.cli.usage import WrongUsage

_OWNER_ONLY: Final = 0o600


def no_file_yet(name: str) -> None:
    """WrongUsage where there is a file of that name: asked before anything is recorded."""
    if Path(name).exists():
        raise WrongUsage("There is a file of that name already.", "Name another one; a file is never overwritten.")


@contextmanager
def new_file(name: str, encoding: str) -> Iterator[TextIO]:
    """The file, open; WrongUsage where it cannot be made."""
    try:
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _OWNER_ONLY)
    except OSError as error:
        raise WrongUsage(f"The file cannot be made: {error.strerror}.", "Name one in a folder of yours.") from error
    with os.fdopen(descriptor, "w", encoding=encoding, newline="") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())

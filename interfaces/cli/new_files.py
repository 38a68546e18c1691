"""New files for what leaves a ledger: never over another one, for their owner alone, and never by half.

Promise: a name under which no file can be made is told before anything is read or recorded; a file is durable when
it is made, and taken away again where it could not be written whole. Not promised: room for it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from interfaces.cli.usage import WrongUsage

_OWNER_ONLY: Final = 0o600
_TAKEN: Final = ("There is a file of that name already.", "Name another one; a file is never overwritten.")
_FREE: Final = "Name one in a folder of yours that is there."


def is_free(name: str) -> None:
    """WrongUsage where no new file can be made under a name."""
    if name in ("", "-"):
        raise WrongUsage("No file is named.", "Name the file to make: -o FILE. It is never written to the screen.")
    if "\0" in name:
        raise WrongUsage("The file cannot be made: its name holds a NUL.", _FREE)
    path = Path(name)
    if os.path.isdir(path):  # noqa: PTH112 - it answers for every name, be it too long
        raise WrongUsage("That is the name of a folder.", "Name the file to make in it.")
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        if not os.path.isdir(path.parent):  # noqa: PTH112 - the same
            raise WrongUsage("The file cannot be made: its folder is not there.", _FREE) from None
    except OSError as error:
        raise WrongUsage(f"The file cannot be made: {error.strerror}.", _FREE) from error
    else:
        raise WrongUsage(*_TAKEN)


@contextmanager
def new_file(name: str, *, encoding: str) -> Iterator[TextIO]:
    """A new file to write to, durable at the end; taken away again where the block or the writing does not end well."""
    with new_bytes(name) as raw:
        file = TextIOWrapper(raw, encoding=encoding, newline="")
        yield file
        file.detach()


@contextmanager
def new_bytes(name: str) -> Iterator[BinaryIO]:
    """The same for bytes."""
    try:
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _OWNER_ONLY)
    except FileExistsError:
        # Somebody else made it since it was looked for.
        raise WrongUsage(*_TAKEN) from None
    except OSError as error:
        raise WrongUsage(f"The file cannot be made: {error.strerror}.", _FREE) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def lies_there(path: Path, content: bytes) -> bool:
    """Have a file with just this content, made durable where there is none of that name; False where another one is."""
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        return path.is_file() and path.read_bytes() == content
    except OSError as error:
        path.unlink(missing_ok=True)
        raise WrongUsage(f"The file cannot be made: {error.strerror}.", _FREE) from error
    return True

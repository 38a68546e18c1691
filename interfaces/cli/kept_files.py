"""Files that were kept of a ledger, or came from elsewhere, read whole: notes, receipts, requests, bills, certificates.

Promise: never more than the caller's limit is read; what is larger is refused, and nothing is cut short. Not promised:
that what was read is what it should be.
"""

from pathlib import Path
from typing import Final, NamedTuple

from interfaces.cli.usage import WrongUsage

MEGABYTE: Final = 1_048_576


class Wanted(NamedTuple):
    """What a file should be, in the words of a refusal."""

    bytes_max: int
    than: str
    """What it is too large for: `larger than any bill`."""
    remedy: str = "Check its name."
    name: str = "The file"


ROOTS: Final = Wanted(MEGABYTE, "file of root certificates")
"""Certificates of authorities that are trusted, in PEM."""


def kept_bytes(file: str, wanted: Wanted) -> bytes:
    """The bytes of a file; WrongUsage where it cannot be read, or is too large to be what is wanted."""
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(wanted.bytes_max + 1)
    except OSError as error:
        raise WrongUsage(f"{wanted.name} cannot be read: {error.strerror}.", wanted.remedy) from error
    except ValueError:
        raise WrongUsage(f"{wanted.name} cannot be read: its name holds a NUL.", wanted.remedy) from None
    if len(data) > wanted.bytes_max:
        raise WrongUsage(f"{wanted.name} is larger than any {wanted.than}.", wanted.remedy)
    return data

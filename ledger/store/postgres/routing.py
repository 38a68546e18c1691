"""The routing table: which ledger is on which server, past the one machine that a single server is.

A TOML file that an operator edits: `[ledgers]`, then a line `NAME = "postgresql://USER@HOST/DATABASE?ledger=NAME"` for
each. Promise: the file is read again when it changed, and a faulty one is refused whole, so nobody writes to the place
that a half-read line names. It holds no password. Not promised: that a ledger was moved because its line was; an
archive moves it (docs/deploy.md).
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ledger.store.postgres.address import Address, is_address, parse_address
from ledger.terms.errors import NotALedger

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_REMEDY: Final = "A table [ledgers] holds lines such as: north = 'postgresql://USER@HOST/DATABASE?ledger=north'."


class Routes:
    """The routing table in a file. Threads may share it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._table: Mapping[str, Address] = MappingProxyType({})

    def table(self) -> Mapping[str, Address]:
        """The addresses by name, as the file has them now; NotALedger where it cannot be read."""
        try:
            state = self._file.stat()
            seen = (state.st_ino, state.st_mtime_ns, state.st_size)
            if seen != self._seen:
                self._table = _parsed(self._file.read_bytes())
                self._seen = seen
        except OSError as error:
            raise NotALedger(
                f"The routing table cannot be read: {os.strerror(error.errno or 0)}.", "Check CCM_LEDGER_ROUTES."
            ) from error
        return self._table

    def address_of(self, name: str) -> Address:
        """Where a ledger is; NotALedger where the table has no such name."""
        found = self.table().get(name)
        if found is None:
            raise NotALedger(
                "The routing table has no ledger of that name.",
                "Add its line to the file that CCM_LEDGER_ROUTES names; for a folder, write ./NAME.",
            )
        return found


def _parsed(content: bytes) -> Mapping[str, Address]:
    try:
        whole = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotALedger("The routing table is not TOML.", _REMEDY) from error
    lines = whole.get("ledgers")
    if set(whole) != {"ledgers"} or not isinstance(lines, dict):
        raise NotALedger("The routing table has another shape.", _REMEDY)
    table = {name: _address(name, place) for name, place in lines.items()}
    if len(set(table.values())) < len(table):
        raise NotALedger("The routing table gives one ledger two names.", "Keep one of the lines.")
    return MappingProxyType(table)


def _address(name: str, place: object) -> Address:
    if not _NAME.fullmatch(name) or not isinstance(place, str) or not is_address(place):
        raise NotALedger("A line of the routing table names no ledger on a server.", _REMEDY)
    return parse_address(place)

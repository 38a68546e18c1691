"""Where a ledger is, as it is named: a folder, an address on a server, a name in the routing table.

Promise: a password comes from a file that only its owner can read, or from PostgreSQL's own ways (PGPASSWORD,
~/.pgpass); never from the command line, which everybody on the machine can read. Not promised: that a ledger is there.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from ledger.terms.errors import WrongKey

if TYPE_CHECKING:
    from ledger.store.connection import Place
    from ledger.store.postgres.address import Address
    from ledger.store.postgres.routing import Routes


def place_named(named: str, routes: "Routes | None", password: Callable[[], str | None]) -> "Place":
    """A URL is an address on a server; a bare name stands in the routing table, where there is one; else a folder.

    Raises NotALedger where the address cannot be one, or the table does not have the name.
    """
    if "://" in named:
        from ledger.store.postgres.address import parse_address  # noqa: PLC0415 - folders need none of it

        return parse_address(named).with_password(password())
    if routes is not None and Path(named).name == named:
        return routes.address_of(named).with_password(password())
    return Path(named)


def is_on_a_server(place: "Place") -> "TypeGuard[Address]":
    """Whether a place is an address on a server, not a folder."""
    return not isinstance(place, Path)


def routes_in(file: str | None) -> "Routes | None":
    """The routing table in a file; None where no file is named."""
    if not file:
        return None
    from ledger.store.postgres.routing import Routes  # noqa: PLC0415 - folders need none of it

    return Routes(Path(file))


def servers_of(
    routes: "Routes", names: Sequence[str], password: Callable[[], str | None]
) -> "dict[Address, dict[str, str]]":
    """For each server, by the address of a ledger on it: what the table calls the ledgers there that are meant.

    Names are those of the table, answered by the ledger's own name; without any, every server answers for all of its
    ledgers. Raises NotALedger where the table lacks a name.
    """
    table = routes.table()
    by_server: dict[str, dict[str, str]] = {}
    for name in names or table:
        address = routes.address_of(name)
        by_server.setdefault(address.server, {})[address.ledger] = name
    secret = password()
    first = {address.server: address.with_password(secret) for address in table.values()}
    return {first[server]: called if names else {} for server, called in by_server.items()}


def password_in(named: str | None) -> str | None:
    """The password in a file; None, where no file is named, leaves it to PostgreSQL's own ways."""
    if not named:
        return None
    file = Path(named)
    try:
        is_open = bool(file.stat().st_mode & 0o077)
        password = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongKey("The password file cannot be read.", "Check CCM_LEDGER_PASSWORD_FILE.") from error
    if is_open or not password:
        raise WrongKey(
            "The password file is empty, or others can read it.", "Close it to all but its owner: chmod 600."
        )
    return password

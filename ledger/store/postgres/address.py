"""Where a shared ledger is: a server, a database, and the name of the ledger in it.

`postgresql://USER@HOST:PORT/DATABASE?ledger=NAME` with the other parameters of libpq (RFC 3986 query). Promise: the
text of an address never holds a password, so it may stand in messages, logs and routing tables. Not promised: that
anybody answers there.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from ledger.terms.errors import NotALedger

SCHEMES: Final = ("postgresql://", "postgres://")
USUAL_NAME: Final = "main"
# Beside a ledger's schema stand its vault and its read models, and beside all ledgers ccm_control.
_NAME: Final = re.compile(r"(?!control$)(?!.*_(vault|models)$)[a-z][a-z0-9_]{0,39}")
_SECRETS: Final = frozenset({"password", "passfile", "sslpassword", "sslkey", "options", "service"})
_REMEDY: Final = "Name it as postgresql://USER@HOST:PORT/DATABASE?ledger=NAME."


@dataclass(frozen=True, slots=True)
class Address:
    """A ledger on a server. `server` is a libpq URL without the ledger's name; the password is in none of its texts."""

    server: str
    ledger: str
    password: str | None = field(default=None, repr=False, compare=False)

    @property
    def schema(self) -> str:
        """The schema of its facts; `_vault` and `_models` stand beside it."""
        return f"ccm_{self.ledger}"

    def role(self, kind: str) -> str:
        """The role that owns, writes, reads or projects this ledger."""
        return f"{self.schema}_{kind}"

    def with_password(self, password: str | None) -> "Address":
        """The same place, with the password that opens it."""
        return replace(self, password=password)

    def beside(self, ledger: str) -> "Address":
        """Another ledger in the same database."""
        return replace(self, ledger=ledger)

    def __str__(self) -> str:
        return f"{self.server}{'&' if '?' in self.server else '?'}ledger={self.ledger}"


def is_address(place: str) -> bool:
    """Whether a place is a URL of a server rather than a folder."""
    return place.startswith(SCHEMES)


def parse_address(place: str) -> Address:
    """The address in a URL; NotALedger where it cannot be one, or brings a secret that argv would show to everybody."""
    try:
        parts = urlsplit(place)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        has_password = parts.password is not None
    except ValueError as error:
        raise NotALedger("The address of the server cannot be read.", _REMEDY) from error
    if has_password or _SECRETS & {name for name, _ in query}:
        raise NotALedger(
            "The address holds a password, a key or options of the server, and command lines are seen by everybody.",
            "Give the password in a file (CCM_LEDGER_PASSWORD_FILE, or PostgreSQL's own ~/.pgpass) or in PGPASSWORD.",
        )
    names = [value for name, value in query if name == "ledger"]
    name = names[0] if names else USUAL_NAME
    if len(names) > 1 or not _NAME.fullmatch(name):
        raise NotALedger(
            "The name of a ledger is up to forty small letters, digits and underscores, beginning with a letter; it is"
            " not control, and does not end in _vault or _models.",
            _REMEDY,
        )
    if not parts.path.strip("/") or parts.fragment:
        raise NotALedger("The address names no database.", _REMEDY)
    others = urlencode([pair for pair in query if pair[0] != "ledger"], quote_via=quote)
    server = SplitResult("postgresql", parts.netloc, parts.path, others, "").geturl()
    return Address(server, name)

"""Two ledgers on one server and the logins of those who would harm them, for the tests of roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from ledger.store.append import prepare
from ledger.store.connection import Ledger, create
from ledger.store.postgres import append
from ledger.store.postgres.address import Address
from ledger.streams.base import Proposal
from tests.postgres.servers import Connection, superuser, unused_address
from tests.store.sample import MASTER_KEY, RepeatableIds, StandingClock, address_of, empty, proposal, registered

FACTS: Final = (
    "ledger_info",
    "append_lock",
    "stored_events",
    "tags",
    "event_tags",
    "command_keys",
    "reading_sets",
    "refusal_count",
    "migrations",
)
KEYS: Final = ("vault_info", "named_keys", "data_keys")
_PASSWORD: Final = "known to the tests"


@dataclass(frozen=True)
class Ground:
    """Ledgers a and b, each with a fact and a read model; and logins, by what they were granted."""

    a: Address
    b: Address

    @contextmanager
    def login(self, name: str) -> Iterator[Connection]:
        """A session of a login, in autocommit mode: `app`, `app_b`, `reader`, `projector` or `nobody`."""
        user = f"{self.a.schema}_{name}_login"
        with psycopg.connect(self.a.server, user=user, password=_PASSWORD, autocommit=True) as connection:
            yield connection

    def address_of(self, name: str) -> Address:
        """Ledger a, as a login would name it."""
        parts = urlsplit(self.a.server)
        user = f"{self.a.schema}_{name}_login"
        host = parts.netloc.rpartition("@")[2]
        return replace(self.a, server=parts._replace(netloc=f"{user}@{host}").geturl()).with_password(_PASSWORD)

    def spoken(self, statement: str) -> str:
        """A statement with {a} and {b} as the schemas of the ledgers."""
        return statement.replace("{a}", self.a.schema).replace("{b}", self.b.schema)


def ground() -> Iterator[Ground]:
    """Made once for a module of tests; what they may change is nothing."""
    it = Ground(unused_address(), unused_address())
    for address in (it.a, it.b):
        ids = RepeatableIds(address.ledger)
        with create(address, master_key=MASTER_KEY, clock=StandingClock(), ids=ids, simulated=False) as ledger:
            ledger.append([proposal(registered(), key="k", read_set=empty(), once="o")])
            models = ledger.read_models()
            models.run((("CREATE TABLE answer (word TEXT, PRIMARY KEY (word)) WITHOUT ROWID", ()),))
    granted = {
        "app": (it.a.role("writer"), it.a.role("projector")),
        "app_b": (it.b.role("writer"), it.b.role("projector")),
        "reader": (it.a.role("reader"),),
        "projector": (it.a.role("projector"),),
        "nobody": (),
    }
    with superuser(it.a) as connection:
        for name, roles in granted.items():
            user = sql.Identifier(f"{it.a.schema}_{name}_login")
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(user, sql.Literal(_PASSWORD)))
            for role in roles:
                connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), user))
        yield it
        for name in granted:
            user = sql.Identifier(f"{it.a.schema}_{name}_login")
            connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(user))


def thrown_in(connection: Connection, ledger: Ledger, what: Proposal, **changed: bytes) -> append.Answer:
    """What the append function answers to arguments that the program would not have sent, in their binary form."""
    schema = address_of(ledger).schema
    asked = "SELECT proargnames[:pronargs] FROM pg_proc WHERE oid = %s::regproc"
    names = connection.execute(asked, (f"{schema}.append",)).fetchone()
    assert names is not None
    group = prepare([what], ledger.mapper, simulated=False)
    values = append.flatten(group, destroyed=ledger.vault.destroyed, now=0, stored=frozenset()).values
    whole: dict[str, bytes | None] = dict(zip(names[0], values, strict=True))
    assert changed.keys() <= whole.keys()
    return append.Function(schema)(connection, set(), list((whole | changed).values()))

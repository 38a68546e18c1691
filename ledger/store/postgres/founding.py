"""How a ledger comes into being on a server: roles, schemas, tables, guards, keys, in one transaction.

Promise: a server holds a whole ledger or none of it. Five roles are made that nobody can log in as: the owner of the
control schema (once a server) and, for each ledger, owner, writer, reader and projector. Writer and projector read too.
The login that founds a ledger becomes a member of these, and of the owner only while it founds: who is its member may
take the guards away. Not promised: that other logins may do anything: docs/deploy.md grants.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from psycopg import errors, sql

from ledger.store.body import FORMAT
from ledger.store.instants import to_micros
from ledger.store.masterkeys import Master
from ledger.store.postgres import schema
from ledger.store.postgres.address import Address
from ledger.store.postgres.errors import naming_errors
from ledger.store.postgres.server import LedgerConnection, Server
from ledger.store.vault import FORMAT as VAULT_FORMAT
from ledger.store.vault import NewVault, new_vault
from ledger.terms.errors import NotALedger, StoreUnavailable
from ledger.terms.identity import id_from
from ledger.terms.ports import Clock, IdSource

CONTROL: Final = "ccm_control"
ROLES: Final = ("owner", "writer", "reader", "projector")
FOUNDING_LOCK: Final = "ccm_control.founding_lock"
"""Of two foundings or upgrades at once one waits for the other. A table, which only the owner of the control schema may
lock: an advisory lock could be taken, and kept, by any login of the database."""
TRACKING: Final = (
    'CREATE TABLE tracking (application_name text COLLATE "C" PRIMARY KEY, notification_id bigint NOT NULL)'
)
"""The position that each set of read models stands for; made with the ledger, so that opening makes nothing."""


def exists(address: Address) -> bool:
    """Whether the database has a ledger of that name."""
    with naming_errors(), Server(address).connected() as connection:
        return is_there(connection, address)


def found(
    address: Address,
    *,
    master_key: Master,
    clock: Clock,
    ids: IdSource,
    simulated: bool,
    ledger_id: str | None,
    clock_of: str = "server",
) -> None:
    """Make a ledger; NotALedger where its name is taken, on this database or by roles of another one.

    `clock_of` is whose clock dates the facts: the server's, or in tests and measurements the program's.
    """
    ledger_id = ledger_id or id_from("lg", ids.entropy(16))
    made = new_vault(ledger_id=ledger_id, master_key=master_key, ids=ids)
    put_ledger(address, ledger_id, made, created_at=to_micros(clock.now()), clock="lines" if simulated else clock_of)


def put_ledger(address: Address, ledger_id: str, vault: NewVault, *, created_at: int, clock: str) -> None:
    """Make a ledger that holds these keys and no fact."""
    with naming_errors(), Server(address).connected() as connection, connection.transaction():
        lay_out(connection, address, ledger_id, vault, created_at=created_at)
        announce(connection, address, ledger_id, format_=FORMAT, created_at=created_at, clock=clock)


def lay_out(
    connection: LedgerConnection, address: Address, ledger_id: str, vault: NewVault, *, created_at: int
) -> None:
    """Make roles, schemas, tables, guards and keys, within a transaction; nobody can open a ledger there yet."""
    names = names_of(address)
    begin(connection, created_at)
    if is_there(connection, address):
        raise NotALedger(
            "The database has a ledger of that name already.", "Choose another name; a ledger is never remade."
        )
    _make_roles(connection, names)
    with acting_as(connection, names["owner"]):
        connection.execute("RESET ROLE")
        for place in ("schema", "vault"):
            _run(connection, "CREATE SCHEMA {} AUTHORIZATION {}", names[place], names["owner"])
        _run(connection, "SET LOCAL ROLE {}", names["owner"])
        _run(connection, "SET LOCAL search_path = {}, {}, pg_temp", names["schema"], names["vault"])
        schema.migrate(connection, names["schema"], "postgres", names, created_at)
        connection.execute(
            "INSERT INTO vault_info (one, ledger_id, format, check_value, key_id) VALUES (true, %s, %s, %s, %s)",
            (ledger_id, VAULT_FORMAT, vault.check_value, vault.key_id),
        )
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO named_keys (name, wrapped) VALUES (%s, %s)", vault.named)
    _make_models(connection, names)


def begin(connection: LedgerConnection, now: int) -> None:
    """Let no other founding or upgrade be under way, until the transaction ends, in a database with a control schema.

    Raises StoreUnavailable where another one does not end, NotALedger where the login may not make ledgers.
    """
    for is_last in (False, True):
        try:
            with connection.transaction():
                _make_control(connection, now)
            return
        except (errors.UniqueViolation, errors.DuplicateObject, errors.DuplicateSchema) as error:
            # The first founding of a database has nothing to lock yet; what the other one made is there now.
            if is_last:
                raise StoreUnavailable(
                    "Nothing was made: others made the first ledgers of this server at the same time.", "Try again."
                ) from error


def lock(connection: LedgerConnection) -> None:
    """Wait for other foundings and upgrades; held until the transaction ends. As the owner of the control schema.

    StoreUnavailable where another one does not end.
    """
    try:
        connection.execute(f"LOCK TABLE {FOUNDING_LOCK} IN EXCLUSIVE MODE")
    except errors.LockNotAvailable as error:
        raise StoreUnavailable(
            f"Nothing was made: another founding or upgrade held the lock of {FOUNDING_LOCK} for too long.",
            "Try again; if it goes on, look in pg_stat_activity for who holds it (docs/deploy.md, Watch).",
        ) from error


def announce(
    connection: LedgerConnection,
    address: Address,
    ledger_id: str,
    *,
    format_: int,
    created_at: int,
    clock: str,
    position: int = 0,
) -> None:
    """Let what was laid out say who it is, within a transaction: from then on it is a ledger, and in the list of all.

    NotALedger where the database holds the same ledger under another name.
    """
    names = names_of(address)
    with acting_as(connection, names["owner"]):
        connection.execute(
            sql.SQL("INSERT INTO {}.ledger_info VALUES (true, %s, %s, %s, %s, %s)").format(
                sql.Identifier(names["schema"])
            ),
            (address.ledger, ledger_id, format_, clock, created_at),
        )
    with acting_as(connection, CONTROL):
        check_unlisted(connection, ledger_id)
        _run(connection, "GRANT UPDATE (position) ON ccm_control.ledgers TO {}", names["owner"])
        connection.execute(
            "INSERT INTO ccm_control.ledgers (name, ledger_id, owner, reader, created_at, position)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (address.ledger, ledger_id, names["owner"], names["reader"], created_at, position),
        )


def check_unlisted(connection: LedgerConnection, ledger_id: str) -> None:
    """NotALedger where the database holds a ledger of this id; asked as the owner of the list, who sees all of it."""
    query = "SELECT 1 FROM ccm_control.ledgers WHERE ledger_id = %s"
    if connection.execute(query, (ledger_id,)).fetchone() is not None:
        raise NotALedger(
            "The database holds this very ledger already, under another name.",
            "Name another database; two copies that are both written to become two ledgers.",
        )


@contextmanager
def acting_as(connection: LedgerConnection, role: str) -> Iterator[None]:
    """Act as a role within a transaction, as its member for that time only, where the login is none.

    Raises psycopg's InsufficientPrivilege where the login may not make itself one.
    """
    is_lent = False
    try:
        with connection.transaction():
            _run(connection, "SET LOCAL ROLE {}", role)
    except errors.InsufficientPrivilege:
        # From PostgreSQL 16 on who makes a role may grant it, but is not let into it until then.
        _run(connection, "GRANT {} TO CURRENT_USER", role)
        _run(connection, "SET LOCAL ROLE {}", role)
        is_lent = True
    yield
    connection.execute("RESET ROLE")
    if is_lent:
        _run(connection, "REVOKE {} FROM CURRENT_USER", role)


def names_of(address: Address) -> dict[str, str]:
    """The names of a ledger's roles and schemas, as its migrations call them."""
    schemas = {"schema": address.schema, "vault": f"{address.schema}_vault", "models": f"{address.schema}_models"}
    return schemas | {kind: address.role(kind) for kind in ROLES}


def is_there(connection: LedgerConnection, address: Address) -> bool:
    """Whether the database has a schema of that ledger, be it whole or an import under way."""
    row = connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", (f'"{address.schema}"',)).fetchone()
    return row is not None and bool(row[0])


def _make_control(connection: LedgerConnection, now: int) -> None:
    """The control schema, where the database has none; in either case at the newest migration."""
    try:
        if _one(connection, "SELECT to_regrole('ccm_control') IS NULL"):
            connection.execute("CREATE ROLE ccm_control NOLOGIN")
        with acting_as(connection, CONTROL):
            connection.execute("RESET ROLE")
            connection.execute("CREATE SCHEMA IF NOT EXISTS ccm_control AUTHORIZATION ccm_control")
            _run(connection, "SET LOCAL ROLE {}", CONTROL)
            connection.execute("SET LOCAL search_path = ccm_control, pg_temp")
            if not _one(connection, f"SELECT to_regclass('{FOUNDING_LOCK}') IS NULL"):
                lock(connection)
            schema.migrate(connection, CONTROL, "control", {}, now)
            connection.execute("GRANT USAGE ON SCHEMA ccm_control TO PUBLIC")
    except errors.InsufficientPrivilege as error:
        raise NotALedger(
            "This login may not make a ledger: it needs CREATEROLE, CREATE on the database, and where the server"
            " holds ledgers already, membership in ccm_control.",
            "Let an administrator of the server make it, or grant these (docs/deploy.md).",
        ) from error


def _make_roles(connection: LedgerConnection, names: dict[str, str]) -> None:
    for kind in ROLES:
        try:
            _run(connection, "CREATE ROLE {} NOLOGIN", names[kind])
        except (errors.DuplicateObject, errors.UniqueViolation) as error:
            raise NotALedger(
                "Another database of this server has a ledger of that name, or had one: its roles are there.",
                "Choose another name.",
            ) from error
    _run(connection, "GRANT {} TO {}, {}", names["reader"], names["writer"], names["projector"])
    for kind in ("writer", "projector"):
        _run(connection, "GRANT {} TO CURRENT_USER", names[kind])


def _make_models(connection: LedgerConnection, names: dict[str, str]) -> None:
    _run(connection, "CREATE SCHEMA {} AUTHORIZATION {}", names["models"], names["projector"])
    with acting_as(connection, names["projector"]):
        _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", names["models"], names["reader"])
        grant = "ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT SELECT ON TABLES TO {}"
        _run(connection, grant, names["models"], names["reader"])
        _run(connection, "SET LOCAL search_path = {}, pg_temp", names["models"])
        connection.execute(TRACKING)


def _one(connection: LedgerConnection, query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _run(connection: LedgerConnection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

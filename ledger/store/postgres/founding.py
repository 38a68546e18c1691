"""How a ledger comes into being on a server: roles, schemas, tables, guards, keys, in one transaction.

Promise: a server holds a whole ledger or none of it. Five roles are made that nobody can log in as: the owner of the
control schema (once a database) and, for each ledger, owner, writer, reader and projector; the login that founds a
ledger becomes a member of the last three. Not promised: that other logins may do anything: docs/deploy.md grants.
"""

from typing import Final

from psycopg import errors, sql

from ledger.store.body import FORMAT
from ledger.store.instants import to_micros
from ledger.store.postgres import schema
from ledger.store.postgres.address import Address
from ledger.store.postgres.errors import naming_errors
from ledger.store.postgres.server import LedgerConnection, Server
from ledger.store.vault import FORMAT as VAULT_FORMAT
from ledger.store.vault import NewVault, new_vault
from ledger.terms.errors import NotALedger
from ledger.terms.identity import id_from
from ledger.terms.ports import Clock, IdSource

CONTROL: Final = "ccm_control"
ROLES: Final = ("owner", "writer", "reader", "projector")
_FOUNDING_LOCK: Final = 0x63636D6C  # of two foundings at once one waits for the other


def exists(address: Address) -> bool:
    """Whether the database has a ledger of that name."""
    with naming_errors(), Server(address).connected() as connection:
        return _exists(connection, address)


def found(
    address: Address,
    *,
    master_key: bytes,
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
    names = names_of(address)
    with naming_errors(), Server(address).connected() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_FOUNDING_LOCK,))
        _make_control(connection, created_at)
        if _exists(connection, address):
            raise NotALedger(
                "The database has a ledger of that name already.", "Choose another name; a ledger is never remade."
            )
        _make_roles(connection, names)
        for place in ("schema", "vault"):
            _run(connection, "CREATE SCHEMA {} AUTHORIZATION {}", names[place], names["owner"])
        _run(connection, "CREATE SCHEMA {} AUTHORIZATION {}", names["models"], names["projector"])
        _run(connection, "SET LOCAL ROLE {}", names["owner"])
        _run(connection, "SET LOCAL search_path = {}, {}, pg_temp", names["schema"], names["vault"])
        schema.migrate(connection, names["schema"], "postgres", names, created_at)
        connection.execute(
            "INSERT INTO ledger_info VALUES (true, %s, %s, %s, %s, %s)",
            (address.ledger, ledger_id, FORMAT, clock, created_at),
        )
        connection.execute(
            "INSERT INTO vault_info VALUES (true, %s, %s, %s)", (ledger_id, VAULT_FORMAT, vault.check_value)
        )
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO named_keys VALUES (%s, %s)", vault.named)
        _run(connection, "SET LOCAL ROLE {}", names["projector"])
        _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", names["models"], names["reader"])
        _run(
            connection,
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT SELECT ON TABLES TO {}",
            names["models"],
            names["reader"],
        )
        _run(connection, "SET LOCAL ROLE {}", CONTROL)
        _run(connection, "GRANT UPDATE (position) ON ccm_control.ledgers TO {}", names["owner"])
        connection.execute(
            "INSERT INTO ccm_control.ledgers (name, ledger_id, owner, reader, created_at) VALUES (%s, %s, %s, %s, %s)",
            (address.ledger, ledger_id, names["owner"], names["reader"], created_at),
        )


def names_of(address: Address) -> dict[str, str]:
    """The names of a ledger's roles and schemas, as its migrations call them."""
    schemas = {"schema": address.schema, "vault": f"{address.schema}_vault", "models": f"{address.schema}_models"}
    return schemas | {kind: address.role(kind) for kind in ROLES}


def _exists(connection: LedgerConnection, address: Address) -> bool:
    row = connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", (f'"{address.schema}"',)).fetchone()
    return row is not None and bool(row[0])


def _make_control(connection: LedgerConnection, now: int) -> None:
    """The control schema, where the database has none; in either case at the newest migration."""
    try:
        is_new = _one(connection, "SELECT to_regrole('ccm_control') IS NULL")
        if is_new:
            connection.execute("CREATE ROLE ccm_control NOLOGIN")
        if is_new or not _one(connection, "SELECT pg_has_role(current_user, 'ccm_control', 'MEMBER')"):
            connection.execute("GRANT ccm_control TO CURRENT_USER")
        connection.execute("CREATE SCHEMA IF NOT EXISTS ccm_control AUTHORIZATION ccm_control")
    except errors.InsufficientPrivilege as error:
        raise NotALedger(
            "This login may not make a ledger: it needs CREATEROLE, CREATE on the database, and where the database"
            " holds ledgers already, membership in ccm_control.",
            "Let an administrator of the server make it, or grant these (docs/deploy.md).",
        ) from error
    _run(connection, "SET LOCAL ROLE {}", CONTROL)
    connection.execute("SET LOCAL search_path = ccm_control, pg_temp")
    schema.migrate(connection, CONTROL, "control", {}, now)
    connection.execute("GRANT USAGE ON SCHEMA ccm_control TO PUBLIC")
    connection.execute("RESET ROLE")


def _make_roles(connection: LedgerConnection, names: dict[str, str]) -> None:
    for kind in ROLES:
        try:
            _run(connection, "CREATE ROLE {} NOLOGIN", names[kind])
        except errors.DuplicateObject as error:
            raise NotALedger(
                "Another database of this server has a ledger of that name, or had one: its roles are there.",
                "Choose another name.",
            ) from error
        _run(connection, "GRANT {} TO CURRENT_USER", names[kind])


def _one(connection: LedgerConnection, query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _run(connection: LedgerConnection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

"""The ledgers of one database, as an operator sees them: what there is, whether it is in order, and upgrades.

Promise: nothing here reads a fact or needs a key. `check` compares each ledger with what the migrations of this program
make, and the control table with the facts; `upgrade` brings ledgers to the newest migration, one at a time, each whole
or not at all. Not promised: that the facts themselves are sound; `verify` recomputes them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from psycopg import Error, errors, sql

from ledger.store.body import FORMAT
from ledger.store.instants import to_micros
from ledger.store.postgres import schema
from ledger.store.postgres.address import Address
from ledger.store.postgres.errors import is_broken, named, naming_questions
from ledger.store.postgres.founding import CONTROL, acting_as, lock, names_of
from ledger.store.postgres.server import LedgerConnection, Server
from ledger.store.postgres.snapshot import differences
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram, NotALedger, StoreUnavailable
from ledger.terms.ports import Clock

_LISTED: Final = "SELECT name, ledger_id, position FROM ccm_control.ledgers ORDER BY name"
# From PostgreSQL 16 on who may only grant a role is a member too, who is not let into it.
_OWNED_BY: Final = """
SELECT m.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member
WHERE a.roleid = to_regrole(%s) AND (coalesce((to_jsonb(a) ->> 'set_option')::boolean, true)
    OR coalesce((to_jsonb(a) ->> 'inherit_option')::boolean, true))
"""
# Whoever pulls read models runs what stands in their schema, so nothing that runs may stand there.
_PLANTED: Final = """
SELECT 'function ' || p.proname FROM pg_proc p WHERE p.pronamespace = to_regnamespace(%(schema)s)
UNION ALL SELECT 'trigger ' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND NOT t.tgisinternal
UNION ALL SELECT 'rule ' || r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = to_regnamespace(%(schema)s)
"""


class Listed(NamedTuple):
    """One ledger as the control table and the ledger itself describe it."""

    name: str
    ledger_id: str
    position: int
    clock: str
    """Whose clock dates the facts: `server`, `program` or `lines`; empty where this login may not read the ledger."""
    state: str
    """`current`, `older`, `newer` (than this program), `of unknown make`, or `cannot be read`."""
    told: str
    """In words what keeps this program from using the ledger as it is; empty where nothing does."""


class Checked(NamedTuple):
    """A ledger and what is wrong with it; empty where all is well."""

    name: str
    findings: tuple[str, ...]


class Upgraded(NamedTuple):
    """A ledger and the migrations that were applied to it now."""

    name: str
    applied: tuple[str, ...]


def list_ledgers(address: Address) -> tuple[Listed, ...]:
    """The ledgers of a database that the login may see, by name; those of a login that may read none are none."""
    with naming_questions(), Server(address).connected() as connection:
        rows = _rows(connection)
        return tuple(
            Listed(name, ledger_id, position, *_described(connection, address.beside(name)))
            for name, ledger_id, position in rows
        )


def check_ledgers(address: Address, names: tuple[str, ...] = ()) -> Iterator[Checked]:
    """Check the ledgers of these names, or all that the login may see, one after the other."""
    with naming_questions(), Server(address).connected() as connection:
        for name, ledger_id, _ in _chosen(connection, names):
            yield Checked(name, tuple(_findings(connection, address.beside(name), ledger_id)))


def upgrade_ledgers(address: Address, clock: Clock, names: tuple[str, ...] = ()) -> Iterator[Upgraded]:
    """Bring the control schema, and these ledgers or all, to the newest migration; answers as each is done.

    Raises NeedsNewerProgram at a ledger that this program is too old for, LedgerDamaged at one of unknown make, and
    StoreUnavailable where the login may not act as a ledger's owner, or the connection broke. What was
    upgraded before stays upgraded.
    """
    now = to_micros(clock.now())
    with (
        naming_questions(remedy="Run it again: what is upgraded stays upgraded."),
        Server(address).connected() as connection,
    ):
        chosen = _chosen(connection, names)
        with _owning(connection, "the table of ledgers", CONTROL, (CONTROL,)):
            schema.migrate(connection, CONTROL, "control", {}, now)
        for name, *_ in chosen:
            yield Upgraded(name, _upgrade(connection, address.beside(name), now))


@contextmanager
def _owning(connection: LedgerConnection, what: str, owner: str, path: tuple[str, ...]) -> Iterator[None]:
    """One transaction as an owner, with its schemas on the search path; no other founding or upgrade is under way."""
    try:
        with connection.transaction():
            with acting_as(connection, CONTROL):
                lock(connection)
            with acting_as(connection, owner):
                names = sql.SQL(", ").join(map(sql.Identifier, (*path, "pg_temp")))
                connection.execute(sql.SQL("SET LOCAL search_path = {}").format(names))
                yield
    except errors.InsufficientPrivilege as error:
        raise StoreUnavailable(
            f"This login may not act as the owner of {what}.",
            "Let the login that made it, or an administrator of the server, upgrade it (docs/deploy.md).",
        ) from error


def _upgrade(connection: LedgerConnection, address: Address, now: int) -> tuple[str, ...]:
    names = names_of(address)
    path = (names["schema"], names["vault"])
    try:
        with _owning(connection, f"ledger {address.ledger}", names["owner"], path):
            due = schema.pending(connection, address.schema, "postgres")
            schema.migrate(connection, address.schema, "postgres", names, now)
    except NeedsNewerProgram as error:
        raise NeedsNewerProgram(f"Ledger {address.ledger}: {error.happened}", error.remedy) from error
    return tuple(migration.name for migration in due)


def _rows(connection: LedgerConnection) -> list[tuple[str, str, int]]:
    try:
        return [(row[0], row[1], row[2]) for row in connection.execute(_LISTED).fetchall()]
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return []


def _chosen(connection: LedgerConnection, names: tuple[str, ...]) -> list[tuple[str, str, int]]:
    rows = _rows(connection)
    if set(names) - {row[0] for row in rows}:
        raise NotALedger(
            "The database has no ledger of one of these names, or this login may not see it.",
            "`ccm-ledger ledgers list` shows those that it may see.",
        )
    return [row for row in rows if not names or row[0] in names]


def _described(connection: LedgerConnection, address: Address) -> tuple[str, str, str]:
    """Whose clock a ledger takes, whether this program can use it, and in words why not."""
    clock = ""
    try:
        query = sql.SQL("SELECT clock, format FROM {}.ledger_info").format(sql.Identifier(address.schema))
        ((clock, form),) = connection.execute(query).fetchall()
        due = schema.pending(connection, address.schema, "postgres")
    except NeedsNewerProgram as error:
        return clock, "newer", f"{error.happened} {error.remedy}"
    except LedgerDamaged as error:
        return clock, "of unknown make", error.happened
    except (Error, ValueError) as error:
        if is_broken(error):
            raise
        return clock, "cannot be read", named(error).happened
    if form > FORMAT:
        return clock, "newer", f"It has format {form}. Install a newer version of ccm-ledger."
    if due:
        return clock, "older", f"Migrations to come: {', '.join(migration.name for migration in due)}."
    return clock, "current", ""


def _findings(connection: LedgerConnection, address: Address, ledger_id: str) -> Iterator[str]:
    _, state, told = _described(connection, address)
    if told:
        yield f"It is {state}: {told}" if state != "cannot be read" else f"It cannot be read: {told}"
        return
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        facts = sql.Identifier(address.schema, "stored_events")
        query = sql.SQL(
            "SELECT (SELECT position FROM ccm_control.ledgers WHERE name = %s),"
            " (SELECT coalesce(max(notification_id), 0) FROM {}), (SELECT ledger_id FROM {})"
        ).format(facts, sql.Identifier(address.schema, "ledger_info"))
        row = connection.execute(query, (address.ledger,)).fetchone()
        assert row is not None
        if row[0] != row[1]:
            yield f"The table of ledgers says position {row[0]}, and the facts end at {row[1]}."
        if row[2] != ledger_id:
            yield "The table of ledgers and the ledger give it different ids."
        yield from differences(connection, address.schema)
        for (member,) in connection.execute(_OWNED_BY, (address.role("owner"),)).fetchall():
            yield f"The login or role {member} is a member of the owner, who can take the guards away."
        for (what,) in connection.execute(_PLANTED, {"schema": f"{address.schema}_models"}).fetchall():
            yield f"The schema of the read models holds the {what}, which would run as whoever pulls them."

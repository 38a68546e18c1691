"""Migrations of a ledger's schemas and of the control schema, and what they must have left.

Promise: each migration is applied once, in order, in one transaction, under its checksum; a text that changed after it
was applied, or a number that this program does not know, stops the start. Facts are never rewritten by one.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from psycopg import sql

from ledger.store.migrate import Family, Migration, migrations, unapplied
from ledger.store.postgres.server import LedgerConnection

_TABLE: Final = (
    "CREATE TABLE migrations (number integer PRIMARY KEY, name text NOT NULL, sha256 bytea NOT NULL,"
    " applied_at bigint NOT NULL)"
)
_VARIABLE: Final = re.compile(r':"([a-z]+)"')

_COLUMNS: Final = """
SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
_INDEXES: Final = """
SELECT 'index ' || pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' (not valid)' END
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = to_regnamespace(%(schema)s)
"""
_CHECKS: Final = """
SELECT 'constraint ' || c.relname || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND k.contype IN ('c', 'p', 'u')
"""
_TRIGGERS: Final = """
SELECT 'trigger ' || pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'O' THEN '' ELSE ' (switched off)' END
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND NOT t.tgisinternal
"""
_FUNCTIONS: Final = """
SELECT 'function ' || p.proname || '(' || pg_get_function_arguments(p.oid) || ') '
    || CASE WHEN p.prosecdef THEN 'definer ' ELSE '' END || coalesce(array_to_string(p.proconfig, '; '), '')
    || ' as ' || encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex')
FROM pg_proc p WHERE p.pronamespace = to_regnamespace(%(schema)s)
"""
_RULES: Final = """
SELECT 'rule ' || c.relname || ' ' || r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = to_regnamespace(%(schema)s)
UNION ALL
SELECT 'policy ' || c.relname || ' ' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = to_regnamespace(%(schema)s)
UNION ALL
SELECT 'table ' || c.relname || ' (not logged: lost at a crash)' FROM pg_class c
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind IN ('r', 'i') AND c.relpersistence <> 'p'
UNION ALL
SELECT 'table ' || c.relname || ' (rows hidden by policies)' FROM pg_class c
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND (c.relrowsecurity OR c.relforcerowsecurity)
UNION ALL
SELECT 'table ' || c.relname || ' (rows of another table count as its own)'
FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhparent WHERE c.relnamespace = to_regnamespace(%(schema)s)
"""
_OWNED: Final = """
SELECT c.relname AS name, c.relacl AS acl, c.relowner AS owner FROM pg_class c
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind NOT IN ('i', 't')
UNION ALL
SELECT c.relname || '.' || a.attname, a.attacl, c.relowner FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND a.attacl IS NOT NULL
UNION ALL
SELECT p.proname || '()', coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner FROM pg_proc p
WHERE p.pronamespace = to_regnamespace(%(schema)s)
UNION ALL
SELECT 'schema', n.nspacl, n.nspowner FROM pg_namespace n WHERE n.oid = to_regnamespace(%(schema)s)
"""
_GRANTS: Final = f"""
WITH owned AS ({_OWNED})
SELECT 'grant ' || o.name || ' ' || g.privilege_type || ' to ' || coalesce(r.rolname, 'public')
FROM owned o, aclexplode(o.acl) g LEFT JOIN pg_roles r ON r.oid = g.grantee WHERE g.grantee <> o.owner
UNION ALL
SELECT DISTINCT 'owner ' || o.name || ' is ' || r.rolname FROM owned o JOIN pg_roles r ON r.oid = o.owner
"""


def applied(connection: LedgerConnection, schema: str) -> list[tuple[int, str, bytes]]:
    """The migrations that a schema is at; none where it has no such table."""
    found = connection.execute("SELECT to_regclass(%s)", (f'"{schema}".migrations',)).fetchone()
    if found is None or found[0] is None:
        return []
    rows = connection.execute(f'SELECT number, name, sha256 FROM "{schema}".migrations ORDER BY number').fetchall()
    return [(number, name, bytes(digest)) for number, name, digest in rows]


def pending(connection: LedgerConnection, schema: str, family: Family) -> tuple[Migration, ...]:
    """What is not applied yet; raises as `migrate.unapplied`."""
    return unapplied(family, applied(connection, schema))


def migrate(
    connection: LedgerConnection, schema: str, family: Family, names: Mapping[str, str], applied_at: int
) -> None:
    """Apply what is missing: as the role, on the search path and in the transaction that the caller has set."""
    due = pending(connection, schema, family)
    if due and len(due) == len(migrations(family)):
        connection.execute(_TABLE)
    for migration in due:
        connection.execute(sql.SQL(filled(migration.sql, names)))
        connection.execute(
            "INSERT INTO migrations VALUES (%s, %s, %s, %s)",
            (migration.number, migration.name, migration.digest, applied_at),
        )


def filled(text: str, names: Mapping[str, str]) -> str:
    """The text of a migration with the names of one ledger's roles and schemas in place."""
    return _VARIABLE.sub(lambda found: f'"{names[found[1]]}"', text)


def make_of(connection: LedgerConnection, schema: str) -> Iterator[str]:
    """What a schema holds, a line each, sorted, with the ledger's own name taken out: two ledgers of one make agree."""
    own = schema.removesuffix("_vault")
    for query in (_COLUMNS, _INDEXES, _CHECKS, _TRIGGERS, _FUNCTIONS, _RULES, _GRANTS):
        for (line,) in sorted(connection.execute(query, {"schema": f'"{schema}"'}).fetchall()):
            yield line.replace(own, "ccm_NAME")

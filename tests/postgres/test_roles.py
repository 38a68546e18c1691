"""What each login may do to a ledger on a shared server, asked as an attacker would ask who holds its password."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import errors

from ledger.store.connection import Ledger, open_ledger
from ledger.store.fsck import verify
from ledger.store.instants import to_micros
from ledger.store.postgres import arrays
from ledger.store.postgres.address import Address
from ledger.store.postgres.founding import CONTROL
from ledger.streams.base import Appended
from ledger.terms.errors import StoreUnavailable
from tests.postgres import attackers
from tests.postgres.attackers import FACTS, KEYS, Ground, thrown_in
from tests.postgres.servers import Connection, superuser
from tests.store.sample import MASTER_KEY, RepeatableIds, StandingClock, assigned, new_ledger, proposal

ground = pytest.fixture(scope="module", name="ground")(attackers.ground)

A_ROW = {
    "ledger_info": "true, 'a', 'lg', 1, 'lines', 0",
    "stored_events": "2, 1, 0, 'patient/x', 'topic', '', '', ''",
    "tags": "900, 1, 'patient/x'",
    "event_tags": "1, 1, 9, 9, ''",
    "command_keys": "'t', NULL, 'accepted', '{1}', '[]'",
    "reading_sets": "'x', 'y'",
    "refusal_count": "'t', 1, 1",
    "migrations": "99, 'x', 'x', 0",
}
CHANGES = (
    *(f"INSERT INTO {{a}}.{table} VALUES ({row})" for table, row in A_ROW.items()),
    *(f"DELETE FROM {{a}}.{table}" for table in FACTS),
    *(f"TRUNCATE {{a}}.{table}" for table in FACTS),
    *(f"COPY {{a}}.{table} FROM STDIN" for table in FACTS),
    *(f"ALTER TABLE {{a}}.{table} DISABLE TRIGGER ALL" for table in FACTS),
    *(f"DROP TABLE {{a}}.{table}" for table in FACTS),
    "UPDATE {a}.stored_events SET recorded_at = 0",
    "UPDATE {a}.tags SET head = head + 1",
    "UPDATE {a}.refusal_count SET count = count + 1",
    "UPDATE {a}.command_keys SET content = NULL",
    "UPDATE {a}.ledger_info SET clock = 'lines'",
    "SELECT 1 FROM {a}.stored_events FOR UPDATE",
    "LOCK TABLE {a}.append_lock IN EXCLUSIVE MODE",
    "LOCK TABLE {a}.append_lock IN SHARE MODE",
    "MERGE INTO {a}.tags t USING (VALUES (1)) v (x) ON true WHEN MATCHED THEN DELETE",
    "CREATE TABLE {a}.mine (x int)",
    "CREATE FUNCTION {a}.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
    "CREATE TABLE {a}_vault.data_keys_of_mine (x int)",
    "CREATE TRIGGER mine BEFORE INSERT ON {a}.stored_events EXECUTE FUNCTION {a}.refuse()",
    "CREATE RULE mine AS ON INSERT TO {a}.stored_events DO INSTEAD NOTHING",
    "CREATE POLICY mine ON ccm_control.ledgers USING (true)",
    "ALTER FUNCTION {a}.append SET search_path = pg_temp",
    "ALTER FUNCTION {a}.append OWNER TO CURRENT_USER",
    "DROP FUNCTION {a}.append",
    "DROP FUNCTION {a}.refuse CASCADE",
    "DROP SCHEMA {a} CASCADE",
    "ALTER SCHEMA {a} RENAME TO mine",
    "SET session_replication_role = replica",
)
OF_THE_VAULT = (
    "UPDATE {a}_vault.data_keys SET wrapped = NULL",
    "UPDATE {a}_vault.data_keys SET wrapped = '\\x00'",
    "UPDATE {a}_vault.vault_info SET destroyed = 0",
    "INSERT INTO {a}_vault.named_keys VALUES ('mine', '')",
    "INSERT INTO {a}_vault.data_keys VALUES ('staff/x', '', 0) ON CONFLICT (scope) DO UPDATE SET wrapped = ''",
    *(f"DELETE FROM {{a}}_vault.{table}" for table in KEYS),
    *(f"TRUNCATE {{a}}_vault.{table}" for table in KEYS),
)
OF_OTHERS = (
    *(f"SELECT * FROM {{b}}.{table}" for table in FACTS),
    *(f"SELECT * FROM {{b}}_vault.{table}" for table in KEYS),
    "SELECT * FROM {b}_models.answer",
    "SELECT {b}.destroy_keys(ARRAY['x'])",
    "LOCK TABLE {b}.append_lock IN ACCESS SHARE MODE",
    "INSERT INTO {b}_vault.data_keys VALUES ('staff/x', '', 0)",
    "CREATE TABLE {b}_models.mine (x int)",
    "DROP TABLE {b}_models.answer",
    "UPDATE ccm_control.ledgers SET position = position + 1",
    "UPDATE ccm_control.ledgers SET position = 0",
    "DELETE FROM ccm_control.ledgers",
    "INSERT INTO ccm_control.ledgers VALUES ('x', 'x', 'x', 'x', 0, 0)",
    "TRUNCATE ccm_control.ledgers",
    "ALTER TABLE ccm_control.ledgers DISABLE ROW LEVEL SECURITY",
    "CREATE TABLE ccm_control.mine (x int)",
    *(f"SET ROLE {role}" for role in ("{a}_owner", "{b}_owner", "{b}_writer", "{b}_reader", "{b}_projector")),
    "SET ROLE ccm_control",
    *(f"GRANT {role} TO CURRENT_USER" for role in ("{a}_owner", "{b}_writer", "ccm_control")),
    "ALTER ROLE {a}_owner LOGIN",
    "SET SESSION AUTHORIZATION {a}_owner",
)


def allowed(connection: Connection, ground: Ground, statements: Sequence[str]) -> list[str]:
    """Those of the statements that are not refused for lack of privilege; none of them stays done."""
    through = []
    for statement in statements:
        with connection.transaction(force_rollback=True):
            try:
                with connection.transaction():
                    connection.execute(ground.spoken(statement).encode())
                through.append(statement)
            except errors.InsufficientPrivilege:
                pass
    return through


@pytest.mark.parametrize("role", [None, "writer", "projector"])
def test_the_program_may_only_append(ground: Ground, role: str | None) -> None:
    with ground.login("app") as connection:
        if role is not None:
            connection.execute(ground.spoken(f"SET ROLE {{a}}_{role}").encode())

        assert allowed(connection, ground, [*CHANGES, *OF_THE_VAULT, *OF_OTHERS]) == []


@pytest.mark.parametrize("name", ["reader", "projector", "app_b", "nobody"])
def test_nobody_else_may_even_do_that(ground: Ground, name: str) -> None:
    its_own = ("SELECT {a}.destroy_keys(ARRAY['x'])", *(f"SELECT * FROM {{a}}_vault.{table}" for table in KEYS))
    with ground.login(name) as connection:
        assert allowed(connection, ground, [*CHANGES, *OF_THE_VAULT, *its_own]) == []


@pytest.mark.parametrize("name", ["app_b", "nobody"])
def test_strangers_read_nothing(ground: Ground, name: str) -> None:
    tables = (*(f"{{a}}.{table}" for table in FACTS), "{a}_models.answer", "{a}_models.tracking")
    with ground.login(name) as connection:
        assert allowed(connection, ground, [f"SELECT * FROM {table}" for table in tables]) == []


@pytest.mark.parametrize("name", ["reader", "projector"])
def test_readers_and_projectors_read_facts_and_read_models(ground: Ground, name: str) -> None:
    with ground.login(name) as connection:
        for table in ("{a}.stored_events", "{a}.ledger_info"):
            assert connection.execute(ground.spoken(f"SELECT count(*) > 0 FROM {table}").encode()).fetchone() == (True,)
        assert connection.execute(ground.spoken("SELECT count(*) FROM {a}_models.answer").encode()).fetchone() == (0,)


def test_a_program_cannot_pass_on_what_it_was_not_given(ground: Ground) -> None:
    with ground.login("app") as connection:
        connection.execute(ground.spoken("GRANT INSERT ON {a}.stored_events TO CURRENT_USER").encode())
        query = ground.spoken("SELECT has_table_privilege('{a}.stored_events', 'INSERT')")

        assert connection.execute(query.encode()).fetchone() == (False,)


def test_a_reader_may_not_write_read_models(ground: Ground) -> None:
    with ground.login("reader") as connection:
        tried = ("INSERT INTO {a}_models.answer VALUES ('x')", "CREATE TABLE {a}_models.mine (x int)")

        assert allowed(connection, ground, tried) == []


@pytest.mark.parametrize(("name", "seen"), [("app", "a"), ("app_b", "b"), ("reader", "a"), ("nobody", "")])
def test_a_login_sees_its_own_ledgers_among_all(ground: Ground, name: str, seen: str) -> None:
    with ground.login(name) as connection:
        rows = connection.execute("SELECT name FROM ccm_control.ledgers").fetchall()

    assert rows == [(ground.a.ledger if kind == "a" else ground.b.ledger,) for kind in seen]


# --- through the append --------------------------------------------------------------------------------


@pytest.fixture
def program(ground: Ground) -> Iterator[Ledger]:
    """Ledger a, opened with the login of the program, whose clock stands in the past."""
    clock = StandingClock(datetime(2001, 1, 1, tzinfo=UTC))
    with open_ledger(ground.address_of("app"), master_key=MASTER_KEY, clock=clock, ids=RepeatableIds("app")) as ledger:
        yield ledger


def is_now(micros: int) -> bool:
    return abs(micros - to_micros(datetime.now(UTC))) < 300_000_000


def test_the_program_cannot_choose_when_a_fact_was_recorded(program: Ledger) -> None:
    (answer,) = program.append([proposal(assigned())])

    assert isinstance(answer, Appended)
    assert is_now(to_micros(answer.recorded_at))


def test_an_append_that_brings_its_own_clock_is_refused(ground: Ground, program: Ledger) -> None:
    with ground.login("app") as connection, pytest.raises(psycopg.Error) as raised:
        thrown_in(connection, program, proposal(assigned()), p_clock=arrays.big_array([0]))

    assert raised.value.sqlstate == "CCM03"


def test_a_search_path_does_not_lead_the_append_astray(ground: Ground, program: Ledger) -> None:
    planted = (
        "CREATE TEMP TABLE stored_events (LIKE {a}.stored_events)",
        "CREATE TEMP TABLE tags (LIKE {a}.tags)",
        "CREATE TEMP TABLE ledger_info (LIKE {a}.ledger_info)",
        "INSERT INTO pg_temp.ledger_info VALUES (true, 'x', 'x', 1, 'program', 0)",
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$",
        "CREATE FUNCTION {a}_models.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$",
        "CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT to_timestamp(0) $$",
        "CREATE FUNCTION pg_temp.joined(bytea, bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$",
        "CREATE OPERATOR pg_temp.|| (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = pg_temp.joined)",
    )
    with ground.login("app") as connection:
        for statement in planted:
            connection.execute(ground.spoken(statement).encode())
        connection.execute(ground.spoken("SET search_path = pg_temp, {a}_models, {a}, pg_catalog").encode())
        _, base, recorded, *_ = thrown_in(connection, program, proposal(assigned()))
        connection.execute(ground.spoken("DROP FUNCTION {a}_models.sha256").encode())

        assert connection.execute("SELECT count(*) FROM pg_temp.stored_events").fetchone() == (0,)
    assert is_now(recorded)
    assert program.refresh() == base + 1
    assert verify(program).is_sound


@pytest.mark.parametrize("added", [7, 0, -7])
def test_a_program_that_lies_about_how_much_it_adds_is_not_believed(address: Address, added: int) -> None:
    with new_ledger(address) as ledger, superuser(address) as connection:
        ledger.append([proposal(assigned()), proposal(assigned())])
        before = connection.execute("SELECT tag, head FROM tags").fetchall()
        connection.execute(f"SET ROLE {address.role('writer')}".encode())
        thrown_in(connection, ledger, proposal(assigned()), p_added=arrays.int_array([added] * len(before)))
        after = dict(connection.execute("SELECT tag, head FROM tags").fetchall())

        assert after == {tag: head + 1 for tag, head in before}
        assert verify(ledger).is_sound


@pytest.mark.parametrize("nth", [7, 0, -7])
def test_a_program_that_forges_the_numbers_of_a_stream_is_refused(address: Address, nth: int) -> None:
    with new_ledger(address) as ledger, superuser(address) as connection:
        ledger.append([proposal(assigned()), proposal(assigned())])
        connection.execute(f"SET ROLE {address.role('writer')}".encode())
        with pytest.raises(psycopg.Error):
            thrown_in(connection, ledger, proposal(assigned()), p_member_nth=arrays.int_array([nth, nth]))

        assert ledger.refresh() == 2
        assert verify(ledger).is_sound


def test_an_open_transaction_of_one_ledger_keeps_no_other_waiting(ground: Ground, program: Ledger) -> None:
    other = replace(ground.b, password=None)
    with ground.login("app") as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_lock(n) FROM generate_series(0, 100) AS n")
        thrown_in(connection, program, proposal(assigned()))
        with open_ledger(other, master_key=MASTER_KEY, clock=StandingClock(), ids=RepeatableIds("b")) as ledger:
            assert isinstance(ledger.append([proposal(assigned())])[0], Appended)


def test_a_login_that_lost_its_role_is_told_which_one_it_needs(ground: Ground) -> None:
    address = ground.address_of("reader")
    with pytest.raises(StoreUnavailable, match="This login may not do that") as raised:
        open_ledger(address, master_key=MASTER_KEY, clock=StandingClock(), ids=RepeatableIds("x"))
    assert "writer and projector" in raised.value.remedy


# --- what the database itself says ---------------------------------------------------------------------


def test_everybody_together_may_do_nothing(ground: Ground) -> None:
    query = """
        WITH granted (what, place, grantee) AS (
            SELECT c.relname, c.relnamespace, g.grantee FROM pg_class c, aclexplode(c.relacl) g
            UNION ALL SELECT p.proname, p.pronamespace, g.grantee
            FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
            UNION ALL SELECT n.nspname, n.oid, g.grantee FROM pg_namespace n, aclexplode(n.nspacl) g
        )
        SELECT what FROM granted WHERE grantee = 0 AND place IN (SELECT oid FROM pg_namespace WHERE nspname = ANY (%s))
    """
    schemas = [ground.a.schema, f"{ground.a.schema}_vault", f"{ground.a.schema}_models"]
    with superuser(ground.a) as connection:
        found = connection.execute(query, (schemas,)).fetchall()

    assert found == []


def test_what_runs_as_the_owner_looks_for_names_in_its_own_schemas_only(ground: Ground) -> None:
    query = "SELECT DISTINCT proconfig[1] FROM pg_proc WHERE prosecdef AND pronamespace = %s::regnamespace"
    with superuser(ground.a) as connection:
        found = connection.execute(query, (ground.a.schema,)).fetchall()

    assert found == [(f"search_path={ground.a.schema}, {ground.a.schema}_vault, pg_temp",)]


def test_the_owner_has_no_member_once_the_ledger_is_made(ground: Ground) -> None:
    query = "SELECT count(*) FROM pg_auth_members WHERE roleid IN (%s::regrole, %s::regrole)"
    with superuser(ground.a) as connection:
        found = connection.execute(query, (ground.a.role("owner"), CONTROL)).fetchone()

    assert found == (0,)


def test_the_master_key_is_nowhere_in_the_database(ground: Ground) -> None:
    query = "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
    forms = [MASTER_KEY.hex(), base64.b64encode(MASTER_KEY).decode(), MASTER_KEY.hex().upper()]
    with superuser(ground.a) as connection:
        tables = [name for (name,) in connection.execute(query).fetchall()]
        assert f"{ground.a.schema}_vault.named_keys" in tables
        for table in tables:
            asked = f"SELECT count(*) FROM {table} t, unnest(%s::text[]) AS form WHERE strpos(t::text, form) > 0"
            assert connection.execute(asked.encode(), (forms,)).fetchone() == (0,), table


# --- the superuser -------------------------------------------------------------------------------------

GUARDED = (
    *(f"DELETE FROM {table}" for table in (*FACTS[2:8], "ledger_info", *KEYS)),
    *(f"TRUNCATE {table}" for table in (*FACTS[2:8], "ledger_info", *KEYS)),
    "UPDATE stored_events SET recorded_at = 0",
    "UPDATE event_tags SET seq = 9",
    "UPDATE ledger_info SET clock = 'lines'",
    "UPDATE tags SET tag = 'x'",
    "UPDATE command_keys SET positions = '{}'",
    "UPDATE refusal_count SET count = 0",
    "UPDATE data_keys SET wrapped = '\\x00'",
    "UPDATE named_keys SET wrapped = '\\x00'",
    "UPDATE vault_info SET destroyed = -1",
    "UPDATE ccm_control.ledgers SET ledger_id = name",
)


@pytest.mark.parametrize("statement", GUARDED)
def test_even_a_superuser_changes_nothing_by_accident(ground: Ground, statement: str) -> None:
    with superuser(ground.a) as connection, pytest.raises(errors.RestrictViolation):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("ALTER TABLE stored_events DISABLE TRIGGER ALL", "trigger CREATE TRIGGER stored_events_never"),
        ("DROP TRIGGER tags_keep_their_name ON tags", "trigger CREATE TRIGGER tags_keep_their_name"),
        ("CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", "refuse()"),
        ("ALTER FUNCTION append SET search_path = pg_temp", "function append"),
        ("GRANT INSERT ON stored_events TO PUBLIC", "grant stored_events INSERT to public"),
        ("GRANT UPDATE (head) ON tags TO {a}_writer", "grant tags.head UPDATE"),
        ("GRANT CREATE ON SCHEMA {a} TO {a}_writer", "grant schema CREATE"),
        ("ALTER FUNCTION refuse() OWNER TO postgres", "owner refuse() is"),
        ("CREATE RULE mine AS ON INSERT TO tags DO INSTEAD NOTHING", "rule tags mine"),
        ("GRANT SELECT ON data_keys TO {a}_reader", "vault grant data_keys SELECT"),
    ],
)
def test_verify_tells_when_a_guard_is_gone(address: Address, statement: str, told: str) -> None:
    with new_ledger(address) as ledger:
        with superuser(address) as connection:
            connection.execute(statement.replace("{a}", address.schema).encode())
        found = [finding.words for finding in verify(ledger).findings]

    assert any(told in words for words in found), found

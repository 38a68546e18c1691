"""What each room may import and refer to: the allow-list beside import-linter's deny-list in pyproject.toml.

A room is the most special entry of ROOMS that covers a module, so `commands.handle` has more than `commands`.
"""

import pytest

from tests.architecture.checks import (
    HIDDEN_INPUTS,
    WORLD,
    forbidden_imports,
    forbidden_references,
    sql_strings,
)
from tests.architecture.source import ROOMS as PACKAGES
from tests.architecture.source import Module, modules

FACTS_AND_LAW = ("ledger.terms", "ledger.streams", "ledger.rulebook")
JUDGED = (*FACTS_AND_LAW, "ledger.judging")
CLAIMED = (*JUDGED, "ledger.claims")

# What each room may import besides the standard library.
ROOMS: dict[str, tuple[str, ...]] = {
    "ledger": (),
    "ledger.terms": ("ledger.terms", "pydantic"),
    "ledger.streams": ("ledger.terms", "ledger.streams", "pydantic"),
    "ledger.rulebook": ("ledger.terms", "ledger.rulebook", "pydantic"),
    "ledger.judging": JUDGED,
    "ledger.claims": CLAIMED,
    "ledger.proof": ("ledger.proof",),
    "ledger.store": (
        "ledger",
        *(
            "cryptography",
            "eventsourcing",
            "orjson",
            "psycopg",
            "psycopg_pool",
            "pydantic",
            "rfc3161_client",
            "structlog",
        ),
    ),
    "commands": (*CLAIMED, "commands", "pydantic"),
    "commands.handle": (*CLAIMED, "commands", "pydantic", "structlog"),
    # Every line of `submit` passes through it, and its bytes are what a key is bound to.
    "commands.wire": (*CLAIMED, "commands", "pydantic", "orjson"),
    "commands.reactions": (*CLAIMED, "commands", "pydantic", "structlog"),
    "projections": (*CLAIMED, "projections", "pydantic"),
    "projections.follow": (*CLAIMED, "projections", "pydantic", "ledger.store.connection"),
    "projections.tables": (*CLAIMED, "projections", "pydantic", "ledger.store.connection"),
    "projections.exports": (*CLAIMED, "projections", "pydantic", "orjson", "ledger.proof"),
    # The server; nothing else speaks HTTP.
    "interfaces.http": (
        *PACKAGES,
        *("fastapi", "joserfc", "limits", "orjson", "pydantic", "starlette", "structlog", "uvicorn", "uvloop"),
    ),
    "interfaces": (*PACKAGES, "orjson", "pydantic", "rich", "structlog", "tzdata"),
}

# Rooms without clock, randomness, input and output: bytes and values in, bytes and values out.
PURE = (
    "ledger.terms",
    "ledger.streams",
    "ledger.rulebook",
    "ledger.judging",
    "ledger.claims",
    "ledger.proof",
    "commands",
)

# The edge of the verifier that ships alone: it reads the file that it is asked about and says what is proven.
VERIFIER = "ledger.proof.__main__"

# The parts of the standard library that reach the world. `datetime` and `uuid` are types as well: their
# impure functions are in HIDDEN_INPUTS. Zones are handed in, so that no machine's files decide a care month.
IMPURE_STDLIB = (
    *("asyncio", "concurrent", "multiprocessing", "signal", "subprocess", "threading"),
    *("ctypes", "fcntl", "getpass", "logging", "mmap", "os", "platform"),
    *("glob", "pathlib", "shutil", "tempfile"),
    *("http", "smtplib", "socket", "ssl", "urllib.request"),
    *("dbm", "pickle", "shelve", "sqlite3"),
    *("random", "secrets", "time", "zoneinfo"),
)

# The commands that touch the store measure how long they take, for the log line.
MEASURES_DURATION = ("commands.handle", "commands.reactions")

# The only modules that know the real clock, the real randomness and the process environment.
SYSTEM_PORTS = ("interfaces.bootstrap", "interfaces.system")


def room_of(module: Module) -> str:
    """The most special room that covers the module."""
    return max((room for room in ROOMS if module.is_in(room)), key=len)


def denied_stdlib(module: Module) -> tuple[str, ...]:
    """The parts of the standard library that this module may not import."""
    if module.is_in(*MEASURES_DURATION):
        return tuple(name for name in IMPURE_STDLIB if name not in {"time", "threading"})
    if module.is_in(VERIFIER):
        return tuple(name for name in IMPURE_STDLIB if name != "pathlib")
    if module.is_in(*PURE):
        return IMPURE_STDLIB
    if module.is_in("ledger.store"):
        return ("random", "secrets")
    return ("hashlib", "hmac", "sqlite3") if module.is_in("interfaces") else ("sqlite3",)


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_of_the_table_is_below_a_package_that_is_shipped(room: str) -> None:
    assert room.partition(".")[0] in PACKAGES


def test_every_module_imports_only_what_its_room_may() -> None:
    complaints = [
        complaint
        for module in modules()
        for complaint in forbidden_imports(
            module,
            allowed=ROOMS[room_of(module)],
            denied=denied_stdlib(module),
            remedy=f"{room_of(module)} may import {', '.join(ROOMS[room_of(module)]) or 'nothing'} "
            "and the pure standard library (architecture, rooms)",
        )
    ]

    assert complaints == []


def test_clocks_ids_and_randomness_come_in_by_one_door() -> None:
    complaints = [
        complaint
        for module in modules()
        if not module.is_in(*SYSTEM_PORTS)
        for complaint in forbidden_references(module, HIDDEN_INPUTS)
    ]

    assert complaints == []


def test_pure_rooms_do_not_reach_the_world() -> None:
    complaints = [
        complaint
        for module in modules()
        if module.is_in(*PURE) and not module.is_in(VERIFIER)
        for complaint in forbidden_references(module, WORLD)
    ]

    assert complaints == []


def test_the_edge_has_no_sql_of_its_own() -> None:
    complaints = [complaint for module in modules("interfaces") for complaint in sql_strings(module)]

    assert complaints == []

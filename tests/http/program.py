"""`ccm-ledger serve` itself, as an operator starts it, and keys as an administrator issues them."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.store.connection import Place
from ledger.terms.api_keys import SECRET_BYTES, digest_of, key_text
from tests.campaign import unmeasured
from tests.house import House
from tests.http.server_process import ServerProcess, started

CLI: Final = (sys.executable, "-m", "interfaces.cli.main")


class Kept(NamedTuple):
    """A ledger that is closed, and the file with its key."""

    place: Place
    key_file: Path


@contextmanager
def running(
    ledgers: Mapping[str, Kept],
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    more: str = "",
    **settings: Any,
) -> Iterator[ServerProcess]:
    """The program over ledgers by the names of their paths; killed where the test did not end it.

    `settings` stand above all tables of the file, `more` below them.
    """
    server = start(ledgers, folder, environment=environment, more=more, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


def start(
    ledgers: Mapping[str, Kept],
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    more: str = "",
    **settings: Any,
) -> ServerProcess:
    """Start the program with a file of settings below the folder."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in {"address": "127.0.0.1:0", **settings}.items()]
    for name, kept in ledgers.items():
        lines += [f"[ledgers.{name}]", f"place = {json.dumps(str(kept.place))}"]
        lines += [f"key_file = {json.dumps(str(kept.key_file))}"]
    file = folder / "server.toml"
    file.write_text("\n".join([*lines, more]) + "\n", encoding="utf-8")
    return started([*CLI, "serve", "--config", str(file), "--json"], folder, environment or {})


def issued(kept: Kept, *words: str, scopes: Sequence[str], administrator: str | None = None) -> str:
    """A key as `api-key new` prints it; `words` say for whom it is, and which practices it is confined to."""
    ends = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    named = [word for scope in scopes for word in ("--scope", scope)]
    where = ["--ledger", str(kept.place), "--key-file", str(kept.key_file)]
    who = ["--as", administrator] if administrator is not None else []
    done = subprocess.run(
        [*CLI, "api-key", "new", "--name", "a-program", "--expires", ends, *words, *named, *where, *who],
        capture_output=True,
        text=True,
        env=unmeasured(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def key_of(it: House, who: str, *, scopes: Sequence[str], practices: Sequence[str] = ()) -> str:
    """A key of somebody of a house that is open, as its holder keeps it."""
    secret = secrets.token_bytes(SECRET_BYTES)
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="seconds")
    data = {"name": "a-program", "digest": digest_of(secret), "staff": it.ids[who], "expires_at": ends}
    made = it.accepted("issue_api_key", data | {"scopes": list(scopes), "practices": list(practices)}, actor="admin")
    return key_text(dict(made.ids)["api_key"], secret)

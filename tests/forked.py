"""Processes that race each other, forked from one that has imported the store: importing is not what they race in.

Each that imported it itself took two thirds of a second of CPU before it began, sixteen of them eleven seconds. What
they share is code: no connection, no file and no thread is there when they are forked. They are not measured
(tests/campaign.py).
"""

import os
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any, Protocol

import pytest

from ledger.store.connection import Place
from tests.campaign import unmeasured

Started = tuple[ForkServerProcess, Connection]


class Work(Protocol):
    """What such a process does: with a place, its number, and a pipe to who started it."""

    def __call__(self, place: Place, number: int, answers: Connection, /) -> None:
        """Run in the process."""
        ...


def started(work: Work, place: Place, number: int) -> Started:
    """A process that works on a ledger, and the pipe to it."""
    context = _context()
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(place, number, theirs))
    process.start()
    theirs.close()
    return process, ours


@cache
def _context() -> ForkServerContext:
    context: Any = get_context("forkserver")
    context.set_forkserver_preload(["tests.store.sample", "ledger.store.fsck", "pytest"])
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - unmeasured().keys():
            patch.delenv(name)
        forkserver.ensure_running()
    made: ForkServerContext = context
    return made

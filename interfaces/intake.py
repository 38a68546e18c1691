"""Where many clients hand in lines at once: whoever finds it free takes in what all the others wait with.

Promise: every line gets its own answer, decided in the order of arrival, durable when it is given; lines that wait
together are decided over each other and become one commit. A client waits for one group at most before its own, and
never for a group to fill. A group that fails fails for each of its clients, with the same error.
Not promised: an order between lines that arrive at the same moment.
"""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

from commands.answer import Answer
from commands.handle import Handler
from commands.wire import Delivery, Unreadable

GROUP_MAX: Final = 512
"""Lines of one group; as many as the command line takes together."""


class _Waiting:
    """A client's lines on their way to an answer."""

    __slots__ = ("answers", "lines", "trouble", "turn")

    def __init__(self, lines: Sequence[Delivery | Unreadable]) -> None:
        self.lines = lines
        self.answers: list[Answer] | None = None
        self.trouble: BaseException | None = None
        self.turn = threading.Event()
        """Set when there is an answer, or when it is this client's turn to take in what waits."""


class Intake:
    """The one door to a handler, for the threads of a process."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._waiting: deque[_Waiting] = deque()
        self._is_taken = False
        self._lock = threading.Lock()

    def handle(self, lines: Sequence[Delivery | Unreadable]) -> list[Answer]:
        """The answers to a client's lines, in their order. Raises what `Handler.handle` raises."""
        mine = _Waiting(lines)
        with self._lock:
            self._waiting.append(mine)
            is_mine, self._is_taken = not self._is_taken, True
        if not is_mine:
            try:
                mine.turn.wait()
            except BaseException:
                self._leave(mine)
                raise
        if mine.answers is None and mine.trouble is None:
            try:
                self._take_in()
            finally:
                self._pass_on()
        if mine.trouble is not None:
            raise mine.trouble
        assert mine.answers is not None
        return mine.answers

    def _take_in(self) -> None:
        """Answer everybody who waits, the one who does this first; at most a group."""
        with self._lock:
            taken = [self._waiting.popleft()]
            count = len(taken[0].lines)
            while self._waiting and count + len(self._waiting[0].lines) <= GROUP_MAX:
                taken.append(self._waiting.popleft())
                count += len(taken[-1].lines)
        try:
            answers = iter(self._handler.handle([line for waiting in taken for line in waiting.lines]))
            for waiting in taken:
                waiting.answers = [next(answers) for _ in waiting.lines]
        except BaseException as trouble:  # noqa: BLE001 - raised in the thread of every client of the group
            for waiting in taken:
                waiting.answers, waiting.trouble = None, trouble
        for waiting in taken:
            waiting.turn.set()

    def _leave(self, mine: _Waiting) -> None:
        """A client that was interrupted while it waited: its lines are not taken in, or nobody hears their answer."""
        with self._lock:
            is_queued = mine in self._waiting
            if is_queued:
                self._waiting.remove(mine)
        if is_queued and mine.turn.is_set():
            self._pass_on()  # it was this client's turn

    def _pass_on(self) -> None:
        """Let the next client who waits take in; the door is free where nobody waits."""
        with self._lock:
            if self._waiting:
                self._waiting[0].turn.set()
            else:
                self._is_taken = False

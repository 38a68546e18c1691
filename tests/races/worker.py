"""Some contestants: a process whose threads each hold a ledger open and hand in their line at the moment they are told.

Run as `python -m tests.races.worker PLACE KEY_FILE THREADS`. It reads one JSON object a line, `{"at": SECONDS,
"lines": [...]}`, a line for each thread, which waits until the machine's monotonic clock, shared by all processes,
stands at `at` and submits its line; the answers are written as one line of JSON, in the same order.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson

from benchmarks import lines, world
from interfaces.bootstrap import place_of


def main() -> None:
    """Answer until the input ends."""
    place, count = world.Place(place_of(sys.argv[1]), Path(sys.argv[2])), int(sys.argv[3])
    with ExitStack() as stack:
        # Each its own ledger, as a program of its own would have: no connection and no cache is shared.
        sessions = [stack.enter_context(world.opened(place)) for _ in range(count)]
        for session in sessions:
            session.clock.stand_at(lines.evening_of(lines.working_days()[-1]))
            session.log.refresh()
        contestants = stack.enter_context(ThreadPoolExecutor(count))
        _say([{"ready": True}])
        for asked in sys.stdin.buffer:
            said = orjson.loads(asked)
            _say(list(contestants.map(_answer, sessions, said["lines"], [said["at"]] * count)))


def _answer(session: world.Opened, line: str, at: float) -> dict[str, Any]:
    delivery = session.handler.read(line.encode())
    time.sleep(max(at - time.monotonic(), 0))
    begun = time.monotonic()
    (answer,) = session.handler.handle([delivery])
    return answer.as_json(1) | {"seconds": time.monotonic() - begun}


def _say(answers: list[Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(answers) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

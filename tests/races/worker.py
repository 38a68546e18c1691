"""One contestant: a process that holds a ledger open and hands in its line at the moment it is told.

Run as `python -m tests.races.worker FOLDER KEY_FILE`. It reads one JSON object a line, `{"at": SECONDS, "line": ...}`,
waits until the machine's monotonic clock, which all processes share, stands at `at`, submits the line, and writes the
answer as one line of JSON.
"""

import sys
import time
from pathlib import Path

import orjson

from benchmarks import lines, world


def main() -> None:
    """Answer until the input ends."""
    place = world.Place(Path(sys.argv[1]), Path(sys.argv[2]))
    with world.opened(place) as session:
        handler = session.handler
        session.clock.stand_at(lines.evening_of(lines.working_days()[-1]))
        session.log.refresh()
        _say({"ready": True})
        for asked in sys.stdin.buffer:
            said = orjson.loads(asked)
            delivery = handler.read(said["line"].encode())
            time.sleep(max(said["at"] - time.monotonic(), 0))
            begun = time.monotonic()
            (answer,) = handler.handle([delivery])
            _say(answer.as_json(1) | {"seconds": time.monotonic() - begun})


def _say(answer: dict[str, object]) -> None:
    sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

"""Golden vectors: the literal bytes of one example of every event, so that stored bytes can never change silently.

`python -m tests.store.golden` prints the vectors of events that have none yet; with `--write` it also puts them into
their files. A file that is there is never written again: the bytes of a released event are for ever. A field that came
later and may be left out leaves the first vector as it is, and has a second one beside it; so has an example without
what may be left out.
"""

import json
import sys
import tempfile
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from ledger.store.connection import Ledger, open_ledger
from ledger.store.postgres.address import Address
from ledger.store.postgres.founding import found
from ledger.streams.base import Event, Fact, Origin
from ledger.terms.people import Purpose
from tests.postgres.servers import second_database, tamperer, unused_address
from tests.store.golden_bare import BARE
from tests.store.golden_events import EXAMPLES, GROWN
from tests.store.sample import (
    LEDGER_ID,
    MASTER_KEY,
    RepeatableIds,
    StandingClock,
    envelope,
    new_ledger,
    proposal,
)

FOLDER = Path(__file__).parent / "golden"
ORIGIN = Origin(key="line-1", row="row-1", version="2", correlation="batch-9", document="ab" * 32)
ENVELOPE = envelope(
    correlation="c0" * 16,
    key="d0" * 16,
    read_set=(("practice/pr_aaaaaaaaaaaaaaaaaaaaaaaaaa", 0),),
    edition="ab" * 32,
    purpose=Purpose.TREATMENT,
)


Kind = Literal["whole", "grown", "bare"]
"""grown: with fields that came later. bare: without whatever may be left out."""
ALL: Final[tuple[tuple[Event, Kind], ...]] = (
    *((each, "whole") for each in EXAMPLES),
    *((each, "grown") for each in GROWN),
    *((each, "bare") for each in BARE),
)


class Recorded(NamedTuple):
    """An example as a ledger holds it."""

    topic: str
    version: int
    state: bytes
    prefix: bytes
    leaf: bytes
    fact: Fact
    opened: Event
    origin: Origin | None


@cache
def recorded_in_a_folder(event: Event) -> Recorded:
    """The example as the first fact of a ledger in a folder, with fixed clock, keys and entropy."""
    with tempfile.TemporaryDirectory() as folder, new_ledger(Path(folder) / "ledger") as ledger:
        return _recorded(ledger, event)


@cache
def recorded_on_a_server(event: Event) -> Recorded:
    """The same on a server: in one ledger, which is made empty for each example."""
    address, ids = _ledger_on_a_server()
    with tamperer(address) as connection:
        for table in ("stored_events", "event_tags", "tags", "command_keys", "data_keys"):
            connection.execute(f"DELETE FROM {table}".encode())
        connection.execute("UPDATE ccm_control.ledgers SET position = 0 WHERE name = %s", (address.ledger,))
    with open_ledger(address, master_key=MASTER_KEY, clock=StandingClock(), ids=copy(ids)) as ledger:
        return _recorded(ledger, event)


@cache
def _ledger_on_a_server() -> tuple[Address, RepeatableIds]:
    """A new ledger, and the entropy as its founding left it."""
    address, ids = unused_address(second_database()), RepeatableIds()
    found(
        address,
        master_key=MASTER_KEY,
        clock=StandingClock(),
        ids=ids,
        simulated=False,
        ledger_id=LEDGER_ID,
        clock_of="program",
    )
    return address, ids


def _recorded(ledger: Ledger, event: Event) -> Recorded:
    ledger.append([proposal(event, by=ENVELOPE, origin=ORIGIN)])
    with ledger.engine.snapshot() as stored:
        ((_, _, _, _, state, _, prefix, leaf),) = stored.facts()
    (fact,) = ledger.follow(0, 1)
    return Recorded(event.TOPIC, event.VERSION, state, prefix, leaf, fact, ledger.open_words(fact), ledger.origin(fact))


def vector(event: Event) -> dict[str, Any]:
    """The golden vector of an example: its clear part as text, for those who review it, and all bytes in hex."""
    found = recorded_in_a_folder(event)
    return {
        "topic": found.topic,
        "version": found.version,
        "clear": event.model_dump_json(exclude_none=True),
        "state": found.state.hex(),
        "prefix": found.prefix.hex(),
        "leaf": found.leaf.hex(),
    }


def path_of(topic: str, version: int, kind: Kind = "whole") -> Path:
    """Where the vector of an example of an event is kept."""
    return FOLDER / f"{topic}.v{version}{'' if kind == 'whole' else f'.{kind}'}.json"


def main(arguments: list[str]) -> None:
    """Print, and with `--write` keep, the vectors that are missing."""
    for event, kind in ALL:
        path = path_of(event.TOPIC, event.VERSION, kind)
        if not path.exists():
            text = json.dumps(vector(event), indent=1) + "\n"
            print(text, end="")
            if "--write" in arguments:
                FOLDER.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

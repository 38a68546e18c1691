"""A fact as a CloudEvents 1.0 event in JSON: what followers of a ledger get.

Promise: attributes hold opaque ids, codes and instants; `data` holds the clear fields of the fact, which say of nobody
who they are, and its words only where the caller of this module opened them. What is not shown says why: `sealed` (not
opened here), `erased` (their key was destroyed), `restricted` (recorded about another patient), or the whole fact is
`withheld`: then only position, kind and time are there, so that positions have no gaps.
Not promised: that a later version of an event has the same fields; the version stands in `type`.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

import orjson
from pydantic import BaseModel

from ledger.streams.base import ERASED, SEALED, Event, Fact
from ledger.streams.upcast import EVENTS

MEDIA_TYPE: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
_PREFIX: Final = "ccm-ledger"
_UTC: Final = orjson.OPT_UTC_Z


class Ledgered(NamedTuple):
    """Of which ledger events are: its id, the name that this server gives it, and whether it is simulated."""

    ledger_id: str
    name: str
    simulated: bool


def type_of(event: type[Event]) -> str:
    """The `type` of an event: its topic and version."""
    return f"{_PREFIX}.{event.TOPIC}.v{event.VERSION}"


TYPES: Final[Mapping[str, str]] = {type_of(event): topic for topic, event in EVENTS.items()}
"""Every `type` with its topic."""


def as_event(
    of: Ledgered, fact: Fact, *, held: Collection[str] = (), erased: Collection[str] = (), restricted: bool = False
) -> bytes:
    """A fact that is shown. Its words are shown where `fact.event` has them open.

    `held` names the subjects about whom the fact holds sealed words, `erased` the key scopes that were destroyed.
    """
    event, said = fact.event, fact.said
    closed, opened = _words(event, held, erased, restricted=restricted)
    told = _head(of, fact) | {
        "subject": fact.home,
        "datacontenttype": "application/json",
        "actor": said.actor,
        "factclass": event.FACT.value,
    }
    if said.capacity is not None:
        told["capacity"] = said.capacity
    if said.source is not None:
        told["deliveredby"] = said.source
    told |= {why: ",".join(fields) for why, fields in closed.items()}
    clear = event.model_dump_json(exclude_none=True).encode()
    data = orjson.loads(clear) | opened if opened else orjson.Fragment(clear)
    return orjson.dumps(told | {"data": data}, option=_UTC)


def as_skeleton(of: Ledgered, fact: Fact) -> bytes:
    """A fact that is withheld: that there is one, of which kind, and since when."""
    return orjson.dumps(_head(of, fact) | {"withheld": True}, option=_UTC)


def batch(events: Collection[bytes]) -> bytes:
    """Several events as one JSON array."""
    return b"[" + b",".join(events) + b"]"


def _head(of: Ledgered, fact: Fact) -> dict[str, Any]:
    head: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"{of.ledger_id}/{fact.position}",
        "source": f"/v1/ledgers/{of.name}",
        "type": type_of(type(fact.event)),
        "time": fact.recorded_at,
        "position": fact.position,
    }
    return head | {"simulated": True} if of.simulated else head


def _words(
    event: Event, held: Collection[str], erased: Collection[str], *, restricted: bool
) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """The names of the sealed fields that stay closed, by why they do; and the open ones as JSON."""
    closed: dict[str, list[str]] = {}
    opened: dict[str, Any] = {}
    for field, subject, scope in event.sealing():
        words = getattr(event, field)
        if words is ERASED or (words is SEALED and subject in held and scope in erased):
            closed.setdefault("erased", []).append(field)
        elif words is SEALED and subject in held:
            closed.setdefault("restricted" if restricted else "sealed", []).append(field)
        elif isinstance(words, BaseModel):
            opened[field] = words.model_dump(mode="json", exclude_none=True)
    return closed, opened

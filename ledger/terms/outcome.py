"""What a decider answers: Accepted, Unchanged, Refused or Need; and the notices that go with an acceptance.

Promise: every answer has a stable code, a reason by rule and a remedy. Codes are listed in refusals.py and
notices.py and never change meaning. `handle.py` turns a Refused that waits for somebody unknown into `parked`.
"""

from enum import StrEnum
from typing import Any, Literal, NamedTuple


class Effect(StrEnum):
    """What a notice does."""

    NOT_COUNTED = "not_counted"
    BLOCKS_RELEASE = "blocks_release"
    REVIEW = "review"


class Notice(NamedTuple):
    """Something true about an accepted fact or a judged month that a person should know."""

    code: str
    effect: Effect
    happened: str
    remedy: str
    readings: tuple[str, ...] = ()
    seconds: int | None = None
    """Whole seconds that do not count, where the notice is about time."""


Awaited = Literal["patient", "staff", "claim"]
"""What a delivery can wait for."""


class WaitsFor(NamedTuple):
    """What a delivery waits for (patient, staff, claim): its kind, and the token of the identifier or number."""

    kind: Awaited
    token: str


class Accepted(NamedTuple):
    """New facts to append, and what to tell the sender."""

    events: tuple[Any, ...]
    notices: tuple[Notice, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()
    """Ids issued, by the name of the field: (("patient", "pt_..."),)."""


class Unchanged(NamedTuple):
    """The ledger already says so: where, and the ids that the first answer issued."""

    positions: tuple[int, ...]
    ids: tuple[tuple[str, str], ...] = ()
    notices: tuple[Notice, ...] = ()


class Refused(NamedTuple):
    """Nothing was recorded of what was asked: what happened, because of which rule, and what to do next."""

    code: str
    happened: str
    because: str
    remedy: str
    retryable: bool = False
    waiting_for: WaitsFor | None = None
    readings: tuple[Any, ...] = ()
    """The rules by which it was refused, whole, where whoever refuses read any."""
    facts: tuple[int, ...] = ()
    """The positions of the facts that stand against it, where there are any and they may be told."""


class Need(NamedTuple):
    """The decider must see these streams before it can answer."""

    tags: tuple[str, ...]


Outcome = Accepted | Unchanged | Refused | Need

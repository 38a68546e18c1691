"""A small company in which there is something for every reaction, and reactors to run on it as often as a test likes.

In the ledger: a month that Dr Ada tried to sign twice as something else, signed, and that a nurse added to later; a
delivery for a patient whom nobody knows; a plan, a consent and a visit that grow old.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from commands.handle import Handler
from commands.reactions import Ran, Reactor, enrol
from commands.reactions.ports import ReactionLog
from commands.reactions.reacting import REACTIONS
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.store.connection import Ledger, Place, open_ledger
from ledger.store.engine import StoredReadModels
from ledger.streams.base import Event, Fact, FactClass
from ledger.streams.reviews import MonthWentStale, ReactionRan, RefusalsCounted, ReviewCameDue
from ledger.terms.errors import LedgerDamaged
from ledger.terms.outcome import Refused
from projections.findings import Findings
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.questions import month_of
from tests.house import KEY, LOGIN, House, house

MONTH = "2026-01"
BOOKS = AdoptedRulebooks()
NEXT_DAY = datetime(2026, 2, 3, 6, 0, tzinfo=UTC)
"""The refusals can be counted, and the month is stale."""
NEXT_YEAR = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
"""Everything that can come due has come due."""


def digest_of(it: House, month: str = MONTH) -> str:
    """What the month says now."""
    return month_of(it.log, BOOKS, it.ids["patient"], month).digest


def sign(it: House, digest: str | None = None) -> Any:
    """Dr Ada signs the month, or something else."""
    data = {"patient": it.ids["patient"], "month": MONTH, "digest": digest or digest_of(it)}
    return it.send("attest_month", data, actor="ada")


def add_late(it: House, start: str = "2026-01-09T15:00:00Z", end: str = "2026-01-09T15:16:30Z") -> Any:
    """The nurse adds work to the month."""
    return it.log_time(start, end)


def fill(it: House) -> None:
    """What happens before the first reaction runs."""
    it.clock = "2026-01-20T18:00:00Z"
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    it.clock = "2026-02-01T18:00:00Z"
    for _ in range(3):
        assert sign(it, "0" * 64).outcome == "refused"
    assert sign(it).outcome == "accepted"
    it.clock = "2026-02-02T18:00:00Z"
    add_late(it)
    unknown = {"patient": {"system": "mrn", "value": "mrn-unknown"}, "performer": it.ids["bea"]}
    it.send("log_time", unknown | {"start": "2026-01-10T15:00:00Z", "end": "2026-01-10T15:10:00Z"}, actor="bea")


@contextmanager
def company(place: Place) -> Iterator[House]:
    """The company in a new ledger."""
    with house(place) as it:
        fill(it)
        yield it


@contextmanager
def opened(place: Place) -> Iterator[Ledger]:
    """The ledger again, as another process has it."""
    with open_ledger(place, master_key=KEY, clock=SimulatedClock(), ids=SystemIds()) as log:
        yield log


@contextmanager
def reactor(
    log: Ledger,
    *,
    seen_as: ReactionLog | None = None,
    now: datetime = NEXT_DAY,
    order: Sequence[int] = (0, 1, 2, 3),
) -> Iterator[Reactor]:
    """A reactor with read models of its own connection; `seen_as` is the log as it is seen, where not as it is."""
    seen: Any = seen_as or log
    models = log.read_models()
    try:
        first = Handler(log=seen, ids=SystemIds(), clock=SimulatedClock(now), zones=PinnedZones(), login=LOGIN)
        machine = enrol(first, now)
        handler = Handler(
            log=seen,
            ids=SystemIds(),
            clock=SimulatedClock(now),
            zones=PinnedZones(),
            login=LOGIN,
            default_actor=machine,
            machine=machine,
        )
        reactions = [REACTIONS[number] for number in order]
        yield Reactor(handler, seen, Findings(models, lambda: pull(seen, models)), reactions)
    finally:
        models.close()


def pull(log: Any, models: StoredReadModels) -> None:
    """Bring the read models up, as the edge does."""
    stopped = Follower(log, models, rulebook_of=BOOKS).pull().stopped
    if stopped is not None:
        raise LedgerDamaged(stopped.because, "")


def react(
    log: Ledger, now: datetime = NEXT_DAY, *, seen_as: ReactionLog | None = None, order: Sequence[int] = (0, 1, 2, 3)
) -> dict[str, Ran]:
    """Run until nothing is found any more; by reaction, what it came to."""
    with reactor(log, seen_as=seen_as, now=now, order=order) as it:
        ran = it.until_idle(now)
    assert not isinstance(ran, Refused), ran
    assert not any(each.refused for each in ran), ran
    return {each.reaction: each for each in ran}


def findings(log: Ledger) -> list[Event]:
    """Everything that reactions left, in order."""
    return [fact.event for fact in _facts(log) if fact.event.FACT is FactClass.REVIEW]


def topics(events: Iterable[Event]) -> list[str]:
    """Of what kinds they are."""
    return [event.what if isinstance(event, ReviewCameDue) else event.TOPIC for event in events]


def stale_months(log: Ledger) -> list[MonthWentStale]:
    """The months that were reported as stale."""
    return [event for event in findings(log) if isinstance(event, MonthWentStale)]


def counted(log: Ledger) -> list[tuple[str, int]]:
    """The counts that were closed: code and times."""
    return [(event.code, event.times) for event in findings(log) if isinstance(event, RefusalsCounted)]


def without_notes(events: Sequence[Event]) -> list[Event]:
    """The findings alone."""
    return [event for event in events if not isinstance(event, ReactionRan)]


def _facts(log: Ledger) -> list[Fact]:
    return log.follow(0, log.refresh())

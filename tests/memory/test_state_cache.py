"""The cache of folded states weighs so much and no more, whatever the number of streams."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime

from commands.states import BYTES_MAX, StateCache
from ledger.streams.base import Envelope, Fact, Vouched
from ledger.streams.staff import RoleGranted
from ledger.terms.people import Role

FACTS = 1_000
BYTES_A_FACT = 2_000  # of a stream of no special kind
MANY = BYTES_MAX // BYTES_A_FACT
FIT = BYTES_MAX // BYTES_A_FACT // FACTS
STAFF = "st_" + "a" * 26
ENVELOPE = Envelope(authenticated_as="os:anna", actor=STAFF, capacity=None, vouched=Vouched.LOGIN, command="grant_role")
EVENT = RoleGranted(staff=STAFF, role=Role.BILLER, from_on=date(2025, 1, 1))


class Streams:
    """A log in which every stream holds a thousand facts, and which counts who reads it."""

    def __init__(self) -> None:
        self.reads: Counter[str] = Counter()

    epoch = 0

    def head(self, tag: str) -> int:
        """A thousand."""
        return FACTS

    def read(self, tag: str, *, after: int = 0, until: int | None = None) -> Iterable[Fact]:
        """The facts behind `after`."""
        self.reads[tag] += 1
        at = datetime(2025, 1, 2, tzinfo=UTC)
        for seq in range(after + 1, FACTS + 1):
            yield Fact(position=seq, recorded_at=at, home=tag, version=seq, event=EVENT, envelope=ENVELOPE, seq=seq)


def _tags(count: int) -> list[str]:
    return [f"identifier/{number}" for number in range(count)]


def test_streams_that_fit_are_read_once() -> None:
    log = Streams()
    cache = StateCache(log)  # type: ignore[arg-type]

    for tag in _tags(FIT) * 2:
        assert cache.at_head(tag).seq == FACTS

    assert set(log.reads.values()) == {1}


def test_what_was_not_used_lately_is_forgotten_when_there_are_too_many_facts() -> None:
    log = Streams()
    cache = StateCache(log)  # type: ignore[arg-type]
    first, second, *others = _tags(FIT + 1)

    for tag in (first, second, first, *others, first, second):
        assert cache.at_head(tag).seq == FACTS

    assert log.reads[first] == 1
    assert log.reads[second] == 2


def test_one_stream_larger_than_all_that_is_kept_is_still_answered() -> None:
    class Huge(Streams):
        epoch = 0

        def head(self, tag: str) -> int:
            return MANY + FACTS

        def read(self, tag: str, *, after: int = 0, until: int | None = None) -> Iterable[Fact]:
            for _ in range(MANY // FACTS + 1):
                yield from super().read(tag)

    answered = StateCache(Huge()).at_head("identifier/1")  # type: ignore[arg-type]

    assert answered.seq == MANY + FACTS

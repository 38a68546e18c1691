"""Which facts a claim's bill holds: all that its month was judged by, as far as the claim pins each stream.

The claim's own fact says how many facts of each stream its release rested on; the bill holds these, what came into the
month itself since, what was said since of the patient's claims and, where it is asked for, what came since into the
patient's record and may take from an earlier month. Promise: the month is gathered and judged as every
answer of this ledger is (ledger/judging), so that bill and product cannot disagree. Of a performer's day only what
touches the month's entries is disclosed, header and clear part alone where it is another patient's. Not promised: what
came since into the other streams; `claim show` tells of it.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import chain
from typing import Any, Final, NamedTuple

from ledger.judging.needs import gather
from ledger.judging.shapes import Verdict
from ledger.judging.verdict import judge_month
from ledger.streams.base import Event, EventLog, Fact
from ledger.streams.care_month import EntryContent
from ledger.streams.claims import ClaimReleased
from ledger.streams.claims_state import Claim, guard_of
from ledger.streams.folding import fold
from ledger.streams.governance import Adoption, Governance
from ledger.streams.joining import group_of
from ledger.terms.errors import LedgerDamaged
from ledger.terms.identity import LEDGER_TAG, claims_tag
from projections.exports.bill_unshown import GIVES_BACK, JUDGED_IN, LOOKS_BACK, judged_streams
from projections.judged import RulebookOf

DAY: Final = "staff_day/"
_MONTH: Final = "care_month/"
_OF_LEDGER: Final = frozenset({"ledger_opened", "log_key_adopted", "log_key_retired"})
"""What every bill holds of the ledger's own facts: whether it is simulated, and who signs for it."""
_PEOPLE: Final = ("patient", "from_patient", "other_patient", "merged")
_ENTRIES: Final = ("entry", "from_entry", "other_entry")
Span = tuple[int, int]


class Shows(IntEnum):
    """How much of a fact is in the bill."""

    HEADER = 0
    """That there is a fact: of one that is about somebody else, or anything else."""
    CLEAR = 1
    """What it says, without who recorded it: another patient's time, what was said of the patient's other claims."""
    ALL = 2
    """Who recorded it too, and its words where they are opened."""


class Wanted(NamedTuple):
    """A fact of the bill."""

    position: int
    tags: frozenset[str]
    """The streams that are named."""
    shows: Shows


class BillGround(NamedTuple):
    """What a claim's bill is made of."""

    claim: Claim
    group: tuple[str, ...]
    """Everybody who is one person with the patient, as the claim pins it."""
    wanted: tuple[Wanted, ...]
    said_since: tuple[Wanted, ...]
    """What was said since of the patient's other claims: unread, it could be of this one."""
    own: tuple[Fact, ...]
    """The facts that are shown whole."""
    others: tuple[str, ...]
    """Other patients of whom something is disclosed."""
    verdict: Verdict
    """The month as the ledger judges it, by whole days."""
    adoption: Adoption


class _Streams:
    """The streams of a claim's read set: as far as the release rested on them, and the month as it went on since."""

    def __init__(self, log: EventLog, claim: Claim, until: int) -> None:
        self._log = log
        self._claim = claim
        self._until = until
        self._counts = dict(claim.read_set)
        self._month = f"/{claim.event.month}"
        self.facts: dict[str, list[Fact]] = {}

    def pinned(self, tag: str) -> Any:
        """The state that the release rested on."""
        count = self._counts.get(tag, 0)
        return fold(tag, [fact for fact in self._of(tag) if fact.seq <= count])

    def since(self, tag: str) -> Any:
        """The same with all that came into the month since."""
        return fold(tag, self._of(tag))

    def _of(self, tag: str) -> list[Fact]:
        if tag not in self.facts:
            count = None if self._goes_on(tag) else self._counts[tag]
            read = self._log.read(tag, until=self._until)
            self.facts[tag] = [fact for fact in read if count is None or fact.seq <= count]
        return self.facts[tag]

    def _goes_on(self, tag: str) -> bool:
        """Whether a stream is the month itself, or one that only what came into it since asks for."""
        return tag not in self._counts or (tag.startswith(_MONTH) and tag.endswith(self._month))


def ground_of(
    log: EventLog,
    rulebook_of: RulebookOf,
    claim: Claim,
    *,
    until: int,
    whole_days: bool = False,
    with_since: bool = False,
) -> BillGround:
    """What the bill of a claim holds; `until` is what the checkpoint covers.

    `whole_days` discloses every fact of the performers' days: where less would say something else. `with_since` what
    came since into the patient's record and may take from an earlier month, or may take that back.
    """
    event, streams = claim.event, _Streams(log, claim, until)
    governance: Governance = fold(LEDGER_TAG, log.read(LEDGER_TAG, until=claim.position))
    adoption = next((each for each in reversed(governance.adoptions) if each.edition == event.edition), None)
    if adoption is None:
        raise LedgerDamaged("The edition that the claim pins was never adopted.", "Run `ccm-ledger verify`.")
    facts = gather(event.patient, event.month, streams.pinned)
    verdict = judge_month(facts, rulebook_of(adoption), edition=event.edition, programme=event.programme)
    gather(event.patient, event.month, streams.since)
    own = {tag: found for tag, found in streams.facts.items() if not tag.startswith(DAY)}
    days = {tag: found for tag, found in streams.facts.items() if tag.startswith(DAY)}
    of_claims, of_ledger = (list(log.read(tag, until=until)) for tag in (claims_tag(event.patient), LEDGER_TAG))
    own[claims_tag(event.patient)] = list(_of_claim(of_claims, claim))
    own[LEDGER_TAG] = [fact for fact in of_ledger if _is_needed(fact, adoption)]
    days = days if whole_days else _touching(own, days)
    events = [fact.event for fact in chain.from_iterable((*own.values(), *days.values()))]
    group = group_of(event.patient, streams.pinned)
    others = {each for event in events for each in _people(event)} - set(group)
    whole = {fact.position: fact for fact in chain.from_iterable(own.values())}
    since = tuple(_said_since(of_claims, claim, whole))
    looks_back = list(_looking_back(log, claim, group, until)) if with_since else []
    others |= {each for fact in looks_back for each in _people(fact.event)} - set(group)
    since += tuple(Wanted(f.position, judged_streams(f.event.tags(), group), Shows.CLEAR) for f in looks_back)
    shown = (_wanted(own, days), since, tuple(whole.values()), tuple(sorted(others)))
    return BillGround(claim, group, *shown, verdict, adoption)


def _of_claim(facts: Iterable[Fact], claim: Claim) -> Iterator[Fact]:
    """The claim itself, what was said of it, and the same of every later claim of its month, which may stand for it."""
    named = {claim.event.claim}
    for fact in facts:
        event = fact.event
        if isinstance(event, ClaimReleased) and fact.position > claim.position and guard_of(event) == claim.guard:
            named.add(event.claim)
        if getattr(event, "claim", None) in named:
            yield fact


def _said_since(of_claims: Iterable[Fact], claim: Claim, whole: Container[int]) -> Iterator[Wanted]:
    """What was said since of the patient's other claims, so that it can be read that it was not said of this one."""
    named = frozenset({claims_tag(claim.event.patient)})
    for fact in of_claims:
        if fact.position > claim.position and fact.position not in whole:
            yield Wanted(fact.position, named, Shows.CLEAR)


def _looking_back(log: EventLog, claim: Claim, group: Sequence[str], until: int) -> Iterator[Fact]:
    """What came behind the claim into these people's record and may take from an earlier month, or take that back."""
    streams = tuple(f"{kind}{each}" for each in group for kind in JUDGED_IN)
    facts = log.read_all(streams, until=until)
    shown = LOOKS_BACK | GIVES_BACK
    return (fact for fact in facts if fact.position > claim.position and fact.event.TOPIC in shown)


def _is_needed(fact: Fact, adoption: Adoption) -> bool:
    """Whether a fact of the ledger's own is the edition of the bill, or says what the ledger is or who signs it."""
    return fact.position == adoption.position or fact.event.TOPIC in _OF_LEDGER


def _people(event: Event) -> Iterator[str]:
    """The patients whom a fact names."""
    return (named for field in _PEOPLE if isinstance(named := getattr(event, field, None), str))


def _wanted(own: dict[str, list[Fact]], days: dict[str, list[Fact]]) -> tuple[Wanted, ...]:
    tags: dict[int, set[str]] = {}
    for tag, facts in (*own.items(), *days.items()):
        for fact in facts:
            # Of the month's own facts it is told on which days they lie, whether anybody asked for those or not.
            on = {each for each in fact.event.tags() if each.startswith(DAY)} if tag.startswith(_MONTH) else ()
            tags.setdefault(fact.position, set()).update((tag, *on))
    return tuple(
        Wanted(position, frozenset(named), Shows.CLEAR if all(tag.startswith(DAY) for tag in named) else Shows.ALL)
        for position, named in sorted(tags.items())
    )


# --- performers' days -----------------------------------------------------------------------------------------


def _touching(own: dict[str, list[Fact]], days: dict[str, list[Fact]]) -> dict[str, list[Fact]]:
    """The facts of each day that are the month's own, or about entries that ever shared a second with one of those."""
    known = {fact.position for facts in own.values() for fact in facts}
    worked = [event for facts in own.values() for fact in facts if isinstance(event := fact.event, EntryContent)]
    return {tag: list(_of_day(facts, known, _spans(tag, worked))) for tag, facts in days.items()}


def _spans(tag: str, worked: Iterable[EntryContent]) -> list[Span]:
    performer = tag.split("/")[1]
    return [(piece.start, piece.end) for event in worked if event.performer == performer for piece in event.spans]


def _of_day(facts: Sequence[Fact], known: set[int], spans: Sequence[Span]) -> Iterator[Fact]:
    kept = {entry for fact in facts if fact.position in known for entry in _entries(fact.event)}
    for fact in facts:
        if isinstance(fact.event, EntryContent) and _touches(fact.event, spans):
            kept |= _entries(fact.event)
    # What moved to another patient goes by another name: its history belongs together.
    while more := {entry for fact in facts if _entries(fact.event) & kept for entry in _entries(fact.event)} - kept:
        kept |= more
    return (fact for fact in facts if _entries(fact.event) & kept)


def _entries(event: Event) -> set[str]:
    return {named for field in _ENTRIES if isinstance(named := getattr(event, field, None), str)}


def _touches(event: EntryContent, spans: Sequence[Span]) -> bool:
    return any(piece.start < end and piece.end > start for piece in event.spans for start, end in spans)

"""Maps in tests: recorded and written as the program does it, and made by hand from what is stored."""

from collections.abc import Iterable
from datetime import date

from ledger.proof.completeness import CLASSES, START, Entry, Map, next_head, subject_key, subjects_of
from ledger.store.checkpoints.completing import Completeness
from ledger.store.completeness_map import Counted, map_of
from ledger.store.connection import Ledger
from ledger.streams.access import RecordRead
from ledger.streams.base import Appended
from ledger.streams.completeness import CompletenessMapped
from tests.store.sample import NURSE, PATIENT, assigned, proposal


def patient(number: int) -> str:
    """The id of a patient."""
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    return "pt_" + "".join(digits[number >> shift & 31] for shift in range(125, -5, -5))


def grow_with(ledger: Ledger, numbers: Iterable[int]) -> None:
    """A record fact about each of these patients."""
    ledger.append([proposal(*[assigned(patient(number)) for number in numbers])])


def look_at(ledger: Ledger, whom: str = PATIENT) -> None:
    """An access fact about a patient."""
    ledger.append([proposal(RecordRead(reader=NURSE, on=date(2026, 3, 2), question="month", patients=(whom,)))])


def record(ledger: Ledger, said: Map) -> int:
    """Append the fact of a map; its position."""
    event = CompletenessMapped(depth=said.depth, up_to=said.up_to, entries=said.entries, root=said.root.hex())
    (answer,) = ledger.append([proposal(event)])
    assert isinstance(answer, Appended)
    ledger.refresh()
    return answer.positions[0]


def map_now(ledger: Ledger) -> Map:
    """Record the map of everything that is there, and write its tables; what it says."""
    completeness = Completeness(ledger)
    grown = completeness.next_map()
    record(ledger, grown.said)
    assert completeness.write(grown)
    return grown.said


def counted(ledger: Ledger) -> list[Counted]:
    """Every fact as a map counts it, read from what verification reads."""
    with ledger.engine.snapshot() as stored:
        tags: dict[int, list[str]] = {}
        for position, _, tag, _, _ in stored.tag_rows():
            tags.setdefault(position, []).append(tag)
        rows = [(row[0], row[3], row[7]) for row in stored.facts()]
    classes = {"record_read": "access", "completeness_mapped": "review"}
    return [Counted(at, classes.get(topic, "record"), tuple(tags[at]), leaf) for at, topic, leaf in rows]


def by_hand(ledger_id: str, facts: Iterable[Counted]) -> list[Entry]:
    """The entries of a map, one fact after the other."""
    found: dict[tuple[str, int], tuple[int, bytes]] = {}
    for fact in facts:
        for subject in subjects_of(fact.tags):
            key = subject, CLASSES.index(fact.fact_class)
            count, head = found.get(key, (0, START))
            found[key] = count + 1, next_head(head, fact.leaf)
    return [Entry(subject_key(ledger_id, subject), number, *counts) for (subject, number), counts in found.items()]


def map_by_hand(ledger: Ledger, depth: int, up_to: int) -> Map:
    """The map up to a position."""
    said, _, _ = map_of(by_hand(ledger.ledger_id, counted(ledger)[:up_to]), depth, up_to)
    return said

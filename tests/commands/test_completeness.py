"""Maps of completeness on record: each covers more than the one before, and nothing that is not there."""

from commands.intents.completeness import MapCompleteness
from ledger.streams.completeness import CompletenessMapped
from tests.commands.world import ADMIN, BILLER, NURSE, office

ROOT, OTHER = "ab" * 32, "cd" * 32


def mapped(up_to: int, root: str = ROOT) -> MapCompleteness:
    return MapCompleteness(depth=3, up_to=up_to, entries=40, root=root)


def test_a_map_is_put_on_record() -> None:
    event = office().by(ADMIN).when(mapped(2)).event

    assert CompletenessMapped(depth=3, up_to=2, entries=40, root=ROOT) == event


def test_who_makes_a_packet_for_a_payer_may_put_its_map_on_record() -> None:
    assert office().by(BILLER).when(mapped(2)).event


def test_a_nurse_puts_no_map_on_record() -> None:
    assert "capacity_missing" == office().by(NURSE).when(mapped(2)).refused


def test_a_map_counts_no_fact_that_is_not_there() -> None:
    ledger = office().by(ADMIN)

    assert "map_beyond_ledger" == ledger.when(mapped(len(ledger.facts) + 1)).refused


def test_a_map_that_covers_no_more_than_the_one_on_record_is_unchanged() -> None:
    ledger = office().by(ADMIN)
    position, recorded = len(ledger.facts) + 1, ledger.then(mapped(3))

    assert (position,) == recorded.when(mapped(3, OTHER)).unchanged
    assert (position,) == recorded.when(mapped(2)).unchanged


def test_a_map_that_covers_more_follows() -> None:
    event = office().by(ADMIN).then(mapped(2)).when(mapped(3, OTHER)).event

    assert CompletenessMapped(depth=3, up_to=3, entries=40, root=OTHER) == event

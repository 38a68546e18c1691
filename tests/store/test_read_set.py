"""What a question read: streams that were folded, also from memory, and the newest fact among them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.access import ask_to_read
from ledger.store import read_set
from ledger.terms.identity import accessed_tag, patient_tag, practice_tag
from tests.house import House, house
from tests.postgres.servers import unused_address


@pytest.fixture(params=["sqlite", "postgres"])
def it(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A company on each engine."""
    with house(tmp_path / "ledger" if request.param == "sqlite" else unused_address()) as opened:
        yield opened


def test_a_stream_that_is_held_already_is_noted_when_it_is_asked_for(it: House) -> None:
    tag = patient_tag(it.ids["patient"])
    it.handler.state(tag)
    began = it.log.refresh()

    with it.log.reads.noting() as read:
        it.handler.state(tag)

    newest = [fact.position for fact in it.log.read(tag)][-1]
    assert tag in read.tags
    assert it.log.newest_of(read, until=began) == newest


def test_many_looks_move_nothing_and_a_fact_behind_them_does(it: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_set, "STEP", 8)
    began = it.log.refresh()
    with it.log.reads.noting() as read:
        it.log.reads.note_everything()

    def newest() -> int:
        return it.log.newest_of(read, until=it.log.refresh())

    it.handler.default_actor = it.ids["cora"]
    before = newest()
    assert before == began
    for _ in range(20):
        assert ask_to_read(it.handler, "month", [it.ids["patient"]]) is None

    assert it.log.refresh() == began + 20
    assert newest() == before
    it.handler.default_actor = None
    (position,) = it.log_time("2026-01-05T15:20:00Z", "2026-01-05T15:25:00Z").positions
    assert newest() == position


def test_nothing_newer_is_named_than_stood_there_when_the_question_began(it: House) -> None:
    began = it.log.refresh()
    with it.log.reads.noting() as read:
        it.log_time("2026-01-05T15:20:00Z", "2026-01-05T15:25:00Z")
        list(it.log.read(patient_tag(it.ids["patient"])))
        list(it.log.tags_starting("care_month/"))

    assert it.log.newest_of(read, until=began) == began


def test_looks_are_noted_as_looks(it: House) -> None:
    with it.log.reads.noting() as read:
        list(it.log.read(practice_tag(it.ids["practice"])))
    before = read.has_accesses
    with it.log.reads.noting() as read:
        list(it.log.read(accessed_tag(it.ids["patient"])))

    assert not before
    assert accessed_tag(it.ids["patient"]) in read.tags
    assert read.has_accesses, "somebody's looks"

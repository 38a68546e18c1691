"""The streams as a command had read them: bounded, read again where they were dropped, and never as they are later."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.redeciding import prefix
from commands.redeciding.prefix import AsRead, NotAsRead, Prefix
from interfaces.redeciding import redecide_ledger
from interfaces.system import PinnedZones
from ledger.terms.identity import patient_tag
from tests.house import House, house


@pytest.fixture
def it(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "ledger") as made:
        yield made


def test_streams_that_were_dropped_are_read_again(it: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefix, "TAGS_MAX", 2)
    found = redecide_ledger(it.log, PinnedZones())

    assert (found.differences, found.commands) == ((), 27)


def test_no_more_streams_are_held_than_may_be(it: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefix, "TAGS_MAX", 5)
    streams = Prefix(it.log)
    streams.learn(it.log.follow(0, it.log.refresh()))
    streams.fetch(f"staff/{it.ids[name]}" for name in ("ada", "bea", "cal", "dot", "fay", "bill", "cora"))

    assert len(streams._held) == 5


def test_a_stream_is_as_it_was_before_the_command_and_not_as_it_is(it: House) -> None:
    tag = patient_tag(it.ids["patient"])
    facts = it.log.follow(0, it.log.refresh())
    own = [fact for fact in facts if tag in fact.event.tags()]
    streams = Prefix(it.log)
    streams.learn(fact for fact in facts if fact.position <= own[1].position)

    assert len(streams.at(tag, 2).state.assignments) == 1
    assert streams.at(tag, 2).state.conditions == ()
    with pytest.raises(NotAsRead):
        streams.at(tag, 3)
    with pytest.raises(NotAsRead):
        streams.at(tag, 1)
    assert streams.at(tag, 1, is_older=True).state.assignments == ()


def test_a_stream_that_was_not_read_is_told_by_its_kind_alone(it: House) -> None:
    with pytest.raises(NotAsRead) as raised:
        AsRead(Prefix(it.log), {}).get(patient_tag(it.ids["patient"]))

    assert str(raised.value) == "patient"

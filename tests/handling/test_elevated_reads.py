"""Reads under an elevation: elsewhere for some hours, each of them said to be so, and nothing but reads."""

import pytest

from commands.access import ask_to_read, may_read, may_read_practice, practice_to_list
from ledger.streams.access import RecordRead
from ledger.terms.identity import accessed_tag, elevation_tag
from ledger.terms.outcome import Refused
from tests.handling.test_access import other_practice, registered
from tests.house import House

NOW, UNTIL, OVER = "2026-01-06T12:00:00Z", "2026-01-06T15:00:00Z", "2026-01-06T15:00:00Z"


class Elsewhere:
    """A patient of another practice, and nurse Bea at the door."""

    def __init__(self, it: House) -> None:
        self.it = it
        it.clock = NOW
        self.practice = other_practice(it)
        self.theirs, self.another = registered(it, 2, self.practice)

    def elevate(self, **whom: object) -> str:
        said = {"reason": "emergency", "case": "ER-7", "until": UNTIL, "words": "Found at the bus stop."}
        answer = self.it.accepted("elevate", {**said, **(whom or {"patients": [self.theirs]})}, actor="bea")
        return dict(answer.ids)["elevation"]

    def reads(self, *patients: str) -> Refused | None:
        """Bea asks; the refusal, if it is one."""
        self.it.handler.default_actor = self.it.ids["bea"]
        return ask_to_read(self.it.handler, "month", patients)

    def read(self) -> list[RecordRead]:
        return [e.event for e in self.it.log.follow(0, 10_000) if isinstance(e.event, RecordRead)]

    def at(self, clock: str) -> None:
        """The ledger's clock goes on: any line tells it."""
        self.it.clock = clock
        self.it.send("bind_login", {"login": "os:bea", "staff": self.it.ids["bea"]})


@pytest.fixture
def elsewhere(at_home: House) -> Elsewhere:
    return Elsewhere(at_home)


def test_a_read_elsewhere_says_by_which_elevation_and_stands_in_its_stream(elsewhere: Elsewhere) -> None:
    before = elsewhere.reads(elsewhere.theirs)
    elevation = elsewhere.elevate()
    after = elsewhere.reads(elsewhere.theirs)

    assert isinstance(before, Refused)
    assert after is None
    assert [elevation] == [read.elevation for read in elsewhere.read()]
    for tag in (elevation_tag(elevation), accessed_tag(elsewhere.theirs)):
        assert any(isinstance(fact.event, RecordRead) for fact in elsewhere.it.log.read(tag))


def test_a_read_in_the_own_practice_names_no_elevation(elsewhere: Elsewhere) -> None:
    elevation, mine = elsewhere.elevate(), elsewhere.it.ids["patient"]
    assert elsewhere.reads(mine, elsewhere.theirs) is None

    assert [((mine,), None), ((elsewhere.theirs,), elevation)] == [(e.patients, e.elevation) for e in elsewhere.read()]


def test_it_opens_nobody_else(elsewhere: Elsewhere) -> None:
    elsewhere.elevate()

    assert isinstance(elsewhere.reads(elsewhere.another), Refused)
    assert isinstance(elsewhere.reads(elsewhere.theirs, elsewhere.another), Refused)
    assert elsewhere.read() == []


def test_it_opens_to_nobody_else(elsewhere: Elsewhere) -> None:
    elsewhere.elevate()
    elsewhere.it.handler.default_actor = elsewhere.it.ids["cal"]

    assert not may_read(elsewhere.it.handler, [elsewhere.theirs])


def test_by_the_ledgers_clock_it_ends_at_its_instant(elsewhere: Elsewhere) -> None:
    elsewhere.elevate()
    elsewhere.at("2026-01-06T14:59:59Z")
    just_before = elsewhere.reads(elsewhere.theirs)
    elsewhere.at(OVER)

    assert just_before is None
    assert isinstance(elsewhere.reads(elsewhere.theirs), Refused)


def test_one_that_was_ended_opens_nothing_any_more(elsewhere: Elsewhere) -> None:
    elevation = elsewhere.elevate()
    elsewhere.it.accepted("end_elevation", {"elevation": elevation, "words": "The ward has them."}, actor="bea")

    assert isinstance(elsewhere.reads(elsewhere.theirs), Refused)


def test_whoever_lost_the_last_reading_role_is_not_elevated_either(elsewhere: Elsewhere) -> None:
    elsewhere.elevate()
    left = {"staff": elsewhere.it.ids["bea"], "last_on": "2026-01-05", "reason": "resigned"}
    elsewhere.it.accepted("record_departure", left)

    assert isinstance(elsewhere.reads(elsewhere.theirs), Refused)


def test_a_practice_is_opened_to_lists_and_records_while_it_runs(elsewhere: Elsewhere) -> None:
    handler, practice = elsewhere.it.handler, elsewhere.practice
    handler.default_actor = elsewhere.it.ids["bea"]
    there_are = [elsewhere.it.ids["practice"], practice]
    closed = practice_to_list(handler, "months", practice, there_are=there_are)
    elsewhere.elevate(practice=practice)

    assert isinstance(closed, Refused)
    assert practice_to_list(handler, "months", practice, there_are=there_are) == practice
    assert may_read_practice(handler, practice)
    assert elsewhere.reads(elsewhere.theirs, elsewhere.another) is None
    # Who names no practice means the own one, as before.
    assert practice_to_list(handler, "months", None, there_are=there_are) == elsewhere.it.ids["practice"]


def test_a_patient_who_was_merged_is_opened_under_every_id(elsewhere: Elsewhere) -> None:
    it = elsewhere.it
    it.accepted("grant_role", {"staff": it.ids["cora"], "role": "compliance", "from_on": "2025-01-01"})
    pair = {"patient": elsewhere.another, "merged": elsewhere.theirs, "evidence": "One card."}
    elevation = elsewhere.elevate()
    it.accepted("merge_patients", pair, actor="cora")

    assert elsewhere.reads(elsewhere.theirs) is None
    assert {elevation} == {read.elevation for read in elsewhere.read()}


def test_it_opens_nothing_for_writing(elsewhere: Elsewhere) -> None:
    it = elsewhere.it
    it.accepted("grant_role", {"staff": it.ids["fay"], "role": "compliance", "practice": it.ids["practice"]} | SINCE)
    said = {"reason": "inquiry", "case": "Q-7", "until": UNTIL, "words": "A letter came."}
    it.accepted("elevate", {**said, "practice": elsewhere.practice}, actor="fay")
    hold = it.send("place_hold", {"patient": elsewhere.theirs, "reason": "A case."}, actor="fay")

    assert hold.refusal is not None
    assert hold.refusal.code == "not_in_this_practice"


SINCE = {"from_on": "2025-01-01"}


def test_a_source_that_is_trusted_for_acts_elevates_nobody(in_earnest: House) -> None:
    practice = other_practice(in_earnest)
    until = in_earnest.handler.now().replace(microsecond=0).isoformat().replace("T12", "T14")
    said = {"reason": "emergency", "case": "ER-7", "until": until, "words": "Found.", "practice": practice}
    answer = in_earnest.send("elevate", said, actor="bea", source={"system": "ehr", "id": "7"})

    assert answer.refusal is not None
    assert answer.refusal.code == "elevation_by_source"

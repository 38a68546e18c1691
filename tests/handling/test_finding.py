"""Lookups by identifiers: who is of another practice looks like somebody whom nobody knows, to the last byte."""

from argparse import Namespace
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interfaces.cli.people import run_find
from interfaces.cli.screen import Screen
from interfaces.cli.usage import ReadRefused
from interfaces.http.streams import Numbered
from ledger.streams.access import AttemptDenied, RecordRead
from tests.handling.test_by_key import Desk
from tests.house import House, house


class Lookups(Desk):
    """The same company, whose lookups are asked by some login."""

    def __init__(self, it: House) -> None:
        super().__init__(it)
        self.names = {self.patient: "here", self.elsewhere: "there", self.nowhere: "nowhere"}
        for patient, value in self.names.items():
            named = {"patient": patient, "identifiers": [{"system": "chart", "value": value}]}
            assert "accepted" == self.by(self.anywhere, "link_identifier", named).outcome

    def find(self, login: str, *values: str, system: str = "chart") -> tuple[int, str]:
        """The exit code, and every byte that is answered."""
        handler, out = self.it.handler, StringIO()
        lines = [Numbered(number, f"{system} {value}".encode()) for number, value in enumerate(values, start=1)]
        session = SimpleNamespace(handler=handler, log=self.it.log, simulated=False)
        args = Namespace(session=session, given=[lines], purpose=None, as_of=None)
        before, handler.login = handler.login, login
        try:
            code = run_find(args, Screen(as_json=True, out=out, err=out))
        finally:
            handler.login = before
        return code, out.getvalue()

    def recorded(self, before: int) -> list[Any]:
        return [fact.event for fact in self.it.log.follow(before, 1_000)]


@pytest.fixture
def lookups(tmp_path: Path) -> Iterator[Lookups]:
    with house(tmp_path / "ledger", simulated=False, with_patient=False) as it:
        yield Lookups(it)


ONE = (("there",), ("unheard-of",))
TWO = (("there", "here"), ("unheard-of", "here"))
SAME = (("there", "there"), ("unheard-of", "unheard-of"))


def of_position(answer: str, position: int) -> str:
    return answer.replace(f'"as_of": {position}', '"as_of": 0')


@pytest.mark.parametrize("who", ["key", "role"])
def test_somebody_of_another_practice_is_found_as_little_as_somebody_unknown(lookups: Lookups, who: str) -> None:
    if who == "key":
        login = lookups.key("here", lookups.here)
    else:
        login = lookups.key("bea", staff="bea")
    told = []
    for values in (*ONE, *TWO, *ONE, *SAME):
        before = lookups.it.log.refresh()
        code, answer = lookups.find(login, *values)
        told.append((code, of_position(answer, before), lookups.it.log.refresh() - before))

    assert told[0] == told[1] == told[4] == told[5]
    assert told[2] == told[3]
    assert told[6] == told[7]
    assert lookups.patient in told[2][1]
    assert "not_known" in told[0][1]


def test_a_lookup_of_somebody_elsewhere_is_on_record_as_denied(lookups: Lookups) -> None:
    login, before = lookups.key("here", lookups.here), lookups.it.log.refresh()
    lookups.find(login, "there", "here", "unheard-of")
    facts = lookups.recorded(before)

    assert [((lookups.patient,)), ()] == [fact.patients for fact in facts if isinstance(fact, RecordRead)]
    (denied,) = [fact for fact in facts if isinstance(fact, AttemptDenied)]
    assert (lookups.elsewhere, "read_find", "not_in_this_practice") == (denied.patient, denied.operation, denied.code)
    assert login == denied.login
    assert [denied] == [fact.event for fact in lookups.it.log.read(f"refusals/{lookups.elsewhere}")]


def test_so_many_lookups_of_nobody_are_twelve_facts(lookups: Lookups) -> None:
    login, before = lookups.key("here", lookups.here), lookups.it.log.refresh()
    lookups.find(login, *(f"unheard-of-{number}" for number in range(40)))

    assert 12 == len(lookups.recorded(before))


def test_whoever_reads_everywhere_finds_everybody_in_one_fact(lookups: Lookups) -> None:
    before = lookups.it.log.refresh()
    code, answer = lookups.find(lookups.anywhere, "here", "there", "nowhere", "unheard-of", "unheard-of-2")

    assert 1 == code
    assert all(patient in answer for patient in lookups.names)
    assert 1 == len(lookups.recorded(before))


def test_whoever_reads_nothing_at_all_is_refused_whomever_they_ask_for(lookups: Lookups) -> None:
    login = lookups.key("there", lookups.there, staff="bill")

    for values in (("here",), ("there",), ("unheard-of",)):
        with pytest.raises(ReadRefused) as caught:
            lookups.find(login, *values)
        assert "not_in_this_practice" == caught.value.refusal.code

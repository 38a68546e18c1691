"""What is refused before a decider is asked: ids that were never issued, keys whose content was erased."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from commands.handle import Handler
from commands.intents.care_month import LogTime
from commands.intents.patient import RecordDeath
from commands.resolving import resolve
from interfaces.system import PinnedZones, SystemClock, SystemIds
from ledger.streams.base import Envelope, Event, Fact, KeyBinding, Vouched
from ledger.streams.patient import DeathRecorded
from ledger.terms.outcome import Refused
from tests.commands.world import NURSE, PATIENT, known, on
from tests.gwt import opaque, token


def people_of(command: Any) -> dict[str, str] | Refused:
    return resolve(command, get=known().state, token=token)


def test_ids_that_the_ledger_issued_are_found() -> None:
    command = LogTime(patient=PATIENT, performer=NURSE, on=on("2026-03-30"), minutes=5)

    assert {"patient": PATIENT, "performer": NURSE} == people_of(command)


def test_a_staff_id_that_was_never_issued_is_refused() -> None:
    refused = people_of(LogTime(patient=PATIENT, performer=opaque("st", 900), on=on("2026-03-30"), minutes=5))

    assert isinstance(refused, Refused)
    assert "no_such_staff" == refused.code


def test_a_patient_id_that_was_never_issued_is_refused() -> None:
    refused = people_of(RecordDeath(patient=opaque("pt", 900), on=on("2026-03-30")))

    assert isinstance(refused, Refused)
    assert "no_such_patient" == refused.code


class ErasedLog:
    """A log that knows one key, whose content was erased."""

    is_far = False
    epoch = 0
    position = 0

    def refresh(self) -> int:
        return 0

    def head(self, tag: str) -> int:
        return 0

    def read(self, tag: str, *, after: int = 0, until: int | None = None) -> Sequence[Fact]:
        return ()

    def read_all(self, tags: Sequence[str], *, until: int | None = None) -> Sequence[Fact]:
        return ()

    def facts_at(self, positions: Iterable[int]) -> Sequence[Fact]:
        by = Envelope(authenticated_as="os:test", actor=NURSE, vouched=Vouched.SOURCE, command="record_death")
        died = DeathRecorded(patient=PATIENT, on=date(2026, 3, 30))
        return [Fact(at, datetime(2026, 3, 30, tzinfo=UTC), PATIENT, 1, died, by) for at in positions]

    def look(self, tokens: Sequence[str]) -> tuple[int, dict[str, KeyBinding]]:
        return self.refresh(), self.bindings(tokens)

    def bindings(self, tokens: Sequence[str]) -> dict[str, KeyBinding]:
        return dict.fromkeys(tokens, KeyBinding(None, "accepted", (7,), ()))

    def token(self, system: str, value: str) -> str:
        return token(system, value)

    def content_digest(self, content: bytes) -> bytes:
        return content

    def gone(self, scopes: Iterable[str]) -> frozenset[str]:
        """None: nothing was erased."""
        return frozenset()

    def open_words(self, fact: Fact) -> Event:
        return fact.event

    def append(self, group: Any, *, epoch: int | None = None) -> Any:
        raise AssertionError("a bound key appends nothing")


def test_a_key_of_erased_content_is_refused() -> None:
    handler = Handler(log=ErasedLog(), ids=SystemIds(), clock=SystemClock(), zones=PinnedZones(), login="os:test")
    line = b'{"v":1,"key":"k","command":"record_death","data":{"patient":"%s","on":"2026-03-30"}}' % PATIENT.encode()
    (answer,) = handler.handle([handler.read(line)])

    assert answer.refusal is not None
    assert "key_of_erased_content" == answer.refusal.code

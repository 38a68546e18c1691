"""What reaches a month after it was signed: one entry turns out shorter than it was, another one comes too late.

Works on what the ledger itself answers (`months` and `history` as JSON), because only the ledger knows the ids.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from interfaces.simulator.enrolment import Line
from ledger.terms.calendar import stored_instant

_AT: Final = datetime(2026, 4, 3, 14, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_STEP_SECONDS: Final = 20 * 60
"""Twenty minutes: what most codes count in; here it only chooses a month in which a correction shows."""

_STEPS_MAX: Final = 3
"""More minutes than these steps make no further unit."""

Answer = Mapping[str, Any]


class Worked(NamedTuple):
    """An entry with clock times, as history tells of it."""

    entry: str
    performer: str
    activity: str
    start: datetime
    end: datetime

    @property
    def seconds(self) -> int:
        """How long it was."""
        return int((self.end - self.start).total_seconds())


def _steps(row: Answer) -> int:
    steps: int = row["staff_seconds"] // _STEP_SECONDS
    return steps


def longest(facts: Sequence[Answer], judged: Sequence[Answer]) -> Worked:
    """The longest entry with clock times of which every second counts, out of a month's history and its entries."""
    whole = {entry["entry"] for entry in judged if entry["counted"] == entry["seconds"]}
    told = [fact["details"] for fact in facts if fact["topic"] == "time_logged" and "from" in fact["details"]]
    return max((_worked(each) for each in told if each["entry"] in whole), key=lambda entry: entry.seconds)


def most_to_lose(rows: Sequence[Answer]) -> Answer:
    """The month of non-complex CCM whose staff minutes lie least above a full step."""
    noncomplex = [row for row in rows if row["family"] == "noncomplex"]
    return min(
        noncomplex, key=lambda row: (_steps(row) > _STEPS_MAX, row["staff_seconds"] % _STEP_SECONDS, row["patient"])
    )


def correction(patient: str, month: str, entry: Worked) -> Line:
    """Its performer says that the entry lasted a minute."""
    data = {
        "patient": patient,
        "month": month,
        "entry": entry.entry,
        "performer": entry.performer,
        "start": stored_instant(entry.start),
        "end": stored_instant(entry.start + _MINUTE),
        "activity": entry.activity,
        "description": "Left a message.",
        "capture": "edited_timer",
        "reason": "The timer ran on after the call.",
    }
    return _line("afterwards:correction", "correct_time", entry.performer, data, _AT)


def late_entry(patient: str, entry: Worked) -> Line:
    """The same performer brings work of the next evening, months later."""
    begun = entry.start.replace(hour=23, minute=0, second=0) + timedelta(days=1)
    data = {
        "patient": patient,
        "performer": entry.performer,
        "start": stored_instant(begun),
        "end": stored_instant(begun + 25 * _MINUTE),
        "activity": "phone_call",
        "description": "Called the pharmacy about the refill.",
    }
    return _line("afterwards:late", "log_time", entry.performer, data, _AT + 5 * _MINUTE)


def _line(key: str, command: str, actor: str, data: Line, at: datetime) -> Line:
    source = {"system": "office", "id": key, "recorded_at": stored_instant(at)}
    said = {"v": 1, "key": key, "command": command, "actor": {"id": actor}, "source": source}
    return said | {"data": data, "clock": stored_instant(at)}


def _worked(told: Answer) -> Worked:
    return Worked(told["entry"], told["performer"], told["activity"], _instant(told["from"]), _instant(told["to"]))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)

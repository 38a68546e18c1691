"""Where the seconds of the year lie, kept from the facts themselves: no second of a patient or of a performer twice.

A verdict says how many seconds of an entry count, not which. So entries that touch each other in time are put together,
for a patient and for a performer: what counts of all of them may not be more than the seconds that they cover together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ledger.judging.shapes import Verdict
from ledger.streams.base import Fact
from ledger.terms.calendar import DAY_SECONDS

Pieces = tuple[tuple[int, int], ...]


@dataclass
class Worked:
    """An entry as it stands: who, for whom, in which seconds, and how much of it counts in each month."""

    patient: str
    performer: str
    pieces: Pieces
    begins: datetime | date
    counted: dict[tuple[str, str], int] = field(default_factory=dict)


class Seconds:
    """All entries that stand, who is dead, and who is one person with whom."""

    def __init__(self) -> None:
        self.worked: dict[str, Worked] = {}
        self.on_day: dict[tuple[str, int], set[str]] = {}
        """Timed entries by person (patient or performer) and UTC day."""
        self.deaths: dict[str, list[tuple[int, date]]] = {}
        self.alive: dict[str, int] = {}
        """Where it was said last that a patient lives."""
        self.into: dict[str, str] = {}

    def group(self, patient: str) -> str:
        """Who goes on for a patient."""
        while patient in self.into:
            patient = self.into[patient]
        return patient

    def members(self, patient: str) -> list[str]:
        """Everybody who is one person with a patient."""
        group = self.group(patient)
        return [group, *(who for who in self.into if self.group(who) == group)] if self.into else [patient]

    def died_on(self, patient: str) -> date | None:
        """The day of death, as recorded last and not taken back, of the patient or anybody merged with them."""
        members = self.members(patient)
        back = max(self.alive.get(who, 0) for who in members)
        told = [said for who in members for said in self.deaths.get(who, ()) if said[0] > back]
        return max(told)[1] if told else None

    def after(self, entry: str, moment: datetime) -> int:
        """Seconds of an entry that lie after a moment; all of one without clock times."""
        pieces = self.worked[entry].pieces
        return sum(max(0, end - max(start, int(moment.timestamp()))) for start, end in pieces) if pieces else 86_400

    def learn(self, fact: Fact) -> None:
        """One more fact."""
        event: Any = fact.event
        match event.TOPIC:
            case "time_logged" | "time_corrected" | "time_moved":
                if event.TOPIC == "time_moved":
                    self._forget(event.from_entry)
                self._forget(event.entry)
                pieces = tuple((int(s.start.timestamp()), int(s.end.timestamp())) for s in event.segments)
                begins = event.segments[0].start if event.segments else event.on
                worked = self.worked[event.entry] = Worked(event.patient, event.performer, pieces, begins)
                for place in _places(worked):
                    self.on_day.setdefault(place, set()).add(event.entry)
            case "time_struck":
                self._forget(event.entry)
            case "death_recorded":
                self.deaths.setdefault(event.patient, []).append((fact.position, event.on))
            case "death_retracted":
                self.alive[event.patient] = fact.position
            case "patients_merged":
                self.into[event.merged] = event.patient
            case "patients_unmerged":
                del self.into[event.merged]

    def _forget(self, entry: str) -> None:
        gone = self.worked.pop(entry, None)
        for place in _places(gone) if gone is not None else ():
            self.on_day[place].discard(entry)

    def judged(self, key: tuple[str, str], verdict: Verdict) -> None:
        """What a verdict says of its entries: under whichever of merged ids it was asked, it is one month."""
        month = (self.group(key[0]), key[1])
        for line in verdict.lines:
            counted = self.worked[line.entry].counted
            others = {known: seconds for known, seconds in counted.items() if known[1] != month[1]}
            self.worked[line.entry].counted = others | {month: line.counted}

    def once_each(self, facts: Iterable[Fact]) -> None:
        """No second that these facts touch counts twice, for a patient or for a performer."""
        for fact in facts:
            if fact.event.TOPIC.startswith("time_"):
                for name in ("entry", "from_entry", "other_entry"):
                    self._once_around(getattr(fact.event, name, None))

    def everybody_once(self) -> None:
        """The same of all that there is."""
        for entry in self.worked:
            self._once_around(entry)

    def _once_around(self, entry: str | None) -> None:
        worked = self.worked.get(entry) if entry is not None else None
        if worked is not None and worked.pieces:
            self._once(str(entry), self.members(worked.patient), "patient")
            self._once(str(entry), [worked.performer], "performer")

    def _once(self, entry: str, persons: list[str], whose: str) -> None:
        """The entries that hang together with one in time: what counts of them is no more than what they cover."""
        together, waiting = {entry}, [entry]
        while waiting:
            mine = self.worked[waiting.pop()].pieces
            near = {o for on in _days(mine) for who in persons for o in self.on_day.get((who, on), ())} - together
            for other in near:
                if _touch(mine, self.worked[other].pieces):
                    together.add(other)
                    waiting.append(other)
        counted = sum(sum(self.worked[each].counted.values()) for each in together)
        covered = _covered(piece for each in together for piece in self.worked[each].pieces)
        assert counted <= covered, f"seconds of one {whose} count twice: {sorted(together)}"


def _places(worked: Worked) -> Iterator[tuple[str, int]]:
    for on in _days(worked.pieces):
        yield worked.patient, on
        yield worked.performer, on


def _days(pieces: Pieces) -> range:
    return range(pieces[0][0] // DAY_SECONDS, (pieces[-1][1] - 1) // DAY_SECONDS + 1) if pieces else range(0)


def _touch(one: Pieces, other: Pieces) -> bool:
    return one[0][0] < other[-1][1] and other[0][0] < one[-1][1]


def _covered(pieces: Iterable[tuple[int, int]]) -> int:
    total, until = 0, 0
    for start, end in sorted(pieces):
        total += max(0, end - max(start, until))
        until = max(until, end)
    return total

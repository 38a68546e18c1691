"""The folded states of many patients' months at once: what they share is read once, what is theirs in one question.

A question about one month asks the log six times; asked for a hundred thousand months that is all it would do. Promise:
the verdicts are those that streams folded one by one give (tests compare them). A performer's day on which nobody was
in two places is taken as empty: the judge asks a day for nothing but what entries take from each other. Not promised:
that a day of these states answers any other question, or that a state is kept behind its chunk; people and practices
are.
"""

from collections.abc import Sequence
from typing import Any, Final

from ledger.streams.base import Fact
from ledger.streams.care_month import TimeLogged
from ledger.streams.folding import FOLDINGS, initial
from ledger.streams.staff_day import StaffDay
from ledger.terms.identity import care_month_tag, care_plan_tag, patient_tag, staff_day_tag
from projections.month_states import Span, span_of
from projections.patient_history import StreamsLog, Told
from projections.states import At, States

_NOBODY_TWICE: Final = StaffDay()


class ChunkStates:
    """The states that one calendar month of many patients rests on, as of a position; a chunk at a time."""

    def __init__(self, log: StreamsLog, month: str, *, position: int) -> None:
        self._log = log
        self._month = month
        self._position = position
        self._shared = States(log, after=position)
        self._chunk: dict[str, At] = {}

    def at(self, tag: str) -> At:
        """The state of a stream as of the position."""
        held = self._chunk.get(tag)
        return held if held is not None else self._shared.at(tag)

    def state(self, tag: str) -> Any:
        """The same without the position of its newest fact."""
        return self.at(tag).state

    def take(self, patients: Sequence[str]) -> None:
        """Read what these patients' months rest on, in the place of the chunk before."""
        if self._shared.is_full:
            self._shared.forget()
        of_patient = [(patient_tag(p), care_plan_tag(p), care_month_tag(p, self._month)) for p in patients]
        self._chunk = {tag: At(initial(tag), 0) for own in of_patient for tag in own}
        self._fold(self._log.read_all(list(self._chunk), until=self._position))
        # Of a patient who was merged the others' streams are read one by one: there are few of them.
        worked = {
            (entry.work.performer, entry.work.staff_dates): None
            for *_, month in of_patient
            for entry in self._chunk[month].state.entries
        }
        self._take_days(list({staff_day_tag(performer, on): None for performer, dates in worked for on in dates}))

    def _take_days(self, days: list[str]) -> None:
        told = self._log.told(days, span_of, until=self._position)
        shared = [tag for tag, spans in told.items() if not _is_one_by_one(spans)]
        for tag, spans in told.items():
            self._chunk[tag] = At(_NOBODY_TWICE, spans[-1][0] if spans else 0)
        if shared:
            self._chunk |= {tag: At(initial(tag), 0) for tag in shared}
            self._fold(self._log.read_all(shared, until=self._position), frozenset(shared))

    def _fold(self, facts: Sequence[Fact], wanted: frozenset[str] | None = None) -> None:
        """Fold facts into those streams of the chunk that they belong to and that are wanted: all, if not said."""
        chunk = self._chunk
        by_tag: dict[str, list[Fact]] = {}
        for fact in facts:
            for tag in _tags(fact) if wanted is None else wanted.intersection(fact.event.tags()):
                if tag in chunk:
                    by_tag.setdefault(tag, []).append(fact)
        for tag, own in by_tag.items():
            state, evolve = chunk[tag].state, FOLDINGS[tag.partition("/")[0]].evolve
            for fact in own:
                state = evolve(state, fact, tag)
            chunk[tag] = At(state, own[-1].position)


def _tags(fact: Fact) -> tuple[str, ...]:
    """The patients' own streams that a fact belongs to; work that nothing splits has its home only."""
    event = fact.event
    return (fact.home,) if type(event) is TimeLogged and len(event.segments) < 2 else event.tags()


def _is_one_by_one(spans: Told[Span | None]) -> bool:
    """Whether a day holds nothing but work with clock times, each stretch of it behind the one before."""
    worked = sorted([span for _, span in spans if span is not None])
    if len(worked) < len(spans):
        return False
    reached = b""
    for start, end in worked:
        if start < reached:
            return False
        reached = max(reached, end)
    return True

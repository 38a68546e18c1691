"""What a fact about two patients tells whoever reads the record of one of them.

Wrong-patient moves, allocations of shared seconds and merges are one fact in two records. Promise: a reader of one
record sees what happened, who did it and when, and of the other patient neither id, stream, practice nor anything that
was recorded about them; where it stands in the own record it is named. Patients who are one person now are no others.
Not promised: that nobody can tell from two records that they belong together: both show the same position.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from ledger.streams.base import Event, EventLog
from ledger.streams.joining import group_of
from projections.states import States

ANOTHER: Final = "another patient"
_PEOPLE: Final = ("patient", "care_plan", "care_month")
"""Kinds of streams that name a patient."""


class Told(NamedTuple):
    """Whose the fields of a kind of fact are."""

    first: str
    """The field that names the one to whom everything is told but what is the second one's."""
    second: str
    of_second: frozenset[str] = frozenset()
    """What tells of the second one alone."""
    of_both: frozenset[str] = frozenset()
    """What is told to both; all the rest is the first one's."""


TOLD: Final[Mapping[str, Told]] = MappingProxyType(
    {
        "condition_moved": Told("patient", "from_patient", of_both=frozenset({"condition"})),
        "plan_revision_moved": Told("patient", "from_patient", frozenset({"from_revision"})),
        "time_moved": Told("patient", "from_patient", frozenset({"from_entry", "left_months", "left_days"})),
        "time_allocated": Told(
            "patient",
            "other_patient",
            frozenset({"other_entry", "other_months"}),
            frozenset({"performer", "days"}),
        ),
        "patients_merged": Told("patient", "merged"),
        "patients_unmerged": Told("patient", "merged"),
    }
)
"""Topic -> whose its fields are: every event about two patients is here (a test says so)."""


OF_TWO: Final = frozenset(TOLD)
"""The kinds of facts that are about two patients: asked of every line of a history."""


class View(NamedTuple):
    """What of a fact a reader of one record does not see."""

    hidden: frozenset[str] = frozenset()
    another: frozenset[str] = frozenset()
    """Fields in whose place `another patient` stands."""


_ALL: Final = View()


def view(event: Event, own: Collection[str]) -> View:
    """What of a fact is closed to readers of a record; `own` are the ids of the one person whose record it is."""
    told = TOLD.get(event.TOPIC)
    if told is None:
        return _ALL
    is_first, is_second = (getattr(event, name) in own for name in (told.first, told.second))
    if is_first and is_second:
        return _ALL
    another = frozenset(name for name, is_own in ((told.first, is_first), (told.second, is_second)) if not is_own)
    if is_first:
        return View(told.of_second, another)
    shown = {told.first, told.second, *told.of_both, *(told.of_second if is_second else ())}
    return View(frozenset(name for name in type(event).model_fields if name not in shown), another)


def is_taken_away(event: Event, own: Collection[str]) -> bool:
    """Whether the fact tells this record only what left it: the rest of it happened to another patient."""
    told = TOLD.get(event.TOPIC)
    return told is not None and getattr(event, told.first) not in own


def stream_of(event: Event, home: str, own: Collection[str]) -> str:
    """The stream of the fact that a reader of a record is told: its home, or the first one of the own."""
    if event.TOPIC not in TOLD or _is_of(home, own):
        return home
    return next((tag for tag in event.tags() if _is_of(tag, own)), "-")


def patients_text(patients: Collection[str], own: Collection[str]) -> str:
    """The own ids among several, and how many others there are."""
    named = [patient for patient in patients if patient in own]
    others = len(patients) - len(named)
    counted = f"{others} other{'' if others == 1 else 's'}"
    return " and ".join((*([", ".join(named)] if named else []), *([counted] if others else [])))


def _is_of(tag: str, own: Collection[str]) -> bool:
    kind, _, rest = tag.partition("/")
    return kind in _PEOPLE and rest.partition("/")[0] in own


def one_person(log: EventLog, patient: str, *positions: int) -> tuple[str, ...]:
    """The patient first, then all who are one person with them as known at any of these positions; now, without one."""
    found = {patient: None}
    for position in dict.fromkeys(positions or (log.refresh(),)):
        states = States(log, after=position)
        found |= dict.fromkeys(group_of(patient, lambda tag, held=states: held.at(tag).state))  # type: ignore[misc]
    return tuple(found)

"""Words about another patient than the one in whose record they stand: readers are told so, and not shown them.

What was recorded about the wrong patient stays where it was recorded, and its text is restricted from the moment that
somebody moved or struck it as such (readings, section 8), also for whoever asks as of an earlier moment. A fact about
two patients shows each of them the own words only. Promise: nothing is decided by what is opened; the fact, its dates
and codes stay visible. Not promised: anything about words that nobody said were another patient's.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from ledger.streams.base import Event, EventLog, Fact
from ledger.streams.elevations import ReadingElevated

RESTRICTED_TEXT: Final = "[restricted: recorded about another patient]"

Item = tuple[str, str, str]
"""What is moved or struck: its kind, the patient in whose record it stands, and its id or number."""

_CONDITION: Final = ("condition", "patient", "condition")
_REVISION: Final = ("revision", "patient", "revision")
_ENTRY: Final = ("entry", "patient", "entry")
_CONSENT: Final = ("consent", "patient", "consent")
_REVOCATION: Final = ("revocation", "patient", "revocation")
_DISENROLMENT: Final = ("disenrolment", "patient", "disenrolment")
_STAY: Final = ("stay", "patient", "stay")
_DISCLOSURE: Final = ("disclosure", "patient", "disclosure")
_ABOUT: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "condition_recorded": _CONDITION,
        "condition_moved": _CONDITION,
        "care_plan_revised": _REVISION,
        "plan_revision_moved": _REVISION,
        "time_logged": _ENTRY,
        "time_corrected": _ENTRY,
        "time_moved": _ENTRY,
        "time_addended": _ENTRY,
        "time_disputed": _ENTRY,
        "dispute_settled": _ENTRY,
        "late_entry_approved": _ENTRY,
        "signature_attested": _REVISION,
        "consent_recorded": _CONSENT,
        "consent_supplemented": _CONSENT,
        "consent_revoked": _REVOCATION,
        "patient_disenrolled": _DISENROLMENT,
        "stay_recorded": _STAY,
        "record_disclosed": _DISCLOSURE,
        "accounting_suspended": _DISCLOSURE,
    }
)
"""Topic -> kind of item that it says something about, and the fields that name patient and item."""
_MOVES: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "condition_moved": ("condition", "from_patient", "condition"),
        "plan_revision_moved": ("revision", "from_patient", "from_revision"),
        "time_moved": ("entry", "from_patient", "from_entry"),
    }
)
_STRIKES: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "condition_struck": _CONDITION,
        "plan_revision_struck": _REVISION,
        "time_struck": _ENTRY,
        "consent_invalidated": _CONSENT,
        "revocation_retracted": _REVOCATION,
        "disenrolment_retracted": _DISENROLMENT,
        "stay_retracted": _STAY,
        "disclosure_retracted": _DISCLOSURE,
    }
)
"""Topics of facts that take an item out where they give the wrong patient as the reason."""
_SAID_TWICE: Final = frozenset({"patients_merged", "patients_unmerged"})
"""Facts that hold the same words for each of two patients."""


def restricted_positions(facts: Iterable[Fact], among: Iterable[Fact]) -> frozenset[int]:
    """The positions of those facts whose words were, as one of `among` says later, about another patient."""
    since = {item: fact.position for fact in among if (item := _takes_out(fact.event)) is not None}
    if not since:
        return frozenset()
    return frozenset(fact.position for fact in facts if fact.position < since.get(_item(fact.event), 0))


def restricted_in(log: EventLog, facts: Iterable[Fact]) -> frozenset[int]:
    """The same for facts of any streams: what takes one out stands in its home stream, as known now."""
    some = [fact for fact in facts if fact.event.TOPIC in _ABOUT]
    return restricted_positions(some, [each for home in {fact.home for fact in some} for each in log.read(home)])


def closed_fields(event: Event, about: str | None) -> frozenset[str]:
    """The sealed fields of a fact that are about another patient than the one of whom it is shown."""
    if about is None:
        return frozenset()
    if isinstance(event, ReadingElevated) and any(each != about for each in event.patients):
        # One reason for several patients: it may speak of any of them.
        return frozenset({"words"})
    subjects = ((sealing.field, sealing.subject.split("/")) for sealing in event.sealing())
    return frozenset(field for field, (_, *whom) in subjects if whom and whom[0].startswith("pt_") and whom[0] != about)


def is_said_twice(event: Event) -> bool:
    """Whether what is closed to the reader is said in the words of their own patient too."""
    return event.TOPIC in _SAID_TWICE


def _item(event: Event) -> Item:
    return _named(event, _ABOUT.get(event.TOPIC)) or ("", "", "")


def _takes_out(event: Event) -> Item | None:
    moved = _named(event, _MOVES.get(event.TOPIC))
    if moved is not None:
        return moved
    struck = _STRIKES.get(event.TOPIC)
    return _named(event, struck) if struck and getattr(event, "reason", None) == "wrong_patient" else None


def _named(event: Event, fields: tuple[str, str, str] | None) -> Item | None:
    if fields is None:
        return None
    kind, patient, item = fields
    return kind, str(getattr(event, patient)), str(getattr(event, item))

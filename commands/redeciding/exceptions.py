"""Commands that their facts tell otherwise than field by field: renamed, nested, or to be found in what was read.

A command that is not here mirrors its first fact. tests/redeciding walks the catalogue, so that none is forgotten.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from commands.redeciding.exceptions_of_claims import OF_CLAIMS
from commands.redeciding.exceptions_of_people import OF_PEOPLE
from commands.redeciding.rebuilding import DOCUMENT, ERASED_WORDS, Draft, Mend, Variants, are_erased
from ledger.streams.care_month import EntryContent
from ledger.streams.time_changes import TimeCorrected
from ledger.terms.identity import care_month_tag, patient_tag

UNLISTED: Final = "unlisted"
HALF_A_SECOND: Final = timedelta(milliseconds=500)


def renamed(*, words: Mapping[str, str] | None = None, fact: Mapping[str, str] | None = None) -> Mend:
    """Fields that the words, or the first fact, have under another name."""

    def mend(draft: Draft) -> Variants:
        from_words = {name: draft.words.get(other) for name, other in (words or {}).items()}
        yield from_words | {name: getattr(draft.first, other) for name, other in (fact or {}).items()}

    return mend


# --- consent and plan -------------------------------------------------------------------------------------------------


def _consent(draft: Draft) -> Variants:
    """Evidence in one piece, and the representative, who is sealed."""
    event, words = draft.first, draft.words
    is_erased = are_erased(event)
    evidence = None
    if event.evidence is not None:
        evidence = {"kind": event.evidence, "pointer": None if is_erased else words.get("pointer")}
        if event.document is not None:
            draft.tokens["#document", DOCUMENT] = event.document
            evidence["digest"] = DOCUMENT
    parts = ("name", "relation", "authority")
    stand_in = {part: words.get(f"representative_{part}") or ERASED_WORDS for part in parts}
    yield {"evidence": evidence, "representative": stand_in if event.representative_identified else None}


def _revised_plan(draft: Draft) -> Variants:
    """The elements in words; where those are gone, their names."""
    event = draft.first
    if are_erased(event):
        yield {"elements": [{"element": name, "text": ERASED_WORDS} for name in event.elements]}
    else:
        yield {"elements": draft.words.get("elements", [])}


# --- time -------------------------------------------------------------------------------------------------------------


def _entry(draft: Draft) -> dict[str, Any]:
    """What an entry said: its times from its parts, its activity and description from its words."""
    event: EntryContent = draft.first
    is_timed = bool(event.segments)
    return _activity(draft) | {
        "start": event.segments[0].start.isoformat() if is_timed else None,
        "end": event.segments[-1].end.isoformat() if is_timed else None,
        "minutes": None if is_timed else event.seconds // 60,
        "description": _description(draft),
    }


def _activity(draft: Draft) -> dict[str, Any]:
    """The activity: the source's own word where it was listed nowhere."""
    event: EntryContent = draft.first
    return {"activity": draft.words.get("activity", ERASED_WORDS) if event.activity == UNLISTED else event.activity}


def _description(draft: Draft) -> str | None:
    event: EntryContent = draft.first
    if are_erased(event):
        return ERASED_WORDS if event.described else None
    found: str | None = draft.words.get("description")
    return found


def _logged(draft: Draft) -> Variants:
    yield _entry(draft)


def _corrected(draft: Draft) -> Variants:
    """The entry anew, named in the month in which it stood."""
    event: TimeCorrected = draft.first
    for month in dict.fromkeys((*event.left_months, *event.months())):
        tag = care_month_tag(event.patient, month)
        if draft.read.has(tag) and draft.state(tag).entry(event.entry) is not None:
            yield _entry(draft) | {"month": month, "reason": draft.words.get("reason")}
            return


def _moved_time(draft: Draft) -> Variants:
    event = draft.first
    named = {"patient": event.from_patient, "to_patient": event.patient, "entry": event.from_entry}
    yield _entry(draft) | named | {"month": event.left_months[0], "reason": draft.words.get("reason")}


def _of_entry(**words: str) -> Mend:
    """An entry named in the first month that it touches; words by their names in the command."""

    def mend(draft: Draft) -> Variants:
        yield {"month": draft.first.months[0]} | {name: draft.words.get(other) for name, other in words.items()}

    return mend


def _allocated(draft: Draft) -> Variants:
    yield {"month": draft.first.months[0], "over": draft.first.other_entry}


def _stopped_timer(draft: Draft) -> Variants:
    """What the timer became; nothing where it was discarded."""
    if isinstance(draft.first, EntryContent):
        yield _activity(draft) | {"description": _description(draft)}
    else:
        yield {"discard": True}


# --- what a month rests on --------------------------------------------------------------------------------------------


def _coverage(draft: Draft) -> Variants:
    """A new coverage, or one on record that is said again: under its id, or so that the ledger knew it."""
    yield {"coverage": None}
    yield {}


def _stay(draft: Draft) -> Variants:
    """A new stay, or one on record; its hours as said now, or as they were on record."""
    event = draft.first
    is_known = draft.state(patient_tag(event.patient)).status.stay(event.stay) is not None
    hours = [(event.admitted_at, event.discharged_at)]
    if event.discharged_at is not None:
        # A part of a second counts as a whole one, and the day stays that of the part.
        hours.append((event.admitted_at, event.discharged_at - HALF_A_SECOND))
    hours += [(None, event.discharged_at), (event.admitted_at, None), (None, None)] if is_known else []
    for came, went in dict.fromkeys(hours):
        for stay in (event.stay, None) if is_known else (None,):
            yield {"stay": stay} | _instants(admitted_at=came, discharged_at=went)


def _instants(**given: Any) -> dict[str, str | None]:
    return {name: when.isoformat() if when is not None else None for name, when in given.items()}


def _disenrolled(draft: Draft) -> Variants:
    """With the practice that was named, or that of the day."""
    yield {"practice": None}
    yield {}


# --- the wrong patient ------------------------------------------------------------------------------------------------


def _moved(draft: Draft) -> Variants:
    """A condition or a revision, as the wrong patient's."""
    event = draft.first
    revision = {"revision": event.from_revision} if hasattr(event, "from_revision") else {}
    yield {"patient": event.from_patient, "to_patient": event.patient, "reason": draft.words.get("reason")} | revision


def _due(draft: Draft) -> Variants:
    """What came due: a patient, a delivery, or another review."""
    event = draft.first
    match event.what:
        case "parked_delivery":
            source, _, delivery = event.target.rpartition("/")
            yield {"source": source, "delivery": delivery, "review": None, "patient": None}
        case "unanswered_stale_month":
            yield {"review": event.target, "patient": None}
        case _:
            yield {"patient": event.target, "review": None}


def _disclosed(draft: Draft) -> Variants:
    """With the agency that suspended the right, where one did: erased words say nothing of it."""
    yield {} if draft.first.suspended_until is not None else {"suspended_by": None}


EXCEPTIONS: Final[Mapping[str, Mend]] = MappingProxyType(
    {
        "record_consent": _consent,
        "supplement_consent": _consent,
        "revise_care_plan": _revised_plan,
        "log_time": _logged,
        "stop_timer": _stopped_timer,
        "correct_time": _corrected,
        "move_time": _moved_time,
        "strike_time": _of_entry(),
        "add_to_time": _of_entry(text="reason"),
        "dispute_time": _of_entry(),
        "settle_dispute": _of_entry(),
        "approve_late_entry": _of_entry(),
        "allocate_time": _allocated,
        "record_coverage": _coverage,
        "record_stay": _stay,
        "record_disenrolment": _disenrolled,
        "retract_other_service": _of_entry(),
        "move_condition": _moved,
        "move_plan_revision": _moved,
        "raise_review": _due,
        "withdraw_attestation": renamed(words={"words": "reason"}),
        "disclose": _disclosed,
        **OF_PEOPLE,
        **OF_CLAIMS,
    }
)
"""Command -> how its fields are found where its first fact does not have them by name."""


def mend_of(name: str) -> Callable[[Draft], Variants] | None:
    """How a command is told otherwise than field by field; None where it is not."""
    return EXCEPTIONS.get(name)

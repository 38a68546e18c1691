"""An entry that a command names, as it stands: found in its month, with the other months that it touches.

Promise: what is found here is in the read set, so a change meanwhile has the command decided again.
"""

from typing import Any, NamedTuple

from commands.deciding import Asked, States
from ledger.streams.month_state import CareMonth, Entry
from ledger.terms.calendar import month_of, next_month
from ledger.terms.identity import care_month_tag, patient_tag, staff_day_tag, staff_tag
from ledger.terms.outcome import Need, Refused
from ledger.terms.people import Role
from ledger.terms.refusals import refused


class Standing(NamedTuple):
    """An entry, in each month that it touches, the first first."""

    patient: str
    """In whose months it stands: of patients who were merged, the one whom it was recorded about."""
    entry: Entry
    """As it stands in the month that the command names."""
    parts: tuple[tuple[str, Entry], ...]
    """(month, entry as it stands in it)."""

    @property
    def months(self) -> tuple[str, ...]:
        """The months that it touches."""
        return tuple(month for month, _ in self.parts)


def standing_entry(asked: Asked[Any], states: States) -> Standing | Refused | Need:
    """The entry that a command names by patient, month and id.

    Reads the patient, the month and, where the entry crosses its end, the month beside it, and the performer's days.
    Refuses, in order: no_such_entry, entry_not_standing.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), care_month_tag(patient, command.month), staff_tag(asked.actor)):
        return need
    month = states.month(patient, command.month)
    entry = month.entry(command.entry)
    if entry is None:
        gone = month.gone_entry(command.entry)
        if gone is None:
            return refused("no_such_entry")
        return refused("entry_not_standing", how=_HOW[gone.why], facts=(gone.entry.position, gone.position))
    months = _months(entry, command.month)
    tags = [care_month_tag(patient, each) for each in months]
    days = [staff_day_tag(entry.work.performer, on) for on in entry.work.staff_dates]
    if need := states.missing(*tags, *days):
        return need
    parts = [(each, states.month(patient, each).entry(command.entry)) for each in months]
    own = next(each for each in states.group(patient) if _stands(states, each, command.month, command.entry))
    return Standing(own, entry, tuple((each, part) for each, part in parts if part is not None))


def _stands(states: States, patient: str, month: str, entry: str) -> bool:
    """Whether an entry stands in just this patient's month."""
    own: CareMonth = states.get(care_month_tag(patient, month))
    return own.entry(entry) is not None


def is_compliance(asked: Asked[Any], states: States) -> bool:
    """Whether the actor acts as compliance in one of the patient's practices, or in all."""
    actor, practices = states.staff(asked.actor), states.patient(asked.patient).practices
    return any(actor.holds(Role.COMPLIANCE, asked.today, practice) for practice in practices or {None})


_HOW = {"struck": "struck", "moved": "moved to another patient", "corrected": "corrected into another month"}


def _months(entry: Entry, named: str) -> tuple[str, ...]:
    """The months of an entry: at most two, for it lasts a day at most."""
    if not entry.pieces:
        return (named,)
    if entry.seconds == entry.work.seconds:
        return (named,)
    first = month_of(entry.work.on)
    return first, next_month(first)

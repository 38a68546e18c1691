"""Commands about time that is on record: correct it, move it, strike it, dispute it, add to it, approve it late.

An entry is named by patient, a month that it touches, and its id (`month --explain` shows it).
"""

from typing import ClassVar

from commands.intents.base import Command, Ref, Stated
from commands.intents.care_month import EntryGiven
from ledger.streams.time_changes import AddendumKind, StrikeReason
from ledger.terms.calendar import CareMonth
from ledger.terms.identity import EntryId


class CorrectTime(EntryGiven):
    """Say what an entry of your own should have said: the whole entry anew, with the reason.

    All of it is replaced at once, also across months; what it said first stays readable. `patient` and `performer` are
    the entry's own: for another patient use move_time.
    """

    NAME: ClassVar = "correct_time"
    KIND: ClassVar = "testimony"
    month: CareMonth
    entry: EntryId
    reason: Stated


class MoveTime(EntryGiven):
    """Move an entry to the patient whom the work was for: struck at `patient`, logged at `to_patient`, in one fact.

    What was done is described anew: the words about the wrong patient stay where they are.
    """

    NAME: ClassVar = "move_time"
    KIND: ClassVar = "act"
    month: CareMonth
    entry: EntryId
    to_patient: Ref
    reason: Stated


class _OfEntry(Command):
    """What these commands share: they name an entry."""

    patient: Ref
    month: CareMonth
    entry: EntryId


class StrikeTime(_OfEntry):
    """Strike an entry, as compliance and with evidence: it stays readable and counts no more."""

    NAME: ClassVar = "strike_time"
    KIND: ClassVar = "act"
    reason: StrikeReason
    evidence: Stated


class AddToTime(_OfEntry):
    """Add information to an entry, or the reason for which it was recorded late (CCM-AMEND-04)."""

    NAME: ClassVar = "add_to_time"
    KIND: ClassVar = "testimony"
    kind: AddendumKind = "information"
    text: Stated


class DisputeTime(_OfEntry):
    """Say that an entry is not what happened; it counts until compliance settles that."""

    NAME: ClassVar = "dispute_time"
    KIND: ClassVar = "testimony"
    reason: Stated


class SettleDispute(_OfEntry):
    """Settle what is disputed about an entry, as compliance: it stands, or it was changed since."""

    NAME: ClassVar = "settle_dispute"
    KIND: ClassVar = "act"
    reason: Stated


class ApproveLateEntry(_OfEntry):
    """Let an entry count that came, or grew, after its month was attested; the month is then attested anew."""

    NAME: ClassVar = "approve_late_entry"
    KIND: ClassVar = "act"
    reason: Stated


class AllocateTime(_OfEntry):
    """Say, as the performer of both, that the seconds which two patients' entries share belong to this one."""

    NAME: ClassVar = "allocate_time"
    KIND: ClassVar = "act"
    over: EntryId
    """The entry, of another patient, that gives the shared seconds up."""

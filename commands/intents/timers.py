"""Commands about the ledger's own timer: it starts and stops by the ledger's clock, for whoever gives the command."""

from typing import ClassVar

from commands.intents.base import Command, Ref
from commands.intents.care_month import ContactGiven
from ledger.terms.people import Country, Programme, Word, Words


class StartTimer(Command):
    """Start a timer for a patient, now, as the performer; one performer has one timer at a time."""

    NAME: ClassVar = "start_timer"
    KIND: ClassVar = "testimony"
    patient: Ref
    programme: Programme = Programme.CCM
    activity: Word | None = None


class StopTimer(Command):
    """Stop your timer, now: it becomes an entry that the ledger itself observed. With `discard` it becomes nothing."""

    NAME: ClassVar = "stop_timer"
    KIND: ClassVar = "testimony"
    discard: bool = False
    activity: Words | None = None
    """By default what the timer was started for."""
    description: Words | None = None
    contact: ContactGiven | None = None
    work_country: Country | None = None
    supervised_by: Ref | None = None

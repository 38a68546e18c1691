"""The machine under whose name reactions act: registered by the program itself, once, when they first run.

It is a staff record like any other, of no person, with the role `machine` in all practices and a login that no system
has. Ending the role switches reactions off; granting it again switches them on.
"""

from datetime import date, datetime
from typing import Final

from commands.handle import Handler
from commands.opening import PROGRAM
from ledger.streams.base import Appended, Envelope, Event, Proposal, Vouched
from ledger.streams.governance import Governance, LoginBound
from ledger.streams.staff import RoleGranted, StaffRegistered, StaffWords
from ledger.terms.calendar import CLOCK_DIFFERENCE
from ledger.terms.identity import LEDGER_TAG
from ledger.terms.people import Role

LOGIN: Final = "program:reactions"
"""Under which the ledger knows the machine; nobody can log in as it."""
NAME: Final = "Reactions of this program"


def machine_of(governance: Governance) -> str | None:
    """The staff id of the machine; None before reactions first ran."""
    return governance.staff_of(LOGIN)


def enrol(handler: Handler, now: datetime) -> str:
    """The staff id of the machine, registered now where it was not; of two programs at once one registers it."""
    while True:
        handler.log.refresh()
        seq, governance = handler.state_cache.at_head(LEDGER_TAG)
        known = machine_of(governance)
        if known is not None:
            return known
        machine = handler.new_id("st")
        events = machine_facts(machine, (now - CLOCK_DIFFERENCE).date())
        envelope = Envelope(
            authenticated_as=handler.login,
            actor=PROGRAM,
            vouched=Vouched.PROGRAM,
            command="react",
            read_set=((LEDGER_TAG, seq),),
        )
        clock = now if governance.simulated else None
        (answer,) = handler.log.append((Proposal(events, envelope, envelope.read_set, clock=clock),))
        if isinstance(answer, Appended):
            return machine


def machine_facts(machine: str, on: date) -> tuple[Event, ...]:
    """The machine as it is registered: no person, in its role from a day on, under its own login."""
    return (
        StaffRegistered(staff=machine, is_person=False, words=StaffWords(name=NAME)),
        RoleGranted(staff=machine, role=Role.MACHINE, from_on=on),
        LoginBound(login=LOGIN, staff=machine),
    )

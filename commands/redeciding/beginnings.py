"""Facts that the program itself appends: the first ones of a ledger, and the machine of its reactions.

They come of no command line. They are made anew by the functions that made them, and compared.
"""

import base64

from commands.opening import first_facts
from commands.reactions.machine import machine_facts
from commands.redeciding.comparing import differing
from commands.redeciding.recorded import Recorded
from ledger.rulebook import Edition
from ledger.streams.base import Event
from ledger.streams.governance import LedgerOpened, RulebookAdopted
from ledger.streams.staff import RoleGranted, StaffRegistered

INIT = "init"
REACT = "react"


def differing_beginning(recorded: Recorded) -> tuple[str, ...]:
    """What the first facts of a ledger, or those of its machine, say otherwise than the program writes them."""
    made = _first(recorded) if recorded.name == INIT else _machine(recorded)
    if made is None:
        return tuple(f"{event.TOPIC} is not what follows" for event in recorded.events)
    return differing(recorded.events, made)


def _first(recorded: Recorded) -> tuple[Event, ...] | None:
    """The first facts, of the name, the login and the edition that they name."""
    opened, adopted = recorded.events[0], recorded.events[-1]
    if not isinstance(opened, LedgerOpened) or not isinstance(adopted, RulebookAdopted) or recorded.position != 1:
        return None
    granted = next((event.from_on for event in recorded.events if isinstance(event, RoleGranted)), None)
    # The clock of the opening is not kept where it is not that of the append: the day that the role begins is.
    edition = Edition.from_bytes(base64.b64decode(adopted.content, validate=True))
    return first_facts(
        name=opened.name,
        simulated=opened.simulated,
        login=opened.login,
        edition=edition,
        on=granted or recorded.recorded_at.date(),
        administrator=opened.administrator,
    )


def _machine(recorded: Recorded) -> tuple[Event, ...] | None:
    """The machine under the id that it was given."""
    registered = recorded.events[0]
    granted = next((event.from_on for event in recorded.events if isinstance(event, RoleGranted)), None)
    if not isinstance(registered, StaffRegistered) or granted is None:
        return None
    return machine_facts(registered.staff, granted)

"""What several deciders ask of a command: is it in the future, after death, said before, an identifier of somebody.

Promise: no clock and no zone of this machine. A date counts as future when it has begun nowhere on earth, and as after
a day of death when that day has ended everywhere, so no zone is needed and nobody near the date line is refused.
"""

from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from commands.authority import MATRIX, reaches
from commands.deciding import Asked, States
from commands.intents.base import OutsideName
from ledger.streams.base import Event
from ledger.streams.folding import Named
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice
from ledger.streams.staff import ROLE_FACTS
from ledger.terms.calendar import CLOCK_DIFFERENCE, FURTHEST_WEST
from ledger.terms.identity import identifier_tag, practice_tag
from ledger.terms.outcome import Need, Refused
from ledger.terms.people import is_mbi
from ledger.terms.refusals import refused

FURTHEST_EAST: Final = timedelta(hours=14)


class Cited(Protocol):
    """What a message quotes of a rule."""

    @property
    def name(self) -> str: ...

    @property
    def effective(self) -> date: ...

    @property
    def cite(self) -> str: ...


def is_future(asked: Asked[Any], when: datetime | date) -> bool:
    """Whether an instant, or a whole day, lies in the future of the ledger's clock (readings, 1)."""
    latest = asked.now + CLOCK_DIFFERENCE
    if isinstance(when, datetime):
        return when > latest
    return when > (latest + FURTHEST_EAST).date()


def is_after_death(patient: Patient, when: datetime | date) -> bool:
    """Whether an instant or a day lies after the day of death on record."""
    died_on = patient.died_on()
    if died_on is None:
        return False
    return (when - FURTHEST_WEST).date() > died_on if isinstance(when, datetime) else when > died_on


def after_death(patient: Patient, what: str) -> Refused:
    """The refusal of what is dated after the death on record, which it names."""
    return refused("after_death", what=what, facts=(each.position for each in patient.deaths[-1:]))


def out_of_reach(asked: Asked[Any], states: States, patient: str) -> Refused | None:
    """The refusal where the actor's role does not reach a further patient whom the command names (readings, 2)."""
    practices, actor = states.patient(patient).practices, states.staff(asked.actor)
    if not practices or any(reaches(actor, role, asked.today, practices) for role in MATRIX[asked.command.NAME]):
        return None
    return refused("not_in_this_practice", facts=actor.told_at(*ROLE_FACTS))


def out_of_reach_of_staff(asked: Asked[Any], states: States, staff: str) -> Refused | None:
    """The refusal where the actor's role reaches no practice in which a staff member ever held a role (readings, 2).

    Who holds a role in all practices is within reach of each, and so is somebody without any role.
    """
    member, actor = states.staff(staff), states.staff(asked.actor)
    practices = {held.practice for held in member.roles}
    roles = MATRIX[asked.command.NAME]
    if not practices or None in practices:
        return None
    if any(reaches(actor, role, asked.today, frozenset(filter(None, practices))) for role in roles):
        return None
    return refused("not_in_this_practice", facts=actor.told_at(*ROLE_FACTS))


def unregistered(states: States, practice: str) -> Need | Refused | None:
    """Need for a practice that was not read yet, the refusal of one that nobody registered; None where it is known."""
    if need := states.missing(practice_tag(practice)):
        return need
    return None if states.practice(practice).is_registered else refused("no_such_practice")


def practice_needed(asked: Asked[Any], states: States, when: datetime) -> Need | None:
    """Need for the practice that the patient belonged to then, which decides what local time it was."""
    practice = states.patient(asked.patient).practice_on(when.date())
    return states.missing(practice_tag(practice)) if practice is not None else None


def offset_there(asked: Asked[Any], states: States, when: datetime) -> int | None:
    """Seconds from UTC to local time in the patient's practice at an instant; None where the patient had none."""
    practice = states.patient(asked.patient).practice_on(when.date())
    if practice is None:
        return None
    zone = asked.zones.zone(states.practice(practice).zone)
    offset = when.astimezone(zone).utcoffset() if zone is not None else None
    return int(offset.total_seconds()) if offset is not None else None


def day_by(asked: Asked[Any], practice: Practice | None) -> date:
    """What day it is where a practice is; in UTC where there is none, or one without a zone."""
    zone = asked.zones.zone(practice.zone) if practice is not None else None
    return asked.now.astimezone(zone).date() if zone is not None else asked.today


def day_there(asked: Asked[Any], states: States, practice: str) -> date | Need:
    """What day it is where a practice is: its months, deadlines and acts are of its own days."""
    if need := states.missing(practice_tag(practice)):
        return need
    return day_by(asked, states.practice(practice))


def document_of(asked: Asked[Any], digest: str | None) -> str | None:
    """The token of a document's digest; the digest itself is sealed with the origin, where no guess can be tried."""
    return asked.token("#document", digest) if digest is not None else None


def says_the_same(known: Event, new: Event, *, but: str = "") -> bool:
    """Whether two facts say the same in the clear, their own id (`but`) apart. Sealed words are not compared."""
    return type(known) is type(new) and all(
        getattr(known, field) == getattr(new, field) for field in type(new).model_fields if field not in (but, "words")
    )


def said_at(said: tuple[tuple[Event, int], ...], new: Event) -> int | None:
    """The position at which a stream last said just this, or None."""
    return next((at for known, at in reversed(said) if says_the_same(known, new)), None)


def mbi_fault(identifiers: tuple[OutsideName, ...]) -> Refused | None:
    """The refusal of a Medicare beneficiary identifier that is none."""
    return next((refused("mbi_unreadable") for i in identifiers if i.system == "mbi" and not is_mbi(i.value)), None)


def tokens_of(asked: Asked[Any], identifiers: tuple[OutsideName, ...]) -> dict[str, OutsideName]:
    """The identifiers by their tokens, each once."""
    return {asked.token(identifier.system, identifier.value): identifier for identifier in identifiers}


def named_by(states: States, token: str) -> Named:
    """Whom an identifier leads to; its stream must be among the states."""
    found = states.get(identifier_tag(token))
    assert isinstance(found, Named)
    return found


def by_rule(reading: Cited | None, otherwise: str) -> str:
    """The rule as a message quotes it: its name, since when it holds, and the source that says so."""
    if reading is None:
        return otherwise
    return f"{otherwise} Rule {reading.name}, effective {reading.effective.isoformat()}: {reading.cite}."

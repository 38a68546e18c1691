"""The first facts of a ledger: opened, its administrator, the login that speaks for them, the edition adopted.

They are appended once, to an empty ledger, by the program itself on behalf of the login that runs `init`.
"""

import base64
from datetime import date, datetime

from ledger.rulebook import FORMULAS_VERSION, Edition
from ledger.streams.base import Appended, Envelope, Event, EventLog, Proposal, Vouched
from ledger.streams.governance import LedgerOpened, LoginBound, RulebookAdopted
from ledger.streams.staff import RoleGranted, StaffRegistered, StaffWords
from ledger.terms.errors import NotALedger
from ledger.terms.identity import LEDGER_TAG, id_from
from ledger.terms.people import Role
from ledger.terms.ports import IdSource

PROGRAM = "program"
"""The actor of the facts that the program itself appends."""
ADOPTED_FIRST = "The edition that this program ships, adopted when the ledger was opened."


def open_new_ledger(
    log: EventLog, *, name: str, simulated: bool, login: str, edition: Edition, now: datetime, ids: IdSource
) -> str:
    """Append the first facts; answers the administrator's staff id. NotALedger where the ledger has facts already."""
    if log.head(LEDGER_TAG):
        raise NotALedger("This ledger was opened before.", "Use it as it is, or name an empty place.")
    administrator = id_from("st", ids.entropy(16))
    events = first_facts(
        name=name, simulated=simulated, login=login, edition=edition, on=now.date(), administrator=administrator
    )
    envelope = Envelope(
        authenticated_as=login,
        actor=PROGRAM,
        capacity=None,
        on_behalf_of=administrator,
        vouched=Vouched.PROGRAM,
        command="init",
        read_set=((LEDGER_TAG, 0),),
    )
    proposal = Proposal(events, envelope, envelope.read_set, clock=now if simulated else None)
    (answer,) = log.append((proposal,))
    if not isinstance(answer, Appended):
        raise NotALedger("Another process opened this ledger at the same moment.", "Use it as it is.")
    return administrator


def first_facts(
    *, name: str, simulated: bool, login: str, edition: Edition, on: date, administrator: str
) -> tuple[Event, ...]:
    """What a ledger begins with: whose it is, who administers it and speaks for it, and by which law it judges."""
    return (
        LedgerOpened(name=name, simulated=simulated, administrator=administrator, login=login),
        StaffRegistered(staff=administrator, words=StaffWords(name=login)),
        RoleGranted(staff=administrator, role=Role.ADMINISTRATOR, from_on=on),
        LoginBound(login=login, staff=administrator),
        adoption(edition, reason=ADOPTED_FIRST),
    )


def adoption(edition: Edition, *, reason: str) -> RulebookAdopted:
    """The fact that an edition came into use, with its whole bytes."""
    content = base64.b64encode(edition.to_bytes()).decode()
    return RulebookAdopted(edition=edition.digest, formulas=FORMULAS_VERSION, content=content, reason=reason)

"""What a login that is a key does not do: anything when its time is over, and anything outside its practices.

A key may be issued for certain practices, which narrows what the roles behind it reach. Promise: no fact about a
patient of other practices comes by such a key, whichever the command. A patient who belongs to no practice yet may be
written about, for registration begins so, and not read about.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from commands.intents.base import Command
from ledger.streams.api_keys import ApiKey
from ledger.streams.base import Event
from ledger.streams.governance import Governance
from ledger.streams.joining import practices_of
from ledger.streams.patient import PatientRegistered
from ledger.terms.outcome import Refused
from ledger.terms.refusals import refused

Get = Callable[[str], Any]

PLACED_BY_FACTS: Final = frozenset(
    ("stop_timer", "record_acknowledgment", "record_remittance", "release_delivery", "record_import")
)
"""Commands that name neither patient nor practice: whom they are about, if anybody, their facts name."""


def closed_to(governance: Governance, login: str, now: datetime | None) -> Refused | None:
    """The refusal where a login is a key that lets nobody in any more; `now` is None where its time is not asked for.

    Refuses, in order: api_key_revoked, api_key_expired.
    """
    key = governance.api_keys.of_login(login)
    if key is None:
        return None
    if key.revoked_at is not None:
        return refused("api_key_revoked")
    return refused("api_key_expired") if now is not None and key.has_expired(now) else None


def command_outside(key: ApiKey | None, command: Command, people: Mapping[str, str], get: Get) -> Refused | None:
    """The refusal of a command outside the practices that a key is for, before anything is said of what it is about.

    What names neither a patient nor a practice is about the whole ledger, and outside.
    """
    if key is None or key.practices is None:
        return None
    named: str | None = getattr(command, "practice", None)
    patients = [person for person in people.values() if person.startswith("pt_")]
    is_placed = named in key.practices if named is not None else bool(patients) or command.NAME in PLACED_BY_FACTS
    return None if is_placed and _are_within(patients, key.practices, get) else _outside()


def facts_outside(key: ApiKey | None, events: Iterable[Event], get: Get) -> Refused | None:
    """The refusal of facts about a patient outside the practices that a key is for.

    Whom a payer's answer or a running timer is about is known by the facts alone.
    """
    if key is None or key.practices is None:
        return None
    about = [(event, patient) for event in events if (patient := getattr(event, "patient", None)) is not None]
    new = {patient for event, patient in about if isinstance(event, PatientRegistered)}
    known = (patient for _, patient in about if patient not in new)
    return None if _are_within(known, key.practices, get) else _outside()


def _are_within(patients: Iterable[str], practices: frozenset[str], get: Get) -> bool:
    of_each = (practices_of(patient, get) for patient in dict.fromkeys(patients))
    return all(not known or known & practices for known in of_each)


def _outside() -> Refused:
    happened = "The key is for certain practices, and this lies outside of them."
    return refused("not_in_this_practice", happened=happened)

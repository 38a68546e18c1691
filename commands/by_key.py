"""What a login that is a key does not do: anything when its time is over, and anything outside its practices.

A key may be issued for certain practices, which narrows what the roles behind it reach. Promise: no fact about a
patient of other practices comes by such a key, whichever the command. A patient who belongs to no practice yet may be
written about, for registration begins so, and not read about. What names no patient belongs to the practices of the key
by which it came; what came by a login that is confined to none belongs to no practice.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from commands.intents.base import Command
from commands.intents.governance import ReleaseDelivery, ResolveDelivery
from ledger.streams.api_keys import ApiKey
from ledger.streams.base import Event, Fact
from ledger.streams.governance import Governance, ParkedDelivery
from ledger.streams.joining import practices_of
from ledger.streams.patient import PatientRegistered
from ledger.terms.identity import LEDGER_TAG, parked_tag
from ledger.terms.outcome import Refused
from ledger.terms.refusals import refused

Get = Callable[[str], Any]

PLACED_BY_FACTS: Final = frozenset(("stop_timer", "record_acknowledgment", "record_remittance", "record_import"))
"""Commands that name neither patient nor practice: whom they are about, if anybody, their facts name."""
PLACED_BY_DELIVERY: Final = "release_delivery"
"""The command that names a delivery alone, and is about the practices to which that belongs."""
NEVER_BY_KEY: Final = "elevate"
"""The command that a person gives by the own login, and no key, whosever it is: its decider refuses it."""
_PLACED_OTHERWISE: Final = PLACED_BY_FACTS | {PLACED_BY_DELIVERY}


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
    is_placed = named in key.practices if named is not None else bool(patients) or command.NAME in _PLACED_OTHERWISE
    is_inside = is_placed and _are_within(patients, key.practices, get) and _is_of_delivery(key.practices, command, get)
    return None if is_inside else _outside()


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


def practices_of_login(governance: Governance, login: str) -> frozenset[str]:
    """The practices that a login is confined to; none where it is no key, or one that is confined to none."""
    key = governance.api_keys.of_login(login)
    return (key.practices or frozenset()) if key is not None else frozenset()


def is_brought_within(governance: Governance, login: str, only: frozenset[str]) -> bool:
    """Whether a login is a key that brings nothing but what belongs to some practices."""
    brings_for = practices_of_login(governance, login)
    return bool(brings_for) and brings_for <= only


def delivery_within(only: frozenset[str] | None, parked: ParkedDelivery, governance: Governance, get: Get) -> bool:
    """Whether a delivery that waits, or waited, belongs to the practices that somebody is confined to; None: to none.

    It belongs to those of the key by which it came, and to those of the patient to whom it was resolved.
    """
    if only is None or is_brought_within(governance, parked.came_by, only):
        return True
    subject = parked.subject
    return subject is not None and subject.startswith("pt_") and bool(practices_of(subject, get) & only)


def told_within(only: frozenset[str], facts: Iterable[Fact], governance: Governance, get: Get) -> bool:
    """Whether facts on record belong to the practices that somebody is confined to, so that they may be told of.

    Whoever registered a patient made the patient belong to a practice; one of no practice, and what names neither
    patient nor practice, belong where the key by which it came does.
    """
    told = tuple(facts)
    named = [found for fact in told if (found := _practices_named(fact.event, get)) is not None]
    if any(practices and not practices & only for practices in named):
        return False
    is_placed = bool(named) and all(named)
    return is_placed or all(is_brought_within(governance, fact.said.authenticated_as, only) for fact in told)


def _practices_named(event: Event, get: Get) -> frozenset[str] | None:
    """The practices of the patient whom a fact is about, or the one that it names; None: it names neither."""
    patient: str | None = getattr(event, "patient", None)
    if patient is not None:
        return practices_of(patient, get)
    practice: str | None = getattr(event, "practice", None)
    return None if practice is None else frozenset({practice})


def _is_of_delivery(only: frozenset[str], command: Command, get: Get) -> bool:
    """Whether the delivery that a command settles, if it does, belongs there; one that is not there does not."""
    if not isinstance(command, ResolveDelivery | ReleaseDelivery):
        return True
    parked = get(parked_tag(command.source)).get(command.delivery)
    return parked is not None and delivery_within(only, parked, get(LEDGER_TAG), get)


def _are_within(patients: Iterable[str], practices: frozenset[str], get: Get) -> bool:
    of_each = (practices_of(patient, get) for patient in dict.fromkeys(patients))
    return all(not known or known & practices for known in of_each)


def _outside() -> Refused:
    happened = "The key is for certain practices, and this lies outside of them."
    return refused("not_in_this_practice", happened=happened)

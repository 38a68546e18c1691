"""Whom a command speaks of: references resolved to the ledger's opaque ids, or what a delivery must wait for.

A reference is an opaque id of this ledger or an identifier of some system. An identifier that leads to nobody yet
parks the delivery; an opaque id that was never issued can lead to nobody ever and is refused.

Who names a patient who was merged into another, by id or by identifier, speaks of the one who goes on (`led_on`), as
long as the merge stands. Only a command that says so means just whom it names: one that merges or unmerges, and one
that gives the number of a care plan revision, for each plan counts its own.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from commands.intents.base import Command, OutsideName, Ref
from ledger.streams.folding import Named
from ledger.streams.joining import survivor_of
from ledger.terms.identity import identifier_tag, patient_tag, staff_tag, type_of_id
from ledger.terms.outcome import Awaited, Refused, WaitsFor
from ledger.terms.refusals import refused

Get = Callable[[str], Any]
Token = Callable[[str, str], str]

KIND_OF_ID: Final = {"pt": "patient", "st": "staff"}


@cache
def reference_fields(command: type[Command]) -> tuple[tuple[str, str], ...]:
    """(field, kind) of every reference that a command takes; its name says whether it names a patient."""
    fields = command.model_fields.items()
    named = [name for name, field in fields if field.annotation in (Ref, Ref | None)]
    return tuple((name, _kind(name)) for name in named)


def _kind(field: str) -> str:
    return {"patient": "patient", "merged": "patient", "to_patient": "patient", "subject": "any"}.get(field, "staff")


def resolve(
    command: Command, *, get: Get, token: Token, known: Mapping[str, str] | None = None
) -> dict[str, str] | Refused:
    """Field -> opaque id for every person that a command names.

    `known` holds identifiers (token -> id) that a person resolved by hand for this delivery.
    """
    people: dict[str, str] = {}
    for field, kind in reference_fields(type(command)):
        ref = getattr(command, field)
        if ref is None:
            continue
        found = who(ref, kind, get=get, token=token, known=known or {})
        if isinstance(found, Refused):
            return found
        people[field] = found
    return people


def led_on(command: Command, people: Mapping[str, str], *, get: Get) -> dict[str, str]:
    """The people of a command, each patient who was merged into another replaced by whoever goes on for them."""
    return {
        field: survivor_of(person, get) if person.startswith("pt_") and field not in command.AS_NAMED else person
        for field, person in people.items()
    }


def who(ref: Ref, kind: str, *, get: Get, token: Token, known: Mapping[str, str]) -> str | Refused:
    """The opaque id behind one reference."""
    if isinstance(ref, OutsideName):
        return _behind(ref, kind, get=get, token=token, known=known)
    spelled = type_of_id.match(ref)
    issued_as = KIND_OF_ID.get(spelled.group(1)) if spelled else None
    if issued_as is None or kind not in (issued_as, "any"):
        return _nobody("patient" if kind == "any" else kind)
    state = get(patient_tag(ref) if issued_as == "patient" else staff_tag(ref))
    return ref if state.is_registered else _nobody(issued_as)


def _behind(ref: OutsideName, kind: str, *, get: Get, token: Token, known: Mapping[str, str]) -> str | Refused:
    hashed = token(ref.system, ref.value)
    resolved = known.get(hashed)
    if resolved is not None and kind in (KIND_OF_ID[resolved[:2]], "any"):
        return resolved
    named: Named = get(identifier_tag(hashed))
    if named.subject is not None and kind in (named.kind, "any"):
        return named.subject
    if named.subject is not None:
        return _nobody(kind)
    waits_for: Awaited = "staff" if kind == "staff" else "patient"
    happened = f"The {_word(waits_for)} that the delivery names by an identifier of `{ref.system}` is not known yet."
    code = "waiting_for_patient" if waits_for == "patient" else "waiting_for_staff"
    return refused(code, happened=happened, waiting_for=WaitsFor(waits_for, hashed))


def _nobody(kind: str) -> Refused:
    if kind == "patient":
        return refused("no_such_patient", happened="The line names a patient whom this ledger does not know.")
    return refused("no_such_staff", happened="The line names a staff member whom this ledger does not know.")


def _word(kind: str) -> str:
    return "patient" if kind == "patient" else "staff member"

"""Registrations, which name somebody by identifiers: the values are sealed, in the clear are their tokens.

A registration of somebody who is known tells only what it added; by which of the known identifiers it found them is
seen in what it had read. Where a value is not to be had a stand-in has its token.
"""

import base64
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from commands.redeciding.rebuilding import ANY, ERASED_WORDS, Draft, Mend, NotRebuilt, Variants, are_erased
from commands.staff import NPI
from ledger.rulebook import Edition, RulebookError, shipped_edition, with_profiles
from ledger.streams.governance import RulebookAdopted
from ledger.streams.patient import (
    DemographicsReported,
    IdentifierLink,
    IdentifierLinked,
    PatientRegistered,
    PracticeAssigned,
)
from ledger.streams.staff import RoleGranted, StaffLink, StaffRegistered
from ledger.terms.identity import identifier_tag, staff_tag, witnessed_tag

MBI: Final = "mbi"


def _register_patient(draft: Draft) -> Variants:
    """The identifiers that were new, those by which somebody known was found, and demographics that were new."""
    registered, reported = draft.of(PatientRegistered), draft.of(DemographicsReported)
    linked, assigned = draft.of(IdentifierLinked), draft.of(PracticeAssigned)
    new = _identifiers(draft, registered or linked) if registered or linked else []
    told = registered or reported
    yield {
        "identifiers": ([] if registered else _stand_ins(draft, _known_links(draft))) + new,
        "demographics": _demographics(draft, told) if told is not None else {},
        "practice": registered.practice if registered is not None else assigned.practice if assigned else None,
    }


def _demographics(draft: Draft, event: PatientRegistered | DemographicsReported) -> dict[str, Any]:
    if not are_erased(event):
        said: dict[str, Any] = event.words.demographics.model_dump(mode="json", exclude_none=True)  # type: ignore[union-attr]
        return said
    if event.demographics is None:
        return {}
    draft.tokens["#demographics", ANY] = event.demographics
    return {"given": ERASED_WORDS}


def _link_identifier(draft: Draft) -> Variants:
    yield {"identifiers": _identifiers(draft, draft.first)}


def _identifiers(draft: Draft, event: PatientRegistered | IdentifierLinked) -> list[dict[str, str]]:
    """The identifiers of a fact, in the clear where their words are there."""
    if are_erased(event):
        return _stand_ins(draft, event.links)
    return [each.model_dump() for each in event.words.identifiers]  # type: ignore[union-attr]


def _known_links(draft: Draft) -> list[IdentifierLink]:
    """The links of somebody known that the registration had asked for."""
    known = (draft.state(tag).links for tag in draft.read.tags if tag.startswith("patient/"))
    return [link for links in known for link in links if draft.read.has(identifier_tag(link.token))]


def _stand_ins(draft: Draft, links: Iterable[IdentifierLink | StaffLink]) -> list[dict[str, str]]:
    """An identifier for each link whose value is not to be had, under the recorded token."""
    found = []
    for number, link in enumerate(links, len(draft.tokens)):
        value = f"1EG4TE5MK{number:02}" if link.system == MBI else f"({number})"
        draft.tokens[link.system, value] = link.token
        found.append({"system": link.system, "value": value})
    return found


def _register_staff(draft: Draft) -> Variants:
    """Somebody new with all that was said; of somebody known the roles that were new."""
    roles = [
        event.model_dump(mode="json", exclude={"staff"}, exclude_none=True)
        for event in draft.recorded.events
        if isinstance(event, RoleGranted)
    ]
    registered: StaffRegistered | None = draft.of(StaffRegistered)
    if registered is not None and not are_erased(registered):
        pairs = draft.words.get("identifiers", [])
        named = [{"system": system, "value": value} for system, value in pairs]
        yield {"name": draft.words["name"], "identifiers": named, "roles": roles}
        return
    known = registered or draft.state(staff_tag(draft.first.staff))
    own = draft.token(NPI, known.npi) if known.npi is not None else None
    yield {
        "name": ERASED_WORDS,
        "identifiers": _stand_ins(draft, (link for link in known.links if link.token != own)),
        "roles": roles,
        "credential": known.credential,
        "npi": known.npi,
        "is_person": known.is_person,
        "work_country": known.work_country,
    }


def _resolved(draft: Draft) -> Variants:
    """A patient or staff member, or a claim."""
    named: str = draft.first.subject
    is_claim = named.startswith("cl_")
    yield {"subject": None if is_claim else named, "claim": named if is_claim else None}


def _adopted(draft: Draft) -> Variants:
    """The profiles beside the shipped rules; NotRebuilt where other rules were shipped then."""
    event: RulebookAdopted = draft.first
    shipped = dict(shipped_edition().files)
    try:
        files = dict(Edition.from_bytes(base64.b64decode(event.content, validate=True)).files)
        profiles = {name: content for name, content in files.items() if name not in shipped}
        if with_profiles(profiles).digest != event.edition:
            raise NotRebuilt("edition")
    except (RulebookError, ValueError) as error:
        raise NotRebuilt("content") from error
    yield {"profiles": [{"file": name, "text": content.decode()} for name, content in profiles.items()]}


def _witnessed(draft: Draft) -> Variants:
    """The log that is watched, and the checkpoint seen before."""
    known = draft.state(witnessed_tag(draft.first.log))
    yield {"origin": known.origin, "after": known.size}


def _contradicted(draft: Draft) -> Variants:
    yield {"origin": draft.state(witnessed_tag(draft.first.log)).origin}


OF_PEOPLE: Final[Mapping[str, Mend]] = MappingProxyType(
    {
        "register_patient": _register_patient,
        "link_identifier": _link_identifier,
        "register_staff": _register_staff,
        "resolve_delivery": _resolved,
        "adopt_rulebook": _adopted,
        "witness_checkpoint": _witnessed,
        "report_contradiction": _contradicted,
    }
)
"""Commands about who is who, and about the ledger itself."""

"""Which records are held, what is to be erased and what was; and the certificate of an erasure.

Promise: the certificate of an erasure that is done is made anew from the ledger at any time, byte for byte, and its
digest stands in the fact that says that it is done. It names facts by position, never a person, and no word of what is
gone. Not promised: that copies outside this ledger are gone; the certificate says so.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple, Protocol

from ledger.streams.base import EventLog, Fact
from ledger.streams.erasure import Erasure, Erasures, Hold, Said
from ledger.streams.folding import fold
from ledger.terms.calendar import stored_instant
from ledger.terms.identity import accessed_tag, erasure_tag, reviewed_tag
from projections.patient_history import StreamsLog, streams_of

FORMAT: Final = "ccm-ledger erasure 1"
NOT_SAID: Final = "Copies outside this ledger (backups of its vault, exported files, prints) are not part of this."

Lost = Sequence[tuple[int, str, datetime, Sequence[tuple[str, str]]]]
"""Of each fact that lost words: position, topic, when it was recorded, and (key scope, commitment) of each part."""


class NamesStreams(EventLog, Protocol):
    """A log that knows its streams by the beginning of their names."""

    def tags_starting(self, prefix: str) -> list[str]:
        """The streams whose name begins with `prefix`."""
        ...


class OfPatient(NamedTuple):
    """The holds on one patient's record and its erasures."""

    patient: str
    holds: tuple[Hold, ...]
    erasures: tuple[Erasure, ...]


def every(log: NamesStreams, patient: str | None = None) -> Iterator[OfPatient]:
    """The holds and erasures of one patient, or of all of whom there are any, in order of their ids."""
    tags = [erasure_tag(patient)] if patient is not None else log.tags_starting("erasure/")
    for tag in tags:
        state: Erasures = fold(tag, log.read(tag))
        if state.holds or state.erasures:
            yield OfPatient(tag.partition("/")[2], state.holds, state.erasures)


def streams_with_words(log: StreamsLog, patients: Iterable[str]) -> tuple[str, ...]:
    """Every stream in which words under these patients' keys can stand, parked deliveries among them."""
    own = (tag for each in patients for tag in (*streams_of(log, each), reviewed_tag(each), accessed_tag(each)))
    return tuple(dict.fromkeys((*own, *log.tags_starting("parked/"))))


def years_of_words(facts: Iterable[Fact], patients: Iterable[str]) -> list[int]:
    """Every year under whose key words about these patients are sealed, in order."""
    ours = tuple(f"{patient}/" for patient in patients)
    scopes = {each.scope for fact in facts for each in fact.event.sealing() if each.scope.startswith(ours)}
    years = {scope.rpartition("/")[2] for scope in scopes}
    return sorted(int(year) for year in years if year.isdigit() and int(year))


def certified(ledger: str, erasure: Erasure, lost: Lost) -> dict[str, Any]:
    """What a certificate certifies: what was erased, by whose request and approval, and what still commits to it."""
    assert erasure.approved is not None
    assert erasure.begun is not None
    asked = erasure.event
    return {
        "format": FORMAT,
        "ledger": ledger,
        "patient": asked.patient,
        "others": list(erasure.others),
        "erasure": asked.erasure,
        "ground": asked.ground,
        "years": list(asked.years),
        "identity": asked.identity,
        "retain_until": asked.retain_until.isoformat(),
        "requested": _said(erasure.requested),
        "approved": _said(erasure.approved),
        "not_before": erasure.not_before.isoformat() if erasure.not_before else None,
        "begun": _said(erasure.begun),
        "scopes": list(erasure.scopes),
        "facts": [_fact(*each) for each in lost],
        "not_said": NOT_SAID,
    }


def digest_of(body: dict[str, Any]) -> str:
    """The SHA-256 of what is certified, in hex: over its JSON with sorted names and no spaces."""
    return sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def certificate(body: dict[str, Any], erasure: Erasure) -> dict[str, Any]:
    """The whole certificate of an erasure that is done: what is certified, its digest, and the fact that says done."""
    assert erasure.done is not None
    assert erasure.result is not None
    result = erasure.result
    counts = {"facts": result.facts, "parts": result.parts, "command_keys": result.command_keys}
    return {"certified": body, "sha256": digest_of(body), "done": {**_said(erasure.done), **counts}}


def _said(said: Said) -> dict[str, Any]:
    return {"position": said.position, "by": said.by, "recorded_at": stored_instant(said.at)}


def _fact(position: int, topic: str, recorded_at: datetime, parts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    named = [{"scope": scope, "commitment": commitment} for scope, commitment in parts]
    return {"position": position, "topic": topic, "recorded_at": stored_instant(recorded_at), "parts": named}

"""An erasure carried out: begun, its keys destroyed, digests blanked, done; and its certificate.

Promise: every step may be repeated, and the order is always the same: the fact that it began stands before a key goes,
and the fact that it is done after all are gone. A run that was cut anywhere, by a crash or by the power, ends right
when it runs again; two runs at once end as one. Read models hold no words, so nothing has to be cleared there: what
they show is opened when it is read. Not promised: that copies outside the ledger's files are gone.
"""

import json
from datetime import datetime
from typing import Any, Final

from commands.answer import Answer
from commands.handle import Handler
from interfaces.bootstrap import Session
from ledger.store import erasing
from ledger.streams.erasure import Erasure, Erasures
from ledger.streams.folding import fold
from ledger.terms.calendar import stored_instant
from ledger.terms.errors import LedgerDamaged
from ledger.terms.identity import erasure_tag
from ledger.terms.outcome import Refused
from projections.erasures import certificate, certified, digest_of, streams_with_words

RECORDED: Final = ("accepted", "unchanged")


def carry_out(session: Session, erasure: Erasure, now: datetime | None = None) -> dict[str, Any] | Refused:
    """Carry an approved erasure out, or the rest of one that was cut; its certificate, or why it may not begin.

    `now` is the clock of a simulated ledger. Raises StoreUnavailable where a copy of a key or digest stayed behind in a
    log of the database: to be run again.
    """
    if erasure.done is None:
        begun = given(session.handler, "begin_erasure", erasure, now)
        if begun.outcome not in RECORDED:
            return refusal_in(begun)
        erasure = again(session, erasure)
        body, counts = _taken_away(session, erasure)
        done = given(session.machine(now), "finish_erasure", erasure, now, **counts, certificate=digest_of(body))
        if done.outcome not in RECORDED:
            return refusal_in(done)
        erasure = again(session, erasure)
    return certificate_of(session, erasure)


def certificate_of(session: Session, erasure: Erasure) -> dict[str, Any]:
    """The certificate of an erasure that is done, made anew from the ledger.

    LedgerDamaged where what it certifies is not what the fact says that was certified.
    """
    body = certified(session.log.ledger_id, erasure, _lost(session, erasure))
    if erasure.result is None or digest_of(body) != erasure.result.certificate:
        raise LedgerDamaged(
            "The certificate of an erasure does not say what was certified when it was done.",
            "Stop writing, keep this disk, and run `ccm-ledger verify`.",
        )
    return certificate(body, erasure)


def again(session: Session, erasure: Erasure) -> Erasure:
    """The erasure as the ledger has it now."""
    session.log.refresh()
    tag = erasure_tag(erasure.event.patient)
    state: Erasures = fold(tag, session.log.read(tag))
    found = state.erasure(erasure.event.erasure)
    assert found is not None, "what was asked for stays on record"
    return found


def given(handler: Handler, command: str, erasure: Erasure, now: datetime | None, **more: Any) -> Answer:
    """A step of an erasure, given as a line under a key of its own: given again, it is answered as before."""
    data = {"patient": erasure.event.patient, "erasure": erasure.event.erasure, **more}
    line: dict[str, Any] = {"v": 1, "key": f"{command}/{erasure.event.erasure}", "command": command, "data": data}
    if now is not None:
        line["clock"] = stored_instant(now)
    (answer,) = handler.handle([handler.read(json.dumps(line).encode())])
    return answer


def refusal_in(answer: Answer) -> Refused:
    """Why a step was not taken."""
    assert answer.refusal is not None, "what is not recorded is refused"
    return answer.refusal


def _taken_away(session: Session, erasure: Erasure) -> tuple[dict[str, Any], dict[str, int]]:
    """Destroy the keys and blank the digests; what is certified, and the counts of it."""
    erasing.destroy(session.log, erasure.scopes)
    lost = _lost(session, erasure)
    blank = erasing.blank_contents(session.log, [each.position for each in lost])
    parts = sum(len(each.parts) for each in lost)
    body = certified(session.log.ledger_id, erasure, lost)
    return body, {"facts": len(lost), "parts": parts, "command_keys": blank}


def _lost(session: Session, erasure: Erasure) -> tuple[erasing.LostWords, ...]:
    group = (erasure.event.patient, *erasure.others)
    return tuple(erasing.words_under(session.log, streams_with_words(session.log, group), erasure.scopes))

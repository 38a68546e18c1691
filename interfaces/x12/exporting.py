"""Claims on their way into a file: what becomes of each, the facts that say so, and the file itself.

Promise: a claim is in the file if and only if its fact is durable, and it is there whole; the position of the first of
these facts is the control number, so no two interchanges of a ledger have the same. What a simulated ledger writes is
marked as a test.
Not promised: that the file reaches anybody.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from commands.answer import Answer
from interfaces.bootstrap import Session
from interfaces.x12.claim_837 import file_837
from interfaces.x12.claim_of import Sending, sending_of
from interfaces.x12.gathering import known_of
from interfaces.x12.lacking import Lack
from interfaces.x12.writing import CONTROL_MAX, Correspondent, Head
from ledger.streams.claims_state import Claim, Claims
from ledger.terms.identity import claims_tag
from ledger.terms.outcome import Refused
from ledger.terms.refusals import refused
from projections.tables.claims_layout import ClaimRow

MUTUAL: Final = "ZZ"
"""The kind of an interchange's numbers: agreed between the two."""
SENT: Final = ("released", "accepted")

Becomes = Literal["written", "left_out", "not_again"]
"""written: in the file. left_out: it lacks something, or is not to be sent. not_again: a file holds it already."""


class Prepared(NamedTuple):
    """One claim and what becomes of it."""

    row: ClaimRow
    becomes: Becomes
    sending: Sending | None = None
    lacks: tuple[Lack, ...] = ()
    refusal: Refused | None = None
    exported_on: date | None = None
    """When a file held it last."""
    position: int | None = None
    """Of the fact that it was written."""


def prepared(
    session: Session, rows: Sequence[ClaimRow], *, again: bool, advance: Callable[[], None] | None = None
) -> list[Prepared]:
    """What would become of each claim; nothing is recorded. `advance` is called after each."""
    today = session.handler.now().date()
    found: list[Prepared] = []
    for row in rows:
        found.append(_prepared(session, row, today, again=again))
        if advance is not None:
            advance()
    return found


def _prepared(session: Session, row: ClaimRow, today: date, *, again: bool) -> Prepared:
    claims: Claims = session.handler.state(claims_tag(row.patient))
    claim = claims.claim(row.claim)
    assert claim is not None, "what has a row was released"
    exported_on = claim.exported[-1].event.on if claim.exported else None
    status = claims.status(claim)
    if status not in SENT:
        refusal = refused("claim_not_exportable", status=status, facts=(claim.position,))
        return Prepared(row, "left_out", refusal=refusal, exported_on=exported_on)
    if claim.lost:
        refusal = refused("claim_lost_its_ground", facts=(claim.lost[-1].position,))
        return Prepared(row, "left_out", refusal=refusal, exported_on=exported_on)
    if (claim.exported or claim.acknowledged) and not again:
        return Prepared(row, "not_again", refusal=_before(claim), exported_on=exported_on)
    found = sending_of(known_of(session, claim, today))
    if isinstance(found, Sending):
        return Prepared(row, "written", found, exported_on=exported_on)
    return Prepared(row, "left_out", lacks=found, exported_on=exported_on)


def _before(claim: Claim) -> Refused:
    return refused("claim_exported_before", facts=(h.position for h in (*claim.exported, *claim.acknowledged)))


def recorded(session: Session, claims: Sequence[Prepared], *, again: bool) -> list[Prepared]:
    """The same claims once the facts of those that are written are durable; what the ledger refuses is left out."""
    name = session.handler.new_id("rd")
    writable = [each for each in claims if each.becomes == "written"]
    lines = [session.handler.read(_line(each.row, name, again=again)) for each in writable]
    answers = dict(zip((each.row.claim for each in writable), session.handler.handle(lines), strict=True))
    return [_answered(each, answers.get(each.row.claim)) for each in claims]


def _line(row: ClaimRow, name: str, *, again: bool) -> bytes:
    data = {"patient": row.patient, "claim": row.claim, "again": again}
    line = {"v": 1, "key": f"{name}/{row.claim}", "command": "export_claim", "correlation": name, "data": data}
    return json.dumps(line).encode()


def _answered(claim: Prepared, answer: Answer | None) -> Prepared:
    if answer is None:
        return claim
    if answer.outcome == "accepted":
        return claim._replace(position=answer.positions[0])
    becomes: Becomes = "left_out"
    if answer.refusal is not None and answer.refusal.code == "claim_exported_before":
        becomes = "not_again"
    return claim._replace(becomes=becomes, sending=None, refusal=answer.refusal)


def file_of(claims: Sequence[Prepared], at: datetime, *, simulated: bool) -> str:
    """One interchange for each sender and receiver, with all claims between the two that were recorded as written."""
    together: dict[tuple[object, ...], list[Prepared]] = {}
    for claim in claims:
        if claim.sending is not None and claim.position is not None:
            sending = claim.sending
            together.setdefault((sending.submitter, sending.receiver, sending.is_test), []).append(claim)
    return "".join(_interchange(each, at, simulated=simulated) for each in together.values())


def _interchange(claims: Sequence[Prepared], at: datetime, *, simulated: bool) -> str:
    sendings = [claim.sending for claim in claims if claim.sending is not None]
    numbers = [claim.position for claim in claims if claim.position is not None]
    first = sendings[0]
    head = Head(
        sender=Correspondent(MUTUAL, first.submitter.number, first.submitter.number),
        receiver=Correspondent(MUTUAL, first.receiver.number, first.receiver.number),
        at=at,
        control=(min(numbers) - 1) % CONTROL_MAX + 1,
        is_test=first.is_test or simulated,
    )
    return file_837(head, first.submitter, first.receiver, [sending.claim for sending in sendings])

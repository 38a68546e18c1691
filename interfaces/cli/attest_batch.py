"""The months of a batch: what becomes of each, told before anything is recorded and shown afterwards.

Promise: what would become of a month is what its decider answers, asked without recording; so a dry run says what the
run would say. Every month of the batch is listed, those too that are not signed, with the reason. Not promised: that
nothing moves between the question and the signature; then the answer to the signature is what is shown.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from commands.answer import Answer, notice_json, refusal_json
from commands.one_line import Deciding
from commands.states import Overlay
from commands.wire import Unreadable
from interfaces.bootstrap import Session
from interfaces.cli.screen import Screen
from interfaces.cli.wording import codes_of, counted, in_order, money, some
from ledger.streams.base import CommandKey
from ledger.terms.outcome import Accepted, Notice, Refused, Unchanged

if TYPE_CHECKING:
    from interfaces.cli.attest_exceptions import LeftOut
    from projections.tables.layout import MonthRow

BECOMES: Final = ("signed", "left_out", "signed_before", "not_signed")
NOT_OF_A_BATCH: Final = frozenset({"attested_one_by_one", "month_not_ready"})
"""Refusals that say: this month is for another way of signing. Such a month is not sent, for nobody asked for it."""
_COLUMNS: Final = ("patient", "minutes", "codes", "estimate", "what becomes of it")
_ASKED: Final = CommandKey("", b"")
_NO_ANSWER: Final[dict[str, Any]] = {"key": None, "outcome": None, "positions": [], "ids": {}}


class BatchMonth(NamedTuple):
    """One month of the batch: its row, its line where one is to be sent, and what becomes of it."""

    row: "MonthRow"
    line: bytes | None
    becomes: str
    why: tuple[str, ...]
    """Codes: what is missing, or the refusal."""
    refusal: Refused | None = None
    notices: tuple[Notice, ...] = ()
    """What the ledger would tell the signer."""


def batch_of(
    session: Session, rows: "Sequence[MonthRow]", left_out: "Mapping[str, LeftOut]", name: str
) -> list[BatchMonth]:
    """Every month of the signer, with what would become of it; `name` is the batch's own, and part of its keys."""
    return [_asked(session, row, left_out.get(row.patient), name) for row in rows]


def answered(month: BatchMonth, answer: Answer) -> BatchMonth:
    """The same month after its line was answered."""
    if answer.refusal is None:
        return month._replace(refusal=None, why=(), becomes="left_out" if month.becomes == "left_out" else "signed")
    return month._replace(becomes="not_signed", why=(answer.refusal.code,), refusal=answer.refusal)


def _asked(session: Session, row: "MonthRow", left_out: "LeftOut | None", name: str) -> BatchMonth:
    if left_out is None and row.standing == "attested":
        return BatchMonth(row, None, "signed_before", ())
    if left_out is None and row.standing != "ready":
        return BatchMonth(row, None, "not_signed", row.missing if row.standing == "blocked" else ())
    line = _line(row, left_out, name)
    outcome = _outcome_of(session, line)
    if not isinstance(outcome, Refused):
        becomes = "left_out" if left_out is not None else "signed"
        return BatchMonth(row, line, becomes, (), notices=outcome.notices)
    is_sent = outcome.code not in NOT_OF_A_BATCH
    return BatchMonth(row, line if is_sent else None, "not_signed", (outcome.code,), outcome)


def _line(row: "MonthRow", left_out: "LeftOut | None", name: str) -> bytes:
    about = {"patient": row.patient, "month": row.month}
    own: dict[str, Any]
    if left_out is not None:
        own = {"command": "except_month", "data": {**about, "reason": left_out.reason}}
    else:
        own = {"command": "attest_in_batch", "data": {**about, "digest": row.digest}}
    return json.dumps({"v": 1, "key": f"{name}/{row.patient}", "correlation": name, **own}).encode()


def _outcome_of(session: Session, raw: bytes) -> Accepted | Unchanged | Refused:
    """What a line would come to, asked of its decider; nothing is recorded by asking."""
    line = session.handler.read(raw)
    if isinstance(line, Unreadable):
        return line.refusal
    handler = session.handler
    return Deciding(handler, line, _ASKED, Overlay(handler.state_cache), session.log.position).outcome()


def show_month(screen: Screen, number: int, month: BatchMonth, answer: Answer | None, *, dry_run: bool) -> None:
    """One month of the batch as a JSON line, with the ledger's answer where one was asked for."""
    row = month.row
    refusal = refusal_json(month.refusal) if month.refusal else None
    said = {**_NO_ANSWER, "notices": [notice_json(each) for each in month.notices], "refusal": refusal}
    screen.lines(
        [
            {
                "line": number,
                "patient": row.patient,
                "month": row.month,
                "becomes": month.becomes,
                "why": list(month.why),
                "standing": row.standing,
                "minutes": row.minutes,
                "charges": [{"code": code, "units": units} for code, units in row.charges],
                "amount": str(row.amount) if row.amount is not None else None,
                "dry_run": dry_run,
                **(answer.as_json(number) if answer is not None else said),
            }
        ]
    )


def show_table(screen: Screen, which: str, months: Sequence[BatchMonth], *, dry_run: bool) -> None:
    """The whole batch for people: every month with what becomes of it, then how many of each."""
    screen.table(_COLUMNS, [_cells(month) for month in months], right=(1, 3))
    counts = Counter(month.becomes for month in months)
    told = ", ".join(f"{counts[each]} {each.replace('_', ' ')}" for each in BECOMES)
    screen.say(f"{counted(len(months), 'month')}: {told}.")
    for refusal in {month.refusal.code: month.refusal for month in months if month.refusal is not None}.values():
        screen.say(f"{refusal.code}: {refusal.because} {refusal.remedy}")
    if any(month.becomes == "not_signed" and month.refusal is None for month in months):
        screen.say(f"What was not signed is looked at one by one: `ccm-ledger month PATIENT {which}` shows it.")
    if dry_run:
        noticed = Counter(notice.code for month in months for notice in month.notices)
        if noticed:
            screen.say("Noticed: " + ", ".join(f"{code} {count:,}" for code, count in in_order(noticed)) + ".")
        screen.say("This was a dry run: nothing was signed, and nobody was left out on record.")


def _cells(month: BatchMonth) -> tuple[str, ...]:
    row = month.row
    becomes = month.becomes.replace("_", " ")
    if month.becomes == "not_signed":
        becomes += f": {some(month.why)}" if month.refusal else f": {row.standing.replace('_', ' ')}"
        becomes += f" ({some(month.why)})" if month.why and not month.refusal else ""
    return row.patient, str(row.minutes), codes_of(row.charges), money(row.amount), becomes

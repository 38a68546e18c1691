"""`attest`: sign every month that is ready, each with a signature of its own; what is left out is listed, with why."""

import json
import sys
from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, month

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from projections.tables.layout import MonthRow

_MORE: Final = """\
Signed are months of which you are the billing practitioner, that are ready, and whose family your practice attests in
batches. The others are shown with the reason: look at them one by one (`month`, then `attest_month`).
EXCEPTIONS is a file (or - for standard input) with a patient's id and a reason on each line: those months are left out,
and the reason is recorded under seal.
With --dry-run nothing is signed, and the list is shown.
"""
_COLUMNS: Final = ("patient", "minutes", "codes", "estimate", "what becomes of it")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "attest", parents=[shared], help="sign all months that are ready", description=__doc__, epilog=_MORE
    )
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    parser.add_argument("--except", dest="exceptions", metavar="EXCEPTIONS", help="months to leave out, with reasons")
    parser.add_argument("--dry-run", action="store_true", help="show what would be signed, and sign nothing")
    parser.set_defaults(run=run_attest)


def run_attest(args: Namespace, screen: Screen) -> int:
    """Record the reads, list the months of the actor, sign those that are ready and not excepted."""
    from interfaces.cli.asking import ask, pulled, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from projections.questions import months  # noqa: PLC0415

    reasons = _exceptions(args.exceptions) if args.exceptions else {}
    with session_of(args, screen) as session:
        actor = session.where.actor or session.handler.governance().staff_of(session.where.login)
        found = months(session.log, pulled(session, screen), session.rulebook_of, args.month)
        own = [row for row in found.rows if row.practitioner == actor]
        ask(session, args, "months", [row.patient for row in own], month=args.month, as_of=found.position)
        if unknown := set(reasons) - {row.patient for row in own}:
            happened = f"{len(unknown)} of the exceptions name no patient whose month you bill."
            raise WrongUsage(happened, "`ccm-ledger attest --dry-run` lists them.")
        _list(screen, args.month, own, reasons)
        if args.dry_run:
            return 0
        return _sign(args, screen, session, own, reasons)


def _exceptions(name: str) -> dict[str, str]:
    """Patient id -> reason, line by line."""
    text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        patient, _, reason = line.strip().partition(" ")
        if not line.strip():
            continue
        if not patient.startswith("pt_") or not reason.strip():
            raise WrongUsage(f"Line {number} of the exceptions is no patient's id with a reason.", "Write both.")
        found[patient] = reason.strip()
    return found


def _becomes(row: "MonthRow", reasons: dict[str, str]) -> str:
    if row.patient in reasons:
        return "left out"
    return {"ready": "signed", "attested": "signed before"}.get(row.standing, f"not signed: {row.standing}")


def _list(screen: Screen, which: str, rows: list["MonthRow"], reasons: dict[str, str]) -> None:
    from interfaces.cli.wording import counted, money  # noqa: PLC0415 - loaded by now

    screen.say(f"{which}: {counted(len(rows), 'month')} of yours.")
    if rows:
        cells = [
            (
                row.patient,
                str(row.minutes),
                ", ".join(f"{code} x{units}" for code, units in row.charges) or "-",
                money(row.amount),
                _becomes(row, reasons),
            )
            for row in rows
        ]
        screen.table(_COLUMNS, cells, right=(1, 3))


def _sign(args: Namespace, screen: Screen, session: "Session", rows: list["MonthRow"], reasons: dict[str, str]) -> int:
    """The lines through the same door as every command, under one correlation id."""
    from interfaces.cli.delivering import Delivering, as_lines, in_words  # noqa: PLC0415 - loaded by now

    batch = f"attest/{session.handler.new_id('at')}"
    lines = [
        _line(args.month, row, reasons, batch) for row in rows if row.standing == "ready" or row.patient in reasons
    ]
    show = as_lines(screen) if screen.as_json else in_words(screen, lambda number: f"Month {number}", Counter())
    delivering = Delivering(session, show)
    for number, line in enumerate(lines, start=1):
        delivering.group([delivering.raw(number, json.dumps(line).encode())])
    if not screen.as_json:
        screen.say(*delivering.tally.as_text())
    return delivering.tally.exit_code


def _line(which: str, row: "MonthRow", reasons: dict[str, str], batch: str) -> dict[str, Any]:
    about = {"patient": row.patient, "month": which}
    reason = reasons.get(row.patient)
    if reason is not None:
        own: dict[str, Any] = {"command": "except_month", "data": {**about, "reason": reason}}
    else:
        own = {"command": "attest_in_batch", "data": {**about, "digest": row.digest}}
    return {"v": 1, "key": f"{batch}/{row.patient}", "correlation": batch, **own}

"""`history` and `audit`: every fact about a patient, and every fact of the ledger, by who, what and when."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final, get_args

from interfaces.cli.screen import Screen
from interfaces.cli.usage import (
    Commands,
    Parser,
    WrongUsage,
    count,
    day_or_instant,
    moment,
    patient_id,
    position,
    practice_id,
    staff_or_program,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from projections.patient_history import HistoryLine
    from projections.questions import AuditPage

_COLUMNS: Final = ("position", "recorded", "happened", "actor", "capacity", "what", "outcome", "about")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    history = commands.add_parser(
        "history", parents=[shared], help="one patient's facts", description="Every fact about a patient, oldest first."
    )
    history.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id; `find` answers with it")
    history.add_argument("--as-of", metavar="POSITION|INSTANT", type=moment, help="what the ledger knew then")
    history.add_argument("--words", action="store_true", help="open names, notes and other sealed words (recorded)")
    history.add_argument("--accesses", action="store_true", help="also who looked at the record")
    history.set_defaults(run=run_history)
    audit = commands.add_parser(
        "audit", parents=[shared], help="search the audit trail", description="Every fact that matches, oldest first."
    )
    audit.add_argument("--actor", metavar="STAFF", type=staff_or_program, help="what this staff member or program did")
    audit.add_argument("--patient", metavar="PATIENT", type=patient_id, help="about this patient")
    audit.add_argument("--practice", metavar="P", type=practice_id, help="about this practice or one of its patients")
    audit.add_argument("--action", metavar="WORD", help="a command or a fact, such as log_time or month_attested")
    audit.add_argument("--outcome", choices=("recorded", "refused", "parked"))
    audit.add_argument("--since", metavar="WHEN", type=day_or_instant, help="from this day or instant on")
    audit.add_argument("--until", metavar="WHEN", type=day_or_instant, help="up to this day (to its end) or instant")
    audit.add_argument("--clock", choices=("happened", "recorded"), default="recorded", help="which clock WHEN is on")
    audit.add_argument("--limit", metavar="N", type=count, default=100, help="at most so many facts (100)")
    audit.add_argument("--after", metavar="POSITION", type=position, default=0, help="go on behind this one")
    audit.set_defaults(run=run_audit)


def run_history(args: Namespace, screen: Screen) -> int:
    """Record the read, then show the facts."""
    from interfaces.cli.asking import as_of, ask_about, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from projections.patient_history import history  # noqa: PLC0415
    from projections.questions import position_of  # noqa: PLC0415

    with session_of(args, screen) as session:
        known = position_of(session.log, as_of(args))
        ask_about(session, args, "history", args.patient, as_of=known, opened_words=args.words)
        lines = history(
            session.log,
            args.patient,
            as_of=known,
            open_words=session.log.open_words if args.words else None,
            with_accesses=args.accesses,
        )
        screen.answer({"patient": args.patient, "as_of": known, "facts": [line_json(line) for line in lines]})
        screen.say(f"History of {args.patient} as of position {known}: {counted(len(lines), 'fact')}.")
        for line in lines:
            screen.say(*_told(line, with_words=args.words))
    return 0


def line_json(line: "HistoryLine") -> dict[str, Any]:
    """One fact for programs."""
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    shown: dict[str, Any] = plain(line)
    return {**shown, "details": dict(line.details), "words": dict(line.words)}


def _told(line: "HistoryLine", *, with_words: bool) -> list[str]:
    from interfaces.cli.wording import moment as shown_moment  # noqa: PLC0415 - loaded by now

    who = line.who
    capacity = f" as {who.capacity}" if who.capacity else ""
    behalf = f" for {who.on_behalf_of}" if who.on_behalf_of else ""
    asserted = f", asserted by {who.asserted_by}" if who.asserted_by else ""
    lines = [
        f"{line.position}  {line.happened_on}  {line.what}",
        f"    by {who.actor}{capacity}{behalf}{asserted}; recorded {shown_moment(line.recorded_at)}",
    ]
    if line.details:
        lines.append("    " + "; ".join(f"{label} {text}" for label, text in line.details))
    if with_words:
        lines += [f"    {label}: {text}" for label, text in line.words]
    return lines


def run_audit(args: Namespace, screen: Screen) -> int:
    """Search the trail, record the reads of the patients found, then show the page."""
    from interfaces.cli.asking import ask, known_only, pulled, session_of  # noqa: PLC0415 - not needed for --help
    from projections.questions import audit  # noqa: PLC0415

    _check_action(args.action)
    with session_of(args, screen) as session:
        known_only(session, args)
        page = audit(
            session.log,
            pulled(session, screen),
            actor=args.actor,
            patient=args.patient,
            action=args.action,
            outcome=args.outcome,
            practice=args.practice,
            since=_bound(args.since, args.clock, is_end=False),
            until=_bound(args.until, args.clock, is_end=True),
            clock=args.clock,
            after=args.after,
            limit=args.limit,
        )
        found = [entry.row.patient for entry in page.entries if entry.row.patient]
        ask(session, args, "audit", found or ([args.patient] if args.patient else []), as_of=page.position)
        _show(screen, page)
    return 0


def _check_action(word: str | None) -> None:
    """A word that no command and no fact has finds nothing, and nothing found would be read as nothing done."""
    from commands.catalog import CATALOG  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.streams.access import Question  # noqa: PLC0415
    from ledger.streams.upcast import EVENTS  # noqa: PLC0415

    questions = {f"read_{question}" for question in get_args(Question)}
    if word is not None and word not in {"init", *CATALOG, *EVENTS, *questions}:
        raise WrongUsage(
            "--action names no command and no fact that this program knows.",
            "`ccm-ledger schema commands` and `ccm-ledger schema events` list them.",
        )


def _bound(given: str | None, clock: str, *, is_end: bool) -> "date | datetime | None":
    """A day is its whole day: on the clock of recording, in UTC."""
    from datetime import UTC, date, datetime, time  # noqa: PLC0415 - loaded by now

    if given is None:
        return None
    if len(given) > len("2026-04-01"):
        if clock == "happened":
            raise WrongUsage("The clock `happened` is searched by days.", "Write the day alone, such as 2026-04-01.")
        return datetime.fromisoformat(given).astimezone(UTC)
    day = date.fromisoformat(given)
    if clock == "happened":
        return day
    return datetime.combine(day, time.max if is_end else time.min, tzinfo=UTC)


def _show(screen: Screen, page: "AuditPage") -> None:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now
    from interfaces.cli.wording import moment as shown_moment  # noqa: PLC0415
    from interfaces.plain import plain  # noqa: PLC0415

    entries = [{**plain(entry.row), "times": entry.times, "what": entry.line.what} for entry in page.entries]
    screen.answer({"as_of": page.position, "facts": entries, "next_after": page.next_after})
    screen.say(f"Searched up to position {page.position}: {counted(len(page.entries), 'fact')}.")
    if page.entries:
        rows = [
            (
                str(entry.row.position),
                shown_moment(entry.row.recorded_at),
                str(entry.row.happened_on),
                entry.row.actor,
                entry.row.capacity or "-",
                entry.line.what,
                entry.row.outcome + (f" {entry.row.code} x{entry.times}" if entry.row.code else ""),
                entry.row.patient or entry.row.staff or "-",
            )
            for entry in page.entries
        ]
        screen.table(_COLUMNS, rows, right=(0,))
    if page.next_after is not None:
        screen.say(f"There are more: --after {page.next_after}.")

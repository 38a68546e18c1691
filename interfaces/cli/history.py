"""`history`: every fact about one patient, along any of its three clocks, as of now or as known then."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.clocks import bounds, clock_line, clock_options, happened_text
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, as_of_option, count, month, patient_id, position

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from projections.history_line import HistoryLine

_SHOWN: Final = (
    *("position", "recorded_at", "happened", "happened_on", "has_date", "source_recorded_at", "who", "stream", "topic"),
    *("edition", "command", "erased", "closed", "lateness"),
)
"""What programs are told of a fact, beside its words."""
_MORE: Final = """\
Each fact says when it happened, when its source wrote it down and when this ledger learned it, and what lies between.
--clock orders and searches by one of these; facts that a clock lacks come last, and are left out between two moments.
Words whose key was destroyed are named as erased; everything else of their fact is still shown.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "history",
        parents=[shared],
        help="one patient's facts",
        description="Every fact about a patient, oldest first.",
        epilog=_MORE,
    )
    parser.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id; `find` answers with it")
    as_of_option(parser)
    parser.add_argument("--words", action="store_true", help="open names, notes and other sealed words (recorded)")
    parser.add_argument("--accesses", action="store_true", help="also who looked at the record")
    parser.add_argument("--month", metavar="YYYY-MM", type=month, help="of this care month alone")
    parser.add_argument("--action", metavar="WORD", help="of one kind alone: a command or a fact, such as log_time")
    parser.add_argument(
        "--decisions", action="store_true", help="attestations, signatures, withdrawals, refusals alone, and who"
    )
    clock_options(parser)
    parser.add_argument("--limit", metavar="N", type=count, help="at most so many facts (else all)")
    parser.add_argument("--after", metavar="POSITION", type=position, default=0, help="go on behind this one")
    parser.set_defaults(run=run_history)


def run_history(args: Namespace, screen: Screen) -> int:
    """Record the read, then show the facts."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - `--help` must not wait for them
        action_known,
        ask_about,
        known_at,
        session_of,
    )
    from projections.history_line import is_decision  # noqa: PLC0415
    from projections.patient_history import along, history  # noqa: PLC0415

    action_known(args.action)
    since, until = bounds(args)
    if (args.limit or args.after) and args.clock != "recorded":
        raise WrongUsage("Pages go by position, the order of the clock `recorded`.", "Ask along that clock, or whole.")
    with session_of(args, screen) as session:
        known = known_at(session, args)
        ask_about(session, args, "history", args.patient, month=args.month, as_of=known, opened_words=args.words)
        found = history(
            session.log,
            args.patient,
            as_of=known,
            after=args.after,
            open_words=session.log.open_words if args.words else None,
            with_accesses=args.accesses,
            month=args.month,
        )
        lines = [
            line
            for line in along(found, args.clock, since, until)
            if args.action in (None, line.topic, line.command) and (not args.decisions or is_decision(line))
        ]
        page = lines if args.limit is None else lines[: args.limit]
        next_after = page[-1].position if len(page) < len(lines) else None
        _show(args, screen, page, known, next_after, joined_with(session, args.patient, known))
    return 0


def joined_with(session: "Session", patient: str, known: int) -> tuple[tuple[str, ...], list[str]]:
    """Who is one person with a patient, then and now, and what a reader of this record alone is to know of it."""
    from ledger.terms.identity import patient_tag  # noqa: PLC0415 - loaded by now
    from projections.two_patients import one_person  # noqa: PLC0415

    if not session.handler.state(patient_tag(patient)).merges:
        return (), []
    then, now = one_person(session.log, patient, known), one_person(session.log, patient)
    named = tuple(each for each in then if each != patient)
    stands = "Merged with {0}: what was recorded about {0} stands in that history."
    undone = "Merged with {0} as of then; that was undone since."
    told = [(stands if each in now else undone).format(each) for each in named]
    return named, told


def _show(
    args: Namespace,
    screen: Screen,
    lines: "list[HistoryLine]",
    known: int,
    next_after: int | None,
    merged: tuple[tuple[str, ...], list[str]],
) -> None:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now

    one_with, joined = merged
    beside: dict[str, Any] = {"month": args.month, "clock": args.clock, "one_with": list(one_with)}
    by_programs = [line.position for line in lines if not line.who.is_person]
    if args.decisions:
        beside |= {"decided_by_programs": by_programs}
    answer = {"patient": args.patient, "as_of": known, **beside, "facts": [line_json(line) for line in lines]}
    screen.answer(answer | {"next_after": next_after})
    of_month = f", {args.month} alone," if args.month else ""
    screen.say(f"History of {args.patient}{of_month} as of position {known}: {counted(len(lines), 'fact')}.")
    screen.say(*joined)
    for line in lines:
        screen.say(*told(line, with_words=args.words))
    if args.decisions:
        decided = counted(len(lines), "decision")
        screen.say(f"{decided}, {len(by_programs):,} of them by a program and not by a person.")
    if next_after is not None:
        screen.say(f"There are more: --after {next_after}.")


def line_json(line: "HistoryLine") -> dict[str, Any]:
    """One fact for programs."""
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    shown = {name: plain(getattr(line, name)) for name in _SHOWN}
    told = {"what": line.what, "details": dict(line.details), "words": dict(line.words)}
    return {**shown, **told}


def told(line: "HistoryLine", *, with_words: bool = False) -> list[str]:
    """One fact for people: what, by whom, along its clocks, with its clear details and what is gone of its words."""
    from interfaces.cli.wording import moment  # noqa: PLC0415 - loaded by now

    who = line.who
    capacity = f" as {who.capacity}" if who.capacity else ""
    behalf = f" for {who.on_behalf_of}" if who.on_behalf_of else ""
    asserted = f", asserted by {who.asserted_by}" if who.asserted_by else ""
    undated = "" if line.has_date else " (its own date is not given)"
    lines = [
        f"{line.position}  {happened_text(line)}  {line.what}{undated}",
        f"    by {who.actor}{capacity}{behalf}{asserted}; recorded {moment(line.recorded_at)}",
    ]
    if between := clock_line(line):
        lines.append(f"    {between}")
    if line.details:
        lines.append("    " + "; ".join(f"{label} {text}" for label, text in line.details))
    if line.erased:
        lines.append(f"    [erased: {', '.join(line.erased)}: the key of these words was destroyed]")
    elif with_words:
        lines += [f"    {label}: {text}" for label, text in line.words]
    return lines

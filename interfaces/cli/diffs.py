"""`diff`, `diff-month` and `diff-months`: what changed between two moments, fact by fact, who and why."""

from argparse import Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import (
    Commands,
    Parser,
    WrongUsage,
    moment_or_now,
    moment_or_word,
    month,
    patient_id,
    practice_id,
)

if TYPE_CHECKING:
    from datetime import date

    from interfaces.bootstrap import Session

_MOMENTS: Final = """\
A and B are positions or instants, or `now`; A comes first. Facts behind A and up to B are shown.
"""
_OF_MONTH: Final = f"""\
{_MOMENTS}`attested` stands for the position that the month's standing attestation pins: `diff-month PATIENT YYYY-MM
attested now` says what came after the signature. A fact that changed nothing in the month is not listed.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    _declared_diff(commands, shared)
    of_month = commands.add_parser(
        "diff-month",
        parents=[shared],
        help="what changed in a month between two moments",
        description="What changed in one patient-month between two moments, and the facts that did it.",
        epilog=_OF_MONTH,
    )
    of_month.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id")
    of_month.add_argument("month", metavar="YYYY-MM", type=month)
    for name in ("A", "B"):
        of_month.add_argument(name.lower(), metavar=name, type=moment_or_word, help="position, instant or word")
    of_month.add_argument("--words", action="store_true", help="open sealed words of the facts (recorded)")
    of_month.set_defaults(run=run_diff_month)
    months = commands.add_parser(
        "diff-months",
        parents=[shared],
        help="which patient-months changed between two moments",
        description="Every patient-month that says something else at B than at A, and the facts that did it.",
        epilog=_MOMENTS,
    )
    for name in ("A", "B"):
        months.add_argument(name.lower(), metavar=name, type=moment_or_now, help="a position, an instant or `now`")
    months.add_argument("--month", metavar="YYYY-MM", type=month, help="of this calendar month alone")
    months.add_argument("--practice", metavar="P", type=practice_id, help="billed by this practice alone")
    months.set_defaults(run=run_diff_months)


def _declared_diff(commands: Commands, shared: Parser) -> None:
    diff = commands.add_parser(
        "diff",
        parents=[shared],
        help="what was learned of a patient between two moments",
        description="Every fact about a patient that was learned between two moments, and how what stands differs.",
        epilog=_MOMENTS,
    )
    diff.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id")
    for name in ("A", "B"):
        diff.add_argument(name.lower(), metavar=name, type=moment_or_now, help="a position, an instant or `now`")
    diff.add_argument("--words", action="store_true", help="open sealed words of the facts (recorded)")
    diff.add_argument("--accesses", action="store_true", help="also who looked at the record")
    diff.set_defaults(run=run_diff)


def run_diff(args: Namespace, screen: Screen) -> int:
    """Record the read, then show what lies between."""
    from interfaces.cli.asking import ask_about, rules_known, session_of  # noqa: PLC0415 - not needed for --help
    from interfaces.cli.diff_text import diff_json, diff_lines  # noqa: PLC0415
    from interfaces.cli.history import joined_with  # noqa: PLC0415
    from ledger.terms.identity import LEDGER_TAG  # noqa: PLC0415
    from projections.patient_diff import patient_diff  # noqa: PLC0415
    from projections.states import States  # noqa: PLC0415

    with session_of(args, screen) as session:
        since, until = _ends(args, session)
        rules_known(session, until)
        about = {"as_of": until, "since": since, "opened_words": args.words}
        ask_about(session, args, "diff", args.patient, **about)
        adopted = States(session.log, after=until).at(LEDGER_TAG).state.edition()
        found = patient_diff(
            session.log,
            session.rulebook_of(adopted),
            args.patient,
            since=since,
            until=until,
            days=(_day_of(session, since), _day_of(session, until)),
            with_accesses=args.accesses,
            open_words=session.log.open_words if args.words else None,
        )
        one_with, joined = joined_with(session, args.patient, until)
        screen.answer({**diff_json(found), "one_with": list(one_with)})
        screen.say(*joined, *diff_lines(found, with_words=args.words))
    return 0


def run_diff_month(args: Namespace, screen: Screen) -> int:
    """Record the read, then show what changed in the month."""
    from commands.access import may_read  # noqa: PLC0415 - `--help` must not wait for it
    from interfaces.cli.asking import ask_about, rules_known, session_of  # noqa: PLC0415 - not needed for --help
    from interfaces.cli.diff_text import month_diff_json, month_diff_lines  # noqa: PLC0415
    from projections.month_diff import month_diff  # noqa: PLC0415

    with session_of(args, screen) as session:
        if not may_read(session.handler, [args.patient]):
            # Whether a month was attested is not for everybody: refused before the moments are looked up.
            ask_about(session, args, "diff", args.patient, month=args.month)
        since, until = _ends(args, session)
        rules_known(session, since)
        about = {"month": args.month, "as_of": until, "since": since, "opened_words": args.words}
        ask_about(session, args, "diff", args.patient, **about)
        found = month_diff(
            session.log,
            session.rulebook_of,
            args.patient,
            args.month,
            since=since,
            until=until,
            open_words=session.log.open_words if args.words else None,
        )
        screen.answer(month_diff_json(found))
        screen.say(*month_diff_lines(found, with_words=args.words))
    return 0


def run_diff_months(args: Namespace, screen: Screen) -> int:
    """Ask which months differ, record the reads of their patients, then list them."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - not needed for --help
        ask,
        known_only,
        list_of_practice,
        of_others_too,
        pulled,
        rules_known,
        session_of,
    )
    from interfaces.cli.diff_text import changed_json, changed_lines  # noqa: PLC0415
    from projections.changed_months import changed_months  # noqa: PLC0415

    with session_of(args, screen) as session:
        known_only(session, args)
        list_of_practice(session, args, screen, "diff")
        since, until = _ends(args, session)
        rules_known(session, since)
        found = changed_months(
            session.log,
            pulled(session, screen),
            session.rulebook_of,
            since=since,
            until=until,
            month=args.month,
            practice=args.practice,
        )
        closed = of_others_too(session, screen, [each.patient for each in found.months], since, until)
        found = found._replace(months=tuple(each for each in found.months if each.patient not in closed))
        patients = [each.patient for each in found.months]
        ask(session, args, "diff", patients, month=args.month, as_of=until, since=since)
        screen.answer(changed_json(found))
        screen.say(*changed_lines(found))
    return 0


def _ends(args: Namespace, session: "Session") -> tuple[int, int]:
    """The two positions; WrongUsage where the first lies behind the second."""
    since, until = _position(args, session, args.a), _position(args, session, args.b)
    if since > until:
        raise WrongUsage("A lies behind B.", "Name the earlier moment first.")
    return since, until


def _position(args: Namespace, session: "Session", given: str) -> int:
    from datetime import datetime  # noqa: PLC0415 - loaded by now

    from ledger.judging.needs import gather  # noqa: PLC0415
    from projections.moments import position_of  # noqa: PLC0415

    if given == "now":
        return position_of(session.log, None)
    if given == "attested":
        signed = gather(args.patient, args.month, session.handler.state).month.standing_attestation()
        if signed is None:
            raise WrongUsage("No attestation of this month stands.", "Name a position or an instant instead.")
        return signed.event.as_of
    return position_of(session.log, int(given) if given.isdigit() else datetime.fromisoformat(given))


def _day_of(session: "Session", position: int) -> "date":
    """The UTC day of a position; of none, that of the first fact."""
    return session.log.facts_at([max(position, 1)])[0].recorded_at.date()

"""`month`: what one patient-month can be billed as, what is missing, and why."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, code, moment, month, patient_id

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.judging.shapes import Verdict
    from ledger.rulebook import Rulebook

_MORE = """\
Amounts are national estimates by date of service. --as-of answers with what the ledger knew then, and judges by the
edition of the rulebook that held then.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser("month", parents=[shared], help="one patient-month", description=__doc__, epilog=_MORE)
    parser.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id; `find` answers with it")
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    parser.add_argument("--as-of", metavar="POSITION|INSTANT", type=moment, help="what the ledger knew then")
    parser.add_argument("--explain", action="store_true", help="every entry, every family of codes, every rule")
    parser.add_argument("--why-not", metavar="CODE", type=code, help="why this code is not among those of the month")
    parser.set_defaults(run=run_month)


def run_month(args: Namespace, screen: Screen) -> int:
    """Record the read, judge the month, show it."""
    from interfaces.cli.asking import as_of, ask_about, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from projections.questions import month_of, position_of  # noqa: PLC0415

    with session_of(args, screen) as session:
        position = position_of(session.log, as_of(args))
        if position < session.handler.governance().adoptions[0].position:
            raise WrongUsage("The ledger had no rules to judge by then.", "Ask as of a later position or instant.")
        ask_about(session, args, "month", args.patient, month=args.month, as_of=position)
        verdict = month_of(session.log, session.rulebook_of, args.patient, args.month, position)
        _show(args, screen, session, verdict, position)
    return 0


def _show(args: Namespace, screen: Screen, session: "Session", verdict: "Verdict", position: int) -> None:
    from interfaces.cli.month_text import explained_lines, month_lines, why_not_lines  # noqa: PLC0415 - loaded by now
    from interfaces.cli.wording import moment as shown_moment  # noqa: PLC0415
    from ledger.judging import explain, reading_list, why_not  # noqa: PLC0415

    book = rulebook_of(session, verdict)
    reasons = why_not(verdict, args.why_not, book) if args.why_not else None
    asserted = asserted_by(session, verdict) if args.explain else {}
    screen.answer(month_json(explain(verdict, book), reasons, position, asserted, is_explained=args.explain))
    at = session.log.facts_at([position])
    known = f", known {shown_moment(at[-1].recorded_at)}" if at else ""
    screen.say(f"{args.month} of {args.patient}, as of position {position}{known}.", *month_lines(verdict))
    if verdict.patient != args.patient:
        screen.say(f"{args.patient} was merged into {verdict.patient}: this is the month of both.")
    if args.explain:
        screen.say(*explained_lines(verdict, reading_list(book, verdict.reads), asserted))
    if reasons is not None:
        screen.say(*why_not_lines(reasons))


def month_json(
    explained: dict[str, Any],
    reasons: dict[str, Any] | None,
    position: int,
    asserted: dict[int, str],
    *,
    is_explained: bool,
) -> dict[str, Any]:
    """The month for programs: the judge's own tree; entries and rules on request."""
    shown = {name: part for name, part in explained.items() if is_explained or name not in {"entries", "readings"}}
    if is_explained:
        shown["entries"] = [{**entry, "asserted_by": asserted.get(entry["position"])} for entry in shown["entries"]]
    beside = {} if reasons is None else {"why_not": reasons}
    return {"as_of": position, **shown, "amounts_are": "national estimates", **beside}


def asserted_by(session: "Session", verdict: "Verdict") -> dict[int, str]:
    """Who alone vouches for the entries that nobody's own login does, by the position of the entry."""
    from projections.patient_history import who_of  # noqa: PLC0415 - loaded by now

    facts = session.log.facts_at(line.position for line in verdict.lines)
    return {fact.position: who for fact in facts if (who := who_of(fact.envelope).asserted_by) is not None}


def rulebook_of(session: "Session", verdict: "Verdict") -> "Rulebook":
    """The rulebook of the edition that a verdict was judged by: one that this ledger adopted."""
    adoptions = session.handler.governance().adoptions
    return session.rulebook_of(next(each for each in adoptions if each.edition == verdict.edition))

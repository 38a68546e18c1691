"""`month`: what one patient-month can be billed as, what is missing, and why."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, as_of_option, code, instant, month, patient_id

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.judging.shapes import Verdict
    from ledger.rulebook import Rulebook
    from projections.history_line import HistoryLine
    from projections.month_answer import MonthAnswer

_MORE = """\
Amounts are national estimates by date of service. What is expected to be paid is an estimate before the deductible, by
the site, QP status, credential, coverage and locality on record, else as assumed. --as-of answers with what the ledger
knew then, and judges by the edition of the rulebook that held then. An attested month is judged by the edition that was
signed; beside it stands what was attested, and what an edition adopted since would say.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser("month", parents=[shared], help="one patient-month", description=__doc__, epilog=_MORE)
    parser.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id; `find` answers with it")
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    as_of_option(parser)
    parser.add_argument("--explain", action="store_true", help="every entry, every family of codes, every rule")
    parser.add_argument("--why-not", metavar="CODE", type=code, help="why this code is not among those of the month")
    parser.add_argument(
        "--basis", action="store_true", help="clinic, practitioner, conditions, consents, plans in force in the month"
    )
    parser.add_argument(
        "--attestations", action="store_true", help="every attestation, and which fact reopened the month"
    )
    parser.add_argument(
        "--minute", metavar="INSTANT", type=instant, help="who holds this minute, and whether it was counted twice"
    )
    parser.set_defaults(run=run_month)


def run_month(args: Namespace, screen: Screen) -> int:
    """Record the read, judge the month, show it."""
    from interfaces.cli.asking import ask_about, judged_at, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from projections.month_answer import month_answer  # noqa: PLC0415

    _minute_of_month(args)
    with session_of(args, screen) as session:
        position = judged_at(session, args)
        ask_about(session, args, "month", args.patient, month=args.month, as_of=position)
        answer = month_answer(session.log, session.rulebook_of, args.patient, args.month, position)
        _show(args, screen, session, answer)
    return 0


def _minute_of_month(args: Namespace) -> None:
    """Refuse a minute that lies in the month nowhere on earth."""
    from datetime import datetime, timedelta  # noqa: PLC0415 - `--help` must not wait for it

    if args.minute is None:
        return
    at = datetime.fromisoformat(args.minute)
    if args.month not in {f"{at + timedelta(hours=hours):%Y-%m}" for hours in (-26, 26)}:
        raise WrongUsage(f"The minute does not lie in {args.month}.", "Ask for the month in which it lies.")


def _show(args: Namespace, screen: Screen, session: "Session", answer: "MonthAnswer") -> None:
    from interfaces.cli import month_parts, month_price  # noqa: PLC0415 - loaded by now
    from interfaces.cli.month_text import explained_lines, month_lines, why_not_lines  # noqa: PLC0415
    from interfaces.cli.wording import moment as shown_moment  # noqa: PLC0415
    from ledger.judging import explain, reading_list, why_not  # noqa: PLC0415
    from projections.month_price import month_prices  # noqa: PLC0415

    verdict, position = answer.verdict, answer.position
    book = rulebook_of(session, verdict)
    reasons = why_not(verdict, args.why_not, book) if args.why_not else None
    told = entry_facts(session, verdict) if args.explain else {}
    prices = month_prices(session.log, book, verdict, position)
    parts = [part for part in month_parts.asked_for(args, session, answer, book) if part is not None]
    shown = month_json(explain(verdict, book), reasons, answer, told, is_explained=args.explain)
    shown |= month_price.prices_json(prices, is_explained=args.explain)
    screen.answer(shown | {part.name: part.json for part in parts})
    at = session.log.facts_at([position])
    known = f", known {shown_moment(at[-1].recorded_at)}" if at else ""
    screen.say(
        f"{args.month} of {args.patient}, as of position {position}{known}.", *month_lines(verdict, prices.billing)
    )
    if verdict.patient != args.patient:
        screen.say(f"{args.patient} was merged into {verdict.patient}: this is the month of both.")
    month_parts.show_beside(screen, answer)
    if args.explain:
        after = {each.entry for each in answer.entered_after}
        adopted = answer.adoption
        screen.say(*explained_lines(verdict, reading_list(book, verdict.reads), told, after))
        screen.say(*month_price.price_lines(prices))
        screen.say(f"Edition {adopted.edition} was adopted on {adopted.on} at position {adopted.position}.")
    if reasons is not None:
        screen.say(*why_not_lines(reasons))
    for part in parts:
        screen.say("", *part.lines)


def month_json(
    explained: dict[str, Any],
    reasons: dict[str, Any] | None,
    answer: "MonthAnswer",
    told: "dict[int, HistoryLine]",
    *,
    is_explained: bool,
) -> dict[str, Any]:
    """The month for programs: the judge's own tree; entries and rules on request."""
    from interfaces.cli.month_parts import beside_json  # noqa: PLC0415 - loaded by now

    shown = {name: part for name, part in explained.items() if is_explained or name not in {"entries", "readings"}}
    if is_explained:
        after = {each.entry for each in answer.entered_after}
        shown["entries"] = [_entry_json(entry, told[entry["position"]], after) for entry in shown["entries"]]
    why = {} if reasons is None else {"why_not": reasons}
    beside = beside_json(answer)
    return {"as_of": answer.position, **shown, **beside, "amounts_are": "national estimates", **why}


def _entry_json(entry: dict[str, Any], line: "HistoryLine", after: set[str]) -> dict[str, Any]:
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    clocks = {"recorded_at": line.recorded_at, "source_recorded_at": line.source_recorded_at, "lateness": line.lateness}
    told: dict[str, Any] = {name: plain(value) for name, value in clocks.items()}
    return {
        **entry,
        "asserted_by": line.who.asserted_by,
        **told,
        "after_attestation": entry["entry"] in after,
    }


def entry_facts(session: "Session", verdict: "Verdict") -> "dict[int, HistoryLine]":
    """The facts of the entries as lines of history, by position: who vouches, and when on each clock."""
    from projections.history_line import line_of  # noqa: PLC0415 - loaded by now

    facts = session.log.facts_at(line.position for line in verdict.lines)
    return {fact.position: line_of(fact) for fact in facts}


def rulebook_of(session: "Session", verdict: "Verdict") -> "Rulebook":
    """The rulebook of the edition that a verdict was judged by: one that this ledger adopted."""
    adoptions = session.handler.governance().adoptions
    return session.rulebook_of(next(each for each in adoptions if each.edition == verdict.edition))

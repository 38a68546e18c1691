"""`month`: what one patient-month can be billed as, what is missing, and why."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, NamedTuple

from interfaces.cli.screen import Screen
from interfaces.cli.usage import (
    PROGRAMMES,
    Commands,
    Parser,
    WrongUsage,
    as_of_option,
    code,
    instant,
    month,
    patient_id,
    programme_option,
)

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
signed; beside it stands what was attested, and what an edition adopted since would say. --programme asks about the
patient's month of principal or advanced primary care management, which is judged and attested for itself.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser("month", parents=[shared], help="one patient-month", description=__doc__, epilog=_MORE)
    parser.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id; `find` answers with it")
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    as_of_option(parser)
    programme_option(parser, "whose month of the patient")
    parser.add_argument(
        "--explain", action="store_true", help="every figure with its rules and facts, down to the entries"
    )
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
    from ledger.terms.people import Programme  # noqa: PLC0415
    from projections.month_answer import month_answer  # noqa: PLC0415

    _of_ccm_only(args)
    _minute_of_month(args)
    with session_of(args, screen) as session:
        position = judged_at(session, args)
        ask_about(session, args, "month", args.patient, month=args.month, as_of=position)
        programme = Programme(args.programme)
        answer = month_answer(session.log, session.rulebook_of, args.patient, args.month, position, programme)
        _show(args, screen, session, answer)
    return 0


def _of_ccm_only(args: Namespace) -> None:
    """Refuse what is asked of months of CCM alone."""
    if args.minute and args.programme != PROGRAMMES[0]:
        happened = f"--minute is about months of CCM, not those of {args.programme}."
        raise WrongUsage(happened, "Ask without --programme, or without --minute.")


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
    from interfaces.cli.explained_text import why_not_lines  # noqa: PLC0415
    from interfaces.cli.month_text import month_lines  # noqa: PLC0415
    from interfaces.cli.services_text import services_lines  # noqa: PLC0415
    from interfaces.cli.wording import moment as shown_moment  # noqa: PLC0415
    from ledger.judging import explain  # noqa: PLC0415
    from projections.month_price import month_prices  # noqa: PLC0415
    from projections.month_reasons import why_not_answer  # noqa: PLC0415

    verdict, position = answer.verdict, answer.position
    book = rulebook_of(session, verdict)
    why = why_not_answer(session.log, answer, book, args.why_not) if args.why_not else None
    explained = _explained(session, answer, book) if args.explain else None
    prices = month_prices(session.log, book, verdict, position)
    parts = [part for part in month_parts.asked_for(args, session, answer, book) if part is not None]
    opens = explained is not None or (why is not None and why["is_known"])
    shown = month_json(explain(verdict, book), why, answer, explained)
    shown |= month_price.prices_json(prices, is_explained=args.explain)
    screen.answer(shown | {part.name: part.json for part in parts})
    at = session.log.facts_at([position])
    known = f", known {shown_moment(at[-1].recorded_at)}" if at else ""
    of = "" if args.programme == PROGRAMMES[0] else f" for {args.programme}"
    opening = f"{args.month} of {args.patient}{of}, as of position {position}{known}."
    screen.say(opening, *month_lines(verdict, prices.billing, with_notices=not opens))
    for each in answer.beside:
        shows = f"ccm-ledger month {args.patient} {args.month} --programme {each.value}"
        screen.say(f"{each.value} has a billing practitioner or time in the month too: `{shows}`.")
    if verdict.patient != args.patient:
        screen.say(f"{args.patient} was merged into {verdict.patient}: this is the month of both.")
    month_parts.show_beside(screen, answer)
    if explained is not None:
        screen.say(*explained.lines)
        screen.say(*services_lines(verdict.services))
        screen.say(*month_price.price_lines(prices))
    if why is not None:
        screen.say(*why_not_lines(why))
    for part in parts:
        screen.say("", *part.lines)


class Explained(NamedTuple):
    """A month opened: its tree of reasons, the facts of its entries, and the lines that draw them."""

    reasons: dict[str, Any]
    told: "dict[int, HistoryLine]"
    lines: list[str]


def _explained(session: "Session", answer: "MonthAnswer", book: "Rulebook") -> Explained:
    from interfaces.cli.explained_text import explained_lines  # noqa: PLC0415 - loaded by now
    from interfaces.cli.reasons_text import wrapped  # noqa: PLC0415
    from ledger.judging import reading_list  # noqa: PLC0415
    from ledger.judging.reason import plain_reading  # noqa: PLC0415
    from projections.month_reasons import month_reasons  # noqa: PLC0415

    verdict, adopted = answer.verdict, answer.adoption
    reasons, told = month_reasons(session.log, answer, book), entry_facts(session, verdict)
    readings = [plain_reading(each) for each in reading_list(book, verdict.reads)]
    after = {each.entry for each in answer.entered_after}
    lines = [*explained_lines(reasons, readings, verdict.reading_set, told, after)]
    lines += wrapped(f"Edition {adopted.edition} was adopted on {adopted.on} at position {adopted.position}.")
    return Explained(reasons, told, lines)


def month_json(
    shown: dict[str, Any], why: dict[str, Any] | None, answer: "MonthAnswer", explained: Explained | None
) -> dict[str, Any]:
    """The month for programs: the judge's own tree; entries, rules and reasons on request."""
    from interfaces.cli.month_parts import beside_json  # noqa: PLC0415 - loaded by now

    if explained is None:
        shown = {name: part for name, part in shown.items() if name not in {"entries", "readings"}}
    else:
        after = {each.entry for each in answer.entered_after}
        entries = [_entry_json(entry, explained.told[entry["position"]], after) for entry in shown["entries"]]
        shown = shown | {"entries": entries, "reasons": explained.reasons}
    asked = {} if why is None else {"why_not": why}
    beside = beside_json(answer)
    programmes = {
        "programme": answer.verdict.programme.value,
        "other_programmes": [each.value for each in answer.beside],
    }
    return {"as_of": answer.position, **programmes, **shown, **beside, "amounts_are": "national estimates", **asked}


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
    """The law by which a verdict was judged: of an adopted edition, as its programme and its payer have it."""
    from ledger.judging import book_of  # noqa: PLC0415 - loaded by now

    adoptions = session.handler.governance().adoptions
    return book_of(verdict, session.rulebook_of(next(each for each in adoptions if each.edition == verdict.edition)))

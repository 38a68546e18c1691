"""`accounting`: to whom outside the practice a patient's record was disclosed, as the patient may ask to be told."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, as_of_option, patient_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from interfaces.bootstrap import Session
    from projections.accounting import AccountedDisclosure

_MORE: Final = """\
The accounting of disclosures that 45 CFR 164.528 asks for: six years before the day of asking, with day, recipient,
address, what, purpose and ground. Not listed is what the law leaves out (treatment, payment, operations, to the
patient, authorised, and so on), and what an agency keeps from the patient for a time, until that time is over. A
disclosure is listed where somebody recorded it: a line of `submit` with the command disclose. Files that leave the
ledger (claims, bills, archives) are no disclosures by themselves. Words are opened, and that is recorded.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "accounting",
        parents=[shared],
        help="disclosures of a record, for the patient",
        description=__doc__,
        epilog=_MORE,
    )
    parser.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id; `find` answers with it")
    as_of_option(parser)
    parser.set_defaults(run=run_accounting)


def run_accounting(args: Namespace, screen: Screen) -> int:
    """Record the read with its opened words, then tell the patient."""
    from interfaces.cli.asking import ask_about, known_at, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from interfaces.plain import plain  # noqa: PLC0415
    from projections.accounting import accounting_of  # noqa: PLC0415
    from projections.two_patients import one_person  # noqa: PLC0415

    with session_of(args, screen) as session:
        known = known_at(session, args)
        ask_about(session, args, "accounting", args.patient, as_of=known, opened_words=True)
        group = one_person(session.log, args.patient, known)
        found = accounting_of(
            session.log,
            group,
            today=_day_of_asking(session, args, group),
            position=known,
            open_words=session.log.open_words,
        )
        screen.answer({"patient": args.patient, "as_of": known, **plain(found)})
        told = f"Accounting of disclosures of {args.patient}, {found.first.isoformat()} to {found.last.isoformat()}"
        screen.say(f"{told}: {counted(len(found.disclosures), 'disclosure')}.")
        for each in found.disclosures:
            screen.say(*_told(each))
        screen.say(found.scope)
    return 0


def _day_of_asking(session: "Session", args: Namespace, patients: "Iterable[str]") -> "date":
    """The day from which the six years count, and suspensions are over: of `--as-of`, never a day ahead.

    It is the patient's practice's own day; of several practices the one that is last to see it end.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - loaded by now

    from interfaces.cli.asking import as_of, moment_at, today_in  # noqa: PLC0415 - loaded by now
    from ledger.streams.joining import practices_of  # noqa: PLC0415
    from ledger.terms.calendar import FURTHEST_WEST  # noqa: PLC0415
    from ledger.terms.identity import practice_tag  # noqa: PLC0415

    asked, state = as_of(args), session.handler.state
    then = asked if isinstance(asked, datetime) else moment_at(session, asked)
    instant = min(then, session.handler.now()).astimezone(UTC)
    named = {practice for each in patients for practice in practices_of(each, state)}
    zones = {state(practice_tag(each)).zone for each in named} - {""}
    return min(map(today_in(session, instant), zones), default=(instant - FURTHEST_WEST).date())


def _told(each: "AccountedDisclosure") -> list[Any]:
    """One disclosure in words."""
    where = f", {each.address}" if each.address else ""
    return [
        f"{each.on.isoformat()}  to {each.recipient}{where}",
        f"    {each.what}",
        f"    for {each.purpose_words}; ground: {each.basis_words} ({each.cite})",
    ]

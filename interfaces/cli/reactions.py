"""`react`: what the ledger finds by itself, under the name of its machine: run it every few minutes, or let it run.

Counts of refusals are closed when their day is over. Attested months that say something else than was signed are
reported. What came due is raised: care plans, consents and visits by their age, deliveries and findings that wait.
Each finding is recorded once, however often this runs and however it is ended; `reviews` lists them.
"""

from argparse import Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, count, instant

if TYPE_CHECKING:
    from datetime import datetime

    from commands.reactions import Ran
    from interfaces.bootstrap import Session
    from ledger.terms.outcome import Refused

_COLUMNS: Final = ("reaction", "recorded", "known before", "not so any more")
_SOME_REFUSED: Final = 1


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "react", parents=[shared], help="find what came due or went stale, once", description=__doc__
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="run each reaction once (the default)")
    how.add_argument("--until-idle", action="store_true", help="run until nothing more is found")
    how.add_argument("--every", metavar="SECONDS", type=count, help="run again and again, so many seconds apart")
    parser.add_argument("--clock", metavar="INSTANT", type=instant, help="in a simulated ledger: what time it is")
    parser.set_defaults(run=run_react)


def run_react(args: Namespace, screen: Screen) -> int:
    """Run the reactions and say what they did; with --every, until somebody ends it."""
    from time import sleep  # noqa: PLC0415 - not needed for --help

    from interfaces.cli.asking import pulled, session_of  # noqa: PLC0415

    with session_of(args, screen) as session:
        pulled(session, screen)  # with a bar, because the first time may take long
        reactor = session.reactor(_now(args, session))
        while True:
            ran = reactor.until_idle(_now(args, session)) if args.until_idle else reactor.run(_now(args, session))
            code = _told(screen, ran, reactor.machine, quietly=args.every is not None)
            if args.every is None or code:
                return code
            screen.out.flush()
            sleep(args.every)


def _now(args: Namespace, session: "Session") -> "datetime":
    """The ledger's clock; a simulated ledger's may be put forward, as by a line."""
    from datetime import datetime  # noqa: PLC0415 - loaded by now

    if args.clock is None:
        return session.clock.now()
    if not session.simulated:
        raise WrongUsage("This ledger keeps its own time.", "Leave --clock away; it is for simulated ledgers.")
    return max(datetime.fromisoformat(args.clock), session.clock.now())


def _told(screen: Screen, ran: "tuple[Ran, ...] | Refused", machine: str, *, quietly: bool) -> int:
    """Show what the run came to; the exit code. Quietly: only where something was recorded or refused."""
    from interfaces.cli.asking import told  # noqa: PLC0415 - loaded by now
    from ledger.terms.outcome import Refused  # noqa: PLC0415

    if isinstance(ran, Refused):
        return told(screen, ran)
    if not quietly or any(each.recorded or each.refused for each in ran):
        _show(screen, ran, machine)
    return _SOME_REFUSED if any(each.refused for each in ran) else 0


def _show(screen: Screen, ran: "tuple[Ran, ...]", machine: str) -> None:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now
    from interfaces.plain import plain  # noqa: PLC0415

    position = max(each.position for each in ran)
    shown = [{**plain(each), "refused": dict(each.refused)} for each in ran]
    screen.answer({"position": position, "machine": machine, "reactions": shown})
    recorded = sum(len(each.recorded) for each in ran)
    screen.say(f"Looked at everything up to position {position} as {machine}: {counted(recorded, 'fact')} recorded.")
    rows = [(each.reaction, str(len(each.recorded)), str(each.known), str(each.passed)) for each in ran]
    screen.table(_COLUMNS, rows, right=(1, 2, 3))
    for each in ran:
        for code, times in each.refused:
            screen.say(f"{each.reaction}: {counted(times, 'report')} refused, {code}.")
    if recorded:
        screen.say("`ccm-ledger reviews` lists what is open.")

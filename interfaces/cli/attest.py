"""`attest`: sign every month that is ready, each with a signature of its own; what is left out is listed, with why."""

from argparse import Namespace
from collections import Counter
from typing import TYPE_CHECKING, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, ReadRefused, month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commands.answer import Answer
    from interfaces.bootstrap import Session
    from interfaces.cli.attest_batch import BatchMonth
    from interfaces.cli.delivering import Tally

_MORE: Final = """\
Signed are months of which you are the billing practitioner, that are ready, and whose family your practice attests in
batches. Nobody else can sign for you. The others are shown with the reason: look at them one by one (`month`, then
`attest_month`).
EXCEPTIONS is a file (or - for standard input) with a patient's id and a reason on each line: those months are left out,
and the reason is recorded under seal. It holds for this batch alone. A line that cannot be right ends the command
before anything is recorded.
With --dry-run nothing is signed or left out, and the list shows what would be.
With --json every month of the batch is one JSON object on a line: `becomes` is signed, left_out, signed_before or
not_signed, `why` holds the codes of what is missing or refused, and the ledger's own answer stands beside; a summary is
on standard error.
"""
_SIGNER: Final = "attest_in_batch"


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
    from interfaces.cli.attest_batch import batch_of  # noqa: PLC0415
    from interfaces.cli.attest_exceptions import are_of_the_batch, exceptions_in, led  # noqa: PLC0415
    from projections.questions import months  # noqa: PLC0415

    left_out = exceptions_in(args.exceptions) if args.exceptions else {}
    with session_of(args, screen) as session:
        signer = _signer(session)
        found = months(session.log, pulled(session, screen), session.rulebook_of, args.month)
        own = [row for row in found.rows if row.practitioner == signer]
        ask(session, args, "months", [row.patient for row in own], month=args.month, as_of=found.position)
        left_out = led(left_out, session.handler.state)
        are_of_the_batch(left_out, own, args.month)
        batch = batch_of(session, own, left_out, f"attest/{session.handler.new_id('at')}")
        return _told(args, screen, batch) if args.dry_run else _sign(args, screen, session, batch)


def _signer(session: "Session") -> str:
    """Who signs; ReadRefused for anybody who signs no month, whoever's it is."""
    from commands.access import reader_of  # noqa: PLC0415 - loaded by now
    from commands.authority import capacity_of, roles_in_words  # noqa: PLC0415
    from ledger.terms.identity import staff_tag  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415
    from ledger.terms.refusals import refused  # noqa: PLC0415

    signer = reader_of(session.handler)
    if isinstance(signer, Refused):
        raise ReadRefused(signer)
    handler = session.handler
    if capacity_of(handler.state(staff_tag(signer)), _SIGNER, handler.now().date()) is None:
        happened = "A month is signed by its billing practitioner; the reader holds no role of practitioner today."
        raise ReadRefused(refused("capacity_missing", happened=happened, roles=roles_in_words(_SIGNER)))
    return signer


def _told(args: Namespace, screen: Screen, batch: "list[BatchMonth]") -> int:
    """What would become of each month, and nothing else."""
    from interfaces.cli.attest_batch import show_month  # noqa: PLC0415 - loaded by now

    _begin(args, screen, batch)
    if screen.as_json:
        for number, each in enumerate(batch, start=1):
            show_month(screen, number, each, None, dry_run=True)
    _end(args, screen, batch, None)
    return 0


def _sign(args: Namespace, screen: Screen, session: "Session", batch: "list[BatchMonth]") -> int:
    """The lines through the door of every command, under one correlation id; a month is shown when it is durable."""
    from interfaces.cli.attest_batch import answered, show_month  # noqa: PLC0415 - loaded by now
    from interfaces.cli.delivering import Delivering, in_words  # noqa: PLC0415

    answers: list[Answer] = []
    words = in_words(screen, lambda number: f"Month {number}", Counter())

    def show(group: "Sequence[tuple[int, Answer]]") -> None:
        answers.extend(answer for _, answer in group)
        words(group)

    delivering = Delivering(session, show)
    _begin(args, screen, batch)
    done: list[BatchMonth] = []
    for number, each in enumerate(batch, start=1):
        answer = None
        if each.line is not None:
            delivering.group([delivering.raw(number, each.line)])
            answer = answers.pop()
        done.append(answered(each, answer) if answer is not None else each)
        if screen.as_json:
            show_month(screen, number, done[-1], answer, dry_run=False)
    _end(args, screen, done, delivering.tally)
    return delivering.tally.exit_code


def _begin(args: Namespace, screen: Screen, batch: "list[BatchMonth]") -> None:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now

    screen.say(f"{args.month}: {counted(len(batch), 'month')} of yours.")
    if not batch:
        screen.say("A month is yours while you are designated for it and somebody logged time in it.")


def _end(args: Namespace, screen: Screen, batch: "list[BatchMonth]", tally: "Tally | None") -> None:
    """The list for people with how many of each; how many of each for programs."""
    from interfaces.cli.attest_batch import BECOMES, show_table  # noqa: PLC0415 - loaded by now

    if screen.as_json:
        counts = Counter(each.becomes for each in batch)
        told = {"month": args.month, "months": len(batch), **{each: counts[each] for each in BECOMES}}
        screen.note_json({"summary": {**told, "dry_run": tally is None}})
        return
    if batch:
        show_table(screen, args.month, batch, dry_run=tally is None)
    if tally is not None:
        screen.say(*tally.as_text())

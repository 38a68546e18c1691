"""`release`: hand signed months to billing: one month, or all that are ready, each with a claim of its own."""

from argparse import ArgumentTypeError, Namespace
from collections import Counter
from typing import TYPE_CHECKING, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import (
    PROGRAMMES,
    Commands,
    Parser,
    ReadRefused,
    WrongUsage,
    claim_id,
    month,
    patient_id,
    practice_id,
    programme_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commands.answer import Answer
    from interfaces.bootstrap import Session
    from interfaces.cli.delivering import Tally
    from interfaces.cli.release_batch import Release

_MORE: Final = """\
`release YYYY-MM --all-ready` releases every month that `ready` lists as ready, under one correlation id; every claim is
a fact of its own. The others are shown with the reason, and nobody releases them by this. Run again it releases what
has become ready since: a month with a live claim is left alone. A month that was sent before (rejected, withdrawn) is
released by itself: `release PATIENT YYYY-MM`, with --replaces CLAIM where the new claim stands for the earlier one.
Behind the filing deadline a month is released by itself too, with --late-because WORDS: the words are kept sealed.
With --dry-run nothing is released: what is shown is what each release would be answered.
With --json every month is one JSON object on a line: `becomes` is released, released_before or not_released, `why`
holds the codes, and the ledger's own answer stands beside; a summary is on standard error.
"""
_COMMAND: Final = "release_claim"


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "release", parents=[shared], help="release signed months to billing", description=__doc__, epilog=_MORE
    )
    parser.add_argument("what", metavar="[PATIENT] YYYY-MM", nargs="+", type=_patient_or_month)
    parser.add_argument("--all-ready", action="store_true", help="every month that is ready")
    parser.add_argument("--practice", metavar="P", type=practice_id, help="of this practice alone")
    programme_option(parser, "whose month of the patient")
    parser.add_argument("--replaces", metavar="CLAIM", type=claim_id, help="the claim that the new one stands for")
    parser.add_argument(
        "--late-because", metavar="WORDS", help="behind the filing deadline: the exception the payer grants"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be released, and release nothing")
    parser.set_defaults(run=run_release)


def _patient_or_month(text: str) -> str:
    try:
        return patient_id(text) if text.startswith("pt_") else month(text)
    except ArgumentTypeError:
        raise ArgumentTypeError("takes a patient's opaque id and a month as YYYY-MM, or a month alone") from None


def run_release(args: Namespace, screen: Screen) -> int:
    """Record the reads, list the months, release those that are ready."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.ready import NEAR_MINUTES, list_asked  # noqa: PLC0415
    from interfaces.cli.release_batch import batch_of, one_of  # noqa: PLC0415

    patient = _named(args)
    with session_of(args, screen) as session:
        _biller(session)
        name = f"release/{session.handler.new_id('cl')}"
        if patient is not None:
            batch = [one_of(args, session, patient, name)]
        else:
            batch = batch_of(session, list_asked(args, screen, session, near_minutes=NEAR_MINUTES), name)
        return _told(args, screen, batch) if args.dry_run else _release(args, screen, session, batch)


def _named(args: Namespace) -> str | None:
    """The patient whose month is released; None where all that are ready are. Sets what a list needs."""
    patients = [word for word in args.what if word.startswith("pt_")]
    months = [word for word in args.what if not word.startswith("pt_")]
    shapes = {(0, 1, True), (1, 1, False)}
    if (len(patients), len(months), args.all_ready) not in shapes:
        happened = "One month of one patient is released, or all of a month that are ready."
        raise WrongUsage(happened, "Name PATIENT and YYYY-MM, or YYYY-MM with --all-ready.")
    if args.all_ready and (args.replaces or args.late_because or args.programme != PROGRAMMES[0]):
        raise WrongUsage("--replaces, --late-because and --programme are about one month.", "Name its patient too.")
    if patients and args.practice:
        raise WrongUsage("--practice is about a whole month.", "Leave it out where a patient is named.")
    args.month, args.as_of = months[0], None
    return patients[0] if patients else None


def _biller(session: "Session") -> None:
    """ReadRefused for whoever releases no month, whosever it is."""
    from commands.access import reader_of  # noqa: PLC0415 - loaded by now
    from commands.authority import capacity_of, roles_in_words  # noqa: PLC0415
    from ledger.terms.identity import staff_tag  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415
    from ledger.terms.refusals import refused  # noqa: PLC0415

    actor = reader_of(session.handler)
    if isinstance(actor, Refused):
        raise ReadRefused(actor)
    handler = session.handler
    if capacity_of(handler.state(staff_tag(actor)), _COMMAND, handler.now().date()) is None:
        happened = "Months are released by billers; the reader holds no such role today."
        raise ReadRefused(refused("capacity_missing", happened=happened, roles=roles_in_words(_COMMAND)))


def _told(args: Namespace, screen: Screen, batch: "list[Release]") -> int:
    """What would become of each month, and nothing else; the exit code is that of the run itself."""
    from interfaces.cli.release_batch import show_release  # noqa: PLC0415 - loaded by now

    if screen.as_json:
        for number, each in enumerate(batch, start=1):
            show_release(screen, number, each, None, dry_run=True)
    _end(args, screen, batch, None)
    return 1 if any(each.refusal is not None for each in batch) else 0


def _release(args: Namespace, screen: Screen, session: "Session", batch: "list[Release]") -> int:
    """The lines through the door of every command, under one correlation id; each is shown when it is durable."""
    from interfaces.cli.delivering import Delivering, in_words  # noqa: PLC0415 - loaded by now
    from interfaces.cli.release_batch import answered, show_release  # noqa: PLC0415

    done = list(batch)
    words = in_words(screen, lambda number: f"Month {number}", Counter())

    def show(group: "Sequence[tuple[int, Answer]]") -> None:
        for number, answer in group:
            done[number - 1] = answered(done[number - 1], answer)
            if screen.as_json:
                show_release(screen, number, done[number - 1], answer, dry_run=False)
        words(group)

    delivering = Delivering(session, show)
    delivering.all(
        delivering.raw(number, each.line) for number, each in enumerate(batch, start=1) if each.line is not None
    )
    if screen.as_json:
        for number, each in enumerate(done, start=1):
            if each.line is None:
                show_release(screen, number, each, None, dry_run=False)
    _end(args, screen, done, delivering.tally)
    return delivering.tally.exit_code


def _end(args: Namespace, screen: Screen, batch: "list[Release]", tally: "Tally | None") -> None:
    """The list for people with its sums; the sums for programs."""
    from interfaces.cli.release_batch import show_table, sums_json  # noqa: PLC0415 - loaded by now

    if screen.as_json:
        screen.note_json({"summary": {"month": args.month, **sums_json(batch), "dry_run": tally is None}})
        return
    show_table(screen, args.month, batch, dry_run=tally is None)
    if tally is not None:
        screen.say(*tally.as_text())

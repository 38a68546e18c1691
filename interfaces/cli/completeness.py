"""`completeness map` and `completeness prove`: that what is shown of a patient is all that this ledger was told.

`map` counts every fact by patient, patient-month and class, and puts the root of these counts on record; run it every
night. `prove` writes a packet for one patient: the headers of all their facts, without content, the counts as they were
signed, and every header since, so that none can be held back. `python3 ccm-verify.pyz FILE` proves it without the
ledger. It is the operator's signed claim: whoever holds the whole ledger makes the same root again, or refutes it.
"""

from argparse import Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli.screen import Screen
from interfaces.cli.sealing import log_key_option
from interfaces.cli.usage import Commands, Parser, WrongUsage, month, patient_id

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.store.checkpoints.completing import FactClassName

_CLASSES: Final = ("record", "review", "access")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser(
        "completeness",
        parents=[shared],
        help="the map of how many facts each patient has, and proofs by it",
        description=__doc__,
    )
    which = parser.add_subparsers(title="what to do", metavar="WHAT", required=True)
    made = which.add_parser("map", parents=[shared], help="put the map of now on record", description=__doc__)
    made.set_defaults(run=run_map)
    prove = which.add_parser("prove", parents=[shared], help="write the packet of one patient", description=__doc__)
    prove.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id; `find` answers with it")
    prove.add_argument("--month", metavar="YYYY-MM", type=month, help="of this month alone")
    prove.add_argument("--class", dest="fact_class", choices=_CLASSES, help="of this class alone (default: all three)")
    prove.add_argument("-o", "--output", metavar="FILE", help="write it to a new file instead of the screen")
    log_key_option(prove)
    prove.set_defaults(run=run_prove)


def run_map(args: Namespace, screen: Screen) -> int:
    """Put the map of everything that is there on record, and say what it covers."""
    from interfaces.cli.asking import session_of, told  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from interfaces.completing import commit_map  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415

    with session_of(args, screen) as session:
        recorded = commit_map(session)
        if isinstance(recorded, Refused):
            return told(screen, recorded)
        depth, up_to, entries, root = recorded.said
        said = {"depth": depth, "up_to": up_to, "entries": entries, "root": root.hex()}
        screen.answer({"position": recorded.position, "is_new": recorded.is_new, **said})
        word = "put on record" if recorded.is_new else "on record already"
        screen.say(
            f"The map of {counted(up_to, 'fact')} is {word} at position {recorded.position}:"
            f" {counted(entries, 'count')}, by subject and class."
        )
    return 0


def run_prove(args: Namespace, screen: Screen) -> int:
    """Record the read; map and seal where the log's keys are at hand; then write the packet."""
    from interfaces.cli.asking import ask_about, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.new_files import is_free, new_file  # noqa: PLC0415
    from interfaces.cli.verifier_beside import lay_verifier_beside  # noqa: PLC0415
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from interfaces.completing import packet_of  # noqa: PLC0415

    if args.output is not None:
        is_free(args.output)
    classes: tuple[FactClassName, ...] = (args.fact_class,) if args.fact_class else _CLASSES
    with session_of(args, screen) as session:
        ask_about(session, args, "export", args.patient, month=args.month)
        if getattr(args, "session", None) is None:
            # A server only reads here: its sealer and its timer make checkpoints and maps.
            bring_up(session, args)
        packet = packet_of(session.log, args.patient, args.month, classes)
        if packet is None:
            raise WrongUsage(
                "No checkpoint covers a map of completeness, or too much came behind it.",
                "Run `ccm-ledger completeness map`, then `ccm-ledger seal`, and ask again.",
            )
        _proves_itself(packet.text)
        if args.output is None:
            screen.plain(packet.text)
            return 0
        with new_file(args.output, encoding="utf-8") as file:
            file.write(packet.text)
        screen.answer({"file": args.output, "facts": packet.facts, "behind": packet.behind, "classes": list(classes)})
        screen.say(
            f"The packet was written to {args.output}: {counted(packet.facts, 'fact')} as headers, complete as to what"
            f" this ledger was told, and {counted(packet.behind, 'header')} since the map."
        )
        lay_verifier_beside(args.output, screen)
    return 0


def bring_up(session: "Session", args: Namespace) -> bool:
    """A map of now and a checkpoint over it, where this program has the keys of the log; else what is sealed counts.

    Answers whether it has them.
    """
    from interfaces import bootstrap  # noqa: PLC0415 - loaded by now
    from interfaces.completing import commit_map  # noqa: PLC0415
    from interfaces.sealed import sealer_of  # noqa: PLC0415

    file = bootstrap.log_key_file(session, args.log_key_file)
    has_keys = bool(args.log_key_file) or file.exists()
    if has_keys:
        commit_map(session)
        sealer_of(session, file).seal()
    return has_keys


def _proves_itself(text: str) -> None:
    """LedgerDamaged where the facts are not those that were sealed and counted: no such file leaves the ledger."""
    from ledger.proof.bill import verify_bill  # noqa: PLC0415 - loaded by now
    from ledger.terms.errors import LedgerDamaged  # noqa: PLC0415

    because = ""
    try:
        verify_bill(text.encode())
    except ValueError as error:
        because = str(error)
    if because:
        raise LedgerDamaged(
            f"The packet would not prove itself: {because}.",
            "Stop writing, keep this disk, and run `ccm-ledger verify --log`.",
        )

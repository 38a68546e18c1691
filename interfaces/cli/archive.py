"""`archive`: a whole ledger as one portable file, and a file as a ledger again."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen, steps
from interfaces.cli.usage import Commands, Parser, WrongUsage, a_ledger_is_named

if TYPE_CHECKING:
    from ledger.store.archive.rows import LedgerRow, Trailer

_MORE_EXPORT: Final = """\
The file holds every fact as it is stored, with its tags, and the keys, wrapped: without the ledger's key file, which is
not in it, no sealed words can be read. Clear parts (instants, codes, roles) can: keep the file as you keep the ledger.
Others may go on writing meanwhile. No key is needed to export.
"""
_MORE_IMPORT: Final = """\
--ledger names an empty place: a new folder, or a new name on a server. Nothing is decided again; every leaf is checked,
and nobody can open the ledger before the last one was. The same command goes on with an import that was interrupted.
No key is needed to import; opening the ledger afterwards takes the key file that it was made with.
"""
_ONE_LEDGER: Final = (
    "It is the same ledger as the one that was exported: let one of the two be written to from now on, never both."
)


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("archive", parents=[shared], help="a whole ledger as one portable file")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name, run, said, more in (
        ("export", run_export, "Write the ledger into a new file.", _MORE_EXPORT),
        ("import", run_import, "Make the ledger of an archive at an empty place.", _MORE_IMPORT),
        ("check", run_check, "Check every byte and every leaf of an archive; no ledger and no key is needed.", None),
    ):
        each = inner.add_parser(name, parents=[shared], help=said, description=said, epilog=more)
        each.add_argument("file", metavar="FILE", help="the archive")
        each.set_defaults(run=run)
        if name == "import":
            each.add_argument(
                "--start-over", action="store_true", help="throw away what an interrupted import left, and begin anew"
            )


def run_export(args: Namespace, screen: Screen) -> int:
    """Write the file and say what is in it."""
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.system import SystemClock  # noqa: PLC0415
    from ledger.store.archive.export import export_ledger  # noqa: PLC0415

    a_ledger_is_named(args.ledger)
    where = bootstrap.settings(ledger=args.ledger, key_file=args.key_file, actor=None)
    file = Path(args.file)
    if file.exists():
        raise WrongUsage("There is a file of that name already.", "Name another one; an archive is never overwritten.")
    with _bar(screen) as progress:
        made = export_ledger(where.place, file, SystemClock(), progress=progress)
    _tell(
        screen,
        made.ledger,
        made.trailer,
        f"The ledger was written to {file}: {made.size:,} bytes.",
        {"size": made.size},
    )
    screen.say("The key file is not in it: keep a copy of that elsewhere.")
    return 0


def run_import(args: Namespace, screen: Screen) -> int:
    """Make the ledger and say what must be known of two copies."""
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.system import SystemClock, calm_the_collector  # noqa: PLC0415
    from ledger.store.archive.importing import import_archive  # noqa: PLC0415

    a_ledger_is_named(args.ledger)
    where = bootstrap.settings(ledger=args.ledger, key_file=args.key_file, actor=None)
    calm_the_collector()
    with _bar(screen) as progress:
        made = import_archive(
            Path(args.file), where.place, SystemClock(), start_over=args.start_over, progress=progress
        )
    key_file = bootstrap.key_place(where, made.ledger.ledger_id)
    named = None if key_file is None else str(key_file)
    beside = {"ledger": str(where.place), "facts_there_before": made.there, "key_file": named}
    _tell(screen, made.ledger, made.trailer, f"The ledger was made in {where.place}.", beside)
    if made.there:
        screen.say(f"An interrupted import had brought {made.there:,} of the facts; they were compared and kept.")
    screen.say(_ONE_LEDGER, f"It opens with the key that it was made with: {named or 'CCM_LEDGER_MASTER_KEY'}.")
    return 0


def run_check(args: Namespace, screen: Screen) -> int:
    """Check the file and say what is in it."""
    from ledger.store.archive.importing import check_archive  # noqa: PLC0415 - `--help` must not wait for it

    with _bar(screen) as progress:
        found = check_archive(Path(args.file), progress=progress)
    said = "The archive is whole: every leaf, its Merkle root and the digest of the file were checked."
    _tell(screen, found.ledger, found.trailer, said, {})
    return 0


def _tell(screen: Screen, ledger: "LedgerRow", trailer: "Trailer", said: str, beside: dict[str, Any]) -> None:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now

    screen.simulated(ledger.simulated)
    counts = {name: value for name, value in trailer._asdict().items() if isinstance(value, int)}
    digests = {"root": trailer.root.hex(), "digest": trailer.digest.hex()}
    screen.answer({"ledger_id": ledger.ledger_id, **counts, **digests, **beside})
    screen.say(
        said,
        f"{counted(trailer.facts, 'fact')} in {counted(trailer.streams, 'stream')},"
        f" {counted(trailer.keys, 'command key')}, {counted(trailer.data_keys, 'data key')}.",
        f"Merkle root of {counted(trailer.facts, 'fact')}: {trailer.root.hex()}",
    )


@contextmanager
def _bar(screen: Screen) -> Iterator[Callable[[int], Callable[[int, int], None]]]:
    """A bar that is drawn once the number of facts is known."""
    with ExitStack() as drawn:
        yield lambda total: steps(drawn.enter_context(screen.progress("Facts", total)))

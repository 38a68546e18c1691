"""`seal` and `receipt`: facts are put into the signed log, and one fact's place in it is handed out as a file.

Sealing checks every new fact anew, extends the Merkle tree and signs its root with the keys of the log. What a
checkpoint covers cannot be changed, removed or put back without the next checkpoint, or anybody who kept this one,
showing it. A receipt is a C2SP tlog-proof: `python -m ledger.proof FILE --key VKEY` verifies it without the ledger.
"""

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, count, position

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.store.checkpoints.sealing import Sealed, Sealer

HEARTBEAT_SECONDS: Final = 600
NOT_SEALED: Final = 1
_MORE: Final = """\
With --watch it goes on until it is ended, and a server that is away for a while does not end it. While nothing is
appended the ledger's own clock signs the last checkpoint anew, so that silence is signed as well. --publish keeps a
folder up to date that others can read (C2SP tlog-tiles); put it where whoever runs the ledger cannot change it.
"""


def log_key_option(parser: Parser) -> None:
    """Declare `--log-key-file`."""
    parser.add_argument(
        "--log-key-file",
        metavar="FILE",
        help="the keys of the log (else CCM_LEDGER_LOG_KEY_FILE, else your configuration folder)",
    )


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    seal = commands.add_parser(
        "seal", parents=[shared], help="sign what was recorded", description=__doc__, epilog=_MORE
    )
    seal.add_argument("--status", action="store_true", help="seal nothing, and say what is not sealed yet")
    seal.add_argument("--watch", metavar="SECONDS", type=count, help="seal again and again, so many seconds apart")
    seal.add_argument(
        "--heartbeat",
        metavar="SECONDS",
        type=count,
        default=HEARTBEAT_SECONDS,
        help=f"with --watch: after how long without a new fact the clock signs (default: {HEARTBEAT_SECONDS})",
    )
    seal.add_argument("--publish", metavar="FOLDER", help="bring a folder with the log up to date")
    log_key_option(seal)
    seal.set_defaults(run=run_seal)
    receipt = commands.add_parser(
        "receipt", parents=[shared], help="the proof that one fact is in the log", description=__doc__
    )
    receipt.add_argument("position", metavar="POSITION", type=position, help="of the fact")
    receipt.add_argument("-o", "--output", metavar="FILE", help="write it to a new file instead of the screen")
    receipt.set_defaults(run=run_receipt)


def run_seal(args: Namespace, screen: Screen) -> int:
    """Seal once, or go on until somebody ends it."""
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.asking import session_of  # noqa: PLC0415
    from interfaces.sealed import sealer_of  # noqa: PLC0415

    with session_of(args, screen) as session:
        if args.status:
            _tell_status(session, screen)
            return 0
        _outside_the_ledger(session, args.publish)
        at_work = sealer_of(session, bootstrap.log_key_file(session, args.log_key_file))
        sealing = _Sealing(session, at_work, args, screen)
        if args.watch is None:
            sealing.once()
        else:
            sealing.watch(args.watch)
    return 0


def _outside_the_ledger(session: "Session", folder: str | None) -> None:
    """WrongUsage where the folder that others may read is the ledger's own, lies in it, or holds it."""
    place = session.where.place
    if folder is None or not isinstance(place, Path):
        return
    shown, own = Path(folder).resolve(), place.resolve()
    if shown.is_relative_to(own) or own.is_relative_to(shown):
        raise WrongUsage(
            "The log cannot be published there: others may read that folder, and the ledger itself lies in it or around"
            " it.",
            "Name a folder apart from the ledger's.",
        )


def _tell_status(session: "Session", screen: Screen) -> None:
    """The unsealed window: how many facts no checkpoint covers, and since when."""
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now
    from ledger.store.checkpoints.proving import Prover  # noqa: PLC0415

    store = session.log.engine.log_store()
    unsealed, stored = Prover(store).unsealed(session.clock), store.latest()
    size, number = (stored.size, stored.number) if stored else (0, 0)
    screen.answer({"checkpoint": number, "size": size, "unsealed": unsealed._asdict()})
    since = f" for {unsealed.seconds:,} s" if unsealed.facts else ""
    screen.say(f"Checkpoint {number} covers {size:,} facts; {counted(unsealed.facts, 'fact')} unsealed{since}.")


class _Sealing:
    """What `seal` does, once or again and again."""

    def __init__(self, session: "Session", sealer: "Sealer", args: Namespace, screen: Screen) -> None:
        self._session = session
        self._sealer = sealer
        self._folder: str | None = args.publish
        self._heartbeat: int = args.heartbeat
        self._screen = screen

    def once(self) -> None:
        """Seal, or where nothing is new let the clock sign."""
        sealed = self._sealed()
        beat = None if sealed.facts else self._sealer.heartbeat()
        self._tell(sealed, self._published(), has_beaten=beat is not None)

    def watch(self, seconds: int, sleeping: Callable[[float], object] = sleep) -> None:
        """Seal until somebody ends it; what is away for a while is waited for and told."""
        from ledger.terms.errors import StoreUnavailable  # noqa: PLC0415 - loaded by now

        said_at, is_first = monotonic(), True
        while True:
            try:
                sealed = self._sealed()
                is_silent = not sealed.facts and monotonic() - said_at >= self._heartbeat
                beat = self._sealer.heartbeat() if is_silent else None
                if sealed.facts or beat is not None or is_first:
                    said_at, is_first = monotonic(), False
                    self._tell(sealed, self._published(), has_beaten=beat is not None)
                    self._screen.out.flush()
            except StoreUnavailable as error:
                self._screen.note(f"{error.happened} {error.remedy}".strip())
            sleeping(seconds)

    def _sealed(self) -> "Sealed":
        """Seal; where a folder is kept up to date, not behind what it shows."""
        if self._folder is not None:
            from ledger.store.checkpoints.publishing import check_before_sealing  # noqa: PLC0415 - only with --publish

            check_before_sealing(self._session.log, Path(self._folder))
        return self._sealer.seal()

    def _published(self) -> int | None:
        if self._folder is None:
            return None
        from ledger.store.checkpoints.publishing import publish  # noqa: PLC0415 - only with --publish

        return publish(self._session.log, Path(self._folder)).files

    def _tell(self, sealed: "Sealed", files: int | None, *, has_beaten: bool) -> None:
        from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now

        answer: dict[str, Any] = {
            "checkpoint": sealed.number,
            "size": sealed.size,
            "sealed": sealed.facts,
            "root": sealed.root.hex(),
            "heartbeat": has_beaten,
            "files": files,
        }
        self._screen.answer(answer)
        if sealed.facts:
            self._screen.say(
                f"{counted(sealed.facts, 'fact')} sealed; checkpoint {sealed.number} covers {sealed.size:,}."
            )
        else:
            beat = " Its clock signed anew." if has_beaten else ""
            self._screen.say(f"Nothing new: checkpoint {sealed.number} covers all {sealed.size:,} facts.{beat}")
        if files is not None:
            self._screen.say(f"Published: {counted(files, 'file')} written.")


def run_receipt(args: Namespace, screen: Screen) -> int:
    """Hand out the proof that a fact is in the log; exit code 1 where it is not sealed yet."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.new_files import is_free, new_file  # noqa: PLC0415
    from ledger.store.checkpoints.proving import Prover  # noqa: PLC0415

    if args.output is not None:
        is_free(args.output)
    with session_of(args, screen) as session:
        if not 0 < args.position <= session.log.refresh():
            raise WrongUsage("The ledger holds no fact at that position.", "The answer to a line names its positions.")
        receipt = Prover(session.log.engine.log_store()).receipt(args.position)
        if receipt is None:
            screen.answer({"position": args.position, "receipt": None})
            screen.note("The fact is recorded and not sealed yet. `ccm-ledger seal` seals it.")
            return NOT_SEALED
        proof = receipt.render().decode()
        screen.answer({"position": args.position, "receipt": proof})
        if args.output is not None:
            with new_file(args.output, encoding="utf-8") as file:
                file.write(proof)
            screen.say(f"The receipt of the fact at position {args.position} was written to {args.output}.")
        elif not screen.as_json:
            sys.stdout.write(proof)
    return 0

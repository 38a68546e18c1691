"""`timestamp`: an outside authority's word that the last checkpoint existed by then (RFC 3161).

What leaves is the hash of a checkpoint, which says nothing about anybody. The authority's answer is checked, kept with
the checkpoint, and handed out with bills.
"""

from argparse import Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli.kept_files import MEGABYTE, ROOTS, Wanted, kept_bytes
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.store.checkpoints.rows import StoredCheckpoint

SECONDS_MAX: Final = 30
_ANSWER: Final = Wanted(MEGABYTE, "timestamp")
_COLUMNS: Final = ("checkpoint", "facts", "existed by")
_ABOUT: Final = {
    "request": "Make the file that asks an authority for a timestamp of the last checkpoint.",
    "accept": "Check the authority's answer and keep it.",
    "fetch": "Ask an authority over HTTP, check its answer and keep it.",
    "list": "Show the timestamps that are kept.",
}


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser(
        "timestamp", parents=[shared], help="an outside authority's word on the last checkpoint"
    )
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    made = {
        name: inner.add_parser(name, parents=[shared], help=said, description=said) for name, said in _ABOUT.items()
    }
    made["request"].add_argument("-o", "--output", metavar="FILE", required=True, help="the file to make (.tsq)")
    made["accept"].add_argument("answer", metavar="FILE", help="what the authority answered (.tsr)")
    made["fetch"].add_argument("url", metavar="URL", help="of the authority")
    for name in ("accept", "fetch"):
        said = "PEM: the certificate that the authority's own leads to"
        made[name].add_argument("--roots", metavar="FILE", required=True, help=said)
    runs = {"request": run_request, "accept": run_accept, "fetch": run_fetch, "list": run_list}
    for name, each in made.items():
        each.set_defaults(run=runs[name])


def run_request(args: Namespace, screen: Screen) -> int:
    """Write the request about the last checkpoint."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.new_files import is_free, new_bytes  # noqa: PLC0415
    from ledger.store.checkpoints.timestamping import request_for  # noqa: PLC0415

    is_free(args.output)
    with session_of(args, screen) as session:
        last = _last(session)
    with new_bytes(args.output) as file:
        file.write(request_for(_text(last)))
    screen.answer({"file": args.output, "size": last.size})
    screen.say(f"{args.output} asks for a timestamp of the checkpoint of {last.size:,} facts.")
    return 0


def run_accept(args: Namespace, screen: Screen) -> int:
    """Find the checkpoint that an answer is about, the newest first, and keep it there."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for it

    answer = kept_bytes(args.answer, _ANSWER)
    with session_of(args, screen) as session:
        return _keep(session, screen, answer, args.roots)


def run_fetch(args: Namespace, screen: Screen) -> int:
    """Send the request, and keep what comes back."""
    from urllib.error import URLError  # noqa: PLC0415 - nothing else speaks HTTP here
    from urllib.request import Request, urlopen  # noqa: PLC0415

    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.store.checkpoints.timestamping import REQUEST_TYPE, RESPONSE_MAX, request_for  # noqa: PLC0415

    if not args.url.startswith(("http://", "https://")):
        raise WrongUsage("The authority is not named by a URL.", "Name it as https://HOST/PATH.")
    with session_of(args, screen) as session:
        body, head = request_for(_text(_last(session))), {"Content-Type": REQUEST_TYPE}
        asked = Request(args.url, data=body, headers=head)  # noqa: S310 - http or https, as checked above
        try:
            with urlopen(asked, timeout=SECONDS_MAX) as response:  # noqa: S310 - the same
                answer: bytes = response.read(RESPONSE_MAX + 1)
        except (URLError, OSError, ValueError) as error:
            raise WrongUsage(
                f"The authority did not answer: {type(error).__name__}.", "Check its address; try again later."
            ) from error
        return _keep(session, screen, answer, args.roots)


def run_list(args: Namespace, screen: Screen) -> int:
    """Every timestamp with its checkpoint."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.wording import moment  # noqa: PLC0415
    from ledger.store.instants import from_micros  # noqa: PLC0415

    with session_of(args, screen) as session:
        store = session.log.engine.log_store()
        kept = [
            (each, from_micros(stamp.at)) for each in store.checkpoints() for stamp in store.timestamps(each.number)
        ]
    found = [{"checkpoint": each.number, "size": each.size, "at": at.isoformat()} for each, at in kept]
    screen.answer({"timestamps": found})
    screen.table(_COLUMNS, [(str(e.number), f"{e.size:,}", moment(at)) for e, at in kept], right=(0, 1))
    return 0


def _keep(session: "Session", screen: Screen, answer: bytes, roots: str) -> int:
    from ledger.store.checkpoints.timestamping import checked, is_about, roots_in, stored  # noqa: PLC0415 - as above

    store, trusted = session.log.engine.log_store(), roots_in(kept_bytes(roots, ROOTS))
    checkpoint = next((each for each in store.checkpoints() if is_about(answer, _text(each))), None)
    if checkpoint is None:
        raise WrongUsage("The timestamp is of no checkpoint of this ledger.", "Name the answer to a request made here.")
    found = checked(answer, _text(checkpoint), trusted)
    store.add_timestamp(stored(found, checkpoint.number))
    screen.answer({"size": checkpoint.size, "at": found.at.isoformat(), "serial": str(found.serial)})
    screen.say(f"The checkpoint of {checkpoint.size:,} facts existed by {found.at.isoformat(sep=' ')}.")
    return 0


def _last(session: "Session") -> "StoredCheckpoint":
    stored = session.log.engine.log_store().latest()
    if stored is None:
        raise WrongUsage("Nothing of this ledger is sealed yet.", "Run `ccm-ledger seal` first.")
    return stored


def _text(stored: "StoredCheckpoint") -> str:
    from ledger.proof.note import parse_note  # noqa: PLC0415 - loaded by now

    return parse_note(stored.note).text

"""`witness`: have another ledger vouch for this one's log, and vouch for another one's.

The ledger that asks makes a request file; the witness answers with a cosignature; whoever holds its key can see that
the log went on from everything that the witness saw before. Files pass by any way: nothing in them is about a person.
"""

from argparse import Namespace
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.kept_files import Wanted, kept_bytes
from interfaces.cli.new_files import is_free, new_file
from interfaces.cli.screen import Screen
from interfaces.cli.sealing import log_key_option
from interfaces.cli.usage import Commands, Parser, WrongUsage

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.store.checkpoints.log_keys import SigningKey
    from ledger.store.checkpoints.proving import Prover
    from ledger.store.checkpoints.rows import StoredCheckpoint
    from ledger.streams.witnessing import WatchedLog

CONTRADICTED: Final = 3
_PASSED: Final = Wanted(65_536, "note or request")
_ABOUT: Final = {
    "trust": "Watch the log of another ledger, by the public keys that it signs with.",
    "list": "Show which logs are watched, and the newest checkpoint seen of each.",
    "request": "Make the file that asks a witness to vouch for this ledger's last checkpoint.",
    "cosign": "Vouch for the checkpoint of a request, where it goes on from the one seen before.",
    "accept": "Keep the cosignature that a witness answered.",
}
_COLUMNS: Final = ("log", "facts", "root", "since position", "contradictions")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("witness", parents=[shared], help="ledgers that vouch for each other's logs")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    made = {
        name: inner.add_parser(name, parents=[shared], help=said, description=said) for name, said in _ABOUT.items()
    }
    made["trust"].add_argument("origin", metavar="LOG", help="the first line of its checkpoints")
    made["trust"].add_argument("--key", metavar="KEY", nargs="+", required=True, help="as `log-key show` prints them")
    made["request"].add_argument("-o", "--output", metavar="FILE", required=True, help="the file to make")
    seen = made["request"].add_mutually_exclusive_group()
    seen.add_argument("--seen", metavar="FILE", help="a note or a receipt that the witness holds: go on from there")
    seen.add_argument("--after", metavar="SIZE", type=int, default=0, help="how many facts the witness saw last (0)")
    made["cosign"].add_argument("request", metavar="FILE", help="what the other ledger's `witness request` made")
    made["cosign"].add_argument("-o", "--output", metavar="FILE", required=True, help="the file to make")
    log_key_option(made["cosign"])
    made["accept"].add_argument("answer", metavar="FILE", help="what the witness's `witness cosign` made")
    made["accept"].add_argument("--request", metavar="FILE", required=True, help="what it was asked")
    made["accept"].add_argument("--key", metavar="KEY", required=True, help="the public key of the witness")
    runs = {"trust": run_trust, "list": run_list, "request": run_request, "cosign": run_cosign, "accept": run_accept}
    for name, each in made.items():
        each.set_defaults(run=runs[name])


def run_trust(args: Namespace, screen: Screen) -> int:
    """Check the keys, then have them put on record."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from ledger.proof.note import BadNote, VerifierKey  # noqa: PLC0415

    try:
        keys = [VerifierKey.parse(text).render() for text in args.key]
    except BadNote as error:
        raise WrongUsage(f"A key cannot be read: {error}.", "Copy it whole, as `log-key show` prints it.") from error
    if any(VerifierKey.parse(key).name != args.origin for key in keys):
        raise WrongUsage(
            f"A key is not one of {args.origin}: the keys of a log bear its name.",
            "Name the log as the first line of its checkpoints does, with its own keys.",
        )
    with session_of(args, screen) as session:
        data = {"origin": args.origin, "keys": keys}
        return _given(session, screen, "trust_log", data, f"{args.origin} is watched by {counted(len(keys), 'key')}.")


def run_list(args: Namespace, screen: Screen) -> int:
    """Fold what was witnessed, a line for each log."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for it

    with session_of(args, screen) as session:
        logs = [session.handler.state(tag) for tag in session.log.tags_starting("witnessed/")]
    screen.answer({"logs": [_plain(each) for each in logs]})
    rows = [(e.origin, f"{e.size:,}", e.root or "-", str(e.seen_at or "-"), str(len(e.contradictions))) for e in logs]
    screen.table(_COLUMNS, rows, right=(1, 3, 4))
    return 0


def _plain(each: "WatchedLog") -> dict[str, Any]:
    named = {"origin": each.origin, "keys": list(each.keys), "size": each.size, "root": each.root, "note": each.note}
    return {**named, "contradictions": [position for _, position in each.contradictions]}


def run_request(args: Namespace, screen: Screen) -> int:
    """Prove that the last checkpoint goes on from the one that the witness saw, and write both into a file."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.proof.checkpoint import Consistency  # noqa: PLC0415
    from ledger.store.checkpoints.proving import Prover  # noqa: PLC0415

    is_free(args.output)
    with session_of(args, screen) as session:
        prover = Prover(session.log.engine.log_store())
        state = prover.state()
        if state is None:
            raise WrongUsage("Nothing of this ledger is sealed yet.", "Run `ccm-ledger seal` first.")
        old = args.after if args.seen is None else _size_seen(args.seen, prover)
        if not 0 <= old <= state.checkpoint.size:
            raise WrongUsage(
                f"The witness saw {old} facts, and {state.checkpoint.size} are sealed here.",
                "Where it saw more than there is, this ledger was put back: run `ccm-ledger verify --log`.",
            )
        path = prover.consistency(old, state.checkpoint.size) if old else ()
    with new_file(args.output, encoding="utf-8") as file:
        file.write(Consistency(old, path, state.note).render().decode())
    size = state.checkpoint.size
    screen.answer({"file": args.output, "old": old, "size": size})
    screen.say(f"{args.output} asks to vouch for the checkpoint of {size:,} facts, going on from {old:,}.")
    return 0


def _size_seen(name: str, prover: "Prover") -> int:
    """The size of the checkpoint in a note or a receipt; WrongUsage where this log never had that root."""
    from ledger.proof.checkpoint import BadProof, parse_checkpoint, parse_proof  # noqa: PLC0415 - loaded by now
    from ledger.proof.note import parse_note  # noqa: PLC0415

    data = kept_bytes(name, _PASSED)
    try:
        note = parse_proof(data).checkpoint if data.startswith(b"c2sp.org/tlog-proof") else data
        seen = parse_checkpoint(parse_note(note).text)
    except BadProof as error:
        raise WrongUsage(f"The file is no checkpoint and no receipt: {error}.", "Name what was kept of it.") from error
    latest = prover.state()
    if latest is None or seen.origin != latest.checkpoint.origin:
        raise WrongUsage("The checkpoint is of another log.", "Name one that this ledger signed.")
    if seen.size <= latest.checkpoint.size and prover.root(seen.size) != seen.root:
        raise WrongUsage(
            f"This log has another root at {seen.size} facts than the checkpoint that was kept.",
            "Keep that file: run `ccm-ledger verify --log --checkpoint FILE`, and ask who changed the ledger.",
        )
    return seen.size


def run_cosign(args: Namespace, screen: Screen) -> int:
    """Examine the request, put on record what was seen, then sign."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.store.checkpoints.log_keys import cosigned  # noqa: PLC0415
    from ledger.store.checkpoints.witnessing import Contradicted, examined, of_log_alone, origin_of, parse_request  # noqa: PLC0415
    from ledger.terms.identity import witnessed_tag  # noqa: PLC0415

    is_free(args.output)
    request = parse_request(kept_bytes(args.request, _PASSED))
    with session_of(args, screen) as session:
        signer = _own_clock(session, args.log_key_file)
        origin, text = origin_of(request), of_log_alone(request)
        seen = session.handler.state(witnessed_tag(session.log.token("#log", origin)))
        try:
            checkpoint = examined(request, seen)
        except Contradicted as found:
            data = {"origin": origin, "size": found.checkpoint.size, "root": found.checkpoint.root.hex(), "note": text}
            _given(session, screen, "report_contradiction", data, "Both notes are on record.")
            screen.say(str(found))
            return CONTRADICTED
        data = {"origin": origin, "size": checkpoint.size, "root": checkpoint.root.hex(), "note": text}
        said = f"The checkpoint of {checkpoint.size:,} facts goes on from {seen.size:,}: {args.output} vouches for it."
        code = _given(session, screen, "witness_checkpoint", {**data, "after": seen.size}, said)
        if code == 0:
            seconds = int(session.handler.now().timestamp())
            with new_file(args.output, encoding="utf-8") as file:
                file.write(cosigned(signer, checkpoint.text(), seconds).line())
    return code


def _own_clock(session: "Session", named: str | None) -> "SigningKey":
    """The key by which this ledger cosigns; WrongKey where the file has none of it."""
    from interfaces import bootstrap  # noqa: PLC0415 - loaded by now
    from ledger.proof.note import COSIGNER_KEY  # noqa: PLC0415
    from ledger.store.checkpoints.log_keys import of_ledger, read_log_keys  # noqa: PLC0415
    from ledger.terms.errors import WrongKey  # noqa: PLC0415

    own = of_ledger(read_log_keys(bootstrap.log_key_file(session, named)), session.log.ledger_id)
    clocks = [key for key in own if key.kind == COSIGNER_KEY]
    if not clocks:
        raise WrongKey("The file of log keys holds no clock of this ledger.", "Name the file that `log-key new` made.")
    return clocks[-1]


def run_accept(args: Namespace, screen: Screen) -> int:
    """Check the cosignature against the checkpoint that it is about, and keep it."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.proof.note import BadNote, VerifierKey  # noqa: PLC0415
    from ledger.store.checkpoints.rows import StoredCosignature  # noqa: PLC0415
    from ledger.store.checkpoints.witnessing import accepted, parse_request  # noqa: PLC0415

    try:
        witness = VerifierKey.parse(args.key)
    except BadNote as error:
        raise WrongUsage(f"The key of the witness cannot be read: {error}.", "Copy it whole.") from error
    note = parse_request(kept_bytes(args.request, _PASSED)).checkpoint
    found = accepted(note, kept_bytes(args.answer, _PASSED), witness)
    with session_of(args, screen) as session:
        checkpoint = _checkpoint_of(session, note)
        line = found.line.removesuffix(b"\n")
        session.log.engine.log_store().add_cosignature(
            StoredCosignature(checkpoint.number, found.name, found.key_id, found.seconds * 1_000_000, line)
        )
    screen.answer({"size": checkpoint.size, "witness": found.name, "seconds": found.seconds})
    screen.say(f"{found.name} vouches for the checkpoint of {checkpoint.size:,} facts; `receipt` hands it out.")
    return 0


def _checkpoint_of(session: "Session", note: bytes) -> "StoredCheckpoint":
    """The stored checkpoint with the text of a note; WrongUsage where this ledger signed none."""
    from ledger.proof.note import parse_note  # noqa: PLC0415 - loaded by now

    text = parse_note(note).text
    for stored in session.log.engine.log_store().checkpoints():
        if parse_note(stored.note).text == text:
            return stored
    raise WrongUsage("This ledger signed no such checkpoint.", "Name the request that was made here.")


def _given(session: "Session", screen: Screen, command: str, data: dict[str, Any], said: str) -> int:
    """Give one command as `submit` would; say what came of it."""
    import orjson  # noqa: PLC0415 - `--help` must not wait for it

    from interfaces.cli.delivering import Delivering, as_lines, in_words  # noqa: PLC0415

    line = {"v": 1, "key": f"witness/{session.handler.new_id('dv')}", "command": command, "data": data}
    show = as_lines(screen) if screen.as_json else in_words(screen, lambda _: "The command", Counter())
    delivering = Delivering(session, show)
    delivering.group([delivering.raw(1, orjson.dumps(line))])
    if delivering.tally.exit_code == 0:
        screen.say(said)
    return delivering.tally.exit_code

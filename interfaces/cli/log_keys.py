"""`log-key`: the keys that sign the log. Private halves stay in a file of yours; the ledger records the public ones.

`new` draws the key of the log and that of the ledger's clock and adopts both. `rotate` draws the next key: it signs
beside the one before, so that whoever trusts the old one comes to trust the new one, until `retire` ends the old one.
Where the file is lost, `rotate --lost` draws what is missing and retires what nobody has any more.
`show` lists every key that ever signed, as verifiers want them.
"""

import json
from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.sealing import log_key_option
from interfaces.cli.usage import Commands, Parser, WrongUsage

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.store.checkpoints.log_keys import SigningKey
    from ledger.streams.log_keys import LogKey, LogKeys

_MORE: Final = """\
The file is made for its owner alone and never lies inside the ledger's folder: who has it and the database can sign
another history. Keep a copy in a safe place. A key is named by its key id, the eight digits that `show` lists.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("log-key", parents=[shared], help="the keys that sign the log", description=__doc__)
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name, run, said in (
        ("new", run_new, "Draw the keys of the log and adopt them."),
        ("rotate", run_rotate, "Draw the next key: both sign until the one before is retired."),
        ("retire", run_retire, "Let a key sign nothing from now on."),
        ("show", run_show, "List every key that ever signed."),
    ):
        each = inner.add_parser(name, parents=[shared], help=said, description=said, epilog=_MORE)
        log_key_option(each)
        each.set_defaults(run=run)
        if name == "rotate":
            each.add_argument("--kind", choices=("log", "clock"), default="log", help="which key (default: log)")
            each.add_argument(
                "--lost", action="store_true", help="the file is lost: go on without its keys, of both kinds"
            )
        if name == "retire":
            each.add_argument("key_id", metavar="KEY_ID", help="which key, as `log-key show` lists it")
            each.add_argument("--reason", choices=("replaced", "lost", "exposed"), default="replaced", help="why")


def run_new(args: Namespace, screen: Screen) -> int:
    """Make the file and have its keys adopted; where the file is there, adopt what is in it."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.store.checkpoints.keyring import log_keys_of  # noqa: PLC0415
    from ledger.store.checkpoints.log_keys import create_log_keys, of_ledger, read_log_keys  # noqa: PLC0415

    with session_of(args, screen) as session:
        file = _file(session, args)
        known = {key.public_key for key in log_keys_of(session.log).in_use()}
        keys = of_ledger(read_log_keys(file), session.log.ledger_id) if file.exists() else _drawn(session)
        if known and not known & {key.verifier.public.hex() for key in keys}:
            raise WrongUsage(
                "The ledger has keys that sign its log, and they are not in this file.",
                "Name their file, or or where it is lost draw others: `ccm-ledger log-key rotate --lost`.",
            )
        if not file.exists():
            create_log_keys(file, keys)
        code = _deliver(session, screen, [_adoption(key) for key in keys])
        if not code:
            _tell(screen, file, keys, "The keys of the log were adopted.")
    return code


def run_rotate(args: Namespace, screen: Screen) -> int:
    """Draw a key beside the one in use, and have it adopted in its place."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.store.checkpoints.keyring import KINDS, log_keys_of  # noqa: PLC0415
    from ledger.store.checkpoints.log_keys import new_key, read_log_keys, replace_log_keys  # noqa: PLC0415

    with session_of(args, screen) as session:
        file = _file(session, args)
        if args.lost:
            return _go_on_without(session, screen, file)
        if not file.exists():
            raise WrongUsage(
                f"There is no file of log keys at {file}.",
                "Name it with --log-key-file FILE, or where it is lost: `ccm-ledger log-key rotate --lost`.",
            )
        keys = read_log_keys(file)
        in_use = log_keys_of(session.log).in_use(args.kind)
        if not in_use:
            raise WrongUsage("No key of that kind signs the log yet.", "`ccm-ledger log-key new` makes the first.")
        key = new_key(in_use[-1].name, KINDS[args.kind], session.ids)
        # Durable before it is adopted: a key that signs and is nowhere could never be taken out of use.
        replace_log_keys(file, (*keys, key))
        code = _deliver(session, screen, [_adoption(key, in_use[-1].public_key)])
        if code:
            replace_log_keys(file, keys)
        else:
            _tell(screen, file, (key,), "The next key was adopted: it and the one before sign from now on.")
    return code


def _go_on_without(session: "Session", screen: Screen, file: Path) -> int:
    """Draw the keys that the file lacks, adopt them, and retire as lost those in use that it has not.

    The file is made first, so that what an interruption leaves is gone on with by the same command.
    """
    from ledger.store.checkpoints.keyring import KINDS, log_keys_of  # noqa: PLC0415 - loaded by now
    from ledger.store.checkpoints.log_keys import read_log_keys, replace_log_keys  # noqa: PLC0415

    in_use = log_keys_of(session.log).in_use()
    if not in_use:
        raise WrongUsage("No key signs the log yet.", "`ccm-ledger log-key new` makes the first.")
    retired = {key.public_key for key in log_keys_of(session.log).keys} - {key.public_key for key in in_use}
    there = read_log_keys(file) if file.exists() else ()
    drawn = _drawn(session)
    names = {key.name for key in drawn}
    own = [key for key in there if key.name in names and key.verifier.public.hex() not in retired]
    keys = (*own, *(key for key in drawn if key.name not in {each.name for each in own}))
    held = {key.verifier.public.hex() for key in keys}
    lost = [key for key in in_use if key.public_key not in held]
    if not lost:
        raise WrongUsage("The file holds every key that signs the log.", "To draw the next key, leave out --lost.")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_log_keys(file, (*(key for key in there if key not in own), *keys))
    last = {KINDS[key.kind]: key.public_key for key in lost}
    known = {key.public_key for key in in_use}
    adopted = [_adoption(key, last.get(key.kind)) for key in keys if key.verifier.public.hex() not in known]
    ends = [{"kind": key.kind, "public_key": key.public_key, "reason": "lost"} for key in lost]
    code = _deliver(session, screen, [*adopted, *(("retire_log_key", end) for end in ends)])
    if not code:
        _tell(screen, file, keys, "Other keys sign from now on; those that are lost never again.")
        screen.say("The lost key did not sign them in: give the new one to whoever checks, on another way than files.")
    return code


def run_retire(args: Namespace, screen: Screen) -> int:
    """Have a key retired, and take it out of the file."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.store.checkpoints.keyring import log_keys_of, verifier_of  # noqa: PLC0415
    from ledger.store.checkpoints.log_keys import read_log_keys, replace_log_keys  # noqa: PLC0415

    with session_of(args, screen) as session:
        found = [key for key in log_keys_of(session.log).keys if verifier_of(key).key_id.hex() == args.key_id]
        if not found:
            raise WrongUsage("The ledger never adopted a key of that id.", "`ccm-ledger log-key show` lists them.")
        (key,) = found
        data = {"kind": key.kind, "public_key": key.public_key, "reason": args.reason}
        code = _deliver(session, screen, [("retire_log_key", data)])
        file = _file(session, args)
        if not code and file.exists():
            replace_log_keys(file, [each for each in read_log_keys(file) if each.verifier != verifier_of(key)])
        if not code:
            screen.answer({"retired": args.key_id})
            screen.say(f"Key {args.key_id} signs nothing from now on.")
    return code


def run_show(args: Namespace, screen: Screen) -> int:
    """List the keys: id, kind, since when, until when, and as verifiers take them."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.store.checkpoints.keyring import log_keys_of  # noqa: PLC0415

    with session_of(args, screen) as session:
        known: LogKeys = log_keys_of(session.log)
        rows = [_shown(key) for key in known.keys]
        screen.answer({"keys": rows})
        if not rows:
            screen.say("No key signs this ledger's log yet. `ccm-ledger log-key new` makes one.")
            return 0
        columns = ("key id", "kind", "adopted at", "retired at", "public key for verifiers")
        screen.table(columns, [[str(row[name] or "") for name in _COLUMNS] for row in rows], right=(2, 3))
    return 0


_COLUMNS: Final = ("key_id", "kind", "adopted_at", "retired_at", "vkey")


def _shown(key: "LogKey") -> dict[str, Any]:
    from ledger.store.checkpoints.keyring import verifier_of  # noqa: PLC0415 - loaded by now

    verifier = verifier_of(key)
    return {
        "key_id": verifier.key_id.hex(),
        "kind": key.kind,
        "vkey": verifier.render(),
        "adopted_at": key.adopted_at,
        "retired_at": key.retired_at,
        "reason": key.reason,
    }


def _file(session: "Session", args: Namespace) -> Path:
    from interfaces import bootstrap  # noqa: PLC0415 - loaded by now

    return bootstrap.log_key_file(session, args.log_key_file)


def _drawn(session: "Session") -> "tuple[SigningKey, ...]":
    from ledger.store.checkpoints.keyring import KINDS  # noqa: PLC0415 - loaded by now
    from ledger.store.checkpoints.log_keys import clock_name, log_name, new_key  # noqa: PLC0415

    ledger_id = session.log.ledger_id
    return (
        new_key(log_name(ledger_id), KINDS["log"], session.ids),
        new_key(clock_name(ledger_id), KINDS["clock"], session.ids),
    )


def _adoption(key: "SigningKey", replaces: str | None = None) -> tuple[str, dict[str, Any]]:
    from ledger.store.checkpoints.keyring import KINDS  # noqa: PLC0415 - loaded by now

    kind = next(kind for kind, number in KINDS.items() if number == key.kind)
    data = {"name": key.name, "kind": kind, "public_key": key.verifier.public.hex()}
    return "adopt_log_key", data | ({"replaces": replaces} if replaces else {})


def _deliver(session: "Session", screen: Screen, commands: list[tuple[str, dict[str, Any]]]) -> int:
    """Have commands decided as any line is, and what is refused told; the exit code."""
    from interfaces.cli.delivering import Delivering, in_words  # noqa: PLC0415 - `--help` must not wait for it

    def key(command: str) -> str:
        return f"log-key/{command}/{session.handler.new_id('ad')}"

    delivering = Delivering(session, in_words(screen, lambda _: "The key", Counter()))
    lines = [{"v": 1, "key": key(command), "command": command, "data": data} for command, data in commands]
    delivering.group([delivering.raw(number, json.dumps(line).encode()) for number, line in enumerate(lines, 1)])
    if screen.as_json and delivering.tally.exit_code:
        screen.answer({"refused": dict(delivering.tally.refusals)})
    return delivering.tally.exit_code


def _tell(screen: Screen, file: Path, keys: "tuple[SigningKey, ...]", words: str) -> None:
    vkeys = [key.verifier.render() for key in keys]
    screen.answer({"log_key_file": str(file), "keys": vkeys})
    screen.say(words, *(f"  {vkey}" for vkey in vkeys))
    screen.say(f"The private half is in {file}. Keep a copy of it in a safe place, apart from the ledger's.")

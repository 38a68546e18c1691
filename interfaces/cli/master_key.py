"""`master-key`: the key that opens a ledger's vault, and its rotation."""

from argparse import Namespace
from pathlib import Path
from typing import Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, a_ledger_is_named

_MORE: Final = """\
Every key of the vault is opened under the present master key and wrapped under the new one, in one transaction: the
ledger opens under the old key or under the new one whenever this ends, and the same command again goes on. No fact, no
sealed word and no proof changes. The new key file is made (mode 0600) where there is none, never inside the ledger's
folder. Programs that run meanwhile keep the keys that they have open, add none, and are to be started anew.
On a server the login must be able to act as the ledger's owner: the one that made the ledger can.
The old key still opens the backups of the vault that were made before: keep it as long as them, then destroy both.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("master-key", parents=[shared], help="rotate the key that opens the vault")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    said = "Wrap every key of the vault under a new master key."
    rotate = inner.add_parser("rotate", parents=[shared], help=said, description=said, epilog=_MORE)
    rotate.add_argument("--new-key-file", metavar="FILE", required=True, help="the new master key")
    rotate.set_defaults(run=run_rotate)


def run_rotate(args: Namespace, screen: Screen) -> int:
    """Rotate the key and say what is to be done with the two."""
    from interfaces import bootstrap, keys  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from ledger.store.connection import info_of  # noqa: PLC0415

    a_ledger_is_named(args.ledger)
    where = bootstrap.settings(ledger=args.ledger, key_file=args.key_file, actor=None)
    new_file = Path(args.new_key_file)
    bootstrap.configure_logs()
    ledger_id = info_of(where.place).ledger_id
    done = keys.rotate(where.place, ledger_id, bootstrap.master_key(where, ledger_id), new_file)
    screen.answer({"key_file": str(new_file), **done._asdict()})
    if done.keys:
        screen.say(f"{counted(done.keys, 'key')} wrapped anew: the vault is of generation {done.generation} now.")
    else:
        screen.say("The vault was wrapped under that key before: nothing was to be done.")
    screen.say(
        f"From now on the ledger opens with {new_file}. Keep a copy of it in a safe place, name it where the old one"
        " was named (--key-file, CCM_LEDGER_KEY_FILE), and start running programs anew.",
        "The old key opens nothing but the vault's older backups: keep it as long as them, then destroy both.",
    )
    return 0

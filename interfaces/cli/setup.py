"""`init`: a new ledger with its key, its administrator and the rulebook that it judges by."""

from argparse import Namespace

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, a_ledger_is_named

_MORE = """\
--ledger names a new folder, or a new ledger on a server: postgresql://USER@HOST:PORT/DATABASE?ledger=NAME. The password
comes from the file that CCM_LEDGER_PASSWORD_FILE names (mode 0600), from PGPASSWORD or from ~/.pgpass, never from the
command line. The login needs CREATEROLE and CREATE on the database.
The key file is made new (mode 0600) and is never inside the ledger's folder. Without it nothing in the ledger can be
opened: keep a copy in a safe place. Where CCM_LEDGER_MASTER_KEY holds a key (64 hex digits) and no file is named,
that is the key, and no file is made. Your own login becomes the ledger's administrator. --simulated-clock cannot be
undone: such a ledger takes its clock from the lines, vouches for every actor, and says so in every answer.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    declare(commands.add_parser("init", parents=[shared], help="make a ledger"))


def declare(parser: Parser) -> None:
    """Declare the options of `init`, under whatever name."""
    parser.description, parser.epilog = __doc__, _MORE
    parser.add_argument("--name", default="ccm-ledger", help="what the ledger is called, such as the company's name")
    parser.add_argument("--simulated-clock", action="store_true", help="make a simulated ledger, for ever")
    parser.set_defaults(run=run_init)


def run_init(args: Namespace, screen: Screen) -> int:
    """Make the ledger and say where its key is."""
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for it

    if not 1 <= len(args.name) <= 200:
        raise WrongUsage("A ledger's name has 1 to 200 characters.", "Choose a shorter one: --name NAME.")
    a_ledger_is_named(args.ledger)
    where = bootstrap.settings(ledger=args.ledger, key_file=args.key_file, actor=None)
    key_file = bootstrap.create_ledger(where, name=args.name, simulated=args.simulated_clock)
    screen.simulated(args.simulated_clock)
    named = None if key_file is None else str(key_file)
    screen.answer({"ledger": str(where.place), "key_file": named, "administrator_login": where.login})
    its_key = "in CCM_LEDGER_MASTER_KEY" if key_file is None else str(key_file)
    screen.say(
        f"The ledger was made in {where.place}.",
        f"Its key is {its_key}. Keep a copy of it in a safe place: without it the ledger cannot be opened.",
        f"{where.login} is its administrator.",
    )
    return 0

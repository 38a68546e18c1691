"""`ledgers`: what there is on a server, or on all servers of the routing table; making, checking, upgrading ledgers."""

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli import setup
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.store.postgres.address import Address
    from ledger.terms.errors import LedgerError

UNAVAILABLE: Final = 3
_MORE: Final = """\
--ledger names a server by the address of any ledger on it: postgresql://USER@HOST/DATABASE. Without it the servers are
those of the routing table that CCM_LEDGER_ROUTES names, and a NAME is one of the table: only its server is asked.
What is shown is what the login may see. No key is needed.
"""
_ACTIONS: Final = (
    ("list", "The ledgers of the server: their ids, how far they are, whose clock they take."),
    ("check", "Compare each ledger with what this program's migrations make, and the table of heads with the facts."),
    ("upgrade", "Bring each ledger to the newest migration of this program, one at a time."),
)


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("ledgers", parents=[shared], help="the ledgers of a server", description=__doc__)
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name, said in _ACTIONS:
        each = inner.add_parser(name, parents=[shared], help=said, description=said, epilog=_MORE)
        if name != "list":
            each.add_argument("names", metavar="NAME", nargs="*", type=_name, help="only these (else all)")
        each.set_defaults(run={"list": run_list, "check": run_check, "upgrade": run_upgrade}[name])
    setup.declare(inner.add_parser("create", parents=[shared], help="Make a ledger; the same as `init`."))


def run_list(args: Namespace, screen: Screen) -> int:
    """Show every ledger of every server."""
    from ledger.store.postgres.ledgers import list_ledgers  # noqa: PLC0415 - `--help` must not wait for it

    found: list[dict[str, Any]] = []
    silent: list[tuple[str, LedgerError]] = []
    for address in _servers(args, ()):
        try:
            found += [{"server": address.server, **each._asdict()} for each in list_ledgers(address)]
        except _errors() as error:
            silent.append((address.server, error))
    screen.answer({"ledgers": found, "silent": [{"server": url, "happened": e.happened} for url, e in silent]})
    rows = [(e["name"], e["ledger_id"], f"{e['position']:,}", e["clock"], e["state"], e["server"]) for e in found]
    screen.table(("name", "id", "position", "clock", "schema", "server"), rows, right=(2,))
    if not found:
        screen.say("There is no ledger that this login may see.")
    return _told(screen, silent)


def run_check(args: Namespace, screen: Screen) -> int:
    """Check every ledger, and say what is wrong with it."""
    from ledger.store.postgres.ledgers import check_ledgers  # noqa: PLC0415 - `--help` must not wait for it

    answer: list[dict[str, Any]] = []
    silent: list[tuple[str, LedgerError]] = []
    for address, called in _servers(args, args.names).items():
        try:
            for name, findings in check_ledgers(address, tuple(called)):
                answer.append({"server": address.server, "name": name, "findings": list(findings)})
                said = "in order" if not findings else ""
                screen.say(f"{called.get(name, name)}: {said}".rstrip(), *(f"  {each}" for each in findings))
        except _errors() as error:
            silent.append((address.server, error))
    is_well = not any(each["findings"] for each in answer)
    screen.answer({"is_well": is_well and not silent, "ledgers": answer})
    if not is_well:
        screen.say("What is not as the migrations made it: find out who changed it, then run `ccm-ledger verify`.")
    return _told(screen, silent) or (0 if is_well else UNAVAILABLE)


def run_upgrade(args: Namespace, screen: Screen) -> int:
    """Upgrade ledger after ledger; what is done stays done where a later one cannot be."""
    from interfaces.system import SystemClock  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.store.postgres.ledgers import upgrade_ledgers  # noqa: PLC0415

    answer: list[dict[str, Any]] = []
    for address, called in _servers(args, args.names).items():
        for name, applied in upgrade_ledgers(address, SystemClock(), tuple(called)):
            answer.append({"server": address.server, "name": name, "applied": list(applied)})
            screen.say(f"{called.get(name, name)}: {', '.join(applied) or 'nothing to do'}")
    screen.answer({"ledgers": answer})
    return 0


def _servers(args: Namespace, names: "Sequence[str]") -> "dict[Address, dict[str, str]]":
    """One address for each database that is meant, and what the ledgers are called here that are meant; none: all."""
    from interfaces import bootstrap, places  # noqa: PLC0415 - `--help` must not wait for them

    if bootstrap.is_ledger_named(args.ledger):
        place = bootstrap.settings(ledger=args.ledger, key_file=None, actor=None).place
        if not places.is_on_a_server(place):
            raise WrongUsage("A folder holds one ledger and no more.", "Name a server: --ledger postgresql://...")
        return {place: {name: name for name in names}}
    table = bootstrap.routes()
    if table is None:
        raise WrongUsage("No server is named.", "Name one: --ledger postgresql://..., or set CCM_LEDGER_ROUTES.")
    return places.servers_of(table, names, bootstrap.password)


def _told(screen: Screen, silent: "list[tuple[str, LedgerError]]") -> int:
    for url, error in silent:
        screen.note(f"{url}: {error.happened} {error.remedy}".strip())
    return UNAVAILABLE if silent else 0


def _errors() -> "type[LedgerError]":
    from ledger.terms.errors import LedgerError  # noqa: PLC0415 - loaded by now

    return LedgerError


def _name(text: str) -> str:
    if not text.isascii() or not text.replace("_", "").replace("-", "").isalnum():
        raise ArgumentTypeError("takes the name of a ledger, as `ccm-ledger ledgers list` shows it")
    return text

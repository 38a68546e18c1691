"""`serve`: the ledger over HTTP, for programs; `config check`: what is wrong with the server's settings.

One ledger needs no file: --ledger names it, and its paths begin with /v1/ledgers/main. A file (--config, else
CCM_LEDGER_SERVER) names several, identity providers, limits and a certificate (docs/deploy.md).
"""

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, a_ledger_is_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from interfaces.bootstrap import Settings
    from interfaces.http.complaints import Complaint
    from interfaces.http.serving import Listening
    from interfaces.http.settings import ServerSettings

WRONG_USAGE: Final = 2
NAME: Final = "main"
"""What a ledger is called that no file names."""
_MORE: Final = """\
Ended by SIGTERM or Ctrl-C it answers what it took in, closes its ledgers and ends with 0; a second one ends it at once.
It listens to this machine alone (127.0.0.1:8080) unless told otherwise. Keys of programs stand in the ledger
(docs/deploy.md); nobody without one gets past the door.
"""


def config_option(parser: Parser) -> None:
    """Declare `--config`."""
    parser.add_argument("--config", metavar="FILE", help="the settings of the server (else CCM_LEDGER_SERVER)")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    serve = commands.add_parser(
        "serve", parents=[shared], help="the ledger over HTTP, for programs", description=__doc__, epilog=_MORE
    )
    config_option(serve)
    serve.add_argument("--address", metavar="HOST:PORT", help="where to listen (default: 127.0.0.1:8080); port 0: any")
    serve.add_argument("--name", type=_name, help=f"what --ledger is called in paths (default: {NAME})")
    serve.set_defaults(run=run_serve)
    config = commands.add_parser("config", parents=[shared], help="the settings of the server")
    inner = config.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    check = inner.add_parser("check", parents=[shared], help="say everything that is wrong with them")
    config_option(check)
    check.set_defaults(run=run_check)


def run_serve(args: Namespace, screen: Screen) -> int:
    """Serve until somebody ends it."""
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.http.app import make_app  # noqa: PLC0415
    from interfaces.http.callers import Callers  # noqa: PLC0415
    from interfaces.http.checking import complaints_about, issuers_of, webhooks_of  # noqa: PLC0415
    from interfaces.http.hosting import Hosts  # noqa: PLC0415
    from interfaces.http.serving import run  # noqa: PLC0415
    from interfaces.http.tokens import TokenReader  # noqa: PLC0415
    from interfaces.system import SystemClock  # noqa: PLC0415

    settings, places = _settings(args)
    complaints = complaints_about(settings, with_ledgers=False)
    if complaints:
        raise _wrong(complaints)
    clock = SystemClock()
    callers = Callers(clock.now, TokenReader(issuers_of(settings)))
    return run(
        Hosts(places),
        lambda hosts, telling, closing, metrics_port: make_app(
            hosts,
            callers,
            now=clock.now,
            webhooks=webhooks_of(settings, hosts) if settings.webhooks else None,
            settings=settings,
            telling=telling,
            closing=closing,
            metrics_port=metrics_port,
        ),
        settings,
        log=bootstrap.request_log(),
        listening=lambda where: tell_listening(where, screen),
        # Those of a routing table may be hundreds: each is opened when it is first asked for.
        at_start=tuple(settings.ledgers),
    )


def run_check(args: Namespace, screen: Screen) -> int:
    """Say everything that is wrong, or what would be served."""
    from interfaces.http.checking import complaints_in  # noqa: PLC0415 - `--help` must not wait for it

    file = _file(args)
    if file is None:
        raise WrongUsage("No file with settings is named.", "Name it: --config FILE, or set CCM_LEDGER_SERVER.")
    settings, complaints = complaints_in(file)
    told: dict[str, Any] = {"is_well": not complaints, "complaints": [each._asdict() for each in complaints]}
    if settings is not None and not complaints:
        told |= {"serves": _summary(settings)}
    screen.answer(told)
    if complaints:
        screen.say(*(f"{each.where} {each.happened}. {each.remedy}" for each in complaints))
        return WRONG_USAGE
    assert settings is not None, "without a complaint there are settings"
    screen.say(*(f"{name}: {value}" for name, value in _summary(settings).items()))
    return 0


def tell_listening(where: "Listening", screen: Screen) -> None:
    """One line, once requests are taken; and one for every ledger that could not be opened."""
    if screen.as_json:
        screen.note_json({"listening": where.url, "metrics": where.metrics_url, "ledgers": list(where.ledgers)})
    else:
        screen.note(f"Listening at {where.url} for {', '.join(where.ledgers[:8]) or 'no ledger'}.")
    for name, error in where.silent:
        screen.note(f"{name}: {error.happened} {error.remedy}".strip())


def _settings(args: Namespace) -> "tuple[ServerSettings, Mapping[str, Settings]]":
    """What the file, the options and the environment come to. Raises WrongUsage with the first thing that is wrong."""
    from interfaces import bootstrap  # noqa: PLC0415 - loaded by now
    from interfaces.http.checking import places_of  # noqa: PLC0415
    from interfaces.http.settings import checked, read_settings  # noqa: PLC0415

    file = _file(args)
    address = {} if args.address is None else {"address": args.address}
    if file is not None:
        settings, complaints = read_settings(file)
        if settings is not None and address:
            settings, complaints = checked(settings.model_dump(mode="json", exclude_unset=True) | address)
        if settings is None:
            raise _wrong(complaints)
        return settings, places_of(settings)
    a_ledger_is_named(args.ledger)
    where = bootstrap.settings(ledger=args.ledger, key_file=args.key_file, actor=None)
    name = args.name or NAME
    settings, complaints = checked({"ledgers": {name: {"place": str(where.place)}}, **address})
    if settings is None:
        raise _wrong(complaints)
    return settings, {name: where}


def _wrong(complaints: "Sequence[Complaint]") -> WrongUsage:
    first = complaints[0]
    more = f" `ccm-ledger config check` tells {len(complaints) - 1} more." if len(complaints) > 1 else ""
    return WrongUsage(f"{first.where} {first.happened}.", f"{first.remedy}{more}")


def _file(args: Namespace) -> Any:
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for it

    # A ledger that the command line names is meant alone, whatever file the environment names beside it.
    if args.config is None and args.ledger is not None:
        return None
    return bootstrap.server_file(args.config)


def _summary(settings: "ServerSettings") -> dict[str, Any]:
    """What will be served; names and numbers alone."""
    from interfaces.http.checking import places_of  # noqa: PLC0415 - loaded by now

    return {
        "address": settings.address,
        "metrics": settings.metrics_address or "at the server's own address, for keys with the scope operate",
        "tls": "by this server" if settings.tls is not None else "by nobody here",
        "ledgers": ", ".join(sorted(places_of(settings))),
        "identity providers": len(settings.issuers),
        "webhooks": len(settings.webhooks),
        "requests a login": settings.rates.per_login,
        "requests a stranger": settings.rates.per_stranger,
    }


def _name(text: str) -> str:
    if not (text.isascii() and text.replace("-", "").replace("_", "").isalnum() and text == text.lower()):
        raise ArgumentTypeError("takes a name of small letters, digits, dashes and underscores")
    return text

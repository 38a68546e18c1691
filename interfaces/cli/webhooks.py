"""`webhook`: how far each receiver of the feed is, and letting one go on that was given up.

A receiver that took nothing for days, or said that it is gone, is parked: nothing is posted to it until somebody
resumes it, or starts the server anew. The server sees within half a minute that it was resumed; it goes on running.
"""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.serve import config_option
from interfaces.cli.usage import Commands, Parser, WrongUsage

if TYPE_CHECKING:
    from pathlib import Path

    from interfaces.http.settings import ServerSettings
    from interfaces.http.webhook_state import State, StateFile

_COLUMNS: Final = ("webhook", "ledger", "position", "state", "attempts", "failing since", "because")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    webhook = commands.add_parser("webhook", parents=[shared], help="receivers of the feed, and those given up")
    webhook.description = __doc__
    inner = webhook.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    listed = inner.add_parser("list", parents=[shared], help="how far each receiver is")
    listed.set_defaults(run=run_list)
    resume = inner.add_parser("resume", parents=[shared], help="post again to one that was given up")
    resume.add_argument("name", metavar="NAME", help="its name in the settings of the server")
    resume.set_defaults(run=run_resume)
    for each in (listed, resume):
        config_option(each)


def run_list(args: Namespace, screen: Screen) -> int:
    """Show what was saved of each; the running server may be some seconds ahead."""
    settings, folder = _settings(args)
    found = [(each, _file(folder, each).load()) for each in settings.webhooks]
    screen.answer({"webhooks": [_told(each, state) for each, state in found]})
    rows = [tuple("-" if cell is None else str(cell) for cell in _told(each, state).values()) for each, state in found]
    screen.table(_COLUMNS, rows, right=(2, 4))
    return 0


def run_resume(args: Namespace, screen: Screen) -> int:
    """Let a receiver that was given up have what comes next."""
    settings, folder = _settings(args)
    known = {str(each.get("name")): each for each in settings.webhooks}
    if args.name not in known:
        raise WrongUsage("The settings have no webhook of that name.", "`ccm-ledger webhook list` names them.")
    resumed = _file(folder, known[args.name]).resume()
    screen.answer({"webhook": args.name, "resumed": resumed})
    screen.say("It is tried again within half a minute." if resumed else "It is not parked: nothing was changed.")
    return 0


def _told(webhook: Any, state: "State | None") -> dict[str, Any]:
    since = state.failing_since if state is not None else None
    return {
        "webhook": webhook.get("name"),
        "ledger": webhook.get("ledger"),
        "position": state.position if state is not None else None,
        "state": "not begun" if state is None else "parked" if state.parked else "failing" if since else "well",
        "attempts": state.attempts if state is not None else 0,
        "failing_since": since.isoformat() if since is not None else None,
        "because": state.because if state is not None else None,
    }


def _file(folder: "Path", webhook: Any) -> "StateFile":
    from interfaces.http.webhook_state import StateFile  # noqa: PLC0415 - `--help` must not wait for it

    return StateFile(folder, str(webhook.get("name")))


def _settings(args: Namespace) -> "tuple[ServerSettings, Path]":
    """The settings, and where the states are; WrongUsage where they cannot be read."""
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.http.checking import complaints_about  # noqa: PLC0415
    from interfaces.http.settings import read_settings  # noqa: PLC0415

    file = bootstrap.server_file(args.config)
    if file is None:
        raise WrongUsage("No file with settings is named.", "Name it: --config FILE, or set CCM_LEDGER_SERVER.")
    settings, complaints = read_settings(file)
    if settings is not None:
        complaints = [each for each in complaints_about(settings, with_ledgers=False) if "webhook" in each.where]
    if settings is None or complaints:
        raise WrongUsage(f"{complaints[0].where} {complaints[0].happened}.", complaints[0].remedy)
    if settings.webhook_folder is None:
        raise WrongUsage("The settings name no webhooks.", "docs/feed.md shows one.")
    return settings, settings.webhook_folder

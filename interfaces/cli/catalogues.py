"""`schema` and `refusals`: what the commands and facts look like, and every code that an answer can carry."""

from argparse import Namespace
from typing import Any

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    schema = commands.add_parser(
        "schema",
        parents=[shared],
        help="JSON Schema of commands or events",
        description="JSON Schema of everything that `submit` takes, or of every fact that is stored.",
    )
    schema.add_argument("what", choices=("commands", "events"))
    schema.set_defaults(run=run_schema)
    refusals = commands.add_parser(
        "refusals",
        parents=[shared],
        help="every refusal and notice code",
        description="Every refusal in order of precedence, and every notice, with its reason and its remedy.",
    )
    refusals.set_defaults(run=run_refusals)


def run_schema(args: Namespace, screen: Screen) -> int:
    """Print one JSON document, with or without --json."""
    import json  # noqa: PLC0415 - not needed for --help

    schemas = _commands() if args.what == "commands" else _events()
    screen.plain(json.dumps(schemas, indent=None if args.json else 2) + "\n")
    return 0


def _commands() -> dict[str, Any]:
    from commands.catalog import CATALOG  # noqa: PLC0415 - `--help` must not wait for it
    from commands.intents.base import CommandLine  # noqa: PLC0415

    return {
        "line": CommandLine.model_json_schema(),
        "commands": {
            name: {"kind": entry.command.KIND, "data": entry.command.model_json_schema()}
            for name, entry in sorted(CATALOG.items())
        },
    }


def _events() -> dict[str, Any]:
    from ledger.streams.upcast import EVENTS  # noqa: PLC0415 - `--help` must not wait for it

    return {
        "events": {
            topic: {"version": event.VERSION, "class": event.FACT.value, "schema": event.model_json_schema()}
            for topic, event in sorted(EVENTS.items())
        }
    }


def run_refusals(_: Namespace, screen: Screen) -> int:
    """Show the catalogue of refusals, then that of notices."""
    from interfaces.importing.reading import CODES, refused  # noqa: PLC0415
    from interfaces.plain import plain  # noqa: PLC0415 - `--help` must not wait for it
    from ledger.terms.notices import CATALOGUE as NOTICES  # noqa: PLC0415
    from ledger.terms.refusals import CATALOGUE as REFUSALS  # noqa: PLC0415

    known = {refusal.code for refusal in REFUSALS}
    of_files = [refused(code, "") for code in sorted(CODES - known)]
    files = [{"code": each.code, "because": each.because, "remedy": each.remedy} for each in of_files]
    screen.answer({"refusals": plain(REFUSALS), "refusals_of_files": files, "notices": plain(NOTICES)})
    screen.say(f"{len(REFUSALS)} refusals, in order of precedence:", "")
    for refusal in REFUSALS:
        screen.say(refusal.code, f"  {refusal.says}", f"  Why: {refusal.because}", f"  Next: {refusal.remedy}")
    screen.say("", f"{len(of_files)} refusals of imported files and their rows:", "")
    for each in of_files:
        screen.say(each.code, f"  Why: {each.because}", f"  Next: {each.remedy}")
    screen.say("", f"{len(NOTICES)} notices:", "")
    for notice in NOTICES:
        effect = notice.effect.value.replace("_", " ")
        rules = f"  Rules: {', '.join(notice.rules)}"
        screen.say(f"{notice.code} ({effect})", f"  {notice.says}", rules, f"  Next: {notice.remedy}")
    return 0

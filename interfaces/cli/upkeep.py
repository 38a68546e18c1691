"""`rebuild`: the read models made anew from the facts."""

import os
from argparse import Namespace
from typing import Any, Final

from interfaces.cli.screen import Screen, steps
from interfaces.cli.usage import Commands, Parser

_NICENESS: Final = 10
"""A rebuild takes what others leave: whoever serves the ledger on the same machine comes first."""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    rebuild = commands.add_parser(
        "rebuild",
        parents=[shared],
        help="make the read models anew",
        description="Make every read model anew from the facts; nothing that was recorded is touched.",
    )
    rebuild.set_defaults(run=run_rebuild)


def run_rebuild(args: Namespace, screen: Screen) -> int:
    """Make the read models anew and swap them in."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from projections.rebuild import rebuild  # noqa: PLC0415

    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
    with session_of(args, screen) as session:
        models = session.fresh_models()
        with screen.progress("Facts", session.log.refresh()) as bar:
            made = rebuild(session.log, models, rulebook_of=session.rulebook_of, progress=steps(bar))
        answer: dict[str, Any] = {"position": made.position, "rows": dict(made.rows)}
        screen.answer(answer)
        rows = ", ".join(f"{table} {count:,}" for table, count in made.rows)
        screen.say(f"The read models were made anew up to position {made.position}: {rows}.")
    return 0

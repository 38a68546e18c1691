"""What a person says on the command line: words from standard input, and one command through the door of all."""

import json
import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import WrongUsage, standard_input

if TYPE_CHECKING:
    from datetime import datetime

    from interfaces.bootstrap import Session

_BYTES_MAX: Final = 80_000


def said(session: "Session", screen: Screen, command: str, data: dict[str, Any], clock: str | None = None) -> int:
    """Give one command as a line of `submit`; show its refusal or its ids; the exit code."""
    from collections import Counter  # noqa: PLC0415 - not needed for --help

    from interfaces.cli.delivering import Delivering, as_lines, in_words  # noqa: PLC0415

    line = {"v": 1, "key": f"cli/{command}/{session.handler.new_id('er')}", "command": command, "data": data}
    words = in_words(screen, lambda _: command.replace("_", " ").capitalize(), Counter())
    delivering = Delivering(session, as_lines(screen) if screen.as_json else _with_ids(screen, words))
    delivering.group([delivering.raw(1, json.dumps(line | ({"clock": clock} if clock else {})).encode())])
    return delivering.tally.exit_code


def _with_ids(screen: Screen, words: Any) -> Any:
    """Show what was refused in words, and of what was recorded its id, which the next step needs."""

    def show(answers: Any) -> None:
        words(answers)
        for _, answer in answers:
            if answer.refusal is None:
                named = " ".join(value for _, value in answer.ids)
                at = ", ".join(f"#{position}" for position in answer.positions)
                screen.say(" ".join(filter(None, (f"{answer.outcome.capitalize()} at {at}.", named))))
                screen.say(*(f"{notice.code}: {notice.happened} {notice.remedy}" for notice in answer.notices))

    return show


def reason_given() -> str:
    """What stands on standard input; WrongUsage where there is nothing, or what is no text."""
    try:
        with os.fdopen(standard_input(), "rb", closefd=False) as given:
            text = given.read(_BYTES_MAX).decode().strip()
    except UnicodeDecodeError:
        raise WrongUsage("The reason is not UTF-8 text.", "Pipe text in.") from None
    if not text:
        raise WrongUsage("No reason was given.", "Write it to standard input, such as: echo REASON | ccm-ledger ...")
    return text


def clock_given(args: Namespace, session: "Session") -> "datetime | None":
    """The clock that was given for a simulated ledger; None: the ledger's own."""
    from datetime import datetime  # noqa: PLC0415 - not needed for --help

    if args.clock is None:
        return None
    if not session.simulated:
        raise WrongUsage("This ledger keeps its own time.", "Leave --clock away; it is for simulated ledgers.")
    return datetime.fromisoformat(args.clock)

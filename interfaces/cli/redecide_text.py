"""What `verify --redecide` says: how many commands were decided again, which differ and where, what is left out."""

from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.wording import counted
from interfaces.plain import plain

if TYPE_CHECKING:
    from interfaces.redeciding import Redecided

SHOWN_MAX: Final = 100
NOT_DECIDED: Final = (
    "Refusals, answers that changed nothing, and expectations that were met: of these no content is recorded.",
    "How an outside name led to somebody, where the command named them by it: the facts hold whom it led to.",
    "Which notices a command was answered with: they are told, and not recorded.",
)
"""What deciding again does not look at."""


def answer_of(found: "Redecided") -> dict[str, Any]:
    """The JSON."""
    said: dict[str, Any] = plain(found)
    beside = {"is_same": found.is_same, "not_decided_again": list(NOT_DECIDED)}
    pairs = ("by_command", "uncovered")
    return said | beside | {name: dict(getattr(found, name)) for name in pairs}


def told(found: "Redecided") -> list[str]:
    """The words."""
    lines = [f"{counted(found.commands, 'command')} with {counted(found.facts, 'fact')} decided again."]
    if found.is_same:
        lines.append("Every one of them decides as recorded, on what it had read and under its own edition.")
    else:
        count = len(found.differences) + found.further
        lines.append(f"{counted(count, 'command')} would leave other facts than those recorded:")
        shown = found.differences[:SHOWN_MAX]
        lines += [f"  {each.verdict} at position {each.position}: {each.command}: {_what(each.what)}" for each in shown]
        lines.append("Keep this disk, and compare with an archive or a copy that is older than what differs.")
    lines += [f"Not decided again: {counted(count, 'fact')}, {what}." for what, count in found.uncovered]
    return lines


def _what(names: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(names))

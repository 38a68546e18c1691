"""docs/access.md, written from the program itself: `python -m interfaces.reference_access`.

Promise: the tables say what the matrix, the deciders and the door do; a test compares the page, and another one puts
every cell to deciders and readers.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from commands.authority import MATRIX
from commands.catalog import CATALOG
from commands.who_may import DECIDED_REACH, by_confined_key, cell
from interfaces.http.operations import OPERATIONS, Operation
from ledger.terms.people import Role

PAGE: Final = Path(__file__).parents[1] / "docs" / "access.md"
BEGIN: Final = "<!-- made by python -m interfaces.reference_access: begin -->\n"
END: Final = "<!-- made by python -m interfaces.reference_access: end -->\n"
_SHORT: Final = {role: role.value.replace("_", " ") for role in Role}


def tables() -> str:
    """The tables, one for operations and one for commands."""
    pieces = ("## Operations", "\n".join(_operations()), "## Commands", "\n".join(_commands()), "\n".join(_reaches()))
    return "\n\n".join(pieces) + "\n"


def page() -> str:
    """The page as it should be: the tables that stand in it replaced."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


def _operations() -> Iterable[str]:
    yield "| operation | scope | reach | roles | a source | what is asked |"
    yield "|---|---|---|---|---|---|"
    for each in OPERATIONS.values():
        yield f"| `{each.name}` | {each.scope} | {each.reach} | {_who(each)} | {_yes(each)} | {each.about} |"


def _who(each: Operation) -> str:
    return "every role" if each.roles == tuple(Role) else ", ".join(_SHORT[role] for role in each.roles)


def _yes(each: Operation) -> str:
    return "yes" if each.is_for_sources else "no"


def _commands() -> Iterable[str]:
    yield _row(["command", *_SHORT.values(), "by a confined key"])
    yield _row(["---"] * (len(Role) + 2))
    for command in CATALOG:
        yield _row([f"`{command}`", *(_blank(cell(command, role)) for role in Role), by_confined_key(command)])


def _blank(word: str) -> str:
    return "" if word == "no" else word


def _reaches() -> Iterable[str]:
    yield "What *own* means where neither a patient nor a practice is named as such:"
    yield ""
    yield from (f"- `{command}`: {where}" for command, where in DECIDED_REACH.items() if command in MATRIX)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

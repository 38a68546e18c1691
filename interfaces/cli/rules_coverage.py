"""`rules coverage`: of every rule id of the law, what is made of it: applied, and by what; due, and where; or why not.

Promise: counts by state first, then every id under the heading of its chapter. Not promised: that the list is the whole
law: it is what this project read of it, each value with its source (`rules show ID`).
"""

from argparse import Namespace
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, as_of_option

if TYPE_CHECKING:
    from ledger.rulebook import Covered, Rulebook

STATES: Final = ("applied", "due", "informational", "not_modelled")
"""As in the register, named here because `--help` waits for nothing; a test compares them."""
_SAID: Final = "of every rule id, what is made of it"
_MORE: Final = """\
applied: a quantity of a rule file or a module carries it, and tests show it. due: not built yet, with the place where
it will live. informational: context, nothing is decided by it. not_modelled: left out, with the reason. With a ledger
the register is that of the edition it has adopted (--as-of: by then); without one, the one that this program ships.
"""
_FILES_SHOWN: Final = 3


def add(inner: Commands, shared: Parser) -> None:
    """Declare the command under `rules`."""
    description = f"{_SAID.capitalize()}."
    each = inner.add_parser("coverage", parents=[shared], help=_SAID, description=description, epilog=_MORE)
    each.add_argument("--state", choices=STATES, help="only ids in this state")
    as_of_option(each)
    each.set_defaults(run=run_coverage)


def run_coverage(args: Namespace, screen: Screen) -> int:
    """Show the register, all of it or one state."""
    from interfaces.cli.rules import book_asked  # noqa: PLC0415 - that module declares this command

    book, edition = book_asked(args, screen)
    answer, lines = report(book, edition, args.state)
    screen.answer(answer)
    screen.say(*lines)
    return 0


def report(book: "Rulebook", edition: str, state: str | None) -> tuple[dict[str, Any], list[str]]:
    """The register of an edition as one JSON object and as lines for a person; with a state, that state's ids alone.

    An edition without a register answers with the ids that its rules name, in no state.
    """
    from ledger.rulebook.coverage import counts, coverage  # noqa: PLC0415 - `--help` must not wait for it

    covered = coverage(book)
    is_registered = book.register is not None
    shown = [each for each in covered if state in (None, each.state)]
    numbers = counts(covered) if is_registered else None
    answer = {
        "edition": edition,
        "ids": len(covered),
        "registered": is_registered,
        "counts": numbers,
        "rules": [each.as_dict() for each in shown],
    }
    if numbers is None:
        return answer, _unregistered(edition, [each.id for each in covered])
    lines = [f"Edition {edition[:12]}: {len(covered)} rule ids"]
    lines += [f"  {number:>4}  {_words(counted)}" for counted, number in numbers.items()]
    for chapter, ids in groupby(shown, key=lambda each: each.chapter):
        lines += ["", chapter, *(line for each in ids for line in _lines(each))]
    return answer, lines


def _lines(each: "Covered") -> list[str]:
    assert each.state is not None, "a registered id has a state"
    lines = [f"  {each.id:<19} {_words(each.state):<13} {each.says}"]
    details = (
        ("rule files", _some([quantity.file for quantity in each.quantities])),
        ("carried by", _some(each.by)),
        ("will live in", each.lives),
        ("because", each.why),
        ("source", each.cite),
        ("note", each.note),
    )
    return lines + [f"    {label}: {said}" for label, said in details if said]


def _some(names: Sequence[str]) -> str:
    different = list(dict.fromkeys(names))
    more = len(different) - _FILES_SHOWN
    return ", ".join(different[:_FILES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _unregistered(edition: str, ids: Sequence[str]) -> list[str]:
    return [
        f"Edition {edition[:12]} was adopted before there was a register: what is made of each id is not on file.",
        f"Its rules name these {len(ids)} ids; `ccm-ledger rules show ID` shows each.",
        *(f"  {rule}" for rule in ids),
    ]


def _words(state: str) -> str:
    return state.replace("_", " ")

"""Whether some module asks for a quantity by its name: told by the strings of the rooms, docstrings left out.

Promise: of a quantity that is said not to be read no string of the program ends with the name. Not promised: that what
is read also decides something; the cases that change one value at a time show that.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.rulebook.showing import ROOT

_ROOMS = ("ledger", "commands", "projections")
_MADE_OF_PARTS = re.compile(
    r"medicare\.("
    r"ccm\.activities\..*"  # whichever list holds the word
    r"|\w+\.families\.\w+_(base|addon)|\w+\.policy\.\w+_attestation"
    r"|pfs\.rvu_\w+\.\w+|pfs\.conversion_factor\.(non)?qp"
    r")"
).fullmatch
"""Names that are put together where they are read."""


def is_read(quantity: str) -> bool:
    """Whether a string of the program is the end of this name: its last two words, or one where parts are joined."""
    group, short = quantity.split(".")[-2:]
    if _MADE_OF_PARTS(quantity) is not None or f".{short}" in _strings():
        return True
    return any(text.endswith(f"{group}.{short}") for text in _strings())


@cache
def _strings() -> frozenset[str]:
    return frozenset(text for room in _ROOMS for file in (ROOT / room).rglob("*.py") for text in _of(file.read_text()))


def _of(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value

"""What can be wrong with a rulebook, as exceptions.

LedgerError
 +-- RulebookError         rule files that do not load; `.diagnostics` lists every fault with its remedy
 |    +-- NoSuchRule       a question names a rule that this rulebook does not have; `.near` helps
 +-- LedgerDamaged
 |    +-- EditionDamaged   stored bytes of an edition or of a set of readings are not what was written
 +-- NeedsNewerProgram
      +-- UnknownFormulas  stored bytes name a formulas version or format that this program does not know
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from ledger.terms.errors import LedgerDamaged, LedgerError, NeedsNewerProgram


class Diagnostic(NamedTuple):
    """One fault of one rule file: where it is, what it is, how to mend it. Line 0: a file that was not read."""

    file: str
    line: int
    table: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}{f' [{self.table}]' if self.table else ''}: {self.problem} {self.remedy}"


class RulebookError(LedgerError):
    """Rule files that do not load. All faults are listed, in the order of files and tables."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], happened: str = "") -> None:
        count = f"{len(diagnostics)} fault{'' if len(diagnostics) == 1 else 's'}"
        listed = "\n".join(str(diagnostic) for diagnostic in diagnostics)
        super().__init__(happened or f"The rulebook was not loaded: {count}.\n{listed}")
        self.diagnostics = diagnostics


class NoSuchRule(RulebookError):
    """A name that no quantity or rule id of this rulebook has (on that date); `near` lists close ones."""

    def __init__(self, name: str, known: Iterable[str], where: str) -> None:
        self.name = name
        self.near = tuple(get_close_matches(name, known, n=4, cutoff=0.55))
        near = f"Near names: {', '.join(self.near)}." if self.near else "`rules list` shows all names."
        super().__init__((), f"No rule is called {name} {where}. {near}")


class EditionDamaged(LedgerDamaged):
    """The stored bytes of an edition or of a set of readings are not what was written."""


class UnknownFormulas(NeedsNewerProgram):
    """A formulas version or a byte format that this program does not know; a newer program does."""

"""Where each quantity was written: so that what is wrong between two rules names the file and line of both.

Promise: a reading of a loaded file is found at the line of its dated value. A fault that several payers' views show is
noted once. Not promised: a line for readings that no file spelled.
"""

from collections.abc import Iterable
from datetime import date
from typing import final

from ledger.rulebook.reading import Quantity, Reading
from ledger.rulebook.rule_file import Place, RuleFile
from ledger.rulebook.views import EXCEPTION_MARK, base_name


@final
class Sites:
    """The files of a rulebook by the quantities that stand in them."""

    __slots__ = ("_first_days", "_noted", "_tables")

    def __init__(self) -> None:
        self._tables: dict[str, tuple[RuleFile, str]] = {}
        self._first_days: dict[str, tuple[date, ...]] = {}
        self._noted: set[tuple[str, str]] = set()

    def add(self, rule_file: RuleFile, quantities: Iterable[Quantity], *, by_full_name: bool = False) -> None:
        """Remember what a file spells; `by_full_name`: its tables have the whole names of their quantities."""
        for quantity in quantities:
            name = base_name(quantity.name)
            self._tables[quantity.name] = (rule_file, name if by_full_name else name.rpartition(".")[2])
            self._first_days[quantity.name] = tuple(reading.effective for reading in quantity.readings)

    def place(self, reading: Reading) -> Place:
        """The dated value that spells a reading."""
        rule_file, table = self._tables[reading.name]
        return rule_file.at(table, self._first_days[reading.name].index(reading.effective))

    def where(self, reading: Reading) -> str:
        """The same, as file and line."""
        rule_file, table = self._tables[reading.name]
        return f"{rule_file.name}:{rule_file.line_of(table, self._first_days[reading.name].index(reading.effective))}"

    def table(self, quantity: Quantity) -> Place:
        """The head of a quantity's table."""
        rule_file, table = self._tables[quantity.name]
        return rule_file.at(table)

    def later(self, one: Reading, other: Reading) -> tuple[Reading, Reading]:
        """Two readings, first the one to be mended: an exception before its base, otherwise that of the later file."""
        ours = sorted((one, other), key=lambda each: (EXCEPTION_MARK in each.name, self.where(each)))
        return ours[1], ours[0]

    def fault(self, reading: Reading, problem: str, remedy: str) -> None:
        """Notes a fault at a reading, once however many views show it."""
        where = self.where(reading)
        if (where, problem) not in self._noted:
            self._noted.add((where, problem))
            self.place(reading).fault(problem, remedy)

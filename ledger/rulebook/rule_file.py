"""One rule file on its way through the loader: its tables, and where its faults are gathered.

Promise: every fault is noted with file, line where it can be told, and remedy; nothing is raised here.
"""

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from ledger.rulebook.errors import Diagnostic

_is_path: Final = re.compile(r"([A-Za-z0-9_]+/)*[A-Za-z0-9_]+\.toml").fullmatch
_has_effective: Final = re.compile(r"[{,]\s*effective\s*=").search
_TWICE: Final = ("twice", "Cannot overwrite", "Cannot redefine")


class RuleFile:
    """The tables of one file; empty where it could not be read."""

    def __init__(self, name: str, content: bytes, faults: list[Diagnostic]) -> None:
        self.name = name
        self.tables: dict[str, Any] = {}
        self.is_read = False
        self._text = ""
        self._faults = faults
        if _is_path(name) is None:
            self.fault("The path has other characters than letters, digits and _.", "Rename the file.")
        elif b"\r" in content:  # the same law must have the same digest on every machine
            line = content.count(b"\n", 0, content.index(b"\r")) + 1
            self.fault("The file has carriage returns.", "Save it with plain line feeds.", line=line)
        else:
            self._parse(content)

    def at(self, table: str, nth: int | None = None) -> "Place":
        """A table of this file, or the nth dated value in it."""
        return Place(self, table, nth)

    def fault(self, problem: str, remedy: str, *, table: str = "", line: int = 0, key: str = "") -> None:
        """Notes a fault: at its line, at that of a key above the tables, or where the file begins."""
        self._faults.append(Diagnostic(self.name, line or self._line_of_key(key), table, problem, remedy))

    @property
    def fault_count(self) -> int:
        """Faults noted so far, in all files."""
        return len(self._faults)

    def line_of(self, table: str, nth: int | None) -> int:
        """The line of a table's head, or of its nth dated value; 0 where it cannot be told."""
        lines = self._text.splitlines()
        is_head = re.compile(rf'\s*\[\s*"?{re.escape(table)}"?\s*\]').match
        head = next((number for number, line in enumerate(lines, 1) if is_head(line)), 0)
        if nth is None or not head:
            return head
        values = [number for number, line in enumerate(lines[head:], head + 1) if _has_effective(line)]
        return values[nth] if nth < len(values) else head

    def _line_of_key(self, key: str) -> int:
        """The line of a key above the tables; the first where it is not there."""
        is_key = re.compile(rf"\s*{re.escape(key)}\s*=").match
        lines = enumerate(self._text.splitlines(), 1)
        return next((number for number, line in lines if key and is_key(line)), 1)

    def _parse(self, content: bytes) -> None:
        try:
            self._text = content.decode()
            self.tables = tomllib.loads(self._text, parse_float=Decimal)
            self.is_read = True
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.fault("The file is not UTF-8.", "Save it as UTF-8.", line=line)
        except (ValueError, RecursionError) as error:  # also absurd numbers, and nesting without end
            self._note_toml(str(error))

    def _note_toml(self, message: str) -> None:
        at = re.search(r"at line (\d+)", message)
        line = int(at[1]) if at else 0
        if "at end of document" in message:
            line = len(self._text.splitlines())
        if any(sign in message for sign in _TWICE):
            self.fault(f"A table or key stands here twice: {message}.", "Keep one, with all values.", line=line)
        else:
            self.fault(f"This is not TOML: {message}.", "Mend the line.", line=line)


class Place:
    """A table of a rule file, or one dated value in it: where faults are noted."""

    def __init__(self, rule_file: RuleFile, table: str, nth: int | None) -> None:
        self.rule_file = rule_file
        self._table = table
        self._nth = nth

    def fault(self, problem: str, remedy: str) -> None:
        """Notes a fault of this place, with its line."""
        line = self.rule_file.line_of(self._table, self._nth)
        self.rule_file.fault(problem, remedy, table=self._table, line=line)

    def check_keys(self, found: Iterable[str], known: tuple[str, ...]) -> None:
        """Notes every key that is not known here, with the one that may be meant."""
        for key in sorted(set(found) - set(known)):
            near = get_close_matches(key, known, n=1)
            meant = f"Did you mean `{near[0]}`?" if near else f"Keys here are {', '.join(known)}."
            if self._table:
                self.fault(f"Key `{key}` is not known.", meant)
            else:
                self.rule_file.fault(f"Key `{key}` is not known.", meant, key=key)


def check_origin(rule_file: RuleFile, base: Iterable[str]) -> None:
    """Notes where a payer's file does not say on which rules it builds (names in `base`), or when it was checked."""
    head = rule_file.tables
    bases = sorted({name.split(".", 1)[0] for name in base})
    if head.get("base") not in bases:
        known = " or ".join(f'"{name}"' for name in bases)
        rule_file.fault("`base` names no rules that exist.", f"Write base = {known}.", key="base")
    if type(head.get("checked")) is not date:
        remedy = "Write checked = YYYY-MM-DD above the tables."
        rule_file.fault("`checked` is missing or not a date.", remedy, key="checked")

"""The cases of tests/rulebook/cases/*.toml: what a biller can read and write, asked of any rulebook.

A case is a table `[[case]]` with `says` (one sentence, unique in all files), `rules` (ids), a `kind` (a month unless it
says otherwise), what is given, and what is expected. Promise: a key that the kind does not know is an error, and so is
a case that expects nothing; what is given is folded once, so that a case can be asked of many rulebooks.

Another kind is one more entry in `KINDS`: the keys that it knows, and a reader that answers with the question.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.rulebook import Rulebook, coverage, load_rulebook, shipped_edition
from ledger.terms.errors import LedgerError
from tests.rulebook import case_claims, case_months, case_payments, case_questions, case_retention, case_services

FOLDER: Final = Path(__file__).parent / "cases"
RULE_IDS: Final = frozenset(each.id for each in coverage(load_rulebook(dict(shipped_edition().files))))
_OF_ALL: Final = frozenset({"says", "rules", "kind"})

Answer = dict[str, Any]
"""Plain values under the keys of the case."""


class Question(NamedTuple):
    """What a case asks, with its facts folded."""

    expected: Answer
    ask: Callable[[Rulebook], Answer]
    """What a rulebook makes of it; at least under the keys of `expected`."""
    reads: Callable[[Rulebook], frozenset[str]]
    """The names of the quantities that the answer says it has read; empty where a kind does not say."""


class Kind(NamedTuple):
    """One kind of case: the keys that it knows, and how it is read."""

    keys: frozenset[str]
    read: Callable[[Mapping[str, Any]], tuple[Any, ...]]


KINDS: Final[dict[str, Kind]] = {
    "month": Kind(case_months.KEYS, case_months.month),
    "services": Kind(case_services.KEYS, case_services.services),
    "units": Kind(case_months.UNITS_KEYS, case_months.units),
    "activities": Kind(case_questions.ACTIVITIES_KEYS, case_questions.activities),
    "prices": Kind(case_questions.PRICES_KEYS, case_questions.prices),
    "due": Kind(case_questions.DUE_KEYS, case_questions.due),
    "deadlines": Kind(case_questions.DEADLINES_KEYS, case_questions.deadlines),
    "reopenings": Kind(case_claims.REOPENINGS_KEYS, case_claims.reopenings),
    "overpayments": Kind(case_claims.OVERPAYMENTS_KEYS, case_claims.overpayments),
    "retention": Kind(case_retention.KEYS, case_retention.retention),
    "holidays": Kind(case_claims.HOLIDAYS_KEYS, case_claims.holidays),
    "places": Kind(case_claims.PLACES_KEYS, case_claims.places),
    "service_days": Kind(case_claims.SERVICE_DAYS_KEYS, case_claims.service_days),
    "payments": Kind(case_payments.KEYS, case_payments.payments),
    "lines": Kind(case_questions.LINES_KEYS, case_questions.lines),
    "lists": Kind(case_questions.LISTS_KEYS, case_questions.lists),
    "planning": Kind(case_questions.PLANNING_KEYS, case_questions.planning),
    "visits": Kind(case_months.VISITS_KEYS, case_months.visits),
    "numbers": Kind(case_questions.NUMBERS_KEYS, case_questions.numbers),
    "command": Kind(case_questions.COMMAND_KEYS, case_questions.command),
    "first_days": Kind(case_questions.FIRST_DAYS_KEYS, case_questions.first_days),
    "carried_out": Kind(case_questions.CARRIED_OUT_KEYS, case_questions.carried_out),
}
BROKEN: Final = (LedgerError, AssertionError, LookupError, ArithmeticError, TypeError, ValueError)
"""How a rulebook that says something else can break a question instead of answering it differently."""


@dataclass(frozen=True)
class Case:
    """One named case, ready to be asked."""

    file: str
    says: str
    kind: str
    rules: tuple[str, ...]
    question: Question

    def answer(self, book: Rulebook) -> Answer:
        """What a rulebook answers, under the keys that the case expects."""
        found = self.question.ask(book)
        return {key: found[key] for key in self.question.expected}

    def fails(self, book: Rulebook) -> bool:
        """Whether a rulebook answers anything else than the case expects, or cannot answer at all."""
        try:
            return self.answer(book) != self.question.expected
        except BROKEN:
            return True


def read_case(table: Mapping[str, Any], file: str) -> Case:
    """The case that a table spells. Raises ValueError with file, sentence and what is wrong."""
    says, rules = table.get("says"), table.get("rules")
    where = f"{file}, {says!r}"
    if not isinstance(says, str) or not says.strip():
        raise ValueError(f"{file}: a case does not say in one sentence what it shows")
    kind = table.get("kind", "month")
    if kind not in KINDS:
        raise ValueError(f"{where}: kind {kind!r} is none of {', '.join(KINDS)}")
    if unknown := table.keys() - KINDS[kind].keys - _OF_ALL:
        raise ValueError(f"{where}: a {kind} knows no {', '.join(sorted(unknown))}")
    if not isinstance(rules, list) or not rules or not set(rules) <= RULE_IDS:
        raise ValueError(f"{where}: `rules` is not a list of known rule ids")
    question = Question(*KINDS[kind].read(table))
    if not question.expected:
        raise ValueError(f"{where}: the case expects nothing")
    return Case(file, says, kind, tuple(rules), question)


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of every file, in order."""
    found: list[Case] = []
    for path in sorted(FOLDER.rglob("*.toml")):
        file = path.relative_to(FOLDER).as_posix()
        tables = tomllib.loads(path.read_text())
        if tables.keys() != {"case"}:
            raise ValueError(f"{file}: a file holds tables [[case]] and nothing else")
        found += [read_case(table, file) for table in tables["case"]]
    return tuple(found)

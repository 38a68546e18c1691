"""Cases about how long a record is kept, and how long an approved erasure waits."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from ledger.judging.retention import NOTICE, Cared, kept_until
from ledger.rulebook import Rulebook

_Read = tuple[dict[str, Any], Callable[[Rulebook], dict[str, Any]], Callable[[Rulebook], frozenset[str]]]
_GIVEN: Final = frozenset({"last_year", "medicare_advantage", "states", "refunded_on", "of_age_in"})
_ASKED: Final = ("kept", "until", "notice_days")
KEYS: Final = _GIVEN | frozenset((*_ASKED, "asked"))


def retention(case: Mapping[str, Any]) -> _Read:
    """The last day by every rule that applies, as of the day `asked`, the latest of them, and the days of notice."""
    given = {key: case[key] for key in _GIVEN if key in case}
    cared = Cared(**{"last_year": None, **given, "states": tuple(case.get("states", ()))})
    asked: date = case.get("asked", date(2026, 3, 2))

    def ask(book: Rulebook) -> dict[str, Any]:
        rules = book.in_force(asked)
        kept = kept_until(cared, rules)
        return {
            "kept": {each.rule.rpartition(".")[2]: each.until for each in kept},
            "until": kept[0].until if kept else "none",
            "notice_days": rules.get(NOTICE),
        }

    return {key: case[key] for key in _ASKED if key in case}, ask, lambda book: frozenset()

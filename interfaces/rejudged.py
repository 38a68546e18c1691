"""What a rejudge found, as it travels and adds up: sums, reasons, and each patient-month as the line that is shown.

A hundred thousand months that differ are a hundred thousand lines of one or two kilobytes: they are made where they are
found, and only as many are kept as will be shown. Promise: sums are of all months; the lines are in order of patients,
whoever found them first.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson

from interfaces.plain import plain
from projections.month_answer import AsAttested
from projections.rejudge import Answer, Rejudged, RejudgedMonth
from projections.rule_changes import Because, RuleChange

Line = tuple[str, bytes]
"""A patient with a programme, by which lines are ordered, and the JSON of that month."""
_KEPT_BEYOND: Final = 10_000
"""How many lines more than wanted are kept before the last ones are dropped."""
_ZERO: Final = Decimal(0)


class Reason(NamedTuple):
    """Changed readings, and what the months come to that they move."""

    because: Because
    months: int
    amount_before: Decimal
    amount_after: Decimal
    expected_before: Decimal
    expected_after: Decimal
    """The expected payment; months without one add nothing."""

    def plus(self, other: "Reason") -> "Reason":
        """The months of both."""
        return Reason(
            self.because,
            self.months + other.months,
            self.amount_before + other.amount_before,
            self.amount_after + other.amount_after,
            self.expected_before + other.expected_before,
            self.expected_after + other.expected_after,
        )


class Part(NamedTuple):
    """What became of some patients' months."""

    patients: int
    looked_at: int
    attested: int
    amount_before: Decimal
    amount_after: Decimal
    reasons: tuple[Reason, ...]
    lines: tuple[Line, ...]


def part_of(found: Rejudged) -> Part:
    """The same in the shape in which it is kept and shown."""
    return Part(
        *found[:5],
        tuple(_added(_reason(month) for month in found.differing)),
        tuple((f"{month.patient} {month.programme}", orjson.dumps(month_json(month))) for month in found.differing),
    )


def _reason(month: RejudgedMonth) -> Reason:
    answers = month.before, month.after
    amounts = [answer.amount or _ZERO for answer in answers]
    return Reason(month.because, 1, *amounts, *(answer.payment.expected or _ZERO for answer in answers))


def _added(reasons: Iterable[Reason]) -> Iterable[Reason]:
    """One reason for each set of changes, in the order in which they first came."""
    found: dict[Because, Reason] = {}
    for each in reasons:
        known = found.get(each.because)
        found[each.because] = each if known is None else known.plus(each)
    return found.values()


class Sums:
    """The parts added up; `limit` lines are kept, or all of them."""

    def __init__(self, limit: int | None) -> None:
        self.looked_at = 0
        self.attested = 0
        self.differing = 0
        self.amount_before = self.amount_after = _ZERO
        self._limit = limit
        self._reasons: list[Reason] = []
        self._lines: list[Line] = []

    def add(self, part: Part) -> None:
        """Take in one more part."""
        self.looked_at += part.looked_at
        self.attested += part.attested
        self.differing += len(part.lines)
        self.amount_before += part.amount_before
        self.amount_after += part.amount_after
        self._reasons = list(_added((*self._reasons, *part.reasons)))
        self._lines += part.lines
        if self._limit is not None and len(self._lines) > self._limit + _KEPT_BEYOND:
            self._lines = self._first()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why months differ: what moves most of them first."""
        return tuple(sorted(self._reasons, key=lambda each: (-each.months, [c.name for c in each.because.changes])))

    @property
    def expected(self) -> tuple[Decimal, Decimal]:
        """The expected payment of the months that differ, now and by the other edition."""
        before = sum((each.expected_before for each in self._reasons), _ZERO)
        return before, sum((each.expected_after for each in self._reasons), _ZERO)

    def patients(self) -> list[str]:
        """Of whom a line will be shown, in order, each once."""
        return list(dict.fromkeys(whose.split()[0] for whose, _ in self._first()))

    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines that will be shown, by patient."""
        return (orjson.loads(line) for _, line in self._first())

    def _first(self) -> list[Line]:
        ordered = sorted(self._lines, key=itemgetter(0))
        return ordered if self._limit is None else ordered[: self._limit]


# --- as JSON ----------------------------------------------------------------------------------------------------


def month_json(month: RejudgedMonth) -> dict[str, Any]:
    """A patient-month that would differ, ready for JSON."""
    return {
        "patient": month.patient,
        "month": month.month,
        "programme": month.programme.value,
        "practice": month.practice,
        "as_attested": _attested_json(month.as_attested) if month.as_attested else None,
        "before": _answer_json(month.before),
        "after": _answer_json(month.after),
        "changed": list(month.changed),
        "entries": [plain(entry) for entry in month.entries],
        "findings_added": [_finding_json(each) for each in month.findings_added],
        "findings_removed": [_finding_json(each) for each in month.findings_removed],
        "because": [_change_json(change) for change in month.because.changes],
        "because_is_found": month.because.is_found,
    }


def reason_json(reason: Reason) -> dict[str, Any]:
    """A reason with its readings whole, ready for JSON."""
    return {
        "readings": [
            {"name": change.name, "before": plain(change.before), "after": plain(change.after)}
            for change in reason.because.changes
        ],
        "is_found": reason.because.is_found,
        "months": reason.months,
        "amount_before": str(reason.amount_before),
        "amount_after": str(reason.amount_after),
        "expected_before": str(reason.expected_before),
        "expected_after": str(reason.expected_after),
    }


def _change_json(change: RuleChange) -> dict[str, Any]:
    values = (plain(reading.value) if reading else None for reading in (change.before, change.after))
    return {"name": change.name, **dict(zip(("before", "after"), values, strict=True))}


def _answer_json(answer: Answer) -> dict[str, Any]:
    charges = [{"code": line.code, "units": line.units, "amount": plain(line.amount)} for line in answer.charges]
    own = {"charges": charges, "amount": plain(answer.amount), "payment": plain(answer.payment)}
    return {**answer._asdict(), **own, "with_visits": [plain(line) for line in answer.with_visits]}


def _attested_json(signed: AsAttested) -> dict[str, Any]:
    charges = [{"code": code, "units": units} for code, units in signed.charges]
    return {**plain(signed), "charges": charges}


def _finding_json(finding: Any) -> dict[str, Any]:
    return {"code": finding.code, "effect": finding.effect.value, "happened": finding.happened}

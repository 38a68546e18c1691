"""The reasons of a patient-month as they are asked for: the judge's tree, its facts named by position, kind and dates.

Promise: every position is one of this ledger, as of the answer; of a fact that speaks of another patient no more is
told than of any other: where it stands, what kind it is, its day, and when the ledger learned it. Not promised: words.
"""

from collections.abc import Iterable
from typing import Any

from ledger.judging import Ground, reasons_of, why_not, why_not_reasons
from ledger.judging.reason import Reason, Told, plain_reason, positions_in
from ledger.rulebook import Rulebook
from ledger.streams.base import Fact
from ledger.terms.calendar import stored_instant
from projections.happened import happened, happened_on, has_a_moment
from projections.month_answer import MonthAnswer
from projections.patient_history import StreamsLog


def month_reasons(log: StreamsLog, answer: MonthAnswer, rulebook: Rulebook) -> dict[str, Any]:
    """Every figure and notice of a month, opened; the edition that judged it is named once, at the top."""
    reasons = reasons_of(_ground(answer, rulebook))
    told = _told(log, reasons.all, answer)
    adoption = answer.adoption

    def opened(group: Iterable[Reason]) -> list[dict[str, Any]]:
        return [plain_reason(reason, told, answer.position) for reason in group]

    return {
        "edition": adoption.edition,
        "adopted": told[adoption.position]._asdict() | {"position": adoption.position},
        "as_of": answer.position,
        "figures": opened(reasons.figures),
        "missing": opened(reasons.missing),
        "notices": opened(reasons.notices),
    }


def why_not_answer(log: StreamsLog, answer: MonthAnswer, rulebook: Rulebook, code: str) -> dict[str, Any]:
    """Why a code is not among those of a month, or has no more units: the answer, and `reasons` as a tree."""
    reasons = why_not_reasons(_ground(answer, rulebook), code)
    told = _told(log, reasons, answer)
    opened = [plain_reason(reason, told, answer.position) for reason in reasons]
    return {**why_not(answer.verdict, code, rulebook, answer.facts), "as_of": answer.position, "reasons": opened}


def _ground(answer: MonthAnswer, rulebook: Rulebook) -> Ground:
    return Ground.of(answer.facts, answer.verdict, rulebook, answer.adoption.position)


def _told(log: StreamsLog, reasons: Iterable[Reason], answer: MonthAnswer) -> dict[int, Told]:
    """The facts that a tree names, as far as anybody may be told: kind, day, and when the ledger learned each."""
    facts = log.facts_at({*positions_in(reasons), answer.adoption.position})
    return {fact.position: told_of(fact) for fact in facts}


def told_of(fact: Fact) -> Told:
    """A fact as it is named: no day is made up where its source gave none."""
    topic = fact.event.TOPIC
    is_dated = happened(fact.event) is not None or not has_a_moment(topic)
    return Told(topic, happened_on(fact).isoformat() if is_dated else None, stored_instant(fact.recorded_at))

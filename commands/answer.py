"""The answer to one line: outcome, positions, ids, notices, refusal; and its JSON form, which is a stable contract."""

from typing import Any, Literal, NamedTuple

from ledger.judging.reason import plain_reading
from ledger.terms.outcome import Notice, Refused

Outcome = Literal["accepted", "unchanged", "refused", "parked"]


class Answer(NamedTuple):
    """What became of one line."""

    key: str | None
    outcome: Outcome
    positions: tuple[int, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()
    notices: tuple[Notice, ...] = ()
    refusal: Refused | None = None

    def as_json(self, line: int) -> dict[str, Any]:
        """The answer as `submit` prints it."""
        return {
            "line": line,
            "key": self.key,
            "outcome": self.outcome,
            "positions": list(self.positions),
            "ids": dict(self.ids),
            "notices": [notice_json(notice) for notice in self.notices],
            "refusal": refusal_json(self.refusal) if self.refusal else None,
        }


def notice_json(notice: Notice) -> dict[str, Any]:
    """A notice as JSON."""
    return {
        "code": notice.code,
        "effect": notice.effect.value,
        "happened": notice.happened,
        "remedy": notice.remedy,
        "readings": list(notice.readings),
        "seconds": notice.seconds,
    }


def refusal_json(refusal: Refused) -> dict[str, Any]:
    """A refusal as JSON."""
    waiting = refusal.waiting_for
    return {
        "code": refusal.code,
        "happened": refusal.happened,
        "because": refusal.because,
        "remedy": refusal.remedy,
        "retryable": refusal.retryable,
        "readings": [plain_reading(each) for each in refusal.readings],
        "facts": [{"position": at} for at in refusal.facts],
        "waiting_for": waiting.kind if waiting else None,
    }

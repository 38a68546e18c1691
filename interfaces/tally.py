"""What became of lines: each with its number on its way in, and a count of the answers on the way out."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from interfaces.cli.wording import in_order

if TYPE_CHECKING:
    from commands.answer import Answer
    from commands.wire import Delivery, Unreadable

OUTCOMES: Final = ("accepted", "unchanged", "refused", "parked")


class Incoming(NamedTuple):
    """A line on its way to the ledger: its number in its file, and what was made of it."""

    number: int
    line: "Delivery | Unreadable"


@dataclass
class Tally:
    """How many lines met which end."""

    outcomes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)

    def add(self, answer: "Answer") -> None:
        """Count one answer."""
        self.outcomes[answer.outcome] += 1
        if answer.outcome == "refused" and answer.refusal:
            self.refusals[answer.refusal.code] += 1
        self.notices.update({notice.code for notice in answer.notices})

    @property
    def lines(self) -> int:
        """How many lines were answered."""
        return self.outcomes.total()

    @property
    def exit_code(self) -> int:
        """0 where every line was accepted or unchanged, 1 where some were refused or parked."""
        return 1 if self.outcomes["refused"] or self.outcomes["parked"] else 0

    def as_json(self) -> dict[str, Any]:
        """The tally for programs."""
        return {
            "lines": self.lines,
            **{outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "refusals": dict(in_order(self.refusals)),
            "notices": dict(in_order(self.notices)),
        }

    def as_text(self) -> list[str]:
        """The tally for people."""
        counts = ", ".join(f"{name} {self.outcomes[name]:,}" for name in OUTCOMES)
        lines = [f"{self.lines:,} line{'' if self.lines == 1 else 's'}: {counts}."]
        if self.refusals:
            lines.append("Refused: " + ", ".join(f"{code} {count:,}" for code, count in in_order(self.refusals)) + ".")
        if self.notices:
            lines.append("Noticed: " + ", ".join(f"{code} {count:,}" for code, count in in_order(self.notices)) + ".")
        if self.outcomes["parked"]:
            lines.append("Parked deliveries wait until their patient, staff member or claim is known: `parked list`.")
        return lines

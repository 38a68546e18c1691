"""277CA (005010X214) in: what the payer's front door said of each claim, as record_acknowledgment lines.

Promise: each answer stands under the claim's own control number, with the day on which the payer received it and the
codes as given; of several statuses of one claim the one that turns it away decides. Where a whole batch or all claims
of a biller were turned away and no claim is named, that is told apart: no number leads from it to a claim.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from interfaces.x12.answers import Answer, AnswerFile, CommandData, Numbering, Rejected
from interfaces.x12.reading import Kind, Segment, Transaction, malformed, transactions
from interfaces.x12.values import day_of, needed

ACKNOWLEDGMENT: Final = Kind("277", "HN", "005010X214", "acknowledgments of claims (277CA, 005010X214)")
_LEVELS: Final = ("20", "21", "19", "PT")
_SOURCES: Final = frozenset({"PR", "AY"})
"""Who acknowledges: a payer, or a clearing house."""
_STATUSES: Final = (1, 10, 11)
_TURNED_AWAY: Final = frozenset({"A3", "A4", "A6", "A7", "A8"})
"""Categories of status that say no, where no action stands beside them."""
_CATEGORY: Final = re.compile(r"[A-Z][0-9]{1,2}", re.ASCII)
CODES_MAX: Final = 20


def read_acknowledgments(content: bytes) -> AnswerFile:
    """What a 277CA file says; raises Malformed."""
    answers: list[Answer] = []
    rejected: list[Rejected] = []
    for transaction in transactions(content, ACKNOWLEDGMENT):
        found = _Transaction(transaction)
        answers += found.answers
        rejected += found.rejected
    return AnswerFile(tuple(answers), rejected=tuple(rejected))


@dataclass
class _Status:
    """Statuses of one level or claim: what each says, and its codes."""

    at: Segment
    control_number: str = ""
    payer_number: str | None = None
    codes: dict[str, None] = field(default_factory=dict)
    is_turned_away: bool = False
    is_said: bool = False

    def add(self, segment: Segment, component: str) -> None:
        """One STC segment."""
        action = segment.get(3)
        if action not in ("", "U", "WQ"):
            raise malformed("its action is neither accepted nor turned away.", segment, "x12_value_unreadable")
        for place in _STATUSES:
            parts = [part.strip() for part in segment.get(place).split(component) if part.strip()]
            if not parts and place > 1:
                continue
            if len(parts) < 2 or not _CATEGORY.fullmatch(parts[0]) or not parts[1].isalnum():
                raise malformed("it gives no category and status.", segment, "x12_value_unreadable")
            self.codes[":".join(parts)] = None
            if action != "WQ" and (action == "U" or parts[0] in _TURNED_AWAY):
                self.is_turned_away = True
        self.is_said = True


class _Transaction:
    """One transaction, level by level."""

    def __init__(self, transaction: Transaction) -> None:
        self.answers: list[Answer] = []
        self.rejected: list[Rejected] = []
        self._component = transaction.component
        self._begins = transaction.begins
        self._source: str | None = None
        self._trace: str | None = None
        self._received: date | None = None
        self._numbering: Numbering | None = None
        self._level = ""
        self._status: _Status | None = None
        if not transaction.segments or transaction.segments[0].name != "BHT":
            raise malformed("the transaction does not begin with BHT.", transaction.begins)
        for segment in transaction.segments[1:]:
            self._segment(segment)
        self._finish()

    def _segment(self, segment: Segment) -> None:
        match segment.name:
            case "HL":
                self._finish()
                self._level = segment.get(3)
                if self._level not in _LEVELS:
                    raise malformed("it opens a level that an acknowledgment does not have.", segment)
                if self._level == "20":
                    self._source = self._trace = self._received = self._numbering = None
            case "NM1" if self._level == "20":
                if self._source is not None or segment.get(1) not in _SOURCES:
                    raise malformed("it does not name who acknowledges.", segment)
                self._source = needed(segment, 9)
            case "TRN":
                self._traced(segment)
            case "STC":
                if self._status is None:
                    raise malformed("it stands under no claim, batch or biller.", segment)
                self._status.add(segment, self._component)
            case "REF" if self._level == "PT" and segment.get(1) == "1K":
                if self._status is None:
                    raise malformed("it stands under no claim.", segment)
                self._status.payer_number = needed(segment, 2)
            case "DTP" if self._level == "20" and segment.get(1) == "050":
                self._received = day_of(segment, 3)
            case "NM1" | "REF" | "DTP" | "QTY" | "AMT" | "SVC":
                pass
            case _:
                raise malformed("an acknowledgment has no such segment.", segment)

    def _traced(self, segment: Segment) -> None:
        self._finish()
        if self._level == "20":
            self._trace = needed(segment, 2)
        elif self._level in ("21", "19"):
            self._status = _Status(segment)
        elif self._level == "PT":
            self._status = _Status(segment, control_number=needed(segment, 2))
        else:
            raise malformed("it stands under no level.", segment)

    def _finish(self) -> None:
        """The level or claim that ends here."""
        status, self._status = self._status, None
        if status is None:
            return
        if not status.is_said:
            raise malformed("no status follows it.", status.at)
        codes = tuple(status.codes)[:CODES_MAX]
        if status.control_number:
            self._answer(status, codes)
        elif status.is_turned_away:
            self.rejected.append(Rejected(status.at.number, codes))

    def _answer(self, status: _Status, codes: tuple[str, ...]) -> None:
        if self._source is None or self._trace is None:
            raise malformed("nothing before it says who acknowledges, and under which number.", status.at)
        if self._received is None:
            raise malformed("nothing before it says when the payer received the claim.", status.at)
        if self._numbering is None:
            self._numbering = Numbering(self._source, self._trace)
        key, row = self._numbering.next_of(status.control_number, "277")
        data: CommandData = {
            "control_number": status.control_number,
            "outcome": "rejected" if status.is_turned_away else "accepted",
            "received_on": self._received.isoformat(),
            "codes": list(codes),
        }
        if status.payer_number is not None:
            data["payer_number"] = status.payer_number
        self.answers.append(Answer(status.at.number, key, row, "record_acknowledgment", data))

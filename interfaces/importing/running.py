"""An import as it runs: rows become lines, lines are handed in group by group, every row is answered, all is summed up.

Promise: rows are answered in the document's order, each once its facts are durable; at most one group of lines is
held. Behind the last row of a document stands the fact that it was imported, with the digest of its bytes. The command
line and the server run imports through here, so that both answer the same. Not promised: that a document whose reading
broke off is on record; the rows that were answered are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from commands.answer import Answer
from commands.wire import Delivery, Unreadable
from interfaces.cli.lines import GROUP_LINES_MAX
from interfaces.importing import fhir, time_log
from interfaces.importing.documents import Document, bundle_a_line, one_bundle
from interfaces.importing.reading import Delivered, Read, Report
from interfaces.tally import OUTCOMES, Incoming, Tally
from ledger.streams.imports import DocumentKind

Line = Delivery | Unreadable
HandIn = Callable[[Sequence[Line]], Sequence[Answer]]
"""Gives lines to the ledger; the answers are durable."""
Answered = list[tuple[int, Answer]]
"""The numbers of a group's rows with their answers."""
RANDOM_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Door:
    """How an import reaches a ledger."""

    read: Callable[[bytes], Line]
    """A line of `submit`, read."""
    hand_in: HandIn
    entropy: Callable[[int], bytes]
    """Random bytes, for the key under which an import is put on record."""


@dataclass(slots=True)
class Import:
    """One import of one or many documents of one source: what it met so far."""

    kind: DocumentKind
    source: str
    door: Door
    tally: Tally = field(default_factory=Tally)
    report: Report = field(default_factory=Report)
    charts: int = 0
    """How many bundles were begun."""
    documents: list[dict[str, Any]] = field(default_factory=list)
    """Each document's digest, and what became of putting its import on record."""

    def rows(self, incoming: Iterable[Incoming]) -> Iterator[Answered]:
        """Hand in lines group by group, and answer them."""
        group: list[Incoming] = []
        for each in incoming:
            group.append(each)
            if len(group) >= GROUP_LINES_MAX:
                yield self._group(group)
                group = []
        if group:
            yield self._group(group)

    def answers(self, answers: Iterable[Read]) -> Iterator[Answered]:
        """The same for what a reader made of rows: the same bytes would be lines of `submit`."""
        return self.rows(Incoming(each.line, self._line(each)) for each in answers)

    def put_on_record(self, digest: str, before: Tally) -> None:
        """Record that a document was imported, `before` being the tally as it stood in front of its first row."""
        counts = {name: self.tally.outcomes[name] - before.outcomes[name] for name in OUTCOMES}
        line = {
            "v": 1,
            "key": f"import:{self.door.entropy(RANDOM_BYTES).hex()}",
            "command": "record_import",
            "source": {"system": self.source},
            "data": {"kind": self.kind, "document": digest, **counts},
        }
        (answer,) = self.door.hand_in([self.door.read(orjson.dumps(line))])
        code = answer.refusal.code if answer.refusal else None
        told = {"sha256": digest, "outcome": answer.outcome, "positions": list(answer.positions), "code": code}
        self.documents.append(told)

    def noted(self) -> Tally:
        """The tally as it stands now."""
        return Tally(self.tally.outcomes.copy())

    def summary(self) -> dict[str, Any]:
        """The summary for programs: what became of the rows, what was left out, and where the import is on record."""
        left_out = sorted(((what, why), times) for (what, why), times in self.report.skipped.items())
        skipped = [{"what": what, "reason": why, "times": times} for (what, why), times in left_out]
        seen = {"files": self.report.files, "seen": dict(self.report.seen), "left_out": skipped}
        return {**self.tally.as_json(), **seen, "documents": self.documents}

    def _group(self, group: list[Incoming]) -> Answered:
        answers = self.door.hand_in([incoming.line for incoming in group])
        for answer in answers:
            self.tally.add(answer)
        return [(incoming.number, answer) for incoming, answer in zip(group, answers, strict=True)]

    def _line(self, answer: Read) -> Line:
        if isinstance(answer, Delivered):
            return self.door.read(orjson.dumps(answer.command))
        return Unreadable(answer.key, answer.refusal)


def import_charts(
    running: Import, document: Document, setting: fhir.Setting, *, is_lines: bool = False
) -> Iterator[tuple[int, Answered]]:
    """Charts of one document, one bundle or a bundle a line: the answers to entries, each with its bundle's number.

    Bundles are numbered through the whole import. Behind the last one of the document its import is on record.
    """
    before = running.noted()
    for content in (bundle_a_line if is_lines else one_bundle)(document):
        running.charts += 1
        answers = fhir.translate(content, setting, running.report)
        del content  # whoever reads it lets it go as soon as it is read
        for answered in running.answers(answers):
            yield running.charts, answered
    running.put_on_record(document.digest(), before)


def import_time_log(running: Import, document: Document, setting: time_log.Setting) -> Iterator[Answered]:
    """A time log: the answers to its rows; behind the last one the import is on record."""
    before = running.noted()
    yield from running.answers(time_log.read_time_log(document, setting, running.report))
    running.put_on_record(document.digest(), before)


def receipts(answered: Answered, **beside: Any) -> list[dict[str, Any]]:
    """Each row's answer for programs, as the command line tells it."""
    return [{**beside, **answer.as_json(number)} for number, answer in answered]

"""Runs the reactions: find, report in groups, and say what came of it.

Promise: a run that is killed between any two steps loses nothing and leaves nothing twice: what is to be reported
follows from the facts and from what was reported, never from memory or a clock of its own; the same report has the same
key. Two reactors at once report once. A run that finds nothing appends nothing. Memory does not grow with the ledger.
Not promised: that something is found before a run; reactions look when they are run.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

import structlog

from commands.answer import Answer
from commands.handle import Handler
from commands.reactions.due_reviews import RaiseDueReviews
from commands.reactions.eroded_claims import ReportErodedClaims
from commands.reactions.ports import Findings, ReactionLog
from commands.reactions.refusal_counts import CloseRefusalCounts
from commands.reactions.reports import Reaction, Report, Seen
from commands.reactions.stale_months import RejudgeAttestedMonths
from ledger.terms.identity import staff_tag
from ledger.terms.outcome import Refused
from ledger.terms.people import Role
from ledger.terms.refusals import refused

REACTIONS: Final[tuple[Reaction, ...]] = (
    *(CloseRefusalCounts(), RejudgeAttestedMonths(), RaiseDueReviews()),
    ReportErodedClaims(),
)
"""In the order in which they run: a month that is found stale begins to wait for its answer."""
GROUP: Final = 64
PASSED_BY: Final = frozenset({"month_not_stale", "review_not_due", "day_not_over", "claim_stands"})
"""Refusals that say: it is not so any more. Nothing is wrong then."""


class Ran(NamedTuple):
    """What one reaction came to in a run."""

    reaction: str
    position: int
    """Up to which position everything was looked at."""
    recorded: tuple[int, ...]
    """Positions of the facts that it left."""
    known: int
    """How often somebody else had just reported the same."""
    passed: int
    """How often something was not so any more when it was decided."""
    refused: tuple[tuple[str, int], ...]
    """Other refusals, code and how many: something is wrong with the machine's standing or the program."""

    def and_then(self, later: "Ran") -> "Ran":
        """What this run and a later one of the same reaction came to."""
        refused = Counter(dict(self.refused))
        refused.update(dict(later.refused))
        return Ran(
            self.reaction,
            later.position,
            self.recorded + later.recorded,
            self.known + later.known,
            self.passed + later.passed,
            tuple(sorted(refused.items())),
        )


class Reactor:
    """Runs reactions on one ledger as its machine."""

    def __init__(
        self, handler: Handler, log: ReactionLog, findings: Findings, reactions: Sequence[Reaction] = REACTIONS
    ) -> None:
        self._handler = handler
        self._log = log
        self._findings = findings
        self._reactions = reactions

    @property
    def machine(self) -> str:
        """The staff id of the machine."""
        assert self._handler.machine is not None, "reactions act as the machine"
        return self._handler.machine

    def run(self, now: datetime) -> tuple[Ran, ...] | Refused:
        """Run every reaction once, as of the ledger's clock `now`; refused where the machine does not hold its role."""
        position = self._findings.bring_up()
        governance = self._handler.governance()
        if not self._handler.state(staff_tag(self.machine)).holds(Role.MACHINE, now.date()):
            return refused("capacity_missing", roles="Machine")
        rules = self._handler.law(governance).rulebook.in_force(now.date())
        seen = Seen(self._handler, self._log, self._findings, now, rules)
        clock = now if governance.simulated else None
        return tuple([self._run(reaction, seen, clock, position) for reaction in self._reactions])

    def until_idle(self, now: datetime) -> tuple[Ran, ...] | Refused:
        """Run until a run finds nothing; what all runs came to."""
        whole = ran = self.run(now)
        while not isinstance(ran, Refused) and any(each.recorded for each in ran):
            assert not isinstance(whole, Refused)
            ran = self.run(now)
            if isinstance(ran, Refused):
                return ran
            whole = tuple([before.and_then(after) for before, after in zip(whole, ran, strict=True)])
        return whole

    def _run(self, reaction: Reaction, seen: Seen, clock: datetime | None, position: int) -> Ran:
        recorded: list[int] = []
        known = passed = 0
        wrong: Counter[str] = Counter()
        for answer in self._answers(reaction, reaction.reports(seen), clock):
            code = answer.refusal.code if answer.refusal else ""
            if answer.outcome == "accepted":
                recorded += answer.positions
            elif answer.outcome == "unchanged" or code == "exists_with_different_content":
                known += 1
            elif code in PASSED_BY:
                passed += 1
            else:
                wrong[code] += 1
        logger = structlog.get_logger("ccm_ledger.reactions")
        logger.info("reaction_ran", reaction=reaction.name, count=len(recorded), position=position)
        return Ran(reaction.name, position, tuple(recorded), known, passed, tuple(sorted(wrong.items())))

    def _answers(self, reaction: Reaction, reports: Iterable[Report], clock: datetime | None) -> Iterable[Answer]:
        waiting = iter(reports)
        while group := list(islice(waiting, GROUP)):
            lines = (self._handler.read(report.line(reaction.name, clock)) for report in group)
            yield from self._handler.handle(list(lines))

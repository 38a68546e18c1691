"""Load, decide, append: how one group of lines becomes facts and answers.

Promise: lines are decided in order, each over what the earlier ones of its group decided, and made durable as one
group; an accepted answer is durable; a key gives the same answer for ever; a decision whose read set moved is
decided again. Not promised: a place in the order for a line that has no answer yet.

Everything that decides is pure and lives elsewhere: wire.py, resolving.py, authority.py and the deciders.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Final

import structlog

from commands.answer import Answer
from commands.bound_keys import Bound
from commands.catalog import CATALOG
from commands.deciding import Law, Read
from commands.foreseen import fetch_ahead
from commands.intents.governance import ReleaseDelivery
from commands.one_line import Deciding
from commands.release import Release
from commands.session import Decided
from commands.states import Overlay, StateCache
from commands.wire import Delivery, Unreadable, read_line
from ledger.rulebook import Edition, ReadingSet, Rulebook, rulebook_of
from ledger.streams.base import Appended, CommandKey, EventLog, Fact, KeyBinding, Proposal
from ledger.streams.governance import Governance
from ledger.terms.errors import LedgerError, StoreUnavailable
from ledger.terms.identity import LEDGER_TAG, id_from, key_name
from ledger.terms.outcome import Refused
from ledger.terms.ports import Clock, IdSource, Zones
from ledger.terms.refusals import refused

ROUNDS_MAX: Final = 1_000
TRUSTED_MAX: Final = 32
"""Groups up to so many lines are decided by what is known, where asking a far ledger costs as much as appending."""
CLOCK_YEAR_MIN: Final = 1901
CLOCK_YEAR_MAX: Final = 2098
"""Years of a simulated clock: its month and those beside it are care months."""
_BUSY: Final = "Other writers moved the same streams again and again; these lines were not recorded."
_AGAIN: Final = "Send them again under the same keys."


class Handler:
    """Decides lines against one ledger, on behalf of one authenticated login."""

    def __init__(
        self,
        *,
        log: EventLog,
        ids: IdSource,
        clock: Clock,
        zones: Zones,
        login: str,
        default_actor: str | None = None,
        machine: str | None = None,
    ) -> None:
        self.log = log
        self.login = login
        self.default_actor = default_actor
        self.zones = zones
        self.machine = machine
        self._ids = ids
        self._clock = clock
        self.state_cache = StateCache(log)
        self._law: tuple[str, Rulebook] | None = None
        self._reading_sets: dict[Read, ReadingSet] = {}
        self._simulated_now: datetime | None = None
        self.entered: set[tuple[str, str, date]] = set()
        """Logins that are on record already: login, method, day (commands/entering.py)."""

    # -- what the edge calls -------------------------------------------------------------------------------------

    def read(self, raw: bytes) -> Delivery | Unreadable:
        """A line of `submit` as a delivery of this program's commands, or why it cannot be read."""
        return line_read(raw)

    def handle(self, batch: Sequence[Delivery | Unreadable]) -> list[Answer]:
        """The answers to a group of lines, in their order; what they accept is durable when this returns."""
        answers: dict[int, Answer] = {}
        waiting = list(enumerate(batch))
        self._logger = structlog.get_logger("ccm_ledger.commands").bind()  # once a group: looking it up is dear
        asked = not (self.log.is_far and len(batch) <= TRUSTED_MAX)
        for _ in range(ROUNDS_MAX):
            waiting = self._round(waiting, answers, asked=asked)
            asked = True
            if not waiting:
                return [answers[index] for index in range(len(batch))]
        raise StoreUnavailable(_BUSY, _AGAIN)

    def governance(self) -> Governance:
        """The ledger's own state as of now."""
        state: Governance = self.state(LEDGER_TAG)
        return state

    def state(self, tag: str) -> Any:
        """The folded state of any stream as of now."""
        self.log.refresh()
        return self._state(tag)

    def new_id(self, kind: str) -> str:
        """A fresh opaque id."""
        return id_from(kind, self._ids.entropy(16))

    def now(self) -> datetime:
        """The ledger's clock; in a simulated ledger the latest instant that a line gave."""
        if self._simulated_now is not None and self.governance().simulated:
            return self._simulated_now
        return self._clock.now()

    def law(self, governance: Governance) -> Law:
        """The edition adopted last, ready to be read."""
        adopted = governance.edition()
        assert adopted is not None, "init adopts an edition"
        if self._law is None or self._law[0] != adopted.edition:
            self._law = (adopted.edition, rulebook_of(Edition.from_bytes(adopted.content)))
            self._reading_sets.clear()
        return Law(self._law[1], adopted.edition, self._reading_sets)

    # -- one round: decide over an overlay, append as one group, keep what did not hold -----------------------------

    def _round(
        self, waiting: list[tuple[int, Delivery | Unreadable]], answers: dict[int, Answer], *, asked: bool
    ) -> list[tuple[int, Delivery | Unreadable]]:
        """Decide and append what can be; answers what must wait for another round.

        Not `asked`: a far ledger is not asked what moved, since the append itself checks everything that a proposal
        rests on. Whatever comes to anything but a proposal is then put off: a refusal must not rest on old knowledge.
        """
        if not asked and any(map(_needs_to_ask, waiting)):
            return waiting
        tokens = {index: self._key_token(line) for index, line in waiting if isinstance(line, Delivery)}
        before, bound = self.log.look(list(tokens.values())) if asked else (self.log.position, {})
        epoch = self.log.epoch
        told_of = {fact.position: fact for fact in self.log.facts_at(_positions(bound.values()))} if bound else {}
        new = (line for index, line in waiting if isinstance(line, Delivery) and tokens[index] not in bound)
        fetch_ahead(new, self.state_cache, self.log)
        overlay = Overlay(self.state_cache)
        decided: list[Decided] = []
        later: list[tuple[int, Delivery | Unreadable]] = []
        clocks: dict[int, datetime | None] = {}
        seen: set[str] = set()
        for at, (index, line) in enumerate(waiting):
            if isinstance(line, Unreadable):
                answers[index] = Answer(line.key, "refused", refusal=line.refusal)
                continue
            token = tokens[index]
            is_alone = CATALOG[line.command.NAME].is_alone
            if token in seen or (is_alone and not overlay.is_empty):
                # The same key again, or what pins a position: everything before it must be durable first.
                later += waiting[at:]
                break
            clocks[index] = self._simulated_now
            key = CommandKey(token, self.log.content_digest(self._content(line)))
            if token in bound:
                facts = tuple(told_of[position] for position in bound[token].positions if position in told_of)
                item = self._guarded(index, line, partial(Bound, self, line, key, bound[token], facts, overlay, before))
                if item.rests_on_group:
                    later += waiting[at:]
                    break
                decided.append(item)
                continue
            if line.command.NAME == ReleaseDelivery.NAME:
                released = Release(self, line, key).answer()
                if released is None:
                    later += waiting[at:]  # a stream moved, perhaps the key's own: it is looked at again
                else:
                    answers[index] = released
                    later += waiting[at + 1 :]
                break
            seen.add(token)
            item = self._guarded(index, line, partial(Deciding, self, line, key, overlay, before))
            if item.rests_on_group:
                later += waiting[at:]  # asked again once what it rests on is durable, so that its key can be bound
                break
            decided.append(item)
        if not asked and (later or not all(map(_is_checked_by_append, decided))):
            self._simulated_now = clocks[waiting[0][0]] if clocks else self._simulated_now
            return waiting
        again = self._append(decided, answers, epoch)
        if again:
            self._simulated_now = clocks[again[0]]
        lines = dict(waiting)
        return sorted([(index, lines[index]) for index in again] + later, key=lambda pair: pair[0])

    def _append(self, decided: list[Decided], answers: dict[int, Answer], epoch: int) -> list[int]:
        """Append what was decided; answers which lines, from the first that moved on, are decided again.

        Each was decided over those before it: what comes behind a line that moved rests on what is not there.
        """
        proposed = [item for item in decided if item.proposal is not None]
        group = [item.proposal._replace(follows=at > 0) for at, item in enumerate(proposed) if item.proposal]
        results = self.log.append(group, epoch=epoch) if group else ()
        appended: dict[int, Appended] = {}
        first_moved: int | None = None
        for item, result in zip(proposed, results, strict=True):
            if isinstance(result, Appended):
                assert first_moved is None, "what follows a proposal that moved is moved"
                appended[item.at] = result
            elif first_moved is None:
                first_moved = item.at
        facts: list[Proposal] = []
        for item in decided:
            if first_moved is not None and item.at >= first_moved:
                continue
            result_of = appended.get(item.at)
            if result_of is not None and item.written:
                answers[item.at] = item.answer._replace(positions=result_of.positions)
                self._learn(item, result_of)
            else:
                answers[item.at] = item.answer
                facts += [item.refusal_fact] if item.refusal_fact else []
            self._log_line(item, answers[item.at])
        if facts:
            self.log.append(facts)
        return [item.at for item in decided if first_moved is not None and item.at >= first_moved]

    def _learn(self, item: Decided, result: Appended) -> None:
        assert item.proposal is not None
        checked = {tag for tag, _ in item.proposal.read_set}
        for (event, tags), position in zip(item.written, result.positions, strict=True):
            fact = Fact(
                position=position,
                recorded_at=result.recorded_at,
                home=event.tags()[0],
                version=0,
                event=event,
                envelope=item.proposal.envelope,
            )
            self.state_cache.learned(fact, [pair for pair in tags if pair[0] in checked])

    # -- one line -------------------------------------------------------------------------------------------------

    def _guarded(self, index: int, line: Delivery, deciding: Callable[[], Deciding | Bound]) -> Decided:
        try:
            return deciding().decided(index)
        except LedgerError:
            raise
        except Exception as defect:  # noqa: BLE001 - one line's defect must not keep the rest of a file out
            self._logger.error("line_defect", command=line.command.NAME, error=type(defect).__name__)
            return Decided(index, Answer(line.key, "refused", refusal=refused("program_defect")), None, (), [])

    @staticmethod
    def _content(line: Delivery) -> bytes:
        """What the key is bound to; of an act also who acts, for the same signature of another is another act."""
        if line.command.KIND == "testimony" or line.head.actor is None:
            return line.content
        return line.content + line.head.actor.model_dump_json(exclude_none=True).encode()

    def _key_token(self, line: Delivery) -> str:
        return self.log.token(*key_name(line.head.source.system if line.head.source else None, line.head.key))

    def _state(self, tag: str) -> Any:
        return self.state_cache.at_head(tag).state

    def clock_for(self, line: Delivery, governance: Governance) -> datetime | Refused:
        """The instant at which a line is decided: the ledger's clock, or in a simulated ledger the line's own."""
        given = line.head.clock
        if given is not None and not governance.simulated:
            happened = "The line brings a clock of its own, and this ledger keeps its own time."
            return refused("clock_not_simulated", happened=happened)
        if not governance.simulated:
            return self._clock.now()
        if given is not None and not CLOCK_YEAR_MIN <= given.year <= CLOCK_YEAR_MAX:
            return refused("clock_beyond_care_months")
        latest = self._simulated_now
        now = given or latest or self._clock.now()
        self._simulated_now = now if latest is None or now > latest else latest
        return self._simulated_now

    def _log_line(self, item: Decided, answer: Answer) -> None:
        self._logger.info(
            "command_handled",
            command=item.code,
            actor=item.actor,
            outcome=answer.outcome,
            code=answer.refusal.code if answer.refusal else None,
            position=answer.positions[-1] if answer.positions else None,
        )


def line_read(raw: bytes) -> Delivery | Unreadable:
    """A line of `submit` as a delivery of this program's commands, or why it cannot be read; asks no ledger."""
    try:
        return read_line(raw, COMMANDS)
    except Exception as defect:  # noqa: BLE001 - one line's defect must not keep the rest of a file out
        structlog.get_logger("ccm_ledger.commands").error("line_defect", error=type(defect).__name__)
        return Unreadable(None, refused("program_defect"))


def _positions(bound: Iterable[KeyBinding]) -> list[int]:
    return sorted({position for each in bound for position in each.positions})


def _needs_to_ask(waiting: tuple[int, Delivery | Unreadable]) -> bool:
    """A line that cannot be read, pins a position, or releases another one."""
    _, line = waiting
    return (
        isinstance(line, Unreadable) or CATALOG[line.command.NAME].is_alone or line.command.NAME == ReleaseDelivery.NAME
    )


def _is_checked_by_append(item: Decided) -> bool:
    """Whether the append says if it still holds: facts with their read set, and no refusal to be recorded."""
    if item.proposal is None or item.refusal_fact is not None:
        return False
    return bool(item.written) and item.proposal.outcome == "accepted"


COMMANDS: Final = {name: entry.command for name, entry in CATALOG.items()}

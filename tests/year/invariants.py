"""What must hold after every command of the year, whatever was sent, and what is looked at whole now and then.

After each command only what its facts touched is judged again, and two months that they did not touch. What is needed
to know where seconds lie (entries, deaths, merges, designations) is kept here from the facts themselves.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from commands.answer import Answer
from commands.handle import Handler
from ledger.judging.shapes import Verdict
from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.store.sqlite.read_models import ReadModels
from ledger.streams.base import Fact, FactClass
from ledger.terms.outcome import Effect
from projections.follow import Follower
from projections.judged import AdoptedRulebooks, judged
from projections.rebuild import rebuild
from projections.states import At, States
from projections.table_set import state_roots
from tests.year.raising import Raising
from tests.year.seconds import Seconds

WIDE = ("staff/", "practice/", "ledger")
"""Streams on which hundreds of months rest: those months are looked at when everything is."""
Key = tuple[str, str]
"""A patient and a month."""


class Seen(NamedTuple):
    """A month as it was judged last, and how much the streams held that it rests on."""

    digest: str
    standing: str
    attested: str | None
    counted: dict[str, int]
    """Counted seconds by entry."""
    heads: dict[str, int]


class Watch:
    """Looks over one ledger. `follow` is told of another handler when the ledger was moved."""

    def __init__(self, handler: Handler, seed: int) -> None:
        self.months: dict[Key, Seen] = {}
        self.resting: dict[str, set[Key]] = {}
        self.seconds = Seconds()
        self.raising = Raising()
        self.dirty: set[Key] = set()
        self.designations: dict[str, dict[str, Any]] = {}
        self.looked_at = 0
        self._dice = Random(seed)
        self._rulebooks = AdoptedRulebooks()
        self._keys: list[Key] = []
        self.follow(handler)
        self.position = self.log.refresh()
        """What was there before anybody looked is taken as it is."""

    def follow(self, handler: Handler) -> None:
        """Look over this handler's ledger from here on."""
        self.handler = handler
        assert isinstance(handler.log, Ledger)
        self.log = handler.log

    # --- after every command -----------------------------------------------------------------------------------

    def after(self, answers: Sequence[Answer]) -> None:
        """The answers to one group of lines, and the facts that came of them."""
        head = self.log.refresh()
        facts = self.log.follow(self.position, head - self.position + 1)
        self._answers_are_facts(answers, facts, head)
        self.position = head
        record = [fact for fact in facts if _moves_decisions(fact)]
        touched: set[Key] = set()
        for fact in record:
            self.seconds.learn(fact)
            self.raising.learn(fact)
            self._guard(fact)
            touched |= self._resting_on(fact)
        for key in sorted(touched):
            self._look(key, record)
        self._untouched_months_stand(touched)
        self.seconds.once_each(record)

    def _answers_are_facts(self, answers: Sequence[Answer], facts: Sequence[Fact], head: int) -> None:
        assert [fact.position for fact in facts] == list(range(self.position + 1, head + 1)), "positions have gaps"
        claimed: set[int] = set()
        for answer in answers:
            if answer.outcome == "unchanged":
                assert answer.positions
                assert max(answer.positions) <= head
            elif answer.outcome in ("accepted", "parked"):
                assert answer.positions or answer.outcome == "parked"
                new = set(answer.positions) - set(range(1, self.position + 1))
                assert not claimed & new, "one fact for two answers"
                claimed |= new
                assert max(answer.positions, default=0) <= head
            else:
                assert answer.refusal is not None
                assert answer.refusal.code != "program_defect", answer
        record = {fact.position for fact in facts if _moves_decisions(fact)}
        assert record <= claimed, "a record fact that no accepted answer speaks of"

    def _guard(self, fact: Fact) -> None:
        """At most one designation occupies a month for a programme and side, when it is made."""
        event: Any = fact.event
        if event.TOPIC == "designation_withdrawn":
            self.designations[event.designation]["until"] = _before(event.from_month)
        if event.TOPIC != "practitioner_designated":
            return
        new = {
            "patient": event.patient,
            "what": (event.programme, event.side),
            "from": event.from_month,
            "until": event.until_month or "9999-12",
        }
        group = self.seconds.group(event.patient)
        for other in self.designations.values():
            if self.seconds.group(other["patient"]) == group and other["what"] == new["what"]:
                assert other["until"] < new["from"] or other["from"] > new["until"], "two designations of one month"
        self.designations[event.designation] = new

    def _resting_on(self, fact: Fact) -> set[Key]:
        touched: set[Key] = set()
        for tag in fact.event.tags():
            kind, _, rest = tag.partition("/")
            if kind == "care_month":
                patient, _, month = rest.partition("/")
                touched.add((self.seconds.group(patient), month))
                touched.add((patient, month))
            keys = self.resting.get(tag, set())
            if tag.startswith(WIDE):
                self.dirty |= keys
            else:
                touched |= keys
        return touched

    def _untouched_months_stand(self, touched: set[Key]) -> None:
        for _ in range(2):
            if self._keys:
                key = self._dice.choice(self._keys)
                if key not in touched and key not in self.dirty:
                    self._look(key, ())

    # --- one month ---------------------------------------------------------------------------------------------

    def verdict(self, patient: str, month: str) -> Verdict:
        """A month as it stands, by the states that the handler holds."""
        return judged(self._at, self._rulebooks, patient, month).verdict

    def _at(self, tag: str) -> At:
        return At(self.handler.state_cache.at_head(tag).state, 0)

    def _look(self, key: Key, facts: Iterable[Fact]) -> None:
        self.looked_at += 1
        found = judged(self._at, self._rulebooks, *key)
        verdict, old = found.verdict, self.months.get(key)
        heads = {tag: self.log.head(tag) for tag in found.reads}
        new = Seen(
            verdict.digest,
            verdict.standing,
            verdict.attested,
            {line.entry: line.counted for line in verdict.lines},
            heads,
        )
        if old is not None and old[:3] != new[:3]:
            assert any(self.log.head(tag) != head for tag, head in old.heads.items()), f"{key} changed without a fact"
        self._adds_up(verdict)
        self.seconds.judged(key, verdict)
        begins = {entry: self.seconds.worked[entry].begins for entry in new.counted}
        # What other people's facts changed meanwhile was not looked at: then nobody knows what counted just before.
        caused_by = () if key in self.dirty else facts
        self.raising.look(old.counted if old is not None else {}, verdict, caused_by, begins)
        for tag in heads if old is None else heads.keys() - old.heads.keys():
            self.resting.setdefault(tag, set()).add(key)
        if old is None:
            self._keys.append(key)
        self.months[key] = new
        self.dirty.discard(key)

    def _adds_up(self, verdict: Verdict) -> None:
        pools = {"staff": 0, "personal": 0}
        died_on = self.seconds.died_on(verdict.patient)
        for line in verdict.lines:
            gone = sum(n.seconds or 0 for n in line.notices if n.effect is Effect.NOT_COUNTED)
            assert line.counted + gone == line.seconds, "seconds do not add up"
            assert 0 <= line.counted <= line.seconds
            if not line.counted:
                continue
            assert line.pool is not None
            pools[line.pool] += line.counted
            assert line.last_counted_on is not None
            assert verdict.consent_from is not None, "time counts without consent"
            assert self.seconds.after(line.entry, verdict.consent_from) >= line.counted, "time counts before consent"
            assert died_on is None or line.last_counted_on <= died_on, "time counts after death"
        assert (pools["staff"], pools["personal"]) == (verdict.staff_seconds, verdict.personal_seconds)

    # --- everything, now and then -------------------------------------------------------------------------------

    def checkpoint(self, folder: Path) -> None:
        """All of it: the file, the read models against a fold, and every month against a fold of its own."""
        for key in sorted(self.dirty):
            self._look(key, ())
        states = States(self.log, after=self.log.refresh())
        for key in self._keys:
            fresh, seen = judged(states.at, self._rulebooks, *key).verdict, self.months[key]
            assert (fresh.digest, fresh.standing) == (seen.digest, seen.standing), key
        folder.mkdir(exist_ok=True)
        models = ReadModels(folder)
        try:
            follower = Follower(self.log, models)
            assert not follower.pull().is_stale
            followed = state_roots(models)
            rebuild(self.log, models)
            assert followed == state_roots(models), "read models differ from a fold of all facts"
        finally:
            models.close()
        assert verify(self.log).findings == ()


def _moves_decisions(fact: Fact) -> bool:
    """Whether a decision may rest on the fact: not that a command was refused, nor that somebody looked."""
    return fact.event.FACT is FactClass.RECORD and any(not tag.startswith("refusals/") for tag in fact.event.tags())


def _before(month: str) -> str:
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 2, 12)
    return f"{year:04d}-{number + 1:02d}"

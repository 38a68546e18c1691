"""What must hold of claims after every command of the year, whatever was sent.

No two live claims share patient, month, programme and side; nothing is paid without a pinned read set; the fold of the
program and the naive reading say the same of every claim that a fact spoke of.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from commands.answer import Answer
from commands.handle import Handler
from ledger.streams.base import Fact
from ledger.streams.claims_state import Claims
from ledger.terms.identity import claims_tag
from tests.claims_year.reading import ClaimsRead
from tests.year.invariants import Seen, Watch

MONEY = ("claim_remitted", "overpayment_noticed", "overpayment_returned")


class ClaimsWatch(Watch):
    """Looks over claims; what months must keep is looked after by the other year."""

    def __init__(self, handler: Handler, seed: int) -> None:
        super().__init__(handler, seed)
        self.read = ClaimsRead()
        self.pinned: dict[str, int] = {}
        """By claim: how many streams its release rests on."""
        self.signed: list[tuple[str, str]] = []
        """Patients and months that were signed since somebody looked, in order."""
        self.moved: list[str] = []
        """Claims that a fact spoke of since somebody looked."""
        self.counted: dict[str, int] = {}
        """By kind of fact: how many."""
        self.statuses: set[str] = set()
        """Where claims have stood, if only for a while."""

    def after(self, answers: Sequence[Answer]) -> None:
        """The answers to one group of lines, and the facts that came of them."""
        head = self.log.refresh()
        facts = self.log.follow(self.position, head - self.position + 1)
        self._answers_are_facts(answers, facts, head)
        self._learn(facts, head)

    def machine_ran(self) -> None:
        """What reactions recorded meanwhile."""
        head = self.log.refresh()
        self._learn(self.log.follow(self.position, head - self.position + 1), head)

    def _learn(self, facts: Iterable[Fact], head: int) -> None:
        self.position = head
        patients: set[str] = set()
        for fact in facts:
            event: Any = fact.event
            self.counted[event.TOPIC] = self.counted.get(event.TOPIC, 0) + 1
            self.seconds.learn(fact)
            self._signatures(event)
            for tag in event.tags():
                if tag.startswith("claims/"):
                    patients.add(event.patient)
                    self._claim_fact(fact)
        for patient in sorted(patients):
            self._stands(patient)

    def _signatures(self, event: Any) -> None:
        if event.TOPIC == "month_attested":
            self.months[event.patient, event.month] = Seen("", "attested", event.attestation, {}, {})
            self.signed.append((event.patient, event.month))
        elif event.TOPIC == "attestation_withdrawn":
            self.months[event.patient, event.month] = Seen("", "open", None, {}, {})

    def _claim_fact(self, fact: Fact) -> None:
        event: Any = fact.event
        told = event.model_dump(mode="json") | {"topic": event.TOPIC, "position": fact.position}
        if event.TOPIC == "claim_released":
            group = self.seconds.members(event.patient)
            same = [c for c, r in self.read.claims.items() if r["patient"] in group and _guard(r) == _guard(told)]
            standing = [claim for claim in self.read.live(same) if claim != event.replaces]
            assert event.frequency == "8" or not standing, f"a second live claim of {event.month}"
            assert fact.envelope.read_set, "a claim rests on nothing"
            assert event.as_of <= fact.position
            assert event.edition
            assert event.digest
            self.pinned[event.claim] = len(fact.envelope.read_set)
        if event.TOPIC in MONEY and getattr(event, "claim", None) is not None:
            assert self.pinned.get(event.claim), "money without a pinned read set"
        self.read.learn(told)
        if getattr(event, "claim", None) is not None:
            self.moved.append(event.claim)

    def _stands(self, patient: str) -> None:
        folded: Claims = self.handler.state_cache.at_head(claims_tag(patient)).state
        guards = [claim.guard for claim in folded.claims if folded.is_live(claim)]
        assert len(set(guards)) == len(guards), f"two live claims of one month: {guards}"
        for claim in folded.claims:
            which = claim.event.claim
            self.statuses.add(folded.status(claim))
            ours = (self.read.status(which), self.read.paid(which), self.read.share(which))
            assert ours == (folded.status(claim), claim.paid, claim.patient_share), claim.event.month
        for each in folded.overpayments:
            assert self.read.overpayment_status(each.event.overpayment) == each.status


def _guard(claim: dict[str, Any]) -> tuple[str, str, str]:
    return claim["month"], claim["programme"], claim["side"]

"""Whatever the payer takes back, and whenever its files arrive: after every answer both readings count the same.

The year has such orders now and then; here the post lies around much more often, and no ledger is needed.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from interfaces.simulator.dice import Dice
from interfaces.simulator.payer import Manners, Payer
from interfaces.simulator.payer_money import Terms
from interfaces.simulator.payer_post import Habits, Post
from interfaces.simulator.payer_words import Adjudicated, ClaimSent, LineSent
from ledger.streams.base import Event
from ledger.streams.claims import Adjustment, ClaimReleased, ClaimRemitted, RemittedLine
from projections.claims.reconciliation import reconcile
from tests.claims_year.reading import ClaimsRead
from tests.gwt import opaque
from tests.projections.claim_lives import MONTH, claims_of, line, lives, released

BEGINS = date(2026, 4, 1)
DAYS = 600
PRICES = {"99490": Decimal("66.13"), "99439": Decimal("50.10")}
MANNERS = Manners(denies=25, pays_in_parts=70, takes_back=50)
HABITS = Habits(lies_around=40)
LINES = ((line(),), (line(), line("99439", 2, "140.00")))


class Member:
    """One member's claims of a month, as folded and as read."""

    def __init__(self, number: int) -> None:
        self.patient = opaque("pt", number)
        self.number = number
        self.facts: list[Event] = []
        self.claims = claims_of()
        self.read = ClaimsRead()

    def learn(self, event: Event) -> None:
        """One more fact, for both."""
        self.facts.append(event)
        self.claims = claims_of(*self.facts)
        self.read.learn(event.model_dump(mode="json") | {"topic": event.TOPIC, "position": len(self.facts)})

    def released(self, dice: Dice, **changes: Any) -> ClaimReleased:
        """A claim more; what stands first in its id tells its control number from all others."""
        spelled = opaque("cl", self.number * 8 + len(self.claims.claims) + 1)[:2:-1]
        event = released(f"cl_{spelled}", patient=self.patient, lines=dice.pick(LINES), **changes)
        self.learn(event)
        return event

    def counted(self) -> tuple[dict[str, int], dict[str, int]]:
        """How many claims are paid, denied and open: by the program, and by the naive reading."""
        found = reconcile([], lives(*self.facts, patient=self.patient))
        assert found.balances, found.unexplained
        theirs = {"paid": found.paid.claims, "denied": found.denied.claims, "open": found.open.claims}
        return theirs, dict(self.read.totals(MONTH)["number"])


def remitted(member: Member, claim: str, said: Adjudicated) -> ClaimRemitted:
    lines = tuple(
        RemittedLine(
            code=each.code,
            units=each.units,
            charge=each.charge,
            paid=each.paid,
            adjustments=tuple(Adjustment(group=off.group, reason=off.reason, amount=off.amount) for off in each.off),
        )
        for each in said.lines
    )
    told: dict[str, Any] = {"status": said.status, "on": said.on, "payer_number": said.payer_number, "lines": lines}
    money = {"charge": said.charge, "paid": said.paid, "patient_share": said.share}
    return ClaimRemitted(patient=member.patient, claim=claim, **told | money)


class Office:
    """Forty members and their payer, which takes claims in place of others."""

    def __init__(self, seed: int) -> None:
        self.dice = Dice(seed)
        terms = Terms(lambda code, _: PRICES[code], Decimal(20), Decimal("90.00"), takes_replacements=True)
        self.payer = Payer(self.dice.fork("payer"), terms, MANNERS)
        self.post = Post(self.payer, self.dice.fork("post"), since=BEGINS, habits=HABITS)
        self.sent: dict[str, tuple[Member, str]] = {}
        self.known: set[str] = set()
        for number in range(1, 41):
            self.release(Member(number), BEGINS)

    def release(self, member: Member, on: date, **changes: Any) -> None:
        """A claim goes to the payer."""
        event = member.released(self.dice, **changes)
        self.sent[event.control_number] = member, event.claim
        lines = tuple(LineSent(each.code, each.units, each.charge) for each in event.lines)
        name, of = event.control_number, event.date_of_service
        self.payer.receive(ClaimSent(name, member.patient, of, lines, event.frequency, event.payer_number), on)

    def answers(self, on: date) -> Iterator[Member]:
        """Whose claims were answered on a day, answer by answer, each once."""
        for file in self.post.files(on):
            for place, said in enumerate(file.answers, 1):
                row, found = file.row(place), self.sent.get(said.control_number)
                if found is not None and isinstance(said, Adjudicated) and row not in self.known:
                    self.known.add(row)
                    member, claim = found
                    member.learn(remitted(member, claim, said))
                    yield member

    def acts(self, member: Member, on: date) -> None:
        """Now and then the newest claim is replaced, voided or reopened."""
        newest = member.claims.claims[-1]
        status, numbered = member.claims.status(newest), newest.payer_number
        if status in ("paid", "denied") and newest.event.frequency == "1" and self.dice.chance(30):
            frequency = self.dice.pick(("7", "7", "8"))
            self.release(member, on, frequency=frequency, replaces=newest.event.claim, payer_number=numbered)
        elif status == "denied" and newest.event.frequency != "8" and self.dice.chance(30):
            self.payer.reopen(newest.event.control_number, on)


@pytest.mark.parametrize("seed", range(2026, 2036))
def test_after_every_answer_both_count_the_same_as_paid_denied_and_open(seed: int) -> None:
    office, seen = Office(seed), Counter[str]()
    for on in (BEGINS + timedelta(days=number) for number in range(DAYS)):
        for member in office.answers(on):
            theirs, ours = member.counted()
            assert theirs == ours, [claim.remitted for claim in member.claims.claims]
            seen.update(each for each, number in ours.items() if number)
            office.acts(member, on)
    assert seen.keys() == {"paid", "denied", "open"}

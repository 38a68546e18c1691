"""A simulated payer: what it makes of the claims that it is sent, day by day, and its own book of what it paid.

Promise: the same dice and the same claims on the same days give the same answers; its book holds every answer that it
ever gave, so that what a ledger says was paid can be compared to the cent. It behaves as payers do: it answers late,
turns claims away and takes them after all, denies (late, a competing biller, information missing, a duplicate), pays in
several remittances, takes back months later and decides anew. Not promised: that it is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from typing import Final, Literal, NamedTuple

from interfaces.simulator.dice import Dice
from interfaces.simulator.payer_money import ZERO, Terms, deductible_of, denied_line, paid_line, taken_back
from interfaces.simulator.payer_words import Adjudicated, Answer, AtTheDoor, ClaimSent, LineAnswer

Step = Literal["door", "door_again", "door_after_all", "decide", "pay_rest", "take_back", "decide_anew", "reopen"]
State = Literal["received", "rejected", "adjudicated", "dropped", "replaced", "voided"]

COMPETING: Final = (("97", ("N111",)), ("B20", ("N111",)))
_DENIALS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    *COMPETING,
    ("16", ("N290",)),
    ("16", ("MA27",)),
    ("29", ()),
)
_LATE, _DUPLICATE, _NO_SUCH_PERIOD = ("29", ()), ("18", ("N522",)), ("16", ("N382",))
_TAKEN: Final = ("A1:19", "A2:20")
_TURNED_AWAY: Final = ("A3:21", "A7:562", "A7:464")
_NOT_TAKEN_HERE: Final = "A3:535"


class Manners(NamedTuple):
    """How often something happens, in a hundred claims."""

    rejects: int = 7
    takes_after_all: int = 35
    """Of those rejected."""
    says_nothing_at_the_door: int = 4
    acknowledges_twice: int = 8
    answers_late: int = 15
    denies: int = 10
    pays_in_parts: int = 30
    """Of those with several lines."""
    takes_back: int = 8
    """Of those paid."""
    decides_anew: int = 75
    """Of those taken back."""
    pays_when_reopened: int = 60
    overlooks_withdrawal: int = 35


@dataclass
class Account:
    """A claim in the payer's book."""

    claim: ClaimSent
    number: str
    received_on: date
    state: State = "received"
    door: list[AtTheDoor] = field(default_factory=list)
    said: list[Adjudicated] = field(default_factory=list)
    open_lines: tuple[LineAnswer, ...] = ()
    """What is decided and not yet paid."""
    refunded: list[tuple[date, Decimal]] = field(default_factory=list)

    @property
    def paid(self) -> Decimal:
        """What the payer paid, less what it took back itself."""
        return sum((each.paid for each in self.said), ZERO)

    @property
    def is_paid(self) -> bool:
        """Whether a payment stands, be it of nothing because the deductible takes all."""
        return any(each.status == "paid" for each in _standing(self.said))


class Payer:
    """One payer."""

    def __init__(self, dice: Dice, terms: Terms, manners: Manners | None = None) -> None:
        self.accounts: dict[str, Account] = {}
        """By control number, in the order of receipt."""
        self._dice = dice
        self._terms = terms
        self._manners = manners or Manners()
        self._agenda: list[tuple[date, int, Step, str]] = []
        self._steps = 0
        self._deductible: dict[tuple[str, int], Decimal] = {}

    # --- what the practice tells it ------------------------------------------------------------------------------

    def receive(self, claim: ClaimSent, on: date) -> None:
        """A claim comes in. Under a control number that is known nothing happens: a payer looks for that."""
        if claim.control_number in self.accounts:
            return
        number = f"{on:%y%j}{len(self.accounts) + 1:07d}"
        self.accounts[claim.control_number] = Account(claim, number, on)
        self._later(on, self._dice.between(1, 3), "door", claim.control_number)

    def withdraw(self, control_number: str) -> None:
        """The practice takes a claim back; now and then somebody overlooks that, and the answer comes all the same."""
        account = self.accounts[control_number]
        if account.state == "received" and not self._dice.chance(self._manners.overlooks_withdrawal):
            account.state = "dropped"

    def reopen(self, control_number: str, on: date) -> None:
        """The practice asks for a reopening."""
        self._later(on, self._dice.between(15, 50), "reopen", control_number)

    def take_refund(self, control_number: str, on: date, amount: Decimal) -> None:
        """The practice sends money back."""
        self.accounts[control_number].refunded.append((on, amount))

    # --- what it says --------------------------------------------------------------------------------------------

    def answers(self, until: date) -> Iterator[Answer]:
        """Everything that it says up to a day, in the order of the days."""
        while self._agenda and self._agenda[0][0] <= until:
            due, _, step, control_number = heappop(self._agenda)
            account = self.accounts[control_number]
            for said in self._step(step, account, due):
                if isinstance(said, AtTheDoor):
                    account.door.append(said)
                else:
                    self.accounts[said.control_number].said.append(said)
                yield said

    def _later(self, on: date, days: int, step: Step, control_number: str) -> None:
        self._steps += 1
        heappush(self._agenda, (on + timedelta(days=days), self._steps, step, control_number))

    def _step(self, step: Step, account: Account, on: date) -> Iterator[Answer]:
        match step:
            case "door" | "door_again" | "door_after_all":
                yield from self._at_the_door(step, account, on)
            case "decide" if account.state == "received":
                yield from self._decide(account, on)
            case "pay_rest" if account.open_lines:
                lines, account.open_lines = account.open_lines, ()
                yield self._answer(account, on, lines)
            case "take_back" if account.is_paid and account.state == "adjudicated" and not account.open_lines:
                yield from self._take_back(account, on)
            case "decide_anew" if account.state == "adjudicated" and not account.is_paid:
                yield self._answer(account, on, self._decided_anew(account))
            case "reopen" if account.state == "adjudicated" and not account.is_paid:
                yield from self._reopened(account, on)
            case _:
                return  # What was withdrawn, replaced or voided meanwhile is decided no more.

    # --- the front door ------------------------------------------------------------------------------------------

    def _at_the_door(self, step: Step, account: Account, on: date) -> Iterator[AtTheDoor]:
        dice, manners, number = self._dice, self._manners, account.claim.control_number
        if step == "door_again":
            yield account.door[-1]
            return
        turned_away = self._turned_away(account.claim) if step == "door" else None
        if turned_away is not None:
            account.state = "rejected"
            if dice.chance(manners.takes_after_all) and turned_away != _NOT_TAKEN_HERE:
                self._later(on, dice.between(2, 30), "door_after_all", number)
            yield AtTheDoor(number, "rejected", account.received_on, None, (turned_away,))
            return
        if account.state == "dropped":
            return
        account.state = "received"
        days = dice.between(45, 95) if dice.chance(manners.answers_late) else dice.between(13, 28)
        self._later(on, days, "decide", number)
        if step == "door" and dice.chance(manners.says_nothing_at_the_door):
            return
        if dice.chance(manners.acknowledges_twice):
            self._later(on, dice.between(1, 30), "door_again", number)
        yield AtTheDoor(number, "accepted", account.received_on, account.number, _TAKEN)

    def _turned_away(self, claim: ClaimSent) -> str | None:
        if claim.frequency != "1" and (not self._terms.takes_replacements or self._meant(claim) is None):
            return _NOT_TAKEN_HERE
        return self._dice.pick(_TURNED_AWAY) if self._dice.chance(self._manners.rejects) else None

    def _meant(self, claim: ClaimSent) -> Account | None:
        """The account that a replacement or a void stands for."""
        return next((each for each in self.accounts.values() if each.number == claim.stands_for), None)

    # --- decisions -----------------------------------------------------------------------------------------------

    def _decide(self, account: Account, on: date) -> Iterator[Adjudicated]:
        account.state = "adjudicated"
        if account.claim.frequency != "1":
            meant = self._meant(account.claim)
            assert meant is not None, "the door turns away what stands for nothing"
            yield from self._all_back(meant, on)
            meant.state = "voided" if account.claim.frequency == "8" else "replaced"
            if account.claim.frequency == "8":
                return
        lines = self._lines(account)
        if len(lines) > 1 and any(line.paid for line in lines) and self._dice.chance(self._manners.pays_in_parts):
            lines, account.open_lines = lines[:1], lines[1:]
            self._later(on, self._dice.between(3, 25), "pay_rest", account.claim.control_number)
        yield self._answer(account, on, lines)

    def _lines(self, account: Account) -> tuple[LineAnswer, ...]:
        """What becomes of the lines of a claim."""
        claim = account.claim
        denied = self._denial(account)
        if denied is not None:
            return tuple(denied_line(line, *denied) for line in claim.lines)
        return self._priced(account)

    def _priced(self, account: Account, without: str | None = None) -> tuple[LineAnswer, ...]:
        """The lines by the schedule, but for a code that is found not to be owed."""
        claim, terms = account.claim, self._terms
        key = claim.member, claim.served_on.year
        found = []
        for line in claim.lines:
            if line.code == without:
                found.append(denied_line(line, "151", ("N362",)))
                continue
            left = self._deductible.get(key, terms.deductible)
            answer = paid_line(line, claim.served_on, terms, left)
            self._deductible[key] = left - sum((o.amount for o in answer.off if o[:2] == ("PR", "1")), ZERO)
            found.append(answer)
        return tuple(found)

    def _denial(self, account: Account) -> tuple[str, tuple[str, ...]] | None:
        claim = account.claim
        if account.received_on > claim.served_on + self._terms.filing:
            return _LATE
        if any(self._is_same_month(account, other) for other in self.accounts.values()):
            return _DUPLICATE
        return self._dice.pick(_DENIALS) if self._dice.chance(self._manners.denies) else None

    def _is_same_month(self, account: Account, other: Account) -> bool:
        """Whether another claim of the member's month is paid, or is being paid."""
        same = other.claim.member == account.claim.member and other.claim.month == account.claim.month
        return same and other is not account and (other.is_paid or bool(other.open_lines))

    def _answer(self, account: Account, on: date, lines: tuple[LineAnswer, ...]) -> Adjudicated:
        is_owed = any(line.paid or any(off.group == "PR" for off in line.off) for line in lines)
        status: Literal["paid", "denied"] = "paid" if is_owed else "denied"
        said = Adjudicated(account.claim.control_number, status, on, account.number, lines)
        if status == "paid" and not account.open_lines and self._dice.chance(self._manners.takes_back):
            self._later(on, self._dice.between(40, 150), "take_back", account.claim.control_number)
        return said

    # --- second thoughts -----------------------------------------------------------------------------------------

    def _all_back(self, account: Account, on: date) -> Iterator[Adjudicated]:
        """Reversals of what was said and not taken back yet, each by itself."""
        account.open_lines = ()
        for said in _standing(account.said):
            key = account.claim.member, account.claim.served_on.year
            if key in self._deductible:
                self._deductible[key] += deductible_of(said)
            yield taken_back(said, on)

    def _take_back(self, account: Account, on: date) -> Iterator[Adjudicated]:
        dice, number = self._dice, account.claim.control_number
        yield from self._all_back(account, on)
        if dice.chance(self._manners.decides_anew):
            at_once = dice.chance(50)
            if at_once:
                yield self._answer(account, on, self._decided_anew(account))
            else:
                self._later(on, dice.between(5, 30), "decide_anew", number)

    def _decided_anew(self, account: Account) -> tuple[LineAnswer, ...]:
        """The same, all but the last code, or nothing."""
        lines = account.claim.lines
        draw = self._dice.below(3)
        if draw == 0:
            return tuple(denied_line(line, *_NO_SUCH_PERIOD) for line in lines)
        return self._priced(account, without=lines[-1].code if draw == 1 and len(lines) > 1 else None)

    def _reopened(self, account: Account, on: date) -> Iterator[Adjudicated]:
        yield from self._all_back(account, on)
        pays = self._dice.chance(self._manners.pays_when_reopened)
        clash = any(self._is_same_month(account, other) for other in self.accounts.values())
        denied = tuple(denied_line(line, *_DUPLICATE) for line in account.claim.lines)
        yield self._answer(account, on, self._priced(account) if pays and not clash else denied)


def _standing(said: list[Adjudicated]) -> list[Adjudicated]:
    """The answers that no reversal took back: a reversal is of the newest one that it turns every sign of."""
    standing: list[Adjudicated] = []
    for each in said:
        if each.status != "reversed":
            standing.append(each)
            continue
        standing.remove(next(s for s in reversed(standing) if taken_back(s, each.on).lines == each.lines))
    return standing

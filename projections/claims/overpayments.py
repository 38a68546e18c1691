"""The worklist of compliance: possible overpayments with both deadlines, and unpaid claims that are to be withdrawn.

Promise: what stands is that of the read models at one position, the days are counted by the rules of the claim's payer
and by the day at the claim's practice; what is past its deadline stands first. Whether an unpaid claim still lacks what
it lost is asked of the judge now. No words: what was said is sealed, and opened with the patient's history. Not
promised: that money is owed; that a person says. As of an earlier position the streams are folded up to it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple, Protocol

from ledger.claims.erosion import is_of_another, supported
from ledger.claims.overpaying import Deadlines, Urgency, deadlines, urgency
from ledger.judging.needs import gather
from ledger.judging.payers import book_on
from ledger.judging.verdict import judge_month
from ledger.rulebook import Rulebook, Rules
from ledger.streams.base import EventLog, Fact
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.governance import Governance
from ledger.streams.joining import group_of, joined_patient
from ledger.streams.overpayments import ClaimLostGround, LostUnits
from ledger.streams.overpayments_state import Overpayment
from ledger.streams.practice import Practice
from ledger.terms.identity import LEDGER_TAG, claims_tag, patient_tag, practice_tag
from projections.base import ReadModels, Rows
from projections.judged import RulebookOf
from projections.states import States
from projections.table_set import tracked_position
from projections.tables.claims_layout import CLAIMS, OVERPAYMENTS
from projections.tables.layout import REVIEWS_RAISED

What = Literal["possible_overpayment", "claim_to_withdraw"]
_CLOSED: Final = ("dismissed", "returned")
TodayIn = Callable[[str | None], date]
"""The day it is in a time zone; of none, in UTC."""


class WorklistLog(EventLog, Protocol):
    """A ledger's log of which single facts can be asked for."""

    def facts_at(self, positions: Iterable[int]) -> Sequence[Fact]:
        """The facts at these positions, in order of position."""
        ...


class Cause(NamedTuple):
    """A fact that moved the ground: which, by whom, by which command, when."""

    position: int
    topic: str
    actor: str
    command: str
    recorded_at: datetime


class Item(NamedTuple):
    """One thing to look at."""

    what: What
    overpayment: str | None
    claim: str
    patient: str
    month: str
    practice: str
    status: str
    """noticed, triaged, identified, dismissed, returned; of a claim to withdraw: released or accepted."""
    since_on: date | None
    """The day of the notice at the practice; None of a claim to withdraw."""
    position: int
    because: tuple[Cause, ...]
    units: tuple[tuple[str, int], ...]
    """(code, units) that are no longer supported."""
    amount: Decimal
    patient_share: Decimal
    money_back: Decimal
    share_back: Decimal
    paid_now: Decimal
    """What the payer has paid for the claim, less what it took back since."""
    deadlines: Deadlines | None
    """None of a claim to withdraw, and where the edition in use was adopted before there were rules of them."""
    next: Urgency | None
    swept_on: date | None


class Worklist(NamedTuple):
    """Everything that there is to look at, the most urgent first."""

    position: int
    items: tuple[Item, ...]

    @property
    def without_rules(self) -> int:
        """How many have no deadlines, because the edition in use was adopted before there were rules of them."""
        return sum(1 for each in self.items if each.what == "possible_overpayment" and each.deadlines is None)

    @property
    def overdue(self) -> int:
        """How many are past the day of their next step."""
        return sum(1 for each in self.items if each.next is not None and each.next.is_overdue)

    @property
    def due_soon(self) -> int:
        """How many come to it within two weeks."""
        return sum(1 for each in self.items if each.next is not None and each.next.is_soon)


def worklist(
    log: WorklistLog,
    models: ReadModels,
    rulebook_of: RulebookOf,
    today_in: TodayIn,
    *,
    practice: str | None = None,
    open_only: bool = False,
    as_of: int | None = None,
) -> Worklist:
    """The worklist of all practices or one, as of now or of an earlier position. Pull before asking."""
    with models.at_one_moment() as now:
        position = tracked_position(now)
        is_now = as_of is None or as_of >= position
        found_of = {*_overpaid(now, practice, open_only=open_only and is_now)}
        patients = sorted(found_of | {*_to_withdraw(now, practice, live_only=is_now)})
        position = position if as_of is None else min(as_of, position)
    asking = _Asking(log, States(log, after=position), rulebook_of, today_in, open_only)
    found = [each for patient in patients for each in asking.items(patient)]
    items = [each for each in found if practice in (None, each.practice)]
    return Worklist(position, tuple(sorted(items, key=_urgent_first)))


def _overpaid(now: Rows, practice: str | None, *, open_only: bool) -> Iterator[str]:
    """The patients of whom something was perhaps overpaid."""
    query = f"SELECT DISTINCT patient FROM {OVERPAYMENTS.name} WHERE (practice = ? OR ? = '')"
    query += " AND status NOT IN ('dismissed', 'returned')" if open_only else ""
    for (patient,) in now.rows(query, (practice or "", practice or "")):
        yield str(patient)


def _to_withdraw(now: Rows, practice: str | None, *, live_only: bool) -> Iterator[str]:
    """The patients of whom an unpaid claim lost ground; where not live alone, of whom any claim did."""
    query = (
        f"SELECT DISTINCT found.patient FROM {REVIEWS_RAISED.name} AS raised"
        f" JOIN {CLAIMS.name} AS found ON found.claim = raised.target WHERE raised.what = ?"
        " AND (found.practice = ? OR ? = '')"
    )
    query += " AND found.is_live = 1 AND found.status IN ('released', 'accepted')" if live_only else ""
    for (patient,) in now.rows(query, (ClaimLostGround.TOPIC, practice or "", practice or "")):
        yield str(patient)


class _Asking(NamedTuple):
    """What every item is made of."""

    log: WorklistLog
    states: States
    rulebook_of: RulebookOf
    today_in: TodayIn
    open_only: bool

    def items(self, patient: str) -> Iterator[Item]:
        """The items of one patient's stream."""
        if self.states.is_full:
            self.states.forget()
        claims: Claims = self._state(claims_tag(patient))
        for overpayment in claims.overpayments:
            claim = claims.claim(overpayment.event.claim)
            if claim is not None and (overpayment.is_open or not self.open_only):
                yield self._overpayment(claim, overpayment)
        for claim in claims.claims:
            is_unpaid = claims.is_live(claim) and claims.status(claim) in ("released", "accepted")
            if claim.lost and is_unpaid and (short := self._short(claim)):
                yield self._claim(claims.status(claim), claim, short)

    def _overpayment(self, claim: Claim, overpayment: Overpayment) -> Item:
        event, on_record = overpayment.event, claim.event
        practice: Practice = self._state(practice_tag(on_record.practice))
        today = self.today_in(practice.zone or None)
        counted = deadlines(overpayment, today, self._rules_on(claim))
        return Item(
            what="possible_overpayment",
            overpayment=event.overpayment,
            claim=event.claim,
            patient=event.patient,
            month=on_record.month,
            practice=on_record.practice,
            status=overpayment.status,
            since_on=event.noticed_on,
            position=overpayment.position,
            because=self._causes(event.because),
            units=_units(event.lost),
            amount=event.amount,
            patient_share=event.patient_share,
            money_back=overpayment.money_back,
            share_back=overpayment.share_back,
            paid_now=claim.paid,
            deadlines=counted,
            next=urgency(overpayment, counted, today),
            swept_on=overpayment.swept[-1][0].on if overpayment.swept else None,
        )

    def _claim(self, status: str, claim: Claim, short: tuple[tuple[str, int], ...]) -> Item:
        nothing, newest, event = Decimal("0.00"), claim.lost[-1], claim.event
        return Item(
            what="claim_to_withdraw",
            overpayment=None,
            claim=event.claim,
            patient=event.patient,
            month=event.month,
            practice=event.practice,
            status=status,
            since_on=None,
            position=newest.position,
            because=self._causes(newest.event.because),
            units=short,
            amount=nothing,
            patient_share=nothing,
            money_back=nothing,
            share_back=nothing,
            paid_now=claim.paid,
            deadlines=None,
            next=None,
            swept_on=None,
        )

    def _short(self, claim: Claim) -> tuple[tuple[str, int], ...]:
        """What the month of a claim lacks now, by the edition that the claim pinned."""
        event = claim.event
        facts = gather(event.patient, event.month, self._state)
        book = self._book(event.edition)
        verdict = judge_month(facts, book, edition=event.edition, record=False, programme=event.programme)
        group = group_of(event.patient, self._state)
        of_all: list[Claims] = [self._state(claims_tag(each)) for each in group]
        own: Claims = self._state(claims_tag(event.patient))
        now = {} if is_of_another(of_all, own, claim) else supported(claim, verdict)
        lacking = ((line.code, line.units - now.get(line.code, 0)) for line in event.lines)
        return tuple((code, units) for code, units in lacking if units > 0)

    def _rules_on(self, claim: Claim) -> Callable[[date], Rules]:
        """The rules in use, as the payer of the claim has them."""
        event = claim.event
        group = group_of(event.patient, self._state)
        whole = joined_patient([self._state(patient_tag(each)) for each in group])
        return book_on(whole, event.date_of_service, self._book(None), event.programme).in_force

    def _book(self, edition: str | None) -> Rulebook:
        governance: Governance = self._state(LEDGER_TAG)
        return self.rulebook_of(next(a for a in reversed(governance.adoptions) if edition in (None, a.edition)))

    def _causes(self, because: tuple[int, ...]) -> tuple[Cause, ...]:
        facts = self.log.facts_at(because) if because else ()
        return tuple(
            Cause(each.position, each.event.TOPIC, each.said.actor, each.said.command, each.recorded_at)
            for each in facts
        )

    def _state(self, tag: str) -> Any:
        return self.states.at(tag).state


def _units(lost: tuple[LostUnits, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((each.code, each.units) for each in lost)


def _urgent_first(item: Item) -> tuple[int, date, int]:
    """By the day of the next step (of the notice, where no rule says when); then what is to be withdrawn, or closed."""
    if item.next is not None:
        return 0, item.next.by, item.position
    if item.deadlines is None and item.since_on is not None and item.status not in _CLOSED:
        return 0, item.since_on, item.position
    return (1 if item.what == "claim_to_withdraw" else 2), date.max, item.position

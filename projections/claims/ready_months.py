"""What a biller does about one patient's month: release it, wait for somebody, mend something, or leave it alone.

Promise: a state follows from the month's row, its claims, the practice and the day alone; the order of the questions is
that of a release. Not promised: that a release agrees to the letter; it asks the judge.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple, get_args

from ledger.claims.competing import is_settled
from ledger.streams.practice import Practice
from ledger.terms.calendar import last_day
from ledger.terms.identity import practice_tag, staff_tag
from ledger.terms.people import Programme
from projections.claims.ready_claims import Claimed, Sent
from projections.claims.ready_rules import Filing, Near, ReadyRules
from projections.states import States
from projections.tables.claims_layout import ClaimRow, dollars
from projections.tables.layout import MonthRow

State = Literal[
    "ready",
    "month_open",
    "sent_before",
    "to_sign",
    "stale",
    "blocked",
    "below_minimum",
    "released",
    "competing_biller",
]
"""ready: may be released. month_open: signed, and its month goes on. sent_before: signed, and an earlier claim of it
was rejected, withdrawn or voided: a person looks first. to_sign: nobody signed it. stale: it is not what was signed.
blocked: something blocks release. below_minimum: too few minutes. released: a claim is live. competing_biller: the
payer says that somebody else was paid."""
STATES: Final[tuple[State, ...]] = get_args(State)
RELEASED: Final = frozenset({"released", "competing_biller"})
_BY_THRESHOLD: Final = "threshold"


class ReadyMonth(NamedTuple):
    """One patient's month of a programme."""

    patient: str
    programme: Programme
    state: State
    practice: str | None
    practitioner: str | None
    payer: str | None
    minutes: int
    charges: tuple[tuple[str, int], ...]
    """(code, units); of what was released those of the claim."""
    asked: Decimal | None
    """What the practice asks for them; None where it adopted no charge for one."""
    expected: Decimal | None
    """What the national schedule pays for them; None where a price is not on file."""
    blocks: tuple[str, ...]
    """Codes of what blocks release."""
    near: Near | None
    """The next unit, where the month goes on and few minutes are missing."""
    days_left: int
    """Days of the month that are left where the practice is, with today; 0 when it is over."""
    filing: Filing | None
    is_filing_near: bool
    """Whether no payer has it, and the day is past on which that is to be shown (CCM-CLAIM-22)."""
    claim: str | None
    """The live claim, or the one that was sent before."""
    claim_status: str | None
    digest: str | None
    position: int
    """The newest fact that it rests on, its claims included."""

    @property
    def units(self) -> int:
        """All units of its lines."""
        return sum(units for _, units in self.charges)


class Asked(NamedTuple):
    """What is asked: a month, and the day that it is asked on."""

    month: str
    today: date
    """The UTC day, by which rules are read."""
    today_in: Callable[[str | None], date]
    """The day in the zone of a practice, by which a release is decided."""
    practice: str | None = None
    since: int | None = None
    near_minutes: int = 10
    as_of: int | None = None
    """The position up to which is answered what was known; None: all that is."""


class Listing:
    """Rows of one month turned into what a biller does about them."""

    def __init__(self, asked: Asked, states: States, rules: ReadyRules, claimed: Claimed) -> None:
        self._asked = asked
        self._states = states
        self._rules = rules
        self._claimed = claimed
        self._charges: dict[tuple[str, str, date], tuple[Decimal, int] | None] = {}
        self._days: dict[str | None, date] = {}
        self.seen: set[tuple[str, Programme]] = set()

    def month(self, programme: Programme, row: MonthRow) -> ReadyMonth | None:
        """One row; None where nothing was logged and nothing was sent."""
        self.seen.add((row.patient, programme))
        sent = self._claimed.get((row.patient, programme))
        live = sent.live if sent is not None else None
        if sent is not None and live is not None:
            return self._released(row.patient, programme, live, sent, row)
        if row.standing == "nothing_logged" and sent is None:
            return None
        practice = self._practice(row.practice)
        blocks = (*row.missing, *(self._lacks(row, programme, practice) if row.charges else ()))
        days = self._days_left(row.practice)
        near = self._rules.near(row, programme, practice) if days else None
        filing = self._rules.filing(row, programme) if row.charges else None
        return ReadyMonth(
            patient=row.patient,
            programme=programme,
            state=self._state(row, blocks, practice, sent),
            practice=row.practice,
            practitioner=row.practitioner,
            payer=row.payer,
            minutes=row.minutes,
            charges=row.charges,
            asked=self._asks(row, practice),
            expected=row.amount,
            blocks=tuple(dict.fromkeys(blocks)),
            near=near if near is not None and near.minutes <= self._asked.near_minutes else None,
            days_left=days,
            filing=filing,
            is_filing_near=filing is not None and self._today(row.practice) >= filing.review_on,
            claim=sent.newest.claim if sent is not None else None,
            claim_status=sent.newest.status if sent is not None else None,
            digest=row.digest,
            position=max(row.position, self._charged_at(row, practice), sent.moved if sent is not None else 0),
        )

    def without_row(self, patient: str, programme: Programme, sent: Sent) -> ReadyMonth:
        """Claims of a month of which no row is left."""
        return self._released(patient, programme, sent.live or sent.newest, sent, None)

    def _released(
        self, patient: str, programme: Programme, live: ClaimRow, sent: Sent, row: MonthRow | None
    ) -> ReadyMonth:
        is_denied = live.status == "denied" and not is_settled(live.settled_as)
        is_competing = is_denied and self._rules.is_competing(live.answers, self._asked.today)
        filing = self._rules.filing(row, programme) if row is not None else None
        is_unfiled = live.received_on is None and live.adjudicated_on is None
        return ReadyMonth(
            patient=patient,
            programme=programme,
            state="competing_biller" if is_competing else "released",
            practice=live.practice,
            practitioner=live.practitioner,
            payer=live.payer,
            minutes=row.minutes if row is not None else 0,
            charges=live.units,
            asked=dollars(live.charge_cents),
            expected=dollars(live.expected_cents) if live.expected_cents is not None else None,
            blocks=live.answers if is_competing else (),
            near=None,
            days_left=self._days_left(live.practice),
            filing=filing,
            is_filing_near=is_unfiled and filing is not None and self._today(live.practice) >= filing.review_on,
            claim=live.claim,
            claim_status=live.status,
            digest=row.digest if row is not None else None,
            position=max(sent.moved, row.position if row is not None else 0),
        )

    def _state(self, row: MonthRow, blocks: tuple[str, ...], practice: Practice | None, sent: Sent | None) -> State:
        match row.standing:
            case "ready":
                return "to_sign"
            case "stale":
                return "stale"
            case "attested" if not blocks and row.charges:
                if self._is_open(row.practice, practice):
                    return "month_open"
                return "sent_before" if sent is not None else "ready"
            case "below_minimum" | "nothing_logged":
                return "below_minimum"
        return "blocked"

    def _is_open(self, named: str | None, practice: Practice | None) -> bool:
        """Whether the month goes on, and the practice releases it only when it is over."""
        last = last_day(self._asked.month)
        timing = practice.policy("release_timing", last) if practice is not None else None
        return self._today(named) <= last and timing != _BY_THRESHOLD

    def _lacks(self, row: MonthRow, programme: Programme, practice: Practice | None) -> Iterator[str]:
        """What a claim must say and cannot, in the order of the refusals of a release."""
        if not self._rules.stand(row, programme):
            yield "lines_do_not_stand"
        if self._asks(row, practice) is None:
            yield "charge_not_adopted"
        biller = self._states.at(staff_tag(row.practitioner)).state if row.practitioner is not None else None
        if biller is None or biller.npi is None or practice is None or practice.npi is None:
            yield "npi_not_on_record"
        if practice is not None and not self._rules.has_place(row, programme, practice):
            yield "place_not_billed"
        if self._today(row.practice) > self._rules.filing(row, programme).until:
            yield "filing_deadline_over"

    def _asks(self, row: MonthRow, practice: Practice | None) -> Decimal | None:
        """What the practice asks for all lines; None where it adopted no charge for one."""
        total = Decimal(0)
        for code, units in row.charges:
            each = self._charge(row, code, practice)
            if each is None:
                return None
            total += each[0] * units
        return total if row.charges else None

    def _charged_at(self, row: MonthRow, practice: Practice | None) -> int:
        """The position of the newest of the charges that its lines ask for; 0 where there is none."""
        asked = (self._charge(row, code, practice) for code, _ in row.charges)
        return max((each[1] for each in asked if each is not None), default=0)

    def _charge(self, row: MonthRow, code: str, practice: Practice | None) -> tuple[Decimal, int] | None:
        """What the practice asks for one unit of a code, and since which fact; None where it adopted no charge."""
        key = row.practice or "", code, row.date_of_service
        if key not in self._charges:
            asked = practice.charge(code, row.date_of_service) if practice is not None else None
            self._charges[key] = (asked[0].amount, asked[1]) if asked is not None else None
        return self._charges[key]

    def _practice(self, practice: str | None) -> Practice | None:
        return self._states.at(practice_tag(practice)).state if practice is not None else None

    def _days_left(self, practice: str | None) -> int:
        return max((last_day(self._asked.month) - self._today(practice)).days + 1, 0)

    def _today(self, practice: str | None) -> date:
        """What day it is where a practice is."""
        if practice not in self._days:
            state = self._practice(practice)
            self._days[practice] = self._asked.today_in(state.zone if state is not None else None)
        return self._days[practice]

"""The year of claims from its first day until the payer's last answer: weeks, months, and what it came to."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from commands.handle import Handler
from commands.reactions import Reactor, enrol
from interfaces.simulator.payer_money import ZERO
from interfaces.system import PinnedZones, SimulatedClock
from ledger.store.fsck import verify
from ledger.store.sqlite.read_models import ReadModels
from ledger.terms.outcome import Refused
from ledger.terms.ports import IdSource
from projections.claims.ready import Ready, ready
from projections.claims.ready_months import Asked
from projections.findings import Findings
from projections.follow import Follower
from projections.rebuild import rebuild
from projections.table_set import state_roots
from tests.claims_year.comparing import (
    BOOKS,
    differences,
    differences_at_the_end,
    otherwise_listed,
    unbalanced,
)
from tests.claims_year.compliance import look_at_overpayments
from tests.claims_year.doctors import a_nurse_was_excluded, sign_stale_months
from tests.claims_year.office import look_at_answers, release_all_ready, release_months, withdraw
from tests.claims_year.reading import ClaimsRead
from tests.claims_year.year import ClaimsYear
from tests.house import LOGIN
from tests.store.sample import RepeatableIds
from tests.year.days import DAY, Happening, live, sign_months
from tests.year.happen_identity import lee_leaves, ned_leaves
from tests.year.raw import facts_of
from tests.year.running import HAPPENINGS, OFTEN, SIGNING_DAYS, decided_again, opened
from tests.year.year import BEGINS, ENDS, month_before

OF_CLAIMS: Final = ("claim_", "overpayment_", "investigation_", "cause_", "cost_")
LAST_ANSWER: Final = date(2027, 9, 30)
"""Behind it nothing is under way."""
MUST_HAPPEN: Final = {
    *(
        "charge_adopted",
        "cost_share_waived",
        "claim_released",
        "claim_acknowledged",
        "claim_remitted",
        "claim_withdrawn",
        "claim_reopened",
    ),
    *("claim_lost_ground", "overpayment_noticed", "overpayment_triaged", "overpayment_identified"),
    *(
        "overpayment_dismissed",
        "overpayment_returned",
        "overpayment_investigation_begun",
        "overpayment_investigation_ended",
        "overpayment_cause_swept",
    ),
}
STATUSES: Final = {
    *("released", "accepted", "paid", "denied", "rejected", "withdrawn", "replaced", "reversed", "voided"),
}


class Books:
    """The read models of the year, followed, and the reactions that find by them."""

    def __init__(self, year: ClaimsYear, folder: Path, place: Path, ids: IdSource) -> None:
        folder.mkdir()
        self.year = year
        self.place = place
        self.models = ReadModels(folder)
        self.follower = Follower(year.watch.log, self.models)
        self.compared = 0
        machine = enrol(year.it.handler, year.now)
        year.watch.machine_ran()
        handler = Handler(
            log=year.watch.log,
            ids=ids,
            clock=SimulatedClock(year.now),
            zones=PinnedZones(),
            login=LOGIN,
            default_actor=machine,
            machine=machine,
        )
        self.reactor = Reactor(handler, year.watch.log, Findings(self.models, self._current))

    def _current(self) -> ReadModels:
        pulled = self.follower.pull()
        assert not pulled.is_stale, pulled
        return self.models

    def react(self) -> None:
        """The machine looks at everything once."""
        ran = self.reactor.run(self.year.now)
        assert not isinstance(ran, Refused), ran
        assert not any(each.refused for each in ran), ran
        self.year.watch.machine_ran()

    def compare(self, *, whole: bool = False) -> None:
        """Rows, raw facts and the payer's book agree, and months reconcile: the newest ones, or all of them."""
        self._current()
        read = ClaimsRead(facts_of(self.place))
        found = differences(self.year, self.models, read)
        months = read.months() if whole else read.months()[-2:] + self._one_before(read)
        found += unbalanced(self.year, self.models, read, months)
        for month in months:
            found += otherwise_listed(self.year, self.ready(month), read)
        assert not found, "\n".join(found[:20])
        self.compared += 1

    def ready(self, month: str) -> Ready:
        """The biller's list of a month."""
        today = self.year.today
        asked = Asked(month=month, today=today, today_in=lambda _: today)
        return ready(self.year.watch.log, self._current(), BOOKS, asked)

    def _one_before(self, read: ClaimsRead) -> list[str]:
        """One of the older months, each in its turn."""
        older = read.months()[:-2]
        return [older[self.compared % len(older)]] if older else []

    def rebuilt(self) -> None:
        """The same rows come of following and of a fold of all facts."""
        self._current()
        followed = state_roots(self.models)
        rebuild(self.year.watch.log, self.models)
        assert followed == state_roots(self.models), "read models differ from a fold of all facts"
        assert verify(self.year.watch.log).findings == ()


@contextmanager
def _books(year: ClaimsYear, folder: Path, ids: IdSource) -> Iterator[Books]:
    books = Books(year, folder / "models", folder / "ledger", ids)
    try:
        yield books
    finally:
        books.models.close()


def run(folder: Path, *, seed: int, clients: int) -> dict[str, Any]:
    """The whole year; the figures of what it came to."""
    began = time.monotonic()
    # Ids decide whose turn comes first, and with it the dice: a year that failed goes the same way again.
    ids = RepeatableIds(f"year/{seed}")
    with opened(folder / "ledger", ids) as it:
        year = ClaimsYear(it, seed, clients)
        with _books(year, folder, ids) as books:
            live(year, HAPPENINGS, _days(books), often=OFTEN)
            _winds_down(books)
            books.rebuilt()
            books.compare(whole=True)
            read = ClaimsRead(facts_of(folder / "ledger"))
            found = differences_at_the_end(year, read)
            assert not found, "\n".join(found)
            missing = MUST_HAPPEN - year.watch.counted.keys()
            assert not missing, f"never happened: {sorted(missing)}"
            unseen = STATUSES - year.watch.statuses
            assert not unseen, f"no claim came to be: {sorted(unseen)}"
            return _figures(books, read, began) | {"decided_again": decided_again(year.watch.log)}


def _days(books: Books) -> dict[date, Happening]:
    """What the office, the machine and the post do on which day of the year."""

    def day(today: date, year: Any) -> None:
        # The day as it was meant: the clock may have gone past midnight meanwhile.
        assert isinstance(year, ClaimsYear)
        if today in SIGNING_DAYS:
            sign_months(year)
        if today == date(2026, 8, 18):
            lee_leaves(year)
        if today == date(2026, 11, 10):
            ned_leaves(year)
        if today == date(2026, 9, 14):
            a_nurse_was_excluded(year)
        _office(books, today)

    days = (BEGINS + number * DAY for number in range((ENDS - BEGINS).days + 1))
    return {today: partial(day, today) for today in days}


def _office(books: Books, today: date) -> None:
    """The post every day, the office and the machine once a week, the books on the ninth of a month."""
    year = books.year
    for house in year.houses.values():
        for file in house.post.files(today):
            year.deliver(house, file)
    if today.weekday() == 0:
        books.react()
        withdraw(year)
        look_at_answers(year)
        look_at_overpayments(year)
        release_months(year)
    if today.day == 6:
        release_all_ready(year, books.ready(month_before(today)))
    if today.day == 20:
        sign_stale_months(year)
    if today.day == 9:
        books.compare()
    if (today.month, today.day) == (7, 10):
        books.rebuilt()


def _winds_down(books: Books) -> None:
    """December is signed, and the payer answers until it has nothing more to say."""
    year, today = books.year, max(ENDS + timedelta(days=1), books.year.today)
    while today <= LAST_ANSWER:
        year.until(datetime(today.year, today.month, today.day, 23, tzinfo=UTC))
        if today == date(2027, 1, 4):
            sign_months(year)
        _office(books, today)
        today += DAY
    assert all(house.post.is_empty for house in year.houses.values())


def _figures(books: Books, read: ClaimsRead, began: float) -> dict[str, Any]:
    year = books.year
    return {
        "clients": len(year.company.clients),
        "commands": sum(year.it.outcomes.values()),
        "facts": year.watch.position,
        "claims": len(read.claims),
        "statuses": dict(sorted(Counter(map(read.status, read.claims)).items())),
        "payers": dict(Counter(fact["payer"] for fact in read.claims.values())),
        "frequencies": dict(sorted(Counter(fact["frequency"] for fact in read.claims.values()).items())),
        "overpayments": dict(sorted(Counter(map(read.overpayment_status, read.overpayments)).items())),
        "returned": str(sum((read.back(name)[0] for name in read.overpayments), start=ZERO)),
        "facts_of_claims": {t: n for t, n in sorted(year.watch.counted.items()) if t.startswith(OF_CLAIMS)},
        "paid": str(sum((read.paid(claim) for claim in read.claims), start=ZERO)),
        "times_compared": books.compared,
        "told": dict(sorted(year.told_of.items())),
        "seconds": round(time.monotonic() - began, 1),
    }

"""The days of the year: the nurses' work, what is told late, what happens besides, and what the month's end brings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from tests.year.company import DOCTORS, Client
from tests.year.year import BEGINS, ENDS, Year, month_before

ENTRIES_A_MONTH: Final = 3
"""How often somebody works for a client in a month, about."""
DAY: Final = timedelta(days=1)
Happening = Callable[[Year], None]
Told = tuple[Client, str, dict[str, Any]]


def live(
    year: Year,
    happenings: Mapping[str, tuple[Happening, int]],
    on_day: Mapping[date, Happening],
    often: Sequence[str] = (),
) -> None:
    """All days of the year; `happenings` are drawn (how often for a hundred clients), `on_day` come when they come."""
    drawn = _calendar(year, happenings, often)
    today = BEGINS
    while today <= ENDS:
        year.until(datetime.combine(today, time(23), tzinfo=UTC))
        if today.weekday() < 5:
            _work(year, today)
        for said_on, say in [later for later in year.late if later[0] <= today]:
            year.late.remove((said_on, say))
            say()
        for name in drawn.get(today, ()):
            happenings[name][0](year)
            year.happened[name] += 1
        if today in on_day:
            on_day[today](year)
        today += DAY
    for said_on, say in sorted(year.late, key=lambda later: later[0]):
        year.until(datetime.combine(said_on, time(23), tzinfo=UTC))
        say()


def _calendar(
    year: Year, happenings: Mapping[str, tuple[Happening, int]], often: Sequence[str]
) -> dict[date, list[str]]:
    """The days on which things happen, each at least twice, or six times."""
    drawn: dict[date, list[str]] = {}
    for name in sorted(happenings):
        for _ in range(max(6 if name in often else 2, happenings[name][1] * year.size // 100)):
            on = BEGINS + DAY * year.dice.randrange(20, (ENDS - BEGINS).days)
            drawn.setdefault(on, []).append(name)
    return drawn


def _work(year: Year, today: date) -> None:
    """A day's work: most of it told in the evening, some of it days or weeks later."""
    told: list[Told] = []
    busy = [client for client in year.company.clients if client.is_busy]
    count = max(1, len(busy) * ENTRIES_A_MONTH // 21)
    minute: dict[str, int] = {}
    for client in year.dice.sample(busy, min(count, len(busy))):
        doctor = client.nurses[0] if client.doctor in year.left else client.doctor
        performer = year.dice.choice((*client.nurses, *client.nurses, *client.nurses, doctor))
        opens = 8 * 60 if client.office == 2 else 9 * 60
        begins = minute.get(performer, opens) + year.dice.randrange(0, 9)
        length = year.dice.choice((4, 6, 7, 9, 12, 15, 20, 22, 31))
        if begins + length > opens + 4 * 60 + 30:
            continue
        minute[performer] = begins + length + 1
        start = year.company.local(client.office, today, begins, year.dice.randrange(60))
        work = (client, performer, year.work(client, performer, start, length))
        if year.dice.random() < 0.88:
            told.append(work)
        else:
            delay = year.dice.choice((1, 2, 3, 5, 8, 13, 21, 34))
            year.late.append((today + DAY * delay, partial(year.log, *work)))
    if year.is_one_by_one:
        for work in told:
            year.log(*work)
    elif told:
        year.log_together(told)


def sign_months(year: Year) -> None:
    """The doctors sign the month before: most at once, some months are left out of the batch, some wait."""
    month = month_before(year.now.date())
    for doctor in [who for who in (*DOCTORS, "ned") if who not in year.left]:
        for client in [c for c in year.company.clients if c.is_busy and c.doctor == doctor]:
            sign(year, client, month)


def sign(year: Year, client: Client, month: str) -> None:
    """The doctor looks at a month and signs what can be signed."""
    who = {"patient": client.id, "month": month}
    verdict = year.verdict(client, month)
    if not year.may_sign(client, verdict):
        return
    draw = year.dice.random()
    if draw < 0.06:
        year.told("except_month", who | {"reason": "To be looked at again."}, client.doctor)
        return
    if draw < 0.15:
        level = year.dice.choice(("straightforward", "low", "moderate", "high"))
        words = {"level": level, "problems": "Two.", "data": "Labs.", "risk": "Some."}
        year.told("attest_mdm", who | words, client.doctor)
        verdict = year.verdict(client, month)
    available = [result.family for result in verdict.families if result.is_available]
    if len(available) > 1:
        year.done("choose_family", who | {"family": year.dice.choice(available)}, client.doctor)
        verdict = year.verdict(client, month)
    year.done("attest_month", who | {"digest": verdict.digest}, client.doctor)

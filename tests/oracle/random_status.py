"""What ends, voids and interrupts the programmes of random patients, crowded on few days, where rules meet."""

from datetime import date, timedelta
from typing import Any

from ledger.streams.stays import StayKind
from ledger.terms.people import Programme
from tests.facts import offset_of
from tests.oracle.dice import Dice
from tests.oracle.random_law import RandomChart

KINDS: tuple[StayKind, ...] = (
    "hospital_inpatient", "hospital_inpatient", "snf_part_a", "observation", "nursing_facility",
)  # fmt: skip
CLOCKS = ("", "", " 00:00", " 09:00", " 09:20:30", " 10:15", " 23:50")


def random_status(chart: RandomChart, dice: Dice, month: str, pivot: str | None) -> None:
    """Revocations, disenrolments, void consents, stays, lapses; mostly none of them, sometimes several."""
    dice.pivot = pivot
    for told, share in ((_revoked, 0.25), (_disenrolled, 0.25), (_void, 0.07), (_stays, 0.3), (_lapsed, 0.07)):
        if dice.often(share):
            told(chart, dice, month)
    if dice.often(0.05):
        chart.retract_death()
        if dice.often(0.3):
            chart.death(dice.on(month, spread=20))


def _revoked(chart: RandomChart, dice: Dice, month: str) -> None:
    for number in range(dice.choice((1, 1, 2))):
        on = _day(dice, month)
        who = dice.choice((None, None, None, "MD", "MD2"))
        asked = chart.asked
        scope = dice.choice(((asked,),) * 5 + ((asked, Programme.RPM), (Programme.RPM,)))
        chart.revoke(on, name=f"revocation {number}", scope=scope, practitioner=who)
        if dice.often(0.15):
            chart.retract_revocation(f"revocation {number}")
        _again(chart, dice, on, f"again {number}")


def _disenrolled(chart: RandomChart, dice: Dice, month: str) -> None:
    for number in range(dice.choice((1, 1, 2))):
        on = _day(dice, month)
        practice = dice.choice(("office", "office", None, "former"))
        programme = dice.choice((chart.asked,) * 6 + (Programme.RPM,))
        chart.disenrol(on, name=f"disenrolment {number}", practice=practice, programme=programme)
        if dice.often(0.15):
            chart.retract_disenrolment(f"disenrolment {number}")
        _again(chart, dice, on, f"anew {number}")


def _day(dice: Dice, month: str) -> str:
    """A day of the month, or of one of the months before it."""
    on = dice.on(month)
    return on if dice.often(0.55) else (date.fromisoformat(on) - timedelta(days=dice.randint(28, 60))).isoformat()


def _again(chart: RandomChart, dice: Dice, on: str, name: str) -> None:
    """The patient consents again: on that day, soon, or later; or not at all."""
    if dice.often(0.4):
        return
    then = date.fromisoformat(on) + timedelta(days=dice.choice((0, 1, 1, 2, 5, 12, 30, 45)))
    at = f"{then} {dice.choice(('00:00', '09:00', '09:20:30', '10:00', '23:50'))}"
    who = dice.choice(("MD",) * 5 + ("MD2",))
    lacks = ["cost_sharing"] if dice.often(0.1) else []
    how = dice.choice(("written", "verbal")) if chart.strict else "verbal"
    said: dict[str, Any] = {"method": how, "programme": chart.asked, "offset": offset_of(at)}
    chart.consent(at, name=name, practitioner=who, lacks=lacks, **said)


def _void(chart: RandomChart, dice: Dice, month: str) -> None:
    chart.invalidate(dice.choice(("consent", "consent", "consent 0", "again 0", "anew 0")))


def _stays(chart: RandomChart, dice: Dice, month: str) -> None:
    for number in range(dice.choice((1, 1, 2))):
        for _ in range(dice.choice((1, 1, 1, 2))):  # told, and perhaps told again with other dates
            came, went = sorted((dice.on(month, spread=6), dice.on(month, spread=6)))
            went = came if dice.often(0.25) else went
            clocks = sorted((dice.choice(CLOCKS), dice.choice(CLOCKS)))
            discharged = None if dice.often(0.12) else went + clocks[1]
            chart.stay(came + clocks[0], discharged, kind=dice.choice(KINDS), name=f"stay {number}")
        if dice.often(0.15):
            chart.retract_stay(f"stay {number}")


def _lapsed(chart: RandomChart, dice: Dice, month: str) -> None:
    chart.end_capability(dice.choice(("cehrt_year", "access_24x7")), dice.on(month, spread=20))
    if dice.often(0.4):
        chart.capability("access_24x7", from_on=dice.on(month))

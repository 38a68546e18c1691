"""Random months under other law: programmes, clinics, the strict payer, raised limits, planning beyond a visit."""

from ledger.terms.people import Programme
from tests.facts import Chart
from tests.oracle.dice import Dice
from tests.oracle.naive_law import CLINICS

FAMILIES = {
    Programme.CCM: ("noncomplex", "complex", "personal", "rhc"),
    Programme.PCM: ("pcm_staff", "pcm_personal", "rhc"),
    Programme.APCM: ("apcm",),
}
STRICT = ("cehrt_holds_all_ccm_records", "plan_access_24h_other_providers")


class RandomChart(Chart):
    """A chart, with the programme that it is asked about and whether its payer is the strict one."""

    asked = Programme.CCM
    strict = False


def method_of(chart: RandomChart, dice: Dice) -> str:
    """How the patient agreed, mostly as the payer asks."""
    return dice.choice(
        ("written", "written", "electronic", "verbal") if chart.strict else ("verbal", "verbal", "written")
    )


def programme_of(dice: Dice, year: int) -> Programme:
    """The programme that a month is asked about, mostly CCM, and only those that there are."""
    if year >= 2020 and dice.often(0.22):
        return Programme.PCM
    return Programme.APCM if year >= 2025 and dice.often(0.15) else Programme.CCM


def random_law(chart: RandomChart, dice: Dice, month: str) -> None:
    """What the practice is and the payer asks."""
    if dice.often(0.4 if chart.year == 2025 else 0.15):
        for name in (dice.choice(CLINICS),) if dice.often(0.9) else CLINICS:
            chart.capability(name, from_on=dice.choice(("2010-01-01", "2010-01-01", dice.on(month))))
        while dice.often(0.45):
            value = dice.choice(("g0511", "individual"))
            chart.policy("g0511_billing", value, from_on=dice.choice(("2010-01-01", dice.on(month))))
    if chart.strict:
        for name in STRICT:
            if dice.often(0.9):
                chart.capability(name, from_on=dice.choice(("2010-01-01", "2010-01-01", dice.on(month))))
    while dice.often(0.2):
        value = dice.choice(("facility", "facility", "office"))
        chart.policy("price_site", value, from_on=dice.choice(("2010-01-01", dice.on(month))))
    if chart.asked is Programme.CCM and dice.often(0.08):
        _planned(chart, dice, month)


def _planned(chart: RandomChart, dice: Dice, month: str) -> None:
    for number in range(dice.choice((1, 2, 3))):
        by, code = dice.choice(("MD", "MD", "MD2")), dice.choice(("99214", "99205", "G0438", "99496", "99483"))
        chart.extra_planning(dice.on(month, spread=4), code=code, by=by, name=f"planned {number}")


def random_choices(chart: RandomChart, dice: Dice) -> None:
    """Decision making, limits and families, by those who may and those who may not."""
    if dice.often(0.5):
        levels = ("straightforward", "low", "moderate", "high", "moderate")
        for _ in range(dice.randint(1, 2)):
            chart.decision_making(dice.choice(levels), by=dice.choice(("MD", "MD", "MD", "MD2")))
    while dice.often(0.15):
        code = dice.choice(("99437", "99489", "99437", "99489", "99439"))
        chart.raise_limit(code, dice.choice((11, 12, 15) if code == "99489" else (2, 3, 4, 6)))
    while dice.often(0.35):
        family = dice.choice(FAMILIES[chart.asked])
        chart.choose(family, by=dice.choice(("MD", "MD", "MD2")), programme=chart.asked)
    if dice.often(0.03):
        other = Programme.PCM if chart.asked is Programme.CCM else Programme.CCM
        chart.choose(FAMILIES[other][0], programme=other)

"""Random patient-months for the comparison with the naive reading: a chart, bent in a few places, with crowded time."""

from datetime import date, timedelta
from typing import Any

from ledger.streams import designation, patient, practice
from ledger.terms.people import Programme, Role
from tests.facts import CHICAGO, ELEMENTS, Chart, instant, offset_of, opaque
from tests.oracle.dice import Dice
from tests.oracle.naive_status import ITEMS
from tests.oracle.random_law import FAMILIES, RandomChart, method_of, programme_of, random_choices, random_law
from tests.oracle.random_services import random_services
from tests.oracle.random_status import random_status

EVIDENCE = ("signed_form", "recording", "contemporaneous_note", "recollection")
ACTIVITIES = (
    "phone_call", "chart_review", "follow_up_coordination", "contact_attempt", "transportation_arrangements",
    "refill_clinical_review", "visit", "prior_authorization", "appointment_booking", "staff_in_person_education",
    "administrative", "unlisted", "initiating_assessment", "consent_conversation", None,
)  # fmt: skip
WORKERS = ("S1",) * 5 + ("S2",) * 3 + ("MD",) * 4 + ("MD2", "biller", "robot", "abroad", "left", "trainee", "nobody")
CODES = ("G0439", "99213", "99211", "99495", "99441", "99202", None)
COUNTED = ACTIVITIES[:6]


def random_chart(seed: int) -> RandomChart:
    """The patient-month of a seed."""
    dice = Dice(seed)
    month = f"{dice.choice((*range(2017, 2027), 2025, 2025, 2026))}-{dice.choice((*range(1, 13), 3, 7, 9, 12)):02d}"
    dice.pivot = dice.on(month)
    rich = dice.often(0.4)  # little is wrong, and there is much work: what limits and families are about
    share = 0.04 if rich else dice.choice((0.1, 0.2, 0.5))
    bent = {part for part in PARTS if dice.often(share if rich else max(share, OFTEN.get(part, 0)))}
    chart = RandomChart(month, without=bent | {"consent", "designation"})
    chart.asked, chart.strict = programme_of(dice, chart.year), dice.often(0.15)
    if "consent" not in bent:
        said_at(chart, f"{chart.year}-01-05 09:00", programme=chart.asked, method=method_of(chart, dice))
    if "designation" not in bent:
        chart.designate("MD", programme=chart.asked)
    if chart.strict and "coverage" not in bent:
        chart.coverage(payer="seed_strict")
    _people(chart)
    for part in sorted(bent):
        if dice.often(0.75):
            PARTS[part](chart, dice, month)
    if dice.often(0.05 if rich else 0.2):
        chart.death(dice.on(month, spread=20))
    for policy in ("untimed_counts", "staff_in_person_counts"):
        if dice.often(0.2):
            chart.policy(policy, dice.choice(("yes", "no")), from_on=dice.choice(("2010-01-01", dice.on(month))))
    if not rich or dice.often(0.2):
        random_status(chart, Dice(f"status {seed}"), month, dice.pivot)
    _work(chart, dice, month)
    if rich:
        _much_work(chart, dice, month)
    random_law(chart, dice, month)
    random_choices(chart, dice)
    if dice.often(0.25):
        random_services(chart, dice, dice.choice((1, 2, 4)))
    return chart


def told(chart: Chart) -> list[dict[str, Any]]:
    """The chart's facts as the plain dicts that the naive reading takes."""
    return [{"topic": event.TOPIC, "recorded_at": at, **event.model_dump()} for event, at in chart.told]


def _people(chart: RandomChart) -> None:
    chart.person("robot", Role.CLINICAL_STAFF, "rn", is_person=False)
    chart.person("abroad", Role.CLINICAL_STAFF, "lpn", country="PH")
    chart.person("left", Role.CLINICAL_STAFF, "cna", country=None, until_on=f"{chart.month}-14")
    chart.person("trainee", Role.CLINICAL_STAFF, None)


def _work(chart: RandomChart, dice: Dice, month: str) -> None:
    crowded = [dice.on(month) for _ in range(dice.randint(1, 3))]
    long = dice.often(0.5)
    for _ in range(dice.choice((0, 1, 3, 6, 9, 12))):
        on = dice.choice(crowded)
        said: dict[str, Any] = {"by": dice.choice(WORKERS), "activity": dice.choice(COUNTED)}
        if dice.often(0.12):
            said["activity"] = dice.choice(ACTIVITIES)
        said["programme"] = chart.asked
        if dice.often(0.07):
            said["programme"] = dice.choice((Programme.CCM, Programme.PCM, Programme.RPM))
        if dice.often(0.05):
            said["described"] = False
        if dice.often(0.08):
            said["work_country"] = dice.choice(("US", "PH"))
        if dice.often(0.2):
            order = dice.choice((None, None, "before", "after"))
            chart.untimed(on, dice.randint(1, 40), order=order, **said)
            continue
        if dice.often(0.2):
            said["who"] = dice.choice(("other", "third"))
        hour, minute = dice.choice(((9, dice.randint(0, 50)), (9, 20), (10, 0), (23, dice.randint(30, 59)), (0, 0)))
        length = f"{dice.randint(5, 70 if long else 25)}:{dice.choice((0, 0, 59, 30))}"
        chart.time(f"{on} {hour:02d}:{minute:02d}", length, **said)


def _much_work(chart: RandomChart, dice: Dice, month: str) -> None:
    """An hour or a day of work by the staff or the practitioner, some of it on the day of a visit."""
    for hour, by in ((6, dice.choice(("S1", "MD"))), (13, dice.choice(("S1", "S2", "MD")))):
        on, length = dice.on(month), f"{dice.choice((19, 29, 30, 59, 60, 95, 150, 300, 400))}:{dice.choice((0, 0, 59))}"
        chart.time(f"{on} {hour:02d}:00", length, by=by, programme=chart.asked)
        if dice.often(0.25):
            chart.visit(
                on, dice.choice(("99213", "99232", "99211", "99283", "G0439", "99441")), by=dice.choice(("MD", "MD2"))
            )


def _assignment(chart: RandomChart, dice: Dice, month: str) -> None:
    chart.tell(patient.PatientRegistered(patient=chart.patient, links=()))
    from_on = date.fromisoformat(dice.choice((dice.on(month), "2010-01-01", dice.on(month, spread=40))))
    chart.tell(patient.PracticeAssigned(patient=chart.patient, practice=chart.practice, from_on=from_on))


def _capabilities(chart: RandomChart, dice: Dice, month: str) -> None:
    for name in ("cehrt_year", "access_24x7"):
        until = date.fromisoformat(dice.on(month, spread=20)) if dice.often(0.6) else None
        chart.tell(
            practice.CapabilityAttested(
                practice=chart.practice,
                capability=name,
                edition_year=2015 if name == "cehrt_year" else None,
                attested_by=opaque("st", "MD"),
                from_on=date.fromisoformat(dice.on(month)) if dice.often(0.3) else date(2010, 1, 1),
                until_on=until,
            )
        )


def _conditions(chart: RandomChart, dice: Dice, month: str) -> None:
    for number in range(dice.randint(1, 3)):
        onset = dice.choice((dice.on(month, spread=10), "2015-01-01", None))
        chart.condition(
            dice.choice(("E11.9", "I10", "I10", "J44.9", None)),
            name=f"condition {number}",
            onset_on=onset,
            abated_on=dice.on(month, spread=25) if dice.often(0.3) else None,
            expected=dice.choice((True, True, True, False, None)),
            months=dice.choice((2, 3, 11, 12)) if dice.often(0.3) else None,
        )


def _risk(chart: RandomChart, dice: Dice, month: str) -> None:
    chart.risk(dice.on(month, spread=5))


def _visit(chart: RandomChart, dice: Dice, month: str) -> None:
    for _ in range(dice.randint(1, 2)):
        around = dice.choice((f"{chart.year - 1}-01-{dice.choice(('04', '05', '06'))}", dice.on(month, spread=4)))
        a_year_before = f"{int(month[:4]) - 1}{dice.on(month)[4:]}".replace("02-29", "02-28")
        on = dice.choice((around, a_year_before))
        if chart.asked is Programme.APCM and dice.often(0.6):
            on = f"{int(on[:4]) - dice.choice((2, 3))}{on[4:]}".replace("02-29", "02-28")
        by = dice.choice(("MD", "MD2", "MD", "MD2", None))
        chart.visit(on, dice.choice(CODES), by=by, discussed=dice.choice((True, False, None)))


def _coverage(chart: RandomChart, dice: Dice, month: str) -> None:
    for number in range(dice.randint(1, 2)):
        days = sorted((dice.on(month, spread=3), dice.on(month, spread=6)))
        evening = date.fromisoformat(dice.on(month)) - timedelta(days=dice.choice((0, 1)))
        chart.coverage(
            name=dice.choice(("medicare", f"plan {number}")),
            from_on=dice.choice(("2010-01-01", "2010-01-01", days[0])),
            until_on=days[1] if dice.often(0.7) else None,
            rank=dice.randint(1, 2),
            payer=dice.choice(("seed_strict", "seed_strict", "medicare")) if chart.strict else "medicare",
            qmb=dice.often(0.4),
            verified=f"{evening} {dice.choice(('09:00', '20:00'))}" if dice.often(0.6) else None,
        )


def _consent(chart: RandomChart, dice: Dice, month: str) -> None:
    for number in range(dice.choice((1, 1, 2))):
        at = dice.at(month, spread=dice.choice((0, 0, 15)))
        late = timedelta(hours=dice.choice((0, 1, 5, 30, 200, 900)))
        lacks = [item for item in ITEMS if dice.often(0.25)]
        said: dict[str, Any] = {"evidence": dice.choice(EVIDENCE), "practitioner": dice.choice(("MD",) * 5 + ("MD2",))}
        said |= {"method": method_of(chart, dice), "programme": chart.asked}
        if dice.often(0.06):
            said["programme"] = dice.choice(tuple(FAMILIES))
        if dice.often(0.1):
            said[dice.choice(("method", "obtained_by", "given_by", "evidence", "practitioner"))] = None
        if dice.often(0.08):
            said |= {"given_by": "representative", "representative_identified": dice.often(0.5)}
        undated = dice.often(0.06)
        recorded = _text(at, late)
        said_at(chart, None if undated else at, name=f"consent {number}", lacks=lacks, recorded=recorded, **said)
        for _ in range(dice.randint(1, 3) if undated or lacks or dice.often(0.25) else 0):
            then = _text(recorded, timedelta(hours=dice.choice((0, 0, 1, 2, 24, 100))))
            chart.supplement(
                then,
                name=f"consent {number}",
                affirms=[item for item in lacks if dice.often(0.8)],
                practitioner="MD" if said["practitioner"] is None else None,
                recorded=_text(then, timedelta(hours=dice.choice((0, 1, 24, 50)))),
                evidence=dice.choice(EVIDENCE),
                method=dice.choice((None, "verbal", "written")),
                given_by=dice.choice((None, "self")),
                offset=offset_of(then),
            )


def said_at(chart: Chart, at: str | None, **said: Any) -> None:
    """A consent with the UTC offset of the practice, as the door stores it."""
    chart.consent(at, offset=offset_of(at) if at else None, **said)


def _text(at: str, later: timedelta) -> str:
    return (instant(at) + later).astimezone(CHICAGO).strftime("%Y-%m-%d %H:%M:%S")


def _designation(chart: RandomChart, dice: Dice, month: str) -> None:
    months = (f"{month[:4]}-01", month, _month_after(month, 1), _month_after(month, -2))
    who, from_month = dice.choice(("MD", "MD", "MD2", "S1")), dice.choice(months)
    chart.designate(
        who,
        from_month=from_month,
        until_month=dice.choice((None, month, _month_after(month, -1))),
        programme=chart.asked,
    )
    if dice.often(0.4):
        gone = designation.DesignationWithdrawn(
            patient=chart.patient,
            designation=opaque("dg", f"{who} {from_month} {chart.asked.value}".removesuffix(" CCM")),
            reason="transfer",
            from_month=dice.choice(months),
        )
        chart.tell(gone)
        if gone.from_month <= month and dice.often(0.6):
            chart.designate("MD2" if who == "MD" else "MD", from_month=gone.from_month, programme=chart.asked)


def _month_after(month: str, months: int) -> str:
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{number // 12}-{number % 12 + 1:02d}"


def _plan(chart: RandomChart, dice: Dice, month: str) -> None:
    for revision in range(1, dice.randint(2, 4)):
        at = f"{month[:4]}-01-05 10:00" if dice.often(0.3) else dice.at(month, spread=5)
        due = f"{int(month[:4]) + 1}-02-28"
        chart.revise_plan(
            at,
            revision=revision,
            elements=[element for element in ELEMENTS if dice.often(0.93)],
            owners=dice.often(0.85),
            review_on=None if dice.often(0.15) else due,
        )
        if dice.often(0.7):
            chart.sign_plan(by=dice.choice(("MD",) * 4 + ("MD2",)), at=at, revision=revision)
        if dice.often(0.6):
            chart.give_copy(revision=revision, at=at)


OFTEN = {"consent": 0.45, "coverage": 0.3}
"""What decides which seconds count is bent more often."""
PARTS = {
    "assignment": _assignment,
    "capabilities": _capabilities,
    "conditions": _conditions,
    "risk": _risk,
    "visit": _visit,
    "coverage": _coverage,
    "consent": _consent,
    "designation": _designation,
    "plan": _plan,
}
"""What may be bent, and how. A part that is bent and not said again is missing."""

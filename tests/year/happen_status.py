"""What ends, voids or interrupts a patient's programme, often told late, and sometimes taken back."""

from datetime import timedelta
from typing import Any

from tests.year.company import Client, consent_of
from tests.year.year import Year

TAKEN_BACK = {"reason": "entered_in_error", "evidence": "The chart of a namesake."}


def revoked(year: Year) -> None:
    """A patient revokes, told today or weeks late; some are called on, some consent again, some never revoked."""
    client = year.somebody()
    told_on = year.now.date() - timedelta(days=year.dice.choice((0, 0, 2, 40)))
    who = {"patient": client.id}
    data: dict[str, Any] = who | {"scope": ["CCM"], "told_on": told_on.isoformat()}
    tomorrow = (year.now + timedelta(days=2)).date().isoformat()
    year.refused("in_the_future", "record_revocation", data | {"told_on": tomorrow}, client.nurses[0])
    told_by = year.dice.choice((client.nurses[0], "fay", "bill"))
    revocation = dict(year.say("record_revocation", data, told_by).ids)["revocation"]
    draw = year.turn("revoked")
    if draw < 0.2:
        back = who | TAKEN_BACK | {"revocation": revocation}
        year.refused("capacity_missing", "retract_revocation", back, client.nurses[0])
        year.told("retract_revocation", back, "cora")
    elif draw < 0.6:
        _consents_again(year, client)
    else:
        _is_forgotten(year, client)


def disenrolled(year: Year) -> None:
    """A practice ends the programme for a patient; some come back later, some disenrolments were errors."""
    client = year.somebody()
    on = year.now.date() - timedelta(days=year.dice.choice((0, 1, 12)))
    who = {"patient": client.id}
    data = who | {"programme": "CCM", "on": on.isoformat(), "reason": year.dice.choice(("goals_met", "moved_away"))}
    disenrolment = dict(year.say("record_disenrolment", data, "fay").ids)["disenrolment"]
    assert year.say("record_disenrolment", data, "fay").outcome == "unchanged"
    draw = year.turn("disenrolled")
    if draw < 0.2:
        year.told("retract_disenrolment", who | TAKEN_BACK | {"disenrolment": disenrolment}, "cora")
    elif draw < 0.6:
        _consents_again(year, client)
    else:
        _is_forgotten(year, client)


def _consents_again(year: Year, client: Client) -> None:
    def consent() -> None:
        if client.is_dead:
            return
        year.tick()
        said = consent_of(year.company, client, year.now - timedelta(minutes=10))
        if year.died(client, year.now.date()):
            year.refused("after_death", "record_consent", said, client.nurses[0])  # under another name of the client
            return
        client.consents.append(year.told("record_consent", said, client.nurses[0])["consent"])

    year.late.append((year.now.date() + timedelta(days=year.dice.choice((1, 5, 25, 50))), consent))


def _is_forgotten(year: Year, client: Client) -> None:
    """The nurses go on for a while, because nobody told them."""

    def stop() -> None:
        client.is_busy = False

    year.late.append((year.now.date() + timedelta(days=year.dice.choice((3, 20, 45))), stop))


def invalidated(year: Year) -> None:
    """Compliance finds a consent void from the start; half of the patients consent anew."""
    client = year.somebody()
    if not client.consents:
        return
    found = client.consents.pop(year.dice.randrange(len(client.consents)))
    void = {"patient": client.id, "consent": found}
    why = {"reason": "never_given", "evidence": "The patient never met the nurse."}
    year.refused("capacity_missing", "invalidate_consent", void | why, client.nurses[0])
    year.told("invalidate_consent", void | why, "cora")
    assert year.say("invalidate_consent", void | why, "cora").outcome == "unchanged"
    if year.dice.random() < 0.6:
        _consents_again(year, client)


def stayed(year: Year) -> None:
    """A stay: told as days or as moments, its discharge often later, while the nurses work on; some were errors."""
    client = year.somebody()
    came = year.now - timedelta(days=year.dice.choice((1, 4, 20)), hours=year.dice.randrange(9))
    kind = year.dice.choice(("hospital_inpatient", "hospital_inpatient", "snf_part_a", "observation"))
    who = {"patient": client.id}
    as_days = year.dice.random() < 0.5
    edges: dict[str, Any] = {"admitted_on": came.date().isoformat()} if as_days else {"admitted_at": came.isoformat()}
    stay = year.told("record_stay", who | edges | {"kind": kind}, "feed", source={"system": "ehr"})["stay"]
    nurse = client.nurses[0]
    for hours in (3, 20):
        if came + timedelta(hours=hours) < year.now - timedelta(hours=1):
            year.log(client, nurse, year.work(client, nurse, came + timedelta(hours=hours - 2), 25))
    draw = year.turn("stayed")
    if draw < 0.15:
        year.told("retract_stay", who | TAKEN_BACK | {"stay": stay}, "fay")
    elif draw < 0.9:
        went = came + timedelta(days=year.dice.choice((0, 2, 6)), hours=5)
        goes = {"discharged_on": went.date().isoformat()} if as_days else {"discharged_at": went.isoformat()}
        said = who | edges | goes | {"kind": kind, "stay": stay}

        def discharge() -> None:
            year.told("record_stay", said, "feed", source={"system": "ehr"})
            year.log(client, nurse, year.work(client, nurse, went + timedelta(minutes=-5), 10))

        year.late.append((max(year.now, went).date() + timedelta(days=1), discharge))


def died(year: Year) -> None:
    """A patient dies; work of the day and after it is told, plans and consents of later days are refused."""
    client = year.somebody()
    on = year.now.date() - timedelta(days=year.dice.choice((2, 3, 15)))
    who = {"patient": client.id}
    year.told("record_death", who | {"on": on.isoformat()}, year.dice.choice(("fay", client.nurses[0])))
    nurse = client.nurses[0]
    for days in (0, 1):
        start = year.company.local(client.office, on + timedelta(days=days), 10 * 60 + year.dice.randrange(60))
        if start < year.now - timedelta(hours=1):
            year.log(client, nurse, year.work(client, nurse, start, 12))
    year.refused(
        "after_death", "record_consent", consent_of(year.company, client, year.now + timedelta(minutes=1)), nurse
    )
    later = {"programme": "PCM", "side": "practitioner", "from_month": "2027-02"}
    named = {"practitioner": year.it.ids[client.doctor]}
    year.refused("after_death", "designate_practitioner", who | later | named, client.doctor)
    if year.turn("died") < 0.5:
        year.tick(60 * 60)
        year.told("retract_death", who | TAKEN_BACK, "fay")
        if year.turn("died again") < 0.5:
            again = who | {"on": (on + timedelta(days=1)).isoformat()}
            year.told("record_death", again, "fay")
            client.is_busy, client.is_dead = False, True
    else:
        client.is_busy, client.is_dead = False, True


def untimed_on_borders(year: Year) -> None:
    """Work without clock times on a day of consent, death or discharge counts only in the order that is stated."""
    client = year.somebody()
    nurse, on = client.nurses[0], year.now.date() - timedelta(days=1)
    who = {"patient": client.id}
    kind = year.dice.choice(("stay", "disenrolled", "coverage"))
    if kind == "stay":
        stay = {"kind": "hospital_inpatient", "admitted_on": on.isoformat(), "discharged_on": on.isoformat()}
        year.say("record_stay", who | stay, "feed", source={"system": "ehr"})
    elif kind == "disenrolled":
        ends = {"programme": "CCM", "on": on.isoformat(), "reason": "other"}
        year.done("record_disenrolment", who | ends, "fay")
        _consents_again(year, client)
    else:
        medicare = {"payer": "medicare", "kind": "medicare_ffs", "from_on": "2020-01-01", "until_on": on.isoformat()}
        year.done("record_coverage", who | medicare, "fay")
    for order in (None, "before", "after"):
        data = who | {"performer": year.it.ids[nurse], "on": on.isoformat(), "minutes": 5, "activity": "phone_call"}
        data |= {"description": "By hand."} | ({"order": order} if order else {})
        year.log(client, nurse, data, source={"system": "timer", "id": f"border-{year.it.count}"})


def lapsed(year: Year) -> None:
    """A capability of a practice lapses for a week, and is attested again."""
    practice = year.dice.choice(year.company.practices)
    last_on = year.now.date() - timedelta(days=3)
    which = year.dice.choice(("access_24x7", "cehrt_year"))
    capability: dict[str, Any] = {"practice": practice, "capability": which}
    year.say("end_capability", capability | {"last_on": last_on.isoformat()})
    again: dict[str, Any] = capability | {
        "from_on": (last_on + timedelta(days=year.dice.choice((1, 7, 30)))).isoformat()
    }
    year.say("attest_capability", again | ({"edition_year": 2025} if which == "cehrt_year" else {}))

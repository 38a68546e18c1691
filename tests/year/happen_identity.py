"""Who turns out to be who, what was written into the wrong chart, and who left, was excluded, or lost a licence."""

from datetime import timedelta
from typing import Any

from commands.access import ask_to_read
from tests.year.company import Client, admit, consent_of, plan_of
from tests.year.year import Year

PASSPORT = {"evidence": "One passport, two charts."}


def registered_twice(year: Year) -> None:
    """A patient is registered a second time, treated under both names, and found to be one; some are two after all."""
    client = year.somebody()
    draw = year.turn("registered_twice")
    has_ned = draw < 0.3 and client.office == 0 and "ned" not in year.left
    twin = another_chart(year, client, enrols=draw < 0.6, doctor="ned" if has_ned else None)
    nurse = client.nurses[0]
    for minutes in (0, 9):
        start = year.now - timedelta(hours=4, minutes=minutes)
        year.log(twin, nurse, year.work(twin, nurse, start, 14))
        if year.dice.random() < 0.5:
            year.log(client, nurse, year.work(client, nurse, start + timedelta(minutes=5), 8))
    whose = {"patient": client.id, "merged": twin.id} | PASSPORT

    def merge() -> None:
        goes_on = year.watch.seconds.group(client.id)  # the client may have been merged into somebody meanwhile
        year.refused("capacity_missing", "merge_patients", whose, nurse)
        year.told("merge_patients", whose, "cora")
        assert year.say("merge_patients", whose, "cora").outcome == "unchanged"
        twin.designation = twin.designation or client.designation
        if year.turn("merge") < 0.4:
            undone = year.now.date() + timedelta(days=year.dice.choice((2, 20, 60)))
            year.late.append((undone, lambda: unmerge(goes_on)))

    def unmerge(goes_on: str) -> None:
        two = whose | {"evidence": "Two passports after all."}
        if goes_on != client.id:
            year.refused("not_merged", "unmerge_patients", two, "cora")
        year.told("unmerge_patients", two | {"patient": goes_on}, "cora")
        twin.is_busy = bool(twin.consents)

    year.late.append((year.now.date() + timedelta(days=year.dice.choice((2, 9, 35))), merge))


def another_chart(year: Year, client: Client, *, enrols: bool, doctor: str | None = None) -> Client:
    """A patient is registered a second time in the same office, and perhaps consents to CCM there too."""
    year.tick()
    twin = admit(year.company, len(year.company.clients), year.dice, office=client.office)
    twin.nurses = client.nurses
    twin.doctor = doctor or twin.doctor
    if enrols:
        _enrols(year, twin)
    return twin


def _enrols(year: Year, twin: Client) -> None:
    """Consent, plan and a billing practitioner under the second name too."""
    who, doctor, at = {"patient": twin.id}, twin.doctor, year.now - timedelta(minutes=20)
    said = consent_of(year.company, twin, at)
    twin.consents.append(year.told("record_consent", said, twin.nurses[0])["consent"])
    revision = int(year.told("revise_care_plan", plan_of(year.company, twin, at), doctor)["revision"])
    year.told("sign_care_plan", who | {"revision": revision}, doctor)
    bills = {"programme": "CCM", "side": "practitioner", "from_month": f"{year.now:%Y-%m}"}
    named = {"practitioner": year.it.ids[doctor]}
    twin.designation = year.told("designate_practitioner", who | bills | named, doctor)["designation"]


def wrong_chart(year: Year) -> None:
    """A condition or a plan was written into the wrong chart: moved to the right one, or struck."""
    client, right = year.somebody(), year.somebody()
    if year.watch.seconds.group(client.id) == year.watch.seconds.group(right.id):
        return
    who, draw = {"patient": client.id}, year.turn("wrong_chart")
    moved: dict[str, Any] = {"to_patient": right.id, "reason": "The chart of a namesake was open."}
    struck = {"reason": "wrong_patient", "evidence": "The chart of a namesake was open."}
    if draw < 0.6:
        data = {"icd10": "N18.3", "onset_on": "2021-01-01", "expected_12_months": True}
        condition = who | {"condition": year.told("record_condition", who | data, client.doctor)["condition"]}
        year.refused("capacity_missing", "strike_condition", condition | struck, client.nurses[0])
        if draw < 0.3:
            year.told("move_condition", condition | moved, "cora")
        else:
            year.told("strike_condition", condition | struck, "cora")
    else:
        plan = plan_of(year.company, client, year.now - timedelta(minutes=5))
        number = int(year.told("revise_care_plan", plan, client.doctor)["revision"])
        revision = {"patient": year.watch.seconds.group(client.id), "revision": number}
        year.told("sign_care_plan", revision, client.doctor)
        if draw < 0.8:
            year.told("move_plan_revision", revision | moved, "cora")
        else:
            year.told("strike_plan_revision", revision | struck, "cora")


def checked(year: Year) -> None:
    """Compliance looks whether people are excluded; Ola turns out to have been, for a while."""
    who = year.dice.choice(("ola", "nia", "kai", "cal", "ben", "ada"))
    today = year.now.date()
    looked = {"staff": year.it.ids[who], "checked_on": today.isoformat(), "source": "leie"}
    if who == "ola" and year.dice.random() < 0.6:
        since = (today - timedelta(days=year.dice.choice((3, 30)))).isoformat()
        year.told("record_exclusion_check", looked | {"result": "excluded", "excluded_from": since}, "cora")
        clear = (today + timedelta(days=20)).isoformat()
        again = looked | {"checked_on": clear, "result": "clear"}
        year.late.append((today + timedelta(days=21), lambda: year.told("record_exclusion_check", again, "cora")))
    else:
        result = year.dice.choice(("clear", "clear", "unknown"))
        year.say("record_exclusion_check", looked | {"result": result}, "cora")


def licensed(year: Year) -> None:
    """A licence is put on record, with an end; half of them are renewed, sometimes with a gap."""
    who = year.dice.choice(("mia", "sha", "cyd"))
    since = year.now.date() - timedelta(days=60)
    ends = year.now.date() + timedelta(days=year.dice.choice((-10, 15)))
    held = {"staff": year.it.ids[who], "kind": "nursing", "state": "HI", "from_on": since.isoformat()}
    year.say("record_licence", held | {"until_on": ends.isoformat()})
    again = held | {"from_on": (ends + timedelta(days=year.dice.choice((1, 1, 12)))).isoformat()}
    year.late.append((year.now.date() + timedelta(days=25), lambda: year.say("record_licence", again)))


def away(year: Year) -> None:
    """Mia's role ends for some days and is granted again; what she worked in between counts nothing."""
    today, office = year.now.date(), year.company.practices[2]
    role = {"staff": year.it.ids["mia"], "role": "clinical_staff", "practice": office}
    year.say("end_role", role | {"last_on": (today - timedelta(days=5)).isoformat()})
    year.say("grant_role", role | {"from_on": (today - timedelta(days=1)).isoformat()})


def looked_at(year: Year) -> None:
    """People ask about patients: a look is on record, and no month hears of it."""
    for reader in ("bill", "cora", "feed"):
        year.it.handler.default_actor = year.it.ids[reader]
        ask_to_read(year.it.handler, "month", [year.somebody().id], month=f"{year.now:%Y-%m}")
        year.watch.after(())
    year.it.handler.default_actor = None


def lee_leaves(year: Year) -> None:
    """Lee left two days ago; what she told or will tell of later days counts nothing, and Cal takes over."""
    _leaves(year, "lee", 2)
    for client in year.company.clients:
        client.nurses = tuple("cal" if nurse == "lee" else nurse for nurse in client.nurses)


def ned_leaves(year: Year) -> None:
    """Ned left yesterday; his designations stay open until they are withdrawn."""
    _leaves(year, "ned", 1)


def _leaves(year: Year, who: str, days: int) -> None:
    last_on = (year.now.date() - timedelta(days=days)).isoformat()
    gone = {"staff": year.it.ids[who], "last_on": last_on, "reason": "resigned"}
    year.told("record_departure", gone)
    assert year.say("record_departure", gone).outcome == "unchanged"
    year.left.add(who)

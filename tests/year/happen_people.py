"""What happens to patients and their papers: consents of all kinds, who bills, coverage, practices, names that wait."""

from datetime import timedelta
from typing import Any

from tests.house import ALL_ITEMS
from tests.year.company import admit, consent_of, plan_of
from tests.year.year import Year


def consent_completed_later(year: Year) -> None:
    """A new patient's consent lacks an item; minutes count from the moment at which it was completed."""
    client = _newcomer(year)
    nurse, at = client.nurses[0], year.now - timedelta(minutes=20)
    lacking = consent_of(year.company, client, at, items=ALL_ITEMS | {"right_to_stop": False})
    consent = year.told("record_consent", lacking, nurse)["consent"]
    early = year.now - timedelta(minutes=10)
    year.log(client, nurse, year.work(client, nurse, early, 6))
    year.tick(3600)
    added = {
        "patient": client.id,
        "consent": consent,
        "occurred_at": year.now.isoformat(),
        "obtained_by": year.it.ids[nurse],
        "items": ALL_ITEMS,
        "evidence": {"kind": year.dice.choice(("contemporaneous_note", "recollection"))},
    }
    year.told("supplement_consent", added, nurse)
    client.consents.append(consent)
    year.tick(3600)
    year.log(client, nurse, year.work(client, nurse, year.now - timedelta(minutes=30), 12))
    client.is_busy = True


def consent_recorded_late(year: Year) -> None:
    """A conversation is recorded weeks later: a note counts from the day, a recollection from its recording."""
    client = _newcomer(year)
    nurse, at = client.nurses[0], year.now - timedelta(days=year.dice.choice((3, 12, 40)))
    year.log(client, nurse, year.work(client, nurse, year.now - timedelta(days=1), 13))
    kind = year.dice.choice(("contemporaneous_note", "signed_form", "recollection"))
    consent = consent_of(year.company, client, at, evidence={"kind": kind})
    client.consents.append(year.told("record_consent", consent, nurse)["consent"])
    client.is_busy = True


def consent_within_an_entry(year: Year) -> None:
    """Consent was given in the middle of a call: what came before it does not count."""
    client = _newcomer(year)
    nurse, start = client.nurses[0], year.now - timedelta(hours=2)
    year.log(client, nurse, year.work(client, nurse, start, 30))
    consent = consent_of(year.company, client, start + timedelta(minutes=11, seconds=30))
    client.consents.append(year.told("record_consent", consent, nurse)["consent"])
    client.is_busy = True


def _newcomer(year: Year) -> Any:
    """A patient who comes in the course of the year, with everything but consent."""
    year.tick()
    client = admit(year.company, len(year.company.clients), year.dice)
    client.is_busy = False
    doctor, who = client.doctor, {"patient": client.id}
    year.told("revise_care_plan", plan_of(year.company, client, year.now), doctor)
    year.told("sign_care_plan", who | {"revision": 1}, doctor)
    copy = {"revision": 1, "given_at": year.now.isoformat(), "given_to": "caregiver", "channel": "portal"}
    year.told("record_plan_copy", who | copy, client.nurses[0])
    bills = {"programme": "CCM", "side": "practitioner", "from_month": f"{year.now:%Y-%m}"}
    named = {"practitioner": year.it.ids[doctor]}
    client.designation = year.told("designate_practitioner", who | bills | named, doctor)["designation"]
    return client


def declined(year: Year) -> None:
    """A patient declines another programme, or the same one: a decline stops nothing."""
    client = year.somebody()
    programme = year.dice.choice(("CCM", "RPM"))
    data = {"patient": client.id, "programme": programme, "occurred_at": (year.now - timedelta(hours=1)).isoformat()}
    year.told("record_decline", data, client.nurses[0])
    assert year.say("record_decline", data, client.nurses[0]).outcome == "unchanged"


def two_designations(year: Year) -> None:
    """Another practitioner wants to bill a patient who is billed: refused, and nobody is named."""
    client = year.somebody()
    rival = "ben" if client.doctor != "ben" else "cyd"
    data = {"patient": client.id, "programme": "CCM", "side": "practitioner", "practitioner": year.it.ids[rival]}
    month = f"{year.now:%Y-%m}"
    standing = year.verdict(client, month).practitioner
    if standing is not None and standing != year.it.ids[rival]:
        year.refused("month_occupied", "designate_practitioner", data | {"from_month": month}, rival)
    facility = data | {"side": "facility", "from_month": month, "until_month": month}
    year.say("designate_practitioner", facility, rival)


def successor(year: Year) -> None:
    """Ada hands a patient to Ned: from next month Ned bills, and his minutes count once the patient consents to him."""
    mine = [c for c in year.company.clients if c.doctor == "ada" and c.is_busy]
    if not mine or year.now.month == 12 or "ned" in year.left:
        return
    client = year.dice.choice(mine)
    month = f"2026-{year.now.month + 1:02d}"
    gone = {"patient": client.id, "designation": client.designation, "from_month": month}
    reason = {"reason": "patient_chose_other", "evidence": "Letter of the patient."}
    if year.verdict(client, month).practitioner != year.it.ids["ada"]:
        return  # of a patient with two charts another designation stands, or the other chart has given its own up
    year.refused("rival_may_not_withdraw", "withdraw_designation", gone | reason, "ben")
    year.told("withdraw_designation", gone | reason, year.dice.choice(("ada", "cora")))
    data = {"patient": client.id, "programme": "CCM", "side": "practitioner", "practitioner": year.it.ids["ned"]}
    answer = year.say("designate_practitioner", data | {"from_month": month}, "ned")
    client.designation = dict(answer.ids).get("designation", client.designation)
    client.doctor = "ned"

    def consent() -> None:
        if client.is_dead or "ned" in year.left:
            return
        said = consent_of(year.company, client, year.now - timedelta(minutes=15))
        year.tick()
        client.consents.append(year.told("record_consent", said, client.nurses[0])["consent"])
        revision = plan_of(year.company, client, year.now)
        number = int(year.told("revise_care_plan", revision, "ned")["revision"])
        whose = {"patient": year.watch.seconds.group(client.id)}
        year.told("sign_care_plan", whose | {"revision": number}, "ned")

    year.late.append((year.now.date() + timedelta(days=year.dice.randrange(10, 45)), consent))


def coverage_changed(year: Year) -> None:
    """Coverage ended, in retrospect or today; half of the time another one follows, or somebody confirmed it."""
    client = year.somebody()
    ended = year.now.date() - timedelta(days=year.dice.choice((0, 3, 25)))
    medicare = {"patient": client.id, "payer": "medicare", "kind": "medicare_ffs", "from_on": "2020-01-01"}
    year.done("record_coverage", medicare | {"until_on": ended.isoformat()}, "fay")
    draw = year.turn("coverage_changed")
    if draw < 0.5:
        kind = year.dice.choice(("medicare_advantage", "medicare_ffs"))
        other = {"patient": client.id, "payer": "other_payer", "kind": kind}
        follows = (ended + timedelta(days=year.dice.choice((1, 1, 9)))).isoformat()
        year.done("record_coverage", other | {"from_on": follows, "rank": 2}, "fay")
    elif draw < 0.8:
        verified = {"until_on": ended.isoformat(), "verified_at": (year.now + timedelta(seconds=1)).isoformat()}
        year.done("record_coverage", medicare | verified, "fay")


def conditions_changed(year: Year) -> None:
    """A condition is found or ends: a month is judged on those that held in it."""
    client = year.somebody()
    on = (year.now.date() - timedelta(days=year.dice.choice((2, 30)))).isoformat()
    code = year.dice.choice(("J44.9", "E11.65", "M81.0"))
    data: dict[str, Any] = {"patient": client.id, "icd10": code, "onset_on": on, "expected_12_months": True}
    if year.dice.random() < 0.4:
        data |= {"icd10": "I10", "onset_on": "2020-01-01", "abated_on": on}
    year.done("record_condition", data, client.doctor)


def transferred(year: Year) -> None:
    """A patient changes practices within a month, sometimes told only afterwards; the zone changes with it."""
    client = year.somebody()
    to = (client.office + 1) % 3
    since = year.now.date() - timedelta(days=year.dice.choice((0, 0, 4)))
    data = {"patient": client.id, "practice": year.company.practices[to], "from_on": since.isoformat()}
    year.told("assign_practice", data, "fay")
    client.office, client.nurses = to, tuple(year.dice.sample(("kai", "mia") if to == 2 else ("sha", "cal"), 2))


def policies(year: Year) -> None:
    """A practice adopts a policy about entries without clock times, or about education in person."""
    practice = year.dice.choice(year.company.practices)
    policy, value = year.dice.choice(
        (("untimed_counts", "no"), ("untimed_counts", "yes"), ("staff_in_person_counts", "yes"))
    )
    data = {"practice": practice, "policy": policy, "value": value, "from_on": year.now.date().isoformat()}
    year.say("adopt_policy", data)


def waiting(year: Year) -> None:
    """A feed delivers time of a patient whom nobody knows yet; it waits, and is decided once the patient is known."""
    name = {"system": "ehr", "value": f"chart-{year.it.count}"}
    client = year.somebody()
    data = year.work(client, client.nurses[0], year.now - timedelta(days=1, hours=3), 7) | {"patient": name}
    answer = year.say("log_time", data, "feed", source={"system": "ehr"}, key=f"feed-{year.it.count}")
    assert answer.outcome == "parked"
    delivery = {"source": "ehr", "delivery": dict(answer.ids)["delivery"]}
    if year.turn("waiting") < 0.4:
        year.told("discard_delivery", delivery | {"reason": "sent_in_error"}, "fay")
        return
    year.told("resolve_delivery", delivery | {"subject": client.id}, "fay")
    year.told("release_delivery", delivery, "fay")


def named_twice(year: Year) -> None:
    """A registration is repeated, with other demographics or none; further identifiers lead to one patient."""
    client = year.somebody()
    data: dict[str, Any] = {"identifiers": [client.mrn], "demographics": {"given": "Patrick"}}
    answer = year.say("register_patient", data, "fay")
    assert answer.outcome in ("accepted", "unchanged"), answer
    link = {"patient": client.id, "identifiers": [{"system": "fhir", "value": f"chart-of-{year.it.count}"}]}
    year.told("link_identifier", link, "fay")

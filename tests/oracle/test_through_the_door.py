"""The whole door against the naive reading: three zones, month ends and days on which clocks change, many overlaps.

Lines go in as `submit` takes them; the facts that the ledger then holds are read naively, and asked of the ledger.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from ledger.terms.outcome import Effect, Notice
from projections.judged import AdoptedRulebooks
from projections.questions import month_of
from tests.house import House, consent_of, house
from tests.oracle.naive import NaiveMonth
from tests.oracle.test_against_the_naive_reading import as_said

ZONES = ("America/New_York", "America/Chicago", "Pacific/Honolulu")
EDGES = ("2026-03-08 02:00", "2026-04-01 00:00", "2026-11-01 01:30", "2026-12-01 00:00", "2026-03-15 12:00")
MONTHS = ("2026-03", "2026-04", "2026-10", "2026-11", "2026-12")
NOW = "2027-01-04T15:00:00Z"
STAFF = {
    "ada": "practitioner", "dot": "practitioner", "bea": "clinical_staff", "cal": "clinical_staff", "fay": "front_desk",
}  # fmt: skip
ENTRIES = 9


def practice_in(it: House, zone: str) -> str:
    """Another practice, with the people of the house in it."""
    data = {"name": zone, "tin": f"98765432{ZONES.index(zone)}", "zone": zone, "sites": []}
    practice = dict(it.accepted("register_practice", data).ids)["practice"]
    for capability, year in (("cehrt_year", 2025), ("access_24x7", None)):
        attested = {"practice": practice, "capability": capability, "from_on": "2025-01-01"}
        it.accepted("attest_capability", attested | ({"edition_year": year} if year else {}))
    for who, role in STAFF.items():
        it.accepted("grant_role", {"staff": it.ids[who], "role": role, "practice": practice, "from_on": "2025-01-01"})
    return practice


def patient_of(it: House, practice: str, number: int) -> str:
    """A patient of that practice whom Dr Ada bills."""
    data = {
        "identifiers": [{"system": "mrn", "value": f"mrn-x{number}"}],
        "demographics": {"given": "Pat", "family": f"Poe {number}", "born_on": "1950-02-03"},
        "practice": practice,
    }
    who = dict(it.accepted("register_patient", data, actor="fay").ids)["patient"]
    it.accepted("assign_practice", {"patient": who, "practice": practice, "from_on": "2025-01-01"}, actor="fay")
    designation = {"programme": "CCM", "side": "practitioner", "from_month": "2026-01", "practitioner": it.ids["ada"]}
    it.accepted("designate_practitioner", {"patient": who, **designation}, actor="ada")
    return who


class Story(NamedTuple):
    """A patient, the instant around which the entries crowd, and when consent was given and recorded."""

    patient: str
    edge: datetime
    consented: datetime
    recorded: datetime


def story_of(dice: Random, patient: str, zone: str) -> Story:
    """What happens to a patient."""
    edge = datetime.fromisoformat(dice.choice(EDGES)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    consented = dice.choice((datetime(2026, 1, 5, 15, tzinfo=UTC), edge, edge + timedelta(minutes=20)))
    return Story(patient, edge, consented, consented + timedelta(minutes=dice.choice((0, 30, 5000))))


def not_counted(notices: Iterable[Notice]) -> list[tuple[str, int | None]]:
    """What does not count, and how many seconds of it."""
    return [(notice.code, notice.seconds) for notice in notices if notice.effect is Effect.NOT_COUNTED]


def live(it: House, dice: Random, stories: list[Story]) -> dict[str, list[tuple[str, int | None]]]:
    """Consents as their moments come; then all entries, in any order. Answers what each was told does not count."""
    for story in sorted(stories, key=lambda story: story.recorded):
        kind = dice.choice(("contemporaneous_note", "recollection", "signed_form"))
        said = {"occurred_at": story.consented.isoformat(), "evidence": {"kind": kind, "pointer": "note"}}
        it.clock = story.recorded.isoformat()
        it.accepted("record_consent", consent_of(it, patient=story.patient, **said), actor="bea")
    it.clock = NOW
    for story in stories:
        interrupt(it, dice, story)
    said_of = {}
    for story in sorted(stories * ENTRIES, key=lambda _: dice.random()):
        start = story.edge + timedelta(seconds=dice.randrange(-3000, 3000))
        end = start + timedelta(seconds=dice.randrange(60, 3600))
        performer = dice.choice(("ada", "dot", "bea", "cal"))
        whole = {"patient": story.patient, "performer": it.ids[performer]}
        answer = it.log_time(start.isoformat(), end.isoformat(), actor=performer, **whole)
        assert answer.outcome == "accepted"
        said_of[dict(answer.ids)["entry"]] = sorted(not_counted(answer.notices))
    return said_of


def interrupt(it: House, dice: Random, story: Story) -> None:
    """Some patients stay in a hospital around the edge of their story, revoke, or are disenrolled."""
    on = story.edge.astimezone(UTC).date() - timedelta(days=dice.choice((0, 1, 2)))
    who = {"patient": story.patient}
    match dice.choice(("nothing", "stay", "stay by the clock", "revocation", "disenrolment")):
        case "stay":
            days = {"admitted_on": on.isoformat(), "discharged_on": (on + timedelta(days=1)).isoformat()}
            it.accepted("record_stay", {**who, "kind": "hospital_inpatient", **days}, actor="feed")
        case "stay by the clock":
            edges = {"admitted_at": story.edge, "discharged_at": story.edge + timedelta(minutes=dice.randrange(1, 40))}
            moments = {name: moment.isoformat() for name, moment in edges.items()}
            it.accepted("record_stay", {**who, "kind": "snf_part_a", **moments}, actor="feed")
        case "revocation":
            it.accepted("record_revocation", {**who, "scope": ["CCM"], "told_on": on.isoformat()}, actor="fay")
        case "disenrolment":
            said = {"programme": "CCM", "on": on.isoformat(), "reason": "goals_met"}
            it.accepted("record_disenrolment", {**who, **said}, actor="fay")


def facts_of(it: House) -> list[dict[str, Any]]:
    """Everything that the ledger holds, as plain dicts."""
    return [
        {"topic": fact.event.TOPIC, "recorded_at": fact.recorded_at, **fact.event.model_dump()}
        for fact in it.log.follow(0, 100_000)
    ]


@pytest.mark.parametrize("seed", range(2))
def test_what_comes_through_the_door_is_counted_as_the_documents_say(tmp_path: Path, seed: int) -> None:
    dice, rulebooks = Random(seed), AdoptedRulebooks()
    with house(tmp_path / "ledger", with_patient=False) as it:
        it.ids["patient"] = ""
        practices = {zone: practice_in(it, zone) for zone in ZONES}
        zones = [ZONES[number % len(ZONES)] for number in range(15)]
        patients = [patient_of(it, practices[zone], number) for number, zone in enumerate(zones)]
        told_at_once = live(it, dice, [story_of(dice, who, zone) for who, zone in zip(patients, zones, strict=True)])
        facts = facts_of(it)
        counted = 0
        told_later: dict[str, list[tuple[str, int | None]]] = {entry: [] for entry in told_at_once}
        for who in patients:
            for month in MONTHS:
                naive = NaiveMonth(facts, who, month).answer()
                verdict = month_of(it.log, rulebooks, who, month)
                judged = as_said(verdict)
                for line in verdict.lines:
                    told_later[line.entry] = sorted(told_later[line.entry] + not_counted(line.notices))
                counted += naive["staff"] + naive["personal"]

                assert naive == judged, (who, month)

        assert counted > 20_000
        assert told_later == told_at_once
